/* SPDX-License-Identifier: Apache-2.0 */
#include "score.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "score_part.h"

#define HARD_WITHIN_S 600.0
#define HARD_WITHIN_ROWS 10
#define SOFT_WITHIN_S 600.0
#define SOFT_TOTAL_S 60.0
#define CERTAIN_SIGMA 5.0

void score_init(struct score *score, FILE *list)
{
	memset(score, 0, sizeof(*score));
	score->list = list;
}

void score_fini(struct score *score)
{
	for (size_t f = 0; f < SCORE_FAMILIES; f++) {
		free(score->events[f].latencies.s);
		free(score->events[f].latencies.unit);
		free(score->hard_after_soft[f].latencies.s);
		free(score->hard_after_soft[f].latencies.unit);
	}
}

static bool keep(struct latencies *l, double s, double unit)
{
	if (l->count == l->room) {
		const size_t room = l->room ? 2 * l->room : 64;
		double *grown_s = realloc(l->s, room * sizeof(double)), *grown_unit;

		if (!grown_s)
			return false;
		l->s = grown_s;
		grown_unit = realloc(l->unit, room * sizeof(double));
		if (!grown_unit)
			return false;
		l->unit = grown_unit;
		l->room = room;
	}
	l->s[l->count] = s > 0.0 ? s : 0.0;
	l->unit[l->count++] = unit > 0.0 ? unit : 0.0;
	return true;
}

