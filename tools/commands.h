/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * The verbs of the sandglass command. Each gets its own arguments (argv[0] is the verb) and returns
 * the exit status:
 *
 *   0  done; for `run`: the experiment came to an end it names itself (its plan, a short, the voltage that ends a ramp)
 *   1  it could not be done, or a limit ended it; for `check`: something does not fit; for all but `run`, which keeps
 *      its findings in files: what it prints could not be written
 *   2  the command line is wrong
 *   3  THE CELL COULD NOT BE SHOWN TO BE OFF
 *   4  `run`, `resume`: the cell is off, and the test is held until a person says that it is to go on
 *   130  `run` was asked to stop (Ctrl-C, or a signal to end): the cell is off, the data are kept, but the experiment is
 *      not done, and what a shell has after && must not begin. As shells have it for a program that Ctrl-C ends
 */
#ifndef SG_TOOLS_COMMANDS_H
#define SG_TOOLS_COMMANDS_H

enum {
	SG_EXIT_OK = 0,
	SG_EXIT_FAILED = 1,
	SG_EXIT_USAGE = 2,
	SG_EXIT_UNSAFE = 3,
	SG_EXIT_HELD = 4,
	SG_EXIT_STOPPED = 130,
};

int sg_cmd_run(int argc, char **argv);
int sg_cmd_resume(int argc, char **argv);
int sg_cmd_check(int argc, char **argv);
int sg_cmd_list(int argc, char **argv);
int sg_cmd_replay(int argc, char **argv);
int sg_cmd_calibration(int argc, char **argv);
int sg_cmd_model(int argc, char **argv);
/** submit, status, stop, pause, go-on, tail: argv[0] says which. */
int sg_cmd_service(int argc, char **argv);
int sg_cmd_guardian(int argc, char **argv);

#endif
