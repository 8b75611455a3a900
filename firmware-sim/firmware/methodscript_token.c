/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/methodscript_token.h"

#include <math.h>
#include <string.h>

static bool is_printable(char c)
{
	return c >= 0x20 && c <= 0x7E;
}

static size_t quoted_length(const char *text, size_t length)
{
	const char *end = memchr(text, '"', length);

	return end ? (size_t)(end - text) : length;
}

/* Cut one word that starts at *at; leaves *at behind it. */
static enum fw_ms_code token_cut(struct fw_ms_token *token, const char *line, size_t length,
				 size_t *at)
{
	size_t i = *at;

	*token = (struct fw_ms_token){.text = line + i, .column = i + 1};
	token->interpolated = length - i > 1 && line[i] == 'f' && line[i + 1] == '"';
	if (token->interpolated)
		i++;
	token->quoted = line[i] == '"';
	if (token->quoted) {
		token->text = line + ++i;
		token->length = quoted_length(line + i, length - i);
		i += token->length;
		if (i == length)
			return FW_MS_UNEXPECTED_CHARACTER; /* quotes never closed */
		*at = i + 1;
		token->behind = i + 2;
		return FW_MS_OK;
	}
	while (i < length && line[i] != ' ' && line[i] != '#')
		i++;
	token->length = i - *at;
	token->behind = i + 1;
	*at = i;
	return FW_MS_OK;
}

enum fw_ms_code fw_ms_tokens_cut(struct fw_ms_tokens *tokens, const char *line, size_t length,
				 size_t *column)
{
	enum fw_ms_code code;
	size_t at = 0;

	*tokens = (struct fw_ms_tokens){.end_column = 1};
	for (size_t i = 0; i < length; i++) {
		/* Assumed: control characters are wrong even in a comment, tabulators and CR too */
		if (!is_printable(line[i])) {
			*column = i + 1;
			return FW_MS_UNEXPECTED_CHARACTER;
		}
	}
	while (tokens->count < FW_MS_TOKENS_MAX) {
		while (at < length && line[at] == ' ')
			at++;
		if (at == length || line[at] == '#')
			break;
		*column = length + 1; /* only quotes that are never closed can fail */
		code = token_cut(&tokens->token[tokens->count], line, length, &at);
		if (code)
			return code;
		tokens->count++;
		tokens->end_column = at + 1;
	}
	return FW_MS_OK;
}

static bool is_name_start(char c)
{
	return c >= 'a' && c <= 'z';
}

static bool is_name(char c)
{
	return is_name_start(c) || (c >= '0' && c <= '9') || c == '_';
}

static enum fw_ms_code name_check(const struct fw_ms_token *token, size_t *column)
{
	for (size_t i = 0; i < token->length; i++) {
		if (i ? !is_name(token->text[i]) : !is_name_start(token->text[i])) {
			*column = token->column + i;
			return FW_MS_BAD_NAME;
		}
	}
	return token->length > FW_MS_NAME_MAX ? FW_MS_LONG_NAME : FW_MS_OK;
}

static size_t name_find(const struct fw_ms_program *program, const struct fw_ms_token *token)
{
	size_t i;

	for (i = 0; i < program->variables; i++)
		if (strlen(program->names[i]) == token->length &&
		    memcmp(program->names[i], token->text, token->length) == 0)
			break;
	return i;
}

static enum fw_ms_code read_new_name(struct fw_ms_program *program, const struct fw_ms_token *token,
				     struct fw_ms_operand *operand, size_t *column)
{
	enum fw_ms_code code = name_check(token, column);

	if (code)
		return code;
	if (name_find(program, token) < program->variables)
		return FW_MS_ALREADY_DECLARED;
	if (program->variables == FW_MS_VARIABLES_MAX)
		return FW_MS_NO_MEMORY;
	memcpy(program->names[program->variables], token->text, token->length);
	program->names[program->variables][token->length] = '\0';
	operand->kind = FW_MS_VARIABLE;
	operand->u.variable = program->variables++;
	return FW_MS_OK;
}

static enum fw_ms_code read_variable(const struct fw_ms_program *program,
				     const struct fw_ms_token *token,
				     struct fw_ms_operand *operand, size_t *column)
{
	enum fw_ms_code code = name_check(token, column);

