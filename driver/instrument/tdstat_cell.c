/* SPDX-License-Identifier: Apache-2.0 */
/* What is set at the cell, and what is read of it. */
#include <math.h>
#include <stdlib.h>

#include "core/units.h"
#include "host/clock.h"
#include "instrument/tdstat_device.h"

/* MCP3550-50: 80 ms +-2 %. Source: DS21950. */
#define CONVERSION_NS (82 * SG_NS_PER_MS)
/* An older conversion is not of now, although the converter still offers it. */
#define AGE_MAX_NS (120 * SG_NS_PER_MS)
/* The same with the time that question and answer took: what a slow host is granted. */
#define AGE_HEARD_MAX_NS (300 * SG_NS_PER_MS)
#define TURNS_MAX 5
/* The DAC settles within 15 ms, relay and cell within the rest (Assumed); what a conversion sees of it would be averaged in. */
#define SETTLE_NS (20 * SG_NS_PER_MS)
#define POLL_NS (10 * SG_NS_PER_MS)
/* A converter that says WAIT for so long is not converting. */
#define WAIT_MAX_NS (300 * SG_NS_PER_MS)
#define ATTEMPTS 3

static void changed(struct sg_tdstat_device *dev)
{
	dev->changed_ns = sg_clock_now_ns(dev->device.clock);
	dev->flowing = false;
}

/* ---- set ---- */

enum sg_err sg_tdstat_cell_off(struct sg_tdstat_device *dev, int64_t deadline_ns)
{
	enum sg_err err = sg_tdstat_ask(dev, SG_TDSTAT_CELL_OFF, NULL, deadline_ns);

	changed(dev);
	if (!err)
		dev->cell_on = false;
	return err;
}

enum sg_err sg_tdstat_cell_on(struct sg_tdstat_device *dev, int64_t deadline_ns)
{
	struct sg_tdstat_command command;
	enum sg_err err = sg_tdstat_plain(SG_TDSTAT_CELL_ON, &command);

	if (err)
		return err;
	dev->cell_on = true;
	err = sg_tdstat_once(dev, &command, deadline_ns);
	changed(dev);
	return err;
}

static enum sg_err set_code(struct sg_tdstat_device *dev, uint32_t code, bool again, int64_t deadline_ns)
{
	struct sg_tdstat_command command;
	struct sg_tdstat_reply reply;
	enum sg_err err = sg_tdstat_set_dac(code, &command);

	if (err)
		return err;
	dev->zero = false;
	err = again ? sg_tdstat_repeat(dev, &command, &reply, deadline_ns) : sg_tdstat_once(dev, &command, deadline_ns);
	changed(dev);
	return err;
}

/* The code of zero is the same in every range: the offset is in counts. Before attach() knows it, it is the middle. */
enum sg_err sg_tdstat_zero(struct sg_tdstat_device *dev, int64_t deadline_ns)
{
	const struct sg_tdstat_model *model = dev->model ? dev->model : sg_tdstat_model(NULL);
	uint32_t code;
	enum sg_err err = sg_tdstat_dac_code(model, &dev->calibration, SG_MODE_GALVANOSTATIC, 1, 0.0, &code);

	if (!err)
		err = set_code(dev, code, true, deadline_ns);
	dev->zero = !err;
	return err;
}

enum sg_err sg_tdstat_set_current(struct sg_tdstat_device *dev, double current_a, int64_t deadline_ns)
{
	uint32_t code;
	enum sg_err err = sg_tdstat_dac_code(dev->model, &dev->calibration, SG_MODE_GALVANOSTATIC, dev->range, current_a,
					     &code);

	if (err) {
		sg_text_add(&dev->device.diag, "%g A does not fit RANGE %u with its offset and shunt factor", current_a,
			    dev->range);
		return err;
	}
	return set_code(dev, code, !dev->cell_on, deadline_ns);
}

/*
 * The code of the DAC is a fraction of the full scale, and means volts in the other mode: at any code but zero a change
 * of range can make a hundred times the current of it, and for 10 ms two shunts are in parallel.
 */
static enum sg_err is_quiet(struct sg_tdstat_device *dev)
{
	if (!dev->cell_on && dev->zero)
		return SG_OK;
	sg_text_add(&dev->device.diag, "no change of mode or range unless the cell is off and the set current zero");
	return SG_ERR_STATE;
}

enum sg_err sg_tdstat_galvanostatic(struct sg_tdstat_device *dev, int64_t deadline_ns)
{
	enum sg_err err = is_quiet(dev);

	if (err)
		return err;
	err = sg_tdstat_ask(dev, SG_TDSTAT_GALVANOSTATIC, NULL, deadline_ns);
	changed(dev);
	return err;
}

