/* SPDX-License-Identifier: Apache-2.0 */
#include "runner/slot.h"

#include <stdio.h>
#include <string.h>

#include "core/units.h"
#include "guardian/lifeline.h"
#include "host/clock.h"
#include "identity.h"
#include "registry.h"

#define ATTACH_NS (10 * SG_NS_PER_S)
#define PEEK_NS (3 * SG_NS_PER_S)
/* One address, all in all: the port opened (5 s), two looks, met; one message time each. */
#define CANDIDATE_NS (5 * SG_NS_PER_S + 2 * PEEK_NS + ATTACH_NS + 4 * SG_NS_PER_S)

static const char *kind_name(enum sg_kind kind)
{
	return kind == SG_KIND_POTENTIOSTAT ? "potentiostat" : "chamber";
}

static void say_families(enum sg_kind kind, struct sg_text *why)
{
	for (size_t i = 0; i < sg_registry_count(); i++) {
		const struct sg_family *family = sg_registry_at(i);

		if (family->kind != kind)
			continue;
		sg_text_add(why, " %s (", family->name);
		for (size_t m = 0; family->models[m]; m++)
			sg_text_add(why, "%s%s", m ? ", " : "", family->models[m]);
		sg_text_add(why, ")");
	}
}

static bool knows_model(const struct sg_family *family, const char *model)
{
	for (size_t i = 0; family->models[i]; i++) {
		if (strcmp(family->models[i], model) == 0)
			return true;
	}
	return model[0] == '\0';
}

enum sg_err sg_slot_look_up(struct sg_rig_slot *slot, const struct sg_instrument_config *config, enum sg_kind kind,
			    struct sg_text *why)
{
	const struct sg_family *family = sg_registry_find(config->family);

	if (!family || family->kind != kind || !knows_model(family, config->model)) {
		sg_text_add(why, "no %s family \"%s\" with model \"%s\"; known:", kind_name(kind), config->family,
			    config->model);
		say_families(kind, why);
		return SG_ERR_ARGUMENT;
	}
	slot->config = config;
	slot->family = family;
	return SG_OK;
}

const char *sg_slot_model(const struct sg_rig_slot *slot)
{
	return slot->config->model[0] ? slot->config->model : slot->family->models[0];
}

/* ---- connect ---- */

static const char *or_null(const char *text)
{
	return text[0] ? text : NULL;
}

enum sg_err sg_slot_connect(struct sg_rig_slot *slot, const char *uri, struct sg_clock *clock, struct sg_text *why)
{
	const struct sg_device_config config = {
		.uri = uri,
		.model = or_null(slot->config->model),
		.serial = or_null(slot->config->serial),
		.address = slot->config->address,
	};
	struct sg_line line = slot->family->line;
	struct sg_transport *link = NULL;
	enum sg_err err;

	line.again = slot->whereabouts.uri[0] != '\0';
	line.faults = &slot->faults;
	err = sg_transport_open(config.uri, &line, clock, why, &link);
	if (err)
		return err;
	if (slot->family->kind == SG_KIND_POTENTIOSTAT)
		err = slot->family->potentiostat->open(&config, link, clock, &slot->device);
	else
		err = slot->family->chamber->open(&config, link, clock, &slot->device);
	if (err) {
		if (err == SG_ERR_ARGUMENT)
			sg_text_add(why, "%s cannot be driven through %s: no port of its kind, or no model of its; is 'family:' right?",
				    slot->family->title, uri);
		else
			sg_text_add(why, "%s: %s", slot->family->title, sg_err_text(err));
		sg_transport_close(link);
		slot->device = NULL;
		return err;
	}
	sg_whereabouts_note(&slot->whereabouts, uri, link);
	return SG_OK;
}

void sg_slot_disconnect(struct sg_rig_slot *slot)
{
	if (!slot->device)
		return;
	if (slot->family->kind == SG_KIND_POTENTIOSTAT)
		slot->family->potentiostat->close(slot->device);
	else
		slot->family->chamber->close(slot->device);
	slot->device = NULL;
}

/* ---- meet ---- */

static const char *or_dash(const char *text)
{
	return text[0] ? text : "-";
}

static void note_stranger(struct sg_rig_slot *slot)
{
	snprintf(slot->stranger, sizeof(slot->stranger), "%s", slot->whereabouts.uri);
}

static void add_place(const struct sg_rig_slot *slot, struct sg_identity *identity)
{
	if (!identity->place[0])
		snprintf(identity->place, sizeof(identity->place), "%s", slot->device->link->place);
}

static enum sg_err identify(struct sg_rig_slot *slot, struct sg_identity *identity, int64_t deadline_ns)
{
	enum sg_err err;

