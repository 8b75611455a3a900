/* SPDX-License-Identifier: Apache-2.0 */
#include "model/exposure_record.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#define MAGIC "SGEXPOSR"
#define MAGIC_SIZE 8
#define VERSION 1u
#define CRC_SIZE 4
#define CONSTANTS 13

static uint32_t crc32_of(const uint8_t *bytes, size_t size)
{
	uint32_t crc = UINT32_MAX;

	for (size_t i = 0; i < size; i++) {
		crc ^= bytes[i];
		for (int bit = 0; bit < 8; bit++)
			crc = (crc >> 1) ^ (crc & 1u ? UINT32_C(0xEDB88320) : 0u);
	}
	return ~crc;
}

/* Where the next field goes or comes from: the same walk for both, so that they cannot disagree. */
struct walk {
	uint8_t *to;         /* or NULL */
	const uint8_t *from; /* or NULL */
	size_t at;
};

static void walk_u32(struct walk *w, uint32_t *value)
{
	uint32_t read = 0;

	for (unsigned i = 0; i < 4; i++, w->at++) {
		if (w->to)
			w->to[w->at] = (uint8_t)(*value >> (8 * i));
		else
			read |= (uint32_t)w->from[w->at] << (8 * i);
	}
	if (!w->to)
		*value = read;
}

static void walk_double(struct walk *w, double *value)
{
	uint32_t half[2];
	uint64_t bits;

	memcpy(&bits, value, sizeof(bits));
	half[0] = (uint32_t)bits;
	half[1] = (uint32_t)(bits >> 32);
	walk_u32(w, &half[0]);
	walk_u32(w, &half[1]);
	bits = (uint64_t)half[1] << 32 | half[0];
	memcpy(value, &bits, sizeof(bits));
}

static void walk_doubles(struct walk *w, double *values, size_t count)
{
	for (size_t i = 0; i < count; i++)
		walk_double(w, &values[i]);
}

static void walk_state(struct walk *w, struct sg_exposure *e)
{
	double *const plain[] = { &e->widen_low, &e->widen_high, &e->temperature_c, &e->speed,	 &e->density,
				  &e->clock_s,	 &e->elapsed_s,	 &e->flux,	    &e->current_a };

	for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]); i++)
		walk_double(w, plain[i]);
	for (size_t i = 0; i < SG_EXPOSURE_GAPS; i++) {
		walk_double(w, &e->gaps[i].begin_s);
		walk_double(w, &e->gaps[i].end_s);
		walk_double(w, &e->gaps[i].half);
	}
	walk_doubles(w, e->diffusion.charge, SG_RECOVERIES);
	walk_doubles(w, e->diffusion.surface, SG_RECOVERIES);
	walk_doubles(w, e->diffusion.held_s, SG_RECOVERIES);
	for (size_t i = 0; i < SG_RECOVERIES; i++) {
		for (size_t k = 0; k < SG_MODES_FOURS; k++) {
			double four[SG_MODES_WIDTH];

			memcpy(four, &e->diffusion.mode[i][k], sizeof(four));
			walk_doubles(w, four, SG_MODES_WIDTH);
			memcpy(&e->diffusion.mode[i][k], four, sizeof(four));
		}
	}
	walk_u32(w, &e->gap_count);
	walk_u32(w, &e->flags);
}

static const char *const constant_names[CONSTANTS] = {
	"concentration of the metal", "expansion of the metal", "melting point", "D0", "D0 of the second term", "Q",
	"Q of the second term", "temperature of D", "area", "thickness", "temperature", "least D", "largest D",
};

static void collect_constants(const struct sg_exposure_config *c, double out[CONSTANTS])
{
	const struct sg_metal *metal = c->material.metal;
	const double constants[CONSTANTS] = {
		metal->concentration_mol_cm3, metal->expansion_1_k,    metal->melting_c,      c->material.d0_cm2_s[0],
		c->material.d0_cm2_s[1],      c->material.q_j_mol[0],  c->material.q_j_mol[1], c->material.only_at_c,
		c->area_cm2,		      c->thickness_cm,	       c->temperature_c,      c->diffusion_low,
		c->diffusion_high,
	};

	memcpy(out, constants, sizeof(constants));
}

static void walk_head(struct walk *w, uint32_t *version, uint32_t *size, char name[SG_MATERIAL_NAME_SIZE])
{
	w->at = MAGIC_SIZE;
	walk_u32(w, version);
	walk_u32(w, size);
	for (size_t i = 0; i < SG_MATERIAL_NAME_SIZE; i++, w->at++) {
		if (w->to)
			w->to[w->at] = (uint8_t)name[i];
		else
			name[i] = (char)w->from[w->at];
	}
}

void sg_exposure_save(const struct sg_exposure *e, uint8_t record[SG_EXPOSURE_RECORD_SIZE])
{
	struct walk w = { .to = record };
	struct sg_exposure copy = *e;
	uint32_t version = VERSION, size = SG_EXPOSURE_RECORD_SIZE, crc;
	char name[SG_MATERIAL_NAME_SIZE] = { 0 };
	double constants[CONSTANTS];

	for (size_t i = 0; i < SG_MATERIAL_NAME_SIZE && copy.config.material.name[i]; i++)
		name[i] = copy.config.material.name[i];
	memcpy(record, MAGIC, MAGIC_SIZE);
	walk_head(&w, &version, &size, name);
	collect_constants(&copy.config, constants);
	walk_doubles(&w, constants, CONSTANTS);
	walk_state(&w, &copy);
	crc = crc32_of(record, w.at);
	walk_u32(&w, &crc);
}

