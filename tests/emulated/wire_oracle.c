/* SPDX-License-Identifier: Apache-2.0 */
#include "wire_oracle.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/units.h"
#include "transport/transport.h"
#include "wire/tdstat_convert.h"

/*
 * A reading that was answered this long ago is not of now. The driver asks, and takes the answer if it came within
 * 0.3 s of the question.
 */
#define STALE_NS (400 * SG_NS_PER_MS)

static struct wire_oracle *installed; /* the linker's wrap leaves no other way to hand it over */

enum sg_err __real_sg_transport_open(const char *uri, const struct sg_line *line, struct sg_clock *clock,
				     struct sg_text *why, struct sg_transport **out);
enum sg_err __wrap_sg_transport_open(const char *uri, const struct sg_line *line, struct sg_clock *clock,
				     struct sg_text *why, struct sg_transport **out);

/* ---- our own reading of what an instrument says ---- */

/* `ba80CB740n` behind its two letters, at `text`. Source: PalmSens/MethodSCRIPT_Examples, mscript.py. */
static bool read_value(const char *text, double *out)
{
	static const char prefixes[] = "afpnum kMGTPE";
	const char *prefix;
	char digits[8];

	if (strspn(text, "0123456789ABCDEF") < 7)
		return false;
	memcpy(digits, text, 7);
	digits[7] = '\0';
	prefix = text[7] ? strchr(prefixes, text[7]) : NULL;
	if (!prefix)
		return false;
	*out = (double)(strtol(digits, NULL, 16) - 0x8000000L) * pow(10.0, 3.0 * (double)(prefix - prefixes) - 18.0);
	return true;
}

static bool read_emstat4(const char *line, struct wire_said *out)
{
	const char *current = strstr(line, ";ba");
	const char *voltage = strstr(line, ";ab");

	if (line[0] != 'P' || !voltage || !read_value(voltage + 3, &out->voltage_v))
		return false;
	out->has_current = current != NULL;
	return !current || read_value(current + 3, &out->current_a);
}

/* Two numbers of six characters, perhaps a blank between them, and 16 bits at the end. */
static bool read_votsch(const char *line, size_t length, struct wire_said *out)
{
	char number[7] = "";
	const char *second;

	while (*line == '\n' || *line == ' ') {
		line++;
		length--;
	}
	if (length < 13 + 17 || strspn(line + length - 16, "01") != 16)
		return false;
	memcpy(number, line, 6);
	out->set_tenths = (int)lround(10.0 * atof(number));
	second = line + 6 + (line[6] == ' ');
	memcpy(number, second, 6);
	out->actual_tenths = (int)lround(10.0 * atof(number));
	memcpy(out->bits, line + length - 16, 17);
	return true;
}

static int32_t counts_of(const uint8_t *bytes)
{
	struct sg_tdstat_word_value value = { 0 };

	/* The vectors hold this to the data sheet; a word it refuses is none that a reading could be. */
	return sg_tdstat_adc_word(bytes, &value) ? INT32_MIN : value.counts;
}

/* ---- lines and packets, as sent and as delivered ---- */

static void note_sent(struct wire_oracle *o, const void *bytes, size_t length)
{
	struct wire_line *line = &o->sent[o->sent_count % WIRE_SAID_MAX];

	line->length = length < sizeof(line->text) ? length : sizeof(line->text) - 1;
	memcpy(line->text, bytes, line->length);
	line->text[line->length] = '\0';
	o->taken[o->sent_count++ % WIRE_SAID_MAX] = false;
}

/* What comes behind a stall or in one piece with others; a message that was altered into an older one is still altered. */
static uint64_t look_back(const struct wire_oracle *o)
{
	switch (o->language) {
	case WIRE_EMSTAT4:
		return WIRE_SAID_MAX; /* no two lines are alike: each has its time */
	case WIRE_TDSTAT:
		return 1;
	case WIRE_VOTSCH:
		return 3;
	}
	return 0;
}

/* Which message of the instrument it is, the latest that is the same; -1: none. */
static int64_t find_sent(const struct wire_oracle *o, const void *bytes, size_t length)
{
	const uint64_t back = look_back(o);
	const uint64_t oldest = o->sent_count > back ? o->sent_count - back : 0;

	for (uint64_t n = o->sent_count; n > oldest; n--) {
		const struct wire_line *line = &o->sent[(n - 1) % WIRE_SAID_MAX];

		if (line->length == length && memcmp(line->text, bytes, length) == 0)
			return (int64_t)n - 1;
	}
	return -1;
}

