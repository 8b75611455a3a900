/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an instrument says of itself, any text: read whole or refused whole, into terminated strings, and
 * never an EmStat4 that has no capabilities.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "wire/emstat4.h"
#include "wire/methodscript_capabilities.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(int condition)
{
	if (!condition)
		abort();
}

static void check_version(const char *first, const char *second)
{
	struct sg_emstat4_version version;

	memset(&version, 0x5a, sizeof(version));
	if (sg_emstat4_read_version(first, second, &version))
		return;
	check(memchr(version.firmware, '\0', sizeof(version.firmware)) != NULL);
	check(memchr(version.date, '\0', sizeof(version.date)) != NULL);
	check(version.family && version.title);
	check(!version.model || sg_emstat4_caps(version.model));
}

static void check_short(const char *line)
{
	char small[8], roomy[48];
	bool set = false;

	if (sg_emstat4_read_serial(line, roomy, sizeof(roomy)) == SG_OK)
		check(roomy[0] != '\0' && strlen(roomy) < sizeof(roomy));
	if (sg_emstat4_read_serial(line, small, sizeof(small)) == SG_OK)
		check(strlen(small) < sizeof(small));
	if (sg_emstat4_read_script_version(line, small, sizeof(small)) == SG_OK)
		check(strlen(small) < sizeof(small));
	for (size_t bit = 0; bit < 300; bit += 7) {
		if (sg_methodscript_capability(line, bit, &set) == SG_OK)
			check(line[0] == 'C');
	}
	(void)sg_methodscript_capability(line, SIZE_MAX, &set);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);
	char *second;

	check(text != NULL);
	if (size)
		memcpy(text, data, size);
	text[size] = '\0';
	second = strchr(text, '\n');
	if (second)
		*second++ = '\0';
	check_version(text, second ? second : "R*");
	check_short(text);
	free(text);
	return 0;
}
