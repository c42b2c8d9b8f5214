/* SPDX-License-Identifier: Apache-2.0 */
#include <ftw.h>
#include <stdlib.h>
#include <unistd.h>

#include "t.h"

static bool failed;
static const char *skipped;
static char folder[256];

bool
t_check(bool ok, const char *file, int line, const char *what, const char *got, const char *want)
{
	if (ok)
		return true;
	failed = true;
	printf("# %s:%d: %s\n", file, line, what);
	if (got != NULL)
		printf("#   got:  %s\n#   want: %s\n", got, want);
	return false;
}

bool
t_str(const char *got, const char *want, const char *file, int line)
{
	bool same = got != NULL && want != NULL ? strcmp(got, want) == 0 : got == want;

	return t_check(same, file, line, "texts differ", got == NULL ? "NULL" : got,
	    want == NULL ? "NULL" : want);
}

bool
t_int(long long got, long long want, const char *file, int line)
{
	char a[32], b[32];

	snprintf(a, sizeof(a), "%lld", got);
	snprintf(b, sizeof(b), "%lld", want);
	return t_check(got == want, file, line, "numbers differ", a, b);
}

bool
t_has(const char *got, const char *part, const char *file, int line)
{
	return t_check(strstr(got, part) != NULL, file, line, "text lacks a part", got, part);
}

void
t_skip(const char *why)
{
	skipped = why;
}

const char *
t_path(const char *relative)
{
	static char path[4096];
	const char *root = getenv("LARCH_ROOT");

	snprintf(path, sizeof(path), "%s/%s", root == NULL ? "." : root, relative);
	return path;
}

static int
remove_one(const char *path, const struct stat *st, int flag, struct FTW *where)
{
	(void)st;
	(void)flag;
	(void)where;
	return remove(path);
}

static void
remove_folder(void)
{
	if (folder[0] != '\0')
		nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

const char *
t_folder(void)
{
	const char *tmp = getenv("TMPDIR");

	if (folder[0] != '\0')
		return folder;
	snprintf(folder, sizeof(folder), "%s/larch-unit.XXXXXX", tmp == NULL ? "/tmp" : tmp);
	if (mkdtemp(folder) == NULL) {
		perror(folder);
		exit(99);
	}
	atexit(remove_folder);
	return folder;
}

/* "t_refuses_an_empty_name" is printed as "refuses an empty name". */
static void
print_sentence(const char *name)
{
	if (strncmp(name, "t_", 2) == 0)
		name += 2;
	for (; *name != '\0'; name++)
		putchar(*name == '_' ? ' ' : *name);
}

int
t_main(const struct t_case *cases, size_t n)
{
	int bad = 0;

	setvbuf(stdout, NULL, _IOLBF, 0);
	printf("1..%zu\n", n);
	for (size_t i = 0; i < n; i++) {
		failed = false;
		skipped = NULL;
		cases[i].run();
		printf("%sok %zu - ", failed ? "not " : "", i + 1);
		print_sentence(cases[i].name);
		if (skipped != NULL && !failed)
			printf(" # SKIP %s", skipped);
		putchar('\n');
		bad += failed;
	}
	return bad > 0 ? 1 : 0;
}
