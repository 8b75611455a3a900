/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * What each instruction does. Used by the virtual machine only.
 */
#ifndef FW_METHODSCRIPT_EXECUTE_H
#define FW_METHODSCRIPT_EXECUTE_H

#include "firmware/methodscript_vm.h"

/** Write a line (its end included) to the host, unless the script has switched its output off. */
void fw_ms_emit(struct fw_ms_vm *vm, const char *text, size_t length);

/**
 * Execute the instruction at vm->at and move on. Changes vm->state when it has to wait.
 *
 * @return FW_MS_OK, or the run-time error; vm->at is then still that of the instruction
 */
enum fw_ms_code fw_ms_execute(struct fw_ms_vm *vm, int64_t now_ns);

/** Note that the loop at vm->at is being run. */
void fw_ms_enter_loop(struct fw_ms_vm *vm, bool measures);

/** Leave the innermost loop: its end mark is written, vm->at is behind it. */
void fw_ms_leave_loop(struct fw_ms_vm *vm);

#endif
