/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which of the devices that are plugged in is the instrument from before, and what is done to those that are not.
 * The bench has made-up units at made-up addresses; each counts how often it was attached to.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "host/clock.h"
#include "runner/slot.h"

#define HERE "usb:a0a0:0002@1-1"
#define THERE "usb:a0a0:0002@2-1"

/* One unit on the bench. */
struct unit {
	const char *uri;
	const char *serial;
	const char *mark;
	enum sg_candidate_kind kind;
	enum sg_err opens;    /* what opening its port answers */
	enum sg_err attaches;
	enum sg_err present;
	enum sg_err peeks;
	const char *usb_serial; /* or NULL */
	unsigned attached;
	unsigned peeked;
	const char *misheard; /* the first answer to identify says this serial number instead; or NULL */
};

struct link {
	struct sg_transport head;
	struct unit *unit;
};

struct device {
	struct sg_device head;
	struct link link;
};

static struct unit *bench;
static size_t bench_count;
static struct device device; /* one at a time */
static unsigned open_devices;

static struct unit *unit_of(const struct sg_device *dev)
{
	return ((const struct link *)(const void *)dev->link)->unit;
}

static enum sg_err fake_present(struct sg_transport *t)
{
	return ((struct link *)(void *)t)->unit->present;
}

static void fake_link_close(struct sg_transport *t)
{
	(void)t;
	open_devices--;
}

static const struct sg_transport_ops link_ops = { .close = fake_link_close, .present = fake_present };

enum sg_err __wrap_sg_transport_open(const char *uri, const struct sg_line *line, struct sg_clock *clock,
				     struct sg_text *why, struct sg_transport **out);
size_t __wrap_sg_whereabouts_find(const struct sg_whereabouts *before, struct sg_candidate *out);

enum sg_err __wrap_sg_transport_open(const char *uri, const struct sg_line *line, struct sg_clock *clock,
				     struct sg_text *why, struct sg_transport **out)
{
	(void)line;
	(void)why;
	for (size_t i = 0; i < bench_count; i++) {
		if (strcmp(bench[i].uri, uri) != 0)
			continue;
		if (bench[i].opens)
			return bench[i].opens;
		memset(&device, 0, sizeof(device));
		device.link.unit = &bench[i];
		device.link.head.ops = &link_ops;
		device.link.head.clock = clock;
		snprintf(device.link.head.place, sizeof(device.link.head.place), "%s", strchr(uri, '@') + 1);
		if (bench[i].usb_serial)
			strcpy(device.link.head.usb_serial, bench[i].usb_serial);
		open_devices++;
		*out = &device.link.head;
		return SG_OK;
	}
	return SG_ERR_NOT_FOUND;
}

size_t __wrap_sg_whereabouts_find(const struct sg_whereabouts *before, struct sg_candidate *out)
{
	assert_string_equal(before->uri, HERE);
	for (size_t i = 0; i < bench_count; i++) {
		memset(&out[i], 0, sizeof(out[i]));
		out[i].kind = bench[i].kind;
		snprintf(out[i].uri, sizeof(out[i].uri), "%s", bench[i].uri);
		snprintf(out[i].place, sizeof(out[i].place), "%s", strchr(bench[i].uri, '@') + 1);
	}
	return bench_count;
}

static const char *seen_beside; /* place of the one that is plugged in beside ours, or NULL */

void __wrap_sg_neighbours_note(struct sg_neighbours *neighbours, const struct sg_whereabouts *self);

void __wrap_sg_neighbours_note(struct sg_neighbours *neighbours, const struct sg_whereabouts *self)
{
	(void)self;
	if (!seen_beside)
		return;
	neighbours->count = 1;
	strcpy(neighbours->place[0], seen_beside);
}

static enum sg_err fake_open(const struct sg_device_config *config, struct sg_transport *link, struct sg_clock *clock,
			     struct sg_device **out)
{
	(void)config;
	device.head.link = link;
	device.head.clock = clock;
	sg_text_init(&device.head.diag, device.head.diag_storage, sizeof(device.head.diag_storage));
	*out = &device.head;
	return SG_OK;
}

static void fake_close(struct sg_device *dev)
{
	sg_transport_close(dev->link);
}

