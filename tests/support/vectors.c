/* SPDX-License-Identifier: Apache-2.0 */
#include "vectors.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vector_store.h"

int sg_vectors_parse(const char *label, const char *text, size_t length, struct sg_vectors **out,
		     char *diag, size_t diag_size)
{
	struct sg_vectors *v = calloc(1, sizeof(*v));
	size_t line_count = 1;

	for (size_t i = 0; i < length; i++)
		line_count += text[i] == '\n';
	if (!v)
		goto no_memory;
	v->label = strdup(label);
	v->text = malloc(length + 1);
	v->bytes = malloc(length + 1);
	v->blocks = calloc(line_count, sizeof(*v->blocks));
	v->steps = calloc(line_count, sizeof(*v->steps));
	v->words = calloc(length / 2 + 1, sizeof(*v->words));
	if (!v->label || !v->text || !v->bytes || !v->blocks || !v->steps || !v->words)
		goto no_memory;
	memcpy(v->text, text, length);
	v->text[length] = '\0';
	if (sg_vector_store_fill(v, length, diag, diag_size))
		goto out_free;
	*out = v;
	return 0;

no_memory:
	snprintf(diag, diag_size, "%s:0: out of memory", label);
out_free:
	sg_vectors_free(v);
	return -1;
}

int sg_vectors_load(const char *path, struct sg_vectors **out, char *diag, size_t diag_size)
{
	static const size_t largest = 1 << 20;
	FILE *file = fopen(path, "rb");
	char *text = NULL;
	size_t length;
	int err = -1;

	if (!file) {
		snprintf(diag, diag_size, "%s:0: %s", path, strerror(errno));
		return -1;
	}
	text = malloc(largest);
	if (!text) {
		snprintf(diag, diag_size, "%s:0: out of memory", path);
		goto out_close;
	}
	length = fread(text, 1, largest, file);
	if (ferror(file) || length == largest) {
		snprintf(diag, diag_size, "%s:0: unreadable, or larger than 1 MiB", path);
		goto out_free;
	}
	err = sg_vectors_parse(path, text, length, out, diag, diag_size);

out_free:
	free(text);
out_close:
	fclose(file);
	return err;
}

void sg_vectors_free(struct sg_vectors *vectors)
{
	if (!vectors)
		return;
	free(vectors->label);
	free(vectors->text);
	free(vectors->bytes);
	free(vectors->blocks);
	free(vectors->steps);
	free(vectors->words);
	free(vectors);
}

size_t sg_vectors_count(const struct sg_vectors *vectors)
{
	return vectors->block_count;
}

const struct sg_vector *sg_vectors_get(const struct sg_vectors *vectors, size_t index)
{
	return &vectors->blocks[index];
}

const char *sg_vector_word(const struct sg_vector *vector, const char *key)
{
	for (size_t i = 0; i < vector->word_count; i++) {
		if (strcmp(vector->words[i].key, key) == 0)
			return vector->words[i].value;
	}
	return NULL;
}

bool sg_vector_number(const struct sg_vector *vector, const char *key, double *out)
{
	const char *text = sg_vector_word(vector, key);
	char *end;
	double value;

	if (!text || *text == '\0' || *text == ' ')
		return false;
	value = strtod(text, &end);
	if (*end)
		return false;
	*out = value;
	return true;
}

bool sg_vector_integer(const struct sg_vector *vector, const char *key, int64_t *out)
{
	const char *text = sg_vector_word(vector, key);
	bool hex = text && text[0] == '0' && text[1] == 'x';
	char *end;
	long long value;

	if (!text || *text == '\0' || *text == ' ')
		return false;
	errno = 0;
	value = strtoll(text, &end, hex ? 16 : 10);
	if (errno || *end)
		return false;
	*out = value;
	return true;
}
