/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * A script after parsing: names resolved, jumps filled in, ready for the virtual machine.
 */
#ifndef FW_METHODSCRIPT_PROGRAM_H
#define FW_METHODSCRIPT_PROGRAM_H

#include <stdbool.h>
#include <stddef.h>

#include "firmware/methodscript_command.h"
#include "firmware/methodscript_number.h"

/** Script memory in bytes as received, line ends included. Assumed: the size is not known. */
#define FW_MS_SCRIPT_BYTES_MAX 8192

/** Assumed. */
#define FW_MS_VARIABLES_MAX 64
#define FW_MS_NAME_MAX      31
#define FW_MS_SCOPES_MAX    16

/** The shortest line, "if", needs more than six bytes, and at most two instructions come of one. */
#define FW_MS_INSTRUCTIONS_MAX (FW_MS_SCRIPT_BYTES_MAX / 4)

enum fw_ms_comparison {
	FW_MS_LESS,
	FW_MS_LESS_EQUAL,
	FW_MS_GREATER,
	FW_MS_GREATER_EQUAL,
	FW_MS_EQUAL,
	FW_MS_NOT_EQUAL,
};

enum fw_ms_operand_kind {
	FW_MS_NONE,
	FW_MS_VARIABLE,
	FW_MS_LITERAL,
	FW_MS_VARTYPE,
	FW_MS_COMPARISON,
	FW_MS_TEXT,
};

struct fw_ms_operand {
	enum fw_ms_operand_kind kind;
	union {
		size_t variable;
		struct fw_ms_number literal;
		char vartype[2];
		enum fw_ms_comparison comparison;
		struct {
			size_t offset; /**< into the program's texts */
			size_t length;
		} text;
	} u;
};

struct fw_ms_instruction {
	enum fw_ms_op op;
	const char *arguments; /**< the command's argument letters */
	int line;
	size_t target; /**< where to go on: see methodscript_parser.c */
	struct fw_ms_operand operands[FW_MS_ARGUMENTS_MAX];
};

struct fw_ms_program {
	struct fw_ms_instruction code[FW_MS_INSTRUCTIONS_MAX];
	size_t count;
	size_t finish; /**< first instruction of the on_finished part, or count */
	char names[FW_MS_VARIABLES_MAX][FW_MS_NAME_MAX + 1];
	size_t variables;
	char texts[FW_MS_SCRIPT_BYTES_MAX];
	size_t text_length;
};

/** Is this pair of letters a variable type of the language? */
bool fw_ms_vartype_is_known(const char vartype[2]);

#endif
