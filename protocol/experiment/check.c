/* SPDX-License-Identifier: Apache-2.0 */
#include "experiment/check.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "core/units.h"
#include "experiment/checker.h"
#include "experiment/phrase.h"

/* One part in 1e9 of grace, so that equal values are not told apart by rounding. */
#define GRACE (1.0 + 1e-9)
/* A plan closer to a limit than this will trip it by noise and tolerance. */
#define CLOSE 0.98

/* The extremes of one procedure's steps: each problem is reported once, at its worst. */
struct extremes {
	const struct sg_step *strongest; /* largest |current|, or NULL */
	const struct sg_step *weakest;   /* smallest |current|, or NULL */
	const struct sg_step *longest;
	size_t beyond;                   /* current steps no range carries */
	size_t currents;
};

static void look_at(struct extremes *extremes, const struct sg_potentiostat_caps *caps, const struct sg_step *step)
{
	if (step->kind != SG_STEP_TEMPERATURE &&
	    (!extremes->longest || step->duration_s > extremes->longest->duration_s))
		extremes->longest = step;
	if (step->kind != SG_STEP_CURRENT)
		return;
	extremes->currents++;
	if (sg_caps_range_for(caps, step->current_a) == 0.0)
		extremes->beyond++;
	if (!extremes->strongest || fabs(step->current_a) > fabs(extremes->strongest->current_a))
		extremes->strongest = step;
	if (!extremes->weakest || fabs(step->current_a) < fabs(extremes->weakest->current_a))
		extremes->weakest = step;
}

/* What it may be off by hides a current that is smaller. */
static void check_resolution(struct sg_checker *c, struct sg_place at, const struct sg_step *step)
{
	const double current_a = fabs(step->current_a);
	const double range_a = sg_caps_range_for(c->caps, current_a);
	const double error_a = c->caps->set_error_range * range_a;
	char current[SG_PHRASE_SIZE], range[SG_PHRASE_SIZE], bound[SG_PHRASE_SIZE];

	if (current_a >= error_a)
		return;
	sg_find(c, SG_SEVERITY_ERROR, at,
		"%.4g mA/cm2 on %.4g cm2 is %s, less than the %s by which %s may be off in the %s range it would use",
		fabs(step->density_ma_cm2), c->experiment->cell.area_cm2, sg_phrase_current(current_a, current),
		sg_phrase_current(error_a, bound), c->caps->model, sg_phrase_current(range_a, range));
}

static void check_current(struct sg_checker *c, struct sg_place at, const struct extremes *extremes)
{
	const struct sg_step *step = extremes->strongest;
	const double current_a = fabs(step->current_a);
	const double limit_a = c->experiment->limits.current_a;
	char current[SG_PHRASE_SIZE], bound[SG_PHRASE_SIZE];

	sg_phrase_current(current_a, current);
	if (current_a > c->caps->current_max_a * GRACE)
		sg_find(c, SG_SEVERITY_ERROR, at,
			"%.4g mA/cm2 on %.4g cm2 is %s, but %s gives at most %s, here %.4g mA/cm2 (%zu of %zu half-steps do not fit)",
			fabs(step->density_ma_cm2), c->experiment->cell.area_cm2, current, c->caps->model,
			sg_phrase_current(c->caps->current_max_a, bound),
			c->caps->current_max_a * 1e3 / c->experiment->cell.area_cm2, extremes->beyond, extremes->currents);
	else if (extremes->beyond)
		sg_find(c, SG_SEVERITY_ERROR, at,
			"no range of %s carries %s: the largest is %s, used up to %.0f %% (%zu of %zu half-steps do not fit)",
			c->caps->model, current,
			sg_phrase_current(c->caps->range_count ? c->caps->range_a[c->caps->range_count - 1] : 0.0, bound),
			100.0 * c->caps->range_use, extremes->beyond, extremes->currents);
	sg_phrase_current(limit_a, bound);
	if (current_a > limit_a * GRACE)
		sg_find(c, SG_SEVERITY_ERROR, at, "the planned %s is beyond limits.current of %s: the guard would end the run",
			current, bound);
	else if (current_a > limit_a * CLOSE)
		sg_find(c, SG_SEVERITY_WARNING, at,
			"the planned %s is within 2 %% of limits.current of %s: noise may end the run", current, bound);
}

