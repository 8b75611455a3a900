/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * Numbers of a TDstat: words of its ADCs to counts to volts and amperes, and amperes to codes of its DAC.
 * Positive current leaves WE, passes the cell and enters CE: it strips electrode A, the side WE is clipped to.
 *
 * Source: thomasdob/tdstatv3 at b8cad31, python/tdstatv3.py; the MCP3550's data sheet DS21950 for the overflow bits.
 */
#ifndef SG_WIRE_TDSTAT_CONVERT_H
#define SG_WIRE_TDSTAT_CONVERT_H

#include <stdint.h>

#include "core/error.h"
#include "core/sample.h"
#include "core/segment.h"
#include "wire/tdstat.h"
#include "wire/tdstat_calibration.h"

/** Counts of the ADC at full scale; it goes on to about 112 % of it. */
#define SG_TDSTAT_FULL_COUNTS 2097152
/** The middle of the DAC: 0 V or 0 A but for the offset. */
#define SG_TDSTAT_DAC_MIDDLE 524288

/** One conversion of one channel. */
struct sg_tdstat_word_value {
	int32_t counts;
	int over; /**< +1: flagged above full scale, -1: below; the counts hold good nevertheless */
};

/**
 * @retval SG_ERR_FRAME  both flags set (never from the chip), or one that the number contradicts
 */
enum sg_err sg_tdstat_adc_word(const uint8_t bytes[3], struct sg_tdstat_word_value *out);

/** One answer to ADCREAD. */
struct sg_tdstat_reading {
	struct sg_tdstat_word_value potential;
	struct sg_tdstat_word_value current;
};

/** @retval SG_ERR_FRAME  as above */
enum sg_err sg_tdstat_adc_read(const uint8_t bytes[6], struct sg_tdstat_reading *out);

double sg_tdstat_volts(const struct sg_tdstat_model *model, const struct sg_tdstat_calibration *calibration,
		       int32_t counts);
/** @param range  1 .. model->ranges */
double sg_tdstat_amperes(const struct sg_tdstat_model *model, const struct sg_tdstat_calibration *calibration,
			 unsigned range, int32_t counts);

/**
 * The DAC's code for a set value, its own offset included. Rounded to the even count twice, offset and sum, as
 * the maker's program does.
 *
 * @param mode  POTENTIOSTATIC: value in V; GALVANOSTATIC: value in A
 * @retval SG_ERR_ARGUMENT     no such range or mode
 * @retval SG_ERR_UNSUPPORTED  not finite, or beyond 20 bits: nothing is clipped
 */
enum sg_err sg_tdstat_dac_code(const struct sg_tdstat_model *model, const struct sg_tdstat_calibration *calibration,
			       enum sg_mode mode, unsigned range, double value, uint32_t *out);

/**
 * A reading as a sample: voltage_v, current_a, set_a, range_a, flags. At rest the current is exactly 0, and the
 * voltage is the open circuit.
 *
 * @param segment  a rest, or galvanostatic in a range of the model
 *
 * A current that is not the set one is kept and flagged, whichever way it is off: the ADC is right about what flows
 * even where DAC, range relay or cell are not.
 */
void sg_tdstat_sample(const struct sg_tdstat_model *model, const struct sg_tdstat_calibration *calibration,
		      const struct sg_segment *segment, const struct sg_tdstat_reading *reading, struct sg_sample *out);

#endif
