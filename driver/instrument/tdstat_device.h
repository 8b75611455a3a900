/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * One open TDstat or MYSTAT: what the parts of its driver share. Internal to this room.
 *
 * The instrument tells nothing of its relays, mode, range and DAC. What is written down here as their state is what
 * this program has set and got an OK for; after anything unclear it counts as unknown, and attach() or safe_off() set it
 * anew. The mode is always galvanostatic.
 */
#ifndef SG_INSTRUMENT_TDSTAT_DEVICE_H
#define SG_INSTRUMENT_TDSTAT_DEVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/units.h"
#include "device.h"
#include "instrument/stepper.h"
#include "wire/tdstat.h"
#include "wire/tdstat_calibration.h"
#include "wire/tdstat_convert.h"

/** What a command that was begun gets in any case: an answer that is not waited for makes the next one unclear. */
#define SG_TDSTAT_MESSAGE_NS (200 * SG_NS_PER_MS)
/** A quarter of a percent of full scale, in counts; beyond it a current flows. Why so much: sg_tdstat_switch_off(). */
#define SG_TDSTAT_FLOWING_COUNTS 5243

/** What we may assume of the instrument. */
enum sg_tdstat_state {
	SG_TDSTAT_UNKNOWN, /**< anything: not attached, link lost, an answer missing */
	SG_TDSTAT_IDLE,    /**< cell off, set current zero */
	SG_TDSTAT_RUNNING,
};

struct sg_tdstat_device {
	struct sg_device device;
	const struct sg_tdstat_model *model;  /**< NULL until attach() has found out */
	const struct sg_tdstat_model *wanted; /**< configured, or NULL: any */
	char serial[SG_IDENTITY_SIZE];        /**< configured, or empty: any */
	enum sg_tdstat_state state;

	/* the exchange */
	bool dirty;      /**< an answer may still be under way: silence first */
	bool shifted;    /**< an answer stayed away: the next one may be it, so silence after that one too */
	unsigned strays; /**< packets that the last such silence was preceded by */

	/* what is set */
	bool cell_on;    /**< it may be on */
	bool zero;       /**< the set current is known to be zero */
	unsigned range;  /**< 0: not known */
	int64_t changed_ns; /**< the latest command that can change what the cell has; before it a conversion is stale */

	/* the converter */
	int64_t asked_ns;      /**< the conversion that the next ADCREAD gives did not begin before this, */
	int64_t converting_ns; /**< nor after this: the question and the answer that began it. SG_NO_TIME: not known */
	int64_t waiting_ns;    /**< since when it only says WAIT; SG_NO_TIME: it does not */
	bool holds;            /**< it has a conversion, or is at one: it gave a reading before */
	bool flowing;          /**< the latest reading since the latest change showed much more than no current */

	struct sg_tdstat_calibration calibration;
	bool offsets_bad; /**< what is stored as offsets cannot be any */
	uint8_t offsets_record[SG_TDSTAT_RECORD_SIZE];
	uint8_t dac_record[SG_TDSTAT_RECORD_SIZE];
	uint8_t shunts_record[SG_TDSTAT_REPLY_MAX];

	struct sg_stepper stepper;
};

static inline struct sg_tdstat_device *sg_tdstat_of(struct sg_device *dev)
{
	return (struct sg_tdstat_device *)(void *)dev;
}

/* ---- tdstat_link.c: one command, one answer ---- */

/** Is the deadline past? Then nothing more is sent. */
bool sg_tdstat_overdue(const struct sg_tdstat_device *dev, int64_t deadline_ns);

/** The later of deadline_ns and in timeout_ns: for what must be finished once it has begun. */
int64_t sg_tdstat_at_least(struct sg_tdstat_device *dev, int64_t timeout_ns, int64_t deadline_ns);

/** Wait until until_ns. @retval SG_ERR_TIMEOUT  the deadline is before that, and was waited for */
enum sg_err sg_tdstat_wait(struct sg_tdstat_device *dev, int64_t until_ns, int64_t deadline_ns);

/**
 * The same with an ear on the cable: one that is pulled is noticed at once, and so is an answer too many, which would
 * shift all later ones by one.
 * @retval SG_ERR_ORDER  one came; the exchange is dirty
 */
enum sg_err sg_tdstat_listen(struct sg_tdstat_device *dev, int64_t until_ns, int64_t deadline_ns);

/**
 * Read until nothing comes for 100 ms; bounded. Afterwards an answer belongs to the command before it again.
 * @retval SG_ERR_FRAME    packets do not end
 * @retval SG_ERR_TIMEOUT  the deadline came before the silence was long enough
 * @retval SG_ERR_GONE
 */
enum sg_err sg_tdstat_resynchronize(struct sg_tdstat_device *dev, int64_t deadline_ns);

/**
 * One command and its answer; resynchronizes first if need be. An answer that is none, or none in time, leaves the
 * exchange dirty. The time is the command's own, at least one message time also where the deadline is sooner.
 *
 * @retval SG_ERR_TIMEOUT  no answer, or the deadline was past before anything was sent
 * @retval SG_ERR_FRAME    no answer to this command, or the endpoint had halted
 * @retval SG_ERR_REFUSED  `?`
 * @retval SG_ERR_UNCERTAIN  it could not be sent in time
 * @retval SG_ERR_GONE
 */
