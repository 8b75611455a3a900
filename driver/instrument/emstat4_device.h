/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * One open EmStat4: what the parts of its driver share. Internal to this room.
 */
#ifndef SG_INSTRUMENT_EMSTAT4_DEVICE_H
#define SG_INSTRUMENT_EMSTAT4_DEVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "device.h"
#include "wire/emstat4_script.h"
#include "wire/emstat4_stream.h"
#include "wire/methodscript_line.h"

/** What we may assume of the instrument. */
enum sg_emstat4_state {
	SG_EMSTAT4_UNKNOWN, /**< anything: not attached, link lost, no valid answer, run-time error */
	SG_EMSTAT4_IDLE,    /**< no program runs, the cell was shown or told to be off */
	SG_EMSTAT4_RUNNING, /**< our program runs */
	SG_EMSTAT4_UNCLEAR, /**< by all signs our program is over, but it did not tell: verified before the next */
};

/** Reports that stop() keeps: what the longest sensible backlog of the port can hold. */
#define SG_EMSTAT4_KEPT_MAX 512

struct sg_emstat4_device {
	struct sg_device device;
	const struct sg_potentiostat_caps *caps;
	char model[SG_IDENTITY_SIZE];  /**< configured, or empty: any */
	char serial[SG_IDENTITY_SIZE]; /**< configured, or empty: any */
	enum sg_emstat4_state state;

	/* what came in and is not used up */
	uint8_t inbox[512];
	size_t inbox_begin;
	size_t inbox_end;
	int64_t inbox_ns; /**< when the latest bytes came */
	struct sg_methodscript_framer framer;
	bool heard;       /**< bytes came at all since the last greeting */
	bool streams;     /**< since then: lines came that only a running program sends */
	int64_t deaf_until_ns; /**< after an error reply the instrument ignores what it is sent */

	/* the running sequence */
	struct sg_emstat4_stream stream;
	char script_storage[SG_EMSTAT4_SCRIPT_MAX + 1];
	struct sg_text script;

	/* reports of a stopped sequence, oldest first */
	struct sg_report kept[SG_EMSTAT4_KEPT_MAX];
	size_t kept_count;
	size_t kept_at;
};

static inline struct sg_emstat4_device *sg_emstat4_of(struct sg_device *dev)
{
	return (struct sg_emstat4_device *)(void *)dev;
}

/* ---- emstat4_link.c: lines in, lines out ---- */

/** now + timeout with the clock's patience, but not beyond deadline_ns. */
int64_t sg_emstat4_within(struct sg_emstat4_device *dev, int64_t timeout_ns, int64_t deadline_ns);

/**
 * Write, in pieces the instrument's buffers take; first waits until it listens again after an error.
 * @retval SG_ERR_UNCERTAIN, SG_ERR_GONE  as the transport; also UNCERTAIN if it is deaf beyond the deadline
 */
enum sg_err sg_emstat4_send(struct sg_emstat4_device *dev, const char *text, int64_t deadline_ns);

/**
 * The next line, in dev->framer.line; its last byte came at dev->inbox_ns.
 * @retval SG_ERR_TIMEOUT  no whole line until the deadline; what came of it is kept
 * @retval SG_ERR_FRAME    a line that cannot be one was dropped
 * @retval SG_ERR_GONE
 */
enum sg_err sg_emstat4_read_line(struct sg_emstat4_device *dev, int64_t deadline_ns);

/** The line at hand is an error reply or a run-time error: it will not listen for a while. */
void sg_emstat4_note_error(struct sg_emstat4_device *dev);

/** Is the deadline past? Then what still comes is not waited for, however much of it there is. */
bool sg_emstat4_overdue(const struct sg_emstat4_device *dev, int64_t deadline_ns);

/** Throw away what has come so far; bounded. */
enum sg_err sg_emstat4_drop_stale(struct sg_emstat4_device *dev);

/**
 * Send a one-line command and wait for the line that begins with its first letter, left in
 * dev->framer.line. Others before it are stale and passed over, a few.
 * @retval SG_ERR_REFUSED  the answer is an error; diag says which
 * @retval SG_ERR_FRAME, SG_ERR_TIMEOUT, SG_ERR_GONE, SG_ERR_UNCERTAIN
 */
enum sg_err sg_emstat4_ask(struct sg_emstat4_device *dev, const char *command, int64_t deadline_ns);

/* ---- emstat4_run.c: verbs 6 to 9 ---- */

enum sg_err sg_emstat4_run_check(struct sg_device *device, const struct sg_segment *segments, size_t count,
				 size_t *fits);
enum sg_err sg_emstat4_run_start(struct sg_device *device, const struct sg_segment *segments, size_t count,
				 int64_t deadline_ns);
enum sg_err sg_emstat4_run_next(struct sg_device *device, struct sg_report *out, int64_t deadline_ns);
enum sg_err sg_emstat4_run_stop(struct sg_device *device, int64_t deadline_ns);

/* ---- emstat4_absence.c ---- */

/**
 * Hear whether a program still runs, and how old it is; sends nothing, waits at most some seconds.
 * @return our time at which its age was ran_ns, if it runs
 */
int64_t sg_emstat4_listen(struct sg_emstat4_device *dev, struct sg_absence *absence, int64_t deadline_ns);

/* ---- emstat4_off.c: to a known state with the cell off ---- */

/**
 * From any state to "no program runs".
 * @retval SG_ERR_TIMEOUT   silent
 * @retval SG_ERR_IDENTITY  something talks, but does not answer an abort
 * @retval SG_ERR_GONE
 */
enum sg_err sg_emstat4_synchronize(struct sg_emstat4_device *dev, int64_t deadline_ns);

/**
 * Show that the cell is off, switching it off. No program may run. On success the state is IDLE.
 * @retval SG_ERR_UNSAFE, SG_ERR_UNCERTAIN, SG_ERR_GONE
 */
enum sg_err sg_emstat4_verify_off(struct sg_emstat4_device *dev, int64_t deadline_ns);

/** Verb 10. */
enum sg_err sg_emstat4_safe_off(struct sg_device *device, int64_t deadline_ns);

#endif
