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
	double against_s;     /**< how long currents against that one flowed since, that did not undo it */
	double try_a;         /**< a level that the latest readings suggest */
	double try_begin_s;
	double try_off_s;     /**< no current flowed from here on, before it was found */
	uint32_t try_off;     /**< readings of that; too few: a switch of range spoilt them */
	double blank_from_s;  /**< the change or the gap */
	enum sg_history history;
	uint32_t index;       /**< +1 per stretch */
	uint32_t step;        /**< of the table */
	uint32_t blank_count; /**< readings at the level since then */
	uint32_t try_count;   /**< readings in turn that agree on it */
	bool known;           /**< the level is */
	bool trying;
	bool odd;             /**< after a current of the same sign without a rest, a pulse, or a hole: its phase says little */
	double last_s;        /**< latest reading on the level */
	double hole_s;        /**< from the latest reading of the stretch before to its beginning */
	bool passed;          /**< the latest stretch with a current was a pulse */
	enum sg_history origin; /**< the history, whatever went missing since then */
	double unsure_until_s;  /**< what went missing is forgotten by then */
};

#define SG_SIGMA_PARTS 32768.0

/** What the cell showed in one bin of phase (phase.h); ohms at 25 degC, after a reversal as if of equal currents. */
struct sg_phase_bin {
	float mean_ohm;      /**< in the middle of the bin */
	float slope_ohm;     /**< over the bin */
	float reference_ohm; /**< as the mean, but what slow polarization is held against; until frozen the least so far */
	float warmth;        /**< sg_warmth() of the mean */
	float reference_warmth; /**< ... and of the reference */
	uint16_t sigma;      /**< of visits about the mean, in SG_SIGMA_PARTS of the scale */
	uint16_t steps;      /**< ... by what they differ from the one before: without a drift */
	unsigned visits : 8;
	unsigned calm : 3;   /**< visits in turn that moved little: it has settled */
	unsigned still : 3;  /**< ... less than that: the reference may be frozen */
	unsigned frozen : 1; /**< the reference is known */
	int moved : 16;      /**< the latest visit less the mean before it, in 4096ths of the scale */
};

/** The readings of one visit of a bin. */
struct sg_visit {
	int bin; /**< -1: none */
	uint32_t count;
	double sum_x, sum_xx, sum_y, sum_xy; /**< place in the bin, ohm */
	double sum_warmth;
	double sum_off;
	uint32_t off_count;
	double sum_off2;
};

/** A cell that shows the same resistance at all phases, polarities and histories (flat.h). */
struct sg_flat {
	double mean_ohm; /**< at 25 degC */
	double variance; /**< relative */
	uint32_t count;  /**< visits of bins */
	uint32_t calm;    /**< stretches in turn that agreed with the one before */
	uint32_t seen;    /**< histories and polarities it was learned from, a bit each */
	uint32_t stretch; /**< the latest that counted */
	uint32_t here;    /**< visits in it */
	double here_ohm;  /**< their mean */
	double past_ohm;  /**< of the stretch before; 0: none */
	double level_a;   /**< of the latest */
	double warmth;    /**< of the mean */
};

