/* SPDX-License-Identifier: Apache-2.0 */
#include "runner/rig.h"

#include <stdio.h>
#include <string.h>

#include "core/units.h"
#include "host/clock.h"
#include "identity.h"
#include "registry.h"

#define ATTACH_NS (10 * SG_NS_PER_S)
#define SAFE_OFF_NS (5 * SG_NS_PER_S)
#define RETRY_NS (500 * SG_NS_PER_MS)

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

static enum sg_err look_up_slot(struct sg_rig_slot *slot, const struct sg_instrument_config *config,
				enum sg_kind kind, struct sg_text *why)
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

static const char *model_of(const struct sg_rig_slot *slot)
{
	return slot->config->model[0] ? slot->config->model : slot->family->models[0];
}

enum sg_err sg_rig_look_up(const struct sg_rig_config *config, struct sg_rig *rig, struct sg_text *why)
{
	enum sg_err err;

	memset(rig, 0, sizeof(*rig));
	err = look_up_slot(&rig->potentiostat, &config->potentiostat, SG_KIND_POTENTIOSTAT, why);
	if (err)
		return err;
	rig->caps = rig->potentiostat.family->potentiostat->caps(model_of(&rig->potentiostat));
	if (!config->chamber.present)
		return SG_OK;
	err = look_up_slot(&rig->chamber, &config->chamber, SG_KIND_CHAMBER, why);
	if (err)
		return err;
	rig->chamber_caps = rig->chamber.family->chamber->caps(model_of(&rig->chamber));
	return SG_OK;
}

static const char *or_null(const char *text)
{
	return text[0] ? text : NULL;
}

static int64_t patient_deadline(const struct sg_rig *rig, int64_t timeout_ns)
{
	return sg_clock_deadline(rig->clock, sg_clock_patience_ns(rig->clock, timeout_ns));
}

/* Port open, device built, nothing asked yet. */
static enum sg_err connect_slot(struct sg_rig *rig, struct sg_rig_slot *slot, struct sg_text *why)
{
	const struct sg_device_config config = {
		.uri = slot->config->port,
		.model = or_null(slot->config->model),
		.serial = or_null(slot->config->serial),
		.address = slot->config->address,
	};
	struct sg_transport *link = NULL;
	enum sg_err err;

	err = sg_transport_open(config.uri, &slot->family->line, rig->clock, why, &link);
	if (err)
		return err;
	if (slot->family->kind == SG_KIND_POTENTIOSTAT)
		err = slot->family->potentiostat->open(&config, link, rig->clock, &slot->device);
	else
		err = slot->family->chamber->open(&config, link, rig->clock, &slot->device);
	if (err) {
		sg_text_add(why, "%s: %s", slot->family->title, sg_err_text(err));
		sg_transport_close(link);
		slot->device = NULL;
	}
	return err;
}

static void disconnect_slot(struct sg_rig_slot *slot)
{
	if (!slot->device)
		return;
	if (slot->family->kind == SG_KIND_POTENTIOSTAT)
		slot->family->potentiostat->close(slot->device);
	else
		slot->family->chamber->close(slot->device);
	slot->device = NULL;
}

static const char *or_dash(const char *text)
{
	return text[0] ? text : "-";
}

/* Attach and identify an instrument that is connected; expected (or NULL) is who it must be. */
static enum sg_err meet(struct sg_rig *rig, struct sg_rig_slot *slot, const struct sg_identity *expected,
			struct sg_absence *absence, struct sg_text *why)
{
	const int64_t deadline_ns = patient_deadline(rig, ATTACH_NS);
	struct sg_identity identity;
	enum sg_err err;

	memset(&identity, 0, sizeof(identity));
	if (slot->family->kind == SG_KIND_POTENTIOSTAT) {
		err = slot->family->potentiostat->attach(slot->device, absence, deadline_ns);
		if (!err) {
			err = slot->family->potentiostat->identify(slot->device, &identity, deadline_ns);
			slot->stranger = err == SG_ERR_IDENTITY; /* it said who it is; noise says nothing */
		}
	} else {
		err = slot->family->chamber->attach(slot->device, deadline_ns);
		if (!err)
			err = slot->family->chamber->identify(slot->device, &identity, deadline_ns);
	}
	if (err) {
		sg_text_add(why, "%s on %s: %s (%s)", slot->family->title, slot->config->port,
			    sg_device_diag(slot->device), sg_err_text(err));
		return err;
	}
	if (!identity.place[0])
		snprintf(identity.place, sizeof(identity.place), "%s", slot->device->link->place);
	if (expected && !sg_identity_same(expected, &identity)) {
		slot->stranger = true;
		sg_text_add(why, "%s on %s: another one answers than before (serial number %s, not %s)",
			    slot->family->title, slot->config->port, or_dash(identity.serial), or_dash(expected->serial));
		return SG_ERR_IDENTITY;
	}
	slot->identity = identity;
	snprintf(slot->usb_serial, sizeof(slot->usb_serial), "%s", slot->device->link->usb_serial);
	return SG_OK;
}