static enum sg_err fake_attach(struct sg_device *dev, struct sg_absence *absence, int64_t deadline_ns)
{
	(void)absence;
	(void)deadline_ns;
	unit_of(dev)->attached++;
	return unit_of(dev)->attaches;
}

static void tell(const struct unit *unit, struct sg_identity *out)
{
	memset(out, 0, sizeof(*out));
	strcpy(out->family, "made-up");
	strcpy(out->serial, unit->serial);
	strcpy(out->mark, unit->mark);
}

static enum sg_err fake_identify(struct sg_device *dev, struct sg_identity *out, int64_t deadline_ns)
{
	struct unit *unit = unit_of(dev);

	(void)deadline_ns;
	tell(unit, out);
	if (unit->misheard)
		strcpy(out->serial, unit->misheard);
	unit->misheard = NULL;
	return SG_OK;
}

static enum sg_err fake_peek(struct sg_device *dev, struct sg_identity *out, int64_t deadline_ns)
{
	(void)deadline_ns;
	unit_of(dev)->peeked++;
	if (unit_of(dev)->peeks)
		return unit_of(dev)->peeks;
	tell(unit_of(dev), out);
	return SG_OK;
}

static const struct sg_potentiostat_ops frank = {
	.open = fake_open, .close = fake_close, .attach = fake_attach, .identify = fake_identify, .peek = fake_peek,
};
static const struct sg_potentiostat_ops shy = {
	.open = fake_open, .close = fake_close, .attach = fake_attach, .identify = fake_identify,
};

/* ---- the slot under test ---- */

struct table {
	struct sg_rig_slot slot;
	struct sg_family family;
	struct sg_instrument_config config;
	struct sg_host_clock clock;
	char said[512];
	struct sg_text why;
};

/* A slot that met the first unit of the bench, and has just lost it. */
static void meet_and_lose(struct table *t, const struct sg_potentiostat_ops *ops, struct unit *units, size_t count)
{
	memset(t, 0, sizeof(*t));
	sg_host_clock_init(&t->clock, 1.0);
	sg_text_init(&t->why, t->said, sizeof(t->said));
	t->family = (struct sg_family){
		.name = "made-up", .title = "Made-up", .kind = SG_KIND_POTENTIOSTAT, .potentiostat = ops,
	};
	snprintf(t->config.port, sizeof(t->config.port), HERE);
	t->slot.family = &t->family;
	t->slot.config = &t->config;
	bench = units;
	bench_count = 1;
	assert_int_equal(sg_slot_connect(&t->slot, HERE, &t->clock.clock, &t->why), SG_OK);
	assert_int_equal(sg_slot_meet(&t->slot, &t->clock.clock, false, NULL, &t->why), SG_OK);
	sg_slot_disconnect(&t->slot);
	assert_int_equal(open_devices, 0);
	for (size_t i = 0; i < count; i++)
		units[i].attached = units[i].peeked = 0;
	bench_count = count;
}

/* A slot whose rig file names serial number 7, and that has met nobody yet. */
static enum sg_err meet_first(struct table *t, const struct sg_potentiostat_ops *ops, struct unit *unit)
{
	enum sg_err err;

	memset(t, 0, sizeof(*t));
	sg_host_clock_init(&t->clock, 1.0);
	sg_text_init(&t->why, t->said, sizeof(t->said));
	t->family = (struct sg_family){
		.name = "made-up", .title = "Made-up", .kind = SG_KIND_POTENTIOSTAT, .potentiostat = ops,
	};
	strcpy(t->config.serial, "7");
	t->slot.family = &t->family;
	t->slot.config = &t->config;
	bench = unit;
	bench_count = 1;
	assert_int_equal(sg_slot_connect(&t->slot, HERE, &t->clock.clock, &t->why), SG_OK);
	err = sg_slot_meet(&t->slot, &t->clock.clock, false, NULL, &t->why);
	sg_slot_disconnect(&t->slot);
	return err;
}

static enum sg_err come_back(struct table *t)
{
	enum sg_err err = sg_slot_return(&t->slot, &t->clock.clock, NULL, &t->why);

	assert_int_equal(open_devices, err ? 0 : 1);
	assert_int_equal(t->slot.device != NULL, err == SG_OK);
	return err;
}

