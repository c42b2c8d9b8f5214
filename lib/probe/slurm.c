/* SPDX-License-Identifier: Apache-2.0 */
/* From lines to nodes and jobs. What is made of them is in slurm_values.c. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "slurm.h"

#define ROWS_MAX (4 * LIMIT_HOSTS) /* lines of sinfo: a node stands in a few partitions */
#define SHOWN 120                  /* bytes of a line of rubbish that is quoted */
#define FIELDS_MAX 7

/* ---- text ------------------------------------------------------------------------------ */

static const char *
clean(struct str s, size_t max, struct arena *a)
{
	struct buf b = BUF(max);
	const char *out;

	if (s.n > max)
		s.n = max;
	if (s.n == 0)
		return "";
	buf_plain(&b, s);
	out = arena_strndup(a, b.n > 0 ? b.p : "", b.n);
	buf_free(&b);
	return out;
}

/* "none", "Unknown", "(null)", "N/A": Slurm's words for nothing. */
static const char *
told(struct str s, size_t max, struct arena *a)
{
	static const char *const nothing[] = {"", "none", "Unknown", "(null)", "N/A"};

	s = str_trim(s);
	for (size_t i = 0; i < LARCH_COUNT(nothing); i++)
		if (str_is(s, nothing[i]))
			return NULL;
	return clean(s, max, a);
}

/* The next line without its end; false after the last. */
static bool
next_line(struct str *rest, struct str *line)
{
	while (rest->p != NULL && rest->n > 0) {
		*line = str_cut(rest, '\n');
		if (line->n > 0 && line->p[line->n - 1] == '\r')
			line->n--;
		if (line->n > 0)
			return true;
	}
	return false;
}

/* At least `least` fields; the last of n holds all that follows. */
static bool
split(struct str line, struct str *f, size_t least, size_t n)
{
	size_t k = 0;

	memset(f, 0, n * sizeof(*f));
	while (line.p != NULL && k < n - 1)
		f[k++] = str_cut(&line, '|');
	if (line.p != NULL)
		f[k++] = line;
	return k >= least;
}

static void
rubbish(struct str line, size_t n, struct arena *a, size_t *count, const char **first)
{
	if (*count == 0)
		*first = clean(line, SHOWN, a);
	*count += n;
}

/* ---- host lists ------------------------------------------------------------------------ */

/* Names and brackets alone: a list that takes names away would make us work for nothing. */
static bool
is_plain(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (strchr("!&^@\n", s.p[i]) != NULL)
			return false;
	return true;
}

/* What stands before the next comma that is in no bracket. */
static struct str
cut_piece(struct str *rest)
{
	struct str piece = {rest->p, 0};
	bool open = false;

	while (piece.n < rest->n && (open || rest->p[piece.n] != ',')) {
		open = rest->p[piece.n] == '[' || (open && rest->p[piece.n] != ']');
		piece.n++;
	}
	*rest = piece.n < rest->n ? (struct str){rest->p + piece.n + 1, rest->n - piece.n - 1} : (struct str){NULL, 0};
	return piece;
}

/* Piece by piece: what is no name is left out, and counted. The names of `out` are in the arena. */
static void
unfold_pieces(struct str list, struct arena *a, struct hosts *out, size_t *bad)
{
	size_t cap = 0;

	*out = (struct hosts){0};
	while (list.p != NULL) {
		struct str piece = cut_piece(&list);
		struct hosts h;
		struct err e;

		if (!is_plain(piece) || arena_used(a) > LIMIT_SLURM_BYTES || hosts_parse(piece, NULL, a, &h, &e) != 0 ||
		    h.n == 0 || out->n + h.n > LIMIT_HOSTS) {
			(*bad)++;
			continue;
		}
		if (out->n + h.n > cap) {
			char **old = out->name;

			cap = 2 * (out->n + h.n);
			out->name = arena_array(a, cap, sizeof(*out->name));
			if (out->n > 0)
				memcpy(out->name, old, out->n * sizeof(*old));
		}
		memcpy(out->name + out->n, h.name, h.n * sizeof(*h.name));
		out->n += h.n;
	}
}

/* What the lists of one answer are unfolded in. All of them are paid from one purse: a few bytes of text stand for 65,536 names. */
struct unfolding {
	struct arena *a;  /* of one list */
	size_t spent;     /* bytes of all lists so far */
};

