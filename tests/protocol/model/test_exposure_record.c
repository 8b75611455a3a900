/* SPDX-License-Identifier: Apache-2.0 */
/* A saved state: bit for bit, and nothing else is taken for one. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "model/exposure_record.h"

#define AREA_CM2 0.8332
#define MA (1e-3 * AREA_CM2)

static struct sg_exposure_config config_of(double thickness_cm)
{
	struct sg_exposure_config config = { .area_cm2 = AREA_CM2, .thickness_cm = thickness_cm, .temperature_c = NAN,
					     .diffusion_low = 0.9, .diffusion_high = 1.2 };

	assert_int_equal(sg_material_find("Na", NULL, &config.material, NULL), SG_OK);
	return config;
}

static uint64_t random_state;

static double random_part(void)
{
	random_state = random_state * 6364136223846793005u + 1442695040888963407u;
	return (double)(random_state >> 11) / 9007199254740992.0;
}

/* One step of a run in which everything happens: strips, rests, gaps, clocks that go back, temperatures and none. */
static void anything(struct sg_exposure *e)
{
	const double interval_s = random_part() < 0.02 ? -1.0 : pow(10.0, -3.0 + 6.0 * random_part());
	const double temperature_c = random_part() < 0.3 ? NAN : 20.0 + 30.0 * random_part();
	const double current_a = random_part() < 0.1 ? 0.0 : (random_part() - 0.5) * 8.0 * MA;

	if (random_part() < 0.03)
		sg_exposure_gap(e, interval_s, temperature_c);
	else
		sg_exposure_feed(e, interval_s, current_a, temperature_c);
}

static void assert_same(const struct sg_exposure *a, const struct sg_exposure *b)
{
	uint8_t one[SG_EXPOSURE_RECORD_SIZE], two[SG_EXPOSURE_RECORD_SIZE];
	struct sg_interval f[2];

	sg_exposure_save(a, one);
	sg_exposure_save(b, two);
	assert_memory_equal(one, two, sizeof(one));
	for (int electrode = 0; electrode < 2; electrode++) {
		f[0] = sg_exposure_fraction(a, (enum sg_electrode)electrode);
		f[1] = sg_exposure_fraction(b, (enum sg_electrode)electrode);
		assert_memory_equal(&f[0], &f[1], sizeof(f[0]));
	}
}

static void run_with_restores(double thickness_cm)
{
	const struct sg_exposure_config config = config_of(thickness_cm);
	struct sg_exposure through, restored;

	assert_int_equal(sg_exposure_init(&through, &config, NULL), SG_OK);
	restored = through;
	for (int i = 0; i < 2000; i++) {
		const uint64_t here = random_state;

		anything(&through);
		random_state = here;
		anything(&restored);
		if (i % 37 == 0) {
			uint8_t record[SG_EXPOSURE_RECORD_SIZE];

			sg_exposure_save(&restored, record);
			memset(&restored, 0xA5, sizeof(restored));
			assert_int_equal(sg_exposure_restore(&restored, &config, record, sizeof(record), NULL), SG_OK);
			assert_same(&through, &restored);
		}
	}
	assert_same(&through, &restored);
}

static void a_restored_run_goes_on_bit_for_bit(void **state)
{
	(void)state;
	random_state = 42;
	run_with_restores(NAN);
	run_with_restores(0.02);
}

static void unknown_stays_unknown(void **state)
{
	const struct sg_exposure_config config = config_of(NAN);
	uint8_t record[SG_EXPOSURE_RECORD_SIZE];
	struct sg_exposure e, restored;

	(void)state;
	assert_int_equal(sg_exposure_init(&e, &config, NULL), SG_OK);
	sg_exposure_set_unknown(&e);
	sg_exposure_save(&e, record);
	assert_int_equal(sg_exposure_restore(&restored, &config, record, sizeof(record), NULL), SG_OK);
	assert_true(isnan(sg_exposure_fraction(&restored, SG_ELECTRODE_A).low));
}

struct saved {
	struct sg_exposure_config config;
	struct sg_exposure exposure;
	uint8_t record[SG_EXPOSURE_RECORD_SIZE];
};

static void make_saved(struct saved *s)
{
	s->config = config_of(0.03);
	random_state = 7;
	assert_int_equal(sg_exposure_init(&s->exposure, &s->config, NULL), SG_OK);
	for (int i = 0; i < 200; i++)
		anything(&s->exposure);
	sg_exposure_save(&s->exposure, s->record);
}

/* Refused with a reason, and the target left as it was. */
static void assert_refused(const struct sg_exposure_config *config, const uint8_t *record, size_t size, enum sg_err expected,
			   const char *word)
{
	struct sg_exposure target, before;
	char storage[256];
	struct sg_text why;

	memset(&target, 0x5A, sizeof(target));
	before = target;
	sg_text_init(&why, storage, sizeof(storage));
	assert_int_equal(sg_exposure_restore(&target, config, record, size, &why), expected);
	assert_memory_equal(&target, &before, sizeof(target));
	if (!strstr(why.data, word))
		fail_msg("no \"%s\" in: %s", word, why.data);
	assert_int_equal(sg_exposure_restore(&target, config, record, size, NULL), expected);
}

static void any_damaged_bit_is_refused(void **state)
{
	static struct saved s;

	(void)state;
	make_saved(&s);
	for (size_t i = 0; i < sizeof(s.record); i++) {
		struct sg_exposure target;

		s.record[i] ^= (uint8_t)(1u << (i % 8));
		assert_int_equal(sg_exposure_restore(&target, &s.config, s.record, sizeof(s.record), NULL), SG_ERR_FRAME);
		s.record[i] ^= (uint8_t)(1u << (i % 8));
	}
	s.record[500] ^= 1;
	assert_refused(&s.config, s.record, sizeof(s.record), SG_ERR_FRAME, "check sum");
}

