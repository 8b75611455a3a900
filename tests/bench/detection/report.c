/* SPDX-License-Identifier: Apache-2.0 */
#include "report.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "confidence.h"

/* ---- events ---- */

static bool is_small(const struct family *f)
{
	return f->drop_high > 0.0 && f->drop_high <= 0.2;
}

static void add_latencies(struct latencies *to, const struct latencies *from)
{
	const size_t count = to->count + from->count;
	double *s = realloc(to->s, (count + 1) * sizeof(double)), *unit;

	if (!s)
		return;
	to->s = s;
	unit = realloc(to->unit, (count + 1) * sizeof(double));
	if (!unit)
		return;
	to->unit = unit;
	if (from->count) {
		memcpy(s + to->count, from->s, from->count * sizeof(double));
		memcpy(unit + to->count, from->unit, from->count * sizeof(double));
	}
	to->count = count;
}

static void add_events(struct event_tally *to, const struct event_tally *from)
{
	to->events += from->events;
	to->found += from->found;
	to->uncertain += from->uncertain;
	to->late += from->late;
	to->missed += from->missed;
	to->other += from->other;
	to->none += from->none;
	add_latencies(&to->latencies, &from->latencies);
}

static void print_event_line(FILE *out, const char *name, struct event_tally *e)
{
	struct latencies *l = &e->latencies;
	const struct interval ci = confidence_share(e->missed, e->events);

	fprintf(out, "  %-26s %5lu %6lu %5lu %6lu %5lu %5lu  %5.1f (%4.1f-%5.1f) ", name, e->events, e->found, e->uncertain,
		e->missed, e->other, e->late, e->events ? 100.0 * (double)e->missed / (double)e->events : NAN,
		100.0 * ci.low, 100.0 * ci.high);
	fprintf(out, "%9.1f %9.1f %9.1f ", latency_quantile(l->s, l->count, 0.5), latency_quantile(l->s, l->count, 0.95),
		latency_quantile(l->s, l->count, 1.0));
	fprintf(out, "%8.2f %8.2f %8.2f %5lu\n", latency_quantile(l->unit, l->count, 0.5),
		latency_quantile(l->unit, l->count, 0.95), latency_quantile(l->unit, l->count, 1.0), e->none);
}

static void print_heading(FILE *out, const char *title, const char *late, const char *unit)
{
	fprintf(out, "\n%s\n  %-26s %5s %6s %5s %6s %5s %5s  %-19s %29s %26s %5s\n", title, "", "n", "found", "or s.",
		"missed", "other", "late", "missed % (95 %)", "latency s: p50   p95     worst",
		unit, "none");
	fprintf(out, "  (late: %s)\n", late);
}

enum part { PART_HARD, PART_SOFT_LARGE, PART_SOFT_SMALL, PART_START, PART_POLARIZATION, PART_ONE_WAY };

static bool belongs(const struct family *f, enum part part)
{
	switch (part) {
	case PART_HARD:
		return f->group == GROUP_HARD;
	case PART_SOFT_LARGE:
		return f->group == GROUP_SOFT && !is_small(f);
	case PART_SOFT_SMALL:
		return f->group == GROUP_SOFT && is_small(f);
	case PART_START:
		return f->group == GROUP_START;
	case PART_POLARIZATION:
		return f->group == GROUP_POLARIZATION;
	case PART_ONE_WAY:
		return f->group == GROUP_ONE_WAY;
	}
	return false;
}

static void print_part(struct score *score, FILE *out, enum part part, const char *target)
{
	struct event_tally total = { .events = 0 };

	for (size_t f = 0; f < family_count(); f++) {
		if (belongs(family_at(f), part)) {
			print_event_line(out, family_at(f)->name, &score->events[f]);
			add_events(&total, &score->events[f]);
		}
		if (part == PART_HARD && family_at(f)->incident == INCIDENT_SOFT_TO_HARD &&
		    family_at(f)->group == GROUP_SOFT) {
			char name[64];

			snprintf(name, sizeof(name), "... after %s", family_at(f)->name);
			print_event_line(out, name, &score->hard_after_soft[f]);
			add_events(&total, &score->hard_after_soft[f]);
		}
	}
	print_event_line(out, "all", &total);
	fprintf(out, "  target: %s\n", target);
	free(total.latencies.s);
	free(total.latencies.unit);
}

