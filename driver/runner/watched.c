/* SPDX-License-Identifier: Apache-2.0 */
/* The run as its guardian sees it: it begins before the cell is switched on, and goes when the cell was shown off. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/units.h"
#include "host/clock.h"
#include "runner/run.h"

static struct sg_lifeline *lifeline(struct sg_run *run)
{
	return &run->lifeline;
}

static void describe(struct sg_run *run, const char *what)
{
	snprintf(run->guardian, sizeof(run->guardian), "%s", what);
}

enum sg_err sg_run_begin_guardian(struct sg_run *run, struct sg_text *why)
{
	enum sg_err err;

	if (run->config->clock->speed <= 0.0)
		describe(run, "none: simulated time");
	else if (!run->config->guardian)
		describe(run, "none: not asked for");
	else
		describe(run, "watched");
	if (strcmp(run->guardian, "watched") != 0)
		return SG_OK;
	err = sg_lifeline_open(lifeline(run), run->config->guardian, why);
	if (!err)
		run->rig->potentiostat.lifeline = run->rig->chamber.lifeline = lifeline(run);
	return err;
}

/* The guardian may outlive the folder it was started in, not this one. */
static void name_folder(const struct sg_run *run, struct sg_guardian_brief *brief)
{
	const char *folder = sg_recorder_folder(run->recorder);
	char *absolute = realpath(folder, NULL);

	snprintf(brief->folder, sizeof(brief->folder), "%s", absolute ? absolute : folder);
	free(absolute);
}

static enum sg_err say_brief(struct sg_run *run, struct sg_guardian_brief *brief)
{
	const struct sg_rig_slot *slot = &run->rig->potentiostat;

	brief->identity = slot->identity;
	brief->whereabouts = slot->whereabouts;
	brief->neighbours = slot->neighbours;
	brief->said_ns = sg_clock_kernel_ns(CLOCK_BOOTTIME); /* it goes on while the PC sleeps */
	brief->test_time_s = sg_run_now_s(run);
	return sg_lifeline_brief(lifeline(run), brief);
}

enum sg_verdict sg_run_brief_guardian(struct sg_run *run)
{
	struct sg_guardian_brief brief;
	struct sg_event event;

	if (!run->lifeline.program)
		return SG_VERDICT_GO_ON;
	memset(&brief, 0, sizeof(brief));
	brief.rig = run->config->experiment->rig;
	brief.speed = run->config->clock->speed;
	brief.silence_ns = sg_ns(run->config->experiment->guardian_silence_s);
	snprintf(brief.version, sizeof(brief.version), "%s", run->config->program_version);
	name_folder(run, &brief);
	if (say_brief(run, &brief))
		return sg_run_stop(run, "guardian", SG_ERR_GONE, "the guardian ended before the test began; without one no cell is switched on");
	sg_event_init(&event, SG_EVENT_GUARDIAN, SG_GRADE_INFO, sg_run_now_s(run));
	sg_event_say(&event, "a guardian watches (process %ld): if this program dies, or stands still for %g s, it switches the cell off",
		     (long)run->lifeline.pid, sg_seconds(brief.silence_ns));
	sg_run_tell(run, &event);
	return SG_VERDICT_GO_ON;
}

/* The instrument was met again, perhaps elsewhere, among others. */
static void keep_briefed(struct sg_run *run)
{
	const struct sg_rig_slot *slot = &run->rig->potentiostat;
	struct sg_guardian_brief brief = run->lifeline.brief.u.brief;

	if (memcmp(&run->lifeline.brief.u.brief.whereabouts, &slot->whereabouts, sizeof(slot->whereabouts)) == 0 &&
	    memcmp(&run->lifeline.brief.u.brief.neighbours, &slot->neighbours, sizeof(slot->neighbours)) == 0)
		return;
	say_brief(run, &brief); /* one that is not there gets it when it is */
}

static void tell_news(struct sg_run *run, enum sg_lifeline_news news)
{
	const bool lost = news == SG_LIFELINE_LOST;
	struct sg_event event;

	sg_event_init(&event, SG_EVENT_GUARDIAN, lost ? SG_GRADE_WARNING : SG_GRADE_INFO, sg_run_now_s(run));
	if (lost)
		sg_event_say(&event, "the guardian ended, or takes no word any more: nobody would switch the cell off if this program died; another one is started");
	else
		sg_event_say(&event, "another guardian watches (process %ld)", (long)run->lifeline.pid);
	snprintf(run->guardian, sizeof(run->guardian), "watched, but for %u gap%s", run->lifeline.lost,
		 run->lifeline.lost == 1 ? "" : "s");
	sg_run_tell(run, &event);
}

void sg_run_beat(struct sg_run *run)
{
	enum sg_lifeline_news news;

	if (!run->lifeline.program)
		return;
	keep_briefed(run);
	run->lifeline.step = run->books.row.step_count;
	news = sg_lifeline_beat(lifeline(run));
	if (news != SG_LIFELINE_NO_NEWS)
		tell_news(run, news);
}

static void let_go(struct sg_run *run)
{
	run->rig->potentiostat.lifeline = run->rig->chamber.lifeline = NULL;
}

void sg_run_dismiss_guardian(struct sg_run *run)
{
	sg_lifeline_goodbye(lifeline(run));
	let_go(run);
}

void sg_run_leave_guardian(struct sg_run *run)
{
	sg_lifeline_part(lifeline(run));
	let_go(run);
}
