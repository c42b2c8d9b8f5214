/* SPDX-License-Identifier: Apache-2.0 */
/* job --evidence: what was kept of each machine before a job cut or reset it. */
#include <stdio.h>

#include "cli.h"

static const struct column columns[] = {
	{"machine", "machine", false}, {"at", "at", false}, {"took_ms", "ms", false}, {"row", "row", false},
};

static const char *
word(const struct cli *c, const json_t *o, const char *key)
{
	const json_t *v = json_object_get(o, key);

	return v == NULL || json_is_null(v) || (json_is_string(v) && json_string_length(v) == 0) ? "" : out_scalar(c, v);
}

/* A line of a list: its members with what stands before each; one that is empty is left out. */
struct part {
	const char *before, *key, *after;
};
struct block {
	const char *list, *head;
	struct part part[6];
};
static const struct block blocks[] = {
	{"not_had", "not had", {{"", "what", ""}, {": ", "why", ""}}},
	{"outlets", "outlet", {{"", "pdu", ""}, {" ", "outlet", ""}, {": ", "state", ""}, {", ", "amperes", " A"}, {", ", "watts", " W"}, {", ", "trouble", ""}}},
	{"checks", "check", {{"", "column", ""}, {": ", "text", ""}, {", ", "level", ""}, {": ", "detail", ""}, {", seen ", "at", ""}}},
};
static const struct block bmc_blocks[] = {
	{"events", "log", {{"", "at", ""}, {" ", "text", ""}}},
	{"sensors", "sensor", {{"", "name", ""}, {": ", "value", ""}, {" ", "unit", ""}, {", ", "says", ""}}},
};

static void
print_block(const struct cli *c, const json_t *o, const struct block *b)
{
	const json_t *row;
	size_t i, k;

	json_array_foreach(jsn_array(o, b->list), i, row) {
		printf("  %s: ", b->head);
		for (k = 0; k < LARCH_COUNT(b->part) && b->part[k].key != NULL; k++) {
			const char *text = word(c, row, b->part[k].key);

			if (*text != '\0')
				printf("%s%s%s", b->part[k].before, text, b->part[k].after);
		}
		printf("\n");
	}
}

static void
print_machine(const struct cli *c, const json_t *o)
{
	const json_t *bmc;
	size_t i, k;

	printf("%s: kept at %s in %s ms, row %s%s\n", word(c, o, "machine"), word(c, o, "at"), word(c, o, "took_ms"),
	    word(c, o, "row"), jsn_bool_or(o, "cut", false) ? "; the longest lists are shortened" : "");
	for (k = 0; k < LARCH_COUNT(blocks); k++)
		print_block(c, o, &blocks[k]);
	json_array_foreach(jsn_array(o, "bmc"), i, bmc) {
		printf("  bmc: %s, %s entries in its log\n", word(c, bmc, "name"), word(c, bmc, "log_entries"));
		for (k = 0; k < LARCH_COUNT(bmc_blocks); k++)
			print_block(c, bmc, &bmc_blocks[k]);
	}
}

/* All of it, answer after answer; NULL: printed, and its exit code. The caller's. */
static json_t *
read_all(struct cli *c, const char *id, int *code)
{
	const char *path = arena_printf(c->arena, "/api/v1/jobs/%s/evidence", id), *next = path;
	json_t *body = NULL;

	while (next != NULL) {
		struct api_answer a = {0};

		if (api_get(c, next, &a, code) != 0) {
			api_answer_finish(&a);
			json_decref(body);
			return NULL;
		}
		next = json_is_integer(json_object_get(a.body, "next"))
		    ? arena_printf(c->arena, "%s?after=%lld", path, (long long)jsn_integer_or(a.body, "next", 0)) : NULL;
		if (body == NULL)
			body = json_incref(a.body);
		else
			(void)json_array_extend(json_object_get(body, "machines"), json_object_get(a.body, "machines"));
		api_answer_finish(&a);
	}
	json_object_del(body, "next");
	return body;
}

int
job_evidence(struct cli *c, const char *id)
{
	enum format f = out_format(c, FORMAT_TEXT);
	const json_t *rows, *row;
	int code = EXIT_OK;
	json_t *body = read_all(c, id, &code);
	size_t i;

	if (body == NULL)
		return code;
	rows = jsn_array(body, "machines");
	if (f != FORMAT_TEXT)
		out_rows(c, f, body, rows, columns, LARCH_COUNT(columns));
	else if (json_array_size(rows) == 0)
		printf("job %s: nothing was kept: it has cut or reset no machine\n", id);
	else
		json_array_foreach(rows, i, row)
			print_machine(c, row);
	json_decref(body);
	return code;
}
