/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Nodes whose names, texts and data are any bytes, in every shape and under every key. JSON is read back by a parser
 * that takes no member twice; a table of text has as many lines as nodes and a heading, and no control byte; of CSV each
 * row has as many fields as the first.
 *
 * The input: shape, keys, then texts with a zero between: name, a check's text, its detail, Slurm's data, the users'
 * data, the disks' data, fields.
 */
#include <math.h>
#include <string.h>

#include "fuzz.h"
#include "status/sheet.h"

#define NOW INT64_C(1541008502820)
#define NODES 2

enum { PING, SSH, SLURM, USERS, DF, DF_TMP, COLUMNS };
enum { NAME, TEXT, DETAIL, SLURM_DATA, USERS_DATA, DF_DATA, FIELDS, TEXTS };
static const struct status_column columns[COLUMNS] = {
    [PING] = {.name = "ping", .probe = "ping", .unit = "ms", .title = "Ping", .counts = true},
    [SSH] = {.name = "ssh", .probe = "ssh", .unit = "", .title = "SSH", .counts = true},
    [SLURM] = {.name = "slurm", .probe = "slurm", .unit = "", .title = "Slurm", .counts = true},
    [USERS] = {.name = "users", .probe = "login", .unit = "", .title = "Users"},
    [DF] = {.name = "df", .probe = "login", .unit = "%", .title = "Disks", .counts = true},
    [DF_TMP] = {.name = "df_tmp", .probe = "login", .unit = "%", .title = "/tmp", .counts = true},
};

struct room {
	const char *text[TEXTS];
	struct status_value value[COLUMNS];
	const struct status_value *values[COLUMNS], *none[COLUMNS];
};

static void
node(void *ctx, size_t i, struct status_node *out)
{
	const struct room *r = ctx;

	*out = (struct status_node){.name = i == 0 ? r->text[NAME] : "another, which was never seen", .level = STATUS_UNKNOWN,
	    .owner = r->text[DETAIL], .place = r->text[TEXT], .value = i == 0 ? r->values : r->none};
}

static int
put(void *ctx, struct str piece)
{
	buf_str(ctx, piece);
	return 0;
}

static void
check_json(struct str text)
{
	struct err e;
	json_t *o = jsn_parse(text, "a sheet", &e);

	DEMAND(o != NULL);
	json_decref(o);
}

static void
check_text(struct str text)
{
	size_t lines = 0;

	for (size_t i = 0; i < text.n; i++) {
		lines += text.p[i] == '\n';
		DEMAND(text.p[i] == '\n' || ((unsigned char)text.p[i] >= 0x20 && text.p[i] != 0x7f));
	}
	DEMAND(lines == NODES + 1);
}

/* RFC 4180: fields of each row, counted outside of quotes. */
static void
check_csv(struct str text)
{
	size_t rows = 0, fields = 1, first = 0;
	bool quoted = false;

	for (size_t i = 0; i < text.n; i++) {
		quoted ^= text.p[i] == '"';
		fields += text.p[i] == ',' && !quoted;
		if (text.p[i] != '\n' || quoted)
			continue;
		DEMAND(i > 0 && text.p[i - 1] == '\r');
		first = rows++ == 0 ? fields : first;
		DEMAND(fields == first);
		fields = 1;
	}
	DEMAND(rows == NODES + 1 && !quoted);
}

static void
fill(struct room *r)
{
	for (size_t i = 0; i < COLUMNS; i++) {
		r->value[i] = (struct status_value){.thing = r->text[NAME], .check = columns[i].name, .text = r->text[TEXT],
		    .detail = *r->text[DETAIL] == '\0' ? NULL : r->text[DETAIL], .number = (double)strlen(r->text[TEXT]) / 7,
		    .at = NOW - 1000, .since = NOW - 5000, .interval = 60000};
		r->values[i] = &r->value[i];
	}
	r->value[SLURM].data = r->text[SLURM_DATA];
	r->value[USERS].data = r->text[USERS_DATA];
	r->value[DF].data = r->text[DF_DATA];
}

static void
run(struct room *r, enum status_shape shape, enum status_keys keys, struct arena *a)
{
	const struct status_nodes nodes = {.n = NODES, .node = node, .ctx = r};
	const struct status_sheet_ask ask = {.columns = columns, .n_columns = COLUMNS, .shape = shape, .keys = keys,
	    .fields = *r->text[FIELDS] == '\0' ? NULL : r->text[FIELDS], .now = NOW};
	struct buf out = BUF(LIMIT_PAGE);
	struct status_sheet *s;
	struct err e = {0};

	if (status_sheet_make(&ask, a, &s, &e) != 0) {
		DEMAND(ask.fields != NULL && e.kind == ERR_INPUT && e.text[0] != '\0');
		return;
	}
	DEMAND(status_sheet_write(s, &nodes, put, &out) == 0 && !out.over);
	if (shape == STATUS_CSV)
		check_csv(buf_view(&out));
	else if (shape == STATUS_TEXT)
		check_text(buf_view(&out));
	else
		check_json(buf_view(&out));
	buf_free(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct arena *a;
	struct room r = {0};
	size_t at = 2;

	if (n < 2 || n > 16384)
		return 0;
	a = arena_create();
	for (size_t i = 0; i < TEXTS; i++) {
		size_t from = at < n ? at : n;

		while (at < n && data[at] != 0)
			at++;
		r.text[i] = arena_strndup(a, (const char *)data + from, (at < n ? at : n) - from);
		at++;
	}
	if (strcmp(r.text[NAME], "another, which was never seen") == 0)
		r.text[NAME] = "";
	fill(&r);
	run(&r, (enum status_shape)(data[0] % 6), (enum status_keys)(data[1] % 4), a);
	arena_destroy(a);
	return 0;
}
