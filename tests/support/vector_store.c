/* SPDX-License-Identifier: Apache-2.0 */
#include "vector_store.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vector_bytes.h"

/* A run of decoded bytes that several lines of one key may extend. */
struct run {
	uint8_t *start;
	size_t length;
};

enum field {
	FIELD_NAME,
	FIELD_KIND,
	FIELD_DIR,
	FIELD_GRADE,
	FIELD_SOURCE,
	FIELD_NOTE,
	FIELD_MEANS,
	FIELD_BYTES,
	FIELD_TEXT,
	FIELD_WAIT_MS,
	FIELD_SILENT_MS,
	FIELD_COUNT,
};

static const char *const field_names[FIELD_COUNT] = {
	[FIELD_NAME] = "name",	   [FIELD_KIND] = "kind",	[FIELD_DIR] = "dir",
	[FIELD_GRADE] = "grade",   [FIELD_SOURCE] = "source",	[FIELD_NOTE] = "note",
	[FIELD_MEANS] = "means",   [FIELD_BYTES] = "bytes",	[FIELD_TEXT] = "text",
	[FIELD_WAIT_MS] = "wait_ms", [FIELD_SILENT_MS] = "silent_ms",
};

struct parser {
	struct sg_vectors *vectors;
	struct sg_vector *block; /* NULL between blocks */
	unsigned int seen;	 /* bit per enum field, of this block */
	struct run hex;
	struct run text;
	unsigned int line;
	char *diag;
	size_t diag_size;
};

__attribute__((format(printf, 2, 3))) static int malformed(struct parser *p, const char *format, ...)
{
	char what[160];
	va_list args;

	va_start(args, format);
	vsnprintf(what, sizeof(what), format, args);
	va_end(args);
	snprintf(p->diag, p->diag_size, "%s:%u: %s", p->vectors->label, p->line, what);
	return -1;
}

static bool is_word_of(const char *text, const char *extra)
{
	if (*text == '\0')
		return false;
	for (; *text; text++) {
		bool plain = (*text >= 'a' && *text <= 'z') || (*text >= '0' && *text <= '9') ||
			     *text == '_';

		if (!plain && !strchr(extra, *text))
			return false;
	}
	return true;
}

static bool seen(const struct parser *p, enum field field)
{
	return p->seen & (1U << field);
}

static int take_dir(struct parser *p, const char *value)
{
	if (strcmp(value, "host-to-device") == 0)
		p->block->dir = SG_VECTOR_HOST_TO_DEVICE;
	else if (strcmp(value, "device-to-host") == 0)
		p->block->dir = SG_VECTOR_DEVICE_TO_HOST;
	else if (strcmp(value, "both") == 0)
		p->block->dir = SG_VECTOR_BOTH;
	else
		return malformed(p, "dir is host-to-device, device-to-host or both");
	return 0;
}

static int take_grade(struct parser *p, const char *value)
{
	if (strcmp(value, "documented") == 0)
		p->block->grade = SG_VECTOR_DOCUMENTED;
	else if (strcmp(value, "captured") == 0)
		p->block->grade = SG_VECTOR_CAPTURED;
	else if (strcmp(value, "computed") == 0)
		p->block->grade = SG_VECTOR_COMPUTED;
	else
		return malformed(p, "grade is documented, captured or computed");
	return 0;
}

/* Cut one `key=value` off *cursor, in place. */
static int take_word(struct parser *p, char **cursor)
{
	struct sg_vector_word *word = &p->vectors->words[p->vectors->word_count];
	char *key = *cursor;
	char *value = key + strcspn(key, "= ");
	char *end;

	if (*value != '=')
		return malformed(p, "means is made of key=value");
	*value++ = '\0';
	if (!is_word_of(key, "."))
		return malformed(p, "key of means: a-z, 0-9, underscore, point");
	if (*value == '"') {
		const char *after;
		size_t length;
		const char *why = sg_vector_bytes_from_quoted(value, &after, (uint8_t *)value, &length);

		if (why)
			return malformed(p, "%s", why);
		end = value + (after - value);
		if (memchr(value, '\0', length))
			return malformed(p, "a value of means holds no NUL");
		if (*end != ' ' && *end != '\0')
			return malformed(p, "no blank after a quoted value");
		*cursor = *end ? end + 1 : end;
		value[length] = '\0';
	} else {
		end = value + strcspn(value, " ");
		if (end == value)
			return malformed(p, "%s has no value", key);
		*cursor = *end ? end + 1 : end;
		*end = '\0';
	}
	if (sg_vector_word(p->block, key))
		return malformed(p, "means says %s twice", key);
	word->key = key;
	word->value = value;
	p->vectors->word_count++;
	p->block->word_count++;
	return 0;
}

