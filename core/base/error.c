#include "base/error.h"

#include <errno.h>

#include "base/error_ids.h"
#include "base/text.h"

/* Makes a text valid UTF-8 in place: names of files and cells may hold any byte. A sequence that
 * was cut in two by the end of the field goes altogether. */
static void make_valid(char *text, int cut) {
  uint64_t n = strlen(text), from = 0;
  int64_t bad;
  while ((bad = sp_utf8_invalid(text + from, n - from)) >= 0) {
    from += (uint64_t)bad;
    if (cut && n - from < 4) {
      text[from] = '\0';
      return;
    }
    text[from++] = '?';
  }
}

static void fill(char *out, size_t size, const char *format, va_list ap) SP_PRINTF(3, 0);
static void fill(char *out, size_t size, const char *format, va_list ap) {
  const int n = vsnprintf(out, size, format, ap);
  if (n < 0) {
    /* Only a text beyond INT_MAX gets here; the format itself still says what is wrong. */
    strncpy(out, format, size - 1);
    out[size - 1] = '\0';
  }
  make_valid(out, n < 0 || (size_t)n >= size);
}

static void copy(char *out, size_t size, const char *text) {
  const size_t n = strlen(text);
  const size_t kept = n < size ? n : size - 1;
  memmove(out, text, kept);
  out[kept] = '\0';
  make_valid(out, kept < n);
}

/* Without an error to look at, the status of a caller's return statement is unknown: it must still
 * be an error. */
static int32_t status_of(const sampan_error *error) {
  return error ? error->status : SAMPAN_E_INTERNAL;
}

void sp_error_clear(sampan_error *error) {
  if (!error) return;
  memset(error, 0, sizeof *error);
  error->struct_size = (uint32_t)sizeof *error;
}

int32_t sp_error_set(sampan_error *error, int32_t status, int32_t id, const char *format, ...) {
  va_list ap;
  if (!error) return status;
  error->status = status;
  error->id = id;
  error->hint[0] = '\0'; /* a hint belongs to its message */
  va_start(ap, format);
  fill(error->message, sizeof error->message, format, ap);
  va_end(ap);
  return status;
}

int32_t sp_error_hint(sampan_error *error, const char *format, ...) {
  va_list ap;
  if (!error) return status_of(error);
  va_start(ap, format);
  fill(error->hint, sizeof error->hint, format, ap);
  va_end(ap);
  return error->status;
}

int32_t sp_error_file(sampan_error *error, const char *file) {
  if (error && file) copy(error->file, sizeof error->file, file);
  return status_of(error);
}

int32_t sp_error_text_place(sampan_error *error, const char *file, int32_t line, int32_t column) {
  if (error) {
    error->line = line;
    error->line_column = column;
  }
  return sp_error_file(error, file);
}

int32_t sp_error_cell(sampan_error *error, const char *file, int64_t row, const char *column) {
  if (error) {
    error->row = row;
    if (column) copy(error->column, sizeof error->column, column);
  }
  return sp_error_file(error, file);
}

int32_t sp_error_memory(sampan_error *error) {
  const int32_t status = sp_error_set(error, SAMPAN_E_MEMORY, SP_ID_MEMORY, "out of memory");
  (void)sp_error_hint(error, "use a machine with more memory, or end what else runs on this one");
  return status;
}

void sp_error_errno(int number, char *out, uint64_t size) {
  const int kept = errno;
  out[0] = '\0';
  if (strerror_r(number, out, (size_t)size) != 0 && out[0] == '\0') {
    (void)snprintf(out, (size_t)size, "error %d", number);
  }
  errno = kept;
}

int sp_error_exit_code(int32_t status) {
  if (status >= 0) return 0;
  switch (status) {
    case SAMPAN_E_USAGE:
      return 2;
    case SAMPAN_E_PLAN:
      return 3;
    case SAMPAN_E_DATA:
    case SAMPAN_E_INCOMPLETE: /* data that is not all there is wrong data */
      return 4;
    case SAMPAN_E_PLUGIN:
      return 5;
    case SAMPAN_E_CANCELLED:
      return 130;
    default:
      return 1;
  }
}
