/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * The analog front end of a potentiostat: what stands between its firmware and the cell. It drives
 * a current or a potential as far as its compliance reaches, and measures both through ranges with
 * gain error, offset, noise and steps. It knows no protocol; range numbers are places in a ladder.
 *
 * Positive current goes into the working electrode lead, as in plant/cell.h.
 */
#ifndef FW_AFE_H
#define FW_AFE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "plant/random.h"

#define FW_AFE_RANGES_MAX 12

struct fw_cell;
struct fw_key;

/** A ladder of ranges, finest first. Factors are of the range's nominal value. */
struct fw_afe_ladder {
	const double *nominal;  /**< A or V, ascending; borrowed */
	size_t count;           /**< 1 .. FW_AFE_RANGES_MAX */
	double overload;        /**< the converter's end: readings stop here */
	double warning;         /**< close to the end */
	double underload;       /**< below this a finer range would do better */
	double lsb;             /**< step of one conversion */
	double noise;           /**< RMS of one conversion */
	double gain_error_max;  /**< relative, drawn once per range, evenly in +- this */
	double offset_max;      /**< drawn once per range, evenly in +- this */
};

/** What a model of instrument can do. */
struct fw_afe_config {
	double compliance_v;   /**< most it can put across the cell, both signs */
	double current_max_a;  /**< most it can deliver, both signs */
	double dac_lsb;        /**< step of the applied current, of the range's nominal value */
	double dac_gain_error_max; /**< of the applied current, relative */
	double dac_step_v;     /**< step of the applied potential */
	double reference_s;    /**< time of one conversion */
	struct fw_afe_ladder current;
	struct fw_afe_ladder potential;
};

/** What the front end suffers. Filled by fw_keys_parse() with fw_afe_keys(). */
struct fw_afe_options {
	double sense_off_s; /**< from then on the sense lead hangs in the air; 0: never */
	double sense_v;     /**< what it shows then */
	double sense_noise_v; /**< RMS of what it picks up, anew in each measurement */
};

/** How the leads are driven. */
enum fw_afe_drive {
	FW_AFE_OPEN,
	FW_AFE_CURRENT,
	FW_AFE_POTENTIAL,
};

/** Which way a ladder is used: place in it, and the window automatic ranging may move in. */
struct fw_afe_ranging {
	size_t range;
	size_t lowest;
	size_t highest;
	double gain[FW_AFE_RANGES_MAX];
	double offset[FW_AFE_RANGES_MAX]; /**< of the range's nominal value */
};

/** One measured number. */
struct fw_afe_reading {
	double value; /**< A or V as the instrument believes it */
	size_t range; /**< place in the ladder it was measured in */
	bool overload;
	bool warning;
	bool underload;
};

struct fw_afe {
	const struct fw_afe_config *config;
	struct fw_cell *cell;
	struct fw_random random;
	bool ideal; /**< no errors of any kind: values pass through untouched */
	enum fw_afe_drive drive;
	double set;         /**< A or V as asked for */
	size_t set_range;   /**< place in the current ladder the applied current uses */
	double dac_gain;
	bool limited;       /**< cannot bring about what was asked for */
	bool critical;      /**< and the cell still pushes it out of its bounds */
	int64_t now_ns;     /**< of the last look */
	const struct fw_afe_options *suffers; /**< borrowed, or NULL: nothing */
	int64_t hold_ns;    /**< when to look at the cell again, or FW_NEVER */
	struct fw_afe_ranging current;
	struct fw_afe_ranging potential;
};

/** @param config,cell  borrowed, must outlive the front end. Leads open, its own errors drawn. */
void fw_afe_init(struct fw_afe *afe, const struct fw_afe_config *config, struct fw_cell *cell,
		 uint64_t seed, bool ideal);

/** It suffers this from now on; borrowed, NULL: nothing. */
void fw_afe_suffer(struct fw_afe *afe, const struct fw_afe_options *options);

/** What is between the sense leads, or what a lead in the air picks up. Call fw_afe_hold() first. */
double fw_afe_sensed_v(struct fw_afe *afe);

/** Open the leads. */
void fw_afe_open(struct fw_afe *afe, int64_t now_ns);

/** Drive a current through a range of the current ladder, as far as the compliance allows. */
void fw_afe_drive_current(struct fw_afe *afe, int64_t now_ns, double current_a, size_t range);

/** Hold a potential, as far as the current allows. */
void fw_afe_drive_potential(struct fw_afe *afe, int64_t now_ns, double potential_v);

/**
 * Bring the cell to now_ns and look whether the drive still reaches. To be called at least at
 * afe->hold_ns, and before every measurement.
 */
void fw_afe_hold(struct fw_afe *afe, int64_t now_ns);

/** Is the cell connected? */
bool fw_afe_is_on(const struct fw_afe *afe);

/**
 * The reading at this instant (call fw_afe_hold() first). It stands for the average over
 * averaging_s: only noise and steps shrink with it. Automatic ranging has already found its range.
 */
struct fw_afe_reading fw_afe_measure_current(struct fw_afe *afe, double averaging_s);
struct fw_afe_reading fw_afe_measure_potential(struct fw_afe *afe, double averaging_s);

/** The keys of --afe, and their defaults. */
const struct fw_key *fw_afe_keys(size_t *count);
void fw_afe_options_default(struct fw_afe_options *options);

/** The finest range whose nominal value is not below value, or the coarsest of all. */
size_t fw_afe_range_for(const struct fw_afe_ladder *ladder, double value);

#endif
