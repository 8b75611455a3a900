/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * Units and signs, said once.
 *
 * Inside the program everything is SI (A, V, C, ohm, s, K differences) with three exceptions that
 * the field never writes otherwise: areas in cm2, temperatures in degC, and for people current densities in mA cm-2 and
 * areal charges in mAh cm-2. Names carry the unit.
 *
 * **Sign.** Positive current oxidizes the working electrode: it charges a full cell whose cathode
 * is the working electrode, and strips electrode A, the working side, of a symmetric metal cell.
 * Voltage is working electrode minus reference/counter electrode, so it is positive while a
 * positive current flows through an ohmic cell. Every instrument pins its sign with a vector.
 *
 * **Time.** Monotonic instants and durations are int64_t nanoseconds (`_ns`); UTC is used for the
 * record only (`utc_ns`, nanoseconds since 1970). Physics uses double seconds (`_s`).
 */
#ifndef SG_CORE_UNITS_H
#define SG_CORE_UNITS_H

#include <stdint.h>

/** CODATA 2018, C mol-1. */
#define SG_FARADAY_C_PER_MOL 96485.33212

#define SG_NS_PER_S INT64_C(1000000000)
#define SG_NS_PER_MS INT64_C(1000000)

/** An instant that was not measured. */
#define SG_NO_TIME INT64_MIN
/** A deadline that never comes. */
#define SG_FOREVER INT64_MAX

/** mA cm-2 on area_cm2 to A. */
static inline double sg_current_a(double density_ma_cm2, double area_cm2)
{
	return density_ma_cm2 * area_cm2 * 1e-3;
}

/** A on area_cm2 to mA cm-2. */
static inline double sg_density_ma_cm2(double current_a, double area_cm2)
{
	return current_a * 1e3 / area_cm2;
}

/** C on area_cm2 to mAh cm-2. */
static inline double sg_areal_mah_cm2(double charge_c, double area_cm2)
{
	return charge_c / 3.6 / area_cm2;
}

/** C to Ah. */
static inline double sg_ah(double charge_c)
{
	return charge_c / 3600.0;
}

static inline double sg_seconds(int64_t duration_ns)
{
	return (double)duration_ns * 1e-9;
}

/** Seconds to nanoseconds, saturating: a duration beyond 292 years is forever. NaN counts as 0. */
static inline int64_t sg_ns(double duration_s)
{
	double ns = duration_s * 1e9;

	if (!(ns == ns))
		return 0;
	if (ns >= 9.2e18)
		return SG_FOREVER;
	if (ns <= -9.2e18)
		return -SG_FOREVER;
	return (int64_t)(ns < 0 ? ns - 0.5 : ns + 0.5);
}

#endif
