/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * Instruments with their cells in one chamber, under one virtual clock. Whoever paces the clock,
 * a lockstep host or the real time, the order of what happens is the same.
 */
#ifndef FW_BENCH_H
#define FW_BENCH_H

#include <stdbool.h>
#include <stdint.h>

#include "bench/arguments.h"
#include "port/line.h"

struct fw_bench;

/** One instrument with its cable. */
struct fw_instrument {
	const struct fw_instrument_arguments *arguments;
	struct fw_bench *bench;
	void *firmware;
	struct fw_cell *cell;
	struct fw_line *to_host;
	struct fw_line *to_instrument;
	bool unplugged;
	bool unpowered;
	int64_t pull_ns;   /**< when the cable is pulled as planned, or FW_NEVER */
	int64_t return_ns; /**< when it is plugged in again, or FW_NEVER */
	uint64_t unheard_bytes;
	unsigned pulls; /**< how often the cable was pulled */
};

/** The other end of the cables. Instruments are named by their index. */
struct fw_bench_host {
	void *ctx;
	/** Bytes came out of a cable; false if nobody listened. */
	bool (*deliver)(void *ctx, unsigned index, int64_t now_ns, const uint8_t *bytes,
			size_t length);
	void (*pulled)(void *ctx, unsigned index, int64_t now_ns);
	void (*plugged)(void *ctx, unsigned index, int64_t now_ns);
	void (*halted)(void *ctx, unsigned index); /**< optional: its IN endpoint is to stall */
};

struct fw_bench {
	const struct fw_arguments *arguments;
	struct fw_bench_host host;
	struct fw_chamber *chamber;
	int64_t now_ns;
	uint32_t woken; /**< instruments heard since the last fw_bench_advance() began, as bits */
	unsigned count;
	struct fw_instrument instruments[FW_INSTRUMENTS_MAX];
};

/**
 * Power everything up at time 0.
 *
 * @param arguments  borrowed, outlives the bench
 * @param why        receives what is wrong and what would be right
 */
bool fw_bench_init(struct fw_bench *bench, const struct fw_arguments *arguments, char *why,
		   size_t why_size);
void fw_bench_fini(struct fw_bench *bench);

/** When something happens next, or FW_NEVER. */
int64_t fw_bench_next_ns(const struct fw_bench *bench);

/**
 * Let everything happen until t_ns, or until something was heard from one of the wake instruments.
 * @return the time now
 */
int64_t fw_bench_advance(struct fw_bench *bench, int64_t t_ns, uint32_t wake);

/** Bytes of the host, now. */
void fw_bench_write(struct fw_bench *bench, unsigned index, const uint8_t *bytes, size_t length);

/**
 * Somebody at the other end of the cable pulled it, or put it back, now: a real bus that the bench does not own. What
 * lives on the power of the bus goes off, or starts anew.
 */
void fw_bench_cable(struct fw_bench *bench, unsigned index, bool in);

/** The host opened a lockstep port: if its cable is pulled it is told so in the next advance. */
void fw_bench_opened(struct fw_bench *bench, unsigned index);

/** Bring cells and chamber to the present, for the report. */
void fw_bench_settle(struct fw_bench *bench);

#endif
