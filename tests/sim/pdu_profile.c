/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pdu_sim.h"
#include "sim_text.h"

#define LINE 512

struct source {
	const char *path;
	int line;
	struct pdu_profile *out;
};

static int
fail(const struct source *s, const char *what, const char *text)
{
	fprintf(stderr, "pdu-sim: %s: line %d: %s: \"%s\"\n", s->path, s->line, what, text);
	return -1;
}

static const char *const look_name[LOOK_COUNT] = {
    [LOOK_ON] = "on",
    [LOOK_OFF] = "off",
    [LOOK_GOING_ON] = "going-on",
    [LOOK_GOING_OFF] = "going-off",
    [LOOK_REBOOTING] = "rebooting",
};
static const char *const verb_name[VERB_COUNT] = {
    [VERB_NONE] = "none",
    [VERB_ON] = "on",
    [VERB_OFF] = "off",
    [VERB_REBOOT] = "reboot",
    [VERB_DELAYED_ON] = "delayed-on",
    [VERB_DELAYED_OFF] = "delayed-off",
    [VERB_DELAYED_REBOOT] = "delayed-reboot",
    [VERB_CANCEL] = "cancel",
};
static const char *const delay_name[DELAY_COUNT] = {
    [DELAY_ON] = "on", [DELAY_OFF] = "off", [DELAY_REBOOT] = "reboot", [DELAY_DELAYED] = "delayed"};
static const char *const live_name[LIVE_COUNT] = {
    [LIVE_NO] = "",
    [LIVE_STATE] = "@state",
    [LIVE_COMMAND] = "@command",
    [LIVE_PENDING] = "@pending",
    [LIVE_NAME] = "@name",
    [LIVE_LOAD] = "@load",
    [LIVE_COMMAND_ON] = "@command-on",
    [LIVE_COMMAND_OFF] = "@command-off",
    [LIVE_WATTS] = "@watts",
    [LIVE_INFEED_WATTS] = "@infeed-watts",
    [LIVE_INFEED] = "@infeed",
    [LIVE_UPTIME] = "@uptime",
    [LIVE_RW] = "@rw",
};
static const char *const type_name[KIND_COUNT] = {
    [KIND_INTEGER] = "integer",
    [KIND_GAUGE] = "gauge",
    [KIND_COUNTER] = "counter",
    [KIND_TIMETICKS] = "timeticks",
    [KIND_TEXT] = "text",
    [KIND_HEX] = "hex",
    [KIND_OID] = "oid",
};

const char *
pdu_look_name(enum pdu_look look)
{
	return look_name[look];
}

static int
lookup(const char *const *names, int n, const char *word)
{
	for (int i = 0; i < n; i++)
		if (strcmp(names[i], word) == 0)
			return i;
	return -1;
}

/* ---- "%" lines ------------------------------------------------------------------- */

/* "WORD=NUMBER": the word's place in names and its number, or -1. */
static int
pair(const char *const *names, int n, char *word, long *value)
{
	char *eq = strchr(word, '=');

	if (eq == NULL || sim_int(eq + 1, -1000000, 1000000, value) != 0)
		return -1;
	*eq = '\0';
	return lookup(names, n, word);
}

static int
read_map(const struct source *s, const char *const *names, int n, char **words, struct pdu_number *out)
{
	for (; *words != NULL; words++) {
		long value;
		int at = pair(names, n, *words, &value);

		if (at < 0)
			return fail(s, "not a WORD=NUMBER of this map", *words);
		out[at] = (struct pdu_number){true, value};
	}
	return 0;
}

static int
read_delays(const struct source *s, char **words)
{
	for (; *words != NULL; words++) {
		long value;
		int at = pair(delay_name, DELAY_COUNT, *words, &value);

		if (at < 0 || value < 0)
			return fail(s, "not a delay in ms", *words);
		s->out->delay[at] = value;
	}
	return 0;
}

static int
read_load(const struct source *s, char **words)
{
	static const char *const name[] = {"unit", "default"};

	for (; *words != NULL; words++) {
		long value;
		int at = pair(name, 2, *words, &value);

		if (at < 0 || value < (at == 0))
			return fail(s, "not unit= or default= in mA", *words);
		*(at == 0 ? &s->out->load_unit : &s->out->load_default) = value;
	}
	return 0;
}

