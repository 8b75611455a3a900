/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * A run folder in a temporary place, a clock that is moved by hand, and a run to record: three levels of a
 * ramp with rests, books kept by accounting.
 */
#ifndef TESTS_DRIVER_HOST_RECORD_FIXTURE_H
#define TESTS_DRIVER_HOST_RECORD_FIXTURE_H

#include <stddef.h>
#include <stdint.h>

#include "experiment/accounting.h"
#include "host/clock.h"
#include "host/recorder.h"

#define FIXTURE_STEPS 12

struct record_fixture {
	char root[64]; /* removed with everything in it by record_fixture_fini() */
	struct sg_clock clock;
	int64_t now_ns;
	struct sg_experiment experiment;
	struct sg_procedure procedures[1];
	struct sg_plan plan;
	struct sg_step steps[FIXTURE_STEPS];
	struct sg_identity potentiostat;
	struct sg_identity chamber;
	struct sg_record_meta meta;
	char experiment_path[128];
	char why_storage[256];
	struct sg_text why;
	struct sg_accounting books;
	double time_s;
};

/* speed: of the clock; 1 real, 0 lockstep */
void record_fixture_init(struct record_fixture *fixture, double speed);
void record_fixture_fini(struct record_fixture *fixture);

/* Open a recorder on it, or fail the test with what it says. */
struct sg_recorder *record_fixture_open(struct record_fixture *fixture);

/* The next row of the run: 1 s later, steps of 10 rows, over and over. */
const struct sg_row *record_fixture_row(struct record_fixture *fixture);

/* The bytes of a file, NUL-terminated, malloc'd; NULL if it cannot be read. */
char *record_fixture_slurp(const char *folder, const char *name, size_t *length);

/* Bytes in a file now; -1 if there is none. */
long record_fixture_size(const char *path);

#endif
