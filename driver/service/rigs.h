/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * `rigs.yaml`, what the service has to look after:
 *
 *     sandglassd: 1
 *     folder: /var/lib/sandglass      # run folders: one folder in it for each rig
 *     rigs:
 *       - {name: bench1, rig: bench1.yaml}   # a rig file, seen from where this file is
 *
 * Strict like an experiment file: every mistake is reported with its line and what would be right.
 */
#ifndef SG_SERVICE_RIGS_H
#define SG_SERVICE_RIGS_H

#include <stddef.h>

#include "core/error.h"
#include "experiment/diagnostics.h"
#include "experiment/experiment.h"

#define SG_RIGS_VERSION 1
#define SG_RIGS_MAX 256

struct sg_rig_entry {
	char name[SG_NAME_SIZE]; /**< [A-Za-z0-9._-]+; also the name of its folder */
	char file[SG_URI_SIZE];  /**< as written */
	int line, column;
};

struct sg_rigs {
	char folder[SG_URI_SIZE]; /**< as written */
	size_t count;
	struct sg_rig_entry *entries; /**< owned */
};

/**
 * Read it.
 * @param out          written only on SG_OK; then sg_rigs_fini() it
 * @param name         of the file, for messages
 * @param diagnostics  initialized here
 * @retval SG_ERR_FORMAT  mistakes are in diagnostics
 * @retval SG_ERR_NO_MEMORY
 */
enum sg_err sg_rigs_read(struct sg_rigs *out, const char *name, const char *bytes, size_t length,
			 struct sg_diagnostics *diagnostics);

void sg_rigs_fini(struct sg_rigs *rigs);

#endif
