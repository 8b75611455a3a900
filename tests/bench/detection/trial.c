/* SPDX-License-Identifier: Apache-2.0 */
#include "trial.h"

#include <math.h>

#include "exact.h"

/* V/I is spoken of from a tenth of the usual current on. */
#define CURRENT_FRACTION 0.1
#define DOUBLED_REST_HALVES 1.0 /* how long a polarized cell goes on after its resistance has doubled */

struct run {
	struct trial *t;
	struct cell_state state, twin;
	struct segment segment;
	struct influence now;
	struct cell_reading reading, twin_reading;
	double time_s, segment_end_s, driven_s, next_s, interval_s;
	double old_v;            /* true voltage before the segment at hand began */
	double shown_v, shown_s; /* last row that was written on change */
	double last_row_s;
	double stuck_v;
	unsigned glitch_left;
	bool at_change, over;
	void (*row)(void *ctx, const struct trial_row *row);
	void *ctx;
};

static bool has_twin(const struct trial *t)
{
	return t->incident.kind > INCIDENT_NONE && t->incident.kind < INCIDENT_LEAD_OPEN;
}

static int sign_of(double x)
{
	return x > 0.0 ? 1 : x < 0.0 ? -1 : 0;
}

/* Cell, twin and room to time_s, under the drive of the segment at hand. */
static void advance(struct run *run, double time_s)
{
	static const struct cell_defect healthy = { 0.0, 0.0, 0.0, 0.0 };
	struct trial *t = run->t;
	const double dt_s = time_s - run->time_s;
	struct cell_drive drive = { .potential = run->segment.potential, .value = run->segment.value,
				    .limit_a = t->limit_a, .compliance_v = t->compliance_v };

	if (run->segment.value != 0.0)
		run->driven_s += dt_s;
	incident_act(&t->incident, time_s, run->driven_s, sign_of(run->segment.value), &run->now);
	room_advance(&t->room, time_s, run->now.room_step_k);
	if (run->now.lead_open)
		drive.value = 0.0;
	run->reading = cell_step(&t->cell, &run->state, &drive, &run->now.defect, dt_s, t->room.cell_k);
	if (has_twin(t)) {
		drive.value = run->segment.value;
		run->twin_reading = cell_step(&t->cell, &run->twin, &drive, &healthy, dt_s, t->room.cell_k);
	}
	run->time_s = time_s;
}

static void next_segment(struct run *run)
{
	struct trial *t = run->t;

	run->old_v = run->reading.voltage_v;
	run->segment = programme_next(&t->programme);
	run->over = run->segment.over;
	run->segment_end_s = run->time_s + run->segment.duration_s;
	run->at_change = true;
	if (t->sampling.glitch_chance > 0.0 && dice_chance(&t->dice, t->sampling.glitch_chance))
		run->glitch_left = t->sampling.glitch_rows;
	run->interval_s = t->sampling.first_s;
	if (!run->segment.recorded)
		return;
	if (t->sampling.row_at_change)
		run->next_s = run->time_s + 0.01 * t->sampling.first_s;
	else if (t->sampling.grow > 1.0)
		run->next_s = run->time_s + run->interval_s;
}

static void tell_truth(struct run *run, long n)
{
	struct trial *t = run->t;
	const struct cell_reading *r = &run->reading, *twin = &run->twin_reading;
	const struct truth_reading reading = {
		.n = n,
		.time_s = run->time_s,
		.dt_s = run->time_s - run->last_row_s,
		.ohm = r->voltage_v / r->current_a,
		.twin_ohm = twin->voltage_v / twin->current_a,
		.steady_ohm = t->steady_ohm,
		.valid = run->segment.value != 0.0 && !run->now.lead_open &&
			 fabs(r->current_a) > CURRENT_FRACTION * t->nominal_a &&
			 fabs(twin->current_a) > CURRENT_FRACTION * t->nominal_a,
	};

	truth_add(&t->truth, &reading);
}

/* A reading while the range is switched. */
static void glitch(const struct sampling *s, double *voltage_v, double *current_a)
{
	if (s->glitch_way == 0)
		*voltage_v *= s->glitch_factor;
	else if (s->glitch_way == 1)
		*current_a *= s->glitch_factor;
	else
		*voltage_v = 0.0;
}

