/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * A whole run on instruments that are made up: a potentiostat that does what it is told, except where a test says
 * otherwise, a chamber that may fall silent, and a clock that moves only while somebody waits. No bytes, no process:
 * what the runner asks of an instrument, and when, is all there is to see.
 *
 * Programs that use it are linked with --wrap=sg_slot_return: a lost link is there again at once, later, or never.
 */
#ifndef SG_TEST_FAKE_RIG_H
#define SG_TEST_FAKE_RIG_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "host/clock.h"
#include "runner/runner.h"

#define FAKE_NEVER UINT32_MAX
#define FAKE_LOG_SIZE 256
#define FAKE_ROWS 1024
#define FAKE_EVENTS 96

/** What was said, and which verbs had been called by then. */
struct fake_event {
	struct sg_event event;
	char log[FAKE_LOG_SIZE];
};

struct fake_rig {
	/* inputs: zero is an instrument that behaves, but see fake_init() */
	const char *steps;          /**< of the experiment, YAML lines */
	size_t sequence_max;        /**< segments one start() takes */
	unsigned bad_starts;        /**< the first so many starts answer start_err, */
	unsigned bad_from;          /**< ... but for the first so many of these */
	enum sg_err start_err;
	double late_s;              /**< from a start to its first word */
	enum sg_err stop_err;
	enum sg_err safe_off_err;
	double safe_off_s;          /**< how long it takes */
	enum sg_err return_err;     /**< what looking for a lost instrument answers; the device is closed then */
	unsigned away;              /**< so many looks for it find nothing, whatever return_err is */
	enum sg_absence_kind absence; /**< what it tells when it is met again; RAN: with its own time */
	enum sg_trace trace;        /**< what it leaves behind */
	bool ends_on;               /**< the end of a sequence does not say that the cell is off */
	unsigned mute_from_start;   /**< the start, from 1, after which nothing is said any more; 0: none */
	unsigned drops;             /**< messages that are damaged ... */
	uint32_t drop_at, drop_again_at; /**< ... before these samples of the run, from 0 */
	uint32_t high_at;           /**< this sample and later ones: 9 V */
	uint32_t short_at;          /**< from this sample on the cell is 1 ohm, */
	uint32_t rises_at;          /**< from this sample on its resistance rises, twofold in three hundred */
	uint32_t lead_at;           /**< ... or the sense lead is off and shows 1.5 mV in the direction of the current then */
	uint32_t wall_at;           /**< from this sample on the wall clock is ahead ... */
	double wall_by_s;           /**< ... by so much; 0: nobody sets it */
	uint32_t gone_at;           /**< before this sample the link is lost, once */
	char sleeps_in;             /**< the PC falls asleep in this verb (see log; N: next, C: read of the chamber), 0: never ... */
	uint32_t sleeps_at;         /**< ... when it is called the so-manieth time, from 1; N: before this sample, from 0 */
	double sleeps_s;
	const char *reconnect_within;
	const char *on_reconnect;
	const char *more;           /**< further lines of the experiment */
	volatile sig_atomic_t interrupts; /**< a person asked to stop */
	void (*look)(struct fake_rig *fake); /**< or NULL: before each report of a running sequence */
	bool chamber;
	bool soaks;                 /**< for a minute before the first step, which may take ten; with a chamber */
	const struct sg_disk *disk; /**< or NULL: the one of this PC */
	const struct sg_run_observer *also; /**< or NULL: sees what the run shows, too */
	double chamber_silent_s[2]; /**< between these times, from the start of the run */

	/* what came of it */
	char log[FAKE_LOG_SIZE];    /**< verbs: S start, X stop, O safe_off, R a look for it after a loss */
	enum sg_err err;
	struct sg_run_outcome outcome;
	size_t row_count;
	struct sg_row rows[FAKE_ROWS];
	size_t event_count;
	struct fake_event events[FAKE_EVENTS];
	double chamber_read_s[2];   /**< the last answer before its silence and the first one after */
	double start_s;             /**< when it was started last */

	/* inside */
	struct sg_device device;
	struct sg_device chamber_device;
	struct sg_transport link;
	struct sg_clock clock;
	int64_t now_ns;
	int64_t zero_ns;
	int64_t slept_ns;
	struct sg_segment segments[16];
	size_t segment_count;
	size_t segment;
	unsigned starts;
	uint32_t chamber_reads;
	uint32_t said_in_segment;
	uint32_t samples;
	double lead_v;
	int64_t segment_ns;
	int64_t program_ns;
	bool running;
	bool stopped;
	unsigned drops_left;
	uint32_t dropped_at;
	char folder[64];
};

/**
 * For setup functions of tests: a rig on the heap with these steps. NULL: no memory. fake_tear_down() is for their
 * teardown; fake_again() is another run in the same test.
 */
struct fake_rig *fake_new(const char *steps);
int fake_tear_down(void **state);
void fake_again(struct fake_rig *fake, const char *steps);

/** Fails the test, saying how it ended instead. */
void fake_assert_stopped_by(const struct fake_rig *fake, const char *reason);

/** Well-behaved; steps is required. */
void fake_init(struct fake_rig *fake, const char *steps);
void fake_run(struct fake_rig *fake);
void fake_fini(struct fake_rig *fake);

/** The first event of a type, or NULL. */
const struct fake_event *fake_event(const struct fake_rig *fake, enum sg_event_type type);

/** How many rows carry a flag. */
size_t fake_flagged(const struct fake_rig *fake, enum sg_flag flag);

#endif