static int ascending(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

double latency_quantile(double *values, size_t count, double p)
{
	if (count == 0)
		return NAN;
	qsort(values, count, sizeof(*values), ascending);
	return values[(size_t)(p * (double)(count - 1) + 0.5)];
}

static size_t family_index(const struct trial *t)
{
	return (size_t)(t->seed & 0xff);
}

/* ---- events ---- */

/* First alarm of one of two classes within a time. */
static const struct alarm *first_of(const struct alarms *a, enum alarm_class one, enum alarm_class two, double from_s,
				    double to_s)
{
	for (size_t i = 0; i < a->count; i++) {
		const struct alarm *alarm = &a->list[i];

		if ((alarm->class == one || alarm->class == two) && alarm->true_s >= from_s && alarm->true_s <= to_s)
			return alarm;
	}
	return NULL;
}

/*
 * Whether what is left of the voltage tells a short from a sense lead that fell off: it must be more than noise and
 * more than the offset of the meter, which a lead on nothing shows as well.
 */
static bool readable(const struct trial *t, double short_s)
{
	return t->nominal_a / short_s > CERTAIN_SIGMA * meter_noise_v(&t->meter) + 2.0 * fabs(t->meter.offset_v);
}

static bool add_hard(struct score *score, struct event_tally *tally, const struct trial *t, const struct alarms *a)
{
	const struct incident *i = &t->incident;
	const double short_s = i->kind == INCIDENT_SOFT_TO_HARD ? i->hard_s : i->short_s;
	const double rows_s = HARD_WITHIN_ROWS * fmax(t->sampling.dt_s, t->sampling.at_least_s);
	const double from_s = i->start_s - i->flicker_before_s;
	const double to_s = t->truth.hard_s + fmax(HARD_WITHIN_S, rows_s);
	const struct alarm *alarm = first_of(a, ALARM_HARD, ALARM_HARD, from_s, to_s);
	long rows;

	if (t->truth.hard_n < 0) {
		tally->none++;
		return true;
	}
	tally->events++;
	if (!alarm && !readable(t, short_s)) {
		alarm = first_of(a, ALARM_SHORT_OR_SENSE, ALARM_SHORT_OR_SENSE, from_s, to_s);
		tally->uncertain += alarm != NULL;
	}
	if (!alarm) {
		tally->missed++;
		tally->other += first_of(a, ALARM_SOFT, ALARM_SHORT_OR_SENSE, from_s, to_s) != NULL;
		score_list(score, t, "missed", t->truth.hard_s, "hard_short");
		return true;
	}
	tally->found++;
	rows = alarm->n - t->truth.hard_n;
	if (rows > 2 && alarm->true_s - t->truth.hard_s > 2.0) {
		tally->late++;
		score_list(score, t, "late", alarm->true_s, "hard_short");
	}
	return keep(&tally->latencies, alarm->true_s - t->truth.hard_s, (double)rows);
}

static bool add_soft(struct score *score, struct event_tally *tally, const struct trial *t, const struct alarms *a)
{
	const double to_s = t->truth.soft_last_s + SOFT_WITHIN_S;
	const struct alarm *alarm;

	if (t->truth.soft_total_s < SOFT_TOTAL_S || trial_is_buried(t)) {
		tally->none++;
		return true;
	}
	tally->events++;
	alarm = first_of(a, ALARM_SOFT, ALARM_HARD, t->incident.start_s, to_s);
	if (!alarm) {
		tally->missed++;
		tally->other += first_of(a, ALARM_POLARIZATION, ALARM_SHORT_OR_SENSE, t->incident.start_s, to_s) != NULL;
		score_list(score, t, "missed", t->truth.soft_s, "soft_short");
		return true;
	}
	tally->found++;
	tally->late += t->incident.kind == INCIDENT_SOFT_GRADUAL && alarm->drop > 0.25;
	return keep(&tally->latencies, alarm->true_s - t->truth.soft_s, (double)(alarm->n - t->truth.soft_n));
}

static bool add_start(struct score *score, struct event_tally *tally, const struct trial *t, const struct alarms *a)
{
	const struct alarm *alarm = first_of(a, ALARM_START, ALARM_START, -INFINITY, INFINITY);
	const struct alarm *other = first_of(a, ALARM_HARD, ALARM_SOFT, -INFINITY, INFINITY);

	if (t->truth.soft_n < 0) {
		tally->none++;
		return true;
	}
	tally->events++;
	/* any word for a short will do: the first counts */
	if (!alarm || (other && other->true_s < alarm->true_s))
		alarm = other ? other : alarm;
	if (!alarm && !readable(t, t->incident.short_s)) {
		alarm = first_of(a, ALARM_SHORT_OR_SENSE, ALARM_SHORT_OR_SENSE, -INFINITY, INFINITY);
		tally->uncertain += alarm != NULL;
	}
	if (!alarm) {
		tally->missed++;
		tally->other += first_of(a, ALARM_SHORT_OR_SENSE, ALARM_POLARIZATION, -INFINITY, INFINITY) != NULL;
		score_list(score, t, "missed", t->truth.soft_s, "short_from_start");
		return true;
	}
	tally->found++;
	tally->late += alarm->true_s - t->truth.soft_s > 300.0;
	return keep(&tally->latencies, alarm->true_s - t->truth.soft_s, (double)(alarm->n - t->truth.soft_n));
}

static bool add_polarization(struct score *score, struct event_tally *tally, const struct trial *t, const struct alarms *a)
{
	const struct truth *truth = &t->truth;
	const double half_s = t->programme.half_s + t->programme.rest_s;
	const double begin_s = t->family->group == GROUP_ONE_WAY ? truth->over_10_s - t->programme.begin_rest_s : half_s;
	const struct alarm *alarm;

	if (truth->over_10_n < 0) {
		tally->none++;
		return true;
	}
	tally->events++;
	alarm = first_of(a, ALARM_POLARIZATION, ALARM_POLARIZATION, truth->over_5_s, INFINITY);
	if (!alarm || alarm->true_s > truth->doubled_s) {
		tally->missed++;
		tally->other += alarm != NULL;
		score_list(score, t, alarm ? "after 2x" : "missed", alarm ? alarm->true_s : truth->over_10_s, "polarization");
		return true;
	}
	tally->found++;
	tally->late += alarm->true_s - truth->over_10_s > (t->family->group == GROUP_ONE_WAY ? 0.1 : 2.0) * begin_s;
	return keep(&tally->latencies, alarm->true_s - truth->over_10_s, (alarm->true_s - truth->over_10_s) / begin_s);
}

static void add_fault(struct score *score, struct fault_tally *tally, const struct trial *t, const struct alarms *a)
{
	const bool whole = t->incident.kind == INCIDENT_CLIPPED; /* a ramp meets its limit when it does */
	const double from_s = whole ? -INFINITY : t->incident.start_s;
	const double to_s = whole ? INFINITY : t->incident.end_s + FAULT_AFTER_S;
	bool cell = false, hard = false, named = false;

	for (size_t i = 0; i < a->count; i++) {
		const struct alarm *alarm = &a->list[i];

		if (alarm->true_s < from_s || alarm->true_s > to_s)
			continue;
		if (alarm->class < ALARM_CELL_CLASSES && !cell)
			score_list(score, t, "fault called", alarm->true_s, alarm->type);
		cell |= alarm->class < ALARM_CELL_CLASSES;
		hard |= alarm->class == ALARM_HARD;
		named |= alarm->class >= ALARM_CELL_CLASSES;
	}
	tally->events++;
	tally->cell += cell;
	tally->hard += hard;
	tally->named += named;
}

bool score_add(struct score *score, const struct trial *t, const struct alarms *a)
{
	const size_t f = family_index(t);
	bool good = true;

	switch (t->family->group) {
	case GROUP_HARD:
		good = add_hard(score, &score->events[f], t, a);
		break;
	case GROUP_SOFT:
		good = add_soft(score, &score->events[f], t, a);
		if (t->incident.kind == INCIDENT_SOFT_TO_HARD)
			good = add_hard(score, &score->hard_after_soft[f], t, a) && good;
		break;
	case GROUP_START:
		good = add_start(score, &score->events[f], t, a);
		break;
	case GROUP_POLARIZATION:
	case GROUP_ONE_WAY:
		good = add_polarization(score, &score->events[f], t, a);
		break;
	case GROUP_FAULT:
		add_fault(score, &score->faults[f], t, a);
		break;
	case GROUP_HEALTHY:
	case GROUPS:
		break;
	}
	score_expose(score, t, a);
	return good;
}
