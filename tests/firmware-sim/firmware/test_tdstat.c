/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The simulated TDstat beyond its vectors: readings in volts and amperes, stale ones, the trap of a range change, power
 * and flash, and what it does when it is told to misbehave.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <math.h>

#include "firmware/firmware.h"
#include "plant/cell.h"
#include "plant/chamber.h"

extern const struct fw_firmware fw_tdstat;

#define MS INT64_C(1000000)
#define IDEAL "offset_potential=0,offset_current=0,shunt_1=0,shunt_2=0,shunt_3=0,shunt_4=0,dac_gain=0,dac_offset=0"
#define CELL_OHM 49.7

struct desk {
	void *firmware;
	struct fw_cell *cell;
	int64_t now_ns;
	uint8_t said[64];
	size_t length;
	unsigned packets;
	unsigned halts;
};

static void hear(void *ctx, const void *bytes, size_t length)
{
	struct desk *d = ctx;

	assert_true(length <= sizeof(d->said));
	memcpy(d->said, bytes, length);
	d->length = length;
	d->packets++;
}

static void halt(void *ctx)
{
	((struct desk *)ctx)->halts++;
}

static void sit_down(struct desk *d, const char *model, const char *options)
{
	struct fw_cell_options cell;
	struct fw_setup setup = { .model = model, .options = options, .seed = 3, .sink = { .ctx = d, .send = hear, .halt = halt } };
	const char *why = "";

	memset(d, 0, sizeof(*d));
	fw_cell_options_default(&cell);
	cell.short_mode = FW_SHORT_NEVER;
	d->cell = fw_cell_new(&cell, 1);
	setup.cell = d->cell;
	d->firmware = fw_tdstat.create(&setup, 0, &why);
	if (!d->firmware)
		fail_msg("%s", why);
}

static void get_up(struct desk *d)
{
	fw_tdstat.destroy(d->firmware);
	fw_cell_free(d->cell);
}

static void pass(struct desk *d, int64_t for_ns)
{
	const int64_t until_ns = d->now_ns + for_ns;

	while (fw_tdstat.next_ns(d->firmware) <= until_ns) {
		d->now_ns = fw_tdstat.next_ns(d->firmware);
		fw_tdstat.run(d->firmware, d->now_ns);
	}
	d->now_ns = until_ns;
}

static void send(struct desk *d, const void *bytes, size_t length)
{
	d->length = 0;
	fw_tdstat.receive(d->firmware, bytes, length, d->now_ns);
}

/* The answer as text, after at most a second. */
static const char *ask(struct desk *d, const char *command)
{
	static char text[65];
	const unsigned before = d->packets;

	send(d, command, strlen(command));
	for (int i = 0; i < 1000 && d->packets == before; i++)
		pass(d, MS);
	memcpy(text, d->said, d->length);
	text[d->length] = '\0';
	return d->packets == before ? "(nothing)" : text;
}

static void set_code(struct desk *d, uint32_t code)
{
	uint8_t bytes[10] = "DACSET ";

	bytes[7] = (uint8_t)(code >> 12);
	bytes[8] = (uint8_t)(code >> 4);
	bytes[9] = (uint8_t)(code << 4);
	send(d, bytes, sizeof(bytes));
	pass(d, 2 * MS);
	assert_int_equal(d->length, 2);
}

static int32_t counts(const uint8_t *b)
{
	const int32_t value = (int32_t)((uint32_t)b[0] << 16 | (uint32_t)b[1] << 8 | b[2]) & 0x3fffff;

	return value & 0x200000 ? value - 0x400000 : value;
}

/* A fresh reading: one is thrown away, 85 ms later the next is taken. */
static void read_fresh(struct desk *d, double *potential_v, double *current_a)
{
	ask(d, "ADCREAD");
	pass(d, 85 * MS);
	ask(d, "ADCREAD");
	assert_int_equal(d->length, 6);
	*potential_v = counts(d->said) / 2097152.0 * 8.0;
	*current_a = counts(d->said + 3) / 2097152.0 * 25e-3;
}

/* What stands behind "key": in the report. */
static char *in_report(struct desk *d, const char *key, char *value, size_t size)
{
	char *text = NULL, *at, quoted[64];
	size_t length;
	FILE *out = open_memstream(&text, &length);

	fw_tdstat.report(d->firmware, out);
	fclose(out);
	snprintf(quoted, sizeof(quoted), "\"%s\":", key);
	at = strstr(text, quoted);
	assert_non_null(at);
	snprintf(value, size, "%.*s", (int)strcspn(at + strlen(quoted), ",}"), at + strlen(quoted));
	free(text);
	return value;
}

static double number_in_report(struct desk *d, const char *key)
{
	char value[40], *end;
	const double number = strtod(in_report(d, key, value, sizeof(value)), &end);

	assert_true(end != value && *end == '\0');
	return number;
}

