/* SPDX-License-Identifier: Apache-2.0 */
/* sandglass calibration: what an instrument keeps inside to correct itself; shown, or one value after another written. */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "commands.h"
#include "core/units.h"
#include "host/clock.h"
#include "host/lockstep.h"
#include "registry.h"
#include "transport/faulty.h"

#define ATTACH_NS (10 * SG_NS_PER_S)
#define VERB_NS (10 * SG_NS_PER_S)
#define VALUES_MAX 16

struct arguments {
	const char *family;
	const char *model;
	const char *port;
	const char *serial;
	char *values[VALUES_MAX]; /* key=value */
	size_t value_count;
};

/* The instrument at hand, and what it needs around it. */
struct bench {
	struct sg_host_clock host;
	struct sg_lockstep *lockstep; /* or NULL */
	struct sg_clock *clock;
	const struct sg_family *family;
	struct sg_device *device;
};

static int usage(FILE *out, int status)
{
	fprintf(out, "usage: sandglass calibration --family FAMILY --port ADDRESS [--model MODEL] [--serial NUMBER] [KEY=VALUE ...]\n"
		     "Shows what the instrument has stored to correct itself. Each KEY=VALUE is written and read back, in this\n"
		     "order; without any nothing is written. The cell is switched off for it. Not while a test runs: the port\n"
		     "is then held, and this command refused. Families that store a calibration:\n");
	for (size_t i = 0; i < sg_registry_count(); i++) {
		if (sg_registry_at(i)->calibration)
			fprintf(out, "    %s\n", sg_registry_at(i)->name);
	}
	fprintf(out, "tdstat: offset_potential, offset_current (counts of the ADC), shunt_1 and on (factor), dac (self: the DAC\n"
		     "calibrates itself, half a second; or its two registers in twelve hexadecimal digits)\n");
	return status;
}

static bool take_option(struct arguments *a, const char *name, const char *value)
{
	static const char *const names[] = { "--family", "--model", "--port", "--serial" };
	const char **const places[] = { &a->family, &a->model, &a->port, &a->serial };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcmp(name, names[i]) == 0 && value && !*places[i]) {
			*places[i] = value;
			return true;
		}
	}
	return false;
}

static bool read_arguments(int argc, char **argv, struct arguments *a)
{
	memset(a, 0, sizeof(*a));
	for (int i = 1; i < argc; i++) {
		if (strncmp(argv[i], "--", 2) == 0) {
			if (!take_option(a, argv[i], i + 1 < argc ? argv[i + 1] : NULL)) {
				fprintf(stderr, "calibration: %s: no such option, given twice, or without its value\n", argv[i]);
				return false;
			}
			i++;
		} else if (!strchr(argv[i], '=') || a->value_count == VALUES_MAX) {
			fprintf(stderr, "calibration: \"%s\": expected KEY=VALUE, at most %d\n", argv[i], VALUES_MAX);
			return false;
		} else {
			a->values[a->value_count++] = argv[i];
		}
	}
	if (a->family && a->port)
		return true;
	fprintf(stderr, "calibration: which instrument? --family and --port are needed\n");
	return false;
}

/* ---- the instrument ---- */

static enum sg_err complain(const char *what, enum sg_err err, const char *why)
{
	fprintf(stderr, "calibration: %s: %s\n", what, why[0] ? why : sg_err_text(err));
	return err;
}

static enum sg_err open_clock(struct bench *b, const char *port, struct sg_text *why)
{
	char path[512];
	enum sg_err err;

	if (strncmp(sg_faulty_inner(port), "sim:", strlen("sim:")) != 0) {
		sg_host_clock_init(&b->host, 1.0);
		b->clock = &b->host.clock;
		return SG_OK;
	}
	snprintf(path, sizeof(path), "%s", sg_faulty_inner(port) + strlen("sim:"));
	path[strcspn(path, "#")] = '\0';
	err = sg_lockstep_open(path, why, &b->lockstep);
	if (!err)
		b->clock = sg_lockstep_clock(b->lockstep);
	return err;
}

static enum sg_err open_device(struct bench *b, const struct arguments *a, struct sg_text *why)
{
	const struct sg_device_config config = { .uri = a->port, .model = a->model, .serial = a->serial, .address = -1 };
	struct sg_transport *link;
	enum sg_err err = sg_transport_open(a->port, &b->family->line, b->clock, why, &link);

	if (err)
		return err;
	err = b->family->potentiostat->open(&config, link, b->clock, &b->device);
	if (err) {
		sg_text_add(why, "no such model, or an address of another kind than a %s has", b->family->title);
		sg_transport_close(link);
		b->device = NULL;
	}
	return err;
}

