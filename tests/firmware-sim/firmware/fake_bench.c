/* SPDX-License-Identifier: Apache-2.0 */
#include "fake_bench.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "firmware/emstat4.h"
#include "plant/cell.h"

void fw_cell_advance(struct fw_cell *cell, int64_t now_ns)
{
	assert_true(now_ns >= cell->now_ns);
	cell->now_ns = now_ns;
	cell->advances++;
}

void fw_cell_open_circuit(struct fw_cell *cell)
{
	cell->open = true;
	cell->current_a = 0.0;
}

void fw_cell_set_current(struct fw_cell *cell, double current_a)
{
	cell->open = false;
	cell->current_a = current_a;
}

double fw_cell_voltage(const struct fw_cell *cell)
{
	return cell->source_v + cell->resistance_ohm * cell->current_a;
}

double fw_cell_current_at(const struct fw_cell *cell, double voltage_v)
{
	return (voltage_v - cell->source_v) / cell->resistance_ohm;
}

double fw_cell_current(const struct fw_cell *cell)
{
	return cell->current_a;
}

static void hear(void *ctx, const void *bytes, size_t length)
{
	struct fake_bench *bench = ctx;

	/* enough for every test that looks at the text; the longest only count bytes */
	if (bench->said_length + length >= sizeof(bench->said))
		length = sizeof(bench->said) - 1 - bench->said_length;
	memcpy(bench->said + bench->said_length, bytes, length);
	bench->said_length += length;
	bench->said[bench->said_length] = '\0';
	bench->said_ns = bench->now_ns;
}

void bench_start(struct fake_bench *bench, const char *model, const char *options)
{
	const char *why = "no reason given";
	struct fw_setup setup = {
		.model = model,
		.options = options,
		.seed = 7,
		.cell = &bench->cell,
		.sink = {.ctx = bench, .send = hear},
	};

	memset(bench, 0, sizeof(*bench));
	bench->cell.resistance_ohm = 1000.0;
	bench->family = &fw_emstat4;
	bench->firmware = bench->family->create(&setup, 0, &why);
	if (!bench->firmware)
		fail_msg("no power: %s", why);
}

void bench_stop(struct fake_bench *bench)
{
	bench->family->destroy(bench->firmware);
}

void bench_send_bytes(struct fake_bench *bench, const void *bytes, size_t length)
{
	bench->family->receive(bench->firmware, bytes, length, bench->now_ns);
}

void bench_send(struct fake_bench *bench, const char *text)
{
	bench_send_bytes(bench, text, strlen(text));
}

void bench_run(struct fake_bench *bench, int64_t for_ns)
{
	int64_t until_ns = bench->now_ns + for_ns;
	int64_t next_ns;

	while ((next_ns = bench->family->next_ns(bench->firmware)) <= until_ns) {
		assert_true(next_ns >= bench->now_ns);
		bench->now_ns = next_ns;
		bench->family->run(bench->firmware, next_ns);
	}
	bench->now_ns = until_ns;
}

void bench_forget(struct fake_bench *bench)
{
	bench->said_length = 0;
	bench->said[0] = '\0';
}

const char *bench_ask(struct fake_bench *bench, const char *text)
{
	bench_forget(bench);
	bench_send(bench, text);
	bench_run(bench, 30 * MS);
	return bench->said;
}

size_t bench_count(const struct fake_bench *bench, const char *text)
{
	size_t count = 0;

	for (const char *at = bench->said; (at = strstr(at, text)); at++)
		count++;
	return count;
}

const char *bench_line(const struct fake_bench *bench, const char *start, size_t n)
{
	const char *line = bench->said;

	while (line && *line) {
		if (strncmp(line, start, strlen(start)) == 0 && n-- == 0)
			return line;
		line = strchr(line, '\n');
		line = line ? line + 1 : NULL;
	}
	fail_msg("no line \"%s\" in:\n%s", start, bench->said);
	return NULL;
}

static const char *package_variable(const char *line, size_t n)
{
	const char *at = line + 1;

	while (n--) {
		at += strcspn(at, ";\n");
		if (*at != ';')
			fail_msg("too few variables: %s", line);
		at++;
	}
	return at;
}

double package_value(const char *line, size_t n)
{
	static const char letters[] = "afpnum kMGTPE";
	const char *at = package_variable(line, n);
	char digits[8] = {0};
	double mantissa;

	if (memcmp(at + 2, "     nan", 8) == 0)
		return NAN;
	memcpy(digits, at + 2, 7);
	mantissa = (double)(strtol(digits, NULL, 16) - 0x8000000);
	if (at[9] == 'i')
		return mantissa;
	assert_non_null(strchr(letters, at[9]));
	return mantissa * pow(10.0, 3.0 * (double)(strchr(letters, at[9]) - letters) - 18.0);
}

int package_field(const char *line, size_t n, char kind)
{
	const char *at = package_variable(line, n) + 10;

	for (; *at == ','; at += strcspn(at + 1, ",;\n") + 1)
		if (at[1] == kind)
			return (int)strtol(at + 2, NULL, 16);
	return -1;
}

void assert_close(double is, double wanted, double within)
{
	if (!(fabs(is - wanted) <= within))
		fail_msg("%.12g is not %.12g within %g", is, wanted, within);
}
