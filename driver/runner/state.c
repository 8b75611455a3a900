/* SPDX-License-Identifier: Apache-2.0 */
#include "runner/state.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/units.h"
#include "experiment/accounting_record.h"
#include "experiment/result_record.h"

static void walk_engine(struct sg_walk *walk, struct sg_engine *engine)
{
	sg_walk_size(walk, &engine->at);
	sg_walk_double(walk, &engine->elapsed_s);
	sg_walk_must(walk, engine->at <= engine->plan->step_count && engine->elapsed_s >= 0.0);
}

static void walk_segment(struct sg_walk *walk, struct sg_segment *segment)
{
	double *const numbers[] = { &segment->set_value, &segment->interval_s, &segment->duration_s, &segment->voltage_min_v,
				    &segment->voltage_max_v, &segment->range_a };
	uint32_t mode = (uint32_t)segment->mode;

	sg_walk_choice(walk, &mode, SG_MODE_SPECTRUM + 1);
	segment->mode = (enum sg_mode)mode;
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		sg_walk_double(walk, numbers[i]);
	sg_walk_must(walk, isfinite(segment->set_value) && isfinite(segment->duration_s));
}

/* The instrument's zero on the clock, as a test time. */
static void walk_anchor(struct sg_walk *walk, struct sg_run *run)
{
	bool has_anchor = run->block.anchor_ns != 0;
	double anchor_s = has_anchor ? sg_seconds(run->block.anchor_ns - run->zero_ns) : 0.0;

	sg_walk_bool(walk, &has_anchor);
	sg_walk_double(walk, &anchor_s);
	sg_walk_must(walk, fabs(anchor_s) < 1e10);
	if (!walk->to)
		run->block.anchor_ns = has_anchor && !walk->bad ? run->zero_ns + sg_ns(anchor_s) : 0;
}

static void walk_block(struct sg_walk *walk, struct sg_run *run)
{
	const struct sg_plan *plan = run->config->plan;
	struct sg_block *block = &run->block;

	sg_walk_size(walk, &block->first_step);
	sg_walk_size(walk, &block->count);
	sg_walk_size(walk, &block->at);
	sg_walk_must(walk, block->count <= SG_BLOCK_STEPS_MAX && block->first_step <= plan->step_count &&
				   block->count <= plan->step_count - block->first_step &&
				   (block->count == 0 || block->at < block->count));
	sg_walk_bool(walk, &block->in_step);
	sg_walk_must(walk, block->count > 0 || !block->in_step);
	sg_walk_double(walk, &block->start_s);
	sg_walk_double(walk, &block->unknown_s);
	sg_walk_double(walk, &block->step_begin_s);
	walk_anchor(walk, run);
	for (size_t i = 0; i < block->count && !walk->bad; i++)
		walk_segment(walk, &run->segments[i]);
	if (!walk->to && !walk->bad)
		block->steps = &plan->steps[block->first_step];
}

static void walk_identity(struct sg_walk *walk, struct sg_identity *identity)
{
	char *const texts[] = { identity->family, identity->model, identity->serial, identity->firmware, identity->place,
				identity->mark };

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		sg_walk_text(walk, texts[i], SG_IDENTITY_SIZE);
	sg_walk_bool(walk, &identity->simulated);
}

static void walk_whereabouts(struct sg_walk *walk, struct sg_whereabouts *w)
{
	int64_t vendor = w->usb_vendor, product = w->usb_product;

	sg_walk_text(walk, w->uri, sizeof(w->uri));
	sg_walk_text(walk, w->place, sizeof(w->place));
	sg_walk_text(walk, w->usb_serial, sizeof(w->usb_serial));
	sg_walk_i64(walk, &vendor);
	sg_walk_i64(walk, &product);
	sg_walk_must(walk, vendor >= -1 && vendor <= UINT16_MAX && product >= -1 && product <= UINT16_MAX);
	w->usb_vendor = (int)vendor;
	w->usb_product = (int)product;
}

