/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wire_faults FAMILY DAMAGED [FIRST_SEED]      FAMILY: emstat4, v3, mystat or votsch
 *
 * Whole tests (of a chamber: conversations) over a bad cable, in lockstep, one a seed, until DAMAGED chunks were dropped,
 * doubled, corrupted, cut, delayed, stalled, cut off for good or altered so that they still parse. The seed also draws
 * how often: from three chunks in a hundred to thirty.
 *
 * Claims, each counted, any miss exits 1:
 *   - no hang: a test takes less than a real minute;
 *   - every recorded row is a message the instrument truly sent, taken once and in its time; or a damaged one that is well
 *     formed says so, which no protocol here can tell, having neither checksum nor tag: counted apart;
 *   - every test ends by itself and says why; the cell is off in the simulator's truth, whether or not that could be
 *     shown over such a cable; a chamber that said it stands does.
 *
 * Not judged: what became of the cell by a command that was altered into another one on its way (RANGE 1 into RANGE 3 of a
 * TDstat, which does not tell its range): the readings are then the instrument's own, read in the range that was ordered.
 *
 * WIRE_SHOW=1 prints how each test ended.
 */
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "emulated.h"
#include "wire_chamber.h"
#include "wire_oracle.h"

#define RUN_REAL_S 60u

struct wire_family {
	const char *word, *family, *model;
	enum wire_language language;
};

static const struct wire_family families[] = {
	{ "emstat4", "emstat4", "hr", WIRE_EMSTAT4 },
	{ "v3", "tdstat", "v3", WIRE_TDSTAT },
	{ "mystat", "tdstat", "mystat", WIRE_TDSTAT },
	{ "votsch", "votsch", "vt4002", WIRE_VOTSCH },
};

struct tally {
	unsigned long runs, never_began, completed, stopped, failed, not_shown;
	unsigned long rows, verdicts[WIRE_VERDICTS], unseen;
	unsigned long wrong, cell_on, unnamed;
};

struct wire_run {
	const struct wire_family *family;
	struct wire_oracle *oracle;
	struct tally *tally;
	uint64_t seed;
	uint64_t row;
};

static const char steps[] =
	"sandglass: 1\n"
	"name: wire faults\n"
	"cell: {name: NZSP-wire, metal: Na, area_cm2: 0.8332, thickness_mm: 1.8}\n"
	"rig:\n"
	"  potentiostat: {family: %s, model: %s, port: \"sim:x\"}\n"
	"limits: {voltage: 5 V, current: 15 mA}\n"
	"on_reconnect: continue\n"
	"reconnect_within: 60 s\n"
	"steps:\n"
	"  - rest: {duration: 30 s}\n"
	"  - cycle: {current: 1 mA/cm2, half_cycle: 120 s, count: 5}\n";

static void watch(void *ctx, const struct sg_run_view *view)
{
	struct wire_run *run = ctx;
	const struct sg_row *row = view->row;
	enum wire_verdict verdict;

	if (!row || row->record_index == run->row)
		return;
	run->tally->unseen += row->record_index > run->row + 1 ? row->record_index - run->row - 1 : 0;
	run->row = row->record_index;
	run->tally->rows++;
	verdict = wire_judge_row(run->oracle, row->voltage_v, row->current_a, row->range_a, row->range_a == 0.0);
	run->tally->verdicts[verdict]++;
	if (verdict < WIRE_NOT_SAID)
		return;
	if (run->tally->wrong++ < 20)
		fprintf(stderr, "seed %llu: row %llu at %.3f s, %.9g V, %.9g A, range %g: %s\n", (unsigned long long)run->seed,
			(unsigned long long)row->record_index, row->test_time_s, row->voltage_v, row->current_a, row->range_a,
			verdict == WIRE_NOT_SAID ? "no message says so" :
			verdict == WIRE_TWICE ? "taken twice" : "of long ago");
}

