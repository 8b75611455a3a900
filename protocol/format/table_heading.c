/* SPDX-License-Identifier: Apache-2.0 */
#include "format/table_heading.h"

#include <stdbool.h>
#include <string.h>

void sg_table_heading_init(struct sg_table_heading *h)
{
	memset(h, 0, sizeof(*h));
	h->twice = SG_QUANTITY_NONE;
	sg_text_init(&h->found_text, h->found, sizeof(h->found));
}

void sg_table_heading_add(struct sg_table_heading *h, const char *text)
{
	const size_t at = h->count++;
	struct sg_table_column *column;

	sg_text_add(&h->found_text, "%s\"%s\"", at ? ", " : "", text);
	if (at >= SG_TABLE_COLUMNS_MAX)
		return;
	column = &h->columns[at];
	column->quantity = sg_table_column(text, &column->factor);
	for (size_t i = 0; i < at; i++) {
		if (column->quantity != SG_QUANTITY_NONE && h->columns[i].quantity == column->quantity)
			h->twice = column->quantity;
	}
}

static size_t count_outside_quotes(const char *text, size_t length, char wanted)
{
	size_t count = 0;
	bool quoted = false;

	for (size_t i = 0; i < length; i++) {
		if (text[i] == '"')
			quoted = !quoted;
		count += !quoted && text[i] == wanted;
	}
	return count;
}

char sg_table_heading_separator(const char *line, size_t length)
{
	static const char candidates[] = { ',', ';', '\t' };
	char best = ',';
	size_t most = 0;

	for (size_t c = 0; c < sizeof(candidates); c++) {
		const size_t count = count_outside_quotes(line, length, candidates[c]);

		if (count > most) {
			most = count;
			best = candidates[c];
		}
	}
	return best;
}

static bool has(const struct sg_table_heading *h, enum sg_quantity quantity)
{
	for (size_t i = 0; i < h->count && i < SG_TABLE_COLUMNS_MAX; i++) {
		if (h->columns[i].quantity == quantity)
			return true;
	}
	return false;
}

enum sg_err sg_table_heading_check(const struct sg_table_heading *h, struct sg_text *why)
{
	static const enum sg_quantity required[] = { SG_QUANTITY_TIME, SG_QUANTITY_CURRENT, SG_QUANTITY_VOLTAGE };
	bool complete = true;

	for (size_t i = 0; i < sizeof(required) / sizeof(required[0]); i++) {
		if (has(h, required[i]))
			continue;
		sg_text_add(why, "%s%s", complete ? "the first line names no column for " : " and none for ",
			    sg_quantity_name(required[i]));
		complete = false;
	}
	/* Which of the two is the one that was measured, nobody can tell. */
	if (complete && h->twice == SG_QUANTITY_NONE)
		return SG_OK;
	if (complete)
		sg_text_add(why, "the first line names two columns for %s: one of them must go", sg_quantity_name(h->twice));
	sg_text_add(why, "; it has %s%s", h->count ? h->found : "nothing", h->found_text.truncated ? "..." : "");
	return SG_ERR_FORMAT;
}
