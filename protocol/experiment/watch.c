/* SPDX-License-Identifier: Apache-2.0 */
#include "experiment/watch.h"

#include <math.h>
#include <string.h>

#include "core/sample.h"
#include "detect/noise.h"
#include "detect/polarization.h"
#include "detect/thresholds.h"

static const struct level {
	double fraction;
	enum sg_grade grade;
	const char *text;
} levels[] = {
	{ SG_WATCH_NOTICE, SG_GRADE_INFO, "published ramps shorted from 0.33 to 0.68" },
	{ SG_WATCH_WARNING, SG_GRADE_WARNING, "near the upper end of where published ramps shorted, 0.33 to 0.68" },
	{ SG_WATCH_NEAR, SG_GRADE_WARNING, "nine tenths of it by the pessimistic end; published one-way strips failed at 0.93 to 0.96" },
	{ SG_WATCH_LIMIT, SG_GRADE_WARNING, NULL },
};

#define LEVELS (sizeof(levels) / sizeof(levels[0]))

/*
 * Sources differ in D: the interval reaches from the one to the other, unless one of them was chosen by name.
 * Assumed: their ratio is that of one temperature all the time. Between 0 and 60 degC this is wrong by 6 % of f at most.
 */
static void allow_for_sources(struct sg_exposure_config *config)
{
	const double at_c = isnan(config->temperature_c) ? SG_EXPOSURE_ASSUMED_C : config->temperature_c;
	double used_cm2_s, lowest_cm2_s, highest_cm2_s;

	if (sg_material_diffusion(&config->material, at_c, &used_cm2_s, NULL) ||
	    !sg_metal_spread(config->material.metal, at_c, &lowest_cm2_s, &highest_cm2_s))
		return;
	config->diffusion_low = fmin(1.0, lowest_cm2_s / used_cm2_s);
	config->diffusion_high = fmax(1.0, highest_cm2_s / used_cm2_s);
}

enum sg_err sg_watch_model(const char *metal, const char *set, double area_cm2, double thickness_mm,
			   double temperature_c, struct sg_exposure_config *out, struct sg_text *why)
{
	enum sg_err err;

	*out = (struct sg_exposure_config){
		.area_cm2 = area_cm2,
		.thickness_cm = thickness_mm / 10.0,
		.temperature_c = temperature_c,
		.diffusion_low = 1.0,
		.diffusion_high = 1.0,
	};
	err = sg_material_find(metal, set, &out->material, why);
	if (!err && (!set || !*set))
		allow_for_sources(out);
	return err;
}

enum sg_err sg_watch_init(struct sg_watch *watch, const struct sg_detect_config *detect,
			  const struct sg_exposure_config *model, struct sg_text *why)
{
	enum sg_err err = SG_OK;

	memset(watch, 0, sizeof(*watch));
	sg_detector_init(&watch->detector, detect);
	watch->last_now_s = watch->last_s = NAN;
	watch->hot_c = NAN;
	watch->warm = 1.0;
	if (model)
		err = sg_exposure_init(&watch->exposure, model, why);
	watch->has_model = model && !err;
	return err;
}

enum sg_electrode sg_watch_stripped(double current_a)
{
	return current_a < 0.0 ? SG_ELECTRODE_B : SG_ELECTRODE_A;
}

/* The lower end is of the hottest metal there can be; the model is fed with the coldest. */
static struct sg_interval as_warm_as_can_be(const struct sg_watch *watch, struct sg_interval f)
{
	f.low *= watch->warm;
	return f;
}

struct sg_interval sg_watch_fraction(const struct sg_watch *watch, enum sg_electrode electrode)
{
	if (!watch->has_model)
		return (struct sg_interval){ NAN, NAN };
	if (watch->fraction_known && watch->fraction_of == electrode)
		return watch->fraction; /* asked for three times a sample */
	return as_warm_as_can_be(watch, sg_exposure_fraction(&watch->exposure, electrode));
}

struct sg_interval sg_watch_time_to_limit(const struct sg_watch *watch, enum sg_electrode electrode, double current_a)
{
	struct sg_exposure as_warm = watch->exposure;

