/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * From the YAML file a person wrote to struct sg_experiment. Strict: nothing is guessed, an unknown
 * key is an error, and every mistake is reported with line, column and what would be right.
 *
 * What needs an instrument's capabilities is not checked here but in check.h.
 */
#ifndef SG_EXPERIMENT_READER_H
#define SG_EXPERIMENT_READER_H

#include <stddef.h>

#include "core/error.h"
#include "experiment/diagnostics.h"
#include "experiment/experiment.h"

#define SG_EXPERIMENT_VERSION 1 /**< of the file format: `sandglass: 1` */

/**
 * Read an experiment.
 *
 * @param out          written only on SG_OK; then sg_experiment_fini() it
 * @param name         of the file, for messages
 * @param bytes        need not be NUL-terminated; borrowed during the call
 * @param diagnostics  initialized here; up to SG_DIAGNOSTICS_MAX mistakes, in the order of the file
 *
 * If the experiment names a separate rig file, out->rig_file is its path as written and out->rig is
 * empty: load that file, sg_rig_read() it into out->rig. What depends on a chamber is then
 * left to sg_check().
 *
 * @retval SG_ERR_FORMAT  mistakes are in diagnostics
 * @retval SG_ERR_NO_MEMORY
 */
enum sg_err sg_experiment_read(struct sg_experiment *out, const char *name, const char *bytes, size_t length,
			       struct sg_diagnostics *diagnostics);

/** Read a rig file: what stands under `rig:` in an experiment, as a file of its own. Otherwise as above. */
enum sg_err sg_rig_read(struct sg_rig_config *out, const char *name, const char *bytes, size_t length,
			struct sg_diagnostics *diagnostics);

#endif
