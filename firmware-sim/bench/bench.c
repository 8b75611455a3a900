/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/bench.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "plant/random.h"

/* Neighbouring seeds of one bench must not meet those of the next. */
#define SEED_STEP UINT64_C(0x9E3779B97F4A7C15)

/* Events at one instant beyond this are a firmware that never goes to sleep. */
#define INSTANT_EVENTS_MAX 1000000

enum purpose {
	PURPOSE_CHAMBER,
	PURPOSE_FIRMWARE,
	PURPOSE_TO_HOST,
	PURPOSE_TO_INSTRUMENT,
	PURPOSES,
};

static uint64_t seed_for(uint64_t seed, unsigned index, enum purpose purpose)
{
	struct fw_random random;

	fw_random_seed(&random, seed + SEED_STEP * (1 + index * PURPOSES + (unsigned)purpose));
	return fw_random_next(&random);
}

static void send(void *ctx, const void *bytes, size_t length)
{
	struct fw_instrument *instrument = ctx;

	fw_line_push(instrument->to_host, bytes, length, instrument->bench->now_ns);
}

static void halt(void *ctx)
{
	struct fw_instrument *instrument = ctx;
	struct fw_bench *bench = instrument->bench;

	if (bench->host.halted)
		bench->host.halted(bench->host.ctx, (unsigned)(instrument - bench->instruments));
}

static bool power_up(struct fw_bench *bench, unsigned index, char *why, size_t why_size)
{
	const struct fw_arguments *all = bench->arguments;
	const struct fw_instrument_arguments *own = &all->instruments[index];
	struct fw_instrument *instrument = &bench->instruments[index];
	uint64_t fault_seed = own->faults.seed >= 1.0 ? (uint64_t)own->faults.seed : all->seed;
	const size_t packet_max = fw_has_packets(own->family) ? FW_PACKET_MAX : 0;
	const char *reason = "out of memory";
	struct fw_setup setup;

	instrument->arguments = own;
	instrument->bench = bench;
	instrument->pull_ns = FW_NEVER;
	instrument->return_ns = FW_NEVER;
	if (own->faults.hangup_at_s > 0.0)
		instrument->pull_ns = (int64_t)(own->faults.hangup_at_s * 1e9);
	/* The first cell shorts as a cell of the plain seed does. */
	instrument->cell = fw_cell_new(&all->cell, all->seed + index * UINT64_C(1000003));
	instrument->to_host = malloc(sizeof(*instrument->to_host));
	instrument->to_instrument = malloc(sizeof(*instrument->to_instrument));
	if (!instrument->cell || !instrument->to_host || !instrument->to_instrument)
		goto out_why;
	fw_cell_put_into(instrument->cell, bench->chamber);
	fw_line_init(instrument->to_host, &own->faults, FW_TO_HOST,
		     seed_for(fault_seed, index, PURPOSE_TO_HOST), packet_max);
	fw_line_init(instrument->to_instrument, &own->faults, FW_TO_INSTRUMENT,
		     seed_for(fault_seed, index, PURPOSE_TO_INSTRUMENT), packet_max);
	setup = (struct fw_setup){
		.model = own->model,
		.serial_number = own->serial_number,
		.options = own->options,
		.seed = seed_for(all->seed, index, PURPOSE_FIRMWARE),
		.cell = instrument->cell,
		.afe = &own->afe,
		.chamber = bench->chamber,
		.sink = { .ctx = instrument, .send = send, .halt = halt },
	};
	instrument->firmware = own->family->create(&setup, 0, &reason);
	if (instrument->firmware)
		return true;

out_why:
	snprintf(why, why_size, "%s: %s", own->name, reason ? reason : "it does not start");
	return false;
}

bool fw_bench_init(struct fw_bench *bench, const struct fw_arguments *arguments, char *why,
		   size_t why_size)
{
	memset(bench, 0, sizeof(*bench));
	bench->arguments = arguments;
	bench->chamber = fw_chamber_new(&arguments->chamber,
					seed_for(arguments->seed, 0, PURPOSE_CHAMBER));
	if (!bench->chamber) {
		snprintf(why, why_size, "out of memory");
		return false;
	}
	for (unsigned i = 0; i < arguments->count; i++) {
		bench->count = i + 1;
		if (!power_up(bench, i, why, why_size)) {
			fw_bench_fini(bench);
			return false;
		}
	}
	return true;
}

void fw_bench_fini(struct fw_bench *bench)
{
	for (unsigned i = 0; i < bench->count; i++) {
		struct fw_instrument *instrument = &bench->instruments[i];

		if (instrument->firmware)
			instrument->arguments->family->destroy(instrument->firmware);
		free(instrument->to_instrument);
		free(instrument->to_host);
		fw_cell_free(instrument->cell);
	}
	bench->count = 0;
	fw_chamber_free(bench->chamber);
	bench->chamber = NULL;
}

static int64_t earlier(int64_t a_ns, int64_t b_ns)
{
	return a_ns < b_ns ? a_ns : b_ns;
}

static int64_t instrument_next_ns(const struct fw_instrument *instrument)
{
	int64_t next = instrument->arguments->family->next_ns(instrument->firmware);

	next = earlier(next, fw_line_next_ns(instrument->to_host));
	next = earlier(next, fw_line_next_ns(instrument->to_instrument));
	next = earlier(next, instrument->pull_ns);
	return earlier(next, instrument->return_ns);
}

