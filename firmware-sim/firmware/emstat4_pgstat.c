/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/emstat4_pgstat.h"

#include <math.h>
#include <string.h>

void fw_pgstat_init(struct fw_pgstat *pgstat, const struct fw_es4_model *model,
		    struct fw_cell *cell, uint64_t seed, bool ideal)
{
	size_t coarsest = model->afe.current.count - 1;

	*pgstat = (struct fw_pgstat){
		.model = model,
		.mode = FW_PGSTAT_OFF,
		.loop = FW_PGSTAT_NO_LOOP,
		.measured_current = {coarsest, coarsest},
		.applied_current = {coarsest, coarsest},
		.e_low_v = -model->afe.compliance_v,
		.e_high_v = model->afe.compliance_v,
	};
	fw_afe_init(&pgstat->afe, &model->afe, cell, seed, ideal);
}

static bool is(const char vartype[2], const char *wanted)
{
	return memcmp(vartype, wanted, 2) == 0;
}

static bool is_on(const struct fw_pgstat *pgstat)
{
	return fw_afe_is_on(&pgstat->afe);
}

enum fw_ms_code fw_pgstat_set_chan(double channel)
{
	return channel < 1.0 && channel >= 0.0 ? FW_MS_OK : FW_MS_NO_SUCH_CHANNEL;
}

enum fw_ms_code fw_pgstat_set_mode(struct fw_pgstat *pgstat, double mode)
{
	static const enum fw_pgstat_mode modes[] = {
		FW_PGSTAT_OFF, FW_PGSTAT_LOW_SPEED, FW_PGSTAT_HIGH_SPEED, FW_PGSTAT_MAX_RANGE,
		FW_PGSTAT_GALVANOSTAT,
	};

	/* Assumed: the control loop cannot be rebuilt under a live cell */
	if (is_on(pgstat))
		return FW_MS_NEEDS_CELL_OFF;
	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		if (fabs(mode - (double)modes[i]) < 1e-9) {
			pgstat->mode = modes[i];
			pgstat->bandwidth_set = false;
			return FW_MS_OK;
		}
	}
	return FW_MS_BAD_MODE;
}

enum fw_ms_code fw_pgstat_set_bandwidth(struct fw_pgstat *pgstat)
{
	if (pgstat->mode == FW_PGSTAT_OFF)
		return FW_MS_WRONG_MODE;
	pgstat->bandwidth_set = true;
	return FW_MS_OK;
}

static struct fw_pgstat_window window_of(const struct fw_afe_ladder *ladder, double low,
					 double high)
{
	return (struct fw_pgstat_window){
		.lowest = fw_afe_range_for(ladder, low),
		.highest = fw_afe_range_for(ladder, high),
	};
}

static enum fw_ms_code range_current(struct fw_pgstat *pgstat, struct fw_pgstat_window *window,
				     double low, double high)
{
	const struct fw_afe_config *config = &pgstat->model->afe;

	/* the applied range cannot change under a live galvanostat, the measured one follows it */
	if (pgstat->mode == FW_PGSTAT_GALVANOSTAT && is_on(pgstat))
		return FW_MS_CURRENT_FROZEN;
	if (high > config->current_max_a * (1.0 + 1e-9))
		return FW_MS_OUT_OF_BOUNDS;
	*window = window_of(&config->current, low, high);
	return FW_MS_OK;
}

static enum fw_ms_code range_potential(struct fw_pgstat *pgstat, double low, double high)
{
	const struct fw_afe_config *config = &pgstat->model->afe;
	struct fw_pgstat_window window = window_of(&config->potential, low, high);

	if (high > config->compliance_v * (1.0 + 1e-9))
		return FW_MS_OUT_OF_BOUNDS;
	pgstat->afe.potential.lowest = window.lowest;
	pgstat->afe.potential.highest = window.highest;
	return FW_MS_OK;
}

enum fw_ms_code fw_pgstat_set_autoranging(struct fw_pgstat *pgstat, const char vartype[2],
					  double low, double high)
{
	if (!is(vartype, "ba") && !is(vartype, "db") && !is(vartype, "ab") && !is(vartype, "da"))
		return FW_MS_NO_RANGING;
	if (low <= 0.0 || high <= 0.0)
		return FW_MS_NOT_POSITIVE;
	if (low > high)
		return FW_MS_OUT_OF_BOUNDS;
	if (is(vartype, "ba"))
		return range_current(pgstat, &pgstat->measured_current, low, high);
	if (is(vartype, "db"))
		return range_current(pgstat, &pgstat->applied_current, low, high);
	if (is(vartype, "ab"))
		return range_potential(pgstat, low, high);
	if (pgstat->loop == FW_PGSTAT_CA)
		return FW_MS_POTENTIAL_FROZEN;
	/* the applied potential has one range, so there is only a limit to check */
	return high <= pgstat->model->afe.compliance_v ? FW_MS_OK : FW_MS_BAD_POTENTIAL;
}

