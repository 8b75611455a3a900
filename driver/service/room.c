/* SPDX-License-Identifier: Apache-2.0 */
#include "service/room.h"

#include <stdlib.h>
#include <string.h>

#include "format/json_line.h"

/* Of what a test said, for somebody who asks for its latest. */
#define TAIL_BYTES 4096

enum sg_err sg_room_open(struct sg_room **room, const struct sg_service_config *config, struct sg_text *why)
{
	struct sg_room *r = calloc(1, sizeof(*r));
	const size_t count = config->rigs->count;
	enum sg_err err = SG_OK, first = SG_OK;

	if (r) {
		for (size_t i = 0; i < SG_ROOM_CLIENTS; i++)
			r->clients[i].fd = -1;
		r->stations = calloc(count, sizeof(*r->stations));
		r->all = calloc(count, sizeof(*r->all));
	}
	if (!r || !r->stations || !r->all) {
		sg_room_close(r);
		return SG_ERR_NO_MEMORY;
	}
	for (r->count = 0; r->count < count; r->count++) {
		r->all[r->count] = &r->stations[r->count];
		err = sg_station_open(&r->stations[r->count], &config->rigs->entries[r->count], config->rigs_path,
				      config->folder, config->program, why);
		first = first ? first : err;
		if (err && r->count + 1 < count)
			sg_text_add(why, "\n");
	}
	if (first)
		sg_room_close(r);
	else
		*room = r;
	return first;
}

void sg_room_close(struct sg_room *room)
{
	if (!room)
		return;
	for (size_t i = 0; i < room->count; i++)
		sg_station_close(&room->stations[i]);
	for (size_t i = 0; i < SG_ROOM_CLIENTS; i++)
		sg_client_end(&room->clients[i]);
	free(room->stations);
	free(room->all);
	free(room);
}

bool sg_room_is_working(const struct sg_room *room)
{
	for (size_t i = 0; i < room->count; i++) {
		if (room->stations[i].child.pid)
			return true;
	}
	return false;
}

/* ---- answers ---- */

static void send_output_line(struct sg_client *client, const char *text)
{
	char line[8 * SG_RING_LINE_SIZE];
	struct sg_json json;

	sg_json_begin(&json, line, sizeof(line), false);
	sg_json_string(&json, "line", text);
	sg_client_send(client, line, sg_json_end(&json));
}

void sg_room_send_output(struct sg_room *room, struct sg_client *client)
{
	char text[SG_RING_LINE_SIZE];

	while (sg_ring_next(&room->stations[client->station].ring, &client->at, text))
		send_output_line(client, text);
}

static void send_status(const struct sg_station *station, struct sg_client *client)
{
	char line[8192], last[SG_RING_LINE_SIZE] = "";
	uint64_t at = sg_ring_from(&station->ring, SG_RING_LINE_SIZE * 2);
	struct sg_json json;

	while (sg_ring_next(&station->ring, &at, last))
		;
	sg_json_begin(&json, line, sizeof(line), false);
	sg_json_string(&json, "rig", station->entry->name);
	sg_json_string(&json, "state", sg_station_state_name(station->state));
	sg_json_integer(&json, "since_s", station->since_s);
	sg_json_string(&json, "run", station->run[0] ? station->run : NULL);
	if (station->child.pid)
		sg_json_integer(&json, "pid", station->child.pid);
	sg_json_string(&json, "last", last);
	sg_client_send(client, line, sg_json_end(&json));
}

void sg_room_checked(struct sg_room *room, size_t index, bool passed)
{
	for (size_t i = 0; i < SG_ROOM_CLIENTS; i++) {
		struct sg_client *client = &room->clients[i];

		if (client->fd < 0 || client->station != (int)index || client->follows)
			continue;
		if (!passed)
			sg_room_send_output(room, client);
		sg_client_answer(client, passed ? NULL : "the experiment does not fit this rig; nothing was started");
	}
}

/* ---- requests ---- */

static int find(const struct sg_room *room, const char *name)
{
	for (size_t i = 0; name && i < room->count; i++) {
		if (strcmp(room->stations[i].entry->name, name) == 0)
			return (int)i;
	}
	return -1;
}

static void status(const struct sg_room *room, struct sg_client *client)
{
	for (size_t i = 0; i < room->count; i++)
		send_status(&room->stations[i], client);
	sg_client_answer(client, NULL);
}

static void tail(struct sg_room *room, struct sg_client *client, int index, bool follow)
{
	client->station = index;
	client->at = sg_ring_from(&room->stations[index].ring, TAIL_BYTES);
	sg_room_send_output(room, client);
	client->follows = follow;
	if (!follow)
		sg_client_answer(client, NULL);
}

static void submit(struct sg_room *room, struct sg_client *client, int index, const char *experiment)
{
	struct sg_station *station = &room->stations[index];
	char storage[1024];
	struct sg_text why;

	sg_text_init(&why, storage, sizeof(storage));
	if (!experiment)
		sg_client_answer(client, "'experiment' is missing: the text of an experiment file");
	else if (sg_station_submit(station, experiment, room->all, room->count, &why))
		sg_client_answer(client, why.data);
	else {
		client->station = index; /* answered when the check is over */
		client->at = station->begin;
	}
}

static void order(struct sg_station *station, struct sg_client *client, enum sg_err (*ask)(struct sg_station *, struct sg_text *))
{
	char storage[1024];
	struct sg_text why;

	sg_text_init(&why, storage, sizeof(storage));
	sg_client_answer(client, ask(station, &why) ? why.data : NULL);
}

static void request_of(struct sg_room *room, struct sg_client *client, const struct sg_message *message, struct sg_text *did)
{
	const char *verb = sg_message_text(message, "do"), *rig = sg_message_text(message, "rig");
	const int index = find(room, rig);

	if (sg_message_number(message, "sandglassd", 0) != SG_MESSAGE_VERSION) {
		sg_client_answer(client, "this service speaks version 1: \"sandglassd\": 1");
	} else if (!verb) {
		sg_client_answer(client, "'do' is missing: submit, status, stop, pause, go-on or tail");
	} else if (strcmp(verb, "status") == 0) {
		status(room, client);
	} else if (index < 0) {
		sg_client_answer(client, rig ? "there is no rig of that name; `sandglass status` lists them" :
					       "'rig' is missing: `sandglass status` lists them");
	} else if (strcmp(verb, "tail") == 0) {
		tail(room, client, index, sg_message_is(message, "follow"));
	} else if (room->leaving) {
		sg_client_answer(client, "the service is being stopped");
	} else {
		sg_text_add(did, "%.20s %s", verb, rig);
		if (strcmp(verb, "submit") == 0)
			submit(room, client, index, sg_message_text(message, "experiment"));
		else if (strcmp(verb, "stop") == 0)
			order(&room->stations[index], client, sg_station_stop);
		else if (strcmp(verb, "pause") == 0)
			order(&room->stations[index], client, sg_station_pause);
		else if (strcmp(verb, "go-on") == 0)
			order(&room->stations[index], client, sg_station_go_on);
		else
			sg_client_answer(client, "'do' is submit, status, stop, pause, go-on or tail");
	}
}

void sg_room_request(struct sg_room *room, struct sg_client *client, char *line, size_t length, struct sg_text *did)
{
	char storage[256];
	struct sg_message message;
	struct sg_text why;

	sg_text_init(&why, storage, sizeof(storage));
	sg_text_add(&why, "not understood: ");
	if (sg_message_read(&message, line, length, &why))
		sg_client_answer(client, why.data);
	else
		request_of(room, client, &message, did);
}
