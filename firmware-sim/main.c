/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "bench/arguments.h"
#include "bench/bench.h"
#include "bench/pace.h"
#include "bench/report.h"

#define EXIT_USAGE 2

static void say_ready(const struct fw_bench *bench, const char *const *ports)
{
	int fd = bench->arguments->ready_fd;

	printf("firmware-sim: simulated instruments, seed %llu\n",
	       (unsigned long long)bench->arguments->seed);
	for (unsigned i = 0; i < bench->count; i++)
		printf("port %s %s\n", bench->instruments[i].arguments->name, ports[i]);
	if (fd < 0)
		printf("ready\n");
	fflush(stdout);
	if (fd >= 0 && write(fd, "ready\n", 6) != 6)
		fprintf(stderr, "firmware-sim: --ready-fd %d: %s\n", fd, strerror(errno));
}

/** A file that becomes readable when somebody asks the program to stop; -1 if there is none. */
static int stop_file(void)
{
	sigset_t stops;

	sigemptyset(&stops);
	sigaddset(&stops, SIGTERM);
	sigaddset(&stops, SIGINT);
	signal(SIGPIPE, SIG_IGN);
	if (sigprocmask(SIG_BLOCK, &stops, NULL))
		return -1;
	return signalfd(-1, &stops, SFD_CLOEXEC);
}

static int run(const struct fw_arguments *arguments)
{
	struct fw_bench bench;
	char why[400];
	int status = 0;
	int stop_fd = stop_file();
	bool good;

	if (stop_fd < 0) {
		fprintf(stderr, "firmware-sim: %s\n", strerror(errno));
		return 1;
	}
	if (!fw_bench_init(&bench, arguments, why, sizeof(why))) {
		fprintf(stderr, "firmware-sim: %s\n", why);
		close(stop_fd);
		return EXIT_USAGE;
	}
	good = arguments->lockstep
		       ? fw_pace_lockstep(&bench, stop_fd, say_ready, why, sizeof(why))
		       : fw_pace_real(&bench, stop_fd, say_ready, why, sizeof(why));
	if (!good) {
		fprintf(stderr, "firmware-sim: %s\n", why);
		status = EXIT_USAGE;
	} else if (arguments->report) {
		fw_bench_settle(&bench);
		if (!fw_report_save(&bench, arguments->report)) {
			fprintf(stderr, "firmware-sim: --report %s: %s\n", arguments->report,
				strerror(errno));
			status = 1;
		}
	}
	fw_bench_fini(&bench);
	close(stop_fd);
	return status;
}

/** A closed standard stream must not become a port: what is printed would go out on that line. */
static bool keep_standard_descriptors(void)
{
	int fd = open("/dev/null", O_RDWR | O_CLOEXEC);

	while (fd >= 0 && fd <= STDERR_FILENO)
		fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return false;
	close(fd);
	return true;
}

int main(int argc, char **argv)
{
	struct fw_arguments arguments;
	char why[500];

	if (!keep_standard_descriptors())
		return 1;
	if (!fw_arguments_parse(&arguments, argc, argv, why, sizeof(why))) {
		fprintf(stderr, "firmware-sim: %s\n", why);
		return EXIT_USAGE;
	}
	if (arguments.help) {
		fw_arguments_help(stdout);
		return 0;
	}
	return run(&arguments);
}
