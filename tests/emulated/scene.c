/* SPDX-License-Identifier: Apache-2.0 */
#include "scene.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <dirent.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "core/units.h"

/* 2026-01-01T00:00:00Z: what the lockstep clock calls virtual time 0. */
#define UTC_ORIGIN_S 1767225600.0

static const char *word(const char *given, const char *usual)
{
	return given ? given : usual;
}

void scene_init(struct scene *scene, const struct scene_words *words)
{
	const char *chamber = word(words->chamber, "votsch, model: vt4002");
	const char *temperature = word(words->temperature, "set: 25 degC, tolerance: 0.3 K, soak: 1 min");
	size_t length = 0;

	memset(scene, 0, sizeof(*scene));
	length += (size_t)snprintf(scene->yaml, sizeof(scene->yaml),
				   "sandglass: 1\n"
				   "name: scene\n"
				   "cell: {name: NZSP-emu, metal: Na, area_cm2: %.4f, thickness_mm: 1.8}\n"
				   "rig:\n"
				   "  potentiostat: {family: %s, model: %s, port: \"sim:x\"%s}\n",
				   SCENE_AREA_CM2, word(words->family, "emstat4"), word(words->model, "hr"), word(words->potentiostat, ""));
	if (chamber[0])
		length += (size_t)snprintf(scene->yaml + length, sizeof(scene->yaml) - length,
					   "  chamber: {family: %s, port: \"sim:x\"}\n", chamber);
	else
		scene->emu.no_chamber = true;
	if (chamber[0] && temperature[0])
		length += (size_t)snprintf(scene->yaml + length, sizeof(scene->yaml) - length, "temperature: {%s}\n",
					   temperature);
	length += (size_t)snprintf(scene->yaml + length, sizeof(scene->yaml) - length,
				   "limits: {%s}\n%ssteps:\n%s", word(words->limits, "voltage: 5 V"),
				   word(words->more, ""), words->steps);
	if (length >= sizeof(scene->yaml))
		fail_msg("the experiment of this scene is too long");
	scene->emu.yaml = scene->yaml;
	scene->emu.family = words->family;
	scene->emu.model = words->model;
	scene->emu.seed = 1;
}

static void watch(void *ctx, const struct sg_run_view *view)
{
	struct scene *scene = ctx;

	if (view->row) {
		scene->rows_shown = view->row->record_index;
		scene->charge_shown_c = view->row->test.charging_c + view->row->test.discharging_c;
		scene->shown_s = view->row->test_time_s;
	}
	if (scene->look)
		scene->look(scene, view);
}

static void read_table(struct scene *scene)
{
	memset(&scene->table, 0, sizeof(scene->table));
	if (scene->emu.outcome.table[0])
		bdf_validate(scene->emu.outcome.table, BDF_TAIL_WHOLE, &scene->table);
}

void scene_host(struct scene *scene)
{
	struct timespec begin, end;

	scene->emu.on_progress = watch;
	scene->emu.ctx = scene;
	scene->emu.interrupts = &scene->interrupts;
	scene->rows_shown = 0;
	alarm(SCENE_REAL_S);
	clock_gettime(CLOCK_MONOTONIC, &begin);
	emu_host(&scene->emu);
	clock_gettime(CLOCK_MONOTONIC, &end);
	alarm(0);
	scene->emu.real_s = (double)(end.tv_sec - begin.tv_sec) + (double)(end.tv_nsec - begin.tv_nsec) * 1e-9;
	read_table(scene);
}

void scene_run(struct scene *scene)
{
	emu_start(&scene->emu);
	scene_host(scene);
	emu_end(&scene->emu);
}

void scene_free(struct scene *scene)
{
	emu_free(&scene->emu);
}

char *scene_file(const struct scene *scene, const char *suffix)
{
	const char *folder = scene->emu.outcome.folder;
	char *text = calloc(1, 1 << 21);
	DIR *dir = folder[0] ? opendir(folder) : NULL;
	const struct dirent *entry;
	char path[640];
	FILE *file;

	assert_non_null(text);
	while (dir && (entry = readdir(dir))) {
		const size_t length = strlen(entry->d_name);

		if (length < strlen(suffix) || strcmp(entry->d_name + length - strlen(suffix), suffix) != 0)
			continue;
		snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
		file = fopen(path, "rb");
		if (!file)
			continue;
		if (fread(text, 1, (1 << 21) - 1, file) == 0)
			text[0] = '\0';
		fclose(file);
	}
	if (dir)
		closedir(dir);
	return text;
}

