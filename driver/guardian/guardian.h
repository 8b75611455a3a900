/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * The dead man: a process that does nothing but outlive the runner. When the runner dies, or stops turning its loop, it
 * makes sure that the runner is gone, takes the potentiostat over, makes the cell safe, and writes down what it did.
 */
#ifndef SG_GUARDIAN_GUARDIAN_H
#define SG_GUARDIAN_GUARDIAN_H

/** The verb with which a program that links this starts itself as a guardian; see lifeline.h. */
#define SG_GUARDIAN_VERB "guardian"

/**
 * The whole life of a guardian; for main(). No signal but KILL and STOP ends or stops it.
 * @retval 0  told goodbye, nothing written; or the runner died before there was a rig; or the cell was shown to be off
 * @retval 2  not started by a runner
 */
int sg_guardian_main(void);

#endif
