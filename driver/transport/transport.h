/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * The cable to an instrument: a byte stream, or a pair of USB endpoints that carry packets. Every call
 * has an absolute deadline on the clock the transport was opened with. One owner thread. No call
 * allocates after sg_transport_open().
 *
 * Addresses:
 *   serial:/dev/ttyACM0             a serial port (USB CDC, FTDI, RS-232) through libserialport
 *   tcp:host:port                   a serial device server, a chamber with Ethernet, a simulator
 *   pty:/path                       a pseudo-terminal, which libserialport 0.1.1 cannot open
 *   sim:/path/to.sock#port          lockstep simulation; needs the lockstep clock of the same socket
 *   usb:vid:pid@bus-port            a USB device without a kernel driver, through libusb, e.g. usb:a0a0:0002@1-1.2
 *   usb:vid:pid                     the same, if there is only one of them
 *
 * and before any of them, for tests only: faulty:seed=7,drop=1e-3:... a cable that damages what passes; see faulty.h.
 *
 * **Packets.** On usb:, and on a sim: port of kind packet, one write is one OUT transfer and one read takes
 * one IN packet, whole; its buffer must have room for SG_PACKET_MAX bytes. transport->packets tells which
 * kind of cable it is. Everything else is the same.
 */
#ifndef SG_TRANSPORT_TRANSPORT_H
#define SG_TRANSPORT_TRANSPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/error.h"
#include "core/text.h"

struct sg_clock;
struct sg_fault_counts;
struct sg_transport;

enum sg_flow {
	SG_FLOW_NONE,
	SG_FLOW_RTS_CTS,
};

/** Line settings; only serial: looks at the first two. 8 data bits, no parity, 1 stop bit always. */
struct sg_line {
	int baud;
	enum sg_flow flow;
	bool again; /**< it was open before, and others wait meanwhile: tcp: gives it 1 s to connect, not 5 */
	struct sg_fault_counts *faults; /**< where a faulty: cable counts what it did, outlives the transport; or NULL */
};

/** The largest packet of a full-speed bulk endpoint. Source: USB 2.0, 5.8.3. */
#define SG_PACKET_MAX 64

#define SG_PLACE_SIZE 48

struct sg_transport_ops {
	enum sg_err (*read)(struct sg_transport *t, void *buffer, size_t size, int64_t deadline_ns, size_t *got);
	enum sg_err (*write)(struct sg_transport *t, const void *bytes, size_t length, int64_t deadline_ns);
	void (*close)(struct sg_transport *t); /**< releases everything including t */
	enum sg_err (*present)(struct sg_transport *t); /**< optional */
};

/** The common head of every transport; embed it first. */
struct sg_transport {
	const struct sg_transport_ops *ops;
	struct sg_clock *clock; /**< borrowed, outlives the transport */
	bool simulated;         /**< taken for a simulator: sim:, pty:, tcp: to this PC itself; never serial: or usb: */
	bool packets;           /**< reads and writes are packets */
	bool faulty;            /**< what passes is damaged on purpose */
	char place[SG_PLACE_SIZE];      /**< where on the bus, e.g. "1-1.2"; the port's name for sim:; empty if unknown */
	char usb_serial[SG_PLACE_SIZE]; /**< serial number in the USB descriptor; empty if unknown */
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
 * @retval SG_ERR_ARGUMENT   not a URI of a known kind; or one that is not known to end in a simulator (see
 *                           transport->simulated), on a clock that runs faster than life
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
 * Is the other end still plugged in, as far as the operating system knows? Sends nothing, waits for nothing.
 * For the times at which nobody reads.
 * @retval SG_OK        nothing known against it
 * @retval SG_ERR_GONE  unplugged or hung up; every later call says the same
 */
enum sg_err sg_transport_present(struct sg_transport *t);

/**
 * Wait for at least one byte, or for one packet.
 * @retval SG_OK           *got >= 1 bytes are in buffer; on packets one whole packet, which may be empty
 * @retval SG_ERR_FRAME    packets only: an endpoint had halted (it is cleared), or a packet was too long
 * @retval SG_ERR_TIMEOUT  none came until the deadline (a deadline in the past still takes what is there)
 * @retval SG_ERR_GONE     hung up; every later call says the same
 */
enum sg_err sg_transport_read(struct sg_transport *t, void *buffer, size_t size, int64_t deadline_ns,
			      size_t *got);

/**
 * Write everything; on packets in one transfer.
 * @retval SG_ERR_UNCERTAIN  part of it may have gone out (deadline in mid-write)
 * @retval SG_ERR_FRAME      packets only: the endpoint had halted (it is cleared); nothing was taken
 * @retval SG_ERR_GONE       hung up; part of it may have gone out
 */
enum sg_err sg_transport_write(struct sg_transport *t, const void *bytes, size_t length, int64_t deadline_ns);

#endif
