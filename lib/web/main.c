/* SPDX-License-Identifier: Apache-2.0 */
/* main() of the web programs: arguments, configuration, threads, reload. */
#include <dirent.h>
#include <getopt.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/evp.h>

#include "room.h"

#define DEFAULT_CONFIG "/etc/larch/larch.json"

/* ---- the site: what larch.json leads to ------------------------------------------- */

static int
by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The names of a folder's plain files, in order; the caller frees each and the list. */
static size_t
files_of(const char *folder, char ***out)
{
	DIR *d = opendir(folder);
	struct dirent *entry;
	char **names = NULL;
	size_t n = 0;

	while (d != NULL && n < 4096 && (entry = readdir(d)) != NULL) {
		char **grown;

		if (entry->d_name[0] == '.' || entry->d_type == DT_DIR)
			continue;
		grown = realloc(names, (n + 1) * sizeof(*names));
		if (grown == NULL || (grown[n] = strdup(entry->d_name)) == NULL)
			log_die("out of memory reading %s", folder);
		names = grown;
		n++;
	}
	if (d != NULL)
		(void)closedir(d);
	if (n > 0)
		qsort(names, n, sizeof(*names), by_text);
	*out = names;
	return n;
}

/* SHA-256 over names and contents: a changed style sheet has another address, and no browser keeps the old one. */
static void
assets_name(const char *folder, char out[17])
{
	EVP_MD_CTX *md = EVP_MD_CTX_new();
	unsigned char sum[EVP_MAX_MD_SIZE];
	char **names, path[LIMIT_URL];
	size_t n = files_of(folder, &names);

	if (md == NULL || EVP_DigestInit_ex(md, EVP_sha256(), NULL) != 1)
		log_die("libcrypto has no SHA-256");
	for (size_t i = 0; i < n; i++) {
		struct buf b = BUF(0);

		snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
		(void)EVP_DigestUpdate(md, names[i], strlen(names[i]) + 1);
		if (file_read(path, LIMIT_PAGE, &b, NULL) == 0)
			(void)EVP_DigestUpdate(md, b.n > 0 ? b.p : "", b.n);
		buf_free(&b);
		free(names[i]);
	}
	free(names);
	if (EVP_DigestFinal_ex(md, sum, NULL) != 1)
		log_die("libcrypto cannot finish a SHA-256");
	EVP_MD_CTX_free(md);
	hex_encode(sum, 8, out);
}

int
web_site_load(const char *path, const struct web_program *p, struct web_site **out, struct err *e)
{
	struct web_site *s = calloc(1, sizeof(*s));
	struct yang *y = NULL;
	int rc = -1;

	*out = NULL;
	if (s == NULL)
		log_die("out of memory for the configuration");
	if (conf_load(path, NULL, &s->conf, e) != 0 || yang_create(s->conf->yang, &y, e) != 0 ||
	    auth_policy_load(s->conf->policy, y, &s->policy, e) != 0 ||
	    mustache_load(s->conf->templates, &s->templates, e) != 0)
		goto out;
	assets_name(s->conf->assets, s->assets);
	if (auth_policy_missing(s->policy))
		log_warn("%s: there is no policy at %s: nobody may do anything", p->name, s->conf->policy);
	*out = s;
	s = NULL;
	rc = 0;
out:
	yang_destroy(y);
	web_site_destroy(s);
	return rc;
}

void
web_site_destroy(struct web_site *s)
{
	while (s != NULL) {
		struct web_site *older = s->older;

		mustache_destroy(s->templates);
		auth_policy_destroy(s->policy);
		conf_destroy(s->conf);
		free(s);
		s = older;
	}
}

/* ---- what http calls ----------------------------------------------------------------- */

static int
thread_open(void *ctx, void **state, struct err *e)
{
	struct web_server *s = ctx;
	struct web_thread *t = calloc(1, sizeof(*t));

	if (t == NULL)
		log_die("out of memory for a thread");
	t->server = s;
	if (s->program->thread_open != NULL &&
	    s->program->thread_open(atomic_load(&s->site)->conf, s->shared, &t->state, e) != 0) {
		free(t);
		return -1;
	}
	*state = t;
	return 0;
}