static int
read_number(const struct source *s, const char *word, long min, long max, long *out)
{
	if (word == NULL || sim_int(word, min, max, out) != 0)
		return fail(s, "not a number in range", word == NULL ? "" : word);
	return 0;
}

static int
read_reads(const struct source *s, const char *word)
{
	s->out->reads_wanted = word != NULL && strcmp(word, "wanted") == 0;
	s->out->reads_state = word != NULL && strcmp(word, "state") == 0;
	return s->out->reads_wanted || s->out->reads_state ? 0 : read_number(s, word, -1, 1000, &s->out->command_reads);
}

static int
directive(const struct source *s, char *line)
{
	struct pdu_profile *p = s->out;
	char rest[LINE], *words[16] = {NULL};
	size_t head = strcspn(line, " ");
	long n;

	snprintf(rest, sizeof(rest), "%s", line[head] == '\0' ? "" : line + head + 1);
	if (strncmp(line, "%id ", 4) == 0 || strncmp(line, "%name ", 6) == 0) {
		if (strlen(rest) + 8 >= PDU_TEXT)
			return fail(s, "too long", rest);
		memcpy(line[1] == 'i' ? p->id : p->name, rest, strlen(rest) + 1);
		return 0;
	}
	if (strcmp(line, "%switch") == 0) {
		p->is_switch = true;
		return 0;
	}
	if (sim_words(rest, words, 15) < 1)
		return fail(s, "needs 1 to 15 words", line);
	line[head] = '\0';
	if (strcmp(line, "%outlets") == 0) {
		if (read_number(s, words[0], 1, PDU_OUTLETS, &n) != 0)
			return -1;
		p->outlets = p->outlets > 0 ? p->outlets : (int)n;
		return 0;
	}
	if (strcmp(line, "%name-max") == 0)
		return read_number(s, words[0], 1, PDU_TEXT - 1, &p->name_max);
	if (strcmp(line, "%state") == 0)
		return read_map(s, look_name, LOOK_COUNT, words, p->state);
	if (strcmp(line, "%pending") == 0)
		return read_map(s, look_name, LOOK_COUNT, words, p->pending);
	if (strcmp(line, "%command") == 0)
		return read_map(s, verb_name, VERB_COUNT, words, p->command);
	if (strcmp(line, "%command-reads") == 0)
		return read_reads(s, words[0]);
	if (strcmp(line, "%load") == 0)
		return read_load(s, words);
	if (strcmp(line, "%delay") == 0)
		return read_delays(s, words);
	return fail(s, "unknown word", line);
}

/* ---- rows -------------------------------------------------------------------------- */

/* `text` with the outlet's number for {n}: true when there was one. */
static bool
fill(const char *text, int n, char *out, size_t size)
{
	const char *hole = strstr(text, "{n}");

	if (hole == NULL) {
		snprintf(out, size, "%s", text);
		return false;
	}
	snprintf(out, size, "%.*s%d%s", (int)(hole - text), text, n, hole + 3);
	return true;
}

static int
parse_oid(char *text, struct pdu_row *row)
{
	char *word;

	row->n = 0;
	while ((word = strsep(&text, ".")) != NULL) {
		long value;

		if (row->n == PDU_OID || sim_int(word, 0, UINT32_MAX, &value) != 0)
			return -1;
		row->oid[row->n++] = (uint32_t)value;
	}
	return row->n >= 2 ? 0 : -1;
}

static int
add_row(const struct source *s, const char *oid, enum pdu_type type, const char *value, int outlet)
{
	struct pdu_profile *p = s->out;
	struct pdu_row *row;
	char text[LINE];
	int live;

	if (p->n_rows == PDU_ROWS)
		return fail(s, "too many rows", oid);
	row = &p->rows[p->n_rows++];
	fill(oid, outlet + 1, text, sizeof(text));
	if (parse_oid(text, row) != 0)
		return fail(s, "not an OID", oid);
	row->type = type;
	row->outlet = outlet;
	fill(value, outlet + 1, text, sizeof(text));
	if (strlen(text) >= sizeof(row->text))
		return fail(s, "the value is too long", value);
	memcpy(row->text, text, strlen(text) + 1);
	if (strncmp(text, "@rw ", 4) == 0) {
		row->live = LIVE_RW;
		memmove(row->text, text + 4, strlen(text + 4) + 1);
		return 0;
	}
	live = value[0] == '@' ? lookup(live_name, LIVE_COUNT, value) : LIVE_NO;
	if (live < 0 || (live != LIVE_NO && live < LIVE_INFEED && outlet < 0))
		return fail(s, "not a live value here", value);
	row->live = (enum pdu_live)live;
	return 0;
}

