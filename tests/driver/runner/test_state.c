/* SPDX-License-Identifier: Apache-2.0 */
/* Where a run stands, there and back; and bytes that nobody wrote. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/units.h"
#include "runner/state.h"

struct bench {
	struct sg_experiment experiment;
	struct sg_procedure procedure;
	struct sg_plan plan;
	struct sg_instrument_config instrument;
	struct sg_rig rig;
	struct sg_run_config config;
	struct sg_host_clock clock;
	struct sg_run_outcome outcome;
	struct sg_run run;
};

static void set_up(struct bench *b)
{
	const struct sg_potentiostat_caps *caps;
	struct sg_event said;

	memset(b, 0, sizeof(*b));
	b->procedure = (struct sg_procedure){ .kind = SG_PROC_CYCLE, .from_ma_cm2 = 1.0, .to_ma_cm2 = 1.0, .half_step_s = 100.0,
					      .half_step_mah_cm2 = NAN, .count = 5, .until_v = NAN, .interval_s = 1.0 };
	b->experiment = (struct sg_experiment){ .cell = { .metal = "Na", .area_cm2 = 1.0, .metal_thickness_mm = NAN, .expected_ohm = NAN },
						.limits = { .voltage_v = 5.0, .current_a = 1.0, .temperature_min_c = -INFINITY,
							    .temperature_max_c = INFINITY, .charge_mah_cm2 = INFINITY, .silence_s = 10.0 },
						.procedure_count = 1, .procedures = &b->procedure };
	snprintf(b->instrument.family, sizeof(b->instrument.family), "emstat4");
	snprintf(b->instrument.port, sizeof(b->instrument.port), "pty:/dev/pts/7");
	b->instrument.present = true;
	b->instrument.address = -1;
	assert_int_equal(sg_slot_look_up(&b->rig.potentiostat, &b->instrument, SG_KIND_POTENTIOSTAT, NULL), SG_OK);
	caps = b->rig.caps = b->rig.potentiostat.family->potentiostat->caps(NULL);
	assert_int_equal(sg_plan_init(&b->plan, &b->experiment, caps, NULL), SG_OK);
	sg_host_clock_init(&b->clock, 1.0);
	b->config = (struct sg_run_config){ .experiment = &b->experiment, .plan = &b->plan, .rig = &b->rig, .clock = &b->clock.clock };
	assert_int_equal(sg_run_init(&b->run, &b->config, &b->outcome, &said), SG_OK);
	b->run.zero_ns = 5 * SG_NS_PER_S;
}

static void tear_down(struct bench *b)
{
	sg_result_fini(&b->outcome.result);
	sg_plan_fini(&b->plan);
}

/* In the third step of a block of four, with all that may be set set. */
static void run_into_the_middle(struct bench *b)
{
	const struct sg_sample sample = { .voltage_v = 0.1, .current_a = 1e-3, .set_a = 1e-3, .range_a = 1e-2, .temperature_c = NAN };
	struct sg_run *run = &b->run;

	run->engine.at = 2;
	run->engine.elapsed_s = 0.0;
	run->block = (struct sg_block){ .steps = b->plan.steps, .first_step = 0, .count = 4, .at = 2, .in_step = true, .start_s = 3.0,
					.step_begin_s = 203.0, .anchor_ns = run->zero_ns + 3 * SG_NS_PER_S };
	for (size_t i = 0; i < 4; i++)
		run->segments[i] = (struct sg_segment){ .mode = SG_MODE_GALVANOSTATIC, .set_value = i % 2 ? -1e-3 : 1e-3,
							.interval_s = 1.0, .duration_s = 100.0 };
	sg_accounting_step(&run->books, &b->plan.steps[2], 203.0);
	sg_result_begin(run->result, 3, 2, 1.0, 100.0, 203.0);
	for (int i = 1; i < 20; i++) {
		sg_accounting_sample(&run->books, &sample, 203.0 + i, SG_NS_PER_S * i);
		sg_result_sample(run->result, 203.0 + i, 0.1, 1e-3, NAN, true, 1e-3 * i);
	}
	run->current_off_s = 203.0;
	run->stopped_by = "hard_short";
	run->failure = SG_ERR_LIMIT;
	snprintf(run->detail, sizeof(run->detail), "because of something");
	snprintf(b->rig.potentiostat.identity.serial, SG_IDENTITY_SIZE, "ES4HR20B0009");
	snprintf(b->rig.potentiostat.whereabouts.uri, SG_WHEREABOUTS_URI_SIZE, "pty:/dev/pts/7");
}

