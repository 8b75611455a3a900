/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * One EmStat4 from the inside, shared by the files that make it up; nobody else includes this.
 *
 * It does one thing at a time for the host: a line is looked at, and the answer follows a moment
 * later. Script lines are taken as they come. The script itself runs beside that.
 */
#ifndef FW_EMSTAT4_DEVICE_H
#define FW_EMSTAT4_DEVICE_H

#include <stdbool.h>

#include "firmware/emstat4_input.h"
#include "firmware/emstat4_options.h"
#include "firmware/emstat4_pgstat.h"
#include "firmware/methodscript_parser.h"
#include "firmware/methodscript_vm.h"

/* From a complete line to its answer; one line at a time. Assumed. */
#define FW_ES4_COMMAND_NS INT64_C(2000000)
/* From the end of a script to its first line of output, and for each of its lines. Assumed. */
#define FW_ES4_LOAD_NS      INT64_C(3000000)
#define FW_ES4_LOAD_LINE_NS INT64_C(50000)
/* After an error the input is thrown away. Source: palmsens/instrument.py waits longer. */
#define FW_ES4_DEAF_NS INT64_C(50000000)

#define FW_ES4_SERIAL_NUMBER_MAX 31

/* What it is about to do at todo_ns. */
enum fw_es4_todo {
	FW_ES4_TODO_NOTHING,
	FW_ES4_TODO_COMMAND, /* answer the first line of the input */
	FW_ES4_TODO_LOADED,  /* the script is complete */
	FW_ES4_TODO_REFUSE,  /* the script is wrong */
};

struct fw_es4_device {
	const struct fw_es4_model *model;
	char serial_number[FW_ES4_SERIAL_NUMBER_MAX + 1];
	struct fw_es4_options options;
	struct fw_sink sink;
	struct fw_es4_input input;
	enum fw_es4_todo todo;
	int64_t todo_ns;
	char loading; /* 'e' or 'l' while script lines come in, else 0 */
	bool load_failed;
	struct fw_ms_error load_error;
	bool loaded;
	struct fw_ms_parser parser;
	struct fw_ms_program program;
	struct fw_pgstat pgstat;
	struct fw_ms_vm vm;
	struct fw_ms_refusals refusals;
	unsigned long commands;
	int64_t now_ns;
};

/** Write to the host. */
void fw_es4_send(struct fw_es4_device *es4, const char *text);

/** Do something for the host in a while. */
void fw_es4_plan(struct fw_es4_device *es4, enum fw_es4_todo todo, int64_t after_ns);

/** Answer one complete line that is not part of a script. */
void fw_es4_answer(struct fw_es4_device *es4, const char *line, size_t length);

/** Say no to a command, and be deaf for a while. */
void fw_es4_refuse(struct fw_es4_device *es4, char command, enum fw_ms_code code);

/** From now on lines belong to a script; command is 'e' or 'l'. */
void fw_es4_load_begin(struct fw_es4_device *es4, char command);

/** One line of the script; an empty one ends it. */
void fw_es4_load_line(struct fw_es4_device *es4, const char *line, size_t length, bool too_long);

/** The moment has come to say that the script is loaded, and for 'e' to start it. */
void fw_es4_load_done(struct fw_es4_device *es4);

/** The moment has come to say what is wrong with the script. */
void fw_es4_load_refused(struct fw_es4_device *es4);

#endif
