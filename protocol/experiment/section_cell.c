/* SPDX-License-Identifier: Apache-2.0 */
/* The cell: who it is, and the area that turns densities into currents. */
#include "experiment/section.h"
#include "model/material.h"

#include <math.h>
#include <string.h>

enum {
	NAME,
	METAL,
	ELECTROLYTE,
	DIAMETER,
	AREA,
	THICKNESS,
	METAL_THICKNESS,
	DIFFUSION_SET,
	PRESSURE,
	EXPECTED,
	KEYS,
};

static const struct sg_key keys[KEYS] = {
	[NAME] = { "name", "NZSP-012", true },
	[METAL] = { "metal", "Na", true },
	[ELECTROLYTE] = { "electrolyte", "Na3.4Zr2Si2.4P0.6O12", false },
	[DIAMETER] = { "diameter_mm", "10.3", false },
	[AREA] = { "area_cm2", "0.8332", false },
	[THICKNESS] = { "thickness_mm", "1.8", false },
	[METAL_THICKNESS] = { "metal_thickness_mm", "0.5", false },
	[DIFFUSION_SET] = { "diffusion_set", "paper", false },
	[PRESSURE] = { "pressure_mpa", "0", false },
	[EXPECTED] = { "expected_resistance_ohm", "49.7", false },
};

static void read_metal(struct sg_reading *reading, const struct sg_yaml_node *node)
{
	char *metal = reading->experiment->cell.metal;
	size_t length;

	if (!sg_value_text(reading->diagnostics, node, "metal", metal, sizeof(reading->experiment->cell.metal)))
		return;
	length = strlen(metal);
	if (metal[0] < 'A' || metal[0] > 'Z' || length > 2 || (length == 2 && (metal[1] < 'a' || metal[1] > 'z')))
		sg_diagnose(reading->diagnostics, node->line, node->column,
			    "'metal' must be the symbol of an element, such as Na or Li, not '%.40s'", node->text);
}

/* Of a metal that the model does not know nothing is said of its limit; a set that it does not know is a mistake. */
static void read_diffusion_set(struct sg_reading *reading, const struct sg_yaml_node *node)
{
	struct sg_cell *cell = &reading->experiment->cell;
	struct sg_material material;
	char storage[SG_TEXT_SIZE];
	struct sg_text why;

	if (!sg_value_text(reading->diagnostics, node, "diffusion_set", cell->diffusion_set, sizeof(cell->diffusion_set)))
		return;
	sg_text_init(&why, storage, sizeof(storage));
	if (sg_material_find(cell->metal, cell->diffusion_set, &material, &why))
		sg_diagnose(reading->diagnostics, node->line, node->column, "%s", why.data);
}

static void read_area(struct sg_reading *reading, const struct sg_yaml_node *cell,
		      const struct sg_yaml_node *diameter, const struct sg_yaml_node *area)
{
	static const struct sg_bounds area_bounds = { 0, 1e4, true };
	static const struct sg_bounds diameter_bounds = { 0, 1e3, true };
	double diameter_mm;

	if (diameter && area) {
		sg_diagnose(reading->diagnostics, area->line, area->column,
			    "give either 'diameter_mm' (line %d) or 'area_cm2', not both", diameter->line);
		return;
	}
	if (!diameter && !area) {
		sg_diagnose(reading->diagnostics, cell->line, cell->column,
			    "the electrode area is missing in cell: write for example 'diameter_mm: 10.3' or "
			    "'area_cm2: 0.8332'");
		return;
	}
	sg_value_number(reading->diagnostics, area, "area_cm2", &area_bounds, &reading->experiment->cell.area_cm2);
	if (sg_value_number(reading->diagnostics, diameter, "diameter_mm", &diameter_bounds, &diameter_mm))
		reading->experiment->cell.area_cm2 = acos(-1.0) * diameter_mm * diameter_mm / 400.0;
}

void sg_section_cell(struct sg_reading *reading, const struct sg_yaml_node *node)
{
	static const struct sg_bounds thickness_bounds = { 0, 1e3, true };
	static const struct sg_bounds pressure_bounds = { 0, 1e5, false };
	static const struct sg_bounds resistance_bounds = { 0, 1e12, true };
	struct sg_diagnostics *diagnostics = reading->diagnostics;
	struct sg_cell *cell = &reading->experiment->cell;
	const struct sg_yaml_node *values[KEYS];

	if (!node || !sg_keys_read(diagnostics, node, "cell", keys, KEYS, values))
		return;
	sg_value_file_word(diagnostics, values[NAME], "name", cell->name, sizeof(cell->name));
	read_metal(reading, values[METAL]);
	sg_value_text(diagnostics, values[ELECTROLYTE], "electrolyte", cell->electrolyte, sizeof(cell->electrolyte));
	read_area(reading, node, values[DIAMETER], values[AREA]);
	sg_value_number(diagnostics, values[THICKNESS], "thickness_mm", &thickness_bounds, &cell->thickness_mm);
	sg_value_number(diagnostics, values[METAL_THICKNESS], "metal_thickness_mm", &thickness_bounds,
			&cell->metal_thickness_mm);
	read_diffusion_set(reading, values[DIFFUSION_SET]);
	sg_value_number(diagnostics, values[PRESSURE], "pressure_mpa", &pressure_bounds, &cell->pressure_mpa);
	sg_value_number(diagnostics, values[EXPECTED], "expected_resistance_ohm", &resistance_bounds,
			&cell->expected_ohm);
}
