/* SPDX-License-Identifier: Apache-2.0 */
#include "model_curves.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "format/json_line.h"

static const char meaning[] = "f = 1 of the Sand-type diffusion limit: an upper bound on charge for an ideal flat interface without "
			      "pressure, an index of exposure, not a prediction of a short";

static const char paper_says[] = "set paper: lithium 0.6 mAh cm-2 at 1 mA cm-2 and 25 degC as printed; sodium 19.4, where the paper prints "
				 "21 (its figure belongs to D = 5.83e-9 cm2 s-1, its text says 5.4e-9)";

static bool is_paper(const struct sg_material *material)
{
	return strcmp(material->name, "paper") == 0;
}

double sg_curve_time_s(const struct sg_model_curves *c, size_t curve, size_t point)
{
	const struct sg_medium *medium = &c->curve[curve].medium;
	const double density_a_cm2 = 1e-3 * c->density_ma_cm2[point];

	if (isnan(c->thickness_um))
		return sg_limit_time_s(medium, density_a_cm2);
	return sg_limit_time_finite_s(medium, 1e-4 * c->thickness_um, density_a_cm2);
}

double sg_curve_charge_mah_cm2(const struct sg_model_curves *c, size_t curve, size_t point)
{
	return sg_curve_time_s(c, curve, point) * c->density_ma_cm2[point] / 3600.0;
}

void sg_curve_legend(const struct sg_model_curve *curve, struct sg_text *out)
{
	sg_text_add(out, "%s %.4g degC, %s", curve->material.metal->symbol, curve->temperature_c, curve->material.name);
}

/* A time as people say it. */
static void print_time(FILE *out, double time_s)
{
	if (time_s < 120.0)
		fprintf(out, "%10.4g s  ", time_s);
	else if (time_s < 7200.0)
		fprintf(out, "%10.4g min", time_s / 60.0);
	else if (time_s < 96.0 * 3600.0)
		fprintf(out, "%10.4g h  ", time_s / 3600.0);
	else
		fprintf(out, "%10.4g d  ", time_s / 86400.0);
}

static void print_curve(const struct sg_model_curves *c, size_t i, FILE *out)
{
	const struct sg_model_curve *curve = &c->curve[i];
	const struct sg_material *material = &curve->material;

	fprintf(out, "%s at %.4g degC: D %.4g cm2 s-1 (%s: %s [%s]), %.4g mol cm-3", material->metal->name, curve->temperature_c,
		curve->medium.diffusion_cm2_s, material->name, material->source, material->grade,
		curve->medium.concentration_mol_cm3);
	if (!isnan(c->thickness_um))
		fprintf(out, "; %.4g um thick: %.4g mAh cm-2 in all", c->thickness_um,
			sg_limit_inventory_mah_cm2(&curve->medium, 1e-4 * c->thickness_um));
	fprintf(out, "\n  %12s  %14s  %13s\n", "mA cm-2", "C_lim mAh cm-2", "t_max");
	for (size_t k = 0; k < c->points; k++) {
		fprintf(out, "  %12.4g  %14.4g  ", c->density_ma_cm2[k], sg_curve_charge_mah_cm2(c, i, k));
		print_time(out, sg_curve_time_s(c, i, k));
		fputc('\n', out);
	}
	fputc('\n', out);
}

void sg_curves_print(const struct sg_model_curves *c, FILE *out)
{
	bool paper = false;

	for (size_t i = 0; i < c->count; i++) {
		print_curve(c, i, out);
		paper = paper || is_paper(&c->curve[i].material);
	}
	fprintf(out, "%s.\n", meaning);
	if (paper)
		fprintf(out, "%s.\n", paper_says);
}

static void add_curve(struct sg_json *json, const struct sg_model_curves *c, size_t i)
{
	const struct sg_model_curve *curve = &c->curve[i];

	sg_json_open_object(json, NULL);
	sg_json_string(json, "metal", curve->material.metal->symbol);
	sg_json_string(json, "set", curve->material.name);
	sg_json_string(json, "source", curve->material.source);
	sg_json_string(json, "grade", curve->material.grade);
	sg_json_number(json, "temperature_c", curve->temperature_c, 9);
	sg_json_number(json, "diffusion_cm2_s", curve->medium.diffusion_cm2_s, 10);
	sg_json_number(json, "concentration_mol_cm3", curve->medium.concentration_mol_cm3, 10);
	sg_json_number(json, "inventory_mAh_cm2", sg_limit_inventory_mah_cm2(&curve->medium, 1e-4 * c->thickness_um), 10);
	sg_json_open_array(json, "points");
	for (size_t k = 0; k < c->points; k++) {
		sg_json_open_object(json, NULL);
		sg_json_number(json, "current_mA_cm2", c->density_ma_cm2[k], 10);
		sg_json_number(json, "c_lim_mAh_cm2", sg_curve_charge_mah_cm2(c, i, k), 10);
		sg_json_number(json, "t_max_s", sg_curve_time_s(c, i, k), 10);
		sg_json_close(json);
	}
	sg_json_close(json);
	sg_json_close(json);
}

bool sg_curves_print_json(const struct sg_model_curves *c, FILE *out)
{
	/* a point has three names and three numbers: below 128 bytes; a curve's head below 1024 */
	const size_t size = 4096 + c->count * (1024 + 128 * c->points);
	char *storage = malloc(size);
	struct sg_json json;
	bool paper = false;
	size_t length;

	if (!storage)
		return false;
	sg_json_begin(&json, storage, size, true);
	sg_json_string(&json, "model", "sand_type_limit");
	sg_json_string(&json, "meaning", meaning);
	sg_json_number(&json, "thickness_um", c->thickness_um, 9);
	sg_json_open_array(&json, "curves");
	for (size_t i = 0; i < c->count; i++) {
		add_curve(&json, c, i);
		paper = paper || is_paper(&c->curve[i].material);
	}
	sg_json_close(&json);
	if (paper)
		sg_json_string(&json, "note", paper_says);
	length = sg_json_end(&json);
	fwrite(storage, 1, length, out);
	free(storage);
	return length > 0;
}

void sg_material_sets_print(FILE *out)
{
	const struct sg_material *set;
	const char *before = "";

	fprintf(out, "%-8s %-14s %10s %10s %10s  %-9s %s\n", "metal", "set", "D(0 C)", "D(25 C)", "D(50 C)", "C_lim*", "source [grade]");
	for (size_t i = 0; (set = sg_material_at(i)); i++) {
		const double at_c[] = { 0.0, 25.0, 50.0 };
		struct sg_medium medium;

		fprintf(out, "%-8s %-14s", set->metal->name, set->name);
		for (size_t k = 0; k < 3; k++) {
			if (sg_medium_init(&medium, set, at_c[k], NULL))
				fprintf(out, " %10s", "-");
			else
				fprintf(out, " %10.4g", medium.diffusion_cm2_s);
		}
		if (sg_medium_init(&medium, set, 25.0, NULL) == SG_OK)
			fprintf(out, "  %-9.4g", sg_limit_charge_mah_cm2(&medium, 1e-3));
		fprintf(out, " %s [%s]%s\n", set->source, set->grade,
			strcmp(before, set->metal->symbol) ? "; the default" : "");
		before = set->metal->symbol;
	}
	fprintf(out, "D in cm2 s-1. * mAh cm-2 at 1 mA cm-2 and 25 degC. Grades: printed there; derived from figures there; compiled: as\n"
		     "compilations carry it, not read again in the primary paper.\n%s.\n", paper_says);
}
