/* SPDX-License-Identifier: Apache-2.0 */
#include "guardian/report.h"

#include <fcntl.h>
#include <math.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "core/event.h"
#include "core/units.h"
#include "format/events_table.h"
#include "format/json_line.h"
#include "host/atomic_file.h"
#include "host/clock.h"
#include "host/disk.h"
#include "host/record_repair.h"

#define JSON_SIZE 4096
#define TIME_SIZE 40

/* Test time goes on as the run's clock would have: while the PC sleeps too, unless it is scaled. */
static double test_now_s(const struct sg_guardian_brief *brief)
{
	return brief->test_time_s + sg_seconds(sg_clock_kernel_ns(CLOCK_BOOTTIME) - brief->said_ns) * brief->speed;
}

static const char *phrase_cause(enum sg_vigil_cause cause)
{
	switch (cause) {
	case SG_VIGIL_NO_CAUSE:
		break;
	case SG_VIGIL_DIED:
		return "the program that ran this test ended without a word";
	case SG_VIGIL_CLOSED:
		return "the program that ran this test let go of its guardian, and was ended";
	case SG_VIGIL_SILENT:
		return "the program that ran this test stood still, and was ended";
	case SG_VIGIL_UNSAFE:
		return "the program that ran this test could not show the cell off";
	}
	return "";
}

/* For people. A terminal that was stopped, or a pipe that nobody empties, must not hold up what comes next. */
static void put_words(const char *folder, const char *words)
{
	struct pollfd out = { .fd = STDERR_FILENO, .events = POLLOUT, .revents = 0 };
	char line[SG_RUN_PATH_SIZE + SG_GUARDIAN_DETAIL_SIZE + 32];
	const int length = snprintf(line, sizeof(line), "sandglass guardian: %s: %s\n", folder, words);

	if (length > 0 && poll(&out, 1, 0) > 0 && (out.revents & POLLOUT) && write(STDERR_FILENO, line, (size_t)length) < 0)
		return; /* nobody is there to be told; the file tells */
}

/* ---- guardian.json ---- */