/* The names of a host list as Slurm prints it, until the next list is unfolded; those that are none are left out and counted. */
static void
unfold(struct unfolding *u, struct str list, struct hosts *out, size_t *bad)
{
	struct err e;

	list = str_trim(list);
	*out = (struct hosts){0};
	if (list.n == 0 || str_is(list, "(null)") || str_is(list, "None"))
		return; /* a partition without nodes, a job that has none yet */
	if (u->spent > LIMIT_SLURM_UNFOLDED) {
		(*bad)++;
		return;
	}
	arena_reset(u->a);
	if (!is_plain(list) || hosts_parse(list, NULL, u->a, out, &e) != 0)
		unfold_pieces(list, u->a, out, bad);
	u->spent += arena_used(u->a);
}

/* ---- times ------------------------------------------------------------------------------ */

static bool
part(struct str s, size_t at, size_t n, int64_t max, int *out)
{
	int64_t v;

	if (str_int((struct str){s.p + at, n}, 0, max, &v) != 0 || s.p[at] == '-' || s.p[at] == '+')
		return false;
	*out = (int)v;
	return true;
}

int64_t
slurm_time(struct str s)
{
	struct tm tm = {.tm_isdst = -1};
	time_t t;

	s = str_trim(s);
	if (s.n != 19 || s.p[4] != '-' || s.p[7] != '-' || s.p[10] != 'T' || s.p[13] != ':' || s.p[16] != ':' ||
	    !part(s, 0, 4, 9999, &tm.tm_year) || !part(s, 5, 2, 12, &tm.tm_mon) || !part(s, 8, 2, 31, &tm.tm_mday) ||
	    !part(s, 11, 2, 23, &tm.tm_hour) || !part(s, 14, 2, 59, &tm.tm_min) || !part(s, 17, 2, 60, &tm.tm_sec))
		return 0;
	tm.tm_year -= 1900;
	tm.tm_mon -= 1;
	t = mktime(&tm);
	return t < 0 ? 0 : (int64_t)t * 1000;
}

int64_t
slurm_span(struct str s)
{
	static const int64_t scale[] = {1, 60, 3600};
	struct str rest = str_trim(s), days = {NULL, 0};
	int64_t v[3], total = 0, d = 0;
	size_t n = 0;

	if (rest.n > 0 && memchr(rest.p, '-', rest.n) != NULL) {
		days = str_cut(&rest, '-');
		if (str_int(days, 0, 100000, &d) != 0)
			return -1;
	}
	while (rest.p != NULL && n < LARCH_COUNT(v))
		if (str_int(str_cut(&rest, ':'), 0, 1000000, &v[n++]) != 0)
			return -1;
	if (rest.p != NULL || n < 2)
		return -1;
	for (size_t i = 0; i < n; i++)
		total += v[i] * scale[n - 1 - i];
	return d * 24 * 3600 + total;
}

/* ---- states: sinfo(1), NODE STATE CODES ------------------------------------------------------ */

static const struct {
	const char *word, *brief;
	enum status_level level;
} states[] = {
    {"allocated", "alloc", STATUS_OK},
    {"completing", "comp", STATUS_OK},
    {"idle", "idle", STATUS_OK},
    {"mixed", "mix", STATUS_OK},
    {"reserved", "resv", STATUS_OK},
    {"maint", "maint", STATUS_OK},
    {"planned", "plnd", STATUS_OK},
    {"future", "futr", STATUS_OK},
    {"perfctrs", "npc", STATUS_OK},
    {"power_down", "pow_dn", STATUS_OK},
    {"powering_down", "pow_dn", STATUS_OK},
    {"powered_down", "pow_dn", STATUS_OK},
    {"power_up", "pow_up", STATUS_OK},
    {"powering_up", "pow_up", STATUS_OK},
    {"reboot", "boot", STATUS_WARN},
    {"reboot_issued", "boot", STATUS_WARN},
    {"reboot_requested", "boot", STATUS_WARN},
    {"blocked", "block", STATUS_WARN},
    {"drained", "drain", STATUS_WARN},
    {"draining", "drng", STATUS_WARN},
    {"down", "down", STATUS_CRITICAL},
    {"error", "err", STATUS_CRITICAL},
    {"fail", "fail", STATUS_CRITICAL},
    {"failing", "failg", STATUS_CRITICAL},
    {"inval", "inval", STATUS_CRITICAL},
    {"unknown", "unk", STATUS_UNKNOWN},
};

#define SUFFIXES "*~#!%$@^-+"
#define POWERING "~#!%^" /* it is expected not to answer */

