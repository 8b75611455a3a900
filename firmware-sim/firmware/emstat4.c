/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/emstat4.h"

#include <stdlib.h>
#include <string.h>

#include "firmware/emstat4_device.h"

/* keeps the answer one line and the report well-formed */
#define SERIAL_NUMBER_LETTERS \
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-."

void fw_es4_plan(struct fw_es4_device *es4, enum fw_es4_todo todo, int64_t after_ns)
{
	es4->todo = todo;
	es4->todo_ns = es4->now_ns + after_ns;
}

/* Look at the input until there is something to do later, or nothing more. */
static void consider(struct fw_es4_device *es4)
{
	char line[FW_ES4_LINE_MAX];
	size_t length;
	enum fw_es4_input_state state;

	while (es4->todo == FW_ES4_TODO_NOTHING) {
		state = fw_es4_input_look(&es4->input, line, &length);
		if (state == FW_ES4_INPUT_NOTHING)
			return;
		if (!es4->loading) {
			fw_es4_plan(es4, FW_ES4_TODO_COMMAND, FW_ES4_COMMAND_NS);
			return;
		}
		fw_es4_input_take(&es4->input, length);
		fw_es4_load_line(es4, line, length, state == FW_ES4_INPUT_TOO_LONG);
	}
}

static void do_command(struct fw_es4_device *es4)
{
	char line[FW_ES4_LINE_MAX];
	size_t length;

	switch (fw_es4_input_look(&es4->input, line, &length)) {
	case FW_ES4_INPUT_NOTHING:
		break;
	case FW_ES4_INPUT_TOO_LONG:
		es4->commands++;
		fw_es4_refuse(es4, line[0], FW_MS_LINE_TOO_LONG);
		break;
	case FW_ES4_INPUT_LINE:
		fw_es4_input_take(&es4->input, length);
		fw_es4_answer(es4, line, length);
		break;
	}
}

static void do_todo(struct fw_es4_device *es4)
{
	enum fw_es4_todo todo = es4->todo;

	es4->todo = FW_ES4_TODO_NOTHING;
	switch (todo) {
	case FW_ES4_TODO_NOTHING:
		break;
	case FW_ES4_TODO_COMMAND:
		do_command(es4);
		break;
	case FW_ES4_TODO_LOADED:
		fw_es4_load_done(es4);
		break;
	case FW_ES4_TODO_REFUSE:
		fw_es4_load_refused(es4);
		break;
	}
	consider(es4);
}

static int64_t todo_next_ns(const struct fw_es4_device *es4)
{
	return es4->todo == FW_ES4_TODO_NOTHING ? FW_NEVER : es4->todo_ns;
}

static int64_t emstat4_next_ns(const void *firmware)
{
	const struct fw_es4_device *es4 = firmware;
	int64_t next_ns = todo_next_ns(es4);

	if (fw_ms_vm_next_ns(&es4->vm) < next_ns)
		next_ns = fw_ms_vm_next_ns(&es4->vm);
	if (es4->pgstat.afe.hold_ns < next_ns)
		next_ns = es4->pgstat.afe.hold_ns;
	return next_ns;
}

static void emstat4_run(void *firmware, int64_t now_ns)
{
	struct fw_es4_device *es4 = firmware;
	unsigned long runtime_errors;

	es4->now_ns = now_ns;
	while (emstat4_next_ns(es4) <= now_ns) {
		runtime_errors = es4->refusals.total;
		fw_ms_vm_run(&es4->vm, now_ns);
		if (es4->refusals.total != runtime_errors) {
			/* a run-time error makes it deaf as any other */
			es4->todo = FW_ES4_TODO_NOTHING;
			fw_es4_input_flush(&es4->input, now_ns + FW_ES4_DEAF_NS);
		}
		if (es4->pgstat.afe.hold_ns <= now_ns)
			fw_afe_hold(&es4->pgstat.afe, now_ns);
		if (todo_next_ns(es4) <= now_ns)
			do_todo(es4);
	}
}

static void emstat4_receive(void *firmware, const uint8_t *bytes, size_t length, int64_t now_ns)
{
	struct fw_es4_device *es4 = firmware;

	es4->now_ns = now_ns;
	fw_es4_input_add(&es4->input, bytes, length, now_ns);
	consider(es4);
}

static void *emstat4_create(const struct fw_setup *setup, int64_t now_ns, const char **why)
{
	const struct fw_es4_model *model = fw_es4_model_find(setup->model);
	const char *serial_number;
	struct fw_es4_options options;
	struct fw_es4_device *es4;

	if (!model) {
		*why = "emstat4 models: lr, hr";
		return NULL;
	}
	if (!fw_es4_options_read(&options, setup->options, why))
		return NULL;
	serial_number = setup->serial_number ? setup->serial_number : model->serial_number;
	if (strlen(serial_number) > FW_ES4_SERIAL_NUMBER_MAX ||
	    strspn(serial_number, SERIAL_NUMBER_LETTERS) < strlen(serial_number)) {
		*why = "emstat4: a serial number is at most 31 letters, digits and _ - .";
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
	fw_afe_suffer(&es4->pgstat.afe, setup->afe);
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
	const struct fw_es4_device *es4 = firmware;
	const struct fw_afe *afe = &es4->pgstat.afe;

	fprintf(out, "{\"family\": \"emstat4\", \"model\": \"%s\", \"serial_number\": \"%s\", ",
		es4->model->name, es4->serial_number);
	fprintf(out, "\"cell_on\": %s, \"mode\": %d, ",
		fw_afe_is_on(afe) ? "true" : "false", (int)es4->pgstat.mode);
	fprintf(out, "\"applied_current_a\": %.9g, \"applied_potential_v\": %.9g, ",
		afe->drive == FW_AFE_CURRENT ? afe->set : 0.0,
		afe->drive == FW_AFE_POTENTIAL ? afe->set : 0.0);
	fprintf(out, "\"limited\": %s, ", afe->limited ? "true" : "false");
	fprintf(out, "\"script_running\": %s, \"commands_received\": %lu, \"scripts_run\": %lu, ",
		fw_ms_vm_is_idle(&es4->vm) ? "false" : "true", es4->commands, es4->vm.scripts);
	fprintf(out, "\"packages_sent\": %lu, \"late_samples\": %lu, \"bytes_lost\": %lu, ",
		es4->vm.packages, es4->vm.late_samples, es4->input.lost);
	fprintf(out, "\"refused\": %lu, \"refusals\": ", es4->refusals.total);
	fw_ms_refusals_write(&es4->refusals, out);
	fputc('}', out);
}

/*
 * Source: product string, PalmSens/MethodSCRIPT_Examples, instrument.py. The ids are not published: those the kernel
 * gives its own gadgets stand in. Assumed: with a supply of its own, so that a script outlives a pulled cable.
 */
static const struct fw_usb usb = {
	.kind = FW_USB_ACM,
	.vendor = 0x1d6b,
	.product = 0x0104,
	.device_bcd = 0x0100,
	.manufacturer = "PalmSens BV",
	.product_name = "EmStat4",
	.serial_number = "ES4LR20B0008",
	.configuration = "EmStat4",
	.max_power_ma = 500,
	.bus_powered = false,
};

const struct fw_firmware fw_emstat4 = {
	.name = "emstat4",
	.help = FW_ES4_HELP,
	.usb = &usb,
	.create = emstat4_create,
	.destroy = emstat4_destroy,
	.receive = emstat4_receive,
	.next_ns = emstat4_next_ns,
	.run = emstat4_run,
	.report = emstat4_report,
};
