/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/methodscript_vm.h"

#include <math.h>
#include <stdio.h>

#include "firmware/methodscript_execute.h"
#include "firmware/methodscript_measure.h"

#define INSTRUCTIONS_A_STEP 50
#define STEP_NS             INT64_C(1000000)

void fw_ms_vm_init(struct fw_ms_vm *vm, struct fw_pgstat *pgstat, struct fw_sink sink,
		   struct fw_ms_refusals *refusals)
{
	*vm = (struct fw_ms_vm){
		.pgstat = pgstat,
		.sink = sink,
		.refusals = refusals,
		.state = FW_MS_IDLE,
	};
}

void fw_ms_vm_start(struct fw_ms_vm *vm, const struct fw_ms_program *program, int64_t now_ns)
{
	vm->program = program;
	vm->state = FW_MS_READY;
	vm->due_ns = now_ns;
	vm->halted = false;
	vm->finishing = false;
	vm->output_on = true;
	vm->at = 0;
	vm->depth = 0;
	vm->timer_ns = now_ns;
	vm->scripts++;
	/* Assumed: a variable that was never given a value is not a number */
	for (size_t i = 0; i < program->variables; i++)
		vm->variables[i] = (struct fw_ms_value){
			.number = {.value = NAN}, .vartype = {'a', 'a'}};
}

bool fw_ms_vm_is_idle(const struct fw_ms_vm *vm)
{
	return vm->state == FW_MS_IDLE;
}

int64_t fw_ms_vm_next_ns(const struct fw_ms_vm *vm)
{
	return vm->state == FW_MS_IDLE || vm->halted ? FW_NEVER : vm->due_ns;
}

static void stop(struct fw_ms_vm *vm)
{
	fw_pgstat_end(vm->pgstat);
	vm->state = FW_MS_IDLE;
}

/* The script stops where it is: on_finished does not run, and the cell stays as it is. */
static void fail(struct fw_ms_vm *vm, enum fw_ms_code code)
{
	char line[40];
	int length = snprintf(line, sizeof(line), "!%04X: Line %d\n%s", (unsigned int)code,
			      vm->program->code[vm->at].line, vm->error_tail ? "\n" : "");

	vm->sink.send(vm->sink.ctx, line, (size_t)length);
	fw_ms_refusals_add(vm->refusals, code);
	stop(vm);
}

static void execute(struct fw_ms_vm *vm, int64_t now_ns)
{
	enum fw_ms_code code;

	vm->due_ns = now_ns;
	for (int i = 0; vm->state == FW_MS_READY && vm->due_ns <= now_ns; i++) {
		if (vm->at >= vm->program->finish)
			vm->finishing = true;
		if (vm->at >= vm->program->count) {
			vm->sink.send(vm->sink.ctx, "\n", 1);
			stop(vm);
			return;
		}
		if (i == INSTRUCTIONS_A_STEP) {
			vm->due_ns = now_ns + STEP_NS;
			return;
		}
		code = fw_ms_execute(vm, now_ns);
		if (code) {
			fail(vm, code);
			return;
		}
	}
}

static enum fw_ms_code wake(struct fw_ms_vm *vm, int64_t now_ns)
{
	enum fw_ms_code code = FW_MS_OK;

	switch (vm->state) {
	case FW_MS_IDLE:
	case FW_MS_READY:
		break;
	case FW_MS_MEASURE:
		code = fw_ms_finish_measure(vm, now_ns);
		vm->state = FW_MS_READY;
		break;
	case FW_MS_TICK:
		vm->state = FW_MS_READY;
		if (vm->schedule.ends)
			fw_ms_leave_loop(vm);
		else
			code = fw_ms_take_sample(vm, now_ns);
		break;
	}
	return code;
}

void fw_ms_vm_run(struct fw_ms_vm *vm, int64_t now_ns)
{
	enum fw_ms_code code;

	while (fw_ms_vm_next_ns(vm) <= now_ns) {
		code = wake(vm, now_ns);
		if (code)
			fail(vm, code);
		else
			execute(vm, now_ns);
	}
}

bool fw_ms_vm_is_measuring(const struct fw_ms_vm *vm)
{
	for (size_t i = 0; i < vm->depth; i++)
		if (vm->frames[i].measures)
			return true;
	return false;
}

/* Close loops from the inside out, down to and with the measurement loop. */
static void leave_measurement(struct fw_ms_vm *vm)
{
	bool measures;

	do {
		measures = vm->frames[vm->depth - 1].measures;
		fw_ms_leave_loop(vm);
	} while (!measures);
}

bool fw_ms_vm_end_loop(struct fw_ms_vm *vm, int64_t now_ns)
{
	if (vm->state == FW_MS_IDLE || !fw_ms_vm_is_measuring(vm))
		return false;
	vm->halted = false;
	leave_measurement(vm);
	vm->due_ns = now_ns;
	return true;
}

bool fw_ms_vm_abort(struct fw_ms_vm *vm, int64_t now_ns)
{
	if (vm->state == FW_MS_IDLE)
		return false;
	vm->halted = false;
	while (vm->depth)
		fw_ms_leave_loop(vm);
	/* Assumed: aborting the on_finished part itself ends it, else nothing could stop a loop there */
	vm->at = vm->finishing ? vm->program->count : vm->program->finish;
	vm->finishing = true;
	vm->state = FW_MS_READY;
	vm->due_ns = now_ns;
	return true;
}

bool fw_ms_vm_halt(struct fw_ms_vm *vm, int64_t now_ns)
{
	if (vm->state == FW_MS_IDLE || vm->halted)
		return false;
	vm->halted = true;
	vm->halted_ns = now_ns;
	return true;
}

/* Assumed: the cell went on as it was, and the script's own clock stood still meanwhile. */
bool fw_ms_vm_resume(struct fw_ms_vm *vm, int64_t now_ns)
{
	int64_t by_ns = now_ns - vm->halted_ns;

	if (vm->state == FW_MS_IDLE || !vm->halted)
		return false;
	vm->halted = false;
	vm->due_ns += by_ns;
	if (fw_ms_vm_is_measuring(vm))
		fw_ms_schedule_shift(&vm->schedule, by_ns);
	return true;
}
