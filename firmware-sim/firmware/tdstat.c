/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Dobbelaere's USB potentiostat and its successor with more volts. One loop, as in the original: take a packet, do what
 * it says, put the answer into the IN endpoint, take the next. No watchdog, no status, no name.
 *
 * Source: thomasdob/tdstatv3, firmware/main.c, spi/spi_software.c, usb_descriptors.c.
 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "firmware/firmware.h"
#include "firmware/tdstat_board.h"
#include "firmware/tdstat_flash.h"
#include "plant/cell.h"
#include "text/keys.h"

#define MS_NS INT64_C(1000000)
#define RANGE_NS (10 * MS_NS)   /* both relays closed so long */
#define DACCAL_NS (500 * MS_NS)
#define LATE_NS (2000 * MS_NS)
/* One packet is worked on, one waits in the buffer; what the host sends beyond is not taken by the hardware. */
#define HELD_MAX 16

struct packet {
	uint8_t bytes[FW_PACKET_MAX];
	size_t length;
};

struct tdstat {
	const struct fw_tdstat_model *model;
	struct fw_tdstat_options options;
	struct fw_tdstat_board board;
	struct fw_tdstat_flash flash;
	struct fw_sink sink;
	bool powered;

	/* the command at hand */
	bool busy;
	int64_t answer_ns;      /**< when it is answered */
	uint8_t shunts_then;    /**< relays that stay closed then; 0: no change of range */
	struct packet answer;
	bool silent;            /**< it will not be answered */
	bool halting;

	struct packet held[HELD_MAX];
	unsigned first_held, held_count;
	bool deaf;
	bool asked_once; /**< ADCREAD since power-up */

	/* for the report */
	uint64_t commands;
	uint64_t unknown;
	uint64_t overlapped; /**< packets that came before the one before them was answered */
	uint64_t lost;
	uint64_t waits;
	uint64_t readings;
};

/* ---- answers ---- */

static void answer_bytes(struct tdstat *t, const void *bytes, size_t length)
{
	memcpy(t->answer.bytes, bytes, length);
	t->answer.length = length;
}

static void answer_text(struct tdstat *t, const char *text)
{
	answer_bytes(t, text, strlen(text));
}

static void put_word(uint8_t *bytes, uint32_t word)
{
	bytes[0] = (uint8_t)(word >> 16);
	bytes[1] = (uint8_t)(word >> 8);
	bytes[2] = (uint8_t)word;
}

/* ---- commands ---- */

static void do_cell_on(struct tdstat *t, const uint8_t *data, int64_t now_ns)
{
	(void)data;
	fw_tdstat_board_cell(&t->board, true, now_ns);
}

static void do_cell_off(struct tdstat *t, const uint8_t *data, int64_t now_ns)
{
	(void)data;
	fw_tdstat_board_cell(&t->board, false, now_ns);
}

static void do_potentiostatic(struct tdstat *t, const uint8_t *data, int64_t now_ns)
{
	(void)data;
	fw_tdstat_board_mode(&t->board, false, now_ns);
}

static void do_galvanostatic(struct tdstat *t, const uint8_t *data, int64_t now_ns)
{
	(void)data;
	fw_tdstat_board_mode(&t->board, true, now_ns);
}

/* The new relay closes at once, the others open 10 ms later. */
static void change_range(struct tdstat *t, unsigned range, int64_t now_ns)
{
	t->shunts_then = (uint8_t)(1u << (range - 1));
	fw_tdstat_board_shunts(&t->board, t->board.shunts | t->shunts_then, now_ns);
	t->answer_ns += RANGE_NS;
}

static void do_dacset(struct tdstat *t, const uint8_t *data, int64_t now_ns)
{
	fw_tdstat_board_code(&t->board, (uint32_t)data[0] << 12 | (uint32_t)data[1] << 4 | data[2] >> 4, now_ns);
}

static void do_daccal(struct tdstat *t, const uint8_t *data, int64_t now_ns)
{
	int32_t offset;
	uint32_t gain;

	(void)data;
	fw_tdstat_board_calibrate(&t->board, &offset, &gain);
	fw_tdstat_flash_keep_registers(&t->flash, offset, gain);
	fw_tdstat_board_registers(&t->board, offset, gain, now_ns);
	t->answer_ns += DACCAL_NS;
}

