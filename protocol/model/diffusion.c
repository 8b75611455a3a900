/* SPDX-License-Identifier: Apache-2.0 */
#include "model/diffusion.h"

#include <string.h>

#define ALL(x) ((sg_modes_four){ (x), (x), (x), (x) })

/* A young hold is worked out in pieces of this part of its age, the first ones of this part of what is left. */
#define PIECE_OF_AGE (1.0 / 16.0)
#define PIECE_OF_REST (1.0 / 64.0)
/* Enough for a sixty-fourth of an interval to grow to all of it: 1/64 (16 + n) at first, then 17/16 each. */
#define PIECES_MAX 100
#define CROSSING_ROUNDS 6

void sg_diffusion_init(struct sg_diffusion *d, double slowest_1_s, double trifle)
{
	memset(d, 0, sizeof(*d));
	d->finite = slowest_1_s > 0.0;
	d->slowest_1_s = d->finite ? slowest_1_s : SG_MODES_SLOWEST_1_S;
	d->charge_weight = d->slowest_1_s * (d->finite ? 0.5 / SG_MODES_H : SG_MODES_SLOW);
	d->trifle = trifle;
	for (int i = 0; i < SG_RECOVERIES; i++)
		d->held_s[i] = -1.0;
}

/* What an interval does to any of the histories. */
struct interval {
	sg_modes_four gone[SG_MODES_FOURS];
	int fours;
	double length_s;
};

static void interval_init(struct interval *interval, const struct sg_diffusion *d, double length_s)
{
	interval->length_s = length_s;
	interval->fours = sg_modes_forget(d->slowest_1_s * length_s, d->finite, interval->gone);
}

/* What of the surface is left of the history at the end of an interval, and what each unit of flux adds. */
struct outlook {
	double kept;
	double gain;
};

/* The order of a sum is part of the result. */
static double sum_of(const sg_modes_four *four)
{
	return ((*four)[0] + (*four)[2]) + ((*four)[1] + (*four)[3]);
}

static SG_MODES_FOR_EACH_WIDTH struct outlook look_ahead(const struct sg_diffusion *d, int which,
							 const struct interval *interval)
{
	const sg_modes_four *weight = sg_modes_weights(d->finite);
	const sg_modes_four *z = d->mode[which];
	sg_modes_four kept = ALL(0.0), gain = ALL(0.0);

	for (int k = 0; k < interval->fours; k++) {
		const sg_modes_four gone = weight[k] * interval->gone[k];

		gain += gone;
		kept += (weight[k] - gone) * z[k];
	}
	return (struct outlook){
		.kept = sum_of(&kept) + d->charge_weight * d->charge[which],
		.gain = sum_of(&gain) + d->charge_weight * interval->length_s + SG_MODES_FAST,
	};
}

/* The surface at the end of an interval, from modes that have followed already. */
static double surface(const struct sg_diffusion *d, int which, double sum, double flux)
{
	return sum + d->charge_weight * d->charge[which] + SG_MODES_FAST * flux;
}

static SG_MODES_FOR_EACH_WIDTH void follow(struct sg_diffusion *d, int which, const struct interval *interval,
					   double flux)
{
	const sg_modes_four all = ALL(flux);
	sg_modes_four *z = d->mode[which];

	for (int k = 0; k < interval->fours; k++)
		z[k] += interval->gone[k] * (all - z[k]);
	d->charge[which] += flux * interval->length_s;
}

/* The linear history, and that of an electrode which is not plated: they take all of the flux. */
static SG_MODES_FOR_EACH_WIDTH void follow_two(struct sg_diffusion *d, const struct interval *interval, double flux,
					       int stripped, double stripping)
{
	const sg_modes_four *weight = sg_modes_weights(d->finite);
	const sg_modes_four all[2] = { ALL(flux), ALL(stripping) };
	sg_modes_four *z[2] = { d->mode[SG_RECOVERY_LINEAR], d->mode[stripped] };
	sg_modes_four sum[2] = { ALL(0.0), ALL(0.0) };

	for (int k = 0; k < interval->fours; k++) {
		for (int i = 0; i < 2; i++) {
			z[i][k] += interval->gone[k] * (all[i] - z[i][k]);
			sum[i] += weight[k] * z[i][k];
		}
	}
	d->charge[SG_RECOVERY_LINEAR] += flux * interval->length_s;
	d->charge[stripped] += stripping * interval->length_s;
	d->surface[SG_RECOVERY_LINEAR] = surface(d, SG_RECOVERY_LINEAR, sum_of(&sum[0]), flux);
	d->surface[stripped] = surface(d, stripped, sum_of(&sum[1]), stripping);
	d->held_s[stripped] = -1.0;
}

/* One piece of a hold: the flux that leaves the surface at 0, which is no more than there is. */
static void hold(struct sg_diffusion *d, int which, const struct interval *interval, struct outlook outlook,
		 double flux)
{
	double taken = -outlook.kept / outlook.gain;

	if (taken > 0.0) /* rounding: nothing is missing that could be taken back */
		taken = 0.0;
	if (taken < flux)
		taken = flux;
	follow(d, which, interval, taken);
	d->surface[which] = outlook.kept + outlook.gain * taken;
	d->held_s[which] += interval->length_s;
}

