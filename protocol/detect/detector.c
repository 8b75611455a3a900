/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/detector.h"

#include <math.h>

#include "core/sample.h"
#include "detect/baseline.h"
#include "detect/contact.h"
#include "detect/data_fault.h"
#include "detect/flicker.h"
#include "detect/hard_short.h"
#include "detect/jump.h"
#include "detect/noise.h"
#include "detect/polarization.h"
#include "detect/residual.h"
#include "detect/series.h"
#include "detect/soft_short.h"
#include "detect/start_short.h"
#include "detect/stretch.h"
#include "detect/thresholds.h"
#include "detect/timeline.h"

/*
 * The way of a reading:
 *
 *   values -> time -> stretch -> rail, set point, stuck code | not a sample
 *          -> noise -> hard short -> start
 *          -> residual -> contacts and leads -> soft short, polarization (only while leads are not in doubt)
 *          -> baseline (only while nothing looks strange)
 */

/* A switch of range is told at 1, 10, 100, ...: a table may have thousands. */
static bool is_power_of_ten(uint32_t n)
{
	while (n >= 10 && n % 10 == 0)
		n /= 10;
	return n == 1;
}

void sg_detector_init(struct sg_detector *d, const struct sg_detect_config *config)
{
	*d = (struct sg_detector){
		.area_cm2 = config->area_cm2,
		.compliance_v = config->compliance_v,
		.temperature_c = NAN,
		.resistance_ohm = NAN,
		.limit_fraction = NAN,
	};
	sg_noise_init(&d->voltage, config->voltage_noise_v, true);
	sg_noise_init(&d->current, config->current_noise_a, false);
	sg_stretch_init(&d->stretch);
	sg_baseline_init(&d->baseline, config->expected_ohm);
	sg_jump_init(&d->jump);
	sg_hard_short_init(&d->hard_short);
	sg_contact_init(&d->contact);
	sg_soft_short_init(&d->soft_short);
	sg_flicker_init(&d->flicker);
	sg_series_init(&d->series);
	sg_polarization_init(&d->polarizing);
	sg_start_short_init(&d->start_short);
}

/* gap_s: how long nothing was read; INFINITY: nobody knows. */
static void handle_gap(struct sg_detector *d, double gap_s)
{
	const bool quiet = sg_hard_short_is_quiet(&d->hard_short);

	sg_stretch_gap(&d->stretch, d->now_s, gap_s);
	sg_baseline_close(&d->baseline, &d->stretch, d->now_s, false);
	sg_jump_gap(&d->jump, &d->stretch, d->baseline.thermal, quiet);
	sg_hard_short_gap(&d->hard_short);
	sg_contact_break(&d->contact);
	sg_soft_short_break(&d->soft_short);
	sg_flicker_break(&d->flicker);
	sg_polarization_break(&d->polarizing);
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
		handle_gap(d, tick == SG_TICK_RESTART ? INFINITY : d->now_s - before_s);
	if (isfinite(reading->temperature_c) && !(reading->flags & SG_FLAG_STALE)) {
		d->temperature_c = reading->temperature_c;
		sg_baseline_temperature(&d->baseline, reading->temperature_c, fmax(d->now_s - before_s, 0.0));
	}
	return true;
}

/* Nothing in this polarity looks other than healthy. */
static bool is_learnable(const struct sg_detector *d, int polarity)
{
	return sg_soft_short_is_quiet(&d->soft_short, polarity) && !d->flicker.dipped && !sg_contact_in_doubt(&d->contact, d->now_s) &&
	       d->polarizing.count == 0;
}

/* One or two readings off the level that come back to it: a switch of range. */
static void follow_glitch(struct sg_detector *d, bool on, const struct sg_reading *reading, struct sg_event *events,
			  size_t *count)
{
	struct sg_event *event;
	const uint32_t off = d->off_count;

	d->off_count = on ? 0 : off + 1;
	if (!on || off == 0 || off > SG_GLITCH_READINGS || !is_power_of_ten(++d->glitches))
		return;
	event = &events[(*count)++];
	sg_event_init(event, SG_EVENT_RANGE_GLITCH, SG_GRADE_INFO, reading->time_s);
	event->value = d->glitches;
	sg_event_say(event, "%u reading(s) off the current before %.10g s: a switch of range, or a spike; not used (%u so far; told "
			    "at 1, 10, 100, ...)",
		     (unsigned)off, reading->time_s, (unsigned)d->glitches);
}

/* As under potential control. */
static bool is_voltage_of_before(const struct sg_detector *d, const struct sg_reading *reading)
{
	return fabs(reading->voltage_v - d->jump.before_v) <= SG_RELEARN_SAME_VOLTAGE * fabs(d->jump.before_v);
}

