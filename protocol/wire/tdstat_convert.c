/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/tdstat_convert.h"

#include <math.h>

#include "core/units.h"

#define OVL 0x800000u
#define OVH 0x400000u
#define NUMBER 0x3FFFFFu
#define SIGN 0x200000u
#define DAC_STEPS 524288.0
#define DAC_CODE_MAX 1048575.0
/* Counts of the ADC to one of the DAC: 22 bits against 20. */
#define DAC_COUNTS 4.0
/* Above this part of full scale a reading is near its end: 1.05 of nominal, where the maker's program changes range. */
#define WARN_COUNTS (0.84 * SG_TDSTAT_FULL_COUNTS)

enum sg_err sg_tdstat_adc_word(const uint8_t bytes[3], struct sg_tdstat_word_value *out)
{
	const uint32_t word = (uint32_t)bytes[0] << 16 | (uint32_t)bytes[1] << 8 | bytes[2];
	const int32_t number = (int32_t)(word & NUMBER);
	const bool sign = word & SIGN;

	switch (word & (OVL | OVH)) {
	case 0:
		*out = (struct sg_tdstat_word_value){ sign ? number - 2 * SG_TDSTAT_FULL_COUNTS : number, 0 };
		return SG_OK;
	case OVH: /* 2^21 and more */
		if (!sign)
			return SG_ERR_FRAME;
		*out = (struct sg_tdstat_word_value){ number, 1 };
		return SG_OK;
	case OVL: /* less than -2^21 */
		if (sign)
			return SG_ERR_FRAME;
		*out = (struct sg_tdstat_word_value){ number - 2 * SG_TDSTAT_FULL_COUNTS, -1 };
		return SG_OK;
	}
	return SG_ERR_FRAME;
}

enum sg_err sg_tdstat_adc_read(const uint8_t bytes[6], struct sg_tdstat_reading *out)
{
	struct sg_tdstat_reading reading;
	enum sg_err err = sg_tdstat_adc_word(bytes, &reading.potential);

	if (!err)
		err = sg_tdstat_adc_word(bytes + 3, &reading.current);
	if (!err)
		*out = reading;
	return err;
}

double sg_tdstat_volts(const struct sg_tdstat_model *model, const struct sg_tdstat_calibration *calibration,
		       int32_t counts)
{
	return (double)(counts - calibration->offsets.potential) / SG_TDSTAT_FULL_COUNTS * model->full_scale_v;
}

static double full_scale_a(const struct sg_tdstat_model *model, const struct sg_tdstat_calibration *calibration,
			   unsigned range)
{
	return model->full_scale_a[range - 1] / calibration->shunts.k[range - 1];
}

double sg_tdstat_amperes(const struct sg_tdstat_model *model, const struct sg_tdstat_calibration *calibration,
			 unsigned range, int32_t counts)
{
	return (double)(counts - calibration->offsets.current) / SG_TDSTAT_FULL_COUNTS *
	       full_scale_a(model, calibration, range);
}

enum sg_err sg_tdstat_dac_code(const struct sg_tdstat_model *model, const struct sg_tdstat_calibration *calibration,
			       enum sg_mode mode, unsigned range, double value, uint32_t *out)
{
	double full_scale = 0.0, offset = 0.0, code;

	if (range < 1 || range > model->ranges)
		return SG_ERR_ARGUMENT;
	switch (mode) {
	case SG_MODE_GALVANOSTATIC:
		full_scale = full_scale_a(model, calibration, range);
		offset = calibration->offsets.current;
		break;
	case SG_MODE_POTENTIOSTATIC:
		full_scale = model->full_scale_v;
		offset = calibration->offsets.potential;
		break;
	case SG_MODE_REST:
	case SG_MODE_SPECTRUM:
		break;
	}
	if (full_scale <= 0.0)
		return SG_ERR_ARGUMENT;
	code = SG_TDSTAT_DAC_MIDDLE + rint(value / full_scale * DAC_STEPS + rint(offset / DAC_COUNTS));
	if (!(code >= 0.0 && code <= DAC_CODE_MAX))
		return SG_ERR_UNSUPPORTED;
	*out = (uint32_t)code;
	return SG_OK;
}

void sg_tdstat_sample(const struct sg_tdstat_model *model, const struct sg_tdstat_calibration *calibration,
		      const struct sg_segment *segment, const struct sg_tdstat_reading *reading, struct sg_sample *out)
{
	*out = (struct sg_sample){
		.instrument_ns = SG_NO_TIME,
		.voltage_v = sg_tdstat_volts(model, calibration, reading->potential.counts),
		.temperature_c = (double)NAN,
		.flags = reading->potential.over ? SG_FLAG_OVERLOAD : 0,
	};
	if (segment->mode == SG_MODE_REST)
		return;
	out->current_a = sg_tdstat_amperes(model, calibration, sg_tdstat_range(model, segment->range_a),
					   reading->current.counts);
	out->set_a = segment->set_value;
	out->range_a = segment->range_a;
	if (reading->current.over)
		out->flags |= SG_FLAG_OVERLOAD;
	else if (fabs((double)reading->current.counts) > WARN_COUNTS)
		out->flags |= SG_FLAG_OVERLOAD_WARN;
	if (fabs(out->current_a - segment->set_value) >
	    sg_caps_tolerance_a(&model->caps, segment->set_value, segment->range_a))
		out->flags |= SG_FLAG_OFF_SET_POINT;
}
