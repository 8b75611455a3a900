/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * Every number the detectors decide by, each with the reason it is what it is. None was fitted to a
 * recorded trace; a change here needs an argument of physics or of statistics.
 */
#ifndef SG_DETECT_THRESHOLDS_H
#define SG_DETECT_THRESHOLDS_H

/*
 * Hard short.
 *
 * A hard short leaves a metal filament: milliohms to a few ohms beside the tens of ohms of a ceramic
 * pellet. 8 % lies three times above the published case and far below what temperature or
 * conditioning can do in one step.
 * Source: founding paper, 46 mV fell to 1 mV (2 %); two readings and 1 s keep a range switch, which
 * spoils one or two readings within a fraction of a second, from counting.
 */
#define SG_SHORT_FRACTION 0.08
#define SG_SHORT_SAMPLES 2
#define SG_SHORT_SECONDS 1.0

/* At this fraction of its expected resistance a reading is plainly no hard short: 4 x SG_SHORT_FRACTION. */
#define SG_HEALTHY_FRACTION 0.30

/* Recovered: more than half of the expected resistance for a minute (a filament that burnt out). */
#define SG_RECOVER_FRACTION 0.50
#define SG_RECOVER_SECONDS 60.0

/*
 * The voltage follows the current if the mean of n readings stands 5 sigma / sqrt(n) above zero: one
 * false "follows" in 3.5e6 episodes of white noise. Below 2 sigma, or below the zero offset of a
 * bench instrument, a mean proves nothing however long it is.
 * Assumed: offset of 0.1 mV, typical of potentiostat data sheets; three times that where nothing tells, for a lost lead is never to be
 * called a short (a real one below it is told as "a short or a lost sense lead", which ends a test as well), unless half-steps with opposite currents end within 0.05 mV of each other, which an offset allows by chance
 * only. A shorted input would settle it, and rests tell: where those after currents of either sign are within 0.1 mV of
 * each other they are the meter's, up to 2 mV, the worst of data sheets. Not less than 0.05 mV: 5 uV/K and ten kelvin.
 */
#define SG_FOLLOW_SIGMA 5.0
#define SG_FOLLOW_FLOOR_SIGMA 2.0
#define SG_OFFSET_V 1e-4
#define SG_OFFSET_UNKNOWN_V 3e-4
#define SG_OFFSET_DRIFT_V 5e-5
#define SG_OFFSET_MOST_V 2e-3

/*
 * A short is flat: two readings in turn differ by noise (5 sigma of a difference of two, 7.07 sigma
 * of one) and at most a tenth of themselves. A floating sense lead wanders by far more.
 */
#define SG_FLAT_SIGMA 7.07
#define SG_FLAT_FRACTION 0.10

/*
 * ... and so was most of what came before it. Of a floating lead two readings in turn may by chance be small
 * and alike: after five jumps in eight readings wait as below. A filament may flicker before it stays: a few
 * jumps are allowed.
 */
#define SG_STEADY_READINGS 8
#define SG_STEADY_SHARE 0.5

/* Low, but neither flat nor following: say so after this long, a filament needs a moment to settle. */
#define SG_UNSETTLED_SAMPLES 5
#define SG_UNSETTLED_SECONDS 5.0

/* Within so many readings an uncertain short may still prove itself; later only a change of current can. */
#define SG_PROVE_SAMPLES 10

/* A change of current, or a rest, proves once both voltages are means of 3 readings. */
#define SG_PROVE_CHANGE_SAMPLES 3
/* Of a pulse on purpose: V/I before and in it equal within a half of the larger. */
#define SG_PROVE_CHANGE_FRACTION 0.5

/*
 * Noise. A reading belongs to a low run up to 3 sigma above SG_SHORT_FRACTION, so that noise does not break the run
 * of a short, and the run's mean up to 2 sigma / sqrt(n). The mean must stand 7 sigma / sqrt(n) below the healthy voltage:
 * by chance once in 8e11 runs of white noise; 5.6 are left, once in 9e7, where the noise is 20 % above its estimate. A signal of
 * 20 sigma needs no more than SG_SHORT_SAMPLES, one of 5 sigma three, of 4 sigma four. Below that nothing is said.
 */
