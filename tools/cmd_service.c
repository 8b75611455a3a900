/* SPDX-License-Identifier: Apache-2.0 */
/* sandglass submit, status, stop, pause, go-on, tail: what a person says to the service. */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "commands.h"
#include "core/text.h"
#include "format/json_line.h"
#include "service/message.h"
#include "service/socket.h"

struct asked {
	const char *verb;
	const char *rig;
	const char *path; /* of the experiment */
	const char *socket;
	bool json;
	bool follow;
};

static void usage(const char *verb, FILE *out)
{
	fprintf(out, "usage: sandglass %s %s[--socket PATH]\n", verb,
		strcmp(verb, "submit") == 0 ? "RIG EXPERIMENT.yaml " :
		strcmp(verb, "status") == 0 ? "[--json] " :
		strcmp(verb, "tail") == 0   ? "RIG [-f] " :
					      "RIG ");
	fprintf(out, "%s",
		strcmp(verb, "submit") == 0 ?
			"Hands an experiment over to sandglassd. It runs on that rig, whatever stands under rig: in it, if it fits.\n" :
		strcmp(verb, "status") == 0 ?
			"Every rig of sandglassd: idle, checking, running, paused, held, waiting, ended or unsafe; its run folder; what was\n"
			"said last.\n" :
		strcmp(verb, "stop") == 0 ?
			"Ends the test on that rig: cell off, read back, data kept. On one that has ended: you have seen it.\n" :
		strcmp(verb, "pause") == 0 ?
			"Cell off, read back; the step goes on where it was with `sandglass go-on`.\n" :
		strcmp(verb, "go-on") == 0 ?
			"A test that is paused, held, or waits for its instrument is to go on.\n" :
			"What the test on that rig said; -f: and what it says from now on.\n");
}

static int parse(int argc, char **argv, struct asked *a)
{
	static const struct option options[] = {
		{ "socket", required_argument, NULL, 's' }, { "json", no_argument, NULL, 'j' },
		{ "follow", no_argument, NULL, 'f' },       { "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	int c, words;

	*a = (struct asked){ .verb = argv[0] };
	while ((c = getopt_long(argc, argv, "f", options, NULL)) != -1) {
		if (c == 's') {
			a->socket = optarg;
		} else if (c == 'j') {
			a->json = true;
		} else if (c == 'f') {
			a->follow = true;
		} else {
			usage(a->verb, c == 'h' ? stdout : stderr);
			return c == 'h' ? -1 : SG_EXIT_USAGE;
		}
	}
	words = strcmp(a->verb, "status") == 0 ? 0 : strcmp(a->verb, "submit") == 0 ? 2 : 1;
	if (argc - optind != words) {
		usage(a->verb, stderr);
		return SG_EXIT_USAGE;
	}
	a->rig = words ? argv[optind] : NULL;
	a->path = words == 2 ? argv[optind + 1] : NULL;
	return 0;
}

/* "-": standard input. */
static bool read_experiment(const char *path, char text[SG_MESSAGE_SIZE])
{
	FILE *file = strcmp(path, "-") == 0 ? stdin : fopen(path, "re");
	size_t length = 0;

	if (file)
		length = fread(text, 1, SG_MESSAGE_SIZE - 1, file);
	if (!file || ferror(file)) {
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
		return false;
	}
	if (file != stdin)
		fclose(file);
	text[length] = '\0';
	if (strlen(text) == length)
		return true;
	fprintf(stderr, "%s: not a text\n", path);
	return false;
}

/* Length of the request, 0: said why not. */
static size_t compose(const struct asked *a, char request[SG_MESSAGE_SIZE])
{
	static char experiment[SG_MESSAGE_SIZE];
	struct sg_json json;
	size_t length;

	if (a->path && !read_experiment(a->path, experiment))
		return 0;
	sg_json_begin(&json, request, SG_MESSAGE_SIZE, false);
	sg_json_integer(&json, "sandglassd", SG_MESSAGE_VERSION);
	sg_json_string(&json, "do", a->verb);
	if (a->rig)
		sg_json_string(&json, "rig", a->rig);
	if (a->path)
		sg_json_string(&json, "experiment", experiment);
	if (a->follow)
		sg_json_boolean(&json, "follow", true);
	length = sg_json_end(&json);
	if (!length)
		fprintf(stderr, "%s: too long: what is handed over has 32 kB at most\n", a->path ? a->path : a->rig);
	return length;
}

static bool send_all(int fd, const char *bytes, size_t length)
{
	for (size_t done = 0; done < length;) {
		const ssize_t n = send(fd, bytes + done, length - done, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		done += (size_t)n;
	}
	return true;
}

static void print_status(const struct sg_message *message)
{
	const char *run = sg_message_text(message, "run"), *last = sg_message_text(message, "last");
	const time_t since = (time_t)sg_message_number(message, "since_s", 0);
	struct tm utc;
	char when[32];

	gmtime_r(&since, &utc);
	strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%SZ", &utc);
	printf("%-16s %-8s since %s  %s\n", sg_message_text(message, "rig"), sg_message_text(message, "state"), when, run ? run : "");
	if (last && last[0])
		printf("%-16s %s\n", "", last);
}

/* -1: more lines come; else the exit status. */
static int take_answer(const struct asked *a, char *line, size_t length)
{
	char storage[256];
	struct sg_message message;
	struct sg_text why;
	const char *text;

	if (a->json && !strstr(line, "\"ok\":"))
		printf("%s\n", line);
	sg_text_init(&why, storage, sizeof(storage));
	if (sg_message_read(&message, line, length, &why)) {
		fprintf(stderr, "the service said what is not understood: %s\n", why.data);
		return SG_EXIT_FAILED;
	}
	text = sg_message_text(&message, "line");
	if (text)
		fprintf(a->path ? stderr : stdout, "%s\n", text);
	else if (sg_message_text(&message, "rig") && !a->json)
		print_status(&message);
	text = sg_message_text(&message, "error");
	if (text)
		fprintf(stderr, "%s\n", text);
	fflush(stdout);
	return sg_message_is(&message, "ok") ? SG_EXIT_OK : text ? SG_EXIT_FAILED : -1;
}

static int take_answers(const struct asked *a, int fd)
{
	static char line[SG_MESSAGE_SIZE + 1];
	FILE *in = fdopen(fd, "r");
	int status = -1;
	size_t length;

	while (in && status < 0 && fgets(line, sizeof(line), in)) {
		length = strcspn(line, "\n");
		line[length] = '\0';
		status = take_answer(a, line, length);
	}
	if (status < 0)
		fprintf(stderr, "the service has gone\n");
	if (in)
		fclose(in);
	return status < 0 ? SG_EXIT_FAILED : status;
}

int sg_cmd_service(int argc, char **argv)
{
	static char request[SG_MESSAGE_SIZE];
	char path[256], storage[512];
	struct sg_text why;
	struct asked a;
	size_t length;
	int fd, status = parse(argc, argv, &a);

	if (status)
		return status < 0 ? SG_EXIT_OK : status;
	length = compose(&a, request);
	if (!length)
		return SG_EXIT_FAILED;
	sg_text_init(&why, storage, sizeof(storage));
	sg_socket_path(path, sizeof(path));
	if (sg_socket_connect(a.socket ? a.socket : path, &fd, &why)) {
		fprintf(stderr, "%s\n", why.data);
		return SG_EXIT_FAILED;
	}
	if (send_all(fd, request, length))
		return take_answers(&a, fd);
	fprintf(stderr, "the service took nothing: %s\n", strerror(errno));
	close(fd);
	return SG_EXIT_FAILED;
}
