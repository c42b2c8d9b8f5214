/* SPDX-License-Identifier: Apache-2.0 */
/* Which verb of the policy an operation asks for: `edit`, or `wire` for what a policy or a power path rests on. */
#include <fnmatch.h>
#include <string.h>

#include "op.h"

/* Attributes by which power, wiring and the programs find their way; a site's policy adds those of its queries. */
static const char *const wire_keys[] = {"address", "family", "feed", "outlet", "outlets", "pool", "rack", "unit", "units",
    "host",
    "console", "console_port", "console_user", "boot_mode", "vlan", "switch", "port", "credentials", "credential", "bmc", "protected"};
/* Things that a cord, a command or a role goes through. */
static const char *const wire_types[] = {"pool", "pdu", "bmc", "switch", "ups", "strip", "feed", "chassis",
    "console-server"};

static bool
listed(const char *word, const char *const *list, size_t n)
{
	for (size_t k = 0; k < n; k++)
		if (strcmp(list[k], word) == 0)
			return true;
	return false;
}

static const char *
verb(bool wire)
{
	return wire ? "wire" : "edit";
}

static bool
wire_type(const char *type)
{
	return type != NULL && listed(type, wire_types, LARCH_COUNT(wire_types));
}

/* "net.mac" uses the key net; with a subkey of it that is not mac it is wiring all the same. So at each dot: "a.b.c" may be b.c of a, or c of a.b. */
static bool
before_dot(const char *used, const char *key)
{
	char part[LIMIT_NAME + 1];

	for (const char *dot = strchr(used, '.'); dot != NULL && dot < used + LIMIT_NAME; dot = strchr(dot + 1, '.')) {
		memcpy(part, used, (size_t)(dot - used));
		part[dot - used] = '\0';
		if (fnmatch(part, key, 0) == 0)
			return true;
	}
	return false;
}

static bool
wire_key(const struct inv_change *c, const char *key)
{
	if (key == NULL || listed(key, wire_keys, LARCH_COUNT(wire_keys)))
		return key != NULL;
	for (size_t k = 0; k < c->n_wire_keys; k++)
		if (fnmatch(c->wire_keys[k], key, 0) == 0 || before_dot(c->wire_keys[k], key))
			return true;
	return false;
}

const char *
op_verb_wire(struct op *op)
{
	(void)op;
	return "wire";
}

const char *
op_verb_attr(struct op *op)
{
	return verb(wire_key(op->c, op_text(op, "key")));
}

const char *
op_verb_new(struct op *op)
{
	const json_t *list = json_object_get(op->o, "attributes");
	bool wire = wire_type(op_text(op, "type"));

	for (size_t k = 0; !wire && k < json_array_size(list); k++)
		wire = wire_key(op->c, jsn_text_or(json_array_get(list, k), "key", NULL));
	return verb(wire);
}

/* The type of the thing that a member names; NULL: there is none, which the operation itself refuses. */
static const char *
type_of(struct op *op, const char *member)
{
	const char *name = op_text(op, member);

	return name == NULL ? NULL : inv_type_of(op->ed->i, name, op->a, NULL);
}

const char *
op_verb_place(struct op *op)
{
	return verb(op->c->wire_places || wire_type(type_of(op, "thing")) || wire_type(type_of(op, "container")));
}
