/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Mistakes people make, each in an otherwise right file: exactly one diagnostic, at the right place,
 * that says what would be right.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base.h"

struct mistake {
	const char *legend;
	const char *find;    /* in the base text */
	const char *replace;
	int line, column;
	const char *words;   /* part of the diagnostic */
};

static const struct mistake mistakes[] = {
	/* units */
	{ "a duration without unit", "half_step: 5 min", "half_step: 5", 39, 18,
	  "a duration or an areal charge needs a unit: 5 min or 5 mAh/cm2" },
	{ "a rest without unit", "rest: 5 min", "rest: 5", 34, 11, "a duration needs a unit: 5 min" },
	{ "a unit nobody knows", "half_step: 5 min", "half_step: 5 minutes", 39, 18,
	  "unknown unit 'minutes'; a duration or an areal charge is written in ms, s, min, h, d; uAh/cm2" },
	{ "a current for a density", "from: 1.0 mA/cm2", "from: 1.0 mA", 36, 13,
	  "must be a current density, but '1.0 mA' is a current (divide by the area" },
	{ "a density for a current", "current: 20 mA", "current: 20 mA/cm2", 19, 12, "must be a current, but" },
	{ "a charge without area", "half_cycle: 5 mAh/cm2", "half_cycle: 5 mAh", 44, 44, "divide by the area" },
	{ "kelvin for a temperature", "set: 25 degC", "set: 298 K", 24, 8, "'298 K' is a temperature difference (0 degC" },
	{ "degrees for a difference", "tolerance: 0.2 K", "tolerance: 0.2 degC", 25, 14,
	  "must be a temperature difference, but" },
	{ "a voltage for a duration", "silence: 20 s", "silence: 20 V", 22, 12, "must be a duration, but" },
	{ "a decimal comma", "half_step: 5 min", "half_step: 2,5 min", 39, 18, "with a point, not a comma" },
	{ "words for a number", "silence: 20 s", "silence: a while", 22, 12,
	  "must be a duration, a number with a unit such as '5 min', not 'a while'" },
	{ "a unit where the key has it", "area_cm2: 0.8", "area_cm2: 0.8 cm2", 9, 13, "the unit is in its name" },
	{ "a comma in a plain number", "area_cm2: 0.8", "area_cm2: 0,8", 9, 13, "with a point" },
	{ "words for a plain number", "area_cm2: 0.8", "area_cm2: small", 9, 13, "must be a number, not 'small'" },

	/* keys */
	{ "a misspelled key", "half_step: 5 min\n      first", "half_step: 5 min\n      frist", 40, 7,
	  "unknown key 'frist' in a ccd step: did you mean 'first'?" },
	{ "a key from elsewhere", "name: bench 1", "colour: red", 14, 3,
	  "unknown key 'colour' in rig; known keys: name, potentiostat, chamber" },
	{ "a key in capitals", "operator:", "Operator:", 4, 1, "did you mean 'operator'?" },
	{ "a key twice", "operator: A. Student", "name: again", 4, 1, "'name' is given twice in the experiment, first in line 2" },
	{ "a missing key", "  metal: Na\n", "", 6, 3, "'metal' is missing in cell: write for example 'metal: Na'" },
	{ "no voltage limit", "  voltage: 5 V\n", "", 18, 3, "'voltage' is missing in limits" },
	{ "a key without value", "operator: A. Student", "operator:", 4, 1,
	  "'operator' has no value: write for example 'operator: A. Student'" },
	{ "a colon forgotten", "operator: A. Student", "operator A. Student", 4, 1, "not YAML: no ':' in this line" },
	{ "a colon forgotten in a step", "half_step: 5 min", "half_step 5 min", 39, 7, "no ':' in this line" },
	{ "a comma forgotten in a flow", "voltage: 4 V, short: false", "voltage: 4 V short: false", 42, 35, "not YAML" },

	/* types */
	{ "text for a mapping", "temperature: {min: 10 degC, max: 60 degC}", "temperature: warm", 20, 16,
	  "limits.temperature must be a mapping (key: value), not text: write for example 'min: 10 degC'" },
	{ "a mapping for text", "operator: A. Student", "operator: {first: A}", 4, 11, "'operator' must be text, not a mapping" },
	{ "a list for a quantity", "silence: 20 s", "silence: [20 s]", 22, 12, "must be a duration, not a list" },
	{ "a fraction for a count", "count: 58", "count: 5.5", 44, 62, "must be a whole number, not '5.5'" },
	{ "yes for true", "short: false", "short: no", 42, 38, "must be false or true, not 'no'" },
	{ "a word that is no choice", "on_excursion: stop", "on_excursion: halt", 29, 17, "must be flag, hold or stop, not 'halt'" },
	{ "a misspelled choice", "first: negative", "first: negativ", 40, 14, "did you mean 'negative'?" },
	{ "holding a short", "on_hard_short: flag", "on_hard_short: hold", 32, 16, "must be flag or stop" },

	{ "a pulse as a word of one's own", "on_reconnect: stop", "verify: yes", 48, 9, "must be none or pulse" },
	{ "going on as a word of one's own", "on_reconnect: stop", "on_reconnect: resume", 48, 15, "must be continue or stop" },

	/* ranges */
	{ "waiting for a cable for ever", "reconnect_within: 1 h", "reconnect_within: 31 d", 49, 19, "out of range" },
	{ "a guardian without patience", "reconnect_within: 1 h", "guardian_silence: 1 s", 49, 19, "out of range" },
	{ "no time at all", "half_step: 5 min", "half_step: 0 s", 39, 18, "it must be more than 0 s" },
	{ "a negative density", "from: 1.0 mA/cm2", "from: -1.0 mA/cm2", 36, 13, "more than 0 mA/cm2" },
	{ "a negative rest", "rest: 30 s", "rest: -30 s", 41, 13, "at least 0 s" },
	{ "no cycle", "count: 58", "count: 0", 44, 62, "must be from 1 to 1000000, not 0" },
	{ "an area of nothing", "area_cm2: 0.8", "area_cm2: 0", 9, 13, "more than 0 and at most 10000" },
	{ "below absolute zero", "set: 25 degC", "set: -300 degC", 24, 8, "out of range" },
	{ "an address beyond a byte", "address: 3", "address: 300", 16, 67, "from 0 to 255" },

	/* names */
	{ "a blank in a file name", "  name: NZSP-012", "  name: NZSP 012", 6, 9, "becomes part of file names: only letters" },
	{ "a slash in a file name", "institution: TUX", "institution: T/X", 3, 14, "not '/" },
	{ "the separator in a file name", "  name: NZSP-012", "  name: NZSP__012", 6, 9, "no '__'" },
	{ "a hidden file name", "  name: NZSP-012", "  name: .NZSP", 6, 9, "begin with a letter or digit" },
	{ "a name too long", "institution: TUX",
	  "institution: 0123456789012345678901234567890123456789012345678901234567890123456789", 3, 14,
	  "has 70 bytes: 1 to 63" },
	{ "a metal by its name", "metal: Na", "metal: sodium", 7, 10, "the symbol of an element, such as Na or Li" },
	{ "a lower-case metal", "metal: Na", "metal: na", 7, 10, "the symbol of an element" },
	{ "a port without its kind", "\"serial:/dev/ttyUSB0\"", "/dev/ttyUSB0", 16, 35,
	  "write for example \"serial:/dev/ttyUSB0\"" },
	{ "a port of no known kind", "\"serial:/dev/ttyUSB0\"", "COM3", 16, 35, "not 'COM3'" },
	{ "a port with nothing in it", "\"serial:/dev/ttyUSB0\"", "\"tcp:\"", 16, 35, "'port' must be" },

	/* what contradicts itself */
	{ "both area and diameter", "area_cm2: 0.8", "area_cm2: 0.8\n  diameter_mm: 10", 9, 13, "not both" },
	{ "neither area nor diameter", "  area_cm2: 0.8\n", "", 6, 3, "electrode area is missing" },
	{ "a ramp that goes down", "to: 9.0 mA/cm2", "to: 0.5 mA/cm2", 37, 11, "'to' 0.5 mA/cm2 is below 'from' 1" },
	{ "a ramp that misses its end", "to: 9.0 mA/cm2", "to: 9.5 mA/cm2", 37, 11,
	  "the last level would be 9 mA/cm2; write to: 9 mA/cm2 or to: 10 mA/cm2" },
	{ "no increment", "increment: 1.0 mA/cm2", "increment: 0 mA/cm2", 38, 18, "more than 0" },
	{ "an end beyond the limit", "voltage: 4 V", "voltage: 6 V", 42, 26, "beyond limits.voltage of 5 V" },
	{ "a set-point outside the limits", "set: 50 degC", "set: 70 degC", 46, 24,
	  "70 degC lies outside limits.temperature (10 to 60 degC)" },
	{ "an excursion inside the tolerance", "excursion: 2 K", "excursion: 0.1 K", 28, 14, "smaller than the tolerance 0.2 K" },
	{ "fewer seconds than an interval", "half_step: 5 min", "half_step: 0.1 s", 36, 7,
	  "interval of 0.5 s is longer than the shortest half-step of 0.1 s" },
	{ "less charge than an interval", "half_cycle: 5 mAh/cm2", "half_cycle: 0.1 uAh/cm2", 44, 12,
	  "longer than the shortest half-step of 0.36 s" },
	{ "a rest shorter than its interval", "rest: 5 min", "rest: 1 s", 34, 11, "longer than the rest of 1 s" },
	{ "a silence shorter than the samples", "silence: 20 s", "silence: 15 s", 22, 12, "write at least 20 s" },
	{ "both duration and charge", "duration: 10 h", "duration: 10 h, charge: 1 mAh/cm2", 45, 80, "not both" },
	{ "neither duration nor charge", ", duration: 10 h", "", 45, 15, "how long to polarize is missing" },

	/* steps */
	{ "a step nobody knows", "- cycle:", "- cycel:", 44, 5, "unknown step 'cycel': did you mean 'cycle'?" },
	{ "a step from elsewhere", "- cycle:", "- discharge:", 44, 5,
	  "known steps: ccd, cycle, polarize, rest, temperature" },
	{ "a step that is only a word", "- rest: 5 min", "- pause", 34, 5, "a step must name its procedure" },
	{ "settings not indented", "- rest: 5 min", "- rest:\n    duration: 5 min", 35, 5,
	  "'duration' stands beside 'rest': a step is one procedure; indent" },
	{ "a step without settings", "- rest: 5 min", "- rest:", 34, 5, "'rest' has no settings" },

	/* the file */
	{ "another version", "sandglass: 1", "sandglass: 2", 1, 12, "this program reads version 1 only" },
	{ "the version not first", "sandglass: 1\nname: CCD of NZSP-012", "name: x\nsandglass: 1", 2, 12,
	  "must be the first entry" },
};