#define SG_LOW_SIGMA 3.0
#define SG_LOW_MEAN_SIGMA 2.0
#define SG_HEALTHY_SIGMA 7.0
#define SG_SIGNAL_SIGMA 4.0
/* What the run fell from: the mean of the latest of this stretch, so that noise adds a third at most. */
#define SG_USUAL_READINGS 8

/*
 * A jump is learned where the current changes by at least half of the larger one, and is the least of the
 * latest SG_JUMPS. It was read some time after the change and contains what relaxed until then: it holds from
 * about that phase on (a half of it leaves room for uneven sampling).
 */
#define SG_JUMP_CHANGE 0.5
#define SG_JUMP_PHASE 0.5

/*
 * Or by what the cell showed in this bin of phase of such half-steps, three times at least: its mean less 4 sigma of its
 * visits, 4 times what another current or duration leaves open, and a quarter of its slope (a root or a logarithm of time bends by
 * less than a tenth of it within an octave). What is left lies above SG_SHORT_FRACTION, and above the low run as 30 % do above
 * SG_SHORT_FRACTION. To be taken for a short, a healthy cell had to fall below that by more than 4 sigma, and not to rise as a
 * cell does that comes late (below; 2 sigma).
 */
#define SG_SHOWN_SIGMA 4.0
#define SG_SHOWN_SLOPE 0.25

/*
 * Where neither tells: a healthy cell that comes out of a reversal rises, unless something decays (below). With S(t) the voltage that a
 * unit current makes across the rested cell, V/I is (1 + q) S(t) - q S(T + t) after the opposite current, q times as
 * large, flowed for T. S grows ever more slowly (diffusion, charging of layers), so S(T + t) - S(t) <= T S'(t), and
 * V/I rises by S'(t) at least. To stand at the fraction f now and reach 1 later, it must rise by
 * (1 - f) / ((1 + q) T) a second at least; faster if it rises from below. A half of that allows for an expected
 * resistance that is twice too large. A short is flat: it is told once its slope, 5 sigma above what was read (as
 * SG_FOLLOW_SIGMA), still is below that. With noise n and one reading every dt this takes
 * (12 dt)^(1/3) (5 n / slope)^(2/3): at 50 mV, 0.1 mV of noise and 1 s for T of 5 min 13 s, of 30 min 42 s; at 20 uV of noise a
 * third; but T / 20 at least.
 * A T below 50 s is taken as that: changes faster than this are not the diffusion the argument is about.
 *
 * S grows where nothing decays. An overvoltage of nucleation does, and V/I of a healthy cell then falls after the reversal,
 * stands still and rises: where its fall is as fast as the rise asked for, its slope is nothing. So the slope says nothing of
 * a cell that has been seen to fall that fast within a stretch (beyond 5 sigma of a difference), nor in a stretch whose low run falls (while its slope is
 * negative by 3 sigma; for good once it was by 5); it
 * stays for the dwell below, or for what the cell has shown more of. A fall that noise hides is shorter than a minute or so of a
 * half-step of minutes: the run is to have lasted a twentieth of the time before, a quarter of the dwell.
 */
#define SG_RISE_PART 0.5
#define SG_RISE_SIGMA 5.0
#define SG_RISE_FALLING_SIGMA 3.0
#define SG_RISE_LEAST_FRACTION 0.05
#define SG_RISE_BEFORE_SECONDS 50.0
/*
 * The first current of all tells what a rested cell does at once. If it had not rested, a slow cell builds up more
 * while that current flows, unless it was polarized in full (so 90 % at once are asked for: 80 % after a
 * reversal), and begins below zero or rises at the first reversal (2 sigma: a wait by chance costs a reading only).
 * Assumed: no cell is started fully polarized, without a rest after a current in the same direction, that has 46 to
 * 54 % of its resistance at once and builds up the rest so slowly that two readings do not show it.
 */
#define SG_FIRST_FRACTION 0.80
#define SG_RISE_SEEN_SIGMA 2.0

