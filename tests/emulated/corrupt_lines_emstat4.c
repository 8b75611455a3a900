/* SPDX-License-Identifier: Apache-2.0 */
/*
 * corrupt_lines_emstat4 [SESSIONS [FIRST_SEED]]
 *
 * Sessions of an EmStat4 with damaged lines, given to the real driver over a cable of our own. For every
 * sample the driver accepts, an oracle that shares no line with the codec decides: it is one that truly was
 * measured; or a damaged line says just that and nothing the protocol has contradicts it (right shape,
 * right ranges, a possible time, a current near the set one or flagged): undetectable, counted; or else it
 * was wrongly accepted. Also wrong: a true sample taken twice, samples missing without a flag, an end told
 * as certain before it was one, a call that outlasts its deadline, a cell that is not shown to be off.
 * Exits 1 on any of these.
 */
#include <math.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/units.h"
#include "corrupt_emstat4.h"
#include "corrupt_link.h"
#include "device.h"

extern const struct sg_family sg_emstat4;

#define CALLS_MAX 600
#define SILENCES_MAX 12
/* A processor-bound loop that never reads is caught by this. */
#define HANG_REAL_S 500

static struct {
	unsigned long sessions, damages, hit_by[CORRUPT_WAYS];
	unsigned long accepted, accepted_true, undetectable, undetectable_results;
	unsigned long dropped, recovered, flagged_gaps, late_sessions;
	unsigned long starts_uncertain, refused, ends_clear, ends_unclear, silent_ends;
	unsigned long passed_over, passed_over_most, wrong;
} total;

/* ---- what the driver was given, as we read it ---- */

struct received {
	char text[4 * CORRUPT_LINE_SIZE];
	size_t length;
	double at_s;
	int truth; /* index of the true sample it is, or -1 */
};

struct reading {
	double time_s, current_a, voltage_v;
	bool has_current;
};

struct trial {
	uint64_t seed;
	struct corrupt_session session; /* damaged */
	unsigned damages;
	struct received lines[2 * CORRUPT_LINES_MAX];
	size_t line_count;
	bool taken[CORRUPT_LINES_MAX]; /* by true sample */
	int last_truth;                /* index of the latest true sample accepted, or -1 */
	bool altered_since;            /* an altered line was accepted behind it */
	double last_s;                 /* time of the latest sample accepted, or NAN */
	uint32_t last_segment;         /* and its segment */
	unsigned errors;
	bool failed;
};

__attribute__((format(printf, 2, 3))) static void wrong(struct trial *t, const char *format, ...);

static void wrong(struct trial *t, const char *format, ...)
{
	va_list args;

	total.wrong++;
	if (total.wrong > 20)
		return;
	t->failed = true;
	fprintf(stderr, "seed %llu: ", (unsigned long long)t->seed);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
}

static void split(struct trial *t)
{
	struct received *line = &t->lines[0];

	t->line_count = 0;
	line->length = 0;
	for (size_t i = 0; i < t->session.count; i++) {
		for (size_t k = 0; k < t->session.lines[i].length; k++) {
			const char byte = t->session.lines[i].bytes[k];

			if (byte != '\n') {
				if (line->length + 1 < sizeof(line->text))
					line->text[line->length++] = byte;
				continue;
			}
			line->text[line->length] = '\0';
			line->at_s = t->session.lines[i].at_s;
			line->truth = -1;
			for (size_t n = 0; n < t->session.truth_count; n++) {
				if (strcmp(line->text, t->session.truths[n].text) == 0)
					line->truth = (int)n;
			}
			if (t->line_count + 1 == sizeof(t->lines) / sizeof(t->lines[0]))
				return;
			line = &t->lines[++t->line_count];
			line->length = 0;
		}
	}
}

