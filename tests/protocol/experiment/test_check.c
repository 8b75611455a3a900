/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base.h"
#include "experiment/check.h"
#include "experiment/forecast.h"
#include "experiment/proposal.h"

/* What the base experiment fits exactly: 9 mA/cm2 on 0.8 cm2 is 7.2 mA. */
static const struct sg_potentiostat_caps good_caps = {
	.model = "Testostat", .current_max_a = 20e-3, .compliance_v = 8, .interval_min_s = 0.1, .duration_max_s = 86400,
	.range_count = 3, .range_a = { 1e-3, 10e-3, 20e-3 }, .range_use = 1.0,
	.limit_place = SG_LIMIT_INSTRUMENT, .host_loss = SG_HOST_LOSS_SEGMENT_END,
};
static const struct sg_chamber_caps good_chamber = {
	.model = "Testchamber", .temperature_min_c = -40, .temperature_max_c = 180, .resolution_k = 0.1,
};
static const struct sg_check_env good_env = { .disk_free_bytes = INT64_C(1000000000000) };

/* A bench with everything right, to be changed in one place. */
struct bench {
	struct sg_potentiostat_caps caps;
	struct sg_chamber_caps chamber;
	const struct sg_chamber_caps *chamber_or_null;
	struct sg_check_env env;
	struct sg_experiment experiment;
	struct sg_plan plan;
	struct sg_check_report report;
};

static void set_up(struct bench *b, const char *text)
{
	b->caps = good_caps;
	b->chamber = good_chamber;
	b->chamber_or_null = &b->chamber;
	b->env = good_env;
	base_read(text, &b->experiment);
	strcpy(b->experiment.cell.metal, "K"); /* of which no model knows a limit: that has its own tests below */
}

static void check(struct bench *b)
{
	char storage[256] = "";
	struct sg_text why;

	sg_text_init(&why, storage, sizeof(storage));
	if (sg_plan_init(&b->plan, &b->experiment, &b->caps, &why))
		fail_msg("no plan: %s", storage);
	sg_check(&b->experiment, &b->plan, &b->caps, b->chamber_or_null, &b->env, &b->report);
}

static void tear_down(struct bench *b)
{
	sg_plan_fini(&b->plan);
	sg_experiment_fini(&b->experiment);
}

/* Exactly these findings, each with its severity, line and some words. */
struct expected {
	enum sg_severity severity;
	int line;
	const char *words;
};

static void expect(const struct bench *b, const struct expected *rows, size_t count)
{
	size_t errors = 0;

	for (size_t i = 0; i < b->report.count; i++) {
		const struct sg_finding *finding = &b->report.findings[i];

		if (i >= count || finding->severity != rows[i].severity || finding->line != rows[i].line ||
		    !strstr(finding->text, rows[i].words))
			fail_msg("finding %zu: line %d: %s (severity %d)", i, finding->line, finding->text,
				 finding->severity);
		errors += finding->severity == SG_SEVERITY_ERROR;
	}
	assert_int_equal(b->report.count, count);
	assert_int_equal(b->report.errors, errors);
}

#define EXPECT(b, ...)                                                                                            \
	do {                                                                                                      \
		static const struct expected rows[] = { __VA_ARGS__ };                                            \
		check(b);                                                                                         \
		expect(b, rows, sizeof(rows) / sizeof(rows[0]));                                                  \
		tear_down(b);                                                                                     \
	} while (0)

static void expect_nothing(struct bench *b)
{
	check(b);
	expect(b, NULL, 0);
	tear_down(b);
}

#define ERROR SG_SEVERITY_ERROR
#define WARNING SG_SEVERITY_WARNING

static void nothing_is_found_where_all_fits(void **state)
{
	static struct bench b;

	(void)state;
	set_up(&b, base_text);
	check(&b);
	expect(&b, NULL, 0);
	/* -20 mAh/cm2 of the polarization, on top of whole cycles */
	assert_true(fabs(b.report.net_max_mah_cm2 - 20) < 1e-9);
	assert_non_null(strstr(b.report.host_loss, "finishes the steps it was given, watches their voltage limits"));
	/* rest 150+1, 18 x (600+1 and 60+1), 116 x (9000+1), 18000+1, soak 900+1, rest 360+1 */
	assert_true(b.report.rows == 151 + 18 * (601 + 61) + 116 * 9001 + 18001 + 901 + 361);
	assert_true(b.report.file_bytes == b.report.rows * 320);
	tear_down(&b);
}