static void judge_end(struct wire_run *run, const struct emu *emu)
{
	const struct sg_run_summary *summary = &emu->outcome.summary;
	struct tally *t = run->tally;
	const bool named = summary->stopped_by && summary->stopped_by[0] && summary->detail[0];

	t->runs++;
	if (emu_truth_flag(emu, "cell_on")) {
		t->cell_on++;
		fprintf(stderr, "seed %llu: THE CELL IS ON: %s; %s\n", (unsigned long long)run->seed,
			summary->stopped_by ? summary->stopped_by : "never began", emu->why);
	}
	/* Not met, or refused with a sentence: no current was ordered. */
	if (emu->opened || (!summary->stopped_by && emu->why[0])) {
		t->never_began++;
		return;
	}
	t->not_shown += !summary->cell_off_verified;
	if (!named) {
		t->unnamed++;
		fprintf(stderr, "seed %llu: it ended without a reason: %s\n", (unsigned long long)run->seed, emu->why);
	}
	if (summary->state && strcmp(summary->state, "completed") == 0)
		t->completed++;
	else if (summary->state && strcmp(summary->state, "stopped") == 0)
		t->stopped++;
	else
		t->failed++;
	if (getenv("WIRE_SHOW"))
		fprintf(stderr, "seed %llu: %s %s: %s\n", (unsigned long long)run->seed, summary->state, summary->stopped_by,
			summary->detail);
}

static void run_test(struct wire_run *run)
{
	char yaml[1024];
	struct emu emu = {
		.yaml = yaml, .family = run->family->family, .model = run->family->model, .no_chamber = true,
		.seed = (unsigned)run->seed, .sim_arguments = "--cell short=never,diffusion_cm2_s=1e-4",
		.root = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : NULL, .on_progress = watch, .ctx = run,
	};

	snprintf(yaml, sizeof(yaml), steps, run->family->family, run->family->model);
	wire_forget(run->oracle);
	run->row = 0;
	alarm(RUN_REAL_S);
	emu_run(&emu);
	alarm(0);
	judge_end(run, &emu);
	emu_free(&emu);
}

/* Of a unit whose records are its own, over a good cable. */
static void learn_records(struct wire_run *run)
{
	static struct tally ignored;
	struct wire_run clean = *run;

	clean.tally = &ignored;
	clean.seed = 1;
	run->oracle->learning = true;
	run->oracle->model = sg_tdstat_model(run->family->model);
	memset(&run->oracle->plan, 0, sizeof(run->oracle->plan));
	run_test(&clean);
	run->oracle->learning = false;
	if (!run->oracle->calibration.offsets.written || !run->oracle->calibration.shunts.written || ignored.completed != 1) {
		fprintf(stderr, "nothing was learned over the good cable\n");
		exit(1);
	}
	memset(&run->oracle->counts, 0, sizeof(run->oracle->counts));
}

static double part(uint64_t *random)
{
	*random = *random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (double)(*random >> 11) * 0x1p-53;
}

/* How often what happens: everything by one draw, so that some cables mostly lie and others mostly lose. */
static struct sg_fault_plan draw_plan(uint64_t seed)
{
	/* A cable that is pulled or stands still costs a test much of its time; seldom, then. */
	static const double weight[SG_FAULTS] = { [SG_FAULT_DROP] = 1.0, [SG_FAULT_DUPLICATE] = 1.0, [SG_FAULT_CORRUPT] = 1.0,
						  [SG_FAULT_TRUNCATE] = 1.0, [SG_FAULT_DELAY] = 0.5, [SG_FAULT_STALL] = 0.03,
						  [SG_FAULT_DISCONNECT] = 0.03, [SG_FAULT_LIE] = 1.0 };
	struct sg_fault_plan plan = { .seed = seed, .to_host = true, .to_instrument = true };
	uint64_t random = seed * UINT64_C(0x9E3779B97F4A7C15);
	const double all = 0.03 * pow(10.0, part(&random));
	double sum = 0.0;

	part(&random);
	for (int i = 0; i < SG_FAULTS; i++) {
		plan.rate[i] = weight[i] * part(&random);
		sum += plan.rate[i];
	}
	for (int i = 0; i < SG_FAULTS; i++)
		plan.rate[i] *= all / sum;
	plan.delay_s = 0.02 + 1.5 * part(&random);
	plan.stall_s = 1.0 + 7.0 * part(&random);
	if (part(&random) < 0.3)
		plan.to_instrument = false;
	return plan;
}

