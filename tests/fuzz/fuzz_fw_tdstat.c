/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any packets to the simulated TDstat: each is answered by exactly one of the replies there are, and afterwards it
 * still switches its cell off. The first byte chooses the model, then come packets: a length and as many bytes.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "firmware/firmware.h"
#include "plant/cell.h"

/* Weak: a build whose list of families has no tdstat has nothing to feed. */
extern const struct fw_firmware fw_tdstat __attribute__((weak));

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct desk {
	void *firmware;
	int64_t now_ns;
	unsigned replies;
};

static void check(bool condition)
{
	if (!condition)
		abort();
}

static void hear(void *ctx, const void *bytes, size_t length)
{
	struct desk *d = ctx;

	check(length == 6 || length == 8 || (length == 2 && memcmp(bytes, "OK", 2) == 0) ||
	      (length == 4 && memcmp(bytes, "WAIT", 4) == 0) || (length == 1 && memcmp(bytes, "?", 1) == 0));
	d->replies++;
}

/* One packet, and time for the slowest answer. */
static void say(struct desk *d, const uint8_t *bytes, size_t length)
{
	const unsigned before = d->replies;
	const int64_t until_ns = d->now_ns + INT64_C(600000000);

	fw_tdstat.receive(d->firmware, bytes, length, d->now_ns);
	while (fw_tdstat.next_ns(d->firmware) <= until_ns) {
		check(fw_tdstat.next_ns(d->firmware) >= d->now_ns);
		d->now_ns = fw_tdstat.next_ns(d->firmware);
		fw_tdstat.run(d->firmware, d->now_ns);
	}
	d->now_ns = until_ns;
	check(d->replies == before + 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct desk d = { .now_ns = 0 };
	struct fw_cell *cell;
	struct fw_setup setup = { .sink = { .ctx = &d, .send = hear }, .seed = 1 };
	const char *why = "";

	if (!&fw_tdstat || size < 1 || size > 1000)
		return 0;
	cell = fw_cell_new(NULL, 1);
	setup.cell = cell;
	setup.model = data[0] & 1 ? "v3" : "mystat";
	d.firmware = fw_tdstat.create(&setup, 0, &why);
	check(d.firmware != NULL);
	for (size_t at = 1; at < size;) {
		size_t length = data[at++] & 63;

		length = length < size - at ? length : size - at;
		say(&d, data + at, length);
		at += length;
	}
	say(&d, (const uint8_t *)"CELL OFF", 8);
	check(fw_cell_current(cell) == 0.0);
	fw_tdstat.destroy(d.firmware);
	fw_cell_free(cell);
	return 0;
}
