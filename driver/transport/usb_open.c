/* SPDX-License-Identifier: Apache-2.0 */
/* Which device a usb: address means, and in words why it could not be opened. */
#include <string.h>

#include "transport/access.h"
#include "transport/usb_host.h"

/* Looking for the one device that is meant. */
struct search {
	const struct sg_uri *uri;
	struct sg_usb_found first;
	unsigned count;        /* with these ids, at the place if one was named */
	struct sg_text others; /* addresses of all with these ids */
	char others_storage[512];
};

static bool consider(void *ctx, const struct sg_usb_found *device)
{
	struct search *s = ctx;

	sg_text_add(&s->others, " usb:%04x:%04x@%s", (unsigned)device->vendor, (unsigned)device->product, device->place);
	if (s->uri->port[0] && strcmp(s->uri->port, device->place) != 0)
		return true;
	if (s->count++ == 0)
		s->first = *device;
	return true;
}

static enum sg_err find(const struct sg_usb_host *host, struct sg_usb_session *session, const struct sg_uri *uri,
			struct sg_text *why, struct sg_usb_found *out)
{
	struct search s = { .uri = uri, .count = 0 };
	enum sg_err err;

	sg_text_init(&s.others, s.others_storage, sizeof(s.others_storage));
	err = host->list(session, uri->usb_vendor, uri->usb_product, consider, &s);
	if (err) {
		sg_text_add(why, "usb:%s: the devices on USB could not be listed", uri->path);
		return err;
	}
	if (s.count == 1) {
		*out = s.first;
		return SG_OK;
	}
	if (s.count > 1) {
		sg_text_add(why, "usb:%s: there are %u of them; name one of:%s", uri->path, s.count, s.others_storage);
		return SG_ERR_ARGUMENT;
	}
	sg_text_add(why, "usb:%s: no such device is plugged in", uri->path);
	if (s.others_storage[0])
		sg_text_add(why, " there, but elsewhere:%s", s.others_storage);
	else
		sg_text_add(why, "; `sandglass list` shows those there are");
	return SG_ERR_NOT_FOUND;
}

static void explain(enum sg_err err, const char *name, const struct sg_usb_found *device, struct sg_text *why)
{
	if (err == SG_ERR_ACCESS) {
		sg_text_add(why, "usb:%s: no permission; ", name);
		sg_access_explain(device->node, SG_ACCESS_USB, why);
	} else if (err == SG_ERR_BUSY) {
		sg_text_add(why, "usb:%s: held by another program", name);
	} else if (err == SG_ERR_IDENTITY) {
		sg_text_add(why, "usb:%s: this device has no pair of bulk endpoints on interface 0", name);
	} else if (err == SG_ERR_NOT_FOUND) {
		sg_text_add(why, "usb:%s: was just pulled", name);
	} else {
		sg_text_add(why, "usb:%s: could not be opened: %s", name, sg_err_text(err));
	}
}

enum sg_err sg_usb_open_found(const struct sg_usb_host *host, struct sg_usb_session *session, const struct sg_uri *uri,
			      struct sg_text *why, struct sg_usb_found *out)
{
	struct sg_usb_found device;
	enum sg_err err = find(host, session, uri, why, &device);

	if (err)
		return err;
	err = host->open(session, device.place);
	if (err)
		explain(err, uri->path, &device, why);
	else
		*out = device;
	return err;
}