/* `eb80F4240u` at *text, moved behind it. Our own reading of the manual: see corrupt_emstat4.c. */
static bool read_variable(const char **text, const char *type, const char *range, double *value)
{
	static const char prefixes[] = "afpnum kMGTPE";
	bool has_status = false;
	bool has_range = false;
	const char *p = *text;
	long mantissa = 0;

	if (strncmp(p, type, 2) != 0 || strspn(p + 2, "0123456789ABCDEF") < 7)
		return false;
	for (int i = 2; i < 9; i++)
		mantissa = mantissa * 16 + (p[i] <= '9' ? p[i] - '0' : p[i] - 'A' + 10);
	if (!p[9] || !strchr(prefixes, p[9]))
		return false;
	*value = (double)(mantissa - 0x8000000L) * pow(10.0, 3.0 * (double)(strchr(prefixes, p[9]) - prefixes) - 18.0);
	for (p += 10; *p == ','; ) {
		const size_t digits = strspn(p + 1, "0123456789ABCDEF");

		if (digits == 0 || (p[1] == '1' && (digits != 2 || has_status)) ||
		    (p[1] == '2' && (digits != 3 || has_range)))
			return false;
		has_status |= p[1] == '1';
		if (p[1] == '2') {
			has_range = true;
			/* the set of ids, each two digits and a blank */
			for (const char *id = range; ; id += 3) {
				if (!*id)
					return false;
				if (id[0] == p[2] && id[1] == p[3])
					break;
			}
		}
		p += 1 + digits;
	}
	*text = p;
	return !range[0] || (has_status && has_range);
}

static bool read_line(const char *text, bool rest, struct reading *out)
{
	out->has_current = !rest;
	out->current_a = 0.0;
	if (*text++ != 'P' || !read_variable(&text, "eb", "", &out->time_s) || *text++ != ';')
		return false;
	if (!rest && (!read_variable(&text, "ba", "18 ", &out->current_a) || *text++ != ';'))
		return false;
	return read_variable(&text, "ab", "02 03 04 05 06 ", &out->voltage_v) && *text == '\0';
}

static bool same(double a, double b)
{
	return fabs(a - b) <= 1e-12 * fabs(b);
}

static bool says(const struct reading *r, const struct sg_sample *s)
{
	return fabs(r->time_s - sg_seconds(s->instrument_ns)) < 1e-9 && same(s->voltage_v, r->voltage_v) &&
	       same(s->current_a, r->current_a);
}

/* Nothing that the protocol has contradicts it. */
static const char *contradiction(const struct trial *t, const struct reading *r, const struct sg_sample *s)
{
	const double set_a = s->segment ? -CORRUPT_SET_A : CORRUPT_SET_A;
	const double tolerance_a = 0.005 * CORRUPT_SET_A + 0.005 * CORRUPT_RANGE_A;
	const double along_a = set_a < 0 ? -r->current_a : r->current_a;
	const double begin_s = s->segment * CORRUPT_SEGMENT_S;
	const double steps = r->time_s - t->last_s;

	if (fabs(r->voltage_v) > 1.2 * 6.0)
		return "its voltage is beyond the instrument";
	if (r->has_current && fabs(r->current_a - set_a) > tolerance_a) {
		if (!(s->flags & SG_FLAG_OFF_SET_POINT))
			return "its current is not the set one and not flagged";
		if (along_a > CORRUPT_SET_A || along_a < -tolerance_a)
			return "no cell makes such a current of the set one";
	}
	/* an interval, and half a second for each loop that was set up */
	if (r->time_s < begin_s - 1.0 - 0.5 * (s->segment + 1) ||
	    r->time_s > begin_s + CORRUPT_SEGMENT_S + 1.0 + 0.5 * (s->segment + 1))
		return "its time is not of its segment";
	/* host_ns counts from the program here; 0.5 s and 500 ppm for the clocks, 0.2 s for the greeting before */
	if (r->time_s > sg_seconds(s->host_ns) * 1.0005 + 0.7)
		return "it is ahead of our clock";
	if (isnan(t->last_s) || s->flags & SG_FLAG_TIMING)
		return NULL;
	if (steps <= 0.0)
		return "its time does not rise";
	if (s->segment == t->last_segment && fabs(steps - round(steps)) > 0.102 + 1e-6)
		return "its time is off the grid";
	if (steps > 2.0 && !(s->flags & SG_FLAG_GAP_BEFORE))
		return "samples are missing before it without a flag";
	return NULL;
}

