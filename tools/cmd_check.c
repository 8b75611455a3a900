/* SPDX-License-Identifier: Apache-2.0 */
/* sandglass check: what an experiment file will do, and what does not fit; touches no instrument. */
#include <errno.h>
#include <getopt.h>
#include <linux/magic.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "commands.h"
#include "experiment/check.h"
#include "experiment/proposal.h"
#include "load.h"

/* The folder may not exist yet: the nearest one above it that does. */
static void nearest_existing(const char *folder, char path[SG_URI_SIZE], struct stat *st)
{
	char *slash;

	snprintf(path, SG_URI_SIZE, "%s", folder);
	while (stat(path, st) != 0) {
		slash = strrchr(path, '/');
		if (!slash || slash == path) {
			snprintf(path, SG_URI_SIZE, "%s", slash ? "/" : ".");
			if (stat(path, st) != 0)
				memset(st, 0, sizeof(*st));
			return;
		}
		*slash = '\0';
	}
}

/* What is known of the place for the record without writing to it. */
static struct sg_check_env look_at_folder(const char *folder)
{
	struct sg_check_env env = { .disk_free_bytes = -1 };
	char path[SG_URI_SIZE];
	struct statvfs space;
	struct statfs fs;
	struct stat st;

	nearest_existing(folder, path, &st);
	if (!S_ISDIR(st.st_mode))
		env.folder_trouble = "there is a file in the way";
	else if (access(path, W_OK | X_OK) != 0)
		env.folder_trouble = strerror(errno);
	else if (statfs(path, &fs) == 0 && (fs.f_type == PROC_SUPER_MAGIC || fs.f_type == SYSFS_MAGIC))
		env.folder_trouble = "the kernel's own, it keeps no files";
	else if (statvfs(path, &space) == 0 && space.f_blocks > 0) /* 0: nobody counts, on a tmpfs without a limit */
		env.disk_free_bytes = (int64_t)space.f_bavail * (int64_t)space.f_frsize;
	return env;
}

static void print_line(void *context, const char *line)
{
	fprintf(context, "%s\n", line);
}

unsigned sg_check_loaded(const struct sg_loaded *loaded, int verbose)
{
	const struct sg_check_env env = look_at_folder(loaded->experiment.folder);
	struct sg_check_report report;

	sg_check(&loaded->experiment, &loaded->plan, loaded->rig.caps, loaded->rig.chamber_caps, &env, &report);
	if (verbose) {
		sg_check_print(&loaded->experiment, &loaded->plan, &report, print_line, stdout);
		return (unsigned)report.errors;
	}
	for (size_t i = 0; i < report.count; i++) {
		const struct sg_finding *finding = &report.findings[i];
		const char *word = finding->severity == SG_SEVERITY_ERROR ? "error" : "warning";

		if (finding->line)
			fprintf(stderr, "%s:%d:%d: %s: %s\n", loaded->path, finding->line, finding->column, word,
				finding->text);
		else
			fprintf(stderr, "%s: %s: %s\n", loaded->path, word, finding->text);
	}
	return (unsigned)report.errors;
}

static bool is_density(const char *text, double *out)
{
	char *end;

	*out = strtod(text, &end);
	if (end != text && !*end && *out > 0.0 && isfinite(*out))
		return true;
	fprintf(stderr, "--propose %s: would be a current density in mA/cm2, for example 5\n", text);
	return false;
}

static void usage(FILE *out)
{
	fprintf(out, "usage: sandglass check [--port potentiostat=URI] [--port chamber=URI] [--rig RIG.yaml] [--propose J] EXPERIMENT.yaml\n"
		     "Prints the expanded steps, duration, charge per half-step, the range each step will use and\n"
		     "everything that does not fit. Exit status 1 if something does not. Touches no instrument.\n"
		     "  --propose J   also, how long J mA/cm2 could go on until the diffusion limit: from fresh metal, and after the plan\n");
}

int sg_cmd_check(int argc, char **argv)
{
	static const struct option options[] = {
		{ "port", required_argument, NULL, 'p' },
		{ "propose", required_argument, NULL, 'j' },
		{ "rig", required_argument, NULL, 'r' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	struct sg_overrides overrides = { .folder = NULL };
	struct sg_loaded loaded;
	double proposed_ma_cm2 = 0.0;
	unsigned errors;
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == 'h') {
			usage(stdout);
			return SG_EXIT_OK;
		}
		if (c == 'j') {
			if (!is_density(optarg, &proposed_ma_cm2))
				return SG_EXIT_USAGE;
			continue;
		}
		if (c == 'r') {
			overrides.rig_file = optarg;
			continue;
		}
		if (c != 'p' || sg_override_port(&overrides, optarg)) {
			usage(stderr);
			return SG_EXIT_USAGE;
		}
	}
	if (optind != argc - 1) {
		usage(stderr);
		return SG_EXIT_USAGE;
	}
	if (sg_load(&loaded, argv[optind], &overrides))
		return SG_EXIT_FAILED;
	errors = sg_check_loaded(&loaded, 1);
	if (proposed_ma_cm2 > 0.0)
		sg_proposal_print(&loaded.experiment, &loaded.plan, proposed_ma_cm2, print_line, stdout);
	sg_unload(&loaded);
	return errors ? SG_EXIT_FAILED : SG_EXIT_OK;
}
