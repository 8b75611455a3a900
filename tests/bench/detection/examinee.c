/* SPDX-License-Identifier: Apache-2.0 */
#include "examinee.h"

#include <math.h>

#include "alarm_name.h"
#include "experiment/replay.h"

struct sitting {
	enum examinee who;
	struct trial *trial;
	struct alarms *alarms;
	const struct trial_row *row;
	bool full; /* no memory for what was said */
	struct sg_replay replay;
};

static void say(struct sitting *s, const char *type)
{
	const struct alarm alarm = {
		.class = alarm_class_of(type),
		.type = type,
		.true_s = s->row->true_s,
		.table_s = s->row->table.time_s,
		.n = s->row->n,
		.drop = s->trial->truth.drop,
		.excess = s->trial->truth.excess,
	};

	s->full = !alarms_add(s->alarms, &alarm) || s->full;
}

static void on_event(void *ctx, const struct sg_event *event)
{
	const char *type = alarm_name(event);

	if (type)
		say(ctx, type);
}

static void on_row(void *ctx, const struct trial_row *row)
{
	struct sitting *s = ctx;

	s->row = row;
	switch (s->who) {
	case EXAMINEE_REPLAY:
		sg_replay_row(&s->replay, &row->table);
		break;
	case EXAMINEE_MAD:
		for (int c = 0; c < ALARM_CELL_CLASSES; c++)
			say(s, alarm_class_name((enum alarm_class)c));
		break;
	case EXAMINEE_BLIND:
		break;
	}
}

bool examine(enum examinee who, struct trial *trial, struct alarms *alarms)
{
	static struct sitting s; /* a detector and its books are too large for a stack */
	const struct sg_replay_config config = {
		.area_cm2 = trial->cell.area_cm2,
		.expected_ohm = trial->expected_ohm,
		.compliance_v = trial->told_compliance_v,
		.limit_voltage_v = NAN,
		.ctx = &s,
		.event = on_event,
	};

	alarms->count = 0;
	s.full = false;
	s.who = who;
	s.trial = trial;
	s.alarms = alarms;
	if (who == EXAMINEE_REPLAY && sg_replay_init(&s.replay, &config))
		return false;
	trial_run(trial, on_row, &s);
	if (who == EXAMINEE_REPLAY) {
		sg_replay_end(&s.replay);
		sg_replay_fini(&s.replay);
	}
	return !s.full;
}