static void blames_the_right_place_and_says_what_would_be_right(void **state)
{
	static struct sg_diagnostics diagnostics;

	(void)state;
	for (size_t i = 0; i < sizeof(mistakes) / sizeof(mistakes[0]); i++) {
		const struct mistake *m = &mistakes[i];
		const char *text = base_with(m->find, m->replace);
		struct sg_experiment e;

		if (sg_experiment_read(&e, "m.yaml", text, strlen(text), &diagnostics) != SG_ERR_FORMAT)
			fail_msg("%s: not refused", m->legend);
		for (size_t k = 0; k < diagnostics.count; k++) {
			const struct sg_diagnostic *d = &diagnostics.items[k];

			if (diagnostics.count == 1 && d->line == m->line && d->column == m->column &&
			    strstr(d->text, m->words))
				continue;
			print_message("%s: %d:%d: %s\n", m->legend, d->line, d->column, d->text);
			if (k + 1 == diagnostics.count)
				fail_msg("%s: expected only %d:%d: ...%s...", m->legend, m->line, m->column, m->words);
		}
	}
}

/* Files of their own, where one mistake shows in several places. */
static const struct {
	const char *legend;
	const char *text;
	int line, column;
	const char *words;
} files[] = {
	{ "an empty file", "", 1, 1, "the file is empty: begin with 'sandglass: 1'" },
	{ "only comments", "# later\n", 1, 1, "the file is empty" },
	{ "nothing but null", "~\n", 1, 1, "the file is empty" },
	{ "a list", "- sandglass\n", 1, 1, "the experiment must be a mapping (key: value), not a list" },
	{ "another program's file", "version: 3\n", 1, 1, "'sandglass' is missing in the experiment" },
	{ "steps that are none", "sandglass: 1\nsteps: rest\n", 2, 8, "'steps' must be a list of 1 to 10000" },
	{ "an empty list of steps", "sandglass: 1\nsteps: []\n", 2, 8, "'steps' must be a list" },
	{ "temperature limits crossed",
	  "sandglass: 1\nlimits: {voltage: 5 V, temperature: {min: 40 degC, max: 10 degC}}\n", 2, 37,
	  "min 40 degC must be below max 10 degC" },
	{ "a temperature without chamber",
	  "sandglass: 1\nrig: {potentiostat: {family: emstat4, port: \"pty:/p\"}}\ntemperature: {set: 25 degC}\n", 3, 20,
	  "the rig has no chamber: add 'chamber:' to the rig" },
	{ "a temperature step without chamber",
	  "sandglass: 1\nrig: {potentiostat: {family: emstat4, port: \"pty:/p\"}}\n"
	  "steps: [{temperature: {set: 25 degC}}]\n", 3, 29, "the rig has no chamber" },
	{ "a temperature limit without chamber",
	  "sandglass: 1\nrig: {potentiostat: {family: emstat4, port: \"pty:/p\"}}\n"
	  "limits: {voltage: 5 V, temperature: {max: 40 degC}}\n", 3, 37, "cannot be watched without a chamber" },
	{ "a rig without potentiostat", "sandglass: 1\nrig: {name: bench}\n", 2, 6, "'potentiostat' is missing in rig" },
};

