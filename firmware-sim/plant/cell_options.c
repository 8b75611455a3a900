/* SPDX-License-Identifier: Apache-2.0 */
#include <stddef.h>

#include "plant/cell.h"
#include "text/keys.h"

static const char *const metals[] = { "na", "li", NULL };
static const char *const short_modes[] = { "exposure", "never", "at", NULL };

#define NUMBER(key, member, unit, low, high, usual, scale, words)                                  \
	{ key, FW_KEY_NUMBER, offsetof(struct fw_cell_options, member), unit, low, high, usual,    \
	  scale, NULL, NULL, words }
#define CHOICE(key, member, list, words)                                                           \
	{ key, FW_KEY_CHOICE, offsetof(struct fw_cell_options, member), "", 0, 0, 0, 1, list,      \
	  NULL, words }

/*
 * Source: Tsai, Lan et al. 2020, Table 1 and text: 10.4, 35.3 and 4.0 ohm on a disc of 10.3 mm and
 * 1.8 mm at 25 C; sodium electrodes of 0.5-1 mm; conduction 0.33-0.40 eV.
 * Assumed: every capacitance. Bulk: relative permittivity 20. Grain boundary: peak near 200 kHz.
 * Interface: about 50 uF cm-2. An impedance spectrum up to 10 MHz would settle all three.
 */
static const struct fw_key keys[] = {
	NUMBER("area_cm2", area_m2, "cm2", 1e-3, 1e3, 0.83323, 1e-4,
	       "electrode area; resistances scale with it"),
	NUMBER("thickness_mm", thickness_m, "mm", 1e-2, 1e2, 1.8, 1e-3,
	       "of the ceramic; bulk and grain boundary scale with it"),
	NUMBER("bulk_ohm", bulk_ohm, "ohm", 1e-3, 1e6, 10.4, 1,
	       "bulk at 25 C, for 0.83323 cm2 and 1.8 mm"),
	NUMBER("grain_ohm", grain_ohm, "ohm", 1e-3, 1e6, 35.3, 1, "grain boundaries, likewise"),
	NUMBER("interface_ohm", interface_ohm, "ohm", 1e-3, 1e6, 4.0, 1,
	       "both metal interfaces together, likewise"),
	NUMBER("bulk_nf", bulk_f, "nF", 0, 1, 0.0082, 1e-9,
	       "of the bulk; shorter than a nanosecond with bulk_ohm, so it shows in no voltage"),
	NUMBER("grain_nf", grain_f, "nF", 1e-3, 1e9, 22, 1e-9, "of the grain boundaries"),
	NUMBER("interface_uf", interface_f, "uF", 1e-3, 1e9, 40, 1e-6, "of each interface"),
	NUMBER("slow_ohm", slow_ohm, "ohm", 0, 1e6, 0, 1,
	       "slow polarization in series, 0 for none"),
	NUMBER("slow_s", slow_s, "s", 1e-3, 1e6, 30, 1, "its time constant"),
	NUMBER("ceramic_ev", ceramic_ev, "eV", 0, 2, 0.36, 1,
	       "activation energy of bulk and grain boundaries"),
	NUMBER("interface_ev", interface_ev, "eV", 0, 2, 0.40, 1,
	       "activation energy of the interfaces"),
	CHOICE("metal", metal, metals, "of both electrodes"),
	NUMBER("metal_um", metal_m, "um", 100, 1e5, 500, 1e-6, "thickness of each electrode"),
	NUMBER("diffusion_cm2_s", diffusion_m2_s, "cm2/s", 0, 1e-3, 0, 1e-4,
	       "self-diffusion at 25 C; 0: the metal's own (Na 5.87e-9, Li 5.2e-11)"),
	CHOICE("short", short_mode, short_modes,
	       "when a filament shorts the cell: by exposure to depletion, never, or at short_at_s"),
	NUMBER("short_at_s", short_at_s, "s", 0, 1e9, 0, 1, "moment of the short with short=at"),
	NUMBER("short_min_ma_cm2", short_min_a_m2, "mA/cm2", 0, 1e3, 1.5, 10,
	       "no filament grows below this current density"),
	NUMBER("short_ohm", short_ohm, "ohm", 0, 1e6, 0, 1,
	       "of the grown filament; 0: drawn from 0.7 .. 1.2"),
	NUMBER("ageing_onset_h", ageing_onset_s, "h", 0, 1e6, 0, 3600,
	       "hours under current after which contact is lost; 0: never"),
	NUMBER("ageing_tau_h", ageing_tau_s, "h", 1e-3, 1e6, 35, 3600,
	       "time in which the contact area then falls to 37 %"),
	NUMBER("ageing_contact_min", ageing_contact_min, "", 0, 1, 0, 1,
	       "fraction of the contact that ageing never takes"),
	NUMBER("thermal_s", thermal_s, "s", 0.1, 1e6, 600, 1, "lag of the cell behind its air"),
	NUMBER("temperature_k", temperature_k, "K", 200, 370, 298.15, 1,
	       "at the start, and for good where no chamber surrounds it"),
};

const struct fw_key *fw_cell_keys(size_t *count)
{
	*count = sizeof(keys) / sizeof(*keys);
	return keys;
}

void fw_cell_options_default(struct fw_cell_options *options)
{
	fw_keys_default(keys, sizeof(keys) / sizeof(*keys), options);
}
