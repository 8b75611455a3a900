/* SPDX-License-Identifier: Apache-2.0 */
#include "format/csv_line.h"

#include <csv.h>
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void sg_csv_begin(struct sg_csv_line *line, char *storage, size_t size)
{
	line->data = storage;
	line->size = size;
	line->length = 0;
	line->fields = 0;
	line->overflow = false;
}

static size_t room(const struct sg_csv_line *line)
{
	return line->size - line->length;
}

static void begin_field(struct sg_csv_line *line)
{
	if (line->fields++ == 0)
		return;
	if (room(line) < 1) {
		line->overflow = true;
		return;
	}
	line->data[line->length++] = ',';
}

__attribute__((format(printf, 2, 3))) static void add(struct sg_csv_line *line, const char *format, ...)
{
	int wanted;
	va_list args;

	if (line->overflow)
		return;
	va_start(args, format);
	wanted = vsnprintf(line->data + line->length, room(line), format, args);
	va_end(args);
	if (wanted < 0 || (size_t)wanted >= room(line))
		line->overflow = true;
	else
		line->length += (size_t)wanted;
}

void sg_csv_number(struct sg_csv_line *line, double value, int significant_digits)
{
	begin_field(line);
	if (isfinite(value))
		add(line, "%.*g", significant_digits, value);
}

/* "-0.000" of a tiny negative reading is noise to a reader of the table: drop its sign. */
static bool is_negative_zero(const char *text, size_t length)
{
	return length > 1 && text[0] == '-' && strspn(text + 1, "0.") == length - 1;
}

void sg_csv_fixed(struct sg_csv_line *line, double value, int decimals)
{
	size_t at;

	begin_field(line);
	if (!isfinite(value))
		return;
	at = line->length;
	add(line, "%.*f", decimals, value);
	if (line->overflow || !is_negative_zero(line->data + at, line->length - at))
		return;
	memmove(line->data + at, line->data + at + 1, line->length - at);
	line->length--;
}

void sg_csv_integer(struct sg_csv_line *line, int64_t value)
{
	begin_field(line);
	add(line, "%" PRId64, value);
}

static bool needs_quotes(const char *text, size_t length)
{
	if (length == 0)
		return false;
	if (text[0] == ' ' || text[length - 1] == ' ')
		return true;
	return strpbrk(text, ",;\"\t\r\n") != NULL;
}

void sg_csv_text(struct sg_csv_line *line, const char *text)
{
	size_t length, wanted, i, at;

	begin_field(line);
	if (!text || line->overflow)
		return;
	length = strlen(text);
	at = line->length;
	if (!needs_quotes(text, length)) {
		add(line, "%s", text);
		return;
	}
	wanted = csv_write2(line->data + at, room(line), text, length, CSV_QUOTE);
	if (wanted > room(line)) {
		line->overflow = true;
		return;
	}
	line->length += wanted;
	for (i = at; i < line->length; i++)
		if (line->data[i] == '\r' || line->data[i] == '\n')
			line->data[i] = ' ';
}

size_t sg_csv_end(struct sg_csv_line *line)
{
	if (line->overflow || room(line) < 2)
		return 0;
	line->data[line->length++] = '\n';
	line->data[line->length] = '\0';
	return line->length;
}
