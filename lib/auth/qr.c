/* SPDX-License-Identifier: Apache-2.0 */
#include <qrencode.h>
#include <string.h>

#include "step.h"

#define QUIET 4 /* modules of white around a QR code: ISO/IEC 18004, section 6.3.8 */

/* The dark modules: a rectangle for each run of a row. */
static void
draw(const QRcode *qr, struct buf *out)
{
	for (int y = 0; y < qr->width; y++)
		for (int x = 0, run; x < qr->width; x += run) {
			const unsigned char *m = &qr->data[y * qr->width + x];

			for (run = 1; x + run < qr->width && ((m[0] ^ m[run]) & 1) == 0; run++)
				;
			if ((m[0] & 1) != 0)
				buf_printf(out, "M%d %dh%dv1h-%dz", x + QUIET, y + QUIET, run, run);
		}
}

int
auth_qr_path(const char *text, struct buf *out, int64_t *size, struct err *e)
{
	QRcode *qr = QRcode_encodeString8bit(text, 0, QR_ECLEVEL_M);

	if (qr == NULL)
		return err_set(e, ERR_INTERNAL, "the QR code of a second factor cannot be drawn");
	draw(qr, out);
	*size = qr->width + 2 * QUIET;
	explicit_bzero(qr->data, (size_t)qr->width * (size_t)qr->width);
	QRcode_free(qr);
	return 0;
}