/*
 * Where noise hides the slope for longer than that: such a cell crosses the band from 0 to SG_SHORT_FRACTION in
 * at most 0.08 of the preceding half-step (equal for a linear and an exponential rise, less for a
 * square-root rise). 2.5 times that, and it is no transient.
 */
#define SG_DWELL_FRACTION 0.20
#define SG_DWELL_SECONDS 10.0
#define SG_DWELL_SAMPLES 3

/*
 * A cell of two like electrodes rests near 0 V (concentration and temperature differences: some
 * 0.1 V). Above this it is another kind of cell, and V/I is not a resistance: if three readings of a rest in turn say so, of a cell that
 * never rested below it nor showed a voltage of either sign under current. A glitch spoils one or two.
 */
#define SG_REST_MAX_V 0.5
#define SG_REST_READINGS 3

/*
 * Current. Off its level by 2 %: the reading is not used. By 5 %: another level is tried; the smallest
 * increment of ramps in use is 10 %. 10 sigma of noise are always allowed.
 */
#define SG_ON_SET_FRACTION 0.02
#define SG_NEW_LEVEL_FRACTION 0.05
#define SG_CURRENT_SIGMA 10.0
/* A switch of range spoils one or two readings: so many that agree are a level of their own. */
#define SG_LEVEL_READINGS 3
#define SG_GLITCH_READINGS 2
/*
 * Rest, even before the noise of the current is known.
 * Assumed: an open cell reads up to some 10 nA on a bench instrument, and no cell is tested below 0.1 uA.
 */
#define SG_REST_A 1e-7
/*
 * A current 30 times the largest one so far: what was "learned" below it was noise at rest, unless currents of either sign made a
 * voltage of five times what a meter is off zero, or this one flows at the voltage of before within a tenth: then a short under
 * potential control lets it flow.
 */
#define SG_RELEARN_RATIO 30.0
#define SG_RELEARN_LEAST_V (5.0 * SG_OFFSET_UNKNOWN_V)
#define SG_RELEARN_SAME_VOLTAGE 0.10

/* After a change or a gap the resistance is not shown nor learned: double layers, range switches. */
#define SG_BLANK_SECONDS 5.0
#define SG_BLANK_SAMPLES 3
/*
 * Pulses may be shorter than that: until a stretch is not, the end of one with so many readings is the plateau. A
 * switch of range spoils two.
 */
#define SG_HASTY_READINGS 10

/* Baseline: fast mean over the first visits, then slow and clipped, so that one bad visit moves it little. */
#define SG_LEARN_VISITS 3
#define SG_SLOW_GAIN 0.05
#define SG_CLIP_FRACTION 0.05

/*
 * How much visits of a phase differ. The latest 20 count, a strange one as 3 of the sigma so far. Until they are
 * known: 1.25 % (a cell under 0.3 K of unseen warmth), with the weight of 3 visits.
 * Assumed: measured gel and ceramic cells repeat to some 0.5 %.
 */
#define SG_SPREAD_GAIN 0.05
#define SG_SPREAD_CLIP 3.0
#define SG_SPREAD_PRIOR 0.0125
#define SG_SPREAD_PRIOR_VISITS 3.0

/*
 * Reference of slow polarization. First cycles move R by 10 to 40 %: a phase has settled when two visits in turn moved
 * by less than 2 % or turned round (a decay does not), or after 10; the reference is frozen at 1 %, or after 10: of a decay by a factor e in 4 visits, as
 * conditioning goes, 4 % are then still to come. Then it follows the mean down at once, and up by 6 % in 300 h: that is how
 * healthy cells age.
 */
#define SG_CALM_FRACTION 0.02
#define SG_STILL_FRACTION 0.01
#define SG_CALM_VISITS 2
#define SG_SETTLE_VISITS_MAX 10
/* Until then the mean follows the latest visits: a third of each. */
#define SG_SETTLE_GAIN 0.33
#define SG_AGEING_PER_HOUR 2e-4

