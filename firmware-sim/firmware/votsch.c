/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/votsch.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "firmware/votsch_frame.h"
#include "plant/chamber.h"
#include "text/keys.h"

#define ZERO_C_K 273.15
#define REPLIES 8
#define REPLY_SIZE 112
#define ERRORS 4

/* Bit positions, left to right, of the -40 degC, 20 l model. */
#define BIT_ON 0
#define BIT_START 1
#define BIT_ERROR 2
#define BIT_TEMPERATURE 3
#define BIT_INPUT_FIRST 9
#define BIT_INPUT_LAST 12

/* Set-point limits of the VT4002 in tenths of a degree. */
#define LOWEST_TENTHS (-450)
#define HIGHEST_TENTHS 1320

struct layout {
	const char *model;
	const char *address;
	unsigned numbers;   /* in an E frame */
	bool bare_set_stops; /* E with a number alone ends the conditioning */
};

/* Source of the second row: ondrejh/VT4002, VT4002.py at 007de00. */
static const struct layout layouts[] = {
	{ "vt4002", "00", 5, false },
	{ "vt4002-ten", "01", 10, true },
};

/* Values 2 to 9 the later unit shows beside set and actual (same source); channels not fitted. */
static const double later_rest[] = { 80.0, 27.5, 0.0, 27.0, -191.3, 0.0, -191.3, 25.5 };

static const char *const error_texts[ERRORS] = {
	"test specimen protection",
	"temp. limiter space/fan",
	"software specimen protection",
	"high pressure",
};

struct options {
	char address[FW_KEY_TEXT_SIZE];
	double response_s;
	double error_at_s;
	double error_number;
	double error_count;
	double on_bit;
};

#define NUMBER(key, member, unit, low, high, usual, scale, words)                                  \
	{ key, FW_KEY_NUMBER, offsetof(struct options, member), unit, low, high, usual, scale,     \
	  NULL, NULL, words }

static const struct fw_key keys[] = {
	{ "address", FW_KEY_TEXT, offsetof(struct options, address), "", 0, 0, 0, 1, NULL, NULL,
	  "two digits; vt4002 answers 00 and vt4002-ten 01 by default" },
	NUMBER("response_ms", response_s, "ms", 0, 10000, 50, 1e-3,
	       "between the end of a request and the reply"),
	NUMBER("error_at_s", error_at_s, "s", 0, 1e9, 0, 1, "when errors appear; 0: never"),
	NUMBER("error", error_number, "", 0, 3, 0, 1,
	       "first of them: 0 specimen, 1 limiter, 2 software specimen, 3 pressure"),
	NUMBER("error_count", error_count, "", 1, 4, 1, 1, "how many, counting upwards"),
	NUMBER("on_bit", on_bit, "", 0, 1, 0, 1, "the fixed bit 0 of the reply to I"),
};

#define KEY_COUNT (sizeof(keys) / sizeof(*keys))

struct reply {
	char text[REPLY_SIZE];
	size_t length;
	int64_t due_ns;
};

struct votsch {
	const struct layout *layout;
	struct options options;
	struct fw_chamber *chamber;
	struct fw_sink sink;
	struct fw_votsch_line line;

	struct reply replies[REPLIES]; /* a ring */
	unsigned first_reply;
	unsigned reply_count;
	int64_t error_ns;

	int nominal_tenths;
	int numbers[FW_VOTSCH_NUMBERS]; /* as last sent in E */
	bool bits[FW_VOTSCH_BITS];      /* outputs as last sent in E */
	unsigned errors[ERRORS];
	unsigned error_count;

	uint64_t requests;
	uint64_t other_address;
	uint64_t malformed;
	uint64_t unknown;
	uint64_t beyond_limits;
	uint64_t start_refused;
	uint64_t replies_lost;
	uint64_t programs_asked;
};

static const struct layout *find_layout(const char *model)
{
	for (size_t i = 0; i < sizeof(layouts) / sizeof(*layouts); i++) {
		if (!model || !strcmp(model, layouts[i].model))
			return &layouts[i];
	}
	return NULL;
}

static bool is_address(const char *text)
{
	return strlen(text) == 2 && text[0] >= '0' && text[0] <= '9' && text[1] >= '0' &&
	       text[1] <= '9';
}

