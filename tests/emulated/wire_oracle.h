/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * Judges what a driver accepts over a bad cable: every value against the bytes the instrument truly sent, which the
 * cable (transport/faulty.h) heard before it damaged them, and against those that were delivered.
 *
 * Programs that use it are linked with --wrap=sg_transport_open: every port whose address ends in oracle->port is
 * wrapped by the cable.
 */
#ifndef SG_TESTS_WIRE_ORACLE_H
#define SG_TESTS_WIRE_ORACLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "transport/faulty.h"
#include "wire/tdstat.h"
#include "wire/tdstat_calibration.h"

#define WIRE_SAID_MAX 256 /* messages that are remembered */
#define WIRE_LINE_SIZE 256

enum wire_language {
	WIRE_EMSTAT4, /* lines that end with LF */
	WIRE_TDSTAT,  /* packets */
	WIRE_VOTSCH,  /* lines that end with CR */
};

/** What a message of the instrument says, delivered. */
struct wire_said {
	bool intact;       /**< as it was sent */
	uint64_t truth;    /**< which message of the instrument it is, if intact */
	int64_t heard_ns;  /**< when the cable had it */
	double voltage_v, current_a; /**< EMSTAT4 */
	bool has_current;
	int32_t potential, current;  /**< TDSTAT: counts */
	int set_tenths, actual_tenths; /**< VOTSCH */
	char bits[17];
};

enum wire_verdict {
	WIRE_TRUE,        /**< a message as the instrument sent it, taken once */
	WIRE_CANNOT_TELL, /**< a damaged message says so, and is well formed */
	WIRE_LATE,        /**< true, of an earlier question: an answer carries nothing to know its question by */
	WIRE_NOT_SAID,    /**< wrong: no message says so */
	WIRE_TWICE,       /**< wrong: one reading taken for two */
	WIRE_STALE,       /**< wrong: a reading of long ago taken for now's */
	WIRE_VERDICTS,
};

struct wire_line {
	char text[WIRE_LINE_SIZE];
	size_t length;
};

struct wire_oracle {
	const char *port; /**< "#emstat4" */
	enum wire_language language;
	struct sg_fault_plan plan;
	struct sg_fault_counts counts;
	int64_t now_ns; /**< of the latest chunk, or as set by the caller */

	/* as sent, as delivered */
	struct wire_line sent_line, given_line;
	struct wire_line asked_line; /* given_line without what came before the latest question */
	struct wire_line sent[WIRE_SAID_MAX]; /* by truth % WIRE_SAID_MAX */
	uint64_t sent_count;
	struct wire_said said[WIRE_SAID_MAX]; /* by number % WIRE_SAID_MAX */
	uint64_t said_count;
	bool taken[WIRE_SAID_MAX]; /* by truth */

	/* TDSTAT: the true records, learned over a good cable */
	bool learning;
	enum sg_tdstat_word asked;
	const struct sg_tdstat_model *model;
	struct sg_tdstat_calibration calibration;
};

/** From now on ports are wrapped; NULL: no more. Borrowed. */
void wire_install(struct wire_oracle *oracle);

/** Forget the messages, keep counts and calibration. */
void wire_forget(struct wire_oracle *oracle);

/** A recorded row of a potentiostat. range_a and at_rest tell how to read it. */
enum wire_verdict wire_judge_row(struct wire_oracle *oracle, double voltage_v, double current_a, double range_a,
				 bool at_rest);

/** A reading of a chamber that was asked for at since_ns. */
enum wire_verdict wire_judge_chamber(struct wire_oracle *oracle, double set_c, double actual_c, bool alarm,
				     int64_t since_ns);

/** Has a damaged, well-formed line of a chamber said since then that it stands? */
bool wire_was_told_standing(const struct wire_oracle *oracle, int64_t since_ns);

#endif
