/* SPDX-License-Identifier: Apache-2.0 */
#include "transport/whereabouts.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "transport/faulty.h"
#include "transport/uri.h"
#include "transport/usb_sysfs.h"

bool sg_serial_is_trivial(const char *usb_serial)
{
	static const char *const placeholders[] = { "0123456789ABCDEF", "0123456789abcdef", "1234567890ABCDEF" };
	const char *rest = usb_serial + strspn(usb_serial, "0");
	size_t digits = strspn(rest, "0123456789");
	bool counting = digits >= 4;

	if (!rest[digits] && digits <= 3)
		return true;
	for (size_t i = 0; i < sizeof(placeholders) / sizeof(placeholders[0]); i++) {
		if (strcmp(usb_serial, placeholders[i]) == 0)
			return true;
	}
	/* 123456, 0123456789, 1234567890 */
	for (size_t i = 0; i < digits && counting; i++)
		counting = rest[i] == (char)('0' + (i + 1) % 10);
	return counting && !rest[digits];
}

static void copy(char *out, size_t size, const char *text)
{
	struct sg_text to;

	sg_text_init(&to, out, size);
	sg_text_add(&to, "%s", text);
}

/* "ttyACM0" of "/dev/serial/by-id/…" or "/dev/ttyACM0"; false if it leads to nothing. */
static bool tty_of(const char *path, char tty[PATH_MAX])
{
	char device[PATH_MAX];
	const char *slash;

	if (!realpath(path, device))
		return false;
	slash = strrchr(device, '/');
	strcpy(tty, slash ? slash + 1 : device);
	return true;
}

void sg_whereabouts_note(struct sg_whereabouts *out, const char *uri, const struct sg_transport *link)
{
	struct sg_usb_entry entry;

	memset(out, 0, sizeof(*out));
	copy(out->uri, sizeof(out->uri), uri);
	copy(out->place, sizeof(out->place), link->place);
	copy(out->usb_serial, sizeof(out->usb_serial), link->usb_serial);
	out->usb_vendor = -1;
	out->usb_product = -1;
	if (sg_usb_sysfs_read(SG_SYSFS, link->place, &entry)) {
		out->usb_vendor = entry.vendor;
		out->usb_product = entry.product_id;
	}
}

#define DEVICES_MAX 64 /* with the ids of the one that is sought */

/* Every device that has the ids, and what leads to it. */
struct crowd {
	const struct sg_whereabouts *before;
	size_t count;
	struct one {
		char name[SG_WHEREABOUTS_URI_SIZE]; /* its address */
		char place[SG_PLACE_SIZE];
		char serial[SG_PLACE_SIZE];
	} devices[DEVICES_MAX];
};

static bool has_ids(const struct sg_whereabouts *before, const struct sg_usb_entry *entry)
{
	return before->usb_vendor == entry->vendor && before->usb_product == entry->product_id;
}

static bool add(struct crowd *crowd, const struct sg_usb_entry *entry, const char *name)
{
	const char *was = crowd->before->uri;
	struct one *one = &crowd->devices[crowd->count];

	/* A bad cable goes where the instrument goes. */
	copy(one->name, sizeof(one->name), "");
	if (!sg_faulty_is(name))
		snprintf(one->name, sizeof(one->name), "%.*s", (int)(sg_faulty_inner(was) - was), was);
	copy(one->name + strlen(one->name), sizeof(one->name) - strlen(one->name), name);
	copy(one->place, sizeof(one->place), entry->place);
	copy(one->serial, sizeof(one->serial), entry->serial);
	return ++crowd->count < DEVICES_MAX;
}

static bool add_usb(void *ctx, const struct sg_usb_entry *entry)
{
	struct crowd *crowd = ctx;
	char name[SG_WHEREABOUTS_URI_SIZE];

	if (!has_ids(crowd->before, entry))
		return true;
	snprintf(name, sizeof(name), "usb:%04x:%04x@%s", (unsigned)entry->vendor, (unsigned)entry->product_id, entry->place);
	return add(crowd, entry, name);
}

struct tty_search {
	struct crowd *crowd;
	const char *dev;
	char named[PATH_MAX]; /* the tty to which the user's own name leads now; empty: to none */
};

static bool add_tty(void *ctx, const char *tty, const struct sg_usb_entry *entry)
{
	struct tty_search *s = ctx;
	const struct sg_whereabouts *before = s->crowd->before;
	char name[SG_WHEREABOUTS_URI_SIZE];
	struct sg_text text;

	if (!has_ids(before, entry))
		return true;
	if (strcmp(tty, s->named) == 0)
		return add(s->crowd, entry, before->uri);
	sg_text_init(&text, name, sizeof(name));
	sg_text_add(&text, "serial:%s/%s", s->dev, tty);
	return text.truncated || add(s->crowd, entry, name);
}

/* Does a device at another place carry the same serial string? */
static bool is_shared(const struct crowd *crowd, const struct one *one)
{
	for (size_t i = 0; i < crowd->count; i++) {
		const struct one *other = &crowd->devices[i];

		if (strcmp(other->serial, one->serial) == 0 && strcmp(other->place, one->place) != 0)
			return true;
	}
	return false;
}