enum sg_err sg_tdstat_exchange(struct sg_tdstat_device *dev, const struct sg_tdstat_command *command,
			       struct sg_tdstat_reply *reply, int64_t deadline_ns);

/** A command that may be said again without harm: up to three times. Results as above. */
enum sg_err sg_tdstat_repeat(struct sg_tdstat_device *dev, const struct sg_tdstat_command *command,
			     struct sg_tdstat_reply *reply, int64_t deadline_ns);

/** The same for one without an argument. @param reply  may be NULL */
enum sg_err sg_tdstat_ask(struct sg_tdstat_device *dev, enum sg_tdstat_word word, struct sg_tdstat_reply *reply,
			  int64_t deadline_ns);

/**
 * A command that must not be said twice.
 * @retval SG_ERR_REFUSED    understood as refused: nothing was done
 * @retval SG_ERR_UNCERTAIN  it may be in force
 * @retval SG_ERR_GONE
 */
enum sg_err sg_tdstat_once(struct sg_tdstat_device *dev, const struct sg_tdstat_command *command, int64_t deadline_ns);

/* ---- tdstat_cell.c: what is set, what is read ---- */

enum sg_err sg_tdstat_cell_off(struct sg_tdstat_device *dev, int64_t deadline_ns);
enum sg_err sg_tdstat_cell_on(struct sg_tdstat_device *dev, int64_t deadline_ns);
/** Zero means the code at which nothing flows, offset included. May be said again in every state. */
enum sg_err sg_tdstat_zero(struct sg_tdstat_device *dev, int64_t deadline_ns);
/** In the range at hand. Once only while the cell is on. @retval SG_ERR_UNSUPPORTED  does not fit; nothing sent */
enum sg_err sg_tdstat_set_current(struct sg_tdstat_device *dev, double current_a, int64_t deadline_ns);
/** Mode and range. @retval SG_ERR_STATE  the cell may be on, or the set current is not zero */
enum sg_err sg_tdstat_galvanostatic(struct sg_tdstat_device *dev, int64_t deadline_ns);
enum sg_err sg_tdstat_range_select(struct sg_tdstat_device *dev, unsigned range, int64_t deadline_ns);

/**
 * A reading whose conversion began after the last change, and not more than 120 ms before it is asked for; at due_ns
 * or as soon after as can be. On a host so slow that messages take a tenth of a second a few are tried.
 * @retval SG_ERR_TIMEOUT  not ready at the deadline; called again, it goes on
 * @retval SG_ERR_FRAME    no valid answer, nothing but WAIT, or none that was fresh
 * @retval SG_ERR_GONE
 */
enum sg_err sg_tdstat_read_fresh(struct sg_tdstat_device *dev, int64_t due_ns, struct sg_tdstat_reading *out,
				 int64_t *host_ns, int64_t deadline_ns);

/**
 * From anything this program may have set: cell off, shown by a reading, set current zero. See the comment there for
 * what that shows. On success the state is IDLE.
 * @retval SG_ERR_UNSAFE     current flows although the relay was told to open
 * @retval SG_ERR_UNCERTAIN  no valid answer
 * @retval SG_ERR_GONE
 */
enum sg_err sg_tdstat_switch_off(struct sg_tdstat_device *dev, int64_t deadline_ns);

/* ---- tdstat_calibration.c ---- */

/**
 * Ask for the three records, until two answers in a row agree; the model is found by the size of the second if it is not
 * known yet.
 * @retval SG_ERR_FRAME  no two agree, or no model has such records
 */
enum sg_err sg_tdstat_ask_records(struct sg_tdstat_device *dev, int64_t deadline_ns);

/** Take them into force. */
void sg_tdstat_read_records(struct sg_tdstat_device *dev);

/** All records as hexadecimal digits; empty if nothing in them was measured on this board: then many are alike. */
void sg_tdstat_mark(const struct sg_tdstat_device *dev, char out[SG_IDENTITY_SIZE]);

extern const struct sg_calibration_ops sg_tdstat_calibration_ops;

/* ---- tdstat_run.c: verbs 6 to 10 ---- */

extern const struct sg_stepper_ops sg_tdstat_stepper_ops;

enum sg_err sg_tdstat_run_check(struct sg_device *device, const struct sg_segment *segments, size_t count,
				size_t *fits);
enum sg_err sg_tdstat_run_start(struct sg_device *device, const struct sg_segment *segments, size_t count,
				int64_t deadline_ns);
enum sg_err sg_tdstat_run_next(struct sg_device *device, struct sg_report *out, int64_t deadline_ns);
enum sg_err sg_tdstat_run_stop(struct sg_device *device, int64_t deadline_ns);
enum sg_err sg_tdstat_safe_off(struct sg_device *device, int64_t deadline_ns);

#endif