static void finds_the_mistake_among_others(void **state)
{
	static struct sg_diagnostics diagnostics;

	(void)state;
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		struct sg_experiment e;
		size_t found = 0;

		if (sg_experiment_read(&e, "f.yaml", files[i].text, strlen(files[i].text), &diagnostics) != SG_ERR_FORMAT)
			fail_msg("%s: not refused", files[i].legend);
		for (size_t k = 0; k < diagnostics.count; k++)
			found += diagnostics.items[k].line == files[i].line &&
				 diagnostics.items[k].column == files[i].column &&
				 strstr(diagnostics.items[k].text, files[i].words) != NULL;
		if (found != 1)
			fail_msg("%s: %d:%d: ...%s... found %zu times", files[i].legend, files[i].line, files[i].column,
				 files[i].words, found);
	}
}

static void a_misspelled_chamber_is_not_called_missing(void **state)
{
	static struct sg_diagnostics diagnostics;
	const char *text = base_with("  chamber: {", "  chambre: {");
	struct sg_experiment e;

	(void)state;
	assert_int_equal(sg_experiment_read(&e, "m.yaml", text, strlen(text), &diagnostics), SG_ERR_FORMAT);
	assert_int_equal(diagnostics.count, 1);
	assert_non_null(strstr(diagnostics.items[0].text, "did you mean 'chamber'?"));
}

