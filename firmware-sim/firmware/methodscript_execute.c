/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/methodscript_execute.h"

#include <math.h>
#include <string.h>

#include "firmware/methodscript_arithmetic.h"
#include "firmware/methodscript_measure.h"
#include "firmware/methodscript_operand.h"
#include "firmware/methodscript_token.h"

void fw_ms_emit(struct fw_ms_vm *vm, const char *text, size_t length)
{
	/* Assumed: what a script switches off is all it writes, marks of loops included */
	if (vm->output_on)
		vm->sink.send(vm->sink.ctx, text, length);
}

/* Numbers the parser could not judge because they come out of variables. */
static enum fw_ms_code check_arguments(struct fw_ms_vm *vm)
{
	const struct fw_ms_instruction *instruction = fw_ms_current(vm);
	enum fw_ms_code code = FW_MS_OK;

	for (size_t i = 0; instruction->arguments[i] && !code; i++)
		if (strchr("FPZ", instruction->arguments[i]) &&
		    instruction->operands[i].kind == FW_MS_VARIABLE)
			code = fw_ms_number_check(instruction->arguments[i],
						  fw_ms_number(vm, &instruction->operands[i]));
	return code;
}

static enum fw_ms_code comparison_holds(struct fw_ms_vm *vm,
					const struct fw_ms_instruction *instruction, bool *holds)
{
	return fw_ms_compare(fw_ms_number(vm, &instruction->operands[0]),
			     instruction->operands[1].u.comparison,
			     fw_ms_number(vm, &instruction->operands[2]), holds);
}

static enum fw_ms_code execute_data(struct fw_ms_vm *vm,
				    const struct fw_ms_instruction *instruction)
{
	const struct fw_ms_operand *operands = instruction->operands;
	struct fw_ms_value *first = fw_ms_variable(vm, &operands[0]);

	if (instruction->op == FW_MS_STORE_VAR) {
		*first = (struct fw_ms_value){.number = *fw_ms_number(vm, &operands[1])};
		memcpy(first->vartype, operands[2].u.vartype, sizeof(first->vartype));
		return FW_MS_OK;
	}
	if (instruction->op == FW_MS_COPY_VAR) {
		*fw_ms_variable(vm, &operands[1]) = *first;
		return FW_MS_OK;
	}
	/* Assumed: a computed value is no longer a measured one, so it loses status and range */
	first->measured = false;
	return fw_ms_arithmetic(instruction->op, &first->number, fw_ms_number(vm, &operands[1]));
}

static enum fw_ms_code execute_if(struct fw_ms_vm *vm, const struct fw_ms_instruction *instruction)
{
	bool holds;
	enum fw_ms_code code = comparison_holds(vm, instruction, &holds);

	if (!code)
		vm->at = holds ? vm->at + 1 : instruction->target;
	return code;
}

void fw_ms_enter_loop(struct fw_ms_vm *vm, bool measures)
{
	vm->frames[vm->depth++] = (struct fw_ms_frame){.at = vm->at, .measures = measures};
}

void fw_ms_leave_loop(struct fw_ms_vm *vm)
{
	const struct fw_ms_frame *frame = &vm->frames[--vm->depth];

	fw_ms_emit(vm, frame->measures ? "*\n" : "+\n", 2);
	if (frame->measures)
		fw_pgstat_end(vm->pgstat);
	vm->at = vm->program->code[frame->at].target + 1;
	vm->state = FW_MS_READY;
}

/* The top of a loop: once around if the comparison holds, out otherwise. */
static enum fw_ms_code loop_around(struct fw_ms_vm *vm)
{
	size_t top = vm->frames[vm->depth - 1].at;
	bool holds;
	enum fw_ms_code code = comparison_holds(vm, &vm->program->code[top], &holds);

	if (code)
		return code;
	if (holds)
		vm->at = top + 1;
	else
		fw_ms_leave_loop(vm);
	return FW_MS_OK;
}

