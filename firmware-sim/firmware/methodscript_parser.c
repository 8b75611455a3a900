/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/methodscript_parser.h"

#include <stdint.h>
#include <string.h>

#include "firmware/methodscript_package.h"
#include "firmware/methodscript_token.h"

/*
 * Where an instruction's target leads:
 *   if, elseif      the next branch, or behind the endif, when the comparison is false
 *   (jump)          behind the endif; sits at the end of every branch but the last
 *   loop, meas_loop its endloop
 *   endloop         its loop
 * else, endif, var and on_finished: leave no instruction behind.
 */
#define NO_JUMP SIZE_MAX

void fw_ms_parser_start(struct fw_ms_parser *parser, struct fw_ms_program *program)
{
	*parser = (struct fw_ms_parser){.program = program};
	program->count = 0;
	program->finish = SIZE_MAX;
	program->variables = 0;
	program->text_length = 0;
}

static struct fw_ms_scope *innermost(struct fw_ms_parser *parser)
{
	return parser->depth ? &parser->scopes[parser->depth - 1] : NULL;
}

static bool is_inside(const struct fw_ms_parser *parser, enum fw_ms_scope_kind kind)
{
	for (size_t i = 0; i < parser->depth; i++)
		if (parser->scopes[i].kind == kind)
			return true;
	return false;
}

static enum fw_ms_code emit(struct fw_ms_parser *parser,
			    const struct fw_ms_instruction *instruction)
{
	struct fw_ms_program *program = parser->program;

	if (program->count == FW_MS_INSTRUCTIONS_MAX)
		return FW_MS_SCRIPT_TOO_LARGE;
	program->code[program->count++] = *instruction;
	return FW_MS_OK;
}

static enum fw_ms_code scope_open(struct fw_ms_parser *parser, enum fw_ms_scope_kind kind,
				  const struct fw_ms_instruction *instruction)
{
	if (parser->depth == FW_MS_SCOPES_MAX)
		return FW_MS_TOO_DEEP;
	if (kind == FW_MS_SCOPE_MEASUREMENT && is_inside(parser, FW_MS_SCOPE_MEASUREMENT))
		return FW_MS_LOOP_IN_LOOP;
	parser->scopes[parser->depth++] = (struct fw_ms_scope){
		.kind = kind,
		.opener = parser->program->count,
		.jumps = NO_JUMP,
	};
	return emit(parser, instruction);
}

/* End the branch that is open: it jumps behind the endif, and its false case comes here. */
static enum fw_ms_code branch_close(struct fw_ms_parser *parser, struct fw_ms_scope *scope,
				    int line)
{
	struct fw_ms_instruction jump = {.op = FW_MS_JUMP, .arguments = "", .line = line};
	size_t at = parser->program->count;

	jump.target = scope->jumps;
	scope->jumps = at;
	if (emit(parser, &jump))
		return FW_MS_SCRIPT_TOO_LARGE;
	parser->program->code[scope->opener].target = parser->program->count;
	return FW_MS_OK;
}

static enum fw_ms_code parse_branch(struct fw_ms_parser *parser,
				    const struct fw_ms_instruction *instruction)
{
	struct fw_ms_scope *scope = innermost(parser);

	if (!scope || scope->kind != FW_MS_SCOPE_IF || scope->has_else)
		return FW_MS_BAD_SCOPE;
	if (branch_close(parser, scope, instruction->line))
		return FW_MS_SCRIPT_TOO_LARGE;
	if (instruction->op == FW_MS_ELSE) {
		scope->has_else = true;
		return FW_MS_OK;
	}
	scope->opener = parser->program->count;
	return emit(parser, instruction);
}

static enum fw_ms_code parse_endif(struct fw_ms_parser *parser)
{
	struct fw_ms_scope *scope = innermost(parser);
	struct fw_ms_instruction *code = parser->program->code;
	size_t end = parser->program->count;

	if (!scope || scope->kind != FW_MS_SCOPE_IF)
		return FW_MS_BAD_SCOPE;
	if (!scope->has_else)
		code[scope->opener].target = end;
	for (size_t at = scope->jumps, next; at != NO_JUMP; at = next) {
		next = code[at].target;
		code[at].target = end;
	}
	parser->depth--;
	return FW_MS_OK;
}

