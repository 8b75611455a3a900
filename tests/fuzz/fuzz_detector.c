/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Readings of any kind: nothing crashes, no faulty reading becomes a sample or an event of the cell, time goes back to
 * undo a stamp from the future only, no reading causes more events than there is room for.
 */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/sample.h"
#include "detect/detector.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(int condition)
{
	if (!condition)
		abort();
}

/* Mostly plain values of a bench, now and then any double. */
static double value_of(const uint8_t *bytes, double scale)
{
	static const double odd[] = { NAN, INFINITY, -INFINITY, 0.0, -0.0, 1e308, -1e308, 5e-324 };
	const int8_t small = (int8_t)bytes[0];

	if (bytes[1] >= 248)
		return odd[bytes[1] - 248];
	return small * scale * (1.0 + bytes[1] / 65536.0);
}

static void check_events(const struct sg_detector *detector, const struct sg_event *events, size_t count,
			 const struct sg_reading *reading)
{
	check(count <= SG_DETECT_EVENTS_MAX);
	for (size_t i = 0; i < count; i++) {
		check((size_t)events[i].type < SG_EVENT_TYPES && events[i].text[0]);
		check(memchr(events[i].text, 0, SG_EVENT_TEXT_SIZE) != NULL);
		check(events[i].step == reading->step);
		if (events[i].type != SG_EVENT_HARD_SHORT && events[i].type != SG_EVENT_SHORT_OR_SENSE)
			continue;
		check(isfinite(reading->time_s) && isfinite(reading->voltage_v) && isfinite(reading->current_a));
		check(!(reading->flags & SG_FLAG_OVERLOAD));
		check(detector->accepted); /* no fault of time, rail, set point or code either */
		check(events[i].reference > 0.0 && isfinite(events[i].value));
		check(events[i].since_s <= events[i].time_s || detector->timeline.restarts > 0);
	}
}

/*
 * A record of 6 bytes: kind, count of readings, current, voltage (2 bytes each less one shared). Repeating a reading with
 * a small change makes half-steps, which single random readings never would.
 */
static void feed(struct sg_detector *detector, const uint8_t *bytes, struct sg_reading *reading, double *time_s)
{
	struct sg_event events[SG_DETECT_EVENTS_MAX];
	const unsigned kind = bytes[0] % 8;
	double before_s;
	size_t count;

	reading->current_a = value_of(bytes + 2, 1e-4);
	reading->set_a = kind & 1 ? reading->current_a : NAN;
	reading->flags = kind == 6 ? bytes[1] : 0;
	reading->step += kind == 7;
	reading->temperature_c = kind == 5 ? value_of(bytes + 3, 10.0) : NAN;
	for (unsigned i = 0; i <= bytes[1] / 4u; i++) {
		*time_s += kind == 4 ? value_of(bytes + 3, 100.0) : 1.0;
		reading->time_s = *time_s;
		reading->voltage_v = value_of(bytes + 4, 1e-3) + 1e-5 * (double)(i * 2654435761u % 16);
		before_s = detector->timeline.count > 1 ? detector->timeline.now_s[1] : -INFINITY;
		count = sg_detector_feed(detector, reading, events);
		check_events(detector, events, count, reading);
		/* A stamp from the future may be undone, but nothing before it. */
		check(!(detector->now_s < before_s));
		check(isnan(sg_detector_resistance_ohm(detector)) || detector->accepted);
		sg_detector_baseline_ohm(detector);
	}
	if (!isfinite(*time_s) || fabs(*time_s) > 1e12)
		*time_s = 0.0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sg_detect_config config = { .area_cm2 = 1.0, .expected_ohm = NAN, .compliance_v = NAN,
					   .voltage_noise_v = NAN, .current_noise_a = NAN };
	struct sg_reading reading = { .step = 1 };
	struct sg_detector detector;
	double time_s = 0.0;

	if (size < 1)
		return 0;
	if (data[0] & 1)
		config.expected_ohm = 50.0;
	if (data[0] & 2)
		config.compliance_v = 0.1;
	sg_detector_init(&detector, &config);
	for (size_t at = 1; at + 6 <= size && at < 1200; at += 6)
		feed(&detector, data + at, &reading, &time_s);
	return 0;
}