	if (!watch->has_model)
		return (struct sg_interval){ NAN, NAN };
	as_warm.widen_low *= watch->warm;
	return sg_exposure_time_to_limit(&as_warm, electrode, current_a);
}

/* Of the time up to now so much is not in the model yet. */
static double not_yet_s(struct sg_watch *watch, double elapsed_s)
{
	const double left_s = elapsed_s - watch->ahead_s;

	return left_s > 0.0 ? left_s : 0.0;
}

/* The time from what is in the model to time_s, which is to be put in now. Before the first reading (NAN) there is none. */
static double take_s(struct sg_watch *watch, double time_s)
{
	const double left_s = watch->has_model ? not_yet_s(watch, time_s - watch->last_s) : 0.0;

	watch->ahead_s += left_s;
	return left_s;
}

void sg_watch_flowed(struct sg_watch *watch, double time_s, double current_a)
{
	const double left_s = take_s(watch, time_s);

	if (left_s <= 0.0)
		return;
	sg_exposure_feed(&watch->exposure, left_s, current_a, NAN);
	watch->fraction_known = false;
}

void sg_watch_unwitnessed(struct sg_watch *watch, double time_s)
{
	const double left_s = take_s(watch, time_s);

	if (left_s <= 0.0)
		return;
	sg_exposure_gap(&watch->exposure, left_s, NAN);
	watch->fraction_known = false;
}

/*
 * The sensor is in the chamber, and metal inside a cell holder follows it late: what it may be meanwhile is as the detectors
 * see it (SG_THERMAL_LAG_S). The model is fed with the coldest it can be, so that the upper end of f is one while it warms.
 */
static double coldest_c(struct sg_watch *watch, double sensor_c)
{
	const struct sg_baseline *b = &watch->detector.baseline;
	const struct sg_material *material = &watch->exposure.config.material;
	double hot_cm2_s, cold_cm2_s;

	if (!isfinite(b->cold_c))
		return sensor_c; /* no reading yet that the detectors could use */
	if (b->hot_c == watch->hot_c && b->cold_c == watch->exposure.temperature_c)
		return b->cold_c;
	watch->hot_c = b->hot_c;
	watch->warm = 1.0;
	if (b->hot_c > b->cold_c && !sg_material_diffusion(material, b->hot_c, &hot_cm2_s, NULL) &&
	    !sg_material_diffusion(material, b->cold_c, &cold_cm2_s, NULL))
		watch->warm = sqrt(cold_cm2_s / hot_cm2_s);
	return b->cold_c;
}

/* The model up to this reading. What the table does not tell of a hole is anything between none and the latest current. */
static void advance(struct sg_watch *watch, const struct sg_reading *reading, bool hole)
{
	const double now_s = watch->detector.now_s;
	const double left_s = isfinite(watch->last_now_s) ? not_yet_s(watch, now_s - watch->last_now_s) : 0.0;
	const bool covered = watch->ahead_s > 0.0; /* whoever knew has said what happened in the hole */
	const double temperature_c = coldest_c(watch, reading->temperature_c);

	if (hole && !covered)
		sg_exposure_gap(&watch->exposure, left_s, temperature_c);
	else
		sg_exposure_feed(&watch->exposure, left_s, reading->current_a, temperature_c);
	watch->fraction_of = sg_watch_stripped(reading->current_a);
	watch->fraction = as_warm_as_can_be(watch, sg_exposure_fraction(&watch->exposure, watch->fraction_of));
	watch->fraction_known = true;
}

static bool is_hole(const struct sg_reading *reading, const struct sg_event *events, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (events[i].type == SG_EVENT_GAP)
			return true;
	}
	return reading->flags & SG_FLAG_GAP_BEFORE;
}

static bool are_sources_apart(const struct sg_exposure_config *config)
{
	return config->diffusion_low < 1.0 || config->diffusion_high > 1.0;
}

/* What a level means; at the last one by which end of the interval. */
static const char *meaning_of(const struct level *level, struct sg_interval f)
{
	if (level->text)
		return level->text;
	return f.low >= 1.0 ? "beyond the limit: an ideal interface would have run out of metal" :
			      "perhaps beyond the limit: by the upper end an ideal interface would have run out of metal";
}

