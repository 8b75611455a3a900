/* SPDX-License-Identifier: Apache-2.0 */
#include <stddef.h>

#include "plant/afe.h"
#include "text/keys.h"

#define NUMBER(key, member, unit, low, high, usual, scale, words)                                  \
	{ key, FW_KEY_NUMBER, offsetof(struct fw_afe_options, member), unit, low, high, usual,     \
	  scale, NULL, NULL, words }

static const struct fw_key keys[] = {
	NUMBER("sense_off_s", sense_off_s, "s", 0, 1e9, 0, 1,
	       "from then on the sense lead hangs in the air; 0: never"),
	NUMBER("sense_mv", sense_v, "mV", -1e5, 1e5, 0, 1e-3, "what it shows then"),
	NUMBER("sense_noise_mv", sense_noise_v, "mV", 0, 1e5, 0, 1e-3,
	       "RMS of what it picks up beside that"),
};

const struct fw_key *fw_afe_keys(size_t *count)
{
	*count = sizeof(keys) / sizeof(*keys);
	return keys;
}

void fw_afe_options_default(struct fw_afe_options *options)
{
	fw_keys_default(keys, sizeof(keys) / sizeof(*keys), options);
}