static enum sg_err check_frame(const uint8_t *record, size_t size, struct sg_text *why)
{
	struct walk w = { .from = record };
	uint32_t version = 0, length = 0, crc = 0;
	char name[SG_MATERIAL_NAME_SIZE];

	if (size < MAGIC_SIZE + 8 + SG_MATERIAL_NAME_SIZE || memcmp(record, MAGIC, MAGIC_SIZE) != 0) {
		sg_text_add(why, "this is no saved state of the diffusion model");
		return SG_ERR_FRAME;
	}
	walk_head(&w, &version, &length, name);
	if (version != VERSION) {
		sg_text_add(why, "the saved state is of version %u; this program knows version %u", (unsigned)version, VERSION);
		return SG_ERR_FRAME;
	}
	if (length != SG_EXPOSURE_RECORD_SIZE || size != SG_EXPOSURE_RECORD_SIZE) {
		sg_text_add(why, "the saved state has %zu bytes and says %u, where %d are right: cut off, or damaged", size,
			    (unsigned)length, SG_EXPOSURE_RECORD_SIZE);
		return SG_ERR_FRAME;
	}
	w.at = SG_EXPOSURE_RECORD_SIZE - CRC_SIZE;
	walk_u32(&w, &crc);
	if (crc != crc32_of(record, SG_EXPOSURE_RECORD_SIZE - CRC_SIZE)) {
		sg_text_add(why, "the saved state is damaged: its check sum is wrong");
		return SG_ERR_FRAME;
	}
	return SG_OK;
}

static bool same(double a, double b)
{
	return a == b || (isnan(a) && isnan(b));
}

static enum sg_err check_constants(struct walk *w, const struct sg_exposure_config *config, struct sg_text *why)
{
	uint32_t version, size;
	char name[SG_MATERIAL_NAME_SIZE];
	double here[CONSTANTS], saved[CONSTANTS];

	walk_head(w, &version, &size, name);
	walk_doubles(w, saved, CONSTANTS);
	collect_constants(config, here);
	for (size_t i = 0; i < CONSTANTS; i++) {
		if (same(here[i], saved[i]))
			continue;
		sg_text_add(why, "the saved state was made with another %s (%.9g, here %.9g)", constant_names[i], saved[i],
			    here[i]);
		return SG_ERR_IDENTITY;
	}
	if (strncmp(name, config->material.name, SG_MATERIAL_NAME_SIZE) != 0) {
		sg_text_add(why, "the saved state was made with another set of constants, here %s", config->material.name);
		return SG_ERR_IDENTITY;
	}
	return SG_OK;
}

static bool all_finite(const double *values, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		/* what arithmetic on a state may square must stay a number */
		if (!(fabs(values[i]) < 1e100))
			return false;
	}
	return true;
}

static bool gaps_possible(const struct sg_exposure *e)
{
	for (size_t i = 0; i < SG_EXPOSURE_GAPS; i++) {
		const struct sg_exposure_gap *gap = &e->gaps[i];
		const double three[] = { gap->begin_s, gap->end_s, gap->half };

		if (!all_finite(three, 3) || !(gap->half >= 0.0 && gap->begin_s >= 0.0 && gap->begin_s <= gap->end_s &&
					      gap->end_s <= e->clock_s))
			return false;
	}
	return true;
}

static bool possible(const struct sg_exposure *e)
{
	const double plain[] = { e->speed, e->density, e->clock_s, e->elapsed_s, e->flux, e->current_a };
	const uint32_t known = SG_EXPOSURE_CLOCK_BACK * 2 - 1;
	bool good = all_finite(plain, sizeof(plain) / sizeof(plain[0]));

	good = good && e->speed > 1e-30 && e->density > 0.1 && e->density < 10.0 && e->clock_s >= 0.0 && e->elapsed_s >= 0.0;
	good = good && e->widen_low > 0.0 && e->widen_low <= 1.0 && e->widen_high >= 1.0 && e->widen_high < 1e100;
	good = good && (isnan(e->temperature_c) || fabs(e->temperature_c) < 1e3);
	good = good && !(e->flags & ~known) && gaps_possible(e);
	good = good && all_finite(e->diffusion.charge, SG_RECOVERIES) && all_finite(e->diffusion.surface, SG_RECOVERIES) &&
	       all_finite(e->diffusion.held_s, SG_RECOVERIES);
	for (size_t i = 0; i < SG_RECOVERIES && good; i++) {
		for (size_t k = 0; k < SG_MODES_FOURS; k++) {
			double four[SG_MODES_WIDTH];

			memcpy(four, &e->diffusion.mode[i][k], sizeof(four));
			good = good && all_finite(four, SG_MODES_WIDTH);
		}
	}
	return good;
}

enum sg_err sg_exposure_restore(struct sg_exposure *out, const struct sg_exposure_config *config, const uint8_t *record,
				size_t size, struct sg_text *why)
{
	struct walk w = { .from = record };
	struct sg_exposure e;
	enum sg_err err = check_frame(record, size, why);

	if (!err)
		err = check_constants(&w, config, why);
	if (!err)
		err = sg_exposure_init(&e, config, why);
	if (err)
		return err;
	walk_state(&w, &e);
	if (!possible(&e)) {
		sg_text_add(why, "the saved state is whole, but no state there can be");
		return SG_ERR_VALUE;
	}
	*out = e;
	return SG_OK;
}