static void do_daccalget(struct tdstat *t, const uint8_t *data, int64_t now_ns)
{
	(void)data;
	(void)now_ns;
	answer_bytes(t, t->flash.dac, 6);
}

static void load_registers(struct tdstat *t, int64_t now_ns)
{
	int32_t offset;
	uint32_t gain;

	fw_tdstat_flash_registers(&t->flash, &offset, &gain);
	fw_tdstat_board_registers(&t->board, offset, gain, now_ns);
}

static void do_daccalset(struct tdstat *t, const uint8_t *data, int64_t now_ns)
{
	memset(t->flash.dac, 0xff, sizeof(t->flash.dac));
	memcpy(t->flash.dac, data, 6);
	load_registers(t, now_ns);
}

/*
 * The last conversion, and the next one begins; before it is ready: WAIT, and nothing begins. Assumed: after
 * power-up none has been started, so the first question is answered WAIT and starts one.
 */
static void do_adcread(struct tdstat *t, const uint8_t *data, int64_t now_ns)
{
	uint8_t words[6];

	(void)data;
	if (t->board.converting || !t->asked_once) {
		if (!t->asked_once)
			fw_tdstat_board_convert(&t->board, now_ns);
		t->asked_once = true;
		t->waits++;
		answer_text(t, "WAIT");
		return;
	}
	put_word(words, t->board.word_potential);
	put_word(words + 3, t->board.word_current);
	answer_bytes(t, words, sizeof(words));
	fw_tdstat_board_convert(&t->board, now_ns);
	t->readings++;
}

static void do_offsetread(struct tdstat *t, const uint8_t *data, int64_t now_ns)
{
	(void)data;
	(void)now_ns;
	answer_bytes(t, t->flash.offsets, 6);
}

/* A save erases the row. */
static void do_offsetsave(struct tdstat *t, const uint8_t *data, int64_t now_ns)
{
	(void)now_ns;
	memset(t->flash.offsets, 0xff, sizeof(t->flash.offsets));
	memcpy(t->flash.offsets, data, 6);
}

static void do_shuntcalread(struct tdstat *t, const uint8_t *data, int64_t now_ns)
{
	(void)data;
	(void)now_ns;
	answer_bytes(t, t->flash.shunts, t->model->shunt_bytes);
}

static void do_shuntcalsave(struct tdstat *t, const uint8_t *data, int64_t now_ns)
{
	(void)now_ns;
	memset(t->flash.shunts, 0xff, sizeof(t->flash.shunts));
	memcpy(t->flash.shunts, data, t->model->shunt_bytes);
}

/* The word, and how many raw bytes stand right behind it; SHUNT: as the model's record has. */
#define SHUNT 255
static const struct command {
	const char *word;
	size_t data;
	void (*run)(struct tdstat *t, const uint8_t *data, int64_t now_ns);
} commands[] = {
	{ "CELL ON", 0, do_cell_on },
	{ "CELL OFF", 0, do_cell_off },
	{ "POTENTIOSTATIC", 0, do_potentiostatic },
	{ "GALVANOSTATIC", 0, do_galvanostatic },
	{ "DACSET ", 3, do_dacset },
	{ "DACCAL", 0, do_daccal },
	{ "DACCALGET", 0, do_daccalget },
	{ "DACCALSET ", 6, do_daccalset },
	{ "ADCREAD", 0, do_adcread },
	{ "OFFSETREAD", 0, do_offsetread },
	{ "OFFSETSAVE ", 6, do_offsetsave },
	{ "SHUNTCALREAD", 0, do_shuntcalread },
	{ "SHUNTCALSAVE ", SHUNT, do_shuntcalsave },
};

/* "RANGE 1" .. as many as there are; 0 for anything else. */
static unsigned range_of(const struct tdstat *t, const struct packet *p)
{
	if (p->length != 7 || memcmp(p->bytes, "RANGE ", 6) || p->bytes[6] < '1' ||
	    p->bytes[6] > '0' + (int)t->model->range_count)
		return 0;
	return (unsigned)(p->bytes[6] - '0');
}

