/* SPDX-License-Identifier: Apache-2.0 */
/* The answer of a login, taken apart into sections, and the sections into facts. */
#include <math.h>
#include <string.h>

#include "login_inner.h"

#define FIRST_UID 1000        /* below are system accounts (login.defs: UID_MIN) */
#define DYNAMIC_UID 61184     /* systemd's DynamicUser, up to 65519; nobody and what lies between */
#define LAST_UID16 65535
#define LOAD_MAX 1e6
#define CORES_MAX 65536
#define SECOND INT64_C(1000)
#define HUNG 124              /* timeout(1): it took too long; */
#define KILLED 137            /* it had to be killed */

/* ---- sections --------------------------------------------------------------------------- */

/* "MARK WORD REST": REST, or {NULL} when the line is another. */
static struct str
marked(struct str line, const char *mark, const char *word)
{
	size_t m = strlen(mark), w = strlen(word);

	if (line.n < m + w + 2 || memcmp(line.p, mark, m) != 0 || line.p[m] != ' ' || memcmp(line.p + m + 1, word, w) != 0 ||
	    line.p[m + 1 + w] != ' ')
		return (struct str){NULL, 0};
	return (struct str){line.p + m + w + 2, line.n - m - w - 2};
}

static struct str
without_newlines(struct str s)
{
	while (s.n > 0 && s.p[s.n - 1] == '\n')
		s.n--;
	return s;
}

/* The line that is cut off by the end of the answer is none. A section that another one interrupts is not whole. */
static void
cut_parts(struct str answer, const char *mark, struct login_parts *out)
{
	struct str rest = answer, open = {NULL, 0}, name, status;
	const char *body = NULL;

	out->n = 0;
	while (rest.n > 0 && memchr(rest.p, '\n', rest.n) != NULL && out->n < LIMIT_LOGIN_PARTS) {
		struct str line = str_cut(&rest, '\n');

		name = marked(line, mark, "begin");
		if (name.p != NULL) {
			open = name;
			body = rest.p;
		}
		status = marked(line, mark, "end");
		if (status.p == NULL)
			continue;
		name = str_cut(&status, ' ');
		if (open.p != NULL && str_eq(name, open) && status.p != NULL)
			out->part[out->n++] = (struct login_part){name,
			    without_newlines((struct str){body, (size_t)(line.p - body)}), status};
		open.p = NULL;
	}
}

const struct login_part *
login_part(const struct login_parts *all, const char *name)
{
	for (size_t i = 0; i < all->n; i++)
		if (str_is(all->part[i].name, name))
			return &all->part[i];
	return NULL;
}

bool
login_started(struct str answer, const char mark[LOGIN_MARK])
{
	struct login_parts all;

	cut_parts(answer, mark, &all);
	return login_part(&all, "start") != NULL;
}

int
login_status(const struct login_part *p)
{
	int64_t n;

	return p == NULL || str_int(p->status, 0, 255, &n) != 0 ? -1 : (int)n;
}

/* ---- foreign words -------------------------------------------------------------------------- */

const char *
login_clean(struct str s, size_t max, struct arena *a)
{
	struct buf b = BUF(4 * max);
	const char *out;

	if (s.n > max)
		s.n = max;
	while (s.n > 0 && s.n == max && ((unsigned char)s.p[s.n - 1] & 0xc0) == 0x80)
		s.n--;
	buf_plain(&b, s);
	out = arena_strndup(a, b.p == NULL ? "" : b.p, b.n);
	buf_free(&b);
	return out;
}

const char *
login_said(struct str text, size_t n, struct arena *a)
{
	while (text.p != NULL) {
		struct str line = str_cut(&text, '\n');

		while (line.n > 0 && (line.p[line.n - 1] == '\r' || line.p[line.n - 1] == ' ' || line.p[line.n - 1] == '\t'))
			line.n--;
		line = str_trim(line);
		if (line.n > 0)
			return login_clean(line, n, a);
	}
	return "";
}

/* All lines, each cleaned. */
static const char *
clean_lines(struct str text, size_t max, struct arena *a)
{
	struct buf b = BUF(4 * max);
	const char *out;

	if (text.n > max)
		text.n = max;
	while (text.n > 0) {
		buf_plain(&b, str_cut(&text, '\n'));
		if (text.p != NULL)
			buf_char(&b, '\n');
	}
	out = arena_strndup(a, b.p == NULL ? "" : b.p, b.n);
	buf_free(&b);
	return out;
}

bool
login_hangs(const struct login_part *p)
{
	int status = login_status(p);

	return p != NULL && (str_is(p->status, "busy") || status == HUNG || status == KILLED);
}

const char *
login_why_not(const struct login_part *p, const char *what, const struct login_parsing *how, struct arena *a)
{
	const char *said;

	if (p == NULL)
		return arena_printf(a, how->late ? "%s did not come back in time" : "%s was not run: the answer breaks off before it", what);
	if (str_is(p->status, "busy"))
		return arena_printf(a, "%s of an earlier login still hangs", what);
	if (login_hangs(p))
		return arena_printf(a, "%s hangs", what);
	said = login_said(p->body, LOGIN_CELL, a);
	return arena_printf(a, "%s does not say it: exit %s%s%s", what, login_clean(p->status, 8, a), said[0] == '\0' ? "" : ": ", said);
}

struct str
login_word(struct str *line)
{
	struct str w = {NULL, 0};

	*line = str_trim(*line);
	if (line->n == 0)
		return w;
	w.p = line->p;
	while (line->n > 0 && line->p[0] != ' ' && line->p[0] != '\t') {
		line->p++;
		line->n--;
		w.n++;
	}
	return w;
}