static void measure(struct run *run, double *voltage_v, double *current_a)
{
	struct trial *t = run->t;
	double v = run->reading.voltage_v, i = run->reading.current_a;

	meter_advance(&t->meter, run->time_s);
	if (run->at_change && t->sampling.old_voltage)
		v = run->old_v;
	if (run->now.lead_open && run->segment.value != 0.0) {
		v = copysign(t->compliance_v, run->segment.value);
		i = 0.0;
	}
	if (run->now.sense_lost)
		v = run->now.sense_v;
	*voltage_v = meter_voltage(&t->meter, v * run->now.spike);
	*current_a = meter_current(&t->meter, i);
	if (run->now.stuck)
		*voltage_v = run->stuck_v;
	else
		run->stuck_v = *voltage_v;
	if (run->glitch_left > 0 || run->now.glitch) {
		glitch(&t->sampling, voltage_v, current_a);
		run->glitch_left -= run->glitch_left > 0;
	}
}

static double table_time_s(const struct trial *t, double time_s)
{
	return t->sampling.clock_digit_s * floor(time_s / t->sampling.clock_digit_s + 0.5);
}

static void write_row(struct run *run)
{
	struct trial *t = run->t;
	struct trial_row row = { .n = t->rows, .true_s = run->time_s };
	double v, i;

	measure(run, &v, &i);
	if (t->sampling.on_change_v > 0.0 && !run->at_change && fabs(v - run->shown_v) < t->sampling.on_change_v &&
	    run->time_s - run->shown_s < t->sampling.at_least_s)
		return;
	run->shown_v = v;
	run->shown_s = run->time_s;
	run->at_change = false;
	if (has_twin(t))
		tell_truth(run, t->rows);
	row.table = (struct sg_table_row){
		.row = (uint64_t)t->rows + 1,
		.time_s = table_time_s(t, run->time_s + run->now.clock_shift_s),
		.current_a = i,
		.voltage_v = v,
		.temperature_c = room_logged_c(&t->room),
		.step_time_s = NAN,
	};
	run->row(run->ctx, &row);
	t->rows++;
	run->last_row_s = run->time_s;
	if (run->now.repeat_row || (t->sampling.repeat_chance > 0.0 && dice_chance(&t->dice, t->sampling.repeat_chance))) {
		row.n = t->rows;
		row.table.row++;
		run->row(run->ctx, &row);
		t->rows++;
	}
}

static void plan_next(struct run *run)
{
	const struct sampling *s = &run->t->sampling;

	run->next_s = run->time_s + run->interval_s * (1.0 + s->jitter * dice_between(&run->t->dice, -1.0, 1.0));
	if (run->interval_s < s->dt_s) {
		run->interval_s *= s->grow;
		if (run->interval_s > s->dt_s)
			run->interval_s = s->dt_s;
	}
}

/* Nothing more to learn: R has long doubled. */
static bool is_done(const struct run *run)
{
	const struct trial *t = run->t;

	return run->time_s >= t->duration_s ||
	       (t->incident.kind == INCIDENT_CONTACT_LOSS &&
		run->time_s > t->truth.doubled_s + DOUBLED_REST_HALVES * t->programme.half_s);
}

void trial_run(struct trial *t, void (*row)(void *ctx, const struct trial_row *row), void *ctx)
{
	struct run run = { .t = t, .row = row, .ctx = ctx };

	cell_start(&t->cell, &run.state);
	cell_start(&t->cell, &run.twin);
	room_advance(&t->room, 0.0, 0.0);
	next_segment(&run);
	run.next_s = 0.0;
	while (!run.over && !is_done(&run)) {
		while (!run.over && run.segment_end_s <= run.next_s) {
			advance(&run, run.segment_end_s);
			next_segment(&run);
			/* nothing is written while the instrument does something else */
			if (!run.segment.recorded && run.next_s < run.segment_end_s)
				run.next_s = run.segment_end_s + 0.5 * t->sampling.dt_s;
		}
		if (run.over)
			break;
		advance(&run, run.next_s);
		write_row(&run);
		plan_next(&run);
	}
	t->ended_s = run.time_s;
}