static void a_current_beyond_the_instrument(void **state)
{
	static struct bench b;

	(void)state;
	set_up(&b, base_text);
	b.caps.current_max_a = 5e-3;
	EXPECT(&b, { ERROR, 35, "9 mA/cm2 on 0.8 cm2 is 7.2 mA, but Testostat gives at most 5 mA, here 6.25 mA/cm2 (6 of 18 half-steps" });
	set_up(&b, base_text);
	b.caps.range_count = 2;
	b.caps.range_use = 0.7;
	EXPECT(&b, { ERROR, 35, "no range of Testostat carries 7.2 mA: the largest is 10 mA, used up to 70 % (2 of 18" });
}

static void a_current_beyond_the_guard(void **state)
{
	static struct bench b;

	(void)state;
	set_up(&b, base_with("current: 20 mA", "current: 7 mA"));
	EXPECT(&b, { ERROR, 35, "the planned 7.2 mA is beyond limits.current of 7 mA" });
	set_up(&b, base_with("current: 20 mA", "current: 7.25 mA"));
	EXPECT(&b, { WARNING, 35, "the planned 7.2 mA is within 2 % of limits.current of 7.25 mA" });
}

static void a_current_that_the_error_of_its_range_hides(void **state)
{
	static struct bench b;

	(void)state;
	set_up(&b, base_text);
	b.caps.set_error_range = 0.1; /* 0.1 mA of 1 mA, 1 mA of 10 mA; the steps are of 0.8 and 1.6 mA */
	expect_nothing(&b);
	set_up(&b, base_with("polarize: {current: 2 mA", "polarize: {current: 0.1 mA"));
	b.caps.set_error_range = 0.1;
	EXPECT(&b, { ERROR, 45, "0.1 mA/cm2 on 0.8 cm2 is 80 uA, less than the 100 uA by which Testostat may be off in the 1 mA "
			       "range it would use" });
}

static void soaks_longer_than_their_timeout(void **state)
{
	static struct bench b;

	(void)state;
	set_up(&b, base_with("timeout: 3 h", "timeout: 16 min"));
	EXPECT(&b, { ERROR, 46, "a soak of 30 min cannot end within temperature.timeout of 16 min" });
	set_up(&b, base_with("timeout: 3 h", "timeout: 15 min"));
	EXPECT(&b, { ERROR, 24, "a soak of 15 min cannot end" }, { ERROR, 46, "a soak of 30 min" });
}

static void voltages_out_of_reach(void **state)
{
	static struct bench b;

	(void)state;
	set_up(&b, base_text);
	b.caps.compliance_v = 4.5;
	EXPECT(&b, { ERROR, 18, "limits.voltage of 5 V lies beyond the 4.5 V that Testostat can drive or measure: it could never "
			       "act; write at most 4.5 V" });
	set_up(&b, base_text);
	b.caps.compliance_v = 5;
	expect_nothing(&b);
	set_up(&b, base_with("expected_resistance_ohm: 49.7", "expected_resistance_ohm: 600"));
	EXPECT(&b, { WARNING, 35, "7.2 mA through the expected 600 ohm makes 4.32 V, beyond the voltage that ends it of 4 V" });
	set_up(&b, base_with("expected_resistance_ohm: 49.7", "expected_resistance_ohm: 600"));
	b.caps.compliance_v = 3;
	EXPECT(&b, { ERROR, 18, "limits.voltage" }, { WARNING, 35, "beyond the compliance of 3 V" });
}

static void times_the_instrument_cannot_keep(void **state)
{
	static struct bench b;

	(void)state;
	set_up(&b, base_text);
	b.caps.interval_min_s = 1;
	EXPECT(&b, { ERROR, 35, "a sample every 500 ms is too fast for Testostat: at least 1 s" });
	set_up(&b, base_text);
	b.caps.duration_max_s = 3 * 3600;
	EXPECT(&b, { ERROR, 44, "a step of 5 h is too long for Testostat: at most 3 h" }, { ERROR, 45, "a step of 10 h" });
}

