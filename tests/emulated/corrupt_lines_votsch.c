/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Damaged replies of a chamber, by the hundred thousand, through the real driver:
 *
 *     corrupt_lines_votsch COUNT [SEED]
 *
 * What must hold of every verb: it ends in time; an error has a name and a sentence and writes nothing; and what
 * it accepts is either true, or stands in a line that was delivered and is well-formed and possible: then
 * nothing in this protocol could have told (it has no checksum). Such are counted. After every verb, the cable
 * mended, the next reading must be right: resynchronized.
 *
 * The oracle is a regular expression. It shares nothing with the codec.
 */
#include <math.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/units.h"
#include "corrupt_chamber.h"
#include "device.h"

#define NUMBER "(-[0-9]{3}\\.[0-9]|[0-9]{4}\\.[0-9])"
#define VALUES "^\n*" NUMBER " ?" NUMBER "( ?" NUMBER "){8} ([01]{16})$"
#define ALARM "^\n*([0-9]{2} [ -~]{31})$"

extern const struct sg_family sg_votsch;

enum verdict {
	TRUE_VALUE,
	NOT_TO_BE_TOLD, /* wrong, and well-formed on the wire */
	NAMED_ERROR,
	VERDICTS,
};

struct campaign {
	struct far_chamber far;
	struct sg_device *device;
	regex_t values;
	regex_t alarm;
	uint64_t counts[VERDICTS];
	uint64_t errors[64]; /* by -code */
	uint64_t outputs_changed;
	uint64_t trials;
	uint64_t seed;
	bool failed;
};

static const struct sg_chamber_ops *ops(void)
{
	return sg_votsch.chamber;
}

static void fail(struct campaign *c, const char *what)
{
	c->failed = true;
	fprintf(stderr, "seed %llu, trial %llu: %s (diagnostic: %s)\n", (unsigned long long)c->seed,
		(unsigned long long)c->trials, what, sg_device_diag(c->device));
}

/* ---- the oracle ---- */

static int tenths_at(const char *text)
{
	return (int)lround(strtod((char[7]){ text[0], text[1], text[2], text[3], text[4], text[5], '\0' }, NULL) * 10.0);
}

/* Does the line say something possible about temperatures? */
static bool say_values(struct campaign *c, const char *line, struct far_values *out)
{
	regmatch_t at[6];

	if (regexec(&c->values, line, 6, at, 0) != 0)
		return false;
	out->set = tenths_at(line + at[1].rm_so);
	out->actual = tenths_at(line + at[2].rm_so);
	memcpy(out->bits, line + at[5].rm_so, 16);
	out->bits[16] = '\0';
	return out->set >= -450 && out->set <= 1320 && out->actual >= -850 && out->actual <= 1720;
}

/* Calls `fits` with every line that was delivered, until one does. Half a line before a question is void. */
static bool any_line(struct campaign *c, bool (*fits)(struct campaign *c, const char *line, const void *what),
		     const void *what)
{
	char line[FAR_SEEN + 1];
	size_t length = 0;

	for (size_t i = 0; i < c->far.seen_length; i++) {
		const unsigned byte = c->far.seen[i];

		if (byte == FAR_ASKED) {
			length = 0;
			continue;
		}
		if (byte != '\r') {
			line[length++] = byte ? (char)byte : '\x01';
			continue;
		}
		line[length] = '\0';
		length = 0;
		if (fits(c, line, what))
			return true;
	}
	return false;
}

static bool running(const struct campaign *c, const struct far_values *v)
{
	return v->bits[1] == '1' && (c->far.ten || v->bits[3] == '1');
}

static bool is_state(const struct campaign *c, const struct far_values *v, const struct sg_chamber_state *s)
{
	return v->set == lround(s->set_c * 10.0) && v->actual == lround(s->actual_c * 10.0) &&
	       running(c, v) == s->running && (v->bits[2] == '1') == s->alarm;
}

static bool line_is_state(struct campaign *c, const char *line, const void *what)
{
	struct far_values v;

	return say_values(c, line, &v) && is_state(c, &v, what);
}

