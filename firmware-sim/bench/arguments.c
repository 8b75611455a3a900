/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/arguments.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/families.h"
#include "text/keys.h"

struct reader {
	struct fw_arguments *arguments;
	struct fw_instrument_arguments *section; /* NULL before the first instrument */
	char *why;
	size_t why_size;
};

struct option {
	const char *name;
	const char *value; /* what it takes, for --help; NULL: nothing */
	bool (*take)(struct reader *reader, const char *value);
	const char *help;
};

static bool wrong(struct reader *reader, const char *option, const char *value, const char *right)
{
	snprintf(reader->why, reader->why_size, "%s %s: %s", option, value, right);
	return false;
}

static bool take_keys(struct reader *reader, const char *option, const struct fw_key *keys,
		      size_t count, const char *value, void *object)
{
	char detail[300];

	if (fw_keys_parse(keys, count, value, object, detail, sizeof(detail)))
		return true;
	snprintf(reader->why, reader->why_size, "%s: %s", option, detail);
	return false;
}

static bool take_help(struct reader *reader, const char *value)
{
	(void)value;
	reader->arguments->help = true;
	return true;
}

static bool take_once(struct reader *reader, const char *value)
{
	(void)value;
	reader->arguments->once = true;
	return true;
}

static bool take_lockstep(struct reader *reader, const char *value)
{
	reader->arguments->lockstep = value;
	return true;
}

static bool take_report(struct reader *reader, const char *value)
{
	reader->arguments->report = value;
	return true;
}

static bool take_seed(struct reader *reader, const char *value)
{
	char *end;

	errno = 0;
	reader->arguments->seed = strtoull(value, &end, 10);
	if (end == value || *end || *value == '-' || errno)
		return wrong(reader, "--seed", value, "a whole number from 0 on is wanted");
	return true;
}

static bool take_speed(struct reader *reader, const char *value)
{
	char *end;

	reader->arguments->speed = strtod(value, &end);
	if (end == value || *end || !(reader->arguments->speed >= 0.001) ||
	    !(reader->arguments->speed <= 1e6))
		return wrong(reader, "--speed", value, "a number from 0.001 to 1e6 is wanted");
	return true;
}

static bool take_ready_fd(struct reader *reader, const char *value)
{
	char *end;
	long fd = strtol(value, &end, 10);

	if (end == value || *end || fd < 0 || fd > 65535)
		return wrong(reader, "--ready-fd", value, "the number of an open file is wanted");
	reader->arguments->ready_fd = (int)fd;
	return true;
}

static bool take_cell(struct reader *reader, const char *value)
{
	size_t count;
	const struct fw_key *keys = fw_cell_keys(&count);

	return take_keys(reader, "--cell", keys, count, value, &reader->arguments->cell);
}

static bool take_chamber(struct reader *reader, const char *value)
{
	size_t count;
	const struct fw_key *keys = fw_chamber_keys(&count);

	return take_keys(reader, "--chamber", keys, count, value, &reader->arguments->chamber);
}

static bool take_port(struct reader *reader, const char *value)
{
	reader->section->port = value;
	return true;
}

static bool take_model(struct reader *reader, const char *value)
{
	reader->section->model = value;
	return true;
}

static bool take_serial(struct reader *reader, const char *value)
{
	reader->section->serial_number = value;
	return true;
}

static bool take_options(struct reader *reader, const char *value)
{
	reader->section->options = value;
	return true;
}

static bool take_faults(struct reader *reader, const char *value)
{
	size_t count;
	const struct fw_key *keys = fw_fault_keys(&count);

	return take_keys(reader, "--faults", keys, count, value, &reader->section->faults);
}

static bool take_afe(struct reader *reader, const char *value)
{
	size_t count;
	const struct fw_key *keys = fw_afe_keys(&count);

	return take_keys(reader, "--afe", keys, count, value, &reader->section->afe);
}

static const struct option bench_options[] = {
	{ "--lockstep", "PATH", take_lockstep,
	  "Unix socket at which a host moves the clock; instruments are its ports.\n"
	  "      Default: none, time runs by itself and every instrument needs a --port" },
	{ "--once", NULL, take_once, "exit when the lockstep host leaves; default: wait for another" },
	{ "--seed", "N", take_seed,
	  "of all chance: the cell's fate, noise, doors, faults. The same seed and the same bytes at\n"
	  "      the same virtual times give the same answers; a whole number from 0 on, default 1" },
	{ "--speed", "N", take_speed,
	  "how many seconds pass in one, without --lockstep; 0.001 .. 1e6, default 1" },
	{ "--cell", "K=V,...", take_cell, "what every potentiostat's leads are clipped to:" },
	{ "--chamber", "K=V,...", take_chamber, "the chamber around the cells:" },
	{ "--report", "FILE", take_report, "write the truth there as JSON at exit; default: not" },
	{ "--ready-fd", "N", take_ready_fd,
	  "say \"ready\" there once the ports are open; default: standard output" },
	{ "--help", NULL, take_help, "this text" },
	{ NULL, NULL, NULL, NULL },
};

static const struct option section_options[] = {
	{ "--port", "URI", take_port,
	  "pty:/path (a link there, or pty: alone), tcp:port (on 127.0.0.1; 0: any free),\n"
	  "      tcp:host:port; as root on a machine with USB gadget support gadget:NAME[@UDC]\n"
	  "      (USB packets) or acm:NAME[@UDC] (a serial port on USB), UDC being a device port\n"
	  "      from /sys/class/udc, by default the first free one. Default: a port of --lockstep named like the family, the second\n"
	  "      one of a family with \"-2\"" },
	{ "--model", "NAME", take_model, "variant within the family; default: see below" },
	{ "--serial", "TEXT", take_serial, "serial number; default: the family's" },
	{ "--options", "K=V,...", take_options, "of the family; see below" },
	{ "--afe", "K=V,...", take_afe, "what a potentiostat's front end suffers; default: nothing" },
	{ "--faults", "K=V,...", take_faults,
	  "what its cable suffers; default: nothing. A chunk is what one side hands over at once:\n"
	  "      a line of the instrument, one write of the host" },
	{ NULL, NULL, NULL, NULL },
};

