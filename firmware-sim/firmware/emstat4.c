/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/emstat4.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "firmware/emstat4_capabilities.h"
#include "firmware/emstat4_input.h"
#include "firmware/emstat4_options.h"
#include "firmware/emstat4_pgstat.h"
#include "firmware/methodscript_parser.h"
#include "firmware/methodscript_vm.h"

/* From a complete line to its answer; one line at a time. Assumed. */
#define COMMAND_NS INT64_C(2000000)
/* From the end of a script to its first line of output, and for each of its lines. Assumed. */
#define LOAD_NS          INT64_C(3000000)
#define LOAD_LINE_NS     INT64_C(50000)
/* After an error the input is thrown away. Source: palmsens/instrument.py waits longer than this. */
#define DEAF_NS          INT64_C(50000000)

#define SERIAL_NUMBER_MAX 31

/* What it is about to do at todo_ns. */
enum todo {
	TODO_NOTHING,
	TODO_COMMAND, /* answer the first line of the input */
	TODO_LOADED,  /* the script is complete */
	TODO_REFUSE,  /* the script is wrong */
};

struct emstat4 {
	const struct fw_es4_model *model;
	char serial_number[SERIAL_NUMBER_MAX + 1];
	struct fw_es4_options options;
	struct fw_sink sink;
	struct fw_es4_input input;
	enum todo todo;
	int64_t todo_ns;
	char loading; /* 'e' or 'l' while script lines come in, else 0 */
	bool load_failed;
	struct fw_ms_error load_error;
	bool loaded;
	struct fw_ms_parser parser;
	struct fw_ms_program program;
	struct fw_pgstat pgstat;
	struct fw_ms_vm vm;
	struct fw_ms_refusals refusals;
	unsigned long commands;
	int64_t now_ns;
};

static void send_text(struct emstat4 *es4, const char *text)
{
	es4->sink.send(es4->sink.ctx, text, strlen(text));
}

/* Say no to a command, and be deaf for a while. */
static void refuse(struct emstat4 *es4, char command, enum fw_ms_code code)
{
	char line[16];
	int length = snprintf(line + 1, sizeof(line) - 1, "!%04X\n", (unsigned int)code);

	line[0] = command; /* whatever it is, even a zero byte */
	es4->sink.send(es4->sink.ctx, line, (size_t)length + 1);
	fw_ms_refusals_add(&es4->refusals, code);
	fw_es4_input_flush(&es4->input, es4->now_ns + DEAF_NS);
}

static void answer_identity(struct emstat4 *es4)
{
	send_text(es4, "t");
	send_text(es4, es4->model->identity);
	send_text(es4, "\nR*\n");
}

static void answer_serial_number(struct emstat4 *es4)
{
	send_text(es4, "i");
	send_text(es4, es4->serial_number);
	send_text(es4, "\n");
}

static void answer_version(struct emstat4 *es4)
{
	send_text(es4, "v01.09.00\n");
}

static void answer_multi(struct emstat4 *es4)
{
	refuse(es4, 'm', FW_MS_NOT_MULTI);
}

static void send_capabilities(struct emstat4 *es4, const char *digits)
{
	send_text(es4, "C");
	send_text(es4, digits);
	send_text(es4, "\n");
}

static void answer_communication(struct emstat4 *es4)
{
	char digits[FW_ES4_CAPABILITY_DIGITS + 1];

	fw_es4_communication_capabilities(digits);
	send_capabilities(es4, digits);
}

static void answer_script(struct emstat4 *es4)
{
	char digits[FW_ES4_CAPABILITY_DIGITS + 1];

	fw_es4_script_capabilities(digits);
	send_capabilities(es4, digits);
}

static void begin_loading(struct emstat4 *es4, char command)
{
	es4->loading = command;
	es4->load_failed = false;
	es4->loaded = false;
	fw_ms_parser_start(&es4->parser, &es4->program);
}

static void answer_execute(struct emstat4 *es4)
{
	begin_loading(es4, 'e');
}

static void answer_load(struct emstat4 *es4)
{
	begin_loading(es4, 'l');
}