static void *create(const struct fw_setup *setup, int64_t now_ns, const char **why)
{
	const struct layout *layout = find_layout(setup->model);
	struct votsch *votsch;
	char detail[200];

	*why = NULL;
	if (!layout)
		*why = "models are vt4002 and vt4002-ten";
	else if (!setup->chamber)
		*why = "a climate chamber's controller needs a chamber";
	if (*why)
		return NULL;
	votsch = calloc(1, sizeof(*votsch));
	if (!votsch) {
		*why = "out of memory";
		return NULL;
	}
	fw_keys_default(keys, KEY_COUNT, &votsch->options);
	strcpy(votsch->options.address, layout->address);
	if (!fw_keys_parse(keys, KEY_COUNT, setup->options, &votsch->options, detail,
			   sizeof(detail)) ||
	    !is_address(votsch->options.address)) {
		*why = "options are address=00..99, response_ms=0..10000, error_at_s=0..1e9, "
		       "error=0..3, error_count=1..4, on_bit=0|1";
		free(votsch);
		return NULL;
	}
	votsch->layout = layout;
	votsch->chamber = setup->chamber;
	votsch->sink = setup->sink;
	/* Assumed: a chamber wakes up with the nominal value it had; here that is the room's. */
	votsch->nominal_tenths =
		(int)lround((fw_chamber_nominal(setup->chamber) - ZERO_C_K) * 10.0);
	votsch->error_ns = FW_NEVER;
	if (votsch->options.error_at_s > 0.0)
		votsch->error_ns = now_ns + (int64_t)(votsch->options.error_at_s * 1e9);
	return votsch;
}

static void destroy(void *firmware)
{
	free(firmware);
}

static void reply(struct votsch *votsch, const char *text, int64_t now_ns)
{
	struct reply *slot;

	if (votsch->reply_count == REPLIES) {
		votsch->replies_lost++;
		return;
	}
	slot = &votsch->replies[(votsch->first_reply + votsch->reply_count) % REPLIES];
	votsch->reply_count++;
	slot->length = (size_t)snprintf(slot->text, sizeof(slot->text), "%s\r", text);
	slot->due_ns = now_ns + (int64_t)(votsch->options.response_s * 1e9);
}

/* I: five pairs of nominal and actual, then the bits. */
static void answer_state(struct votsch *votsch, int64_t now_ns)
{
	double actual_c = fw_chamber_actual(votsch->chamber) - ZERO_C_K;
	char text[REPLY_SIZE] = "";
	char number[7];
	char bits[FW_VOTSCH_BITS + 1] = "";

	for (unsigned i = 0; i < FW_VOTSCH_NUMBERS; i++) {
		/* Assumed: channels without a sensor show what channel 0 measures, as printed. */
		double value = i % 2 ? actual_c : votsch->numbers[i / 2] / 10.0;

		if (i == 0)
			value = votsch->nominal_tenths / 10.0;
		else if (i > 1 && votsch->layout->numbers == 10)
			value = later_rest[i - 2];
		fw_votsch_put_number(number, value);
		strcat(strcat(text, number), " ");
	}
	for (unsigned i = 0; i < FW_VOTSCH_BITS; i++) {
		bool input = i >= BIT_INPUT_FIRST && i <= BIT_INPUT_LAST;

		bits[i] = votsch->bits[i] && !input ? '1' : '0';
	}
	bits[BIT_ON] = votsch->options.on_bit > 0.5 ? '1' : '0';
	bits[BIT_ERROR] = votsch->error_count ? '1' : '0';
	reply(votsch, strcat(text, bits), now_ns);
}

/*
 * The chamber conditions while start and temperature controller are both on.
 * Assumed: an error switches start off, and it cannot be switched on before Q has cleared all.
 */
static void apply_bits(struct votsch *votsch)
{
	if (votsch->bits[BIT_START] && votsch->error_count) {
		votsch->bits[BIT_START] = false;
		votsch->start_refused++;
	}
	fw_chamber_run(votsch->chamber, votsch->bits[BIT_START] && votsch->bits[BIT_TEMPERATURE]);
}

