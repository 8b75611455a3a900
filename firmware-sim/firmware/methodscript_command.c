/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/methodscript_command.h"

#include <string.h>

/*
 * Source: capability bits from PalmSens/palmsens-sdk, comm_registry.py; argument order from
 * PalmSens/MethodSCRIPT_Examples, MethodSCRIPTs/.
 */
static const struct fw_ms_command commands[] = {
	{"var", FW_MS_VAR, "N", 1},
	{"store_var", FW_MS_STORE_VAR, "VAT", 3},
	{"copy_var", FW_MS_COPY_VAR, "VV", 4},
	{"add_var", FW_MS_ADD_VAR, "VA", 5},
	{"sub_var", FW_MS_SUB_VAR, "VA", 6},
	{"mul_var", FW_MS_MUL_VAR, "VA", 7},
	{"div_var", FW_MS_DIV_VAR, "VA", 8},
	{"mod_var", FW_MS_MOD_VAR, "VA", 96},
	{"if", FW_MS_IF, "ACA", 16},
	{"elseif", FW_MS_ELSEIF, "ACA", 18},
	{"else", FW_MS_ELSE, "", 17},
	{"endif", FW_MS_ENDIF, "", 19},
	{"loop", FW_MS_LOOP, "ACA", 13},
	{"endloop", FW_MS_ENDLOOP, "", 14},
	{"breakloop", FW_MS_BREAKLOOP, "", 15},
	{"abort", FW_MS_ABORT, "", 62},
	{"on_finished:", FW_MS_ON_FINISHED, "", -1},
	{"wait", FW_MS_WAIT, "Z", 12},
	{"timer_start", FW_MS_TIMER_START, "", 63},
	{"timer_get", FW_MS_TIMER_GET, "V", 64},
	{"send_string", FW_MS_SEND_STRING, "S", 41},
	{"set_script_output", FW_MS_SET_SCRIPT_OUTPUT, "Z", 52},
	{"pck_start", FW_MS_PCK_START, "", 33},
	{"pck_add", FW_MS_PCK_ADD, "V", 34},
	{"pck_end", FW_MS_PCK_END, "", 35},
	{"set_pgstat_chan", FW_MS_SET_PGSTAT_CHAN, "Z", 42},
	{"set_pgstat_mode", FW_MS_SET_PGSTAT_MODE, "Z", 40},
	{"set_max_bandwidth", FW_MS_SET_MAX_BANDWIDTH, "P", 36},
	{"set_range", FW_MS_SET_RANGE, "TF", 65},
	{"set_range_minmax", FW_MS_SET_RANGE_MINMAX, "TFF", 66},
	{"set_autoranging", FW_MS_SET_AUTORANGING, "TFF", 32},
	{"set_acquisition_frac_autoadjust", FW_MS_SET_FRAC_AUTOADJUST, "P", 91},
	{"set_e", FW_MS_SET_E, "F", 9},
	{"set_i", FW_MS_SET_I, "F", 68},
	{"cell_on", FW_MS_CELL_ON, "", 38},
	{"cell_off", FW_MS_CELL_OFF, "", 39},
	{"meas", FW_MS_MEAS, "PVT", 21},
	{"meas_loop_ocp", FW_MS_MEAS_LOOP_OCP, "VPP", 30},
	{"meas_loop_cp", FW_MS_MEAS_LOOP_CP, "VVFPP", 67},
	{"meas_loop_ca", FW_MS_MEAS_LOOP_CA, "VVFPP", 28},
};

const struct fw_ms_command *fw_ms_command_at(size_t i)
{
	return i < sizeof(commands) / sizeof(commands[0]) ? &commands[i] : NULL;
}

const struct fw_ms_command *fw_ms_command_find(const char *word, size_t length)
{
	const struct fw_ms_command *command;

	for (size_t i = 0; (command = fw_ms_command_at(i)); i++)
		if (strlen(command->word) == length && memcmp(command->word, word, length) == 0)
			return command;
	return NULL;
}
