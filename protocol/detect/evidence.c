/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/evidence.h"

#include <math.h>
#include <stdio.h>

const char *sg_evidence_say(const struct sg_detector *d, char text[SG_EVIDENCE_SIZE])
{
	char fraction[16] = "unknown", temperature[16] = "T unknown";

	if (!isnan(d->limit_fraction))
		snprintf(fraction, sizeof(fraction), "%.2f", fmin(d->limit_fraction, 999.0));
	if (!isnan(d->temperature_c))
		snprintf(temperature, sizeof(temperature), "%.1f degC", fmax(fmin(d->temperature_c, 9999.0), -999.0));
	snprintf(text, SG_EVIDENCE_SIZE, "f %s, %s", fraction, temperature);
	return text;
}
