/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From the last byte of a sample at the host to the first byte of "cell off" on the wire, over pseudo-terminals, with
 * many rigs as threads of one process: p50, p99 and worst.
 *
 *   bench_cell_off [RIGS [TRIPS [FOLDER [FLUSH_MS]]]]     without: 1 rig with 200 trips, then 64 with 10 each
 *
 * A trip is a whole run: the made-up instrument (another process, one thread for all of them) sends ten samples a
 * second, each rig at its own phase, for 0.4 to 6 s, so that a trip falls among the samples, beginnings and ends of the
 * others as it would; then one that passes the voltage limit (pass "limit"), or a short, whose eleventh reading confirms it (pass
 * "short"). The watch starts behind the write() of that sample and stops where the first byte of the abort is read.
 * In the pass "plain" a thread does nothing but count lines and write the abort, so that the rest is what pty,
 * scheduler and made-up instrument take: on a busy machine no figure is better than that one. The records go to FOLDER,
 * without to /tmp; each flush of them takes FLUSH_MS longer than the disk does. Ends with 1 if a run ends by anything
 * else, or at another sample.
 */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "core/units.h"
#include "experiment/reader.h"
#include "host/clock.h"
#include "host/disk.h"
#include "runner/runner.h"

#define RIGS_MAX 64
#define TRIPS_MAX 1000
#define INTERVAL_NS (100 * SG_NS_PER_MS)
#define TARGET_US 1000.0
#define HEALTHY_MIN 4
#define HEALTHY_MAX 60
/* A short is confirmed as soon as it has lasted a second. */
#define CONFIRMING_SAMPLES 11

enum pass {
	PASS_PLAIN,
	PASS_LIMIT,
	PASS_SHORT,
	PASSES,
};

static const char *const pass_names[PASSES] = { "plain", "limit", "short" };

/* Written by the instruments' process, read when it has ended. */
struct measured {
	uint32_t trips, early; /* early: an abort before the sample that was to cause it */
	int64_t delay_ns[TRIPS_MAX];
};

/* ---- the made-up instruments ---- */

struct far_end {
	int fd;
	char heard[8192];
	size_t length;
	bool running;
	unsigned rig;
	unsigned run;       /* from 0 */
	unsigned healthy;   /* samples of this run before it changes */
	unsigned sent;      /* samples of this run */
	unsigned trip_at;   /* number of the sample that causes the abort */
	int64_t begin_ns;   /* when the program started */
	int64_t written_ns; /* when that sample was out; 0: not yet */
	struct measured *measured;
};

static int64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * SG_NS_PER_S + ts.tv_nsec;
}

static void give_up(const char *what)
{
	fprintf(stderr, "%s: %s\n", what, strerror(errno));
	exit(1);
}

static void say(struct far_end *far, const char *text)
{
	const size_t length = strlen(text);

	if (write(far->fd, text, length) != (ssize_t)length)
		give_up("made-up instrument");
}

static bool alone; /* one rig: there is nobody to fall among */

/* The same numbers in every pass, and known on both sides. */
static uint32_t drawn(unsigned rig, unsigned run, uint32_t below)
{
	uint32_t x = rig * 2654435761u + run * 2246822519u + 20200815u;

	x = (x ^ (x >> 15)) * 2246822519u;
	x = (x ^ (x >> 13)) * 3266489917u;
	return (x >> 8) % below;
}

static unsigned healthy_samples(unsigned rig, unsigned run)
{
	return alone ? HEALTHY_MIN : HEALTHY_MIN + drawn(rig, run, HEALTHY_MAX - HEALTHY_MIN + 1);
}

static unsigned trip_sample(enum pass pass, unsigned healthy)
{
	return healthy + (pass == PASS_SHORT ? CONFIRMING_SAMPLES : 1);
}

/* 46 mV at 5 mA; then 1.6 V, or 1 mV. By the formula of the manual: value = (hex - 0x8000000) * 10^prefix. */
static void send_sample(struct far_end *far, enum pass pass)
{
	const unsigned number = ++far->sent;
	const bool healthy = number <= far->healthy;
	const unsigned long time_us = number * (unsigned long)(INTERVAL_NS / 1000);
	char line[96];
	unsigned long v = healthy ? 46000 + number % 3 : 1000 + number % 2;

	if (!healthy && pass != PASS_SHORT)
		v = 1600000;
	snprintf(line, sizeof(line), "Peb%07lXu;ba%07lXn,10,218;ab%07lXu,10,206\n", 0x8000000 + time_us,
		 0x8000000UL + 5000000, 0x8000000 + v);
	say(far, line);
	if (number == far->trip_at)
		far->written_ns = now_ns();
}

