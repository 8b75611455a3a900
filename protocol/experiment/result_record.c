/* SPDX-License-Identifier: Apache-2.0 */
#include "experiment/result_record.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "format/csv_line.h"

/** A double to its last bit. */
#define ALL_DIGITS 17

enum column {
	STEP_COUNT, CYCLE, DENSITY, BEGIN, END, PLANNED, CHARGE, UNKNOWN, UNKNOWN_END, VOLTAGE_FIRST, VOLTAGE_LAST,
	RESISTANCE, TEMPERATURE, LIMIT_LOW, LIMIT_HIGH, SAMPLES, IS_CCD, COMPLETE, SHORTED, WITNESSED, ENDED_BY, COLUMNS,
};

static const char *const header[COLUMNS] = {
	"step_count", "cycle", "density_mA_cm2", "begin_s", "end_s", "planned_s", "charge_C", "unknown_before_C",
	"unknown_end_C", "voltage_first_V", "voltage_last_V", "resistance_ohm", "temperature_degC", "limit_fraction_low",
	"limit_fraction_high", "samples", "is_ccd", "complete", "shorted", "witnessed", "end",
};

size_t sg_half_step_header(char *line, size_t size)
{
	struct sg_csv_line csv;

	sg_csv_begin(&csv, line, size);
	for (size_t i = 0; i < COLUMNS; i++)
		sg_csv_text(&csv, header[i]);
	return sg_csv_end(&csv);
}

/* The numbers that are doubles stand together, in the order of their columns. */
static void collect(struct sg_half_step *h, double *out[LIMIT_HIGH - DENSITY + 1])
{
	double *const all[] = { &h->density_ma_cm2, &h->begin_s, &h->end_s, &h->planned_s, &h->charge_c, &h->unknown_c,
				&h->unknown_end_c, &h->voltage_first_v, &h->voltage_last_v, &h->resistance_ohm,
				&h->temperature_c, &h->limit_low, &h->limit_high };

	memcpy(out, all, sizeof(all));
}

size_t sg_half_step_line(const struct sg_half_step *half_step, char *line, size_t size)
{
	struct sg_half_step h = *half_step;
	double *numbers[LIMIT_HIGH - DENSITY + 1];
	struct sg_csv_line csv;

	collect(&h, numbers);
	sg_csv_begin(&csv, line, size);
	sg_csv_integer(&csv, h.step_count);
	sg_csv_integer(&csv, h.cycle);
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		sg_csv_number(&csv, *numbers[i], ALL_DIGITS);
	sg_csv_integer(&csv, h.samples);
	sg_csv_integer(&csv, h.is_ccd);
	sg_csv_integer(&csv, h.complete);
	sg_csv_integer(&csv, h.shorted);
	sg_csv_integer(&csv, h.witnessed);
	sg_csv_text(&csv, sg_end_name(h.end));
	return sg_csv_end(&csv);
}

/* Cut a copy of the line at its commas; there is no text with one in it. */
static bool split(char *copy, const char *fields[COLUMNS])
{
	size_t count = 0;

	for (char *at = copy; at; count++) {
		char *comma = strchr(at, ',');

		if (count == COLUMNS)
			return false;
		fields[count] = at;
		if (comma)
			*comma++ = '\0';
		at = comma;
	}
	return count == COLUMNS;
}

/* An empty field is a number that there is none of. */
static bool read_number(const char *field, double *out)
{
	char *end;

	*out = NAN;
	if (!field[0])
		return true;
	*out = strtod(field, &end);
	return *end == '\0' && isfinite(*out);
}

static bool read_count(const char *field, uint32_t most, uint32_t *out)
{
	unsigned long long value;
	char *end;

	if (field[0] < '0' || field[0] > '9')
		return false;
	value = strtoull(field, &end, 10);
	*out = (uint32_t)value;
	return *end == '\0' && value <= most;
}

static bool read_flag(const char *field, bool *out)
{
	uint32_t value = 0;
	const bool good = read_count(field, 1, &value);

	*out = value == 1;
	return good;
}

static bool read_end(const char *field, enum sg_end *out)
{
	for (int i = SG_END_NONE; i <= SG_END_INSTRUMENT; i++) {
		*out = (enum sg_end)i;
		if (strcmp(field, sg_end_name(*out)) == 0)
			return true;
	}
	return false;
}

enum sg_err sg_half_step_read(struct sg_half_step *half_step, const char *line, size_t length)
{
	double *numbers[LIMIT_HIGH - DENSITY + 1];
	const char *fields[COLUMNS];
	char copy[SG_HALF_STEP_LINE_SIZE];
	struct sg_half_step h;
	bool good;

