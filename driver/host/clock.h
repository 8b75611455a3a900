/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * Time, handed in. Three clocks stand behind this one face:
 *
 *  - real: CLOCK_BOOTTIME, which goes on while the PC sleeps as the cell does, and UTC;
 *  - scaled: CLOCK_MONOTONIC and UTC, running N times as fast, against a simulator that runs at the same N;
 *  - lockstep: virtual time owned by a simulator (see lockstep.h); it moves only while somebody waits.
 *
 * Nothing above this file asks the operating system for the time.
 */
#ifndef SG_HOST_CLOCK_H
#define SG_HOST_CLOCK_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

struct sg_clock;

struct sg_clock_ops {
	int64_t (*now_ns)(struct sg_clock *clock);
	int64_t (*utc_ns)(struct sg_clock *clock);
	void (*sleep_until)(struct sg_clock *clock, int64_t deadline_ns);
	int64_t (*slept_ns)(struct sg_clock *clock); /**< optional (NULL: 0), see sg_clock_slept_ns() */
};

/** The common head of every clock; embed it first. */
struct sg_clock {
	const struct sg_clock_ops *ops;
	double speed; /**< clock seconds per real second; 1 for real, 0 for lockstep (not tied to real time) */
};

/** Monotonic, ns; origin arbitrary. */
int64_t sg_clock_now_ns(struct sg_clock *clock);

/** UTC, ns since 1970; for the record only, may jump. Lockstep: a fixed date plus virtual time. */
int64_t sg_clock_utc_ns(struct sg_clock *clock);

/**
 * How much of this clock's time the PC has slept (suspend, hibernation), from an arbitrary origin: what counts is how
 * much more it is than before. Never less. 0 on a clock that stands still meanwhile, with its simulator.
 */
int64_t sg_clock_slept_ns(struct sg_clock *clock);

/** Return at or after deadline_ns of this clock, or early when a signal arrived. */
void sg_clock_sleep_until(struct sg_clock *clock, int64_t deadline_ns);

/**
 * Real milliseconds a poll(2) may last so that this clock has reached deadline_ns when it times out:
 * 0 if it has already, -1 for SG_FOREVER. Real and scaled clocks only. After a sleep of the PC it times out late,
 * by no more than what was left when that began: poll counts only while the PC is awake.
 */
int sg_clock_poll_ms(struct sg_clock *clock, int64_t deadline_ns);

/**
 * How long to wait for something that should take timeout_ns, before calling it lost: timeout_ns
 * itself, but never under 2 real seconds on a scaled clock, where a busy PC must not look like a
 * silent instrument.
 */
int64_t sg_clock_patience_ns(const struct sg_clock *clock, int64_t timeout_ns);

/** now + timeout, saturating at SG_FOREVER. */
int64_t sg_clock_deadline(struct sg_clock *clock, int64_t timeout_ns);

/** The same, with patience: when something that should take timeout_ns may be called lost. */
int64_t sg_clock_patient_deadline(struct sg_clock *clock, int64_t timeout_ns);

struct sg_host_clock {
	struct sg_clock clock;
	int64_t origin_ns;     /**< CLOCK_MONOTONIC at initialization; of a scaled clock */
	int64_t origin_utc_ns;
};

/** The real clock (speed 1) or a scaled one (speed > 0). Storage is the caller's. */
void sg_host_clock_init(struct sg_host_clock *clock, double speed);

/** What a clock of the kernel shows, ns: for whoever has no clock handed in. */
int64_t sg_clock_kernel_ns(clockid_t id);

#endif