/*
 * Another current, or another time before a reversal: carried over as if the cell were ohmic, good to 5 % for each
 * factor of 2.
 * Assumed: an interface that charges by Butler-Volmer's law with half of the whole resistance at twice 25 mV loses
 * some 7 % of the whole a doubling, one that takes a tenth of it nothing.
 */
#define SG_STRANGE_PER_OCTAVE 0.05
#define SG_STRANGE_FRACTION 0.02
#define SG_STRANGE_LEAST 0.005F
#define SG_STRANGE_REST 0.10
#define SG_STRANGE_REST_MOST 2.0
/* Rests that differ by less are alike: half a second of a change of range. */
#define SG_REST_ALIKE_S 0.5F

/*
 * A flat cell: 10 bins of 8 s and later within 2 % rms, and two half-steps in turn each within 1.5 % of the one before:
 * conditioning is over.
 */
#define SG_FLAT_CALM 0.015
#define SG_FLAT_FROM_BIN 4
#define SG_FLAT_VISITS 10
#define SG_FLAT_STRETCHES 2
#define SG_FLAT_CELL_SIGMA 0.02
#define SG_FLAT_GAIN 0.05
/* While learning, one visit may change the scale to between these multiples of it. */
#define SG_LEARN_MIN_RATIO 0.3
#define SG_LEARN_MAX_RATIO 2.0
/* A visit further than this from zero is no cell: the first readings of a slow one are a tenth of its plateau. */
#define SG_POSSIBLE_RATIO 50.0
/* Readings whose median is the first scale, if none was given. */
#define SG_FIRST_READINGS 3

/*
 * Temperature. Ionic conductors: 0.3-0.4 eV. The expected resistance is taken at the hottest the cell
 * can still be: the sensor is in the chamber, the cell follows it with a time constant.
 * Assumed: 20 min for a pellet cell in a holder; a thermocouple in the cell would settle it.
 */
#define SG_ACTIVATION_EV 0.35
#define SG_BOLTZMANN_EV_K 8.617333e-5
#define SG_THERMAL_LAG_S 1200.0
/* What is worked out from a temperature is worked out again when it moved by this: 0.05 % of R. */
#define SG_WARM_STEP_C 0.01

/*
 * The cell's own activation energy: electrolytes 0.2 to 0.45 eV, interfaces to 0.7. Until it is learned 4 sigma of 0.09 eV are
 * from -0.01 to 0.71 eV, by the logarithm: exp(0.36 eV / kT), 49 % for ten kelvin less at 25 degC. Two kelvin leave 8 %.
 * Learned from half-steps at other temperatures, where little of the current before is left (half of the late
 * resistance and more), with an error of 3 % (ageing, a cell that comes late): weight (0.03 / 0.09)^2; ten times that, for the
 * ten bins of a half-step are at one temperature and off by one error. Only 1.2 K and more away (in 1/eV; nearer, a
 * slow drift would tell it), only while sensor and cell agree to 0.4 K, and only what an energy can explain beside 10 %.
 * Never surer than 0.02 eV: electrolyte and interfaces differ, and their shares change with the temperature.
 */
#define SG_WARM_SIGMA_EV 0.09
#define SG_WARM_LEAST_EV 0.02
#define SG_WARM_MOST_EV 0.40
#define SG_WARM_PRIOR 1.1
#define SG_WARM_CLIP 0.10
#define SG_WARM_SHARE 0.5
#define SG_WARM_FAR 0.15
#define SG_WARM_AGREE 0.05

/*
 * Noise before anything was measured. Assumed: 0.1 mV, the middle of bench instruments.
 * After so many readings the learned value is used.
 */
#define SG_NOISE_UNKNOWN_V 1e-4
#define SG_NOISE_READINGS 6

/* Gap: 20 typical intervals and a minute; event-triggered tables vary their interval tenfold. */
#define SG_GAP_INTERVALS 20.0
#define SG_GAP_SECONDS 60.0
#define SG_GAP_READINGS 10

