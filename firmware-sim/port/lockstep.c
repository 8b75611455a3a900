/* SPDX-License-Identifier: Apache-2.0 */
#include "port/lockstep.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define HEADER 8
#define PAYLOAD_MAX 65536
/* Packet ports: endpoint addresses, and the longest OUT transfer. */
#define ENDPOINT_OUT 0x01
#define ENDPOINT_IN 0x81
#define TRANSFER_MAX 4096
/* Nobody means to wait longer; a wild number would keep the physics busy for hours. */
#define LATEST_NS INT64_C(1000000000000000000)

#define OUT_SIZE (4 * (HEADER + PAYLOAD_MAX))

struct fw_lockstep {
	struct fw_lockstep_bench bench;
	int fd;
	bool broken; /* a write failed */
	bool open[FW_LOCKSTEP_PORTS];
	size_t in_length;
	size_t out_length;
	uint8_t in[HEADER + PAYLOAD_MAX];
	uint8_t out[OUT_SIZE];
};

struct fw_lockstep *fw_lockstep_new(const struct fw_lockstep_bench *bench)
{
	struct fw_lockstep *lockstep = calloc(1, sizeof(*lockstep));

	if (!lockstep)
		return NULL;
	lockstep->bench = *bench;
	lockstep->fd = -1;
	return lockstep;
}

void fw_lockstep_free(struct fw_lockstep *lockstep)
{
	free(lockstep);
}

static void put_little(uint8_t *out, uint64_t value, unsigned size)
{
	for (unsigned i = 0; i < size; i++)
		out[i] = (uint8_t)(value >> (8 * i));
}

static uint64_t get_little(const uint8_t *in, unsigned size)
{
	uint64_t value = 0;

	for (unsigned i = 0; i < size; i++)
		value |= (uint64_t)in[i] << (8 * i);
	return value;
}

static void flush(struct fw_lockstep *lockstep)
{
	size_t sent = 0;

	while (sent < lockstep->out_length && !lockstep->broken) {
		ssize_t n = send(lockstep->fd, lockstep->out + sent, lockstep->out_length - sent,
				 MSG_NOSIGNAL);

		if (n > 0)
			sent += (size_t)n;
		else if (errno != EINTR)
			lockstep->broken = true;
	}
	lockstep->out_length = 0;
}

/** Begin a frame; the caller fills the payload that is returned. */
static uint8_t *flagged_frame(struct fw_lockstep *lockstep, char type, unsigned number, unsigned flags, size_t length)
{
	uint8_t *out;

	if (lockstep->out_length + HEADER + length > sizeof(lockstep->out))
		flush(lockstep);
	out = lockstep->out + lockstep->out_length;
	lockstep->out_length += HEADER + length;
	out[0] = (uint8_t)type;
	out[1] = (uint8_t)number;
	put_little(out + 2, flags, 2);
	put_little(out + 4, length, 4);
	return out + HEADER;
}

static uint8_t *frame(struct fw_lockstep *lockstep, char type, unsigned number, size_t length)
{
	return flagged_frame(lockstep, type, number, 0, length);
}

bool fw_lockstep_deliver(struct fw_lockstep *lockstep, unsigned port, int64_t t_ns,
			 const uint8_t *bytes, size_t length)
{
	if (port >= lockstep->bench.port_count || !lockstep->open[port])
		return false;
	/* A packet is far below one frame. */
	do {
		size_t piece = length < PAYLOAD_MAX - 8 ? length : PAYLOAD_MAX - 8;
		uint8_t *payload = flagged_frame(lockstep, 'D', port + 1,
						 lockstep->bench.port_packets[port] ? ENDPOINT_IN : 0, 8 + piece);

		put_little(payload, (uint64_t)t_ns, 8);
		if (piece)
			memcpy(payload + 8, bytes, piece);
		bytes += piece;
		length -= piece;
	} while (length > 0);
	return true;
}

bool fw_lockstep_hang_up(struct fw_lockstep *lockstep, unsigned port, int64_t t_ns)
{
	if (port >= lockstep->bench.port_count || !lockstep->open[port])
		return false;
	put_little(frame(lockstep, 'H', port + 1, 8), (uint64_t)t_ns, 8);
	lockstep->open[port] = false;
	return true;
}

bool fw_lockstep_greet(struct fw_lockstep *lockstep, int fd)
{
	const struct fw_lockstep_bench *bench = &lockstep->bench;
	char text[2048];
	int used = snprintf(text, sizeof(text),
			    "sandglass-lockstep 1\nnow %" PRId64 "\nseed %" PRIu64 "\n",
			    bench->now_ns(bench->ctx), bench->seed);

	for (unsigned i = 0; i < bench->port_count; i++)
		used += snprintf(text + used, sizeof(text) - (size_t)used, "port %.40s %s\n",
				 bench->port_names[i], bench->port_packets[i] ? "packet" : "stream");
	lockstep->fd = fd;
	lockstep->broken = false;
	lockstep->in_length = 0;
	lockstep->out_length = 0;
	memset(lockstep->open, 0, sizeof(lockstep->open));
	memcpy(frame(lockstep, 'h', 0, (size_t)used), text, (size_t)used);
	flush(lockstep);
	return !lockstep->broken;
}