/* Is this one a candidate, and of which kind? */
static bool judge(const struct crowd *crowd, const struct one *one, bool is_usb, enum sg_candidate_kind *kind)
{
	const struct sg_whereabouts *before = crowd->before;

	if (strcmp(one->serial, before->usb_serial) != 0)
		return false; /* its own descriptor says that it is another one */
	if (strcmp(one->place, before->place) == 0)
		*kind = SG_CANDIDATE_SAME_PLACE;
	else if (!sg_serial_is_trivial(one->serial) && !is_shared(crowd, one))
		*kind = SG_CANDIDATE_SAME_SERIAL;
	else
		*kind = SG_CANDIDATE_SAME_IDS;
	return *kind != SG_CANDIDATE_SAME_IDS || is_usb;
}

static size_t sort_out(const struct crowd *crowd, bool is_usb, struct sg_candidate *out)
{
	static const enum sg_candidate_kind order[] = { SG_CANDIDATE_SAME_PLACE, SG_CANDIDATE_SAME_SERIAL,
							SG_CANDIDATE_SAME_IDS };
	size_t count = 0;

	for (size_t k = 0; k < sizeof(order) / sizeof(order[0]); k++) {
		for (size_t i = 0; i < crowd->count && count < SG_CANDIDATES_MAX; i++) {
			const struct one *one = &crowd->devices[i];
			enum sg_candidate_kind kind;

			if (!judge(crowd, one, is_usb, &kind) || kind != order[k])
				continue;
			out[count].kind = kind;
			copy(out[count].uri, sizeof(out[count].uri), one->name);
			copy(out[count].place, sizeof(out[count].place), one->place);
			copy(out[count].usb_serial, sizeof(out[count].usb_serial), one->serial);
			count++;
		}
	}
	return count;
}

static size_t only_itself(const struct sg_whereabouts *before, struct sg_candidate *out)
{
	memset(out, 0, sizeof(*out));
	out->kind = SG_CANDIDATE_SAME_PLACE;
	copy(out->uri, sizeof(out->uri), before->uri);
	copy(out->place, sizeof(out->place), before->place);
	copy(out->usb_serial, sizeof(out->usb_serial), before->usb_serial);
	return 1;
}

/* Everything plugged in that has its ids; false if its address or its ids do not say where to look. */
static bool gather(const char *sysfs, const char *dev, const struct sg_whereabouts *before, const struct sg_uri *uri,
		   struct crowd *crowd)
{
	struct tty_search search = { .crowd = crowd, .dev = dev, .named = "" };

	crowd->before = before;
	crowd->count = 0;
	/* Without ids nothing could be told from anything else. */
	if ((uri->kind != SG_URI_SERIAL && uri->kind != SG_URI_USB) || !before->place[0] || before->usb_vendor < 0)
		return false;
	if (uri->kind == SG_URI_USB) {
		sg_usb_sysfs_list(sysfs, add_usb, crowd);
		return true;
	}
	tty_of(uri->path, search.named);
	sg_usb_sysfs_ttys(sysfs, add_tty, &search);
	return true;
}

size_t sg_whereabouts_find_in(const char *sysfs, const char *dev, const struct sg_whereabouts *before,
			      struct sg_candidate *out)
{
	struct crowd crowd;
	struct sg_uri uri;

	if (sg_uri_parse(before->uri, &uri, NULL))
		return 0;
	if (!gather(sysfs, dev, before, &uri, &crowd))
		return only_itself(before, out);
	return sort_out(&crowd, uri.kind == SG_URI_USB, out);
}

size_t sg_whereabouts_find(const struct sg_whereabouts *before, struct sg_candidate *out)
{
	return sg_whereabouts_find_in(SG_SYSFS, "/dev", before, out);
}

/* ---- neighbours ---- */

static bool knows_place(const struct sg_neighbours *neighbours, const char *place)
{
	for (size_t i = 0; i < neighbours->count; i++) {
		if (strcmp(neighbours->place[i], place) == 0)
			return true;
	}
	return false;
}

static void add_neighbour(struct sg_neighbours *neighbours, const char *place)
{
	if (knows_place(neighbours, place))
		return;
	if (neighbours->count == SG_NEIGHBOURS_MAX) {
		neighbours->full = true;
		return;
	}
	copy(neighbours->place[neighbours->count++], SG_PLACE_SIZE, place);
}

void sg_neighbours_note_in(const char *sysfs, const char *dev, struct sg_neighbours *neighbours,
			   const struct sg_whereabouts *self)
{
	struct crowd crowd;
	struct sg_uri uri;

	if (sg_uri_parse(self->uri, &uri, NULL) || !gather(sysfs, dev, self, &uri, &crowd))
		return;
	if (crowd.count == DEVICES_MAX)
		neighbours->full = true;
	for (size_t i = 0; i < crowd.count; i++) {
		const struct one *one = &crowd.devices[i];

		if (strcmp(one->serial, self->usb_serial) == 0 && strcmp(one->place, self->place) != 0)
			add_neighbour(neighbours, one->place);
	}
}

void sg_neighbours_note(struct sg_neighbours *neighbours, const struct sg_whereabouts *self)
{
	sg_neighbours_note_in(SG_SYSFS, "/dev", neighbours, self);
}

bool sg_neighbours_had(const struct sg_neighbours *neighbours, const struct sg_candidate *candidate)
{
	if (candidate->kind == SG_CANDIDATE_SAME_PLACE)
		return false;
	return neighbours->full || knows_place(neighbours, candidate->place);
}