/*
 * Stuck: a run of equal codes this long whose chance is below 1e-9. White noise of s codes rms repeats a code
 * with a chance of at most erf(1 / (2 sqrt(2) s)), when the mean stands in the middle of that code. With less
 * than half a code of noise a sound channel may repeat for ever, and nothing is told.
 */
#define SG_STUCK_READINGS 20
#define SG_STUCK_LOG_CHANCE -20.7
#define SG_STUCK_NOISE_CODES 0.5
/* ... and 4 times the longest run before it: noise is not always white. */
#define SG_STUCK_RUN_RATIO 4
/* ... in a stretch that saw so many changes: the noise is that of this range. */
#define SG_STUCK_CHANGES 50

/* Volts, amperes and seconds (30000 years) that no bench has: garbage of a broken table. */
#define SG_POSSIBLE 1e6
#define SG_POSSIBLE_S 1e12

/* |V| above this part of the compliance voltage: the source no longer holds its current. */
#define SG_RAIL_FRACTION 0.98

/* Current off its set value for so long is a fault worth a line; shorter is a switch of range. */
#define SG_OFF_SET_READINGS 3
#define SG_OFF_SET_SECONDS 2.0

/*
 * Blocks. Residuals closer in time than 4 s are one piece of evidence: noise of a bench (mains, 1/f) is alike for
 * about that long, and a short that lives for less than 30 s is not worth a flag.
 */
#define SG_BLOCK_SECONDS 4.0

/*
 * Soft short: lower CUSUM over blocks, S = max(0, S + min(c, drop - k)), alarm at S >= h.
 *
 * k = 4 sigma of a visit: what visits differ by is common to all blocks of one, so that no sum averages it out. A
 * Gaussian visit exceeds 4 sigma once in 31600; at 2000 half-steps in 1000 h that is 0.06 false alarms. Never below
 * 6 %: what a thermometer of whole degrees leaves open (half a degree, 2.3 %), and how healthy cells drift between
 * two visits. What visits have in common left out, Siegmund's
 * ARL0 = (exp(2k(h + 1.166)) - 2k(h + 1.166) - 1) / (2 k^2) with k = 4 and h = 0.6 / 0.0125 = 48, in sigma, is
 * beyond 1e160 blocks. c = 0.2 asks for 3 blocks at least, so that two spoilt ones are not enough. 20 % below is told
 * after 5 blocks, 10 % after 15. Without a temperature 2 K are unseen: 8 %.
 *
 * A phase that has not settled may go on: by what its latest visit fell below the mean, once and a half. (Visits that fall
 * by d in turn stand 1.5 d below the mean of the two before, and 2 d below that of three: 1.33 times it. Those of
 * a cell that conditions fall ever less.) Another current or another rest before it is in the sigma.
 */
#define SG_SOFT_SIGMA 4.0
#define SG_SOFT_SLACK 0.06
#define SG_SOFT_SLACK_BLIND 0.08
#define SG_SOFT_CLIP 0.2
#define SG_SOFT_FALLING 1.5
#define SG_SOFT_LIMIT 0.6
#define SG_SOFT_SECONDS 30.0
/* A lead that floats is low by chance, and jumps: as with hard shorts, most blocks are to continue the ones before. */
#define SG_SOFT_ROUGH 0.15
/* Less than this part of the baseline is a hard short or a lead, and theirs to tell. */
#define SG_SOFT_LEAST 0.05
/*
 * Without a thermometer a fall may be warmth, unless it is faster: 10 K make 40 %, with a time constant of 20 min 4 % in
 * 2 min. Slower ones are told from 25 % on: 5 K, more than a room does between two half-steps.
 */
#define SG_ABRUPT_FRACTION 0.06
#define SG_ABRUPT_SECONDS 120.0
#define SG_SOFT_WARMTH 0.25
/* While the sum is above 20 % of its limit nothing is learned. */
#define SG_SOFT_SUSPECT 0.12
/* Below this it is a warning, and the numbers above the alarm. */
#define SG_SOFT_SURE 0.10
/* Told once; again after it looked healthy (above -3 %) for half an hour. */
#define SG_SOFT_HEALTHY 0.03
#define SG_SOFT_HEALTHY_SECONDS 1800.0

