/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * A run on a pseudo-terminal, in real time, simulator, runner and guardian each a process of its own, and what is left when
 * the runner is killed. Half-cycles of 2 s, one after the other without a gap.
 */
#ifndef SG_TESTS_KILLED_RUN_H
#define SG_TESTS_KILLED_RUN_H

#include <stdbool.h>
#include <sys/types.h>

#define KILLED_INTERVAL_S 0.1
#define KILLED_CURRENT_A 1e-3
#define KILLED_PATH_SIZE 512

struct kill_programs {
	const char *sandglass, *firmware_sim;
	const char *family; /* of the potentiostat */
};

struct killed_run {
	unsigned seed;
	char folder[64]; /* temporary; the run folder is in it */
	char pty[64];
	pid_t simulator, runner;
	pid_t guardian;       /* 0: there was none yet */
	double killed_unix_s, killed_s; /* the second on CLOCK_MONOTONIC */
	double off_s;         /* from the kill to the cell off, by the guardian's word; NAN: it has said nothing */
	bool two_writers;     /* the guardian had the port open before the runner was gone */
	char *truth;          /* the simulator's report, JSON text */
};

/* Aborts the program if a process cannot be started. The caller is a child subreaper: it waits for the guardian. */
void killed_run_begin(struct killed_run *run, const struct kill_programs *programs, unsigned seed);

/* So long after its start, and until its guardian is done. */
void killed_run_kill(struct killed_run *run, double after_s);

/* End the simulator; from now on there is the truth. */
void killed_run_end(struct killed_run *run);

void killed_run_free(struct killed_run *run);

/* Path of a file in the run folder, a pattern; "": of the folder itself, with a slash. False: there is none. */
bool killed_run_file(const struct killed_run *run, const char *name, char path[KILLED_PATH_SIZE]);

/* A small file as text; empty if there is none. The caller frees it. */
char *killed_slurp(const char *path);

/* The text behind "key": in JSON, or an empty one. */
const char *killed_value(const char *json, const char *key);

#endif
