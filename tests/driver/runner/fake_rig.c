/* SPDX-License-Identifier: Apache-2.0 */
#include "fake_rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/units.h"
#include "experiment/reader.h"
#include "registry.h"

/* Between two calls that wait for nothing some time goes by too: no loop turns for ever. */
#define CALL_NS SG_NS_PER_MS
#define CELL_OHM 50.0

static struct fake_rig *current; /* one at a time */
static struct sg_potentiostat_caps caps;

static void die(const char *what)
{
	fprintf(stderr, "fake rig: %s\n", what);
	abort();
}

static double now_s(const struct fake_rig *fake)
{
	return sg_seconds(fake->now_ns - fake->zero_ns);
}

static void note(char verb)
{
	const size_t length = strlen(current->log);

	if (length + 1 == FAKE_LOG_SIZE)
		die("more verbs than are kept");
	current->log[length] = verb;
}

/* ---- the clock ---- */

static int64_t clock_now(struct sg_clock *clock)
{
	(void)clock;
	return current->now_ns;
}

static void clock_sleep(struct sg_clock *clock, int64_t deadline_ns)
{
	(void)clock;
	if (deadline_ns > current->now_ns)
		current->now_ns = deadline_ns;
}

static int64_t clock_slept(struct sg_clock *clock)
{
	(void)clock;
	return current->slept_ns;
}

/* UTC, as somebody set it. */
static int64_t clock_utc(struct sg_clock *clock)
{
	return clock_now(clock) + (current->samples >= current->wall_at ? sg_ns(current->wall_by_s) : 0);
}

static const struct sg_clock_ops clock_ops = {
	.now_ns = clock_now, .utc_ns = clock_utc, .sleep_until = clock_sleep, .slept_ns = clock_slept,
};

static void fall_asleep(void)
{
	current->sleeps_in = 0;
	current->now_ns += sg_ns(current->sleeps_s);
	current->slept_ns += sg_ns(current->sleeps_s);
}

/* A verb is called; the PC may fall asleep in it. */
static void call(char verb)
{
	uint32_t times = 0;

	note(verb);
	for (const char *at = current->log; *at; at++)
		times += *at == verb;
	if (verb == current->sleeps_in && times == current->sleeps_at)
		fall_asleep();
}

/* ---- the potentiostat ---- */

static enum sg_err fake_check(struct sg_device *dev, const struct sg_segment *segments, size_t count, size_t *fits)
{
	(void)dev;
	(void)segments;
	*fits = count;
	return SG_OK;
}

static enum sg_err fake_start(struct sg_device *dev, const struct sg_segment *segments, size_t count,
			      int64_t deadline_ns)
{
	(void)dev;
	(void)deadline_ns;
	current->start_s = now_s(current);
	if (current->starts++ < current->bad_starts && current->starts > current->bad_from) {
		call('S');
		return current->start_err;
	}
	if (count > sizeof(current->segments) / sizeof(current->segments[0]))
		die("more segments than are kept");
	memcpy(current->segments, segments, count * sizeof(*segments));
	current->segment_count = count;
	current->segment = 0;
	current->said_in_segment = 0;
	current->segment_ns = current->program_ns = current->now_ns + sg_ns(current->late_s);
	current->running = true;
	current->stopped = false;
	call('S');
	return SG_OK;
}

static enum sg_err over(struct fake_rig *fake, struct sg_report *out, enum sg_end end)
{
	*out = (struct sg_report){ .kind = SG_REPORT_SEQUENCE_ENDED, .end = end, .cell_off = !fake->ends_on,
				   .host_ns = fake->now_ns };
	fake->running = false;
	return SG_OK;
}

/* Between the sense leads. Not quite the same twice, or it would count as stuck. */
static double sensed_v(struct fake_rig *fake, double current_a)
{
	const double wobble_v = 1e-5 * (double)(fake->samples * 7 % 5);
	const double ohm = fake->samples < fake->rises_at ? CELL_OHM : CELL_OHM * (1.0 + (fake->samples - fake->rises_at) / 300.0);

	if (fake->samples >= fake->high_at)
		return 9.0;
	if (fake->samples >= fake->lead_at) {
		if (fake->lead_v == 0.0)
			fake->lead_v = copysign(1.5e-3, current_a);
		return fake->lead_v + wobble_v;
	}
	return current_a * (fake->samples >= fake->short_at ? 1.0 : ohm) + wobble_v;
}

static enum sg_err say_sample(struct fake_rig *fake, struct sg_report *out)
{
	const struct sg_segment *segment = &fake->segments[fake->segment];

