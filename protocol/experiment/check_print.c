/* SPDX-License-Identifier: Apache-2.0 */
#include "experiment/check.h"

#include <math.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "core/units.h"
#include "experiment/phrase.h"

#define LINE_SIZE 400

struct printer {
	const struct sg_experiment *experiment;
	const struct sg_plan *plan;
	sg_check_line *line;
	void *context;
};

__attribute__((format(printf, 2, 3))) static void say(const struct printer *p, const char *format, ...)
{
	char storage[LINE_SIZE];
	va_list args;

	va_start(args, format);
	vsnprintf(storage, sizeof(storage), format, args);
	va_end(args);
	p->line(p->context, storage);
}

static bool is_same(const struct sg_step *a, const struct sg_step *b)
{
	return a->kind == b->kind && a->procedure == b->procedure && a->density_ma_cm2 == b->density_ma_cm2 &&
	       a->duration_s == b->duration_s && a->interval_s == b->interval_s && a->range_a == b->range_a;
}

/* Steps from first that belong to one cycle or level of one procedure. */
static size_t group_length(const struct sg_plan *plan, size_t first)
{
	const struct sg_step *step = &plan->steps[first];
	size_t end = first;

	while (end < plan->step_count && plan->steps[end].procedure == step->procedure &&
	       plan->steps[end].cycle == step->cycle)
		end++;
	return end - first;
}

/* How often the group is repeated right behind itself, counting itself. */
static size_t group_repeats(const struct sg_plan *plan, size_t first, size_t length)
{
	size_t repeats = 1;

	for (size_t next = first + length; next + length <= plan->step_count; next += length) {
		if (group_length(plan, next) != length)
			return repeats;
		for (size_t i = 0; i < length; i++) {
			if (!is_same(&plan->steps[first + i], &plan->steps[next + i]))
				return repeats;
		}
		repeats++;
	}
	return repeats;
}

static void print_step(const struct printer *p, const struct sg_step *step)
{
	char current[SG_PHRASE_SIZE], duration[SG_PHRASE_SIZE], range[SG_PHRASE_SIZE], interval[SG_PHRASE_SIZE];

	sg_phrase_duration(step->duration_s, duration);
	sg_phrase_duration(step->interval_s, interval);
	switch (step->kind) {
	case SG_STEP_REST:
		say(p, "  %-10s rest %38s %33s", step->id, duration, interval);
		break;
	case SG_STEP_CURRENT:
		say(p, "  %-10s %+9.4g mA/cm2 %14s %10s %+10.4g mAh/cm2 %9s %9s", step->id, step->density_ma_cm2,
		    sg_phrase_current(step->current_a, current), duration,
		    step->density_ma_cm2 * step->duration_s / 3600.0,
		    step->range_a > 0.0 ? sg_phrase_current(step->range_a, range) : "-", interval);
		break;
	case SG_STEP_TEMPERATURE:
		say(p, "  %-10s %.4g degC, soak %s", step->id, step->temperature_c, duration);
		break;
	}
}

static void print_steps(const struct printer *p)
{
	size_t i = 0;

	say(p, "  %-10s %16s %14s %10s %18s %9s %9s", "step", "density", "current", "duration", "charge", "range",
	    "interval");
	while (i < p->plan->step_count) {
		const size_t length = group_length(p->plan, i);
		const size_t repeats = group_repeats(p->plan, i, length);

		if (repeats > 1)
			say(p, "  %zu x, %s to %s:", repeats, p->plan->steps[i].id,
			    p->plan->steps[i + repeats * length - 1].id);
		for (size_t k = 0; k < length; k++)
			print_step(p, &p->plan->steps[i + k]);
		i += repeats * length;
	}
}

static void print_totals(const struct printer *p, const struct sg_check_report *report)
{
	const double area_cm2 = p->experiment->cell.area_cm2;
	char duration[SG_PHRASE_SIZE], current[SG_PHRASE_SIZE], bytes[SG_PHRASE_SIZE];

	say(p, "In all: %zu step%s, %s (%.4g d)%s", p->plan->step_count, p->plan->step_count == 1 ? "" : "s",
	    sg_phrase_duration(p->plan->duration_s, duration), p->plan->duration_s / 86400.0,
	    p->experiment->temperature.present ? ", and the time the chamber takes" : "");
	say(p, "  charge moved  %.4g mAh/cm2 (%.4g mAh), net at most %.4g mAh/cm2",
	    sg_areal_mah_cm2(p->plan->charge_c, area_cm2), p->plan->charge_c / 3.6, report->net_max_mah_cm2);
	say(p, "  largest current  %s", sg_phrase_current(p->plan->current_max_a, current));
	say(p, "  record  about %.0f rows, %s", report->rows, sg_phrase_bytes(report->file_bytes, bytes));
}

static void print_limits(const struct printer *p)
{
	const struct sg_limits *limits = &p->experiment->limits;
	char current[SG_PHRASE_SIZE], silence[SG_PHRASE_SIZE], charge[48] = "", temperature[64] = "";

	if (isfinite(limits->charge_mah_cm2))
		snprintf(charge, sizeof(charge), ", net charge %.4g mAh/cm2", limits->charge_mah_cm2);
	if (isfinite(limits->temperature_min_c) || isfinite(limits->temperature_max_c))
		snprintf(temperature, sizeof(temperature), ", %.4g to %.4g degC", limits->temperature_min_c,
			 limits->temperature_max_c);
	say(p, "Limits: %.4g V, %s%s%s, %s without a sample", limits->voltage_v,
	    sg_phrase_current(limits->current_a, current), charge, temperature,
	    sg_phrase_duration(limits->silence_s, silence));
}

static void print_findings(const struct printer *p, const struct sg_check_report *report)
{
	for (size_t i = 0; i < report->count; i++) {
		const struct sg_finding *finding = &report->findings[i];
		const char *severity = finding->severity == SG_SEVERITY_ERROR ? "error" : "warning";

		if (finding->line)
			say(p, "%s: line %d: %s", severity, finding->line, finding->text);
		else
			say(p, "%s: %s", severity, finding->text);
	}
	if (report->dropped)
		say(p, "... and %zu findings more", report->dropped);
	if (report->errors)
		say(p, "It does not fit: %zu error%s.", report->errors, report->errors == 1 ? "" : "s");
	else
		say(p, "It fits.");
}

void sg_check_print(const struct sg_experiment *experiment, const struct sg_plan *plan,
		    const struct sg_check_report *report, sg_check_line *line, void *context)
{
	const struct printer p = { .experiment = experiment, .plan = plan, .line = line, .context = context };

	say(&p, "%s", experiment->name);
	say(&p, "Cell %s: %s, %.4g cm2", experiment->cell.name, experiment->cell.metal, experiment->cell.area_cm2);
	if (experiment->temperature.present)
		say(&p, "Chamber: %.4g degC before the first step", experiment->temperature.set_c);
	print_steps(&p);
	print_totals(&p, report);
	print_limits(&p);
	say(&p, "%s", report->host_loss);
	print_findings(&p, report);
}
