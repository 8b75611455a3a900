/* SPDX-License-Identifier: Apache-2.0 */
#include "service/client.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "format/json_line.h"

void sg_client_begin(struct sg_client *client, int fd, int64_t now_ns)
{
	memset(client, 0, sizeof(*client));
	client->fd = fd;
	client->since_ns = now_ns;
	client->station = -1;
}

void sg_client_end(struct sg_client *client)
{
	if (client->fd >= 0)
		close(client->fd);
	free(client->out);
	client->out = NULL;
	client->fd = -1;
}

char *sg_client_line(struct sg_client *client, size_t *length)
{
	const ssize_t n = recv(client->fd, client->in + client->in_length, SG_MESSAGE_SIZE - client->in_length, MSG_DONTWAIT);
	char *end;

	if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR)) {
		client->broken = true; /* it has gone, and whatever it asked for is of no use */
		return NULL;
	}
	if (n < 0)
		return NULL;
	if (client->leaving || client->station >= 0) /* one request is one connection */
		return NULL;
	client->in_length += (size_t)n;
	end = memchr(client->in, '\n', client->in_length);
	if (!end && client->in_length == SG_MESSAGE_SIZE) {
		client->in_length = 0;
		sg_client_answer(client, "the request is too long: 32 kB with its line feed are the most");
		return NULL;
	}
	if (!end)
		return NULL;
	*length = (size_t)(end - client->in);
	*end = '\0';
	return client->in;
}

void sg_client_send(struct sg_client *client, const char *bytes, size_t length)
{
	size_t size = client->out_size ? client->out_size : 4096;
	char *out;

	if (client->broken || client->fd < 0)
		return;
	while (size < client->out_length + length)
		size *= 2;
	out = size > SG_CLIENT_OUT_MAX ? NULL : size > client->out_size ? realloc(client->out, size) : client->out;
	if (!out) {
		client->broken = true;
		return;
	}
	client->out = out;
	client->out_size = size;
	memcpy(out + client->out_length, bytes, length);
	client->out_length += length;
}

void sg_client_answer(struct sg_client *client, const char *error)
{
	char line[4096];
	struct sg_json json;
	size_t length;

	sg_json_begin(&json, line, sizeof(line), false);
	sg_json_integer(&json, "sandglassd", SG_MESSAGE_VERSION);
	sg_json_boolean(&json, "ok", error == NULL);
	if (error)
		sg_json_string(&json, "error", error);
	length = sg_json_end(&json);
	sg_client_send(client, line, length);
	client->station = -1;
	client->leaving = true;
}

void sg_client_write(struct sg_client *client)
{
	const ssize_t n = client->out_length ? send(client->fd, client->out, client->out_length, MSG_DONTWAIT | MSG_NOSIGNAL) : 0;

	if (n < 0 && errno != EAGAIN && errno != EINTR)
		client->broken = true;
	if (n <= 0)
		return;
	client->out_length -= (size_t)n;
	memmove(client->out, client->out + n, client->out_length);
}
