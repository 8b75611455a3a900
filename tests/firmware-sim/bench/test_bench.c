/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bench/bench.h"
#include "bench/report.h"

#define SECOND_NS INT64_C(1000000000)

/* An instrument that says "t\n" every second and answers every byte b with "(b)" 0.1 s later. */
struct toy {
	struct fw_sink sink;
	int64_t tick_ns;
	int64_t answer_ns;
	char answer[64];
	size_t length;
};

static void *toy_create(const struct fw_setup *setup, int64_t now_ns, const char **why)
{
	struct toy *toy = calloc(1, sizeof(*toy));

	*why = "no toy";
	if (!toy)
		return NULL;
	toy->sink = setup->sink;
	toy->tick_ns = now_ns + SECOND_NS;
	toy->answer_ns = FW_NEVER;
	return toy;
}

static void toy_receive(void *firmware, const uint8_t *bytes, size_t length, int64_t now_ns)
{
	struct toy *toy = firmware;

	for (size_t i = 0; i < length && toy->length + 3 <= sizeof(toy->answer); i++) {
		toy->answer[toy->length++] = '(';
		toy->answer[toy->length++] = (char)bytes[i];
		toy->answer[toy->length++] = ')';
	}
	toy->answer_ns = now_ns + SECOND_NS / 10;
}

static int64_t toy_next_ns(const void *firmware)
{
	const struct toy *toy = firmware;

	return toy->answer_ns < toy->tick_ns ? toy->answer_ns : toy->tick_ns;
}

static void toy_run(void *firmware, int64_t now_ns)
{
	struct toy *toy = firmware;

	assert_true(now_ns == toy_next_ns(firmware));
	if (now_ns == toy->answer_ns) {
		toy->sink.send(toy->sink.ctx, toy->answer, toy->length);
		toy->length = 0;
		toy->answer_ns = FW_NEVER;
	} else {
		toy->sink.send(toy->sink.ctx, "t\n", 2);
		toy->tick_ns += SECOND_NS;
	}
}

static void toy_report(const void *firmware, FILE *out)
{
	(void)firmware;
	fprintf(out, "{\"toy\":true}");
}

static const struct fw_firmware toy_family = {
	.name = "toy", .help = "", .create = toy_create, .destroy = free, .receive = toy_receive,
	.next_ns = toy_next_ns, .run = toy_run, .report = toy_report,
};

/** What the host end of the cables has heard. */
struct host {
	char text[FW_INSTRUMENTS_MAX][4096];
	size_t length[FW_INSTRUMENTS_MAX];
	int64_t last_ns;
	unsigned pulls;
	unsigned plugs;
};

static bool deliver(void *ctx, unsigned index, int64_t now_ns, const uint8_t *bytes, size_t length)
{
	struct host *host = ctx;

	assert_true(now_ns >= host->last_ns);
	host->last_ns = now_ns;
	assert_true(host->length[index] + length < sizeof(host->text[index]));
	memcpy(host->text[index] + host->length[index], bytes, length);
	host->length[index] += length;
	return true;
}

static void pulled(void *ctx, unsigned index, int64_t now_ns)
{
	(void)index;
	(void)now_ns;
	((struct host *)ctx)->pulls++;
}

static void plugged(void *ctx, unsigned index, int64_t now_ns)
{
	(void)index;
	(void)now_ns;
	((struct host *)ctx)->plugs++;
}

struct set_up {
	struct fw_arguments arguments;
	struct fw_bench bench;
	struct host host;
};

static struct set_up *set_up(unsigned count)
{
	struct set_up *all = calloc(1, sizeof(*all));

	assert_non_null(all);
	all->arguments.seed = 3;
	all->arguments.count = count;
	fw_cell_options_default(&all->arguments.cell);
	fw_chamber_options_default(&all->arguments.chamber);
	for (unsigned i = 0; i < count; i++) {
		all->arguments.instruments[i].family = &toy_family;
		strcpy(all->arguments.instruments[i].name, i ? "toy-2" : "toy");
		fw_fault_options_default(&all->arguments.instruments[i].faults);
	}
	return all;
}

