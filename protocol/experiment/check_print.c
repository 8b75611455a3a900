/* SPDX-License-Identifier: Apache-2.0 */
#include "experiment/check.h"

#include <math.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "core/units.h"
#include "detect/hard_short.h"
#include "detect/thresholds.h"
#include "experiment/forecast.h"
#include "experiment/phrase.h"

/* Steps of one cycle: two half-cycles and their rests. */
#define GROUP_MAX 8

/* A finding behind the longest name of a file. */
#define LINE_SIZE (SG_FINDING_SIZE + SG_URI_SIZE + 64)

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

/* A column "0.06-0.07 A"; empty if nothing is known. */
static const char *phrase_limit(struct sg_interval used, double density, char out[SG_PHRASE_SIZE])
{
	out[0] = '\0';
	if (!isnan(used.high))
		snprintf(out, SG_PHRASE_SIZE, "  %.2f-%.2f %c", used.low, used.high, density < 0.0 ? 'B' : 'A');
	return out;
}

static void print_step(const struct printer *p, const struct sg_step *step, struct sg_interval used)
{
	char limit[SG_PHRASE_SIZE];
	char current[SG_PHRASE_SIZE], duration[SG_PHRASE_SIZE], range[SG_PHRASE_SIZE], interval[SG_PHRASE_SIZE];

	sg_phrase_duration(step->duration_s, duration);
	sg_phrase_duration(step->interval_s, interval);
	switch (step->kind) {
	case SG_STEP_REST:
		say(p, "  %-10s rest %37s %38s", step->id, duration, interval);
		break;
	case SG_STEP_CURRENT:
		say(p, "  %-10s %+9.4g mA/cm2 %14s %10s %+10.4g mAh/cm2 %9s %9s%s", step->id, step->density_ma_cm2,
		    sg_phrase_current(step->current_a, current), duration,
		    step->density_ma_cm2 * step->duration_s / 3600.0,
		    step->range_a > 0.0 ? sg_phrase_current(step->range_a, range) : "-", interval,
		    phrase_limit(used, step->density_ma_cm2, limit));
		break;
	case SG_STEP_TEMPERATURE:
		say(p, "  %-10s %.4g degC, soak %s", step->id, step->temperature_c, duration);
		break;
	}
}

/* What ends a procedure early, where it has anything of its own beside the limits. */
static void print_ends(const struct printer *p, const struct sg_step *step)
{
	const struct sg_procedure *procedure = &p->experiment->procedures[step->procedure];
	const bool at_voltage = !isnan(procedure->until_v);
	const char *doubled = procedure->end_on_doubled ? ", or when the resistance has doubled" : "";
	const char *inflected = procedure->end_on_inflection ? ", or when the voltage begins to rise ever faster" : "";
	const bool at_short = procedure->kind == SG_PROC_CCD && procedure->stop_on_short &&
			      p->experiment->on_hard_short == SG_POLICY_FLAG;
	char voltage[48] = "";

	if (step->kind != SG_STEP_CURRENT || (!at_voltage && !at_short && !*doubled && !*inflected))
		return;
	if (at_voltage)
		snprintf(voltage, sizeof(voltage), "|V| of %.4g V%s", step->until_v, at_short ? " or " : "");
	say(p, "  Procedure %u ends early at %s%s%s%s.", step->procedure + 1u, voltage,
	    at_short ? "a hard short" : at_voltage ? "" : "its end", doubled, inflected);
}

/* Steps that are printed as one line: the most that any of them uses. */
static void foresee(struct sg_forecast *forecast, const struct sg_plan *plan, size_t first, size_t length, size_t repeats,
		    struct sg_interval *most)
{
	for (size_t k = 0; k < length && k < GROUP_MAX; k++)
		most[k] = (struct sg_interval){ NAN, NAN };
	for (size_t i = 0; i < length * repeats; i++) {
		const struct sg_interval used = sg_forecast_step(forecast, &plan->steps[first + i]);

		if (i % length < GROUP_MAX && !(used.high <= most[i % length].high) && !isnan(used.high))
			most[i % length] = used;
	}
}

