/* SPDX-License-Identifier: Apache-2.0 */
#include "service/message.h"

#include <stdlib.h>
#include <string.h>

struct scan {
	char *start, *at, *end; /* *end is writable */
	const char *wrong;      /* or NULL */
};

static bool fail(struct scan *scan, const char *wrong)
{
	if (!scan->wrong)
		scan->wrong = wrong;
	return false;
}

static void skip_blanks(struct scan *scan)
{
	while (scan->at < scan->end && strchr(" \t\r", *scan->at) && *scan->at)
		scan->at++;
}

static bool take(struct scan *scan, char c, const char *wrong)
{
	skip_blanks(scan);
	if (scan->at >= scan->end || *scan->at != c)
		return fail(scan, wrong);
	scan->at++;
	return true;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static bool hex4(struct scan *scan, unsigned *code)
{
	*code = 0;
	if (scan->end - scan->at < 4)
		return fail(scan, "a \\u needs four hexadecimal digits");
	for (int i = 0; i < 4; i++) {
		const int digit = hex_digit(*scan->at++);

		if (digit < 0)
			return fail(scan, "a \\u needs four hexadecimal digits");
		*code = *code * 16 + (unsigned)digit;
	}
	return true;
}

/* UTF-8 of it is never longer than its escape. */
static char *put_utf8(char *to, unsigned code)
{
	if (code < 0x80) {
		*to++ = (char)code;
	} else if (code < 0x800) {
		*to++ = (char)(0xC0 | code >> 6);
		*to++ = (char)(0x80 | (code & 0x3F));
	} else if (code < 0x10000) {
		*to++ = (char)(0xE0 | code >> 12);
		*to++ = (char)(0x80 | (code >> 6 & 0x3F));
		*to++ = (char)(0x80 | (code & 0x3F));
	} else {
		*to++ = (char)(0xF0 | code >> 18);
		*to++ = (char)(0x80 | (code >> 12 & 0x3F));
		*to++ = (char)(0x80 | (code >> 6 & 0x3F));
		*to++ = (char)(0x80 | (code & 0x3F));
	}
	return to;
}

static bool take_unicode(struct scan *scan, char **to)
{
	unsigned code, low;

	if (!hex4(scan, &code))
		return false;
	if (code >= 0xD800 && code < 0xDC00) {
		if (scan->end - scan->at < 6 || scan->at[0] != '\\' || scan->at[1] != 'u')
			return fail(scan, "half a surrogate pair");
		scan->at += 2;
		if (!hex4(scan, &low))
			return false;
		if (low < 0xDC00 || low > 0xDFFF)
			return fail(scan, "half a surrogate pair");
		code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
	} else if (code >= 0xDC00 && code < 0xE000) {
		return fail(scan, "half a surrogate pair");
	}
	if (code == 0)
		return fail(scan, "a text with a NUL in it");
	*to = put_utf8(*to, code);
	return true;
}

static bool take_escape(struct scan *scan, char **to)
{
	static const char from[] = "\"\\/bfnrt", into[] = "\"\\/\b\f\n\r\t";
	const char *found;

	if (scan->at >= scan->end)
		return fail(scan, "a text that does not end");
	if (*scan->at == 'u') {
		scan->at++;
		return take_unicode(scan, to);
	}
	found = *scan->at ? strchr(from, *scan->at) : NULL;
	if (!found)
		return fail(scan, "an escape that JSON does not know");
	*(*to)++ = into[found - from];
	scan->at++;
	return true;
}

/* Unescaped where it stands. */
static const char *take_text(struct scan *scan)
{
	char *begin, *to;

	if (!take(scan, '"', "a text in quotes is missing"))
		return NULL;
	begin = to = scan->at;
	while (scan->at < scan->end && *scan->at != '"') {
		const char c = *scan->at++;

		if ((unsigned char)c < 0x20) {
			fail(scan, "a control character in a text");
			return NULL;
		}
		if (c != '\\')
			*to++ = c;
		else if (!take_escape(scan, &to))
			return NULL;
	}
	if (scan->at >= scan->end) {
		fail(scan, "a text that does not end");
		return NULL;
	}
	scan->at++;
	*to = '\0';
	return begin;
}

static bool is_number(const char *text)
{
	size_t i = text[0] == '-';

	if (text[i] < '0' || text[i] > '9')
		return false;
	return text[i + strspn(text + i, "0123456789.eE+-")] == '\0';
}

/* true, false, null or a number; what follows is put aside and returned, so that it can end with a NUL. */
static bool take_word(struct scan *scan, struct sg_member *member, char *next)
{
	char *begin = scan->at;

	while (scan->at < scan->end && !strchr(",} \t\r", *scan->at))
		scan->at++;
	*next = scan->at < scan->end ? *scan->at : '\0';
	*scan->at = '\0';
	member->text = begin;
	if (strcmp(begin, "true") == 0 || strcmp(begin, "false") == 0)
		member->kind = SG_MEMBER_BOOLEAN;
	else if (strcmp(begin, "null") == 0)
		member->kind = SG_MEMBER_NULL;
	else if (is_number(begin))
		member->kind = SG_MEMBER_NUMBER;
	else
		return fail(scan, "a value must be a text, a number, true, false or null");
	return true;
}

/* A member, and what ends it: ',' or '}'. */
static bool take_member(struct scan *scan, struct sg_message *message, char *ends)
{
	struct sg_member *member = &message->members[message->count];

	*ends = '\0';
	if (message->count == SG_MESSAGE_MEMBERS)
		return fail(scan, "too many members");
	member->key = take_text(scan);
	if (!member->key || !take(scan, ':', "a colon is missing"))
		return false;
	skip_blanks(scan);
	if (scan->at < scan->end && *scan->at == '"') {
		member->kind = SG_MEMBER_TEXT;
		member->text = take_text(scan);
		if (!member->text)
			return false;
	} else if (!take_word(scan, member, ends)) {
		return false;
	} else if (scan->at < scan->end) {
		scan->at++;
	}
	message->count++;
	if (*ends == ',' || *ends == '}')
		return true;
	skip_blanks(scan);
	if (scan->at >= scan->end || (*scan->at != ',' && *scan->at != '}'))
		return fail(scan, "the object does not end");
	*ends = *scan->at++;
	return true;
}

static bool take_object(struct scan *scan, struct sg_message *message)
{
	char ends = ',';

	if (!take(scan, '{', "a JSON object is expected: {\"sandglassd\": 1, \"do\": \"status\"}"))
		return false;
	skip_blanks(scan);
	if (scan->at < scan->end && *scan->at == '}')
		scan->at++;
	else
		while (ends == ',' && take_member(scan, message, &ends))
			;
	if (scan->wrong)
		return false;
	skip_blanks(scan);
	return scan->at == scan->end || fail(scan, "something behind the object");
}

enum sg_err sg_message_read(struct sg_message *message, char *line, size_t length, struct sg_text *why)
{
	struct scan scan = { .start = line, .at = line, .end = line + length };

	memset(message, 0, sizeof(*message));
	if (take_object(&scan, message))
		return SG_OK;
	sg_text_add(why, "byte %zu: %s", (size_t)(scan.at - scan.start) + 1, scan.wrong);
	message->count = 0;
	return SG_ERR_FORMAT;
}

static const struct sg_member *find(const struct sg_message *message, const char *key, enum sg_member_kind kind)
{
	for (size_t i = 0; i < message->count; i++) {
		if (message->members[i].kind == kind && strcmp(message->members[i].key, key) == 0)
			return &message->members[i];
	}
	return NULL;
}

const char *sg_message_text(const struct sg_message *message, const char *key)
{
	const struct sg_member *member = find(message, key, SG_MEMBER_TEXT);

	return member ? member->text : NULL;
}

bool sg_message_is(const struct sg_message *message, const char *key)
{
	const struct sg_member *member = find(message, key, SG_MEMBER_BOOLEAN);

	return member && strcmp(member->text, "true") == 0;
}

int64_t sg_message_number(const struct sg_message *message, const char *key, int64_t otherwise)
{
	const struct sg_member *member = find(message, key, SG_MEMBER_NUMBER);
	char *end;
	long long value;

	if (!member)
		return otherwise;
	value = strtoll(member->text, &end, 10);
	return *end ? otherwise : value;
}