static void close_bench(struct bench *b)
{
	if (b->device)
		b->family->potentiostat->close(b->device);
	sg_lockstep_close(b->lockstep);
}

static int64_t within(struct bench *b, int64_t timeout_ns)
{
	return sg_clock_deadline(b->clock, timeout_ns);
}

/* Whoever names a serial number means that one: it is asked before anything is changed in it. */
static enum sg_err meet(struct bench *b, const struct arguments *a)
{
	const struct sg_potentiostat_ops *ops = b->family->potentiostat;
	struct sg_identity identity;
	enum sg_err err;

	if (a->serial && ops->peek) {
		err = ops->peek(b->device, &identity, within(b, ATTACH_NS));
		if (!err && strcmp(identity.serial, a->serial) != 0)
			return complain(a->port, SG_ERR_IDENTITY, "another serial number answers; it was only asked");
		if (err)
			return complain(a->port, err, sg_device_diag(b->device));
	}
	err = ops->attach(b->device, NULL, within(b, ATTACH_NS));
	if (!err)
		err = ops->identify(b->device, &identity, within(b, VERB_NS));
	if (err)
		return complain(a->port, err, sg_device_diag(b->device));
	printf("# %s %s%s%s on %s%s\n", b->family->title, identity.model, identity.serial[0] ? ", serial " : "",
	       identity.serial, a->port, identity.simulated ? "  ** SIMULATED **" : "");
	return SG_OK;
}

static enum sg_err write_values(struct bench *b, const struct arguments *a)
{
	for (size_t i = 0; i < a->value_count; i++) {
		char *equals = strchr(a->values[i], '=');
		enum sg_err err;

		*equals = '\0';
		err = b->family->calibration->write(b->device, a->values[i], equals + 1, within(b, VERB_NS));
		*equals = '=';
		if (err)
			return complain(a->values[i], err, sg_device_diag(b->device));
	}
	return SG_OK;
}

static enum sg_err show(struct bench *b)
{
	char storage[1024];
	struct sg_text text;
	enum sg_err err;

	sg_text_init(&text, storage, sizeof(storage));
	err = b->family->calibration->read(b->device, &text, within(b, VERB_NS));
	if (err)
		return complain("reading", err, sg_device_diag(b->device));
	fputs(text.data, stdout);
	return SG_OK;
}

/* Off at the end as at the beginning, and shown to be. */
static enum sg_err leave(struct bench *b)
{
	const enum sg_err err = b->family->potentiostat->safe_off(b->device, within(b, VERB_NS));

	if (err)
		fprintf(stderr, "calibration: THE CELL COULD NOT BE SHOWN TO BE OFF: %s (%s)\n", sg_device_diag(b->device),
			sg_err_text(err));
	return err;
}

static int work(struct bench *b, const struct arguments *a)
{
	enum sg_err err = meet(b, a);

	if (err)
		return SG_EXIT_FAILED;
	err = write_values(b, a);
	if (!err)
		err = show(b);
	if (leave(b))
		return SG_EXIT_UNSAFE;
	return err ? SG_EXIT_FAILED : SG_EXIT_OK;
}

/* Half a record is worse than a moment's patience: nothing here takes longer than some seconds. */
static void ignore_signals(void)
{
	signal(SIGINT, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	signal(SIGTSTP, SIG_IGN);
}

int sg_cmd_calibration(int argc, char **argv)
{
	struct bench b = { .lockstep = NULL };
	char storage[SG_DIAG_SIZE];
	struct arguments a;
	struct sg_text why;
	int status = SG_EXIT_FAILED;
	enum sg_err err;

	if (argc == 2 && strcmp(argv[1], "--help") == 0)
		return usage(stdout, SG_EXIT_OK);
	if (!read_arguments(argc, argv, &a))
		return usage(stderr, SG_EXIT_USAGE);
	b.family = sg_registry_find(a.family);
	if (!b.family || !b.family->calibration || !b.family->potentiostat) {
		fprintf(stderr, "calibration: \"%s\" is no family that stores one\n", a.family);
		return usage(stderr, SG_EXIT_USAGE);
	}
	sg_text_init(&why, storage, sizeof(storage));
	ignore_signals();
	err = open_clock(&b, a.port, &why);
	if (!err)
		err = open_device(&b, &a, &why);
	if (err)
		complain(a.port, err, why.data);
	else
		status = work(&b, &a);
	close_bench(&b);
	return status;
}