static void any_other_length_is_refused(void **state)
{
	static struct saved s;
	uint8_t longer[SG_EXPOSURE_RECORD_SIZE + 1] = { 0 };

	(void)state;
	make_saved(&s);
	for (size_t size = 0; size < sizeof(s.record); size++) {
		struct sg_exposure target;

		assert_int_equal(sg_exposure_restore(&target, &s.config, s.record, size, NULL), SG_ERR_FRAME);
	}
	memcpy(longer, s.record, sizeof(s.record));
	assert_refused(&s.config, longer, sizeof(longer), SG_ERR_FRAME, "cut off, or damaged");
	assert_refused(&s.config, (const uint8_t *)"", 0, SG_ERR_FRAME, "no saved state");
}

static uint32_t crc32_of(const uint8_t *bytes, size_t size)
{
	uint32_t crc = UINT32_MAX;

	for (size_t i = 0; i < size * 8; i++)
		crc = (crc >> 1) ^ (((crc ^ (uint32_t)(bytes[i / 8] >> (i % 8))) & 1u) ? UINT32_C(0xEDB88320) : 0u);
	return ~crc;
}

static void seal(uint8_t *record)
{
	const uint32_t crc = crc32_of(record, SG_EXPOSURE_RECORD_SIZE - 4);

	for (int i = 0; i < 4; i++)
		record[SG_EXPOSURE_RECORD_SIZE - 4 + i] = (uint8_t)(crc >> (8 * i));
}

static void layout_is_the_one_written_down(void **state)
{
	static struct saved s;
	double value;

	(void)state;
	assert_int_equal(crc32_of((const uint8_t *)"123456789", 9), 0xCBF43926); /* the check value of ISO 3309 */
	make_saved(&s);
	assert_memory_equal(s.record, "SGEXPOSR\1\0\0\0", 12);
	assert_int_equal(s.record[12] | s.record[13] << 8, SG_EXPOSURE_RECORD_SIZE);
	assert_string_equal((const char *)s.record + 16, "mundy1971");
	memcpy(&value, s.record + 136 + 5 * 8, 8); /* on the machines that this test runs on */
	assert_true(value == s.exposure.clock_s);
	memcpy(&value, s.record + 304, 8);
	assert_true(value == s.exposure.diffusion.charge[0]);
	memcpy(&value, s.record + 376 + 67 * 8, 8);
	assert_true(value == s.exposure.diffusion.mode[0][16][3]);
}

static void another_version_is_named(void **state)
{
	static struct saved s;

	(void)state;
	make_saved(&s);
	s.record[8] = 2;
	seal(s.record);
	assert_refused(&s.config, s.record, sizeof(s.record), SG_ERR_FRAME, "version 2");
}

static void record_of_another_cell_is_refused(void **state)
{
	static struct saved s;
	struct sg_exposure_config other;

	(void)state;
	make_saved(&s);
	other = s.config;
	other.area_cm2 = 1.0;
	assert_refused(&other, s.record, sizeof(s.record), SG_ERR_IDENTITY, "another area (0.8332, here 1)");
	other = s.config;
	other.thickness_cm = NAN;
	assert_refused(&other, s.record, sizeof(s.record), SG_ERR_IDENTITY, "thickness");
	other = s.config;
	assert_int_equal(sg_material_find("Na", "mundy1966", &other.material, NULL), SG_OK);
	assert_refused(&other, s.record, sizeof(s.record), SG_ERR_IDENTITY, "D0");
	other = s.config;
	assert_int_equal(sg_material_find("Li", NULL, &other.material, NULL), SG_OK);
	assert_refused(&other, s.record, sizeof(s.record), SG_ERR_IDENTITY, "concentration");
	other = s.config;
	strcpy(other.material.name, "user");
	assert_refused(&other, s.record, sizeof(s.record), SG_ERR_IDENTITY, "set of constants");
}

static void sealed_nonsense_is_refused(void **state)
{
	/* offset, and a double that cannot stand there */
	static const struct { size_t at; double value; } cases[] = {
		{ 136, 0.0 }, { 136, 2.0 }, { 144, 0.5 }, { 152, 1e9 }, { 160, 0.0 }, { 160, -1.0 }, { 160, NAN },
		{ 168, 0.0 }, { 176, -1.0 }, { 176, INFINITY }, { 184, NAN }, { 192, INFINITY }, { 200, NAN },
		{ 208, 1e300 }, { 216, -1.0 }, { 224, -1.0 }, { 304, NAN }, { 328, INFINITY }, { 352, NAN },
		{ 376, NAN }, { 376 + 203 * 8, 1e200 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		static struct saved s;

		make_saved(&s);
		memcpy(s.record + cases[i].at, &cases[i].value, 8);
		seal(s.record);
		assert_refused(&s.config, s.record, sizeof(s.record), SG_ERR_VALUE, "no state there can be");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_restored_run_goes_on_bit_for_bit),
		cmocka_unit_test(unknown_stays_unknown),
		cmocka_unit_test(any_damaged_bit_is_refused),
		cmocka_unit_test(any_other_length_is_refused),
		cmocka_unit_test(layout_is_the_one_written_down),
		cmocka_unit_test(another_version_is_named),
		cmocka_unit_test(record_of_another_cell_is_refused),
		cmocka_unit_test(sealed_nonsense_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
