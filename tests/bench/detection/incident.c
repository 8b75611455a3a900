/* SPDX-License-Identifier: Apache-2.0 */
#include "incident.h"

#include <math.h>
#include <string.h>

#include "exact.h"

/* Random telegraph with mean dwell times; on from the first moment. */
static bool flickers(struct incident *i, double time_s, double on_s, double off_s)
{
	if (i->toggle_s <= 0.0) {
		i->level_on = true;
		i->toggle_s = time_s + dice_wait(&i->dice, on_s);
	}
	while (time_s >= i->toggle_s) {
		i->level_on = !i->level_on;
		i->toggle_s += dice_wait(&i->dice, i->level_on ? on_s : off_s);
	}
	return i->level_on;
}

/* Faults of the bench come in bursts: as long as the second dwell says, every bursts_every_s. */
static bool in_burst(struct incident *i, double time_s)
{
	return flickers(i, time_s, i->on_s, i->bursts_every_s);
}

/* A filament is not a resistor: its conductance wanders by a few per cent within minutes. */
static double restless(struct incident *i, double time_s, double conductance_s)
{
	const double keep = exact_exp(-(time_s - i->unrest_s) / 300.0);

	if (i->unrest <= 0.0)
		return conductance_s;
	i->unrest_now = keep * i->unrest_now + sqrt(1.0 - keep * keep) * i->unrest * dice_normal(&i->dice);
	i->unrest_s = time_s;
	return conductance_s * (i->unrest_now > -0.5 ? 1.0 + i->unrest_now : 0.5);
}

static double grown(const struct incident *i, double time_s)
{
	const double part = (time_s - i->start_s) / i->grow_s;

	if (part >= 1.0)
		return 1.0;
	return part > 0.0 ? exact_pow(part, i->grow_power) : 0.0;
}

static double short_conductance(struct incident *i, double time_s, int sign)
{
	const bool within = time_s >= i->start_s && time_s < i->end_s;

	switch (i->kind) {
	case INCIDENT_SHORT:
		if (within)
			return i->short_s;
		if (time_s >= i->start_s - i->flicker_before_s && time_s < i->start_s &&
		    flickers(i, time_s, i->on_s, i->off_s))
			return 0.5 * i->short_s;
		return 0.0;
	case INCIDENT_SOFT_STEP:
		return within ? restless(i, time_s, i->short_s) : 0.0;
	case INCIDENT_SOFT_GRADUAL:
		return within ? restless(i, time_s, i->short_s * grown(i, time_s)) : 0.0;
	case INCIDENT_SOFT_FLICKER:
		return within && flickers(i, time_s, i->on_s, i->off_s) ? i->short_s : 0.0;
	case INCIDENT_SOFT_ONE_WAY:
		return within && sign == i->sign ? restless(i, time_s, i->short_s) : 0.0;
	case INCIDENT_SOFT_TO_HARD:
		if (time_s >= i->hard_at_s)
			return i->hard_s;
		return within ? i->short_s * grown(i, time_s) : 0.0;
	default: /* no short: contact loss and the bench */
		return 0.0;
	}
}

static double contact_excess(const struct incident *i, double time_s)
{
	const double u = (time_s - i->start_s) / i->double_s;

	if (u <= 0.0)
		return 0.0;
	if (i->shape == 0)
		return exact_pow(u, i->power);
	if (i->shape == 1) /* e = 0 at the start, 1 at u = 1 */
		return (exact_exp(i->power * u) - 1.0) / (exact_exp(i->power) - 1.0);
	return u < 1.9 ? 0.5 * u / (1.0 - 0.5 * u) : 19.0; /* f/(1-f), f = u/2 */
}

/* Supersaturation at the electrode goes with the root of time; contact is lost where it runs into the limit. */
static double sand_excess(const struct incident *i, double driven_s)
{
	double x = sqrt(driven_s / i->double_s);

	if (x <= 0.0)
		return 0.0;
	if (x > 0.9999)
		x = 0.9999;
	return i->strength * exact_pow(x, i->power) / exact_pow(1.0 - x, i->divergence);
}

static void act_on_cell(struct incident *i, double time_s, double driven_s, int sign, struct influence *out)
{
	double growth = 0.0;

	out->defect.short_s = short_conductance(i, time_s, sign);
	if (i->kind == INCIDENT_CONTACT_LOSS)
		growth = i->growth_unit * contact_excess(i, time_s);
	if (i->kind == INCIDENT_SAND)
		growth = i->growth_unit * sand_excess(i, driven_s);
	out->defect.growth_plus = growth * (i->sign < 0 ? i->other_polarity : 1.0);
	out->defect.growth_minus = growth * (i->sign < 0 ? 1.0 : i->other_polarity);
	out->active = out->defect.short_s > 0.0 || growth > 0.0;
}

static void act_on_bench(struct incident *i, double time_s, struct influence *out)
{
	out->active = time_s >= i->start_s && time_s < i->end_s;
	if (!out->active)
		return;
	switch (i->kind) {
	case INCIDENT_LEAD_OPEN:
		out->lead_open = in_burst(i, time_s);
		break;
	case INCIDENT_SENSE_ZERO:
		out->sense_lost = true;
		out->sense_v = 0.0;
		break;
	case INCIDENT_SENSE_FLOAT: /* charged by leakage: wanders between the rails within minutes */
		out->sense_lost = true;
		out->sense_v = i->float_v * (1.0 - exact_exp(-(time_s - i->start_s) / 100.0)) +
			       0.02 * i->rail_v * exact_sin_turns(time_s / 137.0);
		break;
	case INCIDENT_SENSE_RAIL:
		out->sense_lost = true;
		out->sense_v = i->rail_v;
		break;
	case INCIDENT_LEAD_STEP:
		out->defect.series_ohm = i->series_ohm;
		break;
	case INCIDENT_SPIKES:
		if (in_burst(i, time_s))
			out->spike = i->spike_factor;
		break;
	case INCIDENT_GLITCH:
		out->glitch = true;
		break;
	case INCIDENT_STUCK:
		out->stuck = true;
		break;
	case INCIDENT_CLOCK:
		out->repeat_row = i->clock == CLOCK_REPEATS && in_burst(i, time_s);
		out->clock_shift_s = i->clock == CLOCK_REPEATS ? 0.0 : i->clock_s;
		break;
	case INCIDENT_THERMAL:
		out->room_step_k = i->step_k * (time_s - i->start_s < i->step_ramp_s
							? (time_s - i->start_s) / i->step_ramp_s : 1.0);
		break;
	default: /* acts on the cell, or follows from the programme */
		break;
	}
}

void incident_act(struct incident *i, double time_s, double driven_s, int sign, struct influence *out)
{
	memset(out, 0, sizeof(*out));
	out->spike = 1.0;
	if (i->kind == INCIDENT_NONE || i->kind == INCIDENT_CLIPPED)
		return;
	if (i->kind < INCIDENT_LEAD_OPEN)
		act_on_cell(i, time_s, driven_s, sign, out);
	else
		act_on_bench(i, time_s, out);
}
