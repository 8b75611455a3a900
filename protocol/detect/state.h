/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * The memory of a detector, complete so that its storage can be the caller's. For others it is opaque
 * but for the three fields at the end of struct sg_detector. Include detect/detector.h instead.
 */
#ifndef SG_DETECT_STATE_H
#define SG_DETECT_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** The first and fourth bin end at 1 s and 8 s; each is twice the one before; the last is open. */
#define SG_PHASE_BINS 19

/** Noise of one channel: recursive median of second (voltage) or first (current) differences. */
struct sg_noise {
	double given;   /**< rms, or NAN: learn */
	double median;  /**< of the normalized differences */
	double code;    /**< smallest change seen: the resolution; 0 if none */
	double value[2];/**< the two before this one */
	double last_s;  /**< time of the first of them */
	double step_s;  /**< between them */
	uint32_t have;  /**< how many of them count */
	uint32_t count; /**< differences seen */
	uint32_t changes; /**< of code */
	bool coarse;    /**< the resolution counts */
};

/** Time as the detectors see it: never back (but see timeline.h), restarts of the table's clock bridged. */
struct sg_timeline {
	double raw_s[2];    /**< the latest and the one before, as given */
	double now_s[2];    /**< the same on the bridged time line */
	double interval_s;  /**< typical, recursive median */
	double last_step_s;
	uint32_t count;
	uint32_t repeats;   /**< of a time stamp */
	uint32_t restarts;
};

/** Episodes of data faults that are told once each. */
struct sg_faults {
	bool not_a_number;
	bool overload;
	bool rail;
	bool off_set;
	bool stuck;
	double off_set_since_s; /**< table's time */
	double off_set_now_s;
	uint32_t off_set_count;
	double same_v;          /**< the code that repeats */
	double same_since_s;    /**< table's time */
	uint32_t same_run;
	double noise_codes;     /**< rms of the voltage before the run */
	uint32_t longest_run;
	uint32_t changes;       /**< of code in this stretch */
};

/** How the present stretch of constant current came about: it decides which transient is normal. */
enum sg_history {
	SG_AFTER_REST,     /**< or after a smaller current of the same sign: starts at or above its ohmic part */
	SG_AFTER_REVERSAL, /**< directly after the opposite current */
	SG_AFTER_UNKNOWN,  /**< after a gap */
};

/** The stretch of constant current the readings are in. */
struct sg_stretch {
	double level_a;       /**< 0: rest */
	double begin_s;       /**< bridged time */
	double before_a;      /**< level of the latest stretch with a current before this one; 0: none */
	double before_s;      /**< how long a current flowed in that direction */
	double before_end_s;
	double try_a;         /**< a level that the latest readings suggest */
	double try_begin_s;
	double blank_from_s;  /**< the change or the gap */
	enum sg_history history;
	uint32_t index;       /**< +1 per stretch */
	uint32_t step;        /**< of the table */
	uint32_t blank_count; /**< readings at the level since then */
	uint32_t try_count;   /**< readings in turn that agree on it */
	bool known;           /**< the level is */
	bool trying;
};

struct sg_phase_bin {
	double mean_ohm; /**< at 25 degC; after a reversal as if of equal currents */
	uint32_t visits;
};

/** What the cell normally does: resistance by phase, polarity and history. All at 25 degC. */
struct sg_baseline {
	struct sg_phase_bin bin[2][2][SG_PHASE_BINS]; /**< [history][polarity][phase] */
	double scale_ohm;      /**< late-phase resistance, NAN if not known */
	uint32_t scale_visits; /**< stretches it was learned from; 0: given or first readings */
	bool scale_moving;     /**< it was not let all the way to the latest plateau: fractions of it mean little */
	double first[3];       /**< first readings, sorted when complete */
	uint32_t first_count;
	double sum_ohm;        /**< of the bin being visited */
	uint32_t sum_count;
	int visiting;          /**< bin, -1: none */
	double recent[3];      /**< for the median of 3 */
	uint32_t recent_count;
	double last_ohm;       /**< latest learned reading of the stretch, NAN: none */
	double largest_a;      /**< largest current learned at */
	double hottest_c;      /**< the hottest the cell can still be; NAN: no temperature */
	double given_ohm;      /**< expected resistance at the test temperature, until a temperature is known */
};

#define SG_JUMPS 4

/** What the voltage does at once when the current changes. */
struct sg_jump {
	double ohm[SG_JUMPS];     /**< change of voltage over change of current, the latest, at 25 degC */
	double phase_s[SG_JUMPS]; /**< how long after the change it was read */
	uint32_t count;
	double recent_v[3];       /**< of this stretch */
	uint32_t recent_count;
	double before_v;          /**< at the end of the stretch before, NAN: unknown */
	double before_a;
	double ohm_now;           /**< of this stretch, NAN: not (yet) */
	double phase_now_s;
	double first_ohm;         /**< of the first current ever, as if of a rested cell at 0 V; NAN: none seen */
	double first_phase_s;
	double gap_ohm;           /**< |V/I| where readings went missing last, at 25 degC; 0: they never did */
	bool looked;              /**< this stretch had its first good reading */
};

/** A straight line through the readings of a low run. */
struct sg_rise {
	uint32_t count;
	double begin_s; /**< time of the first; the sums are of times since then */
	double span_s;
	double sum_t, sum_tt, sum_r, sum_tr;
};

enum sg_short_state {
	SG_SHORT_CLEAR,
	SG_SHORT_UNCERTAIN, /**< told: a short or a lost sense lead */
	SG_SHORT_LATCHED,   /**< told: a hard short */
};

struct sg_hard_short {
	enum sg_short_state state;
	double top_fraction;  /**< highest fraction of the expected resistance in this stretch */
	double steady;        /**< recent share of readings, low runs left out, that continued the ones before */
	uint32_t low;         /**< readings of the low run */
	struct sg_rise rise;  /**< of those of this stretch */
	double since_s;       /**< first of them, table's time */
	double since_now_s;   /**< the same, bridged */
	double sum_v;         /**< of V in the direction of I over the run */
	double sum_ohm;
	double last_v;        /**< V in the direction of I, of the reading before */
	double last_a;
	bool flat;            /**< the latest two are */
	bool against;         /**< one of the run was significantly against the current */
	bool from_below;      /**< this stretch had a reading against the current */
	bool allowed;         /**< the run cannot be a healthy transient */
	uint32_t proof_count; /**< readings of this stretch while uncertain */
	double proof_ohm;     /**< their sum */
	double earlier_ohm;   /**< mean in the stretch before, NAN: none */
	double earlier_a;     /**< its level */
	double level_a;       /**< of this stretch */
	uint32_t stretch;     /**< the fields above belong to */
	double recover_now_s; /**< since when it looks healthy, NAN: it does not */
};

struct sg_detector {
	double area_cm2;
	double compliance_v;
	struct sg_timeline timeline;
	struct sg_faults faults;
	struct sg_noise voltage;
	struct sg_noise current;
	struct sg_stretch stretch;
	struct sg_baseline baseline;
	struct sg_jump jump;
	struct sg_hard_short hard_short;
	double rest_v;        /**< latest voltage at rest, NAN: never rested */
	double temperature_c; /**< latest known, NAN: none */
	/* for callers */
	double now_s;         /**< bridged time of the latest accepted reading */
	bool accepted;        /**< the latest reading was no data fault */
	double resistance_ohm;/**< of it, NAN if V/I means nothing */
};

_Static_assert(sizeof(struct sg_detector) <= 8192, "a detector is to fit into 8 kB");

#endif
