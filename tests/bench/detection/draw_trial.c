/* SPDX-License-Identifier: Apache-2.0 */
/* What is done to the cell and what goes wrong, and when. */
#include <math.h>
#include <string.h>

#include "draw.h"
#include "exact.h"

#define HOUR 3600.0

/* Half-cycles as they are common at such a sampling: 10 h and 1 ms do not meet. */
static double draw_half_s(struct dice *dice, enum sampling_class class)
{
	switch (class) {
	case SAMPLING_MS:
		return dice_log_between(dice, 5.0, 40.0);
	case SAMPLING_FAST:
		return dice_log_between(dice, 30.0, 900.0);
	case SAMPLING_SECOND:
		return dice_log_between(dice, 300.0, 7200.0);
	case SAMPLING_TENS:
	case SAMPLING_ON_CHANGE:
		return dice_log_between(dice, 1800.0, 5.0 * HOUR);
	case SAMPLING_SLOW:
		return dice_log_between(dice, 1.0 * HOUR, 10.0 * HOUR);
	case SAMPLING_CLASSES:
		break;
	}
	return HOUR;
}

static double draw_healthy_s(struct dice *dice, enum sampling_class class)
{
	switch (class) {
	case SAMPLING_MS:
		return dice_log_between(dice, 120.0, 900.0);
	case SAMPLING_FAST:
		return dice_log_between(dice, 1.0, 8.0) * HOUR;
	case SAMPLING_SECOND:
		return dice_log_between(dice, 15.0, 150.0) * HOUR;
	case SAMPLING_TENS:
	case SAMPLING_ON_CHANGE:
		return dice_log_between(dice, 50.0, 500.0) * HOUR;
	case SAMPLING_SLOW:
		return dice_log_between(dice, 150.0, 1000.0) * HOUR;
	case SAMPLING_CLASSES:
		break;
	}
	return HOUR;
}

static void draw_ramp(struct trial *t, struct dice *dice)
{
	static const double steps_s[] = { 300.0, 900.0, 1800.0 };
	struct programme *p = &t->programme;

	p->kind = PROGRAMME_CCD;
	p->half_s = steps_s[t->sampling.dt_s > 5.0 ? 1 + dice_pick(dice, 2) : dice_pick(dice, 3)];
	p->levels = 6 + dice_pick(dice, 7);
	t->nominal_a *= 0.4; /* the first level; the ramp goes far beyond what one would cycle at */
	p->level = t->nominal_a;
	p->increment = t->nominal_a * dice_between(dice, 0.3, 1.0);
	p->rest_s = dice_chance(dice, 0.3) ? dice_between(dice, 10.0, 300.0) : 0.0;
	t->duration_s = 2.0 * p->levels * (p->half_s + p->rest_s) + HOUR;
}

static void draw_one_way(struct trial *t, struct dice *dice)
{
	struct programme *p = &t->programme;

	p->kind = PROGRAMME_ONE_WAY;
	p->half_s = 1e9;
	t->duration_s = t->sampling.dt_s * dice_log_between(dice, 300.0, 6000.0);
	p->minus_first = dice_chance(dice, 0.3);
}

static void draw_cycles(struct trial *t, struct dice *dice)
{
	struct programme *p = &t->programme;

	p->cycles_each = 3 + dice_pick(dice, 18);
	if (p->kind == PROGRAMME_POTENTIAL)
		p->level = dice_log_between(dice, 0.005, 0.1);
	if (p->kind == PROGRAMME_TRAIN) {
		p->half_s = t->sampling.dt_s * dice_log_between(dice, 10.0, 100.0);
		if (p->half_s < 0.2)
			p->half_s = 0.2;
		p->rest_s = p->half_s * dice_between(dice, 0.5, 2.0);
		p->cycles_each = 10 + dice_pick(dice, 60);
		return;
	}
	p->rest_s = dice_chance(dice, 0.4) ? p->half_s * dice_log_between(dice, 0.01, 0.3) : 0.0;
	p->gap_every = dice_chance(dice, 0.3) ? 2 * (1 + dice_pick(dice, 20)) : 0;
	p->gap_s = dice_log_between(dice, 0.02, 0.3) * p->half_s;
	p->pause_chance = dice_chance(dice, 0.2) ? 0.01 : 0.0;
}

