/* base_lanes_test.c - every variant of the lanes that this processor has, against plain loops. */
#include <criterion/criterion.h>
#include <float.h>
#include <math.h>
#include <string.h>

#include "base/lanes.h"

enum { N = 64 * 5, ROUNDS = 60 };

static uint64_t next_random(uint64_t *state) {
  *state ^= *state << 13;
  *state ^= *state >> 7;
  *state ^= *state << 17;
  return *state;
}

static double any_double(uint64_t *state) {
  static const double special[] = {0.0,   -0.0,         1,     -1,  65535,
                                   65536, 4294967296.0, 1e300, 0.5, 5e-324};
  const uint64_t r = next_random(state);
  if (r % 16 == 0) return INFINITY;
  if (r % 16 == 1) return -INFINITY;
  if (r % 16 == 2) return NAN;
  if (r % 4 == 1) return special[r / 16 % 10];
  return (double)(r / 16 % 8);
}

static int holds(int32_t relation, double x, double y) {
  switch (relation) {
    case SP_IS_EQ:
      return x == y;
    case SP_IS_NE:
      return x != y;
    case SP_IS_LT:
      return x < y;
    case SP_IS_LE:
      return x <= y;
    case SP_IS_GT:
      return x > y;
    default:
      return x >= y;
  }
}

static int bit(const uint64_t *words, int64_t i) {
  return (int)(words[i / 64] >> (i % 64) & 1);
}

typedef struct data {
  double x[N], y[N], t[N];
  uint32_t a[N], b[N], c[N];
  uint64_t mask[N / 64], out[N / 64 + 1];
} data;

static void check_bitmaps(const sp_lanes *lanes, data *d, int64_t n) {
  const double values[] = {3, d->y[0], -0.0};
  for (int32_t relation = SP_IS_EQ; relation <= SP_IS_GE; relation++) {
    lanes->compare(relation, d->x, d->y, n, d->out);
    for (int64_t i = 0; i < n; i++) {
      cr_assert(bit(d->out, i) == holds(relation, d->x[i], d->y[i]), "%s", lanes->name);
    }
    lanes->compare_one(relation, d->x, 3, n, d->out);
    for (int64_t i = 0; i < n; i++) {
      cr_assert(bit(d->out, i) == holds(relation, d->x[i], 3), "%s", lanes->name);
    }
    if (n % 64 != 0) cr_assert(d->out[n / 64] >> (n % 64) == 0, "%s", lanes->name);
  }
  lanes->any_of(d->x, values, 3, n, d->out);
  for (int64_t i = 0; i < n; i++) {
    const int is = d->x[i] == values[0] || d->x[i] == values[1] || d->x[i] == values[2];
    cr_assert(bit(d->out, i) == is, "%s", lanes->name);
  }
  lanes->is_finite(d->x, n, d->out);
  for (int64_t i = 0; i < n; i++) {
    cr_assert(bit(d->out, i) == (isfinite(d->x[i]) != 0), "%s", lanes->name);
  }
}

static void check_choices(const sp_lanes *lanes, data *d, int64_t n) {
  memset(d->t, 0x77, sizeof d->t);
  memset(d->c, 0x77, sizeof d->c);
  lanes->choose(d->t, d->x, d->y, d->mask, n);
  lanes->choose_codes(d->c, d->a, d->b, d->mask, n);
  for (int64_t i = 0; i < N; i++) {
    const double *from = i >= n ? &d->t[N - 1] : bit(d->mask, i) ? &d->x[i] : &d->y[i];
    const uint32_t code = i >= n ? 0x77777777 : bit(d->mask, i) ? d->a[i] : d->b[i];
    if (n < N || i < n) cr_assert(memcmp(&d->t[i], from, sizeof *from) == 0, "%s", lanes->name);
    cr_assert(d->c[i] == code, "%s", lanes->name);
  }
  memcpy(d->t, d->x, sizeof d->t);
  memcpy(d->c, d->a, sizeof d->c);
  lanes->zero_absent(d->t, d->mask, n);
  lanes->zero_absent_codes(d->c, d->mask, n);
  for (int64_t i = 0; i < N; i++) {
    const double zero = 0;
    const int here = i >= n || bit(d->mask, i);
    cr_assert(memcmp(&d->t[i], here ? &d->x[i] : &zero, sizeof zero) == 0, "%s", lanes->name);
    cr_assert(d->c[i] == (here ? d->a[i] : 0), "%s", lanes->name);
  }
}

static void check_count(const sp_lanes *lanes, const data *d) {
  int64_t n = 0, n_but = 0;
  uint64_t but[N / 64];
  for (int64_t i = 0; i < N; i++) {
    if (i % 64 == 0) but[i / 64] = (uint64_t)d->a[i] << 32 | d->b[i];
    n += bit(d->mask, i);
    n_but += bit(d->mask, i) && !bit(but, i);
  }
  cr_assert(lanes->count(d->mask, NULL, N / 64) == n, "%s", lanes->name);
  cr_assert(lanes->count(d->mask, but, N / 64) == n_but, "%s", lanes->name);
}

static void check_finite(const sp_lanes *lanes, const data *d, int64_t n) {
  double x[N];
  int all = 1;
  for (int64_t i = 0; i < n; i++) {
    x[i] = isfinite(d->x[i]) || d->a[0] % 3 != 0 ? d->x[i] : DBL_MAX;
    all = all && isfinite(x[i]);
  }
  cr_assert(lanes->all_finite(x, n) == all, "%s", lanes->name);
  for (int64_t i = 0; i < n; i++) x[i] = isfinite(x[i]) ? x[i] : -DBL_MAX;
  cr_assert(lanes->all_finite(x, n), "%s", lanes->name);
  x[d->a[1] % n] = d->a[2] % 2 ? -HUGE_VAL : NAN;
  cr_assert(!lanes->all_finite(x, n), "%s", lanes->name);
}

