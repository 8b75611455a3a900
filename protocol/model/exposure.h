/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * How much of the metal's diffusion limit a cell has used, at every sample, for any measured current and changing
 * temperature: the fraction f of limit.h, of each electrode, as an interval. Fixed memory, O(1) a sample, no allocation.
 *
 * **What the interval covers**
 * - what plating does to an earlier deficit: from linear to one-sided recovery (diffusion.h), a factor of two
 *   after many cycles;
 * - gaps in the record with unknown current: anything from none to what flowed before;
 * - a temperature that nobody measured or set: 25 degC, give or take SG_EXPOSURE_ASSUMED_K;
 * - the spread of D that the caller allows for.
 *
 * **What it does not cover**, and a text for people must not hide: D is that of tracer atoms in a perfect crystal; vacancies
 * are a 1e-5 of f long before f = 1, and voids can grow then. Creep under pressure, grain boundaries, rough contact,
 * impurities, edges, the plated side, and a path along the outside of the pellet are not in it. One
 * dimension, one temperature in space, a fixed interface. f is an index of exposure and f = 1 an upper bound on charge; it
 * is no vacancy count and no prediction of a short. Below f = 0.3 this mechanism is unlikely to be the cause of what is
 * seen; above 1 an ideal interface would have failed already.
 *
 * Feed the *measured* current, rests too: the history is all that matters. After a restart without the saved state f
 * is unknown for good, because what an unknown history left decays only as t^(-1/2).
 *
 * Sign: positive current strips electrode A, the working electrode (core/units.h).
 */
#ifndef SG_MODEL_EXPOSURE_H
#define SG_MODEL_EXPOSURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/error.h"
#include "core/text.h"
#include "model/diffusion.h"
#include "model/limit.h"
#include "model/material.h"

enum sg_electrode {
	SG_ELECTRODE_A, /**< working electrode: stripped by positive current */
	SG_ELECTRODE_B,
};

/** A number that is known to lie between two. Both NAN: unknown. */
struct sg_interval {
	double low;
	double high;
};

struct sg_exposure_config {
	struct sg_material material;
	double area_cm2;       /**< from the user, never guessed */
	double thickness_cm;   /**< of the metal, back face tight; NAN: thick */
	double temperature_c;  /**< of samples that come without one, until one comes with; NAN: unknown */
	double diffusion_low;  /**< D is at least this times the set's, 0 < .. <= 1; 1: as given */
	double diffusion_high; /**< and at most this times, >= 1 */
};

/** With neither a measured nor a set temperature: 25 degC, and f as wide as D from 15 to 35 degC makes it. */
#define SG_EXPOSURE_ASSUMED_C 25.0
#define SG_EXPOSURE_ASSUMED_K 10.0

/** Gaps kept apart; more than this are taken together so that the interval covers them. */
#define SG_EXPOSURE_GAPS 4

struct sg_exposure_gap {
	double begin_s; /**< on the diffusion clock */
	double end_s;
	double half;    /**< half the width of the flux that may have flowed */
};

struct sg_exposure {
	struct sg_diffusion diffusion;
	struct sg_exposure_config config;
	double reference_cm2_s; /**< D by which clock and flux are scaled */
	double scale;           /**< surface of diffusion.h to f, at the concentration of 25 degC */
	double thin_scale;      /**< charge to f at the end of all diffusion; 0: thick */
	double widen_low;       /**< f may be less by this factor */
	double widen_high;      /**< and more by this */
	double temperature_c;   /**< of the latest sample that had one */
	double speed;           /**< D now over the reference */
	double density;         /**< concentration now over that at 25 degC */
	double clock_s;         /**< diffusion clock */
	double elapsed_s;
	double flux;            /**< latest, A cm-2 over speed */
	double current_a;       /**< latest measured */
	struct sg_exposure_gap gaps[SG_EXPOSURE_GAPS];
	uint32_t gap_count;     /**< all there have been */
	uint32_t flags;         /**< of enum sg_exposure_flag */
};

