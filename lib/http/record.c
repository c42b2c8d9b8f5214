/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libfcgi writes an answer 8 KB at a time, and waits for nginx to hang up
 * first: a page of 40 KB is then five turns of two processes. Here it is one
 * writev. The records are those of the FastCGI specification, section 3.3.
 */
#include <errno.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "http.h"
#include "record.h"

#define FCGI_VERSION 1
#define FCGI_END_REQUEST 3
#define FCGI_STDOUT 6
#define HEADER 8
#define CONTENT 65528u /* of one record: 16 bits, and whole headers behind it */
#define BATCH 16       /* records of one write */

struct batch {
	unsigned char header[BATCH + 2][HEADER]; /* the end is two of its own, and 8 bytes of content */
	struct iovec at[3 * BATCH + 3];
	int n_header, n;
};

static unsigned char *
add_header(struct batch *b, const struct http_out *out, unsigned type, size_t content)
{
	unsigned char *h = b->header[b->n_header++];

	h[0] = FCGI_VERSION;
	h[1] = (unsigned char)type;
	h[2] = (unsigned char)(out->request >> 8);
	h[3] = (unsigned char)out->request;
	h[4] = (unsigned char)(content >> 8);
	h[5] = (unsigned char)content;
	h[6] = h[7] = 0;
	b->at[b->n++] = (struct iovec){h, HEADER};
	return h;
}

/* As much of a text as the record has room for. */
static size_t
add_text(struct batch *b, struct str *text, size_t room)
{
	size_t n = text->n < room ? text->n : room;

	if (n > 0)
		b->at[b->n++] = (struct iovec){(void *)(uintptr_t)text->p, n};
	text->p += n;
	text->n -= n;
	return n;
}

static int
write_all(struct http_out *out, struct batch *b)
{
	struct iovec *at = b->at;

	while (b->n > 0) {
		struct msghdr m = {.msg_iov = at, .msg_iovlen = (size_t)b->n};
		ssize_t sent = sendmsg(out->fd, &m, MSG_NOSIGNAL);

		if (sent < 0 && errno == EINTR)
			continue;
		if (sent < 0) {
			out->broken = true;
			return -1;
		}
		for (; b->n > 0 && (size_t)sent >= at->iov_len; at++, b->n--)
			sent -= (ssize_t)at->iov_len;
		if (b->n > 0) {
			at->iov_base = (char *)at->iov_base + sent;
			at->iov_len -= (size_t)sent;
		}
	}
	return 0;
}

int
http_records(struct http_out *out, struct str a, struct str b, bool end)
{
	static unsigned char complete[HEADER]; /* the program's status 0, FCGI_REQUEST_COMPLETE */

	while (!out->broken && (a.n > 0 || b.n > 0 || end)) {
		struct batch batch = {0};

		while (batch.n_header < BATCH && (a.n > 0 || b.n > 0)) {
			size_t content = a.n + b.n < CONTENT ? a.n + b.n : CONTENT;

			add_header(&batch, out, FCGI_STDOUT, content);
			content -= add_text(&batch, &a, content);
			(void)add_text(&batch, &b, content);
		}
		if (end && a.n == 0 && b.n == 0) {
			add_header(&batch, out, FCGI_STDOUT, 0);
			add_header(&batch, out, FCGI_END_REQUEST, sizeof(complete));
			batch.at[batch.n++] = (struct iovec){complete, sizeof(complete)};
			end = false;
		}
		if (write_all(out, &batch) != 0)
			return -1;
	}
	return out->broken ? -1 : 0;
}

int
http_write(struct http_out *out, struct str text)
{
	return http_records(out, text, (struct str){"", 0}, false);
}

/*
 * What the peer sent and nobody read would be an error for it, before it has read the answer: then it is given time
 * to hang up first, as libfcgi does.
 */
void
http_hang_up(int fd, bool sending)
{
	char rest[1024];

	if ((sending || recv(fd, rest, sizeof(rest), MSG_DONTWAIT) > 0) && shutdown(fd, SHUT_WR) == 0)
		while (recv(fd, rest, sizeof(rest), 0) > 0)
			;
	(void)close(fd);
}
