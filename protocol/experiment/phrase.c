/* SPDX-License-Identifier: Apache-2.0 */
#include "experiment/phrase.h"

#include <math.h>
#include <stddef.h>
#include <stdio.h>

struct scale {
	double from; /* used for magnitudes of at least this */
	double unit;
	const char *name;
};

/* The first scale whose lower end is reached; the last one takes the rest. */
static char *say(double value, const struct scale *scales, size_t count, char out[SG_PHRASE_SIZE])
{
	/* A value that rounds up to the next scale belongs there: 1000 uA is 1 mA. */
	const double magnitude = fabs(value) * (1.0 + 5e-5);
	size_t i = 0;

	while (i + 1 < count && magnitude < scales[i].from)
		i++;
	snprintf(out, SG_PHRASE_SIZE, "%.4g %s", value / scales[i].unit, scales[i].name);
	return out;
}

/* Does "%.4g" say all of it, in plain digits? */
static int is_short(double value)
{
	const double scale = pow(10.0, 3.0 - floor(log10(value)));

	return value < 1e4 && fabs(value * scale - round(value * scale)) < 1e-6;
}

char *sg_phrase_duration(double duration_s, char out[SG_PHRASE_SIZE])
{
	/* Hours to the end: "571 h" is how cycling is spoken of. */
	static const struct scale scales[] = {
		{ 3600, 3600, "h" }, { 60, 60, "min" }, { 1, 1, "s" }, { 1e-3, 1e-3, "ms" }, { 0, 1e-6, "us" },
	};

	const size_t count = sizeof(scales) / sizeof(scales[0]);

	if (duration_s == 0.0) {
		snprintf(out, SG_PHRASE_SIZE, "0 s");
		return out;
	}
	/* The largest unit that needs no rounding: 100 s is not 1.667 min. */
	for (size_t i = 0; i + 1 < count; i++) {
		if (duration_s >= scales[i].from && is_short(duration_s / scales[i].unit))
			return say(duration_s, scales + i, 1, out);
	}
	return say(duration_s, scales, count, out);
}

char *sg_phrase_span(double duration_s, char out[SG_PHRASE_SIZE])
{
	double minutes = round(duration_s / 60.0);
	const double days = floor(minutes / 1440.0);
	double hours;

	if (minutes < 60.0)
		return sg_phrase_duration(duration_s, out);
	minutes -= days * 1440.0;
	hours = floor(minutes / 60.0);
	minutes -= hours * 60.0;
	if (days >= 1e6)
		snprintf(out, SG_PHRASE_SIZE, "%.4g d", days);
	else if (days > 0.0)
		snprintf(out, SG_PHRASE_SIZE, "%.0f d %.0f h %.0f min", days, hours, minutes);
	else
		snprintf(out, SG_PHRASE_SIZE, "%.0f h %.0f min", hours, minutes);
	return out;
}

char *sg_phrase_current(double current_a, char out[SG_PHRASE_SIZE])
{
	static const struct scale scales[] = {
		{ 1, 1, "A" }, { 1e-3, 1e-3, "mA" }, { 1e-6, 1e-6, "uA" }, { 0, 1e-9, "nA" },
	};

	if (current_a == 0.0) {
		snprintf(out, SG_PHRASE_SIZE, "0 A");
		return out;
	}
	return say(current_a, scales, sizeof(scales) / sizeof(scales[0]), out);
}

char *sg_phrase_bytes(double bytes, char out[SG_PHRASE_SIZE])
{
	static const struct scale scales[] = {
		{ 1e12, 1e12, "TB" }, { 1e9, 1e9, "GB" }, { 1e6, 1e6, "MB" }, { 1e3, 1e3, "kB" }, { 0, 1, "bytes" },
	};

	return say(bytes, scales, sizeof(scales) / sizeof(scales[0]), out);
}
