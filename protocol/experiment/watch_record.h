/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * A watch as bytes, for a checkpoint, and back bit for bit: a run that is continued from it finds what it would have found
 * if it had never stopped. Its parts may be refused apart: a model of another cell, detectors of another program.
 */
#ifndef SG_EXPERIMENT_WATCH_RECORD_H
#define SG_EXPERIMENT_WATCH_RECORD_H

#include "core/text.h"
#include "experiment/detector_image.h"
#include "experiment/watch.h"
#include "format/walk.h"
#include "model/exposure_record.h"

/** Bytes of one watch at most. */
#define SG_WATCH_RECORD_SIZE (SG_DETECTOR_IMAGE_SIZE + SG_EXPOSURE_RECORD_SIZE + 128)

/** Write it. */
void sg_watch_save(struct sg_walk *walk, const struct sg_watch *watch);

/** What of a watch did not come back. */
struct sg_watch_loss {
	bool detectors; /**< they begin anew: the image is of another program */
	bool model;     /**< f is unknown from here on; why says why */
};

/**
 * @param watch  initialized as for a new run; what does not come back is as it was then, but for the model: its past is not known
 * @param why    about the model; may be NULL
 */
struct sg_watch_loss sg_watch_restore(struct sg_walk *walk, struct sg_watch *watch, struct sg_text *why);

#endif
