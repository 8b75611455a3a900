/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * The deficit of metal at the two faces of a symmetric cell, after any history of current, in arbitrary units
 * (exposure.h gives it them). Three histories are kept, for what plating does to an earlier deficit is not known:
 *
 * - **linear**: plating is stripping with the other sign; metal piles up at the interface and is there for
 *   the next strip. One history for both electrodes, since B has the negative of A. The optimistic end.
 * - **one-sided**, for each electrode: a lattice cannot be over-full. Plating refills the deficit at the interface, and
 *   from then on holds it at 0 and adds new layers. The pessimistic end.
 *
 * All three share the modes of modes.h, so that the one-sided bound needs no grid of cells and no coarser clock:
 * with m_k forgotten in an interval, P = sum w (1 - m) z what the history leaves at its end and G = sum w m the gain of a constant
 * flux, the surface ends at P + G j; if that is below 0, the flux that is taken up is -P/G instead of j. That holds the
 * surface at 0 at the end of each interval, by one division.
 *
 * Error. Linear: that of the modes, 5e-8 of the largest term, at any intervals, since piecewise constant flux is
 * exact. One-sided: Observed against finer intervals, half-steps of 1 min to 5 h: at most 5e-5 of f where a half-step has 300
 * samples or more, 2e-4 with 30, 4e-4 with one; high in nearly all cases, so that the bound remains one. An interval in which the hold begins is
 * cut at its beginning, and while the hold is young intervals are cut to a sixteenth of its age (at most 100 pieces).
 *
 * Time is that of the diffusion clock, theta = integral of D dt over a reference D, which makes all of
 * this exact for D that changes with time.
 */
#ifndef SG_MODEL_DIFFUSION_H
#define SG_MODEL_DIFFUSION_H

#include <stdbool.h>

#include "model/modes.h"

enum sg_recovery {
	SG_RECOVERY_LINEAR,      /**< of electrode A; B has the negative */
	SG_RECOVERY_ONE_SIDED_A,
	SG_RECOVERY_ONE_SIDED_B,
};
#define SG_RECOVERIES 3

struct sg_diffusion {
	sg_modes_four mode[SG_RECOVERIES][SG_MODES_FOURS];
	double charge[SG_RECOVERIES];  /**< flux x clock that went in */
	double surface[SG_RECOVERIES]; /**< the deficit now; positive is missing metal */
	double held_s[SG_RECOVERIES];  /**< how long the surface has been held at 0, < 0: it is not */
	double slowest_1_s;            /**< s_0 */
	double charge_weight;          /**< of the charge in the surface */
	double trifle;                 /**< of the surface: a hold that is worth less is not cut into pieces */
	bool finite;
};

/**
 * Begin with full metal.
 * @param slowest_1_s  pi^2 D / L^2 at the reference D for metal of thickness L, or 0: thick metal
 * @param trifle       of the surface, see above; > 0
 */
void sg_diffusion_init(struct sg_diffusion *diffusion, double slowest_1_s, double trifle);

/**
 * A constant flux for an interval of the diffusion clock. Both finite, interval_s >= 0.
 * @param flux  positive strips A
 */
void sg_diffusion_advance(struct sg_diffusion *diffusion, double interval_s, double flux);

/**
 * The same with an interval of which only the bounds of the flux are known: linear takes the middle, and each
 * electrode what strips it most.
 */
void sg_diffusion_advance_between(struct sg_diffusion *diffusion, double interval_s, double lowest, double highest);

/**
 * What the surface would be after another interval, if no hold began in it.
 * @param flux  positive strips A; for any of the three
 */
double sg_diffusion_ahead(const struct sg_diffusion *diffusion, enum sg_recovery recovery, double interval_s,
			  double flux);

#endif
