/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * A bench small enough to reason about: one simulated EmStat4 on a resistor in series with a
 * voltage source, a clock that only the test moves, and everything it said.
 */
#ifndef FAKE_BENCH_H
#define FAKE_BENCH_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "firmware/firmware.h"

/** The cell: voltage = source_v + resistance_ohm * current. */
struct fw_cell {
	double resistance_ohm;
	double source_v;
	bool open;
	double current_a;
	int64_t now_ns;
	unsigned long advances;
};

struct fake_bench {
	const struct fw_firmware *family;
	void *firmware;
	struct fw_cell cell;
	int64_t now_ns;
	char said[1 << 16]; /**< since the last bench_forget(), terminated */
	size_t said_length;
	int64_t said_ns; /**< when it last said something */
};

#define MS INT64_C(1000000)
#define S  INT64_C(1000000000)

/** Power up; fails the test if it does not. 1 kohm, no source. */
void bench_start(struct fake_bench *bench, const char *model, const char *options);
void bench_stop(struct fake_bench *bench);

/** Bytes from the host, now. */
void bench_send(struct fake_bench *bench, const char *text);
void bench_send_bytes(struct fake_bench *bench, const void *bytes, size_t length);

/** Let time pass. */
void bench_run(struct fake_bench *bench, int64_t for_ns);

void bench_forget(struct fake_bench *bench);

/** Send, let 30 ms pass and return what was said meanwhile. */
const char *bench_ask(struct fake_bench *bench, const char *text);

/** How often a text occurs in what was said. */
size_t bench_count(const struct fake_bench *bench, const char *text);

/** The n-th line (from 0) said that begins with a text; fails the test if there is none. */
const char *bench_line(const struct fake_bench *bench, const char *start, size_t n);

/** Value of the n-th variable (from 0) of a package line, read independently of the firmware. */
double package_value(const char *line, size_t n);
/** Its metadata of one kind: 1 status, 2 range; -1 if it has none. */
int package_field(const char *line, size_t n, char kind);

/** Doubles, not floats: cmocka 1.1 compares in single precision. */
void assert_close(double is, double wanted, double within);

/** Set-up of a galvanostat, cell on, no current yet. */
#define CP_SETUP \
	"var p\nvar c\nvar t\nset_pgstat_chan 0\nset_pgstat_mode 6\nset_max_bandwidth 60\n" \
	"set_range ab 1\nset_range db 10m\nset_autoranging db 10m 10m\n" \
	"set_acquisition_frac_autoadjust 50\nset_i 0\ncell_on\ntimer_start\n"
#define PACKAGE "timer_get t\npck_start\npck_add t\npck_add c\npck_add p\npck_end\n"

#endif