static void temperatures_out_of_reach(void **state)
{
	static struct bench b;

	(void)state;
	set_up(&b, base_text);
	b.chamber.temperature_min_c = 30;
	b.chamber.temperature_max_c = 40;
	EXPECT(&b, { ERROR, 24, "25 degC is out of reach of Testchamber: 30 to 40 degC" },
	       { ERROR, 46, "50 degC is out of reach" });
	set_up(&b, base_text);
	b.chamber_or_null = NULL;
	EXPECT(&b, { ERROR, 24, "25 degC is to be set, but the rig has no chamber" },
	       { ERROR, 20, "limits.temperature cannot be watched" }, { ERROR, 46, "50 degC is to be set" },
	       { WARNING, 0, "no thermometer in the rig: below 20 to 25 % a soft short looks like warmth" });
	set_up(&b, base_with("max: 60 degC", "max: 51 degC"));
	EXPECT(&b, { WARNING, 46, "an excursion of 2 K around 50 degC leaves limits.temperature of 10 to 51 degC" });
	set_up(&b, base_text);
	b.experiment.limits.temperature_max_c = 40;
	EXPECT(&b, { ERROR, 46, "50 degC lies outside limits.temperature of 10 to 40 degC" });
}

static void a_net_charge_beyond_the_guard(void **state)
{
	static struct bench b;

	(void)state;
	set_up(&b, base_with("charge: 30 mAh/cm2", "charge: 15 mAh/cm2"));
	EXPECT(&b, { ERROR, 45, "reaches -20 mAh/cm2 in step 4.1-, beyond limits.charge of 15 mAh/cm2" });
	set_up(&b, base_with("charge: 30 mAh/cm2", "charge: 20 mAh/cm2"));
	EXPECT(&b, { WARNING, 45, "reaches -20 mAh/cm2 in step 4.1-, within 2 %" });
}

static void a_disk_too_small(void **state)
{
	static struct bench b;

	(void)state;
	set_up(&b, base_text);
	b.env.disk_free_bytes = 100000000;
	EXPECT(&b, { ERROR, 0, "the record needs about 344.1 MB, but only 100 MB are free" });
	set_up(&b, base_text);
	b.env.disk_free_bytes = 500000000;
	EXPECT(&b, { WARNING, 0, "the record needs about 344.1 MB, more than half of the 500 MB" });
	set_up(&b, base_text);
	b.env.disk_free_bytes = -1;
	expect_nothing(&b);
	set_up(&b, base_text);
	b.env.folder_trouble = "Read-only file system";
	b.env.disk_free_bytes = 0;
	EXPECT(&b, { ERROR, 0, "no run folder can be made in 'out': Read-only file system" });
}

static void says_what_holds_the_cell_when_the_pc_dies(void **state)
{
	static struct bench b;

	(void)state;
	set_up(&b, base_text);
	b.caps.host_loss = SG_HOST_LOSS_NONE;
	check(&b);
	assert_non_null(strstr(b.report.host_loss, "nothing ends the current: it flows for as long as the instrument has power"));
	assert_true(isinf(b.report.host_loss_s));
	tear_down(&b);
	set_up(&b, base_text);
	b.caps.host_loss = SG_HOST_LOSS_NONE;
	b.caps.power_from_link = true;
	check(&b);
	assert_non_null(strstr(b.report.host_loss, "for as long as its USB port has power"));
	tear_down(&b);
	set_up(&b, base_text);
	b.caps.host_loss = SG_HOST_LOSS_NONE;
	EXPECT(&b, { WARNING, 0, "Testostat has nothing that ends the current when the PC dies" });
	set_up(&b, base_text);
	b.caps.host_loss = SG_HOST_LOSS_TIMEOUT;
	check(&b);
	expect(&b, NULL, 0);
	assert_non_null(strstr(b.report.host_loss, "a watchdog"));
	tear_down(&b);
	set_up(&b, base_text);
	b.caps.limit_place = SG_LIMIT_HOST;
	check(&b);
	assert_non_null(strstr(b.report.host_loss, "without watching any limit"));
	tear_down(&b);
	set_up(&b, base_text);
	b.caps.sequence_max = 3; /* three half-cycles of 5 h; the polarization of 10 h is alone in its procedure */
	check(&b);
	assert_true(b.report.host_loss_s == 3 * 18000.0);
	tear_down(&b);
}

