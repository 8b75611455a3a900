/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * A byte stream to an instrument. Every call has an absolute deadline on the clock the transport
 * was opened with. One owner thread. No call allocates after sg_transport_open().
 *
 * Addresses:
 *   serial:/dev/ttyACM0             a serial port (USB CDC, FTDI, RS-232) through libserialport
 *   tcp:host:port                   a serial device server, a chamber with Ethernet, a simulator
 *   pty:/path                       a pseudo-terminal, which libserialport 0.1.1 cannot open
 *   sim:/path/to.sock#port          lockstep simulation; needs the lockstep clock of the same socket
 *   usb:vid:pid@bus-port            reserved
 */
#ifndef SG_TRANSPORT_TRANSPORT_H
#define SG_TRANSPORT_TRANSPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/error.h"
#include "core/text.h"

struct sg_clock;
struct sg_transport;

enum sg_flow {
	SG_FLOW_NONE,
	SG_FLOW_RTS_CTS,
};

/** Line settings; only serial: looks at them. 8 data bits, no parity, 1 stop bit always. */
struct sg_line {
	int baud;
	enum sg_flow flow;
};

struct sg_transport_ops {
	enum sg_err (*read)(struct sg_transport *t, void *buffer, size_t size, int64_t deadline_ns, size_t *got);
	enum sg_err (*write)(struct sg_transport *t, const void *bytes, size_t length, int64_t deadline_ns);
	void (*close)(struct sg_transport *t); /**< releases everything including t */
};

/** The common head of every transport; embed it first. */
struct sg_transport {
	const struct sg_transport_ops *ops;
	struct sg_clock *clock; /**< borrowed, outlives the transport */
	bool simulated;         /**< taken for a simulator: sim:, pty:, tcp: to this PC itself; never serial: */
};

/**
 * Open the port a URI names. Opening never writes a byte to it.
 *
 * @param uri    see above
 * @param line   serial settings of the instrument family
 * @param clock  borrowed until close
 * @param why    on failure, one sentence: what is wrong and what would be right; may be NULL
 * @param out    the transport, owned by the caller, sg_transport_close() it
 *
 * @retval SG_ERR_ARGUMENT   not a URI of a known kind
 * @retval SG_ERR_NOT_FOUND  no such port, host or socket
 * @retval SG_ERR_ACCESS     permission missing
 * @retval SG_ERR_BUSY       held by another program
 * @retval SG_ERR_TIMEOUT    tcp: no answer
 */
enum sg_err sg_transport_open(const char *uri, const struct sg_line *line, struct sg_clock *clock,
			      struct sg_text *why, struct sg_transport **out);

/** Close and free. NULL is fine. */
void sg_transport_close(struct sg_transport *t);

/**
 * Wait for at least one byte.
 * @retval SG_OK           *got >= 1 bytes are in buffer
 * @retval SG_ERR_TIMEOUT  none came until the deadline (a deadline in the past still takes what is there)
 * @retval SG_ERR_GONE     hung up; every later call says the same
 */
enum sg_err sg_transport_read(struct sg_transport *t, void *buffer, size_t size, int64_t deadline_ns,
			      size_t *got);

/**
 * Write everything.
 * @retval SG_ERR_UNCERTAIN  part of it may have gone out (deadline in mid-write)
 * @retval SG_ERR_GONE       hung up; part of it may have gone out
 */
enum sg_err sg_transport_write(struct sg_transport *t, const void *bytes, size_t length, int64_t deadline_ns);

#endif