static void
thread_close(void *ctx, void *state)
{
	struct web_server *s = ctx;
	struct web_thread *t = state;

	if (s->program->thread_close != NULL)
		s->program->thread_close(t->state);
	store_close(t->sessions);
	free(t);
}

static size_t
body_limit(void *ctx, void *state, const struct http_request *q)
{
	(void)state;
	return web_body_limit(((struct web_server *)ctx)->program, q);
}

static void
handle(void *ctx, void *state, const struct http_request *q, struct http_response *r)
{
	(void)ctx;
	web_handle(state, q, r);
}

static pthread_mutex_t reloading = PTHREAD_MUTEX_INITIALIZER;

/* Under the lock. */
static void
reload_locked(struct web_server *s)
{
	struct web_site *site;
	struct err e = {0};

	if (web_site_load(s->path, s->program, &site, &e) != 0) {
		log_error("%s: the new configuration is wrong and the old one stays: %s", s->program->name, e.text);
		return;
	}
	site->older = atomic_load(&s->site);
	atomic_store(&s->site, site);
	log_info("%s: %s was read again", s->program->name, s->path);
}

static void
reload(void *ctx)
{
	pthread_mutex_lock(&reloading);
	reload_locked(ctx);
	pthread_mutex_unlock(&reloading);
}

#define RETRY_MS 1000 /* between two readings of a policy that has come and is wrong */

void
web_site_policy(struct web_server *s)
{
	static int64_t tried; /* CLOCK_BOOTTIME; under the lock */
	const struct web_site *site = atomic_load(&s->site);

	if (!auth_policy_missing(site->policy) || access(site->conf->policy, F_OK) != 0)
		return;
	pthread_mutex_lock(&reloading);
	if (atomic_load(&s->site) == site && (tried == 0 || times_boot() - tried > RETRY_MS)) {
		tried = times_boot();
		reload_locked(s);
	}
	pthread_mutex_unlock(&reloading);
}

/* ---- the program's rows, with the one that every program has ---------------------------- */

static int
healthz(struct web_call *c, struct err *e)
{
	return web_plain(c, 200, STR("ok\n"), e);
}

/* A copy of the program with "/NAME/healthz" behind its own rows. */
static int
rows_complete(const struct web_program *p, struct arena *a, struct web_program *out, struct err *e)
{
	struct web_route *rows = arena_array(a, p->n_routes + 1, sizeof(*rows));

	*out = *p;
	if (p->n_routes > 0)
		memcpy(rows, p->routes, p->n_routes * sizeof(*rows));
	rows[p->n_routes] = (struct web_route){.method = "GET", .path = arena_printf(a, "/%s/healthz", p->name),
	    .handler = healthz, .guard = WEB_OPEN, .summary = "Is this program there?"};
	out->routes = rows;
	out->n_routes = p->n_routes + 1;
	return web_check_routes(out, e);
}

/* ---- arguments -------------------------------------------------------------------------- */

static int
usage(const struct web_program *p, FILE *to, int rc)
{
	fprintf(to, "usage: %s [-c FILE] [-t] [--routes[=-|=all]] [-V] [-h]\n"
	    "A FastCGI program of Larch: it serves the listening socket on descriptor 0\n"
	    "(spawn-fcgi -s SOCKET -n -- %s, or a systemd socket unit).\n"
	    "  -c, --config FILE  larch.json (" DEFAULT_CONFIG ")\n"
	    "  -t, --test         check the configuration and the templates, and exit\n"
	    "      --routes       print the API's description (OpenAPI 3.1); --routes=- adds to standard input,\n"
	    "                     --routes=all prints every row of the table with its guards and fields\n"
	    "  -v                 log more\n"
	    "  -V, --version      print the version\n"
	    "  -h, --help         this text\n", p->name, p->name);
	return rc;
}

/* All of standard input, or an empty document. */
static json_t *
document_read(bool from_input, struct err *e)
{
	struct buf b = BUF(LIMIT_ROOM_FILE);
	char block[4096];
	json_t *o;
	size_t n;

	while (from_input && (n = fread(block, 1, sizeof(block), stdin)) > 0)
		buf_add(&b, block, n);
	o = from_input ? jsn_parse(buf_view(&b), "standard input", e) : json_object();
	buf_free(&b);
	return o;
}

