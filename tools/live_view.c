/* SPDX-License-Identifier: Apache-2.0 */
#include "live_view.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "print_result.h"

#define LINE_SIZE 256

/* How often to draw is a matter of the screen, not of the test: real time, whatever clock the run has. */
static int64_t real_now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

/* What nobody has confirmed for a while is not shown as if it were so now. */
static void describe_temperature(const struct sg_run_view *v, struct sg_text *line)
{
	char age[24];

	if (!v->temperature_stale) {
		if (isfinite(v->temperature_c))
			sg_text_add(line, "  %.1f degC", v->temperature_c);
		return;
	}
	if (!isfinite(v->temperature_age_s)) {
		sg_text_add(line, "  --- degC (no answer yet)");
		return;
	}
	sg_print_duration(age, v->temperature_age_s);
	sg_text_add(line, "  --- degC (no answer for %s)", age);
}

/* How long the present current can go on: by the pessimistic end, and by the other. A bound, no prediction. */
static void describe_time_to_limit(struct sg_interval used, struct sg_interval left_s, struct sg_text *line)
{
	char earliest[24], latest[24];

	if (used.high >= 1.0)
		sg_text_add(line, used.low >= 1.0 ? ", beyond it" : ", perhaps beyond it");
	else if (isfinite(left_s.low)) {
		sg_print_duration(earliest, left_s.low);
		sg_text_add(line, ", >= %s to it", earliest);
	}
	if (!isfinite(left_s.low) || !isfinite(left_s.high) || used.low >= 1.0)
		return;
	sg_print_duration(latest, left_s.high);
	sg_text_add(line, " (<= %s)", latest);
}

/* "limit A 0.31-0.42, >= 12:00 to it (<= 20:10)": so much of it is used, and so long it takes at the present current. */
static void describe_limit(const struct sg_run_view *v, struct sg_text *line)
{
	const double current_a = v->row ? v->row->current_a : 0.0;
	const enum sg_electrode electrode = sg_watch_stripped(current_a);
	struct sg_interval used;

	if (!v->watch || !v->watch->has_model || current_a == 0.0)
		return;
	used = sg_watch_fraction(v->watch, electrode);
	if (isnan(used.high)) {
		sg_text_add(line, "  limit unknown");
		return;
	}
	sg_text_add(line, "  limit %c %.2f-%.2f", electrode == SG_ELECTRODE_A ? 'A' : 'B', used.low, used.high);
	describe_time_to_limit(used, sg_watch_time_to_limit(v->watch, electrode, current_a), line);
}

static void describe_step(const struct sg_run_view *v, struct sg_text *line)
{
	char left[24];

	sg_print_duration(left, v->left_s);
	sg_text_add(line, "step %zu of %zu", v->step_index + 1, v->plan->step_count);
	if (v->step->kind == SG_STEP_CURRENT)
		sg_text_add(line, "  %+.2f mA/cm2", v->step->density_ma_cm2);
	else
		sg_text_add(line, "  rest");
	if (v->row)
		sg_text_add(line, "  %+9.2f mV", v->row->voltage_v * 1e3);
	if (isfinite(v->resistance_ohm))
		sg_text_add(line, "  %7.2f ohm", v->resistance_ohm);
	else
		sg_text_add(line, "      --- ohm");
	if (isfinite(v->resistance_ohm) && isfinite(v->baseline_ohm))
		sg_text_add(line, " (%.2f)", v->baseline_ohm);
	describe_limit(v, line);
	describe_temperature(v, line);
	sg_text_add(line, "  %s left", left);
}

static void describe_wait(const struct sg_run_view *v, const char *what, struct sg_text *line)
{
	char left[24];

	sg_print_duration(left, v->soak_left_s);
	sg_text_add(line, "%s", what);
	describe_temperature(v, line);
	sg_text_add(line, "  at least %s to go, cell off", left);
}

/* Ctrl-Z: once is enough. */
static void tell_suspension(struct sg_live_view *view)
{
	if (!view->suspensions || *view->suspensions == 0 || view->suspension_told)
		return;
	view->suspension_told = true;
	sg_screen_show(&view->screen, "\nnot suspended: a cell is being watched. Ctrl-C ends the test.\n");
	view->line_open = false;
}