	if (length >= sizeof(copy) || memchr(line, '\0', length))
		return SG_ERR_FORMAT;
	memcpy(copy, line, length);
	copy[length] = '\0';
	memset(&h, 0, sizeof(h));
	if (!split(copy, fields))
		return SG_ERR_FORMAT;
	collect(&h, numbers);
	good = read_count(fields[STEP_COUNT], UINT32_MAX, &h.step_count) && read_count(fields[CYCLE], UINT32_MAX, &h.cycle);
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		good = good && read_number(fields[(size_t)DENSITY + i], numbers[i]);
	good = good && read_count(fields[SAMPLES], UINT32_MAX, &h.samples) && read_flag(fields[IS_CCD], &h.is_ccd) &&
	       read_flag(fields[COMPLETE], &h.complete) && read_flag(fields[SHORTED], &h.shorted) &&
	       read_flag(fields[WITNESSED], &h.witnessed) && read_end(fields[ENDED_BY], &h.end);
	if (!good)
		return SG_ERR_FORMAT;
	*half_step = h;
	return SG_OK;
}

size_t sg_result_over(const struct sg_result *result)
{
	const bool last_goes_on = result->at && result->at != &result->beyond;

	return result->count - (last_goes_on ? 1 : 0);
}

static void walk_half_step(struct sg_walk *walk, struct sg_half_step *h)
{
	double *numbers[LIMIT_HIGH - DENSITY + 1];
	uint32_t end = (uint32_t)h->end;

	collect(h, numbers);
	sg_walk_u32(walk, &h->step_count);
	sg_walk_u32(walk, &h->cycle);
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		sg_walk_double(walk, numbers[i]);
	sg_walk_u32(walk, &h->samples);
	sg_walk_bool(walk, &h->is_ccd);
	sg_walk_bool(walk, &h->complete);
	sg_walk_bool(walk, &h->shorted);
	sg_walk_bool(walk, &h->witnessed);
	sg_walk_choice(walk, &end, SG_END_INSTRUMENT + 1);
	h->end = (enum sg_end)end;
}

static void walk_polarization(struct sg_walk *walk, struct sg_polarization *p)
{
	double *const numbers[] = { &p->t10_s, &p->t_inflect_s, &p->inflect_unsure_s, &p->t2x_s, &p->t_compl_s, &p->c10_mah_cm2,
				    &p->c_inflect_mah_cm2, &p->c2x_mah_cm2, &p->c_compl_mah_cm2, &p->excess };

	sg_walk_bool(walk, &p->told);
	sg_walk_bool(walk, &p->ever_told);
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		sg_walk_double(walk, numbers[i]);
}

/* Which one is at hand: none, the last of the list, or one that has no room there. */
enum at_hand { NONE, LAST, BEYOND, AT_HAND };

static uint32_t at_hand(const struct sg_result *result)
{
	if (!result->at)
		return NONE;
	return result->at == &result->beyond ? BEYOND : LAST;
}

static void take_at_hand(struct sg_walk *walk, struct sg_result *result, uint32_t which, size_t over,
			 const struct sg_half_step *h)
{
	sg_walk_must(walk, over + (which == LAST) <= result->capacity);
	if (walk->bad)
		return;
	result->count = over + (which == LAST);
	result->at = which == NONE ? NULL : which == BEYOND ? &result->beyond : &result->half_steps[over];
	if (result->at)
		*result->at = *h;
}

static void walk_first(struct sg_walk *walk, struct sg_result *result)
{
	for (size_t i = 0; i < SG_FOUND_KINDS; i++) {
		sg_walk_double(walk, &result->first[i].density_ma_cm2);
		sg_walk_double(walk, &result->first[i].since_s);
		sg_walk_u32(walk, &result->first[i].half_step);
	}
}

void sg_result_walk(struct sg_walk *walk, struct sg_result *result, size_t *over)
{
	double *const numbers[] = { &result->ccd_short_ma_cm2, &result->ccd_last_good_ma_cm2, &result->short_time_s,
				    &result->cumulative_mah_cm2, &result->net_mah_cm2, &result->temperature_sum_c };
	struct sg_half_step h = { 0 };
	uint32_t which = at_hand(result);

	if (walk->to) {
		*over = sg_result_over(result);
		if (result->at)
			h = *result->at;
	}
	sg_walk_size(walk, over);
	sg_walk_choice(walk, &which, AT_HAND);
	walk_half_step(walk, &h);
	sg_walk_bool(walk, &result->short_found);
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		sg_walk_double(walk, numbers[i]);
	sg_walk_u32(walk, &result->temperature_count);
	sg_walk_bool(walk, &result->in_ramp);
	walk_first(walk, result);
	walk_polarization(walk, &result->polarization);
	if (walk->to)
		return;
	take_at_hand(walk, result, which, *over, &h);
	if (walk->bad || !result->count)
		return;
	/* its line may be from before the short was known, or before a pulse showed that there was none */
	for (size_t i = 0; i < result->count; i++)
		result->half_steps[i].shorted = false;
	if (result->short_found)
		result->half_steps[sg_result_half_step_at(result, result->short_time_s)].shorted = true;
}