static void note_given(struct wire_oracle *o, const uint8_t *bytes, size_t length)
{
	struct wire_said said = { .heard_ns = o->now_ns };
	const int64_t truth = find_sent(o, bytes, length);
	bool is_reading = false;

	switch (o->language) {
	case WIRE_EMSTAT4:
		is_reading = read_emstat4((const char *)bytes, &said);
		break;
	case WIRE_VOTSCH:
		is_reading = read_votsch((const char *)bytes, length, &said);
		break;
	case WIRE_TDSTAT:
		is_reading = length == 6;
		said.potential = is_reading ? counts_of(bytes) : 0;
		said.current = is_reading ? counts_of(bytes + 3) : 0;
		break;
	}
	if (!is_reading)
		return;
	said.intact = truth >= 0;
	said.truth = (uint64_t)(truth >= 0 ? truth : 0);
	o->said[o->said_count++ % WIRE_SAID_MAX] = said;
}

static void take_bytes(struct wire_oracle *o, struct wire_line *line, const uint8_t *bytes, size_t length, bool sent)
{
	const char end = o->language == WIRE_VOTSCH ? '\r' : '\n';

	for (size_t i = 0; i < length; i++) {
		if ((char)bytes[i] != end) {
			if (line->length < sizeof(line->text) - 1)
				line->text[line->length++] = (char)bytes[i];
			continue;
		}
		line->text[line->length] = '\0';
		if (sent)
			note_sent(o, line->text, line->length);
		else
			note_given(o, (const uint8_t *)line->text, line->length);
		line->length = 0;
	}
}

static void learn(struct wire_oracle *o, const struct sg_fault_chunk *chunk)
{
	struct sg_tdstat_calibration *c = &o->calibration;

	if (!chunk->to_host) {
		for (int word = 0; word < SG_TDSTAT_WORDS; word++) {
			const char *text = sg_tdstat_word_text((enum sg_tdstat_word)word);

			if (chunk->length == strlen(text) && memcmp(chunk->bytes, text, chunk->length) == 0)
				o->asked = (enum sg_tdstat_word)word;
		}
		return;
	}
	if (o->asked == SG_TDSTAT_OFFSETREAD && chunk->length == SG_TDSTAT_RECORD_SIZE)
		sg_tdstat_offsets_read(chunk->bytes, &c->offsets);
	if (o->asked == SG_TDSTAT_SHUNTCALREAD && chunk->length == o->model->shunt_size)
		sg_tdstat_shunts_read(o->model, chunk->bytes, &c->shunts);
}

/* A digit that a write has lied about is the instrument's truth from then on: only what it says is noted. */
static void heard(void *ctx, const struct sg_fault_chunk *chunk)
{
	struct wire_oracle *o = ctx;

	o->now_ns = chunk->now_ns;
	if (o->learning)
		learn(o, chunk);
	if (!chunk->to_host) { /* half a line before a question is void, for a driver that drops it; or it is not */
		o->asked_line.length = 0;
		return;
	}
	if (o->language == WIRE_TDSTAT) {
		note_sent(o, chunk->bytes, chunk->length);
		for (int i = 0; i < (chunk->fault == SG_FAULT_DUPLICATE ? 2 : 1) && chunk->given_length; i++)
			note_given(o, chunk->given, chunk->given_length);
		return;
	}
	take_bytes(o, &o->sent_line, chunk->bytes, chunk->length, true);
	for (int i = 0; i < (chunk->fault == SG_FAULT_DUPLICATE ? 2 : 1); i++) {
		const bool split = o->asked_line.length != o->given_line.length;
		struct wire_line alone = { .length = 0 };

		/* Held by a stall or a delay it comes behind a question that we have not heard yet. */
		if (o->given_line.length)
			take_bytes(o, &alone, chunk->given, chunk->given_length, false);
		take_bytes(o, &o->given_line, chunk->given, chunk->given_length, false);
		if (split)
			take_bytes(o, &o->asked_line, chunk->given, chunk->given_length, false);
		else
			o->asked_line = o->given_line;
	}
}

static bool ends_with(const char *text, const char *end)
{
	const size_t length = strlen(text), suffix = strlen(end);

	return length >= suffix && strcmp(text + length - suffix, end) == 0;
}

