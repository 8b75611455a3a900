/* SPDX-License-Identifier: Apache-2.0 */
/* What goes wrong, and when: after some half-cycles, so that there is a past, unless the family says otherwise. */
#include <math.h>
#include <string.h>

#include "draw.h"
#include "exact.h"

#define HOUR 3600.0

static bool is_family(const struct trial *t, const char *name)
{
	return strcmp(t->family->name, name) == 0;
}

/* Conductance beside a resistance that takes away a share of it. */
static double conductance(double ohm, double drop)
{
	return drop / ((1.0 - drop) * ohm);
}

static double draw_start_s(struct trial *t, struct dice *dice)
{
	const struct programme *p = &t->programme;
	unsigned n = 6 + dice_pick(dice, 35);
	double begin_s, end_s;

	if (p->kind == PROGRAMME_CCD)
		n = p->levels / 2 + dice_pick(dice, p->levels); /* of twice as many half-steps */
	if (p->kind == PROGRAMME_TRAIN)
		n += p->cycles_each;
	if (t->family->timing == TIMING_FIRST_HALF)
		n = 0;
	programme_find(p, n, &begin_s, &end_s);
	switch (t->family->timing) {
	case TIMING_START:
		return -1.0;
	case TIMING_REVERSAL: /* within the step of the current, or as good as */
		return begin_s + (dice_chance(dice, 0.5) ? 0.0 : dice_log_between(dice, 0.01, 2.0));
	case TIMING_REST:
		return end_s + 0.5 * p->rest_s;
	case TIMING_NONE:
	case TIMING_SOMEWHERE:
	case TIMING_FIRST_HALF:
	case TIMING_RAMP:
		break;
	}
	if (p->kind == PROGRAMME_ONE_WAY)
		return 0.0;
	return begin_s + dice_between(dice, t->family->timing == TIMING_FIRST_HALF ? 0.3 : 0.05, 0.9) * (end_s - begin_s);
}

/* Time that must follow: half-cycles to see it in, and rows to see it with. */
static void leave_time(struct trial *t, double from_s, double halves)
{
	const double rows_s = 60.0 * (t->sampling.at_least_s > 0.0 ? t->sampling.at_least_s : t->sampling.dt_s);
	const double pulses = t->programme.kind == PROGRAMME_TRAIN ? 20.0 : 1.0;
	double after_s = pulses * halves * (t->programme.half_s + t->programme.rest_s + t->programme.gap_s);

	if (t->programme.kind == PROGRAMME_CCD) /* ends by itself */
		return;
	if (after_s < rows_s)
		after_s = rows_s;
	t->duration_s = (from_s > 0.0 ? from_s : 0.0) + after_s;
}

static void draw_short(struct trial *t, struct dice *dice)
{
	struct incident *i = &t->incident;

	/* metal through the electrolyte: 0.2 to 5 % of the cell */
	i->short_s = 1.0 / (t->steady_ohm * dice_log_between(dice, 0.002, 0.05));
	i->end_s = INFINITY;
	if (is_family(t, "short_flicker")) {
		i->flicker_before_s = dice_log_between(dice, 10.0, 600.0);
		i->on_s = dice_log_between(dice, 0.2, 20.0);
		i->off_s = dice_log_between(dice, 0.5, 60.0);
	}
	if (is_family(t, "short_burns_out")) {
		const double least_s = 5.0 * t->sampling.dt_s;

		i->end_s = i->start_s + dice_log_between(dice, least_s > 4.0 ? least_s : 4.0, 900.0);
	}
	leave_time(t, i->start_s, t->family->timing == TIMING_START ? 12.0 : 2.0);
}

static void draw_soft(struct trial *t, struct dice *dice)
{
	struct incident *i = &t->incident;
	const double drop = dice_between(dice, t->family->drop_low, t->family->drop_high);
	double until_s;

	i->short_s = conductance(t->steady_ohm, drop);
	i->end_s = INFINITY;
	i->unrest = dice_chance(dice, 0.4) ? dice_between(dice, 0.01, 0.06) : 0.0;
	i->grow_s = dice_log_between(dice, 0.3, 20.0) * HOUR;
	i->grow_power = dice_between(dice, 1.0, 2.0);
	i->sign = dice_chance(dice, 0.5) ? 1 : -1;
	i->on_s = dice_log_between(dice, 3.0, 100.0);
	i->off_s = dice_log_between(dice, 3.0, 150.0);
	until_s = i->start_s;
	if (i->kind == INCIDENT_SOFT_FLICKER) {
		i->end_s = i->start_s + dice_log_between(dice, 0.5, 6.0) * HOUR;
		until_s = i->end_s;
	} else if (i->kind == INCIDENT_SOFT_STEP && dice_chance(dice, 0.25)) {
		i->end_s = i->start_s + dice_log_between(dice, 0.2, 5.0) * HOUR + 20.0 * t->sampling.dt_s;
		until_s = i->end_s;
	} else if (i->kind == INCIDENT_SOFT_GRADUAL) {
		until_s = i->start_s + i->grow_s;
	} else if (i->kind == INCIDENT_SOFT_TO_HARD) {
		i->hard_at_s = i->start_s + i->grow_s;
		i->hard_s = 1.0 / (t->steady_ohm * dice_log_between(dice, 0.002, 0.05));
		until_s = i->hard_at_s;
	}
	leave_time(t, until_s, 5.0);
}

