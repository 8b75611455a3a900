/* SPDX-License-Identifier: Apache-2.0 */
#include "host/checkpoint.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "format/crc32c.h"
#include "format/walk.h"
#include "host/atomic_file.h"
#include "host/host_error.h"

#define MAGIC "SGCHECKP"
#define MAGIC_SIZE 8
#define CRC_SIZE 4

static void walk_mark(struct sg_walk *walk, struct sg_record_mark *mark)
{
	sg_walk_u64(walk, &mark->rows);
	sg_walk_u64(walk, &mark->rows_bytes);
	sg_walk_u64(walk, &mark->quality_bytes);
	sg_walk_u64(walk, &mark->events_bytes);
	sg_walk_u64(walk, &mark->half_steps_bytes);
	sg_walk_u64(walk, &mark->half_steps);
}

static void walk_head(struct sg_walk *walk, struct sg_checkpoint *c)
{
	uint32_t standing = (uint32_t)c->standing;

	sg_walk_text(walk, c->program, sizeof(c->program));
	sg_walk_text(walk, c->run, sizeof(c->run));
	sg_walk_text(walk, c->boot, sizeof(c->boot));
	sg_walk_u64(walk, &c->number);
	sg_walk_i64(walk, &c->utc_ns);
	sg_walk_i64(walk, &c->clock_ns);
	sg_walk_i64(walk, &c->started_utc_ns);
	sg_walk_double(walk, &c->time_s);
	sg_walk_must(walk, isfinite(c->time_s) && c->time_s >= 0.0);
	sg_walk_choice(walk, &standing, SG_CHECKPOINT_ENDED + 1);
	c->standing = (enum sg_checkpoint_standing)standing;
	sg_walk_u32(walk, &c->experiment_crc);
	sg_walk_u64(walk, &c->steps);
	walk_mark(walk, &c->mark);
}

/* Magic, version, length. The length is known only when all is written. */
static void walk_frame(struct sg_walk *walk, char magic[MAGIC_SIZE], uint32_t *version, uint32_t *length)
{
	sg_walk_bytes(walk, magic, MAGIC_SIZE);
	sg_walk_u32(walk, version);
	sg_walk_u32(walk, length);
}

size_t sg_checkpoint_encode(const struct sg_checkpoint *checkpoint, uint8_t *bytes, size_t size)
{
	struct sg_walk walk = sg_walk_writing(bytes, size), again = walk;
	struct sg_checkpoint copy = *checkpoint;
	uint32_t version = SG_CHECKPOINT_VERSION, length = 0, state_size = (uint32_t)copy.state_size, crc;
	char magic[] = MAGIC;

	walk_frame(&walk, magic, &version, &length);
	walk_head(&walk, &copy);
	sg_walk_u32(&walk, &state_size);
	if (walk.bad || copy.state_size > size - walk.at)
		return 0;
	memcpy(bytes + walk.at, copy.state, copy.state_size);
	walk.at += copy.state_size;
	length = (uint32_t)walk.at + CRC_SIZE;
	walk_frame(&again, magic, &version, &length);
	crc = sg_crc32c(0, bytes, walk.at);
	sg_walk_u32(&walk, &crc);
	return walk.bad ? 0 : walk.at;
}

static enum sg_err check_frame(const uint8_t *bytes, size_t size, struct sg_text *why)
{
	struct sg_walk walk = sg_walk_reading(bytes, size);
	uint32_t version = 0, length = 0, crc = 0;
	char magic[MAGIC_SIZE];

	walk_frame(&walk, magic, &version, &length);
	if (walk.bad || memcmp(magic, MAGIC, MAGIC_SIZE) != 0) {
		sg_text_add(why, "it is no checkpoint");
		return SG_ERR_FRAME;
	}
	if (version != SG_CHECKPOINT_VERSION) {
		sg_text_add(why, "it is of version %u; this program knows version %u", (unsigned)version, SG_CHECKPOINT_VERSION);
		return SG_ERR_FRAME;
	}
	if (length != size || size < walk.at + CRC_SIZE) {
		sg_text_add(why, "it has %zu bytes and says %u: cut off, or damaged", size, (unsigned)length);
		return SG_ERR_FRAME;
	}
	walk.at = size - CRC_SIZE;
	sg_walk_u32(&walk, &crc);
	if (crc != sg_crc32c(0, bytes, size - CRC_SIZE)) {
		sg_text_add(why, "it is damaged: its check sum is wrong");
		return SG_ERR_FRAME;
	}
	return SG_OK;
}

enum sg_err sg_checkpoint_decode(struct sg_checkpoint *checkpoint, const uint8_t *bytes, size_t size, struct sg_text *why)
{
	struct sg_walk walk;
	enum sg_err err = check_frame(bytes, size, why);
	uint32_t state_size = 0;

	if (err)
		return err;
	memset(checkpoint, 0, sizeof(*checkpoint));
	walk = sg_walk_reading(bytes, size - CRC_SIZE);
	walk.at = MAGIC_SIZE + 8;
	walk_head(&walk, checkpoint);
	sg_walk_u32(&walk, &state_size);
	sg_walk_must(&walk, state_size == walk.size - walk.at);
	if (walk.bad) {
		sg_text_add(why, "it is whole, but no test can stand so");
		return SG_ERR_VALUE;
	}
	checkpoint->state = bytes + walk.at;
	checkpoint->state_size = state_size;
	return SG_OK;
}

static enum sg_err read_all(int fd, uint8_t *storage, size_t *length)
{
	*length = 0;
	while (*length < SG_CHECKPOINT_SIZE_MAX) {
		const ssize_t n = read(fd, storage + *length, SG_CHECKPOINT_SIZE_MAX - *length);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? sg_host_error(errno) : SG_OK;
		*length += (size_t)n;
	}
	return SG_OK;
}

enum sg_err sg_checkpoint_read(int folder_fd, const char *name, uint8_t *storage, struct sg_checkpoint *checkpoint,
			       struct sg_text *why)
{
	const int fd = openat(folder_fd, name, O_RDONLY | O_CLOEXEC);
	enum sg_err err = fd < 0 ? sg_host_error(errno) : SG_OK;
	size_t length = 0;

	if (!err)
		err = read_all(fd, storage, &length);
	if (fd >= 0)
		close(fd);
	if (err) {
		sg_text_add(why, "%s", err == SG_ERR_NOT_FOUND ? "there is none" : sg_err_text(err));
		return err;
	}
	return sg_checkpoint_decode(checkpoint, storage, length, why);
}

enum sg_err sg_checkpoint_write(const struct sg_disk *disk, int folder_fd, const uint8_t *bytes, size_t length, bool durable)
{
	/* The first has none before it; and one that could not be replaced leaves none, and then the one before stays. */
	if (renameat(folder_fd, SG_RUN_CHECKPOINT, folder_fd, SG_RUN_CHECKPOINT_BEFORE) && errno != ENOENT)
		return sg_host_error(errno);
	return sg_replace_file(disk, folder_fd, SG_RUN_CHECKPOINT, (const char *)bytes, length, durable);
}

void sg_boot_id(char id[SG_BOOT_ID_SIZE])
{
	FILE *file = fopen("/proc/sys/kernel/random/boot_id", "re");

	memset(id, 0, SG_BOOT_ID_SIZE);
	if (!file)
		return;
	if (!fgets(id, SG_BOOT_ID_SIZE, file))
		id[0] = '\0';
	id[strcspn(id, "\n")] = '\0';
	fclose(file);
}
