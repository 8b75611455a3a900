/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * The procedures that drive a current, one function each; private to the reader. The procedure comes
 * with kind, line, the default interval and until_v NAN set.
 */
#ifndef SG_EXPERIMENT_PROCEDURE_H
#define SG_EXPERIMENT_PROCEDURE_H

#include "experiment/section.h"

void sg_procedure_ccd(struct sg_reading *reading, const struct sg_yaml_node *node, struct sg_procedure *procedure);
void sg_procedure_cycle(struct sg_reading *reading, const struct sg_yaml_node *node,
			struct sg_procedure *procedure);
void sg_procedure_polarize(struct sg_reading *reading, const struct sg_yaml_node *node,
			   struct sg_procedure *procedure);

#endif
