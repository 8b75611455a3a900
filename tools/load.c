/* SPDX-License-Identifier: Apache-2.0 */
#include "load.h"

#include <errno.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "experiment/reader.h"
#include "transport/uri.h"

#define FILE_SIZE_MAX (1 << 20)

/* The whole file in memory; the caller frees it. */
static char *read_file(const char *path, size_t *length)
{
	FILE *file = fopen(path, "rb");
	struct stat st;
	char *bytes = NULL;

	if (!file) {
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
		return NULL;
	}
	if (fstat(fileno(file), &st) || S_ISDIR(st.st_mode)) {
		fprintf(stderr, "%s: not a file\n", path);
	} else if (st.st_size > FILE_SIZE_MAX) {
		fprintf(stderr, "%s: larger than 1 MiB; an experiment file is a page of text\n", path);
	} else {
		bytes = malloc(FILE_SIZE_MAX + 1);
		if (!bytes)
			fprintf(stderr, "%s: %s\n", path, sg_err_text(SG_ERR_NO_MEMORY));
		else
			*length = fread(bytes, 1, FILE_SIZE_MAX + 1, file);
	}
	fclose(file);
	return bytes;
}

static void print_diagnostics(const struct sg_diagnostics *diagnostics)
{
	char storage[SG_DIAGNOSTIC_SIZE + 320];
	struct sg_text line;

	for (size_t i = 0; i < diagnostics->count; i++) {
		sg_text_init(&line, storage, sizeof(storage));
		sg_diagnostic_print(diagnostics, i, &line);
		fprintf(stderr, "%s\n", line.data);
	}
	if (diagnostics->dropped)
		fprintf(stderr, "%s: and %zu more\n", diagnostics->name, diagnostics->dropped);
}

static enum sg_err read_experiment(struct sg_loaded *loaded)
{
	struct sg_diagnostics diagnostics;
	enum sg_err err = SG_ERR_IO;
	size_t length = 0;
	char *bytes = read_file(loaded->path, &length);

	if (!bytes)
		return err;
	err = sg_experiment_read(&loaded->experiment, loaded->path, bytes, length, &diagnostics);
	if (err)
		print_diagnostics(&diagnostics);
	free(bytes);
	return err;
}

/* A rig file is named relative to the experiment that names it. */
static void resolve_rig_path(struct sg_loaded *loaded)
{
	char copy[SG_URI_SIZE];

	if (loaded->experiment.rig_file[0] == '/') {
		snprintf(loaded->rig_path, sizeof(loaded->rig_path), "%s", loaded->experiment.rig_file);
		return;
	}
	snprintf(copy, sizeof(copy), "%s", loaded->path);
	snprintf(loaded->rig_path, sizeof(loaded->rig_path), "%s/%s", dirname(copy), loaded->experiment.rig_file);
}

static enum sg_err read_rig(struct sg_loaded *loaded, const char *rig_file)
{
	struct sg_diagnostics diagnostics;
	size_t length = 0;
	enum sg_err err;
	char *bytes;

	if (!loaded->experiment.rig_file[0] && !rig_file)
		return SG_OK;
	if (rig_file)
		snprintf(loaded->rig_path, sizeof(loaded->rig_path), "%s", rig_file);
	else
		resolve_rig_path(loaded);
	bytes = read_file(loaded->rig_path, &length);
	if (!bytes)
		return SG_ERR_IO;
	err = sg_rig_read(&loaded->experiment.rig, loaded->rig_path, bytes, length, &diagnostics);
	if (err)
		print_diagnostics(&diagnostics);
	free(bytes);
	return err;
}

static void apply(struct sg_experiment *experiment, const struct sg_overrides *overrides)
{
	if (overrides->potentiostat_port)
		snprintf(experiment->rig.potentiostat.port, SG_URI_SIZE, "%s", overrides->potentiostat_port);
	if (overrides->chamber_port)
		snprintf(experiment->rig.chamber.port, SG_URI_SIZE, "%s", overrides->chamber_port);
	if (overrides->folder)
		snprintf(experiment->folder, SG_URI_SIZE, "%s", overrides->folder);
}