static size_t tell_level(struct sg_watch *watch, const struct sg_reading *reading, struct sg_event *event)
{
	const enum sg_electrode electrode = watch->fraction_of;
	const struct sg_interval f = watch->fraction;
	unsigned reached = 0;

	while (reached < LEVELS && f.high >= levels[reached].fraction)
		reached++;
	if (reached <= watch->told[electrode])
		return 0;
	watch->told[electrode] = reached;
	sg_event_init(event, SG_EVENT_DIFFUSION_LIMIT, levels[reached - 1].grade, reading->time_s);
	event->value = f.high;
	event->reference = levels[reached - 1].fraction;
	sg_event_say(event, "electrode %c: %.2f to %.2f of the Sand-type diffusion limit used (%s %s%s); %s; an index of exposure, "
		     "no prediction of a short", electrode == SG_ELECTRODE_A ? 'A' : 'B', f.low, f.high,
		     watch->exposure.config.material.metal->symbol, watch->exposure.config.material.name,
		     are_sources_apart(&watch->exposure.config) ? " and the other sources of D" : "",
		     meaning_of(&levels[reached - 1], f));
	return 1;
}

double sg_watch_noise_v(const struct sg_watch *watch)
{
	return sg_noise_rms(&watch->detector.voltage, SG_NOISE_UNKNOWN_V);
}

double sg_watch_zero_v(const struct sg_watch *watch)
{
	const float *rest_v = watch->detector.hard_short.rest_v;
	const double most_v = fmax(fabs((double)rest_v[0]), fabs((double)rest_v[1]));

	return isfinite(most_v) ? most_v : NAN;
}

/* What a change of current makes at once is what its end takes away at once: the rest is left, and no faster. */
double sg_watch_slow_ohm(const struct sg_watch *watch, double since_s)
{
	const struct sg_jump *jump = &watch->detector.jump;
	double at_once_ohm = NAN;

	for (size_t i = 0; i < jump->count && i < SG_JUMPS; i++) {
		if (jump->phase_s[i] >= since_s)
			at_once_ohm = fmax(at_once_ohm, jump->ohm[i]);
	}
	return sg_detector_baseline_ohm(&watch->detector) - at_once_ohm * watch->detector.baseline.thermal;
}

void sg_watch_voltage_limit(struct sg_watch *watch, double time_s)
{
	sg_polarization_rail(&watch->detector, time_s);
}

static size_t tell_doubled(const struct sg_watch *watch, const struct sg_reading *reading, struct sg_event *event)
{
	const struct sg_polarization *marks = &watch->detector.polarizing.marks;

	sg_event_init(event, SG_EVENT_RESISTANCE_DOUBLED, SG_GRADE_WARNING, reading->time_s);
	event->since_s = fmin(marks->t2x_s, reading->time_s);
	event->step = reading->step;
	event->value = marks->c2x_mah_cm2;
	sg_event_say(event,
		     "t2x: the resistance has doubled (V/I = %.4g ohm, %.0f %% above its reference), after %.4g mAh cm-2 in this step; "
		     "contact in the cell, or a contact or lead outside",
		     reading->voltage_v / reading->current_a, 100.0 * marks->excess, event->value);
	return 1;
}

size_t sg_watch_feed(struct sg_watch *watch, struct sg_reading *reading, struct sg_event *events)
{
	const struct sg_polarization *marks = &watch->detector.polarizing.marks;
	const bool had_doubled = isfinite(marks->t2x_s);
	size_t count;

	reading->limit_fraction = sg_watch_fraction(watch, sg_watch_stripped(reading->current_a)).high;
	count = sg_detector_feed(&watch->detector, reading, events);
	if (!had_doubled && isfinite(marks->t2x_s))
		count += tell_doubled(watch, reading, &events[count]);
	if (!isfinite(reading->time_s))
		return count;
	if (watch->has_model) {
		advance(watch, reading, is_hole(reading, events, count));
		count += tell_level(watch, reading, &events[count]);
	}
	watch->last_now_s = watch->detector.now_s;
	watch->last_s = reading->time_s;
	watch->ahead_s = 0.0;
	return count;
}
