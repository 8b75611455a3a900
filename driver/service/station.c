/* SPDX-License-Identifier: Apache-2.0 */
#include "service/station.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "core/units.h"
#include "service/station_files.h"

#define FIRST_PAUSE_S 1
#define LONGEST_PAUSE_S 60

const char *sg_station_state_name(enum sg_station_state state)
{
	switch (state) {
	case SG_STATION_IDLE:
		return "idle";
	case SG_STATION_CHECKING:
		return "checking";
	case SG_STATION_RUNNING:
		return "running";
	case SG_STATION_PAUSED:
		return "paused";
	case SG_STATION_HELD:
		return "held";
	case SG_STATION_WAITING:
		return "waiting";
	case SG_STATION_ENDED:
		return "ended";
	case SG_STATION_UNSAFE:
		break;
	}
	return "unsafe";
}

static void enter(struct sg_station *station, enum sg_station_state state)
{
	if (station->state != state)
		station->since_s = (int64_t)time(NULL);
	station->state = state;
}

bool sg_station_is_busy(const struct sg_station *station)
{
	switch (station->state) {
	case SG_STATION_CHECKING:
	case SG_STATION_RUNNING:
	case SG_STATION_PAUSED:
	case SG_STATION_HELD:
	case SG_STATION_WAITING:
		return true;
	case SG_STATION_IDLE:
	case SG_STATION_ENDED:
	case SG_STATION_UNSAFE:
		break;
	}
	return false;
}

/* ---- the program ---- */

/* Words behind the program's name; NULL ends them. */
static enum sg_err start(struct sg_station *station, const char *const words[], bool checking, struct sg_text *why)
{
	char pid_file[SG_STATION_PATH_SIZE + 8];
	char *argv[10] = { (char *)station->program };
	enum sg_err err;

	for (size_t i = 0; i < 8 && words[i]; i++)
		argv[i + 1] = (char *)words[i];
	if (station->child.output >= 0) /* a guardian's of the one before */
		close(station->child.output);
	snprintf(pid_file, sizeof(pid_file), "%s/pid", station->folder);
	station->begin = station->ring.end;
	station->checking = checking;
	err = sg_child_start(&station->child, argv, checking ? NULL : pid_file, why);
	if (!err)
		enter(station, checking ? SG_STATION_CHECKING : SG_STATION_RUNNING);
	return err;
}

static enum sg_err start_run(struct sg_station *station, struct sg_text *why)
{
	char experiment[SG_STATION_PATH_SIZE + 32];
	const char *const words[] = { "run", "--rig", station->rig_file, "--folder", station->folder, experiment, NULL };

	snprintf(experiment, sizeof(experiment), "%s/%s", station->folder, SG_STATION_SUBMITTED);
	snprintf(station->before, sizeof(station->before), "%s", station->run);
	station->run[0] = '\0';
	sg_station_intend(station, NULL);
	return start(station, words, false, why);
}

/* word: --go-on, --end or NULL */
static enum sg_err start_resume(struct sg_station *station, const char *word, struct sg_text *why)
{
	const char *const words[] = { "resume", word ? word : station->run, word ? station->run : NULL, NULL };

	sg_station_intend(station, NULL);
	return start(station, words, false, why);
}

/* Each time in vain doubles the pause. */
static void wait_a_while(struct sg_station *station, int64_t now_ns)
{
	const unsigned doublings = station->tries < 6 ? station->tries : 6;
	int64_t pause_s = FIRST_PAUSE_S << doublings;

	if (pause_s > LONGEST_PAUSE_S)
		pause_s = LONGEST_PAUSE_S;
	station->tries++;
	station->again_ns = now_ns + pause_s * SG_NS_PER_S;
	enter(station, SG_STATION_WAITING);
}

/* ---- what stands in the folder ---- */

