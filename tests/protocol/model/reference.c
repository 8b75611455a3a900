/* SPDX-License-Identifier: Apache-2.0 */
#include "reference.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define MA 1e-3

static const struct parameters {
	const char *name;
	double concentration_mol_cm3;
	double diffusion_cm2_s;
} sets[] = {
	{ "Na25a", 0.0421, 5.4e-9 },  { "Na25b", 0.0421, 5.868e-9 }, { "Na0", 0.0423, 1.306e-9 },
	{ "Li25", 0.0769, 5.1e-11 },  { "Li50", 0.0767, 2.66e-10 },  { "any", 0.0421, 5.4e-9 },
	{ "phi=0.0421", 0.0421, 5.4e-9 },
};

static void parameters_of(const char *text, struct row *row)
{
	for (size_t i = 0; i < sizeof(sets) / sizeof(sets[0]); i++) {
		const size_t n = strlen(sets[i].name);

		if (strncmp(text, sets[i].name, n) == 0 && (text[n] == '\0' || text[n] == ' ')) {
			row->concentration_mol_cm3 = sets[i].concentration_mol_cm3;
			row->diffusion_cm2_s = sets[i].diffusion_cm2_s;
			return;
		}
	}
	fail_msg("line %d: no parameter set \"%s\"", row->line, text);
}

static void add(struct row *row, double length_s, double density_a_cm2)
{
	const double begin_s = row->count ? row->pieces[row->count - 1].end_s : 0.0;

	assert_true(row->count < PIECES_MAX);
	row->pieces[row->count++] = (struct piece){ begin_s + length_s, density_a_cm2 };
}

/* +j, -j, ... until the time of the row lies in the last piece. */
static void square(struct row *row, double half_s, double density_a_cm2)
{
	do
		add(row, half_s, row->count % 2 ? -density_a_cm2 : density_a_cm2);
	while (row->pieces[row->count - 1].end_s < row->time_s * (1 - 1e-12));
}

/* +1, -1, +2, -2, ... mA cm-2 */
static void ramp_of_levels(struct row *row, double half_s)
{
	do
		add(row, half_s, (row->count % 2 ? -MA : MA) * (1 + row->count / 2));
	while (row->pieces[row->count - 1].end_s < row->time_s * (1 - 1e-12));
}

static void history_of(const char *name, const char *parameters, const char *note, struct row *row)
{
	unsigned minutes, cycle;
	double rate;
	char end;

	if (strcmp(name, "tmax_1mA_s") == 0) {
		row->kind = ROW_TIME;
		add(row, 1e12, MA);
	} else if (strcmp(name, "const_1mA") == 0) {
		add(row, 1e12, MA);
	} else if (strcmp(name, "square_1mA_5h") == 0) {
		square(row, 18000.0, MA);
	} else if (strcmp(name, "square_0.5mA_4h") == 0) {
		square(row, 14400.0, 0.5 * MA);
	} else if (sscanf(name, "ccd_%umi%c", &minutes, &end) == 2 && end == 'n') {
		ramp_of_levels(row, 60.0 * minutes);
	} else if (strcmp(name, "rest_after_5h_1mA") == 0) {
		add(row, 18000.0, MA);
		add(row, 1e12, 0.0);
	} else if (strcmp(name, "temp_step_1mA") == 0) {
		row->kind = ROW_TEMPERATURE;
		add(row, 1e12, MA);
	} else if (strcmp(name, "finite_L_1mA") == 0) {
		row->kind = ROW_FINITE;
		row->thickness_cm = atof(strchr(parameters, '=') + 1);
		add(row, 1e12, MA);
	} else if (sscanf(name, "onesided_ccd_%umi%c", &minutes, &end) == 2 && end == 'n') {
		row->kind = ROW_ONE_SIDED;
		ramp_of_levels(row, 60.0 * minutes);
		row->is_b = row->count % 2 == 0;
		assert_non_null(strstr(note, row->is_b ? "electrode B" : "electrode A"));
	} else if (strcmp(name, "onesided_square_ratio") == 0 && sscanf(parameters, "any,cycle %u", &cycle) == 1) {
		row->kind = ROW_ONE_SIDED_RATIO;
		row->time_s = (2 * cycle - 1) * 18000.0;
		square(row, 18000.0, MA);
	} else if (sscanf(name, "linear_ramp_%lf_mA_per_mi%c", &rate, &end) == 2 && end == 'n') {
		row->kind = ROW_RAMP;
		row->rate_a_cm2_s = rate * MA / 60.0;
	} else {
		fail_msg("line %d: a case nobody knows: %s", row->line, name);
	}
}

int reference_rows(void (*check)(const struct row *row, void *context), void *context)
{
	FILE *file = fopen(SG_VECTORS_DIR "/model/reference-values.csv", "r");
	char line[256];
	int count = 0;
	int number = 0;

	assert_non_null(file);
	while (fgets(line, sizeof(line), file)) {
		struct row row = { .line = ++number, .kind = ROW_HISTORY };
		char name[64], parameters[96], time[32], f[32], note[96] = "";

		if (line[0] == '#' || strncmp(line, "case,", 5) == 0)
			continue;
		assert_int_equal(sscanf(line, "%63[^,],%95[^,],%31[^,],%31[^,],%95[^\n]", name, parameters, time, f, note), 5);
		row.time_s = atof(time);
		row.f = atof(f);
		if (strcmp(name, "onesided_square_ratio") == 0) { /* the third column holds the cycle */
			strcat(parameters, ",");
			strncat(parameters, time, sizeof(parameters) - strlen(parameters) - 1);
		}
		parameters_of(strncmp(parameters, "any,", 4) == 0 ? "any" : parameters, &row);
		history_of(name, parameters, note, &row);
		check(&row, context);
		count++;
	}
	fclose(file);
	return count;
}
