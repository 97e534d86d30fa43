/* cut.c - where the last whole record of some bytes ends. The number of quotes before a line end
 * decides whether it ends a record; in a malformed file it may decide wrongly, but such a file is
 * refused all the same. */
#include "columns.h"

int64_t dsv_without_blank_lines(const char *p, int64_t n) {
  while (n > 0 && p[n - 1] == '\n') {
    int64_t line_end = n - 1;
    if (line_end > 0 && p[line_end - 1] == '\r') line_end--;
    if (line_end > 0 && p[line_end - 1] != '\n') break;
    n = line_end;
  }
  return n;
}

int64_t dsv_cut(const dsv_dialect *dialect, const dsv_machine *machine, const char *bytes,
                int64_t n) {
  if (dialect->gb18030) return -1; /* its characters contain the bytes of marks */
  int64_t n_quotes = dialect->quote != 0 ? machine->count(bytes, n, dialect->quote) : 0;
  for (int64_t i = n - 1; i >= 0; i--) {
    const unsigned char c = (unsigned char)bytes[i];
    if (c == '\n' && n_quotes % 2 == 0) {
      /* Empty lines may be the file's last ones, and then belong to the last stretch. No quote
       * stands between them: the lines before are outside quotes, too. */
      return dsv_without_blank_lines(bytes, i + 1);
    }
    n_quotes -= dialect->quote != 0 && c == dialect->quote;
  }
  return n > DSV_MAX_RECORD_BYTES + 4 ? -1 : 0; /* C7: read() says what is wrong */
}
