/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A node that answers anything, and an ssh that complains of anything. The first byte says which. Whatever comes, facts
 * hold what their header promises: clean text, numbers in range, ceilings; and values can be made of them.
 */
#include <math.h>
#include <string.h>

#include "fuzz.h"
#include "probe/login.h"

#define MARK "00112233445566778899aabbccddeeff"

static struct conf_mount mounts[] = {{"tmp", "/tmp"}, {"scratch", "/global/scratch"}};
static struct conf_command commands[] = {{"nhc", "NHC", "/usr/sbin/nhc", 20000}};
static struct conf conf = {.status = {.mounts = mounts, .n_mounts = 2, .commands = commands, .n_commands = 1}};

static void
check_mounts(const struct login_mount *m, size_t n)
{
	DEMAND(n <= LIMIT_LOGIN_MOUNTS);
	for (size_t i = 0; i < n; i++) {
		DEMAND(str_is_text(str_of(m[i].mount)));
		DEMAND(m[i].state == LOGIN_MOUNT_SEEN || (m[i].why != NULL && str_is_text(str_of(m[i].why))));
		DEMAND(m[i].size >= 0 && m[i].used >= 0 && m[i].use >= 0 && m[i].use <= 100);
	}
}

static void
check_facts(const struct login_facts *f)
{
	DEMAND((f->no_times == NULL) == !isnan(f->uptime) && isnan(f->uptime) == isnan(f->load15));
	DEMAND(f->no_times != NULL || (f->uptime >= 0 && f->load1 >= 0 && f->load5 >= 0));
	DEMAND(f->cores >= 0 && f->btime >= 0);
	check_mounts(f->mounts, f->n_mounts);
	DEMAND(f->n_asked == 2);
	check_mounts(f->asked, f->n_asked);
	DEMAND(f->n_users <= LIMIT_LOGIN_USERS);
	for (size_t i = 0; i < f->n_users; i++)
		DEMAND(f->users[i][0] != '\0' && str_is_text(str_of(f->users[i])) && (i == 0 || str_natural(f->users[i - 1], f->users[i]) != 0));
	DEMAND(f->gpus_expected >= -1 && f->gpus_expected <= LIMIT_LOGIN_GPUS);
	DEMAND(f->gpus_found >= -1 && f->gpus_found <= LIMIT_LOGIN_GPUS && f->gpus_listed <= LIMIT_LOGIN_GPUS);
	DEMAND(f->n_commands == 1 && f->commands[0].code >= -1 && f->commands[0].code <= 255);
	DEMAND(f->commands[0].code >= 0 || f->commands[0].why != NULL);
	DEMAND(str_is_text(str_of(f->commands[0].text)) && str_is_text(str_of(f->commands[0].detail)));
	DEMAND(strchr(f->commands[0].text, '\n') == NULL && strlen(f->commands[0].detail) <= 4 * LIMIT_LOGIN_TEXT);
}

static void
check_answer(struct str answer, bool late, struct arena *a)
{
	const struct login_parsing how = {&conf.status, MARK, "n0003.savio3", late};
	struct login_facts f;
	struct status_value *v;
	size_t n;

	(void)login_started(answer, MARK);
	login_parse(answer, &how, a, &f);
	check_facts(&f);
	login_values(&conf, "n1", &(struct login_answer){LOGIN_OK, "", &f, INT64_C(1795000000000), false}, a, &v, &n);
	DEMAND(n >= 7 && n <= 8);
	for (size_t i = 0; i < n; i++) {
		struct err e;
		json_t *data;

		DEMAND(str_is_text(str_of(v[i].text)) && (v[i].detail == NULL || str_is_text(str_of(v[i].detail))));
		if (v[i].data == NULL)
			continue;
		data = jsn_parse(str_of(v[i].data), "data", &e);
		DEMAND(data != NULL);
		json_decref(data);
	}
}

static void
check_complaint(struct str err, struct arena *a)
{
	const char *text = NULL;

	for (int status = 0; status <= 255; status += 85) {
		DEMAND(login_judge(status, err, err, a, &text) != LOGIN_OK);
		DEMAND(text != NULL && text[0] != '\0' && str_is_text(str_of(text)));
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct arena *a = arena_create();

	if (n > 0 && n <= LIMIT_LOGIN_ANSWER) {
		const struct str rest = {(const char *)data + 1, n - 1};

		if (data[0] == 'e')
			check_complaint(rest, a);
		else
			check_answer(rest, data[0] == 'l', a);
	}
	arena_destroy(a);
	return 0;
}
