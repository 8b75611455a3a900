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

#include "host/disk.h"
#include "host/recorder.h"
#include "host/run_folder.h"
#include "host/sidecar.h"

/** In the order in which they are written. */
enum sg_document {
	SG_DOCUMENT_RESULT,
	SG_DOCUMENT_SIDECAR,
	SG_DOCUMENTS, /**< how many there are */
};

struct sg_document_text {
	char *bytes; /**< owned; holds this document of this plan */
	size_t size;
	size_t length;
};

struct sg_documents {
	struct sg_deviations deviations; /**< for the sidecar; see sg_deviations_add() */
	struct sg_document_text texts[SG_DOCUMENTS];
	off_t formatted; /**< bytes of the record then */
	size_t size;     /**< of both, as written last; 0 before */
	off_t recorded;  /**< bytes of the record then */
};

/** @retval SG_ERR_NO_MEMORY; nothing allocates after this */
enum sg_err sg_documents_init(struct sg_documents *documents, const struct sg_plan *plan);
void sg_documents_fini(struct sg_documents *documents);

/** Room for both at their largest. */
size_t sg_documents_room(const struct sg_documents *documents);

/**
 * Whether it is time to write them.
 * @param recorded  bytes of the record (rows and events) now
 */
bool sg_documents_are_due(const struct sg_documents *documents, const struct sg_run_summary *summary, off_t recorded);

/**
 * Put both into words. What is written afterwards needs nothing but that, so another thread can do it.
 * @param result   NULL before the first
 */
void sg_documents_format(struct sg_documents *documents, const struct sg_record_meta *meta,
			 const struct sg_run_folder *folder, const struct sg_result *result,
			 const struct sg_run_summary *summary, off_t recorded);

/**
 * Put one in the place of the one before. On an error that stays.
 * @param durable  wait for the disk
 */
enum sg_err sg_documents_replace(const struct sg_documents *documents, enum sg_document which,
				 const struct sg_run_folder *folder, const struct sg_disk *disk, bool durable);

/** Both were replaced: they are due again when there is enough to add. Without this they stay due. */
void sg_documents_are_written(struct sg_documents *documents);

#endif