static void answer_run(struct emstat4 *es4)
{
	if (!es4->loaded) {
		refuse(es4, 'r', FW_MS_NOTHING_LOADED);
		return;
	}
	send_text(es4, "r\n");
	fw_ms_vm_start(&es4->vm, &es4->program, es4->now_ns);
}

static void answer_abort(struct emstat4 *es4)
{
	send_text(es4, "Z\n");
	fw_ms_vm_abort(&es4->vm, es4->now_ns);
}

static void answer_end_loop(struct emstat4 *es4)
{
	if (!fw_ms_vm_is_measuring(&es4->vm)) {
		refuse(es4, 'Y', FW_MS_BUSY_OR_IDLE);
		return;
	}
	send_text(es4, "Y\n");
	fw_ms_vm_end_loop(&es4->vm, es4->now_ns);
}

static void answer_halt(struct emstat4 *es4)
{
	if (fw_ms_vm_halt(&es4->vm, es4->now_ns))
		send_text(es4, "h\n");
	else
		refuse(es4, 'h', FW_MS_BUSY_OR_IDLE);
}

static void answer_resume(struct emstat4 *es4)
{
	if (fw_ms_vm_resume(&es4->vm, es4->now_ns))
		send_text(es4, "H\n");
	else
		refuse(es4, 'H', FW_MS_BUSY_OR_IDLE);
}

static void answer_reverse(struct emstat4 *es4)
{
	/* no cyclic voltammetry is simulated, so there is never a sweep to turn around */
	refuse(es4, 'R', FW_MS_BUSY_OR_IDLE);
}

/* When a command is taken. */
enum when {
	WHEN_IDLE,
	WHEN_RUNNING,
};

static const struct {
	const char *word;
	enum when when;
	void (*answer)(struct emstat4 *es4);
} commands[] = {
	{"t", WHEN_IDLE, answer_identity},
	{"i", WHEN_IDLE, answer_serial_number},
	{"v", WHEN_IDLE, answer_version},
	{"m", WHEN_IDLE, answer_multi},
	{"CC", WHEN_IDLE, answer_communication},
	{"CM", WHEN_IDLE, answer_script},
	{"e", WHEN_IDLE, answer_execute},
	{"l", WHEN_IDLE, answer_load},
	{"r", WHEN_IDLE, answer_run},
	{"Z", WHEN_RUNNING, answer_abort},
	{"Y", WHEN_RUNNING, answer_end_loop},
	{"h", WHEN_RUNNING, answer_halt},
	{"H", WHEN_RUNNING, answer_resume},
	{"R", WHEN_RUNNING, answer_reverse},
};

/*
 * Gxx and Sxx...: two digits of a register, then its value. The register map is not public beyond
 * that, so none is simulated: any well-formed register is unknown.
 */
static enum fw_ms_code refuse_register(const char *line, size_t length)
{
	if (length < 3)
		return FW_MS_SHORT_ARGUMENT;
	for (size_t i = 1; i < 3; i++)
		if (!memchr("0123456789ABCDEFabcdef", line[i], 22))
			return FW_MS_NOT_HEX;
	return FW_MS_UNKNOWN_REGISTER;
}

static void answer(struct emstat4 *es4, const char *line, size_t length)
{
	bool running = !fw_ms_vm_is_idle(&es4->vm);

	if (length == 0) {
		if (!running)
			send_text(es4, "\n");
		return;
	}
	es4->commands++;
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (strlen(commands[i].word) != length || memcmp(commands[i].word, line, length) != 0)
			continue;
		if (running == (commands[i].when == WHEN_RUNNING) ||
		    (es4->options.busy_t && line[0] == 't'))
			commands[i].answer(es4);
		else
			refuse(es4, line[0], FW_MS_BUSY_OR_IDLE);
		return;
	}
	if (running)
		refuse(es4, line[0], FW_MS_BUSY_OR_IDLE);
	else if (line[0] == 'G' || line[0] == 'S')
		refuse(es4, line[0], refuse_register(line, length));
	else
		refuse(es4, line[0], FW_MS_UNKNOWN_COMMAND); /* dlfw and files among them */
}