/* ---- judging ---- */

static void judge_true(struct trial *t, const struct sg_sample *s, int index)
{
	const bool gap = s->flags & SG_FLAG_GAP_BEFORE;

	total.accepted_true++;
	if (t->taken[index])
		wrong(t, "true sample %d was taken twice", index);
	t->taken[index] = true;
	if (s->segment != t->session.truths[index].segment)
		wrong(t, "true sample %d was put into segment %u", index, s->segment);
	if (index < t->last_truth && !(gap && s->flags & SG_FLAG_TIMING))
		wrong(t, "true sample %d behind %d without a flag", index, t->last_truth);
	if (index > t->last_truth + 1 && !t->altered_since && !gap)
		wrong(t, "samples between %d and %d are missing without a flag", t->last_truth, index);
	if (t->errors && index > 0)
		total.recovered++;
	t->last_truth = index;
	t->altered_since = false;
}

/* A line that is well formed says so. */
static bool is_said(const struct trial *t, const struct sg_sample *s)
{
	struct reading reading;

	for (size_t i = 0; i < t->line_count; i++) {
		if (strlen(t->lines[i].text) == t->lines[i].length &&
		    read_line(t->lines[i].text, t->session.rest, &reading) && says(&reading, s))
			return true;
	}
	return false;
}

static void judge_sample(struct trial *t, const struct sg_sample *s)
{
	const char *why = "no line says so";
	struct reading reading;

	total.accepted++;
	total.flagged_gaps += (s->flags & SG_FLAG_GAP_BEFORE) != 0;
	if (s->flags & SG_FLAG_UNCONTROLLED) { /* it would end a run */
		wrong(t, "%g A, %g V at %.6f s taken for an instrument out of control", s->current_a, s->voltage_v,
		      sg_seconds(s->instrument_ns));
		return;
	}
	for (size_t i = 0; i < t->session.truth_count; i++) {
		const struct corrupt_truth *truth = &t->session.truths[i];
		const struct reading as_was = { truth->time_s, truth->current_a, truth->voltage_v, !t->session.rest };

		if (says(&as_was, s)) {
			if (!is_said(t, s))
				wrong(t, "true sample %zu, out of a line that does not say so", i);
			judge_true(t, s, (int)i);
			t->last_s = truth->time_s;
			t->last_segment = s->segment;
			return;
		}
	}
	for (size_t i = 0; i < t->line_count && why; i++) {
		if (t->lines[i].truth >= 0 || strlen(t->lines[i].text) != t->lines[i].length ||
		    !read_line(t->lines[i].text, t->session.rest, &reading) || !says(&reading, s))
			continue;
		why = contradiction(t, &reading, s);
	}
	if (why)
		wrong(t, "accepted %.6f s, %g A, %g V in segment %u: %s", sg_seconds(s->instrument_ns), s->current_a,
		      s->voltage_v, s->segment, why);
	total.undetectable++;
	t->last_s = sg_seconds(s->instrument_ns);
	t->last_segment = s->segment;
	t->altered_since = true;
}

static void judge_end(struct trial *t, const struct sg_report *report, double elapsed_s)
{
	bool altered = false;

	if (!report->cell_off) {
		total.ends_unclear++; /* then the driver has to prove it, whatever the truth */
		return;
	}
	total.ends_clear++;
	/* Behind a true result, a foreign empty line a millisecond before the true one changes nothing. */
	if (elapsed_s < t->session.end_s - 0.005)
		wrong(t, "the end was told at %.3f s, %.3f s too early", elapsed_s, t->session.end_s - elapsed_s);
	if (report->end == SG_END_DURATION)
		return;
	for (size_t i = 0; i < t->line_count; i++)
		altered |= strlen(t->lines[i].text) == 11 && strncmp(t->lines[i].text, "Pja800000", 9) == 0 &&
			   strcmp(t->lines[i].text, "Pja8000000i") != 0;
	total.undetectable_results++;
	if (!altered)
		wrong(t, "end %s, which no line says", sg_end_name(report->end));
}