static void check_expected_voltage(struct sg_checker *c, struct sg_place at, const struct sg_step *step)
{
	const double expected_ohm = c->experiment->cell.expected_ohm;
	const double voltage_v = fabs(step->current_a) * expected_ohm;
	const bool limit_first = step->until_v <= c->caps->compliance_v;
	const double bound_v = limit_first ? step->until_v : c->caps->compliance_v;
	char current[SG_PHRASE_SIZE];

	if (isnan(expected_ohm) || voltage_v <= bound_v * GRACE)
		return;
	sg_find(c, SG_SEVERITY_WARNING, at,
		"%s through the expected %.4g ohm makes %.4g V, beyond %s of %.4g V: the highest levels would not be reached",
		sg_phrase_current(fabs(step->current_a), current), expected_ohm, voltage_v,
		limit_first ? "the voltage that ends it" : "the compliance", bound_v);
}

static void check_time(struct sg_checker *c, const struct sg_procedure *procedure, const struct extremes *extremes)
{
	char planned[SG_PHRASE_SIZE], bound[SG_PHRASE_SIZE];

	if (procedure->interval_s * GRACE < c->caps->interval_min_s)
		sg_find(c, SG_SEVERITY_ERROR, sg_place_of(procedure), "a sample every %s is too fast for %s: at least %s",
			sg_phrase_duration(procedure->interval_s, planned), c->caps->model,
			sg_phrase_duration(c->caps->interval_min_s, bound));
	if (extremes->longest && extremes->longest->duration_s > c->caps->duration_max_s * GRACE)
		sg_find(c, SG_SEVERITY_ERROR, sg_place_of(procedure), "a step of %s is too long for %s: at most %s",
			sg_phrase_duration(extremes->longest->duration_s, planned), c->caps->model,
			sg_phrase_duration(c->caps->duration_max_s, bound));
}

static void check_set_point(struct sg_checker *c, struct sg_place at, double set_c)
{
	const struct sg_limits *limits = &c->experiment->limits;
	const double excursion_k = c->experiment->temperature.excursion_k;

	if (!c->chamber) {
		sg_find(c, SG_SEVERITY_ERROR, at, "%.4g degC is to be set, but the rig has no chamber", set_c);
		return;
	}
	if (set_c < c->chamber->temperature_min_c || set_c > c->chamber->temperature_max_c)
		sg_find(c, SG_SEVERITY_ERROR, at, "%.4g degC is out of reach of %s: %.4g to %.4g degC", set_c,
			c->chamber->model, c->chamber->temperature_min_c, c->chamber->temperature_max_c);
	if (set_c < limits->temperature_min_c || set_c > limits->temperature_max_c)
		sg_find(c, SG_SEVERITY_ERROR, at,
			"%.4g degC lies outside limits.temperature of %.4g to %.4g degC: the guard would end the run", set_c,
			limits->temperature_min_c, limits->temperature_max_c);
	else if (set_c - excursion_k < limits->temperature_min_c || set_c + excursion_k > limits->temperature_max_c)
		sg_find(c, SG_SEVERITY_WARNING, at,
			"an excursion of %.4g K around %.4g degC leaves limits.temperature of %.4g to %.4g degC: the guard would "
			"end the run before the excursion counts",
			excursion_k, set_c, limits->temperature_min_c, limits->temperature_max_c);
}

/* The time it may take to settle holds the soak too. */
static void check_soak(struct sg_checker *c, struct sg_place at, double soak_s)
{
	const double timeout_s = c->experiment->temperature.timeout_s;
	char soak[SG_PHRASE_SIZE], timeout[SG_PHRASE_SIZE];

	if (!(timeout_s > 0.0) || soak_s < timeout_s)
		return;
	sg_find(c, SG_SEVERITY_ERROR, at, "a soak of %s cannot end within temperature.timeout of %s, which counts it in",
		sg_phrase_duration(soak_s, soak), sg_phrase_duration(timeout_s, timeout));
}

/* Two settings speak of a short; the one for the whole run wins. */
static void check_short(struct sg_checker *c, const struct sg_procedure *procedure)
{
	if (procedure->kind == SG_PROC_CCD && !procedure->stop_on_short &&
	    c->experiment->on_hard_short != SG_POLICY_FLAG)
		sg_find(c, SG_SEVERITY_WARNING, sg_place_of(procedure),
			"'short: false' changes nothing: a hard short ends the whole run unless you write 'on_hard_short: flag'");
}