static void power(struct set_up *all)
{
	char why[200];

	if (!fw_bench_init(&all->bench, &all->arguments, why, sizeof(why)))
		fail_msg("%s", why);
	all->bench.host = (struct fw_bench_host){ &all->host, deliver, pulled, plugged, NULL };
}

static void tear_down(struct set_up *all)
{
	fw_bench_fini(&all->bench);
	free(all);
}

static void runs_events_in_order_up_to_the_time(void **state)
{
	struct set_up *all = set_up(2);

	(void)state;
	power(all);
	assert_true(fw_bench_next_ns(&all->bench) == SECOND_NS);
	assert_true(fw_bench_advance(&all->bench, 3 * SECOND_NS + 1, 0) == 3 * SECOND_NS + 1);
	assert_string_equal(all->host.text[0], "t\nt\nt\n");
	assert_string_equal(all->host.text[1], "t\nt\nt\n");
	tear_down(all);
}

static void stops_where_a_wanted_instrument_spoke(void **state)
{
	struct set_up *all = set_up(2);

	(void)state;
	power(all);
	fw_bench_advance(&all->bench, SECOND_NS / 2, 0);
	fw_bench_write(&all->bench, 1, (const uint8_t *)"a", 1);
	assert_true(fw_bench_advance(&all->bench, 9 * SECOND_NS, 1U << 1) == 6 * (SECOND_NS / 10));
	assert_string_equal(all->host.text[1], "(a)");
	assert_string_equal(all->host.text[0], "");
	tear_down(all);
}

static void duplicates_what_the_cable_carries_out(void **state)
{
	struct set_up *all = set_up(1);

	(void)state;
	all->arguments.instruments[0].faults.duplicate = 1.0;
	all->arguments.instruments[0].faults.direction = 1;
	power(all);
	fw_bench_write(&all->bench, 0, (const uint8_t *)"a", 1);
	fw_bench_advance(&all->bench, SECOND_NS / 2, 0);
	assert_string_equal(all->host.text[0], "(a)(a)");
	tear_down(all);
}

static void delays_what_the_host_says_by_the_rate_of_the_line(void **state)
{
	struct set_up *all = set_up(1);

	(void)state;
	all->arguments.instruments[0].faults.rate_bytes_s = 10.0;
	power(all);
	fw_bench_write(&all->bench, 0, (const uint8_t *)"a", 1);
	/* 0.1 s in, 0.1 s thinking, 0.3 s out. */
	assert_true(fw_bench_advance(&all->bench, SECOND_NS, 1) == SECOND_NS / 2);
	tear_down(all);
}

static void pulls_the_cable_and_plugs_it_in_again(void **state)
{
	struct set_up *all = set_up(1);

	(void)state;
	all->arguments.instruments[0].faults.hangup_at_s = 2.5;
	all->arguments.instruments[0].faults.return_s = 2.0;
	power(all);
	assert_true(fw_bench_advance(&all->bench, 2 * SECOND_NS, 0) == 2 * SECOND_NS);
	assert_true(fw_bench_advance(&all->bench, 9 * SECOND_NS, 1) == 5 * (SECOND_NS / 2));
	assert_int_equal(all->host.pulls, 1);
	fw_bench_write(&all->bench, 0, (const uint8_t *)"lost", 4);
	assert_true(fw_bench_advance(&all->bench, 4 * SECOND_NS, 1) == 4 * SECOND_NS);
	assert_string_equal(all->host.text[0], "t\nt\n");
	/* Opened while unplugged: told again. */
	fw_bench_opened(&all->bench, 0);
	fw_bench_advance(&all->bench, 4 * SECOND_NS + 1, 1);
	assert_int_equal(all->host.pulls, 2);
	fw_bench_advance(&all->bench, 6 * SECOND_NS, 0);
	assert_int_equal(all->host.plugs, 1);
	assert_string_equal(all->host.text[0], "t\nt\nt\nt\n");
	assert_int_equal(all->bench.instruments[0].pulls, 1);
	assert_int_equal(all->bench.instruments[0].unheard_bytes, 4);
	tear_down(all);
}

