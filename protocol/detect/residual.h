/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * A reading beside what the cell normally shows: everything relative to the late-phase resistance (scale), because
 * in the first bins after a reversal the mean itself may be near zero or negative. The cell follows the temperature
 * sensor late: a fall is judged as if the cell were at the hottest it can be, a rise as if at the coldest.
 */
#ifndef SG_DETECT_RESIDUAL_H
#define SG_DETECT_RESIDUAL_H

#include "detect/detector.h"

struct sg_residual {
	double now_s;
	double ohm;           /**< V/I, median of 3, at 25 degC by the sensor */
	double share;         /**< the reading itself: V/I at 25 degC over scale */
	double bare;          /**< ... had the temperature stayed since the stretch began: no step of a thermometer is in it */
	double scale_ohm;     /**< at 25 degC */
	double base_ohm;      /**< at 25 degC; NAN: nothing to compare with */
	double reference_ohm; /**< of slow polarization, at 25 degC; NAN as above */
	double e;             /**< (ohm - base) / scale; NAN as above */
	double e_raw;         /**< the same of the reading itself */
	double e_fall;        /**< ... at the hottest */
	double excess;        /**< R / reference - 1 at the coldest; NAN as above */
	double cold_ohm;      /**< ohm as if of the coldest cell, at 25 degC */
	double falling;       /**< by how much the latest visit of an unsettled phase fell */
	double uncorrected;   /**< e, had the temperature stayed where it was learned */
	double sigma;         /**< of a visit */
	double noise;         /**< of one reading */
	double spread;        /**< of both */
	double steps;         /**< ... by what visits differ from the one before: a drift does not widen it */
	double warm;          /**< how unsure the logarithm of the reference is, for warmth since it was taken */
	bool strange;         /**< another current or duration than it was learned at */
	bool frozen;          /**< the reference is known */
	bool settled;
	bool blind;           /**< no temperature */
	int polarity;
};

/** ohm: V/I of a reading with a current, on its level; smooth_ohm: sg_baseline_smooth() of it at 25 degC. */
struct sg_residual sg_residual_of(const struct sg_detector *detector, double ohm, double smooth_ohm, double current_a,
				  bool settled);

#endif