/* Which stretch, and whether the current is on its level. */
static bool take_current(struct sg_detector *d, const struct sg_reading *reading, struct sg_event *events, size_t *count)
{
	const struct sg_stretch before = d->stretch;
	bool on, quiet;

	sg_noise_feed(&d->current, reading->current_a, d->now_s);
	on = sg_stretch_feed(&d->stretch, reading, d->now_s, sg_noise_rms(&d->current, 0.0));
	if (d->stretch.index != before.index) {
		quiet = sg_hard_short_is_quiet(&d->hard_short);
		if (!is_learnable(d, before.level_a < 0.0))
			sg_baseline_forget_visit(&d->baseline);
		sg_baseline_close(&d->baseline, &before, d->stretch.begin_s, quiet);
		sg_jump_begin(&d->jump, before.known ? before.level_a : NAN, quiet);
		if (sg_baseline_begin(&d->baseline, &d->stretch, is_voltage_of_before(d, reading)))
			sg_jump_init(&d->jump);
		/* The readings that made the level known belong to it. */
		d->charge_c = d->stretch.level_a * (d->now_s - d->stretch.begin_s - d->timeline.last_step_s);
		d->off_count = 0;
		sg_fault_break_run(&d->faults);
		sg_noise_break(&d->voltage);
		sg_noise_break(&d->current);
	} else if (d->stretch.known) {
		follow_glitch(d, on, reading, events, count);
	}
	return on;
}

static bool has_meaning(const struct sg_detector *d, const struct sg_reading *reading)
{
	/* The voltage is not made by the current. */
	if (d->electrodes == SG_ELECTRODES_UNLIKE)
		return false;
	/* The first reading of a stretch, or after a gap, is spoilt by the switch of range. */
	return fabs(reading->current_a) > SG_REST_A && d->stretch.blank_count >= 2;
}

static size_t tell_unlike(const struct sg_reading *reading, struct sg_event *event)
{
	sg_event_init(event, SG_EVENT_DATA_FAULT, SG_GRADE_WARNING, reading->time_s);
	event->value = reading->voltage_v;
	event->unit = SG_UNIT_V;
	sg_event_say(event,
		     "the cell rests at %.4g V: its electrodes are not alike (or the sense lead was off), and V/I is no resistance. Shorts, "
		     "polarization and contacts are NOT watched until it rests below %.2g V",
		     reading->voltage_v, SG_REST_MAX_V);
	return 1;
}

/* Like electrodes rest near 0 V, and their voltage turns with the current. One reading at a rest proves nothing. */
static size_t follow_rest(struct sg_detector *d, const struct sg_reading *reading, struct sg_event *event)
{
	const bool apart = fabs(reading->voltage_v) > SG_REST_MAX_V;

	d->rests_apart = apart ? d->rests_apart + 1 : 0;
	d->rests_near = apart ? 0 : d->rests_near + 1;
	if (d->rests_near >= SG_REST_READINGS)
		d->electrodes = SG_ELECTRODES_ALIKE;
	if (d->rests_apart < SG_REST_READINGS || d->electrodes != SG_ELECTRODES_UNKNOWN)
		return 0;
	d->electrodes = SG_ELECTRODES_UNLIKE;
	return tell_unlike(reading, event);
}

/* A voltage beyond what a meter is off zero. */
static void follow_signs(struct sg_detector *d, const struct sg_reading *reading)
{
	if (d->electrodes != SG_ELECTRODES_UNKNOWN || !(fabs(reading->voltage_v) > SG_OFFSET_MOST_V))
		return;
	d->of_either_sign[reading->voltage_v < 0.0] = true;
	if (d->of_either_sign[0] && d->of_either_sign[1])
		d->electrodes = SG_ELECTRODES_ALIKE;
}

/* R moved, and the temperature says why. Told once an episode, for whoever looks at V/I alone. */
static size_t follow_warmth(struct sg_detector *d, const struct sg_residual *r, const struct sg_reading *reading,
			    struct sg_event *event)
{
	const double moved = fabs(r->uncorrected);

	if (moved < SG_THERMAL_FRACTION / 2.0)
		d->warm_told = false;
	if (d->warm_told || !(moved > SG_THERMAL_FRACTION) || !(fabs(r->e) < moved / 2.0))
		return 0;
	d->warm_told = true;
	sg_event_init(event, SG_EVENT_THERMAL, SG_GRADE_INFO, reading->time_s);
	event->value = reading->voltage_v / reading->current_a;
	event->reference = r->base_ohm * d->baseline.thermal;
	sg_event_say(event,
		     "mostly warmth: V/I = %.4g ohm is %+.0f %% off what it was, and %+.1f %% once %.1f degC are allowed for (%.4g "
		     "ohm expected)",
		     event->value, 100.0 * r->uncorrected, 100.0 * r->e, d->temperature_c, event->reference);
	return 1;
}

