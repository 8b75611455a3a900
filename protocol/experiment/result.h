/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * What a test found, per half-step and in all. Fed by a live run and by a replay alike; holds no more
 * than one record per half-step, allocated before the run.
 */
#ifndef SG_EXPERIMENT_RESULT_H
#define SG_EXPERIMENT_RESULT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/error.h"
#include "core/event.h"
#include "core/segment.h"
#include "detect/detector.h"

/** One half-step (or half-cycle): a stretch of constant set current. */
struct sg_half_step {
	uint32_t step_count;    /**< as in the record */
	uint32_t cycle;         /**< ccd level or cycle */
	double density_ma_cm2;  /**< set, signed */
	double begin_s;         /**< test time, before its first sample */
	double end_s;           /**< where its current ended: behind its last sample if that is known, else there */
	double planned_s;       /**< 0 if unknown (replay) */
	double charge_c;        /**< signed, measured */
	double unknown_c;       /**< up to so much may have flowed just before it, either way, and is not in charge_c */
	double unknown_end_c;   /**< the same at its end, where the link was lost: up to end_s, in its own direction */
	double voltage_first_v; /**< first reading with nothing known against it, NAN if none */
	double voltage_last_v;  /**< last valid reading; of a shorted half-step that at the confirmation */
	double resistance_ohm;  /**< at the last valid reading, NAN if none */
	double temperature_c;   /**< mean, NAN if unknown */
	double limit_low;       /**< most of the diffusion limit that was used in it at the electrode that it strips: */
	double limit_high;      /**< lower and upper end, see model/exposure.h; NAN: unknown, or no model */
	uint32_t samples;
	bool is_ccd;            /**< of a ramp; only such a one says anything of a critical current density */
	bool complete;          /**< ran its planned time or charge */
	bool shorted;           /**< a confirmed hard short began in it */
	bool witnessed;         /**< its end was seen; false: the link was lost before that, and it is never "good" */
	enum sg_end end;
};

/** Findings after which the cell is not the one that was to be measured: a current density found later is not of a sound cell. */
enum sg_finding_kind {
	SG_FOUND_FROM_START,
	SG_FOUND_SOFT_SHORT,
	SG_FOUND_POLARIZATION,
	SG_FOUND_SHORT_OR_SENSE,
	SG_FOUND_KINDS,
};

/** The first warning or alarm of a kind in a half-step. */
struct sg_first_finding {
	double density_ma_cm2; /**< of the half-step that holds its first sample, signed; NAN: there was none */
	double since_s;        /**< that sample; NAN */
	uint32_t half_step;    /**< number of that half-step, from 1; 0 */
};

struct sg_result {
	double area_cm2; /**< 1 if it is not known: then densities are currents in mA, capacities mAh */
	bool areal;      /**< it is known */
	size_t capacity;
	size_t count;
	struct sg_half_step *half_steps; /**< owned */
	bool is_ccd;                 /**< the test has a ramp */
	bool short_found;
	double ccd_short_ma_cm2;     /**< |density| of the half-step of a ramp in which a short was confirmed; NAN if none */
	double ccd_last_good_ma_cm2; /**< |density| of the last half-step of a ramp completed before it; NAN if none */
	double short_time_s;         /**< first sample of the short; NAN if none */
	struct sg_first_finding first[SG_FOUND_KINDS];
	double cumulative_mah_cm2;   /**< sum of |charge| over all half-steps */
	double net_mah_cm2;
	struct sg_polarization polarization; /**< its marks; see detect/state.h */
	uint32_t event_counts[SG_EVENT_TYPES];
	/* private */
	bool in_ramp;               /**< what begins now belongs to a ramp */
	struct sg_half_step beyond; /**< the one at hand once capacity is used up */
	struct sg_half_step *at;    /**< the one at hand, or NULL between two */
	double temperature_sum_c;   /**< of the one at hand */
	uint32_t temperature_count;
};

/** Room for at most capacity half-steps (later ones are only summed). area_cm2: NAN if it is not known. */
enum sg_err sg_result_init(struct sg_result *result, double area_cm2, bool is_ccd, size_t capacity);
void sg_result_fini(struct sg_result *result);

/** Whether the half-steps that begin from here on belong to a ramp. Before the first call: as is_ccd. */
void sg_result_ramp(struct sg_result *result, bool is_ccd);

/** A stretch of constant current begins. Ends the one before it, if any. */
void sg_result_begin(struct sg_result *result, uint32_t step_count, uint32_t cycle, double density_ma_cm2,
		     double planned_s, double time_s);

/** Just before the stretch that has begun up to charge_c (magnitude) may have flowed, or none. Nothing is summed. */
void sg_result_unknown_before(struct sg_result *result, double charge_c);

/** A reading of it with nothing known against its voltage: the first one told counts. Before sg_result_sample(). */
void sg_result_voltage(struct sg_result *result, double voltage_v);

/** A reading within it; valid says that V/I means something (see detector). charge_c: signed, since the stretch began. */
void sg_result_sample(struct sg_result *result, double time_s, double voltage_v, double current_a,
		      double temperature_c, bool valid, double charge_c);

/** Of the diffusion limit so much is used at the electrode that is stripped. NAN: unknown; then nothing changes. */
void sg_result_limit(struct sg_result *result, double low, double high);

/** The marks of a polarization as they are now. */
void sg_result_polarization(struct sg_result *result, const struct sg_polarization *marks);

/** Was a polarization told, or a resistance that has doubled, recovered since or not? Else its marks are nobody's. */
bool sg_result_is_polarized(const struct sg_result *result);

/**
 * The stretch went on behind its last sample to time_s, where its current is known to have ended: its time was over,
 * or it was stopped. charge_c as above. To be called before its end.
 */
void sg_result_ran_on(struct sg_result *result, double time_s, double charge_c);

/**
 * The stretch went on while nobody listened, to time_s at most. charge_c as above, with what is known to have flowed
 * meanwhile; unknown_c (magnitude) may have flowed besides, or none of it. To be called before its end.
 */
void sg_result_unwitnessed(struct sg_result *result, double time_s, double charge_c, double unknown_c);

/** The stretch is over. */
void sg_result_end(struct sg_result *result, double time_s, enum sg_end end, bool complete);

/** Index of the half-step that holds an instant; 0 if it is before all of them. Of those that are kept. */
size_t sg_result_half_step_at(const struct sg_result *result, double time_s);

/** The event of a kind of finding, whose name it goes by. */
enum sg_event_type sg_finding_event(enum sg_finding_kind kind);

/**
 * Was a finding there before the hard short of this result, if it has one? Then that short, and the last good half-step as
 * well, are not of a sound cell. One that is there without any short: also true.
 */
bool sg_result_came_first(const struct sg_result *result, enum sg_finding_kind kind);

/** Any event; a confirmed hard short is attributed to the half-step that holds its first sample. */
void sg_result_event(struct sg_result *result, const struct sg_event *event);

/** The confirmed short was none: a pulse showed that the sense lead was lost. What it took back is good again. */
void sg_result_no_short(struct sg_result *result);

#endif
