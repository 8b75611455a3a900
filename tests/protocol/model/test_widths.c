/* SPDX-License-Identifier: Apache-2.0 */
/* Whichever registers the processor has: the same bits. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "model/diffusion.h"

void narrow_diffusion_init(struct sg_diffusion *d, double slowest_1_s, double trifle);
void narrow_diffusion_advance(struct sg_diffusion *d, double interval_s, double flux);
void narrow_diffusion_advance_between(struct sg_diffusion *d, double interval_s, double lowest, double highest);
double narrow_diffusion_ahead(const struct sg_diffusion *d, enum sg_recovery recovery, double interval_s, double flux);

static double chance(uint64_t *state)
{
	*state = *state * 6364136223846793005u + 1442695040888963407u;
	return (double)(*state >> 11) / 9007199254740992.0;
}

static void run_both(double slowest_1_s)
{
	static struct sg_diffusion wide, narrow;
	uint64_t state = 1;

	memset(&wide, 0, sizeof(wide));
	memset(&narrow, 0, sizeof(narrow));
	sg_diffusion_init(&wide, slowest_1_s, 1e-9);
	narrow_diffusion_init(&narrow, slowest_1_s, 1e-9);
	for (int i = 0; i < 20000; i++) {
		const double interval_s = 0.001 + 60.0 * chance(&state) * chance(&state);
		const double flux = (i / 400 % 2 ? -1e-3 : 1e-3) * (1.0 + chance(&state));

		if (i % 997 == 0) {
			sg_diffusion_advance_between(&wide, 100.0 * interval_s, -flux, flux);
			narrow_diffusion_advance_between(&narrow, 100.0 * interval_s, -flux, flux);
		}
		sg_diffusion_advance(&wide, interval_s, flux);
		narrow_diffusion_advance(&narrow, interval_s, flux);
		if (memcmp(&wide, &narrow, sizeof(wide)) != 0)
			fail_msg("other bits from sample %d on", i);
		if (sg_diffusion_ahead(&wide, SG_RECOVERY_ONE_SIDED_B, 3600.0, flux) !=
		    narrow_diffusion_ahead(&narrow, SG_RECOVERY_ONE_SIDED_B, 3600.0, flux))
			fail_msg("another outlook at sample %d", i);
	}
}

static void thick_metal_has_the_same_bits(void **state)
{
	(void)state;
	run_both(0.0);
}

static void thin_metal_has_the_same_bits(void **state)
{
	(void)state;
	run_both(6.4e-5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(thick_metal_has_the_same_bits),
		cmocka_unit_test(thin_metal_has_the_same_bits),
	};

#ifdef __x86_64__
	if (!__builtin_cpu_supports("avx2")) {
		printf("this processor has no registers of four doubles: nothing to compare\n");
		return 77;
	}
#endif
	return cmocka_run_group_tests(tests, NULL, NULL);
}