static void print_events(struct score *score, FILE *out)
{
	fprintf(out, "n: events by their definition, on resistances without noise. or s.: of those found, told as \"a short or a "
		     "lost sense lead\"\nwhere the reading cannot tell. other: of those missed, said in another word or too late. "
		     "none: drawn, but no event by its\ndefinition (too short, or within 5 deviations of noise). Latency: from the "
		     "row at which the definition holds.\n");
	print_heading(out, "HARD SHORTS", "more than 2 rows and more than 2 s", "rows: p50     p95    worst");
	print_part(score, out, PART_HARD, "missed <= 1 %, late 0");
	print_heading(out, "SOFT SHORTS, drop 20-70 %", "gradual: drop beyond 25 % when told", "rows: p50     p95    worst");
	print_part(score, out, PART_SOFT_LARGE, "missed <= 5 %, latency 60 s (p50), 600 s (p95) but for gradual ones");
	print_heading(out, "SOFT SHORTS, drop 8-20 %", "gradual: drop beyond 25 % when told", "rows: p50     p95    worst");
	print_part(score, out, PART_SOFT_SMALL, "missed <= 25 %, latency 600 s (p50)");
	print_heading(out, "SHORTED FROM THE START, expected resistance given within 12 %", "more than 5 min",
		      "rows: p50     p95    worst");
	print_part(score, out, PART_START, "missed <= 2 %");
	print_heading(out, "POLARIZATION OVER CYCLES; missed: not before R doubles",
		      "more than two half-cycles", "half-cycles: p50 p95 worst");
	print_part(score, out, PART_POLARIZATION, "missed <= 5 %");
	print_heading(out, "POLARIZATION IN ONE STEP; missed: not before R doubles", "more than 10 % of the time until t10",
		      "of t10: p50     p95  worst");
	print_part(score, out, PART_ONE_WAY, "missed <= 5 %, latency 5 % of t10 (p50), 10 % (p95)");
}

/* ---- faults ---- */

static void print_fault_line(FILE *out, const char *name, const struct fault_tally *f)
{
	const struct interval ci = confidence_share(f->cell, f->events);

	fprintf(out, "  %-26s %5lu %6lu  %5.1f (%4.1f-%5.1f) %6lu %8lu\n", name, f->events, f->cell,
		f->events ? 100.0 * (double)f->cell / (double)f->events : NAN, 100.0 * ci.low, 100.0 * ci.high, f->hard,
		f->named);
}

static void print_faults(const struct score *score, FILE *out)
{
	struct fault_tally total = { 0, 0, 0, 0 };

	fprintf(out, "\nBENCH FAULTS called an event of the cell\n  %-26s %5s %6s  %-19s %6s %8s\n", "", "n", "called",
		"called % (95 %)", "hard", "told as fault");
	for (size_t f = 0; f < family_count(); f++) {
		const struct fault_tally *t = &score->faults[f];

		if (family_at(f)->group != GROUP_FAULT)
			continue;
		print_fault_line(out, family_at(f)->name, t);
		if (strcmp(family_at(f)->name, FAMILY_UNKNOWABLE) == 0)
			continue;
		total.events += t->events;
		total.cell += t->cell;
		total.hard += t->hard;
		total.named += t->named;
	}
	print_fault_line(out, "all", &total);
	fprintf(out, "  target: called <= 2 %%, hard 0. Not in the sum: " FAMILY_UNKNOWABLE ", which nothing but a thermometer can tell\n");
}

/* ---- false alarms ---- */

