/* SPDX-License-Identifier: Apache-2.0 */
#include "format/json_line.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static void put(struct sg_json *json, const char *bytes, size_t length)
{
	if (json->overflow || length > json->size - json->length) {
		json->overflow = true;
		return;
	}
	memcpy(json->data + json->length, bytes, length);
	json->length += length;
}

static void put_text(struct sg_json *json, const char *text)
{
	put(json, text, strlen(text));
}

static bool is_continuation(unsigned char byte)
{
	return (byte & 0xC0) == 0x80;
}

/*
 * Length of the UTF-8 sequence at s, or 0 if it is none. Overlong forms, surrogates and code points
 * above U+10FFFF are none. The NUL at the end is no continuation byte, so this never reads past it.
 * Source: RFC 3629, section 4.
 */
static size_t utf8_length(const unsigned char *s)
{
	if (s[0] < 0x80)
		return 1;
	if (s[0] >= 0xC2 && s[0] <= 0xDF)
		return is_continuation(s[1]) ? 2 : 0;
	if (s[0] >= 0xE0 && s[0] <= 0xEF) {
		if (!is_continuation(s[1]) || !is_continuation(s[2]))
			return 0;
		if ((s[0] == 0xE0 && s[1] < 0xA0) || (s[0] == 0xED && s[1] >= 0xA0))
			return 0;
		return 3;
	}
	if (s[0] >= 0xF0 && s[0] <= 0xF4) {
		if (!is_continuation(s[1]) || !is_continuation(s[2]) || !is_continuation(s[3]))
			return 0;
		if ((s[0] == 0xF0 && s[1] < 0x90) || (s[0] == 0xF4 && s[1] >= 0x90))
			return 0;
		return 4;
	}
	return 0;
}

static void put_escape(struct sg_json *json, unsigned char c)
{
	char escape[8];

	switch (c) {
	case '"':
		put_text(json, "\\\"");
		return;
	case '\\':
		put_text(json, "\\\\");
		return;
	case '\n':
		put_text(json, "\\n");
		return;
	case '\r':
		put_text(json, "\\r");
		return;
	case '\t':
		put_text(json, "\\t");
		return;
	default: /* a byte, not an enum: the rest of the control characters */
		snprintf(escape, sizeof(escape), "\\u%04x", c);
		put_text(json, escape);
		return;
	}
}

static void put_quoted(struct sg_json *json, const char *text)
{
	const unsigned char *s = (const unsigned char *)text;
	size_t length;

	put(json, "\"", 1);
	for (; *s; s += length) {
		length = utf8_length(s);
		if (length == 0) {
			put_text(json, "\xEF\xBF\xBD");
			length = 1;
		} else if (*s < 0x20 || *s == '"' || *s == '\\' || *s == 0x7F) {
			put_escape(json, *s);
		} else {
			put(json, (const char *)s, length);
		}
	}
	put(json, "\"", 1);
}

/* The comma, the line break and the key in front of a value. */
static void begin_member(struct sg_json *json, const char *key)
{
	bool *empty = &json->empty[json->depth - 1];

	if (!*empty)
		put(json, ",", 1);
	*empty = false;
	if (json->pretty && json->depth <= 2)
		put(json, "\n\t\t", 1 + json->depth);
	if (!key)
		return;
	put_quoted(json, key);
	put_text(json, json->pretty ? ": " : ":");
}

static void open_level(struct sg_json *json, const char *bracket, char close)
{
	if (json->depth == SG_JSON_DEPTH) {
		json->overflow = true;
		return;
	}
	put(json, bracket, 1);
	json->close[json->depth] = close;
	json->empty[json->depth] = true;
	json->depth++;
}

static void close_level(struct sg_json *json)
{
	json->depth--;
	if (json->pretty && json->depth < 2 && !json->empty[json->depth])
		put(json, "\n\t\t", 1 + json->depth);
	put(json, &json->close[json->depth], 1);
}

void sg_json_begin(struct sg_json *json, char *storage, size_t size, bool pretty)
{
	memset(json, 0, sizeof(*json));
	json->data = storage;
	json->size = size;
	json->pretty = pretty;
	open_level(json, "{", '}');
}

void sg_json_open_object(struct sg_json *json, const char *key)
{
	begin_member(json, key);
	open_level(json, "{", '}');
}

void sg_json_open_array(struct sg_json *json, const char *key)
{
	begin_member(json, key);
	open_level(json, "[", ']');
}

void sg_json_close(struct sg_json *json)
{
	/* After an overflow the levels no longer match the calls; nothing will be handed out anyway. */
	if (!json->overflow && json->depth > 1)
		close_level(json);
}

void sg_json_number(struct sg_json *json, const char *key, double value, int significant_digits)
{
	char digits[40];

	begin_member(json, key);
	if (isfinite(value))
		snprintf(digits, sizeof(digits), "%.*g", significant_digits < 17 ? significant_digits : 17, value);
	else
		snprintf(digits, sizeof(digits), "null");
	put_text(json, digits);
}

void sg_json_integer(struct sg_json *json, const char *key, int64_t value)
{
	char digits[24];

	begin_member(json, key);
	snprintf(digits, sizeof(digits), "%" PRId64, value);
	put_text(json, digits);
}

void sg_json_boolean(struct sg_json *json, const char *key, bool value)
{
	begin_member(json, key);
	put_text(json, value ? "true" : "false");
}

void sg_json_string(struct sg_json *json, const char *key, const char *text)
{
	if (!text) {
		sg_json_null(json, key);
		return;
	}
	begin_member(json, key);
	put_quoted(json, text);
}

void sg_json_null(struct sg_json *json, const char *key)
{
	begin_member(json, key);
	put_text(json, "null");
}

size_t sg_json_end(struct sg_json *json)
{
	while (json->depth > 0)
		close_level(json);
	if (json->overflow || json->size - json->length < 2) {
		json->overflow = true;
		return 0;
	}
	json->data[json->length++] = '\n';
	json->data[json->length] = '\0';
	return json->length;
}