/* Takes the nominal value of channel 0; false if it lies outside the limits. */
static bool set_nominal(struct votsch *votsch, int tenths)
{
	if (tenths < LOWEST_TENTHS || tenths > HIGHEST_TENTHS)
		return false;
	votsch->nominal_tenths = tenths;
	fw_chamber_set_nominal(votsch->chamber, tenths / 10.0 + ZERO_C_K);
	return true;
}

/*
 * E: numbers, bits. The nominal value counts only if the temperature bit stands in the same frame.
 * Assumed: a value beyond the limits changes nothing, outputs included, and is answered like any
 * other, since no refusal is documented; reading back is the only way to see it.
 */
static bool take_set(struct votsch *votsch, const char *data, int64_t now_ns)
{
	int numbers[FW_VOTSCH_NUMBERS];
	bool bits[FW_VOTSCH_BITS];
	unsigned count = 0;

	while (count < votsch->layout->numbers && fw_votsch_take_number(&data, &numbers[count]))
		count++;
	if (votsch->layout->bare_set_stops && count == 1 && !*data) {
		votsch->bits[BIT_START] = false;
		apply_bits(votsch);
		reply(votsch, "0", now_ns);
		return true;
	}
	if (count != votsch->layout->numbers || !fw_votsch_take_bits(&data, bits))
		return false;
	if (bits[BIT_TEMPERATURE] && !set_nominal(votsch, numbers[0])) {
		votsch->beyond_limits++;
		reply(votsch, "0", now_ns);
		return true;
	}
	for (unsigned i = 1; i < count; i++)
		votsch->numbers[i] = numbers[i];
	memcpy(votsch->bits, bits, sizeof(bits));
	apply_bits(votsch);
	reply(votsch, "0", now_ns);
	return true;
}

/* U: up and down for each of five channels, kelvin per minute; 0 lifts the limit (Assumed). */
static bool take_gradients(struct votsch *votsch, const char *data, int64_t now_ns)
{
	int numbers[FW_VOTSCH_NUMBERS];

	for (unsigned i = 0; i < FW_VOTSCH_NUMBERS; i++) {
		if (!fw_votsch_take_number(&data, &numbers[i]) || numbers[i] < 0)
			return false;
	}
	if (*data)
		return false;
	fw_chamber_set_gradient(votsch->chamber, numbers[0] / 600.0, numbers[1] / 600.0);
	reply(votsch, "0", now_ns);
	return true;
}

/* F: number, blank, 31 characters, filled with points as the manual prints it. */
static void answer_error(struct votsch *votsch, int64_t now_ns)
{
	unsigned number = votsch->error_count ? votsch->errors[0] : 0;
	/* Assumed: what F says when there is no error; bit 2 of I tells. */
	const char *words = votsch->error_count ? error_texts[number] : "no error";
	char text[REPLY_SIZE];

	snprintf(text, sizeof(text), "%02u %.31s", number, words);
	for (size_t i = strlen(text); i < 3 + 31; i++)
		strcat(text, ".");
	reply(votsch, text, now_ns);
}

/* Q: acknowledge the first error, answer how many are left. */
static void acknowledge(struct votsch *votsch, int64_t now_ns)
{
	char text[16];

	if (votsch->error_count) {
		votsch->error_count--;
		memmove(votsch->errors, votsch->errors + 1,
			votsch->error_count * sizeof(votsch->errors[0]));
	}
	snprintf(text, sizeof(text), "%02u", votsch->error_count);
	reply(votsch, text, now_ns);
}

/* P: four digits. The simulated chamber has no programs stored: accepted, and nothing happens. */
static bool take_program(struct votsch *votsch, const char *data, int64_t now_ns)
{
	if (strlen(data) != 4 || strspn(data, "0123456789") != 4)
		return false;
	votsch->programs_asked += strcmp(data, "0000") != 0;
	reply(votsch, "0", now_ns);
	return true;
}

