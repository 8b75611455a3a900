/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * The three records a TDstat keeps in its flash: offsets of its converters, factors of its shunts, registers of
 * its DAC. A record of nothing but FF was never written.
 *
 * Source: thomasdob/tdstatv3 at b8cad31, python/tdstatv3.py, firmware/main.c; matthew-yates/MYSTAT at 5c8a36a,
 * mystat.py, whose test for "never written" compares eight bytes with six and so never holds: not followed.
 */
#ifndef SG_WIRE_TDSTAT_CALIBRATION_H
#define SG_WIRE_TDSTAT_CALIBRATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/error.h"
#include "wire/tdstat.h"

#define SG_TDSTAT_RECORD_SIZE 6

struct sg_tdstat_offsets {
	bool written;
	int32_t potential; /**< counts of the ADC with 0 V at its input; 0 if never written */
	int32_t current;
};

struct sg_tdstat_shunts {
	bool written;
	double k[SG_TDSTAT_RANGES_MAX]; /**< of RANGE 1 on; 1 if never written */
};

/** All 24 bits of each register: the maker's program drops four when it writes them back. */
struct sg_tdstat_dac {
	bool written; /**< if not, the output is about twice what is set: the firmware writes FF to the DAC all the same */
	int32_t ocr;  /**< offset register, signed */
	uint32_t fcr; /**< full-scale register, 0x800000 is a gain of one */
};

struct sg_tdstat_calibration {
	struct sg_tdstat_offsets offsets;
	struct sg_tdstat_shunts shunts;
	struct sg_tdstat_dac dac;
};

/** Nothing stored: no offsets, factors of one. */
void sg_tdstat_calibration_none(struct sg_tdstat_calibration *out);

/** @retval SG_ERR_VALUE  bits set that no offset has: something else is stored there */
enum sg_err sg_tdstat_offsets_read(const uint8_t record[SG_TDSTAT_RECORD_SIZE], struct sg_tdstat_offsets *out);
/** @retval SG_ERR_ARGUMENT  beyond 20 bits; nothing is clipped */
enum sg_err sg_tdstat_offsets_write(const struct sg_tdstat_offsets *offsets, uint8_t record[SG_TDSTAT_RECORD_SIZE]);

/** @param record  of model->shunt_size bytes, as below */
void sg_tdstat_shunts_read(const struct sg_tdstat_model *model, const uint8_t *record, struct sg_tdstat_shunts *out);
/** @retval SG_ERR_ARGUMENT  a factor that 16 bits do not hold, or all of them those of a record never written */
enum sg_err sg_tdstat_shunts_write(const struct sg_tdstat_model *model, const struct sg_tdstat_shunts *shunts,
				   uint8_t record[SG_TDSTAT_REPLY_MAX]);

void sg_tdstat_dac_read(const uint8_t record[SG_TDSTAT_RECORD_SIZE], struct sg_tdstat_dac *out);
/** @retval SG_ERR_ARGUMENT  beyond 24 bits, or the registers of a record never written */
enum sg_err sg_tdstat_dac_write(const struct sg_tdstat_dac *dac, uint8_t record[SG_TDSTAT_RECORD_SIZE]);

#endif
