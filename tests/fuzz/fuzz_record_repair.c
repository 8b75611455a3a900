/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a crash left of a table, any bytes: the part that is kept ends with a line break, consists of good
 * lines of one width only, is the longest such part, and repairing it again changes nothing.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "host/record_repair.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(int condition)
{
	if (!condition)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *bytes = (const char *)data;
	const char *end = memchr(bytes ? bytes : "", '\n', size);
	size_t fields, good, at = 0;

	if (!end)
		return 0;
	fields = sg_record_fields(bytes, (size_t)(end - bytes));
	if (fields == 0)
		return 0;
	good = sg_record_good_length(bytes, size, fields);
	check(good <= size);
	check(good == 0 || bytes[good - 1] == '\n');
	check(sg_record_good_length(bytes, good, fields) == good);
	while (at < good) {
		const char *line_end = memchr(bytes + at, '\n', good - at);

		check(line_end != NULL);
		check(sg_record_fields(bytes + at, (size_t)(line_end - bytes) - at) == fields);
		at = (size_t)(line_end - bytes) + 1;
	}
	/* Not one good line more could have been kept. */
	end = memchr(bytes + good, '\n', size - good);
	if (end)
		check(sg_record_fields(bytes + good, (size_t)(end - bytes) - good) != fields);
	return 0;
}
