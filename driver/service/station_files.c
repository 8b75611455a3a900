/* SPDX-License-Identifier: Apache-2.0 */
#include "service/station_files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "experiment/reader.h"
#include "host/checkpoint.h"

#define FILE_SIZE_MAX ((size_t)1 << 20)

/* The whole file, NUL-terminated; the caller frees it. NULL: errno says why. */
static char *read_file(const char *path, size_t *length)
{
	FILE *file = fopen(path, "re");
	char *bytes = file ? malloc(FILE_SIZE_MAX + 1) : NULL;

	if (bytes) {
		*length = fread(bytes, 1, FILE_SIZE_MAX, file);
		bytes[*length] = '\0';
	}
	if (file)
		fclose(file);
	return bytes;
}

enum sg_err sg_station_write(const char *path, const char *text, struct sg_text *why)
{
	char beside[SG_STATION_PATH_SIZE + 64];
	FILE *file;
	bool good;

	snprintf(beside, sizeof(beside), "%s.new", path);
	file = fopen(beside, "we");
	good = file && fputs(text, file) >= 0;
	if (file && fclose(file))
		good = false;
	if (good && rename(beside, path) == 0)
		return SG_OK;
	sg_text_add(why, "'%s' cannot be written: %s", path, strerror(errno));
	return SG_ERR_IO;
}

/* ---- the rig ---- */

static enum sg_err read_rig(struct sg_station *station, struct sg_text *why)
{
	struct sg_diagnostics diagnostics;
	size_t length = 0;
	char *bytes = read_file(station->rig_file, &length);
	enum sg_err err;

	if (!bytes) {
		sg_text_add(why, "%s: %s", station->rig_file, strerror(errno));
		return SG_ERR_NOT_FOUND;
	}
	err = sg_rig_read(&station->rig, station->rig_file, bytes, length, &diagnostics);
	for (size_t i = 0; err && i < diagnostics.count; i++) {
		sg_text_add(why, "%s", i ? "\n" : "");
		sg_diagnostic_print(&diagnostics, i, why);
	}
	free(bytes);
	return err;
}

enum sg_err sg_station_prepare(struct sg_station *station, const char *name_of_rigs, const char *parent, struct sg_text *why)
{
	char copy[SG_URI_SIZE];

	snprintf(copy, sizeof(copy), "%s", name_of_rigs);
	if (station->entry->file[0] == '/')
		snprintf(station->rig_file, sizeof(station->rig_file), "%s", station->entry->file);
	else
		snprintf(station->rig_file, sizeof(station->rig_file), "%s/%s", dirname(copy), station->entry->file);
	snprintf(station->folder, sizeof(station->folder), "%s/%s", parent, station->entry->name);
	if (mkdir(station->folder, 0755) && errno != EEXIST) {
		sg_text_add(why, "%s: %s", station->folder, strerror(errno));
		return SG_ERR_IO;
	}
	return read_rig(station, why);
}

/* ---- pid, intent ---- */

static void name_file(const struct sg_station *station, const char *name, char path[SG_STATION_PATH_SIZE + 32])
{
	snprintf(path, SG_STATION_PATH_SIZE + 32, "%s/%s", station->folder, name);
}

void sg_station_intend(const struct sg_station *station, const char *word)
{
	char path[SG_STATION_PATH_SIZE + 32], storage[512];
	struct sg_text why;

	name_file(station, "intent", path);
	sg_text_init(&why, storage, sizeof(storage));
	if (!word)
		unlink(path);
	else if (sg_station_write(path, word, &why))
		fprintf(stderr, "%s: %s\n", station->entry->name, why.data);
}

enum sg_station_intent sg_station_intent(const struct sg_station *station)
{
	char path[SG_STATION_PATH_SIZE + 32];
	enum sg_station_intent intent = SG_INTENT_NONE;
	size_t length;
	char *word;

	name_file(station, "intent", path);
	word = read_file(path, &length);
	if (word && strcmp(word, "go-on") == 0)
		intent = SG_INTENT_GO_ON;
	else if (word && strcmp(word, "paused") == 0)
		intent = SG_INTENT_PAUSED;
	free(word);
	return intent;
}

bool sg_station_find_program(struct sg_station *station)
{
	char path[SG_STATION_PATH_SIZE + 32];

	name_file(station, "pid", path);
	return sg_child_find(&station->child, path);
}

/* ---- runs ---- */