/*
 * Flicker: readings that fall by 16 sigma of noise and 7 % from the one before, and come back to within 3 % or 8 sigma
 * in 10 min. 3 such dips within 10 min (decaying); a switch of range spoils one or two readings, at a step of the
 * current. Noise alone makes a dip once in 1e15 readings.
 */
#define SG_DIP_SIGMA 8.0
#define SG_DIP_FRACTION 0.07
#define SG_NEAR_FRACTION 0.03
/*
 * A fall within one reading that stays (as a contact's step does, within a fifth of it): 15 %, and four times what readings usually
 * differ; and to below what the cell usually shows, for a lead that was off comes back like that.
 */
#define SG_FALL_FRACTION 0.15
#define SG_DIPS 2.5
#define SG_WINDOW_SECONDS 600.0

/*
 * Polarization over cycles: R above the frozen reference by 10 % and 4 sigma, for 5 blocks and a minute; where the
 * reference is more than half of the late resistance: earlier in a half-step what the current before left behind is as
 * large as the cell's own resistance, and contact that is lost is in series at all phases. The sigma is that from one visit to
 * the next: a growth by g a visit adds g / sqrt(2) to it, while about a mean that follows by 5 % a visit it would add up
 * to 20 g, and hide for ever. Two visits in turn 4 sigma high by chance: see below. Where the voltage moves by 5 % of the whole within
 * a bin and more, times that are off a little are no drift, and the spread about the mean counts too. Never more than 50 %
 * is asked for at the current and the warmth of the reference: before R doubles, whatever was learned. While the
 * reference is not known yet: 50 %, more than conditioning does. The diffusion model may halve or double what
 * is asked for (f below 0.3: it is unlikely to be the cause; above 0.9: it is due).
 */
#define SG_POLAR_FRACTION 0.10
#define SG_POLAR_LATE 0.5
#define SG_POLAR_SIGMA 4.0
/* At another current than the reference's: the sigma holds 5 % a factor of two already, concentration may add to it. */
#define SG_POLAR_STRANGE 0.20
#define SG_POLAR_UNSETTLED 0.50
#define SG_POLAR_MOST 0.50
#define SG_POLAR_STEEP 0.05
/*
 * Without a thermometer: 4 K, and 4 sigma about the mean: what the room does every day is in that. It is not learned
 * while R stands half as high, so that a growth widens it to 25 % at most.
 */
#define SG_POLAR_BLIND 0.20
#define SG_POLAR_BLOCKS 5
#define SG_POLAR_SECONDS 60.0
#define SG_POLAR_HEALTHY 0.05
/*
 * In series, at a change of the current: two changes in turn, each by 10 % and 4 sigma above its reference (a Gaussian visit
 * exceeds 4 sigma once in 31600, two in turn once in 1e9; at 2000 half-steps in 1000 h that is 2e-6), and by 2 % of the whole
 * resistance, as much as healthy phases repeat to. The least of three readings: a switch of range spoils one or two. A change
 * read 30 % later or earlier is one of another kind. The activation energy is that of another part of the cell than the
 * learned one, so it counts as unknown.
 */
#define SG_SERIES_TURNS 2
/*
 * At a current that was not seen yet, against the nearest smaller one: V/I at a change never rises with the current (Ohm,
 * Butler-Volmer), but of a visit or two a reference is no better than conditioning makes it. Two in turn, as above.
 */
#define SG_SERIES_LOOSE 0.25
#define SG_SERIES_OF_WHOLE 0.02
#define SG_SERIES_READINGS 3
/* After less than a minute of current, pulses, an interface is another one each time. */
#define SG_SERIES_BEFORE_SECONDS 60.0
#define SG_SERIES_PHASE 0.30
#define SG_SERIES_EARLY_SECONDS 15.0F
#define SG_SERIES_VISITS_EARLY 2
#define SG_SERIES_VISITS_LATE 4
#define SG_LIMIT_FAR 0.3
#define SG_LIMIT_NEAR 0.9

