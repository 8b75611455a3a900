/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * Switches for what public documents leave open, as "key=value,key=value".
 */
#ifndef FW_EMSTAT4_OPTIONS_H
#define FW_EMSTAT4_OPTIONS_H

#include <stdbool.h>

struct fw_es4_options {
	bool error_tail;          /**< an empty line follows a run-time error */
	bool noise_id;            /**< measured values carry a third field, `,40` */
	bool ideal;               /**< measures and applies without any error */
	bool busy_t;              /**< `t` is answered while a script runs */
	bool parse_errors_at_end; /**< a bad script is refused at its end, not at once */
};

/** For --help. */
#define FW_ES4_HELP \
	"EmStat4 potentiostat with galvanostat, MethodSCRIPT over a serial line.\n" \
	"models: lr (default: 3 V, 30 mA), hr (6 V, 200 mA)\n" \
	"options, each yes or no, default no:\n" \
	"  error_tail   an empty line follows a run-time error\n" \
	"  noise_id     measured values carry the field ,40\n" \
	"  ideal        measures and applies without noise, offset, gain error or steps\n" \
	"  busy_t       answers t while a script runs\n" \
	"  late_errors  refuses a bad script at its end, not at the bad line\n"

/** @return false, with *why saying what would be right, for an option that is not known. */
bool fw_es4_options_read(struct fw_es4_options *options, const char *text, const char **why);

#endif