static void assert_cell_on(struct desk *d, const char *word)
{
	char value[40];

	assert_string_equal(in_report(d, "cell_on", value, sizeof(value)), word);
}

static void a_code_drives_a_fraction_of_the_range_and_both_converters_see_it(void **state)
{
	struct desk d;
	double v, a;

	(void)state;
	sit_down(&d, "v3", IDEAL);
	ask(&d, "GALVANOSTATIC");
	set_code(&d, 545260); /* +1 mA in RANGE 1 */
	ask(&d, "CELL ON");
	pass(&d, 200 * MS);
	read_fresh(&d, &v, &a);
	assert_true(fabs(a - 1e-3) < 2e-7);
	assert_true(fabs(v - 1e-3 * CELL_OHM) < 1e-4);
	assert_true(fw_cell_current(d.cell) > 0.0);
	ask(&d, "CELL OFF");
	pass(&d, 200 * MS);
	read_fresh(&d, &v, &a);
	assert_true(fabs(a) < 2e-7);
	assert_true(fw_cell_current(d.cell) == 0.0);
	get_up(&d);
}

static void after_idling_the_first_reading_is_an_old_one(void **state)
{
	struct desk d;

	(void)state;
	sit_down(&d, "v3", IDEAL);
	ask(&d, "GALVANOSTATIC");
	ask(&d, "CELL ON");
	ask(&d, "ADCREAD");
	pass(&d, 100 * MS);
	ask(&d, "ADCREAD");
	pass(&d, 100 * MS); /* this conversion saw no current */
	set_code(&d, 943718); /* +20 mA */
	pass(&d, 5000 * MS);
	ask(&d, "ADCREAD");
	assert_true(abs(counts(d.said + 3)) < 20);
	assert_string_equal(ask(&d, "ADCREAD"), "WAIT");
	pass(&d, 85 * MS);
	ask(&d, "ADCREAD");
	assert_true(abs(counts(d.said + 3) - 1677721) < 40);
	get_up(&d);
}

static void a_range_change_under_current_multiplies_it_by_a_hundred(void **state)
{
	struct desk d;

	(void)state;
	sit_down(&d, "v3", IDEAL);
	ask(&d, "RANGE 2");
	ask(&d, "GALVANOSTATIC");
	set_code(&d, 943718); /* +200 uA */
	ask(&d, "CELL ON");
	assert_true(fabs(fw_cell_current(d.cell) - 200e-6) < 1e-9);
	ask(&d, "RANGE 1");
	assert_true(fabs(fw_cell_current(d.cell) - 20e-3) < 1e-7);
	assert_true(number_in_report(&d, "changes_under_current") == 1.0);
	/* Both shunts in parallel: a little more still. */
	assert_true(number_in_report(&d, "change_worst_a") > 20e-3);
	get_up(&d);
}

static void beyond_its_range_it_says_so_in_the_word(void **state)
{
	struct desk d;

	(void)state;
	sit_down(&d, "v3", IDEAL ",offset_current=0");
	ask(&d, "GALVANOSTATIC");
	set_code(&d, 1048575);
	ask(&d, "CELL ON");
	ask(&d, "ADCREAD");
	pass(&d, 85 * MS);
	ask(&d, "ADCREAD");
	pass(&d, 85 * MS);
	ask(&d, "ADCREAD");
	/* Just below 25 mA: the end of the range, give or take the noise. */
	assert_true(abs(counts(d.said + 3)) > 2097000);
	get_up(&d);
	/* An amplifier that is off by 2000 counts pushes it over. */
	sit_down(&d, "v3", "calibrated=no,offset_current=-3000,shunt_1=0,dac_gain=0,dac_offset=0");
	ask(&d, "GALVANOSTATIC");
	set_code(&d, 0);
	ask(&d, "CELL ON");
	ask(&d, "ADCREAD");
	pass(&d, 85 * MS);
	ask(&d, "ADCREAD");
	assert_int_equal(d.length, 6);
	assert_true(d.said[3] & 0xc0);
	get_up(&d);
}

static void without_calibration_the_dac_gives_twice(void **state)
{
	struct desk d;

	(void)state;
	sit_down(&d, "v3", "calibrated=no,offset_potential=0,offset_current=0,shunt_1=0,dac_gain=0,dac_offset=0");
	ask(&d, "GALVANOSTATIC");
	set_code(&d, 545260);
	ask(&d, "CELL ON");
	assert_true(fabs(fw_cell_current(d.cell) - 2e-3) < 1e-6);
	ask(&d, "CELL OFF");
	assert_string_equal(ask(&d, "DACCAL"), "OK");
	ask(&d, "CELL ON");
	assert_true(fabs(fw_cell_current(d.cell) - 1e-3) < 1e-7);
	get_up(&d);
}

