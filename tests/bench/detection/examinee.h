/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * Who is examined: the detectors as a replay runs them, or one of two that test the examination itself.
 */
#ifndef DETECTION_EXAMINEE_H
#define DETECTION_EXAMINEE_H

#include "alarms.h"
#include "trial.h"

enum examinee {
	EXAMINEE_REPLAY, /* sg_replay, with area, expected resistance and compliance as a person gives them */
	EXAMINEE_BLIND,  /* never says anything */
	EXAMINEE_MAD,    /* says every cell class at every row */
};

/** Play the trial to the examinee; alarms are emptied first, and their storage is used again. @retval false out of memory */
bool examine(enum examinee who, struct trial *trial, struct alarms *alarms);

#endif
