/* SPDX-License-Identifier: Apache-2.0 */
/* sandglass model: the diffusion limit of a metal as a table, as JSON, as a picture. */
#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "model_curves.h"
#include "model_plot.h"

#define LIST_MAX 16
#define DEFAULT_POINTS 21

struct arguments {
	const char *metals[LIST_MAX];
	size_t metal_count;
	const char *set;
	double temperature_c[LIST_MAX];
	size_t temperature_count;
	double user_cm2_s; /* NAN: from a set */
	double user_kj_mol;
	const char *plot;
	bool json;
	bool list;
};

static void usage(FILE *out)
{
	fprintf(out,
		"usage: sandglass model [options]\n"
		"  --metal Na|Li         once or more; both\n"
		"  --set NAME            of constants; each metal's default. --list names them\n"
		"  --temperature C,...   in degC; 25\n"
		"  --current J | A:B[:N] | J,J,...   in mA cm-2, A:B spaced evenly in log; 0.1:10:%d\n"
		"  --thickness UM        of the metal, in um, tight back face; thick\n"
		"  --diffusion CM2_S     your own D in cm2 s-1, at the first --temperature\n"
		"  --activation KJ_MOL   and its activation energy; none: D holds at that temperature alone\n"
		"  --json                one JSON object instead of the table\n"
		"  --plot FILE.png|.svg  a picture, drawn by gnuplot (package gnuplot-nox)\n"
		"  --list                the sets of constants, with their sources\n"
		"Prints the charge (C_lim) and the time (t_max) to the Sand-type diffusion limit at constant current: an upper bound.\n",
		DEFAULT_POINTS);
}

/* A number that uses up its text, up to a separator. */
static bool number(const char *option, const char **text, double lowest, double *out)
{
	char *end;
	const double value = strtod(*text, &end);

	if (end == *text || !(value >= lowest) || !isfinite(value) || strspn(*text, "0123456789+-.eE") != (size_t)(end - *text)) {
		fprintf(stderr, "--%s: \"%s\" is no number that would do\n", option, *text);
		return false;
	}
	*text = end;
	*out = value;
	return true;
}

static bool whole_number(const char *option, const char *text, double lowest, double *out)
{
	const char *at = text;

	if (!number(option, &at, lowest, out))
		return false;
	if (*at)
		fprintf(stderr, "--%s %s: would be one number\n", option, text);
	return !*at;
}

static bool number_list(const char *option, const char *text, double lowest, double *out, size_t most, size_t *count)
{
	const char *at = text;

	for (;;) {
		if (*count >= most) {
			fprintf(stderr, "--%s: more than %zu\n", option, most);
			return false;
		}
		if (!number(option, &at, lowest, &out[*count]))
			return false;
		(*count)++;
		if (!*at)
			return true;
		if (*at++ != ',') {
			fprintf(stderr, "--%s %s: numbers with commas between them\n", option, text);
			return false;
		}
	}
}

static bool range(const char *text, struct sg_model_curves *curves)
{
	const char *at = text;
	double from, to, points = DEFAULT_POINTS;
	bool good = number("current", &at, 1e-9, &from) && *at == ':' && (at++, number("current", &at, 1e-9, &to));

	if (good && *at == ':')
		good = (at++, number("current", &at, 2, &points));
	if (!good || *at || !(to > from) || points > SG_CURVE_POINTS_MAX || points != floor(points)) {
		fprintf(stderr, "--current %s: would be FROM:TO or FROM:TO:POINTS, 0 < FROM < TO, 2 to %d points\n", text,
			SG_CURVE_POINTS_MAX);
		return false;
	}
	curves->points = (size_t)points;
	for (size_t i = 0; i < curves->points; i++)
		curves->density_ma_cm2[i] = from * pow(to / from, (double)i / (points - 1.0));
	curves->density_ma_cm2[curves->points - 1] = to;
	return true;
}

static bool take_option(int c, const char *text, struct arguments *a, struct sg_model_curves *curves)
{
	switch (c) {
	case 'm':
		if (a->metal_count >= LIST_MAX)
			return false;
		a->metals[a->metal_count++] = text;
		return true;
	case 's':
		a->set = text;
		return true;
	case 't':
		return number_list("temperature", text, -273.15, a->temperature_c, LIST_MAX, &a->temperature_count);
	case 'c':
		return strchr(text, ':') ? range(text, curves) :
					   number_list("current", text, 1e-9, curves->density_ma_cm2, SG_CURVE_POINTS_MAX,
						       &curves->points);
	case 'T':
		return whole_number("thickness", text, 0.1, &curves->thickness_um) && curves->thickness_um <= 1e6;
	case 'd':
		return whole_number("diffusion", text, 0.0, &a->user_cm2_s);
	case 'e':
		return whole_number("activation", text, 0.0, &a->user_kj_mol);
	case 'j':
		a->json = true;
		return true;
	case 'p':
		a->plot = text;
		return true;
	case 'l':
		a->list = true;
		return true;
	}
	usage(stderr);
	return false;
}

