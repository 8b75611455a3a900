/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * A thread that does one kind of work when it is asked to, so that whoever asks need not wait for a disk. What is asked
 * for while it works is done in one more round, however often it was asked for.
 *
 * Its lock guards what both sides share. A thread that was never started (zeroed) has no lock and no work.
 */
#ifndef SG_HOST_DISK_THREAD_H
#define SG_HOST_DISK_THREAD_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/error.h"

struct sg_disk_thread {
	bool started;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t asking, resting;
	void (*work)(void *ctx);
	void *ctx;
	uint64_t asked, done; /**< rounds; guarded by the lock */
	bool leaving;
};

/**
 * @param work  called on that thread with the lock held; lets go of it for whatever may take long
 * @retval SG_ERR_NO_MEMORY  the system gives no further thread
 *
 * It takes no signal: they are for the threads that look at what they mean. It stands back behind the thread that starts
 * it when processors are scarce.
 */
enum sg_err sg_disk_thread_start(struct sg_disk_thread *thread, void (*work)(void *ctx), void *ctx);

void sg_disk_thread_lock(struct sg_disk_thread *thread);
void sg_disk_thread_unlock(struct sg_disk_thread *thread);

/** With the lock held: one more round is wanted. Never waits. */
void sg_disk_thread_ask(struct sg_disk_thread *thread);

/** With the lock held: is there a round that was asked for and has not ended? */
bool sg_disk_thread_is_busy(const struct sg_disk_thread *thread);

/**
 * With the lock held: wait until everything asked for up to now is done. The lock is free meanwhile.
 * @param timeout_ns  real time; SG_FOREVER
 * @return whether it is
 */
bool sg_disk_thread_wait(struct sg_disk_thread *thread, int64_t timeout_ns);

/** Without the lock: do what was asked for, end the thread, wait for its end. */
void sg_disk_thread_stop(struct sg_disk_thread *thread);

#endif
