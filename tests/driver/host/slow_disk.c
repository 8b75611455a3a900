/* SPDX-License-Identifier: Apache-2.0 */
#include "slow_disk.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

static void note_name(int fd, char *name, size_t size)
{
	char link[64], path[1024];
	size_t length;
	ssize_t n;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, path, sizeof(path) - 1);
	path[n > 0 ? n : 0] = '\0';
	length = strlen(path);
	strcpy(name, length < size ? path : path + length - (size - 1));
}

static bool is_held(const struct slow_disk *slow, enum slow_disk_kind kind)
{
	return kind == SLOW_DISK_WRITE ? slow->holding_writes : slow->holding_syncs;
}

/* Take the call down, and keep it as long as the test wants. Returns the errno it is to end with. */
static int hold(struct slow_disk *slow, enum slow_disk_kind kind, int fd, size_t length)
{
	struct slow_disk_call *call;
	int number;

	pthread_mutex_lock(&slow->lock);
	if (slow->count == SLOW_DISK_CALLS)
		abort();
	call = &slow->calls[slow->count++];
	call->kind = kind;
	call->thread = pthread_self();
	call->length = length;
	note_name(fd, call->name, sizeof(call->name));
	while (is_held(slow, kind)) {
		slow->held++;
		pthread_cond_broadcast(&slow->moved);
		pthread_cond_wait(&slow->moved, &slow->lock);
		slow->held--;
	}
	number = kind == SLOW_DISK_SYNC ? slow->fail_sync : 0;
	if (kind == SLOW_DISK_SYNC)
		slow->fail_sync = 0;
	pthread_mutex_unlock(&slow->lock);
	return number;
}

static ssize_t slow_write(void *ctx, int fd, const void *bytes, size_t length)
{
	hold(ctx, SLOW_DISK_WRITE, fd, length);
	return write(fd, bytes, length);
}

static int slow_sync(void *ctx, int fd)
{
	errno = hold(ctx, SLOW_DISK_SYNC, fd, 0);
	return errno ? -1 : 0;
}

void slow_disk_init(struct slow_disk *slow)
{
	memset(slow, 0, sizeof(*slow));
	slow->disk = (struct sg_disk){ .write = slow_write, .fdatasync = slow_sync, .fsync = slow_sync, .ctx = slow };
	pthread_mutex_init(&slow->lock, NULL);
	pthread_cond_init(&slow->moved, NULL);
}

void slow_disk_fini(struct slow_disk *slow)
{
	pthread_cond_destroy(&slow->moved);
	pthread_mutex_destroy(&slow->lock);
}

void slow_disk_hold(struct slow_disk *slow, bool writes, bool syncs)
{
	pthread_mutex_lock(&slow->lock);
	slow->holding_writes = writes;
	slow->holding_syncs = syncs;
	pthread_cond_broadcast(&slow->moved);
	pthread_mutex_unlock(&slow->lock);
}

void slow_disk_let_go(struct slow_disk *slow)
{
	slow_disk_hold(slow, false, false);
}

void slow_disk_fail_sync(struct slow_disk *slow, int number)
{
	pthread_mutex_lock(&slow->lock);
	slow->fail_sync = number;
	pthread_mutex_unlock(&slow->lock);
}

void slow_disk_wait_until_held(struct slow_disk *slow)
{
	struct timespec until;
	int err = 0;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += 60;
	pthread_mutex_lock(&slow->lock);
	while (slow->held == 0 && err == 0)
		err = pthread_cond_timedwait(&slow->moved, &slow->lock, &until);
	pthread_mutex_unlock(&slow->lock);
	if (err)
		fail_msg("nobody asked the disk for anything");
}

size_t slow_disk_find(struct slow_disk *slow, size_t from, enum slow_disk_kind kind, const char *ending)
{
	size_t found = SLOW_DISK_NONE;

	pthread_mutex_lock(&slow->lock);
	for (size_t at = from; at < slow->count && found == SLOW_DISK_NONE; at++) {
		const struct slow_disk_call *call = &slow->calls[at];
		const size_t length = strlen(call->name), wanted = strlen(ending);

		if (call->kind == kind && length >= wanted && strcmp(call->name + length - wanted, ending) == 0)
			found = at;
	}
	pthread_mutex_unlock(&slow->lock);
	return found;
}
