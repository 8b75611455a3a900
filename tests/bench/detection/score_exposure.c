/* SPDX-License-Identifier: Apache-2.0 */
#include "score_part.h"

#include <inttypes.h>
#include <math.h>

#define ONCE_S 1800.0

void score_list(const struct score *score, const struct trial *t, const char *what, double time_s, const char *type)
{
	if (!score->list)
		return;
	fprintf(score->list, "%-12s seed 0x%016" PRIx64 "  %-18s %-16s at %12.3f s  (%s%s, %s, %s, %s)\n", what, t->seed,
		t->family->name, type, time_s, cell_kind_name(t->kind), t->pits ? " with late rise" : "",
		programme_name(t->programme.kind), sampling_name(t->sampling.class),
		t->room.logged ? "thermometer" : "no thermometer");
}

/* Whether a moment is exposed to false alarms; after the first event of the cell nothing is. */
static bool exposed(const struct trial *t, double time_s)
{
	const struct incident *i = &t->incident;

	switch (t->family->group) {
	case GROUP_HEALTHY:
		return true;
	case GROUP_HARD:
	case GROUP_SOFT:
		return time_s < i->start_s - i->flicker_before_s;
	case GROUP_START:
		return false;
	case GROUP_POLARIZATION:
	case GROUP_ONE_WAY:
		return !(time_s >= t->truth.over_5_s);
	case GROUP_FAULT:
		return i->kind != INCIDENT_CLIPPED && (time_s < i->start_s || time_s > i->end_s + FAULT_AFTER_S);
	case GROUPS:
		break;
	}
	return false;
}

static double exposure_s(const struct trial *t)
{
	const struct incident *i = &t->incident;

	switch (t->family->group) {
	case GROUP_HEALTHY:
		return t->ended_s;
	case GROUP_HARD:
	case GROUP_SOFT:
		return fmin(fmax(i->start_s - i->flicker_before_s, 0.0), t->ended_s);
	case GROUP_POLARIZATION:
	case GROUP_ONE_WAY:
		return isnan(t->truth.over_5_s) ? t->ended_s : t->truth.over_5_s;
	case GROUP_FAULT:
		if (i->kind == INCIDENT_CLIPPED)
			return 0.0;
		return fmin(i->start_s, t->ended_s) + fmax(t->ended_s - i->end_s - FAULT_AFTER_S, 0.0);
	case GROUP_START:
	case GROUPS:
		break;
	}
	return 0.0;
}

static void expose(struct exposure *e, const struct trial *t, const unsigned long *counts)
{
	e->hours += exposure_s(t) / 3600.0;
	e->rows += (unsigned long)t->rows;
	e->trials++;
	for (int c = 0; c < ALARM_CLASSES; c++)
		e->false_alarms[c] += counts[c];
}

void score_expose(struct score *score, const struct trial *t, const struct alarms *a)
{
	unsigned long counts[ALARM_CLASSES] = { 0 };
	double last_s[ALARM_CLASSES];

	for (int c = 0; c < ALARM_CLASSES; c++)
		last_s[c] = -INFINITY;
	for (size_t i = 0; i < a->count; i++) {
		const struct alarm *alarm = &a->list[i];

		if (!exposed(t, alarm->true_s)) {
			score->said_after[t->family->group][alarm->class]++;
			continue;
		}
		if (alarm->true_s - last_s[alarm->class] < ONCE_S)
			continue;
		last_s[alarm->class] = alarm->true_s;
		counts[alarm->class]++;
		if (alarm->class <= ALARM_SHORT_OR_SENSE)
			score_list(score, t, "false alarm", alarm->true_s, alarm->type);
	}
	expose(&score->all, t, counts);
	if (t->family->group == GROUP_HEALTHY)
		expose(&score->healthy, t, counts);
	expose(&score->by_kind[t->pits ? CELL_KINDS : t->kind], t, counts);
	expose(&score->by_sampling[t->sampling.class], t, counts);
	expose(&score->by_programme[t->programme.kind], t, counts);
	expose(&score->by_thermometer[t->room.logged], t, counts);
	if (exposure_s(t) > 0.0 && !isnan(t->expected_ohm)) {
		score->starts++;
		score->false_starts += counts[ALARM_START] > 0;
	}
}