/* The source holds at least three times the voltage of the largest current, or it is the wrong one for the test. */
static void fit_source(struct trial *t, struct dice *dice)
{
	static const double sources_v[] = { 2.0, 3.0, 5.0, 6.0, 8.0, 10.0, 12.0 };
	struct programme *p = &t->programme;
	double top_v = programme_level_max(p) * t->steady_ohm;

	t->compliance_v = sources_v[dice_pick(dice, 7)];
	t->limit_a = t->nominal_a * dice_log_between(dice, 5.0, 50.0);
	if (p->kind == PROGRAMME_POTENTIAL) {
		t->nominal_a = p->level / t->steady_ohm;
		t->limit_a = t->nominal_a * dice_log_between(dice, 5.0, 50.0);
		return;
	}
	if (top_v > t->compliance_v / 3.0) {
		const double less = t->compliance_v / (3.0 * top_v);

		p->level *= less;
		p->increment *= less;
		t->nominal_a *= less;
		top_v *= less;
	}
	if (t->family->incident == INCIDENT_CLIPPED) /* somebody did take the wrong one */
		t->compliance_v = top_v * dice_between(dice, 0.5, 0.8);
}

void draw_programme(struct trial *t, struct dice *dice)
{
	struct programme *p = &t->programme;

	p->half_s = draw_half_s(dice, t->sampling.class);
	if (p->half_s < 40.0 * t->sampling.dt_s)
		p->half_s = 40.0 * t->sampling.dt_s;
	p->level = t->nominal_a;
	p->minus_first = dice_chance(dice, 0.3);
	p->begin_rest_s = dice_chance(dice, 0.7) ? p->half_s * dice_log_between(dice, 0.02, 0.5) : 0.0;
	if (t->sampling.class == SAMPLING_ON_CHANGE && p->begin_rest_s > HOUR)
		p->begin_rest_s = HOUR;
	t->duration_s = draw_healthy_s(dice, t->sampling.class);
	switch (draw_letter(dice, t->family->programmes)) {
	case 'n':
		draw_ramp(t, dice);
		break;
	case 'o':
		draw_one_way(t, dice);
		break;
	case 'r':
		p->kind = PROGRAMME_RATES;
		draw_cycles(t, dice);
		break;
	case 'p':
		p->kind = PROGRAMME_POTENTIAL;
		draw_cycles(t, dice);
		break;
	case 't':
		p->kind = PROGRAMME_TRAIN;
		draw_cycles(t, dice);
		break;
	default:
		p->kind = PROGRAMME_CYCLE;
		draw_cycles(t, dice);
		break;
	}
	if (t->family->timing == TIMING_REST && p->rest_s <= 0.0)
		p->rest_s = 0.2 * p->half_s;
	fit_source(t, dice);
	dice_init(&p->dice, dice_mix(&(uint64_t){ t->seed ^ 0x70726f67 }));
}

bool trial_draw(struct trial *t, uint64_t seed)
{
	struct dice dice;

	if ((seed & 0xff) >= family_count())
		return false;
	memset(t, 0, sizeof(*t));
	t->seed = seed;
	t->family = family_at(seed & 0xff);
	dice_init(&dice, seed);
	draw_cell(t, &dice);
	draw_sampling(t, &dice);
	draw_programme(t, &dice);
	draw_incident(t, &dice); /* may make the test longer, so that there is a time after it */
	draw_history(t, &dice);
	draw_room(t, &dice);
	draw_meter(t, &dice);
	draw_told(t, &dice);
	dice_init(&t->dice, dice_mix(&(uint64_t){ seed ^ 0x726f7773 }));
	truth_init(&t->truth, t->family->drop_high > 0.0 && t->family->drop_high <= 0.2 ? 0.07 : 0.10);
	return true;
}

bool trial_is_buried(const struct trial *t)
{
	const double signal_v = t->nominal_a * t->steady_ohm;

	return 5.0 * meter_noise_v(&t->meter) > t->truth.drop_max * signal_v;
}
