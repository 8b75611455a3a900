/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * What is shown while a test runs, on its way to a terminal, a pipe or a log file: a thread writes it, so that a terminal
 * that was stopped (Ctrl-S), a pager that stands still and a disk that hangs hold up nobody who looks at a cell.
 */
#ifndef SG_TOOLS_SCREEN_H
#define SG_TOOLS_SCREEN_H

#include <stdbool.h>
#include <stddef.h>

#include "host/disk_thread.h"

/** Some sixty lines; what finds no room is left out, and counted. */
#define SG_SCREEN_SIZE 8192

struct sg_screen {
	int fd;
	struct sg_disk_thread thread;
	char waiting[SG_SCREEN_SIZE]; /* guarded by the thread's lock */
	size_t length;
	unsigned left_out; /**< texts that found no room, since the latest one that did */
};

/** Without a further thread (the system gives none) each text is written at once, and may wait. */
void sg_screen_begin(struct sg_screen *screen, int fd);

/** Never waits, if there is a thread. A text is shown whole or left out; the next one that finds room says how many were. */
void sg_screen_show(struct sg_screen *screen, const char *text);

/** Waits until everything is written: for ever, if nobody takes it. */
void sg_screen_end(struct sg_screen *screen);

#endif