static void plan(struct emstat4 *es4, enum todo todo, int64_t after_ns)
{
	es4->todo = todo;
	es4->todo_ns = es4->now_ns + after_ns;
}

/* The script is wrong: say so a moment later, and throw away what comes until well after that. */
static void load_refuse(struct emstat4 *es4)
{
	plan(es4, TODO_REFUSE, LOAD_NS + LOAD_LINE_NS * es4->parser.line);
	fw_es4_input_flush(&es4->input, es4->todo_ns + DEAF_NS);
}

static void load_line(struct emstat4 *es4, const char *line, size_t length, bool too_long)
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
		plan(es4, TODO_LOADED, LOAD_NS + LOAD_LINE_NS * es4->parser.line);
}

/* Look at the input until there is something to do later, or nothing more. */
static void consider(struct emstat4 *es4)
{
	char line[FW_ES4_LINE_MAX];
	size_t length;
	enum fw_es4_input_state state;

	while (es4->todo == TODO_NOTHING) {
		state = fw_es4_input_look(&es4->input, line, &length);
		if (state == FW_ES4_INPUT_NOTHING)
			return;
		if (!es4->loading) {
			plan(es4, TODO_COMMAND, COMMAND_NS);
			return;
		}
		fw_es4_input_take(&es4->input, length);
		load_line(es4, line, length, state == FW_ES4_INPUT_TOO_LONG);
	}
}

static void do_command(struct emstat4 *es4)
{
	char line[FW_ES4_LINE_MAX];
	size_t length;

	switch (fw_es4_input_look(&es4->input, line, &length)) {
	case FW_ES4_INPUT_NOTHING:
		break;
	case FW_ES4_INPUT_TOO_LONG:
		es4->commands++;
		refuse(es4, line[0], FW_MS_LINE_TOO_LONG);
		break;
	case FW_ES4_INPUT_LINE:
		fw_es4_input_take(&es4->input, length);
		answer(es4, line, length);
		break;
	}
}

static void do_loaded(struct emstat4 *es4)
{
	char echo[3] = {es4->loading, '\n', '\0'};

	send_text(es4, echo);
	es4->loaded = true;
	if (es4->loading == 'e')
		fw_ms_vm_start(&es4->vm, &es4->program, es4->now_ns);
	es4->loading = 0;
}

static void do_refuse(struct emstat4 *es4)
{
	char line[48];

	snprintf(line, sizeof(line), "%c!%04X: Line %d, Col %d\n", es4->loading,
		 (unsigned int)es4->load_error.code, es4->load_error.line, es4->load_error.column);
	send_text(es4, line);
	fw_ms_refusals_add(&es4->refusals, es4->load_error.code);
	es4->loading = 0;
}

static void do_todo(struct emstat4 *es4)
{
	enum todo todo = es4->todo;

	es4->todo = TODO_NOTHING;
	switch (todo) {
	case TODO_NOTHING:
		break;
	case TODO_COMMAND:
		do_command(es4);
		break;
	case TODO_LOADED:
		do_loaded(es4);
		break;
	case TODO_REFUSE:
		do_refuse(es4);
		break;
	}
	consider(es4);
}

static int64_t todo_next_ns(const struct emstat4 *es4)
{
	return es4->todo == TODO_NOTHING ? FW_NEVER : es4->todo_ns;
}

static int64_t emstat4_next_ns(const void *firmware)
{
	const struct emstat4 *es4 = firmware;
	int64_t next_ns = todo_next_ns(es4);

	if (fw_ms_vm_next_ns(&es4->vm) < next_ns)
		next_ns = fw_ms_vm_next_ns(&es4->vm);
	if (es4->pgstat.afe.hold_ns < next_ns)
		next_ns = es4->pgstat.afe.hold_ns;
	return next_ns;
}

