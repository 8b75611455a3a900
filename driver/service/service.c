/* SPDX-License-Identifier: Apache-2.0 */
#include "service/service.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "core/units.h"
#include "service/notify.h"
#include "service/room.h"
#include "service/socket.h"

#define TICK_NS (1 * SG_NS_PER_S)
/* Of an orderly end: a cell is off in seconds, an instrument that does not answer takes its patience of a minute. */
#define LEAVING_NS (110 * SG_NS_PER_S)
#define IDLE_CLIENT_NS (30 * SG_NS_PER_S)

static int64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * SG_NS_PER_S + t.tv_nsec;
}

/* Nobody is waited for, the journal neither: what it does not take is left out. */
static void say(const char *who, const char *text)
{
	struct pollfd out = { .fd = STDOUT_FILENO, .events = POLLOUT };
	char line[SG_RING_LINE_SIZE + SG_NAME_SIZE + 8];
	const int length = snprintf(line, sizeof(line), "%s: %s\n", who, text);

	if (poll(&out, 1, 0) == 1 && (out.revents & POLLOUT))
		(void)!write(STDOUT_FILENO, line, (size_t)length < sizeof(line) ? (size_t)length : sizeof(line) - 1);
}

/* ---- output ---- */

static void say_line(void *ctx, const char *text)
{
	const struct sg_station *station = ctx;

	if (!station->checking)
		say(station->entry->name, text);
}

static void tell_followers(struct sg_room *room, size_t index)
{
	for (size_t i = 0; i < SG_ROOM_CLIENTS; i++) {
		struct sg_client *client = &room->clients[i];

		if (client->fd >= 0 && client->follows && client->station == (int)index)
			sg_room_send_output(room, client);
	}
}

static void take_output(struct sg_room *room, size_t index)
{
	struct sg_station *station = &room->stations[index];
	char chunk[8192];
	ssize_t n = read(station->child.output, chunk, sizeof(chunk));

	if (n > 0) {
		sg_ring_put(&station->ring, chunk, (size_t)n, say_line, station);
		tell_followers(room, index);
	} else if (n == 0 || (errno != EAGAIN && errno != EINTR)) {
		close(station->child.output);
		station->child.output = -1;
	}
}

static void child_ended(struct sg_room *room, size_t index)
{
	struct sg_station *station = &room->stations[index];
	char text[SG_RUN_PATH_SIZE + 64];
	bool passed, checked;

	for (int i = 0; i < 64 && station->child.output >= 0; i++)
		take_output(room, index); /* its last words */
	checked = sg_station_child_ended(station, now_ns(), &passed);
	if (checked)
		sg_room_checked(room, index, passed);
	if (checked && passed && room->leaving) /* it began in that very moment */
		sg_station_suspend(station);
	snprintf(text, sizeof(text), "%s %s", sg_station_state_name(station->state), station->run);
	say(station->entry->name, text);
}

/* ---- clients ---- */

static void accept_client(struct sg_room *room, int listening)
{
	const int fd = accept4(listening, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	struct ucred who = { .pid = 0 };
	socklen_t size = sizeof(who);
	char text[96];

	if (fd < 0)
		return;
	for (size_t i = 0; i < SG_ROOM_CLIENTS; i++) {
		if (room->clients[i].fd >= 0)
			continue;
		sg_client_begin(&room->clients[i], fd, now_ns());
		if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &size) == 0)
			room->who[i] = who;
		return;
	}
	snprintf(text, sizeof(text), "more than %d at the socket: one is turned away", SG_ROOM_CLIENTS);
	say("sandglassd", text);
	close(fd);
}

static void serve(struct sg_room *room, size_t index, short events)
{
	struct sg_client *client = &room->clients[index];
	char storage[256];
	struct sg_text did;
	size_t length;
	char *line;

	if (events & (POLLIN | POLLHUP | POLLERR)) {
		line = sg_client_line(client, &length);
		sg_text_init(&did, storage, sizeof(storage));
		if (line)
			sg_room_request(room, client, line, length, &did);
		if (did.length) {
			sg_text_add(&did, " (asked for by uid %ld, process %ld)", (long)room->who[index].uid,
				    (long)room->who[index].pid);
			say("sandglassd", did.data);
		}
	}
	sg_client_write(client);
}

static void drop_clients(struct sg_room *room)
{
	for (size_t i = 0; i < SG_ROOM_CLIENTS; i++) {
		struct sg_client *client = &room->clients[i];
		const bool idle = client->station < 0 && now_ns() - client->since_ns > IDLE_CLIENT_NS;

		if (client->fd >= 0 && (client->broken || idle || (client->leaving && client->out_length == 0)))
			sg_client_end(client);
	}
}

/* ---- the loop ---- */

enum { SIGNALS, LISTENING, FIXED };

struct loop {
	struct sg_room *room;
	int fixed[FIXED];
	struct pollfd *polled;
	size_t count;
	int64_t tick_ns, watchdog_ns, watchdog_every_ns, until_ns;
};

static void add(struct loop *loop, int fd, short events)
{
	loop->polled[loop->count++] = (struct pollfd){ .fd = fd, .events = events };
}

