/* SPDX-License-Identifier: Apache-2.0 */
#include "format/plain_line.h"

#include <string.h>

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static const char *skip_blanks(const char *at, const char *end, char separator)
{
	while (at < end && is_blank(*at) && *at != separator)
		at++;
	return at;
}

bool sg_plain_line(struct sg_plain_line *line, const char *bytes, size_t length, char separator)
{
	const char *feed = memchr(bytes, '\n', length);
	const char *end;
	size_t shown;

	if (!feed)
		return false;
	shown = (size_t)(feed - bytes);
	if (shown && bytes[shown - 1] == '\r')
		shown--;
	end = bytes + shown;
	if (memchr(bytes, '"', shown) || memchr(bytes, '\r', shown))
		return false;
	*line = (struct sg_plain_line){
		.at = skip_blanks(bytes, end, separator),
		.end = end,
		.length = (size_t)(feed - bytes) + 1,
		.separator = separator,
	};
	if (line->at == end)
		line->at = NULL;
	return true;
}

bool sg_plain_line_field(struct sg_plain_line *line, const char **text, size_t *length)
{
	const char *begin, *stop;

	if (!line->at)
		return false;
	begin = stop = skip_blanks(line->at, line->end, line->separator);
	while (stop < line->end && *stop != line->separator)
		stop++;
	line->at = stop < line->end ? stop + 1 : NULL;
	while (stop > begin && is_blank(stop[-1]))
		stop--;
	*text = begin;
	*length = (size_t)(stop - begin);
	return true;
}
