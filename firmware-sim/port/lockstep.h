/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * The simulator's side of the lockstep protocol (LOCKSTEP.md): the host moves the clock, the bench
 * answers with what arrived on the way. Frames of one answer leave in one write.
 */
#ifndef FW_LOCKSTEP_H
#define FW_LOCKSTEP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct fw_lockstep;

#define FW_LOCKSTEP_PORTS 31

/** What the protocol drives. Ports count from 0 here; on the wire they have the number + 1. */
struct fw_lockstep_bench {
	void *ctx;
	uint64_t seed;
	unsigned port_count;           /**< at most FW_LOCKSTEP_PORTS */
	const char *const *port_names; /**< borrowed */
	const bool *port_packets;      /**< borrowed: which ports carry packets */

	int64_t (*now_ns)(void *ctx);

	/** The host opened a port; a cable that is unplugged hangs up again in the next advance. */
	void (*opened)(void *ctx, unsigned port);

	/** Bytes of the host for a port, now. */
	void (*write)(void *ctx, unsigned port, const uint8_t *bytes, size_t length);

	/**
	 * Move time to t_ns, or to the first instant before at which something was delivered on a
	 * port of the wake mask (bit = port). Calls fw_lockstep_deliver() and _hang_up() on the way.
	 *
	 * @return the time now
	 */
	int64_t (*advance)(void *ctx, int64_t t_ns, uint32_t wake);
};

/** NULL only when memory is out. */
struct fw_lockstep *fw_lockstep_new(const struct fw_lockstep_bench *bench);
void fw_lockstep_free(struct fw_lockstep *lockstep);

/** A host connected on a blocking stream socket: greet it. false if it is gone already. */
bool fw_lockstep_greet(struct fw_lockstep *lockstep, int fd);

/**
 * Read once from the host (blocks if nothing is there) and answer all complete frames.
 *
 * @return false when the connection is over: the host left, or broke the rules and was told so
 */
bool fw_lockstep_serve(struct fw_lockstep *lockstep);

/** From within advance(): bytes arrived on a port at t_ns. @return false if nobody has it open. */
bool fw_lockstep_deliver(struct fw_lockstep *lockstep, unsigned port, int64_t t_ns,
			 const uint8_t *bytes, size_t length);

/** From within advance(): a port hung up at t_ns. @return false if nobody has it open. */
bool fw_lockstep_hang_up(struct fw_lockstep *lockstep, unsigned port, int64_t t_ns);

/** A listening Unix stream socket at path (a stale one is replaced), or -1 with errno set. */
int fw_lockstep_listen(const char *path);

#endif
