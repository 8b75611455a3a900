/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * A simulator that does what a test tells it, well or badly: a child process at the other end of a
 * Unix socket. It builds and reads frames from LOCKSTEP.md on its own, without the code under test.
 */
#ifndef LOCKSTEP_PEER_H
#define LOCKSTEP_PEER_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define PEER_PATH_SIZE 64

struct peer {
	char folder[32];
	char path[PEER_PATH_SIZE];
	pid_t pid;
};

/** Runs in the child with the accepted connection; returning means that all was as expected. */
typedef void peer_script(int fd);

/** Listen, then run the script in a child. */
void peer_start(struct peer *peer, peer_script *script);

/** Wait for the child. 0: its script ran to the end; anything else: it said on stderr what was wrong. */
int peer_end(struct peer *peer);

/* For scripts. A wrong expectation ends the child with a message. */

void peer_greet(int fd);
void peer_bytes(int fd, const void *bytes, size_t length);
void peer_frame(int fd, char type, unsigned port, const void *payload, size_t length);
void peer_data(int fd, unsigned port, int64_t t_ns, const void *bytes, size_t length);
/** An IN packet. */
void peer_packet(int fd, unsigned port, int64_t t_ns, const void *bytes, size_t length);
void peer_hang_up(int fd, unsigned port, int64_t t_ns);
void peer_now(int fd, int64_t t_ns);

/** The next frame must be of this type; its port. The payload's length, at most 65536, goes to *length. */
unsigned peer_expect(int fd, char type, uint8_t *payload, size_t *length);
/** An OUT transfer on this port with these bytes. */
void peer_expect_transfer(int fd, unsigned port, const void *bytes, size_t length);
void peer_expect_advance(int fd, int64_t t_ns, uint32_t mask);

/** An O with this name, answered with this number. */
void peer_open_port(int fd, const char *name, unsigned port);
/** The other side closes the connection, and says nothing before. */
void peer_expect_end(int fd);

#endif
