/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * Second stage of the interpreter: a virtual machine that runs a program through time. It is woken
 * at its own instants, runs until it has to wait, and writes the script's output.
 *
 * Time of instructions, Assumed: a thousand instructions without waiting take 20 ms, in steps of
 * 50; fewer than 50 between two waits take none.
 */
#ifndef FW_METHODSCRIPT_VM_H
#define FW_METHODSCRIPT_VM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "firmware/emstat4_pgstat.h"
#include "firmware/firmware.h"
#include "firmware/methodscript_package.h"
#include "firmware/methodscript_program.h"
#include "firmware/methodscript_refusals.h"
#include "firmware/methodscript_schedule.h"

enum fw_ms_state {
	FW_MS_IDLE,
	FW_MS_READY,   /**< runs on at due_ns */
	FW_MS_MEASURE, /**< a `meas` is over at due_ns */
	FW_MS_TICK,    /**< the measurement loop goes on or ends at due_ns */
};

/** A loop that is being run. */
struct fw_ms_frame {
	size_t at; /**< its instruction */
	bool measures;
};

struct fw_ms_vm {
	/* borrowed */
	const struct fw_ms_program *program;
	struct fw_pgstat *pgstat;
	struct fw_sink sink;
	struct fw_ms_refusals *refusals;
	/* options */
	bool error_tail;  /**< an empty line follows a run-time error */
	/* state */
	enum fw_ms_state state;
	int64_t due_ns;
	bool halted;
	int64_t halted_ns;
	bool finishing;   /**< in the on_finished part */
	bool output_on;
	size_t at;        /**< next instruction */
	struct fw_ms_frame frames[FW_MS_SCOPES_MAX];
	size_t depth;
	struct fw_ms_schedule schedule;
	int64_t timer_ns;
	struct fw_ms_value variables[FW_MS_VARIABLES_MAX];
	struct fw_ms_package package;
	/* counted for the report */
	unsigned long scripts;
	unsigned long packages;
	unsigned long late_samples;
};

/** All pointers are borrowed. Nothing runs. */
void fw_ms_vm_init(struct fw_ms_vm *vm, struct fw_pgstat *pgstat, struct fw_sink sink,
		   struct fw_ms_refusals *refusals);

/** Begin at now_ns. The program must stay as it is until the machine is idle again. */
void fw_ms_vm_start(struct fw_ms_vm *vm, const struct fw_ms_program *program, int64_t now_ns);

bool fw_ms_vm_is_idle(const struct fw_ms_vm *vm);

/** Is a measurement loop open? */
bool fw_ms_vm_is_measuring(const struct fw_ms_vm *vm);

/** When it wants to run, or FW_NEVER. */
int64_t fw_ms_vm_next_ns(const struct fw_ms_vm *vm);

/** Run on, at its own instant. */
void fw_ms_vm_run(struct fw_ms_vm *vm, int64_t now_ns);

/*
 * What the host may ask of a running script. The echo has been sent already. False, and nothing has
 * changed: there is nothing to abort, end, halt or resume.
 */
bool fw_ms_vm_abort(struct fw_ms_vm *vm, int64_t now_ns);
bool fw_ms_vm_end_loop(struct fw_ms_vm *vm, int64_t now_ns);
bool fw_ms_vm_halt(struct fw_ms_vm *vm, int64_t now_ns);
bool fw_ms_vm_resume(struct fw_ms_vm *vm, int64_t now_ns);

#endif