enum fw_ms_code fw_pgstat_set_range(struct fw_pgstat *pgstat, const char vartype[2], double value)
{
	return fw_pgstat_set_autoranging(pgstat, vartype, value, value);
}

enum fw_ms_code fw_pgstat_set_minmax(struct fw_pgstat *pgstat, const char vartype[2], double low,
				     double high)
{
	double limit_v = pgstat->model->afe.compliance_v;

	if (!is(vartype, "da"))
		return FW_MS_NO_RANGING;
	if (pgstat->loop == FW_PGSTAT_CA)
		return FW_MS_POTENTIAL_FROZEN;
	if (low > high)
		return FW_MS_OUT_OF_BOUNDS;
	if (fabs(low) > limit_v || fabs(high) > limit_v)
		return FW_MS_BAD_POTENTIAL;
	pgstat->e_low_v = low;
	pgstat->e_high_v = high;
	return FW_MS_OK;
}

static bool is_galvanostat(const struct fw_pgstat *pgstat)
{
	return pgstat->mode == FW_PGSTAT_GALVANOSTAT;
}

static bool is_potentiostat(const struct fw_pgstat *pgstat)
{
	return pgstat->mode != FW_PGSTAT_GALVANOSTAT && pgstat->mode != FW_PGSTAT_OFF;
}

/* The range a current goes through: the finest of the window that takes it without overload. */
static enum fw_ms_code applied_range(const struct fw_pgstat *pgstat, double current_a,
				     size_t *range)
{
	const struct fw_afe_config *config = &pgstat->model->afe;
	size_t at = fw_afe_range_for(&config->current, current_a);

	if (at < pgstat->applied_current.lowest)
		at = pgstat->applied_current.lowest;
	if (at > pgstat->applied_current.highest)
		at = pgstat->applied_current.highest;
	if (fabs(current_a) > config->current_max_a * (1.0 + 1e-9) ||
	    fabs(current_a) > config->current.overload * config->current.nominal[at])
		return FW_MS_OUT_OF_BOUNDS;
	*range = at;
	return FW_MS_OK;
}

static enum fw_ms_code drive_current(struct fw_pgstat *pgstat, int64_t now_ns, double current_a)
{
	size_t range;
	enum fw_ms_code code = applied_range(pgstat, current_a, &range);

	if (code)
		return code;
	/* what is applied is measured in the same range */
	pgstat->afe.current.lowest = pgstat->afe.current.highest = range;
	fw_afe_drive_current(&pgstat->afe, now_ns, current_a, range);
	return FW_MS_OK;
}

static enum fw_ms_code check_potential(const struct fw_pgstat *pgstat, double potential_v)
{
	const double margin_v = 1e-9;

	if (potential_v < pgstat->e_low_v - margin_v || potential_v > pgstat->e_high_v + margin_v)
		return FW_MS_BAD_POTENTIAL;
	return FW_MS_OK;
}

static enum fw_ms_code drive_potential(struct fw_pgstat *pgstat, int64_t now_ns, double potential_v)
{
	enum fw_ms_code code = check_potential(pgstat, potential_v);

	if (code)
		return code;
	pgstat->afe.current.lowest = pgstat->measured_current.lowest;
	pgstat->afe.current.highest = pgstat->measured_current.highest;
	fw_afe_drive_potential(&pgstat->afe, now_ns, potential_v);
	return FW_MS_OK;
}

enum fw_ms_code fw_pgstat_set_e(struct fw_pgstat *pgstat, int64_t now_ns, double potential_v)
{
	enum fw_ms_code code = check_potential(pgstat, potential_v);

	if (!is_potentiostat(pgstat))
		return FW_MS_WRONG_MODE;
	if (pgstat->loop == FW_PGSTAT_CA)
		return FW_MS_POTENTIAL_FROZEN;
	if (code)
		return code;
	pgstat->set_e_v = potential_v;
	return is_on(pgstat) ? drive_potential(pgstat, now_ns, potential_v) : FW_MS_OK;
}

enum fw_ms_code fw_pgstat_set_i(struct fw_pgstat *pgstat, int64_t now_ns, double current_a)
{
	enum fw_ms_code code;
	size_t range;

