/* SPDX-License-Identifier: Apache-2.0 */
#include "experiment/yaml_tree.h"

#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <yaml.h>

/* An open list or mapping. */
struct level {
	struct sg_yaml_node *node;
	struct sg_yaml_node *last; /* its last entry or key */
	bool wants_value;          /* mapping: a key was read, its value is next */
};

struct builder {
	struct sg_yaml_tree *tree;
	struct sg_diagnostics *diagnostics;
	const char *bytes;
	size_t length;
	struct level levels[SG_YAML_DEPTH_MAX];
	size_t depth;
	size_t documents;
};

const char *sg_yaml_kind_name(enum sg_yaml_kind kind)
{
	switch (kind) {
	case SG_YAML_SCALAR:
		return "text";
	case SG_YAML_LIST:
		return "a list";
	case SG_YAML_MAPPING:
		return "a mapping (key: value)";
	}
	return "something else";
}

void sg_yaml_tree_fini(struct sg_yaml_tree *tree)
{
	while (tree->newest) {
		struct sg_yaml_node *node = tree->newest;

		tree->newest = node->older;
		free(node);
	}
	memset(tree, 0, sizeof(*tree));
}

static int from_zero(size_t zero_based)
{
	return zero_based < INT_MAX ? (int)zero_based + 1 : INT_MAX;
}

__attribute__((format(printf, 3, 4))) static enum sg_err refuse(struct builder *b, const yaml_mark_t *mark,
								const char *format, ...)
{
	char text[SG_DIAGNOSTIC_SIZE];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	sg_diagnose(b->diagnostics, from_zero(mark->line), from_zero(mark->column), "%s", text);
	return SG_ERR_FORMAT;
}

/* Hang a new node where the document is. A collection becomes the innermost open one. */
static enum sg_err place(struct builder *b, struct sg_yaml_node *node, const yaml_mark_t *mark)
{
	struct level *level = b->depth ? &b->levels[b->depth - 1] : NULL;

	if (!level) {
		b->tree->root = node;
	} else if (level->wants_value) {
		level->last->value = node;
		level->wants_value = false;
	} else {
		if (level->node->kind == SG_YAML_MAPPING) {
			if (node->kind != SG_YAML_SCALAR)
				return refuse(b, mark, "a key must be a word, not %s", sg_yaml_kind_name(node->kind));
			level->wants_value = true;
		}
		if (level->last)
			level->last->next = node;
		else
			level->node->first = node;
		level->last = node;
		level->node->count++;
	}
	if (node->kind == SG_YAML_SCALAR)
		return SG_OK;
	if (b->depth == SG_YAML_DEPTH_MAX)
		return refuse(b, mark, "nested deeper than %d levels", SG_YAML_DEPTH_MAX);
	b->levels[b->depth++] = (struct level){ .node = node };
	return SG_OK;
}

static enum sg_err add_node(struct builder *b, enum sg_yaml_kind kind, const char *text, size_t length, bool quoted,
			    const yaml_mark_t *mark)
{
	struct sg_yaml_node *node;

	if (b->tree->count == SG_YAML_NODES_MAX)
		return refuse(b, mark, "more than %d entries in one file", SG_YAML_NODES_MAX);
	node = calloc(1, sizeof(*node) + length + 1);
	if (!node)
		return SG_ERR_NO_MEMORY;
	node->kind = kind;
	node->line = from_zero(mark->line);
	node->column = from_zero(mark->column);
	node->quoted = quoted;
	if (length)
		memcpy(node->text, text, length);
	node->older = b->tree->newest;
	b->tree->newest = node;
	b->tree->count++;
	return place(b, node, mark);
}

/* What YAML offers beyond plain data, and nobody needs in an experiment. */
static enum sg_err refuse_extras(struct builder *b, const yaml_char_t *anchor, const yaml_char_t *tag,
				 const yaml_mark_t *mark)
{
	if (anchor)
		return refuse(b, mark, "anchors (&%.40s) are not supported: write the value out",
			      (const char *)anchor);
	if (tag)
		return refuse(b, mark, "tags (%.40s) are not supported: leave it out", (const char *)tag);
	return SG_OK;
}

static enum sg_err add_scalar(struct builder *b, const yaml_event_t *event)
{
	const char *text = (const char *)event->data.scalar.value;
	const size_t length = event->data.scalar.length;
	enum sg_err err = refuse_extras(b, event->data.scalar.anchor, event->data.scalar.tag, &event->start_mark);

	if (err)
		return err;
	for (size_t i = 0; i < length; i++) {
		if ((unsigned char)text[i] < 0x20 || text[i] == 0x7f)
			return refuse(b, &event->start_mark,
				      "a value must be one line of text without control characters");
	}
	return add_node(b, SG_YAML_SCALAR, text, length, event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE,
			&event->start_mark);
}

