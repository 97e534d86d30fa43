/* bytes.c - ReadStat's input over a sampan_reader: buffered, for POR is read byte by byte, and
 * stricter than a file, for a jump past the end is an error. */
#include "foreign.h"

static const char member_card[] = "HEADER RECORD*******MEM";

int32_t foreign_bytes_open(foreign_bytes *b, const sampan_call *call, const sampan_reader *reader) {
  *b = (foreign_bytes){.reader = reader,
                       .error = call->error,
                       .reader_at = -1,
                       .size = reader->size,
                       .cards_from = -1,
                       .member_at = -1};
  b->buffer = (char *)call->host->alloc(call, FOREIGN_BUFFER_BYTES);
  if (b->buffer == NULL) return sampan_fail(call, SAMPAN_E_MEMORY, "out of memory");
  if (b->size >= 0) return SAMPAN_OK;
  /* The formats need the size; where nobody knows it, the end must be looked for. */
  int32_t status = reader->seek(reader->data, 0, b->error);
  b->size = 0;
  while (status == SAMPAN_OK) {
    const int64_t got = reader->read(reader->data, b->buffer, FOREIGN_BUFFER_BYTES, b->error);
    if (got < 0) return (int32_t)got;
    if (got == 0) break;
    b->size += got;
  }
  return status;
}

/* Notes a card that begins another data set. */
static void look_for_members(foreign_bytes *b) {
  if (b->cards_from < 0 || b->member_at >= 0) return;
  for (int64_t i = 0; i + XPT_CARD <= b->n_buffer; i += XPT_CARD) {
    if (b->buffer_at + i < b->cards_from) continue;
    if (memcmp(b->buffer + i, member_card, sizeof member_card - 1) == 0) {
      b->member_at = b->buffer_at + i;
      return;
    }
  }
}

void foreign_bytes_watch(foreign_bytes *b) {
  b->cards_from = b->at;
  look_for_members(b);
}

/* Fills the buffer around an offset. */
static int32_t fill(foreign_bytes *b, int64_t offset) {
  const int64_t start = offset - offset % XPT_CARD;
  if (b->reader_at != start) {
    const int32_t status = b->reader->seek(b->reader->data, start, b->error);
    if (status < 0) return status;
  }
  b->buffer_at = start;
  b->n_buffer = 0;
  while (b->n_buffer < FOREIGN_BUFFER_BYTES) {
    const int64_t got = b->reader->read(b->reader->data, b->buffer + b->n_buffer,
                                        FOREIGN_BUFFER_BYTES - b->n_buffer, b->error);
    if (got < 0) {
      b->reader_at = -1;
      return (int32_t)got;
    }
    if (got == 0) break;
    b->n_buffer += got;
  }
  b->reader_at = start + b->n_buffer;
  look_for_members(b);
  return SAMPAN_OK;
}

int64_t foreign_bytes_read_at(foreign_bytes *b, int64_t offset, char *out, int64_t n) {
  int64_t done = 0;
  while (done < n && offset + done < b->size) {
    const int64_t at = offset + done;
    if (at < b->buffer_at || at >= b->buffer_at + b->n_buffer) {
      const int32_t status = fill(b, at);
      if (status < 0) return status;
      if (at >= b->buffer_at + b->n_buffer) break; /* the file became shorter */
    }
    const int64_t here = b->buffer_at + b->n_buffer - at;
    const int64_t m = n - done < here ? n - done : here;
    memcpy(out + done, b->buffer + (at - b->buffer_at), (size_t)m);
    done += m;
  }
  return done;
}

static int on_open(const char *path, void *data) {
  (void)path;
  (void)data;
  return 0;
}

static int on_close(void *data) {
  (void)data;
  return 0;
}

static readstat_off_t on_seek(readstat_off_t offset, readstat_io_flags_t whence, void *data) {
  foreign_bytes *b = (foreign_bytes *)data;
  int64_t from = 0;
  if (whence == READSTAT_SEEK_CUR) from = b->at;
  if (whence == READSTAT_SEEK_END) from = b->size;
  if (offset > INT64_MAX - from || from + offset < 0) return -1;
  if (from + offset > b->size) {
    b->short_read = 1;
    return -1;
  }
  b->at = from + offset;
  return (readstat_off_t)b->at;
}

static ssize_t on_read(void *out, size_t n, void *data) {
  foreign_bytes *b = (foreign_bytes *)data;
  if (n > INT64_MAX) return -1;
  const int64_t got = foreign_bytes_read_at(b, b->at, (char *)out, (int64_t)n);
  if (got < 0) {
    b->status = (int32_t)got;
    return -1;
  }
  if (got < (int64_t)n) b->short_read = 1;
  b->at += got;
  return (ssize_t)got;
}

static readstat_error_t on_update(long size, readstat_progress_handler progress, void *user,
                                  void *data) {
  (void)size;
  (void)progress;
  (void)user;
  (void)data;
  return READSTAT_OK;
}

readstat_error_t foreign_bytes_attach(foreign_bytes *b, readstat_parser_t *parser) {
  b->at = 0;
  b->short_read = 0;
  readstat_set_open_handler(parser, on_open);
  readstat_set_close_handler(parser, on_close);
  readstat_set_seek_handler(parser, on_seek);
  readstat_set_read_handler(parser, on_read);
  readstat_set_update_handler(parser, on_update);
  return readstat_set_io_ctx(parser, b);
}
