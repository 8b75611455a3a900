/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/detector.h"

#include <math.h>

#include "core/sample.h"
#include "detect/baseline.h"
#include "detect/data_fault.h"
#include "detect/hard_short.h"
#include "detect/jump.h"
#include "detect/noise.h"
#include "detect/stretch.h"
#include "detect/thresholds.h"
#include "detect/timeline.h"

/*
 * The way of a reading:
 *
 *   values -> time -> stretch -> rail, set point, stuck code | not a sample
 *          -> noise -> hard short -> baseline (only while nothing looks short)
 */

void sg_detector_init(struct sg_detector *d, const struct sg_detect_config *config)
{
	*d = (struct sg_detector){
		.area_cm2 = config->area_cm2,
		.compliance_v = config->compliance_v,
		.rest_v = NAN,
		.temperature_c = NAN,
		.resistance_ohm = NAN,
	};
	sg_noise_init(&d->voltage, config->voltage_noise_v, true);
	sg_noise_init(&d->current, config->current_noise_a, false);
	sg_stretch_init(&d->stretch);
	sg_baseline_init(&d->baseline, config->expected_ohm);
	sg_jump_init(&d->jump);
	sg_hard_short_init(&d->hard_short);
}

static void handle_gap(struct sg_detector *d)
{
	const bool quiet = sg_hard_short_is_quiet(&d->hard_short);

	sg_stretch_gap(&d->stretch, d->now_s);
	sg_baseline_close(&d->baseline, &d->stretch, false);
	sg_jump_gap(&d->jump, &d->stretch, sg_baseline_thermal(d->temperature_c), quiet);
	sg_hard_short_gap(&d->hard_short);
	sg_fault_break_run(&d->faults);
	sg_noise_break(&d->voltage);
	sg_noise_break(&d->current);
}

/* Time and temperature of a reading whose numbers are numbers. False: not a new reading. */
static bool take_time(struct sg_detector *d, const struct sg_reading *reading, struct sg_event *events, size_t *count)
{
	const double before_s = d->now_s;
	enum sg_tick tick = sg_timeline_feed(&d->timeline, reading->time_s);

	if (!sg_fault_check_time(&d->timeline, tick, reading, events, count))
		return false;
	d->now_s = d->timeline.now_s[0];
	if (tick != SG_TICK_ON || (reading->flags & SG_FLAG_GAP_BEFORE))
		handle_gap(d);
	if (isfinite(reading->temperature_c) && !(reading->flags & SG_FLAG_STALE)) {
		d->temperature_c = reading->temperature_c;
		sg_baseline_temperature(&d->baseline, reading->temperature_c, fmax(d->now_s - before_s, 0.0));
	}
	return true;
}

/* Which stretch, and whether the current is on its level. */
static bool take_current(struct sg_detector *d, const struct sg_reading *reading)
{
	const struct sg_stretch before = d->stretch;
	bool on, quiet;

	sg_noise_feed(&d->current, reading->current_a, d->now_s);
	on = sg_stretch_feed(&d->stretch, reading, d->now_s, sg_noise_rms(&d->current, 0.0));
	if (d->stretch.index != before.index) {
		quiet = sg_hard_short_is_quiet(&d->hard_short);
		sg_baseline_close(&d->baseline, &before, quiet);
		sg_jump_begin(&d->jump, before.known ? before.level_a : NAN, quiet);
		if (sg_baseline_begin(&d->baseline, d->stretch.level_a))
			sg_jump_init(&d->jump);
		sg_fault_break_run(&d->faults);
		sg_noise_break(&d->voltage);
		sg_noise_break(&d->current);
	}
	return on;
}

static bool has_meaning(const struct sg_detector *d, const struct sg_reading *reading)
{
	/* Two unlike electrodes: the voltage is not made by the current. */
	if (fabs(d->rest_v) > SG_REST_MAX_V)
		return false;
	/* The first reading of a stretch, or after a gap, is spoilt by the switch of range. */
	return fabs(reading->current_a) > SG_REST_A && d->stretch.blank_count >= 2;
}

static size_t take_voltage(struct sg_detector *d, const struct sg_reading *reading, struct sg_event *events)
{
	const double ohm = reading->voltage_v / reading->current_a;
	const bool settled = sg_stretch_is_settled(&d->stretch, d->now_s);
	size_t count;

	if (!has_meaning(d, reading))
		return 0;
	sg_jump_feed(&d->jump, &d->stretch, d->now_s, reading->voltage_v, sg_baseline_thermal(d->temperature_c));
	count = sg_hard_short_feed(d, reading, events);
	if (sg_hard_short_is_quiet(&d->hard_short))
		sg_baseline_learn(&d->baseline, &d->stretch, d->now_s, ohm, d->temperature_c, settled);
	if (settled)
		d->resistance_ohm = ohm;
	return count;
}

static size_t feed(struct sg_detector *d, const struct sg_reading *reading, struct sg_event *events)
{
	size_t count = 0;
	bool on_level, good;

	d->accepted = false;
	d->resistance_ohm = NAN;
	if (!sg_fault_check_values(&d->faults, reading, events, &count) || !take_time(d, reading, events, &count))
		return count;
	on_level = take_current(d, reading);
	if (!sg_fault_check_rail(&d->faults, reading, d->compliance_v, events, &count))
		return count;
	d->accepted = true;
	if (d->stretch.known && d->stretch.level_a == 0.0 && !d->stretch.trying) {
		d->rest_v = reading->voltage_v;
		sg_jump_rest(&d->jump, reading->voltage_v);
		sg_noise_feed(&d->voltage, reading->voltage_v, d->now_s);
		return count;
	}
	good = sg_fault_check_current(&d->faults, reading, d->now_s, on_level, events, &count);
	if (good)
		good = sg_fault_check_stuck(&d->faults, reading, sg_noise_codes(&d->voltage), events, &count);
	d->accepted = good;
	if (!good)
		return count;
	sg_noise_feed(&d->voltage, reading->voltage_v, d->now_s);
	return count + take_voltage(d, reading, &events[count]);
}

size_t sg_detector_feed(struct sg_detector *detector, const struct sg_reading *reading, struct sg_event *events)
{
	const size_t count = feed(detector, reading, events);

	for (size_t i = 0; i < count; i++)
		events[i].step = reading->step;
	return count;
}

double sg_detector_resistance_ohm(const struct sg_detector *detector)
{
	return detector->resistance_ohm;
}

double sg_detector_baseline_ohm(const struct sg_detector *detector)
{
	return sg_baseline_ohm(&detector->baseline, &detector->stretch, detector->now_s, detector->temperature_c);
}
