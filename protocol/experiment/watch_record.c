/* SPDX-License-Identifier: Apache-2.0 */
#include "experiment/watch_record.h"

#include <math.h>
#include <string.h>

static void walk_plain(struct sg_walk *walk, struct sg_watch *watch)
{
	uint32_t of = (uint32_t)watch->fraction_of;

	sg_walk_double(walk, &watch->last_now_s);
	sg_walk_double(walk, &watch->last_s);
	sg_walk_double(walk, &watch->ahead_s);
	for (int i = 0; i < 2; i++) {
		uint32_t told = watch->told[i];

		sg_walk_u32(walk, &told);
		watch->told[i] = told;
	}
	sg_walk_bool(walk, &watch->fraction_known);
	sg_walk_choice(walk, &of, SG_ELECTRODE_B + 1);
	watch->fraction_of = (enum sg_electrode)of;
	sg_walk_double(walk, &watch->fraction.low);
	sg_walk_double(walk, &watch->fraction.high);
	sg_walk_double(walk, &watch->hot_c);
	sg_walk_double(walk, &watch->warm);
	sg_walk_must(walk, watch->warm > 0.0 && watch->warm <= 1.0);
	sg_walk_must(walk, watch->ahead_s >= 0.0 && isfinite(watch->ahead_s));
}

void sg_watch_save(struct sg_walk *walk, const struct sg_watch *watch)
{
	uint8_t record[SG_EXPOSURE_RECORD_SIZE] = { 0 };
	bool has_model = watch->has_model;
	struct sg_watch copy = *watch;

	if (has_model)
		sg_exposure_save(&watch->exposure, record);
	sg_walk_bool(walk, &has_model);
	sg_walk_bytes(walk, record, sizeof(record));
	walk_plain(walk, &copy);
	sg_detector_image_save(walk, &watch->detector);
}

/* The time that is in the model, and what the detectors call it, are of one reading: without them both begin anew. */
static void forget_reading(struct sg_watch *watch)
{
	watch->last_now_s = watch->last_s = NAN;
	watch->ahead_s = 0.0;
	watch->fraction_known = false;
	watch->hot_c = NAN;
}

struct sg_watch_loss sg_watch_restore(struct sg_walk *walk, struct sg_watch *watch, struct sg_text *why)
{
	const struct sg_exposure_config config = watch->exposure.config;
	uint8_t record[SG_EXPOSURE_RECORD_SIZE];
	struct sg_watch_loss loss = { 0 };
	bool had_model = false;

	sg_walk_bool(walk, &had_model);
	sg_walk_bytes(walk, record, sizeof(record));
	walk_plain(walk, watch);
	loss.detectors = !sg_detector_image_restore(walk, &watch->detector);
	if (loss.detectors)
		forget_reading(watch);
	if (!watch->has_model)
		return loss;
	if (!had_model)
		sg_text_add(why, "it was not followed before");
	loss.model = !had_model || sg_exposure_restore(&watch->exposure, &config, record, sizeof(record), why) != SG_OK;
	if (loss.model)
		sg_exposure_set_unknown(&watch->exposure);
	return loss;
}