static void print_steps(const struct printer *p)
{
	const struct sg_interval unknown = { NAN, NAN };
	struct sg_interval most[GROUP_MAX];
	size_t i = 0, procedure = SIZE_MAX;
	struct sg_forecast forecast;

	sg_forecast_init(&forecast, p->experiment, NULL);

	say(p, "  %-10s %16s %14s %10s %18s %9s %9s%s", "step", "density", "current", "duration", "charge", "range",
	    "interval", forecast.has_model ? "   limit used" : "");
	while (i < p->plan->step_count) {
		const size_t length = group_length(p->plan, i);
		const size_t repeats = group_repeats(p->plan, i, length);

		if (p->plan->steps[i].procedure != procedure) {
			procedure = p->plan->steps[i].procedure;
			print_ends(p, &p->plan->steps[i]);
		}
		if (repeats > 1)
			say(p, "  %zu x, %s to %s:", repeats, p->plan->steps[i].id,
			    p->plan->steps[i + repeats * length - 1].id);
		foresee(&forecast, p->plan, i, length, repeats, most);
		for (size_t k = 0; k < length; k++)
			print_step(p, &p->plan->steps[i + k], k < GROUP_MAX ? most[k] : unknown);
		i += repeats * length;
	}
}

#define SOURCES_SIZE 64

/* From the lowest to the highest of the sources, where the interval is as wide as that. */
static const char *phrase_sources(const struct sg_exposure_config *config, double used_cm2_s, char out[SOURCES_SIZE])
{
	out[0] = '\0';
	if (config->diffusion_low < 1.0 || config->diffusion_high > 1.0)
		snprintf(out, SOURCES_SIZE, " (sources %.2g to %.2g)", config->diffusion_low * used_cm2_s,
			 config->diffusion_high * used_cm2_s);
	return out;
}

/* What "limit used" means, in as many words as it takes not to be taken for more. */
static void print_model(const struct printer *p)
{
	struct sg_forecast forecast;
	char storage[SG_TEXT_SIZE * 2];
	const struct sg_exposure_config *config;
	char sources[SOURCES_SIZE];
	struct sg_text why;

	if (!(p->plan->current_max_a > 0.0))
		return;
	sg_text_init(&why, storage, sizeof(storage));
	if (sg_forecast_init(&forecast, p->experiment, &why)) {
		say(p, "  limit used  not known: %s", storage);
		return;
	}
	config = &forecast.exposure.config;
	say(p, "  limit used  of the diffusion limit at the end of the step, electrode that is stripped; %s, %s, D %.3g cm2/s%s;",
	    config->material.metal->name, config->material.name, forecast.exposure.reference_cm2_s,
	    phrase_sources(config, forecast.exposure.reference_cm2_s, sources));
	say(p, "              fresh metal%s; an index of exposure and an upper bound, no prediction of a short",
	    isnan(p->experiment->cell.metal_thickness_mm) ? ", thick (no metal_thickness_mm is given)" : "");
}

static void print_totals(const struct printer *p, const struct sg_check_report *report)
{
	const struct sg_cell *cell = &p->experiment->cell;
	char duration[SG_PHRASE_SIZE], current[SG_PHRASE_SIZE], bytes[SG_PHRASE_SIZE], voltage[80] = "";

	say(p, "In all: %zu step%s, %s%s", p->plan->step_count, p->plan->step_count == 1 ? "" : "s",
	    sg_phrase_span(p->plan->duration_s, duration),
	    p->experiment->temperature.present ? ", and the time the chamber takes" : "");
	say(p, "  charge moved  %.4g mAh/cm2 (%.4g mAh), net at most %.4g mAh/cm2",
	    sg_areal_mah_cm2(p->plan->charge_c, cell->area_cm2), p->plan->charge_c / 3.6, report->net_max_mah_cm2);
	if (!isnan(cell->expected_ohm) && p->plan->current_max_a > 0.0)
		snprintf(voltage, sizeof(voltage), ", %.4g V across the expected %.4g ohm",
			 p->plan->current_max_a * cell->expected_ohm, cell->expected_ohm);
	say(p, "  largest current  %s%s", sg_phrase_current(p->plan->current_max_a, current), voltage);
	say(p, "  record  about %.0f rows, %s, in a new folder in %s", report->rows,
	    sg_phrase_bytes(report->file_bytes, bytes), p->experiment->folder);
	if (p->plan->current_max_a > 0.0)
		say(p, "  sign  + strips electrode A, the working electrode; - plates it");
	print_model(p);
}

