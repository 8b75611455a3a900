/* SPDX-License-Identifier: Apache-2.0 */
#include "runner/climate.h"

#include <math.h>
#include <string.h>

#include "core/units.h"
#include "guardian/lifeline.h"
#include "host/clock.h"

/* A chamber moves by tenths of a kelvin a minute near its set-point; ten seconds see all of it. */
#define READ_EVERY_S 10.0
/* Without a reading for this long the temperature counts as unknown. */
#define STALE_S 60.0
#define EXCHANGE_NS (2 * SG_NS_PER_S)
/*
 * The same while a current flows: asked right behind a sample, it is over before the next at the usual interval of 1 s.
 * Assumed to be enough; the time that a chamber takes to answer, measured, would tell.
 */
#define HURRIED_NS (800 * SG_NS_PER_MS)
/* A set is written, answered and read back: three exchanges. */
#define SET_NS (6 * SG_NS_PER_S)

void sg_climate_init(struct sg_climate *climate, struct sg_rig *rig, const struct sg_temperature_config *config)
{
	memset(climate, 0, sizeof(*climate));
	climate->rig = rig;
	climate->config = config;
	climate->actual_c = NAN;
	climate->read_s = -INFINITY;
	climate->state = SG_CLIMATE_ABSENT;
}

static const struct sg_chamber_ops *ops(const struct sg_climate *climate)
{
	return climate->rig->chamber.family->chamber;
}

/* An exchange begins; its port may have to be opened first. */
static int64_t deadline(const struct sg_climate *climate, int64_t timeout_ns)
{
	sg_lifeline_busy(climate->rig->potentiostat.lifeline, climate->rig->clock, timeout_ns);
	return sg_clock_patient_deadline(climate->rig->clock, timeout_ns);
}

static int64_t exchange_deadline(const struct sg_climate *climate)
{
	return deadline(climate, climate->hurried ? HURRIED_NS : EXCHANGE_NS);
}

static bool has_chamber(const struct sg_climate *climate)
{
	return climate->rig->chamber.config;
}

/* Open again after a link was lost. OK: there is a device to ask. */
static enum sg_err reach(struct sg_climate *climate, struct sg_text *why)
{
	return climate->rig->chamber.device ? SG_OK : sg_rig_reopen_chamber(climate->rig, why);
}

/* Keep the device's words, and let go of a link that will never say anything again. */
static enum sg_err answer(struct sg_climate *climate, enum sg_err err, struct sg_text *why)
{
	if (err)
		sg_text_add(why, "%s", sg_device_diag(climate->rig->chamber.device));
	if (err == SG_ERR_GONE)
		sg_rig_drop_chamber(climate->rig);
	return err;
}

static enum sg_err ask_set(struct sg_climate *climate, double set_c, struct sg_text *why)
{
	enum sg_err err = reach(climate, why);

	if (err)
		return err;
	err = ops(climate)->set(climate->rig->chamber.device, set_c, deadline(climate, SET_NS));
	return answer(climate, err, why);
}

static enum sg_err ask_state(struct sg_climate *climate, struct sg_chamber_state *state, struct sg_text *why)
{
	enum sg_err err = reach(climate, why);

	if (err)
		return err;
	err = ops(climate)->read(climate->rig->chamber.device, state, exchange_deadline(climate));
	return answer(climate, err, why);
}

enum sg_err sg_climate_stop(struct sg_climate *climate, struct sg_text *why)
{
	enum sg_err err = reach(climate, why);

	if (err)
		return err;
	err = ops(climate)->stop(climate->rig->chamber.device, deadline(climate, SET_NS));
	return answer(climate, err, why);
}

enum sg_err sg_climate_set(struct sg_climate *climate, double set_c, double soak_s, double now_s,
			   struct sg_event *event)
{
	char storage[SG_DIAG_SIZE];
	struct sg_text why;
	enum sg_err err;

	sg_text_init(&why, storage, sizeof(storage));
	err = ask_set(climate, set_c, &why);
	/* UNCERTAIN: the set-point may be in force. A set-point moves no amperes, so asking again is harmless. */
	if (err == SG_ERR_UNCERTAIN || err == SG_ERR_TIMEOUT || err == SG_ERR_GONE) {
		sg_text_clear(&why);
		err = ask_set(climate, set_c, &why);
	}
	sg_event_init(event, SG_EVENT_TEMPERATURE, err ? SG_GRADE_ALARM : SG_GRADE_INFO, now_s);
	event->value = climate->actual_c;
	event->reference = set_c;
	if (err) {
		sg_event_say(event, "the chamber did not take %.1f degC: %s (%s)", set_c, why.data, sg_err_text(err));
		return err;
	}
	sg_event_say(event, "chamber set to %.1f degC; soak %.0f min within +-%.2g K", set_c, soak_s / 60.0,
		     climate->config->tolerance_k);
	climate->set_c = set_c;
	climate->state = SG_CLIMATE_SOAKING;
	climate->next_s = now_s;
	sg_soak_init(&climate->soak, set_c, climate->config->tolerance_k, soak_s, 3.0 * READ_EVERY_S);
	return SG_OK;
}

bool sg_climate_due(const struct sg_climate *climate, double now_s)
{
	return has_chamber(climate) && now_s >= climate->next_s;
}

