/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * The instructions that measure: they wait, and are finished at a later instant. Used by the
 * virtual machine only. A sample is the reading at the end of its interval and stands for the
 * average over it: the noise is that of an average, the value is not.
 *
 * Functions return FW_MS_OK or the run-time error; vm->at is then at the instruction to blame.
 */
#ifndef FW_METHODSCRIPT_MEASURE_H
#define FW_METHODSCRIPT_MEASURE_H

#include "firmware/methodscript_vm.h"

/** Enter the measurement loop at vm->at and wait for its first sample. */
enum fw_ms_code fw_ms_begin_loop(struct fw_ms_vm *vm, int64_t now_ns);

/** Take the sample of the running measurement loop into its variables, and go into its body. */
enum fw_ms_code fw_ms_take_sample(struct fw_ms_vm *vm, int64_t now_ns);

/** Begin the `meas` at vm->at. */
enum fw_ms_code fw_ms_begin_measure(struct fw_ms_vm *vm, int64_t now_ns);

/** Finish it. */
enum fw_ms_code fw_ms_finish_measure(struct fw_ms_vm *vm, int64_t now_ns);

#endif
