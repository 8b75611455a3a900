/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * Plays a whole measurement script in the simulated instrument and judges what came of it.
 */
#ifndef TEST_FIRMWARE_SCRIPT_H
#define TEST_FIRMWARE_SCRIPT_H

/** cmocka test; *state is a struct sg_vector of kind `script`. */
void plays_to_its_end(void **state);

#endif
