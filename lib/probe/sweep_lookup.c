/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Addresses of names that the inventory has none for: the system's resolver, in a worker, a few at one time. An answer is
 * kept for a while and asked for again beside its use; a name that is not known is looked up less and less often.
 */
#include <stdlib.h>
#include <string.h>

#include <netinet/in.h>
#include <utlist.h>

#include "inner.h"

#define AT_ONCE 3                 /* of the four workers that libuv has */
#define PATIENCE_MS 5000          /* that a look-up may take before its node reads unknown */
#define GOOD_MS ((int64_t)600000)
#define BAD_MS ((int64_t)30000)   /* doubles up to GATE_REST_MAX */

struct lookup {
	uv_getaddrinfo_t request;
	struct probe *probe;       /* NULL: it has gone */
	struct sweep_node *node;
	struct lookup *next, *prev;
};

static void start_waiting(struct probe *p);

static void
take(struct sweep_address *a, int status, const struct addrinfo *list)
{
	int64_t now = times_boot(), rest = BAD_MS;

	a->looking = false;
	if (status == 0 && list != NULL && list->ai_addrlen <= sizeof(a->at)) {
		memset(&a->at, 0, sizeof(a->at));
		memcpy(&a->at, list->ai_addr, list->ai_addrlen);
		a->known = true;
		a->failed = 0;
		a->again = now + GOOD_MS;
		return;
	}
	for (int i = 0; i < a->failed && rest < GATE_REST_MAX; i++)
		rest *= 2;
	a->failed++;
	a->again = now + (rest < GATE_REST_MAX ? rest : GATE_REST_MAX);
	a->why = status == 0 ? "no address" : uv_strerror(status);
	if (status != UV_EAI_AGAIN) /* the resolver's own trouble takes nothing away */
		a->known = false;
}

static void
looked(uv_getaddrinfo_t *request, int status, struct addrinfo *list)
{
	struct lookup *l = (struct lookup *)request;
	struct probe *p = l->probe;

	if (p != NULL) {
		bool first = !l->node->looked->known; /* it is asked as soon as it can be */

		take(l->node->looked, status, list);
		DL_DELETE(p->lookups, l);
		p->n_lookups--;
		if (first)
			sweep_fresh(p);
		sweep_node_drop(p, l->node);
		start_waiting(p);
	}
	uv_freeaddrinfo(list);
	free(l);
}

static void
start_waiting(struct probe *p)
{
	static const struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};

	while (p->waiting != NULL && p->n_lookups < AT_ONCE && !p->stopping) {
		struct lookup *l = p->waiting;
		int status;

		DL_DELETE(p->waiting, l);
		DL_APPEND(p->lookups, l);
		p->n_lookups++;
		status = uv_getaddrinfo(p->room.loop, &l->request, looked, l->node->name, NULL, &hints);
		if (status != 0) {
			take(l->node->looked, status, NULL);
			DL_DELETE(p->lookups, l);
			p->n_lookups--;
			sweep_node_drop(p, l->node);
			free(l);
		}
	}
}

static void
look_up(struct probe *p, struct sweep_node *n)
{
	struct lookup *l = calloc(1, sizeof(*l));

	if (l == NULL)
		log_die("out of memory: no look-up of %s", n->name);
	l->probe = p;
	l->node = n;
	n->refs++;
	n->looked->looking = true;
	n->looked->since = times_boot();
	DL_APPEND(p->waiting, l);
	start_waiting(p);
}

bool
sweep_address(struct probe *p, struct sweep_node *n, int port, struct sockaddr_storage *out, const char **why,
    struct arena *a)
{
	struct err e;

	*why = NULL;
	if (n->address != NULL) {
		if (addr_parse(str_of(n->address), port, out, &e) == 0)
			return true;
		*why = arena_strdup(a, e.text);
		return false;
	}
	if (!n->is_host) {
		*why = "it has no address in the inventory, and its name is no host name";
		return false;
	}
	if (n->looked == NULL && (n->looked = calloc(1, sizeof(*n->looked))) == NULL)
		log_die("out of memory: no address of %s", n->name);
	if (!n->looked->looking && times_boot() >= n->looked->again)
		look_up(p, n);
	if (!n->looked->known) {
		if (n->looked->failed > 0)
			*why = arena_printf(a, "it has no address in the inventory, and its name has none: %s", n->looked->why);
		else if (times_boot() - n->looked->since > PATIENCE_MS)
			*why = "it has no address in the inventory, and its name is still being looked up";
		return false;
	}
	*out = n->looked->at;
	if (out->ss_family == AF_INET6)
		((struct sockaddr_in6 *)out)->sin6_port = htons((uint16_t)port);
	else
		((struct sockaddr_in *)out)->sin_port = htons((uint16_t)port);
	return true;
}

/* Those on their way end by themselves, and find nobody who asked. */
void
sweep_lookup_stop(struct probe *p)
{
	struct lookup *l, *next;

	DL_FOREACH_SAFE(p->waiting, l, next)
	{
		DL_DELETE(p->waiting, l);
		sweep_node_drop(p, l->node);
		free(l);
	}
	DL_FOREACH_SAFE(p->lookups, l, next)
	{
		DL_DELETE(p->lookups, l);
		sweep_node_drop(p, l->node);
		l->probe = NULL;
		l->node = NULL;
		(void)uv_cancel((uv_req_t *)&l->request);
	}
}
