/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * The error numbers this firmware can send, and the place in a script an error belongs to.
 *
 * Source: PalmSens/palmsens-sdk, comm_registry.py. 4007 is Assumed from a public simulator.
 */
#ifndef FW_METHODSCRIPT_ERROR_H
#define FW_METHODSCRIPT_ERROR_H

enum fw_ms_code {
	FW_MS_OK = 0,
	/* conversation, and anything at run time */
	FW_MS_BAD_VARTYPE = 0x0002,
	FW_MS_UNKNOWN_COMMAND = 0x0003,
	FW_MS_UNKNOWN_REGISTER = 0x0004,
	FW_MS_BUSY_OR_IDLE = 0x0006,
	FW_MS_UNEXPECTED_VALUE = 0x0007,
	FW_MS_LINE_TOO_LONG = 0x0008,
	FW_MS_NO_MEMORY = 0x000B,
	FW_MS_NOTHING_LOADED = 0x000C,
	FW_MS_BAD_POTENTIAL = 0x000F,
	FW_MS_NOT_A_NUMBER = 0x0010,
	FW_MS_OCP_WITH_CELL_ON = 0x0014,
	FW_MS_BAD_MODE = 0x0021,
	FW_MS_WRONG_MODE = 0x0023,
	FW_MS_DIVISION_BY_ZERO = 0x0028,
	FW_MS_NO_SUCH_CHANNEL = 0x002F,
	FW_MS_CELL_OVERLOAD = 0x0032,
	FW_MS_NEEDS_SETUP = 0x0044,
	FW_MS_NOT_MULTI = 0x0048,
	FW_MS_SHORT_ARGUMENT = 0x004B,
	FW_MS_IMPOSSIBLE_TIMING = 0x005A,
	FW_MS_NOT_HEX = 0x006D,
	FW_MS_NO_RANGING = 0x0084,
	/* the script as written */
	FW_MS_UNKNOWN_WORD = 0x4001,
	FW_MS_UNEXPECTED_CHARACTER = 0x4004,
	FW_MS_SCRIPT_TOO_LARGE = 0x4005,
	FW_MS_MISSING_ARGUMENT = 0x4007,
	FW_MS_BAD_OPTIONAL = 0x4008,
	FW_MS_LOOP_IN_LOOP = 0x400B,
	FW_MS_OUT_OF_PLACE = 0x400C,
	FW_MS_TOO_DEEP = 0x400D,
	FW_MS_BAD_SCOPE = 0x400E,
	FW_MS_BAD_HEX_LITERAL = 0x4014,
	FW_MS_ENDED_EARLY = 0x4018,
	FW_MS_NOT_IN_MEASUREMENT = 0x401A,
	FW_MS_PACKAGE_ORDER = 0x401B,
	FW_MS_PACKAGE_FULL = 0x401C,
	FW_MS_ALREADY_DECLARED = 0x4026,
	FW_MS_NEEDS_CELL_ON = 0x4027,
	FW_MS_NEEDS_CELL_OFF = 0x4028,
	FW_MS_NO_STEPS = 0x4029,
	FW_MS_BAD_NAME = 0x402B,
	FW_MS_LONG_NAME = 0x402C,
	FW_MS_POTENTIAL_FROZEN = 0x4032,
	FW_MS_CURRENT_FROZEN = 0x4033,
	FW_MS_OVERFLOW = 0x4037,
	FW_MS_BAD_LITERAL = 0x4039,
	FW_MS_BAD_OUTPUT_MODE = 0x403C,
	FW_MS_NEGATIVE = 0x4200,
	FW_MS_NOT_POSITIVE = 0x4204,
	FW_MS_OUT_OF_BOUNDS = 0x4205,
	FW_MS_WRONG_DATA_TYPE = 0x4207,
	FW_MS_VARTYPE_NOT_ALLOWED = 0x4209,
	FW_MS_EXTRA_ARGUMENT = 0x420A,
	FW_MS_NOT_DECLARED = 0x420B,
	FW_MS_LITERAL_NOT_ALLOWED = 0x420D,
	FW_MS_STRING_NOT_ALLOWED = 0x4213,
	FW_MS_FSTRING_NOT_ALLOWED = 0x4215,
};

/**
 * What is wrong with a script, and where. The first line after the command is line 1. The column,
 * from 1, is where reading stopped: behind a word that was read and is wrong, at a character that
 * does not belong.
 *
 * Source: PalmSens/palmsens-sdk, comm_protocol.md: `invalid_command` gives "Line 1, Col 16".
 * Assumed: the same for every other error.
 */
struct fw_ms_error {
	enum fw_ms_code code;
	int line;
	int column;
};

#endif