/* ---- times and load ----------------------------------------------------------------------------- */

static void
take_times(const struct login_parts *all, const struct login_parsing *how, struct arena *a, struct login_facts *f)
{
	const struct login_part *p = login_part(all, "times"), *cores = login_part(all, "cores");
	struct str rest = p == NULL ? (struct str){NULL, 0} : p->body;
	struct str up = str_cut(&rest, '\n'), load = str_cut(&rest, '\n'), boot = str_cut(&rest, '\n');
	int64_t n;

	f->uptime = f->load1 = f->load5 = f->load15 = NAN;
	if (str_double(login_word(&up), 0, 1e10, &f->uptime) != 0 || str_double(login_word(&load), 0, LOAD_MAX, &f->load1) != 0 ||
	    str_double(login_word(&load), 0, LOAD_MAX, &f->load5) != 0 || str_double(login_word(&load), 0, LOAD_MAX, &f->load15) != 0) {
		f->uptime = f->load1 = f->load5 = f->load15 = NAN;
		f->no_times = login_why_not(p, "sed of /proc/uptime and /proc/loadavg", how, a);
	}
	if (f->no_times == NULL && str_is(login_word(&boot), "btime") && str_int(login_word(&boot), 1, INT64_C(1) << 40, &n) == 0)
		f->btime = n;
	if (cores != NULL && str_int(str_trim(cores->body), 1, CORES_MAX, &n) == 0)
		f->cores = (int)n;
}

/* ---- users ----------------------------------------------------------------------------------------- */

struct people {
	struct hosts names;
	const struct login_parsing *how;
	int64_t me;
	size_t lines; /* that were a uid and a name */
};

static bool
is_person(const struct people *p, int64_t uid, struct str name)
{
	const struct conf_status *conf = p->how->conf;

	if (uid < FIRST_UID || (uid >= DYNAMIC_UID && uid <= LAST_UID16) || uid == p->me)
		return false;
	for (size_t i = 0; i < conf->n_system_users; i++)
		if (str_is(name, conf->system_users[i]))
			return false;
	return true;
}

static void
add_people(struct people *p, const struct login_part *part, struct arena *a)
{
	struct str rest = part == NULL ? (struct str){NULL, 0} : part->body;

	while (rest.p != NULL && p->names.n < LIMIT_LOGIN_USERS) {
		struct str line = str_cut(&rest, '\n'), id = login_word(&line), name = login_word(&line);
		int64_t uid;

		if (name.n == 0 || name.n > LIMIT_NAME || str_int(id, 0, UINT32_MAX, &uid) != 0)
			continue;
		p->lines++;
		if (is_person(p, uid, name))
			p->names.name[p->names.n++] = arena_strdup(a, login_clean(name, LIMIT_NAME, a));
	}
}

static void
take_users(const struct login_parts *all, const struct login_parsing *how, struct arena *a, struct login_facts *f)
{
	const struct login_part *me = login_part(all, "me"), *ps = login_part(all, "ps");
	struct people p = {.how = how, .me = -1};

	p.names.name = arena_array(a, LIMIT_LOGIN_USERS, sizeof(*p.names.name));
	if (me != NULL)
		(void)str_int(str_trim(me->body), 0, UINT32_MAX, &p.me);
	add_people(&p, ps, a);
	if (p.lines == 0) { /* there is always init */
		f->no_users = login_why_not(ps, "ps", how, a);
		return;
	}
	add_people(&p, login_part(all, "who"), a);
	hosts_sort(&p.names);
	f->users = (const char **)p.names.name;
	f->n_users = p.names.n;
}

/* ---- the site's commands ------------------------------------------------------------------------------ */

static void
take_command(const struct login_parts *all, const struct conf_command *row, const struct login_parsing *how, struct arena *a,
    struct login_command *out)
{
	const struct login_part *p = login_part(all, arena_printf(a, "command:%s", row->name));

	*out = (struct login_command){.name = row->name, .code = login_status(p), .text = "", .detail = ""};
	if (p != NULL) {
		out->text = login_said(p->body, LOGIN_CELL, a);
		out->detail = clean_lines(p->body, LIMIT_LOGIN_TEXT, a);
	}
	if (login_hangs(p))
		out->code = -1;
	if (p != NULL && login_hangs(p) && !str_is(p->status, "busy"))
		out->why = arena_printf(a, "%s did not end within its limit of %lld s", row->name,
		    (long long)(row->limit_ms / SECOND));
	else if (out->code == -1)
		out->why = login_why_not(p, row->name, how, a);
}

/* ---- all of it --------------------------------------------------------------------------------------------- */

void
login_parse(struct str answer, const struct login_parsing *how, struct arena *a, struct login_facts *out)
{
	const struct conf_status *conf = how->conf;
	struct login_parts *all = arena_alloc(a, sizeof(*all));
	struct login_command *commands = arena_array(a, conf->n_commands + 1, sizeof(*commands));

	*out = (struct login_facts){.commands = commands, .n_commands = conf->n_commands};
	cut_parts(answer, how->mark, all);
	take_times(all, how, a, out);
	take_users(all, how, a, out);
	login_take_disks(all, how, a, out);
	login_take_gpus(all, how, a, out);
	for (size_t i = 0; i < conf->n_commands; i++)
		take_command(all, &conf->commands[i], how, a, &commands[i]);
}
