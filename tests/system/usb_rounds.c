/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Unplug and replug an instrument many times while it runs a segment, on a real USB stack, and measure: how soon the
 * loss is noticed, how soon the instrument is met again with its cell shown to be off, what is lost meanwhile, and
 * whether the process grows.
 *
 *     usb_rounds FAMILY URI GADGET UDC ROUNDS
 *
 * The cable is a file: GADGET's UDC in the kernel's gadget tree; empty is unplugged.
 */
#include <dirent.h>
#include <malloc.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/units.h"
#include "host/clock.h"
#include "runner/rig.h"

#define CURRENT_A 0.8e-3
#define INTERVAL_S 0.2
/* Longest wait for a report: as in a run. */
#define TURN_S 1.0
/* Longest time to a verdict of each kind; beyond it the round has failed. */
#define LOSS_S 5.0
#define RETURN_S 30.0
#define SAMPLES_BEFORE 3
/* The process may need a few rounds until its memory has settled. */
#define SETTLED_ROUND 10
/* What libraries may still take once; a single small block a round is more in a thousand of them. */
#define LEAK_BYTES 16384

struct measured {
	double *values_s;
	size_t count;
};

struct bench {
	struct sg_host_clock clock;
	struct sg_rig_config config;
	struct sg_rig rig;
	char why_storage[512];
	struct sg_text why;
	char cable[160];
	const char *udc;
	struct measured loss, back;
	unsigned long samples, wrong, lost;
	unsigned long dropped;   /* messages that were no message, or stayed away */
	unsigned long elsewhere; /* met in another port than it was put into: another device */
	char place[SG_PLACE_SIZE]; /* of that port */
	unsigned seed;
};

static double now_s(struct bench *b)
{
	return sg_seconds(sg_clock_now_ns(&b->clock.clock));
}

static int64_t in_s(struct bench *b, double time_s)
{
	return sg_clock_deadline(&b->clock.clock, sg_ns(time_s));
}

static void put(const char *file, const char *text)
{
	FILE *f = fopen(file, "w");

	if (!f || fprintf(f, "%s\n", text) < 0 || fclose(f)) {
		perror(file);
		exit(1);
	}
}

static void give_up(struct bench *b, size_t round, const char *what)
{
	printf("  round %zu: %s: %s\n", round, what, b->why.length ? b->why.data : "-");
	exit(1);
}

static const struct sg_potentiostat_ops *ops(const struct bench *b)
{
	return b->rig.potentiostat.family->potentiostat;
}

static void start(struct bench *b, size_t round)
{
	const struct sg_segment segment = {
		.mode = SG_MODE_GALVANOSTATIC,
		.set_value = round % 2 ? CURRENT_A : -CURRENT_A,
		.interval_s = INTERVAL_S,
		.duration_s = 3600.0,
		.voltage_min_v = -2.5,
		.voltage_max_v = 2.5,
		.range_a = sg_caps_range_for(b->rig.caps, CURRENT_A),
	};
	enum sg_err err = ops(b)->start(b->rig.potentiostat.device, &segment, 1, in_s(b, 5.0));

	if (err) {
		sg_text_add(&b->why, "%s", sg_device_diag(b->rig.potentiostat.device));
		give_up(b, round, "start");
	}
}

/* A value from before the loss, or with the other sign, is a stale one. */
static void judge(struct bench *b, const struct sg_sample *sample, size_t round)
{
	const double set_a = round % 2 ? CURRENT_A : -CURRENT_A;

	b->samples++;
	/* 50 ohm, and the 20 mA range at its worst */
	if (!(fabs(sample->current_a - set_a) < 0.02 * CURRENT_A + 2e-6) || !(sample->voltage_v * set_a > 0.0) ||
	    !(fabs(sample->voltage_v) < 0.1)) {
		printf("  round %zu: %.9g V, %.9g A\n", round, sample->voltage_v, sample->current_a);
		b->wrong++;
	}
}

