/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * What was asked for on the command line: a bench, and on it instruments in order. An instrument's
 * word begins its section; the options behind it are its own until the next one.
 */
#ifndef FW_ARGUMENTS_H
#define FW_ARGUMENTS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "firmware/firmware.h"
#include "plant/afe.h"
#include "plant/cell.h"
#include "plant/chamber.h"
#include "port/faults.h"

#define FW_INSTRUMENTS_MAX 16
#define FW_INSTRUMENT_NAME 40

/** One section. Strings are borrowed from argv. */
struct fw_instrument_arguments {
	const struct fw_firmware *family;
	char name[FW_INSTRUMENT_NAME]; /**< the family's, "-2" and so on for further ones */
	const char *port;              /**< NULL: a lockstep port */
	const char *model;
	const char *serial_number;
	const char *options;
	struct fw_fault_options faults;
	struct fw_afe_options afe;
};

struct fw_arguments {
	bool help;
	bool once;
	const char *lockstep;
	const char *report;
	int ready_fd; /**< -1: standard output */
	uint64_t seed;
	double speed;
	struct fw_cell_options cell;
	struct fw_chamber_options chamber;
	unsigned count;
	struct fw_instrument_arguments instruments[FW_INSTRUMENTS_MAX];
};

/**
 * Read the command line.
 *
 * @param why  receives what is wrong and what would be right
 * @return false if it is not to be followed
 */
bool fw_arguments_parse(struct fw_arguments *arguments, int argc, char *const *argv, char *why,
			size_t why_size);

/** Every option with unit, range and default. */
void fw_arguments_help(FILE *out);

#endif
