/* disclosure_sums.c - elimination modulo a prime, and limits passed on from sum to sum.
 *
 * An unknown is determined when every solution of the equations with constants of 0 has 0 there.
 * The equations are brought to echelon form, as sparse rows; then solutions are drawn: free
 * unknowns by a fixed pseudo-random sequence, the others from them. What is 0 in two of them is
 * taken for determined (wrongly once in 10^18 unknowns that are not). */
#include "engine/disclosure_sums.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The coefficients are 1 and -1: minors of such tables are small, so that what holds modulo this
 * prime holds for rational numbers. */
static const uint64_t prime = 2147483647;

enum { MOST_TERMS = 40000000, MOST_ROUNDS = 200, N_DRAWS = 2 };

/* ---- elimination -------------------------------------------------------------------------- */

typedef struct entry {
  uint32_t column, value;
} entry;

/* Rows in echelon form: row r has a 1 in the column pivot[r], which no later row has. */
typedef struct echelon {
  entry *entries;
  uint64_t n_entries, capacity;
  uint64_t *start; /* of each row */
  uint32_t *pivot;
  uint32_t n_rows;
  uint32_t n_touched, n_heap;
  uint32_t *row_of;        /* by column: the row whose pivot it is, or UINT32_MAX */
  uint32_t *uses;          /* by column: in how many equations */
  uint32_t *sum, *touched; /* the row at hand, and the columns that it has had */
  uint32_t *heap;          /* rows that it is to be reduced by, the first on top */
  uint8_t *is_touched;
  int32_t is_full;
  uint32_t reserved;
} echelon;

static uint64_t power(uint64_t x, uint64_t n) {
  uint64_t out = 1;
  for (; n > 0; n >>= 1) {
    if ((n & 1) != 0) out = out * x % prime;
    x = x * x % prime;
  }
  return out;
}

static void heap_push(echelon *m, uint32_t row) {
  uint32_t i = m->n_heap++;
  for (; i > 0 && m->heap[(i - 1) / 2] > row; i = (i - 1) / 2) m->heap[i] = m->heap[(i - 1) / 2];
  m->heap[i] = row;
}

static uint32_t heap_pop(echelon *m) {
  const uint32_t top = m->heap[0], last = m->heap[--m->n_heap];
  uint32_t i = 0;
  for (uint32_t k; (k = 2 * i + 1) < m->n_heap; i = k) {
    if (k + 1 < m->n_heap && m->heap[k + 1] < m->heap[k]) k++;
    if (m->heap[k] >= last) break;
    m->heap[i] = m->heap[k];
  }
  m->heap[i] = last;
  return top;
}

/* Adds to a column of the row at hand; each column enters the heap once at most. */
static void add_to(echelon *m, uint32_t column, uint64_t value) {
  m->sum[column] = (uint32_t)((m->sum[column] + value) % prime);
  if (m->is_touched[column]) return;
  m->is_touched[column] = 1;
  m->touched[m->n_touched++] = column;
  if (m->row_of[column] != UINT32_MAX) heap_push(m, m->row_of[column]);
}

static void reduce(echelon *m) {
  while (m->n_heap > 0) {
    const uint32_t r = heap_pop(m);
    const uint64_t factor = m->sum[m->pivot[r]];
    if (factor == 0) continue;
    for (uint64_t k = m->start[r]; k < m->start[r + 1]; k++) {
      add_to(m, m->entries[k].column, (prime - factor) * m->entries[k].value % prime);
    }
  }
}

/* What is left of the row at hand becomes a row; its pivot is the column with the fewest uses. */
static int32_t keep_row(echelon *m) {
  uint32_t pivot = UINT32_MAX;
  uint64_t n = 0;
  for (uint32_t i = 0; i < m->n_touched; i++) {
    const uint32_t c = m->touched[i];
    if (m->sum[c] == 0) continue;
    n++;
    if (pivot == UINT32_MAX || m->uses[c] < m->uses[pivot]) pivot = c;
  }
  if (m->n_entries + n > MOST_TERMS) m->is_full = 1;
  if (n > 0 && !m->is_full && m->n_entries + n > m->capacity) {
    const uint64_t capacity = 2 * (m->n_entries + n);
    entry *grown = realloc(m->entries, capacity * sizeof *grown);
    if (grown == NULL) return SAMPAN_E_MEMORY;
    m->entries = grown;
    m->capacity = capacity;
  }
  const uint64_t inverse = n > 0 ? power(m->sum[pivot], prime - 2) : 0;
  for (uint32_t i = 0; i < m->n_touched; i++) {
    const uint32_t c = m->touched[i];
    if (m->sum[c] != 0 && !m->is_full) {
      m->entries[m->n_entries++] = (entry){c, (uint32_t)(m->sum[c] * inverse % prime)};
    }
    m->sum[c] = 0;
    m->is_touched[c] = 0;
  }
  m->n_touched = 0;
  if (n == 0 || m->is_full) return SAMPAN_OK;
  m->pivot[m->n_rows] = pivot;
  m->row_of[pivot] = m->n_rows++;
  m->start[m->n_rows] = m->n_entries;
  return SAMPAN_OK;
}

