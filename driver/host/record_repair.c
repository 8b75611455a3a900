/* SPDX-License-Identifier: Apache-2.0 */
#include "host/record_repair.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/host_error.h"

/** A header longer than this is none of ours. */
#define HEADER_MAX 4096
/** Several times what can be under way to the disk at a time. Doubled as long as it is all bad. */
#define WINDOW_MIN ((off_t)1 << 20)

size_t sg_record_fields(const char *line, size_t length)
{
	bool quoted = false;
	size_t fields = 1, i;

	if (length == 0)
		return 0;
	for (i = 0; i < length; i++) {
		if (line[i] == '\0')
			return 0;
		if (line[i] == '"')
			quoted = !quoted;
		else if (line[i] == ',' && !quoted)
			fields++;
	}
	return quoted ? 0 : fields;
}

size_t sg_record_good_length(const char *bytes, size_t length, size_t fields)
{
	const char *at = bytes, *end = bytes + length, *feed;

	while (at < end && (feed = memchr(at, '\n', (size_t)(end - at))) != NULL) {
		if (sg_record_fields(at, (size_t)(feed - at)) != fields)
			break;
		at = feed + 1;
	}
	return (size_t)(at - bytes);
}

static enum sg_err read_at(int fd, char *bytes, size_t length, off_t offset)
{
	while (length) {
		ssize_t n = pread(fd, bytes, length, offset);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? sg_host_error(errno) : SG_ERR_IO;
		bytes += n;
		length -= (size_t)n;
		offset += n;
	}
	return SG_OK;
}

/** Length of the header with its line feed, and its fields. */
static enum sg_err read_header(int fd, off_t size, off_t *length, size_t *fields)
{
	char head[HEADER_MAX];
	size_t have = size < HEADER_MAX ? (size_t)size : HEADER_MAX;
	const char *feed;
	enum sg_err err;

	err = read_at(fd, head, have, 0);
	if (err)
		return err;
	feed = memchr(head, '\n', have);
	if (!feed)
		return SG_ERR_FORMAT;
	*fields = sg_record_fields(head, (size_t)(feed - head));
	*length = feed - head + 1;
	return *fields ? SG_OK : SG_ERR_FORMAT;
}

/**
 * Where the good lines end, as seen through a window that begins at start. Unless start is the end of
 * the header it may be in the middle of a line, which is passed over. *sure says that a good line was
 * seen in the window (or that it reaches back to the header), so that looking further back cannot help.
 */
static enum sg_err look(int fd, off_t start, off_t header, off_t size, size_t fields, off_t *good, bool *sure)
{
	size_t length = (size_t)(size - start), skip = 0, whole;
	char *window = malloc(length + 1);
	enum sg_err err;

	if (!window)
		return SG_ERR_NO_MEMORY;
	err = read_at(fd, window, length, start);
	if (err)
		goto out;
	if (start > header) {
		const char *feed = memchr(window, '\n', length);

		skip = feed ? (size_t)(feed - window) + 1 : length;
	}
	whole = sg_record_good_length(window + skip, length - skip, fields);
	*good = start + (off_t)(skip + whole);
	*sure = whole > 0 || start == header;

out:
	free(window);
	return err;
}

static enum sg_err find_good_end(int fd, off_t header, off_t size, size_t fields, off_t *good)
{
	off_t window = WINDOW_MIN;
	bool sure = false;

	while (!sure) {
		off_t start = size - header > window ? size - window : header;
		enum sg_err err = look(fd, start, header, size, fields, good, &sure);

		if (err)
			return err;
		window *= 2;
	}
	return SG_OK;
}

static enum sg_err repair(int fd, const char *path, struct sg_text *note)
{
	off_t header, good = 0;
	enum sg_err err;
	size_t fields;
	struct stat st;

	/* the size is that of a file which nobody writes any more: only then is it asked for */
	if (flock(fd, LOCK_EX | LOCK_NB) || fstat(fd, &st))
		return sg_host_error(errno);
	if (!S_ISREG(st.st_mode))
		return SG_ERR_FORMAT;
	err = read_header(fd, st.st_size, &header, &fields);
	if (!err)
		err = find_good_end(fd, header, st.st_size, fields, &good);
	if (err)
		return err;
	if (good == st.st_size) {
		sg_text_add(note, "'%s' is whole", path);
		return SG_OK;
	}
	if (ftruncate(fd, good) || fsync(fd))
		return sg_host_error(errno);
	sg_text_add(note, "'%s': removed %lld bytes after the last good line, %lld remain", path,
		    (long long)(st.st_size - good), (long long)good);
	return SG_OK;
}

enum sg_err sg_record_repair(const char *path, struct sg_text *note)
{
	int fd = open(path, O_RDWR | O_CLOEXEC);
	enum sg_err err = fd < 0 ? sg_host_error(errno) : repair(fd, path, note);

	if (err)
		sg_text_add(note, "'%s' was not repaired: %s", path,
			    err == SG_ERR_FORMAT ? "it has no whole header line" : sg_err_text(err));
	if (fd >= 0)
		close(fd);
	return err;
}