static void print_exposure(FILE *out, const char *name, const struct exposure *e)
{
	unsigned long total = 0;
	struct interval ci;
	const double per = e->hours > 0.0 ? 1000.0 / e->hours : NAN;

	for (int c = 0; c < ALARM_CELL_CLASSES; c++)
		total += e->false_alarms[c];
	ci = confidence_count(total);
	fprintf(out, "  %-26s %6lu %9.1f %10lu %5lu %5lu %5lu %5lu %6lu  %9.2f (%.2f-%.2f) %6lu\n", name, e->trials,
		e->hours, e->rows, e->false_alarms[ALARM_HARD], e->false_alarms[ALARM_SOFT], e->false_alarms[ALARM_START],
		e->false_alarms[ALARM_POLARIZATION], total, (double)total * per, ci.low * per, ci.high * per,
		e->false_alarms[ALARM_SHORT_OR_SENSE]);
}

static void print_false_alarms(const struct score *score, FILE *out)
{
	const struct exposure *h = &score->healthy;
	const struct interval hard = confidence_count(h->false_alarms[ALARM_HARD]);
	const struct interval start = confidence_share(score->false_starts, score->starts);

	fprintf(out, "\nFALSE ALARMS (healthy cells, and the time before an event of the others)\n  %-26s %6s %9s %10s %5s %5s %5s "
		     "%5s %6s  %-24s %6s\n",
		"", "trials", "hours", "rows", "hard", "soft", "start", "pol.", "all", "all per 1000 h (95 %)", "s/s");
	print_exposure(out, "healthy cells", h);
	print_exposure(out, "with time before events", &score->all);
	for (int k = 0; k < CELL_KINDS; k++)
		print_exposure(out, cell_kind_name((enum cell_kind)k), &score->by_kind[k]);
	print_exposure(out, "... with a late rise", &score->by_kind[CELL_KINDS]);
	for (int s = 0; s < SAMPLING_CLASSES; s++)
		print_exposure(out, sampling_name((enum sampling_class)s), &score->by_sampling[s]);
	for (int p = 0; p < PROGRAMME_KINDS; p++)
		print_exposure(out, programme_name((enum programme_kind)p), &score->by_programme[p]);
	print_exposure(out, "temperature logged", &score->by_thermometer[1]);
	print_exposure(out, "temperature not logged", &score->by_thermometer[0]);
	fprintf(out, "  s/s: told as \"a short or a lost sense lead\"; not in the sum.\n");
	fprintf(out, "  healthy cells: hard shorts %.3f per 1000 h (95 %%: %.3f-%.3f); targets: hard <= 0.1, all <= 1.5\n",
		1000.0 * (double)h->false_alarms[ALARM_HARD] / h->hours, 1000.0 * hard.low / h->hours,
		1000.0 * hard.high / h->hours);
	fprintf(out, "  called shorted from the start: %lu of %lu healthy starts with expected resistance, %.2f %% (%.2f-%.2f); "
		     "target <= 1 %%\n",
		score->false_starts, score->starts, 100.0 * (double)score->false_starts / (double)score->starts,
		100.0 * start.low, 100.0 * start.high);
}

static void print_said_after(const struct score *score, FILE *out)
{
	fprintf(out, "\nWHAT WAS SAID from an event on, in number of alarms\n  %-26s", "");
	for (int c = 0; c < ALARM_CLASSES; c++)
		fprintf(out, " %16s", alarm_class_name((enum alarm_class)c));
	fprintf(out, "\n");
	for (int g = GROUP_HARD; g < GROUPS; g++) {
		fprintf(out, "  %-26s", group_name((enum group)g));
		for (int c = 0; c < ALARM_CLASSES; c++)
			fprintf(out, " %16lu", score->said_after[g][c]);
		fprintf(out, "\n");
	}
}

void report(struct score *score, FILE *out)
{
	print_events(score, out);
	print_faults(score, out);
	print_false_alarms(score, out);
	print_said_after(score, out);
}