static const struct command *find(const struct tdstat *t, const struct packet *p)
{
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		const size_t length = strlen(commands[i].word);
		const size_t data = commands[i].data == SHUNT ? t->model->shunt_bytes : commands[i].data;

		if (p->length == length + data && !memcmp(p->bytes, commands[i].word, length))
			return &commands[i];
	}
	return NULL;
}

static void obey(struct tdstat *t, const struct packet *p, int64_t now_ns)
{
	const unsigned range = range_of(t, p);
	const struct command *command = find(t, p);

	answer_text(t, "OK");
	if (range)
		change_range(t, range, now_ns);
	else if (command)
		command->run(t, p->bytes + strlen(command->word), now_ns);
	else
		answer_text(t, "?");
	t->unknown += !range && !command;
}

static void misbehave(struct tdstat *t)
{
	switch ((enum fw_tdstat_trouble)t->options.trouble) {
	case FW_TDSTAT_ANSWERS:
	case FW_TDSTAT_UNKNOWN: /* before it is obeyed */
		break;
	case FW_TDSTAT_SILENT:
		t->silent = true;
		break;
	case FW_TDSTAT_SHORT:
		t->answer.length /= 2;
		break;
	case FW_TDSTAT_LATE:
		t->answer_ns += LATE_NS;
		break;
	case FW_TDSTAT_STALL:
		t->silent = t->halting = true;
		break;
	case FW_TDSTAT_DEAF:
		t->silent = t->deaf = true;
		break;
	}
}

static void take(struct tdstat *t, const struct packet *p, int64_t now_ns)
{
	bool troubled;

	t->commands++;
	troubled = t->options.trouble && (double)t->commands == t->options.trouble_at;
	t->busy = true;
	t->silent = t->halting = false;
	t->shunts_then = 0;
	t->answer_ns = now_ns + (int64_t)(t->options.response_ms * 1e6);
	if (troubled && t->options.trouble == FW_TDSTAT_UNKNOWN)
		answer_text(t, "?");
	else
		obey(t, p, now_ns);
	if (troubled)
		misbehave(t);
}

static void finish(struct tdstat *t, int64_t now_ns)
{
	t->busy = false;
	if (t->shunts_then)
		fw_tdstat_board_shunts(&t->board, t->shunts_then, now_ns);
	if (t->halting && t->sink.halt)
		t->sink.halt(t->sink.ctx);
	if (!t->silent)
		t->sink.send(t->sink.ctx, t->answer.bytes, t->answer.length);
	if (t->held_count && !t->deaf) {
		const struct packet *next = &t->held[t->first_held];

		t->first_held = (t->first_held + 1) % HELD_MAX;
		t->held_count--;
		take(t, next, now_ns);
	}
}

/* ---- the row of the table ---- */

static void start(struct tdstat *t, int64_t now_ns)
{
	t->powered = true;
	t->busy = t->deaf = t->asked_once = false;
	t->held_count = 0;
	fw_tdstat_board_reset(&t->board, now_ns);
	load_registers(t, now_ns);
}

static void *create(const struct fw_setup *setup, int64_t now_ns, const char **why)
{
	static char said[200];
	struct tdstat *t = calloc(1, sizeof(*t));
	const struct fw_key *keys;
	size_t count;

	if (!t) {
		*why = "out of memory";
		return NULL;
	}
	keys = fw_tdstat_keys(&count);
	fw_keys_default(keys, count, &t->options);
	t->model = fw_tdstat_model_find(setup->model);
	if (!t->model)
		*why = "tdstat: models are v3 and mystat";
	else if (!fw_keys_parse(keys, count, setup->options, &t->options, said, sizeof(said)))
		*why = said;
	else
		*why = NULL;
	if (*why) {
		free(t);
		return NULL;
	}
	t->sink = setup->sink;
	fw_tdstat_board_init(&t->board, t->model, &t->options, setup->cell, setup->seed);
	fw_afe_suffer(&t->board.drive, setup->afe);
	fw_tdstat_flash_init(&t->flash, &t->board);
	start(t, now_ns);
	return t;
}

static void destroy(void *firmware)
{
	free(firmware);
}

