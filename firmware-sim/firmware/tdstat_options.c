/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/tdstat_options.h"

#include "text/keys.h"

static const char *const states[] = { "yes", "no", NULL };
static const char *const troubles[] = { "none", "query", "silent", "short", "late", "stall", "deaf", NULL };

#define NUMBER(key, member, unit_name, low, high, usual, text) \
	{ .name = (key), .kind = FW_KEY_NUMBER, .offset = offsetof(struct fw_tdstat_options, member), \
	  .unit = (unit_name), .min = (low), .max = (high), .fallback = (usual), .scale = 1.0, .help = (text) }

/* Assumed, all usual values: of the order such parts have. */
static const struct fw_key keys[] = {
	{ .name = "calibrated", .kind = FW_KEY_CHOICE, .offset = offsetof(struct fw_tdstat_options, uncalibrated),
	  .choices = states, .fallback = 0.0, .scale = 1.0,
	  .help = "yes: offsets, shunts and DAC are stored as they truly are; no: as it left the iron" },
	NUMBER("offset_potential", offset_potential, "counts", -20000, 20000, 35, "of the potential amplifier"),
	NUMBER("offset_current", offset_current, "counts", -20000, 20000, -120, "of the current amplifier"),
	NUMBER("shunt_1", shunt_ppm[0], "ppm", -400000, 400000, 800, "error of the shunt of RANGE 1"),
	NUMBER("shunt_2", shunt_ppm[1], "ppm", -400000, 400000, -500, "of RANGE 2"),
	NUMBER("shunt_3", shunt_ppm[2], "ppm", -400000, 400000, 300, "of RANGE 3"),
	NUMBER("shunt_4", shunt_ppm[3], "ppm", -400000, 400000, -900, "of RANGE 4, mystat only"),
	NUMBER("dac_gain", dac_gain_ppm, "ppm", -20000, 20000, 1500, "error of the DAC's gain"),
	NUMBER("dac_offset", dac_offset_counts, "counts", -2000, 2000, 40, "and of its zero"),
	NUMBER("conversion_ms", conversion_ms, "ms", 0, 1000, 0, "0: 80 ms +-2 %, drawn by the seed"),
	NUMBER("response_ms", response_ms, "ms", 0, 1000, 1, "from a command to its reply"),
	{ .name = "trouble", .kind = FW_KEY_CHOICE, .offset = offsetof(struct fw_tdstat_options, trouble),
	  .choices = troubles, .fallback = 0.0, .scale = 1.0, .help = "how one command is answered" },
	NUMBER("trouble_at", trouble_at, "", 0, 1e12, 0, "which one, counted from 1"),
};

const struct fw_key *fw_tdstat_keys(size_t *count)
{
	*count = sizeof(keys) / sizeof(keys[0]);
	return keys;
}
