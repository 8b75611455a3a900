/* SPDX-License-Identifier: Apache-2.0 */
#include "experiment/verification.h"

#include <math.h>
#include <stdbool.h>

#include "detect/thresholds.h"

/*
 * A current loop and the double layer of an ohmic interface (ohms times tens of microfarads) are through by then; a
 * relaxation of ions is not. Assumed: of the loop of a TDstat; its step at a resistor would settle it.
 */
#define SETTLED_S 0.02
/*
 * A voltage that stands whatever the current is may be the meter's own zero over a short it cannot resolve; only one that
 * no zero explains is a lead's, for to go on in a short is the dangerous mistake. Rests of the cell have shown the zero:
 * then ten times the offset that detectors allow for beyond it. They have not: 20 mV. Assumed: no board is off by so much;
 * a TDstat that was never calibrated is off by a few millivolts (its converter's zero of some hundred counts).
 */
#define STANDING_V (10.0 * SG_OFFSET_V)
#define STANDING_UNKNOWN_V 20e-3
/* Of a relaxation that must be there less than this is left: three quarters of it went through an electronic path. */
#define GONE_FRACTION 0.25
/* The current of the pulse is half of the one before; less than half of that was no pulse. */
#define LEAST_CURRENT 0.25

/* The sums of one part, in the direction of the current of the alarm. */
struct sums {
	size_t first, count;
	double t_s, v, a; /* means */
	double tt, tv;    /* of squares and products about the means */
};

/* Everything that is compared, in that direction: volts, amperes, ohms; sigmas of means. */
struct evidence {
	size_t readings; /* of the part that has fewer */
	double rest_v, rest_sigma_v, half_v, change_a, half_a;
	double before_v, before_sigma_v; /* of the alarm, from rest */
	double ohm, ohm_sigma;
	double before_ohm, before_ohm_sigma;
	double healthy_v; /* at the current of the alarm; NAN */
	double standing_v; /* what stands above this is no zero of the meter */
};

/* The first readings of a part still see the change of current; where there are few, all count. */
static size_t first_settled(const struct sg_pulse_readings *part)
{
	size_t first = 0;

	while (first < part->count && part->at[first].phase_s < SETTLED_S)
		first++;
	return part->count - first >= SG_PULSE_READINGS_MIN ? first : 0;
}

static struct sums sum_up(const struct sg_pulse_readings *part, double direction)
{
	const size_t first = first_settled(part);
	struct sums s = { .first = first, .count = part->count - first };

	for (size_t i = first; i < part->count; i++) {
		s.t_s += (part->begin_s + part->at[i].phase_s) / (double)s.count;
		s.v += direction * part->at[i].voltage_v / (double)s.count;
		s.a += direction * part->at[i].current_a / (double)s.count;
	}
	for (size_t i = first; i < part->count; i++) {
		const double off_s = part->begin_s + part->at[i].phase_s - s.t_s;

		s.tt += off_s * off_s;
		s.tv += off_s * (direction * part->at[i].voltage_v - s.v);
	}
	return s;
}

/* Sum of the squares of what a drift leaves unexplained. */
static double unexplained(const struct sg_pulse_readings *part, const struct sums *s, double direction, double drift)
{
	double sum = 0.0;

	for (size_t i = s->first; i < part->count; i++) {
		const double off_v = direction * part->at[i].voltage_v - s->v -
				     drift * (part->begin_s + part->at[i].phase_s - s->t_s);

		sum += off_v * off_v;
	}
	return sum;
}

/*
 * A step at the change of current, and a drift that is the same before and behind it: least squares. What was learned
 * of the noise at a longer interval may be less than that of readings in quick succession: then their scatter tells.
 */
