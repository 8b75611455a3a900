/* SPDX-License-Identifier: Apache-2.0 */
#include "base.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

const char base_text[] = "sandglass: 1\n"                                              /* 1 */
			 "name: CCD of NZSP-012\n"                                     /* 2 */
			 "institution: TUX\n"                                          /* 3 */
			 "operator: A. Student\n"                                      /* 4 */
			 "cell:\n"                                                     /* 5 */
			 "  name: NZSP-012\n"                                          /* 6 */
			 "  metal: Na\n"                                               /* 7 */
			 "  electrolyte: Na3.4Zr2Si2.4P0.6O12\n"                       /* 8 */
			 "  area_cm2: 0.8\n"                                           /* 9 */
			 "  thickness_mm: 1.8\n"                                       /* 10 */
			 "  pressure_mpa: 0.5\n"                                       /* 11 */
			 "  expected_resistance_ohm: 49.7\n"                           /* 12 */
			 "rig:\n"                                                      /* 13 */
			 "  name: bench 1\n"                                           /* 14 */
			 "  potentiostat: {family: emstat4, model: hr, port: \"serial:/dev/ttyACM0\", serial: ES4HR20B0009}\n"
			 "  chamber: {family: votsch, port: \"serial:/dev/ttyUSB0\", address: 3}\n" /* 16 */
			 "limits:\n"                                                   /* 17 */
			 "  voltage: 5 V\n"                                            /* 18 */
			 "  current: 20 mA\n"                                          /* 19 */
			 "  temperature: {min: 10 degC, max: 60 degC}\n"               /* 20 */
			 "  charge: 30 mAh/cm2\n"                                      /* 21 */
			 "  silence: 20 s\n"                                           /* 22 */
			 "temperature:\n"                                              /* 23 */
			 "  set: 25 degC\n"                                            /* 24 */
			 "  tolerance: 0.2 K\n"                                        /* 25 */
			 "  soak: 15 min\n"                                            /* 26 */
			 "  timeout: 3 h\n"                                            /* 27 */
			 "  excursion: 2 K\n"                                          /* 28 */
			 "  on_excursion: stop\n"                                      /* 29 */
			 "  at_end: off\n"                                             /* 30 */
			 "record: {interval: 2 s, folder: out}\n"                      /* 31 */
			 "on_hard_short: flag\n"                                       /* 32 */
			 "steps:\n"                                                    /* 33 */
			 "  - rest: 5 min\n"                                           /* 34 */
			 "  - ccd:\n"                                                  /* 35 */
			 "      from: 1.0 mA/cm2\n"                                    /* 36 */
			 "      to: 9.0 mA/cm2\n"                                      /* 37 */
			 "      increment: 1.0 mA/cm2\n"                               /* 38 */
			 "      half_step: 5 min\n"                                    /* 39 */
			 "      first: negative\n"                                     /* 40 */
			 "      rest: 30 s\n"                                          /* 41 */
			 "      ends_on: {voltage: 4 V, short: false}\n"               /* 42 */
			 "      interval: 500 ms\n"                                    /* 43 */
			 "  - cycle: {current: 1 mA/cm2, half_cycle: 5 mAh/cm2, count: 58}\n"        /* 44 */
			 "  - polarize: {current: 2 mA/cm2, direction: negative, duration: 10 h}\n"  /* 45 */
			 "  - temperature: {set: 50 degC, soak: 30 min}\n"             /* 46 */
			 "  - rest: {duration: 1 h, interval: 10 s}\n"                 /* 47 */
			 "on_reconnect: stop\n"                                        /* 48 */
			 "reconnect_within: 1 h\n";                                    /* 49 */

const char *base_with(const char *find, const char *replace)
{
	static char text[8192];
	const char *at = strstr(base_text, find);
	int length;

	if (!at)
		fail_msg("not in the base text: %s", find);
	length = snprintf(text, sizeof(text), "%.*s%s%s", (int)(at - base_text), base_text, replace,
			  at + strlen(find));
	assert_in_range(length, 1, sizeof(text) - 1);
	return text;
}

void base_read(const char *text, struct sg_experiment *out)
{
	static struct sg_diagnostics diagnostics;

	if (sg_experiment_read(out, "base.yaml", text, strlen(text), &diagnostics))
		fail_msg("refused: line %d column %d: %s", diagnostics.items[0].line, diagnostics.items[0].column,
			 diagnostics.items[0].text);
}