static void on_progress(void *ctx, const struct sg_run_view *v)
{
	struct sg_live_view *view = ctx;
	char storage[LINE_SIZE], shown[LINE_SIZE + 8];
	char time[24];
	struct sg_text line;
	const int64_t now_ns = real_now_ns();

	tell_suspension(view);
	if (now_ns - view->shown_ns < view->every_ns)
		return;
	view->shown_ns = now_ns;
	sg_text_init(&line, storage, sizeof(storage));
	sg_print_duration(time, v->time_s);
	sg_text_add(&line, "%9s  ", time);
	switch (v->phase) {
	case SG_PHASE_SOAK:
		describe_wait(v, "soaking", &line);
		break;
	case SG_PHASE_PAUSE:
		sg_text_add(&line, "pause, cell off");
		break;
	case SG_PHASE_HOLD:
		describe_wait(v, "hold (temperature)", &line);
		break;
	case SG_PHASE_LOST:
		sg_text_add(&line, "link lost: waiting for the potentiostat");
		break;
	case SG_PHASE_STEP:
		if (!v->step)
			return;
		describe_step(v, &line);
		break;
	}
	snprintf(shown, sizeof(shown), view->terminal ? "\r%s\033[K" : "%s\n", line.data);
	sg_screen_show(&view->screen, shown);
	view->line_open = view->terminal;
}

static bool worth_a_line(const struct sg_live_view *view, const struct sg_event *event)
{
	if (view->all_events || event->grade != SG_GRADE_INFO)
		return true;
	switch (event->type) {
	case SG_EVENT_STEP_STARTED:
	case SG_EVENT_STEP_ENDED:
	case SG_EVENT_GAP:
	case SG_EVENT_RANGE_GLITCH:
		return false;
	case SG_EVENT_RUN_STARTED:
	case SG_EVENT_RUN_ENDED:
	case SG_EVENT_OPERATOR:
	case SG_EVENT_HARD_SHORT:
	case SG_EVENT_SHORT_OR_SENSE:
	case SG_EVENT_SOFT_SHORT:
	case SG_EVENT_SHORT_FROM_START:
	case SG_EVENT_POLARIZATION:
	case SG_EVENT_RESISTANCE_DOUBLED:
	case SG_EVENT_CONTACT_STEP:
	case SG_EVENT_CONTACT_OPEN:
	case SG_EVENT_SENSE_LOST:
	case SG_EVENT_DIFFUSION_LIMIT:
	case SG_EVENT_VERIFY:
	case SG_EVENT_PAUSE:
	case SG_EVENT_THERMAL:
	case SG_EVENT_DATA_FAULT:
	case SG_EVENT_TIME_FAULT:
	case SG_EVENT_LIMIT:
	case SG_EVENT_TEMPERATURE:
	case SG_EVENT_COMMUNICATION:
	case SG_EVENT_CHAMBER_ALARM:
	case SG_EVENT_SAFE_OFF:
	case SG_EVENT_DISK:
	case SG_EVENT_GUARDIAN:
	case SG_EVENT_PROGRAM_LOST:
	case SG_EVENT_POWER_LOST:
	case SG_EVENT_TYPES:
		break;
	}
	return true;
}

static void on_event(void *ctx, const struct sg_event *event)
{
	struct sg_live_view *view = ctx;
	char time[24], shown[sizeof(event->text) + 128];

	if (!worth_a_line(view, event))
		return;
	sg_print_duration(time, event->time_s);
	snprintf(shown, sizeof(shown), "%s%9s  %s%s: %s\n", view->line_open ? "\r\033[K" : "", time,
		 event->grade == SG_GRADE_ALARM ? "ALARM " : event->grade == SG_GRADE_WARNING ? "warning " : "",
		 sg_event_name(event->type), event->text);
	sg_screen_show(&view->screen, shown);
	view->line_open = false;
}

void sg_live_view_init(struct sg_live_view *view, bool all_events, const volatile sig_atomic_t *suspensions)
{
	memset(view, 0, sizeof(*view));
	fflush(stdout); /* what was printed before comes before */
	sg_screen_begin(&view->screen, STDOUT_FILENO);
	view->suspensions = suspensions;
	view->observer = (struct sg_run_observer){ .ctx = view, .progress = on_progress, .event = on_event };
	view->terminal = isatty(STDOUT_FILENO);
	view->every_ns = view->terminal ? 200000000 : 5000000000;
	view->all_events = all_events;
}

void sg_live_view_end(struct sg_live_view *view)
{
	if (view->line_open)
		sg_screen_show(&view->screen, "\n");
	view->line_open = false;
	sg_screen_end(&view->screen);
}
