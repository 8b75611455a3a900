/* SPDX-License-Identifier: Apache-2.0 */
/* The way of a sample, and what it may lead to: cell off. */
#include "runner/block.h"

#include <math.h>

#include "core/units.h"
#include "host/clock.h"
#include "runner/run.h"

#define STOP_NS (3 * SG_NS_PER_S)

enum sg_err sg_block_order_off(struct sg_run *run, enum sg_verdict verdict)
{
	enum sg_err err;

	if (run->block.ordered_off)
		return SG_OK;
	run->block.ordered_off = true;
	err = sg_block_ops(run)->stop(sg_block_device(run), sg_run_deadline(run, STOP_NS));
	if (!err)
		return SG_OK;
	/* It did not say that it ended: every second counts more than the samples under way. */
	run->block.running = false;
	if (err == SG_ERR_GONE && verdict <= SG_VERDICT_PAUSE)
		return err;
	run->block.unanswered = true;
	sg_run_make_safe(run, 60.0);
	return SG_OK;
}

static struct sg_reading reading_of(const struct sg_row *row)
{
	return (struct sg_reading){
		.time_s = row->test_time_s,
		.voltage_v = row->voltage_v,
		.current_a = row->current_a,
		.set_a = row->set_a,
		.temperature_c = row->temperature_c,
		.limit_fraction = NAN,
		.flags = row->flags,
		.step = row->step_count,
	};
}

void sg_block_find(struct sg_run *run, const struct sg_row *row)
{
	struct sg_interval used;
	/* V/I means something later than V does: right after a reversal the interfaces still charge. */
	const bool valid = !isnan(sg_detector_resistance_ohm(&run->watch.detector));

	if (sg_block_step(run, run->block.at)->kind != SG_STEP_CURRENT || run->block.is_pulse)
		return;
	if (!(row->flags & (SG_FLAG_OVERLOAD | SG_FLAG_OFF_SET_POINT)))
		sg_result_voltage(run->result, row->voltage_v);
	sg_result_sample(run->result, row->test_time_s, row->voltage_v, row->current_a, row->temperature_c, valid,
			 row->step.charging_c - row->step.discharging_c);
	used = sg_watch_fraction(&run->watch, sg_watch_stripped(row->set_a));
	sg_result_limit(run->result, used.low, used.high);
}

/* Into the books, with what is known of it by now. */
static const struct sg_row *book(struct sg_run *run, struct sg_sample *sample)
{
	double time_s = sg_seconds(sample->host_ns - run->zero_ns);
	bool stale;

	run->block.wire_errors = 0;
	if (sample->instrument_ns != SG_NO_TIME)
		time_s = sg_seconds(run->block.anchor_ns - run->zero_ns + sample->instrument_ns);
	sample->set_a = run->segments[run->block.at].set_value;
	if (run->hole)
		sample->flags |= SG_FLAG_GAP_BEFORE;
	run->hole = false;
	sample->temperature_c = sg_climate_temperature_c(&run->climate, time_s, &stale);
	if (stale)
		sample->flags |= SG_FLAG_STALE;
	return sg_accounting_sample(&run->books, sample, time_s, sg_clock_utc_ns(run->config->clock));
}

/* What the plan says to what was found, but for the alarm that is to be verified first (or NULL). */
static enum sg_verdict decide(const struct sg_run *run, const struct sg_event *events, size_t count,
			      const struct sg_event *alarm, enum sg_verdict verdict)
{
	for (size_t i = 0; i < count; i++) {
		if (&events[i] != alarm)
			verdict = sg_verdict_worse(verdict, sg_engine_on_event(&run->engine, &events[i]));
	}
	return verdict;
}

/* Why it ends, in the words of the first event that ends it. */
static void give_reasons(struct sg_run *run, const struct sg_event *events, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const enum sg_verdict answer = sg_engine_on_event(&run->engine, &events[i]);

		if (answer == SG_VERDICT_STOP)
			sg_run_stop(run, sg_event_name(events[i].type), SG_OK, events[i].text);
		else if (answer == SG_VERDICT_END_PROCEDURE)
			run->procedure_end = sg_event_name(events[i].type);
	}
}

/* The plan's answer. An alarm is verified first only where nothing else ends the step: that would be in vain. */
static enum sg_verdict answer(struct sg_run *run, const struct sg_row *row, const struct sg_event *events, size_t count,
			      enum sg_verdict verdict)
{
	const struct sg_event *alarm = run->block.ordered_off ? NULL : sg_run_alarm_to_verify(run, events, count);

	if (alarm && decide(run, events, count, alarm, verdict) == SG_VERDICT_GO_ON) {
		sg_run_keep_alarm(run, alarm, row);
		return SG_VERDICT_VERIFY;
	}
	give_reasons(run, events, count);
	return decide(run, events, count, NULL, verdict);
}

/* Its off comes first, and is not waited for longer than the alarm itself would have it. */
static enum sg_err end_current(struct sg_run *run, enum sg_verdict verdict)
{
	if (verdict == SG_VERDICT_GO_ON)
		return SG_OK;
	if (verdict == SG_VERDICT_VERIFY)
		verdict = sg_engine_on_event(&run->engine, &run->verify.alarm);
	return sg_block_order_off(run, verdict);
}

/* Limits, then detectors: what they say, and whether a limit ends it. */
static enum sg_verdict look(struct sg_run *run, const struct sg_sample *sample, const struct sg_row *row,
			    struct sg_event *events, size_t *count)
{
	enum sg_verdict verdict = SG_VERDICT_GO_ON;
	struct sg_reading reading;

	*count = 0;
	run->trip = sg_guard_sample(&run->guard, sample, row->test_time_s,
				    row->test.charging_c - row->test.discharging_c, &events[0]);
	if (run->trip != SG_TRIP_NONE) {
		verdict = sg_run_stop(run, sg_trip_name(run->trip), SG_ERR_LIMIT, events[0].text);
		*count = 1;
	}
	reading = reading_of(row);
	if (run->block.is_pulse)
		sg_run_pulse_sample(run, row);
	else
		*count += sg_watch_feed(&run->watch, &reading, &events[*count]);
	if (run->trip == SG_TRIP_VOLTAGE && !run->block.is_pulse)
		sg_watch_voltage_limit(&run->watch, row->test_time_s);
	return verdict;
}

enum sg_verdict sg_block_judge(struct sg_run *run, const struct sg_sample *sample, const struct sg_row *row,
			       struct sg_event *events, size_t *count)
{
	const enum sg_verdict verdict = look(run, sample, row, events, count);

	give_reasons(run, events, *count);
	return decide(run, events, *count, NULL, verdict);
}

/* The way of a sample: books, guard, detectors, then (if need be) cell off, and only then the record. */
enum sg_verdict sg_block_sample(struct sg_run *run, struct sg_sample *sample)
{
	struct sg_event events[SG_BLOCK_EVENTS_MAX];
	const struct sg_row *row = book(run, sample);
	enum sg_verdict verdict;
	size_t count;

	verdict = look(run, sample, row, events, &count);
	verdict = answer(run, row, events, count, verdict);
	if (end_current(run, verdict))
		verdict = SG_VERDICT_RECONNECT;
	if (sg_recorder_row(run->recorder, row))
		run->disk_failed = true;
	sg_block_find(run, row);
	for (size_t i = 0; i < count; i++)
		sg_run_tell(run, &events[i]);
	if (verdict == SG_VERDICT_RECONNECT)
		verdict = sg_run_link_lost(run);
	return verdict;
}
