/* SPDX-License-Identifier: Apache-2.0 */
#include "experiment/accounting_record.h"

#include <math.h>

static void walk_throughput(struct sg_walk *walk, struct sg_throughput *t)
{
	sg_walk_double(walk, &t->charging_c);
	sg_walk_double(walk, &t->discharging_c);
	sg_walk_double(walk, &t->charging_j);
	sg_walk_double(walk, &t->discharging_j);
}

static void walk_sums(struct sg_walk *walk, struct sg_accounting *books)
{
	struct sg_throughput *const high[] = { &books->row.test, &books->row.step, &books->row.cycle };
	struct sg_throughput *const low[] = { &books->test_low, &books->step_low, &books->cycle_low };

	for (size_t i = 0; i < sizeof(high) / sizeof(high[0]); i++) {
		walk_throughput(walk, high[i]);
		walk_throughput(walk, low[i]);
		sg_walk_must(walk, high[i]->charging_c >= 0.0 && high[i]->discharging_c >= 0.0 && high[i]->charging_j >= 0.0 &&
					   high[i]->discharging_j >= 0.0);
	}
}

/* 0: none; else one more than its place in the plan. */
static size_t place_of(const struct sg_accounting *books, const struct sg_plan *plan)
{
	const uintptr_t from = (uintptr_t)plan->steps, at = (uintptr_t)books->row.step_id;
	const size_t place = (at - from) / sizeof(*plan->steps);

	/* a plan may have a million steps: its place is worked out, not sought */
	return at >= from && place < plan->step_count ? place + 1 : 0;
}

static void walk_step(struct sg_walk *walk, struct sg_accounting *books, const struct sg_plan *plan)
{
	size_t place = walk->to ? place_of(books, plan) : 0;

	sg_walk_size(walk, &place);
	sg_walk_must(walk, place <= plan->step_count);
	if (walk->to || walk->bad || place == 0)
		return;
	books->row.step_id = plan->steps[place - 1].id;
	books->row.step_type = sg_accounting_step_type(&plan->steps[place - 1]);
}

void sg_accounting_walk(struct sg_walk *walk, struct sg_accounting *books, const struct sg_plan *plan)
{
	struct sg_row *row = &books->row;
	double *const values[] = { &row->test_time_s, &row->step_time_s, &row->voltage_v, &row->current_a, &row->set_a,
				   &row->range_a, &row->temperature_c, &books->last_time_s, &books->step_begin_s };

	sg_walk_u64(walk, &row->record_index);
	sg_walk_u32(walk, &row->step_count);
	sg_walk_u32(walk, &row->step_record_index);
	sg_walk_u32(walk, &row->cycle_count);
	walk_step(walk, books, plan);
	sg_walk_i64(walk, &row->utc_ns);
	sg_walk_u32(walk, &row->flags);
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++)
		sg_walk_double(walk, values[i]);
	sg_walk_must(walk, isfinite(row->test_time_s) && row->test_time_s >= 0.0 && isfinite(books->last_time_s) &&
				   isfinite(books->step_begin_s));
	sg_walk_bool(walk, &books->last_valid);
	sg_walk_u32(walk, &books->procedure);
	sg_walk_u32(walk, &books->cycle);
	walk_sums(walk, books);
}

/* A sum that a table has rounded is not let below what is known better; then the rest of it stays, too. */
static void adopt_sum(double *high, double *low, double told)
{
	if (!(told > *high))
		return;
	*high = told;
	*low = 0.0;
}

static void adopt_throughput(struct sg_throughput *high, struct sg_throughput *low, const struct sg_throughput *told)
{
	adopt_sum(&high->charging_c, &low->charging_c, told->charging_c);
	adopt_sum(&high->discharging_c, &low->discharging_c, told->discharging_c);
	adopt_sum(&high->charging_j, &low->charging_j, told->charging_j);
	adopt_sum(&high->discharging_j, &low->discharging_j, told->discharging_j);
}

void sg_accounting_adopt(struct sg_accounting *books, const struct sg_row *told)
{
	struct sg_row *row = &books->row;

	row->record_index = told->record_index;
	row->step_record_index = told->step_record_index;
	row->test_time_s = fmax(row->test_time_s, told->test_time_s);
	row->utc_ns = told->utc_ns;
	row->step_time_s = told->step_time_s;
	row->voltage_v = told->voltage_v;
	row->current_a = told->current_a;
	row->set_a = told->set_a;
	row->range_a = told->range_a;
	row->temperature_c = told->temperature_c;
	row->flags = told->flags;
	adopt_throughput(&row->test, &books->test_low, &told->test);
	adopt_throughput(&row->step, &books->step_low, &told->step);
	adopt_throughput(&row->cycle, &books->cycle_low, &told->cycle);
	if (isfinite(told->current_a)) {
		books->last_time_s = row->test_time_s;
		books->last_valid = true;
	}
}
