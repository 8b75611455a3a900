/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * Somebody at the socket: what came in up to a line's end, and what is to go out. Never waited for; who does not read, or says
 * nothing, is dropped.
 */
#ifndef SG_SERVICE_CLIENT_H
#define SG_SERVICE_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "service/message.h"

/** So much may wait for somebody who does not read. */
#define SG_CLIENT_OUT_MAX ((size_t)1024 * 1024)

struct sg_client {
	int fd; /**< -1: none */
	char in[SG_MESSAGE_SIZE + 1];
	size_t in_length;
	char *out; /**< owned */
	size_t out_length, out_size;
	bool leaving; /**< when all of it is out */
	bool broken;
	int64_t since_ns; /**< monotonic, when it came */
	int station;      /**< whose check or output it waits for, or -1 */
	bool follows;
	uint64_t at;      /**< place in the output */
};

void sg_client_begin(struct sg_client *client, int fd, int64_t now_ns);
void sg_client_end(struct sg_client *client);

/**
 * Read what there is.
 * @return a line without its line feed, to be read at once, with its length; NULL: none yet (or broken)
 */
char *sg_client_line(struct sg_client *client, size_t *length);

/** To be sent; too much of it breaks the client. */
void sg_client_send(struct sg_client *client, const char *bytes, size_t length);

/** The last line: {"ok": true}, or false and the error. */
void sg_client_answer(struct sg_client *client, const char *error);

/** Write what it takes. */
void sg_client_write(struct sg_client *client);

#endif