/* In this order they are looked at below. */
static void list(struct loop *loop)
{
	struct sg_room *room = loop->room;

	loop->count = 0;
	for (size_t i = 0; i < FIXED; i++)
		add(loop, loop->fixed[i], POLLIN);
	for (size_t i = 0; i < room->count; i++) {
		add(loop, room->stations[i].child.output, POLLIN);
		add(loop, room->stations[i].child.pidfd, POLLIN);
	}
	for (size_t i = 0; i < SG_ROOM_CLIENTS; i++)
		add(loop, room->clients[i].fd, (short)(POLLIN | (room->clients[i].out_length ? POLLOUT : 0)));
}

static void look(struct loop *loop)
{
	struct sg_room *room = loop->room;
	const struct pollfd *at = loop->polled + FIXED;

	for (size_t i = 0; i < room->count; i++, at += 2) {
		if (at[0].fd >= 0 && at[0].revents)
			take_output(room, i);
		if (at[1].fd >= 0 && at[1].revents)
			child_ended(room, i);
	}
	for (size_t i = 0; i < SG_ROOM_CLIENTS; i++, at++) {
		if (at->fd >= 0 && at->revents)
			serve(room, i, at->revents);
	}
	drop_clients(room);
	if (loop->polled[LISTENING].revents)
		accept_client(room, loop->fixed[LISTENING]);
}

/* SIGTERM: every cell off, and every test to be gone on with. */
static void begin_to_leave(struct loop *loop)
{
	struct signalfd_siginfo info;

	if (read(loop->fixed[SIGNALS], &info, sizeof(info)) != (ssize_t)sizeof(info) || loop->room->leaving)
		return;
	loop->room->leaving = true;
	loop->until_ns = now_ns() + LEAVING_NS;
	sg_notify("STOPPING=1\nSTATUS=holding the tests, cells off");
	say("sandglassd", "asked to stop: every test is held, cell off, and gone on with at the next start");
	for (size_t i = 0; i < loop->room->count; i++)
		sg_station_suspend(&loop->room->stations[i]);
}

static void tick(struct loop *loop)
{
	const int64_t now = now_ns();

	if (loop->watchdog_every_ns && now - loop->watchdog_ns >= loop->watchdog_every_ns) {
		loop->watchdog_ns = now;
		sg_notify("WATCHDOG=1");
	}
	if (now < loop->tick_ns)
		return;
	loop->tick_ns = now + TICK_NS;
	for (size_t i = 0; i < loop->room->count && !loop->room->leaving; i++)
		sg_station_tick(&loop->room->stations[i], now);
}

static int wait_ms(const struct loop *loop)
{
	int64_t ns = loop->tick_ns - now_ns();

	if (loop->watchdog_every_ns && ns > loop->watchdog_every_ns)
		ns = loop->watchdog_every_ns;
	return ns <= 0 ? 0 : (int)(ns / 1000000) + 1;
}

static void turn_around(struct loop *loop)
{
	while (!loop->room->leaving || (sg_room_is_working(loop->room) && now_ns() < loop->until_ns)) {
		list(loop);
		if (poll(loop->polled, loop->count, wait_ms(loop)) > 0) {
			if (loop->polled[SIGNALS].revents)
				begin_to_leave(loop);
			look(loop);
		}
		tick(loop);
	}
	say("sandglassd", sg_room_is_working(loop->room) ? "stopped; a test is not held yet and goes on by itself" : "stopped");
}

/* ---- begin and end ---- */

/* One service has a folder. */
static int lock_folder(const char *folder, struct sg_text *why)
{
	const int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0)
		return fd;
	sg_text_add(why, "%s: %s", folder, fd >= 0 ? "another service has it" : strerror(errno));
	if (fd >= 0)
		close(fd);
	return -1;
}

static int block_signals(void)
{
	sigset_t set;

	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

static enum sg_err carry_out(struct loop *loop, const struct sg_service_config *config, struct sg_text *why)
{
	enum sg_err err = sg_socket_listen(config->socket, config->group, &loop->fixed[LISTENING], why);
	char text[300];

	if (err)
		return err;
	loop->polled = calloc(FIXED + 2 * loop->room->count + SG_ROOM_CLIENTS, sizeof(*loop->polled));
	loop->fixed[SIGNALS] = block_signals();
	loop->watchdog_every_ns = sg_notify_every_ns();
	if (loop->polled && loop->fixed[SIGNALS] >= 0) {
		snprintf(text, sizeof(text), "%zu rigs, at %.200s", loop->room->count, config->socket);
		say("sandglassd", text);
		sg_notify("READY=1");
		turn_around(loop);
		unlink(config->socket);
	} else {
		sg_text_add(why, "no memory, or no descriptors left");
		err = SG_ERR_NO_MEMORY;
	}
	free(loop->polled);
	close(loop->fixed[LISTENING]);
	if (loop->fixed[SIGNALS] >= 0)
		close(loop->fixed[SIGNALS]);
	return err;
}

enum sg_err sg_service_run(const struct sg_service_config *config, struct sg_text *why)
{
	struct loop loop = { .watchdog_ns = 0 };
	const int lock = lock_folder(config->folder, why);
	enum sg_err err;

	if (lock < 0)
		return SG_ERR_BUSY;
	err = sg_room_open(&loop.room, config, why);
	if (!err) {
		err = carry_out(&loop, config, why);
		sg_room_close(loop.room);
	}
	close(lock);
	return err;
}
