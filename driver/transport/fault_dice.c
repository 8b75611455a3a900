/* SPDX-License-Identifier: Apache-2.0 */
#include "transport/fault_dice.h"

/* splitmix64, by Sebastiano Vigna: any seed will do, zero too. */
static uint64_t draw(struct sg_fault_dice *d)
{
	uint64_t z = d->random += UINT64_C(0x9E3779B97F4A7C15);

	z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
	return z ^ (z >> 31);
}

static size_t below(struct sg_fault_dice *d, size_t n)
{
	return (size_t)(draw(d) % n);
}

static enum sg_fault draw_fault(struct sg_fault_dice *d, bool to_host)
{
	double u = (double)(draw(d) >> 11) * 0x1p-53;

	if (!(to_host ? d->plan.to_host : d->plan.to_instrument))
		return SG_FAULTS;
	for (int i = 0; i < SG_FAULTS; i++) {
		if (u < d->plan.rate[i])
			return (enum sg_fault)i;
		u -= d->plan.rate[i];
	}
	return SG_FAULTS;
}

static bool is_digit(uint8_t byte)
{
	return byte >= '0' && byte <= '9';
}

static bool is_text(const uint8_t *bytes, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		if (bytes[i] < ' ' || bytes[i] > '~')
			return false;
	}
	return true;
}

/* False: there is nothing to lie about. */
static bool lie(struct sg_fault_dice *d, uint8_t *bytes, size_t length)
{
	size_t digits = 0, chosen;

	if (d->packets && length > 0 && !is_text(bytes, length)) {
		bytes[below(d, length)] ^= (uint8_t)(1 + below(d, 255));
		return true;
	}
	for (size_t i = 0; i < length; i++)
		digits += is_digit(bytes[i]);
	if (!digits)
		return false;
	chosen = below(d, digits);
	for (size_t i = 0; i < length; i++) {
		if (!is_digit(bytes[i]) || chosen-- > 0)
			continue;
		bytes[i] = (uint8_t)('0' + (bytes[i] - '0' + 1 + (int)below(d, 9)) % 10);
		break;
	}
	return true;
}

enum sg_fault sg_fault_dice_throw(struct sg_fault_dice *d, bool to_host, uint8_t *bytes, size_t *length)
{
	const enum sg_fault fault = draw_fault(d, to_host);

	d->spared = (fault == SG_FAULT_LIE && !lie(d, bytes, *length)) || (fault == SG_FAULT_CORRUPT && *length == 0);
	if (d->spared)
		return SG_FAULTS;
	if (fault == SG_FAULT_CORRUPT)
		bytes[below(d, *length)] ^= (uint8_t)(1u << below(d, 8));
	if (fault == SG_FAULT_TRUNCATE && *length > 0)
		*length = below(d, *length);
	if (fault == SG_FAULT_DROP || fault == SG_FAULT_DISCONNECT)
		*length = 0;
	return fault;
}
