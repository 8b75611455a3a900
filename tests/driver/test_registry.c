/* SPDX-License-Identifier: Apache-2.0 */
/* Our own table: every family that can be named must be complete, in the driver and around it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "registry.h"

/* before + name + after, under the source folder */
static bool exists(const char *before, const char *name, const char *after)
{
	char path[512];
	struct stat st;

	snprintf(path, sizeof(path), "%s/%s%s%s", SG_SOURCE_DIR, before, name, after);
	if (stat(path, &st) == 0)
		return true;
	print_message("not there: %s\n", path);
	return false;
}

/* Is the word one of those between the separators? */
static bool lists(const char *list, const char *word)
{
	const size_t length = strlen(word);

	for (const char *at = list; (at = strstr(at, word)); at += length) {
		if ((at == list || at[-1] == ' ') && (at[length] == '\0' || at[length] == ' '))
			return true;
	}
	return false;
}

static size_t words_in(const char *list)
{
	size_t count = 0;

	for (const char *at = list; *at; at++)
		count += *at != ' ' && (at == list || at[-1] == ' ');
	return count;
}

static void every_row_has_a_name_a_title_and_models(void **state)
{
	(void)state;
	assert_true(sg_registry_count() >= 2);
	for (size_t i = 0; i < sg_registry_count(); i++) {
		const struct sg_family *f = sg_registry_at(i);

		assert_true(f->name && f->name[0] && strspn(f->name, "abcdefghijklmnopqrstuvwxyz0123456789") ==
							     strlen(f->name));
		assert_true(f->title && f->title[0]);
		assert_non_null(f->models);
		assert_non_null(f->models[0]);
		assert_true(f->line.baud > 0);
		assert_true(f->usb_product == NULL || f->usb_product[0]);
		assert_true(f->usb_vendor >= 0 && f->usb_vendor <= 0xffff);
		assert_true(f->usb_product_id >= 0 && f->usb_product_id <= 0xffff);
	}
}

static void names_are_unique_and_find_their_row(void **state)
{
	(void)state;
	for (size_t i = 0; i < sg_registry_count(); i++)
		assert_ptr_equal(sg_registry_find(sg_registry_at(i)->name), sg_registry_at(i));
	assert_null(sg_registry_find("x8"));
	assert_null(sg_registry_find(""));
	assert_null(sg_registry_at(sg_registry_count()));
}

static void a_potentiostat_has_ten_verbs(const struct sg_family *f)
{
	const struct sg_potentiostat_ops *ops = f->potentiostat;

	assert_non_null(ops);
	assert_null(f->chamber);
	assert_true(ops->open && ops->close && ops->attach && ops->identify && ops->caps);
	assert_true(ops->check && ops->start && ops->next && ops->stop && ops->safe_off);
}

static void a_chamber_has_nine_verbs(const struct sg_family *f)
{
	const struct sg_chamber_ops *ops = f->chamber;

	assert_non_null(ops);
	assert_null(f->potentiostat);
	assert_true(ops->open && ops->close && ops->attach && ops->identify && ops->caps);
	assert_true(ops->set && ops->stop && ops->read && ops->alarm);
}

static void every_row_has_all_verbs_of_its_kind(void **state)
{
	(void)state;
	for (size_t i = 0; i < sg_registry_count(); i++) {
		const struct sg_family *f = sg_registry_at(i);

		switch (f->kind) {
		case SG_KIND_POTENTIOSTAT:
			a_potentiostat_has_ten_verbs(f);
			break;
		case SG_KIND_CHAMBER:
			a_chamber_has_nine_verbs(f);
			break;
		}
	}
}

static void check_potentiostat_caps(const struct sg_potentiostat_caps *caps)
{
	assert_non_null(caps);
	assert_true(caps->model && caps->model[0]);
	assert_true(caps->current_max_a > 0 && caps->compliance_v > 0);
	assert_true(caps->interval_min_s > 0 && caps->duration_max_s > caps->interval_min_s);
	assert_true(caps->range_count >= 1 && caps->range_count <= SG_CAPS_RANGES);
	for (size_t i = 0; i < caps->range_count; i++)
		assert_true(caps->range_a[i] > (i ? caps->range_a[i - 1] : 0));
	assert_true(caps->range_use > 0);
	assert_true(sg_caps_range_for(caps, caps->current_max_a) > 0);
	assert_true(sg_caps_range_for(caps, caps->current_max_a * 1.01) == 0);
	assert_true(caps->sequence_max >= 1);
}