static const char *phrase_time(int64_t utc_ns, char out[TIME_SIZE])
{
	const time_t seconds = (time_t)(utc_ns / SG_NS_PER_S);
	struct tm tm;
	size_t length;

	if (utc_ns == 0 || !gmtime_r(&seconds, &tm))
		return NULL;
	length = strftime(out, TIME_SIZE, "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(out + length, TIME_SIZE - length, ".%03dZ", (int)(utc_ns % SG_NS_PER_S / SG_NS_PER_MS));
	return out;
}

static void put_instrument(struct sg_json *json, const struct sg_guardian_brief *brief)
{
	sg_json_open_object(json, "instrument");
	sg_json_string(json, "family", brief->identity.family);
	sg_json_string(json, "model", brief->identity.model);
	sg_json_string(json, "serial", brief->identity.serial[0] ? brief->identity.serial : NULL);
	sg_json_string(json, "uri", brief->whereabouts.uri);
	sg_json_close(json);
}

static size_t write_json(const struct sg_guardian_report *r, char *storage, size_t size)
{
	const struct sg_vigil *v = r->vigil;
	char text[TIME_SIZE];
	struct sg_json json;

	sg_json_begin(&json, storage, size, true);
	sg_json_string(&json, "program", "sandglass");
	sg_json_string(&json, "version", r->brief->version);
	sg_json_boolean(&json, "simulated", r->brief->identity.simulated);
	sg_json_integer(&json, "runner_pid", r->runner);
	sg_json_integer(&json, "guardian_pid", getpid());
	sg_json_string(&json, "cause", sg_vigil_cause_name(v->cause));
	sg_json_number(&json, "silence_s", sg_seconds(r->brief->silence_ns), 9);
	sg_json_string(&json, "noticed_at", phrase_time(r->noticed_utc_ns, text));
	sg_json_number(&json, "test_time_s", r->test_time_s, 12);
	sg_json_number(&json, "since_beat_s", sg_seconds(v->noticed_ns - v->beat_ns), 9);
	sg_json_number(&json, "runner_gone_s", v->gone ? fmax(0.0, sg_seconds(v->gone_ns - v->noticed_ns)) : NAN, 9);
	sg_json_boolean(&json, "cell_off", r->off);
	sg_json_string(&json, "cell_off_at", r->off ? phrase_time(r->off_utc_ns, text) : NULL);
	sg_json_number(&json, "cell_off_s", r->off ? sg_seconds(r->off_ns) : NAN, 9);
	sg_json_integer(&json, "attempts", v->attempts);
	put_instrument(&json, r->brief);
	sg_json_string(&json, "detail", r->detail);
	return sg_json_end(&json);
}

static void save(const struct sg_guardian_report *r)
{
	char storage[JSON_SIZE];
	const size_t length = write_json(r, storage, sizeof(storage));
	const int folder = open(r->brief->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	/* A disk that is slow must not come between two attempts: waited for only when nothing is urgent any more. */
	if (folder < 0 || sg_replace_file(&sg_disk_host, folder, SG_RUN_GUARDIAN, storage, length, r->off))
		put_words(r->brief->folder, "guardian.json could not be written");
	if (folder >= 0)
		close(folder);
}

/* ---- events.csv ---- */

/* Half a line that the runner left would take ours with it. Who holds the table writes it himself. */
static bool open_events(const struct sg_guardian_report *r, int *fd)
{
	char path[SG_RUN_PATH_SIZE + 16];

	snprintf(path, sizeof(path), "%s/%s", r->brief->folder, SG_RUN_EVENTS);
	if (sg_record_repair(path, NULL))
		return false;
	*fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC);
	if (*fd < 0)
		return false;
	if (flock(*fd, LOCK_EX | LOCK_NB) == 0)
		return true;
	close(*fd);
	return false;
}

static void add_event(const struct sg_guardian_report *r)
{
	char line[SG_EVENTS_LINE_SIZE];
	struct sg_event event;
	size_t length;
	int fd;

	if (!open_events(r, &fd))
		return;
	sg_event_init(&event, SG_EVENT_GUARDIAN, SG_GRADE_ALARM, test_now_s(r->brief));
	event.since_s = r->test_time_s - sg_seconds(r->vigil->noticed_ns - r->vigil->beat_ns) * r->brief->speed;
	event.step = r->step;
	event.value = sg_seconds(r->off_ns);
	sg_event_say(&event, "%s", r->detail);
	length = sg_events_line(&event, r->off_utc_ns, line, sizeof(line));
	if (write(fd, line, length) != (ssize_t)length || fsync(fd))
		put_words(r->brief->folder, "the event could not be written");
	close(fd);
}

/* ---- what it says ---- */

static void say(struct sg_guardian_report *r)
{
	if (strcmp(r->told, r->detail) == 0)
		return;
	put_words(r->brief->folder, r->detail);
	memcpy(r->told, r->detail, sizeof(r->told));
}

void sg_guardian_report_noticed(struct sg_guardian_report *r, struct sg_vigil_now now)
{
	if (r->noticed_utc_ns)
		return;
	r->noticed_utc_ns = sg_clock_kernel_ns(CLOCK_REALTIME) - (now.awake_ns - r->vigil->noticed_ns);
	r->test_time_s = test_now_s(r->brief);
	snprintf(r->detail, sizeof(r->detail), "%s", phrase_cause(r->vigil->cause));
	/* Nothing is said or written before the first try: a disk that hangs would hold it up for ever. */
}

void sg_guardian_report_tried(struct sg_guardian_report *r, bool off, const char *why, struct sg_vigil_now now)
{
	const bool noted = r->told[0] && strstr(r->told, "NOT SHOWN TO BE OFF");

	r->off = off;
	if (off) {
		r->off_ns = now.awake_ns - r->vigil->noticed_ns;
		r->off_utc_ns = sg_clock_kernel_ns(CLOCK_REALTIME);
		snprintf(r->detail, sizeof(r->detail), "%s; the guardian switched the cell off, read back, %.3f s after it noticed%s%s",
			 phrase_cause(r->vigil->cause), sg_seconds(r->off_ns), why[0] ? "; " : "", why);
	} else {
		snprintf(r->detail, sizeof(r->detail), "%s; THE CELL IS NOT SHOWN TO BE OFF: %s; it is tried again",
			 phrase_cause(r->vigil->cause), why);
	}
	if (off || !noted || strcmp(r->told, r->detail) != 0)
		save(r);
	say(r);
	if (off)
		add_event(r);
}