void
slurm_state(struct str word, struct arena *a, struct slurm_node *out)
{
	struct str w = str_trim(word), base = w;
	const char *brief = NULL;

	while (base.n > 0 && strchr(SUFFIXES, base.p[base.n - 1]) != NULL && base.p[base.n - 1] != '\0')
		base.n--;
	out->suffixes = clean((struct str){base.p + base.n, w.n - base.n}, LIMIT_WORD, a);
	out->level = STATUS_UNKNOWN;
	for (size_t i = 0; i < LARCH_COUNT(states) && brief == NULL; i++)
		if (str_is(base, states[i].word) || str_is(base, states[i].brief)) {
			brief = states[i].brief;
			out->level = states[i].level;
		}
	out->base = brief != NULL ? brief : clean(base, LIMIT_WORD, a);
	out->state = out->suffixes[0] == '\0' ? out->base : arena_printf(a, "%s%s", out->base, out->suffixes);
	if (strchr(out->suffixes, '*') != NULL && strpbrk(out->suffixes, POWERING) == NULL)
		out->level = STATUS_CRITICAL;
	else if (strchr(out->suffixes, '^') != NULL)
		out->level = status_worse(out->level, STATUS_WARN);
}

/* ---- sinfo -------------------------------------------------------------------------------------- */

enum { NODE_NAME, NODE_STATE, NODE_SINCE, NODE_USER, NODE_PARTITION, NODE_REASON, NODE_FIELDS };

/* A node in a line. */
struct row {
	const char *name;
	struct str line;
	uint32_t nr;
	uint16_t partition;
};

struct rows {
	struct row *row;
	size_t n, cap;
	struct arena *names;
	struct unfolding unfolding;
};

/* Partition names in order, each with its index in slurm_nodes.partitions. */
struct known {
	const char *name[LIMIT_SLURM_PARTITIONS];
	uint16_t index[LIMIT_SLURM_PARTITIONS];
};

/* The partition's index; it is made when it is new. LIMIT_SLURM_PARTITIONS: it is none. A '*' marks the default one. */
static uint16_t
partition(struct slurm_nodes *out, struct known *k, struct str s, struct arena *a)
{
	char name[LIMIT_NAME + 1];
	size_t low = 0, high = out->n_partitions;

	s = str_trim(s);
	if (s.n > 0 && s.p[s.n - 1] == '*')
		s.n--;
	if (s.n == 0 || s.n > LIMIT_NAME || memchr(s.p, '\0', s.n) != NULL)
		return LIMIT_SLURM_PARTITIONS;
	memcpy(name, s.p, s.n);
	name[s.n] = '\0';
	while (low < high) {
		size_t mid = (low + high) / 2;
		int c = strcmp(name, k->name[mid]);

		if (c == 0)
			return k->index[mid];
		if (c < 0)
			high = mid;
		else
			low = mid + 1;
	}
	if (out->n_partitions == LIMIT_SLURM_PARTITIONS)
		return LIMIT_SLURM_PARTITIONS;
	memmove(&k->name[low + 1], &k->name[low], (out->n_partitions - low) * sizeof(k->name[0]));
	memmove(&k->index[low + 1], &k->index[low], (out->n_partitions - low) * sizeof(k->index[0]));
	k->name[low] = arena_strdup(a, name);
	k->index[low] = (uint16_t)out->n_partitions;
	return (uint16_t)out->n_partitions++;
}

static int
by_name(const void *x, const void *y)
{
	const struct row *p = x, *q = y;
	int c = strcmp(p->name, q->name);

	return c != 0 ? c : p->nr < q->nr ? -1 : 1;
}

static struct slurm_node
make_node(const struct row *row, struct arena *a)
{
	struct slurm_node n = {.name = arena_strdup(a, row->name)};
	struct str f[NODE_FIELDS];

	(void)split(row->line, f, NODE_FIELDS, NODE_FIELDS);
	slurm_state(f[NODE_STATE], a, &n);
	n.reason = told(f[NODE_REASON], LIMIT_SLURM_FIELD, a);
	n.user = n.reason == NULL ? NULL : told(f[NODE_USER], LIMIT_NAME, a);
	n.since = slurm_time(f[NODE_SINCE]);
	return n;
}

static void
add_partition(struct slurm_node *n, uint16_t *list, uint16_t p)
{
	if (p >= LIMIT_SLURM_PARTITIONS)
		return;
	for (size_t i = 0; i < n->n_partitions; i++)
		if (list[i] == p)
			return;
	list[n->n_partitions++] = p;
}

