/* SPDX-License-Identifier: Apache-2.0 */
#include "screen.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Nobody is there to be told of an error of the screen: what cannot be written is lost. */
static void write_all(int fd, const char *bytes, size_t length)
{
	while (length) {
		const ssize_t n = write(fd, bytes, length);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return;
		bytes += n;
		length -= (size_t)n;
	}
}

static void write_waiting(void *ctx)
{
	struct sg_screen *screen = ctx;
	char bytes[SG_SCREEN_SIZE];

	while (screen->length) {
		const size_t length = screen->length;

		memcpy(bytes, screen->waiting, length);
		screen->length = 0;
		sg_disk_thread_unlock(&screen->thread);
		write_all(screen->fd, bytes, length);
		sg_disk_thread_lock(&screen->thread);
	}
}

void sg_screen_begin(struct sg_screen *screen, int fd)
{
	memset(screen, 0, sizeof(*screen));
	screen->fd = fd;
	(void)sg_disk_thread_start(&screen->thread, write_waiting, screen);
}

static bool take(struct sg_screen *screen, const char *text)
{
	const size_t length = strlen(text);

	if (length > SG_SCREEN_SIZE - screen->length)
		return false;
	memcpy(screen->waiting + screen->length, text, length);
	screen->length += length;
	return true;
}

/* Both, or neither: the count is not to be lost for want of room. */
static void take_with_count(struct sg_screen *screen, const char *text)
{
	const size_t before = screen->length;
	char words[80];

	snprintf(words, sizeof(words), "\n(%u lines left out: nobody took them)\n", screen->left_out);
	if ((screen->left_out == 0 || take(screen, words)) && take(screen, text)) {
		screen->left_out = 0;
		return;
	}
	screen->length = before;
	screen->left_out++;
}

void sg_screen_show(struct sg_screen *screen, const char *text)
{
	if (!screen->thread.started) {
		write_all(screen->fd, text, strlen(text));
		return;
	}
	sg_disk_thread_lock(&screen->thread);
	take_with_count(screen, text);
	sg_disk_thread_ask(&screen->thread);
	sg_disk_thread_unlock(&screen->thread);
}

void sg_screen_end(struct sg_screen *screen)
{
	sg_disk_thread_stop(&screen->thread);
}
