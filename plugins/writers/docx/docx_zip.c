/* docx_zip.c - a ZIP container (PKWARE APPNOTE 6.3), as little of it as an Office file needs.
 *
 * Every entry is stamped 1980-01-01 00:00, the first moment that the format can say, so that the
 * same document gives the same bytes. Sizes are known before an entry is written: no descriptors.
 */
#include <zlib.h>

#include "docx.h"

enum {
  ZIP_DATE = 0x0021, /* 1980-01-01 */
  ZIP_UTF8 = 0x0800,
  ZIP_VERSION = 20
};

static void put16(docx_buffer *b, uint32_t x) {
  const unsigned char bytes[2] = {(unsigned char)(x & 255U), (unsigned char)(x >> 8 & 255U)};
  docx_add(b, bytes, 2);
}

static void put32(docx_buffer *b, uint64_t x) {
  put16(b, (uint32_t)(x & 0xFFFFU));
  put16(b, (uint32_t)(x >> 16 & 0xFFFFU));
}

void docx_zip_init(docx_zip *zip, const sampan_call *call, const sampan_output *out) {
  memset(zip, 0, sizeof *zip);
  zip->call = call;
  zip->out = out;
  docx_buffer_init(&zip->directory, call);
  docx_buffer_init(&zip->packed, call);
}

static int32_t no_memory(const sampan_call *call) {
  return sampan_fail(call, SAMPAN_E_MEMORY, "out of memory while writing the docx file");
}

static int32_t emit(docx_zip *zip, const void *bytes, uint64_t n) {
  if (n == 0) return SAMPAN_OK;
  const int32_t status = zip->out->write(zip->out->data, bytes, (int64_t)n, zip->call->error);
  zip->offset += n;
  if (status > 0) return sampan_fail(zip->call, SAMPAN_E_IO, "the output took only a part");
  return status;
}

/* Raw deflate of n bytes into zip->packed. */
static int32_t pack(docx_zip *zip, const void *data, uint64_t n) {
  z_stream z;
  memset(&z, 0, sizeof z);
  if (deflateInit2(&z, 9, Z_DEFLATED, -15, 9, Z_DEFAULT_STRATEGY) != Z_OK) {
    return no_memory(zip->call);
  }
  unsigned char chunk[16384];
  zip->packed.n = 0;
  z.next_in = (z_const Bytef *)data;
  z.avail_in = (uInt)n; /* docx_zip_add has checked that it fits */
  int step = Z_OK;
  while (step == Z_OK) {
    z.next_out = chunk;
    z.avail_out = (uInt)sizeof chunk;
    step = deflate(&z, Z_FINISH);
    docx_add(&zip->packed, chunk, sizeof chunk - z.avail_out);
  }
  deflateEnd(&z);
  if (zip->packed.failed) return no_memory(zip->call);
  if (step != Z_STREAM_END) {
    return sampan_fail(zip->call, SAMPAN_E_INTERNAL, "deflate failed with %d", step);
  }
  return SAMPAN_OK;
}

/* The fields that the local header and the directory share, from `version needed` on. */
static void header(docx_buffer *b, uint32_t method, uint32_t crc, uint64_t packed, uint64_t n,
                   uint64_t n_name) {
  put16(b, ZIP_VERSION);
  put16(b, ZIP_UTF8);
  put16(b, method);
  put16(b, 0);
  put16(b, ZIP_DATE);
  put32(b, crc);
  put32(b, packed);
  put32(b, n);
  put16(b, (uint32_t)n_name);
  put16(b, 0);
}

int32_t docx_zip_add(docx_zip *zip, const char *name, const void *data, uint64_t n,
                     int32_t is_packed) {
  const uint64_t n_name = strlen(name);
  if (n > INT32_MAX || zip->offset > (uint64_t)INT32_MAX || zip->n_entries >= UINT16_MAX) {
    return sampan_fail(zip->call, SAMPAN_E_DATA, "the document is too large for a docx file");
  }
  int32_t status = SAMPAN_OK;
  const void *bytes = data;
  uint64_t n_bytes = n;
  uint32_t method = 0;
  if (!is_packed) {
    status = pack(zip, data, n);
    if (status < 0) return status;
    bytes = zip->packed.data;
    n_bytes = zip->packed.n;
    method = Z_DEFLATED;
  }
  const uint32_t crc = (uint32_t)crc32(crc32(0, Z_NULL, 0), n ? data : (const void *)"", (uInt)n);
  docx_buffer local;
  docx_buffer_init(&local, zip->call);
  put32(&local, 0x04034b50);
  header(&local, method, crc, n_bytes, n, n_name);
  docx_add(&local, name, n_name);

  docx_buffer *d = &zip->directory;
  put32(d, 0x02014b50);
  put16(d, ZIP_VERSION);
  header(d, method, crc, n_bytes, n, n_name);
  put16(d, 0); /* comment */
  put16(d, 0); /* disk */
  put16(d, 0); /* internal attributes */
  put32(d, 0); /* external attributes */
  put32(d, zip->offset);
  docx_add(d, name, n_name);
  if (local.failed || d->failed) return no_memory(zip->call);
  zip->n_entries++;
  status = emit(zip, local.data, local.n);
  return status < 0 ? status : emit(zip, bytes, n_bytes);
}

int32_t docx_zip_buffer(docx_zip *zip, const char *name, const docx_buffer *b) {
  if (b->failed) return no_memory(zip->call);
  return docx_zip_add(zip, name, b->data, b->n, 0);
}

int32_t docx_zip_finish(docx_zip *zip) {
  docx_buffer *d = &zip->directory;
  const uint64_t n_directory = d->n;
  put32(d, 0x06054b50);
  put16(d, 0);
  put16(d, 0);
  put16(d, zip->n_entries);
  put16(d, zip->n_entries);
  put32(d, n_directory);
  put32(d, zip->offset);
  put16(d, 0);
  if (d->failed) return no_memory(zip->call);
  return emit(zip, d->data, d->n);
}
