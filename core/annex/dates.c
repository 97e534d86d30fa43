/* dates.c - ISO 8601 dates (Gregorian), and months of a year. */
#include "annex/dates.h"

#include <string.h>

static int32_t days_in(int32_t year, int32_t month) {
  static const int32_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const int leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return days[month - 1] + (month == 2 && leap);
}

/* The number that n digits stand for, or -1. */
static int32_t digits(const char *text, int n) {
  int32_t x = 0;
  for (int i = 0; i < n; i++) {
    if (text[i] < '0' || text[i] > '9') return -1;
    x = 10 * x + (text[i] - '0');
  }
  return x;
}

int32_t sp_date_read(const char *text, int32_t *first, int32_t *last) {
  const size_t n = strlen(text);
  if ((n != 7 && n != 10) || text[4] != '-') return -1;
  const int32_t year = digits(text, 4), month = digits(text + 5, 2);
  if (year < 1 || month < 1 || month > 12) return -1;
  *first = year * 10000 + month * 100 + 1;
  *last = year * 10000 + month * 100 + days_in(year, month);
  if (n == 7) return 0;
  const int32_t day = text[7] == '-' ? digits(text + 8, 2) : -1;
  if (day < 1 || day > days_in(year, month)) return -1;
  *first = *last = year * 10000 + month * 100 + day;
  return 0;
}
