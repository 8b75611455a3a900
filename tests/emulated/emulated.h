/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * A whole test, driver against simulator, in lockstep virtual time and two processes: the simulator is
 * started as its own program, the runner runs here. No sleeps, no timing luck.
 */
#ifndef SG_TESTS_EMULATED_H
#define SG_TESTS_EMULATED_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "experiment/experiment.h"
#include "runner/runner.h"

struct sg_clock;

#define EMU_EVENTS_MAX 4096

/** One emulated run: what to do, and what came of it. Zero it, set the inputs, emu_run(), emu_free(). */
struct emu {
	/* inputs */
	const char *yaml;          /**< experiment; ports are filled in here */
	const char *sim_arguments; /**< further words of the simulator's command line, blank-separated, or NULL */
	const char *potentiostat_arguments; /**< words that belong to the potentiostat's section, or NULL */
	const char *chamber_arguments;      /**< words that belong to the votsch section, or NULL */
	const char *root;          /**< where the temporary folder goes; NULL: /tmp */
	const char *family;        /**< of the potentiostat: "emstat4" (NULL) or another */
	const char *model;         /**< of it: "hr" (NULL) or another */
	const char *cable;         /**< before the potentiostat's address: "faulty:drop=0.1:", or NULL */
	unsigned seed;
	bool no_chamber;
	const volatile sig_atomic_t *interrupts;
	void (*on_event)(void *ctx, const struct sg_event *event);    /**< or NULL */
	void (*on_progress)(void *ctx, const struct sg_run_view *view); /**< or NULL */
	void *ctx;
	void (*allocation_mark)(bool running);
	bool keep_simulator; /**< without --once: it waits for another host until emu_end() */
	const char *resume;  /**< run folder to go on in, or NULL: a new run */
	bool go_on;          /**< with resume: a person says so */
	double settle_s;     /**< virtual time that passes after the run, its ports closed; 0: none */

	/* outputs */
	pid_t simulator;     /**< while it runs */
	int simulator_out;   /**< what it prints */
	enum sg_err opened;  /**< of sg_rig_open */
	enum sg_err err;     /**< of sg_run */
	char why[512];
	struct sg_run_outcome outcome;
	char folder[64];     /**< temporary folder that holds the run folder; removed by emu_free() */
	char socket[128];    /**< at which the simulator listens */
	char *truth;         /**< the simulator's own report, JSON text */
	size_t event_count;
	struct sg_event *events;
	double real_s;       /**< how long it took */
};

/** Run it. Aborts the test program if the simulator cannot be started. */
void emu_run(struct emu *emu);
void emu_free(struct emu *emu);

/* The parts of emu_run(), for tests in which one side dies. */

/** Temporary folder, simulator. */
void emu_start(struct emu *emu);
/** One host: rig, run, settle. With keep_simulator another may follow, with another yaml. */
void emu_host(struct emu *emu);
/** A host that only lets time pass: nobody opens a port. */
void emu_idle(struct emu *emu, double virtual_s);
/** Simulator ended (asked to, with keep_simulator), report read. */
void emu_end(struct emu *emu);

/** First number after "key": in the simulator's report; NAN if null or absent. */
double emu_truth_number(const struct emu *emu, const char *key);
/** Whether "key": true stands there; aborts if the key is absent. */
bool emu_truth_flag(const struct emu *emu, const char *key);

/** Number of events of a type. */
size_t emu_count(const struct emu *emu, enum sg_event_type type);

/** The standard CCD experiment with these numbers, in storage the caller gives. */
const char *emu_ccd_yaml(char *storage, size_t size, double from, double to, double increment, double half_step_s,
			 const char *extra);

#endif
