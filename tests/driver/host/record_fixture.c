/* SPDX-License-Identifier: Apache-2.0 */
#include "record_fixture.h"

#include <ftw.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/units.h"

#define STARTED_UTC_NS INT64_C(1789373730125000000) /* 2026-09-14T08:15:30.125Z */

/* sg_clock is embedded first nowhere here: find the fixture around it. */
static int64_t now_ns(struct sg_clock *clock)
{
	const struct record_fixture *fixture =
		(const struct record_fixture *)((const char *)clock - offsetof(struct record_fixture, clock));

	return fixture->now_ns;
}

static const struct sg_clock_ops by_hand = { .now_ns = now_ns, .utc_ns = now_ns, .sleep_until = NULL };

static void make_plan(struct record_fixture *f)
{
	size_t i;

	for (i = 0; i < FIXTURE_STEPS; i++) {
		struct sg_step *step = &f->steps[i];
		uint32_t level = (uint32_t)i / 4 + 1;

		step->duration_s = 10;
		step->interval_s = 1;
		step->until_v = 2;
		if (i % 2) {
			step->kind = SG_STEP_REST;
			snprintf(step->id, sizeof(step->id), "1.r");
			continue;
		}
		step->kind = SG_STEP_CURRENT;
		step->cycle = level;
		step->half_step = (uint32_t)i / 2 + 1;
		step->density_ma_cm2 = (i % 4 ? -0.1 : 0.1) * level;
		step->current_a = sg_current_a(step->density_ma_cm2, f->experiment.cell.area_cm2);
		step->range_a = 1e-3;
		snprintf(step->id, sizeof(step->id), "1.%u%c", level, i % 4 ? '-' : '+');
	}
	f->plan.step_count = FIXTURE_STEPS;
	f->plan.steps = f->steps;
}

static void make_experiment(struct record_fixture *f)
{
	struct sg_experiment *e = &f->experiment;

	snprintf(e->name, sizeof(e->name), "CCD ramp \"fixture\"");
	snprintf(e->institution, sizeof(e->institution), "LAB");
	snprintf(e->folder, sizeof(e->folder), "%s/results/deep", f->root);
	snprintf(e->cell.name, sizeof(e->cell.name), "LLZO-012");
	snprintf(e->cell.metal, sizeof(e->cell.metal), "Li");
	snprintf(e->rig.name, sizeof(e->rig.name), "bench 1");
	e->cell.area_cm2 = 0.785;
	e->cell.thickness_mm = 1.2;
	e->cell.pressure_mpa = NAN;
	e->cell.expected_ohm = NAN;
	e->limits.voltage_v = 5;
	e->limits.current_a = 1e-3;
	e->limits.temperature_min_c = -INFINITY;
	e->limits.temperature_max_c = 60;
	e->limits.charge_mah_cm2 = INFINITY;
	e->temperature.present = true;
	e->temperature.set_c = 25;
	e->interval_s = 1;
	f->procedures[0].kind = SG_PROC_CCD;
	f->procedures[0].from_ma_cm2 = 0.1;
	f->procedures[0].to_ma_cm2 = 0.3;
	f->procedures[0].increment_ma_cm2 = 0.1;
	e->procedures = f->procedures;
	e->procedure_count = 1;
}

void record_fixture_init(struct record_fixture *f, double speed)
{
	FILE *file;

	memset(f, 0, sizeof(*f));
	snprintf(f->root, sizeof(f->root), "/tmp/sandglass-record-XXXXXX");
	assert_non_null(mkdtemp(f->root));
	f->clock.ops = &by_hand;
	f->clock.speed = speed;
	f->now_ns = 5 * SG_NS_PER_S;
	make_experiment(f);
	make_plan(f);
	snprintf(f->potentiostat.family, sizeof(f->potentiostat.family), "emstat4");
	snprintf(f->potentiostat.model, sizeof(f->potentiostat.model), "hr");
	snprintf(f->potentiostat.serial, sizeof(f->potentiostat.serial), "ES4HR20B0009");
	f->potentiostat.simulated = true;
	snprintf(f->chamber.family, sizeof(f->chamber.family), "votsch");
	snprintf(f->experiment_path, sizeof(f->experiment_path), "%s/ccd.yaml", f->root);
	file = fopen(f->experiment_path, "w");
	assert_non_null(file);
	fputs("name: CCD ramp\n", file);
	fclose(file);
	f->meta.experiment = &f->experiment;
	f->meta.plan = &f->plan;
	f->meta.potentiostat = &f->potentiostat;
	f->meta.chamber = &f->chamber;
	f->meta.experiment_path = f->experiment_path;
	f->meta.program_version = "0.1.0";
	f->meta.clock_kind = "real";
	f->meta.started_utc_ns = STARTED_UTC_NS;
	sg_text_init(&f->why, f->why_storage, sizeof(f->why_storage));
	sg_accounting_init(&f->books);
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *at)
{
	(void)st;
	(void)kind;
	(void)at;
	return remove(path);
}

void record_fixture_fini(struct record_fixture *f)
{
	nftw(f->root, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

struct sg_recorder *record_fixture_open(struct record_fixture *f)
{
	struct sg_recorder *recorder = NULL;

	if (sg_recorder_open(&f->meta, 1.0, &f->clock, &f->why, &recorder))
		fail_msg("%s", f->why.data);
	return recorder;
}

const struct sg_row *record_fixture_row(struct record_fixture *f)
{
	uint64_t index = f->books.row.record_index;
	const struct sg_step *step = &f->steps[index / 10 % FIXTURE_STEPS];
	struct sg_sample sample;

	if (index % 10 == 0)
		sg_accounting_step(&f->books, step, f->time_s);
	f->time_s += 1.0;
	f->now_ns += SG_NS_PER_S;
	memset(&sample, 0, sizeof(sample));
	sample.current_a = step->current_a * (1 + 1e-5 * (double)(index % 7));
	sample.voltage_v = 210.0 * sample.current_a + 1e-5;
	sample.set_a = step->current_a;
	sample.range_a = step->range_a;
	sample.temperature_c = 25.02;
	return sg_accounting_sample(&f->books, &sample, f->time_s, STARTED_UTC_NS + sg_ns(f->time_s));
}

char *record_fixture_slurp(const char *folder, const char *name, size_t *length)
{
	char path[1024], *bytes = NULL;
	long size;
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	size = record_fixture_size(path);
	file = fopen(path, "rb");
	if (!file || size < 0)
		goto out;
	bytes = malloc((size_t)size + 1);
	if (bytes) {
		*length = fread(bytes, 1, (size_t)size, file);
		bytes[*length] = '\0';
	}
out:
	if (file)
		fclose(file);
	return bytes;
}

long record_fixture_size(const char *path)
{
	struct stat st;

	return stat(path, &st) ? -1 : (long)st.st_size;
}
