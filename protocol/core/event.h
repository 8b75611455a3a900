/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * Something worth telling a person and keeping in events.csv: always with a time and evidence.
 */
#ifndef SG_CORE_EVENT_H
#define SG_CORE_EVENT_H

#include <stdint.h>

enum sg_event_type {
	/* the run */
	SG_EVENT_RUN_STARTED,
	SG_EVENT_STEP_STARTED,
	SG_EVENT_STEP_ENDED,
	SG_EVENT_RUN_ENDED,
	SG_EVENT_OPERATOR, /**< a person asked for something: Ctrl-C */
	/* the cell: what detectors say */
	SG_EVENT_HARD_SHORT,
	SG_EVENT_SHORT_OR_SENSE, /**< a short or a lost sense lead: the reading cannot tell */
	SG_EVENT_SOFT_SHORT,     /**< below its own baseline: a partial or flickering electronic path */
	SG_EVENT_SHORT_FROM_START, /**< far below what geometry says since the first current; info: cannot be excluded */
	SG_EVENT_POLARIZATION,   /**< above its own baseline: contact or supply of metal is being lost */
	SG_EVENT_RESISTANCE_DOUBLED, /**< t2x: twice its reference; a polarization was told before, or is with it; for procedures that end there */
	/* the bench: a change of the voltage that is not the cell's */
	SG_EVENT_CONTACT_STEP, /**< more resistance from one reading to the next, at all phases: a contact, a lead */
	SG_EVENT_CONTACT_OPEN, /**< spikes that return: a loose current lead */
	SG_EVENT_SENSE_LOST,   /**< a voltage that has nothing to do with the current */
	SG_EVENT_RANGE_GLITCH, /**< a reading or two spoilt by a switch of range */
	SG_EVENT_DIFFUSION_LIMIT, /**< a level of the model's limit is crossed: an index, no finding about the cell */
	SG_EVENT_THERMAL,      /**< a change of resistance that the temperature explains */
	/* the record: never to be read as a cell event */
	SG_EVENT_DATA_FAULT, /**< torn line, NaN, stuck code, current off its set point, ... */
	SG_EVENT_TIME_FAULT, /**< clock restarted, repeated or jumped */
	SG_EVENT_GAP,        /**< a hole in the samples, or in the current at a change of block */
	/* limits and the rig */
	SG_EVENT_LIMIT, /**< a guard limit, or the limit inside the instrument */
	SG_EVENT_TEMPERATURE, /**< excursion, hold, end of hold, soak reached */
	SG_EVENT_COMMUNICATION, /**< lost, garbled, silent, recovered */
	SG_EVENT_CHAMBER_ALARM,
	SG_EVENT_VERIFY, /**< what a pulse after an alarm showed: a short, a lost sense lead, or that it cannot tell */
	SG_EVENT_PAUSE, /**< cell off for a while after a finding, as the experiment says */
	SG_EVENT_SAFE_OFF, /**< the cell was switched off, verified or not */
	SG_EVENT_DISK,
	SG_EVENT_GUARDIAN, /**< who watches over the program that runs the test, and what he did */
	/* nobody watched, and the test goes on after all: from the latest row to the time of the event */
	SG_EVENT_PROGRAM_LOST, /**< this program ended, and the PC stayed up */
	SG_EVENT_POWER_LOST,   /**< the PC was switched off, or began anew */
	SG_EVENT_TYPES,
};

enum sg_grade {
	SG_GRADE_INFO,
	SG_GRADE_WARNING,
	SG_GRADE_ALARM,
};

/** Of an event's value and reference, which share it. */
enum sg_unit {
	SG_UNIT_OF_TYPE, /**< the usual one of that type of event; none if it has none */
	SG_UNIT_NONE,    /**< there is no value */
	SG_UNIT_OHM,
	SG_UNIT_V,
	SG_UNIT_A,
	SG_UNIT_S,
	SG_UNIT_DEGC,
	SG_UNIT_MA_CM2,
	SG_UNIT_MAH_CM2,
	SG_UNIT_MAH,     /**< of the whole electrode: nobody said what its area is */
	SG_UNIT_1,       /**< a number of things, or a fraction of one */
	SG_UNITS,
};

#define SG_EVENT_TEXT_SIZE 288

struct sg_event {
	enum sg_event_type type;
	enum sg_grade grade;
	double time_s;      /**< test time at which it was recognized */
	double since_s;     /**< test time of the first sample that belongs to it; <= time_s */
	uint32_t step;      /**< step count of the record, 0 before the first */
	double value;       /**< the evidence, in sg_event_unit(); NAN if none */
	double reference;   /**< what it was held against, in the same; NAN if none */
	enum sg_unit unit;  /**< where it is not the usual one of its type */
	char text[SG_EVENT_TEXT_SIZE]; /**< one sentence: what, evidence with units, what else it could be */
};

/** Stable name, e.g. "hard_short". Static storage. */
const char *sg_event_name(enum sg_event_type type);
const char *sg_grade_name(enum sg_grade grade);

/** Of value and reference; SG_UNIT_NONE if there are none, or if nobody said. */
enum sg_unit sg_event_unit(const struct sg_event *event);

/** Stable: "ohm", "V", "A", "s", "degC", "mA/cm2", "mAh/cm2", "mAh", "1"; "" for none. Static storage. */
const char *sg_unit_name(enum sg_unit unit);

/** Start an event: everything zero, value and reference NAN, since = time. */
void sg_event_init(struct sg_event *event, enum sg_event_type type, enum sg_grade grade, double time_s);

/** Set the sentence, as printf does; cut off with "..." when it does not fit. */
__attribute__((format(printf, 2, 3))) void sg_event_say(struct sg_event *event, const char *format, ...);

#endif
