/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/emstat4_sample.h"

#include <math.h>
#include <string.h>

#include "core/segment_check.h"
#include "core/units.h"
#include "wire/emstat4.h"

/* Underload is reported below 0.123 x nominal (source as of SG_EMSTAT4_OVERLOAD); far above, it is a lie. */
#define UNDERLOAD_IMPOSSIBLE 0.5
/* Overload not reported although the value is this far beyond the range: one of the two is wrong. */
#define OVERLOAD_DUE (1.1 * SG_EMSTAT4_OVERLOAD)

static enum sg_err check_shape(const struct sg_methodscript_package *package, bool rest, struct sg_text *why)
{
	static const char *const current_types[] = { "eb", "ba", "ab" };
	static const char *const rest_types[] = { "eb", "ab" };
	const char *const *types = rest ? rest_types : current_types;
	const size_t count = rest ? 2 : 3;

	if (package->count != count) {
		sg_text_add(why, "package of %zu variables instead of %zu", package->count, count);
		return SG_ERR_VALUE;
	}
	for (size_t i = 0; i < count; i++) {
		const struct sg_methodscript_variable *v = &package->variables[i];

		if (strcmp(v->type, types[i]) != 0 || v->prefix == 'i') {
			sg_text_add(why, "variable %s instead of %s", v->type, types[i]);
			return SG_ERR_VALUE;
		}
		if (i > 0 && (!v->has_status || !v->has_range)) {
			sg_text_add(why, "variable %s without its status or range", v->type);
			return SG_ERR_VALUE;
		}
		if (!isfinite(v->value)) {
			sg_text_add(why, "variable %s is not a number", v->type);
			return SG_ERR_VALUE;
		}
	}
	return SG_OK;
}

static enum sg_err check_voltage(const struct sg_potentiostat_caps *caps,
				 const struct sg_methodscript_variable *v, struct sg_text *why)
{
	if (sg_emstat4_voltage_range_v(v->range) <= 0.0) {
		sg_text_add(why, "potential range id 0x%02X is unknown", v->range);
		return SG_ERR_VALUE;
	}
	if (fabs(v->value) > SG_EMSTAT4_COMPLIANCE_MARGIN * caps->compliance_v) {
		sg_text_add(why, "%g V is beyond anything this instrument measures", v->value);
		return SG_ERR_VALUE;
	}
	return SG_OK;
}

static enum sg_err check_status(const struct sg_methodscript_variable *c, double range_a, struct sg_text *why)
{
	const bool overload = c->status & SG_STATUS_OVERLOAD;
	const bool underload = c->status & SG_STATUS_UNDERLOAD;
	const double magnitude = fabs(c->value) / range_a;

	if ((overload && underload) || (underload && magnitude > UNDERLOAD_IMPOSSIBLE) ||
	    (!overload && magnitude > OVERLOAD_DUE)) {
		sg_text_add(why, "status 0x%X contradicts %g A on the %g A range", c->status, c->value, range_a);
		return SG_ERR_VALUE;
	}
	return SG_OK;
}

/* Sets *off when the current is not the set one, but in a way that the cell or its leads can cause. */
static enum sg_err check_current(const struct sg_potentiostat_caps *caps, const struct sg_segment *segment,
				 const struct sg_methodscript_variable *c, bool *off, struct sg_text *why)
{
	const double range_a = sg_emstat4_current_range_a(c->range);
	const double set_a = segment->set_value;
	const double tolerance_a = sg_caps_tolerance_a(caps, segment->set_value, segment->range_a);
	/* Along the direction of the set current: 0 .. |set| is what a source short of voltage gives. */
	const double along_a = set_a < 0.0 ? -c->value : c->value;

	if (!sg_segment_same_range(range_a, segment->range_a)) {
		sg_text_add(why, "current range id 0x%02X is not the fixed %g A range", c->range, segment->range_a);
		return SG_ERR_VALUE;
	}
	if (check_status(c, range_a, why))
		return SG_ERR_VALUE;
	*off = fabs(c->value - set_a) > tolerance_a;
	if (*off && (along_a > fabs(set_a) || along_a < -tolerance_a)) {
		sg_text_add(why, "%g A flows where %g A is set", c->value, set_a);
		return SG_ERR_VALUE;
	}
	return SG_OK;
}