static void the_same_in_the_same_place_is_met_again(void **state)
{
	struct unit units[] = { { HERE, "", "", .kind = SG_CANDIDATE_SAME_PLACE } };
	struct table t;

	(void)state;
	meet_and_lose(&t, &shy, units, 1);
	assert_int_equal(come_back(&t), SG_OK);
	assert_int_equal(units[0].attached, 1);
	sg_slot_disconnect(&t.slot);
}

static void another_in_the_same_place_is_left_alone_while_it_stays(void **state)
{
	struct unit units[] = { { HERE, "7", "", .kind = SG_CANDIDATE_SAME_PLACE } };
	struct table t;

	(void)state;
	meet_and_lose(&t, &shy, units, 1);
	units[0].serial = "8";
	for (int i = 0; i < 5; i++)
		assert_int_equal(come_back(&t), SG_ERR_IDENTITY);
	assert_int_equal(units[0].attached, 1);
	/* Pulled, and the right one put in. */
	bench_count = 0;
	assert_int_equal(come_back(&t), SG_ERR_NOT_FOUND);
	bench_count = 1;
	units[0].serial = "7";
	assert_int_equal(come_back(&t), SG_OK);
	assert_string_equal(t.slot.stranger, "");
	sg_slot_disconnect(&t.slot);
}

static void a_digit_altered_on_its_way_makes_no_stranger(void **state)
{
	struct unit units[] = { { HERE, "7", "", .kind = SG_CANDIDATE_SAME_PLACE } };
	struct table t;

	(void)state;
	meet_and_lose(&t, &shy, units, 1);
	units[0].misheard = "8";
	assert_int_equal(come_back(&t), SG_OK);
	assert_int_equal(units[0].attached, 1);
	assert_string_equal(t.slot.identity.serial, "7");
	assert_string_equal(t.slot.stranger, "");
	sg_slot_disconnect(&t.slot);
}

static void noise_at_an_attach_makes_no_stranger(void **state)
{
	struct unit units[] = { { HERE, "7", "", .kind = SG_CANDIDATE_SAME_PLACE } };
	struct table t;

	(void)state;
	meet_and_lose(&t, &shy, units, 1);
	units[0].attaches = SG_ERR_IDENTITY;
	assert_int_equal(come_back(&t), SG_ERR_IDENTITY);
	units[0].attaches = SG_OK;
	assert_int_equal(come_back(&t), SG_OK);
	assert_int_equal(units[0].attached, 2);
	sg_slot_disconnect(&t.slot);
}

static void found_by_its_serial_number_elsewhere(void **state)
{
	struct unit units[] = {
		{ HERE, "7", "", .kind = SG_CANDIDATE_SAME_PLACE },
		{ THERE, "7", "", .kind = SG_CANDIDATE_SAME_SERIAL },
	};
	struct table t;

	(void)state;
	meet_and_lose(&t, &shy, units, 2);
	units[0].opens = SG_ERR_NOT_FOUND;
	assert_int_equal(come_back(&t), SG_OK);
	assert_string_equal(t.slot.whereabouts.uri, THERE);
	assert_string_equal(t.slot.identity.place, "2-1");
	sg_slot_disconnect(&t.slot);
}

/* Nothing tells whose it is, so nothing is sent. */
static void one_of_the_same_kind_elsewhere_is_not_touched_without_a_mark(void **state)
{
	struct unit units[] = {
		{ HERE, "", "", .kind = SG_CANDIDATE_SAME_PLACE, .opens = SG_OK },
		{ THERE, "", "", .kind = SG_CANDIDATE_SAME_IDS },
	};
	struct table t;

	(void)state;
	for (int i = 0; i < 2; i++) {
		meet_and_lose(&t, i ? &shy : &frank, units, 2);
		units[0].opens = SG_ERR_NOT_FOUND;
		assert_int_equal(come_back(&t), SG_ERR_IDENTITY);
		assert_int_equal(units[1].attached + units[1].peeked, 0);
		assert_string_equal(t.slot.whereabouts.uri, HERE);
		units[0].opens = SG_OK;
	}
}