enum sg_err sg_tdstat_range_select(struct sg_tdstat_device *dev, unsigned range, int64_t deadline_ns)
{
	struct sg_tdstat_command command;
	struct sg_tdstat_reply reply;
	enum sg_err err = is_quiet(dev);

	if (!err)
		err = sg_tdstat_select_range(range, &command);
	if (err)
		return err;
	dev->range = 0;
	err = sg_tdstat_repeat(dev, &command, &reply, deadline_ns);
	changed(dev);
	if (!err)
		dev->range = range;
	return err;
}

/* ---- read ---- */

/* One ADCREAD. TIMEOUT: WAIT. */
static enum sg_err read_once(struct sg_tdstat_device *dev, struct sg_tdstat_reading *out, int64_t deadline_ns)
{
	const int64_t asked_ns = sg_clock_now_ns(dev->device.clock);
	struct sg_tdstat_command command;
	struct sg_tdstat_reply reply;
	enum sg_err err = sg_tdstat_plain(SG_TDSTAT_ADCREAD, &command);

	if (err)
		return err;
	/* Also for a caller who comes late: who never looks holds no limit. */
	err = sg_tdstat_exchange(dev, &command, &reply, sg_tdstat_at_least(dev, SG_TDSTAT_MESSAGE_NS, deadline_ns));
	if (!err && reply.answer == SG_TDSTAT_WAIT) {
		if (dev->waiting_ns == SG_NO_TIME)
			dev->waiting_ns = sg_clock_now_ns(dev->device.clock);
		return SG_ERR_TIMEOUT;
	}
	dev->waiting_ns = SG_NO_TIME;
	/* Not repeated: if the answer alone was lost, the next one is of a conversion that began nobody knows when. */
	dev->asked_ns = err ? SG_NO_TIME : asked_ns;
	dev->converting_ns = err ? SG_NO_TIME : sg_clock_now_ns(dev->device.clock);
	if (err)
		return err == SG_ERR_GONE ? err : SG_ERR_FRAME;
	dev->holds = true;
	err = sg_tdstat_adc_read(reply.data, out);
	if (err)
		sg_text_add(&dev->device.diag, "both overflow bits of a reading are set, or contradict it");
	return err;
}

/* When to send the next ADCREAD, and whether what it gives will count. */
static int64_t plan(const struct sg_tdstat_device *dev, int64_t due_ns, int64_t now_ns, bool *counts)
{
	const bool known = dev->converting_ns != SG_NO_TIME;
	const int64_t settled_ns = dev->changed_ns + SETTLE_NS;
	const int64_t ready_ns = known ? dev->converting_ns + CONVERSION_NS : now_ns;
	int64_t at_ns = due_ns > ready_ns ? due_ns : ready_ns;

	if (at_ns < now_ns)
		at_ns = now_ns;
	*counts = known && dev->asked_ns >= settled_ns && at_ns - dev->converting_ns <= AGE_MAX_NS;
	if (*counts)
		return at_ns;
	/* A new one is to begin, in time for due_ns but not before all is settled, nor before this one can be fetched. */
	at_ns = due_ns - CONVERSION_NS;
	if (at_ns < settled_ns)
		at_ns = settled_ns;
	return at_ns > ready_ns ? at_ns : ready_ns;
}

/* WAIT is an answer, never a reading. */
static enum sg_err poll_again(struct sg_tdstat_device *dev, int64_t deadline_ns)
{
	const int64_t now_ns = sg_clock_now_ns(dev->device.clock);

	if (now_ns - dev->waiting_ns < WAIT_MAX_NS)
		return sg_tdstat_wait(dev, now_ns + POLL_NS, deadline_ns);
	dev->waiting_ns = SG_NO_TIME;
	dev->asked_ns = dev->converting_ns = SG_NO_TIME;
	dev->holds = false;
	sg_text_clear(&dev->device.diag);
	sg_text_add(&dev->device.diag, "the converter says WAIT for %.1f s", sg_seconds(WAIT_MAX_NS));
	return SG_ERR_FRAME;
}

