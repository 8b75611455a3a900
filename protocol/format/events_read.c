/* SPDX-License-Identifier: Apache-2.0 */
#include "format/events_read.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "core/units.h"
#include "format/events_table.h"

enum column { TIME, UNIX_TIME, TYPE, GRADE, SINCE, STEP, VALUE, REFERENCE, TEXT, UNIT, COLUMNS };

/* The next field, with its quotes undone, in place. False: a quote that does not end. */
static bool take_field(char **rest, const char **field)
{
	char *at = *rest, *to = at;
	bool quoted = *at == '"';

	*field = at;
	if (quoted)
		at++;
	for (; *at && (quoted || *at != ','); at++) {
		if (quoted && *at == '"') {
			if (at[1] != '"') {
				quoted = false;
				continue;
			}
			at++;
		}
		*to++ = *at;
	}
	*rest = *at ? at + 1 : NULL;
	*to = '\0';
	return !quoted;
}

static bool split(char *copy, const char *fields[COLUMNS])
{
	char *rest = copy;
	size_t count;

	for (count = 0; count < COLUMNS && rest; count++) {
		if (!take_field(&rest, &fields[count]))
			return false;
	}
	if (count == UNIT && !rest) /* a table of version 1 */
		fields[count++] = "";
	return count == COLUMNS && !rest;
}

static bool number(const char *field, double *out)
{
	char *end;

	*out = NAN;
	if (!field[0])
		return true;
	*out = strtod(field, &end);
	return *end == '\0' && isfinite(*out);
}

static bool type_of(const char *name, enum sg_event_type *out)
{
	for (int i = 0; i < SG_EVENT_TYPES; i++) {
		*out = (enum sg_event_type)i;
		if (strcmp(name, sg_event_name(*out)) == 0)
			return true;
	}
	return false;
}

static bool grade_of(const char *name, enum sg_grade *out)
{
	for (int i = SG_GRADE_INFO; i <= SG_GRADE_ALARM; i++) {
		*out = (enum sg_grade)i;
		if (strcmp(name, sg_grade_name(*out)) == 0)
			return true;
	}
	return false;
}

/* A value whose unit nobody said has none, whatever is usual for its type. */
static bool unit_of(const char *name, enum sg_unit *out)
{
	for (int i = SG_UNIT_NONE; i < SG_UNITS; i++) {
		*out = (enum sg_unit)i;
		if (strcmp(name, sg_unit_name(*out)) == 0)
			return true;
	}
	return false;
}

static bool fill(struct sg_event *event, int64_t *utc_ns, const char *const *f)
{
	double utc_s, step;

	if (!number(f[TIME], &event->time_s) || !number(f[UNIX_TIME], &utc_s) || !type_of(f[TYPE], &event->type) ||
	    !grade_of(f[GRADE], &event->grade) || !number(f[SINCE], &event->since_s) || !number(f[STEP], &step) ||
	    !number(f[VALUE], &event->value) || !number(f[REFERENCE], &event->reference) || !unit_of(f[UNIT], &event->unit))
		return false;
	if (!(step >= 0.0 && step <= UINT32_MAX) || fabs(utc_s) > 9e9 || strlen(f[TEXT]) >= sizeof(event->text))
		return false;
	event->step = (uint32_t)step;
	*utc_ns = isnan(utc_s) ? -1 : sg_ns(utc_s);
	memcpy(event->text, f[TEXT], strlen(f[TEXT]) + 1);
	return true;
}

enum sg_err sg_events_read(struct sg_event *event, int64_t *utc_ns, const char *line, size_t length)
{
	char copy[SG_EVENTS_LINE_SIZE];
	const char *fields[COLUMNS];

	if (length >= sizeof(copy) || memchr(line, '\0', length))
		return SG_ERR_FORMAT;
	memcpy(copy, line, length);
	copy[length] = '\0';
	memset(event, 0, sizeof(*event));
	if (!split(copy, fields) || !fill(event, utc_ns, fields))
		return SG_ERR_FORMAT;
	return SG_OK;
}