/** What the cell normally does: resistance by phase, polarity and history. All at 25 degC. */
struct sg_baseline {
	struct sg_phase_bin bin[2][2][SG_PHASE_BINS]; /**< [history][polarity][phase] */
	double scale_ohm;      /**< late-phase resistance, NAN if not known */
	uint32_t scale_visits; /**< stretches it was learned from; 0: given or first readings */
	bool hasty;            /**< the scale is of pulses too short to settle */
	bool scale_moving;     /**< it was not let all the way to the latest plateau: fractions of it mean little */
	double first[3];       /**< first readings, sorted when complete */
	uint32_t first_count;
	struct sg_visit visit; /**< of the bin the readings are in */
	struct sg_flat flat;
	float learned_a[2][2]; /**< [history][polarity]: the current the bins were learned at, 0: none */
	float learned_s[2][2]; /**< ... how long the current before it flowed */
	float learned_rest_s[2][2]; /**< ... and how long the cell rested between */
	float learned_h[2][2]; /**< bridged time of the latest such stretch, for what ages */
	float carried;         /**< excess over the references when it was known last: they are taken anew with it */
	bool risen;            /**< ... and it is more than half of what is told: not how a healthy cell varies */
	bool odd[2][2];        /**< the latest stretch was none of these: once is chance, twice another program */
	bool skip;             /**< this stretch is the first such: not learned from */
	float rest_off_s;      /**< ... and by how much the rest before it is another */
	float strange;         /**< how far this stretch is from them: relative uncertainty */
	double recent[3];      /**< for the median of 3 */
	uint32_t recent_count;
	double last_ohm;       /**< latest learned reading of the stretch, NAN: none */
	double largest_a;      /**< largest current learned at */
	double hottest_c;      /**< the hottest the cell can still be; NAN: no temperature */
	double coldest_c;
	double warm_xx, warm_xy; /**< regression for the activation energy */
	double sensor_c;       /**< latest temperature */
	double thermal;        /**< R(T) / R(25 degC) there */
	double thermal_begin;  /**< ... at the beginning of the stretch */
	double thermal_hot, thermal_cold; /**< ... at the hottest and the coldest the cell can be */
	double warmth;         /**< sg_baseline_warmth() of it */
	double hot, cold;      /**< ... and of the hottest and the coldest the cell can be, */
	double hot_c, cold_c;  /**< as they were when these were worked out */
	double given_ohm;      /**< expected resistance at the first temperature known */
	double thermal_given;  /**< R / R(25 degC) there; 1: none known yet */
	double given_c;        /**< that temperature; NAN: none */
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
	float top_fraction;   /**< highest fraction of the expected resistance in this stretch, noise allowed for */
	float usual;          /**< recent mean of that fraction, low runs left out */
	float latest;         /**< ... and the latest of them */
	uint32_t usual_count; /**< readings of this stretch in it */
	double held_now_s;    /**< a reading before the level of this stretch was known: bridged time */
	float held_v, held_a; /**< and what it read */
	float fall_per_s;     /**< fastest that V/I fell after a change of the current, of the expected resistance */
	float steady;         /**< recent share of readings, low runs left out, that continued the ones before */
	uint32_t low;         /**< readings of the low run */
	struct sg_rise rise;  /**< of those of this stretch */
	double since_s;       /**< first of them, table's time */
	double since_now_s;   /**< the same, bridged */
	double sum_v;         /**< of V in the direction of I over the run */
	double sum_ohm;
	int32_t sum_way;      /**< of the current's sign over the run */
	uint32_t rests;       /**< readings without a current between those of the run, */
	double sum_rest_v;    /**< and their sum */
	float last_v;         /**< V in the direction of I, of the reading before */
	float last_a;
	bool flat;            /**< the latest two are */
	bool against;         /**< one of the run was significantly against the current */
	bool from_below;      /**< this stretch had a reading against the current */
	bool fell;            /**< a low run of this stretch did */
	bool allowed;         /**< the run cannot be a healthy transient */
	uint32_t proof_count; /**< readings of this stretch while uncertain */
	double proof_ohm;     /**< their sum */
	float earlier_ohm;    /**< mean in the stretch before, NAN: none */
	float earlier_a;      /**< its level */
	float level_a;        /**< of this stretch */
	uint32_t stretch;     /**< the fields above belong to */
	double recover_now_s; /**< since when it looks healthy, NAN: it does not */
	float rest_v[2];      /**< where the cell rested latest after a current of either sign; +-INFINITY: it did not */
	float end_v, end_a;   /**< end of the latest half-step, 0: none */
	float offset_v;       /**< most that the instrument can be off zero */
};

/** Contacts and leads: jumps of the voltage that are the bench's (contact.h). Levels relative to the scale. */
struct sg_contact {
	double last;         /**< latest reading, NAN: none in this stretch */
	double last_bare;    /**< ... had the temperature stayed */
	double change;       /**< how far readings next to it are apart, the largest of late */
	uint32_t readings;   /**< in turn in this stretch */
	double before;       /**< the level the jump at hand left */
	double since_s;      /**< first reading of it, table's time */
	double since_now_s;
	double sum, least, most; /**< of the readings since */
	uint32_t count;      /**< readings since; 0: no jump at hand */
	uint32_t stretch;
	double spikes;       /**< that returned, decaying with 10 min */
	double spikes_now_s;
	double wild;         /**< readings the current cannot have made, decaying with 10 min */
	double wild_now_s;
	bool open_told, lost_told;
	bool off;            /**< a voltage many times too high from one reading to the next, and it stayed */
};

