/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * First stage of the interpreter: script lines in, a program out, or an error with line and column.
 */
#ifndef FW_METHODSCRIPT_PARSER_H
#define FW_METHODSCRIPT_PARSER_H

#include <stdbool.h>
#include <stddef.h>

#include "firmware/methodscript_error.h"
#include "firmware/methodscript_program.h"

enum fw_ms_scope_kind {
	FW_MS_SCOPE_IF,
	FW_MS_SCOPE_LOOP,
	FW_MS_SCOPE_MEASUREMENT,
};

/** A block that is open while its lines come in. */
struct fw_ms_scope {
	enum fw_ms_scope_kind kind;
	size_t opener;  /**< the loop, or the latest if/elseif that still misses its way out */
	size_t jumps;   /**< latest of the branches' jumps to the end, linked by target */
	bool has_else;
};

struct fw_ms_parser {
	struct fw_ms_program *program;
	struct fw_ms_scope scopes[FW_MS_SCOPES_MAX];
	size_t depth;
	size_t bytes;
	int line;
	bool finishing; /**< on_finished: has been seen */
	bool package_open;
	size_t package_variables;
};

/** @param program  borrowed until the parser is started again; emptied. */
void fw_ms_parser_start(struct fw_ms_parser *parser, struct fw_ms_program *program);

/** One line without its line end. False: the script is refused and error says why. */
bool fw_ms_parser_line(struct fw_ms_parser *parser, const char *line, size_t length,
		       struct fw_ms_error *error);

/** The empty line came. True: the program is complete. */
bool fw_ms_parser_end(struct fw_ms_parser *parser, struct fw_ms_error *error);

#endif
