/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Groups of nodes from files: /etc/genders, and the folders /etc/dsh/group and /etc/pdsh/group with a file a group. They
 * are parsed by pure functions under ceilings, and read away from the loop, for they may lie on a file system that hangs.
 *
 *	genders     NODES ATTRIBUTE[=VALUE][,ATTRIBUTE[=VALUE]...]   a line; the rest of a line behind '#' is a comment;
 *	            NODES is a host list. Each ATTRIBUTE is a group, and so is each ATTRIBUTE=VALUE.
 *	dsh, pdsh   NODES, a line or more of them; '#' as above. The file's name is the group's.
 *
 * A file that is not understood is refused by name and line, the others go on; a group that could not be asked for by
 * its name is left out.
 */
#ifndef LARCH_PROBE_GROUPS_H
#define LARCH_PROBE_GROUPS_H

#include <uv.h>

#include "base/base.h"
#include "conf/conf.h"
#include "status/status.h"

/* ---- pure ------------------------------------------------------------------------------- */

/* A node in a group. */
struct groups_member {
	const char *group, *node;
};
struct groups {
	struct groups_member *members; /* in any order, repetition allowed */
	size_t n, cap;
	size_t made;            /* names that host lists were unfolded to: LIMIT_GROUP_MEMBERS in all */
	struct arena *a;        /* the names are in it */
};
LARCH_API void groups_init(struct groups *g, struct arena *a);
LARCH_API void groups_finish(struct groups *g);

/* Add what a genders file says, or one file of a folder, to the rest. On -1 *e says what is wrong, with the line ("line 3: ..."), and nothing was added. */
LARCH_API int groups_parse_genders(struct groups *g, struct str text, struct err *e);
LARCH_API int groups_parse_list(struct groups *g, const char *name, struct str text, struct err *e);

/* The folded groups, by name (natural order), in g's arena. A group of more than LIMIT_HOSTS nodes is left out, and counted in *dropped. */
LARCH_API void groups_fold(struct groups *g, const char *source, int64_t at, struct status_group **out, size_t *n_out,
    size_t *dropped);

/* May a list ask for it: "savio3", "rack=b07"? */
LARCH_API bool groups_is_name(struct str name);

/* ---- read ---------------------------------------------------------------------------------- */

#define GROUPS_READ_MS (5 * 60 * 1000)   /* between two readings */
#define GROUPS_FRESH_MS (60 * 60 * 1000) /* after which groups that did not change are published again, with a new time */

/*
 * Publishes groups by status_put_groups, source by source ("genders", "dsh", "pdsh"), those that changed; a source that
 * cannot be read keeps what it had, one that is not there has no groups.
 */
struct probe_groups;
LARCH_API struct probe_groups *probe_groups_create(uv_loop_t *loop, const struct conf *conf, struct status *status);
/* A reading that hangs is not waited for: it releases what it has when it ends. NULL does nothing. */
LARCH_API void probe_groups_destroy(struct probe_groups *p);
LARCH_API void probe_groups_set_conf(struct probe_groups *p, const struct conf *conf);
/* What was refused in the last reading, for people: "" or sentences. Lives until the next reading. */
LARCH_API const char *probe_groups_notice(const struct probe_groups *p);

/* Grows whenever something is published. */
LARCH_API int64_t probe_groups_generation(const struct probe_groups *p);

/*
 * Slurm's groups (slurm_groups), published in the same way: the sweep calls it with each answer of sinfo.
 */
LARCH_API void probe_groups_put(struct probe_groups *p, const char *source, const struct status_group *groups, size_t n);

#endif