/*
 * How long the flux may run until the surface is at 0, in an interval at the end of which it would be below: regula
 * falsi, weighing down the end that stays (Illinois). From below, so that the bound remains one.
 */
static double crossing_s(const struct sg_diffusion *d, int which, double length_s, double flux, double at_end)
{
	double low_s = 0.0, high_s = length_s;
	double at_low = d->surface[which], at_high = at_end;
	double found = at_low;

	for (int i = 0; i < CROSSING_ROUNDS && found > d->trifle; i++) {
		const double middle_s = low_s + (high_s - low_s) * at_low / (at_low - at_high);
		struct interval interval;
		struct outlook outlook;
		double at_middle;

		interval_init(&interval, d, middle_s);
		outlook = look_ahead(d, which, &interval);
		at_middle = outlook.kept + outlook.gain * flux;
		if (at_middle > 0.0) {
			low_s = middle_s;
			at_low = found = at_middle;
			at_high *= 0.5;
		} else {
			high_s = middle_s;
			at_high = at_middle;
			at_low *= 0.5;
		}
	}
	return low_s;
}

/* A hold that begins in this interval, or is young: in pieces. */
static void hold_in_pieces(struct sg_diffusion *d, int which, double length_s, double flux, double at_end)
{
	struct interval piece;
	double rest_s = length_s;

	if (d->held_s[which] < 0.0) {
		const double first_s = crossing_s(d, which, length_s, flux, at_end);

		if (first_s > 0.0) {
			interval_init(&piece, d, first_s);
			follow(d, which, &piece, flux);
			rest_s -= first_s;
		}
		d->held_s[which] = 0.0;
	}
	for (int i = 0; rest_s > 0.0; i++) {
		double next_s = d->held_s[which] * PIECE_OF_AGE;

		if (next_s < length_s * PIECE_OF_REST)
			next_s = length_s * PIECE_OF_REST;
		if (i == PIECES_MAX - 1 || next_s > 0.999 * rest_s)
			next_s = rest_s;
		interval_init(&piece, d, next_s);
		hold(d, which, &piece, look_ahead(d, which, &piece), flux);
		rest_s -= next_s;
	}
}

/* An electrode that is plated, flux < 0. */
static void plate(struct sg_diffusion *d, int which, const struct interval *interval, double flux)
{
	const struct outlook outlook = look_ahead(d, which, interval);
	const double at_end = outlook.kept + outlook.gain * flux;

	if (at_end >= 0.0) {
		follow(d, which, interval, flux);
		d->surface[which] = at_end;
		d->held_s[which] = -1.0;
	} else if (d->held_s[which] * PIECE_OF_AGE < interval->length_s && -outlook.gain * flux > d->trifle) {
		hold_in_pieces(d, which, interval->length_s, flux, at_end);
	} else {
		if (d->held_s[which] < 0.0)
			d->held_s[which] = 0.0;
		hold(d, which, interval, outlook, flux);
	}
}

void sg_diffusion_advance(struct sg_diffusion *d, double interval_s, double flux)
{
	const int stripped = flux < 0.0 ? SG_RECOVERY_ONE_SIDED_B : SG_RECOVERY_ONE_SIDED_A;
	const int plated = flux < 0.0 ? SG_RECOVERY_ONE_SIDED_A : SG_RECOVERY_ONE_SIDED_B;
	const double stripping = flux < 0.0 ? -flux : flux;
	struct interval interval;

	interval_init(&interval, d, interval_s);
	follow_two(d, &interval, flux, stripped, stripping);
	plate(d, plated, &interval, -stripping);
}

/* Any history and any flux. */
static void take(struct sg_diffusion *d, int which, const struct interval *interval, double flux)
{
	struct outlook outlook;

	if (flux < 0.0 && which != SG_RECOVERY_LINEAR) {
		plate(d, which, interval, flux);
		return;
	}
	outlook = look_ahead(d, which, interval);
	follow(d, which, interval, flux);
	d->surface[which] = outlook.kept + outlook.gain * flux;
	d->held_s[which] = -1.0;
}

void sg_diffusion_advance_between(struct sg_diffusion *d, double interval_s, double lowest, double highest)
{
	struct interval interval;

	interval_init(&interval, d, interval_s);
	take(d, SG_RECOVERY_LINEAR, &interval, 0.5 * (lowest + highest));
	take(d, SG_RECOVERY_ONE_SIDED_A, &interval, highest);
	take(d, SG_RECOVERY_ONE_SIDED_B, &interval, -lowest);
}

double sg_diffusion_ahead(const struct sg_diffusion *d, enum sg_recovery recovery, double interval_s, double flux)
{
	struct interval interval;
	struct outlook outlook;

	interval_init(&interval, d, interval_s);
	outlook = look_ahead(d, (int)recovery, &interval);
	return outlook.kept + outlook.gain * (recovery == SG_RECOVERY_ONE_SIDED_B ? -flux : flux);
}
