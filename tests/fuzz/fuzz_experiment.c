/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Experiment files of any content: refused with at least one diagnostic that has a place, or read, planned
 * for both models and checked. What is planned must be finite, within the instrument where the check
 * says that it fits, and never without an end.
 */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#include "experiment/check.h"
#include "experiment/reader.h"
#include "wire/emstat4.h"
#include "wire/votsch.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(int condition)
{
	if (!condition)
		abort();
}

static void ignore_line(void *context, const char *line)
{
	(void)context;
	check(line[0] != '\n');
}

static void check_steps(const struct sg_plan *plan, const struct sg_potentiostat_caps *caps, int fits)
{
	for (size_t i = 0; i < plan->step_count; i++) {
		const struct sg_step *step = &plan->steps[i];

		check(isfinite(step->duration_s) && step->duration_s >= 0.0);
		check(isfinite(step->current_a) && isfinite(step->density_ma_cm2));
		if (step->kind != SG_STEP_CURRENT)
			continue;
		check(step->duration_s > 0.0 && step->interval_s > 0.0);
		if (fits)
			check(fabs(step->current_a) <= caps->current_max_a && step->range_a > 0.0);
	}
}

/* A finding about the file has its place in it. */
static void check_findings(const struct sg_check_report *report)
{
	size_t errors = report->dropped;

	check(report->count <= SG_FINDINGS_MAX && (!report->dropped || report->count == SG_FINDINGS_MAX));
	for (size_t i = 0; i < report->count; i++) {
		const struct sg_finding *finding = &report->findings[i];

		check((finding->line >= 1) == (finding->column >= 1) && finding->text[0]);
		errors += finding->severity == SG_SEVERITY_ERROR;
	}
	check(report->errors <= errors);
}

static void plan_and_check(const struct sg_experiment *experiment, const char *model)
{
	static struct sg_check_report report;
	const struct sg_potentiostat_caps *caps = sg_emstat4_caps(model);
	/* A rig in a file of its own has no chamber here; that must be a finding, not a crash. */
	const struct sg_chamber_caps *chamber =
		experiment->rig.chamber.present ? &sg_votsch_model(NULL)->caps : NULL;
	const struct sg_check_env env = { .disk_free_bytes = -1 };
	struct sg_plan plan;

	if (sg_plan_init(&plan, experiment, caps, NULL))
		return;
	sg_check(experiment, &plan, caps, chamber, &env, &report);
	check_findings(&report);
	check_steps(&plan, caps, report.errors == 0);
	/* A plan of a million steps is legal; printing it is not what is tested. */
	if (plan.step_count < 200)
		sg_check_print(experiment, &plan, &report, ignore_line, NULL);
	sg_plan_fini(&plan);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct sg_diagnostics diagnostics;
	struct sg_experiment experiment;
	struct sg_rig_config rig;

	if (sg_experiment_read(&experiment, "fuzz.yaml", (const char *)data, size, &diagnostics) == SG_OK) {
		check(diagnostics.count == 0);
		plan_and_check(&experiment, "lr");
		plan_and_check(&experiment, "hr");
		sg_experiment_fini(&experiment);
	} else {
		check(diagnostics.count > 0 && diagnostics.items[0].line >= 1 && diagnostics.items[0].text[0]);
	}
	if (sg_rig_read(&rig, "fuzz.yaml", (const char *)data, size, &diagnostics))
		check(diagnostics.count > 0);
	return 0;
}
