/* SPDX-License-Identifier: Apache-2.0 */
#include "trace_file.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <zlib.h>

#include "trial.h"

#define PATH_SIZE 4096

struct writing {
	gzFile table;
	bool temperature, failed;
};

static void on_row(void *ctx, const struct trial_row *row)
{
	struct writing *w = ctx;
	const struct sg_table_row *r = &row->table;
	char line[160];
	int n = snprintf(line, sizeof(line), "%.15g,%.15g,%.15g", r->time_s, r->current_a, r->voltage_v);

	if (w->temperature)
		n += snprintf(line + n, sizeof(line) - (size_t)n, ",%.15g", r->temperature_c);
	line[n++] = '\n';
	w->failed = gzwrite(w->table, line, (unsigned)n) != n || w->failed;
}

static void put_event(FILE *json, bool *first, const char *type, double t_s, const char *more, double value)
{
	fprintf(json, "%s\n  { \"type\": \"%s\", \"t\": %.6f", *first ? "" : ",", type, t_s);
	if (isfinite(value))
		fprintf(json, ", \"%s\": %.6f", more, value);
	fprintf(json, " }");
	*first = false;
}

static void put_cell_events(FILE *json, const struct trial *t, bool *first)
{
	const struct truth *truth = &t->truth;

	if (t->family->group == GROUP_START) {
		put_event(json, first, "short_from_start", 0.0, "drop_frac", truth->drop_max);
		return;
	}
	if (t->family->group == GROUP_SOFT && truth->soft_n >= 0) {
		const double end_s = truth->low_n >= 0 ? truth->low_s : truth->soft_last_s;

		put_event(json, first, "soft_short", truth->soft_s, "t_end", end_s);
	}
	if (truth->low_n >= 0)
		put_event(json, first, "hard_short", t->incident.kind == INCIDENT_SOFT_TO_HARD ? t->incident.hard_at_s
											    : t->incident.start_s,
			  "t_visible", truth->low_s);
	if (truth->over_10_n >= 0 && t->incident.kind >= INCIDENT_CONTACT_LOSS)
		put_event(json, first, "polarization_onset", truth->over_10_s, "t_2x", truth->doubled_s);
}

static void put_fault(FILE *json, const struct trial *t, bool *first)
{
	const struct incident *i = &t->incident;
	const double end_s = fmin(i->end_s, t->ended_s);

	switch (i->kind) {
	case INCIDENT_LEAD_OPEN:
	case INCIDENT_SPIKES:
		put_event(json, first, "contact_open", i->start_s, "t_end", end_s);
		break;
	case INCIDENT_SENSE_ZERO:
	case INCIDENT_SENSE_FLOAT:
	case INCIDENT_SENSE_RAIL:
		put_event(json, first, "sense_lost", i->start_s, "t_end", end_s);
		break;
	case INCIDENT_LEAD_STEP:
		put_event(json, first, "contact_step", i->start_s, "dR_ohm", i->series_ohm);
		break;
	case INCIDENT_GLITCH:
		put_event(json, first, "range_glitch", i->start_s, "t_end", end_s);
		break;
	case INCIDENT_STUCK:
		put_event(json, first, "data_fault", i->start_s, "t_end", end_s);
		break;
	case INCIDENT_CLOCK:
		put_event(json, first, "time_fault", i->start_s, "shift_s", i->clock == CLOCK_REPEATS ? 0.0 : i->clock_s);
		break;
	case INCIDENT_THERMAL:
		put_event(json, first, "thermal", i->start_s, "dT", i->step_k);
		break;
	default: /* healthy, of the cell, or a clipped ramp */
		break;
	}
}

static void put_number(FILE *json, const char *key, double value)
{
	if (isfinite(value))
		fprintf(json, "  \"%s\": %.9g,\n", key, value);
	else
		fprintf(json, "  \"%s\": null,\n", key);
}

/*
 * Resistances under names of their own: what a person knows beforehand is R_expected_ohm alone, and R_sep_ohm would give
 * away more.
 */
static void put_labels(FILE *json, const struct trial *t)
{
	bool first = true;

	fprintf(json, "{\n \"params\": {\n  \"name\": \"%s\",\n  \"seed\": \"0x%016" PRIx64 "\",\n  \"cell\": \"%s\",\n",
		t->family->name, t->seed, cell_kind_name(t->kind));
	fprintf(json, "  \"protocol\": \"%s\",\n", programme_name(t->programme.kind));
	put_number(json, "area_cm2", t->cell.area_cm2);
	put_number(json, "R_expected_ohm", t->expected_ohm);
	put_number(json, "R_true_ohm", t->steady_ohm);
	put_number(json, "temp_C", t->cell.home_k - 273.15);
	put_number(json, "dt_s", t->sampling.dt_s);
	put_number(json, "noise_V", meter_noise_v(&t->meter));
	put_number(json, "lsb_V", t->meter.code_v);
	put_number(json, "compliance_V", t->told_compliance_v);
	fprintf(json, "  \"n_samples\": %ld,\n  \"duration_h\": %.4f\n },\n \"events\": [", t->rows, t->ended_s / 3600.0);
	if (t->family->group == GROUP_FAULT)
		put_fault(json, t, &first);
	else if (t->family->group != GROUP_HEALTHY)
		put_cell_events(json, t, &first);
	fprintf(json, "\n ]\n}\n");
}

static bool ends_with(const char *text, const char *ending)
{
	const size_t n = strlen(text), m = strlen(ending);

	return n >= m && strcmp(text + n - m, ending) == 0;
}

static bool label_path(const char *path, char *out, size_t size)
{
	size_t n = strlen(path);

	if (ends_with(path, ".gz"))
		n -= 3;
	if (n <= 4 || strncmp(path + n - 4, ".csv", 4) != 0) {
		fprintf(stderr, "%s: would be FILE.csv or FILE.csv.gz\n", path);
		return false;
	}
	return snprintf(out, size, "%.*s.json", (int)(n - 4), path) < (int)size;
}

bool trace_file_write(uint64_t seed, const char *path)
{
	static struct trial trial;
	struct writing w = { .failed = false };
	char label[PATH_SIZE];
	FILE *json;

	if (!trial_draw(&trial, seed)) {
		fprintf(stderr, "0x%016" PRIx64 ": no seed of a trial (--list and --seeds name them)\n", seed);
		return false;
	}
	if (!label_path(path, label, sizeof(label)))
		return false;
	w.temperature = trial.room.logged;
	w.table = gzopen(path, ends_with(path, ".gz") ? "wb" : "wbT");
	json = w.table ? fopen(label, "w") : NULL;
	if (!json) {
		fprintf(stderr, "%s: %s\n", w.table ? label : path, strerror(errno));
		if (w.table)
			gzclose(w.table);
		return false;
	}
	gzputs(w.table, w.temperature ? "time_s,current_A,voltage_V,temp_C\n" : "time_s,current_A,voltage_V\n");
	trial_run(&trial, on_row, &w);
	put_labels(json, &trial);
	if (gzclose(w.table) != Z_OK || fclose(json) != 0 || w.failed) {
		fprintf(stderr, "%s: could not be written\n", path);
		return false;
	}
	return true;
}