	if (code)
		return code;
	operand->kind = FW_MS_VARIABLE;
	operand->u.variable = name_find(program, token);
	return operand->u.variable < program->variables ? FW_MS_OK : FW_MS_NOT_DECLARED;
}

enum fw_ms_code fw_ms_number_check(char argument, const struct fw_ms_number *number)
{
	if (argument == 'A')
		return FW_MS_OK;
	if (number->integer)
		return FW_MS_WRONG_DATA_TYPE;
	if (!isfinite(number->value))
		return FW_MS_NOT_A_NUMBER;
	if (argument == 'P' && number->value <= 0.0)
		return FW_MS_NOT_POSITIVE;
	if (argument == 'Z' && number->value < 0.0)
		return FW_MS_NEGATIVE;
	return FW_MS_OK;
}

static enum fw_ms_code read_number(const struct fw_ms_program *program, char argument,
				   const struct fw_ms_token *token, struct fw_ms_operand *operand,
				   size_t *column)
{
	enum fw_ms_code code;
	size_t bad_at;

	if (is_name_start(token->text[0]))
		return read_variable(program, token, operand, column);
	operand->kind = FW_MS_LITERAL;
	code = fw_ms_number_read(token->text, token->length, &operand->u.literal, &bad_at);
	if (code) {
		*column = token->column + bad_at;
		return code;
	}
	return fw_ms_number_check(argument, &operand->u.literal);
}

static enum fw_ms_code read_vartype(const struct fw_ms_token *token, struct fw_ms_operand *operand)
{
	if (token->length != 2 || !fw_ms_vartype_is_known(token->text))
		return FW_MS_BAD_VARTYPE;
	operand->kind = FW_MS_VARTYPE;
	memcpy(operand->u.vartype, token->text, 2);
	return FW_MS_OK;
}

static enum fw_ms_code read_comparison(const struct fw_ms_token *token,
				       struct fw_ms_operand *operand)
{
	static const struct {
		const char *sign;
		enum fw_ms_comparison comparison;
	} signs[] = {
		{"<", FW_MS_LESS},           {"<=", FW_MS_LESS_EQUAL}, {">", FW_MS_GREATER},
		{">=", FW_MS_GREATER_EQUAL}, {"==", FW_MS_EQUAL},      {"!=", FW_MS_NOT_EQUAL},
	};

	operand->kind = FW_MS_COMPARISON;
	for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++) {
		if (strlen(signs[i].sign) == token->length &&
		    memcmp(signs[i].sign, token->text, token->length) == 0) {
			operand->u.comparison = signs[i].comparison;
			return FW_MS_OK;
		}
	}
	return FW_MS_UNEXPECTED_CHARACTER;
}

static enum fw_ms_code read_text(struct fw_ms_program *program, const struct fw_ms_token *token,
				 struct fw_ms_operand *operand)
{
	if (token->interpolated)
		return FW_MS_FSTRING_NOT_ALLOWED;
	if (!token->quoted)
		return FW_MS_UNEXPECTED_CHARACTER;
	if (program->text_length + token->length > sizeof(program->texts))
		return FW_MS_SCRIPT_TOO_LARGE;
	operand->kind = FW_MS_TEXT;
	operand->u.text.offset = program->text_length;
	operand->u.text.length = token->length;
	memcpy(program->texts + program->text_length, token->text, token->length);
	program->text_length += token->length;
	return FW_MS_OK;
}

enum fw_ms_code fw_ms_operand_read(struct fw_ms_program *program, char argument,
				   const struct fw_ms_token *token, struct fw_ms_operand *operand,
				   size_t *column)
{
	*column = token->behind;
	if (argument == 'S')
		return read_text(program, token, operand);
	if (token->quoted)
		return FW_MS_STRING_NOT_ALLOWED;
	switch (argument) {
	case 'N':
		return read_new_name(program, token, operand, column);
	case 'V':
		if (token->text[0] == '-' || (token->text[0] >= '0' && token->text[0] <= '9'))
			return FW_MS_LITERAL_NOT_ALLOWED;
		return read_variable(program, token, operand, column);
	case 'T':
		return read_vartype(token, operand);
	case 'C':
		return read_comparison(token, operand);
	}
	return read_number(program, argument, token, operand, column);
}
