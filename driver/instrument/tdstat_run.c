/* SPDX-License-Identifier: Apache-2.0 */
/* A sequence: checked, prepared, stepped, stopped; and off. */
#include "core/units.h"
#include "host/clock.h"
#include "instrument/tdstat_device.h"

/* What was begun near a deadline gets this long: a current or a relay in mid-change is no state to return in. */
#define SET_NS (1 * SG_NS_PER_S)
#define OFF_NS (2 * SG_NS_PER_S)

/* ---- what the stepper asks for ---- */

static enum sg_err set_current(void *ctx, double current_a, double range_a, int64_t deadline_ns)
{
	struct sg_tdstat_device *dev = ctx;

	if (sg_tdstat_range(dev->model, range_a) != dev->range)
		return SG_ERR_STATE; /* never under current */
	return sg_tdstat_set_current(dev, current_a, sg_tdstat_at_least(dev, SET_NS, deadline_ns));
}

static enum sg_err cell(void *ctx, bool on, int64_t deadline_ns)
{
	struct sg_tdstat_device *dev = ctx;

	if (on)
		return sg_tdstat_cell_on(dev, deadline_ns);
	return sg_tdstat_switch_off(dev, sg_tdstat_at_least(dev, OFF_NS, deadline_ns));
}

static enum sg_err look(void *ctx, const struct sg_segment *segment, int64_t due_ns, struct sg_look *out,
			int64_t deadline_ns)
{
	struct sg_tdstat_device *dev = ctx;
	struct sg_tdstat_reading reading;
	struct sg_sample sample;
	int64_t host_ns;
	enum sg_err err = sg_tdstat_read_fresh(dev, due_ns, &reading, &host_ns, deadline_ns);

	if (err)
		return err;
	sg_tdstat_sample(dev->model, &dev->calibration, segment, &reading, &sample);
	*out = (struct sg_look){ host_ns, sample.voltage_v, sample.current_a, sample.flags };
	return SG_OK;
}

const struct sg_stepper_ops sg_tdstat_stepper_ops = {
	.set_current = set_current,
	.cell = cell,
	.look = look,
	.lead_ns = 90 * SG_NS_PER_MS, /* one conversion, and the two messages around it */
	.fastest_ns = 85 * SG_NS_PER_MS,
};

/* ---- may it be run? ---- */

/* What only this unit knows: its offsets, shunts and DAC. */
static enum sg_err check_unit(struct sg_tdstat_device *dev, const struct sg_segment *s)
{
	const struct sg_tdstat_calibration *c = &dev->calibration;
	uint32_t code;

	if (s->mode == SG_MODE_REST)
		return SG_OK;
	if (!c->dac.written) {
		sg_text_add(&dev->device.diag, "the DAC of this %s was never calibrated, it would set about twice the current: "
			    "run `sandglass calibration --family tdstat --port ... dac=self` once", dev->model->caps.model);
		return SG_ERR_UNSUPPORTED;
	}
	if (dev->offsets_bad) {
		sg_text_add(&dev->device.diag, "what this %s has stored as its offsets cannot be any: write both with "
			    "`sandglass calibration --family tdstat --port ... offset_potential=0 offset_current=0`",
			    dev->model->caps.model);
		return SG_ERR_UNSUPPORTED;
	}
	if (sg_tdstat_dac_code(dev->model, c, SG_MODE_GALVANOSTATIC, sg_tdstat_range(dev->model, s->range_a), s->set_value,
			       &code)) {
		sg_text_add(&dev->device.diag, "%g A in the %g A range is beyond the DAC of this %s with its shunt factor",
			    s->set_value, s->range_a, dev->model->caps.model);
		return SG_ERR_UNSUPPORTED;
	}
	return SG_OK;
}

enum sg_err sg_tdstat_run_check(struct sg_device *device, const struct sg_segment *segments, size_t count,
				size_t *fits)
{
	struct sg_tdstat_device *dev = sg_tdstat_of(device);
	const struct sg_tdstat_model *model = dev->model ? dev->model : dev->wanted ? dev->wanted : sg_tdstat_model(NULL);
	size_t ignored;
	enum sg_err err;

	sg_text_clear(&device->diag);
	if (!fits)
		fits = &ignored;
	err = sg_stepper_check(&model->caps, segments, count, fits, &device->diag);
	for (size_t i = 0; i < count && !err && dev->model; i++)
		err = check_unit(dev, &segments[i]);
	if (err)
		*fits = 0;
	return err;
}

