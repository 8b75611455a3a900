/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as a saved state of the model, as they are and with the check sum put right: refused, or a state that goes
 * on with numbers.
 */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "model/exposure_record.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(int condition)
{
	if (!condition)
		abort();
}

static uint32_t crc32_of(const uint8_t *bytes, size_t size)
{
	uint32_t crc = UINT32_MAX;

	for (size_t i = 0; i < size * 8; i++)
		crc = (crc >> 1) ^ (((crc ^ (uint32_t)(bytes[i / 8] >> (i % 8))) & 1u) ? UINT32_C(0xEDB88320) : 0u);
	return ~crc;
}

static void go_on(struct sg_exposure *e)
{
	uint8_t record[SG_EXPOSURE_RECORD_SIZE];
	char storage[1024];
	struct sg_text text;

	sg_exposure_feed(e, 1.0, 1e-3, 25.0);
	sg_exposure_gap(e, 100.0, NAN);
	sg_exposure_feed(e, 3600.0, -1e-3, 30.0);
	for (int electrode = 0; electrode < 2; electrode++) {
		const struct sg_interval f = sg_exposure_fraction(e, (enum sg_electrode)electrode);
		const struct sg_interval t = sg_exposure_time_to_limit(e, (enum sg_electrode)electrode, -1e-3);

		check((e->flags & SG_EXPOSURE_UNKNOWN) ? isnan(f.low) && isnan(f.high) : f.low >= 0.0 && f.high >= 0.0);
		check(isnan(f.low) == isnan(t.low));
		sg_text_init(&text, storage, sizeof(storage));
		sg_exposure_describe(e, (enum sg_electrode)electrode, &text);
		check(text.length > 0);
	}
	sg_exposure_save(e, record);
	check(memcmp(record, "SGEXPOSR", 8) == 0);
}

static void restore(const struct sg_exposure_config *config, const uint8_t *record, size_t size)
{
	struct sg_exposure e;
	char storage[512];
	struct sg_text why;
	uint8_t again[SG_EXPOSURE_RECORD_SIZE];

	sg_text_init(&why, storage, sizeof(storage));
	if (sg_exposure_restore(&e, config, record, size, &why)) {
		check(why.length > 0);
		return;
	}
	sg_exposure_save(&e, again);
	check(size == sizeof(again) && memcmp(record, again, size) == 0);
	go_on(&e);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sg_exposure_config config = { .area_cm2 = 1.0, .thickness_cm = NAN, .temperature_c = 25.0, .diffusion_low = 1.0,
					     .diffusion_high = 1.0 };
	uint8_t record[SG_EXPOSURE_RECORD_SIZE];
	struct sg_exposure e;
	uint32_t crc;

	restore((sg_material_find("Na", NULL, &config.material, NULL), &config), data, size);
	/* the same laid over the state of a true one, sealed: what lies behind the check sum must stand up too */
	config.thickness_cm = size % 2 ? 0.02 : NAN;
	check(sg_exposure_init(&e, &config, NULL) == SG_OK);
	sg_exposure_feed(&e, 1000.0, 1e-3, 25.0);
	sg_exposure_save(&e, record);
	for (size_t i = 0; i < size && 136 + i < sizeof(record) - 4; i++)
		record[136 + i] ^= data[i];
	crc = crc32_of(record, sizeof(record) - 4);
	for (int i = 0; i < 4; i++)
		record[sizeof(record) - 4 + (size_t)i] = (uint8_t)(crc >> (8 * i));
	restore(&config, record, sizeof(record));
	return 0;
}