static const struct option *find(const struct option *options, const char *name)
{
	for (; options->name; options++) {
		if (!strcmp(options->name, name))
			return options;
	}
	return NULL;
}

static bool unknown(struct reader *reader, const char *word)
{
	const char *words[64];
	const char *near;
	size_t n = 0;

	for (size_t i = 0; bench_options[i].name; i++)
		words[n++] = bench_options[i].name;
	for (size_t i = 0; section_options[i].name; i++)
		words[n++] = section_options[i].name;
	for (size_t i = 0; fw_family(i) && n < 63; i++)
		words[n++] = fw_family(i)->name;
	words[n] = NULL;
	near = fw_nearest_word(word, words);
	snprintf(reader->why, reader->why_size, "\"%s\" is neither an option nor an instrument%s%s%s",
		 word, near ? "; did you mean \"" : "; --help lists them", near ? near : "",
		 near ? "\"?" : "");
	return false;
}

static bool begin_section(struct reader *reader, const struct fw_firmware *family)
{
	struct fw_arguments *arguments = reader->arguments;
	struct fw_instrument_arguments *section;
	unsigned same = 1;

	if (arguments->count == FW_INSTRUMENTS_MAX) {
		snprintf(reader->why, reader->why_size, "at most %d instruments fit on the bench",
			 FW_INSTRUMENTS_MAX);
		return false;
	}
	for (unsigned i = 0; i < arguments->count; i++)
		same += arguments->instruments[i].family == family;
	section = &arguments->instruments[arguments->count++];
	memset(section, 0, sizeof(*section));
	section->family = family;
	if (same == 1)
		snprintf(section->name, sizeof(section->name), "%s", family->name);
	else
		snprintf(section->name, sizeof(section->name), "%.30s-%u", family->name, same);
	fw_fault_options_default(&section->faults);
	fw_afe_options_default(&section->afe);
	reader->section = section;
	return true;
}

static bool check_whole(struct reader *reader)
{
	const struct fw_arguments *arguments = reader->arguments;

	if (arguments->help)
		return true;
	if (!arguments->count) {
		snprintf(reader->why, reader->why_size,
			 "no instrument is named; for example: firmware-sim %s --port pty:/run/x",
			 fw_family(0) ? fw_family(0)->name : "NAME");
		return false;
	}
	for (unsigned i = 0; i < arguments->count; i++) {
		const struct fw_instrument_arguments *section = &arguments->instruments[i];

		if (!arguments->lockstep == !section->port) {
			snprintf(reader->why, reader->why_size, "%s %s", section->name,
				 section->port ? "has a --port, and --lockstep was given: its clock "
						 "cannot serve both; leave one of them out"
					       : "has no --port, and there is no --lockstep");
			return false;
		}
	}
	return true;
}

bool fw_arguments_parse(struct fw_arguments *arguments, int argc, char *const *argv, char *why,
			size_t why_size)
{
	struct reader reader = { arguments, NULL, why, why_size };

	memset(arguments, 0, sizeof(*arguments));
	arguments->seed = 1;
	arguments->speed = 1.0;
	arguments->ready_fd = -1;
	fw_cell_options_default(&arguments->cell);
	fw_chamber_options_default(&arguments->chamber);
	for (int i = 1; i < argc; i++) {
		const struct fw_firmware *family = fw_family_named(argv[i]);
		const struct option *option = find(bench_options, argv[i]);
		const struct option *own = find(section_options, argv[i]);

		if (family) {
			if (!begin_section(&reader, family))
				return false;
			continue;
		}
		if (!option && !own)
			return unknown(&reader, argv[i]);
		if (!option && !reader.section)
			return wrong(&reader, argv[i], "", "name the instrument before its options");
		if (!option)
			option = own;
		if (option->value && i + 1 >= argc)
			return wrong(&reader, argv[i], "", "something is wanted behind it");
		if (!option->take(&reader, option->value ? argv[++i] : NULL))
			return false;
	}
	return check_whole(&reader);
}

static void help_options(const struct option *options, FILE *out)
{
	size_t count;
	const struct fw_key *keys;

	for (; options->name; options++) {
		fprintf(out, "  %s%s%s\n      %s\n", options->name, options->value ? " " : "",
			options->value ? options->value : "", options->help);
		keys = NULL;
		if (options->take == take_cell)
			keys = fw_cell_keys(&count);
		if (options->take == take_chamber)
			keys = fw_chamber_keys(&count);
		if (options->take == take_faults)
			keys = fw_fault_keys(&count);
		if (options->take == take_afe)
			keys = fw_afe_keys(&count);
		if (keys)
			fw_keys_help(keys, count, out);
	}
}

void fw_arguments_help(FILE *out)
{
	fprintf(out, "firmware-sim: simulated instruments, a simulated cell and a simulated chamber.\n"
		     "Nothing here is a measurement.\n\n"
		     "firmware-sim [bench options] INSTRUMENT [its options] [INSTRUMENT ...]\n\n"
		     "Bench options, anywhere:\n");
	help_options(bench_options, out);
	fprintf(out, "\nOptions of an instrument, behind its name:\n");
	help_options(section_options, out);
	fprintf(out, "\nInstruments:\n");
	for (size_t i = 0; fw_family(i); i++)
		fprintf(out, "  %s\n%s\n\n", fw_family(i)->name, fw_family(i)->help);
}