static enum fw_ms_code parse_endloop(struct fw_ms_parser *parser,
				     struct fw_ms_instruction *instruction)
{
	struct fw_ms_scope *scope = innermost(parser);

	if (!scope || scope->kind == FW_MS_SCOPE_IF)
		return FW_MS_BAD_SCOPE;
	parser->program->code[scope->opener].target = parser->program->count;
	instruction->target = scope->opener;
	parser->depth--;
	return emit(parser, instruction);
}

static enum fw_ms_code parse_finish_label(struct fw_ms_parser *parser)
{
	if (parser->finishing)
		return FW_MS_OUT_OF_PLACE;
	if (parser->depth)
		return FW_MS_BAD_SCOPE;
	parser->finishing = true;
	parser->program->finish = parser->program->count;
	return FW_MS_OK;
}

static enum fw_ms_code parse_package(struct fw_ms_parser *parser,
				     const struct fw_ms_instruction *instruction)
{
	bool starts = instruction->op == FW_MS_PCK_START;

	if (parser->package_open == starts)
		return FW_MS_PACKAGE_ORDER;
	if (starts) {
		parser->package_open = true;
		parser->package_variables = 0;
	} else if (instruction->op == FW_MS_PCK_ADD) {
		if (parser->package_variables++ == FW_MS_PACKAGE_VARIABLES_MAX)
			return FW_MS_PACKAGE_FULL;
	} else {
		if (parser->package_variables == 0)
			return FW_MS_PACKAGE_ORDER;
		parser->package_open = false;
	}
	return emit(parser, instruction);
}

static enum fw_ms_code emit_outside(struct fw_ms_parser *parser,
				    const struct fw_ms_instruction *instruction)
{
	if (is_inside(parser, FW_MS_SCOPE_MEASUREMENT))
		return FW_MS_NOT_IN_MEASUREMENT;
	return emit(parser, instruction);
}

/* Put a command into the program, if this is a place for it. */
static enum fw_ms_code place(struct fw_ms_parser *parser, struct fw_ms_instruction *instruction)
{
	switch (instruction->op) {
	case FW_MS_VAR:
		return FW_MS_OK;
	case FW_MS_IF:
		return scope_open(parser, FW_MS_SCOPE_IF, instruction);
	case FW_MS_ELSEIF:
	case FW_MS_ELSE:
		return parse_branch(parser, instruction);
	case FW_MS_ENDIF:
		return parse_endif(parser);
	case FW_MS_LOOP:
		return scope_open(parser, FW_MS_SCOPE_LOOP, instruction);
	case FW_MS_MEAS_LOOP_OCP:
	case FW_MS_MEAS_LOOP_CP:
	case FW_MS_MEAS_LOOP_CA:
		return scope_open(parser, FW_MS_SCOPE_MEASUREMENT, instruction);
	case FW_MS_ENDLOOP:
		return parse_endloop(parser, instruction);
	case FW_MS_BREAKLOOP:
		if (!is_inside(parser, FW_MS_SCOPE_LOOP) &&
		    !is_inside(parser, FW_MS_SCOPE_MEASUREMENT))
			return FW_MS_OUT_OF_PLACE;
		return emit(parser, instruction);
	case FW_MS_ON_FINISHED:
		return parse_finish_label(parser);
	case FW_MS_PCK_START:
	case FW_MS_PCK_ADD:
	case FW_MS_PCK_END:
		return parse_package(parser, instruction);
	case FW_MS_SET_PGSTAT_CHAN:
	case FW_MS_SET_PGSTAT_MODE:
	case FW_MS_SET_MAX_BANDWIDTH:
	case FW_MS_CELL_ON:
	case FW_MS_CELL_OFF:
	case FW_MS_MEAS:
		/* Assumed: a measurement loop owns the cell, leave it with breakloop first */
		return emit_outside(parser, instruction);
	case FW_MS_STORE_VAR:
	case FW_MS_COPY_VAR:
	case FW_MS_ADD_VAR:
	case FW_MS_SUB_VAR:
	case FW_MS_MUL_VAR:
	case FW_MS_DIV_VAR:
	case FW_MS_MOD_VAR:
	case FW_MS_ABORT:
	case FW_MS_WAIT:
	case FW_MS_TIMER_START:
	case FW_MS_TIMER_GET:
	case FW_MS_SEND_STRING:
	case FW_MS_SET_SCRIPT_OUTPUT:
	case FW_MS_SET_RANGE:
	case FW_MS_SET_RANGE_MINMAX:
	case FW_MS_SET_AUTORANGING:
	case FW_MS_SET_FRAC_AUTOADJUST:
	case FW_MS_SET_E:
	case FW_MS_SET_I:
	case FW_MS_JUMP:
		break;
	}
	return emit(parser, instruction);
}