enum sg_err __wrap_sg_transport_open(const char *uri, const struct sg_line *line, struct sg_clock *clock,
				     struct sg_text *why, struct sg_transport **out)
{
	static struct sg_fault_ear ear = { .heard = heard };
	struct sg_transport *inner = NULL;
	enum sg_err err = __real_sg_transport_open(uri, line, clock, why, &inner);

	*out = inner;
	if (err || !installed || !ends_with(uri, installed->port))
		return err;
	ear.ctx = installed;
	/* What came of a line over the old cable is not finished by the new one. */
	installed->sent_line.length = installed->given_line.length = installed->asked_line.length = 0;
	return sg_faulty_wrap(inner, &installed->plan, &installed->counts, &ear, out);
}

void wire_install(struct wire_oracle *oracle)
{
	installed = oracle;
}

void wire_forget(struct wire_oracle *o)
{
	o->sent_count = o->said_count = 0;
	o->sent_line.length = o->given_line.length = o->asked_line.length = 0;
	memset(o->taken, 0, sizeof(o->taken));
}

/* ---- judging ---- */

static bool same(double a, double b)
{
	return fabs(a - b) <= 1e-12 * fabs(b);
}

static bool says(const struct wire_oracle *o, const struct wire_said *said, double voltage_v, double current_a,
		 double range_a, bool at_rest)
{
	if (o->language == WIRE_EMSTAT4)
		return same(voltage_v, said->voltage_v) && (at_rest ? !said->has_current : said->has_current) &&
		       (at_rest || same(current_a, said->current_a));
	return said->potential != INT32_MIN && said->current != INT32_MIN &&
	       same(voltage_v, sg_tdstat_volts(o->model, &o->calibration, said->potential)) &&
	       (at_rest || same(current_a, sg_tdstat_amperes(o->model, &o->calibration,
							      sg_tdstat_range(o->model, range_a), said->current)));
}

enum wire_verdict wire_judge_row(struct wire_oracle *o, double voltage_v, double current_a, double range_a, bool at_rest)
{
	const uint64_t oldest = o->said_count > WIRE_SAID_MAX ? o->said_count - WIRE_SAID_MAX : 0;
	enum wire_verdict verdict = WIRE_NOT_SAID;

	for (uint64_t n = o->said_count; n > oldest; n--) {
		const struct wire_said *said = &o->said[(n - 1) % WIRE_SAID_MAX];
		const bool stale = o->language == WIRE_TDSTAT && o->now_ns - said->heard_ns > STALE_NS;

		if (!says(o, said, voltage_v, current_a, range_a, at_rest))
			continue;
		if (said->intact && !stale && !o->taken[said->truth % WIRE_SAID_MAX]) {
			o->taken[said->truth % WIRE_SAID_MAX] = true;
			return WIRE_TRUE;
		}
		if (!said->intact && !stale)
			verdict = WIRE_CANNOT_TELL;
		else if (verdict == WIRE_NOT_SAID)
			verdict = stale ? WIRE_STALE : WIRE_TWICE;
	}
	return verdict;
}

enum wire_verdict wire_judge_chamber(struct wire_oracle *o, double set_c, double actual_c, bool alarm, int64_t since_ns)
{
	const uint64_t oldest = o->said_count > WIRE_SAID_MAX ? o->said_count - WIRE_SAID_MAX : 0;
	enum wire_verdict verdict = WIRE_NOT_SAID;

	for (uint64_t n = o->said_count; n > oldest; n--) {
		const struct wire_said *said = &o->said[(n - 1) % WIRE_SAID_MAX];

		if (said->set_tenths != (int)lround(10.0 * set_c) || said->actual_tenths != (int)lround(10.0 * actual_c) ||
		    (said->bits[2] == '1') != alarm)
			continue;
		if (said->intact && said->heard_ns >= since_ns)
			return WIRE_TRUE;
		if (!said->intact)
			verdict = WIRE_CANNOT_TELL;
		else if (verdict == WIRE_NOT_SAID)
			verdict = WIRE_LATE;
	}
	return verdict;
}

bool wire_was_told_standing(const struct wire_oracle *o, int64_t since_ns)
{
	for (uint64_t n = 0; n < o->said_count && n < WIRE_SAID_MAX; n++) {
		if (!o->said[n].intact && o->said[n].heard_ns >= since_ns && o->said[n].bits[1] == '0')
			return true;
	}
	return false;
}