static void reports_many_mistakes_at_once_in_the_order_of_the_file(void **state)
{
	static const char text[] = "sandglass: 1\n"
				   "nmae: x\n"                          /* unknown, and name missing at 1:1 */
				   "steps:\n"
				   "  - rest: 5\n"                      /* no unit */
				   "limits: {voltage: 5 mV/s}\n"        /* unknown unit */
				   "cell: {name: a b, metal: Na, area_cm2: 1}\n" /* blank */
				   "rig: r.yaml\n";
	static const int lines[] = { 1, 2, 4, 5, 6 };
	static struct sg_diagnostics diagnostics;
	struct sg_experiment e = { .name = "as it was" };

	(void)state;
	assert_int_equal(sg_experiment_read(&e, "m.yaml", text, strlen(text), &diagnostics), SG_ERR_FORMAT);
	assert_int_equal(diagnostics.count, 5);
	for (size_t i = 0; i < 5; i++)
		assert_int_equal(diagnostics.items[i].line, lines[i]);
	assert_string_equal(e.name, "as it was");
}

static void stops_collecting_at_twenty_and_says_how_many_more(void **state)
{
	static struct sg_diagnostics diagnostics;
	static char text[4096];
	struct sg_experiment e;

	(void)state;
	strcpy(text, base_text);
	*strstr(text, "on_reconnect") = '\0'; /* back to the steps */
	for (int i = 0; i < 30; i++)
		strcat(text, "  - rest: 5\n");
	assert_int_equal(sg_experiment_read(&e, "m.yaml", text, strlen(text), &diagnostics), SG_ERR_FORMAT);
	assert_int_equal(diagnostics.count, 20);
	assert_int_equal(diagnostics.dropped, 10);
	assert_int_equal(diagnostics.items[0].line, 48);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(blames_the_right_place_and_says_what_would_be_right),
		cmocka_unit_test(finds_the_mistake_among_others),
		cmocka_unit_test(a_misspelled_chamber_is_not_called_missing),
		cmocka_unit_test(reports_many_mistakes_at_once_in_the_order_of_the_file),
		cmocka_unit_test(stops_collecting_at_twenty_and_says_how_many_more),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
