/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * How the virtual machine's files reach the operands of the instruction at vm->at.
 */
#ifndef FW_METHODSCRIPT_OPERAND_H
#define FW_METHODSCRIPT_OPERAND_H

#include "firmware/methodscript_vm.h"

/** The instruction at vm->at. */
static inline const struct fw_ms_instruction *fw_ms_current(const struct fw_ms_vm *vm)
{
	return &vm->program->code[vm->at];
}

/** The variable an operand names. */
static inline struct fw_ms_value *fw_ms_variable(struct fw_ms_vm *vm,
						 const struct fw_ms_operand *operand)
{
	return &vm->variables[operand->u.variable];
}

/** The number an operand is or names. */
static inline const struct fw_ms_number *fw_ms_number(struct fw_ms_vm *vm,
						      const struct fw_ms_operand *operand)
{
	if (operand->kind == FW_MS_LITERAL)
		return &operand->u.literal;
	return &fw_ms_variable(vm, operand)->number;
}

/** The value of a numeric argument of the current instruction. */
static inline double fw_ms_argument(struct fw_ms_vm *vm, size_t argument)
{
	return fw_ms_number(vm, &fw_ms_current(vm)->operands[argument])->value;
}

#endif
