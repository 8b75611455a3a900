/* SPDX-License-Identifier: Apache-2.0 */
#include "experiment/diagnostics.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

void sg_diagnostics_init(struct sg_diagnostics *diagnostics, const char *name)
{
	memset(diagnostics, 0, sizeof(*diagnostics));
	snprintf(diagnostics->name, sizeof(diagnostics->name), "%s", name);
}

void sg_diagnose(struct sg_diagnostics *diagnostics, int line, int column, const char *format, ...)
{
	struct sg_diagnostic *item;
	int wanted;
	va_list args;

	if (diagnostics->count == SG_DIAGNOSTICS_MAX) {
		diagnostics->dropped++;
		return;
	}
	item = &diagnostics->items[diagnostics->count++];
	item->line = line;
	item->column = column;
	va_start(args, format);
	wanted = vsnprintf(item->text, sizeof(item->text), format, args);
	va_end(args);
	if (wanted >= (int)sizeof(item->text))
		memcpy(item->text + sizeof(item->text) - 4, "...", 4);
}

static bool is_after(const struct sg_diagnostic *a, const struct sg_diagnostic *b)
{
	if (a->line != b->line)
		return a->line > b->line;
	return a->column > b->column;
}

void sg_diagnostics_sort(struct sg_diagnostics *diagnostics)
{
	struct sg_diagnostic *items = diagnostics->items;

	/* Insertion: at most twenty, and it keeps equals in order. */
	for (size_t i = 1; i < diagnostics->count; i++) {
		const struct sg_diagnostic moving = items[i];
		size_t at = i;

		for (; at > 0 && is_after(&items[at - 1], &moving); at--)
			items[at] = items[at - 1];
		items[at] = moving;
	}
}

void sg_diagnostic_print(const struct sg_diagnostics *diagnostics, size_t index, struct sg_text *out)
{
	const struct sg_diagnostic *item;

	if (index >= diagnostics->count)
		return;
	item = &diagnostics->items[index];
	sg_text_add(out, "%s:%d:%d: %s", diagnostics->name, item->line, item->column, item->text);
}
