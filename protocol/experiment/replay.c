/* SPDX-License-Identifier: Apache-2.0 */
#include "experiment/replay.h"

#include <math.h>
#include <string.h>

#include "core/units.h"

enum sg_err sg_replay_init(struct sg_replay *replay, const struct sg_replay_config *config)
{
	const struct sg_limits limits = {
		.voltage_v = isnan(config->limit_voltage_v) ? INFINITY : config->limit_voltage_v,
		.current_a = INFINITY,
		.temperature_min_c = -INFINITY,
		.temperature_max_c = INFINITY,
		.charge_mah_cm2 = INFINITY,
		.silence_s = INFINITY,
	};
	const double area_cm2 = isnan(config->area_cm2) ? 1.0 : config->area_cm2;
	const struct sg_detect_config detect = {
		.area_cm2 = area_cm2,
		.expected_ohm = config->expected_ohm,
		.compliance_v = config->compliance_v,
		.voltage_noise_v = NAN,
		.current_noise_a = NAN,
	};

	enum sg_err err;

	memset(replay, 0, sizeof(*replay));
	replay->config = *config;
	replay->config.area_cm2 = area_cm2;
	replay->short_time_s = NAN;
	replay->pending_v = NAN;
	err = sg_watch_init(&replay->watch, &detect, config->model, NULL);
	if (err)
		return err;
	sg_guard_init(&replay->guard, &limits, area_cm2);
	return sg_result_init(&replay->result, config->area_cm2, true, SG_REPLAY_HALF_STEPS);
}

void sg_replay_fini(struct sg_replay *replay)
{
	sg_result_fini(&replay->result);
}

/* Nobody said what the area is: what detectors and guard say of a capacity is of the whole electrode. */
static void strike_area(struct sg_event *event)
{
	static const char per_area[] = " cm-2";
	char *at;

	while ((at = strstr(event->text, per_area)))
		memmove(at, at + sizeof(per_area) - 1, strlen(at + sizeof(per_area) - 1) + 1);
	if (sg_event_unit(event) == SG_UNIT_MAH_CM2)
		event->unit = SG_UNIT_MAH;
}

/* The table's own clock for people; the result counts on the bridged one, which never goes back. */
static void tell(struct sg_replay *replay, const struct sg_event *event)
{
	struct sg_event told = *event, bridged = *event;

	if (!replay->result.areal)
		strike_area(&told);
	bridged.since_s += replay->watch.detector.now_s - replay->time_s;
	if (event->type == SG_EVENT_HARD_SHORT && !replay->result.short_found)
		replay->short_time_s = event->since_s;
	sg_result_event(&replay->result, &bridged);
	replay->config.event(replay->config.ctx, &told);
}

static void end_half_step(struct sg_replay *replay, double time_s)
{
	if (!replay->in_half_step)
		return;
	/* Nobody wrote down what was planned: a half-step that another one follows counts as complete. */
	sg_result_end(&replay->result, time_s, SG_END_NONE, true);
	replay->in_half_step = false;
}

/* The detector has settled on another level: half-steps change where it says the level began. */
static void follow_stretch(struct sg_replay *replay, uint32_t step)
{
	const struct sg_stretch *stretch = &replay->watch.detector.stretch;

	if (stretch->index == replay->stretch)
		return;
	replay->stretch = stretch->index;
	end_half_step(replay, replay->pending_begin_s);
	if (stretch->level_a == 0.0)
		return;
	sg_result_begin(&replay->result, step, 0, sg_density_ma_cm2(stretch->level_a, replay->config.area_cm2), 0.0,
			replay->pending_begin_s);
	if (isfinite(replay->pending_v))
		sg_result_voltage(&replay->result, replay->pending_v);
	replay->in_half_step = true;
	replay->charge_c = replay->pending_c;
	replay->pending_c = 0.0;
	replay->pending_v = NAN;
}

/*
 * Since when the current of this reading has flowed: since the reading before, or since its step began, if the table
 * says so. A change of range or of script leaves the cell without current between two steps.
 */
static double flows_since_s(const struct sg_replay *replay, const struct sg_table_row *row)
{
	const double begin_s = replay->watch.detector.now_s - row->step_time_s;

	if (row->step == replay->last_step || !(row->step_time_s >= 0.0) || begin_s < replay->last_now_s)
		return replay->last_now_s;
	return begin_s;
}

