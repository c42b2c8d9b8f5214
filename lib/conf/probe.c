/* SPDX-License-Identifier: Apache-2.0 */
/* probe: in which networks somebody may have larchd ask what is at an address. */
#include <string.h>

#include "inner.h"

/* The shortest prefixes: a network of PDUs, not the world. */
#define BITS_V4 16
#define BITS_V6 48

static int
take_network(struct conf *c, const json_t *row, struct conf_network *n, struct err *e)
{
	struct str rest, host;
	int64_t bits;
	int least, most;

	n->prefix = conf_text(c, row, "prefix");
	n->port = (int)jsn_integer_or(row, "port", 161);
	rest = str_of(n->prefix);
	host = str_cut(&rest, '/');
	if (memchr(host.p, '[', host.n) != NULL || addr_parse(host, n->port, &n->base, e) != 0 || addr_port(&n->base) != n->port)
		return err_set(e, ERR_INPUT, "%s: /%s:larch/probe/network[prefix='%s']: no network; write 10.9.0.0/24", c->path, CONF_MODULE, n->prefix);
	addr_plain(&n->base);
	least = n->base.ss_family == AF_INET6 ? BITS_V6 : BITS_V4;
	most = n->base.ss_family == AF_INET6 ? 128 : 32;
	if (str_int(rest, 0, 128, &bits) != 0 || bits < least || bits > most)
		return err_set(e, ERR_INPUT, "%s: /%s:larch/probe/network[prefix='%s']: a network that may be probed has /%d to /%d",
		    c->path, CONF_MODULE, n->prefix, least, most);
	n->bits = (int)bits;
	return 0;
}

int
conf_take_probe(struct conf *c, const json_t *probe, struct err *e)
{
	const json_t *rows = jsn_array(probe, "network");
	json_t *row;
	size_t i;

	c->n_networks = json_array_size(rows);
	c->networks = arena_array(c->arena, c->n_networks + 1, sizeof(*c->networks));
	json_array_foreach(rows, i, row)
		if (take_network(c, row, &c->networks[i], e) != 0)
			return -1;
	return 0;
}

const struct conf_network *
conf_network_of(const struct conf *c, const struct sockaddr_storage *address)
{
	for (size_t i = 0; i < c->n_networks; i++)
		if (addr_in(address, &c->networks[i].base, c->networks[i].bits))
			return &c->networks[i];
	return NULL;
}