static int take_means(struct parser *p, char *value)
{
	char *cursor = value;

	while (*cursor) {
		if (take_word(p, &cursor))
			return -1;
	}
	return 0;
}

/* Decode one spelling of bytes, hexadecimal or quoted, to the end of the used bytes. */
static int decode(struct parser *p, const char *value, uint8_t **start, size_t *length)
{
	struct sg_vectors *v = p->vectors;
	const char *end = "";
	const char *why;

	*start = v->bytes + v->byte_count;
	if (*value == '"')
		why = sg_vector_bytes_from_quoted(value, &end, *start, length);
	else
		why = sg_vector_bytes_from_hex(value, *start, length);
	if (why)
		return malformed(p, "%s", why);
	if (*end != '\0')
		return malformed(p, "something follows the closing quote");
	v->byte_count += *length;
	return 0;
}

static int extend(struct parser *p, struct run *run, const char *value, bool quoted)
{
	uint8_t *start;
	size_t length;

	if ((*value == '"') != quoted)
		return malformed(p, "bytes: is hexadecimal, text: is quoted");
	if (decode(p, value, &start, &length))
		return -1;
	if (!run->start)
		run->start = start;
	else if (run->start + run->length != start)
		return malformed(p, "the lines of bytes: or of text: are not together");
	run->length += length;
	return 0;
}

static int take_time(struct parser *p, enum sg_vector_step_kind kind, const char *value)
{
	struct sg_vector_step *step = &p->vectors->steps[p->vectors->step_count];
	char *end;
	unsigned long time_ms;

	errno = 0;
	time_ms = strtoul(value, &end, 10);
	if (errno || *value < '0' || *value > '9' || *end || time_ms == 0 || time_ms > 3600000)
		return malformed(p, "a time is 1 to 3600000 ms");
	*step = (struct sg_vector_step){ .kind = kind, .line = p->line, .time_ms = (uint32_t)time_ms };
	p->vectors->step_count++;
	p->block->step_count++;
	return 0;
}

/* A line of conversation: `> bytes`, `< bytes`, `<^ bytes`, `<* bytes`. */
static int take_step(struct parser *p, const char *line)
{
	struct sg_vector_step *step = &p->vectors->steps[p->vectors->step_count];
	enum sg_vector_step_kind kind = SG_VECTOR_SEND;
	size_t mark_length = 1;
	uint8_t *start;
	size_t length;

	if (!p->block)
		return malformed(p, "a block begins with name:");
	if (line[0] == '<') {
		kind = SG_VECTOR_EXPECT;
		if (line[1] == '^')
			kind = SG_VECTOR_EXPECT_LINE;
		else if (line[1] == '*')
			kind = SG_VECTOR_SKIP_LINES;
		if (kind != SG_VECTOR_EXPECT)
			mark_length = 2;
	}
	if (line[mark_length] != ' ')
		return malformed(p, "a step is > or < or <^ or <*, a blank, and bytes");
	if (decode(p, line + mark_length + 1, &start, &length))
		return -1;
	*step = (struct sg_vector_step){
		.kind = kind, .line = p->line, .bytes = start, .length = length
	};
	p->vectors->step_count++;
	p->block->step_count++;
	return 0;
}

static int take_field(struct parser *p, enum field field, char *value)
{
	switch (field) {
	case FIELD_NAME:
		p->block->name = value;
		if (!is_word_of(value, ""))
			return malformed(p, "name: a-z, 0-9, underscore");
		return 0;
	case FIELD_KIND:
		p->block->kind = value;
		if (!is_word_of(value, ""))
			return malformed(p, "kind: a-z, 0-9, underscore");
		return 0;
	case FIELD_DIR:
		return take_dir(p, value);
	case FIELD_GRADE:
		return take_grade(p, value);
	case FIELD_SOURCE:
		p->block->source = value;
		return 0;
	case FIELD_NOTE:
		return 0;
	case FIELD_MEANS:
		return take_means(p, value);
	case FIELD_BYTES:
		return extend(p, &p->hex, value, false);
	case FIELD_TEXT:
		return extend(p, &p->text, value, true);
	case FIELD_WAIT_MS:
		return take_time(p, SG_VECTOR_WAIT, value);
	case FIELD_SILENT_MS:
		return take_time(p, SG_VECTOR_SILENT, value);
	case FIELD_COUNT:
		break;
	}
	return malformed(p, "unknown field");
}

