/* SPDX-License-Identifier: Apache-2.0 */
#include "trace_cell.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The events of 1,000 h with a glitch in every half-cycle need 200 kB; a file beyond this is no label. */
#define LABEL_BYTES_MAX (64L << 20)

void trace_cell_init(struct trace_cell *cell)
{
	*cell = (struct trace_cell){ .area_cm2 = 1.0, .expected_ohm = NAN, .compliance_v = NAN };
}

static char *read_text(FILE *file, size_t *length)
{
	char *text;
	long size;

	if (fseek(file, 0, SEEK_END) != 0 || (size = ftell(file)) < 0 || size > LABEL_BYTES_MAX)
		return NULL;
	rewind(file);
	text = malloc((size_t)size + 1);
	if (!text)
		return NULL;
	*length = fread(text, 1, (size_t)size, file);
	text[*length] = '\0';
	return text;
}

/* NAN unless it is a number above zero: null, text and nonsense are all "not given". */
static double positive(const cJSON *params, const char *key)
{
	const cJSON *item = cJSON_GetObjectItemCaseSensitive(params, key);

	return cJSON_IsNumber(item) && isfinite(item->valuedouble) && item->valuedouble > 0.0 ? item->valuedouble : NAN;
}

static void take(struct trace_cell *cell, const cJSON *params)
{
	const double area_cm2 = positive(params, "area_cm2");

	if (!isnan(area_cm2))
		cell->area_cm2 = area_cm2;
	cell->compliance_v = positive(params, "compliance_V");
	cell->expected_ohm = positive(params, "R_expected_ohm");
	if (isnan(cell->expected_ohm))
		cell->expected_ohm = positive(params, "R_sep_ohm") + 2.0 * positive(params, "R_int_ohm_each");
}

bool trace_cell_read(struct trace_cell *cell, const char *path, bool *found)
{
	FILE *file = fopen(path, "rb");
	size_t length = 0;
	cJSON *root;
	char *text;

	trace_cell_init(cell);
	*found = file != NULL;
	if (!file) {
		if (errno == ENOENT)
			return true;
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
		return false;
	}
	text = read_text(file, &length);
	fclose(file);
	root = text ? cJSON_ParseWithLength(text, length) : NULL;
	free(text);
	if (!root) {
		fprintf(stderr, "%s: no JSON that could be read\n", path);
		return false;
	}
	take(cell, cJSON_GetObjectItemCaseSensitive(root, "params"));
	cJSON_Delete(root);
	return true;
}