enum sg_err sg_tdstat_read_fresh(struct sg_tdstat_device *dev, int64_t due_ns, struct sg_tdstat_reading *out,
				 int64_t *host_ns, int64_t deadline_ns)
{
	/* A reading that does not count begins the one that does; the WAITs between them are bounded by their time. */
	for (int turns = 0; turns < TURNS_MAX;) {
		const int64_t began_ns = dev->asked_ns;
		int64_t now_ns = sg_clock_now_ns(dev->device.clock);
		bool counts = false;
		enum sg_err err = SG_OK;

		if (dev->dirty) { /* now, not between a conversion and its reading */
			err = sg_tdstat_resynchronize(dev, deadline_ns);
			now_ns = sg_clock_now_ns(dev->device.clock);
		}
		if (!err)
			err = sg_tdstat_listen(dev, plan(dev, due_ns, now_ns, &counts), deadline_ns);
		if (err == SG_ERR_ORDER) { /* an answer too many: all readings since may be one behind */
			dev->asked_ns = dev->converting_ns = SG_NO_TIME;
			turns++;
			continue;
		}
		if (err)
			return err;
		err = read_once(dev, out, deadline_ns);
		now_ns = sg_clock_now_ns(dev->device.clock);
		if (!err && counts && now_ns - began_ns <= AGE_HEARD_MAX_NS) {
			*host_ns = now_ns;
			dev->flowing = abs(out->current.counts) > 2 * SG_TDSTAT_FLOWING_COUNTS;
			return SG_OK;
		}
		turns += err != SG_ERR_TIMEOUT;
		if (err == SG_ERR_TIMEOUT)
			err = poll_again(dev, deadline_ns);
		if (err)
			return err;
	}
	sg_text_clear(&dev->device.diag);
	sg_text_add(&dev->device.diag, "%d readings, and none of now: messages take too long on this PC", TURNS_MAX);
	return SG_ERR_FRAME;
}

/* ---- off ---- */

static enum sg_err read_current(struct sg_tdstat_device *dev, int32_t *counts, int64_t deadline_ns)
{
	struct sg_tdstat_reading reading;
	int64_t host_ns;
	enum sg_err err = sg_tdstat_read_fresh(dev, sg_clock_now_ns(dev->device.clock), &reading, &host_ns, deadline_ns);

	if (!err)
		*counts = reading.current.counts - dev->calibration.offsets.current;
	return err;
}

/* One try. UNSAFE: the reading shows a current. */
static enum sg_err show_off(struct sg_tdstat_device *dev, int64_t deadline_ns)
{
	int32_t counts = 0;
	enum sg_err err = sg_tdstat_cell_off(dev, deadline_ns);

	if (!err)
		err = read_current(dev, &counts, deadline_ns);
	if (err || abs(counts) <= SG_TDSTAT_FLOWING_COUNTS)
		return err;
	sg_text_clear(&dev->device.diag);
	sg_text_add(&dev->device.diag, "the cell relay was told to open, and %.2f %% of the range's full scale still flow",
		    100.0 * counts / SG_TDSTAT_FULL_COUNTS);
	return SG_ERR_UNSAFE;
}

/*
 * OK to CELL OFF says that the command was understood, not that the relay opened. What shows it is the current: with
 * the set current still where it was, a conversion that began after the command must find none.
 *
 * "None" is less than a quarter of a percent of full scale: 62.5 uA of 25 mA, 6.25 nA of 2.5 uA. Noise is 2 counts of
 * 5243; an offset that nobody stored is some hundreds (Assumed). A range is chosen for currents from 0.8 % of
 * full scale on (the smallest range excepted), so three times as much or more would flow with the relay closed. The
 * threshold is in counts and holds whichever range is in.
 *
 * What cannot be shown: where the set current was zero, or below the threshold in the smallest range, a closed relay
 * looks the same. It is called off all the same, for what matters was measured: no more than that flows. The set
 * current is zero afterwards, in galvanostatic mode, so that a relay that hangs lets nothing through either.
 */
enum sg_err sg_tdstat_switch_off(struct sg_tdstat_device *dev, int64_t deadline_ns)
{
	enum sg_err err = SG_ERR_UNCERTAIN, quiet;
	bool flows = false;

	dev->state = SG_TDSTAT_UNKNOWN;
	for (int i = 0; i < ATTEMPTS; i++) {
		err = show_off(dev, deadline_ns);
		flows |= err == SG_ERR_UNSAFE;
		if (!err || err == SG_ERR_GONE || sg_tdstat_overdue(dev, deadline_ns))
			break;
	}
	if (err == SG_ERR_GONE)
		return err;
	quiet = sg_tdstat_zero(dev, deadline_ns);
	if (!quiet)
		quiet = sg_tdstat_ask(dev, SG_TDSTAT_GALVANOSTATIC, NULL, deadline_ns);
	changed(dev);
	if (quiet == SG_ERR_GONE)
		return quiet;
	if (!err && !quiet) {
		dev->state = dev->model ? SG_TDSTAT_IDLE : SG_TDSTAT_UNKNOWN; /* without attach() nothing can be set */
		sg_text_clear(&dev->device.diag);
		return SG_OK;
	}
	if (!flows || !err)
		return SG_ERR_UNCERTAIN;
	/* Said once, and only a reading takes it back. */
	sg_text_clear(&dev->device.diag);
	sg_text_add(&dev->device.diag, "the cell relay was told to open, and a current was still read; the set current %s",
		    quiet ? "could not be made zero" : "is zero now");
	return SG_ERR_UNSAFE;
}