static enum fw_ms_code execute_endloop(struct fw_ms_vm *vm, int64_t now_ns)
{
	if (!vm->frames[vm->depth - 1].measures)
		return loop_around(vm);
	fw_ms_schedule_next(&vm->schedule, now_ns);
	vm->state = FW_MS_TICK;
	vm->due_ns = vm->schedule.due_ns;
	return FW_MS_OK;
}

static enum fw_ms_code execute_wait(struct fw_ms_vm *vm, int64_t now_ns)
{
	double seconds = fw_ms_argument(vm, 0);

	if (seconds > FW_MS_WAIT_MAX_S)
		return FW_MS_OUT_OF_BOUNDS;
	vm->due_ns = now_ns + fw_ms_nanoseconds(seconds);
	vm->at++;
	return FW_MS_OK;
}

static enum fw_ms_code execute_output(struct fw_ms_vm *vm)
{
	double mode = fw_ms_argument(vm, 0);

	/* modes that write to files are not simulated */
	if (fabs(mode) > 0.0 && fabs(mode - 1.0) > 0.0)
		return FW_MS_BAD_OUTPUT_MODE;
	vm->output_on = mode > 0.5;
	return FW_MS_OK;
}

static void execute_send_string(struct fw_ms_vm *vm, const struct fw_ms_instruction *instruction)
{
	char line[FW_MS_PACKAGE_VARIABLES_MAX * 24];
	size_t length = instruction->operands[0].u.text.length;

	/* a script line holds at most 128 characters, so this never cuts anything */
	if (length > sizeof(line) - 2)
		length = sizeof(line) - 2;
	line[0] = 'T';
	memcpy(line + 1, vm->program->texts + instruction->operands[0].u.text.offset, length);
	line[length + 1] = '\n';
	fw_ms_emit(vm, line, length + 2);
}

static void execute_timer_get(struct fw_ms_vm *vm, const struct fw_ms_instruction *instruction,
			      int64_t now_ns)
{
	*fw_ms_variable(vm, &instruction->operands[0]) = (struct fw_ms_value){
		.number = {.value = (double)(now_ns - vm->timer_ns) * 1e-9},
		.vartype = {'e', 'b'},
	};
}

static void send_package(struct fw_ms_vm *vm)
{
	fw_ms_package_end(&vm->package);
	fw_ms_emit(vm, vm->package.text, vm->package.length);
	if (vm->output_on)
		vm->packages++;
}

/* Commands that set up the potentiostat. */
static enum fw_ms_code execute_setup(struct fw_ms_vm *vm,
				     const struct fw_ms_instruction *instruction, int64_t now_ns)
{
	struct fw_pgstat *pgstat = vm->pgstat;
	const char *vartype = instruction->operands[0].u.vartype;
	double mains_hz;

	switch ((int)instruction->op) {
	case FW_MS_SET_PGSTAT_CHAN:
		return fw_pgstat_set_chan(fw_ms_argument(vm, 0));
	case FW_MS_SET_PGSTAT_MODE:
		return fw_pgstat_set_mode(pgstat, fw_ms_argument(vm, 0));
	case FW_MS_SET_MAX_BANDWIDTH:
		return fw_pgstat_set_bandwidth(pgstat);
	case FW_MS_SET_RANGE:
		return fw_pgstat_set_range(pgstat, vartype, fw_ms_argument(vm, 1));
	case FW_MS_SET_RANGE_MINMAX:
		return fw_pgstat_set_minmax(pgstat, vartype, fw_ms_argument(vm, 1),
					    fw_ms_argument(vm, 2));
	case FW_MS_SET_AUTORANGING:
		return fw_pgstat_set_autoranging(pgstat, vartype, fw_ms_argument(vm, 1),
						 fw_ms_argument(vm, 2));
	case FW_MS_SET_E:
		return fw_pgstat_set_e(pgstat, now_ns, fw_ms_argument(vm, 0));
	case FW_MS_SET_I:
		return fw_pgstat_set_i(pgstat, now_ns, fw_ms_argument(vm, 0));
	case FW_MS_CELL_ON:
		return fw_pgstat_cell_on(pgstat, now_ns);
	case FW_MS_CELL_OFF:
		fw_pgstat_cell_off(pgstat, now_ns);
		return FW_MS_OK;
	}
	/* mains frequency */
	mains_hz = fw_ms_argument(vm, 0);
	return fabs(mains_hz - 50.0) < 1e-9 || fabs(mains_hz - 60.0) < 1e-9 ? FW_MS_OK :
									      FW_MS_OUT_OF_BOUNDS;
}