static void a_power_cut_opens_the_relays_and_keeps_the_flash(void **state)
{
	struct desk d;

	(void)state;
	sit_down(&d, "mystat", NULL);
	assert_string_equal(ask(&d, "OFFSETSAVE abcdef"), "OK");
	ask(&d, "RANGE 2");
	ask(&d, "GALVANOSTATIC");
	set_code(&d, 545260);
	ask(&d, "CELL ON");
	assert_true(fw_cell_current(d.cell) > 0.9e-3);
	fw_tdstat.power(d.firmware, false, d.now_ns);
	assert_true(fw_cell_current(d.cell) == 0.0);
	assert_true(fw_tdstat.next_ns(d.firmware) == FW_NEVER);
	send(&d, "CELL ON", 7);
	assert_true(fw_cell_current(d.cell) == 0.0);
	d.now_ns += 1000 * MS;
	fw_tdstat.power(d.firmware, true, d.now_ns);
	assert_true(number_in_report(&d, "range") == 1.0);
	assert_true(number_in_report(&d, "dac_code") == 524288.0);
	assert_string_equal(ask(&d, "OFFSETREAD"), "abcdef");
	assert_string_equal(ask(&d, "ADCREAD"), "WAIT");
	get_up(&d);
}

static void a_second_packet_waits_for_the_first_and_is_counted(void **state)
{
	struct desk d;

	(void)state;
	sit_down(&d, "v3", NULL);
	send(&d, "RANGE 2", 7);
	send(&d, "CELL ON", 7);
	pass(&d, 9 * MS);
	assert_cell_on(&d, "false");
	pass(&d, 100 * MS);
	assert_cell_on(&d, "true");
	assert_int_equal(d.packets, 2);
	assert_true(number_in_report(&d, "overlapped") == 1.0);
	get_up(&d);
}

static void it_misbehaves_at_the_command_it_is_told_to(void **state)
{
	static const struct {
		const char *options;
		const char *second;
		const char *third;
		unsigned halts;
	} rows[] = {
		{ "trouble=query,trouble_at=2", "?", "OK", 0 },
		{ "trouble=silent,trouble_at=2", "(nothing)", "OK", 0 },
		{ "trouble=short,trouble_at=2", "O", "OK", 0 },
		{ "trouble=stall,trouble_at=2", "(nothing)", "OK", 1 },
		{ "trouble=deaf,trouble_at=2", "(nothing)", "(nothing)", 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct desk d;

		sit_down(&d, "v3", rows[i].options);
		assert_string_equal(ask(&d, "CELL OFF"), "OK");
		assert_string_equal(ask(&d, "CELL OFF"), rows[i].second);
		assert_string_equal(ask(&d, "CELL OFF"), rows[i].third);
		assert_int_equal(d.halts, rows[i].halts);
		get_up(&d);
	}
}

static void an_answer_two_seconds_late_is_the_next_to_be_heard(void **state)
{
	struct desk d;

	(void)state;
	sit_down(&d, "v3", "trouble=late,trouble_at=1");
	assert_string_equal(ask(&d, "CELL OFF"), "(nothing)");
	pass(&d, 1100 * MS);
	assert_int_equal(d.packets, 1);
	get_up(&d);
}

static void it_refuses_what_it_cannot_be(void **state)
{
	static const struct {
		const char *model, *options, *said;
	} rows[] = {
		{ "v2", NULL, "models are v3 and mystat" },
		{ "v3", "shunt_5=1", "shunt_5" },
		{ "v3", "trouble=maybe", "maybe" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct fw_setup setup = { .model = rows[i].model, .options = rows[i].options };
		const char *why = "";

		assert_null(fw_tdstat.create(&setup, 0, &why));
		if (!strstr(why, rows[i].said))
			fail_msg("\"%s\" does not say \"%s\"", why, rows[i].said);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_code_drives_a_fraction_of_the_range_and_both_converters_see_it),
		cmocka_unit_test(after_idling_the_first_reading_is_an_old_one),
		cmocka_unit_test(a_range_change_under_current_multiplies_it_by_a_hundred),
		cmocka_unit_test(beyond_its_range_it_says_so_in_the_word),
		cmocka_unit_test(without_calibration_the_dac_gives_twice),
		cmocka_unit_test(a_power_cut_opens_the_relays_and_keeps_the_flash),
		cmocka_unit_test(a_second_packet_waits_for_the_first_and_is_counted),
		cmocka_unit_test(it_misbehaves_at_the_command_it_is_told_to),
		cmocka_unit_test(an_answer_two_seconds_late_is_the_next_to_be_heard),
		cmocka_unit_test(it_refuses_what_it_cannot_be),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