/* Samples until so many have come or time is over; when the latest came, or NAN. */
static double read_samples(struct bench *b, size_t round, unsigned wanted, double until_s, enum sg_err *err)
{
	struct sg_report report;
	double latest_s = NAN;
	unsigned got = 0;

	while (got < wanted && now_s(b) < until_s) {
		*err = ops(b)->next(b->rig.potentiostat.device, &report, in_s(b, TURN_S));
		if (*err == SG_ERR_TIMEOUT)
			continue;
		if (sg_err_group(*err) == SG_GROUP_WIRE) { /* a run goes on too, up to twenty in a row */
			b->dropped++;
			continue;
		}
		if (*err)
			return latest_s;
		if (report.kind != SG_REPORT_SAMPLE)
			continue;
		judge(b, &report.sample, round);
		latest_s = sg_seconds(report.sample.host_ns);
		got++;
	}
	return latest_s;
}

static void keep(struct measured *m, double value_s)
{
	m->values_s[m->count++] = value_s;
}

static void lose(struct bench *b, size_t round)
{
	enum sg_err err = SG_OK;
	double latest_s = read_samples(b, round, SAMPLES_BEFORE, now_s(b) + 5.0, &err), pulled_s, more_s;

	if (isnan(latest_s)) {
		sg_text_add(&b->why, "%s, %s", sg_err_name(err), sg_device_diag(b->rig.potentiostat.device));
		give_up(b, round, "no samples before the cable was pulled");
	}
	/* Anywhere within an interval. */
	usleep((unsigned)rand_r(&b->seed) % (unsigned)(INTERVAL_S * 1e6));
	pulled_s = now_s(b);
	put(b->cable, "");
	err = SG_OK;
	more_s = read_samples(b, round, 1000, pulled_s + LOSS_S, &err);
	/* A write that broke off in the moment of the loss is uncertain; that the device has left is known. */
	if (err && sg_transport_present(b->rig.potentiostat.device->link) == SG_ERR_GONE)
		err = SG_ERR_GONE;
	if (err != SG_ERR_GONE) {
		sg_text_add(&b->why, "%s, %s", sg_err_name(err), sg_device_diag(b->rig.potentiostat.device));
		give_up(b, round, "the loss was not noticed");
	}
	keep(&b->loss, now_s(b) - pulled_s);
	if (!isnan(more_s))
		latest_s = more_s;
	/* What was due before the cable was pulled, but for the one that may have been under way. */
	if (pulled_s - latest_s > 2.0 * INTERVAL_S)
		b->lost += (unsigned long)((pulled_s - latest_s) / INTERVAL_S) - 1;
}

static void come_back(struct bench *b, size_t round)
{
	struct sg_absence absence = { .interval_s = INTERVAL_S };
	double plugged_s;
	enum sg_err err;

	usleep(20000 + (unsigned)rand_r(&b->seed) % 400000);
	plugged_s = now_s(b);
	put(b->cable, b->udc);
	do {
		sg_text_clear(&b->why);
		err = sg_rig_return(&b->rig, &absence, &b->why);
		if (err)
			usleep(20000);
	} while (err && now_s(b) < plugged_s + RETURN_S);
	if (err)
		give_up(b, round, "it did not come back");
	if (sg_rig_safe_off(&b->rig, 5.0, &b->why))
		give_up(b, round, "the cell was not shown to be off");
	keep(&b->back, now_s(b) - plugged_s);
	if (strcmp(b->place, b->rig.potentiostat.whereabouts.place) != 0)
		b->elsewhere++;
}

