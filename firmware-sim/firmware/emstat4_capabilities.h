/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * The answers to CC and CM: long hexadecimal numbers with one bit per command that is understood.
 */
#ifndef FW_EMSTAT4_CAPABILITIES_H
#define FW_EMSTAT4_CAPABILITIES_H

/** Digits of either number, leading zeros sent. Source: PalmSens/palmsens-sdk, comm_protocol.md. */
#define FW_ES4_CAPABILITY_DIGITS 64

/** Commands of the conversation; terminated with a zero. */
void fw_es4_communication_capabilities(char text[FW_ES4_CAPABILITY_DIGITS + 1]);

/** Commands of the script language, from the interpreter's own table; terminated with a zero. */
void fw_es4_script_capabilities(char text[FW_ES4_CAPABILITY_DIGITS + 1]);

#endif
