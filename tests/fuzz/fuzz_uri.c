/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses of any content: taken apart into parts that fit and lose nothing, or refused with a reason. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "transport/faulty.h"
#include "transport/uri.h"

#define TEXT_MAX 2048

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(int holds)
{
	if (!holds)
		abort();
}

/* The parts, put together again, are the address. */
static void check_whole(const char *text, const struct sg_uri *uri)
{
	char again[2 * SG_URI_PART_SIZE + 16] = "";

	switch (uri->kind) {
	case SG_URI_SERIAL:
		snprintf(again, sizeof(again), "serial:%s", uri->path);
		break;
	case SG_URI_PTY:
		snprintf(again, sizeof(again), "pty:%s", uri->path);
		break;
	case SG_URI_USB:
		must(uri->usb_vendor >= 0 && uri->usb_vendor <= 0xffff && uri->usb_product >= 0 && uri->usb_product <= 0xffff);
		snprintf(again, sizeof(again), "usb:%04x:%04x%s%s", (unsigned)uri->usb_vendor, (unsigned)uri->usb_product,
			 uri->port[0] ? "@" : "", uri->port);
		must(strcmp(again + 4, uri->path) == 0);
		must(!uri->port[0] || sg_uri_is_usb_place(uri->port));
		break;
	case SG_URI_SIM:
		snprintf(again, sizeof(again), "sim:%s%s%s", uri->path, strchr(text, '#') ? "#" : "", uri->port);
		break;
	case SG_URI_TCP:
		snprintf(again, sizeof(again), "tcp:%s:%s", uri->path, uri->port);
		if (strcmp(again, text) != 0)
			snprintf(again, sizeof(again), "tcp:[%s]:%s", uri->path, uri->port);
		must(uri->port[0] != '\0');
		break;
	}
	must(uri->path[0] != '\0');
	must(strcmp(again, text) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char text[TEXT_MAX], said[256];
	struct sg_text why;
	struct sg_uri uri;
	enum sg_err err;

	if (size >= sizeof(text))
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	sg_text_init(&why, said, sizeof(said));
	err = sg_uri_parse(text, &uri, &why);
	must(err == SG_OK || err == SG_ERR_ARGUMENT);
	must((err == SG_OK) == (why.length == 0));
	if (!err) {
		must(uri.faulty == sg_faulty_is(text));
		check_whole(sg_faulty_inner(text), &uri);
	}
	return 0;
}