static size_t save(const struct bench *b, uint8_t *bytes, size_t size)
{
	struct sg_state_rest rest = { .pause_until_s = 1000.0, .trace = SG_TRACE_OFF };
	struct sg_walk walk = sg_walk_writing(bytes, size);

	snprintf(rest.port, sizeof(rest.port), "%s", b->instrument.port);
	sg_state_save(&walk, &b->run, &rest);
	assert_false(walk.bad);
	return walk.at;
}

static void a_run_stands_where_it_stood(void **state)
{
	static struct bench a, b;
	static uint8_t bytes[SG_RUN_STATE_SIZE], again[SG_RUN_STATE_SIZE];
	struct sg_state_rest rest;
	struct sg_walk walk;
	size_t length;

	(void)state;
	set_up(&a);
	set_up(&b);
	run_into_the_middle(&a);
	length = save(&a, bytes, sizeof(bytes));
	b.run.zero_ns = 77 * SG_NS_PER_S; /* another clock */
	walk = sg_walk_reading(bytes, length);
	assert_int_equal(sg_state_restore(&walk, &b.run, &rest, NULL), SG_OK);
	assert_true(b.run.block.anchor_ns - b.run.zero_ns == 3 * SG_NS_PER_S);
	assert_ptr_equal(b.run.block.steps, b.plan.steps);
	assert_ptr_equal(b.run.books.row.step_id, b.plan.steps[2].id);
	assert_ptr_equal(b.run.result->at, &b.run.result->half_steps[0]);
	assert_string_equal(b.run.stopped_by, "hard_short");
	assert_string_equal(b.rig.potentiostat.identity.serial, "ES4HR20B0009");
	assert_string_equal(b.rig.potentiostat.whereabouts.uri, "pty:/dev/pts/7");
	assert_true(rest.pause_until_s == 1000.0 && rest.trace == SG_TRACE_OFF && !rest.loss.model && !rest.loss.detectors);
	assert_int_equal(save(&b, again, sizeof(again)), length);
	assert_memory_equal(bytes, again, length);
	tear_down(&a);
	tear_down(&b);
}

/* Another port was given: it is sought there, and it must be the same one. */
static void an_instrument_that_was_moved_is_sought_at_the_new_port(void **state)
{
	static struct bench a, b;
	static uint8_t bytes[SG_RUN_STATE_SIZE];
	struct sg_state_rest rest;
	struct sg_walk walk;

	(void)state;
	set_up(&a);
	set_up(&b);
	run_into_the_middle(&a);
	snprintf(b.instrument.port, sizeof(b.instrument.port), "pty:/dev/pts/9");
	walk = sg_walk_reading(bytes, save(&a, bytes, sizeof(bytes)));
	assert_int_equal(sg_state_restore(&walk, &b.run, &rest, NULL), SG_OK);
	assert_string_equal(b.rig.potentiostat.whereabouts.uri, "");
	assert_string_equal(b.rig.potentiostat.identity.serial, "ES4HR20B0009");
	tear_down(&a);
	tear_down(&b);
}

/* What no check sum keeps out: refused, or a state that can be written down again. */
static void changed_bytes_are_refused_or_a_state(void **state)
{
	static struct bench a, b;
	static uint8_t bytes[SG_RUN_STATE_SIZE], again[SG_RUN_STATE_SIZE];
	size_t length, refused = 0;

	(void)state;
	set_up(&a);
	run_into_the_middle(&a);
	length = save(&a, bytes, sizeof(bytes));
	for (size_t i = 0; i < length; i++) {
		struct sg_state_rest rest;
		struct sg_walk walk;

		bytes[i] ^= 0xFF;
		set_up(&b);
		walk = sg_walk_reading(bytes, length);
		if (sg_state_restore(&walk, &b.run, &rest, NULL))
			refused++;
		else
			save(&b, again, sizeof(again));
		tear_down(&b);
		bytes[i] ^= 0xFF;
	}
	for (size_t cut = 0; cut < length; cut += 7) {
		struct sg_state_rest rest;
		struct sg_walk walk = sg_walk_reading(bytes, cut);

		set_up(&b);
		assert_int_equal(sg_state_restore(&walk, &b.run, &rest, NULL), SG_ERR_VALUE);
		tear_down(&b);
	}
	assert_true(refused > 1000);
	tear_down(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_run_stands_where_it_stood),
		cmocka_unit_test(an_instrument_that_was_moved_is_sought_at_the_new_port),
		cmocka_unit_test(changed_bytes_are_refused_or_a_state),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