/* Rows of one name are one node: the first of them says how it is, all say where it is. */
static void
fold_rows(const struct rows *r, struct arena *a, struct slurm_nodes *out)
{
	uint16_t *list = arena_array(a, r->n + 1, sizeof(*list));
	size_t nodes = 0;

	if (r->n > 1)
		qsort(r->row, r->n, sizeof(*r->row), by_name);
	for (size_t i = 0; i < r->n; i++)
		nodes += i == 0 || strcmp(r->row[i].name, r->row[i - 1].name) != 0;
	out->nodes = arena_array(a, nodes + 1, sizeof(*out->nodes));
	for (size_t i = 0; i < r->n; i++) {
		if (i == 0 || strcmp(r->row[i].name, r->row[i - 1].name) != 0) {
			if (out->n == LIMIT_HOSTS || arena_used(a) > LIMIT_SLURM_BYTES) {
				out->rubbish += r->n - i;
				return;
			}
			out->nodes[out->n] = make_node(&r->row[i], a);
			out->nodes[out->n++].partitions = list + i;
		}
		add_partition(&out->nodes[out->n - 1], (uint16_t *)(uintptr_t)out->nodes[out->n - 1].partitions,
		    r->row[i].partition);
	}
}

static void
add_row(struct rows *r, const char *name, struct str line, uint16_t partition_nr)
{
	if (r->n == r->cap) {
		r->cap = r->cap == 0 ? 1024 : r->cap * 2;
		r->row = realloc(r->row, r->cap * sizeof(*r->row));
		if (r->row == NULL)
			log_die("out of memory: the nodes of Slurm");
	}
	r->row[r->n] = (struct row){arena_strdup(r->names, name), line, (uint32_t)r->n, partition_nr};
	r->n++;
}

/* The nodes of one line, into rows; what is beyond the ceilings, or no name, is counted. */
static void
take_line(struct str line, struct rows *r, struct known *known, struct arena *a, struct slurm_nodes *out)
{
	struct str f[NODE_FIELDS];
	struct hosts h;
	size_t bad = 0;
	uint16_t nr;

	if (!split(line, f, NODE_FIELDS, NODE_FIELDS)) {
		rubbish(line, 1, a, &out->rubbish, &out->first_rubbish);
		return;
	}
	unfold(&r->unfolding, f[NODE_NAME], &h, &bad);
	nr = partition(out, known, f[NODE_PARTITION], a);
	for (size_t i = 0; i < h.n; i++)
		if (r->n < ROWS_MAX && arena_used(r->names) < LIMIT_SLURM_BYTES)
			add_row(r, h.name[i], line, nr);
		else
			bad++;
	if (bad > 0)
		rubbish(line, bad, a, &out->rubbish, &out->first_rubbish);
}

void
slurm_parse_nodes(struct str text, struct arena *a, struct slurm_nodes *out)
{
	struct rows r = {.names = arena_create(), .unfolding = {.a = arena_create()}};
	struct known *known = calloc(1, sizeof(*known));
	struct str line;

	*out = (struct slurm_nodes){0};
	if (known == NULL)
		log_die("out of memory: the partitions of Slurm");
	while (next_line(&text, &line)) {
		out->lines++;
		take_line(line, &r, known, a, out);
	}
	out->partitions = arena_array(a, out->n_partitions + 1, sizeof(*out->partitions));
	for (size_t i = 0; i < out->n_partitions; i++)
		out->partitions[known->index[i]] = clean(str_of(known->name[i]), LIMIT_NAME, a);
	fold_rows(&r, a, out);
	free(r.row);
	free(known);
	arena_destroy(r.unfolding.a);
	arena_destroy(r.names);
}

static int
node_by_name(const void *key, const void *value)
{
	const struct slurm_node *n = value;

	return strcmp(key, n->name);
}

const struct slurm_node *
slurm_node(const struct slurm_nodes *s, const char *name)
{
	return s->n == 0 ? NULL : bsearch(name, s->nodes, s->n, sizeof(*s->nodes), node_by_name);
}

/* ---- squeue ---------------------------------------------------------------------------------------- */

enum { JOB_ID, JOB_USER, JOB_ACCOUNT, JOB_SPAN, JOB_NODES, JOB_STATE, JOB_STARTED, JOB_FIELDS };
#define JOB_LEAST (JOB_NODES + 1)

