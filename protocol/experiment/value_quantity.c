/* SPDX-License-Identifier: Apache-2.0 */
/* Scalars with units, and the words for what can be wrong with them. */
#include "experiment/value.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* What is allowed here: one dimension, or two told apart by the unit. */
struct wanted {
	enum sg_dimension one;
	enum sg_dimension other; /* same as one if there is only one */
};

#define WORDS_SIZE 128

/* "a duration" or "a duration or an areal charge" */
static const char *names(const struct wanted *wanted, char words[WORDS_SIZE])
{
	if (wanted->one == wanted->other)
		return sg_dimension_name(wanted->one);
	snprintf(words, WORDS_SIZE, "%s or %s", sg_dimension_name(wanted->one), sg_dimension_name(wanted->other));
	return words;
}

/* "5 min" or "5 min or 5 mAh/cm2" */
static const char *examples(const struct wanted *wanted, double value, char words[WORDS_SIZE])
{
	if (wanted->one == wanted->other)
		snprintf(words, WORDS_SIZE, "%.9g %s", value, sg_dimension_example(wanted->one));
	else
		snprintf(words, WORDS_SIZE, "%.9g %s or %.9g %s", value, sg_dimension_example(wanted->one), value,
			 sg_dimension_example(wanted->other));
	return words;
}

/* The number as it was written, if it was read as it was meant and may be; else one that is right. */
static double example_value(const struct sg_quantity *quantity, const struct sg_bounds *bounds)
{
	/* What looks like a unit nobody knows may be the rest of a number: 0x1 mA/cm2. */
	const char after = quantity->unit ? quantity->unit[0] : '\0';
	const bool broken = quantity->value == 0.0 && (after == 'x' || after == 'X');
	const bool allowed = bounds->above ? quantity->value > bounds->min : quantity->value >= bounds->min;

	return allowed && !broken ? quantity->value : 5.0;
}

static const char *units(const struct wanted *wanted, char words[WORDS_SIZE])
{
	if (wanted->one == wanted->other)
		return sg_dimension_units(wanted->one);
	snprintf(words, WORDS_SIZE, "%s; %s", sg_dimension_units(wanted->one), sg_dimension_units(wanted->other));
	return words;
}

/* Some wrong dimensions have a usual reason. */
static const char *remark(const struct wanted *wanted, enum sg_dimension got)
{
	if (wanted->one == SG_DIM_TEMPERATURE && got == SG_DIM_TEMPERATURE_DIFFERENCE)
		return " (0 degC is 273.15 K)";
	if (wanted->one == SG_DIM_DENSITY && got == SG_DIM_CURRENT)
		return " (divide by the area of the cell)";
	if (wanted->one == SG_DIM_CURRENT && got == SG_DIM_DENSITY)
		return " (multiply by the area of the cell)";
	if ((wanted->one == SG_DIM_AREAL_CHARGE || wanted->other == SG_DIM_AREAL_CHARGE) && got == SG_DIM_CHARGE)
		return " (divide by the area of the cell)";
	return "";
}

static void report(struct sg_diagnostics *diagnostics, const struct sg_yaml_node *node, const char *key,
		   const struct wanted *wanted, const struct sg_bounds *bounds, enum sg_quantity_status status,
		   const struct sg_quantity *quantity)
{
	char name_words[WORDS_SIZE], example_words[WORDS_SIZE], unit_words[WORDS_SIZE];
	const char *name = names(wanted, name_words);

	switch (status) {
	case SG_QUANTITY_NOT_A_NUMBER:
		sg_diagnose(diagnostics, node->line, node->column,
			    "'%s' must be %s, a number with a unit such as '%s', not '%.40s'", key, name,
			    examples(wanted, 5, example_words), node->text);
		break;
	case SG_QUANTITY_COMMA:
		sg_diagnose(diagnostics, node->line, node->column,
			    "'%s': write decimals with a point, not a comma: '%.40s'", key, node->text);
		break;
	case SG_QUANTITY_NO_UNIT:
		sg_diagnose(diagnostics, node->line, node->column, "'%s': %s needs a unit: %s", key, name,
			    examples(wanted, example_value(quantity, bounds), example_words));
		break;
	case SG_QUANTITY_UNKNOWN_UNIT:
		sg_diagnose(diagnostics, node->line, node->column,
			    "'%s': unknown unit '%.40s'; %s is written in %s, for example %s", key, quantity->unit, name,
			    units(wanted, unit_words), examples(wanted, example_value(quantity, bounds), example_words));
		break;
	case SG_QUANTITY_OK:
		sg_diagnose(diagnostics, node->line, node->column,
			    "'%s' must be %s, but '%.40s' is %s%s; write for example %s", key, name, node->text,
			    sg_dimension_name(quantity->dimension), remark(wanted, quantity->dimension),
			    examples(wanted, 5, example_words));
		break;
	}
}

static bool read_wanted(struct sg_diagnostics *diagnostics, const struct sg_yaml_node *node, const char *key,
			const struct wanted *wanted, const struct sg_bounds *bounds, struct sg_quantity *out)
{
	char words[WORDS_SIZE];
	struct sg_quantity quantity = { .dimension = SG_DIM_DURATION };
	enum sg_quantity_status status;

	if (!node)
		return false;
	if (node->kind != SG_YAML_SCALAR) {
		sg_diagnose(diagnostics, node->line, node->column, "'%s' must be %s, not %s", key,
			    names(wanted, words), sg_yaml_kind_name(node->kind));
		return false;
	}
	status = sg_quantity_read(node->text, &quantity);
	if (status || (quantity.dimension != wanted->one && quantity.dimension != wanted->other)) {
		report(diagnostics, node, key, wanted, bounds, status, &quantity);
		return false;
	}
	if ((bounds->above ? quantity.value <= bounds->min : quantity.value < bounds->min) ||
	    quantity.value > bounds->max) {
		const char *unit = sg_dimension_unit(quantity.dimension);

		sg_diagnose(diagnostics, node->line, node->column,
			    "'%s' is out of range: '%.40s'; it must be %s %.9g %s and at most %.9g %s", key, node->text,
			    bounds->above ? "more than" : "at least", bounds->min, unit, bounds->max, unit);
		return false;
	}
	*out = quantity;
	return true;
}

bool sg_value_quantity(struct sg_diagnostics *diagnostics, const struct sg_yaml_node *node, const char *key,
		       enum sg_dimension dimension, const struct sg_bounds *bounds, double *out)
{
	const struct wanted wanted = { dimension, dimension };
	struct sg_quantity quantity;

	if (!read_wanted(diagnostics, node, key, &wanted, bounds, &quantity))
		return false;
	*out = quantity.value;
	return true;
}

bool sg_value_either(struct sg_diagnostics *diagnostics, const struct sg_yaml_node *node, const char *key,
		     enum sg_dimension one, enum sg_dimension other, const struct sg_bounds *bounds,
		     struct sg_quantity *out)
{
	const struct wanted wanted = { one, other };

	return read_wanted(diagnostics, node, key, &wanted, bounds, out);
}