static int by_size(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static void print_measured(const char *what, struct measured *m)
{
	qsort(m->values_s, m->count, sizeof(*m->values_s), by_size);
	printf("  figure: %s, %zu rounds: median %.3f s, worst %.3f s\n", what, m->count, m->values_s[m->count / 2],
	       m->values_s[m->count - 1]);
}

static unsigned long open_files(void)
{
	DIR *folder = opendir("/proc/self/fd");
	unsigned long count = 0;

	while (folder && readdir(folder))
		count++;
	if (folder)
		closedir(folder);
	return count;
}

static unsigned long resident_kb(void)
{
	FILE *f = fopen("/proc/self/statm", "r");
	unsigned long size, resident = 0;

	if (f) {
		if (fscanf(f, "%lu %lu", &size, &resident) != 2)
			resident = 0;
		fclose(f);
	}
	return resident * (unsigned long)sysconf(_SC_PAGESIZE) / 1024;
}

/* What is allocated and not freed: a leak shows here before it needs a page. */
static unsigned long heap_bytes(void)
{
	return (unsigned long)mallinfo2().uordblks;
}

static void set_up(struct bench *b, char **argv, size_t rounds)
{
	memset(b, 0, sizeof(*b));
	b->seed = 1;
	sg_host_clock_init(&b->clock, 1.0);
	sg_text_init(&b->why, b->why_storage, sizeof(b->why_storage));
	snprintf(b->config.potentiostat.family, sizeof(b->config.potentiostat.family), "%s", argv[1]);
	snprintf(b->config.potentiostat.port, sizeof(b->config.potentiostat.port), "%s", argv[2]);
	b->config.potentiostat.present = true;
	b->config.potentiostat.address = -1;
	b->config.chamber.address = -1;
	snprintf(b->cable, sizeof(b->cable), "/sys/kernel/config/usb_gadget/%s/UDC", argv[3]);
	b->udc = argv[4];
	b->loss.values_s = calloc(rounds, sizeof(double));
	b->back.values_s = calloc(rounds, sizeof(double));
	if (!b->loss.values_s || !b->back.values_s)
		exit(1);
}

int main(int argc, char **argv)
{
	const size_t rounds = argc == 6 ? strtoul(argv[5], NULL, 10) : 0;
	unsigned long files = 0, kb = 0, bytes = 0, grown_kb, grown_bytes;
	static struct bench b;

	setvbuf(stdout, NULL, _IOLBF, 0);
	if (rounds == 0) {
		fprintf(stderr, "usage: usb_rounds FAMILY URI GADGET UDC ROUNDS\n");
		return 2;
	}
	set_up(&b, argv, rounds);
	if (sg_rig_open(&b.rig, &b.config, &b.clock.clock, &b.why))
		give_up(&b, 0, "open");
	memcpy(b.place, b.rig.potentiostat.whereabouts.place, sizeof(b.place));
	for (size_t i = 1; i <= rounds; i++) {
		if (i == SETTLED_ROUND || (i == rounds && !files)) {
			files = open_files();
			kb = resident_kb();
			bytes = heap_bytes();
		}
		start(&b, i);
		lose(&b, i);
		come_back(&b, i);
	}
	grown_bytes = heap_bytes() > bytes ? heap_bytes() - bytes : 0;
	grown_kb = resident_kb() > kb ? resident_kb() - kb : 0;
	print_measured("loss noticed after", &b.loss);
	print_measured("back with the cell shown off after", &b.back);
	printf("  figure: %lu samples, %lu wrong, %lu lost beyond the one under way, %lu messages dropped; "
	       "%lu times another device was taken for it\n", b.samples, b.wrong, b.lost, b.dropped, b.elsewhere);
	printf("  figure: open files %lu then, %lu now; memory in use grown by %lu bytes, resident by %lu kB, in %zu rounds\n",
	       files, open_files(), grown_bytes, grown_kb, rounds > SETTLED_ROUND ? rounds - SETTLED_ROUND : 0);
	files = open_files() > files ? open_files() - files : 0;
	sg_rig_close(&b.rig);
	return b.wrong || b.elsewhere || files || b.lost || b.dropped > rounds / 20 || b.loss.values_s[rounds - 1] > 1.0 ||
	       grown_bytes > LEAK_BYTES;
}