static void fit(const struct sg_pulse_readings parts[SG_PULSE_PARTS], double direction, double noise_v, struct evidence *e)
{
	const struct sums rest = sum_up(&parts[SG_PULSE_REST], direction);
	const struct sums half = sum_up(&parts[SG_PULSE_HALF], direction);
	const double tt = rest.tt + half.tt, apart_s = half.t_s - rest.t_s;
	const double drift = tt > 0.0 ? (rest.tv + half.tv) / tt : 0.0;
	const double freedom = (double)(rest.count + half.count) - 3.0;
	double squares, sigma_v;

	e->readings = rest.count < half.count ? rest.count : half.count;
	if (e->readings < SG_PULSE_READINGS_MIN)
		return;
	squares = unexplained(&parts[SG_PULSE_REST], &rest, direction, drift) +
		  unexplained(&parts[SG_PULSE_HALF], &half, direction, drift);
	sigma_v = fmax(noise_v, sqrt(squares / freedom));
	e->rest_v = rest.v;
	e->rest_sigma_v = sigma_v / sqrt((double)rest.count);
	e->half_v = half.v;
	e->half_a = half.a;
	e->change_a = half.a - rest.a;
	e->ohm = (half.v - rest.v - drift * apart_s) / e->change_a;
	e->ohm_sigma = sigma_v * sqrt(1.0 / (double)rest.count + 1.0 / (double)half.count + apart_s * apart_s / tt) /
		       fabs(e->change_a);
}

static struct evidence gather(const struct sg_verify_before *before,
			      const struct sg_pulse_readings parts[SG_PULSE_PARTS], double direction)
{
	const double before_a = fabs(before->current_a);
	struct evidence e = {
		.healthy_v = before->healthy_ohm * before_a,
		.standing_v = isnan(before->zero_v) ? STANDING_UNKNOWN_V : before->zero_v + STANDING_V,
	};

	fit(parts, direction, before->noise_v, &e);
	e.before_v = direction * before->voltage_v - e.rest_v;
	e.before_sigma_v = hypot(before->noise_v, e.rest_sigma_v);
	e.before_ohm = e.before_v / before_a;
	e.before_ohm_sigma = e.before_sigma_v / before_a;
	return e;
}

/* More than a meter's offset, and than a short would leave of a voltage the ions had built up. */
static bool holds_voltage(const struct evidence *e)
{
	return fabs(e->rest_v) > fmax(fmax(SG_OFFSET_V, SG_FOLLOW_SIGMA * e->rest_sigma_v),
				      isnan(e->healthy_v) ? 0.0 : SG_SHORT_FRACTION * e->healthy_v);
}

/* The same V/I at both currents. */
static bool scales(const struct evidence *e)
{
	return fabs(e->ohm - e->before_ohm) <= SG_PROVE_CHANGE_FRACTION * fmax(e->ohm, e->before_ohm) +
						       SG_FOLLOW_SIGMA * hypot(e->ohm_sigma, e->before_ohm_sigma);
}

static void say(struct sg_verification *out, enum sg_verified verified, const char *because)
{
	out->verified = verified;
	out->because = because;
}

/* Half the current changes nothing that can be seen. */
static void judge_still(const struct evidence *e, struct sg_verification *out)
{
	if (fabs(e->rest_v) > fmax(e->standing_v, SG_FOLLOW_SIGMA * e->rest_sigma_v))
		say(out, SG_VERIFIED_SENSE, "it stands without a current and does not follow one");
	else if (fabs(e->before_v) > SG_FOLLOW_SIGMA * e->before_sigma_v)
		say(out, SG_VERIFIED_UNCLEAR, "either a short that went on to fall, or a sense lead that now reads zero");
	else
		say(out, SG_VERIFIED_UNCLEAR, "either a short below what the meter resolves, or a sense lead that follows nothing");
}

static void judge_hard(const struct evidence *e, const struct sg_verify_before *before, struct sg_verification *out)
{
	if (holds_voltage(e))
		say(out, SG_VERIFIED_UNCLEAR, "V follows the current, but a voltage is left at rest, which a short would take away");
	else if (e->ohm < SG_SHORT_FRACTION * before->healthy_ohm || scales(e))
		say(out, SG_VERIFIED_SHORT, "V follows the current and nothing is left at rest");
	else
		say(out, SG_VERIFIED_UNCLEAR, "V/I is much higher than at the alarm: a short that burned away, or none");
}

