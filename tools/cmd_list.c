/* SPDX-License-Identifier: Apache-2.0 */
/* sandglass list: the ports and USB instruments of this PC and what is known of them, without writing to any. */
#include <stdio.h>
#include <string.h>

#include "commands.h"
#include "host/ports.h"
#include "registry.h"

static void print_port(void *ctx, const struct sg_serial_port *port)
{
	size_t *count = ctx;
	char storage[8192];
	struct sg_text text;

	sg_text_init(&text, storage, sizeof(storage));
	sg_port_describe(port, &text);
	fputs(text.data, stdout);
	++*count;
}

static bool print_usb(void *ctx, const struct sg_usb_entry *entry)
{
	const struct sg_family *family = sg_usb_family(entry);
	size_t *count = ctx;
	char storage[4096];
	struct sg_text text;

	if (!family)
		return true;
	sg_text_init(&text, storage, sizeof(storage));
	sg_usb_describe(entry, family, &text);
	fputs(text.data, stdout);
	++*count;
	return true;
}

static void print_families(void)
{
	printf("\nfamilies this program knows (for family: and model: in a rig file):\n");
	for (size_t i = 0; i < sg_registry_count(); i++) {
		const struct sg_family *family = sg_registry_at(i);

		printf("    %-10s %-24s models:", family->name, family->title);
		for (size_t m = 0; family->models[m]; m++)
			printf(" %s", family->models[m]);
		printf("\n");
	}
}

int sg_cmd_list(int argc, char **argv)
{
	size_t count = 0;
	enum sg_err err;

	if (argc > 1) {
		const bool help = strcmp(argv[1], "--help") == 0;

		fprintf(help ? stdout : stderr, "usage: sandglass list\n"
			"Shows the serial ports of this PC and the instruments on USB, by what the operating system knows of\n"
			"them. Writes to none. The first line of each is the address for a rig file or --port.\n");
		return help ? SG_EXIT_OK : SG_EXIT_USAGE;
	}
	err = sg_serial_list(print_port, &count);
	if (err) {
		fprintf(stderr, "the ports could not be listed: %s\n", sg_err_text(err));
		return SG_EXIT_FAILED;
	}
	sg_usb_sysfs_list(SG_SYSFS, print_usb, &count);
	if (count == 0)
		printf("no serial ports and no instruments on USB\n");
	print_families();
	return SG_EXIT_OK;
}
