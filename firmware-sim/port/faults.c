/* SPDX-License-Identifier: Apache-2.0 */
#include "port/faults.h"

#include <string.h>

#include "text/keys.h"

static const char *const directions[] = { "both", "out", "in", NULL };

#define NUMBER(key, member, unit, low, high, usual, words)                                         \
	{ key, FW_KEY_NUMBER, offsetof(struct fw_fault_options, member), unit, low, high, usual,   \
	  1, NULL, NULL, words }

static const struct fw_key keys[] = {
	{ "direction", FW_KEY_CHOICE, offsetof(struct fw_fault_options, direction), "", 0, 0, 0, 1,
	  directions, NULL, "disturb both ways, out of the instrument only, or into it only" },
	NUMBER("drop", drop, "", 0, 1, 0, "probability that a chunk vanishes"),
	NUMBER("corrupt", corrupt, "", 0, 1, 0, "probability that one of its bits flips"),
	NUMBER("duplicate", duplicate, "", 0, 1, 0, "probability that it comes twice"),
	NUMBER("truncate", truncate, "", 0, 1, 0, "probability that only its first half comes"),
	NUMBER("delay", delay, "", 0, 1, 0, "probability that it comes late"),
	NUMBER("delay_s", delay_s, "s", 0, 1e6, 0.5, "how late"),
	NUMBER("stall", stall, "", 0, 1, 0, "probability that the line stands still from it on"),
	NUMBER("stall_s", stall_s, "s", 0, 1e6, 5, "how long"),
	NUMBER("stall_at_s", stall_at_s, "s", 0, 1e9, 0, "stand still at this time; 0: never"),
	NUMBER("hangup", hangup, "", 0, 1, 0, "probability that the cable is pulled after it"),
	NUMBER("hangup_at_s", hangup_at_s, "s", 0, 1e9, 0, "pull the cable then; 0: never"),
	NUMBER("return_s", return_s, "s", 0, 1e9, 0,
	       "plug it in again after this time; 0: never"),
	NUMBER("rate_bytes_s", rate_bytes_s, "bytes/s", 0, 1e9, 0,
	       "speed of the line; 0: infinite; 9600 baud 8N1 are 960"),
	NUMBER("seed", seed, "", 0, 1e15, 0,
	       "of these faults alone, a whole number; 0: they follow --seed"),
};

const struct fw_key *fw_fault_keys(size_t *count)
{
	*count = sizeof(keys) / sizeof(*keys);
	return keys;
}

void fw_fault_options_default(struct fw_fault_options *options)
{
	fw_keys_default(keys, sizeof(keys) / sizeof(*keys), options);
}

void fw_faults_init(struct fw_faults *faults, const struct fw_fault_options *options,
		    enum fw_direction direction, uint64_t seed)
{
	memset(faults, 0, sizeof(*faults));
	faults->options = options;
	faults->active = options->direction == 0 ||
			 options->direction == (direction == FW_TO_HOST ? 1 : 2);
	fw_random_seed(&faults->random, seed);
}

/* A fault of probability 0 draws nothing: asking for one more kind moves the others, no more. */
static bool strikes(struct fw_faults *faults, double probability, uint64_t *count)
{
	if (probability <= 0.0 || fw_random_uniform(&faults->random) >= probability)
		return false;
	(*count)++;
	return true;
}

static void hold(struct fw_faults *faults, int64_t from_ns, double duration_s)
{
	int64_t until_ns = from_ns + (int64_t)(duration_s * 1e9);

	if (until_ns > faults->held_until_ns)
		faults->held_until_ns = until_ns;
}

static void stall(struct fw_faults *faults, int64_t now_ns)
{
	const struct fw_fault_options *o = faults->options;
	int64_t at_ns = (int64_t)(o->stall_at_s * 1e9);

	if (o->stall_at_s > 0.0 && !faults->stall_done && now_ns >= at_ns) {
		faults->stall_done = true;
		faults->counts.stalled++;
		hold(faults, at_ns, o->stall_s);
	}
	if (strikes(faults, o->stall, &faults->counts.stalled))
		hold(faults, now_ns, o->stall_s);
}

static void flip_bit(struct fw_faults *faults, uint8_t *bytes, size_t length)
{
	uint64_t pick = fw_random_next(&faults->random);

	bytes[(pick >> 3) % length] ^= (uint8_t)(1U << (pick & 7));
}

struct fw_fate fw_faults_meet(struct fw_faults *faults, uint8_t *bytes, size_t length,
			      int64_t now_ns)
{
	const struct fw_fault_options *o = faults->options;
	struct fw_fate fate = { .length = length, .from_ns = now_ns };

	faults->counts.chunks++;
	if (!faults->active)
		return fate;
	stall(faults, now_ns);
	if (strikes(faults, o->hangup, &faults->counts.hangups))
		faults->hangup_wanted = true;
	fate.lost = strikes(faults, o->drop, &faults->counts.dropped);
	if (!fate.lost && length && strikes(faults, o->truncate, &faults->counts.truncated)) {
		fate.length /= 2;
		fate.lost = fate.length == 0;
	}
	if (fate.lost)
		fate.length = 0;
	if (fate.length && strikes(faults, o->corrupt, &faults->counts.corrupted))
		flip_bit(faults, bytes, fate.length);
	if (!fate.lost)
		fate.twice = strikes(faults, o->duplicate, &faults->counts.duplicated);
	if (!fate.lost && strikes(faults, o->delay, &faults->counts.delayed))
		fate.from_ns += (int64_t)(o->delay_s * 1e9);
	if (fate.from_ns < faults->held_until_ns)
		fate.from_ns = faults->held_until_ns;
	return fate;
}
