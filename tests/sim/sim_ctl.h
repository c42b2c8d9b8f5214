/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sim_ctl: the control socket of a simulator, a SOCK_STREAM Unix socket for
 * tests. One command a line, one answer line a command: "ok", "ok ..." or
 * "error SENTENCE". Any number of clients, each may stay connected.
 *
 * It has one descriptor (an epoll set of its own), so it fits into any loop:
 * when sim_ctl_fd() is readable, call sim_ctl_work().
 */
#ifndef LARCH_SIM_CTL_H
#define LARCH_SIM_CTL_H

#include <stddef.h>

struct sim_ctl;
struct sim_answer;

/* Called for each line, cut into n >= 1 words (see sim_words); puts its answer with sim_answer_*. */
typedef void sim_ctl_fn(void *ctx, int n, char **words, struct sim_answer *a);

/* Listens at path (an old socket there is removed): the control, or NULL (errno). */
struct sim_ctl *sim_ctl_create(const char *path, sim_ctl_fn *fn, void *ctx);
void sim_ctl_destroy(struct sim_ctl *c); /* the path is removed; NULL does nothing */
int sim_ctl_fd(const struct sim_ctl *c);
void sim_ctl_work(struct sim_ctl *c);

/* Append to the answer, which is "ok" so far. Newlines become blanks. */
void sim_answer_add(struct sim_answer *a, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* The answer is "error ..." instead. */
void sim_answer_error(struct sim_answer *a, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif
