/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * The words of the script language this firmware knows, each with its arguments.
 *
 * The limit of the simulator: impedance, sweeps and pulses (meas_loop_eis, _geis, _lsv, _lsp, _cv,
 * _dpv, _swv, _npv, _acv, _pad, meas_fast_*), arrays and strings, files, GPIO, I2C, multiplexers,
 * display, bipotentiostat, set_int/await_int, set_cr, set_pot_range, bit operations and conversions
 * are real commands that are not simulated. They are refused with 4001, and the capability word
 * does not claim them, as with an instrument that lacks them.
 */
#ifndef FW_METHODSCRIPT_COMMAND_H
#define FW_METHODSCRIPT_COMMAND_H

#include <stddef.h>

/** Most arguments any command takes. */
#define FW_MS_ARGUMENTS_MAX 5

enum fw_ms_op {
	FW_MS_VAR,
	FW_MS_STORE_VAR,
	FW_MS_COPY_VAR,
	FW_MS_ADD_VAR,
	FW_MS_SUB_VAR,
	FW_MS_MUL_VAR,
	FW_MS_DIV_VAR,
	FW_MS_MOD_VAR,
	FW_MS_IF,
	FW_MS_ELSEIF,
	FW_MS_ELSE,
	FW_MS_ENDIF,
	FW_MS_LOOP,
	FW_MS_ENDLOOP,
	FW_MS_BREAKLOOP,
	FW_MS_ABORT,
	FW_MS_ON_FINISHED,
	FW_MS_WAIT,
	FW_MS_TIMER_START,
	FW_MS_TIMER_GET,
	FW_MS_SEND_STRING,
	FW_MS_SET_SCRIPT_OUTPUT,
	FW_MS_PCK_START,
	FW_MS_PCK_ADD,
	FW_MS_PCK_END,
	FW_MS_SET_PGSTAT_CHAN,
	FW_MS_SET_PGSTAT_MODE,
	FW_MS_SET_MAX_BANDWIDTH,
	FW_MS_SET_RANGE,
	FW_MS_SET_RANGE_MINMAX,
	FW_MS_SET_AUTORANGING,
	FW_MS_SET_FRAC_AUTOADJUST,
	FW_MS_SET_E,
	FW_MS_SET_I,
	FW_MS_CELL_ON,
	FW_MS_CELL_OFF,
	FW_MS_MEAS,
	FW_MS_MEAS_LOOP_OCP,
	FW_MS_MEAS_LOOP_CP,
	FW_MS_MEAS_LOOP_CA,
	FW_MS_JUMP, /**< never written in a script: the way past the other branches of an if */
};

/**
 * One command. Letters in arguments:
 * N a new name, V a declared variable, A any number, F a number with a unit, P such a number above
 * zero, Z such a number not below zero, T a variable type, C a comparison, S a text in quotes.
 */
struct fw_ms_command {
	const char *word;
	enum fw_ms_op op;
	const char *arguments;
	int capability; /**< bit of the CM word, or -1 */
};

/** NULL if there is no such command. */
const struct fw_ms_command *fw_ms_command_find(const char *word, size_t length);

/** The i-th of all commands, NULL beyond the last. */
const struct fw_ms_command *fw_ms_command_at(size_t i);

#endif