/* Excess over the whole as growth of the interfaces and what is slow in them. */
static double growth_unit(const struct trial *t)
{
	double ohm = t->cell.interface_ohm[0] + t->cell.interface_ohm[1];

	for (int k = 0; k < CELL_SLOW; k++)
		ohm += t->cell.slow_ohm[k];
	return t->steady_ohm / ohm;
}

static void draw_contact_loss(struct trial *t, struct dice *dice)
{
	struct incident *i = &t->incident;

	i->growth_unit = growth_unit(t);
	i->sign = dice_chance(dice, 0.5) ? 1 : -1;
	i->other_polarity = dice_between(dice, 0.6, 1.0);
	i->shape = (int)dice_pick(dice, 3);
	i->power = dice_between(dice, 1.0, 2.5);
	/* not faster than over some half-cycles, or it would not be "over cycles" */
	i->double_s = dice_log_between(dice, 8.0, 60.0) * (t->programme.half_s + t->programme.rest_s);
	i->end_s = INFINITY;
	leave_time(t, i->start_s + 2.0 * i->double_s, 2.0);
}

static void draw_sand(struct trial *t, struct dice *dice)
{
	struct incident *i = &t->incident;

	i->growth_unit = growth_unit(t);
	i->other_polarity = 1.0;
	i->power = dice_between(dice, 3.0, 8.0);
	i->strength = dice_log_between(dice, 0.3, 3.0);
	i->divergence = dice_between(dice, 0.5, 1.5);
	i->end_s = INFINITY;
	i->double_s = t->sampling.dt_s * dice_log_between(dice, 250.0, 4000.0);
	t->duration_s = t->programme.begin_rest_s + 1.05 * i->double_s;
}

/* Healthy: broken off while less than 4 % of contact is lost. */
static void draw_stopped_early(struct trial *t, struct dice *dice)
{
	struct incident *i = &t->incident;
	double x = 1.0;

	i->kind = INCIDENT_SAND;
	draw_sand(t, dice);
	while (i->strength * exact_pow(x, i->power) / exact_pow(1.0001 - x, i->divergence) > 0.04)
		x -= 0.01;
	t->duration_s = t->programme.begin_rest_s + x * x * i->double_s;
}

static void draw_fault(struct trial *t, struct dice *dice)
{
	struct incident *i = &t->incident;
	const double dt_s = t->sampling.dt_s;

	i->end_s = i->start_s + dice_log_between(dice, 0.05, 2.0) * HOUR + 5.0 * dt_s;
	i->on_s = dice_log_between(dice, 1.0, 60.0) + dt_s;
	i->bursts_every_s = dice_log_between(dice, 300.0, 3600.0);
	i->float_v = dice_between(dice, -0.5, 0.5) * t->compliance_v;
	i->rail_v = t->compliance_v * (dice_chance(dice, 0.5) ? 1.0 : -1.0);
	switch (i->kind) {
	case INCIDENT_LEAD_STEP:
		i->series_ohm = t->steady_ohm * dice_log_between(dice, 0.08, 0.4);
		i->end_s = INFINITY;
		break;
	case INCIDENT_SPIKES:
		i->spike_factor = dice_between(dice, 3.0, 10.0);
		i->on_s = dice_between(dice, 0.5, 3.0);
		break;
	case INCIDENT_GLITCH:
		i->end_s = i->start_s + (1.2 + dice_pick(dice, 2)) * dt_s;
		break;
	case INCIDENT_STUCK:
		i->end_s = i->start_s + dt_s * dice_log_between(dice, 25.0, 500.0);
		break;
	case INCIDENT_CLOCK:
		i->clock = (enum incident_clock)dice_pick(dice, CLOCK_WAYS);
		i->clock_s = i->clock == CLOCK_TO_ZERO ? -i->start_s
			     : i->clock == CLOCK_BACK  ? -dice_log_between(dice, 2.0, 7200.0)
						       : dice_log_between(dice, 60.0, 36000.0);
		if (i->clock != CLOCK_REPEATS)
			i->end_s = INFINITY;
		break;
	case INCIDENT_THERMAL:
		i->step_k = dice_between(dice, 5.0, 10.0) * (dice_chance(dice, 0.5) ? 1.0 : -1.0);
		i->step_ramp_s = dice_log_between(dice, 60.0, 1800.0);
		i->end_s = i->start_s + dice_log_between(dice, 1.0, 12.0) * HOUR;
		break;
	default:
		break;
	}
	leave_time(t, isfinite(i->end_s) ? i->end_s : i->start_s, 6.0);
}

void draw_incident(struct trial *t, struct dice *dice)
{
	struct incident *i = &t->incident;

	i->kind = t->family->incident;
	dice_init(&i->dice, dice_mix(&(uint64_t){ t->seed ^ 0x696e6369 }));
	if (i->kind == INCIDENT_NONE) {
		if (t->programme.kind == PROGRAMME_ONE_WAY && t->kind <= CELL_ARGYRODITE)
			draw_stopped_early(t, dice);
		return;
	}
	i->start_s = draw_start_s(t, dice);
	if (i->kind == INCIDENT_SHORT)
		draw_short(t, dice);
	else if (i->kind <= INCIDENT_SOFT_TO_HARD)
		draw_soft(t, dice);
	else if (i->kind == INCIDENT_CONTACT_LOSS)
		draw_contact_loss(t, dice);
	else if (i->kind == INCIDENT_SAND)
		draw_sand(t, dice);
	else
		draw_fault(t, dice);
}