static enum verdict judge_read(struct campaign *c, const struct sg_chamber_state *s)
{
	for (size_t i = 0; i < c->far.told_count; i++) {
		if (is_state(c, &c->far.told[i], s))
			return TRUE_VALUE;
	}
	if (!any_line(c, line_is_state, s))
		fail(c, "accepted a reading that no well-formed line told");
	return NOT_TO_BE_TOLD;
}

struct wanted {
	int set;
	bool run;
};

static bool is_wanted(const struct campaign *c, const struct far_values *v, const struct wanted *w)
{
	return w->run ? v->set == w->set && running(c, v) : v->bits[1] == '0';
}

static bool line_is_wanted(struct campaign *c, const char *line, const void *what)
{
	struct far_values v;

	return say_values(c, line, &v) && is_wanted(c, &v, what);
}

static enum verdict judge_set(struct campaign *c, const struct wanted *w)
{
	if (is_wanted(c, &c->far.state, w))
		return TRUE_VALUE;
	if (!any_line(c, line_is_wanted, w))
		fail(c, "called something set that no well-formed line told");
	return NOT_TO_BE_TOLD;
}

static bool line_is_alarm(struct campaign *c, const char *line, const void *what)
{
	regmatch_t at[2];
	size_t length;

	if (regexec(&c->alarm, line, 2, at, 0) != 0)
		return false;
	line += at[1].rm_so;
	for (length = strlen(line); length > 0 && line[length - 1] == ' ';)
		length--;
	return length == strlen(what) && memcmp(line, what, length) == 0;
}

static bool line_has_no_error(struct campaign *c, const char *line, const void *what)
{
	struct far_values v;

	(void)what;
	return say_values(c, line, &v) && v.bits[2] == '0';
}

static enum verdict judge_alarm(struct campaign *c, const char *text)
{
	const bool pending = c->far.state.bits[2] == '1';

	if (pending ? strcmp(text, "01 software test spec.protection..") == 0 : text[0] == '\0')
		return TRUE_VALUE;
	if (text[0] ? !any_line(c, line_is_alarm, text) : !any_line(c, line_has_no_error, NULL))
		fail(c, "accepted an alarm text that no well-formed line told");
	return NOT_TO_BE_TOLD;
}

/* ---- trials ---- */

static enum verdict note_error(struct campaign *c, enum sg_err err, bool untouched)
{
	if (strcmp(sg_err_name(err), "unknown") == 0 || -(int)err >= 64)
		fail(c, "an error without a name");
	else
		c->errors[-(int)err]++;
	if (sg_device_diag(c->device)[0] == '\0')
		fail(c, "an error without a sentence");
	if (!untouched)
		fail(c, "an error that wrote its result");
	return NAMED_ERROR;
}

static enum verdict try_read(struct campaign *c, int64_t deadline_ns)
{
	struct sg_chamber_state s = { .set_c = 777, .actual_c = 777 };
	const enum sg_err err = ops()->read(c->device, &s, deadline_ns);

	return err ? note_error(c, err, s.set_c == 777 && s.actual_c == 777) : judge_read(c, &s);
}

static enum verdict try_alarm(struct campaign *c, int64_t deadline_ns)
{
	char text[SG_ALARM_SIZE] = "untouched";
	const enum sg_err err = ops()->alarm(c->device, text, deadline_ns);

	return err ? note_error(c, err, strcmp(text, "untouched") == 0) : judge_alarm(c, text);
}

static enum verdict try_set(struct campaign *c, bool run, int64_t deadline_ns)
{
	const struct wanted w = { .set = (int)far_random(&c->far, 1771) - 450, .run = run };
	char outputs[17];
	enum sg_err err;

	memcpy(outputs, c->far.state.bits, sizeof(outputs));
	if (run)
		err = ops()->set(c->device, w.set / 10.0, deadline_ns);
	else
		err = ops()->stop(c->device, deadline_ns);
	/* A damaged E may switch anything; a whole one that does was built on a damaged reply. */
	if (!c->far.request_damaged && memcmp(outputs + 4, c->far.state.bits + 4, 12) != 0) {
		c->outputs_changed++;
		fail(c, "switched an output that is not ours");
	}
	return err ? note_error(c, err, true) : judge_set(c, &w);
}

