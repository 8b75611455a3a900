/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * One package of a running EmStat4 program against the segment that should have sent it. Stateless:
 * what time allows is the stream's business.
 */
#ifndef SG_WIRE_EMSTAT4_SAMPLE_H
#define SG_WIRE_EMSTAT4_SAMPLE_H

#include <stdbool.h>

#include "core/caps.h"
#include "core/error.h"
#include "core/sample.h"
#include "core/segment.h"
#include "core/text.h"
#include "wire/methodscript_package.h"

/** Nothing the instrument can drive or measure lies further out than this many times its compliance. Assumed. */
#define SG_EMSTAT4_COMPLIANCE_MARGIN 1.2

/**
 * Turn a package into a sample if everything in it that can be checked agrees with the segment:
 *
 *  - the variables, in order: time, current, voltage (at rest: time, voltage), none an integer;
 *  - status and range id present on what is measured; the current range is the fixed one, the potential
 *    range one of an EmStat4;
 *  - a finite voltage no further than 1.2 x compliance;
 *  - a current within the set-point tolerance; or smaller with the same sign: that is what running out
 *    of compliance or losing a lead looks like, so it is kept with SG_FLAG_OFF_SET_POINT;
 *  - status bits that do not contradict each other or the value.
 *
 * Fills instrument_ns, voltage_v, current_a, set_a, range_a and flags; the rest is the caller's.
 *
 * @retval SG_ERR_VALUE  something contradicts; why says what; *out is not written
 */
enum sg_err sg_emstat4_sample(const struct sg_potentiostat_caps *caps, const struct sg_segment *segment,
			      const struct sg_methodscript_package *package, struct sg_sample *out,
			      struct sg_text *why);

/**
 * A package that sg_emstat4_sample() refused: if it is true, has the instrument lost control of a current? That is: all
 * of it is well formed, and the current is beyond the set one, or flows the other way, or through another range,
 * or the voltage is beyond anything the instrument can drive. One such package is damage by all odds; what two
 * in a row are is the stream's business.
 *
 * On true *out is filled as by sg_emstat4_sample(), with the range it names and SG_FLAG_UNCONTROLLED.
 */
bool sg_emstat4_is_uncontrolled(const struct sg_potentiostat_caps *caps, const struct sg_segment *segment,
				const struct sg_methodscript_package *package, struct sg_sample *out);

#endif
