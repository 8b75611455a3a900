/* SPDX-License-Identifier: Apache-2.0 */
/* sandglass list: the ports of this PC and what is known of them, without opening or writing to any. */
#include <stdio.h>

#include "commands.h"
#include "host/ports.h"
#include "registry.h"

int sg_cmd_list(int argc, char **argv)
{
	(void)argv;
	if (argc > 1) {
		fprintf(stderr, "usage: sandglass list\n");
		return SG_EXIT_USAGE;
	}
	return 0;
}