/* Runs of a value and of a code. */
static void check_runs(const sp_lanes *lanes, const data *d) {
  double x[64];
  uint32_t codes[64], out[64];
  for (int64_t i = 0; i < N; i += 64) {
    const int odd = (int)(d->a[i] % 80); /* often none */
    for (int k = 0; k < 64; k++) x[k] = k == odd ? d->y[i] : 2011;
    for (int k = 0; k < 64; k++) codes[k] = d->a[i] % 3 == 0 ? d->a[i + k] % 2 : d->a[i];
    memset(out, 0, sizeof out);
    const int is_run = odd >= 64 || d->y[i] == 2011;
    cr_assert(lanes->spread(x, 2011, 7, out) == is_run, "%s", lanes->name);
    for (int k = 0; k < 64; k++) cr_assert(out[k] == (is_run ? 7 : 0), "%s", lanes->name);
    const uint64_t same = lanes->same_codes(codes, codes[5]);
    for (int k = 0; k < 64; k++) cr_assert((same >> k & 1) == (codes[k] == codes[5]));
  }
}

/* Crossings of three columns; near ones differ in the last alone. Some entries are not there. */
static void check_cross(const sp_lanes *lanes, const data *d) {
  static uint32_t dense[1 << 9], codes[3][N];
  sp_cross c = {.codes = {codes[0], codes[1], codes[2]},
                .shift = {6, 4, 0},
                .n_codes = 3,
                .mask = (1 << 9) - 1,
                .dense = dense};
  uint32_t out[64];
  for (uint32_t k = 0; k < 1 << 9; k++) dense[k] = d->a[0] % 4 == 0 && k % 97 == 0 ? 0 : k * 3 + 1;
  for (int64_t i = 0; i < N; i++) {
    const int64_t from = d->b[i / 64] % 2 ? i : i / 64 * 64;
    codes[0][i] = d->a[from] % 8;
    codes[1][i] = d->b[from] % 4;
    codes[2][i] = d->a[i] / 8 % 16;
    if (!bit(d->mask, i)) codes[d->b[i] % 3][i] = UINT32_MAX;
  }
  for (int64_t i = 0; i < N; i += 64) {
    int all = 1;
    const int found = lanes->cross(&c, i, d->mask[i / 64], out);
    for (int64_t k = i; k < i + 64; k++) {
      const uint32_t place = codes[0][k] << 6 | codes[1][k] << 4 | codes[2][k];
      all = all && (!bit(d->mask, k) || dense[place] != 0);
      cr_assert(out[k - i] == (bit(d->mask, k) ? dense[place] - 1 : UINT32_MAX), "%s", lanes->name);
    }
    cr_assert(found == all, "%s", lanes->name);
  }
}

static void check_look_up(const sp_lanes *lanes, const data *d, uint32_t n_table) {
  static const uint32_t table[40] = {7, 1, 0, 4, 5, 6, 3, 2, [32] = 9, [39] = 8};
  uint32_t out[64];
  for (int64_t i = 0; i < N; i += 64) {
    for (int tame = 0; tame < 2; tame++) {
      double x[64];
      int all = 1;
      for (int k = 0; k < 64; k++) {
        x[k] = tame ? (d->a[i + k] % 8 == 2 ? -0.0 : d->a[i + k] % 8) : d->x[i + k];
        if (tame && n_table > 8 && d->a[i] % 3 == 0 && k % 9 == 0) x[k] = k % 2 ? 32 : 39;
        if (!bit(d->mask, i + k)) continue;
        all = all && x[k] >= 0 && x[k] < n_table && x[k] == floor(x[k]) && table[(int)x[k]] != 0;
      }
      const int found = lanes->look_up(x, d->mask[i / 64], table, n_table, out);
      cr_assert(found == all, "%s", lanes->name);
      for (int k = 0; k < 64 && all; k++) {
        const uint32_t code = bit(d->mask, i + k) ? table[(int)x[k]] - 1 : UINT32_MAX;
        cr_assert(out[k] == code, "%s", lanes->name);
      }
    }
  }
}

Test(base_lanes, every_variant_agrees_with_plain_loops) {
  static data d;
  uint64_t state = 2463534242U;
  cr_assert(sp_lanes_of(SP_LANES_PORTABLE) != NULL && sp_lanes_of(SP_LANES_END) == NULL);
  cr_assert(sp_lanes_best() != NULL);
  for (int round = 0; round < ROUNDS; round++) {
    for (int64_t i = 0; i < N; i++) {
      d.x[i] = any_double(&state);
      d.y[i] = any_double(&state);
      d.a[i] = (uint32_t)next_random(&state);
      d.b[i] = (uint32_t)next_random(&state);
    }
    for (int w = 0; w < N / 64; w++) {
      const uint64_t r = next_random(&state);
      d.mask[w] = r % 4 == 0 ? 0 : r % 4 == 1 ? ~UINT64_C(0) : next_random(&state);
    }
    const int64_t n = round % 3 == 0 ? N : 1 + (int64_t)(next_random(&state) % N);
    for (int32_t v = SP_LANES_PORTABLE; v < SP_LANES_END; v++) {
      const sp_lanes *lanes = sp_lanes_of(v);
      if (lanes == NULL) continue;
      check_bitmaps(lanes, &d, n);
      check_choices(lanes, &d, n);
      check_look_up(lanes, &d, 8);
      check_look_up(lanes, &d, 40);
      check_count(lanes, &d);
      check_finite(lanes, &d, n);
      check_runs(lanes, &d);
      check_cross(lanes, &d);
    }
  }
}
