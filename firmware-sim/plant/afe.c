/* SPDX-License-Identifier: Apache-2.0 */
#include "plant/afe.h"

#include <math.h>

#include "firmware/firmware.h"
#include "plant/cell.h"

/*
 * How often the drive is checked against the compliance; a real control loop is continuous.
 * Assumed: far from the limit a second is enough to notice a cell that is running away; near it,
 * and always when a potential is held (the current then follows the cell), ten times a second.
 */
#define CALM_NS  INT64_C(1000000000)
#define CLOSE_NS INT64_C(100000000)
/* Right after a change of the drive the cell has not settled: look again a little later. */
#define SETTLE_NS INT64_C(1000000)
/* What counts as near. */
#define CLOSE_FACTOR 0.5

/* Assumed: beyond this much of the compliance, with all current spent, it is in danger. */
#define CRITICAL_FACTOR 1.2

static double drawn_evenly(struct fw_random *random, double limit)
{
	return limit * (2.0 * fw_random_uniform(random) - 1.0);
}

static void ranging_init(struct fw_afe_ranging *ranging, const struct fw_afe_ladder *ladder,
			 struct fw_random *random)
{
	ranging->lowest = ranging->highest = ranging->range = ladder->count - 1;
	for (size_t i = 0; i < ladder->count; i++) {
		ranging->gain[i] = 1.0 + drawn_evenly(random, ladder->gain_error_max);
		ranging->offset[i] = drawn_evenly(random, ladder->offset_max);
	}
}

void fw_afe_init(struct fw_afe *afe, const struct fw_afe_config *config, struct fw_cell *cell,
		 uint64_t seed, bool ideal)
{
	*afe = (struct fw_afe){
		.config = config,
		.cell = cell,
		.ideal = ideal,
		.drive = FW_AFE_OPEN,
		.set_range = config->current.count - 1,
		.hold_ns = FW_NEVER,
	};
	fw_random_seed(&afe->random, seed);
	afe->dac_gain = 1.0 + drawn_evenly(&afe->random, config->dac_gain_error_max);
	ranging_init(&afe->current, &config->current, &afe->random);
	ranging_init(&afe->potential, &config->potential, &afe->random);
}

static double clamped(double value, double limit)
{
	/* a cell that answers with a non-number draws nothing */
	if (!(fabs(value) <= HUGE_VAL))
		return 0.0;
	if (value > limit)
		return limit;
	if (value < -limit)
		return -limit;
	return value;
}

/* What the converter really puts out for the asked value. */
static double applied_current(const struct fw_afe *afe)
{
	double step = afe->config->dac_lsb * afe->config->current.nominal[afe->set_range];

	if (afe->ideal || step <= 0.0)
		return afe->set;
	return round(afe->set * afe->dac_gain / step) * step;
}

static double applied_potential(const struct fw_afe *afe)
{
	double step = afe->config->dac_step_v;

	if (afe->ideal || step <= 0.0)
		return afe->set;
	return round(afe->set / step) * step;
}

static void hold_current(struct fw_afe *afe)
{
	double limit_v = afe->config->compliance_v;
	double wanted_a = applied_current(afe);
	double lowest_a, highest_a;

	fw_cell_set_current(afe->cell, wanted_a);
	if (!afe->limited && fabs(fw_cell_voltage(afe->cell)) < CLOSE_FACTOR * limit_v)
		return;
	/* the cell answers for its settled state: a limited drive does not hunt around the limit */
	lowest_a = fw_cell_current_at(afe->cell, -limit_v);
	highest_a = fw_cell_current_at(afe->cell, limit_v);
	/* written so that a non-number counts as out of reach */
	afe->limited = !(wanted_a <= highest_a && wanted_a >= lowest_a);
	if (afe->limited)
		fw_cell_set_current(afe->cell, clamped(wanted_a >= lowest_a ? highest_a : lowest_a,
						       afe->config->current_max_a));
}

static void hold_potential(struct fw_afe *afe)
{
	double wanted_v = applied_potential(afe);
	double current_a = fw_cell_current_at(afe->cell, wanted_v);
	double delivered_a = clamped(current_a, afe->config->current_max_a);

	afe->limited = !(fabs(current_a - delivered_a) <= 0.0);
	fw_cell_set_current(afe->cell, delivered_a);
}

void fw_afe_hold(struct fw_afe *afe, int64_t now_ns)
{
	double voltage_v;
	bool calm;

	afe->now_ns = now_ns;
	fw_cell_advance(afe->cell, now_ns);
	switch (afe->drive) {
	case FW_AFE_OPEN:
		afe->limited = false;
		afe->critical = false;
		afe->hold_ns = FW_NEVER;
		return;
	case FW_AFE_CURRENT:
		hold_current(afe);
		break;
	case FW_AFE_POTENTIAL:
		hold_potential(afe);
		break;
	}
	voltage_v = fabs(fw_cell_voltage(afe->cell));
	afe->critical = afe->limited && voltage_v > CRITICAL_FACTOR * afe->config->compliance_v &&
			fabs(fw_cell_current(afe->cell)) >= afe->config->current_max_a;
	calm = afe->drive == FW_AFE_CURRENT && !afe->limited &&
	       voltage_v < CLOSE_FACTOR * afe->config->compliance_v;
	afe->hold_ns = now_ns + (calm ? CALM_NS : CLOSE_NS);
}

