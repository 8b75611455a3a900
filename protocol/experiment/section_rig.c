/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rig: which instruments, and where they are plugged in. Families and models are names only: this
 * code does not know which instruments the program can drive.
 */
#include "experiment/section.h"

#include <string.h>

enum {
	NAME,
	POTENTIOSTAT,
	CHAMBER,
	VERSION, /* a rig file may say which format it follows */
	RIG_KEYS,
};

static const struct sg_key rig_keys[RIG_KEYS] = {
	[NAME] = { "name", "bench 1", false },
	[POTENTIOSTAT] = { "potentiostat", "{family: emstat4, model: hr, port: \"serial:/dev/ttyACM0\"}", true },
	[CHAMBER] = { "chamber", "{family: votsch, port: \"serial:/dev/ttyUSB0\"}", false },
	[VERSION] = { "sandglass", "1", false },
};

enum {
	FAMILY,
	MODEL,
	PORT,
	SERIAL,
	ADDRESS,
	INSTRUMENT_KEYS,
};

static const struct sg_key instrument_keys[INSTRUMENT_KEYS] = {
	[FAMILY] = { "family", "emstat4", true },
	[MODEL] = { "model", "hr", false },
	[PORT] = { "port", "\"serial:/dev/ttyACM0\"", true },
	[SERIAL] = { "serial", "ES4HR20B0009", false },
	[ADDRESS] = { "address", "0", false },
};

/* No port is ever guessed: it is one of these, with something after the colon. */
static bool is_port(const char *text)
{
	static const char *const schemes[] = { "serial:", "usb:", "tcp:", "pty:", "sim:", "faulty:" /* tests */ };

	for (size_t i = 0; i < SG_COUNT(schemes); i++) {
		const size_t length = strlen(schemes[i]);

		if (strncmp(text, schemes[i], length) == 0)
			return text[length] != '\0';
	}
	return false;
}

static void read_port(struct sg_diagnostics *diagnostics, const struct sg_yaml_node *node, char port[SG_URI_SIZE])
{
	if (!sg_value_text(diagnostics, node, "port", port, SG_URI_SIZE) || is_port(port))
		return;
	if (port[0] == '/')
		sg_diagnose(diagnostics, node->line, node->column,
			    "'port' must say what kind of port it is: write for example \"serial:%.200s\"", port);
	else
		sg_diagnose(diagnostics, node->line, node->column,
			    "'port' must be serial:/dev/..., usb:vid:pid@bus-port, tcp:host:port, pty:/path or "
			    "sim:/path, not '%.40s'", port);
}

static void read_instrument(struct sg_diagnostics *diagnostics, const struct sg_yaml_node *node, const char *where,
			    struct sg_instrument_config *config)
{
	const struct sg_yaml_node *values[INSTRUMENT_KEYS];
	long address;

	if (!node || !sg_keys_read(diagnostics, node, where, instrument_keys, INSTRUMENT_KEYS, values))
		return;
	config->present = true;
	config->at = sg_yaml_place(node);
	sg_value_text(diagnostics, values[FAMILY], "family", config->family, sizeof(config->family));
	sg_value_text(diagnostics, values[MODEL], "model", config->model, sizeof(config->model));
	read_port(diagnostics, values[PORT], config->port);
	sg_value_text(diagnostics, values[SERIAL], "serial", config->serial, sizeof(config->serial));
	if (sg_value_whole(diagnostics, values[ADDRESS], "address", 0, 255, &address))
		config->address = (int)address;
}

void sg_section_rig(struct sg_diagnostics *diagnostics, const struct sg_yaml_node *node,
		    struct sg_rig_config *rig)
{
	const struct sg_yaml_node *values[RIG_KEYS];
	long version;

	memset(rig, 0, sizeof(*rig));
	rig->potentiostat.address = -1;
	rig->chamber.address = -1;
	if (!node || !sg_keys_read(diagnostics, node, "rig", rig_keys, RIG_KEYS, values))
		return;
	sg_value_text(diagnostics, values[NAME], "name", rig->name, sizeof(rig->name));
	sg_value_whole(diagnostics, values[VERSION], "sandglass", 1, 1, &version);
	read_instrument(diagnostics, values[POTENTIOSTAT], "potentiostat", &rig->potentiostat);
	read_instrument(diagnostics, values[CHAMBER], "chamber", &rig->chamber);
}