static void counts_findings_beyond_its_room(void **state)
{
	static struct bench b;
	static char text[8192];

	(void)state;
	strcpy(text, base_text);
	*strstr(text, "on_reconnect") = '\0'; /* back to the steps */
	for (int i = 0; i < 70; i++)
		strcat(text, "  - polarize: {current: 2 mA/cm2, duration: 1 min}\n");
	set_up(&b, text);
	b.caps.current_max_a = 1e-3;
	check(&b);
	assert_int_equal(b.report.count, SG_FINDINGS_MAX);
	/* ccd, the first polarization, and seventy more; the seventy reach 0.03 mAh/cm2 each, far below the limit */
	assert_int_equal(b.report.errors, 72);
	assert_int_equal(b.report.dropped, 72 - SG_FINDINGS_MAX);
	tear_down(&b);
}

static void a_pulse_is_refused_on_an_instrument_that_cannot_sample_it(void **state)
{
	static const struct {
		double interval_min_s;
		size_t sequence_max;
		bool gapless;
		const char *words; /* NULL: it can */
	} rows[] = {
		{ 0.1, 11, true, NULL },
		{ 0.5, 11, true, "a reading every 0.5 s at best" },
		{ 0.1, 1, true, "cannot change the current without switching the cell off" },
		{ 0.1, 11, false, "cannot change the current" },
	};
	static struct bench b;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct expected none = { .words = "" };
		const struct expected found = { SG_SEVERITY_ERROR, 48, rows[i].words };

		for (int asked = 0; asked < 2; asked++) {
			set_up(&b, base_with("on_reconnect: stop", asked ? "verify: pulse" : "verify: none"));
			b.caps.interval_min_s = rows[i].interval_min_s;
			b.caps.sequence_max = rows[i].sequence_max;
			b.caps.gapless = rows[i].gapless;
			check(&b);
			expect(&b, asked && rows[i].words ? &found : &none, asked && rows[i].words ? 1 : 0);
			assert_true((b.report.pulse.readings > 0) == (asked && !rows[i].words));
			tear_down(&b);
		}
	}
}

struct lines {
	char text[8192];
	size_t count;
};

static void take_line(void *context, const char *line)
{
	struct lines *lines = context;

	assert_null(strchr(line, '\n'));
	assert_true(strlen(lines->text) + strlen(line) + 2 < sizeof(lines->text));
	strcat(lines->text, line);
	strcat(lines->text, "\n");
	lines->count++;
}

static void prints_what_would_be_done(void **state)
{
	static const char *const said[] = {
		"CCD of NZSP-012\n",
		"Cell NZSP-012: K, 0.8 cm2\n",
		"Potentiostat: emstat4 hr at serial:/dev/ttyACM0\n",
		"Chamber: votsch at serial:/dev/ttyUSB0\n",
		"Before the first step: 25 degC within 0.2 K for 15 min, waiting 3 h at most\n",
		/* columns end where those of the currents end */
		"  1.r        rest                                 5 min                                    2 s\n",
		"  Procedure 2 ends early at |V| of 4 V.\n",
		/* 9 mA/cm2 for 5 min: 7.2 mA, 0.75 mAh/cm2, in the 10 mA range */
		"2.9-              -9 mA/cm2        -7.2 mA      5 min      -0.75 mAh/cm2     10 mA    500 ms\n",
		"  58 x, 3.1+ to 3.58-:\n",
		"3.1+              +1 mA/cm2         800 uA        5 h         +5 mAh/cm2      1 mA       2 s\n",
		"  5.t        50 degC, soak 30 min\n",
		"In all: 156 steps, 24 d 17 h 14 min, and the time the chamber takes\n",
		"net at most 20 mAh/cm2\n",
		"largest current  7.2 mA, 0.3578 V across the expected 49.7 ohm\n",
		"344.1 MB, in a new folder in out\n",
		"+ strips electrode A, the working electrode",
		"A hard short is noted in the record, and the run goes on.\n",
		"  It is told within 2 samples and 1 s, the first sample of a step not counted;",
		"gel, liquid, polymer) it can take about 30 min, and a fifth of the half-step\n",
		"A lost link to the potentiostat is waited for, 1 h at most; then the cell is made safe and the run ends.\n",
		"Limits: 5 V, 20 mA, net charge 30 mAh/cm2, 10 to 60 degC, 20 s without a sample\n",
		"If this program dies, or stands still for 10 s, its guardian makes the cell safe",
		"If the PC dies, the instrument finishes",
		" That is 10 h from then at most.\n",
		"It fits.\n",
	};
	static struct bench b;
	static struct lines lines;

	(void)state;
	set_up(&b, base_text);
	b.caps.sequence_max = 1;
	check(&b);
	sg_check_print(&b.experiment, &b.plan, &b.report, take_line, &lines);
	for (size_t i = 0; i < sizeof(said) / sizeof(said[0]); i++) {
		if (!strstr(lines.text, said[i]))
			fail_msg("not said: %s\n%s", said[i], lines.text);
	}
	assert_null(strstr(lines.text, "3.2+"));
	tear_down(&b);
}

