/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs a fuzzer over every file of the folder given, as TAP: a seed that
 * crashed once is a test ever after. With no file in it, it fails.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "fuzz.h"

#define SEED_MAX (1u << 20)

static int
run_one(const char *folder, const char *name)
{
	char path[4096];
	uint8_t *data = malloc(SEED_MAX);
	size_t n;
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	f = fopen(path, "rb");
	if (data == NULL || f == NULL) {
		perror(path);
		free(data);
		return -1;
	}
	n = fread(data, 1, SEED_MAX, f);
	fclose(f);
	data = realloc(data, n > 0 ? n : 1); /* so that a byte read past the end is seen */
	if (data == NULL)
		return -1;
	LLVMFuzzerTestOneInput(data, n);
	free(data);
	return 0;
}

static int
is_seed(const struct dirent *d)
{
	return d->d_name[0] != '.';
}

int
main(int argc, char **argv)
{
	struct dirent **list = NULL;
	int n = argc == 2 ? scandir(argv[1], &list, is_seed, alphasort) : -1, bad = 0;

	if (n <= 0) {
		printf("1..1\nnot ok 1 - has a folder of seeds: %s\n", argc == 2 ? argv[1] : "none given");
		return 1;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	printf("1..%d\n", n);
	for (int i = 0; i < n; i++) {
		int rc = run_one(argv[1], list[i]->d_name);

		printf("%sok %d - survives %s\n", rc == 0 ? "" : "not ", i + 1, list[i]->d_name);
		bad += rc != 0;
		free(list[i]);
	}
	free(list);
	return bad > 0;
}
