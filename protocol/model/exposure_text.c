/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "model/exposure.h"

void sg_exposure_describe(const struct sg_exposure *e, enum sg_electrode electrode, struct sg_text *out)
{
	const struct sg_interval f = sg_exposure_fraction(e, electrode);
	const struct sg_material *material = &e->config.material;
	const char *letter = electrode == SG_ELECTRODE_B ? "B" : "A";

	if (isnan(f.low)) {
		sg_text_add(out, "use of the Sand-type diffusion limit, electrode %s: unknown, because time went by that nobody "
				 "witnessed, and what it left decays only as one over the square root of time", letter);
		return;
	}
	sg_text_add(out, "estimated use of the Sand-type diffusion limit, electrode %s: %.2f-%.2f (recovery assumption", letter,
		    f.low, f.high);
	if (e->flags & SG_EXPOSURE_CURRENT_UNKNOWN)
		sg_text_add(out, ", unknown current in gaps");
	if (e->flags & SG_EXPOSURE_TEMPERATURE_ASSUMED)
		sg_text_add(out, ", temperature unknown: %.0f degC give or take %.0f K", SG_EXPOSURE_ASSUMED_C,
			    SG_EXPOSURE_ASSUMED_K);
	if (e->flags & SG_EXPOSURE_TEMPERATURE_BEYOND)
		sg_text_add(out, ", in part at temperatures for which D is not known");
	if (e->config.diffusion_low < 1.0 || e->config.diffusion_high > 1.0)
		sg_text_add(out, ", D from %.3g to %.3g times", e->config.diffusion_low, e->config.diffusion_high);
	sg_text_add(out, "), %sD of %s from %s; an index of exposure and an upper bound on charge, not a prediction of a short",
		    f.low >= 1.0 ? "beyond the limit, " : f.high >= 1.0 ? "perhaps beyond the limit, " : "",
		    material->metal->name, material->source);
}