static void print_tally(const struct wire_family *family, const struct wire_oracle *o, const struct tally *t,
			uint64_t first, uint64_t next)
{
	char storage[512];
	struct sg_text text;

	sg_text_init(&text, storage, sizeof(storage));
	sg_fault_say(&o->counts, &text);
	printf("%s, seeds %llu to %llu\n", family->word, (unsigned long long)first, (unsigned long long)next - 1);
	printf("damaged              %s; %llu had nothing to lie about\n", storage, (unsigned long long)o->counts.spared);
	if (family->language != WIRE_VOTSCH)
		printf("tests                %8lu: %lu completed, %lu stopped, %lu failed, %lu never began; in %lu the cell could not "
		       "be shown to be off\n", t->runs, t->completed, t->stopped, t->failed, t->never_began, t->not_shown);
	printf("values accepted      %8lu: %lu as the instrument sent them\n", t->rows, t->verdicts[WIRE_TRUE]);
	printf("cannot be told       %8lu altered and well formed, %lu true answers to an earlier question\n",
	       t->verdicts[WIRE_CANNOT_TELL], t->verdicts[WIRE_LATE]);
	printf("WRONGLY ACCEPTED     %8lu: %lu said by no message, %lu taken twice, %lu of long ago\n", t->wrong,
	       t->verdicts[WIRE_NOT_SAID], t->verdicts[WIRE_TWICE], t->verdicts[WIRE_STALE]);
	printf("LEFT ON              %8lu; %lu ended without a reason; %lu rows unseen\n", t->cell_on, t->unnamed, t->unseen);
}

static void on_alarm(int number)
{
	static const char words[] = "HANG: a test takes longer than a minute\n";

	(void)number;
	if (write(STDERR_FILENO, words, sizeof(words) - 1) < 0)
		_exit(3);
	_exit(1);
}

static void talk_to_chamber(struct wire_run *run)
{
	struct wire_talk talk = { .oracle = run->oracle, .seed = run->seed };

	wire_forget(run->oracle);
	alarm(RUN_REAL_S);
	wire_talk(&talk);
	alarm(0);
	for (int i = 0; i < WIRE_VERDICTS; i++) {
		run->tally->verdicts[i] += talk.verdicts[i];
		run->tally->rows += talk.verdicts[i];
		run->tally->wrong += i >= WIRE_NOT_SAID ? talk.verdicts[i] : 0;
	}
	run->tally->wrong += talk.late;
	run->tally->cell_on += talk.left_on;
	run->tally->unnamed += talk.unnamed;
	run->tally->runs++;
}

int main(int argc, char **argv)
{
	static struct wire_oracle oracle;
	const unsigned long long damaged = argc > 2 ? strtoull(argv[2], NULL, 10) : 0;
	const uint64_t first = argc > 3 ? strtoull(argv[3], NULL, 10) : 1;
	struct tally tally = { 0 };
	struct wire_run run = { .oracle = &oracle, .tally = &tally, .seed = first };
	char port[16];

	for (size_t i = 0; i < sizeof(families) / sizeof(families[0]) && argc > 2; i++)
		run.family = strcmp(families[i].word, argv[1]) == 0 ? &families[i] : run.family;
	if (!run.family || damaged == 0) {
		fprintf(stderr, "usage: %s emstat4|v3|mystat|votsch DAMAGED [FIRST_SEED]\n", argv[0]);
		return 2;
	}
	signal(SIGALRM, on_alarm);
	snprintf(port, sizeof(port), "#%s", run.family->family);
	oracle.port = port;
	oracle.language = run.family->language;
	wire_install(&oracle);
	if (oracle.language == WIRE_TDSTAT)
		learn_records(&run);
	for (; sg_fault_total(&oracle.counts) < damaged; run.seed++) {
		oracle.plan = draw_plan(run.seed);
		if (oracle.language == WIRE_VOTSCH)
			talk_to_chamber(&run);
		else
			run_test(&run);
	}
	print_tally(run.family, &oracle, &tally, first, run.seed);
	return tally.wrong || tally.cell_on || tally.unnamed || tally.verdicts[WIRE_TRUE] == 0;
}
