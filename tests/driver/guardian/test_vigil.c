/* SPDX-License-Identifier: Apache-2.0 */
/* The guardian's decision, as tables of what comes when and what is to be done then. Silence is 10 s. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "core/units.h"
#include "guardian/vigil.h"

#define SILENCE_NS (10 * SG_NS_PER_S)

enum what { NOTHING, BRIEF, BEAT, BUSY_20_S, GOODBYE, PART, CLOSE, GONE, TRIED_IN_VAIN, TRIED_OFF };

/* At so many ms awake, with so many ms slept in all, this comes; the order then. */
struct moment {
	int64_t awake_ms;
	int64_t slept_ms;
	enum what what;
	enum sg_vigil_order order;
};

static void hand_in(struct sg_vigil *vigil, enum what what, struct sg_vigil_now now)
{
	switch (what) {
	case NOTHING:
		break;
	case BRIEF:
		sg_vigil_brief(vigil, SILENCE_NS, now);
		break;
	case BEAT:
		sg_vigil_beat(vigil, 0, now);
		break;
	case BUSY_20_S:
		sg_vigil_beat(vigil, 20 * SG_NS_PER_S, now);
		break;
	case GOODBYE:
		sg_vigil_goodbye(vigil);
		break;
	case PART:
		sg_vigil_part(vigil, now);
		break;
	case CLOSE:
		sg_vigil_close(vigil);
		break;
	case GONE:
		sg_vigil_gone(vigil, now);
		break;
	case TRIED_IN_VAIN:
		sg_vigil_tried(vigil, false, now);
		break;
	case TRIED_OFF:
		sg_vigil_tried(vigil, true, now);
		break;
	}
}

static struct sg_vigil_now at(int64_t awake_ms, int64_t slept_ms)
{
	return (struct sg_vigil_now){ .awake_ns = awake_ms * SG_NS_PER_MS, .slept_ns = slept_ms * SG_NS_PER_MS };
}

/* Between two moments it is turned as often as it asks for, and nothing but waiting may come of that. */
static void wait_until(struct sg_vigil *vigil, int64_t *now_ms, int64_t until_ms, int64_t slept_ms, size_t row)
{
	for (;;) {
		const int64_t rest_ms = sg_vigil_rest_ns(vigil, at(*now_ms, slept_ms)) / SG_NS_PER_MS;

		assert_true(rest_ms >= 0 && rest_ms <= 1000);
		if (*now_ms + rest_ms >= until_ms)
			break;
		*now_ms += rest_ms > 0 ? rest_ms : 1;
		if (sg_vigil_turn(vigil, at(*now_ms, slept_ms)) != SG_VIGIL_WAIT)
			fail_msg("before row %zu, at %lld ms: not wait", row, (long long)*now_ms);
	}
	*now_ms = until_ms;
}

/* held_up: no turns between the moments, the process was kept from running. */
static void play(struct sg_vigil *vigil, const struct moment *moments, size_t count, bool held_up)
{
	int64_t now_ms = 0, slept_ms = 0;

	sg_vigil_init(vigil, at(0, 0));
	for (size_t i = 0; i < count; i++) {
		const struct moment *m = &moments[i];
		enum sg_vigil_order order;

		/* an attempt takes its time, in which nobody turns */
		if (!held_up && (i == 0 || moments[i - 1].order != SG_VIGIL_MAKE_SAFE))
			wait_until(vigil, &now_ms, m->awake_ms, slept_ms, i);
		now_ms = m->awake_ms;
		slept_ms = m->slept_ms;
		hand_in(vigil, m->what, at(now_ms, slept_ms));
		order = sg_vigil_turn(vigil, at(now_ms, slept_ms));
		if (order != m->order)
			fail_msg("row %zu, at %lld ms: order %d, not %d", i, (long long)now_ms, (int)order, (int)m->order);
	}
}

#define PLAY(vigil, ...)                                                                                           \
	do {                                                                                                       \
		static const struct moment moments_[] = { __VA_ARGS__ };                                           \
		play(vigil, moments_, sizeof(moments_) / sizeof(moments_[0]), false);                              \
	} while (0)

static void beats_and_a_goodbye(void **state)
{
	struct sg_vigil v;

	(void)state;
	PLAY(&v, { 0, 0, BRIEF, SG_VIGIL_WAIT }, { 100, 0, BEAT, SG_VIGIL_WAIT }, { 9000, 0, BEAT, SG_VIGIL_WAIT },
	     { 18900, 0, BEAT, SG_VIGIL_WAIT }, { 28800, 0, GOODBYE, SG_VIGIL_LEAVE }, { 28810, 0, GONE, SG_VIGIL_LEAVE });
	assert_int_equal(v.cause, SG_VIGIL_NO_CAUSE);
}