static size_t tell_failure(struct sg_climate *climate, enum sg_err err, const char *why, double now_s,
			   struct sg_event *event)
{
	climate->failures++;
	if (climate->failures != 1)
		return 0; /* told once; the recovery is told too */
	sg_event_init(event, SG_EVENT_COMMUNICATION, SG_GRADE_WARNING, now_s);
	sg_event_say(event, "chamber: %s (%s)", why, sg_err_text(err));
	return 1;
}

static size_t tell_recovery(struct sg_climate *climate, double now_s, struct sg_event *event)
{
	sg_event_init(event, SG_EVENT_COMMUNICATION, SG_GRADE_INFO, now_s);
	event->since_s = isinf(climate->read_s) ? now_s : climate->read_s;
	sg_event_say(event, "chamber answers again after %u failed readings", climate->failures);
	climate->failures = 0;
	return 1;
}

static size_t tell_alarm(struct sg_climate *climate, bool alarm, double now_s, struct sg_event *event)
{
	char text[SG_ALARM_SIZE] = "";

	if (alarm == climate->alarm)
		return 0;
	climate->alarm = alarm;
	if (!alarm)
		return 0;
	ops(climate)->alarm(climate->rig->chamber.device, text, exchange_deadline(climate));
	sg_event_init(event, SG_EVENT_CHAMBER_ALARM, SG_GRADE_WARNING, now_s);
	sg_event_say(event, "the chamber reports an error: %s", text[0] ? text : "(no text)");
	return 1;
}

/* Nobody asked for a temperature, but the record shows one, and a limit may be held against it. */
static size_t judge_unkept(struct sg_climate *climate, double now_s, bool fresh, struct sg_event *event)
{
	const double since_s = isinf(climate->read_s) ? 0.0 : climate->read_s;

	if (fresh)
		climate->unknown = false; /* tell_recovery() has said so */
	if (fresh || climate->unknown || now_s - since_s <= STALE_S)
		return 0;
	climate->unknown = true;
	sg_event_init(event, SG_EVENT_TEMPERATURE, SG_GRADE_WARNING, now_s);
	event->since_s = since_s;
	event->value = climate->actual_c;
	sg_event_say(event, "temperature unknown for %.0f s: the chamber does not answer", now_s - since_s);
	return 1;
}

/* From the latest reading (or the lack of one) to the state; says so when it changed. */
static size_t judge(struct sg_climate *climate, double now_s, bool fresh, struct sg_event *event)
{
	const bool unknown = now_s - climate->read_s > STALE_S;
	const double off_k = climate->actual_c - climate->set_c;

	switch (climate->state) {
	case SG_CLIMATE_ABSENT:
		return judge_unkept(climate, now_s, fresh, event);
	case SG_CLIMATE_EXCURSION:
		if (!fresh || fabs(off_k) > climate->config->excursion_k)
			return 0;
		climate->state = SG_CLIMATE_AGREED;
		sg_event_init(event, SG_EVENT_TEMPERATURE, SG_GRADE_INFO, now_s);
		sg_event_say(event, "back at %.2f degC, %+.2f K from the set-point", climate->actual_c, off_k);
		break;
	case SG_CLIMATE_SOAKING:
		if (!fresh || !sg_soak_feed(&climate->soak, now_s, climate->actual_c))
			return 0;
		climate->state = SG_CLIMATE_AGREED;
		sg_event_init(event, SG_EVENT_TEMPERATURE, SG_GRADE_INFO, now_s);
		sg_event_say(event, "settled at %.2f degC (set %.1f) for %.0f min", climate->actual_c, climate->set_c,
			     climate->soak.needed_s / 60.0);
		break;
	case SG_CLIMATE_AGREED:
		if (!unknown && fabs(off_k) <= climate->config->excursion_k)
			return 0;
		climate->state = SG_CLIMATE_EXCURSION;
		sg_event_init(event, SG_EVENT_TEMPERATURE, SG_GRADE_WARNING, now_s);
		if (unknown)
			sg_event_say(event, "temperature unknown for %.0f s: the chamber does not answer",
				     now_s - climate->read_s);
		else
			sg_event_say(event, "excursion: %.2f degC, %+.2f K from the set-point", climate->actual_c, off_k);
		break;
	}
	event->value = climate->actual_c;
	event->reference = climate->set_c;
	return 1;
}

size_t sg_climate_read(struct sg_climate *climate, double now_s, struct sg_event *events)
{
	struct sg_chamber_state state;
	char storage[SG_DIAG_SIZE];
	struct sg_text why;
	size_t count = 0;
	enum sg_err err;

	climate->next_s = now_s + READ_EVERY_S;
	sg_text_init(&why, storage, sizeof(storage));
	err = ask_state(climate, &state, &why);
	if (err) {
		count += tell_failure(climate, err, why.data, now_s, &events[count]);
	} else {
		if (climate->failures)
			count += tell_recovery(climate, now_s, &events[count]);
		climate->actual_c = state.actual_c;
		climate->read_s = now_s;
		count += tell_alarm(climate, state.alarm, now_s, &events[count]);
	}
	count += judge(climate, now_s, !err, &events[count]);
	return count;
}

void sg_climate_resoak(struct sg_climate *climate)
{
	climate->state = SG_CLIMATE_SOAKING;
	sg_soak_init(&climate->soak, climate->set_c, climate->config->tolerance_k, climate->soak.needed_s,
		     3.0 * READ_EVERY_S);
}

double sg_climate_temperature_c(const struct sg_climate *climate, double now_s, bool *stale)
{
	*stale = has_chamber(climate) && now_s - climate->read_s > STALE_S;
	return climate->actual_c;
}