	*out = (struct sg_report){ .kind = SG_REPORT_SAMPLE, .segment = (uint32_t)fake->segment,
				   .host_ns = fake->now_ns };
	out->sample = (struct sg_sample){
		.host_ns = fake->now_ns,
		.instrument_ns = fake->now_ns - fake->program_ns,
		.voltage_v = sensed_v(fake, segment->set_value),
		.current_a = segment->set_value,
		.temperature_c = NAN,
		.range_a = segment->range_a,
		.segment = (uint32_t)fake->segment,
	};
	fake->samples++;
	fake->said_in_segment++;
	return SG_OK;
}

/* Started, the samples, ended; then the next segment, or the end of all. */
static enum sg_err say_next(struct fake_rig *fake, struct sg_report *out)
{
	const struct sg_segment *segment = &fake->segments[fake->segment];
	const uint32_t samples = (uint32_t)lround(segment->duration_s / segment->interval_s);

	if (fake->segment == fake->segment_count)
		return over(fake, out, SG_END_DURATION);
	if (fake->said_in_segment > 0 && fake->said_in_segment <= samples)
		return say_sample(fake, out);
	*out = (struct sg_report){ .segment = (uint32_t)fake->segment, .host_ns = fake->now_ns };
	if (fake->said_in_segment == 0) {
		out->kind = SG_REPORT_SEGMENT_STARTED;
		fake->said_in_segment = 1;
		return SG_OK;
	}
	out->kind = SG_REPORT_SEGMENT_ENDED;
	out->end = SG_END_DURATION;
	fake->segment_ns += sg_ns(segment->duration_s);
	fake->segment++;
	fake->said_in_segment = 0;
	return SG_OK;
}

static int64_t due_ns(const struct fake_rig *fake)
{
	const struct sg_segment *segment = &fake->segments[fake->segment];

	if (fake->mute_from_start && fake->starts >= fake->mute_from_start)
		return SG_FOREVER;
	if (fake->segment == fake->segment_count)
		return fake->segment_ns;
	return fake->segment_ns + sg_ns(fmin(fake->said_in_segment * segment->interval_s, segment->duration_s));
}

static bool is_dropped(struct fake_rig *fake)
{
	if (fake->samples != fake->dropped_at && (fake->samples == fake->drop_at || fake->samples == fake->drop_again_at)) {
		fake->dropped_at = fake->samples;
		fake->drops_left = fake->drops;
	}
	if (!fake->drops_left)
		return false;
	fake->drops_left--;
	fake->now_ns += CALL_NS;
	return true;
}

static enum sg_err fake_next(struct sg_device *dev, struct sg_report *out, int64_t deadline_ns)
{
	struct fake_rig *fake = current;

	(void)dev;
	if (!fake->running)
		return SG_ERR_STATE;
	if (fake->look)
		fake->look(fake);
	if (fake->sleeps_in == 'N' && fake->samples == fake->sleeps_at)
		fall_asleep();
	if (fake->stopped)
		return over(fake, out, SG_END_STOPPED);
	if (is_dropped(fake))
		return SG_ERR_VALUE;
	if (fake->samples == fake->gone_at) {
		fake->gone_at = FAKE_NEVER;
		fake->running = false;
		return SG_ERR_GONE;
	}
	if (due_ns(fake) > deadline_ns) {
		clock_sleep(&fake->clock, deadline_ns);
		return SG_ERR_TIMEOUT;
	}
	clock_sleep(&fake->clock, due_ns(fake));
	return say_next(fake, out);
}

static enum sg_err fake_stop(struct sg_device *dev, int64_t deadline_ns)
{
	(void)dev;
	(void)deadline_ns;
	current->stopped = true;
	call('X');
	return current->stop_err;
}

static enum sg_err fake_safe_off(struct sg_device *dev, int64_t deadline_ns)
{
	(void)dev;
	(void)deadline_ns;
	current->running = false;
	call('O');
	current->now_ns += sg_ns(current->safe_off_s);
	return current->safe_off_err;
}

static void fake_part(const struct sg_device *dev, struct sg_absence *absence)
{
	(void)dev;
	absence->trace = current->trace;
	absence->seen_ns = current->samples ? current->now_ns : SG_NO_TIME;
}

static const struct sg_potentiostat_caps *fake_caps(const char *model)
{
	(void)model;
	return &caps;
}

static const struct sg_potentiostat_ops potentiostat_ops = {
	.caps = fake_caps, .check = fake_check, .start = fake_start, .next = fake_next, .stop = fake_stop,
	.safe_off = fake_safe_off, .part = fake_part,
};

/* ---- the chamber ---- */

static enum sg_err fake_read(struct sg_device *dev, struct sg_chamber_state *out, int64_t deadline_ns)
{
	const double at_s = now_s(current);