static enum sg_err take_event(struct builder *b, const yaml_event_t *event)
{
	enum sg_err err;

	switch (event->type) {
	case YAML_NO_EVENT:
	case YAML_STREAM_START_EVENT:
	case YAML_STREAM_END_EVENT:
	case YAML_DOCUMENT_END_EVENT:
		return SG_OK;
	case YAML_DOCUMENT_START_EVENT:
		if (b->documents++)
			return refuse(b, &event->start_mark,
				      "a second document begins here (\"---\"): one file holds one");
		return SG_OK;
	case YAML_ALIAS_EVENT:
		return refuse(b, &event->start_mark, "aliases (*%.40s) are not supported: write the value out",
			      (const char *)event->data.alias.anchor);
	case YAML_SCALAR_EVENT:
		return add_scalar(b, event);
	case YAML_SEQUENCE_START_EVENT:
		err = refuse_extras(b, event->data.sequence_start.anchor, event->data.sequence_start.tag,
				    &event->start_mark);
		return err ? err : add_node(b, SG_YAML_LIST, NULL, 0, false, &event->start_mark);
	case YAML_MAPPING_START_EVENT:
		err = refuse_extras(b, event->data.mapping_start.anchor, event->data.mapping_start.tag,
				    &event->start_mark);
		return err ? err : add_node(b, SG_YAML_MAPPING, NULL, 0, false, &event->start_mark);
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
		b->depth--;
		return SG_OK;
	}
	return SG_OK;
}

/* Is there a tab in the indentation of a line? The library's own words for it help nobody. */
static bool indents_with_tab(const struct builder *b, size_t line)
{
	const char *at = b->bytes;
	const char *end = b->bytes + b->length;

	for (; line && at < end; at++) {
		if (*at == '\n')
			line--;
	}
	for (; at < end && (*at == ' ' || *at == '\t'); at++) {
		if (*at == '\t')
			return true;
	}
	return false;
}

static enum sg_err explain(struct builder *b, const yaml_parser_t *parser)
{
	yaml_mark_t mark = parser->problem_mark;

	if (parser->error == YAML_MEMORY_ERROR)
		return SG_ERR_NO_MEMORY;
	if (parser->error == YAML_READER_ERROR) {
		/* The reader knows only an offset in bytes. */
		memset(&mark, 0, sizeof(mark));
		for (size_t i = 0; i < b->length && i < parser->problem_offset; i++) {
			mark.column++;
			if (b->bytes[i] == '\n') {
				mark.line++;
				mark.column = 0;
			}
		}
		return refuse(b, &mark, "not UTF-8 text: %s", parser->problem ? parser->problem : "unreadable");
	}
	if (indents_with_tab(b, mark.line))
		return refuse(b, &mark, "indented with a tab: YAML wants blanks");
	/* The library sees a forgotten colon only in the next line, but knows where the word began. */
	if (parser->context && strcmp(parser->context, "while scanning a simple key") == 0)
		return refuse(b, &parser->context_mark,
			      "not YAML: no ':' in this line; a setting is written 'key: value', a step '- key: value'");
	return refuse(b, &mark,
		      "not YAML: %s%s%s; look at the indentation, the brackets, and quote texts that hold \": \" "
		      "or \" #\"",
		      parser->problem ? parser->problem : "unreadable", parser->context ? " " : "",
		      parser->context ? parser->context : "");
}

static enum sg_err build(struct builder *b, yaml_parser_t *parser)
{
	enum sg_err err = SG_OK;
	bool ended = false;

	while (!err && !ended) {
		yaml_event_t event;

		if (!yaml_parser_parse(parser, &event))
			return explain(b, parser);
		ended = event.type == YAML_STREAM_END_EVENT;
		err = take_event(b, &event);
		yaml_event_delete(&event);
	}
	return err;
}

enum sg_err sg_yaml_tree_read(struct sg_yaml_tree *tree, const char *bytes, size_t length,
			      struct sg_diagnostics *diagnostics)
{
	struct builder b = { .tree = tree, .diagnostics = diagnostics, .bytes = bytes, .length = length };
	yaml_parser_t parser;
	enum sg_err err;

	memset(tree, 0, sizeof(*tree));
	if (length > SG_YAML_SIZE_MAX) {
		sg_diagnose(diagnostics, 1, 1, "the file has %zu bytes; at most %zu are read", length,
			    SG_YAML_SIZE_MAX);
		return SG_ERR_FORMAT;
	}
	if (!yaml_parser_initialize(&parser))
		return SG_ERR_NO_MEMORY;
	yaml_parser_set_input_string(&parser, (const unsigned char *)bytes, length);
	err = build(&b, &parser);
	yaml_parser_delete(&parser);
	if (err)
		sg_yaml_tree_fini(tree);
	return err;
}
