/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as a checkpoint, as they are and with the check sum put right, and any lines of the tables that a test goes on
 * from: refused, or something that is written down again as the same.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "experiment/accounting_record.h"
#include "experiment/result_record.h"
#include "experiment/watch_record.h"
#include "format/bdf_read.h"
#include "format/crc32c.h"
#include "host/checkpoint.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct sg_step steps[2] = { { .kind = SG_STEP_REST, .id = "1.r" }, { .kind = SG_STEP_CURRENT, .id = "2.1+" } };
static const struct sg_plan plan = { .step_count = 2, .steps = steps };

static void check(int condition)
{
	if (!condition)
		abort();
}

static void restore_parts(const uint8_t *bytes, size_t size)
{
	const struct sg_detect_config detect = { .area_cm2 = 1.0 };
	struct sg_walk walk = sg_walk_reading(bytes, size);
	struct sg_accounting books;
	struct sg_result result;
	struct sg_watch watch;
	size_t over = 0;

	sg_accounting_init(&books);
	sg_accounting_walk(&walk, &books, &plan);
	check(sg_result_init(&result, 1.0, true, 4) == SG_OK);
	sg_result_walk(&walk, &result, &over);
	check(result.count <= result.capacity);
	if (!walk.bad)
		sg_result_end(&result, 1.0, SG_END_STOPPED, false);
	sg_watch_init(&watch, &detect, NULL, NULL);
	sg_watch_restore(&walk, &watch, NULL);
	sg_result_fini(&result);
}

static void decode(const uint8_t *bytes, size_t size)
{
	struct sg_checkpoint c;
	char storage[256];
	struct sg_text why;
	uint8_t *again;

	sg_text_init(&why, storage, sizeof(storage));
	if (sg_checkpoint_decode(&c, bytes, size, &why)) {
		check(why.length > 0);
		return;
	}
	again = malloc(size);
	check(again != NULL);
	/* but for what stands behind a text's end, which is written as zeros */
	check(sg_checkpoint_encode(&c, again, size) == size);
	free(again);
	restore_parts(c.state, c.state_size);
}

static void read_lines(const char *text, size_t size)
{
	char id[SG_BDF_STEP_ID_SIZE];
	struct sg_half_step h;
	struct sg_row row = { .step_id = "" };

	if (sg_bdf_read(&row, id, text, size) == SG_OK)
		check(strlen(row.step_id) < sizeof(id) && row.record_index > 0);
	sg_quality_read(&row, text, size);
	sg_half_step_read(&h, text, size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *sealed;

	read_lines((const char *)data, size);
	restore_parts(data, size);
	decode(data, size);
	if (size < 20)
		return 0;
	sealed = malloc(size);
	check(sealed != NULL);
	memcpy(sealed, data, size);
	memcpy(sealed, "SGCHECKP\1\0\0\0", 12);
	for (int i = 0; i < 4; i++)
		sealed[12 + i] = (uint8_t)(size >> (8 * i));
	for (int i = 0; i < 4; i++)
		sealed[size - 4 + (size_t)i] = (uint8_t)(sg_crc32c(0, sealed, size - 4) >> (8 * i));
	decode(sealed, size);
	free(sealed);
	return 0;
}
