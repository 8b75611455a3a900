/* SPDX-License-Identifier: Apache-2.0 */
#include "transcript.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/units.h"
#include "vector_bytes.h"

#define INBOX_SIZE 8192
#define LINE_SIZE 8192
#define OUTCOME_SIZE 512

enum step_kind {
	STEP_CASE,
	STEP_VERB,
	STEP_WRITE,
	STEP_GIVE,
	STEP_SILENCE,
	STEP_HANGUP,
	STEP_STALL,
	STEP_OUTCOME,
	STEP_DIAG,
};

struct step {
	enum step_kind kind;
	unsigned line;
	char *text; /* owned; NUL-terminated beside its length */
	size_t length;
	int64_t silence_ns;
};

struct script {
	const char *path;
	struct step *steps;
	size_t count;
};

/* The stage: one object is the clock, the link and the instrument at its other end. */
struct stage {
	struct sg_clock clock;
	struct sg_transport link;
	struct script *script;
	size_t at;          /* the step to come */
	size_t written;     /* bytes of a WRITE step already matched */
	int64_t now_ns;
	int64_t done_ns;    /* when the step before `at` was done: silences count from here */
	size_t chunk;
	bool gone;
	bool stalled;       /* packets: an endpoint has halted and was not met yet */
	bool failed;
	uint8_t inbox[INBOX_SIZE]; /* a packet is its length in one byte, then its bytes */
	size_t inbox_begin;
	size_t inbox_end;
};

static struct stage *stage_of_clock(struct sg_clock *clock)
{
	return (struct stage *)(void *)((char *)clock - offsetof(struct stage, clock));
}

static struct stage *stage_of_link(struct sg_transport *link)
{
	return (struct stage *)(void *)((char *)link - offsetof(struct stage, link));
}

__attribute__((format(printf, 2, 3))) static void fail(struct stage *stage, const char *format, ...);

static void fail(struct stage *stage, const char *format, ...)
{
	const size_t at = stage->at < stage->script->count ? stage->at : stage->script->count - 1;
	va_list args;

	if (stage->failed)
		return; /* what follows from the first failure is noise */
	stage->failed = true;
	fprintf(stderr, "%s:%u: ", stage->script->path, stage->script->steps[at].line);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
}

static void next_step(struct stage *stage, int64_t done_ns)
{
	stage->at++;
	stage->written = 0;
	stage->done_ns = done_ns;
}

static void give(struct stage *stage, const struct step *step)
{
	if (stage->inbox_begin == stage->inbox_end)
		stage->inbox_begin = stage->inbox_end = 0;
	if (step->length >= INBOX_SIZE - stage->inbox_end) {
		fail(stage, "more bytes than the inbox holds");
		return;
	}
	if (stage->link.packets && step->length > SG_PACKET_MAX) {
		fail(stage, "%zu bytes are no packet", step->length);
		return;
	}
	if (stage->link.packets)
		stage->inbox[stage->inbox_end++] = (uint8_t)step->length;
	memcpy(stage->inbox + stage->inbox_end, step->text, step->length);
	stage->inbox_end += step->length;
}

/* Do what the instrument does by itself until limit_ns; stops where the driver must act. */
static void perform(struct stage *stage, int64_t limit_ns, bool until_bytes)
{
	while (stage->at < stage->script->count) {
		const struct step *step = &stage->script->steps[stage->at];
		int64_t due_ns;

		if (until_bytes && stage->inbox_begin < stage->inbox_end)
			return;
		switch (step->kind) {
		case STEP_GIVE:
			give(stage, step);
			next_step(stage, stage->done_ns);
			break;
		case STEP_SILENCE:
			due_ns = stage->done_ns + step->silence_ns;
			if (due_ns > limit_ns)
				return;
			if (due_ns > stage->now_ns)
				stage->now_ns = due_ns;
			next_step(stage, due_ns);
			break;
		case STEP_HANGUP:
			stage->gone = true;
			next_step(stage, stage->done_ns);
			break;
		case STEP_STALL:
			stage->stalled = true;
			next_step(stage, stage->done_ns);
			if (until_bytes)
				return;
			break;
		case STEP_CASE:
		case STEP_VERB:
		case STEP_WRITE:
		case STEP_OUTCOME:
		case STEP_DIAG:
			return;
		}
	}
}

static int64_t clock_now_ns(struct sg_clock *clock)
{
	return stage_of_clock(clock)->now_ns;
}

static int64_t clock_utc_ns(struct sg_clock *clock)
{
	return INT64_C(1767225600) * SG_NS_PER_S + stage_of_clock(clock)->now_ns;
}

static void clock_sleep_until(struct sg_clock *clock, int64_t deadline_ns)
{
	struct stage *stage = stage_of_clock(clock);

	if (deadline_ns == SG_FOREVER) {
		fail(stage, "a sleep for ever");
		return;
	}
	perform(stage, deadline_ns, false);
	if (deadline_ns > stage->now_ns)
		stage->now_ns = deadline_ns;
}

