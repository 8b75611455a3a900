/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * How noisy a channel is, learned while it is read. From second differences, so that a voltage that
 * drifts evenly does not count as noise; by a recursive median, so that steps and spikes do not either.
 */
#ifndef SG_DETECT_NOISE_H
#define SG_DETECT_NOISE_H

#include "detect/detector.h"

/**
 * given: rms in the unit of the channel, or NAN: learn. coarse: the smallest change seen is the
 * channel's resolution and adds its own noise; not for a channel that is stepped on purpose.
 */
void sg_noise_init(struct sg_noise *noise, double given, bool coarse);

/** The next value, at a time later than the one before. */
void sg_noise_feed(struct sg_noise *noise, double value, double now_s);

/** The next value does not continue the ones before: a step or a gap. */
void sg_noise_break(struct sg_noise *noise);

/** rms including the resolution of a coarse channel; `unknown` until enough was seen. */
double sg_noise_rms(const struct sg_noise *noise, double unknown);

/** The same in units of the smallest change seen; 0 until known. For a coarse channel. */
double sg_noise_codes(const struct sg_noise *noise);

#endif
