/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/methodscript_package.h"

#include <string.h>

static void put(struct fw_ms_package *package, const char *bytes, size_t length)
{
	/* one byte stays for the line end, whatever the parser let through */
	if (package->length + length + 1 > sizeof(package->text))
		return;
	memcpy(package->text + package->length, bytes, length);
	package->length += length;
}

static char hex_digit(unsigned int value)
{
	return "0123456789ABCDEF"[value & 0xF];
}

void fw_ms_package_start(struct fw_ms_package *package)
{
	package->length = 0;
	put(package, "P", 1);
}

void fw_ms_package_add(struct fw_ms_package *package, const struct fw_ms_value *value)
{
	char number[FW_MS_NUMBER_LENGTH];
	char status[3] = {',', '1', hex_digit(value->status)};
	char range[4] = {',', '2', hex_digit(value->range / 16u), hex_digit(value->range)};

	if (package->length > 1)
		put(package, ";", 1);
	put(package, value->vartype, sizeof(value->vartype));
	fw_ms_number_write(&value->number, number);
	put(package, number, sizeof(number));
	if (!value->measured)
		return;
	put(package, status, sizeof(status));
	put(package, range, sizeof(range));
	if (package->noise_field)
		put(package, ",40", 3);
}

void fw_ms_package_end(struct fw_ms_package *package)
{
	package->text[package->length++] = '\n';
}
