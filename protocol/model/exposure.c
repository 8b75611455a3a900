/* SPDX-License-Identifier: Apache-2.0 */
#include "model/exposure.h"

#include <math.h>
#include <string.h>

#include "core/units.h"

#define PI 3.14159265358979323846
/* A hold that is worth less in f is not worked out in pieces. */
#define TRIFLE 1e-5
/* Longest interval that is taken as one: beyond, products of rate and time say no more. */
#define INTERVAL_MAX_S 1e10

static bool positive(double value)
{
	return value > 0.0 && isfinite(value);
}

static enum sg_err check_config(const struct sg_exposure_config *c, struct sg_text *why)
{
	if (!positive(c->area_cm2))
		sg_text_add(why, "the area of the electrode must be more than 0 cm2");
	else if (!isnan(c->thickness_cm) && !(c->thickness_cm >= 1e-5 && c->thickness_cm <= 100.0))
		sg_text_add(why, "a metal %.4g cm thick cannot be", c->thickness_cm);
	else if (!(c->diffusion_low > 0.0 && c->diffusion_low <= 1.0))
		sg_text_add(why, "the least D must be more than 0 and at most 1 times that of the set");
	else if (!(c->diffusion_high >= 1.0 && isfinite(c->diffusion_high)))
		sg_text_add(why, "the largest D must be at least 1 times that of the set");
	else
		return SG_OK;
	return SG_ERR_ARGUMENT;
}

/* f is as D^(-1/2): how much a temperature that may be off by so much opens the interval. */
static void widen_for_temperature(struct sg_exposure *e)
{
	struct sg_material material = e->config.material;
	double at, colder, warmer;

	if (e->flags & SG_EXPOSURE_TEMPERATURE_ASSUMED)
		return;
	e->flags |= SG_EXPOSURE_TEMPERATURE_ASSUMED;
	if (!isnan(material.only_at_c) && sg_material_find(material.metal->symbol, NULL, &material, NULL))
		return; /* a bare number says nothing of other temperatures; every metal's default is a line */
	if (sg_material_diffusion(&material, SG_EXPOSURE_ASSUMED_C, &at, NULL) ||
	    sg_material_diffusion(&material, SG_EXPOSURE_ASSUMED_C - SG_EXPOSURE_ASSUMED_K, &colder, NULL) ||
	    sg_material_diffusion(&material, SG_EXPOSURE_ASSUMED_C + SG_EXPOSURE_ASSUMED_K, &warmer, NULL))
		return;
	e->widen_low *= sqrt(at / warmer);
	e->widen_high *= sqrt(at / colder);
}

/* D and concentration at another temperature; where the set does not hold both stay. */
static enum sg_err set_temperature(struct sg_exposure *e, double temperature_c, struct sg_text *why)
{
	const struct sg_material *material = &e->config.material;
	struct sg_medium medium;
	enum sg_err err = sg_medium_init(&medium, material, temperature_c, why);

	if (err)
		return err;
	e->temperature_c = temperature_c;
	e->speed = medium.diffusion_cm2_s / e->reference_cm2_s;
	e->density = medium.concentration_mol_cm3 / material->metal->concentration_mol_cm3;
	return SG_OK;
}

enum sg_err sg_exposure_init(struct sg_exposure *e, const struct sg_exposure_config *config, struct sg_text *why)
{
	const struct sg_material *material = &config->material;
	const bool finite = !isnan(config->thickness_cm);
	const double begin_c = !isnan(config->temperature_c) ? config->temperature_c :
			       !isnan(material->only_at_c)   ? material->only_at_c : SG_EXPOSURE_ASSUMED_C;
	double slowest_1_s, full_c_cm3;
	struct sg_medium medium;
	enum sg_err err = check_config(config, why);

	if (!err)
		err = sg_medium_init(&medium, material, begin_c, why);
	if (err)
		return err;
	memset(e, 0, sizeof(*e));
	e->config = *config;
	e->reference_cm2_s = medium.diffusion_cm2_s;
	e->speed = 1.0;
	e->temperature_c = NAN;
	e->density = medium.concentration_mol_cm3 / material->metal->concentration_mol_cm3;
	e->widen_low = 1.0 / sqrt(config->diffusion_high);
	e->widen_high = 1.0 / sqrt(config->diffusion_low);
	full_c_cm3 = material->metal->concentration_mol_cm3 * SG_FARADAY_C_PER_MOL;
	slowest_1_s = finite ? PI * PI * e->reference_cm2_s / (config->thickness_cm * config->thickness_cm) :
			       SG_MODES_SLOWEST_1_S;
	e->thin_scale = finite ? 1.0 / (full_c_cm3 * config->thickness_cm) : 0.0;
	e->scale = 2.0 * SG_MODES_H / (PI * full_c_cm3 * sqrt(slowest_1_s * e->reference_cm2_s));
	sg_diffusion_init(&e->diffusion, finite ? slowest_1_s : 0.0, TRIFLE / e->scale);
	return SG_OK;
}