/** Dips of the voltage that return (flicker.h). Levels relative to the scale. */
struct sg_flicker {
	double level;        /**< of the latest reading that was no dip, NAN: none in this stretch */
	double bare;         /**< ... had the temperature stayed */
	double low_since_s;  /**< bridged time at which it fell from there */
	bool dipped;         /**< ... and has not come back */
	bool jumped;         /**< ... by far more than readings in turn usually differ */
	uint32_t readings;   /**< on the level, in turn */
	double change;       /**< how far these are apart, the largest of late */
	uint32_t low;        /**< readings of the dip */
	double low_sum, low_most, low_least;
	double since_s;      /**< first of them, table's time */
	double dips;         /**< that came back, decaying with 10 min */
	double dips_now_s, dips_since_s;
	double depth;        /**< their mean, relative to the level */
	uint32_t stretch;
	bool told;
};

/** Soft short: CUSUM by polarity (soft_short.h). */
struct sg_soft_short {
	double sum[2];       /**< CUSUM */
	double since_s[2];   /**< table's time at which it left zero */
	double since_now_s[2];
	double drop[2];      /**< recent mean of the residual while it is above zero, positive: below */
	double healthy_since_s[2]; /**< while told: since when it looks recovered; NAN: it does not */
	bool told[2];
	double last[2];      /**< block before */
	double steady[2];    /**< share of blocks that continue the ones before */
	bool abrupt[2];      /**< the fall was faster than warmth could make it */
	double lag;          /**< residual of late, of either polarity; NAN: unknown */
	double lag_now_s;
	double block_sum;    /**< residuals of the block at hand */
	double block_from_s;
	uint32_t block_count;
	uint32_t stretch;
};

#define SG_SERIES_SLOTS 6

/** What one kind of change of the current shows at once (series.h); ohm at 25 degC. */
struct sg_series_slot {
	float level_a;           /**< the current, in its own direction */
	float phase_s;           /**< how long after the change it is read */
	float mean_ohm, warmth;
	float reference_ohm, reference_warmth;
	float variance;          /**< half the mean square from one visit to the next, relative */
	float left;              /**< the latest visit less the mean with it, relative */
	float at_h;              /**< bridged time of the latest visit */
	unsigned visits : 8;
	unsigned still : 3;      /**< visits in turn that moved little */
	unsigned frozen : 1;     /**< the reference is known */
	unsigned loose : 1;      /**< ... of a visit or two at a smaller current */
	unsigned polarity : 1;
};

/** The resistance in series, by what the changes of the current show. */
struct sg_series {
	struct sg_series_slot slot[SG_SERIES_SLOTS];
	float excess;       /**< latest over its reference, minus 1; NAN: none */
	float limit;        /**< from where on it counts */
	float carried;      /**< the excess less what warmth leaves open: a reference taken now has it */
	float ohm;          /**< latest */
	float least_v;      /**< of the first readings of this stretch, in the direction of the current */
	float end_v;        /**< latest under current; NAN: readings are missing since then */
	float before_v;     /**< ... when this stretch began */
	float phase_s;      /**< the first of them */
	uint32_t readings;  /**< of this stretch */
	uint32_t stretch;   /**< they belong to */
	bool known;         /**< some slot has settled: the first cycles are over */
};

/** Marks of a polarization. Times as in the table, NAN: not reached. */
struct sg_polarization {
	bool told;           /**< ... and it has not recovered since */
	bool ever_told;      /**< what follows is of the first that was */
	double t10_s;        /**< excess first above 10 % for a minute */
	double t_inflect_s;  /**< largest curvature of ln V in a half-step, once it has fallen to half of that */
	double inflect_unsure_s; /**< +- of it */
	double t2x_s;        /**< resistance doubled */
	double t_compl_s;    /**< compliance reached */
	double c10_mah_cm2, c_inflect_mah_cm2, c2x_mah_cm2, c_compl_mah_cm2; /**< of the half-step, at those times */
	double excess;       /**< latest R / reference - 1, NAN: nothing to hold it against */
};