static void check_chamber_caps(const struct sg_chamber_caps *caps)
{
	assert_non_null(caps);
	assert_true(caps->model && caps->model[0]);
	assert_true(caps->temperature_min_c < caps->temperature_max_c);
	assert_true(caps->resolution_k > 0);
}

static void every_model_has_sensible_capabilities_and_no_other_word_has_any(void **state)
{
	(void)state;
	for (size_t i = 0; i < sg_registry_count(); i++) {
		const struct sg_family *f = sg_registry_at(i);
		const bool chamber = f->kind == SG_KIND_CHAMBER;

		for (size_t m = 0; f->models[m]; m++) {
			print_message("  %s %s\n", f->name, f->models[m]);
			if (chamber)
				check_chamber_caps(f->chamber->caps(f->models[m]));
			else
				check_potentiostat_caps(f->potentiostat->caps(f->models[m]));
		}
		if (chamber) {
			assert_ptr_equal(f->chamber->caps(NULL), f->chamber->caps(f->models[0]));
			assert_null(f->chamber->caps("x8"));
		} else {
			assert_ptr_equal(f->potentiostat->caps(NULL), f->potentiostat->caps(f->models[0]));
			assert_null(f->potentiostat->caps("x8"));
		}
	}
}

static void the_build_list_and_the_registry_name_the_same_families(void **state)
{
	(void)state;
	for (size_t i = 0; i < sg_registry_count(); i++)
		assert_true(lists(SG_FAMILIES, sg_registry_at(i)->name));
	assert_int_equal(words_in(SG_FAMILIES), sg_registry_count());
}

static void every_row_has_codec_simulator_vectors_and_transcript(void **state)
{
	bool all = true;

	(void)state;
	for (size_t i = 0; i < sg_registry_count(); i++) {
		const char *name = sg_registry_at(i)->name;

		all &= exists("protocol/wire/", name, ".h");
		all &= exists("protocol/wire/", name, ".c");
		all &= exists("driver/instrument/", name, ".c");
		all &= exists("firmware-sim/firmware/", name, ".c");
		all &= exists("tests/vectors/", name, "");
		all &= exists("tests/vectors/codec_", name, ".c");
		all &= exists("tests/driver/instrument/", name, ".transcript");
	}
	assert_true(all);
	assert_false(exists("protocol/wire/", "x8", ".c")); /* the check itself can fail */
}

/*
 * One rule, or a comment that says why there is none. A family that is known by its USB product string or its ids
 * must have a rule with that very string, or those.
 */
static void every_row_is_spoken_of_in_the_udev_rules(void **state)
{
	char text[16384];
	char wanted[128];
	size_t length;
	FILE *file = fopen(SG_SOURCE_DIR "/udev/60-sandglass.rules", "r");

	(void)state;
	assert_non_null(file);
	length = fread(text, 1, sizeof(text) - 1, file);
	text[length] = '\0';
	fclose(file);
	for (size_t i = 0; i < sg_registry_count(); i++) {
		const struct sg_family *f = sg_registry_at(i);

		snprintf(wanted, sizeof(wanted), "# %s: ", f->name);
		assert_non_null(strstr(text, wanted));
		snprintf(wanted, sizeof(wanted), "ENV{ID_SANDGLASS}=\"%s\"", f->name);
		assert_int_equal(strstr(text, wanted) != NULL, f->usb_product != NULL || f->usb_vendor != 0);
		if (f->usb_vendor) {
			snprintf(wanted, sizeof(wanted), "ATTR{idVendor}==\"%04x\", ATTR{idProduct}==\"%04x\", "
				 "ENV{ID_SANDGLASS}=\"%s\"", (unsigned)f->usb_vendor, (unsigned)f->usb_product_id, f->name);
			assert_non_null(strstr(text, wanted));
		}
		if (!f->usb_product)
			continue;
		snprintf(wanted, sizeof(wanted), "ATTRS{product}==\"%s*\", ENV{ID_SANDGLASS}=\"%s\"", f->usb_product,
			 f->name);
		assert_non_null(strstr(text, wanted));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_row_has_a_name_a_title_and_models),
		cmocka_unit_test(names_are_unique_and_find_their_row),
		cmocka_unit_test(every_row_has_all_verbs_of_its_kind),
		cmocka_unit_test(every_model_has_sensible_capabilities_and_no_other_word_has_any),
		cmocka_unit_test(the_build_list_and_the_registry_name_the_same_families),
		cmocka_unit_test(every_row_has_codec_simulator_vectors_and_transcript),
		cmocka_unit_test(every_row_is_spoken_of_in_the_udev_rules),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
