/* SPDX-License-Identifier: Apache-2.0 */
/* sandglass replay: a recorded table through guard, detectors and result. */
#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "experiment/replay.h"
#include "format/json_line.h"
#include "print_replay.h"

#define CHUNK 65536

struct arguments {
	const char *path;
	bool json;
	const char *metal;
	const char *set;
	double thickness_mm;
	double temperature_c;
	double proposed_ma_cm2; /* NAN: none */
	struct sg_exposure_config model;
	struct sg_replay_config config;
};

static void usage(FILE *out)
{
	fprintf(out,
		"usage: sandglass replay [options] FILE.csv      (- for standard input)\n"
		"  --json               one JSON object a line: events (time_s, type, grade, since_s, value, reference, unit, evidence),\n"
		"                       then type half_step for each half-step, and type summary as the last\n"
		"  --area CM2           electrode area: densities instead of currents\n"
		"  --expected-ohm R     resistance of the whole cell at the test temperature, if known\n"
		"  --compliance V       of the source: readings on its rail say nothing of the cell\n"
		"  --limit-voltage V    report |V| beyond this, as the guard of a run would\n"
		"  --metal Na           follow its diffusion limit (needs --area; fresh metal at the first row is assumed)\n"
		"  --diffusion-set NAME constants of its self-diffusion; `sandglass model --list` shows them\n"
		"  --metal-thickness MM of each electrode's metal; without: thick\n"
		"  --temperature C      of the cell where the table has none\n"
		"  --propose J          how long J mA/cm2 could go on from where the table ends (needs --metal)\n"
		"Tables: time_s,current_A,voltage_V[,temp_C]; Battery Data Format; records of this program.\n");
}

static bool positive(const char *option, const char *text, double *out)
{
	char *end;
	const double value = strtod(text, &end);

	if (end == text || *end || !(value > 0.0) || !isfinite(value)) {
		fprintf(stderr, "--%s %s: would be a positive number\n", option, text);
		return false;
	}
	*out = value;
	return true;
}

static bool finite_number(const char *option, const char *text, double *out)
{
	char *end;
	const double value = strtod(text, &end);

	if (end == text || *end || !isfinite(value)) {
		fprintf(stderr, "--%s %s: would be a number\n", option, text);
		return false;
	}
	*out = value;
	return true;
}

/* The model is made once here, so that what does not fit is said before the table is read. */
static bool choose_model(struct arguments *a)
{
	struct sg_exposure trial;
	char storage[512];
	struct sg_text why;

	if (!a->metal) {
		if (!a->set[0] && isnan(a->thickness_mm) && isnan(a->proposed_ma_cm2))
			return true;
		fprintf(stderr, "--diffusion-set, --metal-thickness and --propose mean nothing without --metal\n");
		return false;
	}
	if (isnan(a->config.area_cm2)) {
		fprintf(stderr, "--metal needs --area: the limit is one of current density\n");
		return false;
	}
	sg_text_init(&why, storage, sizeof(storage));
	if (sg_watch_model(a->metal, a->set, a->config.area_cm2, a->thickness_mm, a->temperature_c, &a->model, &why) ||
	    sg_exposure_init(&trial, &a->model, &why)) {
		fprintf(stderr, "%s\n", storage);
		return false;
	}
	a->config.model = &a->model;
	return true;
}