static void check_procedures(struct sg_checker *c)
{
	size_t i = 0;

	while (i < c->plan->step_count) {
		const uint32_t index = c->plan->steps[i].procedure;
		const struct sg_procedure *procedure = &c->experiment->procedures[index];
		struct extremes extremes = { NULL, NULL, NULL, 0, 0 };

		for (; i < c->plan->step_count && c->plan->steps[i].procedure == index; i++)
			look_at(&extremes, c->caps, &c->plan->steps[i]);
		if (extremes.strongest) {
			check_current(c, sg_place_of(procedure), &extremes);
			check_resolution(c, sg_place_of(procedure), extremes.weakest);
			check_expected_voltage(c, sg_place_of(procedure), extremes.strongest);
		}
		check_time(c, procedure, &extremes);
		check_short(c, procedure);
		if (procedure->kind == SG_PROC_TEMPERATURE) {
			check_set_point(c, sg_place_of(procedure), procedure->temperature_c);
			check_soak(c, sg_place_of(procedure), procedure->soak_s);
		}
	}
}

static void check_verify(struct sg_checker *c)
{
	char storage[SG_FINDING_SIZE];
	struct sg_text why;

	if (!c->experiment->verify_pulse)
		return;
	sg_text_init(&why, storage, sizeof(storage));
	if (sg_pulse_pace_for(c->caps, &c->report->pulse, &why))
		sg_find(c, SG_SEVERITY_ERROR, c->experiment->verify_at, "'verify: pulse' is not for this instrument: %s; write "
			"'verify: none'", why.data);
}

static void check_voltage_limit(struct sg_checker *c)
{
	const double limit_v = c->experiment->limits.voltage_v;

	if (limit_v > c->caps->compliance_v * GRACE)
		sg_find(c, SG_SEVERITY_ERROR, c->experiment->limits.voltage_at,
			"limits.voltage of %.4g V lies beyond the %.4g V that %s can drive or measure: it could never act; "
			"write at most %.4g V", limit_v, c->caps->compliance_v, c->caps->model, c->caps->compliance_v);
}

/* A limit of something nobody measures is a false comfort. */
static void check_temperature(struct sg_checker *c)
{
	const struct sg_limits *limits = &c->experiment->limits;

	if (c->experiment->temperature.present) {
		check_set_point(c, c->experiment->temperature.set_at, c->experiment->temperature.set_c);
		check_soak(c, c->experiment->temperature.set_at, c->experiment->temperature.soak_s);
	}
	if (!c->chamber && (isfinite(limits->temperature_min_c) || isfinite(limits->temperature_max_c)))
		sg_find(c, SG_SEVERITY_ERROR, limits->temperature_at,
			"limits.temperature cannot be watched: the rig has no chamber");
}

/* Walk the plan as the guard will: the net charge, and where it is farthest from the start. */
static void check_charge(struct sg_checker *c)
{
	const double limit = c->experiment->limits.charge_mah_cm2;
	const struct sg_step *farthest = NULL;
	double net = 0.0, farthest_net = 0.0;
	struct sg_place at;

	for (size_t i = 0; i < c->plan->step_count; i++) {
		const struct sg_step *step = &c->plan->steps[i];

		net += step->density_ma_cm2 * step->duration_s / 3600.0;
		if (fabs(net) > fabs(farthest_net) * GRACE) {
			farthest_net = net;
			farthest = step;
		}
	}
	c->report->net_max_mah_cm2 = fabs(farthest_net);
	if (!farthest || !isfinite(limit))
		return;
	at = sg_place_of(&c->experiment->procedures[farthest->procedure]);
	if (fabs(farthest_net) > limit * GRACE)
		sg_find(c, SG_SEVERITY_ERROR, at,
			"the net charge reaches %+.4g mAh/cm2 in step %s, beyond limits.charge of %.4g mAh/cm2: the guard would "
			"end the run", farthest_net, farthest->id, limit);
	else if (fabs(farthest_net) > limit * CLOSE)
		sg_find(c, SG_SEVERITY_WARNING, at,
			"the net charge reaches %+.4g mAh/cm2 in step %s, within 2 %% of limits.charge of %.4g mAh/cm2",
			farthest_net, farthest->id, limit);
}

