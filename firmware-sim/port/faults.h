/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * What can go wrong on a cable: seeded, counted, the same for every kind of port.
 *
 * A chunk is what one side hands over at once: a line from an instrument, one write of the host.
 */
#ifndef FW_FAULTS_H
#define FW_FAULTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "plant/random.h"

struct fw_key;

/** Which way bytes travel on an instrument's cable. */
enum fw_direction {
	FW_TO_HOST,
	FW_TO_INSTRUMENT,
};

/** Probabilities are per chunk. */
struct fw_fault_options {
	int direction;     /**< 0 both, 1 to the host only, 2 to the instrument only */
	double drop;       /**< the chunk vanishes */
	double corrupt;    /**< one bit of it flips */
	double duplicate;  /**< it comes twice */
	double truncate;   /**< only its first half comes */
	double delay;      /**< it comes delay_s late, and what follows behind it */
	double delay_s;
	double stall;      /**< the line stands still for stall_s from then on */
	double stall_s;
	double stall_at_s; /**< it also does so once at this time; 0 for never */
	double hangup;     /**< the cable is pulled */
	double hangup_at_s; /**< also at this time; 0 for never */
	double return_s;   /**< after which it is plugged in again; 0 for never */
	double rate_bytes_s; /**< speed of the line; 0 for infinitely fast */
	double seed; /**< of the faults alone, a whole number; 0: they follow the bench's */
};

struct fw_fault_counts {
	uint64_t chunks;
	uint64_t dropped;
	uint64_t corrupted;
	uint64_t duplicated;
	uint64_t truncated;
	uint64_t delayed;
	uint64_t stalled;
	uint64_t hangups;
};

/** The faults of one direction of one cable. */
struct fw_faults {
	const struct fw_fault_options *options; /**< borrowed */
	struct fw_random random;
	struct fw_fault_counts counts;
	bool active;          /**< this direction is to be disturbed */
	bool stall_done;      /**< the one at stall_at_s */
	bool hangup_wanted;   /**< drawn, not yet carried out by the owner of the cable */
	int64_t held_until_ns;
};

/** What became of a chunk. */
struct fw_fate {
	bool lost;      /**< nothing comes */
	size_t length;  /**< bytes that are left; 0 for an empty packet */
	bool twice;
	int64_t from_ns; /**< it does not arrive before */
};

void fw_fault_options_default(struct fw_fault_options *options);

/** The keys of --faults; *count rows, for fw_keys_parse() into a struct fw_fault_options. */
const struct fw_key *fw_fault_keys(size_t *count);

void fw_faults_init(struct fw_faults *faults, const struct fw_fault_options *options,
		    enum fw_direction direction, uint64_t seed);

/** Decide a chunk's fate at now_ns; bytes may be changed in place. */
struct fw_fate fw_faults_meet(struct fw_faults *faults, uint8_t *bytes, size_t length,
			      int64_t now_ns);

#endif
