/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/methodscript_measure.h"

#include <string.h>

#include "firmware/methodscript_execute.h"
#include "firmware/methodscript_operand.h"

enum fw_ms_code fw_ms_begin_loop(struct fw_ms_vm *vm, int64_t now_ns)
{
	const struct fw_ms_instruction *instruction = fw_ms_current(vm);
	bool ocp = instruction->op == FW_MS_MEAS_LOOP_OCP;
	enum fw_pgstat_loop loop = ocp ? FW_PGSTAT_OCP : FW_PGSTAT_CP;
	const char *mark = ocp ? "M000B\n" : "M000A\n";
	enum fw_ms_code code;

	if (instruction->op == FW_MS_MEAS_LOOP_CA) {
		loop = FW_PGSTAT_CA;
		mark = "M0007\n";
	}
	code = fw_ms_schedule_start(&vm->schedule, now_ns, fw_ms_argument(vm, ocp ? 1 : 3),
				    fw_ms_argument(vm, ocp ? 2 : 4));
	if (!code)
		code = fw_pgstat_begin(vm->pgstat, now_ns, loop, ocp ? 0.0 : fw_ms_argument(vm, 2));
	if (code)
		return code;
	fw_ms_emit(vm, mark, strlen(mark));
	fw_ms_enter_loop(vm, true);
	vm->state = FW_MS_TICK;
	vm->due_ns = vm->schedule.due_ns;
	return FW_MS_OK;
}

enum fw_ms_code fw_ms_take_sample(struct fw_ms_vm *vm, int64_t now_ns)
{
	size_t top = vm->frames[vm->depth - 1].at;
	const struct fw_ms_instruction *loop = &vm->program->code[top];
	struct fw_ms_value *potential = fw_ms_variable(vm, &loop->operands[0]);
	struct fw_ms_value *current_value = NULL;
	enum fw_ms_code code;

	if (loop->op != FW_MS_MEAS_LOOP_OCP)
		current_value = fw_ms_variable(vm, &loop->operands[1]);
	code = fw_pgstat_sample(vm->pgstat, now_ns, vm->schedule.interval_s, potential,
				current_value);
	if (code) {
		vm->at = top;
		return code;
	}
	if (vm->schedule.late) {
		vm->late_samples++;
		potential->status |= FW_MS_STATUS_TIMING;
		if (current_value)
			current_value->status |= FW_MS_STATUS_TIMING;
	}
	vm->at = top + 1;
	return FW_MS_OK;
}

enum fw_ms_code fw_ms_begin_measure(struct fw_ms_vm *vm, int64_t now_ns)
{
	const char *vartype = fw_ms_current(vm)->operands[2].u.vartype;
	enum fw_ms_code code = fw_pgstat_may_measure(vm->pgstat);

	if (code)
		return code;
	if (memcmp(vartype, "ab", 2) != 0 && memcmp(vartype, "ba", 2) != 0)
		return FW_MS_VARTYPE_NOT_ALLOWED;
	if (fw_ms_argument(vm, 0) > FW_MS_WAIT_MAX_S)
		return FW_MS_OUT_OF_BOUNDS;
	vm->due_ns = now_ns + fw_ms_nanoseconds(fw_ms_argument(vm, 0));
	vm->state = FW_MS_MEASURE;
	return FW_MS_OK;
}

enum fw_ms_code fw_ms_finish_measure(struct fw_ms_vm *vm, int64_t now_ns)
{
	const struct fw_ms_instruction *instruction = fw_ms_current(vm);
	struct fw_ms_value *result = fw_ms_variable(vm, &instruction->operands[1]);
	bool potential = memcmp(instruction->operands[2].u.vartype, "ab", 2) == 0;
	enum fw_ms_code code;

	code = fw_pgstat_sample(vm->pgstat, now_ns, fw_ms_argument(vm, 0),
				potential ? result : NULL, potential ? NULL : result);
	if (!code)
		vm->at++;
	return code;
}
