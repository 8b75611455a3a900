/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * What a MethodSCRIPT instrument says it can do: the bit fields behind `CC` (commands) and `CM` (script
 * commands), one hexadecimal number of any length, bit 0 the least significant.
 *
 * Source: PalmSens/palmsens-sdk, python/src/pypalmsens/_instruments/comm_registry.py.
 */
#ifndef SG_WIRE_METHODSCRIPT_CAPABILITIES_H
#define SG_WIRE_METHODSCRIPT_CAPABILITIES_H

#include <stdbool.h>
#include <stddef.h>

#include "core/error.h"

/** Script commands our programs need or would like, as bits of `CM`. */
enum sg_methodscript_command {
	SG_COMMAND_TIMER_GET = 64,
	SG_COMMAND_MEAS_LOOP_OCP = 30,
	SG_COMMAND_MEAS_LOOP_CP = 67,
	SG_COMMAND_SET_I = 68,
};

/**
 * Is a bit set in a reply (without LF) to `CC` or `CM`?
 * @retval SG_ERR_FRAME  not `C` and hexadecimal digits only; *out is not written
 */
enum sg_err sg_methodscript_capability(const char *reply, size_t bit, bool *out);

#endif