static uint32_t flags_of(uint8_t status)
{
	uint32_t flags = 0;

	if (status & SG_STATUS_TIMING)
		flags |= SG_FLAG_TIMING;
	if (status & SG_STATUS_OVERLOAD)
		flags |= SG_FLAG_OVERLOAD;
	if (status & SG_STATUS_UNDERLOAD)
		flags |= SG_FLAG_UNDERLOAD;
	if (status & SG_STATUS_OVERLOAD_WARNING)
		flags |= SG_FLAG_OVERLOAD_WARN;
	return flags;
}

/* A package of the right shape, as it stands there. */
static void fill(const struct sg_segment *segment, const struct sg_methodscript_package *package, struct sg_sample *out)
{
	const bool rest = segment->mode == SG_MODE_REST;
	const struct sg_methodscript_variable *time = &package->variables[0];
	const struct sg_methodscript_variable *voltage = &package->variables[rest ? 1 : 2];

	*out = (struct sg_sample){
		.instrument_ns = sg_ns(time->value),
		.voltage_v = voltage->value,
		.temperature_c = (double)NAN,
		/* A small signal in the potential range is nothing to warn about: the range is chosen for the limit. */
		.flags = flags_of(time->status & SG_STATUS_TIMING) |
			 flags_of(voltage->status & (uint8_t)~SG_STATUS_UNDERLOAD),
	};
	if (!rest) {
		out->current_a = package->variables[1].value;
		out->set_a = segment->set_value;
		out->range_a = segment->range_a;
		out->flags |= flags_of(package->variables[1].status);
	}
}

enum sg_err sg_emstat4_sample(const struct sg_potentiostat_caps *caps, const struct sg_segment *segment,
			      const struct sg_methodscript_package *package, struct sg_sample *out,
			      struct sg_text *why)
{
	const bool rest = segment->mode == SG_MODE_REST;
	bool off = false;
	enum sg_err err = check_shape(package, rest, why);

	if (!err)
		err = check_voltage(caps, &package->variables[rest ? 1 : 2], why);
	if (!err && !rest)
		err = check_current(caps, segment, &package->variables[1], &off, why);
	if (err)
		return err;
	fill(segment, package, out);
	if (off)
		out->flags |= SG_FLAG_OFF_SET_POINT;
	return SG_OK;
}

/* Far more than the range carries, and no word of it, would be damage in a sample; here it may be what happens. */
static bool is_status_sound(const struct sg_methodscript_variable *c, double range_a)
{
	const bool underload = c->status & SG_STATUS_UNDERLOAD;

	return !(underload && ((c->status & SG_STATUS_OVERLOAD) || fabs(c->value) / range_a > UNDERLOAD_IMPOSSIBLE));
}

bool sg_emstat4_is_uncontrolled(const struct sg_potentiostat_caps *caps, const struct sg_segment *segment,
				const struct sg_methodscript_package *package, struct sg_sample *out)
{
	const double tolerance_a = sg_caps_tolerance_a(caps, segment->set_value, segment->range_a);
	const struct sg_methodscript_variable *c = &package->variables[1];
	double range_a, along_a;

	if (segment->mode == SG_MODE_REST || check_shape(package, false, NULL) ||
	    sg_emstat4_voltage_range_v(package->variables[2].range) <= 0.0)
		return false;
	range_a = sg_emstat4_current_range_a(c->range);
	if (range_a <= 0.0 || !is_status_sound(c, range_a))
		return false;
	along_a = segment->set_value < 0.0 ? -c->value : c->value;
	if (along_a <= fabs(segment->set_value) + tolerance_a && along_a >= -tolerance_a &&
	    sg_segment_same_range(range_a, segment->range_a) &&
	    check_voltage(caps, &package->variables[2], NULL) == SG_OK)
		return false;
	fill(segment, package, out);
	out->range_a = range_a;
	out->flags |= SG_FLAG_UNCONTROLLED | SG_FLAG_OFF_SET_POINT;
	return true;
}
