/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * What the bench knows of an instrument's firmware: bytes go in, bytes come out, and it says when
 * it wants to run next. One table row per family; the bench owns the time and the wire.
 */
#ifndef FW_FIRMWARE_H
#define FW_FIRMWARE_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct fw_cell;
struct fw_chamber;

/** An instant that never comes. */
#define FW_NEVER INT64_MAX

/** Where a firmware's bytes go. send() never blocks; the port delays and breaks them as asked. */
struct fw_sink {
	void *ctx;
	void (*send)(void *ctx, const void *bytes, size_t length);
};

/** What a firmware is built with. All pointers are borrowed and outlive the firmware. */
struct fw_setup {
	const char *model;          /**< variant within the family, e.g. "hr", or NULL for the default */
	const char *serial_number;  /**< or NULL for the default */
	const char *options;        /**< "key=value,key=value" of this family, or NULL */
	uint64_t seed;              /**< noise of this instrument only */
	struct fw_cell *cell;       /**< what its leads are clipped to */
	struct fw_chamber *chamber; /**< the air around the cell */
	struct fw_sink sink;
};

/** One family of instruments. */
struct fw_firmware {
	const char *name; /**< as typed on the command line, e.g. "emstat4" */
	const char *help; /**< models and options, a few lines, for --help */

	/** Power up at time now_ns. NULL if the setup is wrong; then *why says what would be right. */
	void *(*create)(const struct fw_setup *setup, int64_t now_ns, const char **why);
	void (*destroy)(void *firmware);

	/** Bytes arrived from the host at now_ns; any chunking, any content. */
	void (*receive)(void *firmware, const uint8_t *bytes, size_t length, int64_t now_ns);

	/** The next instant at which it has something to do, or FW_NEVER. */
	int64_t (*next_ns)(const void *firmware);

	/** Called with now_ns == next_ns(), never earlier, in order of time. */
	void (*run)(void *firmware, int64_t now_ns);

	/**
	 * The truth, for the simulator's report: one JSON object (no trailing comma or newline) with at
	 * least "cell_on" for a potentiostat, and how many commands it refused and why.
	 */
	void (*report)(const void *firmware, FILE *out);
};

#endif