/* 10 h at 2 mA/cm2 after a ramp: more than an ideal interface of sodium can give. */
static void a_plan_beyond_the_diffusion_limit_is_told_and_may_run(void **state)
{
	static const struct expected rows[] = {
		{ SG_SEVERITY_WARNING, 45, "step 4.1- goes beyond the diffusion limit of sodium (mundy1971): 1.45 to 1.83 of it" },
	};
	static struct bench b;

	(void)state;
	set_up(&b, base_text);
	strcpy(b.experiment.cell.metal, "Na");
	check(&b);
	expect(&b, rows, 1);
	assert_int_equal(b.report.errors, 0);
	tear_down(&b);
	/* with other constants it is another fraction: f goes as D^(-1/2) */
	set_up(&b, base_text);
	strcpy(b.experiment.cell.metal, "Na");
	strcpy(b.experiment.cell.diffusion_set, "paper");
	check(&b);
	assert_int_equal(b.report.count, 1);
	assert_non_null(strstr(b.report.findings[0].text, "(paper): 1.51 to 1.81"));
	tear_down(&b);
}

/* 20 mAh cm-2 net are 177 um of sodium (8.866 um per mAh cm-2 at 0.04205 mol cm-3). */
static void metal_that_is_half_gone_is_told(void **state)
{
	static const struct {
		double thickness_mm;
		const char *times; /* of the duration in the text */
		const char *words; /* NULL: enough of it is left */
	} rows[] = {
		{ (double)NAN, "10 h", NULL },
		{ (double)NAN, "20 h", "by step 4.1- 40 mAh/cm2 net, 355 um of sodium, are away from one side: more than half of a foil of 500 um; "
				"metal_thickness_mm is not given" },
		{ 0.4, "10 h", NULL },
		{ 0.3, "10 h", "177 um of sodium, are away from one side: more than half of its metal of 300 um" },
		{ 0.15, "10 h", "more than its metal of 150 um" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		static struct bench b;
		const struct sg_finding *last;

		set_up(&b, base_text);
		strcpy(b.experiment.cell.metal, "Na");
		b.experiment.cell.metal_thickness_mm = rows[i].thickness_mm;
		b.experiment.limits.charge_mah_cm2 = 60.0;
		for (size_t k = 0; k < b.experiment.procedure_count; k++) {
			if (b.experiment.procedures[k].kind == SG_PROC_POLARIZE && strcmp(rows[i].times, "20 h") == 0)
				b.experiment.procedures[k].half_step_s *= 2.0;
		}
		check(&b);
		assert_int_equal(b.report.errors, 0);
		last = &b.report.findings[b.report.count - 1];
		if ((strstr(last->text, "away from one side") != NULL) != (rows[i].words != NULL) ||
		    (rows[i].words && !strstr(last->text, rows[i].words)))
			fail_msg("row %zu: %s", i, last->text);
		tear_down(&b);
	}
}

/* Closed form with D of 5.868e-9 and phi of 0.04205: 50.58 min at 5 mA cm-2; for the lowest source 0.9034 of it. */
static void a_proposed_current_has_its_time_from_fresh_metal_and_after_the_plan(void **state)
{
	static struct bench b;
	static struct lines lines;

	(void)state;
	set_up(&b, base_text);
	strcpy(b.experiment.cell.metal, "Na");
	check(&b);
	lines.text[0] = '\0';
	sg_proposal_print(&b.experiment, &b.plan, 5.0, take_line, &lines);
	assert_non_null(strstr(lines.text, "5 mA/cm2 could go on until the diffusion limit (an upper bound, no prediction"));
	assert_non_null(strstr(lines.text, "from fresh metal             45.69 min to 50.58 min\n"));
	assert_non_null(strstr(lines.text, "after this plan, + strips A  "));
	assert_non_null(strstr(lines.text, "after this plan, - strips B  no time to 14.6 min: it may be beyond the limit\n"));
	strcpy(b.experiment.cell.metal, "K");
	lines.text[0] = '\0';
	sg_proposal_print(&b.experiment, &b.plan, 5.0, take_line, &lines);
	assert_non_null(strstr(lines.text, "is not known: nothing is known of the metal"));
	tear_down(&b);
}

static void a_time_to_the_limit_is_said_with_both_ends(void **state)
{
	static const struct {
		struct sg_interval left_s;
		const char *words;
	} rows[] = {
		{ { 2400, 3000 }, "40 min to 50 min" }, { { 60, (double)INFINITY }, "1 min at least" },
		{ { 0, 60 }, "no time to 1 min: it may be beyond the limit" }, { { 0, 0 }, "no time: it is beyond the limit" },
		{ { (double)INFINITY, (double)INFINITY }, "without an end" }, { { (double)NAN, (double)NAN }, "unknown" },
	};
	char text[SG_FORECAST_PHRASE_SIZE];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_string_equal(sg_forecast_phrase(rows[i].left_s, text), rows[i].words);
}

static void prints_what_each_half_step_uses_of_the_limit(void **state)
{
	static struct bench b;
	static struct lines lines;

	(void)state;
	set_up(&b, base_text);
	strcpy(b.experiment.cell.metal, "Na");
	check(&b);
	lines.text[0] = '\0';
	sg_check_print(&b.experiment, &b.plan, &b.report, take_line, &lines);
	/* closed form: 0.0655, and 0.0384 or again 0.0655 behind, with D of 5.4e-9; times (5.4/5.868)^(1/2), and for the lowest source (5.4/5.3)^(1/2) */
	assert_non_null(strstr(lines.text, "mAh/cm2      1 mA    500 ms  0.06-0.07 B\n"));
	assert_non_null(strstr(lines.text, "mAh/cm2      1 mA    500 ms  0.04-0.07 A\n"));
	assert_non_null(strstr(lines.text, "sodium, mundy1971, D 5.87e-09 cm2/s (sources 5.3e-09 to 5.9e-09);"));
	assert_non_null(strstr(lines.text, "no prediction of a short\n"));
	tear_down(&b);
	/* a metal that nobody has constants of */
	set_up(&b, base_text);
	check(&b);
	lines.text[0] = '\0';
	sg_check_print(&b.experiment, &b.plan, &b.report, take_line, &lines);
	assert_non_null(strstr(lines.text, "limit used  not known: "));
	tear_down(&b);
}

static void prints_findings_with_their_places(void **state)
{
	static struct bench b;
	static struct lines lines;

	(void)state;
	set_up(&b, base_text);
	b.caps.current_max_a = 5e-3;
	b.caps.compliance_v = 4.5;
	check(&b);
	sg_check_print(&b.experiment, &b.plan, &b.report, take_line, &lines);
	assert_non_null(strstr(lines.text, "base.yaml:18:12: error: limits.voltage of 5 V"));
	assert_non_null(strstr(lines.text, "base.yaml:35:5: error: 9 mA/cm2"));
	assert_non_null(strstr(lines.text, "It does not fit: 2 errors.\n"));
	/* not read from a file with a name */
	b.experiment.source[0] = '\0';
	lines.text[0] = '\0';
	sg_check_print(&b.experiment, &b.plan, &b.report, take_line, &lines);
	assert_non_null(strstr(lines.text, "line 35, column 5: error: 9 mA/cm2"));
	tear_down(&b);
}

static void says_what_a_hard_short_ends(void **state)
{
	static const struct {
		const char *on_hard_short, *ends_on, *procedure, *run;
	} rows[] = {
		{ "flag", "{voltage: 4 V, short: true}", "Procedure 2 ends early at |V| of 4 V or a hard short.\n",
		  "A hard short is noted in the record" },
		{ "flag", "{short: true}", "Procedure 2 ends early at a hard short.\n", "A hard short is noted" },
		{ "stop", "{voltage: 4 V, short: true}", "Procedure 2 ends early at |V| of 4 V.\n",
		  "A hard short ends the run, with the cell off.\n" },
		{ "flag", "{short: false}", "  2.1-", "A hard short is noted" },
	};
	static struct bench b;
	static struct lines lines;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char ends_on[64], text[8192];
		const char *at;

		snprintf(ends_on, sizeof(ends_on), "ends_on: %s", rows[i].ends_on);
		snprintf(text, sizeof(text), "%s", base_with("ends_on: {voltage: 4 V, short: false}", ends_on));
		at = strstr(text, "on_hard_short: flag");
		assert_non_null(at);
		memcpy(text + (at - text) + strlen("on_hard_short: "), rows[i].on_hard_short, 4);
		set_up(&b, text);
		check(&b);
		lines.text[0] = '\0';
		sg_check_print(&b.experiment, &b.plan, &b.report, take_line, &lines);
		if (!strstr(lines.text, rows[i].procedure) || !strstr(lines.text, rows[i].run))
			fail_msg("%s, %s:\n%s", rows[i].on_hard_short, rows[i].ends_on, lines.text);
		tear_down(&b);
	}
	/* nothing of its own: nothing said */
	assert_null(strstr(lines.text, "ends early"));
}