static void emstat4_run(void *firmware, int64_t now_ns)
{
	struct emstat4 *es4 = firmware;
	unsigned long runtime_errors;

	es4->now_ns = now_ns;
	while (emstat4_next_ns(es4) <= now_ns) {
		runtime_errors = es4->refusals.total;
		fw_ms_vm_run(&es4->vm, now_ns);
		if (es4->refusals.total != runtime_errors) {
			/* a run-time error makes it deaf as any other */
			es4->todo = TODO_NOTHING;
			fw_es4_input_flush(&es4->input, now_ns + DEAF_NS);
		}
		if (es4->pgstat.afe.hold_ns <= now_ns)
			fw_afe_hold(&es4->pgstat.afe, now_ns);
		if (todo_next_ns(es4) <= now_ns)
			do_todo(es4);
	}
}

static void emstat4_receive(void *firmware, const uint8_t *bytes, size_t length, int64_t now_ns)
{
	struct emstat4 *es4 = firmware;

	es4->now_ns = now_ns;
	fw_es4_input_add(&es4->input, bytes, length, now_ns);
	consider(es4);
}

static void *emstat4_create(const struct fw_setup *setup, int64_t now_ns, const char **why)
{
	const struct fw_es4_model *model = fw_es4_model_find(setup->model);
	const char *serial_number;
	struct fw_es4_options options;
	struct emstat4 *es4;

	if (!model) {
		*why = "emstat4 models: lr, hr";
		return NULL;
	}
	if (!fw_es4_options_read(&options, setup->options, why))
		return NULL;
	serial_number = setup->serial_number ? setup->serial_number : model->serial_number;
	if (strlen(serial_number) > SERIAL_NUMBER_MAX || strpbrk(serial_number, "\r\n")) {
		*why = "emstat4: a serial number is one line of at most 31 characters";
		return NULL;
	}
	if (!setup->cell || !setup->sink.send) {
		*why = "emstat4 needs a cell and a port";
		return NULL;
	}
	es4 = calloc(1, sizeof(*es4));
	if (!es4) {
		*why = "out of memory";
		return NULL;
	}
	es4->model = model;
	es4->options = options;
	es4->sink = setup->sink;
	es4->now_ns = now_ns;
	strcpy(es4->serial_number, serial_number);
	fw_pgstat_init(&es4->pgstat, model, setup->cell, setup->seed, options.ideal);
	fw_pgstat_cell_off(&es4->pgstat, now_ns);
	fw_ms_vm_init(&es4->vm, &es4->pgstat, setup->sink, &es4->refusals);
	es4->vm.error_tail = options.error_tail;
	es4->vm.package.noise_field = options.noise_id;
	return es4;
}

static void emstat4_destroy(void *firmware)
{
	free(firmware);
}

static void emstat4_report(const void *firmware, FILE *out)
{
	const struct emstat4 *es4 = firmware;
	const struct fw_afe *afe = &es4->pgstat.afe;

	fprintf(out, "{\"family\": \"emstat4\", \"model\": \"%s\", \"cell_on\": %s, \"mode\": %d, ",
		es4->model->name, fw_afe_is_on(afe) ? "true" : "false", (int)es4->pgstat.mode);
	fprintf(out, "\"applied_current_a\": %.9g, \"applied_potential_v\": %.9g, \"limited\": %s, ",
		afe->drive == FW_AFE_CURRENT ? afe->set : 0.0,
		afe->drive == FW_AFE_POTENTIAL ? afe->set : 0.0, afe->limited ? "true" : "false");
	fprintf(out, "\"script_running\": %s, \"commands_received\": %lu, \"scripts_run\": %lu, ",
		fw_ms_vm_is_idle(&es4->vm) ? "false" : "true", es4->commands, es4->vm.scripts);
	fprintf(out, "\"packages_sent\": %lu, \"late_samples\": %lu, \"bytes_lost\": %lu, ",
		es4->vm.packages, es4->vm.late_samples, es4->input.lost);
	fprintf(out, "\"refused\": %lu, \"refusals\": ", es4->refusals.total);
	fw_ms_refusals_write(&es4->refusals, out);
	fputc('}', out);
}

const struct fw_firmware fw_emstat4 = {
	.name = "emstat4",
	.help = FW_ES4_HELP,
	.create = emstat4_create,
	.destroy = emstat4_destroy,
	.receive = emstat4_receive,
	.next_ns = emstat4_next_ns,
	.run = emstat4_run,
	.report = emstat4_report,
};