/* What is said of a cell without a hard short. */
static size_t judge(struct sg_detector *d, const struct sg_residual *r, const struct sg_reading *reading,
		    struct sg_event *events)
{
	size_t count = sg_contact_feed(d, r, reading, events);

	if (sg_contact_in_doubt(&d->contact, d->now_s)) {
		sg_soft_short_break(&d->soft_short);
		sg_flicker_break(&d->flicker);
		sg_polarization_break(&d->polarizing);
		return count;
	}
	count += sg_flicker_feed(d, r, reading, &events[count]);
	count += sg_soft_short_feed(d, r, reading, &events[count]);
	count += sg_polarization_feed(d, r, reading, is_learnable(d, r->polarity), &events[count]);
	return count + follow_warmth(d, r, reading, &events[count]);
}

static size_t take_voltage(struct sg_detector *d, const struct sg_reading *reading, struct sg_event *events)
{
	const double ohm = reading->voltage_v / reading->current_a;
	const bool settled = sg_stretch_is_settled(&d->stretch, d->now_s);
	struct sg_residual r;
	size_t count;

	if (!has_meaning(d, reading))
		return 0;
	follow_signs(d, reading);
	sg_jump_feed(&d->jump, &d->stretch, d->now_s, reading->voltage_v, d->baseline.thermal,
		     sg_hard_short_is_quiet(&d->hard_short) && is_learnable(d, d->stretch.level_a < 0.0));
	count = sg_hard_short_feed(d, reading, events);
	r = sg_residual_of(d, ohm, sg_baseline_smooth(&d->baseline, ohm / d->baseline.thermal), reading->current_a, settled);
	if (settled) {
		count += sg_start_short_feed(d, &r, reading, &events[count]);
		count += sg_contact_watch(d, &r, reading, &events[count]);
	}
	if (sg_hard_short_is_quiet(&d->hard_short)) {
		count += judge(d, &r, reading, &events[count]);
		if (settled)
			sg_baseline_learn_plateau(&d->baseline, r.ohm);
		if (is_learnable(d, r.polarity))
			sg_baseline_learn(&d->baseline, &d->stretch, d->now_s, r.ohm, settled ? r.e : NAN);
		else
			sg_baseline_forget_visit(&d->baseline);
	} else {
		sg_contact_break(&d->contact);
		sg_soft_short_break(&d->soft_short);
		sg_flicker_break(&d->flicker);
		sg_polarization_break(&d->polarizing);
	}
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
	/* 0: no current flowed yet, or the caller has no model. */
	d->limit_fraction = reading->limit_fraction > 0.0 ? reading->limit_fraction : NAN;
	if (!sg_fault_check_values(&d->faults, reading, events, &count) || !take_time(d, reading, events, &count))
		return count;
	on_level = take_current(d, reading, events, &count);
	if (isfinite(d->timeline.last_step_s))
		d->charge_c += reading->current_a * fmax(d->timeline.last_step_s, 0.0);
	if (!sg_fault_check_rail(&d->faults, reading, d->compliance_v, events, &count)) {
		sg_polarization_rail(d, reading->time_s);
		sg_contact_break(&d->contact);
		return count;
	}
	d->accepted = true;
	if (d->stretch.known && d->stretch.level_a == 0.0 && !d->stretch.trying) {
		sg_jump_rest(&d->jump, reading->voltage_v);
		if (d->stretch.blank_count >= 2)
			sg_hard_short_rest(&d->hard_short, reading->voltage_v);
		sg_noise_feed(&d->voltage, reading->voltage_v, d->now_s);
		return count + follow_rest(d, reading, &events[count]);
	}
	good = sg_fault_check_current(&d->faults, reading, d->now_s, on_level, events, &count);
	if (good)
		good = sg_fault_check_stuck(&d->faults, reading, sg_noise_codes(&d->voltage), events, &count);
	d->accepted = good;
	if (!good) {
		if (d->stretch.trying && d->stretch.try_count >= SG_LEVEL_READINGS - 1)
			sg_hard_short_hold(&d->hard_short, reading, d->now_s);
		return count;
	}
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
	return sg_baseline_ohm(&detector->baseline, &detector->stretch, detector->now_s);
}