	memset(identity, 0, sizeof(*identity));
	if (slot->family->kind == SG_KIND_CHAMBER)
		err = slot->family->chamber->identify(slot->device, identity, deadline_ns);
	else
		err = slot->family->potentiostat->identify(slot->device, identity, deadline_ns);
	add_place(slot, identity);
	return err;
}

/* One altered digit of a serial number makes another instrument, which would be left alone from then on: asked twice. */
static enum sg_err identify_surely(struct sg_rig_slot *slot, bool same, struct sg_identity *identity, int64_t deadline_ns)
{
	const enum sg_err err = identify(slot, identity, deadline_ns);

	if (err != SG_ERR_IDENTITY && (err || !same || sg_identity_same(&slot->identity, identity)))
		return err;
	return identify(slot, identity, deadline_ns);
}

static enum sg_err attach_and_identify(struct sg_rig_slot *slot, bool same, struct sg_absence *absence,
				       struct sg_identity *identity, int64_t deadline_ns)
{
	enum sg_err err;

	if (slot->family->kind == SG_KIND_CHAMBER) {
		err = slot->family->chamber->attach(slot->device, deadline_ns);
		return err ? err : identify_surely(slot, same, identity, deadline_ns);
	}
	err = slot->family->potentiostat->attach(slot->device, absence, deadline_ns);
	if (err)
		return err;
	err = identify_surely(slot, same, identity, deadline_ns);
	if (err == SG_ERR_IDENTITY) /* it said who it is; what garbles an attach says nothing */
		note_stranger(slot);
	return err;
}

/*
 * The rig file says which one is meant, and it has not been met yet: a tty's name may be another instrument's today.
 * What attach() does would end the test that runs there, so what can be known before is asked first.
 */
static enum sg_err look_before_touching(struct sg_rig_slot *slot, struct sg_clock *clock, struct sg_text *why)
{
	const struct sg_potentiostat_ops *ops = slot->family->potentiostat;
	const char *meant = slot->config->serial;
	const char *on_usb = slot->device->link->usb_serial;
	const bool on_usb_other = on_usb[0] && !sg_serial_is_trivial(on_usb) && strcmp(on_usb, meant) != 0;
	struct sg_identity identity;
	enum sg_err err;

	if (!meant[0] || slot->identity.family[0] || !ops || !ops->peek || strcmp(on_usb, meant) == 0)
		return SG_OK;
	memset(&identity, 0, sizeof(identity));
	err = ops->peek(slot->device, &identity, sg_clock_patient_deadline(clock, PEEK_NS));
	if (!err && identity.serial[0] && strcmp(identity.serial, meant) != 0) {
		sg_text_add(why, "%s on %s: serial number %s answers where %s is configured; it was only asked",
			    slot->family->title, slot->whereabouts.uri, identity.serial, meant);
		return SG_ERR_IDENTITY;
	}
	if (err && on_usb_other) {
		sg_text_add(why, "%s on %s: its serial number on USB is %s where %s is configured, and it does not say its own (%s): "
			    "left alone, for another's test may run in it", slot->family->title, slot->whereabouts.uri, on_usb,
			    meant, sg_device_diag(slot->device));
		return SG_ERR_IDENTITY;
	}
	return err == SG_ERR_GONE ? err : SG_OK;
}

enum sg_err sg_slot_meet(struct sg_rig_slot *slot, struct sg_clock *clock, bool same, struct sg_absence *absence,
			 struct sg_text *why)
{
	struct sg_identity identity;
	enum sg_err err;

	err = look_before_touching(slot, clock, why);
	if (err)
		return err;
	err = attach_and_identify(slot, same, absence, &identity, sg_clock_patient_deadline(clock, ATTACH_NS));
	if (err) {
		sg_text_add(why, "%s on %s: %s (%s)", slot->family->title, slot->whereabouts.uri,
			    sg_device_diag(slot->device), sg_err_text(err));
		return err;
	}
	identity.faulty = slot->device->link->faulty;
	if (same && !sg_identity_same(&slot->identity, &identity)) {
		note_stranger(slot);
		sg_text_add(why, "%s on %s: another one answers than before (serial number %s, not %s)",
			    slot->family->title, slot->whereabouts.uri, or_dash(identity.serial),
			    or_dash(slot->identity.serial));
		return SG_ERR_IDENTITY;
	}
	slot->identity = identity;
	slot->stranger[0] = '\0';
	memset(&slot->neighbours, 0, sizeof(slot->neighbours));
	sg_neighbours_note(&slot->neighbours, &slot->whereabouts);
	return SG_OK;
}

/* ---- return ---- */

/* A device of the same kind elsewhere: is it ours? Nothing is changed in it. */
static enum sg_err peek(struct sg_rig_slot *slot, struct sg_clock *clock, struct sg_text *why)
{
	const struct sg_potentiostat_ops *ops = slot->family->potentiostat;
	struct sg_identity identity;
	enum sg_err err;

