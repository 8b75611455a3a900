/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * One script line cut into words, and a word turned into what a command wants of it.
 */
#ifndef FW_METHODSCRIPT_TOKEN_H
#define FW_METHODSCRIPT_TOKEN_H

#include <stdbool.h>
#include <stddef.h>

#include "firmware/methodscript_program.h"

/** The command, its arguments, and one more to know that there were too many. */
#define FW_MS_TOKENS_MAX (FW_MS_ARGUMENTS_MAX + 2)

struct fw_ms_token {
	const char *text; /**< into the line; a text in quotes without the quotes */
	size_t length;
	size_t column; /**< of its first character, from 1 */
	size_t behind; /**< column behind its last character */
	bool quoted;
	bool interpolated; /**< f"..." */
};

struct fw_ms_tokens {
	struct fw_ms_token token[FW_MS_TOKENS_MAX];
	size_t count;
	size_t end_column; /**< one past the last character that counts */
};

/**
 * Cut a line (no line end in it) at blanks; `#` outside quotes starts a comment.
 *
 * @param column  where a wrong character is; set only on failure
 */
enum fw_ms_code fw_ms_tokens_cut(struct fw_ms_tokens *tokens, const char *line, size_t length,
				 size_t *column);

/**
 * Read one word as the argument a command's letter asks for (see methodscript_command.h). Declares
 * a name for N and keeps a text for S in the program.
 */
enum fw_ms_code fw_ms_operand_read(struct fw_ms_program *program, char argument,
				   const struct fw_ms_token *token, struct fw_ms_operand *operand,
				   size_t *column);

/** Does a number fit the letter F, P or Z? For literals in parsing, for variables in running. */
enum fw_ms_code fw_ms_number_check(char argument, const struct fw_ms_number *number);

#endif
