/* decode.c - bytes of the file to UTF-8 in whole characters, with the way back to file offsets. */
#include <errno.h>

#include "dsv.h"

/* GB18030 grows by at most half when it becomes UTF-8. */
#define CONVERTED_BYTES (2 * (DSV_RAW_BYTES + 8))

static const char utf8_mark[] = "\xEF\xBB\xBF";

int32_t dsv_decoder_open(dsv_decoder *d, const sampan_call *call, const sampan_reader *reader,
                         const dsv_dialect *dialect) {
  memset(d, 0, sizeof *d);
  d->call = call;
  d->reader = reader;
  d->converter = (iconv_t)-1;
  d->at_start = 1;
  d->raw = (char *)call->host->alloc(call, DSV_RAW_BYTES + 8);
  if (d->raw == NULL) return sampan_fail(call, SAMPAN_E_MEMORY, "out of memory");
  if (!dialect->gb18030) return SAMPAN_OK;
  d->converted = (char *)call->host->alloc(call, CONVERTED_BYTES);
  if (d->converted == NULL) return sampan_fail(call, SAMPAN_E_MEMORY, "out of memory");
  d->converter = iconv_open("UTF-8", "GB18030");
  if (d->converter == (iconv_t)-1) {
    return sampan_fail(call, SAMPAN_E_PLAN, "this system cannot read the encoding GB18030");
  }
  return SAMPAN_OK;
}

void dsv_decoder_close(dsv_decoder *d) {
  if (d->converter != (iconv_t)-1) iconv_close(d->converter);
  d->converter = (iconv_t)-1;
}

/* The length of the UTF-8 character at p: 0 when it is none, -1 when n bytes are too few to tell.
 */
static int32_t character(const unsigned char *p, int64_t n) {
  static const unsigned char least[5] = {0, 0, 0x80, 0xA0, 0x90};
  const int32_t length = p[0] < 0x80                   ? 1
                         : p[0] >= 0xC2 && p[0] < 0xE0 ? 2
                         : p[0] >= 0xE0 && p[0] < 0xF0 ? 3
                         : p[0] >= 0xF0 && p[0] < 0xF5 ? 4
                                                       : 0;
  if (length < 2) return length;
  if (n < 2) return -1;
  if (p[1] < 0x80 || p[1] > 0xBF) return 0;
  /* Overlong forms, surrogates and what lies above U+10FFFF show in the second byte. */
  if ((p[0] == 0xE0 || p[0] == 0xF0) && p[1] < least[length]) return 0;
  if ((p[0] == 0xED && p[1] > 0x9F) || (p[0] == 0xF4 && p[1] > 0x8F)) return 0;
  for (int32_t i = 2; i < length; i++) {
    if (n <= i) return -1;
    if (p[i] < 0x80 || p[i] > 0xBF) return 0;
  }
  return length;
}

int64_t dsv_valid(const unsigned char *p, int64_t n, int32_t *problem) {
  int64_t i = 0;
  *problem = DSV_CODE_OK;
  while (i < n) {
    uint64_t eight;
    if (n - i >= 8) {
      memcpy(&eight, p + i, 8);
      if ((eight & UINT64_C(0x8080808080808080)) == 0) {
        i += 8;
        continue;
      }
    }
    const int32_t length = character(p + i, n - i);
    if (length <= 0) {
      *problem = length < 0 ? DSV_CODE_CUT : DSV_CODE_BAD;
      break;
    }
    i += length;
  }
  return i;
}

/* Converts d->raw[0, n_in) into at most n_out bytes; returns the bytes used and sets *n_made. */
static int64_t convert(const dsv_decoder *d, char *out, int64_t n_out, int64_t *n_made,
                       int32_t *problem) {
  char *from = d->raw, *to = out;
  size_t n_from = (size_t)d->n_raw, n_to = (size_t)n_out;
  *problem = DSV_CODE_OK;
  iconv(d->converter, NULL, NULL, NULL, NULL);
  if (iconv(d->converter, &from, &n_from, &to, &n_to) == (size_t)-1) {
    if (errno == EILSEQ) *problem = DSV_CODE_BAD;
    if (errno == EINVAL) *problem = DSV_CODE_CUT;
  }
  *n_made = to - out;
  return from - d->raw;
}