static void on_abort(struct far_end *far, int64_t at_ns)
{
	struct measured *m = far->measured;

	if (!far->running) {
		say(far, "Z!0006\n");
		return;
	}
	far->running = false;
	if (far->written_ns && m->trips < TRIPS_MAX)
		m->delay_ns[m->trips++] = at_ns - far->written_ns;
	else
		m->early++;
	say(far, "Z\n*\n\n");
}

static void on_program(struct far_end *far, enum pass pass, int64_t at_ns)
{
	if (!strstr(far->heard, "timer_start")) {
		say(far, strstr(far->heard, "meas_loop_ocp") ? "e\nM000B\nPab8000000 ,10,206\n*\n\n" : "e\n\n");
		return;
	}
	far->running = true;
	far->sent = 0;
	far->healthy = healthy_samples(far->rig, far->run);
	far->trip_at = trip_sample(pass, far->healthy);
	far->written_ns = 0;
	far->begin_ns = at_ns + drawn(far->rig, far->run + 1, INTERVAL_NS / 1000) * 1000;
	far->run++;
	say(far, "e\nM000A\n");
}

static void hear(struct far_end *far, enum pass pass)
{
	ssize_t n = read(far->fd, far->heard + far->length, sizeof(far->heard) - 1 - far->length);
	const int64_t at_ns = now_ns();

	if (n <= 0 || far->length + (size_t)n >= sizeof(far->heard) - 1)
		give_up("made-up instrument");
	far->length += (size_t)n;
	far->heard[far->length] = '\0';
	/* Its first byte is what counts. */
	if (strcmp(far->heard, "\nZ\n") == 0 || far->heard[0] == 'Z')
		on_abort(far, at_ns);
	else if (strcmp(far->heard, "t\n") == 0)
		say(far, "tes4_hr1500#Mar 12 2026 14:28:01\nR*\n");
	else if (strcmp(far->heard, "i\n") == 0)
		say(far, "iES4HR20B0009\n");
	else if (strcmp(far->heard, "v\n") == 0)
		say(far, "v01.09.00\n");
	else if (strcmp(far->heard, "CM\n") == 0)
		say(far, "C000000000000000000000000000003FFFFBFE8FFFFFFFFFFFFFFFFFFFFBFFFFE\n");
	else if (far->heard[0] == 'e' && far->length > 1 && strcmp(far->heard + far->length - 2, "\n\n") == 0)
		on_program(far, pass, at_ns);
	else
		return; /* not whole yet */
	far->length = 0;
}

/* One thread for all of them. Ended by a signal. */
static void play_instruments(struct far_end *far, size_t count, enum pass pass)
{
	struct pollfd fds[RIGS_MAX];

	for (size_t i = 0; i < count; i++)
		fds[i] = (struct pollfd){ .fd = far[i].fd, .events = POLLIN };
	for (;;) {
		int64_t due_ns = now_ns() + SG_NS_PER_S, left_ns;
		struct timespec wait;

		for (size_t i = 0; i < count; i++) {
			const int64_t at_ns = far[i].begin_ns + (far[i].sent + 1) * INTERVAL_NS;

			if (far[i].running && at_ns < due_ns)
				due_ns = at_ns;
		}
		left_ns = due_ns - now_ns();
		left_ns = left_ns > 0 ? left_ns : 0;
		wait = (struct timespec){ .tv_sec = left_ns / SG_NS_PER_S, .tv_nsec = left_ns % SG_NS_PER_S };
		if (ppoll(fds, count, &wait, NULL) < 0)
			give_up("poll");
		for (size_t i = 0; i < count; i++) {
			if (fds[i].revents)
				hear(&far[i], pass);
		}
		for (size_t i = 0; i < count; i++) {
			if (far[i].running && now_ns() >= far[i].begin_ns + (far[i].sent + 1) * INTERVAL_NS)
				send_sample(&far[i], pass);
		}
	}
}

