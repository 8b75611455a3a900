/* SPDX-License-Identifier: Apache-2.0 */
/* A start of the potentiostat that may fail, and what may be done then. */
#include "runner/block.h"

#include "core/units.h"
#include "host/clock.h"
#include "runner/run.h"

#define START_NS (5 * SG_NS_PER_S)
/* A flipped bit or a lost line on the way of a program must not end a test of weeks. */
#define START_ATTEMPTS 3

/* Not taken, and the link is there: damaged on its way, perhaps. */
static bool may_start_again(enum sg_err err)
{
	return err == SG_ERR_REFUSED || err == SG_ERR_UNCERTAIN || err == SG_ERR_TIMEOUT;
}

/* Nobody answered: it may have been running from then until it was shown to be off. */
static void note_unknown(struct sg_run *run, double since_s)
{
	const double largest_a = sg_block_largest_a(run);
	struct sg_event event;

	if (largest_a == 0.0)
		return;
	sg_event_init(&event, SG_EVENT_COMMUNICATION, SG_GRADE_WARNING, sg_run_now_s(run));
	event.since_s = since_s;
	event.value = event.time_s - since_s;
	run->block.unknown_s += event.value;
	sg_event_say(&event, "what flowed in these %.3f s is not known, from none to the set current (%.4g mA): nothing is booked",
		     event.value, largest_a * 1e3);
	sg_run_tell(run, &event);
}

/* One that failed is made safe before anything else. True: the cell is off, and it may be tried again. */
static bool recover_start(struct sg_run *run, int attempt, enum sg_err err, double since_s)
{
	struct sg_event event;
	bool safe;

	sg_event_init(&event, SG_EVENT_COMMUNICATION, SG_GRADE_WARNING, sg_run_now_s(run));
	sg_event_say(&event, "start %d of %d failed: %s (%s)", attempt, START_ATTEMPTS, sg_device_diag(sg_block_device(run)),
		     sg_err_text(err));
	sg_run_tell(run, &event);
	safe = sg_run_make_safe(run, SG_RUN_SAFE_S);
	if (err != SG_ERR_REFUSED)
		note_unknown(run, since_s);
	return safe && sg_run_watch_operator(run) == SG_VERDICT_GO_ON;
}

enum sg_err sg_block_start(struct sg_run *run, size_t count)
{
	double since_s;
	enum sg_err err;

	for (int attempt = 1;; attempt++) {
		since_s = sg_run_now_s(run);
		err = sg_block_ops(run)->start(sg_block_device(run), run->segments, count, sg_run_deadline(run, START_NS));
		if (sg_run_slept(run) || !may_start_again(err))
			return err;
		if (!recover_start(run, attempt, err, since_s) || attempt == START_ATTEMPTS || sg_run_slept(run))
			return err;
	}
}