/* Charge since then: to the half-step at hand, unless this reading may belong to another. */
static void book(struct sg_replay *replay, const struct sg_table_row *row, bool new_level)
{
	const double since_s = flows_since_s(replay, row);
	const double step_s = replay->watch.detector.now_s - since_s;
	const double moved_c = step_s > 0.0 ? row->current_a * step_s : 0.0;

	if (new_level) {
		if (replay->pending_c == 0.0)
			replay->pending_begin_s = since_s;
		replay->pending_c += moved_c;
		if (isnan(replay->pending_v))
			replay->pending_v = row->voltage_v;
		return;
	}
	replay->charge_c += replay->pending_c + moved_c;
	replay->pending_c = 0.0;
	replay->pending_v = NAN;
}

static void hold_limits(struct sg_replay *replay, const struct sg_table_row *row)
{
	const struct sg_sample sample = {
		.instrument_ns = SG_NO_TIME,
		.voltage_v = row->voltage_v,
		.current_a = row->current_a,
		.temperature_c = row->temperature_c,
	};
	struct sg_event event;
	enum sg_trip trip;

	/* What is not a number is a fault of the record, not of the cell. A live run does stop for it. */
	if (!isfinite(row->voltage_v) || !isfinite(row->current_a))
		return;
	trip = sg_guard_sample(&replay->guard, &sample, row->time_s, 0.0, &event);
	if (trip == SG_TRIP_VOLTAGE)
		sg_watch_voltage_limit(&replay->watch, row->time_s);
	if (trip != SG_TRIP_NONE && !replay->tripped)
		tell(replay, &event);
	replay->tripped = trip != SG_TRIP_NONE;
}

void sg_replay_row(struct sg_replay *replay, const struct sg_table_row *row)
{
	struct sg_reading reading = {
		.time_s = row->time_s,
		.voltage_v = row->voltage_v,
		.current_a = row->current_a,
		.set_a = NAN,
		.temperature_c = row->temperature_c,
		.step = row->step,
	};
	struct sg_event events[SG_WATCH_EVENTS_MAX];
	const bool first = replay->rows == 0;
	struct sg_interval used;
	size_t count;

	replay->rows++;
	if (isfinite(row->time_s))
		replay->time_s = row->time_s;
	hold_limits(replay, row);
	count = sg_watch_feed(&replay->watch, &reading, events);
	if (isfinite(row->current_a) && isfinite(row->time_s)) {
		const bool changes = replay->watch.detector.stretch.trying ||
				     replay->watch.detector.stretch.index != replay->stretch;

		if (first)
			replay->last_now_s = replay->watch.detector.now_s;
		book(replay, row, changes);
		follow_stretch(replay, row->step);
		replay->last_now_s = replay->watch.detector.now_s;
		replay->last_step = row->step;
		/* A reading that may belong to another level would make the half-step at hand longer than it was. */
		if (replay->in_half_step && !replay->watch.detector.stretch.trying && isfinite(row->voltage_v))
			sg_result_sample(&replay->result, replay->last_now_s, row->voltage_v, row->current_a, row->temperature_c,
					 isfinite(replay->watch.detector.resistance_ohm), replay->charge_c);
		used = sg_watch_fraction(&replay->watch, sg_watch_stripped(replay->watch.detector.stretch.level_a));
		sg_result_limit(&replay->result, used.low, used.high);
	}
	for (size_t i = 0; i < count; i++)
		tell(replay, &events[i]);
}

static bool is_power_of_ten(uint64_t n)
{
	while (n >= 10 && n % 10 == 0)
		n /= 10;
	return n == 1;
}

void sg_replay_bad_row(struct sg_replay *replay, uint64_t row, const char *text)
{
	struct sg_event event;

	if (!is_power_of_ten(++replay->bad_rows))
		return;
	sg_event_init(&event, SG_EVENT_DATA_FAULT, SG_GRADE_WARNING, replay->time_s);
	event.value = (double)replay->bad_rows;
	event.unit = SG_UNIT_1;
	sg_event_say(&event, "row %llu: %s; left out (%llu so far; told at 1, 10, 100, ...)", (unsigned long long)row,
		     text, (unsigned long long)replay->bad_rows);
	tell(replay, &event);
}

void sg_replay_end(struct sg_replay *replay)
{
	/* The last one may have been broken off. */
	if (replay->in_half_step)
		sg_result_end(&replay->result, replay->last_now_s, SG_END_NONE, false);
	sg_result_polarization(&replay->result, &replay->watch.detector.polarizing.marks);
	replay->in_half_step = false;
}
