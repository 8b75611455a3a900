/* SPDX-License-Identifier: Apache-2.0 */
#include "host/documents.h"

#include <stdlib.h>
#include <string.h>

#include "host/atomic_file.h"
#include "host/result_json.h"

#define SIZE_PER_GROWTH 4
/* Of their size so much is there whatever is in the list, and is not counted: of a short test every half-step is shown. */
#define SIZE_FREE 4096

enum sg_err sg_documents_init(struct sg_documents *documents, const struct sg_plan *plan)
{
	size_t result = sg_result_json_size(plan), sidecar = sg_sidecar_size(plan);

	memset(documents, 0, sizeof(*documents));
	documents->scratch_size = result > sidecar ? result : sidecar;
	documents->scratch = malloc(documents->scratch_size);
	return documents->scratch ? SG_OK : SG_ERR_NO_MEMORY;
}

void sg_documents_fini(struct sg_documents *documents)
{
	free(documents->scratch);
	documents->scratch = NULL;
}

/** How a run ended or why it waits is always written; how it stands, when enough has been added. */
bool sg_documents_are_due(const struct sg_documents *documents, const struct sg_run_summary *summary, off_t recorded)
{
	const size_t counted = documents->size > SIZE_FREE ? documents->size - SIZE_FREE : 0;

	return strcmp(summary->state, "running") != 0 || summary->pausing ||
	       recorded - documents->recorded >= (off_t)(counted / SIZE_PER_GROWTH);
}

/** Put what is in scratch in the place of a document. */
static enum sg_err replace(const struct sg_documents *documents, const struct sg_run_folder *folder, const char *name,
			   size_t length, bool durable)
{
	if (length == 0)
		return SG_ERR_STATE; /* scratch is sized for the plan: texts far beyond their bounds */
	return sg_replace_file(folder->fd, name, documents->scratch, length, durable);
}

enum sg_err sg_documents_write(struct sg_documents *documents, const struct sg_record_meta *meta,
			       const struct sg_run_folder *folder, const struct sg_result *result,
			       const struct sg_run_summary *summary, off_t recorded, bool durable)
{
	size_t result_size, sidecar_size;
	enum sg_err err, err2;

	result_size = sg_result_json(meta, folder, result, summary, documents->scratch, documents->scratch_size);
	err = replace(documents, folder, SG_RUN_RESULT, result_size, durable);
	sidecar_size = sg_sidecar_json(meta, folder, &documents->deviations, summary, documents->scratch,
				       documents->scratch_size);
	err2 = replace(documents, folder, folder->metadata, sidecar_size, durable); /* tried whatever the first did */
	if (err || err2)
		return err ? err : err2;
	documents->size = result_size + sidecar_size;
	documents->recorded = recorded;
	return SG_OK;
}