	(void)dev;
	(void)deadline_ns;
	if (++current->chamber_reads == current->sleeps_at && current->sleeps_in == 'C')
		fall_asleep();
	if (at_s >= current->chamber_silent_s[0] && at_s < current->chamber_silent_s[1])
		return SG_ERR_TIMEOUT;
	if (at_s < current->chamber_silent_s[0])
		current->chamber_read_s[0] = at_s;
	else if (isnan(current->chamber_read_s[1]))
		current->chamber_read_s[1] = at_s;
	*out = (struct sg_chamber_state){ .set_c = 25.0, .actual_c = 25.0, .running = true, .host_ns = current->now_ns };
	return SG_OK;
}

static enum sg_err fake_set(struct sg_device *dev, double temperature_c, int64_t deadline_ns)
{
	(void)dev;
	(void)deadline_ns;
	return temperature_c == 25.0 ? SG_OK : SG_ERR_UNSUPPORTED;
}

static const struct sg_chamber_ops chamber_ops = { .read = fake_read, .set = fake_set };

/* ---- the link ---- */

static const struct sg_transport_ops link_ops = { .close = NULL };

enum sg_err __wrap_sg_slot_return(struct sg_rig_slot *slot, struct sg_clock *clock, struct sg_absence *absence,
				  struct sg_text *why);

enum sg_err __wrap_sg_slot_return(struct sg_rig_slot *slot, struct sg_clock *clock, struct sg_absence *absence,
				  struct sg_text *why)
{
	enum sg_err err = current->return_err;

	(void)clock;
	if (slot->device && absence)
		fake_part(slot->device, absence);
	call('R');
	if (current->away) {
		current->away--;
		err = SG_ERR_NOT_FOUND;
	}
	slot->device = err ? NULL : &current->device;
	if (err)
		sg_text_add(why, "made-up: not there");
	if (!absence)
		return err;
	absence->kind = err ? SG_ABSENCE_UNKNOWN : current->absence;
	absence->ran_ns = absence->kind == SG_ABSENCE_RAN ? current->now_ns - current->program_ns : SG_NO_TIME;
	return err;
}

/* ---- the run ---- */

static void keep_event(void *ctx, const struct sg_event *event)
{
	struct fake_rig *fake = ctx;
	struct fake_event *kept = &fake->events[fake->event_count++];

	if (fake->event_count > FAKE_EVENTS)
		die("more events than are kept");
	kept->event = *event;
	memcpy(kept->log, fake->log, sizeof(kept->log));
	if (fake->also)
		fake->also->event(fake->also->ctx, event);
}

static void keep_row(void *ctx, const struct sg_run_view *view)
{
	struct fake_rig *fake = ctx;

	if (!view->row || (fake->row_count && fake->rows[fake->row_count - 1].record_index == view->row->record_index))
		return;
	if (fake->row_count == FAKE_ROWS)
		die("more rows than are kept");
	fake->rows[fake->row_count++] = *view->row;
	if (fake->also)
		fake->also->progress(fake->also->ctx, view);
}

void fake_init(struct fake_rig *fake, const char *steps)
{
	memset(fake, 0, sizeof(*fake));
	fake->steps = steps;
	fake->sequence_max = 16;
	fake->reconnect_within = "30 s";
	fake->on_reconnect = "continue";
	fake->drop_at = fake->drop_again_at = fake->dropped_at = FAKE_NEVER;
	fake->high_at = fake->gone_at = fake->short_at = fake->lead_at = fake->rises_at = FAKE_NEVER;
	fake->more = "";
	fake->chamber_silent_s[0] = fake->chamber_silent_s[1] = INFINITY;
	fake->chamber_read_s[0] = fake->chamber_read_s[1] = NAN;
	fake->now_ns = fake->zero_ns = 1000 * SG_NS_PER_S;
	fake->clock.ops = &clock_ops;
	fake->clock.speed = 1.0;
	fake->link = (struct sg_transport){ .ops = &link_ops, .clock = &fake->clock, .simulated = true };
}

static void read_experiment(const struct fake_rig *fake, struct sg_experiment *experiment)
{
	struct sg_diagnostics diagnostics;
	char yaml[1024];

	snprintf(yaml, sizeof(yaml),
		 "sandglass: 1\nname: fake\n"
		 "cell: {name: fake, metal: Na, area_cm2: 1.0, thickness_mm: 1.0}\n"
		 "rig:\n  potentiostat: {family: emstat4, model: hr, port: \"sim:x\"}\n%s"
		 "%s%slimits: {voltage: 5 V}\nreconnect_within: %s\non_reconnect: %s\nsteps:\n%s",
		 fake->chamber ? "  chamber: {family: votsch, model: vt4002, port: \"sim:x\"}\n" : "",
		 fake->soaks ? "temperature: {set: 25 degC, tolerance: 0.3 K, soak: 60 s, timeout: 10 min}\n" : "",
		 fake->more, fake->reconnect_within, fake->on_reconnect, fake->steps);
	if (sg_experiment_read(experiment, "fake.yaml", yaml, strlen(yaml), &diagnostics))
		die(diagnostics.items[0].text);
	snprintf(experiment->folder, sizeof(experiment->folder), "%s", fake->folder);
}

