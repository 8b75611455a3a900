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
	memset(documents, 0, sizeof(*documents));
	documents->texts[SG_DOCUMENT_RESULT].size = sg_result_json_size(plan);
	documents->texts[SG_DOCUMENT_SIDECAR].size = sg_sidecar_size(plan);
	for (int i = 0; i < SG_DOCUMENTS; i++) {
		documents->texts[i].bytes = malloc(documents->texts[i].size);
		if (documents->texts[i].bytes)
			continue;
		sg_documents_fini(documents);
		return SG_ERR_NO_MEMORY;
	}
	return SG_OK;
}

void sg_documents_fini(struct sg_documents *documents)
{
	for (int i = 0; i < SG_DOCUMENTS; i++) {
		free(documents->texts[i].bytes);
		documents->texts[i].bytes = NULL;
	}
}

size_t sg_documents_room(const struct sg_documents *documents)
{
	return documents->texts[SG_DOCUMENT_RESULT].size + documents->texts[SG_DOCUMENT_SIDECAR].size;
}

/** How a run ended or why it waits is always written; how it stands, when enough has been added. */
bool sg_documents_are_due(const struct sg_documents *documents, const struct sg_run_summary *summary, off_t recorded)
{
	const size_t counted = documents->size > SIZE_FREE ? documents->size - SIZE_FREE : 0;

	return strcmp(summary->state, "running") != 0 || summary->pausing ||
	       recorded - documents->recorded >= (off_t)(counted / SIZE_PER_GROWTH);
}

void sg_documents_format(struct sg_documents *documents, const struct sg_record_meta *meta,
			 const struct sg_run_folder *folder, const struct sg_result *result,
			 const struct sg_run_summary *summary, off_t recorded)
{
	struct sg_document_text *text = &documents->texts[SG_DOCUMENT_RESULT];

	text->length = sg_result_json(meta, folder, result, summary, text->bytes, text->size);
	text = &documents->texts[SG_DOCUMENT_SIDECAR];
	text->length = sg_sidecar_json(meta, folder, &documents->deviations, summary, text->bytes, text->size);
	documents->formatted = recorded;
}

enum sg_err sg_documents_replace(const struct sg_documents *documents, enum sg_document which,
				 const struct sg_run_folder *folder, const struct sg_disk *disk, bool durable)
{
	const char *const names[] = { SG_RUN_RESULT, folder->metadata };
	const struct sg_document_text *text = &documents->texts[which];

	if (text->length == 0)
		return SG_ERR_STATE; /* sized for the plan: texts far beyond their bounds */
	return sg_replace_file(disk, folder->fd, names[which], text->bytes, text->length, durable);
}

void sg_documents_are_written(struct sg_documents *documents)
{
	documents->size = documents->texts[SG_DOCUMENT_RESULT].length + documents->texts[SG_DOCUMENT_SIDECAR].length;
	documents->recorded = documents->formatted;
}
