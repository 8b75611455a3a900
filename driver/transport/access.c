/* SPDX-License-Identifier: Apache-2.0 */
#include "transport/access.h"

#include <grp.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#define FLAG_RULE "60-sandglass.rules"
#define PERSON_RULE "61-sandglass-access.rules"
#define SERVICE_RULE "62-sandglass-service.rules"
#define LOOKUP_SIZE 4096
#define PARENTS_MAX 6

static bool join(char out[PATH_MAX], const char *a, const char *b, const char *c)
{
	return snprintf(out, PATH_MAX, "%s%s%s", a, b, c) < PATH_MAX;
}

/* An empty file or a link to /dev/null of this name switches a rule off: it counts as missing. */
static bool has_rule(const char *root, const char *name)
{
	static const char *const folders[] = { "/etc/udev/rules.d/", "/run/udev/rules.d/", "/usr/local/lib/udev/rules.d/",
					       "/usr/lib/udev/rules.d/", "/lib/udev/rules.d/" };

	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		char folder[PATH_MAX], path[PATH_MAX];
		struct stat st;

		/* The first folder that has the name decides, as for udev. */
		if (join(folder, root, folders[i], "") && join(path, folder, name, "") && stat(path, &st) == 0)
			return S_ISREG(st.st_mode) && st.st_size > 0;
	}
	return false;
}

bool sg_access_flagged(const char *root, const char *node, char *family, size_t size)
{
	static const char key[] = "E:ID_SANDGLASS=";
	char path[PATH_MAX], line[512];
	bool found = false;
	struct stat st;
	FILE *file;

	if (stat(node, &st) != 0)
		return false;
	snprintf(path, sizeof(path), "%s/run/udev/data/c%u:%u", root, major(st.st_rdev), minor(st.st_rdev));
	file = fopen(path, "re");
	if (!file)
		return false;
	while (!found && fgets(line, sizeof(line), file)) {
		line[strcspn(line, "\n")] = '\0';
		found = strncmp(line, key, strlen(key)) == 0 && line[strlen(key)];
	}
	fclose(file);
	if (found && family)
		snprintf(family, size, "%s", line + strlen(key));
	return found;
}

/* The reentrant functions: rigs are threads. */
static void look_at_group(const char *node, struct sg_access_facts *out)
{
	char storage[LOOKUP_SIZE], user_storage[LOOKUP_SIZE];
	struct passwd user, *me = NULL;
	struct group group, *found = NULL;
	struct stat st;

	if (stat(node, &st) != 0 || st.st_gid == 0 || !(st.st_mode & S_IWGRP))
		return;
	if (getgrgid_r(st.st_gid, &group, storage, sizeof(storage), &found) != 0 || !found)
		return;
	snprintf(out->group, sizeof(out->group), "%s", group.gr_name);
	if (getpwuid_r(geteuid(), &user, user_storage, sizeof(user_storage), &me) != 0 || !me)
		return;
	for (char **member = group.gr_mem; *member; member++)
		out->member |= strcmp(*member, user.pw_name) == 0;
}

/* Beside this very program: installed, or in the source folder it was built in. */
static void find_command(char *out, size_t size)
{
	char program[PATH_MAX], path[PATH_MAX];
	const ssize_t length = readlink("/proc/self/exe", program, sizeof(program) - 1);
	char *slash;

	snprintf(out, size, "sudo tools/install-udev (in the folder of sandglass's sources)");
	if (length <= 0)
		return;
	program[length] = '\0';
	for (int i = 0; i < PARENTS_MAX && (slash = strrchr(program, '/')) != NULL; i++) {
		static const char *const places[] = { "/share/sandglass/install-udev", "/tools/install-udev" };

		*slash = '\0';
		for (size_t p = 0; p < sizeof(places) / sizeof(places[0]); p++) {
			if (!join(path, program, places[p], "") || access(path, X_OK) != 0)
				continue;
			if (strlen(path) + sizeof("sudo ") <= size) {
				strcpy(out, "sudo ");
				strcat(out, path);
			}
			return;
		}
	}
}

void sg_access_look(const char *root, const char *node, enum sg_access_kind kind, struct sg_access_facts *out)
{
	memset(out, 0, sizeof(*out));
	out->kind = kind;
	out->flag_rule = has_rule(root, FLAG_RULE);
	out->person_rule = has_rule(root, PERSON_RULE);
	out->service_rule = has_rule(root, SERVICE_RULE);
	out->flagged = sg_access_flagged(root, node, NULL, 0);
	look_at_group(node, out);
	find_command(out->command, sizeof(out->command));
}

/* Which of the two, or both. */
static void say_missing(const struct sg_access_facts *f, struct sg_text *why)
{
	const bool access_rule = f->person_rule || f->service_rule;

	if (f->flag_rule)
		sg_text_add(why, "the udev rule " PERSON_RULE " is");
	else if (access_rule)
		sg_text_add(why, "the udev rule " FLAG_RULE " is");
	else
		sg_text_add(why, "the udev rules " FLAG_RULE " and " PERSON_RULE " are");
	sg_text_add(why, " not installed: %s", f->command);
}

void sg_access_say(const struct sg_access_facts *f, struct sg_text *why)
{
	const bool complete = f->flag_rule && (f->person_rule || f->service_rule);

	if (f->group[0] && f->member) {
		sg_text_add(why, "it belongs to group %s, and so do you, but not since before this login: log in again",
			    f->group);
	} else if (!complete && f->kind == SG_ACCESS_USB) {
		say_missing(f, why);
	} else if (!f->flagged && f->kind == SG_ACCESS_USB) {
		sg_text_add(why, "the udev rules are installed, but were not applied to this device: pull it and plug it in again");
	} else if (f->group[0]) {
		sg_text_add(why, "it belongs to group %s: sudo adduser $USER %s, then log in again", f->group, f->group);
	} else if (f->flagged && f->person_rule) {
		sg_text_add(why, PERSON_RULE " lets in who sits at this PC, and this login does not (it came over the network, or is "
			    "a service); for those there is a group: %s --service && sudo adduser $USER " SG_ACCESS_GROUP
			    ", then log in again", f->command);
	} else {
		sg_text_add(why, "it is the superuser's alone");
	}
	/* A port of a group is open to it anyway; for an instrument that udev knows there is the other way. */
	if (!complete && f->kind == SG_ACCESS_TTY)
		sg_text_add(why, " (for an instrument that `sandglass list` knows also: %s)", f->command);
}

void sg_access_explain(const char *node, enum sg_access_kind kind, struct sg_text *why)
{
	struct sg_access_facts facts;

	sg_access_look("", node, kind, &facts);
	sg_access_say(&facts, why);
}