/* NULL: the API's description; "-": the same, added to standard input; "all": every row, with its guards. */
static int
print_routes(const struct web_program *p, const char *how)
{
	struct err e = {0};
	bool all = how != NULL && strcmp(how, "all") == 0;
	json_t *o = all ? web_rows(p) : document_read(how != NULL, &e);
	struct buf b = BUF(LIMIT_ROOM_FILE);

	if (o == NULL) {
		fprintf(stderr, "%s: %s\n", p->name, e.text);
		return 1;
	}
	if (!all)
		web_openapi(p, o);
	jsn_pretty(o, &b);
	json_decref(o);
	(void)fwrite(b.p, 1, b.n, stdout);
	buf_free(&b);
	return fflush(stdout) == 0 ? 0 : 1;
}

static struct auth_used *
used_open(const struct conf *conf, const struct web_program *p)
{
	struct arena *a = arena_create();
	struct auth_used *u = auth_used_open(conf_used(conf, p->name, a));

	arena_destroy(a);
	return u;
}

static int
serve(const struct web_program *p, const char *path, bool test, struct err *e)
{
	const struct rlimit no_core = {0, 0};
	struct web_server s = {.program = p, .path = path};
	struct http_server h = {.fd = 0, .ctx = &s, .open = thread_open, .close = thread_close,
	    .body_limit = body_limit, .handle = handle, .reload = reload};
	struct web_site *site;
	int rc = -1;

	if (web_site_load(path, p, &site, e) != 0)
		return -1;
	atomic_store(&s.site, site);
	(void)setrlimit(RLIMIT_CORE, &no_core); /* sessions and keys pass through every program */
	if (test) {
		fprintf(stderr, "%s: %s is sound\n", p->name, path);
		rc = 0;
	} else if (p->open == NULL || p->open(site->conf, &s.shared, e) == 0) {
		h.threads = site->conf->threads;
		s.used = used_open(site->conf, p);
		log_info("%s %s serves with %d threads", p->name, LARCH_VERSION, h.threads);
		rc = http_serve(&h, e);
		if (p->close != NULL)
			p->close(s.shared);
		auth_used_close(s.used);
	}
	web_site_destroy(atomic_load(&s.site));
	return rc;
}

int
web_main(int argc, char **argv, const struct web_program *p)
{
	static const struct option options[] = {{"config", required_argument, NULL, 'c'}, {"test", no_argument, NULL, 't'},
	    {"routes", optional_argument, NULL, 'r'}, {"version", no_argument, NULL, 'V'},
	    {"help", no_argument, NULL, 'h'}, {0}};
	const char *path = DEFAULT_CONFIG, *how = NULL;
	struct arena *a = arena_create();
	struct web_program whole;
	struct err e = {0};
	bool test = false, routes = false;
	int opt, rc = 2;

	log_name(p->name);
	while ((opt = getopt_long(argc, argv, "c:tvVh", options, NULL)) != -1) {
		if (opt == 'c')
			path = optarg;
		else if (opt == 't')
			test = true;
		else if (opt == 'v')
			log_verbose(1);
		else if (opt == 'r' && (optarg == NULL || strcmp(optarg, "-") == 0 || strcmp(optarg, "all") == 0)) {
			routes = true;
			how = optarg;
		} else if (opt == 'V' || opt == 'h') {
			rc = opt == 'h' ? usage(p, stdout, 0) : printf("%s %s\n", p->name, LARCH_VERSION) < 0;
			goto out;
		} else
			goto wrong;
	}
	if (optind < argc)
		goto wrong;
	if (rows_complete(p, a, &whole, &e) == 0 && (rc = routes ? print_routes(&whole, how) :
	    serve(&whole, path, test, &e)) >= 0)
		goto out;
	log_error("%s: %s", p->name, e.text);
	rc = 1;
	goto out;
wrong:
	rc = usage(p, stderr, 2);
out:
	arena_destroy(a);
	return rc;
}
