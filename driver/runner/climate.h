/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * The chamber as a running test sees it: read when due, soaked before the start, watched after.
 * Nothing here moves a cell; it only says what the temperature is and whether that is as agreed.
 */
#ifndef SG_RUNNER_CLIMATE_H
#define SG_RUNNER_CLIMATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/error.h"
#include "core/event.h"
#include "core/text.h"
#include "experiment/experiment.h"
#include "experiment/soak.h"
#include "runner/rig.h"

/** At most this many events come out of one reading. */
#define SG_CLIMATE_EVENTS_MAX 3

enum sg_climate_state {
	SG_CLIMATE_ABSENT,    /**< no chamber, or no temperature asked for: nothing to keep */
	SG_CLIMATE_SOAKING,   /**< set, not yet settled */
	SG_CLIMATE_AGREED,    /**< settled, and within the excursion limit at the latest reading */
	SG_CLIMATE_EXCURSION, /**< settled before, now outside, or unknown for too long */
};

struct sg_climate {
	struct sg_rig *rig;
	const struct sg_temperature_config *config;
	enum sg_climate_state state;
	struct sg_soak soak;
	double set_c;
	double actual_c;     /**< latest reading, NAN if none */
	double read_s;       /**< test time of the latest good reading */
	double next_s;       /**< when the next reading is due */
	unsigned failures;   /**< readings failed in a row */
	bool hurried;        /**< set by the run: samples, or a look at the cable, wait while the chamber is asked */
	bool unknown;        /**< without a temperature to keep: that it is not known was told already */
	bool alarm;          /**< the chamber reported an alarm that was told already */
};

void sg_climate_init(struct sg_climate *climate, struct sg_rig *rig, const struct sg_temperature_config *config);

/** Set-point and conditioning on, and start soaking. soak_s: how long it must stay within. */
enum sg_err sg_climate_set(struct sg_climate *climate, double set_c, double soak_s, double now_s,
			   struct sg_event *event);

/** Conditioning off. */
enum sg_err sg_climate_stop(struct sg_climate *climate, struct sg_text *why);

/** Is a reading due? Never without a chamber. */
bool sg_climate_due(const struct sg_climate *climate, double now_s);

/**
 * One exchange with the chamber; updates the state. A chamber whose link was lost is sought again.
 * @param events  SG_CLIMATE_EVENTS_MAX
 * @return number of events
 */
size_t sg_climate_read(struct sg_climate *climate, double now_s, struct sg_event *events);

/** After an excursion: settle again before going on. */
void sg_climate_resoak(struct sg_climate *climate);

/** Temperature for a sample at now_s: the latest reading, NAN when there is none. *stale: older than its limit. */
double sg_climate_temperature_c(const struct sg_climate *climate, double now_s, bool *stale);

#endif