static void take_up(struct sg_station *station, int64_t now_ns)
{
	const enum sg_station_intent intent = sg_station_intent(station);

	switch (sg_station_standing(station->run)) {
	case SG_STANDING_NONE:
		enter(station, station->run[0] ? SG_STATION_ENDED : station->state);
		break;
	case SG_STANDING_ENDED:
		enter(station, SG_STATION_ENDED);
		break;
	case SG_STANDING_UNSAFE:
		enter(station, SG_STATION_UNSAFE);
		break;
	case SG_STANDING_HELD:
		if (intent == SG_INTENT_GO_ON)
			wait_a_while(station, now_ns);
		else
			enter(station, intent == SG_INTENT_PAUSED ? SG_STATION_PAUSED : SG_STATION_HELD);
		break;
	case SG_STANDING_RUNNING:
		if (intent == SG_INTENT_PAUSED)
			enter(station, SG_STATION_PAUSED);
		else
			wait_a_while(station, now_ns);
		break;
	}
}

enum sg_err sg_station_open(struct sg_station *station, const struct sg_rig_entry *entry, const char *name_of_rigs,
			    const char *parent, const char *program, struct sg_text *why)
{
	enum sg_err err;

	memset(station, 0, sizeof(*station));
	sg_child_none(&station->child);
	station->entry = entry;
	station->program = program;
	station->since_s = (int64_t)time(NULL);
	err = sg_station_prepare(station, name_of_rigs, parent, why);
	if (err)
		return err;
	if (sg_station_find_run(station))
		sg_station_learn_temperature(station, NULL);
	if (sg_station_find_program(station)) {
		enter(station, SG_STATION_RUNNING);
		return SG_OK;
	}
	if (station->run[0])
		take_up(station, 0);
	return SG_OK;
}

void sg_station_close(struct sg_station *station)
{
	if (station->child.pidfd >= 0)
		close(station->child.pidfd);
	if (station->child.output >= 0)
		close(station->child.output);
	sg_child_none(&station->child);
}

bool sg_station_child_ended(struct sg_station *station, int64_t now_ns, bool *passed)
{
	const int status = sg_child_end(&station->child);
	char storage[256];
	struct sg_text why;

	*passed = false;
	if (station->checking) {
		station->checking = false;
		sg_text_init(&why, storage, sizeof(storage));
		*passed = status == 0 && start_run(station, &why) == SG_OK;
		if (!*passed)
			enter(station, SG_STATION_IDLE);
		return true;
	}
	if (sg_station_find_run(station))
		sg_station_learn_temperature(station, NULL);
	if (!station->run[0]) /* it came to no record */
		enter(station, SG_STATION_ENDED);
	else
		take_up(station, now_ns);
	if (status == 3)
		enter(station, SG_STATION_UNSAFE);
	return false;
}

void sg_station_tick(struct sg_station *station, int64_t now_ns)
{
	char storage[256];
	struct sg_text why;

	if (station->state == SG_STATION_RUNNING && !station->run[0])
		sg_station_find_run(station);
	if (station->state == SG_STATION_RUNNING && station->tries && now_ns > station->again_ns + 60 * SG_NS_PER_S)
		station->tries = 0; /* it goes on well */
	if (station->state != SG_STATION_WAITING || now_ns < station->again_ns)
		return;
	sg_text_init(&why, storage, sizeof(storage));
	if (start_resume(station, sg_station_intent(station) == SG_INTENT_GO_ON ? "--go-on" : NULL, &why))
		wait_a_while(station, now_ns);
}

/* ---- what a person asks ---- */

static enum sg_err refuse(const struct sg_station *station, const char *what, struct sg_text *why)
{
	sg_text_add(why, "%s is %s: %s", station->entry->name, sg_station_state_name(station->state), what);
	return SG_ERR_STATE;
}

/* The same box cannot have two temperatures. */
static enum sg_err agree(const struct sg_station *station, const struct sg_station *other, struct sg_text *why)
{
	const char *name = other->entry->name;