static void warns_of_a_word_about_shorts_without_effect(void **state)
{
	static struct bench b;

	(void)state;
	set_up(&b, base_with("on_hard_short: flag", "on_hard_short: stop"));
	EXPECT(&b, { WARNING, 35, "'short: false' changes nothing: a hard short ends the whole run unless you write "
				  "'on_hard_short: flag'" });
}

static void says_that_a_chamber_is_left_as_it_is(void **state)
{
	static struct bench b;
	static struct lines lines;

	(void)state;
	set_up(&b, base_text);
	b.experiment.temperature.present = false;
	check(&b);
	sg_check_print(&b.experiment, &b.plan, &b.report, take_line, &lines);
	assert_non_null(strstr(lines.text, "the chamber is left as it is, no temperature is set\n"));
	tear_down(&b);
}

static void prints_what_a_pulse_does_and_costs(void **state)
{
	static struct bench b;
	static struct lines lines;

	(void)state;
	set_up(&b, base_with("on_reconnect: stop", "verify: pulse"));
	b.caps.gapless = true;
	b.caps.sequence_max = 11;
	check(&b);
	memset(&lines, 0, sizeof(lines));
	sg_check_print(&b.experiment, &b.plan, &b.report, take_line, &lines);
	/* half of 7.2 mA for 0.3 s on 0.8 cm2 */
	if (!strstr(lines.text, "0.3 s without current and 0.3 s at half of it, 3 readings each, one every 100 ms (longer than 0.2 s") ||
	    !strstr(lines.text, "moves at most 0.00038 mAh/cm2"))
		fail_msg("%s", lines.text);
	tear_down(&b);

	set_up(&b, base_text);
	check(&b);
	memset(&lines, 0, sizeof(lines));
	sg_check_print(&b.experiment, &b.plan, &b.report, take_line, &lines);
	assert_null(strstr(lines.text, "half of it"));
	tear_down(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_pulse_is_refused_on_an_instrument_that_cannot_sample_it),
		cmocka_unit_test(prints_what_a_pulse_does_and_costs),
		cmocka_unit_test(nothing_is_found_where_all_fits),
		cmocka_unit_test(a_current_beyond_the_instrument),
		cmocka_unit_test(a_current_beyond_the_guard),
		cmocka_unit_test(a_current_that_the_error_of_its_range_hides),
		cmocka_unit_test(soaks_longer_than_their_timeout),
		cmocka_unit_test(voltages_out_of_reach),
		cmocka_unit_test(times_the_instrument_cannot_keep),
		cmocka_unit_test(temperatures_out_of_reach),
		cmocka_unit_test(a_net_charge_beyond_the_guard),
		cmocka_unit_test(a_disk_too_small),
		cmocka_unit_test(says_what_holds_the_cell_when_the_pc_dies),
		cmocka_unit_test(counts_findings_beyond_its_room),
		cmocka_unit_test(prints_what_would_be_done),
		cmocka_unit_test(a_plan_beyond_the_diffusion_limit_is_told_and_may_run),
		cmocka_unit_test(metal_that_is_half_gone_is_told),
		cmocka_unit_test(a_proposed_current_has_its_time_from_fresh_metal_and_after_the_plan),
		cmocka_unit_test(a_time_to_the_limit_is_said_with_both_ends),
		cmocka_unit_test(prints_what_each_half_step_uses_of_the_limit),
		cmocka_unit_test(prints_findings_with_their_places),
		cmocka_unit_test(says_what_a_hard_short_ends),
		cmocka_unit_test(warns_of_a_word_about_shorts_without_effect),
		cmocka_unit_test(says_that_a_chamber_is_left_as_it_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
