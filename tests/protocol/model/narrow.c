/* SPDX-License-Identifier: Apache-2.0 */
/* The memory of the metal once more, for processors without registers of four doubles, under other names. */
#define SG_NO_CLONES
#define sg_modes_weights narrow_modes_weights
#define sg_modes_forget narrow_modes_forget
#define sg_diffusion_init narrow_diffusion_init
#define sg_diffusion_advance narrow_diffusion_advance
#define sg_diffusion_advance_between narrow_diffusion_advance_between
#define sg_diffusion_ahead narrow_diffusion_ahead

#include "model/modes.c"

#undef ALL

#include "model/diffusion.c"
