/* SPDX-License-Identifier: Apache-2.0 */
#include "host/run_folder.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "core/units.h"
#include "format/crc32c.h"
#include "host/host_error.h"

/** More runs of one cell on one day are a program gone wild. */
#define RUNS_A_DAY_MAX 99999u

static bool fit_for_a_file_name(const char *text)
{
	const char *at;

	for (at = text; *at; at++)
		if (!isalnum((unsigned char)*at) && !strchr("._-", *at))
			return false;
	return text[0] && text[0] != '.';
}

/** mkdir -p. What is there already is not touched. */
static enum sg_err make_path(const char *path)
{
	char part[SG_URI_SIZE];
	size_t length = strlen(path), i;

	if (length == 0 || length >= sizeof(part))
		return SG_ERR_ARGUMENT;
	for (i = 1; i <= length; i++) {
		if (path[i] != '/' && path[i] != '\0')
			continue;
		memcpy(part, path, i);
		part[i] = '\0';
		if (mkdir(part, 0777) && errno != EEXIST)
			return sg_host_error(errno);
	}
	return SG_OK;
}

/** The highest number among the folders named prefix<number>; 0 if there is none. */
static unsigned highest_number(const char *parent, const char *prefix)
{
	size_t length = strlen(prefix);
	const struct dirent *entry;
	unsigned highest = 0;
	DIR *dir = opendir(parent);

	if (!dir)
		return 0; /* mkdir() will say what is wrong */
	while ((entry = readdir(dir)) != NULL) {
		unsigned long number;
		char *end;

		if (strncmp(entry->d_name, prefix, length) || !isdigit((unsigned char)entry->d_name[length]))
			continue;
		number = strtoul(entry->d_name + length, &end, 10);
		if (*end == '\0' && number <= RUNS_A_DAY_MAX && number > highest)
			highest = (unsigned)number;
	}
	closedir(dir);
	return highest;
}

/** The name alone may reach the disk after the files in it: sync the folder above. */
static void sync_folder(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return;
	fsync(fd);
	close(fd);
}

static enum sg_err make_numbered(struct sg_run_folder *folder, const char *parent, const char *prefix)
{
	unsigned number;

	for (number = highest_number(parent, prefix) + 1; number <= RUNS_A_DAY_MAX; number++) {
		snprintf(folder->name, sizeof(folder->name), "%s%03u", prefix, number);
		snprintf(folder->path, sizeof(folder->path), "%s/%s", parent, folder->name);
		if (mkdir(folder->path, 0777) == 0)
			return SG_OK;
		if (errno != EEXIST)
			return sg_host_error(errno);
	}
	return SG_ERR_STATE;
}

static void name_files(struct sg_run_folder *folder)
{
	snprintf(folder->table, sizeof(folder->table), "%s.bdf.csv", folder->name);
	snprintf(folder->metadata, sizeof(folder->metadata), "%s.bdf.metadata.json", folder->name);
	snprintf(folder->quality, sizeof(folder->quality), "%s.quality.csv", folder->name);
}

