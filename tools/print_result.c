/* SPDX-License-Identifier: Apache-2.0 */
#include "print_result.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>

#include "core/units.h"

void sg_print_duration(char text[24], double duration_s)
{
	long s = duration_s > 0 ? lround(duration_s) : 0;

	if (s >= 3600)
		snprintf(text, 24, "%ld:%02ld:%02ld", s / 3600, s / 60 % 60, s % 60);
	else
		snprintf(text, 24, "%ld:%02ld", s / 60, s % 60);
}

static const char *note_on(const struct sg_half_step *h)
{
	if (h->shorted)
		return "SHORT";
	if (h->complete)
		return "";
	return h->end == SG_END_NONE ? "not ended" : sg_end_name(h->end);
}

/* One column; a dash for what is not known. */
static void print_column(double value, int width, bool with_sign)
{
	if (!isfinite(value))
		printf("  %*s", width, "-");
	else if (with_sign)
		printf("  %+*.2f", width, value);
	else
		printf("  %*.2f", width, value);
}

/* So much of the diffusion limit at the electrode that the half-step strips; its letter behind. */
static void print_limit(const struct sg_half_step *h)
{
	if (isnan(h->limit_high))
		printf("  %11s", "-");
	else
		printf("  %4.2f-%4.2f %c", h->limit_low, h->limit_high, h->density_ma_cm2 < 0.0 ? 'B' : 'A');
}

static void print_half_step(const struct sg_half_step *h, size_t number, double area_cm2, bool with_limit)
{
	printf("%5zu  %+8.3f  %9.1f  %+10.4f", number, h->density_ma_cm2, h->end_s - h->begin_s,
	       sg_areal_mah_cm2(h->charge_c, area_cm2));
	print_column(h->voltage_first_v * 1e3, 10, true);
	print_column(h->voltage_last_v * 1e3, 10, true);
	print_column(h->resistance_ohm, 9, false);
	print_column(h->temperature_c, 7, false);
	if (with_limit)
		print_limit(h);
	printf("  %s\n", note_on(h));
}

static bool knows_limit(const struct sg_result *r)
{
	for (size_t i = 0; i < r->count; i++) {
		if (!isnan(r->half_steps[i].limit_high))
			return true;
	}
	return false;
}

void sg_print_half_steps(const struct sg_result *r)
{
	const bool with_limit = knows_limit(r);

	if (r->count == 0)
		return;
	printf("\n half-  %-7s    time      charge     V first     V last     V/I        T%s\n", r->areal ? "density" : "current",
	       with_limit ? "     limit used" : "");
	printf(" step   %-7s    s         %-7s    mV          mV         ohm        degC%s\n", r->areal ? "mA/cm2" : "mA",
	       r->areal ? "mAh/cm2" : "mAh", with_limit ? "  (at most)" : "");
	for (size_t i = 0; i < r->count; i++)
		print_half_step(&r->half_steps[i], i + 1, r->area_cm2, with_limit);
}

static void print_mark(const char *name, const char *what, double time_s, double capacity_mah_cm2, bool areal)
{
	printf("  %-9s  %-34s", name, what);
	if (isnan(time_s))
		printf("  -\n");
	else
		printf("  %.1f s, %.4g %s into its half-step\n", time_s, capacity_mah_cm2, areal ? "mAh cm-2" : "mAh");
}

void sg_print_polarization(const struct sg_result *r)
{
	const struct sg_polarization *p = &r->polarization;

	if (!sg_result_is_polarized(r))
		return;
	printf("polarization:\n");
	print_mark("t10", "10 % more for a minute", p->t10_s, p->c10_mah_cm2, r->areal);
	print_mark("t_inflect", "bent upward most", p->t_inflect_s, p->c_inflect_mah_cm2, r->areal);
	print_mark("t2x", "the resistance doubled", p->t2x_s, p->c2x_mah_cm2, r->areal);
	print_mark("t_compl", "compliance or limit of the voltage", p->t_compl_s, p->c_compl_mah_cm2, r->areal);
}

static const char *finding_words(enum sg_finding_kind kind)
{
	switch (kind) {
	case SG_FOUND_FROM_START:
		return "shorted from the start";
	case SG_FOUND_SOFT_SHORT:
		return "soft short";
	case SG_FOUND_POLARIZATION:
		return "polarization";
	case SG_FOUND_SHORT_OR_SENSE:
		return "a short or a lost sense lead";
	case SG_FOUND_KINDS:
		break;
	}
	return "";
}

void sg_print_what_came_first(const struct sg_result *r)
{
	const char *before = r->short_found ? ", AFTER " : ", BUT ";

	for (size_t i = 0; i < SG_FOUND_KINDS; i++) {
		const struct sg_first_finding *first = &r->first[i];

		if (!sg_result_came_first(r, (enum sg_finding_kind)i))
			continue;
		printf("%s%s in half-step %u (%+.4g)", before, finding_words((enum sg_finding_kind)i), first->half_step,
		       first->density_ma_cm2);
		before = " and ";
	}
}

/* The half-step that shorted, for "in half-step 14, negative". */
static size_t find_short(const struct sg_result *r)
{
	size_t i = 0;

	while (i < r->count && !r->half_steps[i].shorted)
		i++;
	return i;
}

/* Where a short stands that is not in a ramp: it says nothing of a critical current density. */
static const char *beside_the_ramp(const struct sg_result *r, size_t at)
{
	for (size_t i = 0; i < at; i++) {
		if (r->half_steps[i].is_ccd)
			return "after the ramp";
	}
	return "before the ramp";
}

static void print_ccd(const struct sg_result *r, const char *stopped_by)
{
	const size_t at = find_short(r);

	if (r->short_found && at < r->count && !r->half_steps[at].is_ccd)
		printf("CCD: not reached, shorted in half-step %zu (%+.4g mA cm-2), %s", at + 1,
		       r->half_steps[at].density_ma_cm2, beside_the_ramp(r, at));
	else if (r->short_found && at < r->count)
		printf("CCD: %.4g mA cm-2, shorted in half-step %zu (%+.4g)", r->ccd_short_ma_cm2, at + 1,
		       r->half_steps[at].density_ma_cm2);
	else
		printf("CCD: not reached, no short found");
	sg_print_what_came_first(r);
	if (isfinite(r->ccd_last_good_ma_cm2))
		printf("; last good half-step: %.4g mA cm-2", r->ccd_last_good_ma_cm2);
	else
		printf("; no half-step of the ramp was completed");
	printf("; stopped by: %s\n", stopped_by);
}

void sg_print_result(const struct sg_run_outcome *outcome, const struct sg_experiment *experiment)
{
	const struct sg_result *r = &outcome->result;

	sg_print_half_steps(r);
	printf("\n%s: %.4g mAh cm-2 passed in all, %.4g net\n", experiment->cell.name, r->cumulative_mah_cm2,
	       r->net_mah_cm2);
	if (r->is_ccd)
		print_ccd(r, outcome->summary.stopped_by);
	else
		printf("stopped by: %s\n", outcome->summary.stopped_by);
	sg_print_polarization(r);
	if (outcome->summary.detail[0])
		printf("  %s\n", outcome->summary.detail);
	printf("%s\n", outcome->summary.cell_off_verified ?
			       "cell off: confirmed by the instrument" :
			       "THE CELL COULD NOT BE SHOWN TO BE OFF: go and look");
	printf("guardian: %s\n", outcome->summary.guardian);
	if (outcome->folder[0])
		printf("written to %s/\n  table   %s\n", outcome->folder, outcome->table);
}
