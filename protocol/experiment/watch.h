/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * A cell under watch: the detectors and the model of its diffusion limit, fed alike by a live run and by a replay.
 * Fixed memory, O(1) a sample, no allocation; the same samples give the same events on every machine.
 *
 * Detectors see how much of the limit is used by then (polarization is likelier near it), and where a level of it is
 * crossed an event says so: SG_EVENT_DIFFUSION_LIMIT, once for each electrode and level. Such an event is no finding
 * about the cell: it says what an ideal interface would have left.
 */
#ifndef SG_EXPERIMENT_WATCH_H
#define SG_EXPERIMENT_WATCH_H

#include <stdbool.h>
#include <stddef.h>

#include "core/error.h"
#include "detect/detector.h"
#include "model/exposure.h"

/** Room for the events one reading can cause. */
#define SG_WATCH_EVENTS_MAX (SG_DETECT_EVENTS_MAX + 3)

/**
 * Levels of the fraction used (upper end of its interval).
 * Source: the ramps of the founding paper shorted at 0.33 to 0.68, its one-way strips failed at 0.93 to 0.96. These are f of one
 * fresh half-step of that density, j sqrt(t) with D = 5.4e-9 cm2 s-1 (set paper), whatever its length; never below 0.33.
 * What is held against them here is more: the upper end for the whole history, with plating that only refills, by the lowest D
 * of the sources. In a ramp to 9 mA cm-2 at 5 min a half-step that is 0.69 and with the default set's spread 0.70, where one
 * fresh half-step makes 0.59: a level is reached somewhat earlier than the band says. At constant current f goes with the
 * root of the charge: 0.6 is 36 % of the charge to the limit, 0.9 is 81 %.
 */
#define SG_WATCH_NOTICE 0.33  /**< grade info: within the band in which cells have shorted */
#define SG_WATCH_WARNING 0.60 /**< grade warning: near the upper end of that band */
#define SG_WATCH_NEAR 0.90    /**< grade warning: nine tenths, by the pessimistic end */
#define SG_WATCH_LIMIT 1.00   /**< grade warning: beyond the limit, by the lower end or perhaps */

struct sg_watch {
	struct sg_detector detector;
	struct sg_exposure exposure;
	bool has_model;       /**< else f is unknown throughout */
	double last_now_s;    /**< bridged time of the latest reading; NAN before the first */
	double last_s;        /**< the same in the table's own time */
	double ahead_s;       /**< of the time since then so much is in the model already */
	unsigned told[2];     /**< levels that were told, by electrode */
	/* private: f of one electrode as the latest reading left it, which is asked for several times */
	bool fraction_known;
	enum sg_electrode fraction_of;
	struct sg_interval fraction;
	double hot_c; /* the hottest the metal can be, for which warm was worked out */
	double warm;  /* by so much less is the lower end for it */
};

_Static_assert(sizeof(struct sg_watch) <= 8192, "detectors and model of a channel are to fit into 8 kB");

/**
 * What the model needs, from what a person says of a cell.
 * @param metal            symbol or name
 * @param set              constants of its self-diffusion: f is of this D alone. Or empty: the metal's default, and the
 *                         interval of f reaches from the lowest to the highest D of all its sources at temperature_c
 * @param thickness_mm     of each electrode's metal, or NAN: thick
 * @param temperature_c    of samples that come without one, or NAN
 * @retval SG_ERR_NOT_FOUND  the metal or its set is not known; why says what is
 */
enum sg_err sg_watch_model(const char *metal, const char *set, double area_cm2, double thickness_mm,
			   double temperature_c, struct sg_exposure_config *out, struct sg_text *why);

/**
 * @param model  NULL: the metal is not known, nothing is said of its limit
 * Errors as sg_exposure_init(); the detectors work all the same, and there is no model.
 */
enum sg_err sg_watch_init(struct sg_watch *watch, const struct sg_detect_config *detect,
			  const struct sg_exposure_config *model, struct sg_text *why);

/**
 * Feed one reading. reading->limit_fraction is set here.
 * @param events  at least SG_WATCH_EVENTS_MAX
 * @return how many events were written
 */
size_t sg_watch_feed(struct sg_watch *watch, struct sg_reading *reading, struct sg_event *events);

/**
 * The voltage is at a limit of the experiment: of its step (`until: {voltage: ...}`) or of the guard. Of a cell that polarizes
 * this is its t_compl, where no compliance of the source came first.
 */
void sg_watch_voltage_limit(struct sg_watch *watch, double time_s);

/** From the latest reading to time_s (table's time) a known current flowed without samples: 0 with the cell off. */
void sg_watch_flowed(struct sg_watch *watch, double time_s, double current_a);

/** From the latest reading to time_s anything from no current to the latest one may have flowed. */
void sg_watch_unwitnessed(struct sg_watch *watch, double time_s);

/** f of an electrode as of the latest reading; both ends NAN if unknown, or without a model. */
struct sg_interval sg_watch_fraction(const struct sg_watch *watch, enum sg_electrode electrode);

/** How long a current could go on until f = 1, see sg_exposure_time_to_limit(); NAN also without a model. */
struct sg_interval sg_watch_time_to_limit(const struct sg_watch *watch, enum sg_electrode electrode, double current_a);

/** rms noise of one reading of the voltage, as learned so far, V. */
double sg_watch_noise_v(const struct sg_watch *watch);

/**
 * The most that the voltage meter can be off zero, V: a cell that rests stands above the meter's zero after one current and
 * below it after the other. NAN before it has rested after both.
 */
double sg_watch_zero_v(const struct sg_watch *watch);

/**
 * So much of the resistance of the healthy cell builds up later than since_s after a change of current, at least, and is
 * therefore still there as voltage since_s after a current was switched off; ohm. NAN: nothing is known of so early a time.
 */
double sg_watch_slow_ohm(const struct sg_watch *watch, double since_s);

/** The electrode that a current strips: A by a positive one. */
enum sg_electrode sg_watch_stripped(double current_a);

#endif