static bool
is_id(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (strchr("0123456789_+-[],%.*", s.p[i]) == NULL || s.p[i] == '\0')
			return false;
	return s.n > 0 && s.n <= LIMIT_NAME;
}

/* The nodes of one job, into spots; -1 when they are too many, or none of them has a name. */
static int
add_spots(struct slurm_jobs *out, struct str nodes, size_t *cap, struct unfolding *u, struct arena *a)
{
	struct hosts h;
	size_t bad = 0;

	unfold(u, nodes, &h, &bad);
	if ((h.n == 0 && bad > 0) || out->n_spots + h.n > LIMIT_SLURM_SPOTS || arena_used(a) > LIMIT_SLURM_BYTES)
		return -1;
	out->rubbish += bad;
	if (out->n_spots + h.n > *cap) {
		*cap = *cap * 2 > out->n_spots + h.n ? *cap * 2 : out->n_spots + h.n;
		out->spots = realloc(out->spots, *cap * sizeof(*out->spots));
		if (out->spots == NULL)
			log_die("out of memory: the jobs of Slurm");
	}
	for (size_t i = 0; i < h.n; i++)
		out->spots[out->n_spots++] = (struct slurm_spot){arena_strdup(a, h.name[i]), (uint32_t)out->n};
	return 0;
}

static int
by_spot(const void *x, const void *y)
{
	const struct slurm_spot *p = x, *q = y;
	int c = strcmp(p->node, q->node);

	return c != 0 ? c : p->job < q->job ? -1 : p->job > q->job;
}

static struct slurm_job
make_job(const struct str f[JOB_FIELDS], struct arena *a)
{
	const char *user = told(f[JOB_USER], LIMIT_NAME, a), *account = told(f[JOB_ACCOUNT], LIMIT_NAME, a);

	return (struct slurm_job){
	    .id = clean(str_trim(f[JOB_ID]), LIMIT_NAME, a),
	    .user = user == NULL ? "" : user,
	    .account = account == NULL ? "" : account,
	    .state = clean(str_trim(f[JOB_STATE]), LIMIT_WORD, a),
	    .elapsed_s = slurm_span(f[JOB_SPAN]),
	    .started = f[JOB_STARTED].p == NULL ? 0 : slurm_time(f[JOB_STARTED]),
	};
}

/* The spots move from where they grew to the arena, each once. */
static void
keep_spots(struct slurm_jobs *out, struct arena *a)
{
	struct slurm_spot *grown = out->spots;
	size_t n = 0;

	out->spots = arena_array(a, out->n_spots + 1, sizeof(*out->spots));
	if (out->n_spots > 0)
		memcpy(out->spots, grown, out->n_spots * sizeof(*grown));
	if (out->n_spots > 1)
		qsort(out->spots, out->n_spots, sizeof(*out->spots), by_spot);
	for (size_t i = 0; i < out->n_spots; i++)
		if (i == 0 || by_spot(&out->spots[i], &out->spots[i - 1]) != 0)
			out->spots[n++] = out->spots[i];
	out->n_spots = n;
	free(grown);
}

void
slurm_parse_jobs(struct str text, struct arena *a, struct slurm_jobs *out)
{
	struct unfolding u = {.a = arena_create()};
	struct str line, f[FIELDS_MAX];
	size_t cap = 0, cap_spots = 0;

	*out = (struct slurm_jobs){0};
	while (next_line(&text, &line)) {
		size_t before = out->rubbish;

		out->lines++;
		if (!split(line, f, JOB_LEAST, JOB_FIELDS) || !is_id(str_trim(f[JOB_ID])) || out->n == LIMIT_SLURM_JOBS ||
		    add_spots(out, f[JOB_NODES], &cap_spots, &u, a) != 0) {
			rubbish(line, 1, a, &out->rubbish, &out->first_rubbish);
			continue;
		}
		if (before == 0 && out->rubbish > 0)
			out->first_rubbish = clean(line, SHOWN, a);
		if (out->n == cap) {
			struct slurm_job *old = out->jobs;

			cap = cap == 0 ? 256 : cap * 2;
			out->jobs = arena_array(a, cap, sizeof(*out->jobs));
			if (out->n > 0)
				memcpy(out->jobs, old, out->n * sizeof(*old));
		}
		out->jobs[out->n++] = make_job(f, a);
	}
	keep_spots(out, a);
	arena_destroy(u.a);
}
