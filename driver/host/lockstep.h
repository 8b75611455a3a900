/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * Virtual time shared with a simulator: one connection that is at once the clock of a run and the
 * cable of every simulated port. Time moves only while somebody waits, so a test that lasts weeks for
 * the instruments lasts as long as the computing does, and the same seed gives the same bytes.
 *
 * Wire format: the page LOCKSTEP.md beside the simulator's ports.
 *
 * One owner thread. Nothing allocates after open. UTC on this clock is 2026-01-01T00:00:00Z plus
 * virtual time.
 *
 * A port whose driver leaves more than 64 kB unread is gone: a gap must not look like a stream.
 *
 * If the simulator dies, gets stuck (two real minutes) or breaks the protocol, every port says SG_ERR_GONE and waits end at once: the clock jumps to the
 * deadline that was asked for, so that nobody who waits for a time waits forever.
 */
#ifndef SG_HOST_LOCKSTEP_H
#define SG_HOST_LOCKSTEP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/error.h"
#include "core/text.h"

struct sg_clock;
struct sg_lockstep;

/**
 * Connect to a simulator's socket and hear its greeting; at most 10 real seconds.
 * @param why  on failure, one sentence; may be NULL
 * @retval SG_ERR_NOT_FOUND  nobody listens on this socket
 * @retval SG_ERR_ARGUMENT   the path is too long for a socket
 * @retval SG_ERR_ACCESS, SG_ERR_BUSY
 * @retval SG_ERR_TIMEOUT    no greeting
 * @retval SG_ERR_FRAME      something else than a simulator greeted
 */
enum sg_err sg_lockstep_open(const char *path, struct sg_text *why, struct sg_lockstep **out);

/** Hang up and free. NULL is fine. Ports must be closed before. */
void sg_lockstep_close(struct sg_lockstep *lockstep);

/** The clock; lives as long as the connection. */
struct sg_clock *sg_lockstep_clock(struct sg_lockstep *lockstep);

/** The connection behind a clock, or NULL if this clock is another kind or leads to another socket. */
struct sg_lockstep *sg_lockstep_of(struct sg_clock *clock, const char *path);

/** True once the simulator is gone. */
bool sg_lockstep_lost(const struct sg_lockstep *lockstep);

/** Why, in one sentence; empty while it is not. Lives as long as the connection. */
const char *sg_lockstep_lost_why(const struct sg_lockstep *lockstep);

/* The rest is for the sim: transport; results, errors and packets as in transport.h. */

/**
 * @param port  on success the port's number
 * @retval SG_ERR_NOT_FOUND  the simulator has no port of this name; why lists those it has
 * @retval SG_ERR_UNSUPPORTED  the port is neither a stream nor a packet port
 * @retval SG_ERR_BUSY       already open
 * @retval SG_ERR_GONE       the simulator is lost
 */
enum sg_err sg_lockstep_port_open(struct sg_lockstep *lockstep, const char *name, struct sg_text *why, unsigned *port);
void sg_lockstep_port_close(struct sg_lockstep *lockstep, unsigned port);

/** Does it carry packets? */
bool sg_lockstep_port_packets(const struct sg_lockstep *lockstep, unsigned port);

/** Has it hung up, as far as is known? What came before may still wait to be read. */
bool sg_lockstep_port_gone(const struct sg_lockstep *lockstep, unsigned port);

enum sg_err sg_lockstep_read(struct sg_lockstep *lockstep, unsigned port, void *buffer, size_t size,
			     int64_t deadline_ns, size_t *got);
enum sg_err sg_lockstep_write(struct sg_lockstep *lockstep, unsigned port, const void *bytes, size_t length);

#endif
