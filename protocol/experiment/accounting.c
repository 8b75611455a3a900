/* SPDX-License-Identifier: Apache-2.0 */
#include "experiment/accounting.h"

#include <math.h>
#include <string.h>

/**
 * Add x >= 0 to the double-double sum *high + *low, |low| at most half a last digit of high.
 *
 * Plain summation of two million equal terms drifts by about 1e-10: every addition rounds the same
 * way. Source: Knuth, TAOCP vol. 2, 4.2.2 (two-sum); needs strict double arithmetic, hence
 * -ffp-contract=off and no -ffast-math in the build.
 */
static void add(double *high, double *low, double x)
{
	double sum = *high + x;
	double part = sum - *high;
	double rest = (*high - (sum - part)) + (x - part) + *low;
	double shown = sum + rest;

	/* an accumulator never goes back, however the last digit rounds */
	if (shown < *high)
		shown = *high;
	*low = (sum - shown) + rest;
	*high = shown;
}

static void add_interval(struct sg_throughput *high, struct sg_throughput *low, double charge_c, double energy_j)
{
	if (charge_c > 0)
		add(&high->charging_c, &low->charging_c, charge_c);
	else if (charge_c < 0)
		add(&high->discharging_c, &low->discharging_c, -charge_c);
	if (energy_j > 0)
		add(&high->charging_j, &low->charging_j, energy_j);
	else if (energy_j < 0)
		add(&high->discharging_j, &low->discharging_j, -energy_j);
}

static void book(struct sg_accounting *books, double seconds, double current_a, double voltage_v)
{
	double charge_c = current_a * seconds;
	double energy_j = isfinite(voltage_v) ? charge_c * voltage_v : 0;

	add_interval(&books->row.test, &books->test_low, charge_c, energy_j);
	add_interval(&books->row.cycle, &books->cycle_low, charge_c, energy_j);
	add_interval(&books->row.step, &books->step_low, charge_c, energy_j);
}

/** Test time as the record takes it: finite and never before what is already in it. */
static double clamp(const struct sg_accounting *books, double time_s)
{
	if (!isfinite(time_s) || time_s < books->row.test_time_s)
		return books->row.test_time_s;
	return time_s;
}

const char *sg_accounting_step_type(const struct sg_step *step)
{
	switch (step->kind) {
	case SG_STEP_REST:
	case SG_STEP_TEMPERATURE:
		break;
	case SG_STEP_CURRENT:
		return step->current_a < 0 ? "CC_DCH" : "CC_CHG";
	}
	return "REST";
}

void sg_accounting_init(struct sg_accounting *books)
{
	memset(books, 0, sizeof(*books));
	books->row.step_id = "";
	books->row.step_type = "REST";
	books->row.voltage_v = NAN;
	books->row.temperature_c = NAN;
}

static void begin_cycle(struct sg_accounting *books, const struct sg_step *step)
{
	static const struct sg_throughput nothing;

	if (step->cycle == 0 || (step->cycle == books->cycle && step->procedure == books->procedure))
		return;
	books->cycle = step->cycle;
	books->procedure = step->procedure;
	books->row.cycle_count++;
	books->row.cycle = nothing;
	books->cycle_low = nothing;
}

void sg_accounting_step(struct sg_accounting *books, const struct sg_step *step, double time_s)
{
	static const struct sg_throughput nothing;
	struct sg_row *row = &books->row;

	begin_cycle(books, step);
	row->test_time_s = clamp(books, time_s);
	row->step_count++;
	row->step_record_index = 0;
	row->step_id = step->id;
	row->step_type = sg_accounting_step_type(step);
	row->step_time_s = 0;
	row->step = nothing;
	row->voltage_v = NAN;
	books->step_low = nothing;
	books->step_begin_s = row->test_time_s;
	books->last_time_s = row->test_time_s;
	books->last_valid = true;
}

const struct sg_row *sg_accounting_sample(struct sg_accounting *books, const struct sg_sample *sample,
					  double time_s, int64_t utc_ns)
{
	struct sg_row *row = &books->row;

	row->test_time_s = clamp(books, time_s);
	if (!books->last_valid) {
		/* before the first step: the record begins here, nothing is known of the time before */
		books->step_begin_s = row->test_time_s;
		books->last_time_s = row->test_time_s;
		books->last_valid = true;
	}
	if (isfinite(sample->current_a)) {
		book(books, row->test_time_s - books->last_time_s, sample->current_a, sample->voltage_v);
		books->last_time_s = row->test_time_s;
	}
	row->record_index++;
	row->step_record_index++;
	row->utc_ns = utc_ns;
	row->step_time_s = row->test_time_s - books->step_begin_s;
	row->voltage_v = sample->voltage_v;
	row->current_a = sample->current_a;
	row->set_a = sample->set_a;
	row->range_a = sample->range_a;
	row->temperature_c = sample->temperature_c;
	row->flags = sample->flags;
	return row;
}

void sg_accounting_gap(struct sg_accounting *books, double time_s, double current_a)
{
	struct sg_row *row = &books->row;

	row->test_time_s = clamp(books, time_s);
	if (books->last_valid && isfinite(current_a))
		book(books, row->test_time_s - books->last_time_s, current_a, row->voltage_v);
	books->last_time_s = row->test_time_s;
	books->last_valid = true;
}

double sg_accounting_step_charge_c(const struct sg_accounting *books)
{
	return books->row.step.charging_c - books->row.step.discharging_c;
}
