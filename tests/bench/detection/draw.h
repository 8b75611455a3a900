/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * The parts of a trial as they are drawn, in this order; each uses what those before it have set. Internal.
 */
#ifndef DETECTION_DRAW_H
#define DETECTION_DRAW_H

#include "trial.h"

/** Kind, area, resistances, relaxations, nominal current. */
void draw_cell(struct trial *trial, struct dice *dice);
void draw_sampling(struct trial *trial, struct dice *dice);
void draw_programme(struct trial *trial, struct dice *dice);
/** What depends on how much current flows for how long: concentration, conditioning, peaks, age. */
void draw_history(struct trial *trial, struct dice *dice);
void draw_room(struct trial *trial, struct dice *dice);
void draw_meter(struct trial *trial, struct dice *dice);
void draw_incident(struct trial *trial, struct dice *dice);
/** What the person told the detectors: expected resistance, compliance. */
void draw_told(struct trial *trial, struct dice *dice);

/** A letter of a word, each as likely as often as it is in there. */
char draw_letter(struct dice *dice, const char *letters);

#endif
