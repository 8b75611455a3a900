/* SPDX-License-Identifier: Apache-2.0 */
/* sandglassd: the service; see service/service.h. */
#include <errno.h>
#include <getopt.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "commands.h"
#include "experiment/yaml_tree.h"
#include "service/service.h"
#include "service/socket.h"

struct arguments {
	const char *rigs;
	const char *folder;
	char socket[SG_URI_SIZE];
	char program[SG_URI_SIZE];
	int group;
};

static void usage(FILE *out)
{
	fprintf(out, "usage: sandglassd [options] RIGS.yaml\n"
		     "Looks after the tests of many rigs. Each is a program of its own with its guardian, and outlives this one; a test that\n"
		     "has not ended is gone on with. Controlled by `sandglass submit | status | stop | pause | go-on | tail`.\n"
		     "  --socket PATH     where it listens: $RUNTIME_DIRECTORY/sandglassd.sock, or /run/sandglass/sandglassd.sock\n"
		     "  --group NAME      whose members may use the socket, instead of the group it runs with\n"
		     "  --folder DIR      instead of folder: in the file\n"
		     "  --program PATH    sandglass: the one beside this program\n"
		     "SIGTERM, SIGINT: every test is held, cell off, and gone on with at the next start.\n");
}

/* The sandglass that was installed with us. */
static void find_program(char program[SG_URI_SIZE])
{
	const ssize_t n = readlink("/proc/self/exe", program, SG_URI_SIZE - 16);
	char *slash;

	program[n > 0 ? n : 0] = '\0';
	slash = strrchr(program, '/');
	if (slash)
		memcpy(slash + 1, "sandglass", sizeof("sandglass"));
}

static int read_group(const char *name, int *number)
{
	const struct group *group = getgrnam(name);

	if (!group) {
		fprintf(stderr, "--group %s: there is no such group\n", name);
		return SG_EXIT_USAGE;
	}
	*number = (int)group->gr_gid;
	return 0;
}

static int parse(int argc, char **argv, struct arguments *a)
{
	static const struct option options[] = {
		{ "socket", required_argument, NULL, 's' },  { "group", required_argument, NULL, 'g' },
		{ "folder", required_argument, NULL, 'f' },  { "program", required_argument, NULL, 'p' },
		{ "help", no_argument, NULL, 'h' },          { "version", no_argument, NULL, 'v' },
		{ NULL, 0, NULL, 0 },
	};
	int c;

	*a = (struct arguments){ .group = -1 };
	sg_socket_path(a->socket, sizeof(a->socket));
	find_program(a->program);
	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (c) {
		case 's':
			snprintf(a->socket, sizeof(a->socket), "%s", optarg);
			break;
		case 'g':
			if (read_group(optarg, &a->group))
				return SG_EXIT_USAGE;
			break;
		case 'f':
			a->folder = optarg;
			break;
		case 'p':
			snprintf(a->program, sizeof(a->program), "%s", optarg);
			break;
		case 'h':
			usage(stdout);
			return -1;
		case 'v':
			printf("sandglassd %s\n", SANDGLASS_VERSION);
			return -1;
		default:
			usage(stderr);
			return SG_EXIT_USAGE;
		}
	}
	if (optind != argc - 1) {
		usage(stderr);
		return SG_EXIT_USAGE;
	}
	a->rigs = argv[optind];
	return 0;
}

static enum sg_err read_rigs(const char *path, struct sg_rigs *rigs)
{
	static char bytes[SG_YAML_SIZE_MAX];
	char storage[SG_DIAGNOSTIC_SIZE + 320];
	struct sg_diagnostics diagnostics;
	struct sg_text line;
	FILE *file = fopen(path, "re");
	size_t length;
	enum sg_err err;

	if (!file) {
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
		return SG_ERR_NOT_FOUND;
	}
	length = fread(bytes, 1, sizeof(bytes), file);
	fclose(file);
	err = sg_rigs_read(rigs, path, bytes, length, &diagnostics);
	for (size_t i = 0; err && i < diagnostics.count; i++) {
		sg_text_init(&line, storage, sizeof(storage));
		sg_diagnostic_print(&diagnostics, i, &line);
		fprintf(stderr, "%s\n", line.data);
	}
	return err;
}

int main(int argc, char **argv)
{
	char storage[4096];
	struct arguments a;
	struct sg_rigs rigs;
	struct sg_text why;
	enum sg_err err;
	int status = parse(argc, argv, &a);

	if (status)
		return status < 0 ? SG_EXIT_OK : status;
	if (read_rigs(a.rigs, &rigs))
		return SG_EXIT_FAILED;
	sg_text_init(&why, storage, sizeof(storage));
	const struct sg_service_config config = {
		.rigs = &rigs,
		.rigs_path = a.rigs,
		.folder = a.folder ? a.folder : rigs.folder,
		.socket = a.socket,
		.group = a.group,
		.program = a.program,
	};
	err = sg_service_run(&config, &why);
	if (err)
		fprintf(stderr, "%s\n", why.length ? why.data : sg_err_text(err));
	sg_rigs_fini(&rigs);
	return err ? SG_EXIT_FAILED : SG_EXIT_OK;
}
