/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * The two documents of a run folder, result.json and the sidecar: written together, whole, each in the
 * place of the one before.
 *
 * They grow with every half-step. Rewritten after each, a test of n half-steps would write n^2; so
 * while it runs they are due again only when the record has grown by a quarter of what they take. All
 * rewriting together is then at most some four times the record, however long that gets, and what the
 * documents leave out for the moment is in the tables.
 */
#ifndef SG_HOST_DOCUMENTS_H
#define SG_HOST_DOCUMENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "host/recorder.h"
#include "host/run_folder.h"
#include "host/sidecar.h"

struct sg_documents {
	struct sg_deviations deviations; /**< for the sidecar; see sg_deviations_add() */
	char *scratch;                   /**< owned; holds either document of this plan */
	size_t scratch_size;
	size_t size;    /**< of both, as written last; 0 before */
	off_t recorded; /**< bytes of the record then */
};

/** @retval SG_ERR_NO_MEMORY; nothing allocates after this */
enum sg_err sg_documents_init(struct sg_documents *documents, const struct sg_plan *plan);
void sg_documents_fini(struct sg_documents *documents);

/**
 * Whether it is time to write them.
 * @param recorded  bytes of the record (rows and events) now
 */
bool sg_documents_are_due(const struct sg_documents *documents, const struct sg_run_summary *summary, off_t recorded);

/**
 * Write both. On an error they stay due; each is then the old one or the new one, never a part.
 * @param result   NULL before the first
 * @param durable  wait for the disk
 */
enum sg_err sg_documents_write(struct sg_documents *documents, const struct sg_record_meta *meta,
			       const struct sg_run_folder *folder, const struct sg_result *result,
			       const struct sg_run_summary *summary, off_t recorded, bool durable);

#endif