/* A halted endpoint is met once: the transport clears it. */
static bool meets_stall(struct stage *stage)
{
	const bool stalled = stage->stalled;

	stage->stalled = false;
	return stalled;
}

static enum sg_err link_read(struct sg_transport *link, void *buffer, size_t size, int64_t deadline_ns,
			     size_t *got)
{
	struct stage *stage = stage_of_link(link);
	size_t length;

	if (!stage->stalled)
		perform(stage, deadline_ns > stage->now_ns ? deadline_ns : stage->now_ns, true);
	if (meets_stall(stage))
		return SG_ERR_FRAME;
	length = stage->inbox_end - stage->inbox_begin;
	if (length == 0) {
		if (stage->gone)
			return SG_ERR_GONE;
		if (deadline_ns == SG_FOREVER) {
			fail(stage, "a read without end, and nothing comes");
			return SG_ERR_GONE;
		}
		if (deadline_ns > stage->now_ns)
			stage->now_ns = deadline_ns;
		return SG_ERR_TIMEOUT;
	}
	if (link->packets) {
		length = stage->inbox[stage->inbox_begin++];
		if (size < SG_PACKET_MAX)
			fail(stage, "a read of %zu bytes would cut a packet", size);
	} else if (stage->chunk && length > stage->chunk) {
		length = stage->chunk;
	}
	if (length > size)
		length = size;
	memcpy(buffer, stage->inbox + stage->inbox_begin, length);
	stage->inbox_begin += length;
	*got = length;
	return SG_OK;
}

static enum sg_err link_write(struct sg_transport *link, const void *bytes, size_t length, int64_t deadline_ns)
{
	struct stage *stage = stage_of_link(link);
	const char *data = bytes;

	(void)deadline_ns;
	while (length) {
		const struct step *step;
		size_t piece;

		perform(stage, stage->now_ns, false);
		if (stage->gone)
			return SG_ERR_GONE;
		if (meets_stall(stage))
			return SG_ERR_FRAME;
		step = &stage->script->steps[stage->at < stage->script->count ? stage->at : stage->script->count - 1];
		if (stage->at >= stage->script->count || step->kind != STEP_WRITE) {
			fail(stage, "unexpected write of \"%.*s\"", (int)length, data);
			return SG_ERR_GONE;
		}
		piece = step->length - stage->written;
		if (link->packets && piece != length) {
			fail(stage, "wrote \"%.*s\" instead of \"%s\", as one transfer", (int)length, data, step->text);
			return SG_ERR_GONE;
		}
		if (piece > length)
			piece = length;
		if (memcmp(data, step->text + stage->written, piece) != 0) {
			fail(stage, "wrote \"%.*s\" instead of \"%s\"", (int)length, data,
			     step->text + stage->written);
			return SG_ERR_GONE;
		}
		data += piece;
		length -= piece;
		stage->written += piece;
		if (stage->written == step->length)
			next_step(stage, stage->now_ns);
	}
	return SG_OK;
}

static void link_close(struct sg_transport *link)
{
	stage_of_link(link)->gone = true;
}

static const struct sg_clock_ops clock_ops = {
	.now_ns = clock_now_ns,
	.utc_ns = clock_utc_ns,
	.sleep_until = clock_sleep_until,
};

static const struct sg_transport_ops link_ops = {
	.read = link_read,
	.write = link_write,
	.close = link_close,
};

int64_t sg_transcript_duration_ns(const char *word)
{
	char *end;
	const double value = strtod(word, &end);

	if (end == word || value < 0)
		return -1;
	if (strcmp(end, "ms") == 0)
		return sg_ns(value * 1e-3);
	return strcmp(end, "s") == 0 ? sg_ns(value) : -1;
}

/* ---- reading the file ---- */

static const char *parse_step(const char *line, struct step *step)
{
	static const struct {
		const char *mark;
		enum step_kind kind;
		bool quoted;
	} marks[] = {
		{ "case: ", STEP_CASE, false }, { "@ ", STEP_VERB, false },    { "> ", STEP_WRITE, true },
		{ "< ", STEP_GIVE, true },	{ "~ ", STEP_SILENCE, false }, { "! hangup", STEP_HANGUP, false },
		{ "! stall", STEP_STALL, false },
		{ "= ", STEP_OUTCOME, false },	{ "? ", STEP_DIAG, true },
	};
	const char *end;

	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
		const size_t skip = strlen(marks[i].mark);
		const char *why;

		if (strncmp(line, marks[i].mark, skip) != 0)
			continue;
		step->kind = marks[i].kind;
		step->text = calloc(1, strlen(line) + 1);
		if (!step->text)
			return "no memory";
		if (!marks[i].quoted) {
			strcpy(step->text, line + skip);
			step->length = strlen(step->text);
			if (step->kind != STEP_SILENCE)
				return NULL;
			step->silence_ns = sg_transcript_duration_ns(step->text);
			return step->silence_ns < 0 ? "not a duration" : NULL;
		}
		why = sg_vector_bytes_from_quoted(line + skip, &end, (uint8_t *)step->text, &step->length);
		if (why)
			return why;
		step->text[step->length] = '\0';
		return *end ? "something behind the closing quote" : NULL;
	}
	return "not a step";
}