/* A package is one breath: between its start and its end nothing may change the way. */
static bool breaks_a_package(enum fw_ms_op op)
{
	return op == FW_MS_IF || op == FW_MS_ELSEIF || op == FW_MS_ELSE || op == FW_MS_ENDIF ||
	       op == FW_MS_LOOP || op == FW_MS_ENDLOOP || op == FW_MS_BREAKLOOP ||
	       op == FW_MS_ON_FINISHED || op == FW_MS_ABORT || op == FW_MS_MEAS_LOOP_OCP ||
	       op == FW_MS_MEAS_LOOP_CP || op == FW_MS_MEAS_LOOP_CA;
}

static enum fw_ms_code parse_arguments(struct fw_ms_parser *parser,
				       const struct fw_ms_tokens *tokens,
				       struct fw_ms_instruction *instruction, size_t *column)
{
	size_t wanted = strlen(instruction->arguments);
	const struct fw_ms_token *extra;
	enum fw_ms_code code;

	for (size_t i = 0; i < wanted; i++) {
		*column = tokens->end_column;
		if (i + 1 >= tokens->count)
			return FW_MS_MISSING_ARGUMENT;
		code = fw_ms_operand_read(parser->program, instruction->arguments[i],
					  &tokens->token[i + 1], &instruction->operands[i], column);
		if (code)
			return code;
	}
	if (tokens->count <= wanted + 1)
		return FW_MS_OK;
	extra = &tokens->token[wanted + 1];
	*column = extra->behind;
	/* optional arguments look like ocp(x) or nscans(3); none of ours takes one */
	return memchr(extra->text, '(', extra->length) ? FW_MS_BAD_OPTIONAL : FW_MS_EXTRA_ARGUMENT;
}

static enum fw_ms_code parse_line(struct fw_ms_parser *parser, const char *line, size_t length,
				  size_t *column)
{
	struct fw_ms_instruction instruction = {.line = parser->line};
	const struct fw_ms_command *command;
	struct fw_ms_tokens tokens;
	enum fw_ms_code code;

	parser->bytes += length + 1;
	if (parser->bytes > FW_MS_SCRIPT_BYTES_MAX)
		return FW_MS_SCRIPT_TOO_LARGE;
	code = fw_ms_tokens_cut(&tokens, line, length, column);
	if (code || tokens.count == 0)
		return code;
	*column = tokens.token[0].behind;
	command = fw_ms_command_find(tokens.token[0].text, tokens.token[0].length);
	if (!command || tokens.token[0].quoted)
		return FW_MS_UNKNOWN_WORD;
	instruction.op = command->op;
	instruction.arguments = command->arguments;
	code = parse_arguments(parser, &tokens, &instruction, column);
	if (code)
		return code;
	*column = tokens.token[0].behind;
	if (parser->package_open && breaks_a_package(instruction.op))
		return FW_MS_PACKAGE_ORDER;
	return place(parser, &instruction);
}

static bool fail(const struct fw_ms_parser *parser, struct fw_ms_error *error, enum fw_ms_code code,
		 size_t column)
{
	*error = (struct fw_ms_error){.code = code, .line = parser->line, .column = (int)column};
	return code == FW_MS_OK;
}

bool fw_ms_parser_line(struct fw_ms_parser *parser, const char *line, size_t length,
		       struct fw_ms_error *error)
{
	size_t column = 1;
	enum fw_ms_code code;

	parser->line++;
	code = parse_line(parser, line, length, &column);
	return fail(parser, error, code, column);
}

bool fw_ms_parser_end(struct fw_ms_parser *parser, struct fw_ms_error *error)
{
	struct fw_ms_program *program = parser->program;
	enum fw_ms_code code = FW_MS_OK;

	parser->line++;
	if (parser->package_open)
		code = FW_MS_PACKAGE_ORDER;
	else if (parser->depth)
		code = FW_MS_ENDED_EARLY;
	if (program->finish > program->count)
		program->finish = program->count;
	return fail(parser, error, code, 1);
}
