/* SPDX-License-Identifier: Apache-2.0 */
#include "campaign.h"

#include <string.h>

#include "dice.h"

#define SHORTS_OF_TABLE 300.0

static void digest(struct campaign *c, const struct alarms *alarms)
{
	for (size_t i = 0; i < alarms->count; i++) {
		uint64_t state = c->digest ^ (uint64_t)alarms->list[i].n * UINT64_C(0x100000001b3) ^
				 (uint64_t)alarms->list[i].class << 56;

		c->digest = dice_mix(&state);
	}
}

static bool play(struct campaign *c, struct score *score, uint64_t seed, double *hours)
{
	static struct trial trial;
	struct alarms alarms = { .list = NULL };
	bool good = trial_draw(&trial, seed) && examine(c->examinee, &trial, &alarms);

	if (good) {
		c->trials++;
		digest(c, &alarms);
		*hours += trial.ended_s / 3600.0;
		good = score_add(score, &trial, &alarms);
	}
	alarms_fini(&alarms);
	return good;
}

static bool play_family(struct campaign *c, struct score *score, size_t f)
{
	const struct family *family = family_at(f);
	const double hours_wanted = family->hours_share * c->hours;
	const double wanted = (double)family->count * c->shorts / SHORTS_OF_TABLE;
	double hours = 0.0;
	bool good = true;

	if (family->group == GROUP_HEALTHY) {
		for (uint64_t n = 0; good && hours < hours_wanted; n++)
			good = play(c, score, family_seed(c->seed, f, n), &hours);
		return good;
	}
	for (uint64_t n = 0; good && (double)n < wanted; n++)
		good = play(c, score, family_seed(c->seed, f, n), &hours);
	return good;
}

bool campaign_run(struct campaign *c, struct score *score)
{
	bool good = true;

	c->trials = 0;
	c->digest = 0;
	for (size_t f = 0; good && f < family_count(); f++) {
		if (!c->family || strcmp(c->family, family_at(f)->name) == 0)
			good = play_family(c, score, f);
	}
	return good;
}
