/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * What the bench knows of an instrument's firmware: bytes go in, bytes come out, and it says when
 * it wants to run next. One table row per family; the bench owns the time and the wire.
 */
#ifndef FW_FIRMWARE_H
#define FW_FIRMWARE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct fw_afe_options;
struct fw_cell;
struct fw_chamber;

/** An instant that never comes. */
#define FW_NEVER INT64_MAX

/** Largest packet of a full-speed bulk endpoint. Source: USB 2.0, 5.8.3. */
#define FW_PACKET_MAX 64

/** What its cable is. */
enum fw_usb_kind {
	FW_USB_ACM,  /**< a serial port to the host (CDC-ACM): a stream of bytes */
	FW_USB_BULK, /**< an interface of its own with one bulk endpoint each way: packets */
};

/** What a family says of itself when it is enumerated. Static storage. */
struct fw_usb {
	enum fw_usb_kind kind;
	uint16_t vendor;
	uint16_t product;
	uint16_t device_bcd;
	const char *manufacturer;
	const char *product_name;
	const char *serial_number; /**< unless the command line gives another */
	const char *configuration; /**< name of configuration and interface */
	uint8_t in_endpoint;       /**< BULK: addresses; order of the descriptors is IN, OUT */
	uint8_t out_endpoint;
	unsigned max_power_ma;
	bool bus_powered; /**< it lives on the power of the cable */
};

/**
 * Where a firmware's bytes go. send() never blocks; the port delays and breaks them as asked. On a cable of packets
 * each send() is one IN packet of at most FW_PACKET_MAX bytes.
 */
struct fw_sink {
	void *ctx;
	void (*send)(void *ctx, const void *bytes, size_t length);
	void (*halt)(void *ctx); /**< optional, for packets: the IN endpoint stalls until the host clears it */
};

/** What a firmware is built with. All pointers are borrowed and outlive the firmware. */
struct fw_setup {
	const char *model;          /**< variant within the family, e.g. "hr", or NULL for the default */
	const char *serial_number;  /**< or NULL for the default */
	const char *options;        /**< "key=value,key=value" of this family, or NULL */
	uint64_t seed;              /**< noise of this instrument only */
	struct fw_cell *cell;       /**< what its leads are clipped to */
	const struct fw_afe_options *afe; /**< what its front end suffers, or NULL: nothing */
	struct fw_chamber *chamber; /**< the air around the cell */
	struct fw_sink sink;
};

/** One family of instruments. */
struct fw_firmware {
	const char *name; /**< as typed on the command line, e.g. "emstat4" */
	const char *help; /**< models and options, a few lines, for --help */
	const struct fw_usb *usb; /**< or NULL: it has no USB port */

	/** Power up at time now_ns. NULL if the setup is wrong; then *why says what would be right. */
	void *(*create)(const struct fw_setup *setup, int64_t now_ns, const char **why);
	void (*destroy)(void *firmware);

	/**
	 * Bytes arrived from the host at now_ns; any chunking, any content. On a cable of packets one packet,
	 * which may be empty.
	 */
	void (*receive)(void *firmware, const uint8_t *bytes, size_t length, int64_t now_ns);

	/** The next instant at which it has something to do, or FW_NEVER. */
	int64_t (*next_ns)(const void *firmware);

	/** Called with now_ns == next_ns(), never earlier, in order of time. */
	void (*run)(void *firmware, int64_t now_ns);

	/**
	 * Optional, for what lives on the power of the bus: it is cut, or back. Without power next_ns() is FW_NEVER
	 * and nothing is received.
	 */
	void (*power)(void *firmware, bool on, int64_t now_ns);

	/**
	 * The truth, for the simulator's report: one JSON object (no trailing comma or newline) with at
	 * least "cell_on" for a potentiostat, and how many commands it refused and why.
	 */
	void (*report)(const void *firmware, FILE *out);
};

/** Does this family's cable carry packets? */
static inline bool fw_has_packets(const struct fw_firmware *family)
{
	return family->usb && family->usb->kind == FW_USB_BULK;
}

#endif
