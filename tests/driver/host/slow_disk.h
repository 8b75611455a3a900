/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * A disk that holds on to whoever asks it to write or to sync, until the test lets go: what does not come back while it
 * holds waits for the disk, and what comes back does not. Nothing here is measured in time. It remembers what it was
 * asked for, in order.
 */
#ifndef TESTS_DRIVER_HOST_SLOW_DISK_H
#define TESTS_DRIVER_HOST_SLOW_DISK_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "host/disk.h"

#define SLOW_DISK_CALLS 4096
#define SLOW_DISK_NONE SIZE_MAX

enum slow_disk_kind {
	SLOW_DISK_WRITE,
	SLOW_DISK_SYNC, /* fdatasync, fsync */
};

struct slow_disk_call {
	enum slow_disk_kind kind;
	char name[64]; /* of the file, the end of it */
	pthread_t thread;
	size_t length; /* bytes to be written */
};

struct slow_disk {
	struct sg_disk disk;
	pthread_mutex_t lock;
	pthread_cond_t moved;
	bool holding_writes, holding_syncs;
	unsigned held; /* calls that are held right now */
	int fail_sync; /* errno for the next sync that comes back; 0: it is good */
	size_t count;
	struct slow_disk_call calls[SLOW_DISK_CALLS];
};

void slow_disk_init(struct slow_disk *slow);
void slow_disk_fini(struct slow_disk *slow);

/* From now on. */
void slow_disk_hold(struct slow_disk *slow, bool writes, bool syncs);
void slow_disk_let_go(struct slow_disk *slow);

/* The next sync that comes back, only. */
void slow_disk_fail_sync(struct slow_disk *slow, int number);

/* Wait until somebody is held, or fail the test after a time that no machine needs. */
void slow_disk_wait_until_held(struct slow_disk *slow);

/* Index of the first call at or behind from of that kind for a file whose name ends so; or none. */
size_t slow_disk_find(struct slow_disk *slow, size_t from, enum slow_disk_kind kind, const char *ending);

#endif