static void put_in(struct sg_device *device, const struct sg_family *family, struct fake_rig *fake)
{
	*device = (struct sg_device){ .family = family, .link = &fake->link, .clock = &fake->clock };
	sg_text_init(&device->diag, device->diag_storage, sizeof(device->diag_storage));
}

static const struct sg_family potentiostat_family = {
	.name = "fake", .title = "Fake", .kind = SG_KIND_POTENTIOSTAT, .potentiostat = &potentiostat_ops,
};
static const struct sg_family chamber_family = {
	.name = "fake", .title = "Fake chamber", .kind = SG_KIND_CHAMBER, .chamber = &chamber_ops,
};

static void set_up_rig(struct fake_rig *fake, struct sg_rig *rig)
{
	caps = *rig->caps;
	caps.sequence_max = fake->sequence_max;
	rig->caps = &caps;
	rig->clock = &fake->clock;
	put_in(&fake->device, &potentiostat_family, fake);
	rig->potentiostat.family = &potentiostat_family;
	rig->potentiostat.device = &fake->device;
	if (!fake->chamber)
		return;
	put_in(&fake->chamber_device, &chamber_family, fake);
	rig->chamber.family = &chamber_family;
	rig->chamber.device = &fake->chamber_device;
}

void fake_run(struct fake_rig *fake)
{
	const struct sg_run_observer observer = { .ctx = fake, .progress = keep_row, .event = keep_event };
	struct sg_run_config config = {
		.clock = &fake->clock, .clock_kind = "fake", .program_version = "test", .observer = &observer,
		.disk = fake->disk,
		.interrupts = &fake->interrupts,
	};
	struct sg_experiment experiment;
	char said[512];
	char path[96];
	struct sg_plan plan;
	struct sg_text why;
	struct sg_rig rig;
	FILE *file;

	current = fake;
	snprintf(fake->folder, sizeof(fake->folder), "/tmp/sandglass-fake-XXXXXX");
	if (!mkdtemp(fake->folder))
		die("no folder");
	snprintf(path, sizeof(path), "%s/fake.yaml", fake->folder);
	file = fopen(path, "wb");
	if (!file || fclose(file))
		die("no file");
	sg_text_init(&why, said, sizeof(said));
	read_experiment(fake, &experiment);
	if (sg_rig_look_up(&experiment.rig, &rig, &why) || sg_plan_init(&plan, &experiment, rig.caps, &why))
		die(said);
	set_up_rig(fake, &rig);
	config.experiment = &experiment;
	config.plan = &plan;
	config.rig = &rig;
	config.experiment_path = path;
	fake->err = sg_run(&config, &fake->outcome, &why);
	if (!fake->outcome.summary.stopped_by)
		die(said);
	sg_plan_fini(&plan);
	sg_experiment_fini(&experiment);
}

struct fake_rig *fake_new(const char *steps)
{
	struct fake_rig *fake = malloc(sizeof(*fake));

	if (fake)
		fake_init(fake, steps);
	return fake;
}

int fake_tear_down(void **state)
{
	fake_fini(*state);
	free(*state);
	return 0;
}

void fake_again(struct fake_rig *fake, const char *steps)
{
	fake_fini(fake);
	fake_init(fake, steps);
}

void fake_assert_stopped_by(const struct fake_rig *fake, const char *reason)
{
	if (strcmp(fake->outcome.summary.stopped_by, reason) != 0)
		fail_msg("ended by \"%s\" (%s: %s), expected \"%s\"; verbs %s", fake->outcome.summary.stopped_by,
			 sg_err_name(fake->err), fake->outcome.summary.detail, reason, fake->log);
}

void fake_fini(struct fake_rig *fake)
{
	char command[96];

	sg_result_fini(&fake->outcome.result);
	snprintf(command, sizeof(command), "rm -rf %s", fake->folder);
	if (system(command) != 0)
		die("could not remove the folder");
}

const struct fake_event *fake_event(const struct fake_rig *fake, enum sg_event_type type)
{
	for (size_t i = 0; i < fake->event_count; i++) {
		if (fake->events[i].event.type == type)
			return &fake->events[i];
	}
	return NULL;
}

size_t fake_flagged(const struct fake_rig *fake, enum sg_flag flag)
{
	size_t count = 0;

	for (size_t i = 0; i < fake->row_count; i++)
		count += (fake->rows[i].flags & flag) != 0;
	return count;
}