#define SG_GRID_POINTS 96 /* 6 an octave, from 8 s to 145 h */

/** The course of one long step on a geometric grid of phases (long_step.h); ohm at 25 degC as if of the coldest cell. */
struct sg_long_step {
	float grid_ohm[SG_GRID_POINTS]; /**< in the middle of each point's span */
	int first, known;    /**< points known, -1: none */
	int latest;          /**< the point being read */
	double sum_ohm, sum_s; /**< of its readings */
	uint32_t count;
	uint32_t readings;   /**< of the one before */
	double mean_ohm, mean_s; /**< of the one before */
	double peak_ohm;     /**< highest until half of the phase */
	bool rising;         /**< the course to compare with is frozen: */
	double line_ohm, line_s, line_slope;
	double hidden;       /**< how far it had fallen by then from its highest, relative */
	double level_ohm[3]; /**< means of blocks, for the curvature */
	double block_sum, block_from_s, block_s;
	uint32_t block_count, blocks;
	double curvature;    /**< largest so far, */
	double curvature_sigma; /**< its error, */
	double curved_s;     /**< bridged time, */
	double curved_c;     /**< charge of the half-step there, */
	double curved_unsure_s; /**< +- of that time */
	bool curved;         /**< it was told */
	uint32_t stretch;
};

/** Polarization over cycles and inside one step, and its marks (polarization.h). */
struct sg_polarizing {
	struct sg_polarization marks;
	struct sg_long_step step;
	uint32_t count, count10, count2x; /**< readings in turn above each mark */
	uint32_t turns;         /**< changes of current in turn that showed too much in series */
	double turn_s, turn_c;  /**< first of them, table's time, and the charge of the half-step then */
	double since_s, since10_s, since2x_s; /**< first of them, table's time */
	double since_now_s, since10_now_s;
	double since2x_now_s;
	double begin_warmth;    /**< of this half-step */
	double c10_c, c2x_c;    /**< charge of the half-step at that time */
	double healthy_since_s; /**< NAN: it does not look so */
	bool high[2];           /**< by polarity: the latest reading was above 10 %, */
	bool began_high;        /**< as when this half-step began, and it has been since */
	int polarity;           /**< in which it was told, or began */
	uint32_t stretch;
};

/** Short from the start (start_short.h). */
struct sg_start_short {
	bool done;
	bool begun;
	bool rising;        /**< it was at the latest doubling of the phase */
	double since_s, since_now_s;
	float mark_ohm;     /**< what was read at the latest mark */
	float mark_s;       /**< phase of the next */
	uint32_t low;
};

/** What the voltages at rest and under current say of the two electrodes. */
enum sg_electrodes {
	SG_ELECTRODES_UNKNOWN,
	SG_ELECTRODES_ALIKE,
	SG_ELECTRODES_UNLIKE, /**< V/I is no resistance */
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
	struct sg_contact contact;
	struct sg_soft_short soft_short;
	struct sg_flicker flicker;
	struct sg_series series;
	struct sg_polarizing polarizing;
	struct sg_start_short start_short;
	double limit_fraction;/**< latest of the diffusion limit, NAN: unknown */
	double charge_c;      /**< of the stretch */
	uint32_t charge_stretch;
	uint32_t glitches, off_count; /**< spoilt readings: episodes told, readings of the present one */
	bool warm_told;
	enum sg_electrodes electrodes;
	uint32_t rests_apart; /**< readings of a rest in turn above SG_REST_MAX_V */
	uint32_t rests_near;  /**< ... below */
	bool of_either_sign[2]; /**< a voltage of this sign was seen under current */
	double temperature_c; /**< latest known, NAN: none */
	/* for callers */
	double now_s;         /**< bridged time of the latest accepted reading */
	bool accepted;        /**< the latest reading was no data fault */
	double resistance_ohm;/**< of it, NAN if V/I means nothing */
};

_Static_assert(sizeof(struct sg_detector) <= 5120, "detectors and model are to fit into 8 kB a channel");

#endif