enum sg_exposure_flag {
	SG_EXPOSURE_UNKNOWN = 1u << 0,             /**< time went by that nobody witnessed: f is unknown, for good */
	SG_EXPOSURE_TEMPERATURE_ASSUMED = 1u << 1, /**< some of it at 25 degC because nobody knew */
	SG_EXPOSURE_TEMPERATURE_BEYOND = 1u << 2,  /**< some of it where the set does not hold; the last D that did was used */
	SG_EXPOSURE_CURRENT_UNKNOWN = 1u << 3,     /**< gaps are in it */
	SG_EXPOSURE_CLOCK_BACK = 1u << 4,          /**< intervals that were negative or no numbers were left out */
};

/**
 * Begin with fresh metal.
 * @retval SG_ERR_ARGUMENT     a value makes no sense (why says which), or the metal is molten
 * @retval SG_ERR_UNSUPPORTED  the set does not hold at temperature_c
 */
enum sg_err sg_exposure_init(struct sg_exposure *exposure, const struct sg_exposure_config *config,
			     struct sg_text *why);

/**
 * One sample: the current that has flowed since the one before it.
 *
 * @param interval_s     since the sample before. Zero, negative or no number: nothing advances (the rest is taken note of)
 * @param current_a      measured, positive strips A. No number: a gap, see below
 * @param temperature_c  of the cell, or NAN: that of the sample before stays
 */
void sg_exposure_feed(struct sg_exposure *exposure, double interval_s, double current_a, double temperature_c);

/** Time in which anything from no current to that of the latest sample may have flowed. */
void sg_exposure_gap(struct sg_exposure *exposure, double interval_s, double temperature_c);

/** Time that nobody witnessed at all, or metal with a past: f is unknown from here on. */
void sg_exposure_set_unknown(struct sg_exposure *exposure);

/** f of an electrode now, each end at least 0; above 1 it means "beyond the limit" and no more. NAN if unknown. */
struct sg_interval sg_exposure_fraction(const struct sg_exposure *exposure, enum sg_electrode electrode);

/** The same where only a part of the area is in contact, 0 < part <= 1: locally at least f / part. */
struct sg_interval sg_exposure_fraction_contact(struct sg_interval fraction, double part);

/** f if D were another one throughout: as D^(-1/2). Exact in thick metal; in thin metal the truth lies between both. */
struct sg_interval sg_exposure_fraction_rescaled(struct sg_interval fraction, double diffusion_ratio);

/** Part of all metal of an electrode that is away, net; NAN if the thickness is not given, or if unknown. */
double sg_exposure_inventory(const struct sg_exposure *exposure, enum sg_electrode electrode);

/** Longer than this is not looked ahead: thirty years. */
#define SG_EXPOSURE_HORIZON_S 1e9

/**
 * How long a current can go on until f = 1: the earliest and the latest time from now, at the present temperature. 0: f is
 * there or beyond; INFINITY: never within SG_EXPOSURE_HORIZON_S (an electrode that is plated, or a rest). At most 160
 * evaluations of the modes, about 10 us. NAN if unknown.
 */
struct sg_interval sg_exposure_time_to_limit(const struct sg_exposure *exposure, enum sg_electrode electrode,
					     double current_a);

/**
 * f of an electrode after a current has flowed for another time, from the state as it is, in small steps of its own.
 * Works on a copy; the state stays. For plans: what a half-step would make of it.
 */
struct sg_interval sg_exposure_fraction_after(const struct sg_exposure *exposure, enum sg_electrode electrode,
					      double interval_s, double current_a);

/* exposure_text.c */

/**
 * One sentence for people: "estimated use of the Sand-type diffusion limit, electrode A: 0.41-0.68 (recovery
 * assumption), D from ...; an index of exposure and an upper bound, not a prediction of a short". With what else widens it.
 */
void sg_exposure_describe(const struct sg_exposure *exposure, enum sg_electrode electrode, struct sg_text *out);

#endif