static void a_mark_is_asked_for_first_and_decides(void **state)
{
	struct unit units[] = {
		{ HERE, "", "7fb2e0", .kind = SG_CANDIDATE_SAME_PLACE },
		{ THERE, "", "7fb2e1", .kind = SG_CANDIDATE_SAME_IDS },
	};
	struct table t;

	(void)state;
	meet_and_lose(&t, &frank, units, 2);
	units[0].opens = SG_ERR_NOT_FOUND;
	assert_int_equal(come_back(&t), SG_ERR_IDENTITY);
	assert_int_equal(units[1].attached, 0);
	assert_int_equal(units[1].peeked, 1);
	/* its owner may want it: while it stays it is not asked again, nor opened */
	units[1].opens = SG_ERR_IO;
	assert_int_equal(come_back(&t), SG_ERR_IDENTITY);
	assert_int_equal(units[1].peeked, 1);
	units[1].opens = SG_OK;
	bench_count = 1; /* it left, and ours is put in there */
	assert_int_equal(come_back(&t), SG_ERR_NOT_FOUND);
	bench_count = 2;
	units[1].mark = "7fb2e0";
	assert_int_equal(come_back(&t), SG_OK);
	assert_int_equal(units[1].attached, 1);
	assert_string_equal(t.slot.identity.place, "2-1");
	sg_slot_disconnect(&t.slot);
}

/* What is stored inside can be a copy: a board that was there while ours was is not ours. */
static void one_that_was_there_while_ours_was_is_not_even_opened(void **state)
{
	struct unit units[] = {
		{ HERE, "", "7fb2e0", .kind = SG_CANDIDATE_SAME_PLACE },
		{ THERE, "", "7fb2e0", .kind = SG_CANDIDATE_SAME_IDS },
	};
	struct table t;

	(void)state;
	seen_beside = "2-1"; /* when ours was met */
	meet_and_lose(&t, &frank, units, 2);
	seen_beside = NULL;
	units[0].opens = SG_ERR_NOT_FOUND;
	for (int i = 0; i < 2; i++) {
		units[1].kind = i ? SG_CANDIDATE_SAME_SERIAL : SG_CANDIDATE_SAME_IDS;
		assert_int_equal(come_back(&t), SG_ERR_IDENTITY);
		assert_int_equal(units[1].attached + units[1].peeked, 0);
		assert_non_null(strstr(t.said, "another one was there"));
	}
	/* at its own place it is met as ever */
	units[0].opens = SG_OK;
	assert_int_equal(come_back(&t), SG_OK);
	assert_int_equal(units[0].attached, 1);
	/* and who was beside it is looked at anew: the other one is gone, and it is moved there */
	sg_slot_disconnect(&t.slot);
	units[0].opens = SG_ERR_NOT_FOUND;
	units[1].kind = SG_CANDIDATE_SAME_IDS;
	assert_int_equal(come_back(&t), SG_OK);
	assert_string_equal(t.slot.whereabouts.uri, THERE);
	sg_slot_disconnect(&t.slot);
}

static void one_that_is_there_in_the_moment_of_the_loss_is_not_ours(void **state)
{
	struct unit units[] = {
		{ HERE, "", "7fb2e0", .kind = SG_CANDIDATE_SAME_PLACE },
		{ THERE, "", "7fb2e0", .kind = SG_CANDIDATE_SAME_IDS },
	};
	struct table t;

	(void)state;
	meet_and_lose(&t, &frank, units, 2);
	assert_int_equal(come_back(&t), SG_OK);
	seen_beside = "2-1"; /* plugged in later; then ours is pulled, its link still open */
	units[0].opens = SG_ERR_NOT_FOUND;
	assert_int_equal(come_back(&t), SG_ERR_IDENTITY);
	seen_beside = NULL;
	assert_int_equal(come_back(&t), SG_ERR_IDENTITY);
	assert_int_equal(units[1].attached + units[1].peeked, 0);
}

