/* SPDX-License-Identifier: Apache-2.0 */
/* The conversation outside of scripts: one line, one answer. */
#include "firmware/emstat4_device.h"

#include <stdio.h>
#include <string.h>

#include "firmware/emstat4_capabilities.h"

void fw_es4_send(struct fw_es4_device *es4, const char *text)
{
	es4->sink.send(es4->sink.ctx, text, strlen(text));
}

void fw_es4_refuse(struct fw_es4_device *es4, char command, enum fw_ms_code code)
{
	char line[16];
	int length = snprintf(line + 1, sizeof(line) - 1, "!%04X\n", (unsigned int)code);

	line[0] = command; /* whatever it is, even a zero byte */
	es4->sink.send(es4->sink.ctx, line, (size_t)length + 1);
	fw_ms_refusals_add(&es4->refusals, code);
	fw_es4_input_flush(&es4->input, es4->now_ns + FW_ES4_DEAF_NS);
}

static void answer_identity(struct fw_es4_device *es4)
{
	fw_es4_send(es4, "t");
	fw_es4_send(es4, es4->model->identity);
	fw_es4_send(es4, "\nR*\n");
}

static void answer_serial_number(struct fw_es4_device *es4)
{
	fw_es4_send(es4, "i");
	fw_es4_send(es4, es4->serial_number);
	fw_es4_send(es4, "\n");
}

static void answer_version(struct fw_es4_device *es4)
{
	fw_es4_send(es4, "v01.09.00\n");
}

static void answer_multi(struct fw_es4_device *es4)
{
	fw_es4_refuse(es4, 'm', FW_MS_NOT_MULTI);
}

static void send_capabilities(struct fw_es4_device *es4, const char *digits)
{
	fw_es4_send(es4, "C");
	fw_es4_send(es4, digits);
	fw_es4_send(es4, "\n");
}

static void answer_communication(struct fw_es4_device *es4)
{
	char digits[FW_ES4_CAPABILITY_DIGITS + 1];

	fw_es4_communication_capabilities(digits);
	send_capabilities(es4, digits);
}

static void answer_script(struct fw_es4_device *es4)
{
	char digits[FW_ES4_CAPABILITY_DIGITS + 1];

	fw_es4_script_capabilities(digits);
	send_capabilities(es4, digits);
}

static void answer_execute(struct fw_es4_device *es4)
{
	fw_es4_load_begin(es4, 'e');
}

static void answer_load(struct fw_es4_device *es4)
{
	fw_es4_load_begin(es4, 'l');
}

static void answer_run(struct fw_es4_device *es4)
{
	if (!es4->loaded) {
		fw_es4_refuse(es4, 'r', FW_MS_NOTHING_LOADED);
		return;
	}
	fw_es4_send(es4, "r\n");
	fw_ms_vm_start(&es4->vm, &es4->program, es4->now_ns);
}

static void answer_abort(struct fw_es4_device *es4)
{
	fw_es4_send(es4, "Z\n");
	fw_ms_vm_abort(&es4->vm, es4->now_ns);
}

static void answer_end_loop(struct fw_es4_device *es4)
{
	if (!fw_ms_vm_is_measuring(&es4->vm)) {
		fw_es4_refuse(es4, 'Y', FW_MS_BUSY_OR_IDLE);
		return;
	}
	fw_es4_send(es4, "Y\n");
	fw_ms_vm_end_loop(&es4->vm, es4->now_ns);
}

static void answer_halt(struct fw_es4_device *es4)
{
	if (fw_ms_vm_halt(&es4->vm, es4->now_ns))
		fw_es4_send(es4, "h\n");
	else
		fw_es4_refuse(es4, 'h', FW_MS_BUSY_OR_IDLE);
}

static void answer_resume(struct fw_es4_device *es4)
{
	if (fw_ms_vm_resume(&es4->vm, es4->now_ns))
		fw_es4_send(es4, "H\n");
	else
		fw_es4_refuse(es4, 'H', FW_MS_BUSY_OR_IDLE);
}

static void answer_reverse(struct fw_es4_device *es4)
{
	/* no cyclic voltammetry is simulated, so there is never a sweep to turn around */
	fw_es4_refuse(es4, 'R', FW_MS_BUSY_OR_IDLE);
}

/* When a command is taken. */
enum when {
	WHEN_IDLE,
	WHEN_RUNNING,
};

static const struct {
	const char *word;
	enum when when;
	void (*answer)(struct fw_es4_device *es4);
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

void fw_es4_answer(struct fw_es4_device *es4, const char *line, size_t length)
{
	bool running = !fw_ms_vm_is_idle(&es4->vm);

	if (length == 0) {
		if (!running)
			fw_es4_send(es4, "\n");
		return;
	}
	es4->commands++;
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (strlen(commands[i].word) != length ||
		    memcmp(commands[i].word, line, length) != 0)
			continue;
		if (running == (commands[i].when == WHEN_RUNNING) ||
		    (es4->options.busy_t && line[0] == 't'))
			commands[i].answer(es4);
		else
			fw_es4_refuse(es4, line[0], FW_MS_BUSY_OR_IDLE);
		return;
	}
	if (running)
		fw_es4_refuse(es4, line[0], FW_MS_BUSY_OR_IDLE);
	else if (line[0] == 'G' || line[0] == 'S')
		fw_es4_refuse(es4, line[0], refuse_register(line, length));
	else
		fw_es4_refuse(es4, line[0], FW_MS_UNKNOWN_COMMAND); /* dlfw and files among them */
}