/*
 * Polarization inside one step: R above a line through what was read at a quarter and a half of some time, by 6 %: a
 * convex rise. Diffusion and charging of layers rise ever more slowly: no such course exceeds any of those lines, so the
 * lowest is kept, 3 sigma steeper than read. Noise: 6 % is to be 5 sigma of what is compared (one reading's noise, three grid
 * points' errors). What falls as it dies away (conditioning) may hide the beginning of a rise that is concave: 8 % and as much
 * more is asked for as it had fallen, and once the course rises by less than its own extrapolation, that is taken anew.
 * Without a thermometer 9 % more from an hour on, 2 K: behind its holder a cell follows the room in 20 min.
 */
#define SG_CONVEX_FRACTION 0.06
#define SG_CONVEX_HIDDEN 0.08
#define SG_CONVEX_BLIND 0.15
#define SG_CONVEX_BLIND_SECONDS 3600.0
/* The argument needs a cell that had rested, or a step so long that what came before is past. */
#define SG_CONVEX_PAST 4.0
#define SG_CONVEX_BEGIN 0.03
#define SG_CONVEX_SIGMA 5.0
#define SG_CONVEX_LINE_SIGMA 3.0
#define SG_CONVEX_READINGS 3
#define SG_CONVEX_SECONDS 20.0

/*
 * Inflexion: a curvature counts from 5 sigma of its own error on (one in 3.5e6 triples of blocks; a step has 32 after the
 * latest doubling of their length), and is the largest once one is below half of it by 3 sigma of both.
 */
#define SG_INFLECT_SIGMA 5.0
#define SG_INFLECT_FALL_SIGMA 3.0

/*
 * From healthy to doubled within a minute and 5 readings: contact in a cell is lost by the current that flows, over minutes
 * at the least; a floating input charges in seconds.
 */
#define SG_RUNAWAY_SECONDS 60.0
#define SG_RUNAWAY_READINGS 5

/*
 * Contacts. A jump: 3 % and 8 sigma of noise within one reading. It is a step when it then stays, flat, for 30 s and
 * 5 readings; a spike when it comes back within 3 % and 10 s. Voltages three times too high that come back are a
 * loose lead at once, smaller ones after three.
 */
#define SG_CONTACT_FRACTION 0.03
#define SG_CONTACT_SIGMA 8.0
#define SG_CONTACT_READINGS 5
#define SG_CONTACT_SECONDS 30.0
#define SG_CONTACT_FLAT 0.2
#define SG_CONTACT_GIVE_UP_SECONDS 120.0
#define SG_OFF_SECONDS 10.0
/* ... and it is back once the voltage is below twice that of the healthy cell. */
#define SG_OFF_SHARE 2.0
#define SG_SPIKE_RETURN 0.03
#define SG_SPIKE_RATIO 3.0
#define SG_SPIKES 2.5
/* Two readings, within 10 min, against the current or 15 % too high by a jump that does not stay: not the cell's voltage. */
#define SG_WILD 1.5

/*
 * Short from the start: V/I of three settled readings below 70 % of what geometry says, and not about to rise there:
 * less than 5 % in the latest doubling of the time, a minute at least. A short is flat; a cell that still builds up its voltage gets an
 * hour, then what it shows counts.
 */
#define SG_START_FRACTION 0.70
#define SG_START_READINGS 3
#define SG_START_LEAST_SECONDS 60.0
#define SG_START_RISE 0.05
/* Marks are a minute times powers of two; the first has a doubling, or nearly, before it. */
#define SG_START_OCTAVE 1.9
#define SG_START_SECONDS 3600.0

/* Warmth: R moved by 10 %, and by less than half of that once the temperature is allowed for. */
#define SG_THERMAL_FRACTION 0.10

/*
 * Sudden, of a lead or of a flicker: readings next to a jump change by far less than it; those of a steep, even rise do
 * not. So many readings tell how much they usually change, and the largest change is forgotten by a tenth a reading.
 */
#define SG_SUDDEN_RATIO 4.0
#define SG_SUDDEN_READINGS 4
#define SG_SUDDEN_FORGET 0.9

#endif