void fw_afe_open(struct fw_afe *afe, int64_t now_ns)
{
	fw_cell_advance(afe->cell, now_ns);
	fw_cell_open_circuit(afe->cell);
	afe->drive = FW_AFE_OPEN;
	afe->set = 0.0;
	fw_afe_hold(afe, now_ns);
}

void fw_afe_drive_current(struct fw_afe *afe, int64_t now_ns, double current_a, size_t range)
{
	afe->drive = FW_AFE_CURRENT;
	afe->set = current_a;
	afe->set_range = range;
	afe->limited = false;
	fw_afe_hold(afe, now_ns);
	afe->hold_ns = now_ns + SETTLE_NS;
}

void fw_afe_drive_potential(struct fw_afe *afe, int64_t now_ns, double potential_v)
{
	afe->drive = FW_AFE_POTENTIAL;
	afe->set = potential_v;
	fw_afe_hold(afe, now_ns);
	afe->hold_ns = now_ns + SETTLE_NS;
}

bool fw_afe_is_on(const struct fw_afe *afe)
{
	return afe->drive != FW_AFE_OPEN;
}

/* Automatic ranging, taken as settled within one reading. */
static void settle_range(struct fw_afe_ranging *ranging, const struct fw_afe_ladder *ladder,
			 double truth)
{
	double size = fabs(truth);

	if (ranging->range < ranging->lowest)
		ranging->range = ranging->lowest;
	if (ranging->range > ranging->highest)
		ranging->range = ranging->highest;
	while (ranging->range < ranging->highest &&
	       size > ladder->warning * ladder->nominal[ranging->range])
		ranging->range++;
	while (ranging->range > ranging->lowest &&
	       size < ladder->underload * ladder->nominal[ranging->range])
		ranging->range--;
}

/* A reading is the mean of so many conversions; the mean has finer steps than each of them. */
static double conversions_in(const struct fw_afe *afe, double averaging_s)
{
	return fmax(1.0, floor(averaging_s / afe->config->reference_s));
}

static struct fw_afe_reading measure(struct fw_afe *afe, struct fw_afe_ranging *ranging,
				     const struct fw_afe_ladder *ladder, double truth,
				     double averaging_s)
{
	struct fw_afe_reading reading = {0};
	double nominal, conversions, noise, step, limit, value;

	settle_range(ranging, ladder, truth);
	nominal = ladder->nominal[ranging->range];
	limit = ladder->overload * nominal;
	value = truth;
	if (!afe->ideal) {
		conversions = conversions_in(afe, averaging_s);
		noise = ladder->noise * nominal / sqrt(conversions) *
			fw_random_normal(&afe->random);
		step = ladder->lsb * nominal / conversions;
		value = truth * ranging->gain[ranging->range] +
			ranging->offset[ranging->range] * nominal + noise;
		value = round(value / step) * step;
	}
	reading.range = ranging->range;
	reading.overload = !(fabs(value) < limit);
	reading.warning = !reading.overload && fabs(value) > ladder->warning * nominal;
	reading.underload = fabs(value) < ladder->underload * nominal;
	reading.value = reading.overload ? copysign(limit, value) : value;
	return reading;
}

void fw_afe_suffer(struct fw_afe *afe, const struct fw_afe_options *options)
{
	afe->suffers = options;
}

/*
 * Assumed: a lead that came off shows one voltage whatever the cell has, and picks up noise; only a real one of each
 * instrument would tell which. Driving a current goes on, since that is measured elsewhere.
 */
double fw_afe_sensed_v(struct fw_afe *afe)
{
	const struct fw_afe_options *suffers = afe->suffers;

	if (!suffers || suffers->sense_off_s <= 0.0 || (double)afe->now_ns * 1e-9 < suffers->sense_off_s)
		return fw_cell_voltage(afe->cell);
	if (suffers->sense_noise_v <= 0.0)
		return suffers->sense_v;
	return suffers->sense_v + suffers->sense_noise_v * fw_random_normal(&afe->random);
}

struct fw_afe_reading fw_afe_measure_current(struct fw_afe *afe, double averaging_s)
{
	struct fw_afe_reading reading = measure(afe, &afe->current, &afe->config->current,
						fw_cell_current(afe->cell), averaging_s);

	/* Assumed: a drive out of its reach is reported as an overload of both channels. */
	reading.overload = reading.overload || afe->limited;
	return reading;
}

struct fw_afe_reading fw_afe_measure_potential(struct fw_afe *afe, double averaging_s)
{
	struct fw_afe_reading reading = measure(afe, &afe->potential, &afe->config->potential,
						fw_afe_sensed_v(afe), averaging_s);

	reading.overload = reading.overload || afe->limited;
	return reading;
}

size_t fw_afe_range_for(const struct fw_afe_ladder *ladder, double value)
{
	/* the margin keeps 100u, read as 0.0001, in the 100 uA range whatever the rounding */
	for (size_t i = 0; i < ladder->count; i++)
		if (fabs(value) <= ladder->nominal[i] * (1.0 + 1e-9))
			return i;
	return ladder->count - 1;
}