/* No two programs in one folder. Where folders cannot be locked (network), the tables still are, each of them. */
static bool lock_folder(const struct sg_run_folder *folder)
{
	return flock(folder->fd, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK;
}

enum sg_err sg_run_folder_make(struct sg_run_folder *folder, const char *parent, const char *institution,
			       const char *cell, int64_t utc_ns, struct sg_text *why)
{
	time_t seconds = (time_t)(utc_ns / SG_NS_PER_S);
	char prefix[SG_RUN_NAME_SIZE];
	struct tm date;
	enum sg_err err;

	memset(folder, 0, sizeof(*folder));
	folder->fd = -1;
	if (!fit_for_a_file_name(institution) || !fit_for_a_file_name(cell) ||
	    strlen(institution) >= SG_NAME_SIZE || strlen(cell) >= SG_NAME_SIZE || !gmtime_r(&seconds, &date)) {
		sg_text_add(why, "institution '%s' and cell '%s' name files: use letters, digits, '.', '_' and '-'",
			    institution, cell);
		return SG_ERR_ARGUMENT;
	}
	snprintf(prefix, sizeof(prefix), "%s__%s__%04d%02d%02d_", institution, cell, (date.tm_year + 1900) % 10000,
		 date.tm_mon + 1, date.tm_mday);
	err = make_path(parent);
	if (!err)
		err = make_numbered(folder, parent, prefix);
	if (err) {
		sg_text_add(why, "cannot make a run folder in '%s': %s", parent,
			    err == SG_ERR_ARGUMENT || err == SG_ERR_STATE ? sg_err_text(err) : strerror(errno));
		return err;
	}
	sync_folder(parent);
	name_files(folder);
	folder->fd = open(folder->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (folder->fd < 0) {
		err = sg_host_error(errno);
		sg_text_add(why, "cannot open '%s': %s", folder->path, strerror(errno));
		rmdir(folder->path);
	} else {
		lock_folder(folder);
	}
	return err;
}

enum sg_err sg_run_folder_open(struct sg_run_folder *folder, const char *path, struct sg_text *why)
{
	char whole[PATH_MAX];
	const char *name;
	enum sg_err err;

	memset(folder, 0, sizeof(*folder));
	folder->fd = realpath(path, whole) ? open(whole, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
	if (folder->fd < 0) {
		err = sg_host_error(errno);
		sg_text_add(why, "'%s': %s", path, strerror(errno));
		return err;
	}
	name = strrchr(whole, '/') + 1;
	if (strlen(name) >= sizeof(folder->name) || strlen(whole) >= sizeof(folder->path)) {
		sg_text_add(why, "'%s' is not the folder of a run: its name is too long", path);
		sg_run_folder_close(folder);
		return SG_ERR_NOT_FOUND;
	}
	snprintf(folder->name, sizeof(folder->name), "%.*s", (int)sizeof(folder->name) - 1, name);
	snprintf(folder->path, sizeof(folder->path), "%.*s", (int)sizeof(folder->path) - 1, whole);
	name_files(folder);
	if (faccessat(folder->fd, folder->table, F_OK, 0)) {
		sg_text_add(why, "'%s' is not the folder of a run, or it was renamed: there is no '%s' in it", path,
			    folder->table);
		sg_run_folder_close(folder);
		return SG_ERR_NOT_FOUND;
	}
	if (lock_folder(folder))
		return SG_OK;
	sg_text_add(why, "'%s': a program is running this test", path);
	sg_run_folder_close(folder);
	return SG_ERR_BUSY;
}

static uint32_t crc_of_file(int folder_fd, const char *name, uint32_t crc)
{
	const int fd = openat(folder_fd, name, O_RDONLY | O_CLOEXEC);
	char chunk[16384];
	ssize_t n;

	while (fd >= 0 && ((n = read(fd, chunk, sizeof(chunk))) > 0 || (n < 0 && errno == EINTR))) {
		if (n > 0)
			crc = sg_crc32c(crc, chunk, (size_t)n);
	}
	if (fd >= 0)
		close(fd);
	return sg_crc32c(crc, name, strlen(name)); /* where one ends and the next begins */
}

uint32_t sg_run_folder_inputs_crc(const struct sg_run_folder *folder)
{
	return crc_of_file(folder->fd, SG_RUN_RIG, crc_of_file(folder->fd, SG_RUN_EXPERIMENT, 0));
}

static enum sg_err copy_bytes(int from, int to)
{
	char chunk[16384];

	for (;;) {
		ssize_t n = read(from, chunk, sizeof(chunk)), done = 0;

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return sg_host_error(errno);
		if (n == 0)
			return fsync(to) ? sg_host_error(errno) : SG_OK;
		while (done < n) {
			ssize_t m = write(to, chunk + done, (size_t)(n - done));

			if (m < 0 && errno == EINTR)
				continue;
			if (m < 0)
				return sg_host_error(errno);
			done += m;
		}
	}
}

enum sg_err sg_run_folder_copy(const struct sg_run_folder *folder, const char *from, const char *name,
			       struct sg_text *why)
{
	int in, out = -1;
	enum sg_err err;

	in = open(from, O_RDONLY | O_CLOEXEC);
	if (in < 0)
		err = sg_host_error(errno);
	else if ((out = openat(folder->fd, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644)) < 0)
		err = sg_host_error(errno);
	else
		err = copy_bytes(in, out);
	if (err)
		sg_text_add(why, "cannot copy '%s' into '%s': %s", from, folder->path, strerror(errno));
	if (out >= 0)
		close(out);
	if (in >= 0)
		close(in);
	return err;
}

enum sg_err sg_run_folder_reserve(const struct sg_run_folder *folder, size_t bytes)
{
	int fd, number;

	fd = openat(folder->fd, SG_RUN_RESERVE, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	if (fd < 0)
		return sg_host_error(errno);
	do
		number = posix_fallocate(fd, 0, (off_t)bytes);
	while (number == EINTR);
	close(fd);
	if (number == 0)
		return SG_OK;
	sg_run_folder_release(folder);
	return number == ENOSPC || number == EDQUOT ? SG_ERR_DISK_FULL : SG_OK;
}

void sg_run_folder_release(const struct sg_run_folder *folder)
{
	if (folder->fd >= 0)
		unlinkat(folder->fd, SG_RUN_RESERVE, 0);
}

void sg_run_folder_discard(struct sg_run_folder *folder)
{
	const char *const names[] = { folder->table, folder->metadata, folder->quality, SG_RUN_EVENTS,
				      SG_RUN_HALF_STEPS, SG_RUN_CHECKPOINT, SG_RUN_CHECKPOINT_BEFORE,
				      SG_RUN_RESULT, SG_RUN_EXPERIMENT, SG_RUN_RIG, SG_RUN_RESERVE };
	size_t i;

	if (folder->fd < 0)
		return;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		unlinkat(folder->fd, names[i], 0);
	sg_run_folder_close(folder);
	rmdir(folder->path);
}

void sg_run_folder_close(struct sg_run_folder *folder)
{
	if (folder->fd >= 0)
		close(folder->fd);
	folder->fd = -1;
}
