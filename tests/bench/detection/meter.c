/* SPDX-License-Identifier: Apache-2.0 */
#include "meter.h"

#include <math.h>

#include "exact.h"

static const double decade_s[METER_DECADES] = { 2.0, 20.0, 200.0, 2000.0 };

double meter_noise_v(const struct meter *m)
{
	return sqrt(m->white_v * m->white_v + METER_DECADES * m->pink_v * m->pink_v + 0.5 * m->mains_v * m->mains_v +
		    m->code_v * m->code_v / 12.0);
}

void meter_advance(struct meter *m, double time_s)
{
	const double dt_s = time_s - m->time_s;

	m->time_s = time_s;
	if (m->pink_v <= 0.0)
		return;
	for (int k = 0; k < METER_DECADES; k++) {
		const double keep = exact_exp(-dt_s / decade_s[k]);

		m->pink_now_v[k] = keep * m->pink_now_v[k] + sqrt(1.0 - keep * keep) * m->pink_v * dice_normal(&m->dice);
	}
}

static double coded(double value, double code)
{
	return code > 0.0 ? code * floor(value / code + 0.5) : value;
}

double meter_voltage(struct meter *m, double true_v)
{
	double v = true_v + m->offset_v + m->white_v * dice_normal(&m->dice);

	for (int k = 0; k < METER_DECADES; k++)
		v += m->pink_now_v[k];
	if (m->mains_v > 0.0)
		v += m->mains_v * exact_sin_turns(m->time_s * m->mains_turns_per_s);
	return coded(v, m->code_v);
}

double meter_current(struct meter *m, double true_a)
{
	return coded(true_a * m->current_gain + m->white_a * dice_normal(&m->dice), m->code_a);
}