static void take_temperature(struct sg_exposure *e, double temperature_c)
{
	if (isnan(temperature_c)) {
		/* that of a set stands in; with neither, what was begun with is a guess */
		if (isnan(e->temperature_c) && isnan(e->config.temperature_c))
			widen_for_temperature(e);
		return;
	}
	if (temperature_c != e->temperature_c && set_temperature(e, temperature_c, NULL))
		e->flags |= SG_EXPOSURE_TEMPERATURE_BEYOND;
}

/* @return the interval on the diffusion clock; 0 if it does not count */
static double take_interval(struct sg_exposure *e, double interval_s)
{
	if (!(interval_s >= 0.0 && interval_s <= INTERVAL_MAX_S)) {
		e->flags |= SG_EXPOSURE_CLOCK_BACK;
		return 0.0;
	}
	e->elapsed_s += interval_s;
	return interval_s * e->speed;
}

static double flux_of(const struct sg_exposure *e, double current_a)
{
	return current_a / (e->config.area_cm2 * e->speed);
}

void sg_exposure_feed(struct sg_exposure *e, double interval_s, double current_a, double temperature_c)
{
	double clock_s;

	/* more than a mega-ampere is no current; it would also leave no digit for anything else */
	if (!(current_a > -1e6 && current_a < 1e6)) {
		sg_exposure_gap(e, interval_s, temperature_c);
		return;
	}
	take_temperature(e, temperature_c);
	clock_s = take_interval(e, interval_s);
	e->current_a = current_a;
	e->flux = flux_of(e, current_a);
	if (clock_s > 0.0) {
		e->clock_s += clock_s;
		sg_diffusion_advance(&e->diffusion, clock_s, e->flux);
	}
}

/*
 * With all places taken, the two oldest become one that covers both: the wider flux all the way. What a flux
 * leaves only grows with it and with the time it flows.
 */
static void remember_gap(struct sg_exposure *e, double begin_s, double half)
{
	struct sg_exposure_gap *gaps = e->gaps;
	uint32_t place = e->gap_count;

	if (place >= SG_EXPOSURE_GAPS) {
		gaps[0].end_s = gaps[1].end_s;
		gaps[0].half = gaps[1].half > gaps[0].half ? gaps[1].half : gaps[0].half;
		memmove(&gaps[1], &gaps[2], (SG_EXPOSURE_GAPS - 2) * sizeof(*gaps));
		place = SG_EXPOSURE_GAPS - 1;
	}
	gaps[place] = (struct sg_exposure_gap){ begin_s, e->clock_s, half };
	if (e->gap_count < UINT32_MAX)
		e->gap_count++;
}

void sg_exposure_gap(struct sg_exposure *e, double interval_s, double temperature_c)
{
	double clock_s, begin_s, flux;

	take_temperature(e, temperature_c);
	clock_s = take_interval(e, interval_s);
	if (!(clock_s > 0.0))
		return;
	flux = flux_of(e, e->current_a);
	begin_s = e->clock_s;
	e->clock_s += clock_s;
	sg_diffusion_advance_between(&e->diffusion, clock_s, flux < 0.0 ? flux : 0.0, flux > 0.0 ? flux : 0.0);
	if (flux != 0.0) {
		e->flags |= SG_EXPOSURE_CURRENT_UNKNOWN;
		remember_gap(e, begin_s, 0.5 * fabs(flux));
	}
}

void sg_exposure_set_unknown(struct sg_exposure *e)
{
	e->flags |= SG_EXPOSURE_UNKNOWN;
}

/* How far from the middle the linear f may be for what flowed in the gaps, from_now_s later, in f. */
static double gap_spread(const struct sg_exposure *e, double from_now_s)
{
	const uint32_t count = e->gap_count < SG_EXPOSURE_GAPS ? e->gap_count : SG_EXPOSURE_GAPS;
	const double now_s = e->clock_s + from_now_s;
	const double full_c_cm3 = e->config.material.metal->concentration_mol_cm3 * SG_FARADAY_C_PER_MOL;
	double thick = 0.0, thin = 0.0;

	if (count == 0) /* asked at every sample, and hardly ever is there one */
		return 0.0;
	for (uint32_t i = 0; i < count; i++) {
		const struct sg_exposure_gap *gap = &e->gaps[i];

		thick += 2.0 * gap->half * (sqrt(now_s - gap->begin_s) - sqrt(now_s - gap->end_s));
		thin += gap->half * (gap->end_s - gap->begin_s);
	}
	/* a slab's kernel is at most that of thick metal and the mean of the charge over the slab together */
	return thick / (full_c_cm3 * sqrt(PI * e->reference_cm2_s)) + thin * e->thin_scale;
}

static double at_least_0(double value)
{
	return value > 0.0 ? value : 0.0;
}

