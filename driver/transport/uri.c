/* SPDX-License-Identifier: Apache-2.0 */
#include "transport/uri.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "transport/faulty.h"

static const struct scheme {
	const char *word;
	enum sg_uri_kind kind;
} schemes[] = {
	{ "serial:", SG_URI_SERIAL }, { "tcp:", SG_URI_TCP }, { "pty:", SG_URI_PTY },
	{ "sim:", SG_URI_SIM },	      { "usb:", SG_URI_USB },
};

#define KNOWN "serial:/dev/ttyACM0, usb:a0a0:0002@1-1.2, tcp:host:port, pty:/path or sim:/path/to.sock#port"
#define USB_DEPTH 7  /* ports one behind the other. Source: USB 2.0, 4.1.1: five hubs; libusb and Linux allow 7 */
#define USB_PORTS 255

static enum sg_err refuse(struct sg_text *why, const char *text, const char *what)
{
	sg_text_add(why, "\"%s\": %s", text, what);
	return SG_ERR_ARGUMENT;
}

static bool copy(char *to, const char *from, size_t length)
{
	if (length >= SG_URI_PART_SIZE)
		return false;
	memcpy(to, from, length);
	to[length] = '\0';
	return true;
}

/* Numbers are checked here: the C library's resolver cuts 70000 down to 4464 without a word. */
static bool is_service(const char *port)
{
	const size_t digits = strspn(port, "0123456789");
	long number;

	if (port[digits])
		return digits == 0 && !strpbrk(port, " \t\r\n/#");
	number = digits && digits <= 5 ? strtol(port, NULL, 10) : 0;
	return number >= 1 && number <= 65535;
}

/* host:port, where the host may be an IPv6 address in brackets. */
static enum sg_err split_host(const char *text, const char *rest, struct sg_uri *uri, struct sg_text *why)
{
	const char *colon = strrchr(rest, ':');
	const char *host = rest;
	size_t length;

	if (!colon || colon == rest || !colon[1])
		return refuse(why, text, "a TCP address is tcp:host:port, e.g. tcp:192.168.1.20:4001");
	length = (size_t)(colon - rest);
	if (rest[0] == '[' && colon[-1] == ']') {
		host++;
		length -= 2;
	} else if (memchr(rest, ':', length)) {
		return refuse(why, text, "an IPv6 address goes in brackets, e.g. tcp:[fe80::1]:4001");
	}
	if (!is_service(colon + 1))
		return refuse(why, text, "the port of a TCP address is a number from 1 to 65535 or a service's name");
	if (length == 0 || !copy(uri->path, host, length) || !copy(uri->port, colon + 1, strlen(colon + 1)))
		return refuse(why, text, "a TCP address is tcp:host:port, e.g. tcp:192.168.1.20:4001");
	return SG_OK;
}

static enum sg_err split_socket(const char *text, const char *rest, struct sg_uri *uri, struct sg_text *why)
{
	const size_t length = strcspn(rest, "#");
	const char *port = rest[length] ? rest + length + 1 : "";

	if (length == 0 || !copy(uri->path, rest, length) || !copy(uri->port, port, strlen(port)))
		return refuse(why, text, "a lockstep address is sim:/path/to.sock#port");
	return SG_OK;
}

/* Four hexadecimal digits, in the one spelling that sysfs has. Returns what follows them, or NULL. */
static const char *take_id(const char *text, int *id)
{
	static const char digits[] = "0123456789abcdef";
	int value = 0;

	for (int i = 0; i < 4; i++) {
		const char *digit = text[i] ? strchr(digits, text[i]) : NULL;

		if (!digit)
			return NULL;
		value = value * 16 + (int)(digit - digits);
	}
	*id = value;
	return text + 4;
}

/* 1 to 255 without leading zeros. */
static const char *take_port(const char *text)
{
	const size_t digits = strspn(text, "0123456789");

	if (digits < 1 || digits > 3 || text[0] == '0' || strtol(text, NULL, 10) > USB_PORTS)
		return NULL;
	return text + digits;
}

bool sg_uri_is_usb_place(const char *text)
{
	const char *rest = take_port(text);
	int depth = 0;

	if (!rest || *rest != '-')
		return false;
	do {
		rest = take_port(rest + 1);
	} while (rest && ++depth < USB_DEPTH && *rest == '.');
	return rest && !*rest;
}

static enum sg_err split_usb(const char *text, const char *rest, struct sg_uri *uri, struct sg_text *why)
{
	const char *end = take_id(rest, &uri->usb_vendor);

	if (end)
		end = *end == ':' ? take_id(end + 1, &uri->usb_product) : NULL;
	if (!end || (*end && *end != '@'))
		return refuse(why, text, "a USB address is vendor and product id, four hexadecimal digits each (a to f in "
			      "lower case), and the place: usb:a0a0:0002@1-1.2, or usb:a0a0:0002 if there is only one; "
			      "`sandglass list` shows those there are");
	if (*end && !sg_uri_is_usb_place(end + 1))
		return refuse(why, text, "the place of a USB device is its bus and port path as in /sys/bus/usb/devices and "
			      "in `sandglass list`, without an interface: usb:a0a0:0002@1-1.2");
	if (!copy(uri->path, rest, strlen(rest)) || !copy(uri->port, *end ? end + 1 : end, strlen(*end ? end + 1 : end)))
		return refuse(why, text, "too long"); /* cannot be: a place has at most 31 characters */
	return SG_OK;
}

enum sg_err sg_uri_parse(const char *text, struct sg_uri *out, struct sg_text *why)
{
	struct sg_fault_plan plan;
	struct sg_uri uri;
	const char *rest = NULL;
	enum sg_err err = SG_OK;

	memset(&uri, 0, sizeof(uri));
	uri.faulty = sg_faulty_is(text);
	if (uri.faulty && sg_faulty_plan(text, &plan, why))
		return SG_ERR_ARGUMENT;
	text = sg_faulty_inner(text);
	for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]) && !rest; i++) {
		if (strncmp(text, schemes[i].word, strlen(schemes[i].word)) == 0) {
			uri.kind = schemes[i].kind;
			rest = text + strlen(schemes[i].word);
		}
	}
	if (!rest)
		return refuse(why, text, "not an address; it would be " KNOWN);
	switch (uri.kind) {
	case SG_URI_TCP:
		err = split_host(text, rest, &uri, why);
		break;
	case SG_URI_SIM:
		err = split_socket(text, rest, &uri, why);
		break;
	case SG_URI_USB:
		err = split_usb(text, rest, &uri, why);
		break;
	case SG_URI_SERIAL:
	case SG_URI_PTY:
		if (!rest[0] || !copy(uri.path, rest, strlen(rest)))
			err = refuse(why, text, "names no device; it would be " KNOWN);
		break;
	}
	if (!err)
		*out = uri;
	return err;
}
