/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * The makers of transports, one per kind of address. Internal to this room; callers use
 * sg_transport_open(). All as documented there.
 */
#ifndef SG_TRANSPORT_OPEN_H
#define SG_TRANSPORT_OPEN_H

#include <stdbool.h>

#include "transport/transport.h"
#include "transport/uri.h"

enum sg_err sg_serial_open(const struct sg_uri *uri, const struct sg_line *line, struct sg_clock *clock,
			   struct sg_text *why, struct sg_transport **out);
enum sg_err sg_tcp_open(const struct sg_uri *uri, const struct sg_line *line, struct sg_clock *clock,
			struct sg_text *why, struct sg_transport **out);
enum sg_err sg_pty_open(const struct sg_uri *uri, struct sg_clock *clock, struct sg_text *why,
			struct sg_transport **out);
enum sg_err sg_sim_open(const struct sg_uri *uri, struct sg_clock *clock, struct sg_text *why,
			struct sg_transport **out);

enum sg_err sg_usb_open(const struct sg_uri *uri, struct sg_clock *clock, struct sg_text *why,
			struct sg_transport **out);

/** What errno means for a port that would not open; says so with the path. */
enum sg_err sg_port_error(int error, const char *path, struct sg_text *why);

/**
 * Nobody else on this port: an advisory lock on its device, as long as fd is open.
 * @retval SG_ERR_BUSY  another program holds it
 */
enum sg_err sg_port_lock(int fd, const char *path, struct sg_text *why);

/**
 * poll(2) until the deadline of the clock, signals or not. SG_OK also for a hang-up: the read or write that
 * follows tells, after the bytes that came before it.
 * @retval SG_ERR_TIMEOUT, SG_ERR_IO
 */
enum sg_err sg_port_wait(int fd, short events, struct sg_clock *clock, int64_t deadline_ns);

/** Has the port hung up, though nobody reads? Takes nothing out of it. */
bool sg_port_hung_up(int fd);

#endif
