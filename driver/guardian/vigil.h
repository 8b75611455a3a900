/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * The guardian's decision, without processes: from beats, goodbye and the end of the runner to "wait", "kill it", "make
 * the cell safe", "leave". Pure; time is handed in.
 *
 * The order is fixed: nobody makes a cell safe before the runner is known to be gone, for two programs at one port
 * would both be wrong.
 */
#ifndef SG_GUARDIAN_VIGIL_H
#define SG_GUARDIAN_VIGIL_H

#include <stdbool.h>
#include <stdint.h>

/** Now. The first stands still while the PC sleeps, the second grows meanwhile: a PC that slept is no dead runner. */
struct sg_vigil_now {
	int64_t awake_ns; /**< CLOCK_MONOTONIC */
	int64_t slept_ns; /**< how long the PC has slept, from an arbitrary origin */
};

enum sg_vigil_state {
	SG_VIGIL_UNBRIEFED, /**< knows of no rig: no cell can have been switched on */
	SG_VIGIL_WATCHING,
	SG_VIGIL_PARTING,   /**< the runner ends by itself, and could not show the cell off */
	SG_VIGIL_KILLING,   /**< killed, and not yet gone */
	SG_VIGIL_ACTING,    /**< the runner is gone: the instruments are ours */
	SG_VIGIL_OVER,      /**< told goodbye, or the cell was shown to be off */
};

/** Why the guardian acts. */
enum sg_vigil_cause {
	SG_VIGIL_NO_CAUSE,
	SG_VIGIL_DIED,   /**< the runner's process ended without a goodbye */
	SG_VIGIL_CLOSED, /**< it let go of its end, and is still there */
	SG_VIGIL_SILENT, /**< its loop does not turn */
	SG_VIGIL_UNSAFE, /**< it ended, and could not show the cell off */
};

enum sg_vigil_order {
	SG_VIGIL_WAIT,
	SG_VIGIL_KILL,
	SG_VIGIL_MAKE_SAFE, /**< one attempt; then sg_vigil_tried() */
	SG_VIGIL_LEAVE,
};

struct sg_vigil {
	enum sg_vigil_state state;
	enum sg_vigil_cause cause;
	int64_t silence_ns;
	int64_t due_ns;     /**< awake time at which a silence counts; the next kill, the next attempt */
	int64_t wake_ns;    /**< awake time by which the next turn was to be */
	int64_t slept_ns;   /**< noticed so far */
	int64_t beat_ns;    /**< awake time of the latest sign of life */
	int64_t noticed_ns; /**< awake time at which the cause was found */
	int64_t gone_ns;    /**< awake time at which the runner was known to be gone */
	unsigned attempts;
	bool closed;
	bool closing;       /**< that was noticed, and the end of the process is awaited */
	bool gone;
};

void sg_vigil_init(struct sg_vigil *vigil, struct sg_vigil_now now);

/** There is a rig now: from here on silence counts. silence_ns > 0. */
void sg_vigil_brief(struct sg_vigil *vigil, int64_t silence_ns, struct sg_vigil_now now);

/**
 * The loop turns. busy_ns: the runner enters a call that may take so long before the next beat; 0: none.
 * What comes after a silence that was counted does not take it back.
 */
void sg_vigil_beat(struct sg_vigil *vigil, int64_t busy_ns, struct sg_vigil_now now);

/** The cell was shown to be off, or never on, and the runner leaves. */
void sg_vigil_goodbye(struct sg_vigil *vigil);

/** The runner leaves and could not show the cell off. It may have some last words to say. */
void sg_vigil_part(struct sg_vigil *vigil, struct sg_vigil_now now);

/** The runner's end of the line is closed. */
void sg_vigil_close(struct sg_vigil *vigil);

/** The runner's process is gone, with all its open files. */
void sg_vigil_gone(struct sg_vigil *vigil, struct sg_vigil_now now);

/** What to do now. To be called after all that has come was handed in. */
enum sg_vigil_order sg_vigil_turn(struct sg_vigil *vigil, struct sg_vigil_now now);

/** How long until the next turn, at most, ns >= 0. */
int64_t sg_vigil_rest_ns(struct sg_vigil *vigil, struct sg_vigil_now now);

/** An attempt ended; off: the instrument confirmed it. Otherwise the next comes after a pause that grows. */
void sg_vigil_tried(struct sg_vigil *vigil, bool off, struct sg_vigil_now now);

/** Stable word: "died", "closed", "silent", "unsafe". */
const char *sg_vigil_cause_name(enum sg_vigil_cause cause);

#endif