static size_t count_lines(const char *text)
{
	size_t count = 0;

	for (; (text = strchr(text, '\n')); text++)
		count++;
	return count;
}

void assert_record_whole(const struct scene *scene)
{
	const struct sg_run_summary *summary = &scene->emu.outcome.summary;
	char *events = scene_file(scene, "events.csv");
	char *result = scene_file(scene, "result.json");
	char wanted[96];

	if (scene->table.problem_count)
		fail_msg("the table is not valid: %s", scene->table.problems);
	assert_int_equal(scene->table.torn_bytes, 0);
	assert_true(scene->table.last_record_index == (double)scene->table.rows);
	assert_true(scene->table.rows >= scene->rows_shown);
	assert_int_equal(count_lines(events), scene->emu.event_count + 1);
	snprintf(wanted, sizeof(wanted), "\"stopped_by\": \"%s\"", summary->stopped_by);
	if (!strstr(result, wanted))
		fail_msg("result.json lacks %s:\n%.600s", wanted, result);
	free(events);
	free(result);
}

void assert_cell_off(const struct scene *scene)
{
	assert_true(scene->emu.outcome.summary.cell_off_verified);
	assert_false(emu_truth_flag(&scene->emu, "cell_on"));
	assert_true(emu_truth_number(&scene->emu, "current_a") == 0.0);
}

void assert_named_end(const struct scene *scene)
{
	const struct sg_run_summary *summary = &scene->emu.outcome.summary;
	const enum sg_err err = scene->emu.err;

	assert_non_null(summary->stopped_by);
	assert_true(summary->stopped_by[0] != '\0');
	assert_true(summary->detail[0] != '\0');
	assert_true(err == SG_OK || scene->emu.why[0] != '\0');
	if (err == SG_OK)
		assert_true(strcmp(summary->state, "completed") == 0 || strcmp(summary->state, "stopped") == 0);
	else if (err == SG_ERR_LIMIT)
		assert_string_equal(summary->state, "stopped");
	else
		assert_string_equal(summary->state, "failed");
	assert_int_equal(summary->cell_off_verified, err != SG_ERR_UNSAFE);
}

void assert_stopped_by(const struct scene *scene, const char *reason)
{
	if (!scene->emu.outcome.summary.stopped_by ||
	    strcmp(scene->emu.outcome.summary.stopped_by, reason) != 0)
		fail_msg("ended by \"%s\" (%s: %s; %s), expected \"%s\"", scene->emu.outcome.summary.stopped_by,
			 sg_err_name(scene->emu.err), scene->emu.outcome.summary.detail, scene->emu.why, reason);
}

void assert_charge_true(const struct scene *scene, double tolerance)
{
	const double truth_c = emu_truth_number(&scene->emu, "charge_passed_c");
	const double booked_c = scene->emu.outcome.result.cumulative_mah_cm2 * scene->emu.outcome.result.area_cm2 * 3.6;
	const double table_c = scene->table.last_cumulative_ah * 3600.0;

	if (!(fabs(booked_c - truth_c) <= tolerance * truth_c))
		fail_msg("result %.6f C, truth %.6f C", booked_c, truth_c);
	if (!(fabs(table_c - truth_c) <= tolerance * truth_c))
		fail_msg("table %.6f C, truth %.6f C", table_c, truth_c);
}

const struct sg_event *scene_event(const struct scene *scene, enum sg_event_type type)
{
	for (size_t i = 0; i < scene->emu.event_count; i++) {
		if (scene->emu.events[i].type == type)
			return &scene->emu.events[i];
	}
	return NULL;
}

bool scene_told(const struct scene *scene, enum sg_event_type type, const char *words)
{
	for (size_t i = 0; i < scene->emu.event_count; i++) {
		if (scene->emu.events[i].type == type && strstr(scene->emu.events[i].text, words))
			return true;
	}
	return false;
}

double scene_zero_s(const struct scene *scene)
{
	const struct sg_run_summary *summary = &scene->emu.outcome.summary;

	return sg_seconds(summary->ended_utc_ns - (int64_t)UTC_ORIGIN_S * SG_NS_PER_S) - summary->test_time_s;
}