/* @return 0 to go on, -1 if help was all, or an exit status */
static int parse(int argc, char **argv, struct arguments *a, struct sg_model_curves *curves)
{
	static const struct option options[] = {
		{ "metal", required_argument, NULL, 'm' },	 { "set", required_argument, NULL, 's' },
		{ "temperature", required_argument, NULL, 't' }, { "current", required_argument, NULL, 'c' },
		{ "thickness", required_argument, NULL, 'T' },	 { "diffusion", required_argument, NULL, 'd' },
		{ "activation", required_argument, NULL, 'e' },	 { "json", no_argument, NULL, 'j' },
		{ "plot", required_argument, NULL, 'p' },	 { "list", no_argument, NULL, 'l' },
		{ "help", no_argument, NULL, 'h' },		 { NULL, 0, NULL, 0 },
	};
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == 'h') {
			usage(stdout);
			return -1;
		}
		if (!take_option(c, optarg, a, curves))
			return SG_EXIT_USAGE;
	}
	if (optind != argc) {
		usage(stderr);
		return SG_EXIT_USAGE;
	}
	if (isnan(a->user_cm2_s) ? !isnan(a->user_kj_mol) : a->set || a->metal_count != 1) {
		fprintf(stderr, "your own D: --diffusion with one --metal and no --set; --activation goes with it\n");
		return SG_EXIT_USAGE;
	}
	return 0;
}

static void fill_in_defaults(struct arguments *a, struct sg_model_curves *curves)
{
	const struct sg_metal *metal;

	if (a->metal_count == 0) {
		for (; (metal = sg_metal_at(a->metal_count)); a->metal_count++)
			a->metals[a->metal_count] = metal->symbol;
	}
	if (a->temperature_count == 0)
		a->temperature_c[a->temperature_count++] = 25.0;
	if (curves->points == 0)
		range("0.1:10", curves);
}

static enum sg_err find_material(const struct arguments *a, const char *metal_name, struct sg_material *out,
				 struct sg_text *why)
{
	const struct sg_metal *metal = sg_metal_find(metal_name);

	if (!isnan(a->user_cm2_s) && metal)
		return sg_material_user(metal, a->user_cm2_s, a->temperature_c[0], a->user_kj_mol, out, why);
	return sg_material_find(metal_name, a->set, out, why);
}

static enum sg_err make_curves(const struct arguments *a, struct sg_model_curves *curves, struct sg_text *why)
{
	for (size_t m = 0; m < a->metal_count; m++) {
		struct sg_material material;
		enum sg_err err = find_material(a, a->metals[m], &material, why);

		for (size_t t = 0; t < a->temperature_count && !err; t++) {
			struct sg_model_curve *curve = &curves->curve[curves->count];

			if (curves->count >= SG_CURVES_MAX) {
				sg_text_add(why, "more than %d curves", SG_CURVES_MAX);
				return SG_ERR_ARGUMENT;
			}
			curve->material = material;
			curve->temperature_c = a->temperature_c[t];
			err = sg_medium_init(&curve->medium, &material, a->temperature_c[t], why);
			curves->count += !err;
		}
		if (err)
			return err;
	}
	return SG_OK;
}

int sg_cmd_model(int argc, char **argv)
{
	static struct sg_model_curves curves;
	struct arguments a = { .user_cm2_s = NAN, .user_kj_mol = NAN };
	char storage[1024];
	struct sg_text why;
	enum sg_err err;
	int status;

	curves = (struct sg_model_curves){ .thickness_um = NAN };
	status = parse(argc, argv, &a, &curves);
	if (status)
		return status < 0 ? SG_EXIT_OK : status;
	if (a.list) {
		sg_material_sets_print(stdout);
		return SG_EXIT_OK;
	}
	fill_in_defaults(&a, &curves);
	sg_text_init(&why, storage, sizeof(storage));
	err = make_curves(&a, &curves, &why);
	if (!err && a.plot)
		err = sg_model_plot(&curves, a.plot, &why);
	if (err) {
		fprintf(stderr, "sandglass model: %s\n", why.data);
		return SG_EXIT_FAILED;
	}
	if (a.json && !sg_curves_print_json(&curves, stdout))
		return SG_EXIT_FAILED;
	if (!a.json)
		sg_curves_print(&curves, stdout);
	return SG_EXIT_OK;
}
