/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * A recorded test fed through the same guard, detectors and result code as a live one. What a table
 * does not say (steps, set current) is told from the current itself.
 */
#ifndef SG_EXPERIMENT_REPLAY_H
#define SG_EXPERIMENT_REPLAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/error.h"
#include "experiment/guard.h"
#include "experiment/result.h"
#include "experiment/watch.h"
#include "format/table_reader.h"

struct sg_replay_config {
	double area_cm2;        /**< NAN if unknown: then densities are currents in mA, capacities in mAh, in events too */
	double expected_ohm;    /**< NAN: not given */
	double compliance_v;    /**< of the source, NAN: unknown */
	double limit_voltage_v; /**< guard, NAN: none */
	const struct sg_exposure_config *model; /**< see sg_watch_model(); NULL: nothing of a diffusion limit. Copied */
	void *ctx;
	void (*event)(void *ctx, const struct sg_event *event);
};

struct sg_replay {
	struct sg_replay_config config;
	struct sg_watch watch;
	struct sg_guard guard;
	struct sg_result result; /**< of all half-steps; at most SG_REPLAY_HALF_STEPS in detail */
	double short_time_s;     /**< of the short in the result, in the table's own time; NAN if none */
	/* private */
	uint32_t stretch;     /* of the detector, the half-step at hand belongs to */
	bool in_half_step;
	bool tripped;         /* the guard's limit is exceeded; told once per episode */
	double last_now_s;    /* bridged time of the latest reading */
	uint32_t last_step;   /* step count of the latest row */
	double time_s;        /* table's time of the latest row that had one */
	double charge_c;      /* of the half-step at hand */
	double pending_c;     /* of readings that may belong to the next one */
	double pending_begin_s;
	double pending_v;     /* of the first of them, NAN if there are none */
	uint64_t rows;
	uint64_t bad_rows;
};

#define SG_REPLAY_HALF_STEPS 65536

/** Allocates the result; sg_replay_fini() frees it. @retval SG_ERR_NO_MEMORY */
enum sg_err sg_replay_init(struct sg_replay *replay, const struct sg_replay_config *config);
void sg_replay_fini(struct sg_replay *replay);

/** One row of the table. */
void sg_replay_row(struct sg_replay *replay, const struct sg_table_row *row);

/** A row that could not be read: a data fault, never a reading. Told at 1, 10, 100, ... of them. */
void sg_replay_bad_row(struct sg_replay *replay, uint64_t row, const char *text);

/** The table is over. */
void sg_replay_end(struct sg_replay *replay);

#endif