	if (!is_galvanostat(pgstat))
		return FW_MS_WRONG_MODE;
	if (pgstat->loop == FW_PGSTAT_CP)
		return FW_MS_CURRENT_FROZEN;
	code = applied_range(pgstat, current_a, &range);
	if (code)
		return code;
	pgstat->set_i_a = current_a;
	return is_on(pgstat) ? drive_current(pgstat, now_ns, current_a) : FW_MS_OK;
}

enum fw_ms_code fw_pgstat_may_measure(const struct fw_pgstat *pgstat)
{
	if (pgstat->mode == FW_PGSTAT_OFF)
		return FW_MS_WRONG_MODE;
	/* Assumed, on the strict side: the bandwidth has to be set after every change of mode */
	return pgstat->bandwidth_set ? FW_MS_OK : FW_MS_NEEDS_SETUP;
}

enum fw_ms_code fw_pgstat_cell_on(struct fw_pgstat *pgstat, int64_t now_ns)
{
	enum fw_ms_code code = fw_pgstat_may_measure(pgstat);

	if (code || is_on(pgstat))
		return code;
	if (is_galvanostat(pgstat))
		return drive_current(pgstat, now_ns, pgstat->set_i_a);
	return drive_potential(pgstat, now_ns, pgstat->set_e_v);
}

void fw_pgstat_cell_off(struct fw_pgstat *pgstat, int64_t now_ns)
{
	fw_afe_open(&pgstat->afe, now_ns);
}

enum fw_ms_code fw_pgstat_begin(struct fw_pgstat *pgstat, int64_t now_ns, enum fw_pgstat_loop loop,
				double set)
{
	enum fw_ms_code code = fw_pgstat_may_measure(pgstat);

	if (code)
		return code;
	switch (loop) {
	case FW_PGSTAT_NO_LOOP:
		break;
	case FW_PGSTAT_OCP:
		code = is_on(pgstat) ? FW_MS_OCP_WITH_CELL_ON : FW_MS_OK;
		break;
	case FW_PGSTAT_CP:
		if (!is_galvanostat(pgstat))
			return FW_MS_WRONG_MODE;
		code = is_on(pgstat) ? drive_current(pgstat, now_ns, set) : FW_MS_NEEDS_CELL_ON;
		break;
	case FW_PGSTAT_CA:
		if (!is_potentiostat(pgstat))
			return FW_MS_WRONG_MODE;
		code = is_on(pgstat) ? drive_potential(pgstat, now_ns, set) : FW_MS_NEEDS_CELL_ON;
		break;
	}
	if (!code)
		pgstat->loop = loop;
	return code;
}

void fw_pgstat_end(struct fw_pgstat *pgstat)
{
	pgstat->loop = FW_PGSTAT_NO_LOOP;
}

static void value_set(struct fw_ms_value *value, const char *vartype,
		      const struct fw_afe_reading *reading, const uint8_t *range_ids)
{
	*value = (struct fw_ms_value){
		.number = {.value = reading->value},
		.measured = true,
		.range = range_ids[reading->range],
	};
	memcpy(value->vartype, vartype, sizeof(value->vartype));
	if (reading->overload)
		value->status |= FW_MS_STATUS_OVERLOAD;
	if (reading->underload)
		value->status |= FW_MS_STATUS_UNDERLOAD;
	if (reading->warning)
		value->status |= FW_MS_STATUS_WARNING;
}

enum fw_ms_code fw_pgstat_sample(struct fw_pgstat *pgstat, int64_t now_ns, double averaging_s,
				 struct fw_ms_value *potential, struct fw_ms_value *current)
{
	struct fw_afe_reading reading;

	fw_afe_hold(&pgstat->afe, now_ns);
	if (pgstat->afe.critical) {
		/* Assumed: it switches the cell off, to protect itself */
		fw_afe_open(&pgstat->afe, now_ns);
		return FW_MS_CELL_OVERLOAD;
	}
	if (potential && pgstat->loop == FW_PGSTAT_CA) {
		*potential = (struct fw_ms_value){
			.number = {.value = pgstat->afe.set}, .vartype = {'d', 'a'}};
	} else if (potential) {
		reading = fw_afe_measure_potential(&pgstat->afe, averaging_s);
		value_set(potential, "ab", &reading, pgstat->model->potential_ids);
	}
	if (current) {
		reading = fw_afe_measure_current(&pgstat->afe, averaging_s);
		value_set(current, "ba", &reading, pgstat->model->current_ids);
	}
	return FW_MS_OK;
}
