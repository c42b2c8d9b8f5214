/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 10,000 addresses of loopback asked for their ssh version line, beside nmap, which only sees whether the port is open;
 * and 100 and 1,000 of them, which show how the cost grows. The listener is a child: its CPU counts for nobody.
 */
#include <errno.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>

#include "probe/probe.h"
#include "sweep.h"

#define TIMEOUT_MS 2000
#define GREETING "SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u7\r\n"

static int up, ended, asked;
static struct probe_ssh *probe;

static void
count(void *ctx, const struct probe_ssh_answer *a)
{
	(void)ctx;
	up += a->outcome == PROBE_SSH_UP;
	if (++ended == asked)
		probe_ssh_destroy(probe);
}

/* Reads addresses as nmap does: a line each, from standard input. */
static int
sweep(int port)
{
	char line[ADDR_TEXT];
	struct sockaddr_storage to;
	struct err e;

	if (probe_ssh_create(uv_default_loop(), 0, &probe) != 0)
		return 1;
	while (fgets(line, sizeof(line), stdin) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		if (addr_parse(str_of(line), port, &to, &e) != 0)
			return 1;
		asked++;
		probe_ssh_ask(probe, &to, TIMEOUT_MS, count, NULL);
	}
	uv_run(uv_default_loop(), UV_RUN_DEFAULT);
	return up == asked && asked > 0 ? 0 : 1;
}

/* Says its line to everybody and closes. */
static void
serve(int fd)
{
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (;;) {
		int c = accept(fd, NULL, NULL);

		if (c < 0)
			continue;
		(void)send(c, GREETING, strlen(GREETING), MSG_NOSIGNAL);
		close(c);
	}
}

static pid_t listener;

static void
stop(void)
{
	kill(listener, SIGKILL);
	waitpid(listener, NULL, 0);
}

static int
start(void)
{
	struct sockaddr_in a = {.sin_family = AF_INET};
	socklen_t size = sizeof(a);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&a, size) != 0 || listen(fd, 4096) != 0 ||
	    getsockname(fd, (struct sockaddr *)&a, &size) != 0)
		sweep_die("no listener");
	listener = fork();
	if (listener == 0)
		serve(fd);
	close(fd);
	atexit(stop);
	return ntohs(a.sin_port);
}

int
main(int argc, char **argv)
{
	char port[16], ports[24];
	const char *const ours[] = {"/proc/self/exe", port, NULL};
	const char *const peer[] = {"nmap", "-n", "-Pn", "-sT", "-T5", ports, "-iL", "/dev/stdin", NULL};

	if (argc > 1)
		return sweep((int)strtol(argv[1], NULL, 10));
	setvbuf(stdout, NULL, _IOLBF, 0);
	snprintf(port, sizeof(port), "%d", start());
	snprintf(ports, sizeof(ports), "-p%s", port);
	sweep_compare("sweep_ssh", SWEEP_MANY, ours, peer);
	sweep_compare("sweep_ssh_1000", 1000, ours, peer);
	sweep_compare("sweep_ssh_100", 100, ours, peer);
	return 0;
}
