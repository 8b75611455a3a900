/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a sample costs on its way from bytes of the wire to a line of the table: framing, decoding with
 * every check, guard, detectors, books, BDF line. Held against the least anybody could do with the same
 * bytes in the same run: find the line ends and sscanf() three numbers.
 *
 * Prints both in samples a second, and their ratio; and what share of a processor a cell takes at the
 * fastest sampling of 1 ms.
 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/units.h"
#include "detect/detector.h"
#include "experiment/accounting.h"
#include "experiment/guard.h"
#include "format/bdf.h"
#include "wire/emstat4.h"
#include "wire/emstat4_stream.h"

#define SAMPLES 100 /* in one segment */
#define SET_A 833.2e-6
#define LINE_SIZE 96

static const struct sg_segment segment = {
	SG_MODE_GALVANOSTATIC, SET_A, 1.0, SAMPLES, -1.5, 1.5, 10e-3,
};

static char wire[(SAMPLES + 1) * LINE_SIZE];
static size_t wire_length;

static void fill_wire(void)
{
	wire_length = (size_t)snprintf(wire, sizeof(wire), "M000A\n");
	for (int i = 1; i <= SAMPLES; i++) {
		const double voltage_v = 0.0415 + 20e-6 * ((i * 7919) % 11 - 5);

		wire_length += (size_t)snprintf(wire + wire_length, sizeof(wire) - wire_length,
						"Peb%07Xu;ba%07Xn,10,218;ab%07Xu,10,206\n",
						(unsigned)(0x8000000 + i * 1000000),
						(unsigned)(0x8000000L + lround(SET_A * 1e9)),
						(unsigned)(0x8000000L + lround(voltage_v * 1e6)));
	}
}

static double now_s(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + 1e-9 * (double)ts.tv_nsec;
}

/* The least: every line, three numbers, a sum so that nothing is optimized away. */
static double bare_round(double *sum)
{
	const char *line = wire;
	const double begin_s = now_s();
	unsigned t, i, v, a, b;

	while (line < wire + wire_length) {
		const char *end = strchr(line, '\n');

		if (sscanf(line, "Peb%7Xu;ba%7Xn,10,%x;ab%7Xu,10,%x", &t, &i, &a, &v, &b) == 5)
			*sum += ((double)i - 0x8000000) * 1e-9 + ((double)v - 0x8000000) * 1e-6;
		line = end + 1;
	}
	return now_s() - begin_s;
}

struct path {
	struct sg_methodscript_framer framer;
	struct sg_emstat4_stream stream;
	struct sg_guard guard;
	struct sg_detector detector;
	struct sg_accounting books;
	struct sg_step step;
	double base_s;
	uint64_t samples;
	uint64_t bytes_out;
};

static void take_sample(struct path *p, struct sg_sample *sample)
{
	const double time_s = p->base_s + sg_seconds(sample->instrument_ns);
	struct sg_event events[SG_DETECT_EVENTS_MAX + 1];
	struct sg_reading reading;
	const struct sg_row *row;
	char line[1024];

	sample->set_a = SET_A;
	sample->temperature_c = 25.0;
	row = sg_accounting_sample(&p->books, sample, time_s, sg_ns(time_s));
	if (sg_guard_sample(&p->guard, sample, time_s, row->test.charging_c - row->test.discharging_c, events))
		exit(1);
	reading = (struct sg_reading){
		.time_s = row->test_time_s, .voltage_v = row->voltage_v, .current_a = row->current_a, .set_a = row->set_a,
		.temperature_c = row->temperature_c, .flags = row->flags, .step = row->step_count,
	};
	if (sg_detector_feed(&p->detector, &reading, events) && events[0].type == SG_EVENT_HARD_SHORT)
		exit(1); /* a healthy cell */
	p->bytes_out += sg_bdf_line(row, line, sizeof(line));
	p->samples++;
}

static double full_round(struct path *p)
{
	const double begin_s = now_s();
	const uint8_t *bytes = (const uint8_t *)wire;
	size_t left = wire_length;
	size_t consumed;

	sg_emstat4_stream_init(&p->stream, sg_emstat4_caps("hr"), &segment, 1, sg_ns(p->base_s));
	while (sg_methodscript_frame(&p->framer, bytes, left, &consumed) == SG_FRAME_OK) {
		struct sg_emstat4_report report;

		bytes += consumed;
		left -= consumed;
		if (sg_emstat4_stream_line(&p->stream, p->framer.line, p->framer.length, sg_ns((double)p->samples + 1.0), NULL))
			exit(1);
		while (sg_emstat4_stream_report(&p->stream, &report)) {
			if (report.kind == SG_EMSTAT4_SAMPLE)
				take_sample(p, &report.sample);
		}
	}
	p->base_s += SAMPLES;
	return now_s() - begin_s;
}

int main(int argc, char **argv)
{
	const int rounds = argc > 1 ? atoi(argv[1]) : 5000;
	static struct path p;
	const struct sg_limits limits = {
		.voltage_v = 5, .current_a = 1, .temperature_min_c = -40, .temperature_max_c = 100,
		.charge_mah_cm2 = 1e9, .silence_s = 10,
	};
	const struct sg_detect_config config = { 0.8332, NAN, 6.0, NAN, NAN };
	double bare_s = 0, full_s = 0, sum = 0;

	fill_wire();
	snprintf(p.step.id, sizeof(p.step.id), "1.1+");
	p.step.kind = SG_STEP_CURRENT;
	p.step.cycle = 1;
	sg_guard_init(&p.guard, &limits, 0.8332);
	sg_detector_init(&p.detector, &config);
	sg_accounting_init(&p.books);
	sg_accounting_step(&p.books, &p.step, 0.0);
	/* Turn about, so that both see the same machine. */
	for (int i = 0; i < rounds; i++) {
		bare_s += bare_round(&sum);
		full_s += full_round(&p);
	}
	if (p.samples != (uint64_t)rounds * SAMPLES || sum <= 0) {
		fprintf(stderr, "%" PRIu64 " samples came through where %d were sent\n", p.samples, rounds * SAMPLES);
		return 1;
	}
	printf("whole path, wire to BDF line:  %8.0f samples/s (%" PRIu64 " bytes out)\n", (double)p.samples / full_s,
	       p.bytes_out);
	printf("find lines and sscanf only:    %8.0f samples/s\n", (double)p.samples / bare_s);
	printf("ratio, time of whole path over that of sscanf alone: %.2f\n", full_s / bare_s);
	printf("one cell sampled every 1 ms takes %.2f %% of one processor\n", 1000.0 * full_s / (double)p.samples * 100.0);
	return 0;
}
