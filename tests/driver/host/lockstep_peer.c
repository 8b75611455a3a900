/* SPDX-License-Identifier: Apache-2.0 */
#include "lockstep_peer.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

/* LOCKSTEP.md: type, port, flags, 32 bits of length; what this peer has room for. */
#define FRAME_HEAD_SIZE 8
#define FRAME_PAYLOAD_MAX 65536
#define ENDPOINT_OUT 0x01
#define ENDPOINT_IN 0x81

static void __attribute__((noreturn, format(printf, 1, 2))) wrong(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fputs("peer: ", stderr);
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
	va_end(args);
	_exit(1);
}

void peer_start(struct peer *peer, peer_script *script)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	strcpy(peer->folder, "/tmp/sg_lockstep_XXXXXX");
	if (!mkdtemp(peer->folder))
		wrong("no folder");
	snprintf(peer->path, sizeof(peer->path), "%s/sock", peer->folder);
	strcpy(address.sun_path, peer->path);
	if (bind(listener, (const struct sockaddr *)&address, sizeof(address)) != 0 || listen(listener, 1) != 0)
		wrong("cannot listen");
	peer->pid = fork();
	if (peer->pid == 0) {
		alarm(60); /* a host that waits for ever must not make the test wait so */
		script(accept(listener, NULL, NULL));
		_exit(0);
	}
	close(listener);
}

int peer_end(struct peer *peer)
{
	int status = -1;

	waitpid(peer->pid, &status, 0);
	unlink(peer->path);
	rmdir(peer->folder);
	return status;
}

void peer_bytes(int fd, const void *bytes, size_t length)
{
	const char *rest = bytes;

	while (length) {
		ssize_t n = send(fd, rest, length, MSG_NOSIGNAL);

		if (n <= 0)
			wrong("the host left while it was being told something");
		rest += n;
		length -= (size_t)n;
	}
}

static void put_le(uint8_t *to, uint64_t value, int bytes)
{
	for (int i = 0; i < bytes; i++)
		to[i] = (uint8_t)(value >> 8 * i);
}

static uint64_t get_le(const uint8_t *from, int bytes)
{
	uint64_t value = 0;

	for (int i = 0; i < bytes; i++)
		value |= (uint64_t)from[i] << 8 * i;
	return value;
}

/* In one send: a host may leave at the sight of a bad head, and must not be told the rest of the frame then. */
static void flagged_frame(int fd, char type, unsigned port, unsigned flags, const void *payload, size_t length)
{
	uint8_t frame[FRAME_HEAD_SIZE + FRAME_PAYLOAD_MAX] = { (uint8_t)type, (uint8_t)port };

	put_le(frame + 2, flags, 2);
	put_le(frame + 4, length, 4);
	if (length)
		memcpy(frame + FRAME_HEAD_SIZE, payload, length);
	peer_bytes(fd, frame, FRAME_HEAD_SIZE + length);
}

void peer_frame(int fd, char type, unsigned port, const void *payload, size_t length)
{
	flagged_frame(fd, type, port, 0, payload, length);
}

void peer_greet(int fd)
{
	static const char text[] = "sandglass-lockstep 1\nnow 0\nseed 7\nport pot stream\nport chamber stream\n";

	peer_frame(fd, 'h', 0, text, strlen(text));
}

static void timed_data(int fd, unsigned port, unsigned flags, int64_t t_ns, const void *bytes, size_t length)
{
	uint8_t payload[FRAME_PAYLOAD_MAX];

	put_le(payload, (uint64_t)t_ns, 8);
	memcpy(payload + 8, bytes, length);
	flagged_frame(fd, 'D', port, flags, payload, 8 + length);
}

void peer_data(int fd, unsigned port, int64_t t_ns, const void *bytes, size_t length)
{
	timed_data(fd, port, 0, t_ns, bytes, length);
}

void peer_packet(int fd, unsigned port, int64_t t_ns, const void *bytes, size_t length)
{
	timed_data(fd, port, ENDPOINT_IN, t_ns, bytes, length);
}

void peer_hang_up(int fd, unsigned port, int64_t t_ns)
{
	uint8_t payload[8];

	put_le(payload, (uint64_t)t_ns, 8);
	peer_frame(fd, 'H', port, payload, 8);
}

void peer_now(int fd, int64_t t_ns)
{
	uint8_t payload[8];

	put_le(payload, (uint64_t)t_ns, 8);
	peer_frame(fd, 'N', 0, payload, 8);
}

static unsigned expect_flagged(int fd, char type, unsigned flags, uint8_t *payload, size_t *length)
{
	uint8_t head[FRAME_HEAD_SIZE];

	if (recv(fd, head, sizeof(head), MSG_WAITALL) != (ssize_t)sizeof(head))
		wrong("the host left; expected %c", type);
	*length = get_le(head + 4, 4);
	if (head[0] != type || get_le(head + 2, 2) != flags || *length > FRAME_PAYLOAD_MAX)
		wrong("got %c with flags %d %d and %zu bytes; expected %c", head[0], head[2], head[3], *length, type);
	if (*length && recv(fd, payload, *length, MSG_WAITALL) != (ssize_t)*length)
		wrong("half a %c", type);
	return head[1];
}

unsigned peer_expect(int fd, char type, uint8_t *payload, size_t *length)
{
	return expect_flagged(fd, type, 0, payload, length);
}

void peer_expect_transfer(int fd, unsigned port, const void *bytes, size_t length)
{
	uint8_t payload[FRAME_PAYLOAD_MAX];
	size_t got;

	if (expect_flagged(fd, 'W', ENDPOINT_OUT, payload, &got) != port || got != length ||
	    (length && memcmp(payload, bytes, length) != 0))
		wrong("a transfer of %zu bytes; expected another of %zu", got, length);
}

void peer_expect_advance(int fd, int64_t t_ns, uint32_t mask)
{
	uint8_t payload[FRAME_PAYLOAD_MAX];
	size_t length;

	peer_expect(fd, 'A', payload, &length);
	if (length != 12 || (int64_t)get_le(payload, 8) != t_ns || get_le(payload + 8, 4) != mask)
		wrong("advance to %lld with mask %llx; expected %lld, %x", (long long)get_le(payload, 8),
		      (unsigned long long)get_le(payload + 8, 4), (long long)t_ns, mask);
}

void peer_open_port(int fd, const char *name, unsigned port)
{
	uint8_t payload[FRAME_PAYLOAD_MAX];
	size_t length;

	peer_expect(fd, 'O', payload, &length);
	if (length != strlen(name) || memcmp(payload, name, length) != 0)
		wrong("opens \"%.*s\"; expected %s", (int)length, (const char *)payload, name);
	peer_frame(fd, 'o', port, NULL, 0);
}

void peer_expect_end(int fd)
{
	char byte = '?';
	ssize_t n = recv(fd, &byte, 1, 0);

	/* A host that closes before it has read all we said resets the connection: the end as well. */
	if (n > 0 || (n < 0 && errno != ECONNRESET))
		wrong("more from the host, a %c; expected the end", byte);
}