/* Surfaces (linear as seen by the electrode, one-sided) to the interval. */
static struct sg_interval interval_of(const struct sg_exposure *e, double linear, double one_sided, double spread)
{
	const double low = (e->scale * linear - spread) / e->density;
	const double high = e->scale * one_sided / e->density;
	struct sg_interval f = { at_least_0(low) * e->widen_low, at_least_0(high > low ? high : low) * e->widen_high };

	return f;
}

struct sg_interval sg_exposure_fraction(const struct sg_exposure *e, enum sg_electrode electrode)
{
	const double *surface = e->diffusion.surface;

	if (e->flags & SG_EXPOSURE_UNKNOWN)
		return (struct sg_interval){ NAN, NAN };
	if (electrode == SG_ELECTRODE_B)
		return interval_of(e, -surface[SG_RECOVERY_LINEAR], surface[SG_RECOVERY_ONE_SIDED_B], gap_spread(e, 0.0));
	return interval_of(e, surface[SG_RECOVERY_LINEAR], surface[SG_RECOVERY_ONE_SIDED_A], gap_spread(e, 0.0));
}

struct sg_interval sg_exposure_fraction_contact(struct sg_interval f, double part)
{
	if (!(part > 0.0 && part <= 1.0))
		return (struct sg_interval){ NAN, NAN };
	return (struct sg_interval){ f.low / part, f.high / part };
}

struct sg_interval sg_exposure_fraction_rescaled(struct sg_interval f, double diffusion_ratio)
{
	const double factor = 1.0 / sqrt(diffusion_ratio);

	return (struct sg_interval){ f.low * factor, f.high * factor };
}

double sg_exposure_inventory(const struct sg_exposure *e, enum sg_electrode electrode)
{
	const double charge = e->diffusion.charge[SG_RECOVERY_LINEAR];

	if ((e->flags & SG_EXPOSURE_UNKNOWN) || !e->diffusion.finite)
		return NAN;
	return (electrode == SG_ELECTRODE_B ? -charge : charge) * e->thin_scale / e->density;
}

/* One end of f of an electrode after a flux for another time. */
static double end_ahead(const struct sg_exposure *e, enum sg_electrode electrode, bool high, double clock_s, double flux)
{
	const enum sg_recovery one_sided = electrode == SG_ELECTRODE_B ? SG_RECOVERY_ONE_SIDED_B :
									 SG_RECOVERY_ONE_SIDED_A;
	double linear;

	if (high)
		return e->scale * sg_diffusion_ahead(&e->diffusion, one_sided, clock_s, flux) / e->density * e->widen_high;
	linear = sg_diffusion_ahead(&e->diffusion, SG_RECOVERY_LINEAR, clock_s, flux);
	return (e->scale * (electrode == SG_ELECTRODE_B ? -linear : linear) - gap_spread(e, clock_s)) / e->density *
	       e->widen_low;
}

/* First looked for in steps of four, then halved: f may fall before it rises, but not rise before it falls. */
#define LOOK_FROM_S 1e-2
#define LOOK_STEP 4.0
#define HALVINGS 50

static double time_until_1(const struct sg_exposure *e, enum sg_electrode electrode, bool high, double flux)
{
	const double horizon_s = SG_EXPOSURE_HORIZON_S * e->speed;
	double low_s = 0.0, high_s = LOOK_FROM_S;

	while (end_ahead(e, electrode, high, high_s, flux) < 1.0) {
		if (high_s >= horizon_s)
			return INFINITY;
		low_s = high_s;
		high_s *= LOOK_STEP;
	}
	for (int i = 0; i < HALVINGS; i++) {
		const double middle_s = 0.5 * (low_s + high_s);

		if (end_ahead(e, electrode, high, middle_s, flux) < 1.0)
			low_s = middle_s;
		else
			high_s = middle_s;
	}
	return high_s / e->speed;
}

struct sg_interval sg_exposure_time_to_limit(const struct sg_exposure *e, enum sg_electrode electrode, double current_a)
{
	const struct sg_interval now = sg_exposure_fraction(e, electrode);
	const double flux = flux_of(e, current_a);
	const bool stripped = electrode == SG_ELECTRODE_B ? flux < 0.0 : flux > 0.0;
	struct sg_interval time = { INFINITY, INFINITY };

	if (isnan(now.low) || !isfinite(flux))
		return (struct sg_interval){ NAN, NAN };
	if (now.high >= 1.0)
		time.low = 0.0;
	else if (stripped)
		time.low = time_until_1(e, electrode, true, flux);
	if (now.low >= 1.0)
		time.high = 0.0;
	else if (stripped)
		time.high = time_until_1(e, electrode, false, flux);
	return time;
}

struct sg_interval sg_exposure_fraction_after(const struct sg_exposure *e, enum sg_electrode electrode,
					      double interval_s, double current_a)
{
	struct sg_exposure copy = *e;

	sg_exposure_feed(&copy, interval_s, current_a, NAN);
	return sg_exposure_fraction(&copy, electrode);
}