	if (other == station || !sg_station_is_busy(other) || !station->rig.chamber.present || !other->rig.chamber.present ||
	    strcmp(station->rig.chamber.port, other->rig.chamber.port) != 0 || !station->wants_temperature ||
	    !other->wants_temperature)
		return SG_OK;
	if (station->stops_chamber || other->stops_chamber) {
		sg_text_add(why, "the chamber is that of the test on %s too, and 'at_end: off' of one would take it from the other",
			    name);
		return SG_ERR_ARGUMENT;
	}
	if (station->lowest_c == other->highest_c && station->highest_c == other->lowest_c)
		return SG_OK;
	sg_text_add(why, "the chamber is that of the test on %s too, which wants %g to %g degC; this one wants %g to %g degC", name,
		    other->lowest_c, other->highest_c, station->lowest_c, station->highest_c);
	return SG_ERR_ARGUMENT;
}

enum sg_err sg_station_submit(struct sg_station *station, const char *experiment, const struct sg_station *const *others,
			      size_t count, struct sg_text *why)
{
	char path[SG_STATION_PATH_SIZE + 32];
	const char *const words[] = { "check", "--rig", station->rig_file, path, NULL };
	enum sg_err err;

	if (station->state == SG_STATION_UNSAFE)
		return refuse(station, "the cell of its latest test could not be shown to be off. Look; `sandglass stop` says that you "
				       "did", why);
	if (sg_station_is_busy(station))
		return refuse(station, "a rig has one test at a time; wait for its end, or `sandglass stop` it", why);
	sg_station_learn_temperature(station, experiment);
	for (size_t i = 0; i < count; i++) {
		err = agree(station, others[i], why);
		if (err)
			return err;
	}
	snprintf(path, sizeof(path), "%s/%s", station->folder, SG_STATION_SUBMITTED);
	err = sg_station_write(path, experiment, why);
	return err ? err : start(station, words, true, why);
}

enum sg_err sg_station_pause(struct sg_station *station, struct sg_text *why)
{
	switch (station->state) {
	case SG_STATION_RUNNING:
		sg_station_intend(station, "paused");
		sg_child_signal(&station->child, SIGUSR1);
		return SG_OK;
	case SG_STATION_WAITING:
		sg_station_intend(station, "paused");
		enter(station, SG_STATION_PAUSED);
		return SG_OK;
	case SG_STATION_IDLE:
	case SG_STATION_CHECKING:
	case SG_STATION_PAUSED:
	case SG_STATION_HELD:
	case SG_STATION_ENDED:
	case SG_STATION_UNSAFE:
		break;
	}
	return refuse(station, "there is nothing to pause", why);
}

enum sg_err sg_station_go_on(struct sg_station *station, struct sg_text *why)
{
	if (station->state != SG_STATION_PAUSED && station->state != SG_STATION_HELD && station->state != SG_STATION_WAITING)
		return refuse(station, "there is nothing that waits to go on", why);
	return start_resume(station, "--go-on", why);
}

enum sg_err sg_station_stop(struct sg_station *station, struct sg_text *why)
{
	switch (station->state) {
	case SG_STATION_CHECKING:
	case SG_STATION_RUNNING:
		sg_station_intend(station, NULL);
		sg_child_signal(&station->child, SIGTERM);
		return SG_OK;
	case SG_STATION_PAUSED:
	case SG_STATION_HELD:
	case SG_STATION_WAITING:
		return start_resume(station, "--end", why);
	case SG_STATION_ENDED:
	case SG_STATION_UNSAFE:
		enter(station, SG_STATION_IDLE); /* a person has seen it */
		return SG_OK;
	case SG_STATION_IDLE:
		break;
	}
	return refuse(station, "there is nothing to stop", why);
}

void sg_station_suspend(struct sg_station *station)
{
	if (station->state == SG_STATION_CHECKING)
		sg_child_signal(&station->child, SIGTERM);
	if (station->state != SG_STATION_RUNNING)
		return;
	if (sg_station_intent(station) != SG_INTENT_PAUSED) /* a person's word a moment ago */
		sg_station_intend(station, "go-on");
	sg_child_signal(&station->child, SIGUSR1);
}