static void count_passed_over(struct trial *t)
{
	unsigned long passed_over = 0;

	for (size_t i = 0; i < t->session.truth_count; i++) {
		bool given = false;

		for (size_t k = 0; k < t->line_count; k++)
			given |= t->lines[k].truth == (int)i;
		passed_over += given && !t->taken[i];
	}
	total.passed_over += passed_over;
	if (t->damages == 1 && passed_over > total.passed_over_most)
		total.passed_over_most = passed_over;
}

/* ---- one session ---- */

static int64_t deadline(struct corrupt_link *far, double seconds)
{
	return far->now_ns + sg_ns(seconds);
}

static void in_time(struct trial *t, struct corrupt_link *far, int64_t deadline_ns, const char *verb)
{
	if (far->now_ns > deadline_ns)
		wrong(t, "%s returned %.3f s after its deadline", verb, sg_seconds(far->now_ns - deadline_ns));
}

static void follow(struct trial *t, struct corrupt_link *far, struct sg_device *dev)
{
	unsigned silences = 0;

	for (int i = 0; i < CALLS_MAX; i++) {
		const int64_t until_ns = deadline(far, 1.0);
		struct sg_report report;
		const enum sg_err err = sg_emstat4.potentiostat->next(dev, &report, until_ns);

		in_time(t, far, until_ns, "next");
		switch (sg_err_group(err)) {
		case SG_GROUP_OK:
			silences = 0;
			if (report.kind == SG_REPORT_SAMPLE) {
				report.sample.host_ns -= far->program_ns;
				judge_sample(t, &report.sample);
			}
			if (report.kind != SG_REPORT_SEQUENCE_ENDED)
				break;
			judge_end(t, &report, sg_seconds(far->now_ns - far->program_ns));
			count_passed_over(t);
			return;
		case SG_GROUP_WIRE:
			t->errors++;
			total.dropped++;
			break;
		case SG_GROUP_LINK:
			if (err != SG_ERR_TIMEOUT || ++silences < SILENCES_MAX)
				break;
			total.silent_ends++; /* the guard of a run would have stopped it */
			return;
		case SG_GROUP_DEVICE:
			total.refused++;
			return;
		case SG_GROUP_CALLER:
		case SG_GROUP_HOST:
		case SG_GROUP_UNCERTAIN:
		case SG_GROUP_SAFETY:
			wrong(t, "next: %s", sg_err_name(err));
			return;
		}
	}
	wrong(t, "HANG: %d calls and no end", CALLS_MAX);
}

static void run_session(struct trial *t, struct corrupt_link *far)
{
	static const struct sg_segment pair[2] = {
		{ SG_MODE_GALVANOSTATIC, CORRUPT_SET_A, 1.0, CORRUPT_SEGMENT_S, -CORRUPT_LIMIT_V, CORRUPT_LIMIT_V,
		  CORRUPT_RANGE_A },
		{ SG_MODE_GALVANOSTATIC, -CORRUPT_SET_A, 1.0, CORRUPT_SEGMENT_S, -CORRUPT_LIMIT_V, CORRUPT_LIMIT_V,
		  CORRUPT_RANGE_A },
	};
	static const struct sg_segment rest = {
		SG_MODE_REST, 0.0, 1.0, CORRUPT_SEGMENT_S, -CORRUPT_LIMIT_V, CORRUPT_LIMIT_V, 0.0
	};
	const struct sg_device_config config = { .uri = "sim:corrupt", .model = "hr", .address = -1 };
	const struct sg_potentiostat_ops *ops = sg_emstat4.potentiostat;
	struct sg_device *dev = NULL;
	int64_t until_ns;
	enum sg_err err;

	if (ops->open(&config, &far->link, &far->clock, &dev) || ops->attach(dev, NULL, deadline(far, 10.0))) {
		wrong(t, "could not even attach");
		ops->close(dev);
		return;
	}
	until_ns = deadline(far, 5.0);
	err = ops->start(dev, t->session.rest ? &rest : pair, t->session.rest ? 1 : 2, until_ns);
	in_time(t, far, until_ns > far->program_ns + sg_ns(far->stall_s) ? until_ns : far->now_ns, "start");
	if (err == SG_OK)
		follow(t, far, dev);
	else if (err == SG_ERR_UNCERTAIN)
		total.starts_uncertain++;
	else if (err == SG_ERR_REFUSED)
		total.refused++;
	else
		wrong(t, "start: %s", sg_err_name(err));
	until_ns = deadline(far, 20.0);
	err = ops->safe_off(dev, until_ns);
	in_time(t, far, until_ns, "safe_off");
	if (err)
		wrong(t, "safe_off: %s (%s)", sg_err_name(err), sg_device_diag(dev));
	ops->close(dev);
}