static void print_at(const struct sg_loaded *loaded, const struct sg_place *at, const char *text)
{
	fprintf(stderr, "%s:%d:%d: %s\n", loaded->rig_path[0] ? loaded->rig_path : loaded->path, at->line, at->column,
		text);
}

/* The instrument nobody knows: the first one without a family. */
static void print_at_instrument(const struct sg_loaded *loaded, const char *text)
{
	const struct sg_rig_config *rig = &loaded->experiment.rig;

	print_at(loaded, loaded->rig.potentiostat.family ? &rig->chamber.at : &rig->potentiostat.at, text);
}

/* An address nobody could open, be it from the file or from --port. */
static enum sg_err check_port(const struct sg_loaded *loaded, const struct sg_instrument_config *instrument)
{
	char storage[SG_DIAG_SIZE];
	struct sg_text why;
	struct sg_uri uri;
	enum sg_err err;

	sg_text_init(&why, storage, sizeof(storage));
	err = sg_uri_parse(instrument->port, &uri, &why);
	if (err)
		print_at(loaded, &instrument->at, why.data);
	return err;
}

static enum sg_err check_ports(const struct sg_loaded *loaded)
{
	const struct sg_rig_config *rig = &loaded->experiment.rig;
	char text[SG_URI_SIZE + 80];
	enum sg_err err = check_port(loaded, &rig->potentiostat);

	if (err || !rig->chamber.present)
		return err;
	err = check_port(loaded, &rig->chamber);
	if (err || strcmp(rig->potentiostat.port, rig->chamber.port) != 0)
		return err;
	snprintf(text, sizeof(text), "\"%s\": two instruments cannot be at one port, this is the potentiostat's too",
		 rig->chamber.port);
	print_at(loaded, &rig->chamber.at, text);
	return SG_ERR_ARGUMENT;
}

enum sg_err sg_load(struct sg_loaded *loaded, const char *path, const struct sg_overrides *overrides)
{
	char storage[SG_DIAG_SIZE];
	struct sg_text why;
	enum sg_err err;

	memset(loaded, 0, sizeof(*loaded));
	loaded->path = path;
	sg_text_init(&why, storage, sizeof(storage));
	err = read_experiment(loaded);
	if (err)
		return err;
	err = read_rig(loaded, overrides->rig_file);
	if (err)
		goto out_experiment;
	apply(&loaded->experiment, overrides);
	err = sg_rig_look_up(&loaded->experiment.rig, &loaded->rig, &why);
	if (err) {
		print_at_instrument(loaded, why.data);
		goto out_experiment;
	}
	err = check_ports(loaded);
	if (err)
		goto out_experiment;
	err = sg_plan_init(&loaded->plan, &loaded->experiment, loaded->rig.caps, &why);
	if (!err)
		return SG_OK;
	fprintf(stderr, "%s: %s\n", path, why.length ? why.data : sg_err_text(err));

out_experiment:
	sg_experiment_fini(&loaded->experiment);
	return err;
}

void sg_unload(struct sg_loaded *loaded)
{
	sg_plan_fini(&loaded->plan);
	sg_experiment_fini(&loaded->experiment);
}

enum sg_err sg_override_port(struct sg_overrides *overrides, const char *argument)
{
	if (strncmp(argument, "potentiostat=", 13) == 0 && argument[13]) {
		overrides->potentiostat_port = argument + 13;
		return SG_OK;
	}
	if (strncmp(argument, "chamber=", 8) == 0 && argument[8]) {
		overrides->chamber_port = argument + 8;
		return SG_OK;
	}
	fprintf(stderr, "--port %s: would be potentiostat=URI or chamber=URI, e.g. potentiostat=serial:/dev/ttyACM0\n",
		argument);
	return SG_ERR_ARGUMENT;
}
