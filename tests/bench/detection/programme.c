/* SPDX-License-Identifier: Apache-2.0 */
#include "programme.h"

/* Relative currents of a test at several rates, in the order people use: up, and back to see what is left. */
static const double rates[] = { 1.0, 0.5, 1.5, 2.0, 1.0, 3.0, 0.3, 1.0 };
#define RATES (sizeof(rates) / sizeof(rates[0]))
#define RATE_MAX 3.0

enum { STAGE_DRIVE, STAGE_REST, STAGE_PAUSE, STAGE_GAP };

static struct segment idle(double duration_s, bool recorded)
{
	return (struct segment){ .duration_s = duration_s, .recorded = recorded };
}

static double level_of(const struct programme *p, unsigned half)
{
	switch (p->kind) {
	case PROGRAMME_CCD:
		return p->level + p->increment * (half / 2);
	case PROGRAMME_RATES:
		return p->level * rates[half / (2 * p->cycles_each) % RATES];
	case PROGRAMME_CYCLE:
	case PROGRAMME_ONE_WAY:
	case PROGRAMME_POTENTIAL:
	case PROGRAMME_TRAIN:
	case PROGRAMME_KINDS:
		break;
	}
	return p->level;
}

static struct segment drive(struct programme *p)
{
	const unsigned half = p->half++;
	const bool minus = p->kind == PROGRAMME_ONE_WAY ? false
			   : p->kind == PROGRAMME_TRAIN ? half / p->cycles_each % 2 == 1
							: half % 2 == 1;
	struct segment s = { .duration_s = p->half_s, .recorded = true };

	if (p->kind == PROGRAMME_CCD && half >= 2 * p->levels) {
		s.over = true;
		return s;
	}
	s.potential = p->kind == PROGRAMME_POTENTIAL;
	s.value = level_of(p, half) * (minus != p->minus_first ? -1.0 : 1.0);
	return s;
}

struct segment programme_next(struct programme *p)
{
	if (p->half == 0 && p->stage == STAGE_DRIVE && p->begin_rest_s > 0.0) {
		const double rest_s = p->begin_rest_s;

		p->begin_rest_s = 0.0;
		return idle(rest_s, true);
	}
	switch (p->stage) {
	case STAGE_DRIVE:
		p->stage = STAGE_REST;
		return drive(p);
	case STAGE_REST:
		p->stage = STAGE_PAUSE;
		if (p->rest_s > 0.0)
			return idle(p->rest_s, true);
		/* fall through */
	case STAGE_PAUSE:
		p->stage = STAGE_GAP;
		if (p->pause_chance > 0.0 && dice_chance(&p->dice, p->pause_chance))
			return idle(dice_log_between(&p->dice, 0.5, 20.0) * p->half_s, true);
		/* fall through */
	default:
		p->stage = STAGE_DRIVE;
		if (p->gap_every && p->half % p->gap_every == 0)
			return idle(p->gap_s, false);
		return programme_next(p);
	}
}

double programme_level_max(const struct programme *p)
{
	if (p->kind == PROGRAMME_CCD)
		return p->level + p->increment * (p->levels - 1);
	return p->kind == PROGRAMME_RATES ? p->level * RATE_MAX : p->level;
}

void programme_find(const struct programme *programme, unsigned n, double *begin_s, double *end_s)
{
	struct programme copy = *programme;
	double t = 0.0;

	*begin_s = 0.0;
	*end_s = 0.0;
	for (unsigned found = 0; found <= n;) {
		const struct segment s = programme_next(&copy);

		if (s.over)
			return;
		if (s.value != 0.0) {
			*begin_s = t;
			*end_s = t + s.duration_s;
			found++;
		}
		t += s.duration_s;
	}
}

const char *programme_name(enum programme_kind kind)
{
	switch (kind) {
	case PROGRAMME_CCD:
		return "CCD ramp";
	case PROGRAMME_CYCLE:
		return "cycling";
	case PROGRAMME_RATES:
		return "cycling, several rates";
	case PROGRAMME_ONE_WAY:
		return "one-way";
	case PROGRAMME_POTENTIAL:
		return "potential steps";
	case PROGRAMME_TRAIN:
		return "pulse train";
	case PROGRAMME_KINDS:
		break;
	}
	return "unknown";
}