static void free_script(struct script *script)
{
	for (size_t i = 0; i < script->count; i++)
		free(script->steps[i].text);
	free(script->steps);
}

static int read_script(struct script *script)
{
	FILE *file = fopen(script->path, "r");
	char line[LINE_SIZE];
	unsigned number = 0;
	const char *why = NULL;

	if (!file) {
		fprintf(stderr, "%s: %s\n", script->path, strerror(errno));
		return -1;
	}
	while (!why && fgets(line, sizeof(line), file)) {
		struct step *steps;

		number++;
		line[strcspn(line, "\n")] = '\0';
		if (line[0] == '\0' || line[0] == '#')
			continue;
		steps = realloc(script->steps, (script->count + 1) * sizeof(*steps));
		if (!steps) {
			why = "no memory";
			break;
		}
		script->steps = steps;
		memset(&steps[script->count], 0, sizeof(steps[0]));
		steps[script->count].line = number;
		why = parse_step(line, &steps[script->count++]);
		if (!why && script->count == 1 && steps[0].kind != STEP_CASE)
			why = "the first step must be a case";
	}
	fclose(file);
	if (why)
		fprintf(stderr, "%s:%u: %s\n", script->path, number, why);
	return why || script->count == 0 ? -1 : 0;
}

/* ---- playing ---- */

static void play_verb(struct stage *stage, const struct sg_transcript_player *player)
{
	const char *words = stage->script->steps[stage->at].text;
	char outcome[OUTCOME_SIZE] = "";
	const struct step *step;

	next_step(stage, stage->now_ns);
	if (strncmp(words, "wait ", 5) == 0) {
		sg_clock_sleep_until(&stage->clock, stage->now_ns + sg_transcript_duration_ns(words + 5));
		snprintf(outcome, sizeof(outcome), "ok");
	} else {
		player->verb(player->ctx, words, outcome, sizeof(outcome));
	}
	perform(stage, stage->now_ns, false);
	if (stage->at >= stage->script->count) {
		fail(stage, "the case ends before \"%s\" has an outcome", words);
		return;
	}
	step = &stage->script->steps[stage->at];
	if (step->kind != STEP_OUTCOME)
		fail(stage, "\"%s\" returned \"%s\" before this step (diagnostic: %s)", words, outcome,
		     player->diag(player->ctx));
	else if (strcmp(step->text, outcome) != 0)
		fail(stage, "\"%s\" came to \"%s\" instead of \"%s\" (diagnostic: %s)", words, outcome, step->text,
		     player->diag(player->ctx));
	next_step(stage, stage->now_ns);
}

/* Returns whether it failed; leaves `at` behind the case. */
static bool play_case(struct script *script, size_t *at, size_t chunk, const struct sg_transcript_player *player)
{
	static struct stage stage;
	const char *name = script->steps[*at].text;

	memset(&stage, 0, sizeof(stage));
	stage.clock = (struct sg_clock){ .ops = &clock_ops, .speed = 0 };
	stage.link = (struct sg_transport){ .ops = &link_ops, .clock = &stage.clock, .simulated = true };
	stage.script = script;
	stage.at = *at + 1;
	stage.chunk = chunk;
	stage.link.packets = player->packets;
	stage.now_ns = stage.done_ns = 1000 * SG_NS_PER_S;
	if (player->begin(player->ctx, &stage.link, &stage.clock)) {
		fail(&stage, "the case cannot begin");
	} else {
		while (!stage.failed && stage.at < script->count && script->steps[stage.at].kind != STEP_CASE) {
			const struct step *step = &script->steps[stage.at];

			if (step->kind == STEP_VERB) {
				play_verb(&stage, player);
			} else if (step->kind == STEP_DIAG) {
				if (!strstr(player->diag(player->ctx), step->text))
					fail(&stage, "diagnostic is \"%s\"", player->diag(player->ctx));
				next_step(&stage, stage.now_ns);
			} else {
				fail(&stage, "a step outside of a verb");
			}
		}
		player->end(player->ctx);
	}
	if (stage.failed)
		fprintf(stderr, "FAILED %s (pieces of %zu)\n", name, chunk);
	for (*at += 1; *at < script->count && script->steps[*at].kind != STEP_CASE;)
		*at += 1;
	return stage.failed;
}

int sg_transcript_play(const char *path, size_t chunk, const struct sg_transcript_player *player)
{
	struct script script = { .path = path };
	int failures = 0;

	if (read_script(&script) != 0) {
		free_script(&script);
		return -1;
	}
	for (size_t at = 0; at < script.count;)
		failures += play_case(&script, &at, chunk, player);
	free_script(&script);
	return failures;
}