static void mend_and_read(struct campaign *c)
{
	struct sg_chamber_state s;
	enum sg_err err;

	c->far.damage_percent = c->far.request_percent = 0;
	c->far.now_ns += 10 * SG_NS_PER_S; /* longer than anything is late */
	far_forget(&c->far);
	err = ops()->read(c->device, &s, c->far.now_ns + 3 * SG_NS_PER_S);
	if (err || !is_state(c, &c->far.state, &s))
		fail(c, "not resynchronized on a mended cable");
}

static void trial(struct campaign *c)
{
	struct far_chamber *far = &c->far;
	const unsigned verb = far_random(far, 8);
	int64_t deadline_ns;
	enum verdict verdict;

	c->trials++;
	far->state.set = (int)far_random(far, 1771) - 450;
	far->state.actual = (int)far_random(far, 1771) - 450;
	for (int i = 1; i < 16; i++)
		far->state.bits[i] = (char)('0' + far_random(far, 2));
	far->damage_percent = 70;
	far->request_percent = verb >= 4 ? 0 : 10;
	far_forget(far);
	deadline_ns = far->now_ns + (1 + far_random(far, 6)) * SG_NS_PER_S;
	if (verb % 4 == 0)
		verdict = try_set(c, true, deadline_ns);
	else if (verb % 4 == 1)
		verdict = try_set(c, false, deadline_ns);
	else if (verb % 4 == 2)
		verdict = try_alarm(c, deadline_ns);
	else
		verdict = try_read(c, deadline_ns);
	if (far->now_ns > deadline_ns)
		fail(c, "came back after its deadline");
	c->counts[verdict]++;
	mend_and_read(c);
}

static int run(struct campaign *c, uint64_t count, bool ten)
{
	struct sg_device_config config = { .model = ten ? "vt4002-ten" : "vt4002", .address = -1 };

	far_init(&c->far, c->seed + ten, ten);
	if (ops()->open(&config, &c->far.link, &c->far.clock, &c->device))
		return -1;
	while (!c->failed && c->far.damaged < count)
		trial(c);
	printf("%s: %llu replies and %llu requests damaged in %llu verbs\n", config.model,
	       (unsigned long long)c->far.damaged, (unsigned long long)c->far.requests_damaged,
	       (unsigned long long)c->trials);
	ops()->close(c->device);
	return c->failed ? -1 : 0;
}

int main(int argc, char **argv)
{
	static struct campaign c;
	const uint64_t count = argc > 1 ? strtoull(argv[1], NULL, 10) : 0;
	bool bad;

	c.seed = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
	if (count == 0) {
		fprintf(stderr, "usage: corrupt_lines_votsch COUNT [SEED]\n");
		return 2;
	}
	if (regcomp(&c.values, VALUES, REG_EXTENDED) || regcomp(&c.alarm, ALARM, REG_EXTENDED))
		return 2;
	bad = run(&c, count - count / 2, false) || run(&c, count / 2, true);
	regfree(&c.values);
	regfree(&c.alarm);
	printf("true %llu, wrong but not to be told from the wire %llu, named errors %llu:",
	       (unsigned long long)c.counts[TRUE_VALUE], (unsigned long long)c.counts[NOT_TO_BE_TOLD],
	       (unsigned long long)c.counts[NAMED_ERROR]);
	for (int i = 0; i < 64; i++) {
		if (c.errors[i])
			printf(" %s %llu", sg_err_name((enum sg_err)-i), (unsigned long long)c.errors[i]);
	}
	printf("\n");
	/* A campaign that met only one kind of outcome has shown nothing. */
	for (int i = 0; i < VERDICTS && count >= 1000; i++)
		bad = bad || c.counts[i] == 0;
	return bad ? 1 : 0;
}
