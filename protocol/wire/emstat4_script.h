/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * Programs for the EmStat4: segments in, MethodSCRIPT out.
 *
 * A sequence of galvanostatic segments becomes one program, so that nothing happens at the cell between
 * them. It carries its own voltage limits (checked once per sample inside the instrument) and a finite
 * run time per segment; `on_finished` switches the cell off however it ends, except after a run-time
 * error. At its end it sends the variable s: 0 all segments ran their time, 2k+1 upper and 2k+2 lower
 * voltage limit of segment k ended it.
 *
 * Source: PalmSens/MethodSCRIPT_Examples, MethodSCRIPTs/Measurement_Loops/MSLoopExample009-CP.mscr and
 * 011-OCP; limits as in MSExample029-Charge_versus_cycles.mscr.
 */
#ifndef SG_WIRE_EMSTAT4_SCRIPT_H
#define SG_WIRE_EMSTAT4_SCRIPT_H

#include <stddef.h>

#include "core/caps.h"
#include "core/error.h"
#include "core/segment.h"
#include "core/text.h"

/**
 * Most bytes of a program, from `e` to the empty line.
 * Assumed: no public number; error 4005 (script too large) would tell the true one.
 */
#define SG_EMSTAT4_SCRIPT_MAX 4096

/** Most segments in one program, whatever their size. */
#define SG_EMSTAT4_SEGMENTS_MAX 16

/**
 * Can the instrument run these segments?
 *
 * @param fits  how many of them, from the first, one program can carry: they share mode and range, and
 *              fit the size, the count and the clock. At least 1 on SG_OK, 0 otherwise
 * @param why   the value that is out, and its bounds; may be NULL
 *
 * @retval SG_ERR_ARGUMENT     count is 0, or a number is not finite or makes no sense
 * @retval SG_ERR_UNSUPPORTED  this model cannot do it
 */
enum sg_err sg_emstat4_check(const struct sg_potentiostat_caps *caps, const struct sg_segment *segments,
			     size_t count, size_t *fits, struct sg_text *why);

/**
 * Write the program. The segments must have passed sg_emstat4_check() with fits >= count.
 *
 * @param out  cleared first; needs SG_EMSTAT4_SCRIPT_MAX + 1 bytes of storage
 * @retval SG_ERR_ARGUMENT  mixed modes or ranges, several rests, or it does not fit; out is then empty
 */
enum sg_err sg_emstat4_script(const struct sg_segment *segments, size_t count, struct sg_text *out);

/**
 * The program that shows the cell to be off: it switches it off and measures the open circuit, which
 * the instrument refuses with error 0014 while the cell is on. A package back is the proof.
 */
const char *sg_emstat4_script_verify_off(void);

/** The shortest program that switches the cell off. */
const char *sg_emstat4_script_cell_off(void);

#endif