static void check_disk(struct sg_checker *c, const struct sg_check_env *env)
{
	char need[SG_PHRASE_SIZE], have[SG_PHRASE_SIZE];
	double rows = 0.0;

	/* Both ends of a step may be sampled, hence one row more than intervals. */
	for (size_t i = 0; i < c->plan->step_count; i++)
		rows += floor(c->plan->steps[i].duration_s / c->plan->steps[i].interval_s * GRACE) + 1.0;
	c->report->rows = rows;
	c->report->file_bytes = rows * SG_CHECK_ROW_BYTES;
	if (env->folder_trouble) {
		sg_find(c, SG_SEVERITY_ERROR, sg_nowhere, "no run folder can be made in '%.200s': %s", c->experiment->folder,
			env->folder_trouble);
		return;
	}
	if (env->disk_free_bytes < 0)
		return;
	sg_phrase_bytes(c->report->file_bytes, need);
	sg_phrase_bytes((double)env->disk_free_bytes, have);
	if (c->report->file_bytes > (double)env->disk_free_bytes)
		sg_find(c, SG_SEVERITY_ERROR, sg_nowhere, "the record needs about %s, but only %s are free on the disk", need, have);
	else if (c->report->file_bytes > 0.5 * (double)env->disk_free_bytes)
		sg_find(c, SG_SEVERITY_WARNING, sg_nowhere, "the record needs about %s, more than half of the %s free on the disk", need,
			have);
}

/* The longest that one start() may be given; its text may hold less. */
static double longest_handed_over_s(const struct sg_checker *c)
{
	const struct sg_step *steps = c->plan->steps;
	double longest_s = 0.0;

	for (size_t first = 0; first < c->plan->step_count; first++) {
		double sum_s = 0.0;

		for (size_t i = first; i < c->plan->step_count && i - first < c->caps->sequence_max; i++) {
			if (steps[i].kind == SG_STEP_TEMPERATURE || steps[i].procedure != steps[first].procedure)
				break;
			sum_s += steps[i].duration_s;
		}
		longest_s = fmax(longest_s, sum_s);
	}
	return longest_s;
}

static void check_host_loss(struct sg_checker *c)
{
	c->report->host_loss_s = NAN;
	switch (c->caps->host_loss) {
	case SG_HOST_LOSS_NONE:
		c->report->host_loss_s = INFINITY;
		c->report->host_loss = c->caps->power_from_link ?
			"If the PC dies, nothing ends the current: the board keeps it for as long as its USB port has power." :
			"If the PC dies, nothing ends the current: it flows for as long as the instrument has power.";
		sg_find(c, SG_SEVERITY_WARNING, sg_nowhere,
			"%s has nothing that ends the current when the PC dies: do not leave it alone", c->caps->model);
		break;
	case SG_HOST_LOSS_SEGMENT_END:
		c->report->host_loss_s = longest_handed_over_s(c);
		c->report->host_loss =
			c->caps->limit_place == SG_LIMIT_INSTRUMENT ?
				"If the PC dies, the instrument finishes the steps it was given, watches their voltage "
				"limits by itself, and switches the cell off." :
				"If the PC dies, the instrument finishes the steps it was given without watching any "
				"limit, and switches the cell off.";
		break;
	case SG_HOST_LOSS_TIMEOUT:
		c->report->host_loss = "If the PC dies, a watchdog inside the instrument switches the cell off.";
		break;
	}
}

void sg_check(const struct sg_experiment *experiment, const struct sg_plan *plan,
	      const struct sg_potentiostat_caps *caps, const struct sg_chamber_caps *chamber,
	      const struct sg_check_env *env, struct sg_check_report *report)
{
	struct sg_checker c = {
		.experiment = experiment, .plan = plan, .caps = caps, .chamber = chamber, .report = report,
	};

	memset(report, 0, sizeof(*report));
	report->host_loss = "";
	check_voltage_limit(&c);
	check_temperature(&c);
	check_procedures(&c);
	check_verify(&c);
	check_charge(&c);
	sg_check_cell(&c);
	check_disk(&c, env);
	check_host_loss(&c);
}
