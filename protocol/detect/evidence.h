/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * What every event of the cell says beside its own figures: use of the diffusion limit, temperature, where they are
 * known.
 */
#ifndef SG_DETECT_EVIDENCE_H
#define SG_DETECT_EVIDENCE_H

#include "detect/detector.h"

#define SG_EVIDENCE_SIZE 40

/** "f 0.41, 25.1 degC"; "f unknown, T unknown". @return text */
const char *sg_evidence_say(const struct sg_detector *detector, char text[SG_EVIDENCE_SIZE]);

#endif