/* The longest wait of any half-step; NAN if the voltage to be expected is not known. */
static double latest_short_s(const struct printer *p)
{
	const double expected_ohm = p->experiment->cell.expected_ohm;
	double latest_s = NAN;

	for (size_t i = 0; i < p->plan->step_count; i++) {
		const struct sg_step *step = &p->plan->steps[i];

		if (step->kind == SG_STEP_CURRENT && !isnan(expected_ohm))
			latest_s = fmax(latest_s, sg_hard_short_latest_s(fabs(step->current_a) * expected_ohm,
									 step->duration_s, SG_NOISE_UNKNOWN_V,
									 step->interval_s));
	}
	return latest_s;
}

/* What is left of a short in the voltage must be more than a meter shows for nothing. */
static void print_least_short(const struct printer *p)
{
	double weakest_a = p->plan->current_max_a;
	char current[SG_PHRASE_SIZE];

	for (size_t i = 0; i < p->plan->step_count; i++) {
		if (p->plan->steps[i].kind == SG_STEP_CURRENT)
			weakest_a = fmin(weakest_a, fabs(p->plan->steps[i].current_a));
	}
	say(p, "  At %s less than %.2g ohm leaves %.2g mV, which a lost sense lead may read as well: that is told as such, and",
	    sg_phrase_current(weakest_a, current), SG_OFFSET_V / weakest_a, SG_OFFSET_V * 1e3);
	say(p, "  acted upon as a hard short.");
}

static void print_short(const struct printer *p)
{
	const double latest_s = latest_short_s(p);
	char latest[SG_PHRASE_SIZE], within[2 * SG_PHRASE_SIZE] = "longer";

	say(p, "A hard short %s.", p->experiment->on_hard_short == SG_POLICY_FLAG ?
					   "is noted in the record, and the run goes on" :
					   "ends the run, with the cell off");
	if (!(p->plan->current_max_a > 0.0))
		return;
	if (!isnan(latest_s))
		snprintf(within, sizeof(within), "about %s", sg_phrase_duration(ceil(latest_s), latest));
	say(p, "  It is told within 2 samples and 1 s, the first sample of a step not counted; after a reversal of a cell");
	say(p, "  that builds up its voltage slowly (gel, liquid, polymer) it can take %s, and a fifth of the half-step", within);
	say(p, "  before where that voltage has a peak.");
	print_least_short(p);
}

static const char *policy_text(enum sg_policy policy)
{
	switch (policy) {
	case SG_POLICY_STOP:
		return "ends the run";
	case SG_POLICY_PAUSE:
	case SG_POLICY_HOLD:
		return "pauses it";
	case SG_POLICY_FLAG:
		break;
	}
	return "is noted";
}

static void print_findings_policy(const struct printer *p)
{
	const struct sg_experiment *e = p->experiment;
	char pause[SG_PHRASE_SIZE];
	const bool pauses = e->on_soft_short == SG_POLICY_PAUSE || e->on_short_from_start == SG_POLICY_PAUSE ||
			    e->on_polarization == SG_POLICY_PAUSE || e->on_contact == SG_POLICY_PAUSE;

	say(p, "A soft short %s, a short from the start %s, polarization %s, a loose or lost lead %s.",
	    policy_text(e->on_soft_short), policy_text(e->on_short_from_start), policy_text(e->on_polarization),
	    policy_text(e->on_contact));
	if (pauses)
		say(p, "  A pause is %s with the cell off; then the step goes on where it was.",
		    sg_phrase_duration(e->pause_s, pause));
}

/* What it does to the cell, and what it moves: of the largest step, the most. */
static void print_verify(const struct printer *p, const struct sg_pulse_pace *pulse)
{
	const struct sg_cell *cell = &p->experiment->cell;
	const double charge_c = p->plan->current_max_a / 2.0 * pulse->part_s;
	const double share = p->plan->charge_c > 0.0 ? charge_c / p->plan->charge_c : 0.0;
	char interval[SG_PHRASE_SIZE];

	if (!p->experiment->verify_pulse || !pulse->readings || !(p->plan->current_max_a > 0.0))
		return;
	say(p, "The alarm of a hard or a soft short, or of a short or a lost lead, is looked into first: cell off at once, then");
	say(p, "  %.3g s without current and %.3g s at half of it, %zu readings each, one every %s%s.", pulse->part_s,
	    pulse->part_s, pulse->readings, sg_phrase_duration(pulse->interval_s, interval),
	    pulse->part_s > SG_PULSE_PART_S ? " (longer than 0.2 s: it is no faster)" : "");
	say(p, "  It moves at most %.2g mAh/cm2, %.1g of the plan's charge. A short, or a pulse that cannot tell: as said above;",
	    sg_areal_mah_cm2(charge_c, cell->area_cm2), share);
	say(p, "  a lost sense lead: as a lost lead.");
}