static void run_trial(uint64_t seed)
{
	static struct trial t;
	static struct corrupt_link far;
	uint64_t random = seed * UINT64_C(0x9E3779B97F4A7C15) + 1;
	uint64_t dice;

	memset(&t, 0, sizeof(t));
	t.seed = seed;
	t.last_truth = -1;
	t.last_s = (double)NAN;
	corrupt_random(&random);
	dice = corrupt_random(&random) >> 40;
	corrupt_make(&t.session, dice % 5 == 0, &random);
	t.damages = dice % 10 < 7 ? 1 : (unsigned)(2 + dice % 4);
	for (unsigned i = 0; i < t.damages; i++) {
		const enum corrupt_way way = (enum corrupt_way)((corrupt_random(&random) >> 40) % CORRUPT_WAYS);

		total.hit_by[way]++;
		corrupt_apply(&t.session, way, &random);
	}
	split(&t);
	corrupt_link_init(&far, &t.session);
	far.chunk = 1 + (corrupt_random(&random) >> 40) % 97;
	if (dice % 7 == 0) { /* a host that slept through all of it but the echo */
		total.late_sessions++;
		far.stall_s = 3.0;
	}
	run_session(&t, &far);
	total.sessions++;
	total.damages += t.damages;
}

static void print_total(void)
{
	printf("%lu sessions (%lu with a stalled host), %lu corruptions\n", total.sessions, total.late_sessions,
	       total.damages);
	for (int way = 0; way < CORRUPT_WAYS; way++)
		printf("  %-18s %8lu\n", corrupt_way_name((enum corrupt_way)way), total.hit_by[way]);
	printf("samples accepted      %8lu, of them as measured %lu\n", total.accepted, total.accepted_true);
	printf("undetectable          %8lu samples and %lu results: well formed, and contradicted by nothing\n",
	       total.undetectable, total.undetectable_results);
	printf("rejected by error     %8lu lines\n", total.dropped);
	printf("resynchronized        %8lu true samples after an error; %lu flagged as behind a gap\n", total.recovered,
	       total.flagged_gaps);
	printf("true but passed over  %8lu; at most %lu for one corruption\n", total.passed_over,
	       total.passed_over_most);
	printf("ends                  %8lu told, %lu inferred, %lu silent, %lu refused, %lu starts uncertain\n",
	       total.ends_clear, total.ends_unclear, total.silent_ends, total.refused, total.starts_uncertain);
	printf("WRONGLY ACCEPTED      %8lu\n", total.wrong);
}

int main(int argc, char **argv)
{
	const unsigned long sessions = argc > 1 ? strtoul(argv[1], NULL, 10) : 100000;
	const unsigned long first = argc > 2 ? strtoul(argv[2], NULL, 10) : 1;

	alarm(HANG_REAL_S);
	for (unsigned long i = 0; i < sessions; i++)
		run_trial(first + i);
	print_total();
	/* a harness that damages nothing, or accepts nothing, proves nothing */
	return total.wrong || total.sessions == 0 || total.accepted_true == 0 || total.dropped == 0;
}
