/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * The electrode metal: how many atoms it holds and how fast they move.
 */
#ifndef FW_METAL_H
#define FW_METAL_H

#include "plant/cell.h"

#define FW_FARADAY_C_MOL 96485.33212

/** Atoms per volume, mol m-3. */
double fw_metal_concentration(enum fw_metal_kind kind, double temperature_k);

/** Self-diffusion coefficient, m2 s-1. */
double fw_metal_diffusion(enum fw_metal_kind kind, double temperature_k);

#endif
