/* SPDX-License-Identifier: Apache-2.0 */
#include "core/segment_check.h"

#include <math.h>

bool sg_segment_same_range(double a, double b)
{
	return fabs(a - b) <= 1e-9 * fabs(b);
}

static bool is_range(const struct sg_potentiostat_caps *caps, double range_a, double *most_a)
{
	for (size_t i = 0; i < caps->range_count; i++) {
		const bool top = i + 1 == caps->range_count;
		const double use = top && caps->top_range_use > 0.0 ? caps->top_range_use : caps->range_use;

		if (!sg_segment_same_range(range_a, caps->range_a[i]))
			continue;
		*most_a = caps->range_a[i] * use;
		return true;
	}
	return false;
}

static enum sg_err check_times(const struct sg_potentiostat_caps *caps, const struct sg_segment *s,
			       struct sg_text *why)
{
	if (!isfinite(s->interval_s) || !isfinite(s->duration_s) || s->interval_s <= 0.0 || s->duration_s <= 0.0) {
		sg_text_add(why, "interval %g s and duration %g s must be finite and positive", s->interval_s,
			    s->duration_s);
		return SG_ERR_ARGUMENT;
	}
	if (s->interval_s < caps->interval_min_s * (1.0 - 1e-9)) {
		sg_text_add(why, "interval %g s is below the %g s of this instrument", s->interval_s,
			    caps->interval_min_s);
		return SG_ERR_UNSUPPORTED;
	}
	if (s->duration_s > caps->duration_max_s) {
		sg_text_add(why, "duration %g s is above the %g s of one segment", s->duration_s, caps->duration_max_s);
		return SG_ERR_UNSUPPORTED;
	}
	if (s->duration_s < s->interval_s * (1.0 - 1e-9)) {
		sg_text_add(why, "duration %g s is shorter than one interval of %g s: no sample would come",
			    s->duration_s, s->interval_s);
		return SG_ERR_ARGUMENT;
	}
	return SG_OK;
}

static enum sg_err check_voltages(const struct sg_potentiostat_caps *caps, const struct sg_segment *s,
				  struct sg_text *why)
{
	if (!isfinite(s->voltage_min_v) || !isfinite(s->voltage_max_v) || s->voltage_min_v >= s->voltage_max_v) {
		sg_text_add(why, "voltage limits %g V and %g V must be finite and rising", s->voltage_min_v,
			    s->voltage_max_v);
		return SG_ERR_ARGUMENT;
	}
	if (fmax(fabs(s->voltage_min_v), fabs(s->voltage_max_v)) > caps->compliance_v) {
		sg_text_add(why, "voltage limits %g V to %g V exceed the +-%g V of the %s", s->voltage_min_v,
			    s->voltage_max_v, caps->compliance_v, caps->model);
		return SG_ERR_UNSUPPORTED;
	}
	return SG_OK;
}

static enum sg_err check_current(const struct sg_potentiostat_caps *caps, const struct sg_segment *s,
				 struct sg_text *why)
{
	double most_a;

	if (!isfinite(s->set_value) || !isfinite(s->range_a)) {
		sg_text_add(why, "current %g A and range %g A must be finite", s->set_value, s->range_a);
		return SG_ERR_ARGUMENT;
	}
	if (fabs(s->set_value) > caps->current_max_a * (1.0 + 1e-9)) {
		sg_text_add(why, "current %g A exceeds the +-%g A of the %s", s->set_value, caps->current_max_a,
			    caps->model);
		return SG_ERR_UNSUPPORTED;
	}
	if (!is_range(caps, s->range_a, &most_a)) {
		sg_text_add(why, "the %s has no %g A range; it has", caps->model, s->range_a);
		for (size_t i = 0; i < caps->range_count; i++)
			sg_text_add(why, "%s %g A", i ? "," : "", caps->range_a[i]);
		return SG_ERR_UNSUPPORTED;
	}
	if (fabs(s->set_value) > most_a * (1.0 + 1e-9)) {
		sg_text_add(why, "current %g A does not fit the %g A range", s->set_value, s->range_a);
		return SG_ERR_UNSUPPORTED;
	}
	return SG_OK;
}

enum sg_err sg_segment_check(const struct sg_potentiostat_caps *caps, const struct sg_segment *s, struct sg_text *why)
{
	enum sg_err err = check_times(caps, s, why);

	if (!err)
		err = check_voltages(caps, s, why);
	if (err)
		return err;
	switch (s->mode) {
	case SG_MODE_REST:
		return SG_OK;
	case SG_MODE_GALVANOSTATIC:
		return check_current(caps, s, why);
	case SG_MODE_POTENTIOSTATIC:
	case SG_MODE_SPECTRUM:
		sg_text_add(why, "mode %s is not offered yet", sg_mode_name(s->mode));
		return SG_ERR_UNSUPPORTED;
	}
	return SG_ERR_ARGUMENT;
}

enum sg_err sg_segments_check(const struct sg_potentiostat_caps *caps, const struct sg_segment *segments, size_t count,
			      struct sg_text *why)
{
	enum sg_err err = SG_OK;

	if (count == 0) {
		sg_text_add(why, "no segment given");
		return SG_ERR_ARGUMENT;
	}
	for (size_t i = 0; i < count && !err; i++)
		err = sg_segment_check(caps, &segments[i], why);
	return err;
}
