/* SPDX-License-Identifier: Apache-2.0 */
#include "tap.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "transport/transport.h"

#define ROOM 8192

struct tapped {
	struct sg_transport head;
	struct sg_transport *inner; /* owned */
	const struct tap *tap;
	char line[TAP_LINE_SIZE];
	size_t line_length;
	char ready[ROOM];
	size_t begin, end;
};

/* One test at a time installs one; the linker's wrap leaves no other way to hand it over. */
static const struct tap *installed;

enum sg_err __real_sg_transport_open(const char *uri, const struct sg_line *line, struct sg_clock *clock,
				     struct sg_text *why, struct sg_transport **out);
enum sg_err __wrap_sg_transport_open(const char *uri, const struct sg_line *line, struct sg_clock *clock,
				     struct sg_text *why, struct sg_transport **out);

void tap_install(const struct tap *tap)
{
	installed = tap;
}

static void pass_on(struct tapped *t)
{
	unsigned times;
	size_t length;

	t->line[t->line_length] = '\0';
	t->line_length = 0;
	times = t->tap->edit(t->tap->ctx, t->line);
	length = strlen(t->line);
	for (; times && t->end + length <= ROOM; times--) {
		memcpy(t->ready + t->end, t->line, length);
		t->end += length;
	}
}

static void take(struct tapped *t, const char *bytes, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		t->line[t->line_length++] = bytes[i];
		if (bytes[i] == '\n' || t->line_length == TAP_LINE_SIZE - 1)
			pass_on(t);
	}
}

static enum sg_err tapped_read(struct sg_transport *head, void *buffer, size_t size, int64_t deadline_ns, size_t *got)
{
	struct tapped *t = (struct tapped *)head;
	char bytes[512];
	enum sg_err err;
	size_t n;

	while (t->begin == t->end) {
		t->begin = t->end = 0;
		err = sg_transport_read(t->inner, bytes, sizeof(bytes), deadline_ns, &n);
		if (err)
			return err;
		take(t, bytes, n);
	}
	n = t->end - t->begin < size ? t->end - t->begin : size;
	memcpy(buffer, t->ready + t->begin, n);
	t->begin += n;
	*got = n;
	return SG_OK;
}

static enum sg_err tapped_write(struct sg_transport *head, const void *bytes, size_t length, int64_t deadline_ns)
{
	return sg_transport_write(((struct tapped *)head)->inner, bytes, length, deadline_ns);
}

static enum sg_err tapped_present(struct sg_transport *head)
{
	return sg_transport_present(((struct tapped *)head)->inner);
}

static void tapped_close(struct sg_transport *head)
{
	sg_transport_close(((struct tapped *)head)->inner);
	free(head);
}

static const struct sg_transport_ops ops = { tapped_read, tapped_write, tapped_close, tapped_present };

static bool is_tapped(const char *uri)
{
	const size_t length = strlen(uri);
	size_t suffix;

	if (!installed)
		return false;
	suffix = strlen(installed->port);
	return length >= suffix && strcmp(uri + length - suffix, installed->port) == 0;
}

enum sg_err __wrap_sg_transport_open(const char *uri, const struct sg_line *line, struct sg_clock *clock,
				     struct sg_text *why, struct sg_transport **out)
{
	enum sg_err err = __real_sg_transport_open(uri, line, clock, why, out);
	struct tapped *t;

	if (err || !is_tapped(uri))
		return err;
	t = calloc(1, sizeof(*t));
	if (!t)
		abort();
	t->head = **out;
	t->head.ops = &ops;
	t->inner = *out;
	t->tap = installed;
	*out = &t->head;
	return SG_OK;
}
