/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * The contract of an instrument.
 *
 * A potentiostat has ten verbs, a chamber nine. Drivers are plain blocking code on one owner thread;
 * every call that talks takes an absolute deadline on the clock the device was opened with and
 * returns no later than that plus one message time. Nothing allocates after open().
 *
 * **Who calls what, when.** open → attach → identify, then any number of (check → start → next … until
 * SEQUENCE_ENDED or stop), with safe_off legal at any moment, and close at the end. A caller that gets
 * any error from start, next or stop calls safe_off and looks at its answer before anything else.
 *
 * **Safety.** safe_off is legal in every state, idempotent, bounded in time, and verified by reading
 * back where the instrument allows it. No verb leaves a cell under current without an end in the
 * instrument, unless the capabilities say host_loss NONE.
 *
 * **Words.** On any error sg_device_diag() holds one sentence with the instrument's own status.
 */
#ifndef SG_DEVICE_H
#define SG_DEVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/caps.h"
#include "core/error.h"
#include "core/sample.h"
#include "core/segment.h"
#include "core/text.h"
#include "transport/transport.h"

struct sg_clock;

#define SG_IDENTITY_SIZE 48

/** Who an instrument is. Filled by identify(). Strings are empty where the instrument cannot tell. */
struct sg_identity {
	char family[SG_IDENTITY_SIZE];   /**< "emstat4" */
	char model[SG_IDENTITY_SIZE];    /**< "hr" */
	char serial[SG_IDENTITY_SIZE];   /**< "ES4HR20B0009" */
	char firmware[SG_IDENTITY_SIZE]; /**< "1.5.00" */
	char place[SG_IDENTITY_SIZE];    /**< where on the bus it was met, e.g. "1-1.2"; empty if unknown */
	char mark[SG_IDENTITY_SIZE];     /**< what else tells two units apart, e.g. the calibration stored inside */
	bool simulated;                  /**< the transport is known to end in a simulator */
	bool faulty;                     /**< what its transport passes is damaged on purpose; filled by the slot */
};

/** What became of a sequence while its link was lost. */
enum sg_absence_kind {
	SG_ABSENCE_UNKNOWN, /**< nothing tells: it may have run on to its own end */
	SG_ABSENCE_RAN,     /**< it was heard running: the current flowed until now */
	SG_ABSENCE_OFF,     /**< shown: the cell was off, or the instrument lost its power with the cable */
};

/** What the instrument held when its link was lost, by which it can be told later whether it kept its power. */
enum sg_trace {
	SG_TRACE_NONE,    /**< nothing that would tell */
	SG_TRACE_OFF,     /**< the cell was off, confirmed: nothing flows until somebody switches it on */
	SG_TRACE_READING, /**< some reading, taken no matter when: only its absence tells */
	SG_TRACE_CURRENT, /**< a reading that was begun after the latest change, under a current well above "none" */
};

/** Between a lost link and the host that comes back: filled by part() of the device that is closed, then by attach(). */
struct sg_absence {
	double interval_s;  /**< in: sample interval of the sequence; listening longer than one and a half is vain */
	enum sg_trace trace; /**< in: see part(); attach() takes back what its own question has used up */
	int64_t seen_ns;    /**< in: a look that made no sample saw the current then, on our clock; SG_NO_TIME: none did */
	enum sg_absence_kind kind;
	int64_t ran_ns;     /**< RAN: its age on the instrument's own clock at the end; else SG_NO_TIME */
};

#define SG_DIAG_SIZE 256

/** The common head of every open device; drivers embed it first. */
struct sg_device {
	const struct sg_family *family;
	struct sg_transport *link; /**< owned; closed by close() */
	struct sg_clock *clock;    /**< borrowed */
	char diag_storage[SG_DIAG_SIZE];
	struct sg_text diag;
};

/** What the rig file says about one instrument. Strings borrowed during open() only. */
struct sg_device_config {
	const char *uri;
	const char *model;   /**< as in family->models, or NULL: take what identify() finds */
	const char *serial;  /**< refuse any other, or NULL */
	int address;         /**< bus address of a chamber; -1: the model's default */
};

enum sg_report_kind {
	SG_REPORT_SEGMENT_STARTED, /**< segment */
	SG_REPORT_SAMPLE,          /**< sample, segment */
	SG_REPORT_SEGMENT_ENDED,   /**< segment, end */
	SG_REPORT_SEQUENCE_ENDED,  /**< end of the last segment that ran; cell_off says what the instrument did */
};