/* ---- a disk that takes its time ---- */

struct slow_disk {
	struct sg_disk disk;
	struct timespec flush; /* longer than it would take */
};

static ssize_t slow_write(void *ctx, int fd, const void *bytes, size_t length)
{
	(void)ctx;
	return write(fd, bytes, length);
}

static int slow_fdatasync(void *ctx, int fd)
{
	nanosleep(&((const struct slow_disk *)ctx)->flush, NULL);
	return fdatasync(fd);
}

static int slow_fsync(void *ctx, int fd)
{
	nanosleep(&((const struct slow_disk *)ctx)->flush, NULL);
	return fsync(fd);
}

static void slow_disk_init(struct slow_disk *slow, long flush_ms)
{
	slow->disk = (struct sg_disk){ .write = slow_write, .fdatasync = slow_fdatasync, .fsync = slow_fsync, .ctx = slow };
	slow->flush = (struct timespec){ .tv_sec = flush_ms / 1000, .tv_nsec = flush_ms % 1000 * SG_NS_PER_MS };
}

/* ---- the rigs ---- */

struct near_end {
	unsigned rig;
	char path[64];
	char folder[96];
	enum pass pass;
	unsigned trips;
	const struct sg_disk *disk;
	char problem[640]; /* empty: none */
	pthread_t thread;
	int keep; /* a handle of the terminal that stays open, so that the far end is never told of a hang-up */
};

static const char yaml_format[] =
	"sandglass: 1\n"
	"name: cell off\n"
	"cell: {name: made-up, metal: Na, area_cm2: 5, thickness_mm: 1.8, expected_resistance_ohm: 9.2}\n"
	"rig: {potentiostat: {family: emstat4, model: hr, port: \"pty:%s\"}}\n"
	"limits: {voltage: 1 V, current: 8 mA}\n"
	"on_hard_short: stop\n"
	"steps:\n"
	"  - polarize: {current: 1 mA/cm2, duration: 60 s, interval: 0.1 s}\n";

static void complain(struct near_end *near, const char *what, const char *why)
{
	if (near->problem[0] == '\0')
		snprintf(near->problem, sizeof(near->problem), "%s: %s", what, why);
}

static void run_once(struct near_end *near, const struct sg_run_config *config)
{
	const char *expected = near->pass == PASS_LIMIT ? "limit_voltage" : "hard_short";
	struct sg_run_outcome outcome;
	char said[512];
	struct sg_text why;

	memset(&outcome, 0, sizeof(outcome));
	sg_text_init(&why, said, sizeof(said));
	(void)sg_run(config, &outcome, &why); /* a limit is an error of its own: what ended it is asked for below */
	if (!outcome.summary.stopped_by || strcmp(outcome.summary.stopped_by, expected) != 0)
		complain(near, outcome.summary.stopped_by ? outcome.summary.stopped_by : "not run", said);
	if (!outcome.summary.cell_off_verified)
		complain(near, "cell off not verified", said);
	sg_result_fini(&outcome.result);
}

static void run_rig(struct near_end *near)
{
	struct sg_experiment experiment;
	struct sg_diagnostics diagnostics;
	struct sg_host_clock host;
	struct sg_clock *clock = (struct sg_clock *)(void *)&host;
	char yaml[1024], yaml_path[128], said[512];
	struct sg_plan plan;
	struct sg_text why;
	struct sg_rig rig;
	FILE *file;

	sg_host_clock_init(&host, 1.0);
	sg_text_init(&why, said, sizeof(said));
	snprintf(yaml, sizeof(yaml), yaml_format, near->path);
	snprintf(yaml_path, sizeof(yaml_path), "%s.yaml", near->folder);
	file = fopen(yaml_path, "w");
	if (!file || fputs(yaml, file) < 0 || fclose(file))
		give_up(yaml_path);
	if (sg_experiment_read(&experiment, yaml_path, yaml, strlen(yaml), &diagnostics)) {
		complain(near, "experiment", diagnostics.items[0].text);
		return;
	}
	snprintf(experiment.folder, sizeof(experiment.folder), "%s", near->folder);
	if (sg_rig_look_up(&experiment.rig, &rig, &why) || sg_plan_init(&plan, &experiment, rig.caps, &why)) {
		complain(near, "plan", said);
		sg_experiment_fini(&experiment);
		return;
	}
	if (sg_rig_open(&rig, &experiment.rig, clock, &why)) {
		complain(near, "rig", said);
	} else {
		const struct sg_run_config config = {
			.experiment = &experiment, .plan = &plan, .rig = &rig, .clock = clock, .clock_kind = "real",
			.experiment_path = yaml_path, .program_version = "bench", .disk = near->disk,
		};

		for (unsigned i = 0; i < near->trips; i++)
			run_once(near, &config);
		sg_rig_close(&rig);
	}
	sg_plan_fini(&plan);
	sg_experiment_fini(&experiment);
}