/* Who the potentiostat is; where it was, unless the port was given anew. */
static void walk_instrument(struct sg_walk *walk, struct sg_run *run, struct sg_state_rest *rest)
{
	struct sg_rig_slot *slot = &run->rig->potentiostat;
	struct sg_whereabouts whereabouts = slot->whereabouts;
	struct sg_identity identity = slot->identity;
	uint32_t trace = (uint32_t)rest->trace;

	walk_identity(walk, &identity);
	walk_whereabouts(walk, &whereabouts);
	sg_walk_text(walk, rest->port, sizeof(rest->port));
	sg_walk_choice(walk, &trace, SG_TRACE_CURRENT + 1);
	rest->trace = (enum sg_trace)trace;
	if (walk->to || walk->bad)
		return;
	slot->identity = identity;
	if (strcmp(rest->port, slot->config->port) == 0)
		slot->whereabouts = whereabouts;
}

/* The run's own words for why it ends are constants; these become so by being kept. */
static void walk_word(struct sg_walk *walk, const char **word, char kept[SG_RUN_WORD_SIZE])
{
	char text[SG_RUN_WORD_SIZE] = "";

	if (walk->to && *word)
		snprintf(text, sizeof(text), "%s", *word);
	sg_walk_text(walk, text, sizeof(text));
	if (walk->to)
		return;
	memcpy(kept, text, sizeof(text));
	*word = text[0] ? kept : NULL;
}

static void walk_end(struct sg_walk *walk, struct sg_run *run)
{
	int64_t failure = run->failure;

	walk_word(walk, &run->stopped_by, run->kept_stopped_by);
	walk_word(walk, &run->procedure_end, run->kept_procedure_end);
	sg_walk_i64(walk, &failure);
	sg_walk_must(walk, failure <= 0 && failure >= SG_ERR_UNSAFE);
	run->failure = (enum sg_err)failure;
	sg_walk_text(walk, run->detail, sizeof(run->detail));
}

static void walk_climate(struct sg_walk *walk, struct sg_climate *climate, struct sg_state_rest *rest)
{
	rest->soaked = climate->state == SG_CLIMATE_AGREED;
	sg_walk_bool(walk, &rest->soaked);
	sg_walk_double(walk, &climate->set_c);
	sg_walk_double(walk, &climate->soak.needed_s);
}

static void walk_rest_of_run(struct sg_walk *walk, struct sg_run *run, struct sg_state_rest *rest)
{
	sg_walk_double(walk, &run->current_off_s);
	sg_walk_bool(walk, &run->current_before);
	sg_walk_u64(walk, &run->wire_errors);
	sg_walk_double(walk, &rest->pause_until_s);
}

void sg_state_save(struct sg_walk *walk, const struct sg_run *run, const struct sg_state_rest *rest)
{
	struct sg_state_rest rest_copy = *rest;
	struct sg_accounting books = run->books;
	struct sg_result result = *run->result;
	struct sg_run copy = *run;
	size_t over;

	if (result.at == &run->result->beyond) /* the copy's own, by which it is known */
		result.at = &result.beyond;
	walk_engine(walk, &copy.engine);
	walk_block(walk, &copy);
	sg_accounting_walk(walk, &books, run->config->plan);
	sg_result_walk(walk, &result, &over);
	walk_climate(walk, &copy.climate, &rest_copy);
	walk_end(walk, &copy);
	walk_rest_of_run(walk, &copy, &rest_copy);
	walk_instrument(walk, &copy, &rest_copy);
	sg_watch_save(walk, &run->watch);
}

enum sg_err sg_state_restore(struct sg_walk *walk, struct sg_run *run, struct sg_state_rest *rest, struct sg_text *why)
{
	char storage[SG_DIAG_SIZE];
	struct sg_text about_model;
	size_t over = 0;

	sg_text_init(&about_model, storage, sizeof(storage));
	memset(rest, 0, sizeof(*rest));
	walk_engine(walk, &run->engine);
	walk_block(walk, run);
	sg_accounting_walk(walk, &run->books, run->config->plan);
	sg_result_walk(walk, run->result, &over);
	walk_climate(walk, &run->climate, rest);
	walk_end(walk, run);
	walk_rest_of_run(walk, run, rest);
	walk_instrument(walk, run, rest);
	rest->loss = sg_watch_restore(walk, &run->watch, &about_model);
	sg_walk_must(walk, walk->at == walk->size);
	if (walk->bad) {
		sg_text_add(why, "the checkpoint is whole, but no test of this plan can stand so");
		return SG_ERR_VALUE;
	}
	if (rest->loss.model)
		sg_text_add(why, "%s", about_model.data);
	return SG_OK;
}