static int
read_row(const struct source *s, char *line)
{
	char *rest = line, *oid = strsep(&rest, "|"), *type = strsep(&rest, "|");
	int kind = type == NULL ? -1 : lookup(type_name, KIND_COUNT, type);

	if (kind < 0 || rest == NULL)
		return fail(s, "not OID|TYPE|VALUE", oid);
	if (strstr(oid, "{n}") == NULL)
		return add_row(s, oid, (enum pdu_type)kind, rest, -1);
	if (s->out->outlets == 0)
		return fail(s, "%outlets must come before it", oid);
	for (int i = 0; i < s->out->outlets; i++)
		if (add_row(s, oid, (enum pdu_type)kind, rest, i) != 0)
			return -1;
	return 0;
}

static int
order(const void *a, const void *b)
{
	const struct pdu_row *x = a, *y = b;

	for (size_t i = 0; i < x->n && i < y->n; i++)
		if (x->oid[i] != y->oid[i])
			return x->oid[i] < y->oid[i] ? -1 : 1;
	return x->n < y->n ? -1 : x->n > y->n;
}

int
pdu_profile_load(const char *path, int outlets, struct pdu_profile *out)
{
	char line[LINE];
	struct source s = {.path = path, .out = out};
	FILE *f = fopen(path, "r");
	int rc = 0;

	*out = (struct pdu_profile){.outlets = outlets, .id = "{n}", .name = "Outlet {n}", .name_max = 24,
	    .load_unit = 100};
	if (f == NULL) {
		fprintf(stderr, "pdu-sim: %s: %s\n", path, strerror(errno));
		return -1;
	}
	out->rows = calloc(PDU_ROWS, sizeof(*out->rows));
	if (out->rows == NULL)
		abort();
	while (rc == 0 && fgets(line, sizeof(line), f) != NULL) {
		s.line++;
		line[strcspn(line, "\n")] = '\0';
		if (line[0] == '%')
			rc = directive(&s, line);
		else if (line[0] != '#' && line[0] != '\0')
			rc = read_row(&s, line);
	}
	fclose(f);
	if (rc == 0 && !out->is_switch && (out->n_rows == 0 || !out->state[LOOK_ON].given || !out->state[LOOK_OFF].given))
		rc = fail(&s, "the profile has no rows or no %state", path);
	qsort(out->rows, out->n_rows, sizeof(*out->rows), order);
	return rc;
}

int
pdu_profile_delays(struct pdu_profile *p, const char *text)
{
	char copy[LINE], *words[DELAY_COUNT + 1] = {NULL};
	const struct source s = {.path = "--delay", .out = p};

	snprintf(copy, sizeof(copy), "%s", text);
	return sim_words(copy, words, DELAY_COUNT) < 0 ? fail(&s, "too many words", text) : read_delays(&s, words);
}

void
pdu_profile_free(struct pdu_profile *p)
{
	free(p->rows);
	p->rows = NULL;
}

static int
compare(const struct pdu_row *row, const unsigned long *oid, size_t n)
{
	for (size_t i = 0; i < row->n && i < n; i++)
		if (row->oid[i] != oid[i])
			return row->oid[i] < oid[i] ? -1 : 1;
	return row->n < n ? -1 : row->n > n;
}

const struct pdu_row *
pdu_profile_next(const struct pdu_profile *p, const unsigned long *oid, size_t n, bool after)
{
	size_t low = 0, high = p->n_rows;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		int c = compare(&p->rows[mid], oid, n);

		if (c < 0 || (c == 0 && after))
			low = mid + 1;
		else
			high = mid;
	}
	return low < p->n_rows ? &p->rows[low] : NULL;
}