static void begin_block(struct parser *p)
{
	struct sg_vectors *v = p->vectors;

	p->block = &v->blocks[v->block_count];
	*p->block = (struct sg_vector){
		.file = v->label,
		.line = p->line,
		.words = v->words + v->word_count,
		.steps = v->steps + v->step_count,
	};
	p->seen = 0;
	p->hex = (struct run){ 0 };
	p->text = (struct run){ 0 };
}

static int end_block(struct parser *p)
{
	static const enum field required[] = { FIELD_KIND, FIELD_DIR, FIELD_GRADE, FIELD_SOURCE,
					       FIELD_MEANS };
	struct sg_vector *b = p->block;

	if (!b)
		return 0;
	for (size_t i = 0; i < sizeof(required) / sizeof(required[0]); i++) {
		if (!seen(p, required[i]))
			return malformed(p, "%s has no %s:", b->name, field_names[required[i]]);
	}
	if (p->hex.start && p->text.start &&
	    (p->hex.length != p->text.length ||
	     memcmp(p->hex.start, p->text.start, p->hex.length) != 0))
		return malformed(p, "bytes: and text: of %s differ", b->name);
	b->bytes = p->hex.start ? p->hex.start : p->text.start;
	b->length = p->hex.start ? p->hex.length : p->text.length;
	if (b->bytes && b->step_count)
		return malformed(p, "%s has both bytes and steps", b->name);
	if (!b->bytes && !b->step_count && !sg_vector_word(b, "error"))
		return malformed(p, "%s has neither bytes, text, steps nor an error", b->name);
	for (size_t i = 0; i < p->vectors->block_count; i++) {
		if (strcmp(p->vectors->blocks[i].name, b->name) == 0)
			return malformed(p, "name %s is used twice", b->name);
	}
	p->vectors->block_count++;
	p->block = NULL;
	return 0;
}

static int take_line(struct parser *p, char *line)
{
	const unsigned int repeatable = 1U << FIELD_NOTE | 1U << FIELD_MEANS | 1U << FIELD_BYTES |
					1U << FIELD_TEXT | 1U << FIELD_WAIT_MS | 1U << FIELD_SILENT_MS;
	char *value;
	enum field field;

	if (*line == '\0')
		return end_block(p);
	if (*line == '#')
		return 0;
	if (*line == '>' || *line == '<')
		return take_step(p, line);
	value = strchr(line, ':');
	if (!value || value[1] != ' ' || value[2] == '\0')
		return malformed(p, "a line is `field: value`");
	*value = '\0';
	value += 2;
	for (field = FIELD_NAME; field < FIELD_COUNT; field++) {
		if (strcmp(line, field_names[field]) == 0)
			break;
	}
	if (field == FIELD_COUNT)
		return malformed(p, "unknown field %s", line);
	if (!p->block) {
		if (field != FIELD_NAME)
			return malformed(p, "a block begins with name:");
		begin_block(p);
	}
	if (seen(p, field) && !(repeatable & 1U << field))
		return malformed(p, "%s: is there twice", line);
	p->seen |= 1U << field;
	return take_field(p, field, value);
}

int sg_vector_store_fill(struct sg_vectors *vectors, size_t text_length, char *diag,
			 size_t diag_size)
{
	struct parser p = { .vectors = vectors, .diag = diag, .diag_size = diag_size };
	char *line = vectors->text;
	char *end = line + text_length;

	while (line < end) {
		char *newline = memchr(line, '\n', (size_t)(end - line));

		p.line++;
		if (!newline)
			return malformed(&p, "last line has no newline");
		if (memchr(line, '\0', (size_t)(newline - line)) ||
		    memchr(line, '\r', (size_t)(newline - line)))
			return malformed(&p, "NUL or carriage return in the file");
		*newline = '\0';
		if (take_line(&p, line))
			return -1;
		line = newline + 1;
	}
	return end_block(&p);
}
