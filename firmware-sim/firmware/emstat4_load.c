/* SPDX-License-Identifier: Apache-2.0 */
/* Scripts on their way in, and what is said when they are complete or wrong. */
#include "firmware/emstat4_device.h"

#include <stdio.h>

void fw_es4_load_begin(struct fw_es4_device *es4, char command)
{
	es4->loading = command;
	es4->load_failed = false;
	es4->loaded = false;
	fw_ms_parser_start(&es4->parser, &es4->program);
}

/* How long it takes to get through the script so far. */
static int64_t load_time_ns(const struct fw_es4_device *es4)
{
	return FW_ES4_LOAD_NS + FW_ES4_LOAD_LINE_NS * es4->parser.line;
}

/* The script is wrong: say so a moment later, and throw away what comes until well after that. */
static void load_refuse(struct fw_es4_device *es4)
{
	fw_es4_plan(es4, FW_ES4_TODO_REFUSE, load_time_ns(es4));
	fw_es4_input_flush(&es4->input, es4->todo_ns + FW_ES4_DEAF_NS);
}

void fw_es4_load_line(struct fw_es4_device *es4, const char *line, size_t length, bool too_long)
{
	struct fw_ms_error error = {FW_MS_LINE_TOO_LONG, es4->parser.line + 1, FW_ES4_LINE_MAX + 1};
	bool good;

	if (es4->load_failed) {
		/* the lines after a bad one are only waited out */
		if (length == 0 || too_long)
			load_refuse(es4);
		return;
	}
	if (too_long)
		good = false;
	else if (length == 0)
		good = fw_ms_parser_end(&es4->parser, &error);
	else
		good = fw_ms_parser_line(&es4->parser, line, length, &error);
	if (!good) {
		es4->load_failed = true;
		es4->load_error = error;
		if (length == 0 || too_long || !es4->options.parse_errors_at_end)
			load_refuse(es4);
		return;
	}
	if (length == 0)
		fw_es4_plan(es4, FW_ES4_TODO_LOADED, load_time_ns(es4));
}

void fw_es4_load_done(struct fw_es4_device *es4)
{
	char echo[3] = {es4->loading, '\n', '\0'};

	fw_es4_send(es4, echo);
	es4->loaded = true;
	if (es4->loading == 'e')
		fw_ms_vm_start(&es4->vm, &es4->program, es4->now_ns);
	es4->loading = 0;
}

void fw_es4_load_refused(struct fw_es4_device *es4)
{
	char line[48];

	snprintf(line, sizeof(line), "%c!%04X: Line %d, Col %d\n", es4->loading,
		 (unsigned int)es4->load_error.code, es4->load_error.line, es4->load_error.column);
	fw_es4_send(es4, line);
	fw_ms_refusals_add(&es4->refusals, es4->load_error.code);
	es4->loading = 0;
}
