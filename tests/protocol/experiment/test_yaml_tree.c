/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "experiment/yaml_tree.h"

static void every_node_knows_its_place(void **state)
{
	static const char text[] = "# comment\n"
				   "a: 1\n"
				   "list:\n"
				   "  - x\n"
				   "  - {k: \"v\", \xc3\xa9: w}\n";
	struct sg_diagnostics diagnostics;
	struct sg_yaml_tree tree;
	const struct sg_yaml_node *list, *flow;

	(void)state;
	sg_diagnostics_init(&diagnostics, "t.yaml");
	assert_int_equal(sg_yaml_tree_read(&tree, text, strlen(text), &diagnostics), SG_OK);
	assert_int_equal(tree.root->kind, SG_YAML_MAPPING);
	assert_int_equal(tree.root->count, 2);
	assert_int_equal(tree.root->line, 2);
	assert_string_equal(tree.root->first->text, "a");
	assert_string_equal(tree.root->first->value->text, "1");
	assert_false(tree.root->first->value->quoted);
	assert_int_equal(tree.root->first->value->line, 2);
	assert_int_equal(tree.root->first->value->column, 4);
	list = tree.root->first->next->value;
	assert_int_equal(list->kind, SG_YAML_LIST);
	assert_int_equal(list->count, 2);
	flow = list->first->next;
	assert_int_equal(flow->kind, SG_YAML_MAPPING);
	assert_int_equal(flow->line, 5);
	assert_int_equal(flow->column, 5);
	assert_true(flow->first->value->quoted);
	/* columns are characters, not bytes */
	assert_int_equal(flow->first->next->column, 14);
	assert_int_equal(flow->first->next->value->column, 17);
	assert_null(flow->first->next->next);
	sg_yaml_tree_fini(&tree);
	assert_null(tree.root);
}

static void an_empty_document_has_no_root(void **state)
{
	struct sg_diagnostics diagnostics;
	struct sg_yaml_tree tree;

	(void)state;
	sg_diagnostics_init(&diagnostics, "t.yaml");
	assert_int_equal(sg_yaml_tree_read(&tree, "# only words\n", 13, &diagnostics), SG_OK);
	assert_null(tree.root);
	assert_int_equal(sg_yaml_tree_read(&tree, "", 0, &diagnostics), SG_OK);
	assert_null(tree.root);
}

static void refuses_what_is_not_plain_yaml(void **state)
{
	static const struct {
		const char *text;
		int line, column;
		const char *words;
	} rows[] = {
		{ "a: &x 1\n", 1, 4, "anchors (&x) are not supported" },
		{ "a: &x {b: 1}\n", 1, 4, "anchors" },
		{ "a: 1\nb: *x\n", 2, 4, "aliases (*x) are not supported" },
		{ "a: !!str 1\n", 1, 4, "tags" },
		{ "a: !mine [1]\n", 1, 4, "tags" },
		{ "a: ! x\n", 1, 4, "tags" },
		{ "a: 1\n---\nb: 2\n", 2, 1, "a second document" },
		{ "? [a, b]\n: 1\n", 1, 3, "a key must be a word, not a list" },
		{ "a: \"x\\0y\"\n", 1, 4, "control characters" },
		{ "a: |\n  two\n  lines\n", 1, 4, "one line of text" },
		{ "a: [1, 2\n", 2, 1, "not YAML" },
		{ "a: b: c\n", 1, 5, "not YAML: mapping values are not allowed" },
		{ "a:\n\tb: 1\n", 2, 1, "tab" },
		{ "a: \xff\n", 1, 4, "not UTF-8" },
		{ "[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]\n", 1, 17, "nested deeper than 16" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct sg_diagnostics diagnostics;
		struct sg_yaml_tree tree;

		sg_diagnostics_init(&diagnostics, "t.yaml");
		if (sg_yaml_tree_read(&tree, rows[i].text, strlen(rows[i].text), &diagnostics) != SG_ERR_FORMAT)
			fail_msg("not refused: %s", rows[i].text);
		assert_int_equal(diagnostics.count, 1);
		if (diagnostics.items[0].line != rows[i].line || diagnostics.items[0].column != rows[i].column ||
		    !strstr(diagnostics.items[0].text, rows[i].words))
			fail_msg("%s is refused as %d:%d: %s", rows[i].text, diagnostics.items[0].line,
				 diagnostics.items[0].column, diagnostics.items[0].text);
		assert_null(tree.root);
		assert_null(tree.newest);
	}
}

static void refuses_a_file_beyond_its_size(void **state)
{
	const size_t size = SG_YAML_SIZE_MAX + 1;
	struct sg_diagnostics diagnostics;
	struct sg_yaml_tree tree;
	char *text = malloc(size);

	(void)state;
	assert_non_null(text);
	memset(text, '\n', size);
	sg_diagnostics_init(&diagnostics, "t.yaml");
	assert_int_equal(sg_yaml_tree_read(&tree, text, size, &diagnostics), SG_ERR_FORMAT);
	assert_non_null(strstr(diagnostics.items[0].text, "1048577 bytes"));
	/* one byte less is a matter of taste, not of size */
	assert_int_equal(sg_yaml_tree_read(&tree, text, size - 1, &diagnostics), SG_OK);
	sg_yaml_tree_fini(&tree);
	/* more entries than anybody writes */
	for (size_t i = 0; i + 1 < size; i += 2)
		memcpy(text + i, i ? "1," : "[ ", 2);
	assert_int_equal(sg_yaml_tree_read(&tree, text, size - 1, &diagnostics), SG_ERR_FORMAT);
	assert_non_null(strstr(diagnostics.items[1].text, "more than 100000 entries"));
	free(text);
}

static void keeps_twenty_diagnostics_in_file_order_and_counts_the_rest(void **state)
{
	struct sg_diagnostics diagnostics;
	char storage[64];
	struct sg_text out;

	(void)state;
	sg_diagnostics_init(&diagnostics, "t.yaml");
	for (int i = 0; i < 23; i++)
		sg_diagnose(&diagnostics, 30 - i, 7, "number %d", i);
	assert_int_equal(diagnostics.count, 20);
	assert_int_equal(diagnostics.dropped, 3);
	sg_diagnostics_sort(&diagnostics);
	for (size_t i = 1; i < diagnostics.count; i++)
		assert_true(diagnostics.items[i - 1].line < diagnostics.items[i].line);
	sg_text_init(&out, storage, sizeof(storage));
	sg_diagnostic_print(&diagnostics, 0, &out);
	assert_string_equal(storage, "t.yaml:11:7: number 19");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_node_knows_its_place),
		cmocka_unit_test(an_empty_document_has_no_root),
		cmocka_unit_test(refuses_what_is_not_plain_yaml),
		cmocka_unit_test(refuses_a_file_beyond_its_size),
		cmocka_unit_test(keeps_twenty_diagnostics_in_file_order_and_counts_the_rest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