/* Read on until count lines have begun with first, or the stream ends. */
static void pass_lines(int fd, char first, unsigned count)
{
	char bytes[256], last = '\n';
	ssize_t n = 1;

	while (count && n > 0) {
		n = read(fd, bytes, sizeof(bytes));
		for (ssize_t i = 0; i < n; i++) {
			/* Counted at its end: the sample must be whole. */
			if (last == '\n')
				last = bytes[i] == first ? first : ' ';
			if (bytes[i] != '\n')
				continue;
			count -= count && last == first;
			last = '\n';
		}
	}
}

static void answer_lines(struct near_end *near)
{
	static const char program[] = "e\ntimer_start\n\n";
	const struct timespec pause = { .tv_sec = 0, .tv_nsec = 20 * SG_NS_PER_MS };
	int fd = open(near->path, O_RDWR | O_NOCTTY | O_CLOEXEC);

	if (fd < 0)
		give_up(near->path);
	for (unsigned i = 0; i < near->trips; i++) {
		if (write(fd, program, sizeof(program) - 1) < 0)
			give_up(near->path);
		pass_lines(fd, 'P', trip_sample(PASS_PLAIN, healthy_samples(near->rig, i)));
		if (write(fd, "Z\n", 2) != 2)
			give_up(near->path);
		pass_lines(fd, '*', 1);
		nanosleep(&pause, NULL);
	}
	close(fd);
}

static void *near_thread(void *ctx)
{
	struct near_end *near = ctx;

	if (near->pass == PASS_PLAIN)
		answer_lines(near);
	else
		run_rig(near);
	return NULL;
}

/* ---- a pass ---- */