static void dies_before_there_is_a_rig(void **state)
{
	struct sg_vigil v;

	(void)state;
	PLAY(&v, { 60000, 0, NOTHING, SG_VIGIL_WAIT }, { 60001, 0, CLOSE, SG_VIGIL_LEAVE });
	PLAY(&v, { 10, 0, GONE, SG_VIGIL_LEAVE });
}

static void silence_kills_and_only_then_is_the_cell_made_safe(void **state)
{
	struct sg_vigil v;

	(void)state;
	PLAY(&v, { 0, 0, BRIEF, SG_VIGIL_WAIT }, { 500, 0, BEAT, SG_VIGIL_WAIT }, { 10499, 0, NOTHING, SG_VIGIL_WAIT },
	     { 10500, 0, NOTHING, SG_VIGIL_KILL },
	     /* not gone: killed again, and nothing is touched; a late beat or goodbye changes nothing */
	     { 10600, 0, BEAT, SG_VIGIL_WAIT }, { 10700, 0, GOODBYE, SG_VIGIL_WAIT }, { 11500, 0, NOTHING, SG_VIGIL_KILL },
	     { 12500, 0, NOTHING, SG_VIGIL_KILL }, { 12600, 0, GONE, SG_VIGIL_MAKE_SAFE },
	     { 12900, 0, TRIED_OFF, SG_VIGIL_LEAVE });
	assert_int_equal(v.cause, SG_VIGIL_SILENT);
	assert_int_equal(v.noticed_ns, 10500 * SG_NS_PER_MS);
	assert_int_equal(v.gone_ns, 12600 * SG_NS_PER_MS);
	assert_int_equal(v.beat_ns, 500 * SG_NS_PER_MS);
}

static void a_death_is_acted_on_at_once(void **state)
{
	struct sg_vigil v;

	(void)state;
	PLAY(&v, { 0, 0, BRIEF, SG_VIGIL_WAIT }, { 3000, 0, GONE, SG_VIGIL_MAKE_SAFE }, { 3100, 0, TRIED_OFF, SG_VIGIL_LEAVE });
	assert_int_equal(v.cause, SG_VIGIL_DIED);
	/* its files are closed a moment before it is gone: that is one death, and no kill is needed */
	PLAY(&v, { 0, 0, BRIEF, SG_VIGIL_WAIT }, { 3000, 0, CLOSE, SG_VIGIL_WAIT }, { 3040, 0, GONE, SG_VIGIL_MAKE_SAFE });
	assert_int_equal(v.cause, SG_VIGIL_DIED);
}

static void who_lets_go_and_stays_is_killed(void **state)
{
	struct sg_vigil v;

	(void)state;
	PLAY(&v, { 0, 0, BRIEF, SG_VIGIL_WAIT }, { 3000, 0, CLOSE, SG_VIGIL_WAIT }, { 3250, 0, NOTHING, SG_VIGIL_KILL },
	     { 3260, 0, GONE, SG_VIGIL_MAKE_SAFE });
	assert_int_equal(v.cause, SG_VIGIL_CLOSED);
}

static void a_call_that_was_announced_may_take_its_time(void **state)
{
	struct sg_vigil v;

	(void)state;
	PLAY(&v, { 0, 0, BRIEF, SG_VIGIL_WAIT }, { 1000, 0, BUSY_20_S, SG_VIGIL_WAIT }, { 30999, 0, NOTHING, SG_VIGIL_WAIT },
	     { 31000, 0, NOTHING, SG_VIGIL_KILL });
	/* the next beat takes that back */
	PLAY(&v, { 0, 0, BRIEF, SG_VIGIL_WAIT }, { 1000, 0, BUSY_20_S, SG_VIGIL_WAIT }, { 2000, 0, BEAT, SG_VIGIL_WAIT },
	     { 12000, 0, NOTHING, SG_VIGIL_KILL });
}

