/* SPDX-License-Identifier: Apache-2.0 */
/* sandglass guardian: what `run` starts beside itself; see guardian/guardian.h. Not for people. */
#include "commands.h"
#include "guardian/guardian.h"

int sg_cmd_guardian(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	return sg_guardian_main();
}
