/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes to the simulated EmStat4: its line reader, its script parser and its interpreter. Whatever it was told,
 * it says whole lines, and still answers an abort and its version.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "fake_bench.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(int condition)
{
	if (!condition)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct fake_bench bench;

	if (size > 4096)
		return 0;
	bench_start(&bench, size && data[0] & 1 ? "lr" : "hr", "");
	bench_send_bytes(&bench, data, size);
	bench_run(&bench, 300 * MS);
	/* It echoes the first byte of a line whatever it is, but a line is always ended. */
	check(bench.said_length == 0 || bench.said[bench.said_length - 1] == '\n');
	/* An empty line ends a script that was being loaded; then an abort; errors make it deaf for a while. */
	bench_send(&bench, "\n\n");
	bench_run(&bench, 300 * MS);
	bench_send(&bench, "Z\n");
	bench_run(&bench, 300 * MS);
	bench_send(&bench, "Z\n");
	bench_run(&bench, 300 * MS);
	bench_forget(&bench);
	bench_send(&bench, "t\n");
	bench_run(&bench, 300 * MS);
	check(strstr(bench.said, "tes4_") != NULL);
	bench_stop(&bench);
	return 0;
}
