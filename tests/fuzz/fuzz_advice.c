/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any text as the rules of advice: refused with a sentence, or taken. What is taken says of any machine the same twice, on
 * one line, below its ceiling, and of a machine that is well nothing. Behind a NUL stands what the machine says.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "advice/advice.h"
#include "fuzz.h"
#include "modules.h"

#define NOW INT64_C(1795210685000)

static const char *const names[] = {"ping", "ssh", "bmc", "chassis", "outlets", "slurm", "jobs", "df", "gpu"};
#define N LARCH_COUNT(names)

static void
is_a_line(const char *text)
{
	DEMAND(strlen(text) <= LIMIT_ADVICE_TEXT && strpbrk(text, "\n\r\t\033") == NULL);
}

static void
is_sound(const struct advice_rules *r, const struct advice_facts *f, struct arena *a)
{
	struct advice x, again;
	struct buf line = BUF(LIMIT_PAGE);
	json_t *j;
	bool named = false;

	if (!advice_for(r, f, a, &x))
		return;
	DEMAND(f->level != STATUS_OK && advice_for(r, f, a, &again));
	DEMAND(x.rule == again.rule && strcmp(x.why, again.why) == 0 && strcmp(x.verdict, again.verdict) == 0);
	for (size_t i = 0; i < advice_count(r); i++)
		named = named || advice_rule_name(r, i) == x.rule;
	DEMAND(named && strlen(x.signs) == 16 && x.sure[0] != '\0');
	is_a_line(x.verdict);
	is_a_line(x.why);
	is_a_line(x.action);
	DEMAND(x.has_share == advice_is_power(x.verb) && x.share.low >= 0 && x.share.low <= x.share.high && x.share.high <= 1);
	advice_line(&x, &line);
	DEMAND(!line.over);
	j = advice_json(&x);
	DEMAND(json_object_size(j) == 7 && json_is_string(json_object_get(j, "why")));
	json_decref(j);
	buf_free(&line);
}

/* Machines that say this, at every level, freshly or long ago. */
static void
machines(const struct advice_rules *r, const char *said, struct arena *a)
{
	struct status_column columns[N];
	struct status_value values[N];
	struct status_action acts[3] = {{.at = NOW - 1000, .verb = "cycle", .outcome = "ok"}, {.at = NOW + 1000, .verb = "reset", .outcome = "ok"},
	    {.at = 0, .verb = "on", .outcome = "unknown"}};
	struct status_cured cured[1] = {{.rule = "", .signs = "", .verb = "cycle", .n = 9, .well = 9}};
	struct advice_seen s = {.thing = said, .columns = columns, .n_columns = N, .values = values, .n_values = N, .actions = acts,
	    .n_actions = 3, .cured = cured, .n_cured = 1, .now = NOW};
	struct advice_facts f;

	for (int turn = 0; turn < 2 * STATUS_LEVEL_COUNT; turn++) {
		for (size_t i = 0; i < N; i++) {
			columns[i] = (struct status_column){.name = names[i], .counts = i % 2 == 0};
			values[i] = (struct status_value){.thing = said, .check = names[i], .text = said, .detail = i % 3 == 0 ? NULL : said,
			    .data = i % 2 == 0 ? said : NULL, .number = i % 2 == 0 ? NAN : (double)i * 25, .level = (enum status_level)(turn / 2),
			    .at = NOW - (turn % 2) * 3600000, .since = NOW - (int64_t)i * 600000, .interval = 30000};
		}
		advice_facts_of(&s, a, &f);
		is_sound(r, &f, a);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	const char *text = (const char *)data, *nul = n == 0 ? NULL : memchr(data, '\0', n);
	size_t rules = nul == NULL ? n : (size_t)(nul - text);
	struct advice_rules *r = NULL;
	struct arena *a;
	struct err e = {0};

	if (n > 65536)
		return 0;
	a = arena_create();
	if (advice_parse((struct str){text, rules}, "fuzz", modules(), &r, &e) == 0) {
		DEMAND(advice_count(r) <= 200);
		machines(r, nul == NULL ? "down*" : arena_strndup(a, nul + 1, n - rules - 1), a);
	} else {
		DEMAND(strncmp(e.text, "fuzz: ", 6) == 0 && e.kind != ERR_NONE);
	}
	advice_destroy(r);
	arena_destroy(a);
	return 0;
}