enum sg_err sg_rig_open(struct sg_rig *rig, const struct sg_rig_config *config, struct sg_clock *clock,
			struct sg_text *why)
{
	const struct sg_potentiostat_caps *found;
	enum sg_err err;

	err = sg_rig_look_up(config, rig, why);
	if (err)
		return err;
	rig->clock = clock;
	err = connect_slot(rig, &rig->potentiostat, why);
	if (!err)
		err = meet(rig, &rig->potentiostat, NULL, NULL, why);
	if (!err)
		err = sg_rig_safe_off(rig, 5.0, why);
	if (!err && rig->chamber.config) {
		err = connect_slot(rig, &rig->chamber, why);
		if (!err)
			err = meet(rig, &rig->chamber, NULL, NULL, why);
	}
	if (err) {
		sg_rig_close(rig);
		return err;
	}
	/* The model that answered counts, not the one that was assumed. */
	found = rig->potentiostat.family->potentiostat->caps(rig->potentiostat.identity.model);
	if (found)
		rig->caps = found;
	return SG_OK;
}

static enum sg_err ask_safe_off(struct sg_rig *rig)
{
	return rig->potentiostat.family->potentiostat->safe_off(rig->potentiostat.device,
								 patient_deadline(rig, SAFE_OFF_NS));
}

/* Before a byte is sent: the descriptor tells some strangers, and one that was met is not asked twice. */
static enum sg_err look_at_cable(struct sg_rig_slot *slot, bool known, struct sg_text *why)
{
	const struct sg_transport *link = slot->device->link;

	if (slot->stranger && sg_transport_present(slot->device->link) == SG_OK) {
		sg_text_add(why, "%s: another instrument than before is there", slot->config->port);
		return SG_ERR_IDENTITY;
	}
	slot->stranger = false;
	if (known && strcmp(link->usb_serial, slot->usb_serial) != 0) {
		sg_text_add(why, "%s: a device with serial number %s, not %s, is there", slot->config->port,
			    or_dash(link->usb_serial), or_dash(slot->usb_serial));
		return SG_ERR_IDENTITY;
	}
	return SG_OK;
}

enum sg_err sg_rig_return(struct sg_rig *rig, struct sg_absence *absence, struct sg_text *why)
{
	struct sg_rig_slot *slot = &rig->potentiostat;
	const struct sg_identity before = slot->identity;
	const bool known = before.family[0] != '\0';
	enum sg_err err;

	disconnect_slot(slot);
	err = connect_slot(rig, slot, why);
	if (err) {
		slot->stranger &= err != SG_ERR_NOT_FOUND;
		return err;
	}
	err = look_at_cable(slot, known, why);
	if (!err)
		err = meet(rig, slot, known ? &before : NULL, absence, why);
	if (err)
		disconnect_slot(slot); /* never leave a stranger where the instrument was */
	return err;
}

enum sg_err sg_rig_safe_off(struct sg_rig *rig, double patience_s, struct sg_text *why)
{
	const int64_t until_ns = patient_deadline(rig, sg_ns(patience_s));
	enum sg_err err = SG_ERR_GONE;
	int attempts = 0;

	for (;;) {
		if (rig->potentiostat.device) {
			err = ask_safe_off(rig);
			if (!err)
				break;
			sg_text_clear(why);
			sg_text_add(why, "%s: %s (%s)", rig->potentiostat.family->title,
				    sg_device_diag(rig->potentiostat.device), sg_err_text(err));
		}
		if (sg_clock_now_ns(rig->clock) >= until_ns)
			return err;
		attempts++;
		sg_clock_sleep_until(rig->clock, sg_clock_deadline(rig->clock, RETRY_NS));
		if (err == SG_ERR_GONE) {
			sg_text_clear(why);
			if (sg_rig_return(rig, NULL, why) == SG_ERR_IDENTITY)
				return SG_ERR_IDENTITY;
		}
	}
	if (attempts) {
		sg_text_clear(why);
		sg_text_add(why, "needed %d more attempts", attempts);
	}
	return SG_OK;
}

void sg_rig_drop_chamber(struct sg_rig *rig)
{
	disconnect_slot(&rig->chamber);
}

enum sg_err sg_rig_reopen_chamber(struct sg_rig *rig, struct sg_text *why)
{
	return connect_slot(rig, &rig->chamber, why);
}

void sg_rig_close(struct sg_rig *rig)
{
	disconnect_slot(&rig->potentiostat);
	disconnect_slot(&rig->chamber);
}
