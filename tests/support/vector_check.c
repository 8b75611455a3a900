/* SPDX-License-Identifier: Apache-2.0 */
#include "vector_check.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static unsigned failures;
static unsigned checked;

void sg_vector_check(const struct sg_vector *v, bool is_true, const char *condition)
{
	checked++;
	if (is_true)
		return;
	failures++;
	fprintf(stderr, "%s:%u: %s: not true: %s\n", v->file, v->line, v->name, condition);
}

static void check_one(const struct sg_vector *v, const struct sg_vector_kind *kinds, size_t kind_count)
{
	bool is_known_kind = false;

	for (size_t i = 0; i < kind_count && !is_known_kind; i++) {
		is_known_kind = strcmp(v->kind, kinds[i].name) == 0;
		if (is_known_kind)
			kinds[i].check(v);
	}
	CHECK(v, is_known_kind);
}

void sg_vector_check_file(const char *folder, const char *name, const struct sg_vector_kind *kinds, size_t kind_count,
			  size_t least)
{
	char path[512];
	char diag[256] = "";
	struct sg_vectors *vectors = NULL;
	const unsigned before = failures;

	snprintf(path, sizeof(path), "%s/%s.vec", folder, name);
	if (sg_vectors_load(path, &vectors, diag, sizeof(diag)) != 0)
		fail_msg("%s", diag);
	for (size_t i = 0; i < sg_vectors_count(vectors); i++)
		check_one(sg_vectors_get(vectors, i), kinds, kind_count);
	print_message("%s: %zu vectors\n", name, sg_vectors_count(vectors));
	assert_true(sg_vectors_count(vectors) >= least);
	sg_vectors_free(vectors);
	assert_int_equal(failures - before, 0);
}

int sg_vector_print_checks(void **state)
{
	(void)state;
	print_message("%u checks\n", checked);
	return 0;
}

bool sg_vector_has_word(const struct sg_vector *v, const char *key, const char *value)
{
	const char *word = sg_vector_word(v, key);

	return word && strcmp(word, value) == 0;
}

bool sg_vector_is_equal(double a, double b)
{
	if (isnan(a) || isnan(b))
		return isnan(a) && isnan(b);
	return a == b || fabs(a - b) <= 1e-9 * fabs(b);
}
