/* SPDX-License-Identifier: Apache-2.0 */
#include "host/clock.h"

#include <limits.h>
#include <math.h>
#include <time.h>

#include "core/units.h"

/* On a scaled clock, the least real time in which an instrument may be called silent. */
#define SCALED_PATIENCE_REAL_S 2.0
/* Two clocks are read at the same instant, well enough, when no more than this went by. */
#define INSTANT_NS (1 * SG_NS_PER_MS)
#define INSTANT_ATTEMPTS 8

int64_t sg_clock_now_ns(struct sg_clock *clock)
{
	return clock->ops->now_ns(clock);
}

int64_t sg_clock_utc_ns(struct sg_clock *clock)
{
	return clock->ops->utc_ns(clock);
}

int64_t sg_clock_slept_ns(struct sg_clock *clock)
{
	return clock->ops->slept_ns ? clock->ops->slept_ns(clock) : 0;
}

void sg_clock_sleep_until(struct sg_clock *clock, int64_t deadline_ns)
{
	clock->ops->sleep_until(clock, deadline_ns);
}

int sg_clock_poll_ms(struct sg_clock *clock, int64_t deadline_ns)
{
	int64_t now_ns, left_ns;
	double real_ms;

	if (clock->speed <= 0.0)
		return 0;
	if (deadline_ns == SG_FOREVER)
		return -1;
	now_ns = sg_clock_now_ns(clock);
	if (deadline_ns <= now_ns)
		return 0;
	left_ns = deadline_ns - now_ns;
	/* Rounded up: a poll that ends a little early would spin until the deadline. */
	real_ms = ceil((double)left_ns * 1e-6 / clock->speed);
	return real_ms < INT_MAX ? (int)real_ms : INT_MAX;
}

int64_t sg_clock_patience_ns(const struct sg_clock *clock, int64_t timeout_ns)
{
	int64_t least_ns;

	if (clock->speed <= 1.0)
		return timeout_ns;
	least_ns = sg_ns(SCALED_PATIENCE_REAL_S * clock->speed);
	return timeout_ns > least_ns ? timeout_ns : least_ns;
}

int64_t sg_clock_deadline(struct sg_clock *clock, int64_t timeout_ns)
{
	const int64_t now_ns = sg_clock_now_ns(clock);

	/* Clocks count from 0 up, so a negative timeout cannot run under. */
	return timeout_ns > 0 && now_ns > SG_FOREVER - timeout_ns ? SG_FOREVER : now_ns + timeout_ns;
}

int64_t sg_clock_patient_deadline(struct sg_clock *clock, int64_t timeout_ns)
{
	return sg_clock_deadline(clock, sg_clock_patience_ns(clock, timeout_ns));
}

int64_t sg_clock_kernel_ns(clockid_t id)
{
	struct timespec ts;

	clock_gettime(id, &ts);
	return (int64_t)ts.tv_sec * SG_NS_PER_S + ts.tv_nsec;
}

/* A simulator that runs at the same speed stands still with its PC; an instrument does not. */
static clockid_t kernel_clock(const struct sg_clock *clock)
{
	return clock->speed == 1.0 ? CLOCK_BOOTTIME : CLOCK_MONOTONIC;
}

static int64_t host_now_ns(struct sg_clock *clock)
{
	const struct sg_host_clock *host = (const struct sg_host_clock *)clock;
	const int64_t real_ns = sg_clock_kernel_ns(kernel_clock(clock));

	if (clock->speed == 1.0)
		return real_ns;
	return host->origin_ns + (int64_t)((double)(real_ns - host->origin_ns) * clock->speed);
}

/* Real UTC on a real clock, so that a clock set by hand shows as what it is; on a scaled one UTC that
 * runs as fast as the test, or rows would not agree with each other. */
static int64_t host_utc_ns(struct sg_clock *clock)
{
	const struct sg_host_clock *host = (const struct sg_host_clock *)clock;

	if (clock->speed == 1.0)
		return sg_clock_kernel_ns(CLOCK_REALTIME);
	return host->origin_utc_ns + (host_now_ns(clock) - host->origin_ns);
}

static void host_sleep_until(struct sg_clock *clock, int64_t deadline_ns)
{
	const int64_t now_ns = host_now_ns(clock);
	struct timespec ts;
	double left_ns;

	if (deadline_ns <= now_ns)
		return;
	/* Rounded up: "at or after". */
	left_ns = ceil((double)(deadline_ns - now_ns) / clock->speed);
	ts.tv_sec = (time_t)(left_ns * 1e-9);
	ts.tv_nsec = (long)(left_ns - (double)ts.tv_sec * 1e9);
	if (ts.tv_nsec > 999999999)
		ts.tv_nsec = 999999999;
	/* A signal ends it early, as promised: the caller looks at what the operator wants. */
	clock_nanosleep(kernel_clock(clock), 0, &ts, NULL);
}

/* What this thread waits for the processor between the two readings would look like sleep: the closest pair counts. */
static int64_t host_slept_ns(struct sg_clock *clock)
{
	int64_t closest_ns = INT64_MAX, slept_ns = 0;

	if (kernel_clock(clock) == CLOCK_MONOTONIC)
		return 0;
	for (int i = 0; i < INSTANT_ATTEMPTS && closest_ns > INSTANT_NS; i++) {
		const int64_t before_ns = sg_clock_kernel_ns(CLOCK_MONOTONIC);
		const int64_t boot_ns = sg_clock_kernel_ns(CLOCK_BOOTTIME);
		const int64_t apart_ns = sg_clock_kernel_ns(CLOCK_MONOTONIC) - before_ns;

		if (apart_ns >= closest_ns)
			continue;
		closest_ns = apart_ns;
		slept_ns = boot_ns - before_ns;
	}
	return slept_ns;
}

static const struct sg_clock_ops host_ops = {
	.now_ns = host_now_ns,
	.utc_ns = host_utc_ns,
	.sleep_until = host_sleep_until,
	.slept_ns = host_slept_ns,
};

void sg_host_clock_init(struct sg_host_clock *clock, double speed)
{
	clock->clock.ops = &host_ops;
	clock->clock.speed = speed;
	clock->origin_ns = sg_clock_kernel_ns(CLOCK_MONOTONIC);
	clock->origin_utc_ns = sg_clock_kernel_ns(CLOCK_REALTIME);
}