static void pulls_the_cable_by_chance(void **state)
{
	struct set_up *all = set_up(1);

	(void)state;
	all->arguments.instruments[0].faults.hangup = 1.0;
	power(all);
	assert_true(fw_bench_advance(&all->bench, 9 * SECOND_NS, 1) == SECOND_NS);
	assert_int_equal(all->host.pulls, 1);
	tear_down(all);
}

static void does_the_same_for_the_same_seed(void **state)
{
	struct set_up *runs[2];

	(void)state;
	for (int r = 0; r < 2; r++) {
		struct fw_fault_options *faults;

		runs[r] = set_up(2);
		faults = &runs[r]->arguments.instruments[0].faults;
		faults->drop = 0.2;
		faults->corrupt = 0.2;
		faults->truncate = 0.2;
		faults->delay = 0.2;
		power(runs[r]);
		for (int i = 0; i < 200; i++) {
			fw_bench_write(&runs[r]->bench, 0, (const uint8_t *)"xyz", 3);
			fw_bench_advance(&runs[r]->bench, i * (SECOND_NS / 3), (uint32_t)i & 3);
		}
	}
	assert_int_equal(runs[0]->host.length[0], runs[1]->host.length[0]);
	assert_memory_equal(runs[0]->host.text[0], runs[1]->host.text[0], runs[0]->host.length[0]);
	tear_down(runs[0]);
	tear_down(runs[1]);
}

static void reports_that_it_is_simulated(void **state)
{
	struct set_up *all = set_up(2);
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	(void)state;
	assert_non_null(out);
	power(all);
	fw_bench_advance(&all->bench, 60 * SECOND_NS, 0);
	fw_bench_settle(&all->bench);
	fw_report_write(&all->bench, out);
	fclose(out);
	assert_memory_equal(text, "{\"simulated\":true,\"seed\":3,\"now_s\":60,", 38);
	assert_non_null(strstr(text, "{\"name\":\"toy-2\",\"report\":{\"toy\":true},"));
	assert_non_null(strstr(text, "\"short_time_s\":null"));
	assert_non_null(strstr(text, "\"bytes\":120"));
	assert_null(strstr(text, "nan"));
	assert_null(strstr(text, "inf"));
	free(text);
	tear_down(all);
}

/** Everything that is heard in 100 s over a cable that spoils every third line. */
static void hear_spoilt(uint64_t seed, double fault_seed, char *text)
{
	struct set_up *all = set_up(1);

	all->arguments.seed = seed;
	all->arguments.instruments[0].faults.corrupt = 0.3;
	all->arguments.instruments[0].faults.seed = fault_seed;
	power(all);
	fw_bench_advance(&all->bench, 100 * SECOND_NS, 0);
	memcpy(text, all->host.text[0], 200);
	tear_down(all);
}

static void draws_faults_from_a_seed_of_their_own_if_they_have_one(void **state)
{
	char one[200], other[200];

	(void)state;
	hear_spoilt(3, 9, one);
	hear_spoilt(4, 9, other);
	assert_memory_equal(one, other, 200);
	hear_spoilt(3, 10, other);
	assert_memory_not_equal(one, other, 200);
	hear_spoilt(3, 0, one);
	hear_spoilt(4, 0, other);
	assert_memory_not_equal(one, other, 200);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(runs_events_in_order_up_to_the_time),
		cmocka_unit_test(stops_where_a_wanted_instrument_spoke),
		cmocka_unit_test(duplicates_what_the_cable_carries_out),
		cmocka_unit_test(delays_what_the_host_says_by_the_rate_of_the_line),
		cmocka_unit_test(pulls_the_cable_and_plugs_it_in_again),
		cmocka_unit_test(pulls_the_cable_by_chance),
		cmocka_unit_test(does_the_same_for_the_same_seed),
		cmocka_unit_test(draws_faults_from_a_seed_of_their_own_if_they_have_one),
		cmocka_unit_test(reports_that_it_is_simulated),
	};

	return cmocka_run_group_tests_name("bench", tests, NULL, NULL);
}