static enum fw_ms_code stepped(struct fw_ms_vm *vm, enum fw_ms_code code)
{
	if (!code)
		vm->at++;
	return code;
}

enum fw_ms_code fw_ms_execute(struct fw_ms_vm *vm, int64_t now_ns)
{
	const struct fw_ms_instruction *instruction = fw_ms_current(vm);
	enum fw_ms_code code = check_arguments(vm);

	if (code)
		return code;
	switch (instruction->op) {
	case FW_MS_STORE_VAR:
	case FW_MS_COPY_VAR:
	case FW_MS_ADD_VAR:
	case FW_MS_SUB_VAR:
	case FW_MS_MUL_VAR:
	case FW_MS_DIV_VAR:
	case FW_MS_MOD_VAR:
		return stepped(vm, execute_data(vm, instruction));
	case FW_MS_IF:
	case FW_MS_ELSEIF:
		return execute_if(vm, instruction);
	case FW_MS_JUMP:
		vm->at = instruction->target;
		return FW_MS_OK;
	case FW_MS_LOOP:
		fw_ms_emit(vm, "L\n", 2);
		fw_ms_enter_loop(vm, false);
		return loop_around(vm);
	case FW_MS_ENDLOOP:
		return execute_endloop(vm, now_ns);
	case FW_MS_BREAKLOOP:
		fw_ms_leave_loop(vm);
		return FW_MS_OK;
	case FW_MS_ABORT:
		fw_ms_vm_abort(vm, now_ns);
		return FW_MS_OK;
	case FW_MS_WAIT:
		return execute_wait(vm, now_ns);
	case FW_MS_TIMER_START:
		vm->timer_ns = now_ns;
		return stepped(vm, FW_MS_OK);
	case FW_MS_TIMER_GET:
		execute_timer_get(vm, instruction, now_ns);
		return stepped(vm, FW_MS_OK);
	case FW_MS_SEND_STRING:
		execute_send_string(vm, instruction);
		return stepped(vm, FW_MS_OK);
	case FW_MS_SET_SCRIPT_OUTPUT:
		return stepped(vm, execute_output(vm));
	case FW_MS_PCK_START:
		fw_ms_package_start(&vm->package);
		return stepped(vm, FW_MS_OK);
	case FW_MS_PCK_ADD:
		fw_ms_package_add(&vm->package, fw_ms_variable(vm, &instruction->operands[0]));
		return stepped(vm, FW_MS_OK);
	case FW_MS_PCK_END:
		send_package(vm);
		return stepped(vm, FW_MS_OK);
	case FW_MS_SET_PGSTAT_CHAN:
	case FW_MS_SET_PGSTAT_MODE:
	case FW_MS_SET_MAX_BANDWIDTH:
	case FW_MS_SET_RANGE:
	case FW_MS_SET_RANGE_MINMAX:
	case FW_MS_SET_AUTORANGING:
	case FW_MS_SET_FRAC_AUTOADJUST:
	case FW_MS_SET_E:
	case FW_MS_SET_I:
	case FW_MS_CELL_ON:
	case FW_MS_CELL_OFF:
		return stepped(vm, execute_setup(vm, instruction, now_ns));
	case FW_MS_MEAS:
		return fw_ms_begin_measure(vm, now_ns);
	case FW_MS_MEAS_LOOP_OCP:
	case FW_MS_MEAS_LOOP_CP:
	case FW_MS_MEAS_LOOP_CA:
		return fw_ms_begin_loop(vm, now_ns);
	case FW_MS_VAR:
	case FW_MS_ELSE:
	case FW_MS_ENDIF:
	case FW_MS_ON_FINISHED:
		break; /* leave no instruction */
	}
	return stepped(vm, FW_MS_OK);
}