/* When a run began: the copy of its experiment is written then, and never again. */
static bool began_at(const char *run, struct timespec *when)
{
	char path[SG_RUN_PATH_SIZE + 32];
	struct stat st;

	snprintf(path, sizeof(path), "%s/%s", run, SG_RUN_EXPERIMENT);
	if (stat(path, &st))
		return false;
	*when = st.st_mtim;
	return true;
}

static bool later(const struct timespec *a, const struct timespec *b)
{
	return a->tv_sec != b->tv_sec ? a->tv_sec > b->tv_sec : a->tv_nsec > b->tv_nsec;
}

bool sg_station_find_run(struct sg_station *station)
{
	struct timespec latest, when;
	char path[SG_RUN_PATH_SIZE];
	const struct dirent *entry;
	DIR *dir;

	if (station->run[0])
		return true;
	if (!began_at(station->before, &latest))
		memset(&latest, 0, sizeof(latest));
	dir = opendir(station->folder);
	while (dir && (entry = readdir(dir)) != NULL) {
		if (entry->d_name[0] == '.' ||
		    snprintf(path, sizeof(path), "%s/%s", station->folder, entry->d_name) >= (int)sizeof(path))
			continue;
		if (!began_at(path, &when) || !later(&when, &latest))
			continue;
		latest = when;
		memcpy(station->run, path, sizeof(path));
	}
	if (dir)
		closedir(dir);
	return station->run[0] != '\0';
}

static bool says_unsafe(const char *run)
{
	char path[SG_RUN_PATH_SIZE + 32];
	size_t length;
	char *text;
	bool unsafe;

	snprintf(path, sizeof(path), "%s/%s", run, SG_RUN_RESULT);
	text = read_file(path, &length);
	unsafe = text && strstr(text, "\"cell_off_verified\": false");
	free(text);
	return unsafe;
}

enum sg_standing sg_station_standing(const char *run)
{
	static const char *const names[] = { SG_RUN_CHECKPOINT, SG_RUN_CHECKPOINT_BEFORE };
	struct sg_checkpoint checkpoint;
	enum sg_err err = SG_ERR_NO_MEMORY;
	uint8_t *storage = malloc(SG_CHECKPOINT_SIZE_MAX);
	const int fd = open(run, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	for (size_t i = 0; err && storage && fd >= 0 && i < 2; i++)
		err = sg_checkpoint_read(fd, names[i], storage, &checkpoint, NULL);
	free(storage);
	if (fd >= 0)
		close(fd);
	if (err)
		return SG_STANDING_NONE;
	switch (checkpoint.standing) {
	case SG_CHECKPOINT_RUNNING:
		return SG_STANDING_RUNNING;
	case SG_CHECKPOINT_HELD:
		return SG_STANDING_HELD;
	case SG_CHECKPOINT_ENDED:
		break;
	}
	return says_unsafe(run) ? SG_STANDING_UNSAFE : SG_STANDING_ENDED;
}

/* ---- temperatures ---- */

static void widen(struct sg_station *station, double temperature_c)
{
	station->lowest_c = station->wants_temperature ? fmin(station->lowest_c, temperature_c) : temperature_c;
	station->highest_c = station->wants_temperature ? fmax(station->highest_c, temperature_c) : temperature_c;
	station->wants_temperature = true;
}

static void learn(struct sg_station *station, const char *bytes, size_t length)
{
	struct sg_diagnostics diagnostics;
	struct sg_experiment experiment;

	station->wants_temperature = station->stops_chamber = false;
	if (sg_experiment_read(&experiment, "the experiment", bytes, length, &diagnostics))
		return; /* the check will say what is wrong with it */
	if (experiment.temperature.present)
		widen(station, experiment.temperature.set_c);
	station->stops_chamber = experiment.temperature.stop_at_end;
	for (size_t i = 0; i < experiment.procedure_count; i++) {
		if (experiment.procedures[i].kind == SG_PROC_TEMPERATURE)
			widen(station, experiment.procedures[i].temperature_c);
	}
	sg_experiment_fini(&experiment);
}

void sg_station_learn_temperature(struct sg_station *station, const char *experiment)
{
	char path[SG_RUN_PATH_SIZE + 32];
	size_t length = 0;
	char *bytes;

	if (experiment) {
		learn(station, experiment, strlen(experiment));
		return;
	}
	snprintf(path, sizeof(path), "%s/%s", station->run, SG_RUN_EXPERIMENT);
	bytes = read_file(path, &length);
	if (bytes)
		learn(station, bytes, length);
	free(bytes);
}
