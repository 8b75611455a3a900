/* SPDX-License-Identifier: Apache-2.0 */
#include "bench_cell.h"

#include <math.h>
#include <string.h>

static uint64_t next(struct bench_cell *bench)
{
	/* xorshift64*, Vigna 2016 */
	bench->random ^= bench->random >> 12;
	bench->random ^= bench->random << 25;
	bench->random ^= bench->random >> 27;
	return bench->random * UINT64_C(2685821657736338717);
}

double bench_uniform(struct bench_cell *bench, double low, double high)
{
	return low + (high - low) * (double)(next(bench) >> 11) * 0x1p-53;
}

static double gauss(struct bench_cell *bench)
{
	const double u = bench_uniform(bench, 1e-12, 1.0), v = bench_uniform(bench, 0.0, 6.283185307179586);

	return sqrt(-2.0 * log(u)) * cos(v);
}

void bench_init(struct bench_cell *bench, uint64_t seed)
{
	memset(bench, 0, sizeof(*bench));
	bench->ohm = 50.0;
	bench->short_ohm = INFINITY;
	bench->noise_v = 1e-4;
	bench->code_v = 1e-6;
	bench->interval_s = 1.0;
	bench->temperature_c = NAN;
	bench->know_set = true;
	bench->random = seed * UINT64_C(0x9E3779B97F4A7C15) + 1;
	bench_expect(bench, NAN, NAN);
}

void bench_expect(struct bench_cell *bench, double expected_ohm, double compliance_v)
{
	const struct sg_detect_config config = {
		.area_cm2 = 1.0,
		.expected_ohm = expected_ohm,
		.compliance_v = compliance_v,
		.voltage_noise_v = NAN,
		.current_noise_a = NAN,
	};

	sg_detector_init(&bench->detector, &config);
}

void bench_feed(struct bench_cell *bench, const struct sg_reading *reading)
{
	struct sg_event events[SG_DETECT_EVENTS_MAX];
	const size_t count = sg_detector_feed(&bench->detector, reading, events);

	for (size_t i = 0; i < count; i++) {
		bench->count[events[i].type]++;
		bench->event[events[i].type] = events[i];
	}
}

/* The part of the voltage that builds up; a filament takes its current away. */
static double grow(struct bench_cell *bench, double current_a, double step_s)
{
	const double into_a = isinf(bench->short_ohm) ? current_a : 0.0;
	const double end_v = into_a * bench->slow_ohm;

	if (bench->slow_s > 0.0)
		bench->slow_v = end_v + (bench->slow_v - end_v) * exp(-step_s / bench->slow_s);
	else
		bench->slow_v = end_v;
	return bench->slow_v;
}

static double peak_v(struct bench_cell *bench, double current_a)
{
	if (current_a != bench->level_a)
		bench->level_s = bench->time_s;
	bench->level_a = current_a;
	if (!(bench->peak_s > 0.0))
		return 0.0;
	return current_a * bench->peak_ohm * exp(-(bench->time_s - bench->level_s) / bench->peak_s);
}

void bench_read(struct bench_cell *bench, double current_a)
{
	const double step_s = bench->interval_s + bench_uniform(bench, -bench->jitter_s, bench->jitter_s);
	const double slow_v = grow(bench, current_a, step_s);
	double voltage_v = current_a * bench->ohm + slow_v + peak_v(bench, current_a);

	bench->time_s += step_s;
	if (!isinf(bench->short_ohm))
		voltage_v = current_a * bench->short_ohm * bench->ohm / (bench->short_ohm + bench->ohm);
	if (bench->lead_off)
		voltage_v = bench->stray_v;
	voltage_v += bench->offset_v + bench->noise_v * gauss(bench);
	if (bench->code_v > 0.0)
		voltage_v = bench->code_v * round(voltage_v / bench->code_v);
	bench->reading = (struct sg_reading){
		.time_s = bench->time_s,
		.voltage_v = voltage_v,
		.current_a = current_a + bench->noise_a * gauss(bench),
		.set_a = bench->know_set ? current_a : NAN,
		.temperature_c = bench->temperature_c,
		.flags = bench->flags,
		.step = bench->step,
	};
	bench_feed(bench, &bench->reading);
}

void bench_run(struct bench_cell *bench, double current_a, double duration_s)
{
	const double end_s = bench->time_s + duration_s - 0.5 * bench->interval_s;

	while (bench->time_s < end_s)
		bench_read(bench, current_a);
}

void bench_cycle(struct bench_cell *bench, double current_a, double duration_s, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		bench_run(bench, i % 2 ? -current_a : current_a, duration_s);
}

unsigned bench_cell_events(const struct bench_cell *bench)
{
	return bench->count[SG_EVENT_HARD_SHORT] + bench->count[SG_EVENT_SHORT_OR_SENSE];
}
