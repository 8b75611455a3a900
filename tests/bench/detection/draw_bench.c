/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The bench: sampling, room, meter, and what the person said. Why these ranges:
 *
 *   sampling  1 ms (an EmStat in a burst) to 60 s (a cycler set to spare disk); jitter of a host's loop; loggers
 *             that write on change of voltage; cyclers that write a row with each step, or start densely after it.
 *   room      chambers hold 0.05-0.3 K and are opened; benches follow the day; a logged sensor sits in the air, the
 *             cell behind it by minutes, or (rarely) is written to whole degrees.
 *   meter     16 to 24 bits over +-0.5 to +-10 V: codes of 1 uV to 0.5 mV; noise as they specify it; mains folded down.
 */
#include <math.h>
#include <string.h>

#include "draw.h"
#include "exact.h"

char draw_letter(struct dice *dice, const char *letters)
{
	return letters[dice_pick(dice, (unsigned)strlen(letters))];
}

static void draw_interval(struct sampling *s, struct dice *dice)
{
	switch (s->class) {
	case SAMPLING_MS:
		s->dt_s = dice_log_between(dice, 0.001, 0.020);
		break;
	case SAMPLING_FAST:
		s->dt_s = dice_log_between(dice, 0.05, 0.5);
		break;
	case SAMPLING_SECOND:
		s->dt_s = dice_chance(dice, 0.5) ? 1.0 : 2.0;
		break;
	case SAMPLING_TENS:
		s->dt_s = dice_chance(dice, 0.5) ? 5.0 : 10.0;
		break;
	case SAMPLING_SLOW:
		s->dt_s = dice_chance(dice, 0.6) ? 30.0 : 60.0;
		break;
	case SAMPLING_ON_CHANGE:
		s->dt_s = 2.0;
		s->at_least_s = dice_log_between(dice, 30.0, 600.0);
		break;
	case SAMPLING_CLASSES:
		break;
	}
}

void draw_sampling(struct trial *t, struct dice *dice)
{
	struct sampling *s = &t->sampling;
	static const char letters[] = "mfstld";

	s->class = (enum sampling_class)(strchr(letters, draw_letter(dice, t->family->samplings)) - letters);
	draw_interval(s, dice);
	s->jitter = dice_chance(dice, 0.3) ? 0.0 : dice_log_between(dice, 1e-4, 0.05);
	s->first_s = s->dt_s;
	s->grow = 1.0;
	if (s->class >= SAMPLING_SECOND && s->class <= SAMPLING_SLOW && dice_chance(dice, 0.15)) {
		s->first_s = s->dt_s / dice_between(dice, 5.0, 50.0);
		s->grow = dice_between(dice, 1.1, 1.6);
	}
	s->row_at_change = dice_chance(dice, 0.4);
	s->old_voltage = dice_chance(dice, 0.15);
	s->repeat_chance = dice_chance(dice, 0.15) ? dice_log_between(dice, 1e-5, 1e-3) : 0.0;
	s->clock_digit_s = s->dt_s < 0.5 ? 1e-6 : s->dt_s < 5.0 || dice_chance(dice, 0.7) ? 0.001 : 0.1;
	s->glitch_chance = dice_chance(dice, 0.3) ? dice_between(dice, 0.05, 0.5) : 0.0;
	s->glitch_rows = 1 + dice_pick(dice, 2);
	s->glitch_way = (int)dice_pick(dice, 3);
	s->glitch_factor = dice_chance(dice, 0.5) ? dice_between(dice, 0.05, 0.5) : dice_between(dice, 2.0, 10.0);
}

void draw_room(struct trial *t, struct dice *dice)
{
	struct room *r = &t->room;
	const bool chamber = dice_chance(dice, 0.6);
	/* Nobody can tell a warm cell from a softly shorted one without a thermometer: less weather where there is none. */
	const bool heat = t->family->incident == INCIDENT_THERMAL; /* its two families differ in the thermometer */
	const bool logged = dice_chance(dice, 0.65);
	const double weather = logged ? 1.0 : 0.5;

	r->logged = heat ? strcmp(t->family->name, FAMILY_UNKNOWABLE) != 0 : logged;
	r->mean_k = t->cell.home_k + dice_between(dice, -1.0, 1.0);
	r->day_k = weather * (chamber ? dice_log_between(dice, 0.02, 0.2) : dice_log_between(dice, 0.2, 3.0));
	r->day_phase = dice_unit(dice);
	r->cycle_k = dice_chance(dice, 0.5) ? weather * dice_log_between(dice, 0.03, 0.4) : 0.0;
	r->cycle_s = dice_log_between(dice, 300.0, 2400.0);
	r->wander_k = weather * dice_log_between(dice, 0.02, chamber ? 0.1 : 0.5);
	r->wander_s = dice_log_between(dice, 1800.0, 20000.0);
	r->door_k = weather * (chamber ? dice_between(dice, 0.5, 5.0) : dice_between(dice, 0.3, 2.0));
	r->door_every_s = 3600.0 * dice_log_between(dice, 12.0, 150.0);
	r->door_decay_s = dice_log_between(dice, 180.0, 1800.0);
	r->door_next_s = dice_wait(dice, r->door_every_s);
	r->cell_lag_s = dice_log_between(dice, 60.0, 2400.0);
	r->sensor_lag_s = dice_log_between(dice, 5.0, 120.0);
	if (dice_chance(dice, 0.3)) /* on the cell itself */
		r->sensor_lag_s = r->cell_lag_s;
	r->sensor_offset_k = dice_between(dice, -1.0, 1.0);
	r->sensor_digit_k = dice_chance(dice, 0.05) ? 1.0 : dice_chance(dice, 0.5) ? 0.1 : 0.01;
	dice_init(&r->dice, dice_mix(&(uint64_t){ t->seed ^ 0x526f6f6d }));
}