static int parse(int argc, char **argv, struct arguments *a)
{
	static const struct option options[] = {
		{ "json", no_argument, NULL, 'j' },	       { "area", required_argument, NULL, 'a' },
		{ "expected-ohm", required_argument, NULL, 'o' }, { "compliance", required_argument, NULL, 'c' },
		{ "limit-voltage", required_argument, NULL, 'v' }, { "help", no_argument, NULL, 'h' },
		{ "metal", required_argument, NULL, 'm' },	       { "diffusion-set", required_argument, NULL, 's' },
		{ "metal-thickness", required_argument, NULL, 't' }, { "temperature", required_argument, NULL, 'T' },
		{ "propose", required_argument, NULL, 'p' },
		{ NULL, 0, NULL, 0 },
	};
	bool good = true;
	int c;

	memset(a, 0, sizeof(*a));
	a->set = "";
	a->thickness_mm = a->temperature_c = a->proposed_ma_cm2 = NAN;
	a->config = (struct sg_replay_config){ .area_cm2 = NAN, .expected_ohm = NAN, .compliance_v = NAN,
					       .limit_voltage_v = NAN };
	while (good && (c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (c) {
		case 'j':
			a->json = true;
			break;
		case 'a':
			good = positive("area", optarg, &a->config.area_cm2);
			break;
		case 'o':
			good = positive("expected-ohm", optarg, &a->config.expected_ohm);
			break;
		case 'c':
			good = positive("compliance", optarg, &a->config.compliance_v);
			break;
		case 'v':
			good = positive("limit-voltage", optarg, &a->config.limit_voltage_v);
			break;
		case 'm':
			a->metal = optarg;
			break;
		case 's':
			a->set = optarg;
			break;
		case 't':
			good = positive("metal-thickness", optarg, &a->thickness_mm);
			break;
		case 'T':
			good = finite_number("temperature", optarg, &a->temperature_c);
			break;
		case 'p':
			good = positive("propose", optarg, &a->proposed_ma_cm2);
			break;
		case 'h':
			usage(stdout);
			return -1;
		default:
			usage(stderr);
			return SG_EXIT_USAGE;
		}
	}
	if (!good || !choose_model(a))
		return SG_EXIT_USAGE;
	if (optind != argc - 1) {
		usage(stderr);
		return SG_EXIT_USAGE;
	}
	a->path = argv[optind];
	return 0;
}

static void print_json(const struct sg_event *event)
{
	char storage[2048]; /* SG_EVENT_TEXT_SIZE bytes, escaped six for one, and the numbers */
	struct sg_json json;

	sg_json_begin(&json, storage, sizeof(storage), false);
	sg_json_number(&json, "time_s", event->time_s, 12);
	sg_json_string(&json, "type", sg_event_name(event->type));
	sg_json_string(&json, "grade", sg_grade_name(event->grade));
	sg_json_number(&json, "since_s", event->since_s, 12);
	sg_json_number(&json, "value", event->value, 9);
	sg_json_number(&json, "reference", event->reference, 9);
	sg_json_string(&json, "unit", sg_unit_name(sg_event_unit(event)));
	sg_json_string(&json, "evidence", event->text);
	if (sg_json_end(&json))
		fputs(storage, stdout);
}

static void on_event(void *ctx, const struct sg_event *event)
{
	const struct arguments *a = ctx;

	if (a->json)
		print_json(event);
	else
		printf("%14.3f s  %s%s: %s\n", event->time_s,
		       event->grade == SG_GRADE_ALARM ? "ALARM " : event->grade == SG_GRADE_WARNING ? "warning " : "",
		       sg_event_name(event->type), event->text);
}

static void on_row(void *ctx, const struct sg_table_row *row)
{
	sg_replay_row(ctx, row);
}

static void on_bad_row(void *ctx, uint64_t row, const char *text)
{
	sg_replay_bad_row(ctx, row, text);
}

static enum sg_err feed_all(FILE *file, struct sg_table_reader *reader, struct sg_text *why)
{
	static char chunk[CHUNK];
	enum sg_err err = SG_OK;
	size_t n;

	while (!err && (n = fread(chunk, 1, sizeof(chunk), file)) > 0)
		err = sg_table_feed(reader, chunk, n, why);
	if (!err && ferror(file)) {
		sg_text_add(why, "could not be read: %s", strerror(errno));
		return SG_ERR_IO;
	}
	return err ? err : sg_table_end(reader, why);
}

static enum sg_err replay_file(FILE *file, struct sg_replay *replay, struct sg_text *why)
{
	const struct sg_table_sink sink = { .ctx = replay, .row = on_row, .bad = on_bad_row };
	struct sg_table_reader *reader;
	enum sg_err err = sg_table_open(&sink, &reader);

	if (err)
		return err;
	err = feed_all(file, reader, why);
	sg_table_close(reader);
	sg_replay_end(replay);
	return err;
}

int sg_cmd_replay(int argc, char **argv)
{
	static struct sg_replay replay;
	struct arguments a;
	char storage[1024];
	struct sg_text why;
	enum sg_err err;
	FILE *file;
	int status = parse(argc, argv, &a);

	if (status)
		return status < 0 ? SG_EXIT_OK : status;
	file = strcmp(a.path, "-") == 0 ? stdin : fopen(a.path, "rb");
	if (!file) {
		fprintf(stderr, "%s: %s\n", a.path, strerror(errno));
		return SG_EXIT_FAILED;
	}
	a.config.ctx = &a;
	a.config.event = on_event;
	sg_text_init(&why, storage, sizeof(storage));
	err = sg_replay_init(&replay, &a.config);
	if (!err)
		err = replay_file(file, &replay, &why);
	if (file != stdin)
		fclose(file);
	if (err)
		fprintf(stderr, "%s: %s\n", file == stdin ? "standard input" : a.path,
			why.length ? why.data : sg_err_text(err));
	else if (a.json)
		sg_print_replay_json(&replay, a.proposed_ma_cm2);
	else
		sg_print_replay(&replay, a.proposed_ma_cm2);
	sg_replay_fini(&replay);
	return err ? SG_EXIT_FAILED : SG_EXIT_OK;
}