int64_t fw_bench_next_ns(const struct fw_bench *bench)
{
	int64_t next = FW_NEVER;

	for (unsigned i = 0; i < bench->count; i++)
		next = earlier(next, instrument_next_ns(&bench->instruments[i]));
	return next;
}

static void hear_host(struct fw_instrument *instrument, int64_t now_ns)
{
	const struct fw_firmware *family = instrument->arguments->family;
	const uint8_t *bytes;
	size_t length;

	while (fw_line_pop(instrument->to_instrument, now_ns, &bytes, &length))
		family->receive(instrument->firmware, bytes, length, now_ns);
}

static void tell_host(struct fw_bench *bench, unsigned index)
{
	struct fw_instrument *instrument = &bench->instruments[index];
	const uint8_t *bytes;
	size_t length;

	while (fw_line_pop(instrument->to_host, bench->now_ns, &bytes, &length)) {
		if (!instrument->unplugged &&
		    bench->host.deliver(bench->host.ctx, index, bench->now_ns, bytes, length))
			bench->woken |= UINT32_C(1) << index;
		else
			instrument->unheard_bytes += length;
	}
}

/* A hang-up drawn by a fault is carried out as soon as the present instant is over. */
static void plan_pull(struct fw_instrument *instrument, int64_t now_ns)
{
	struct fw_faults *out = &instrument->to_host->faults;
	struct fw_faults *in = &instrument->to_instrument->faults;

	if (!out->hangup_wanted && !in->hangup_wanted)
		return;
	out->hangup_wanted = false;
	in->hangup_wanted = false;
	instrument->pull_ns = now_ns;
}

/* The power of the bus comes and goes with the cable. */
static void set_power(struct fw_instrument *instrument, bool on, int64_t now_ns)
{
	const struct fw_firmware *family = instrument->arguments->family;

	if (family->power && family->usb && family->usb->bus_powered && instrument->unpowered == on)
		family->power(instrument->firmware, on, now_ns);
	instrument->unpowered = !on;
}

/* What is under way between the two is lost. */
static void set_cable(struct fw_instrument *instrument, bool in, int64_t now_ns)
{
	instrument->pulls += !in && !instrument->unplugged;
	instrument->unplugged = !in;
	fw_line_clear(instrument->to_host);
	fw_line_clear(instrument->to_instrument);
	set_power(instrument, in, now_ns);
}

static void tend_cable(struct fw_bench *bench, unsigned index)
{
	struct fw_instrument *instrument = &bench->instruments[index];
	double return_s = instrument->arguments->faults.return_s;
	int64_t now_ns = bench->now_ns;

	if (instrument->pull_ns <= now_ns) {
		instrument->pull_ns = FW_NEVER;
		if (!instrument->unplugged && return_s > 0.0)
			instrument->return_ns = now_ns + (int64_t)(return_s * 1e9);
		set_cable(instrument, false, now_ns);
		bench->host.pulled(bench->host.ctx, index, now_ns);
		bench->woken |= UINT32_C(1) << index;
	}
	if (instrument->return_ns <= now_ns) {
		instrument->return_ns = FW_NEVER;
		instrument->unplugged = false;
		set_power(instrument, true, now_ns);
		bench->host.plugged(bench->host.ctx, index, now_ns);
	}
}

static void run_instant(struct fw_bench *bench)
{
	for (unsigned i = 0; i < bench->count; i++) {
		struct fw_instrument *instrument = &bench->instruments[i];
		const struct fw_firmware *family = instrument->arguments->family;

		hear_host(instrument, bench->now_ns);
		if (family->next_ns(instrument->firmware) <= bench->now_ns)
			family->run(instrument->firmware, bench->now_ns);
		tell_host(bench, i);
		plan_pull(instrument, bench->now_ns);
		tend_cable(bench, i);
	}
}

int64_t fw_bench_advance(struct fw_bench *bench, int64_t t_ns, uint32_t wake)
{
	int64_t target_ns = t_ns > bench->now_ns ? t_ns : bench->now_ns;
	unsigned events = 0;

	bench->woken = 0;
	while (!(bench->woken & wake)) {
		int64_t next_ns = fw_bench_next_ns(bench);

		if (next_ns > target_ns) {
			bench->now_ns = target_ns;
			break;
		}
		events = next_ns > bench->now_ns ? 0 : events + 1;
		assert(events < INSTANT_EVENTS_MAX);
		if (next_ns > bench->now_ns)
			bench->now_ns = next_ns;
		run_instant(bench);
	}
	return bench->now_ns;
}

void fw_bench_write(struct fw_bench *bench, unsigned index, const uint8_t *bytes, size_t length)
{
	struct fw_instrument *instrument = &bench->instruments[index];

	if (instrument->unplugged)
		return;
	fw_line_push(instrument->to_instrument, bytes, length, bench->now_ns);
	hear_host(instrument, bench->now_ns);
	plan_pull(instrument, bench->now_ns);
}

void fw_bench_cable(struct fw_bench *bench, unsigned index, bool in)
{
	struct fw_instrument *instrument = &bench->instruments[index];

	if (instrument->unplugged != !in)
		set_cable(instrument, in, bench->now_ns);
}

void fw_bench_opened(struct fw_bench *bench, unsigned index)
{
	if (bench->instruments[index].unplugged)
		bench->instruments[index].pull_ns = bench->now_ns;
}

void fw_bench_settle(struct fw_bench *bench)
{
	fw_chamber_advance(bench->chamber, bench->now_ns);
	for (unsigned i = 0; i < bench->count; i++)
		fw_cell_advance(bench->instruments[i].cell, bench->now_ns);
}