	memset(&identity, 0, sizeof(identity));
	if (!ops || !ops->peek || !slot->identity.mark[0]) {
		sg_text_add(why, "%s: one of the same kind, and nothing tells whose it is: not touched",
			    slot->whereabouts.uri);
		return SG_ERR_IDENTITY;
	}
	err = ops->peek(slot->device, &identity, sg_clock_patient_deadline(clock, PEEK_NS));
	if (err) {
		sg_text_add(why, "%s: %s", slot->whereabouts.uri, sg_device_diag(slot->device));
		return err;
	}
	add_place(slot, &identity);
	if (sg_identity_same(&slot->identity, &identity))
		return SG_OK;
	note_stranger(slot);
	sg_text_add(why, "%s: one of the same kind, but another one", slot->whereabouts.uri);
	return SG_ERR_IDENTITY;
}

static enum sg_err try_candidate(struct sg_rig_slot *slot, const struct sg_candidate *candidate,
				 struct sg_clock *clock, struct sg_absence *absence, struct sg_text *why)
{
	const struct sg_whereabouts before = slot->whereabouts;
	const bool known = slot->identity.family[0] != '\0';
	const bool is_stranger = strcmp(slot->stranger, candidate->uri) == 0;
	enum sg_err err;

	if (sg_neighbours_had(&slot->neighbours, candidate)) {
		sg_text_add(why, "%s: another one was there while ours was plugged in: not touched; put ours back where it was (%s)",
			    candidate->uri, slot->whereabouts.uri);
		return SG_ERR_IDENTITY;
	}
	/* On USB it is listed for as long as it is plugged in: its owner may open it meanwhile. */
	if (is_stranger && candidate->place[0]) {
		sg_text_add(why, "%s: another instrument than before is there", candidate->uri);
		return SG_ERR_IDENTITY;
	}
	sg_lifeline_busy(slot->lifeline, clock, CANDIDATE_NS);
	err = sg_slot_connect(slot, candidate->uri, clock, why);
	if (err) {
		if (is_stranger && err == SG_ERR_NOT_FOUND)
			slot->stranger[0] = '\0';
		return err;
	}
	if (is_stranger && sg_transport_present(slot->device->link) == SG_OK) {
		sg_text_add(why, "%s: another instrument than before is there", candidate->uri);
		err = SG_ERR_IDENTITY;
	}
	if (!err && candidate->kind == SG_CANDIDATE_SAME_IDS)
		err = peek(slot, clock, why);
	if (!err)
		err = sg_slot_meet(slot, clock, known, absence, why);
	if (err) {
		sg_slot_disconnect(slot); /* never leave a stranger where the instrument was */
		slot->whereabouts = before;
	}
	return err;
}

static void forget_stranger_who_left(struct sg_rig_slot *slot, const struct sg_candidate *candidates, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (strcmp(slot->stranger, candidates[i].uri) == 0)
			return;
	}
	slot->stranger[0] = '\0';
}

/* Before it was ever met there is one address only: the one in the rig file. */
static size_t find(const struct sg_rig_slot *slot, struct sg_candidate *candidates)
{
	if (slot->whereabouts.uri[0])
		return sg_whereabouts_find(&slot->whereabouts, candidates);
	memset(candidates, 0, sizeof(*candidates));
	snprintf(candidates->uri, sizeof(candidates->uri), "%s", slot->config->port);
	return 1;
}

enum sg_err sg_slot_return(struct sg_rig_slot *slot, struct sg_clock *clock, struct sg_absence *absence,
			   struct sg_text *why)
{
	struct sg_candidate candidates[SG_CANDIDATES_MAX];
	enum sg_err worst = SG_ERR_NOT_FOUND;
	size_t count;

	if (slot->device && slot->identity.family[0]) /* just lost: who is there now is another one */
		sg_neighbours_note(&slot->neighbours, &slot->whereabouts);
	if (slot->device && absence && slot->family->potentiostat && slot->family->potentiostat->part)
		slot->family->potentiostat->part(slot->device, absence);
	sg_slot_disconnect(slot);
	count = find(slot, candidates);
	forget_stranger_who_left(slot, candidates, count);
	for (size_t i = 0; i < count; i++) {
		enum sg_err err;

		sg_text_clear(why);
		err = try_candidate(slot, &candidates[i], clock, absence, why);
		if (!err)
			return SG_OK;
		if (worst != SG_ERR_IDENTITY)
			worst = err;
	}
	if (count == 0)
		sg_text_add(why, "%s on %s is not plugged in", slot->family->title, slot->whereabouts.uri);
	return worst;
}