static void answer(struct votsch *votsch, int64_t now_ns)
{
	const char *text = votsch->line.text;
	const char *data = text + 4;
	bool good = true;

	votsch->requests++;
	if (strlen(text) < 4 || text[0] != '$') {
		votsch->malformed++;
		return;
	}
	if (strncmp(text + 1, votsch->options.address, 2)) {
		votsch->other_address++;
		return;
	}
	fw_chamber_advance(votsch->chamber, now_ns);
	switch (text[3]) {
	case 'I':
	case 'F':
	case 'Q':
		good = !*data;
		if (good && text[3] == 'I')
			answer_state(votsch, now_ns);
		else if (good && text[3] == 'F')
			answer_error(votsch, now_ns);
		else if (good)
			acknowledge(votsch, now_ns);
		break;
	case 'E':
		good = take_set(votsch, data, now_ns);
		break;
	case 'U':
		good = take_gradients(votsch, data, now_ns);
		break;
	case 'P':
		good = take_program(votsch, data, now_ns);
		break;
	default:
		votsch->unknown++;
		break;
	}
	/* Assumed: what cannot be read is not answered. */
	votsch->malformed += !good;
}

static void receive(void *firmware, const uint8_t *bytes, size_t length, int64_t now_ns)
{
	struct votsch *votsch = firmware;

	for (size_t i = 0; i < length; i++) {
		bool was_overflow = votsch->line.overflow;

		if (fw_votsch_line_take(&votsch->line, bytes[i]))
			answer(votsch, now_ns);
		else if (was_overflow && !votsch->line.overflow)
			votsch->malformed++;
	}
}

static int64_t next_ns(const void *firmware)
{
	const struct votsch *votsch = firmware;
	int64_t next = votsch->error_ns;

	if (votsch->reply_count && votsch->replies[votsch->first_reply].due_ns < next)
		next = votsch->replies[votsch->first_reply].due_ns;
	return next;
}

static void raise_errors(struct votsch *votsch)
{
	unsigned first = (unsigned)votsch->options.error_number;
	unsigned count = (unsigned)votsch->options.error_count;

	votsch->error_ns = FW_NEVER;
	for (unsigned i = 0; i < count && first + i < ERRORS; i++)
		votsch->errors[votsch->error_count++] = first + i;
	votsch->bits[BIT_START] = false;
	fw_chamber_run(votsch->chamber, false);
}

static void run(void *firmware, int64_t now_ns)
{
	struct votsch *votsch = firmware;

	if (now_ns >= votsch->error_ns) {
		fw_chamber_advance(votsch->chamber, now_ns);
		raise_errors(votsch);
	}
	while (votsch->reply_count && votsch->replies[votsch->first_reply].due_ns <= now_ns) {
		const struct reply *due = &votsch->replies[votsch->first_reply];

		votsch->first_reply = (votsch->first_reply + 1) % REPLIES;
		votsch->reply_count--;
		votsch->sink.send(votsch->sink.ctx, due->text, due->length);
	}
}

static void report(const void *firmware, FILE *out)
{
	const struct votsch *votsch = firmware;

	fprintf(out,
		"{\"family\":\"votsch\",\"model\":\"%s\",\"address\":\"%s\",\"running\":%s,"
		"\"nominal_degc\":%.1f,\"errors\":%u,\"requests\":%" PRIu64
		",\"programs_asked\":%" PRIu64 ",\"refused\":{\"other_address\":%" PRIu64
		",\"malformed\":%" PRIu64 ",\"unknown\":%" PRIu64 ",\"beyond_limits\":%" PRIu64
		",\"start_during_error\":%" PRIu64 ",\"too_many_at_once\":%" PRIu64 "}}",
		votsch->layout->model, votsch->options.address,
		fw_chamber_is_running(votsch->chamber) ? "true" : "false",
		votsch->nominal_tenths / 10.0, votsch->error_count, votsch->requests,
		votsch->programs_asked, votsch->other_address, votsch->malformed, votsch->unknown,
		votsch->beyond_limits, votsch->start_refused, votsch->replies_lost);
}

const struct fw_firmware fw_votsch = {
	.name = "votsch",
	.help = "Voetsch VT4002 climate chamber, RS-232 ASCII-2, old layout.\n"
		"models: vt4002 (five numbers, address 00), vt4002-ten (ten numbers, address 01)\n"
		"options: address=00..99; response_ms=0..10000, default 50;\n"
		"  error_at_s=0..1e9, when errors appear, default 0 = never; error=0..3, default 0;\n"
		"  error_count=1..4, default 1; on_bit=0|1, fixed bit 0 of the state, default 0",
	.create = create,
	.destroy = destroy,
	.receive = receive,
	.next_ns = next_ns,
	.run = run,
	.report = report,
};