/* Moves the undecoded rest to the front and reads on; the piece begins at the file's next byte. */
static int32_t refill(dsv_decoder *d) {
  const int64_t left = d->n_raw - d->n_used;
  memmove(d->raw, d->raw + d->n_used, (size_t)left);
  d->raw_start += d->n_used;
  d->n_raw = left;
  d->n_used = 0;
  d->skipped = 0;
  if (d->at_end) return SAMPAN_OK;
  /* Only the first piece must have a certain length: that of a byte order mark. */
  do {
    const int64_t got =
        d->reader->read(d->reader->data, d->raw + d->n_raw,
                        DSV_RAW_BYTES - (d->at_start ? d->n_raw : 0), d->call->error);
    if (got < 0) return (int32_t)got;
    if (got == 0) d->at_end = 1;
    d->n_raw += got;
  } while (d->at_start && !d->at_end && d->n_raw < 4);
  return SAMPAN_OK;
}

/* A byte order mark is skipped where it agrees with the encoding, and an error where not (C4). */
static int32_t order_mark(dsv_decoder *d, int64_t *n_mark) {
  const unsigned char *p = (const unsigned char *)d->raw;
  const int utf8 = d->n_raw >= 3 && memcmp(p, utf8_mark, 3) == 0;
  *n_mark = 0;
  if (d->n_raw >= 2 && ((p[0] == 0xFF && p[1] == 0xFE) || (p[0] == 0xFE && p[1] == 0xFF))) {
    if (d->call->error != NULL) d->call->error->byte = 1;
    const int32_t status =
        sampan_fail(d->call, SAMPAN_E_DATA, "the file is UTF-16, not UTF-8 or GB18030");
    dsv_hint(d->call, "Save it again as CSV in UTF-8.");
    return status;
  }
  if (d->converter == (iconv_t)-1) {
    *n_mark = utf8 ? 3 : 0;
    return SAMPAN_OK;
  }
  if (utf8) {
    if (d->call->error != NULL) d->call->error->byte = 1;
    const int32_t status =
        sampan_fail(d->call, SAMPAN_E_DATA,
                    "the file begins with the mark of UTF-8, but the plan says that it is GB18030");
    dsv_hint(d->call, "Set encoding: utf-8.");
    return status;
  }
  if (d->n_raw >= 4 && memcmp(p, "\x84\x31\x95\x33", 4) == 0) *n_mark = 4;
  return SAMPAN_OK;
}

int32_t dsv_decoder_next(dsv_decoder *d, const char **text, int64_t *n) {
  *n = 0;
  *text = "";
  if (d->problem == DSV_CODE_BAD) return SAMPAN_OK;
  for (;;) {
    int32_t status = refill(d);
    int64_t n_mark = 0;
    if (status < 0) return status;
    if (d->at_start && (status = order_mark(d, &n_mark)) < 0) return status;
    d->at_start = 0;
    if (d->converter == (iconv_t)-1) {
      d->n_used = n_mark +
                  dsv_valid((const unsigned char *)d->raw + n_mark, d->n_raw - n_mark, &d->problem);
      d->skipped = n_mark;
      *text = d->raw + n_mark;
      *n = d->n_used - n_mark;
    } else {
      d->n_used = convert(d, d->converted, CONVERTED_BYTES, n, &d->problem);
      d->skipped = n_mark != 0 && *n >= 3 ? 3 : 0; /* the mark, converted */
      *text = d->converted + d->skipped;
      *n -= d->skipped;
    }
    if (*n > 0 || d->problem == DSV_CODE_BAD) return SAMPAN_OK;
    if (d->at_end) return SAMPAN_OK; /* d->problem is CUT where a character is not whole */
  }
}

int64_t dsv_decoder_offset(const dsv_decoder *d, int64_t i) {
  if (d->converter == (iconv_t)-1) return d->raw_start + d->skipped + i;
  /* Converting again into just that much room stops at the character in question. */
  int64_t n_made;
  int32_t problem;
  if (d->skipped + i == 0) return d->raw_start;
  return d->raw_start + convert(d, d->converted, d->skipped + i, &n_made, &problem);
}
