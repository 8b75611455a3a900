/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * What stands behind `@` in a .transcript, for every family of a kind alike. A new family brings only
 * its conversations. D is a deadline from now on.
 *
 * Potentiostats:
 *     open [MODEL [SERIAL]]      what is configured; any other first word opens without
 *     attach D, identify D, stop D, safe_off D, next D
 *     start one|pair|rest|mixed D (in a range of 10 mA), one20|pair20 (of 20 mA), small (of 200 uA)
 *     peek D, where the family has it
 *     calibration D, calibrate KEY=VALUE D, where the family keeps one: what is stored, on one line; store one value
 *     part                       the link is lost: "none", "off", "reading" or "current" is left behind
 *     return D                   attach by a host whose link was lost: "ran", "off" or "unknown" while it was
 *   come to "ok", the name of an error, or what a report says: "started 0",
 *   "sample 0 1 s 0.1 V 0.0008332 A gap", "ended 0 duration", "over duration off". The time of a sample is the
 *   instrument's, or where it has none that of the answer, from start() on.
 *
 * Chambers:
 *     open [MODEL [ADDRESS [SERIAL]]]
 *     attach D, identify D, stop D, read D, alarm D
 *     set DEGREES D
 *   come to "ok", the name of an error, or what was told: "set 25.0 actual 24.9 running alarm",
 *   "votsch vt4002", the alarm's text in quotes.
 */
#ifndef TESTS_DRIVER_INSTRUMENT_CONVERSATIONS_H
#define TESTS_DRIVER_INSTRUMENT_CONVERSATIONS_H

#include <stddef.h>
#include <stdint.h>

#include "device.h"

struct sg_clock;

/* The device at hand, and the words of one verb. */
struct conversation {
	struct sg_transport *link;
	struct sg_clock *clock;
	struct sg_device *device;
	int64_t start_ns; /* when the latest start() returned */
	enum sg_trace trace; /* what was left behind when the link was lost */
};

struct words {
	char name[16];
	char a[64];
	char b[64];
	char c[64];
};

/* Say in outcome what a verb told; leave it empty where its error says all. NOT_FOUND: no such verb. */
enum sg_err play_potentiostat(struct conversation *c, const struct words *words, int64_t deadline_ns, char *outcome,
			      size_t size);
enum sg_err play_chamber(struct conversation *c, const struct words *words, int64_t deadline_ns, char *outcome,
			 size_t size);

#endif