static void judge_soft(const struct evidence *e, const struct sg_verify_before *before, struct sg_verification *out)
{
	const double expected_v = before->slow_ohm * fabs(before->current_a);
	const double least_v = fmax(SG_OFFSET_V, SG_FOLLOW_SIGMA * e->rest_sigma_v);

	if (!(GONE_FRACTION * expected_v > least_v))
		say(out, SG_VERIFIED_UNCLEAR, "V follows the current, so the sense lead is there; either a path, or an interface that changed");
	else if (fabs(e->rest_v) < GONE_FRACTION * expected_v)
		say(out, SG_VERIFIED_SHORT, "V follows the current, and the relaxation this cell had is gone");
	else
		say(out, SG_VERIFIED_UNCLEAR, "V follows the current and relaxes: ions carry most of it; a partial path stays open");
}

static void judge(const struct evidence *e, const struct sg_verify_before *before, struct sg_verification *out)
{
	const double seen_ohm = SG_FOLLOW_SIGMA * e->ohm_sigma;

	if (e->readings < SG_PULSE_READINGS_MIN)
		say(out, SG_VERIFIED_UNCLEAR, "too few readings");
	else if (!(e->change_a >= LEAST_CURRENT * fabs(before->current_a)))
		say(out, SG_VERIFIED_UNCLEAR, "the current was not what was set");
	else if (e->ohm < -seen_ohm)
		say(out, SG_VERIFIED_SENSE, "V goes against the current");
	else if (e->ohm <= seen_ohm)
		judge_still(e, out);
	else if (before->alarm == SG_EVENT_SOFT_SHORT)
		judge_soft(e, before, out);
	else
		judge_hard(e, before, out);
}

void sg_verify_not(const char *because, struct sg_verification *out)
{
	*out = (struct sg_verification){
		.because = because, .rest_v = NAN, .half_v = NAN, .half_a = NAN, .ohm = NAN, .ohm_sigma = NAN, .before_ohm = NAN,
	};
	out->verified = SG_VERIFIED_UNCLEAR;
}

void sg_verify(const struct sg_verify_before *before, const struct sg_pulse_readings parts[SG_PULSE_PARTS],
	       struct sg_verification *out)
{
	const double direction = before->current_a < 0.0 ? -1.0 : 1.0;
	const struct evidence e = gather(before, parts, direction);

	sg_verify_not("", out);
	judge(&e, before, out);
	if (e.readings < SG_PULSE_READINGS_MIN)
		return;
	out->rest_v = direction * e.rest_v + 0.0; /* never -0 */
	out->half_v = direction * e.half_v + 0.0;
	out->half_a = direction * e.half_a;
	out->ohm = e.ohm;
	out->ohm_sigma = e.ohm_sigma;
	out->before_ohm = e.before_ohm;
}

static const char *words_for(enum sg_verified verified)
{
	switch (verified) {
	case SG_VERIFIED_SHORT:
		return "short confirmed";
	case SG_VERIFIED_SENSE:
		return "sense lead lost, not a short";
	case SG_VERIFIED_UNCLEAR:
		break;
	}
	return "the pulse cannot tell";
}

void sg_verify_tell(const struct sg_verify_before *before, const struct sg_verification *v, double time_s,
		    struct sg_event *event)
{
	sg_event_init(event, SG_EVENT_VERIFY,
		      v->verified == SG_VERIFIED_SHORT && before->alarm != SG_EVENT_SOFT_SHORT ? SG_GRADE_ALARM : SG_GRADE_WARNING,
		      time_s);
	event->value = v->ohm;
	event->reference = v->before_ohm;
	if (isnan(v->ohm)) {
		sg_event_say(event, "verify pulse after %s: %s: %s", sg_event_name(before->alarm), words_for(v->verified), v->because);
		return;
	}
	sg_event_say(event, "verify pulse: %s: %s; V = %.4g mV at %.4g mA before, %.4g mV at rest, %.4g mV at %.4g mA: %.3g ohm "
			    "(+-%.1g), before %.3g", words_for(v->verified), v->because, before->voltage_v * 1e3,
		     before->current_a * 1e3, v->rest_v * 1e3, v->half_v * 1e3, v->half_a * 1e3, v->ohm, v->ohm_sigma,
		     v->before_ohm);
}