static void open_terminal(struct far_end *far, struct near_end *near)
{
	struct termios settings;

	far->fd = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (far->fd < 0 || grantpt(far->fd) || unlockpt(far->fd) || ptsname_r(far->fd, near->path, sizeof(near->path)))
		give_up("pseudo-terminal");
	near->keep = open(near->path, O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (near->keep < 0 || tcgetattr(near->keep, &settings))
		give_up(near->path);
	cfmakeraw(&settings);
	if (tcsetattr(near->keep, TCSANOW, &settings))
		give_up(near->path);
}

static int by_size(const void *a, const void *b)
{
	const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

/* Nearest rank. */
static double percentile_us(const int64_t *sorted, size_t count, double share)
{
	size_t rank = (size_t)(share * (double)count + 0.999999);

	rank = rank < 1 ? 1 : rank;
	return 1e-3 * (double)sorted[(rank > count ? count : rank) - 1];
}

/* Prints a row. Returns p99, or a negative number if something was not as it must be. */
static double tell(enum pass pass, const struct measured *m, const struct near_end *near, size_t rigs, unsigned trips,
		   double plain_us)
{
	int64_t *all = malloc(rigs * trips * sizeof(*all));
	unsigned early = 0, problems = 0;
	size_t count = 0;
	double p99_us = -1.0;

	if (!all)
		give_up("memory");
	for (size_t i = 0; i < rigs; i++) {
		for (uint32_t k = 0; k < m[i].trips && count < rigs * trips; k++)
			all[count++] = m[i].delay_ns[k];
		early += m[i].early;
		problems += near[i].problem[0] != '\0';
		if (near[i].problem[0])
			fprintf(stderr, "rig %zu: %s\n", i, near[i].problem);
	}
	if (count == rigs * trips && early == 0 && problems == 0) {
		qsort(all, count, sizeof(*all), by_size);
		p99_us = percentile_us(all, count, 0.99);
		printf("%-6s %4zu %6zu %9.1f %9.1f %9.1f", pass_names[pass], rigs, count, percentile_us(all, count, 0.5),
		       p99_us, percentile_us(all, count, 1.0));
		if (plain_us > 0.0)
			printf("  %6.2f  %s", p99_us / plain_us, p99_us <= TARGET_US ? "met" : "MISSED");
		printf("\n");
	} else {
		fprintf(stderr, "%s: %zu of %zu trips measured, %u too early, %u rigs with problems\n", pass_names[pass],
			count, rigs * trips, early, problems);
	}
	free(all);
	return p99_us;
}

static double run_pass(enum pass pass, size_t rigs, unsigned trips, const char *folder, const struct sg_disk *disk,
		       double plain_us)
{
	const size_t size = rigs * sizeof(struct measured);
	struct measured *measured = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	static struct far_end far[RIGS_MAX];
	static struct near_end near[RIGS_MAX];
	double p99_us;
	pid_t pid;

	if (measured == MAP_FAILED)
		give_up("memory");
	alone = rigs == 1;
	memset(far, 0, sizeof(far));
	memset(near, 0, sizeof(near));
	for (size_t i = 0; i < rigs; i++) {
		open_terminal(&far[i], &near[i]);
		far[i].measured = &measured[i];
		far[i].rig = near[i].rig = (unsigned)i;
		near[i].pass = pass;
		near[i].trips = trips;
		near[i].disk = disk;
		snprintf(near[i].folder, sizeof(near[i].folder), "%s/%s-%zu-%zu", folder, pass_names[pass], rigs, i);
	}
	fflush(stdout);
	pid = fork();
	if (pid < 0)
		give_up("fork");
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		play_instruments(far, rigs, pass);
	}
	for (size_t i = 0; i < rigs; i++) {
		close(far[i].fd);
		errno = pthread_create(&near[i].thread, NULL, near_thread, &near[i]);
		if (errno)
			give_up("thread");
	}
	for (size_t i = 0; i < rigs; i++)
		pthread_join(near[i].thread, NULL);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	for (size_t i = 0; i < rigs; i++)
		close(near[i].keep);
	p99_us = tell(pass, measured, near, rigs, trips, plain_us);
	munmap(measured, size);
	return p99_us;
}

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static bool measure(size_t rigs, unsigned trips, const char *folder, const struct sg_disk *disk)
{
	const double plain_us = run_pass(PASS_PLAIN, rigs, trips, folder, disk, 0.0);
	bool good = plain_us > 0.0;

	for (enum pass pass = PASS_LIMIT; pass < PASSES && good; pass++)
		good = run_pass(pass, rigs, trips, folder, disk, plain_us) > 0.0;
	return good;
}

int main(int argc, char **argv)
{
	const unsigned long rigs = argc > 1 ? strtoul(argv[1], NULL, 10) : 64;
	const unsigned long trips = argc > 2 ? strtoul(argv[2], NULL, 10) : 10;
	const long flush_ms = argc > 4 ? strtol(argv[4], NULL, 10) : 0;
	struct slow_disk slow;
	char folder[64];
	bool good = true;

	snprintf(folder, sizeof(folder), "%.40s/sg_bench_XXXXXX", argc > 3 ? argv[3] : "/tmp");
	if (rigs < 1 || rigs > RIGS_MAX || trips < 1 || trips > TRIPS_MAX || flush_ms < 0) {
		fprintf(stderr, "usage: %s [RIGS [TRIPS [FOLDER [FLUSH_MS]]]], 1 to %d rigs, 1 to %d trips each\n", argv[0], RIGS_MAX,
			TRIPS_MAX);
		return 2;
	}
	slow_disk_init(&slow, flush_ms);
	if (!mkdtemp(folder))
		give_up(folder);
	printf("sample in to cell off out, us; %.0f samples/s a rig; p99 against that of plain; target p99 %.0f us\n",
	       (double)SG_NS_PER_S / INTERVAL_NS, TARGET_US);
	printf("pass   rigs  trips       p50       p99     worst   ratio  target\n");
	if (argc < 2)
		good = measure(1, 200, folder, &slow.disk);
	good = good && measure(rigs, (unsigned)trips, folder, &slow.disk);
	nftw(folder, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
	return good ? 0 : 1;
}