/** One thing a running sequence has to tell. */
struct sg_report {
	enum sg_report_kind kind;
	uint32_t segment; /**< index within the sequence */
	enum sg_end end;
	int status;       /**< instrument's own code, 0 if none */
	bool cell_off;    /**< the instrument's own finish switched the cell off (not yet read back) */
	int64_t host_ns;  /**< when its last byte arrived */
	struct sg_sample sample; /**< temperature_c is NAN: the runner knows it */
};

struct sg_potentiostat_ops {
	/** 1. Build a device on an open transport, which it then owns. Sends nothing. */
	enum sg_err (*open)(const struct sg_device_config *config, struct sg_transport *link,
			    struct sg_clock *clock, struct sg_device **out);

	/** 2. Free the device and close its transport. Sends nothing: call safe_off first. NULL is fine. */
	void (*close)(struct sg_device *dev);

	/**
	 * 3. From any state the instrument may be in (half a line typed, a script running, cell on) to
	 * idle with the cell off. Sends only what the manual calls free of side effects beyond that.
	 * With absence (or NULL) it first listens whether a sequence that was running when the link was
	 * lost runs still, and fills it; on an error it says UNKNOWN.
	 * @retval SG_ERR_TIMEOUT   silent: wrong port, no power, other speed
	 * @retval SG_ERR_IDENTITY  something answered, but not this family
	 */
	enum sg_err (*attach)(struct sg_device *dev, struct sg_absence *absence, int64_t deadline_ns);

	/**
	 * 4. Ask who it is, and check it against the configured model and serial number.
	 * @retval SG_ERR_IDENTITY  another model or serial number; diag names both
	 */
	enum sg_err (*identify)(struct sg_device *dev, struct sg_identity *out, int64_t deadline_ns);

	/** 5. Capabilities of a model (NULL: the family's default), or NULL if unknown. No device needed. */
	const struct sg_potentiostat_caps *(*caps)(const char *model);

	/**
	 * 6. Would start() take these segments? No I/O. *fits (optional) is how many of them, from the
	 * first, one start() can take; 0 with an error, and diag says which value is out and what the bounds are.
	 * @retval SG_ERR_UNSUPPORTED, SG_ERR_ARGUMENT
	 */
	enum sg_err (*check)(struct sg_device *dev, const struct sg_segment *segments, size_t count, size_t *fits);

	/**
	 * 7. Run a sequence: cell on, the segments one after another (without a gap at the cell if
	 * caps->gapless), cell off. Returns when the instrument has accepted it.
	 * All segments of one sequence share mode and range.
	 * @retval SG_ERR_REFUSED    nothing runs
	 * @retval SG_ERR_UNCERTAIN  no valid answer: it may be running; safe_off next
	 */
	enum sg_err (*start)(struct sg_device *dev, const struct sg_segment *segments, size_t count,
			     int64_t deadline_ns);

	/**
	 * 8. The next thing the running sequence tells.
	 * @retval SG_ERR_TIMEOUT  nothing until the deadline; harmless, ask again (silence limits are the guard's)
	 * @retval SG_ERR_FRAME / VALUE / ORDER  a message was dropped; diag says why. The stream goes on: ask again
	 * @retval SG_ERR_REFUSED  the instrument reported a run-time error (status in diag); it has stopped and the cell may still be on
	 * @retval SG_ERR_GONE     the link is lost
	 * @retval SG_ERR_STATE    nothing is running
	 */
	enum sg_err (*next)(struct sg_device *dev, struct sg_report *out, int64_t deadline_ns);

	/**
	 * 9. End the sequence now; wait until the instrument says so. Reports still under way are kept
	 * for next() up to SEQUENCE_ENDED with end STOPPED.
	 */
	enum sg_err (*stop)(struct sg_device *dev, int64_t deadline_ns);

	/**
	 * 10. Current to zero, cell off, read back. See "Safety" above. Discards whatever was running.
	 * @retval SG_OK             off, and the instrument confirmed it
	 * @retval SG_ERR_UNCERTAIN  sent, not confirmed
	 * @retval SG_ERR_UNSAFE     the instrument says the cell is on
	 * @retval SG_ERR_GONE       not reachable; what holds the cell then is caps->host_loss
	 */
	enum sg_err (*safe_off)(struct sg_device *dev, int64_t deadline_ns);

