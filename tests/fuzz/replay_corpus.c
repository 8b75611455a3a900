/* SPDX-License-Identifier: Apache-2.0 */
/* Feeds every file of a folder to a fuzz target: the kept corpus is a regression test in every build. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int replay_file(const char *path)
{
	FILE *file = fopen(path, "rb");
	uint8_t *bytes;
	size_t length;
	long size;

	if (!file)
		return -1;
	fseek(file, 0, SEEK_END);
	size = ftell(file);
	rewind(file);
	bytes = malloc(size > 0 ? (size_t)size : 1);
	if (!bytes || size < 0) {
		fclose(file);
		free(bytes);
		return -1;
	}
	length = fread(bytes, 1, (size_t)size, file);
	fclose(file);
	LLVMFuzzerTestOneInput(bytes, length);
	free(bytes);
	return 0;
}

int main(int argc, char **argv)
{
	unsigned files = 0;
	struct dirent *entry;
	char path[4096];
	DIR *folder;

	if (argc != 2 || !(folder = opendir(argv[1]))) {
		fprintf(stderr, "usage: %s CORPUS_FOLDER\n", argv[0]);
		return 2;
	}
	while ((entry = readdir(folder))) {
		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s/%s", argv[1], entry->d_name);
		if (replay_file(path)) {
			fprintf(stderr, "cannot read %s\n", path);
			closedir(folder);
			return 1;
		}
		files++;
	}
	closedir(folder);
	printf("%u inputs replayed\n", files);
	return files ? 0 : 1;
}