static void a_pc_that_slept_is_no_dead_runner(void **state)
{
	struct sg_vigil v;

	(void)state;
	/* eight hours; after them silence and ten seconds more */
	PLAY(&v, { 0, 0, BRIEF, SG_VIGIL_WAIT }, { 9500, 0, NOTHING, SG_VIGIL_WAIT },
	     { 9600, 28800000, NOTHING, SG_VIGIL_WAIT }, { 29599, 28800000, NOTHING, SG_VIGIL_WAIT },
	     { 29600, 28800000, NOTHING, SG_VIGIL_KILL });
	/* one that goes on beating is left alone */
	PLAY(&v, { 0, 0, BRIEF, SG_VIGIL_WAIT }, { 9600, 28800000, NOTHING, SG_VIGIL_WAIT },
	     { 15000, 28800000, BEAT, SG_VIGIL_WAIT }, { 24999, 28800000, NOTHING, SG_VIGIL_WAIT },
	     { 25000, 28800000, NOTHING, SG_VIGIL_KILL });
	/* the death of a runner is none the less one */
	PLAY(&v, { 0, 0, BRIEF, SG_VIGIL_WAIT }, { 5000, 28800000, GONE, SG_VIGIL_MAKE_SAFE });
}

/* A virtual machine that stood still, a processor that was given to others: both stood, and both get the time back. */
static void a_guardian_that_was_held_up_blames_nobody(void **state)
{
	static const struct moment moments[] = {
		{ 0, 0, BRIEF, SG_VIGIL_WAIT },    { 1000, 0, BEAT, SG_VIGIL_WAIT },
		{ 61000, 0, NOTHING, SG_VIGIL_WAIT }, /* 59 s late: due was 11 s */
	};
	struct sg_vigil v;

	(void)state;
	play(&v, moments, sizeof(moments) / sizeof(moments[0]), true);
	assert_true(v.due_ns > 61 * SG_NS_PER_S && v.due_ns <= 71 * SG_NS_PER_S);
}

static void one_that_ends_unsafe_has_time_for_its_last_words(void **state)
{
	struct sg_vigil v;

	(void)state;
	PLAY(&v, { 0, 0, BRIEF, SG_VIGIL_WAIT }, { 5000, 0, PART, SG_VIGIL_WAIT }, { 5001, 0, CLOSE, SG_VIGIL_WAIT },
	     { 7000, 0, GONE, SG_VIGIL_MAKE_SAFE });
	assert_int_equal(v.cause, SG_VIGIL_UNSAFE);
	/* not for ever */
	PLAY(&v, { 0, 0, BRIEF, SG_VIGIL_WAIT }, { 5000, 0, PART, SG_VIGIL_WAIT }, { 15000, 0, NOTHING, SG_VIGIL_KILL });
	assert_int_equal(v.cause, SG_VIGIL_UNSAFE);
}

static void it_never_gives_up_and_never_hurries(void **state)
{
	const struct sg_vigil_now begin = at(0, 0);
	int64_t pause_ns = 0, now_ns = 0;
	struct sg_vigil v;

	(void)state;
	sg_vigil_init(&v, begin);
	sg_vigil_brief(&v, SILENCE_NS, begin);
	sg_vigil_gone(&v, begin);
	for (int i = 0; i < 1000; i++) {
		struct sg_vigil_now now = { .awake_ns = now_ns };

		assert_int_equal(sg_vigil_turn(&v, now), SG_VIGIL_MAKE_SAFE);
		sg_vigil_tried(&v, false, now);
		assert_int_equal(sg_vigil_turn(&v, now), SG_VIGIL_WAIT);
		assert_true(v.due_ns - now_ns >= pause_ns && v.due_ns - now_ns <= 10 * SG_NS_PER_S);
		pause_ns = v.due_ns - now_ns;
		if (i == 0)
			assert_int_equal(pause_ns, 500 * SG_NS_PER_MS);
		now_ns = v.due_ns;
	}
	assert_int_equal(pause_ns, 10 * SG_NS_PER_S);
	assert_int_equal(v.attempts, 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(beats_and_a_goodbye),
		cmocka_unit_test(dies_before_there_is_a_rig),
		cmocka_unit_test(silence_kills_and_only_then_is_the_cell_made_safe),
		cmocka_unit_test(a_death_is_acted_on_at_once),
		cmocka_unit_test(who_lets_go_and_stays_is_killed),
		cmocka_unit_test(a_call_that_was_announced_may_take_its_time),
		cmocka_unit_test(a_pc_that_slept_is_no_dead_runner),
		cmocka_unit_test(a_guardian_that_was_held_up_blames_nobody),
		cmocka_unit_test(one_that_ends_unsafe_has_time_for_its_last_words),
		cmocka_unit_test(it_never_gives_up_and_never_hurries),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
