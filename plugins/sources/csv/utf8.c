/* utf8.c - whether bytes are UTF-8, in plain C: as read() decides it. */
#include "dsv.h"
#include "split.h"

int32_t dsv_utf8_portable(const char *bytes, int64_t n) {
  int32_t problem;
  return dsv_valid((const unsigned char *)bytes, n, &problem) == n;
}