static void one_that_somebody_holds_open_is_busy_and_the_next_is_tried(void **state)
{
	struct unit units[] = {
		{ HERE, "7", "", .kind = SG_CANDIDATE_SAME_PLACE },
		{ THERE, "7", "", .kind = SG_CANDIDATE_SAME_SERIAL },
	};
	struct table t;

	(void)state;
	meet_and_lose(&t, &shy, units, 2);
	units[0].opens = SG_ERR_BUSY;
	assert_int_equal(come_back(&t), SG_OK);
	assert_int_equal(units[0].attached, 0);
	assert_int_equal(units[1].attached, 1);
	sg_slot_disconnect(&t.slot);
}

static void nobody_plugged_in_is_said_so(void **state)
{
	struct unit units[] = { { HERE, "7", "", .kind = SG_CANDIDATE_SAME_PLACE } };
	struct table t;

	(void)state;
	meet_and_lose(&t, &shy, units, 1);
	bench_count = 0;
	assert_int_equal(come_back(&t), SG_ERR_NOT_FOUND);
	assert_non_null(strstr(t.said, HERE " is not plugged in"));
	bench_count = 1;
	assert_int_equal(come_back(&t), SG_OK);
	sg_slot_disconnect(&t.slot);
}

static void the_one_that_the_rig_file_names_is_asked_before_it_is_touched(void **state)
{
	struct unit right = { HERE, "7", "", .kind = SG_CANDIDATE_SAME_PLACE };
	struct unit wrong = { HERE, "8", "", .kind = SG_CANDIDATE_SAME_PLACE };
	struct table t;

	(void)state;
	assert_int_equal(meet_first(&t, &frank, &right), SG_OK);
	assert_int_equal(right.peeked, 1);
	assert_int_equal(right.attached, 1);
	assert_int_equal(meet_first(&t, &frank, &wrong), SG_ERR_IDENTITY);
	assert_int_equal(wrong.attached, 0);
	assert_non_null(strstr(t.said, "serial number 8 answers where 7 is configured"));
	/* USB says the same, in whatever words: its own word counts */
	right.usb_serial = "SN-000007";
	assert_int_equal(meet_first(&t, &frank, &right), SG_OK);
}

/* Another's test may run in it. */
static void one_that_does_not_say_who_it_is_and_is_another_by_usb_is_not_touched(void **state)
{
	struct unit busy = { HERE, "8", "", .kind = SG_CANDIDATE_SAME_PLACE, .peeks = SG_ERR_REFUSED, .usb_serial = "ES4HR20B0008" };
	struct table t;

	(void)state;
	assert_int_equal(meet_first(&t, &frank, &busy), SG_ERR_IDENTITY);
	assert_int_equal(busy.attached, 0);
	assert_non_null(strstr(t.said, "left alone"));
	/* by USB it is the one: a test of ours runs in it, which attach() ends; nobody needs to ask */
	busy.usb_serial = "7";
	busy.peeked = 0;
	assert_int_equal(meet_first(&t, &frank, &busy), SG_OK);
	assert_int_equal(busy.peeked, 0);
	assert_int_equal(busy.attached, 1);
	/* nothing is known: the port was named by the user, and that has to do */
	busy.usb_serial = NULL;
	assert_int_equal(meet_first(&t, &frank, &busy), SG_OK);
	assert_int_equal(busy.attached, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_same_in_the_same_place_is_met_again),
		cmocka_unit_test(another_in_the_same_place_is_left_alone_while_it_stays),
		cmocka_unit_test(a_digit_altered_on_its_way_makes_no_stranger),
		cmocka_unit_test(noise_at_an_attach_makes_no_stranger),
		cmocka_unit_test(found_by_its_serial_number_elsewhere),
		cmocka_unit_test(one_of_the_same_kind_elsewhere_is_not_touched_without_a_mark),
		cmocka_unit_test(a_mark_is_asked_for_first_and_decides),
		cmocka_unit_test(one_that_was_there_while_ours_was_is_not_even_opened),
		cmocka_unit_test(one_that_is_there_in_the_moment_of_the_loss_is_not_ours),
		cmocka_unit_test(one_that_somebody_holds_open_is_busy_and_the_next_is_tried),
		cmocka_unit_test(the_one_that_the_rig_file_names_is_asked_before_it_is_touched),
		cmocka_unit_test(one_that_does_not_say_who_it_is_and_is_another_by_usb_is_not_touched),
		cmocka_unit_test(nobody_plugged_in_is_said_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