	/**
	 * Optional (NULL: it cannot): who is it, asked without changing anything, before attach(). Fills what
	 * tells units apart. For a device that may be somebody else's: in another place than before, or met for the
	 * first time where the rig file names a serial number.
	 * @retval SG_ERR_IDENTITY, SG_ERR_TIMEOUT, SG_ERR_GONE, wire errors
	 */
	enum sg_err (*peek)(struct sg_device *dev, struct sg_identity *out, int64_t deadline_ns);

	/**
	 * Optional (NULL: NONE, and no look): the link is lost, and this device is closed next: what does it know that will tell, when
	 * the instrument is met again, what became of the current? Sends nothing.
	 */
	void (*part)(const struct sg_device *dev, struct sg_absence *absence);
};

/** What a chamber reports. */
struct sg_chamber_state {
	double set_c;
	double actual_c;
	bool running;
	bool alarm;
	int64_t host_ns; /**< when the answer arrived */
};

#define SG_ALARM_SIZE 64

struct sg_chamber_ops {
	enum sg_err (*open)(const struct sg_device_config *config, struct sg_transport *link,
			    struct sg_clock *clock, struct sg_device **out);
	void (*close)(struct sg_device *dev);
	/** Discard what is on the line, ask once, see that it is a chamber of this kind. Changes nothing. */
	enum sg_err (*attach)(struct sg_device *dev, int64_t deadline_ns);
	enum sg_err (*identify)(struct sg_device *dev, struct sg_identity *out, int64_t deadline_ns);
	const struct sg_chamber_caps *(*caps)(const char *model);
	/**
	 * Set-point, and conditioning on; read back within resolution_k/2.
	 * @retval SG_ERR_UNSUPPORTED  outside caps; nothing sent
	 * @retval SG_ERR_REFUSED      read back another value
	 * @retval SG_ERR_UNCERTAIN    sent, no valid answer
	 */
	enum sg_err (*set)(struct sg_device *dev, double temperature_c, int64_t deadline_ns);
	/** End conditioning, read back. The chamber drifts to ambient by itself. */
	enum sg_err (*stop)(struct sg_device *dev, int64_t deadline_ns);
	enum sg_err (*read)(struct sg_device *dev, struct sg_chamber_state *out, int64_t deadline_ns);
	/** The chamber's error text in at most SG_ALARM_SIZE bytes; empty if there is none. */
	enum sg_err (*alarm)(struct sg_device *dev, char text[SG_ALARM_SIZE], int64_t deadline_ns);
};

enum sg_kind {
	SG_KIND_POTENTIOSTAT,
	SG_KIND_CHAMBER,
};

/** For instruments that keep a calibration inside. Between runs only; the cell is off. */
struct sg_calibration_ops {
	/** What is stored, one "key=value" a line, as write() takes it; "# ..." for people. After attach() and identify(). */
	enum sg_err (*read)(struct sg_device *dev, struct sg_text *out, int64_t deadline_ns);

	/**
	 * Store one value and read it back.
	 * @retval SG_ERR_ARGUMENT   no such key, or not a value of it; nothing sent. diag says what would be right
	 * @retval SG_ERR_REFUSED    read back another value
	 * @retval SG_ERR_STATE      something runs
	 * @retval SG_ERR_UNCERTAIN, SG_ERR_GONE  it may be stored, or not
	 */
	enum sg_err (*write)(struct sg_device *dev, const char *key, const char *value, int64_t deadline_ns);
};

/** A family of instruments: one row of the registry. Const, static storage. */
struct sg_family {
	const char *name;          /**< "emstat4": as in rig files */
	const char *title;         /**< "PalmSens EmStat4" */
	const char *const *models; /**< NULL-terminated, the first is the default */
	enum sg_kind kind;
	struct sg_line line;
	const char *usb_product;   /**< start of the USB product string by which `list` knows it, or NULL */
	int usb_vendor;            /**< USB ids of a device that is reached over usb:, by which `list` knows it; else 0 */
	int usb_product_id;
	const struct sg_potentiostat_ops *potentiostat; /**< or NULL */
	const struct sg_chamber_ops *chamber;           /**< or NULL */
	const struct sg_calibration_ops *calibration;   /**< or NULL: nothing of that kind */
};

/** One sentence about the last error of this device; empty after success. */
static inline const char *sg_device_diag(const struct sg_device *dev)
{
	return dev->diag.data;
}

#endif
