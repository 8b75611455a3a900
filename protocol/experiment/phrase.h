/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * Numbers as a person would say them, four digits at most: "5 min", "571 h", "0.8332 mA", "370 MB".
 * Each fills the caller's storage and returns it.
 */
#ifndef SG_EXPERIMENT_PHRASE_H
#define SG_EXPERIMENT_PHRASE_H

#define SG_PHRASE_SIZE 24

char *sg_phrase_duration(double duration_s, char out[SG_PHRASE_SIZE]);
/** A long time in parts: "50 min", "1 h 35 min", "24 d 4 h 30 min"; seconds only below an hour. */
char *sg_phrase_span(double duration_s, char out[SG_PHRASE_SIZE]);
char *sg_phrase_current(double current_a, char out[SG_PHRASE_SIZE]);
char *sg_phrase_bytes(double bytes, char out[SG_PHRASE_SIZE]);

#endif