/* ---- start, next, stop ---- */

/*
 * Whatever there was before: cell off, zero, and only then mode and range. Both are said every time: a unit that began
 * anew behind our back (a brown-out) would be potentiostatic, where the code of a current means volts.
 */
static enum sg_err prepare(struct sg_tdstat_device *dev, const struct sg_segment *first, int64_t deadline_ns)
{
	enum sg_err err = sg_tdstat_cell_off(dev, deadline_ns);

	if (!err)
		err = sg_tdstat_zero(dev, deadline_ns);
	if (err || first->mode == SG_MODE_REST)
		return err;
	err = sg_tdstat_galvanostatic(dev, deadline_ns);
	if (!err)
		err = sg_tdstat_range_select(dev, sg_tdstat_range(dev->model, first->range_a), deadline_ns);
	return err;
}

/* Nothing of what went wrong has moved a current if the cell was never switched on: then it is as if nothing was said. */
static enum sg_err failed_start(const struct sg_tdstat_device *dev, enum sg_err err)
{
	if (err == SG_ERR_GONE)
		return err;
	if (dev->cell_on)
		return SG_ERR_UNCERTAIN;
	return sg_err_group(err) == SG_GROUP_WIRE ? SG_ERR_TIMEOUT : err;
}

enum sg_err sg_tdstat_run_start(struct sg_device *device, const struct sg_segment *segments, size_t count,
				int64_t deadline_ns)
{
	struct sg_tdstat_device *dev = sg_tdstat_of(device);
	size_t fits;
	enum sg_err err = sg_tdstat_run_check(device, segments, count, &fits);

	if (err)
		return err;
	if (dev->state != SG_TDSTAT_IDLE) {
		sg_text_add(&device->diag, "not idle: safe_off first");
		return SG_ERR_STATE;
	}
	if (fits < count) {
		sg_text_add(&device->diag, "%zu segments given, %zu fit one start", count, fits);
		return SG_ERR_ARGUMENT;
	}
	dev->state = SG_TDSTAT_UNKNOWN;
	err = prepare(dev, &segments[0], deadline_ns);
	if (!err)
		err = sg_stepper_start(&dev->stepper, segments, count, deadline_ns);
	if (err)
		return failed_start(dev, err);
	dev->state = SG_TDSTAT_RUNNING;
	return SG_OK;
}

enum sg_err sg_tdstat_run_next(struct sg_device *device, struct sg_report *out, int64_t deadline_ns)
{
	struct sg_tdstat_device *dev = sg_tdstat_of(device);
	enum sg_err err;

	sg_text_clear(&device->diag);
	err = sg_stepper_next(&dev->stepper, out, deadline_ns);
	/* A sequence of currents has ended by switch_off(), which says IDLE; a rest has nothing to switch. */
	if (!dev->stepper.running && dev->state == SG_TDSTAT_RUNNING)
		dev->state = !err && dev->zero && !dev->cell_on ? SG_TDSTAT_IDLE : SG_TDSTAT_UNKNOWN;
	return err;
}

enum sg_err sg_tdstat_run_stop(struct sg_device *device, int64_t deadline_ns)
{
	struct sg_tdstat_device *dev = sg_tdstat_of(device);
	enum sg_err err;

	sg_text_clear(&device->diag);
	if (dev->state == SG_TDSTAT_IDLE)
		return SG_OK; /* it has ended by itself; next() may still have reports */
	if (dev->state != SG_TDSTAT_RUNNING) {
		sg_text_add(&device->diag, "not known what is set: safe_off first");
		return SG_ERR_STATE;
	}
	err = sg_stepper_stop(&dev->stepper, deadline_ns);
	if (!err)
		dev->state = SG_TDSTAT_IDLE;
	return err;
}

enum sg_err sg_tdstat_safe_off(struct sg_device *device, int64_t deadline_ns)
{
	struct sg_tdstat_device *dev = sg_tdstat_of(device);

	sg_text_clear(&device->diag);
	sg_stepper_drop(&dev->stepper);
	return sg_tdstat_switch_off(dev, deadline_ns);
}
