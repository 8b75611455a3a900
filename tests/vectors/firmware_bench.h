/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * One simulated instrument on a bench of its own, with a metal cell and a chamber, in virtual time:
 * what it sends is queued until a test takes it.
 */
#ifndef TEST_FIRMWARE_BENCH_H
#define TEST_FIRMWARE_BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "firmware/firmware.h"

#define BENCH_SECOND_NS INT64_C(1000000000)
#define BENCH_MS_NS	INT64_C(1000000)

/** Most packets that may wait. */
#define BENCH_PACKETS_MAX 64

/** Resistance of the bench's cell, ohm; it neither ages nor shorts, and no test depletes it. */
#define BENCH_CELL_OHM 10.0

struct bench;

/** Power an instrument up; fails the running test if it refuses its setup. Never NULL. */
struct bench *bench_new(const struct fw_firmware *family, const char *model, const char *options);
void bench_free(struct bench *bench);

void bench_send(struct bench *bench, const uint8_t *bytes, size_t length);

/** Let time pass; output stays queued. */
void bench_advance(struct bench *bench, int64_t duration_ns);

/** Let time pass until length bytes are queued. False if they are not within timeout_ns. */
bool bench_await(struct bench *bench, size_t length, int64_t timeout_ns);

/**
 * Let time pass until a whole line is queued.
 *
 * @return its length with the terminator, or 0 if none came within timeout_ns
 */
size_t bench_await_line(struct bench *bench, char terminator, int64_t timeout_ns);

/** What is queued; valid until the next call on this bench. */
const uint8_t *bench_queue(const struct bench *bench, size_t *length);

/** Take length bytes off the front of the queue. */
void bench_take(struct bench *bench, size_t length);

/**
 * Let time pass until a packet is queued, for a family that sends packets.
 *
 * @param length  of the oldest one, which is at the front of the queue
 * @return false if none came within timeout_ns
 */
bool bench_await_packet(struct bench *bench, int64_t timeout_ns, size_t *length);

/** Take the oldest packet off. */
void bench_take_packet(struct bench *bench);

/** The current that flows through the cell now, A, positive strips electrode A. */
double bench_current_a(const struct bench *bench);

/** True if the firmware's own report says that the cell is off. */
bool bench_cell_is_off(const struct bench *bench);

/** Charge stripped from electrode A less what was plated onto it, C: the cell's own account. */
double bench_charge_from_a_c(const struct bench *bench);

#endif