void draw_meter(struct trial *t, struct dice *dice)
{
	struct meter *m = &t->meter;
	const double signal_v = t->programme.kind == PROGRAMME_POTENTIAL ? t->programme.level
									 : t->nominal_a * t->steady_ohm;
	/* A healthy cell may be measured badly; whether an event can be seen is not the question, unless it is. */
	const double worst = t->family->group == GROUP_HEALTHY || t->family->group == GROUP_FAULT ? 0.05 : 0.015;
	double scale;

	m->code_v = dice_log_between(dice, 1e-6, 5e-4);
	m->white_v = dice_log_between(dice, 1e-6, 2e-4);
	m->pink_v = dice_chance(dice, 0.7) ? m->white_v * dice_between(dice, 0.05, 0.5) : 0.0;
	m->mains_v = dice_chance(dice, 0.4) ? dice_log_between(dice, 1e-6, 2e-4) : 0.0;
	m->mains_turns_per_s = dice_unit(dice) * 0.5 / t->sampling.dt_s;
	scale = worst * signal_v / meter_noise_v(m);
	if (strcmp(t->family->name, "short_faint") == 0)
		scale = dice_between(dice, 0.06, 0.25) * signal_v / meter_noise_v(m);
	else if (scale > 1.0)
		scale = 1.0;
	m->code_v *= scale;
	m->white_v *= scale;
	m->pink_v *= scale;
	m->mains_v *= scale;
	/* calibrated, or as it came; never so much that nobody would have noticed */
	m->offset_v = dice_between(dice, -1.0, 1.0) * (dice_chance(dice, 0.5) ? 2e-5 : 3e-4);
	if (fabs(m->offset_v) > 0.01 * signal_v)
		m->offset_v = copysign(0.01 * signal_v, m->offset_v);
	m->current_gain = 1.0 + dice_between(dice, -0.002, 0.002);
	m->white_a = t->nominal_a * dice_log_between(dice, 1e-6, 5e-4);
	m->code_a = t->nominal_a * dice_log_between(dice, 1e-6, 2e-4);
	dice_init(&m->dice, dice_mix(&(uint64_t){ t->seed ^ 0x6d657465 }));
	if (t->sampling.class == SAMPLING_ON_CHANGE) {
		/* a threshold that is not itself noise, as people set it */
		t->sampling.on_change_v = dice_between(dice, 0.005, 0.03) * signal_v;
		if (t->sampling.on_change_v < 4.0 * meter_noise_v(m))
			t->sampling.on_change_v = 4.0 * meter_noise_v(m);
	}
}

/* The least a healthy cell shows under its first current. */
static double first_ohm(const struct trial *t)
{
	const struct ion_cell *c = &t->cell;
	const double conditioned = 1.0 + (c->conditioning[0] < c->conditioning[1] ? c->conditioning[0] : c->conditioning[1]);

	return c->electrolyte_ohm + (c->interface_ohm[0] + c->interface_ohm[1]) *
					    (conditioned < 1.0 ? conditioned : 1.0) * (1.0 - fabs(c->polarity_plus));
}

void draw_told(struct trial *t, struct dice *dice)
{
	const bool start = t->family->group == GROUP_START;

	/* conductivity, thickness and area as a person knows them */
	t->expected_ohm = t->steady_ohm * dice_between(dice, 0.88, 1.12);
	/* a healthy start is one above 70 % of what is expected; keep clear of the line on both sides */
	if (t->expected_ohm > first_ohm(t) / 0.78)
		t->expected_ohm = first_ohm(t) / 0.78;
	if (!start && dice_chance(dice, 0.5))
		t->expected_ohm = NAN;
	t->told_compliance_v = dice_chance(dice, 0.7) ? t->compliance_v : NAN;
}
