/* SPDX-License-Identifier: Apache-2.0 */
#include "experiment/experiment.h"

#include <stdlib.h>

void sg_experiment_fini(struct sg_experiment *experiment)
{
	free(experiment->procedures);
	experiment->procedures = NULL;
	experiment->procedure_count = 0;
}
