/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * Dobbelaere TDstat v3 and MYSTAT: what the models can do, what is said to them and what they answer.
 *
 * One command is one OUT packet, one answer one IN packet. No terminator, no checksum, no tag: the exact
 * length is part of what a packet says, and an answer belongs to the command before it by order alone.
 * What the numbers mean is in tdstat_convert.h, the records kept inside in tdstat_calibration.h.
 *
 * Source: thomasdob/tdstatv3 at b8cad31, firmware/main.c; matthew-yates/MYSTAT at 5c8a36a, firmware/main.c.
 */
#ifndef SG_WIRE_TDSTAT_H
#define SG_WIRE_TDSTAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/caps.h"
#include "core/error.h"

#define SG_TDSTAT_RANGES_MAX 4
/** The longest command: SHUNTCALSAVE of a MYSTAT. */
#define SG_TDSTAT_COMMAND_MAX 21
/** The longest answer: the shunt record of a MYSTAT. */
#define SG_TDSTAT_REPLY_MAX 8

/** One row per model. Const, static storage. */
struct sg_tdstat_model {
	const char *name;              /**< "v3", "mystat" */
	struct sg_potentiostat_caps caps;
	unsigned ranges;               /**< RANGE 1 is the largest current */
	double range_a[SG_TDSTAT_RANGES_MAX];      /**< nominal, of RANGE 1 on */
	double full_scale_a[SG_TDSTAT_RANGES_MAX]; /**< current at +-2^21 counts with k = 1 */
	double full_scale_v;           /**< potential at +-2^21 counts */
	size_t shunt_size;             /**< bytes of the shunt record */
	double shunt_steps;            /**< steps of it in one: 1e6 are 1 ppm each */
};

/** By name, NULL for the default; NULL if there is none. */
const struct sg_tdstat_model *sg_tdstat_model(const char *name);

/** By the size of its shunt record, which no two models share; NULL if there is none. */
const struct sg_tdstat_model *sg_tdstat_model_by_record(size_t shunt_size);

/** Capabilities of "v3" (also for NULL) or "mystat"; NULL for any other word. */
const struct sg_potentiostat_caps *sg_tdstat_caps(const char *model);

/** The RANGE number (1 ..) of a nominal current range, or 0 if the model has none such. */
unsigned sg_tdstat_range(const struct sg_tdstat_model *model, double range_a);

enum sg_tdstat_word {
	SG_TDSTAT_CELL_ON,
	SG_TDSTAT_CELL_OFF,
	SG_TDSTAT_POTENTIOSTATIC,
	SG_TDSTAT_GALVANOSTATIC,
	SG_TDSTAT_RANGE,        /**< argument: one digit */
	SG_TDSTAT_DACSET,       /**< argument: 3 bytes */
	SG_TDSTAT_DACCAL,
	SG_TDSTAT_DACCALGET,
	SG_TDSTAT_DACCALSET,    /**< argument: 6 bytes */
	SG_TDSTAT_ADCREAD,
	SG_TDSTAT_OFFSETREAD,
	SG_TDSTAT_OFFSETSAVE,   /**< argument: 6 bytes */
	SG_TDSTAT_SHUNTCALREAD,
	SG_TDSTAT_SHUNTCALSAVE, /**< argument: 6 or 8 bytes */
	SG_TDSTAT_WORDS,
};

/** One OUT packet. */
struct sg_tdstat_command {
	enum sg_tdstat_word word;
	uint8_t bytes[SG_TDSTAT_COMMAND_MAX];
	size_t length;
};

/** As it is written, without its argument: "CELL OFF", "RANGE". Static storage. */
const char *sg_tdstat_word_text(enum sg_tdstat_word word);

/** A command without an argument. @retval SG_ERR_ARGUMENT  this one takes one */
enum sg_err sg_tdstat_plain(enum sg_tdstat_word word, struct sg_tdstat_command *out);

/**
 * RANGE 1 to 4; 4 also for a v3, which answers `?`: that tells the models apart.
 * @retval SG_ERR_ARGUMENT
 */
enum sg_err sg_tdstat_select_range(unsigned range, struct sg_tdstat_command *out);

/** DACSET. @param code  20 bits, 524288 is the middle. @retval SG_ERR_ARGUMENT  more than 20 bits */
enum sg_err sg_tdstat_set_dac(uint32_t code, struct sg_tdstat_command *out);

/** DACCALSET, OFFSETSAVE or SHUNTCALSAVE with its record. @retval SG_ERR_ARGUMENT  another word, or another size */
enum sg_err sg_tdstat_save(enum sg_tdstat_word word, const uint8_t *record, size_t size, struct sg_tdstat_command *out);

enum sg_tdstat_answer {
	SG_TDSTAT_DONE,     /**< OK */
	SG_TDSTAT_WAIT,     /**< the conversion is not ready */
	SG_TDSTAT_QUESTION, /**< `?`: not understood, nothing done */
	SG_TDSTAT_DATA,
};

struct sg_tdstat_reply {
	enum sg_tdstat_answer answer;
	uint8_t data[SG_TDSTAT_REPLY_MAX];
	size_t length; /**< of the data */
};

/**
 * Read one IN packet as the answer to a command, by its exact length.
 *
 * @param model  NULL while it is not known: then a shunt record may have either size
 * @retval SG_ERR_FRAME  no answer to this command; *out is not written
 *
 * What cannot be told: six bytes that belong to an earlier reading or record. Only one command may be
 * under way.
 */
enum sg_err sg_tdstat_read_reply(const struct sg_tdstat_model *model, enum sg_tdstat_word word, const uint8_t *bytes,
				 size_t length, struct sg_tdstat_reply *out);

#endif
