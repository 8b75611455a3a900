/* SPDX-License-Identifier: Apache-2.0 */
#include "port/endpoint.h"

#include <string.h>

/* NULL if this instrument goes on this kind of cable, else what would. */
static const char *mismatch(const struct fw_endpoint_kind *kind, const struct fw_firmware *family)
{
	switch (kind->cable) {
	case FW_CABLE_STREAM:
		return fw_has_packets(family) ? "this instrument speaks in USB packets: gadget:NAME is wanted" : NULL;
	case FW_CABLE_ACM:
		return family->usb && family->usb->kind == FW_USB_ACM ?
			       NULL : "this instrument is no serial port on USB: pty:/path or gadget:NAME is wanted";
	case FW_CABLE_BULK:
		break;
	}
	return fw_has_packets(family) ? NULL : "this instrument does not speak in USB packets: pty:/path or acm:NAME is wanted";
}

int fw_endpoint_open(struct fw_endpoint *endpoint, const char *uri, const struct fw_firmware *family,
		     const char *serial_number, const char **why)
{
	static const struct fw_endpoint_kind *const kinds[] = { &fw_pty, &fw_tcp, &fw_acm, &fw_gadget };

	memset(endpoint, 0, sizeof(*endpoint));
	endpoint->fd = -1;
	endpoint->peer_fd = -1;
	endpoint->usb = family->usb;
	endpoint->serial_number = serial_number;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		size_t length = strlen(kinds[i]->scheme);

		if (strncmp(uri, kinds[i]->scheme, length) || uri[length] != ':')
			continue;
		if (strlen(uri) - length > sizeof(endpoint->where)) {
			*why = "the address is too long";
			return -1;
		}
		strcpy(endpoint->where, uri + length + 1);
		*why = mismatch(kinds[i], family);
		if (*why)
			return -1;
		endpoint->kind = kinds[i];
		if (!kinds[i]->plug(endpoint, why))
			return 0;
		fw_endpoint_close(endpoint);
		return -1;
	}
	*why = "pty:/path, tcp:port, tcp:host:port, acm:NAME or gadget:NAME is wanted";
	return -1;
}

void fw_endpoint_close(struct fw_endpoint *endpoint)
{
	if (endpoint->kind)
		endpoint->kind->pull(endpoint);
	if (endpoint->kind && endpoint->kind->leave)
		endpoint->kind->leave(endpoint);
	endpoint->kind = NULL;
}
