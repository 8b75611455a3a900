/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * Error codes of the MethodSCRIPT instruments, in our own words.
 * Source of the numbers: PalmSens/palmsens-sdk, python/src/pypalmsens/_instruments/comm_registry.py.
 */
#ifndef SG_WIRE_METHODSCRIPT_ERRORS_H
#define SG_WIRE_METHODSCRIPT_ERRORS_H

#include <stdint.h>

/** Codes the driver acts upon. */
enum sg_methodscript_error {
	SG_MSCR_WRONG_STATE = 0x0006,
	SG_MSCR_OCP_CELL_ON = 0x0014,
};

/** What a code means, for a person; "unknown code" if it is not in the table. Static storage. */
const char *sg_methodscript_error_text(uint16_t code);

#endif