static bool refuse(struct fw_lockstep *lockstep, const char *why)
{
	memcpy(frame(lockstep, 'E', 0, strlen(why)), why, strlen(why));
	flush(lockstep);
	return false;
}

static bool open_port(struct fw_lockstep *lockstep, const uint8_t *name, size_t length)
{
	for (unsigned i = 0; i < lockstep->bench.port_count; i++) {
		const char *known = lockstep->bench.port_names[i];

		if (strlen(known) == length && !memcmp(known, name, length)) {
			lockstep->open[i] = true;
			lockstep->bench.opened(lockstep->bench.ctx, i);
			frame(lockstep, 'o', i + 1, 0);
			flush(lockstep);
			return true;
		}
	}
	return refuse(lockstep, "no port of this name; the greeting lists them");
}

static bool advance(struct fw_lockstep *lockstep, const uint8_t *payload, size_t length)
{
	const struct fw_lockstep_bench *bench = &lockstep->bench;
	int64_t t_ns, now_ns;

	if (length != 12)
		return refuse(lockstep, "A wants 12 bytes: i64 time, u32 wake mask");
	t_ns = (int64_t)get_little(payload, 8);
	if (t_ns > LATEST_NS)
		return refuse(lockstep, "time beyond 1e18 ns (31 years)");
	/* Bit 0 of the wire's mask belongs to no port. */
	now_ns = bench->advance(bench->ctx, t_ns, (uint32_t)get_little(payload + 8, 4) >> 1);
	put_little(frame(lockstep, 'N', 0, 8), (uint64_t)now_ns, 8);
	flush(lockstep);
	return true;
}

static bool take_write(struct fw_lockstep *lockstep, unsigned port, unsigned flags, const uint8_t *bytes, size_t length)
{
	const struct fw_lockstep_bench *bench = &lockstep->bench;

	if (flags != (bench->port_packets[port] ? ENDPOINT_OUT : 0u))
		return refuse(lockstep, bench->port_packets[port] ? "W to a packet port wants endpoint 0x01 in its flags" :
								    "W to a stream port wants no flags");
	if (bench->port_packets[port] && length > TRANSFER_MAX)
		return refuse(lockstep, "an OUT transfer has at most 4096 bytes");
	/* After a hang-up writes are lost. */
	if (lockstep->open[port])
		bench->write(bench->ctx, port, bytes, length);
	return true;
}

/** Answer one complete frame. */
static bool answer(struct fw_lockstep *lockstep, const uint8_t *in, size_t length)
{
	const struct fw_lockstep_bench *bench = &lockstep->bench;
	unsigned number = in[1];
	bool known = number >= 1 && number <= bench->port_count;

	switch (in[0]) {
	case 'O':
		return open_port(lockstep, in + HEADER, length);
	case 'A':
		return advance(lockstep, in + HEADER, length);
	case 'W':
		if (!known)
			return refuse(lockstep, "W on an unknown port");
		return take_write(lockstep, number - 1, (unsigned)get_little(in + 2, 2), in + HEADER, length);
	case 'C':
		if (!known)
			return refuse(lockstep, "C on an unknown port");
		lockstep->open[number - 1] = false;
		return true;
	default:
		return refuse(lockstep, "unknown frame type; known are O W A C");
	}
}

bool fw_lockstep_serve(struct fw_lockstep *lockstep)
{
	size_t used = 0;
	ssize_t n = recv(lockstep->fd, lockstep->in + lockstep->in_length,
			 sizeof(lockstep->in) - lockstep->in_length, 0);

	if (n < 0)
		return errno == EINTR;
	if (n == 0)
		return false;
	lockstep->in_length += (size_t)n;
	while (lockstep->in_length - used >= HEADER) {
		const uint8_t *in = lockstep->in + used;
		size_t length = (size_t)get_little(in + 4, 4);

		if (length > PAYLOAD_MAX)
			return refuse(lockstep, "frame longer than 65536 bytes");
		if (lockstep->in_length - used < HEADER + length)
			break;
		if (!answer(lockstep, in, length) || lockstep->broken)
			return false;
		used += HEADER + length;
	}
	lockstep->in_length -= used;
	if (used)
		memmove(lockstep->in, lockstep->in + used, lockstep->in_length);
	return true;
}

int fw_lockstep_listen(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	struct stat there;
	int saved;
	int fd;

	if (strlen(path) >= sizeof(address.sun_path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	strcpy(address.sun_path, path);
	if (!lstat(path, &there) && S_ISSOCK(there.st_mode))
		unlink(path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -1;
	if (bind(fd, (struct sockaddr *)&address, sizeof(address)) || listen(fd, 4)) {
		saved = errno;
		close(fd);
		errno = saved;
		return -1;
	}
	return fd;
}