static void print_limits(const struct printer *p, const struct sg_check_report *report)
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
	print_short(p);
	print_findings_policy(p);
	print_verify(p, &report->pulse);
}

static void print_reconnect(const struct printer *p)
{
	char within[SG_PHRASE_SIZE];

	if (p->experiment->reconnect_within_s <= 0.0)
		say(p, "A lost link to the potentiostat ends the run.");
	else
		say(p, "A lost link to the potentiostat is waited for, %s at most; then the cell is made safe and the run %s.",
		    sg_phrase_duration(p->experiment->reconnect_within_s, within),
		    p->experiment->stop_on_reconnect ? "ends" : "goes on");
}

/* Two deaths: that of the program, and that of the PC. */
static void print_host_loss(const struct printer *p, const struct sg_check_report *report)
{
	char silence[SG_PHRASE_SIZE], longest[SG_PHRASE_SIZE];

	if (!*report->host_loss)
		return;
	say(p, "If this program dies, or stands still for %s, its guardian makes the cell safe (on a simulated clock there is none).",
	    sg_phrase_duration(p->experiment->guardian_silence_s, silence));
	if (isfinite(report->host_loss_s))
		say(p, "%s That is %s from then at most.", report->host_loss, sg_phrase_duration(report->host_loss_s, longest));
	else
		say(p, "%s", report->host_loss);
}

static void print_resume(const struct printer *p)
{
	switch (p->experiment->on_resume) {
	case SG_RESUME_CONTINUE:
		say(p, "After a crash of the program or of the PC, `resume` makes the cell safe and the run goes on.");
		break;
	case SG_RESUME_HOLD:
		say(p, "After a crash of the program or of the PC, `resume` makes the cell safe and waits for a person.");
		break;
	case SG_RESUME_REFUSE:
		say(p, "After a crash of the program or of the PC, `resume` makes the cell safe and the run ends.");
		break;
	}
}

static void print_findings(const struct printer *p, const struct sg_check_report *report)
{
	for (size_t i = 0; i < report->count; i++) {
		const struct sg_finding *finding = &report->findings[i];
		const char *severity = finding->severity == SG_SEVERITY_ERROR ? "error" : "warning";

		if (finding->line && p->experiment->source[0])
			say(p, "%s:%d:%d: %s: %s", p->experiment->source, finding->line, finding->column, severity,
			    finding->text);
		else if (finding->line)
			say(p, "line %d, column %d: %s: %s", finding->line, finding->column, severity, finding->text);
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

static void print_instrument(const struct printer *p, const char *what, const struct sg_instrument_config *config)
{
	say(p, "%s: %s%s%s at %s", what, config->family, config->model[0] ? " " : "", config->model, config->port);
}

static void print_temperature(const struct printer *p)
{
	const struct sg_temperature_config *temperature = &p->experiment->temperature;
	char soak[SG_PHRASE_SIZE], timeout[SG_PHRASE_SIZE];

	if (temperature->present)
		say(p, "Before the first step: %.4g degC within %.4g K for %s, waiting %s at most", temperature->set_c,
		    temperature->tolerance_k, sg_phrase_duration(temperature->soak_s, soak),
		    sg_phrase_duration(temperature->timeout_s, timeout));
	else if (p->experiment->rig.chamber.present)
		say(p, "Before the first step: the chamber is left as it is, no temperature is set");
}

void sg_check_print(const struct sg_experiment *experiment, const struct sg_plan *plan,
		    const struct sg_check_report *report, sg_check_line *line, void *context)
{
	const struct printer p = { .experiment = experiment, .plan = plan, .line = line, .context = context };

	say(&p, "%s", experiment->name);
	say(&p, "Cell %s: %s, %.4g cm2", experiment->cell.name, experiment->cell.metal, experiment->cell.area_cm2);
	print_instrument(&p, "Potentiostat", &experiment->rig.potentiostat);
	if (experiment->rig.chamber.present)
		print_instrument(&p, "Chamber", &experiment->rig.chamber);
	print_temperature(&p);
	print_steps(&p);
	print_totals(&p, report);
	print_limits(&p, report);
	print_reconnect(&p);
	print_host_loss(&p, report);
	print_resume(&p);
	print_findings(&p, report);
}