static void receive(void *firmware, const uint8_t *bytes, size_t length, int64_t now_ns)
{
	struct tdstat *t = firmware;
	struct packet packet = { .length = length };

	if (!t->powered || t->deaf || length > sizeof(packet.bytes))
		return;
	if (length)
		memcpy(packet.bytes, bytes, length);
	if (!t->busy) {
		take(t, &packet, now_ns);
		return;
	}
	t->overlapped++;
	if (t->held_count == HELD_MAX) {
		t->lost++;
		return;
	}
	t->held[(t->first_held + t->held_count++) % HELD_MAX] = packet;
}

static int64_t next_ns(const void *firmware)
{
	const struct tdstat *t = firmware;
	int64_t next = fw_tdstat_board_next_ns(&t->board);

	if (!t->powered)
		return FW_NEVER;
	return t->busy && t->answer_ns < next ? t->answer_ns : next;
}

static void run(void *firmware, int64_t now_ns)
{
	struct tdstat *t = firmware;

	while (next_ns(t) <= now_ns) {
		fw_tdstat_board_run(&t->board, now_ns);
		if (t->busy && t->answer_ns <= now_ns)
			finish(t, now_ns);
	}
}

static void power(void *firmware, bool on, int64_t now_ns)
{
	struct tdstat *t = firmware;

	if (on) {
		start(t, now_ns);
		return;
	}
	t->powered = t->busy = false;
	fw_tdstat_board_reset(&t->board, now_ns);
}

static void report(const void *firmware, FILE *out)
{
	const struct tdstat *t = firmware;
	const struct fw_tdstat_board *b = &t->board;
	unsigned range = 0;

	while (b->shunts >> range > 1)
		range++;
	fprintf(out,
		"{\"family\":\"tdstat\",\"model\":\"%s\",\"powered\":%s,\"cell_on\":%s,\"galvanostatic\":%s,\"range\":%u,"
		"\"dac_code\":%" PRIu32 ",\"applied_current_a\":%.9g,\"commands_received\":%" PRIu64 ",\"readings\":%" PRIu64
		",\"waits\":%" PRIu64 ",\"refused\":%" PRIu64 ",\"overlapped\":%" PRIu64 ",\"packets_lost\":%" PRIu64
		",\"changes_under_current\":%" PRIu64 ",\"change_worst_a\":%.9g}",
		t->model->name, t->powered ? "true" : "false", b->cell_on ? "true" : "false",
		b->galvanostatic ? "true" : "false", range + 1, b->code, fw_cell_current(b->drive.cell), t->commands,
		t->readings, t->waits, t->unknown, t->overlapped, t->lost, b->changes_live, b->change_worst_a);
}

/* Source: usb_descriptors.c and usb_config.h. */
static const struct fw_usb usb = {
	.kind = FW_USB_BULK,
	.vendor = 0xa0a0,
	.product = 0x0002,
	.device_bcd = 0x0001,
	.manufacturer = "CoCooN research group",
	.product_name = "USB Potentiostat/galvanostat",
	.serial_number = "0001", /* in every unit of the stock image */
	.configuration = "USB Potentiostat/galvanostat",
	.in_endpoint = 0x81,
	.out_endpoint = 0x01,
	.max_power_ma = 100,
	.bus_powered = true,
};

const struct fw_firmware fw_tdstat = {
	.name = "tdstat",
	.help = "Dobbelaere's USB potentiostat, bus powered, USB packets.\n"
		"models: v3 (TDstat v3: 3 ranges to 20 mA, 8 V), mystat (MYSTAT: 4 ranges to 200 mA, 12 V)\n"
		"options: calibrated=yes|no, default yes; offset_potential=, offset_current= counts, default 35, -120;\n"
		"  shunt_1= .. shunt_4= ppm, default 800, -500, 300, -900; dac_gain= ppm, default 1500; dac_offset= counts,\n"
		"  default 40; conversion_ms=, default 0 = 80 +-2 %; response_ms=, default 1;\n"
		"  trouble=none|query|silent|short|late|stall|deaf, default none, at command trouble_at=, default 0",
	.usb = &usb,
	.create = create,
	.destroy = destroy,
	.receive = receive,
	.next_ns = next_ns,
	.run = run,
	.power = power,
	.report = report,
};
