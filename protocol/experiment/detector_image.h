/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * The memory of the detectors as bytes, for a checkpoint, and back bit for bit. It is an image of struct sg_detector, which
 * holds no pointer, and so it is good only for a program that lays that out the same way: a sum over the text of
 * detect/state.h and the sizes say so. Another layout is no error of anybody: the detectors begin anew.
 *
 * The image has a check sum of its own. What is behind it is trusted as the memory of a running program is.
 */
#ifndef SG_EXPERIMENT_DETECTOR_IMAGE_H
#define SG_EXPERIMENT_DETECTOR_IMAGE_H

#include <stdbool.h>

#include "detect/detector.h"
#include "format/walk.h"

/** Bytes of one image. */
#define SG_DETECTOR_IMAGE_SIZE (16 + sizeof(struct sg_detector))

/** What says how struct sg_detector is laid out in this program. */
uint32_t sg_detector_layout(void);

/** Write the image. */
void sg_detector_image_save(struct sg_walk *walk, const struct sg_detector *detector);

/**
 * Read one.
 * @param detector  written only if the answer is true
 * @return false: of another layout, or damaged (then the walk is bad, too)
 */
bool sg_detector_image_restore(struct sg_walk *walk, struct sg_detector *detector);

#endif