static int32_t eliminate(echelon *m, const sp_sums *s) {
  for (uint32_t k = 0; k < s->start[s->n_equations]; k++) m->uses[s->term[k]]++;
  for (uint32_t e = 0; e < s->n_equations && !m->is_full; e++) {
    if (s->start[e] == s->start[e + 1]) continue;
    for (uint32_t k = s->start[e]; k < s->start[e + 1]; k++) {
      add_to(m, s->term[k], s->sign[k] > 0 ? 1 : prime - 1);
    }
    reduce(m);
    SP_TRY(keep_row(m));
  }
  return SAMPAN_OK;
}

/* A solution with constants of 0, drawn by SplitMix64. */
static void draw(const echelon *m, uint32_t n, uint64_t seed, uint32_t *x) {
  for (uint32_t c = 0; c < n; c++) {
    uint64_t z = seed += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    x[c] = (uint32_t)((z ^ z >> 31) % prime);
  }
  for (uint32_t r = m->n_rows; r-- > 0;) {
    uint64_t sum = 0;
    for (uint64_t k = m->start[r]; k < m->start[r + 1]; k++) {
      const entry *t = &m->entries[k];
      if (t->column != m->pivot[r]) sum = (sum + (uint64_t)t->value * x[t->column]) % prime;
    }
    x[m->pivot[r]] = (uint32_t)((prime - sum) % prime);
  }
}

static int32_t solve(echelon *m, const sp_sums *s, uint8_t *determined) {
  SP_TRY(eliminate(m, s));
  memset(determined, 1, s->n_unknowns);
  for (uint64_t i = 0; i < N_DRAWS && !m->is_full; i++) {
    draw(m, s->n_unknowns, i, m->sum);
    for (uint32_t c = 0; c < s->n_unknowns; c++) determined[c] = determined[c] && m->sum[c] == 0;
  }
  return SAMPAN_OK;
}

int32_t sp_sums_determined(const sp_sums *s, uint8_t *determined) {
  const size_t n = s->n_unknowns + (size_t)1;
  echelon m = {0};
  uint32_t *memory = calloc(6 * n, sizeof *memory);
  m.start = calloc(n + 1, sizeof *m.start);
  m.is_touched = calloc(n, 1);
  int32_t status = SAMPAN_E_MEMORY;
  if (memory != NULL && m.start != NULL && m.is_touched != NULL) {
    m.pivot = memory;
    m.row_of = memory + n;
    m.uses = memory + 2 * n;
    m.sum = memory + 3 * n;
    m.touched = memory + 4 * n;
    m.heap = memory + 5 * n;
    for (size_t c = 0; c < n; c++) m.row_of[c] = UINT32_MAX;
    status = solve(&m, s, determined);
  }
  free(memory);
  free(m.start);
  free(m.is_touched);
  free(m.entries);
  return status;
}

/* ---- limits ------------------------------------------------------------------------------- */

/* A sum of which terms may be infinite. */
typedef struct extent {
  double sum;
  uint32_t n_infinite, reserved;
} extent;

static void extend(extent *t, double x) {
  if (isinf(x)) {
    t->n_infinite++;
  } else {
    t->sum += x;
  }
}

/* The sum without one of its terms; `if_infinite` where another one is. */
static double without(const extent *t, double x, double if_infinite) {
  if (t->n_infinite > (isinf(x) ? 1U : 0U)) return if_infinite;
  return isinf(x) ? t->sum : t->sum - x;
}

static int narrow_equation(const sp_sums *s, uint32_t e, const double *value, double *low,
                           double *high, uint32_t *cause) {
  extent least = {0}, most = {0};
  double total = 0;
  int changed = 0;
  for (uint32_t k = s->start[e]; k < s->start[e + 1]; k++) {
    const uint32_t x = s->term[k];
    const int plus = s->sign[k] > 0;
    total += plus ? value[x] : -value[x];
    extend(&least, plus ? low[x] : -high[x]);
    extend(&most, plus ? high[x] : -low[x]);
  }
  for (uint32_t k = s->start[e]; k < s->start[e + 1]; k++) {
    const uint32_t x = s->term[k];
    const int plus = s->sign[k] > 0;
    const double down = plus ? low[x] : -high[x], up = plus ? high[x] : -low[x];
    const double from = total - without(&most, up, HUGE_VAL);
    const double to = total - without(&least, down, -HUGE_VAL);
    /* Never past the truth: sums of what is not whole are rounded. */
    const double new_low = fmin(plus ? from : -to, value[x]);
    const double new_high = fmax(plus ? to : -from, value[x]);
    const int is_low = new_low > low[x] + 1e-6, is_high = new_high < high[x] - 1e-6;
    if (!is_low && !is_high) continue;
    if (is_low) low[x] = new_low;
    if (is_high) high[x] = new_high;
    if (is_low) cause[2 * (size_t)x] = e;
    if (is_high) cause[2 * (size_t)x + 1] = e;
    changed = 1;
    /* The extents go by the limits at entry: those of the next terms are a little wider for it. */
  }
  return changed;
}

void sp_sums_narrow(const sp_sums *s, const double *value, double *low, double *high,
                    uint32_t *cause) {
  int changed = 1;
  for (size_t i = 0; i < 2 * (size_t)s->n_unknowns; i++) cause[i] = UINT32_MAX;
  for (int32_t round = 0; round < MOST_ROUNDS && changed; round++) {
    changed = 0;
    for (uint32_t e = 0; e < s->n_equations; e++) {
      changed |= narrow_equation(s, e, value, low, high, cause);
    }
  }
}
