/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * The memory of a diffusing metal as a fixed number of exponentials: which rates, how much each counts,
 * and how much of each is forgotten in an interval.
 *
 * What one unit of flux leaves at the surface after a time t falls as 1/sqrt(t) in thick metal. With
 * rates s_k = s_0 * 3^(k/2), which is the trapezoid rule in log-rate with h = ln(3)/4 = 0.2747,
 *
 *     1/sqrt(t) = (2h/sqrt(pi)) * sum_k sqrt(s_k) exp(-s_k t)
 *
 * to 2 sqrt(2) exp(-pi^2/(2h)) = 4.5e-8 of itself; what lies beyond the ends of the grid is summed up in closed form.
 * Source: the aliasing error of the trapezoid rule on a line (Trefethen and Weideman, SIAM Review 56 (2014) 385, section
 * 5). With s_0 = 4e-12 /s the cut at the slow end costs 0.1 (s_0 T)^1.5 of a history of T: 3e-8 in 1e7 s, 8e-7 in 1e8 s. The cut at
 * the fast end (4e3 /s) is felt within 4 ms of a step of the current and not later. The usual compromise would be h = 0.33
 * (9e-7). The finer grid is cheaper nevertheless, because of its ratio: the rate two steps on forgets
 * 1 - (1 - m)^3 = m (3 + m (m - 3)) where this one forgets m, so that one exponential is enough for eight
 * rates, and no term of that product can lose digits.
 *
 * In metal of thickness L with a tight back face the same flux leaves (Source: Carslaw and Jaeger, Conduction
 * of Heat in Solids, 3.8)
 *
 *     1/L * [ 1 + 2 sum_n exp(-n^2 pi^2 D t / L^2) ]
 *
 * which on the grid with s_0 = pi^2 D / L^2 needs other weights for the slowest 14 rates and four rates of its own
 * (4, 16, 25, 36 times s_0; 1, 9 and 81 are on the grid). These 18 weights are a weighted least-squares fit to the
 * series, made in 50 digits. Observed: 8.3e-8 of the sum at most, for all t; the tests hold them to the series.
 */
#ifndef SG_MODEL_MODES_H
#define SG_MODEL_MODES_H

#include <stdbool.h>
#include <stdint.h> /* says whose C library it is */

#define SG_MODES_LANES 8 /**< rates that need an exponential of their own */
#define SG_MODES_STEPS 8 /**< rates of a lane, each three times the one before */
#define SG_MODES_WIDTH 4
#define SG_MODES_GRID_FOURS (SG_MODES_LANES * SG_MODES_STEPS / SG_MODES_WIDTH)
#define SG_MODES_FOURS (SG_MODES_GRID_FOURS + 1) /**< and four of finite thickness */

/** s_0 of thick metal, 1/s. */
#define SG_MODES_SLOWEST_1_S 4e-12
/** h of the trapezoid rule, ln(3)/4. */
#define SG_MODES_H 0.27465307216702742285
/** Weight of all rates faster than the grid's: they have forgotten all but the present flux. */
#define SG_MODES_FAST 9.6727830645639041779e-8
/** Weight of all rates slower than the grid's, over s_0: they remember the whole charge. */
#define SG_MODES_SLOW 3.1638159387380736982

/**
 * Four modes side by side. Compilers keep them in one register or two, and every operation is that of four
 * doubles: unlike a loop that is left to the compiler, the order of a sum is written down. Aligned as memory from malloc() is.
 */
typedef double sg_modes_four __attribute__((vector_size(32), aligned(16)));

/**
 * A function that is compiled twice where the linker can choose at start, for processors with registers of four doubles
 * and for all others: same operations, same order, same bits. Not with sanitizers: the choice is made before they are up.
 */
#if defined(__x86_64__) && defined(__GLIBC__) && defined(__GNUC__) && !defined(__clang__) && \
	!defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) && !defined(SG_NO_CLONES)
#define SG_MODES_FOR_EACH_WIDTH __attribute__((target_clones("avx2", "default")))
#else
#define SG_MODES_FOR_EACH_WIDTH
#endif

/**
 * How much each mode counts: sqrt(s_0 / s_k), corrected if the thickness is finite. With modes kept as
 * z_k = s_k * (what the history left of rate k), the surface has sum_k w_k z_k; see diffusion.h. SG_MODES_FOURS, static.
 */
const sg_modes_four *sg_modes_weights(bool finite);

/**
 * The part of each mode that is forgotten in an interval, 1 - exp(-s_k t), to 2e-11 of itself.
 *
 * @param turns   s_0 t: the interval times the slowest rate, >= 0
 * @param finite  the modes of finite thickness too
 * @return how many fours were written
 *
 * Only sums, products and comparisons of doubles: the same bits on every machine whose compiler does not
 * contract them (-ffp-contract=off; the build sets it).
 */
int sg_modes_forget(double turns, bool finite, sg_modes_four gone[SG_MODES_FOURS]);

#endif
