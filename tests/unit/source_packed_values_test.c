/* source_packed_values_test.c - packed columns read as the other type, what means missing in them,
 * and the variants of unpacking. */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "../../plugins/sources/packed/packed.h"
#include "source_packed_make.h"

extern const sampan_module sampan_module_v1;

static const sampan_plugin *plugin(void) {
  return sampan_module_v1.plugins[0];
}

/* One column, as a file; read as `type` with these missing texts. */
static source_result read_one(const made_column *column, int64_t n, int32_t type,
                              const char *const *missing, uint32_t n_missing) {
  made_file f = packed_make(plugin(), column, 1, n, 4096);
  const source_column wanted[] = {{column->name, type, missing, n_missing}, {0}};
  source_job job = {.plugin = plugin(), .bytes = f.bytes, .n_bytes = f.n_bytes, .columns = wanted};
  source_result r, pieces;
  (void)source_run(&job, &r);
  const int32_t status = packed_read_pieces(&job, &pieces);
  cr_assert_eq(status, r.status);
  for (int64_t i = 0; r.status == SAMPAN_END && i < n; i++) { /* reasons the harness spoils */
    r.cells[i].reason = pieces.cells[i].reason;
    if (!r.cells[i].present) r.cells[i].number = pieces.cells[i].number;
  }
  cr_assert(r.status != SAMPAN_END || source_equal(&r, &pieces));
  source_result_clear(&pieces);
  free(f.bytes);
  return r;
}

static void expect_texts(const made_column *column, int64_t n, const char *const *expected) {
  source_result r = read_one(column, n, SAMPAN_TEXT, NULL, 0);
  cr_assert_eq(r.status, SAMPAN_END, "%s", r.error.message);
  for (int64_t i = 0; i < n; i++) {
    const source_cell *cell = source_cell_at(&r, i + 1, 0);
    cr_assert_eq(cell->present, expected[i] != NULL, "record %lld", (long long)i + 1);
    if (expected[i] != NULL) cr_assert_str_eq(cell->text, expected[i]);
  }
  source_result_clear(&r);
}

/* As they were written: with so many decimals, or without zeros behind. */
Test(source_packed_values, numbers_as_texts) {
  static const double x[] = {1.5, 2, -0.25, 1200.1, 0, 33};
  static const char *const fixed[] = {"1.50", "2.00", "-0.25", "1200.10", "0.00", "33.00"};
  static const char *const shortest[] = {"1.5", "2", "-0.25", "1200.1", "0", "33"};
  made_column c = {.name = "x", .type = SAMPAN_NUMBER, .number = x, .writing = {2, 1}};
  for (int coded = 0; coded < 2; coded++) {
    c.coded = coded;
    c.declared = 0;
    c.writing = (sampan_writing){2, 1};
    expect_texts(&c, 6, fixed);
    c.writing = (sampan_writing){2, 0};
    expect_texts(&c, 6, shortest);
    c.declared = SAMPAN_NUMBER;
    c.writing = (sampan_writing){-1, 0};
    expect_texts(&c, 6, shortest);
  }
  static const double odd[] = {1e20, 1e-7, 0.1, -0.0, 123456789012345678.0};
  static const char *const texts[] = {"1e20", "1e-7", "0.1", "0", "123456789012345680"};
  c.number = odd;
  c.coded = 0;
  source_result r = read_one(&c, 5, SAMPAN_TEXT, NULL, 0);
  for (int i = 0; i < 4; i++) cr_assert_str_eq(source_cell_at(&r, i + 1, 0)->text, texts[i]);
  source_result_clear(&r);
}

Test(source_packed_values, texts_as_numbers) {
  static const char *const t[] = {"01", " 2 ", NULL, "3e1", "NA", "-1.50", "7.0"};
  static const uint8_t present[] = {1, 1, 0, 1, 1, 1, 1};
  static const char *const missing[] = {"NA", "7"};
  made_column c = {
      .name = "t", .type = SAMPAN_TEXT, .text = t, .present = present, .writing = {-1, 0}};
  source_result r = read_one(&c, 7, SAMPAN_NUMBER, missing, 2);
  static const double expected[] = {1, 2, 0, 30, 0, -1.5, 0};
  cr_assert_eq(r.status, SAMPAN_END, "%s", r.error.message);
  for (int i = 0; i < 7; i++) {
    const source_cell *cell = source_cell_at(&r, i + 1, 0);
    cr_assert_eq(cell->present, i != 2 && i != 4 && i != 6, "record %d", i + 1);
    if (cell->present) cr_assert_eq(cell->number, expected[i], "record %d", i + 1);
  }
  source_result_clear(&r);
  r = read_one(&c, 7, SAMPAN_NUMBER, missing + 1, 1);
  cr_assert_eq(r.status, SAMPAN_E_DATA);
  cr_assert_str_eq(r.error.message, "\"NA\" is not a number");
  cr_assert_str_eq(r.error.column, "t");
  cr_assert(r.error.hint[0]);
  source_result_clear(&r);
}

/* The row is that of the file, also in a later block. */
Test(source_packed_values, a_wrong_number_has_its_row) {
  static const char *const t[] = {"1", "2", "x", "4", "y"};
  const made_column c = {.name = "t", .type = SAMPAN_TEXT, .text = t, .writing = {-1, 0}};
  made_file f = packed_make(plugin(), &c, 1, 5, 2);
  const source_column wanted[] = {{"t", SAMPAN_NUMBER, NULL, 0}, {0}};
  source_job job = {.plugin = plugin(), .bytes = f.bytes, .n_bytes = f.n_bytes, .columns = wanted};
  source_result r;
  cr_assert_eq(source_run(&job, &r), SAMPAN_E_DATA);
  cr_assert_eq(r.error.row, 3);
  cr_assert_str_eq(r.error.message, "\"x\" is not a number");
  cr_assert_eq(r.n_records, 2, "what stands before it was handed over");
  source_result_clear(&r);
  job.refuse = 2; /* and what is wrong with that comes first */
  cr_assert_eq(source_run(&job, &r), SAMPAN_E_MEMORY);
  cr_assert_eq(r.error.row, 2);
  source_result_clear(&r);
  free(f.bytes);
}

Test(source_packed_values, what_means_missing) {
  static const double x[] = {1, 7, 2, 9, 7, 1.5};
  static const char *const missing[] = {"7.0", "9", "x"};
  for (int k = 0; k < 4; k++) {
    /* Coded, in runs or not, and integers without dictionary. */
    const made_column c = {.name = "x",
                           .type = SAMPAN_NUMBER,
                           .declared = k & 2 ? SAMPAN_NUMBER : 0,
                           .number = x,
                           .coded = k & 1,
                           .writing = {1, 0}};
    source_result r = read_one(&c, 6, SAMPAN_NUMBER, missing, 3);
    for (int i = 0; i < 6; i++) {
      const source_cell *cell = source_cell_at(&r, i + 1, 0);
      cr_assert_eq(cell->present, x[i] != 7 && x[i] != 9, "record %d", i + 1);
      cr_assert_eq(cell->number, cell->present ? x[i] : 0);
    }
    source_result_clear(&r);
    /* As text, 7.0 is 7 only where the file said that the column is a number. */
    r = read_one(&c, 6, SAMPAN_TEXT, missing, 3);
    for (int i = 0; i < 6; i++) {
      const int gone = x[i] == 9 || (x[i] == 7 && c.declared != 0);
      cr_assert_eq(source_cell_at(&r, i + 1, 0)->present, !gone, "record %d", i + 1);
    }
    source_result_clear(&r);
  }
}

Test(source_packed_values, missing_in_runs) {
  enum { N = 2000 };
  static double x[N];
  static const char *const missing[] = {"2"};
  for (int i = 0; i < N; i++) x[i] = i / 300;
  const made_column c = {
      .name = "x", .type = SAMPAN_NUMBER, .number = x, .coded = 1, .writing = {0, 0}};
  source_result r = read_one(&c, N, SAMPAN_NUMBER, missing, 1);
  for (int i = 0; i < N; i++) cr_assert_eq(source_cell_at(&r, i + 1, 0)->present, i / 300 != 2);
  source_result_clear(&r);
}

/* The worked example of the README, byte by byte. */
Test(source_packed_values, worked_example) {
  static const double x[] = {2.0 / 3, 0, 1.0 / 3};
  static const uint8_t present[] = {1, 0, 1}, reason[] = {0, 'r', 0};
  const made_column c = {.name = "x",
                         .type = SAMPAN_NUMBER,
                         .number = x,
                         .present = present,
                         .reason = reason,
                         .coded = 1,
                         .writing = {-1, 0}};
  made_file f = packed_make(plugin(), &c, 1, 3, 64);
  char expected[64] = {5, 0, 0, 0, 0, 0, 0, 0, 'r'};
  memcpy(expected + 16, &x[2], 8);
  memcpy(expected + 24, &x[0], 8);
  expected[32] = 3;
  cr_assert_eq(memcmp(f.bytes + 64, expected, 64), 0);
  free(f.bytes);
}

/* ---- variants ----------------------------------------------------------------------------- */

Test(source_packed_values, variants_agree) {
  enum { N = 1000, ROOM = 8 * N + 64 };
  packed_kernels k[PACKED_MOST_KERNELS];
  const uint32_t n_kernels = packed_kernels_of_machine(k);
  unsigned char *data = (unsigned char *)malloc(ROOM);
  double *table = (double *)malloc(65536 * sizeof *table), a[N], b[N];
  uint32_t *codes = (uint32_t *)malloc(65536 * sizeof *codes), p[N], q[N];
  uint64_t seed = 11;
  for (int i = 0; i < ROOM; i++) {
    seed = seed * UINT64_C(6364136223846793005) + 1;
    data[i] = (unsigned char)(seed >> 56);
  }
  for (int i = 0; i < 65536; i++) {
    table[i] = i * 0.1;
    codes[i] = (uint32_t)i * 3;
  }
  static const uint32_t bits[] = {1, 2, 4, 8, 16};
  cr_assert_str_eq(k[0].name, "plain");
  for (uint32_t v = 1; v < n_kernels; v++) {
    for (int64_t n = 1; n < N; n = n * 2 + 1) {
      for (int w = 0; w < 5; w++) {
        k[0].numbers(data, bits[w], 64, n, table, a);
        k[v].numbers(data, bits[w], 64, n, table, b);
        cr_assert_eq(memcmp(a, b, (size_t)n * 8), 0, "%s, %u bits", k[v].name, bits[w]);
        k[0].codes(data, bits[w], 64, n, codes, p);
        k[v].codes(data, bits[w], 64, n, codes, q);
        cr_assert_eq(memcmp(p, q, (size_t)n * 4), 0, "%s, %u bits", k[v].name, bits[w]);
      }
      for (uint32_t width = 1; width <= 7; width++) {
        for (uint32_t d = 0; d <= PACKED_MOST_DECIMALS; d += 3) {
          k[0].scaled(data, width, 0, n, -12345, d, a);
          k[v].scaled(data, width, 0, n, -12345, d, b);
          cr_assert_eq(memcmp(a, b, (size_t)n * 8), 0, "%s, %u bytes", k[v].name, width);
        }
      }
    }
  }
  free(data);
  free(table);
  free(codes);
}

/* Quotients of all sizes: those of the machine's division, to the last bit. */
Test(source_packed_values, quotients_agree) {
  enum { N = 4096 };
  packed_kernels k[PACKED_MOST_KERNELS];
  const uint32_t n_kernels = packed_kernels_of_machine(k);
  unsigned char *data = (unsigned char *)calloc(7 * N + 64, 1);
  double *a = (double *)malloc(N * sizeof *a), *b = (double *)malloc(N * sizeof *b);
  uint64_t seed = 5;
  for (int round = 0; round < 40; round++) {
    for (int i = 0; i < N; i++) {
      seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
      const uint64_t u = seed >> (14 + round); /* below 2^50, and fewer */
      memcpy(data + 7 * i, &u, 7);
    }
    for (uint32_t d = 1; d <= PACKED_MOST_DECIMALS; d++) {
      k[0].scaled(data, 7, 0, N, round % 2 ? -1000 : 0, d, a);
      for (uint32_t v = 1; v < n_kernels; v++) {
        k[v].scaled(data, 7, 0, N, round % 2 ? -1000 : 0, d, b);
        cr_assert_eq(memcmp(a, b, N * sizeof *a), 0, "%s, %u decimals", k[v].name, d);
      }
    }
  }
  free(data);
  free(a);
  free(b);
}

/* What packed_scale accepts comes back bit for bit, and what it refuses cannot. */
Test(source_packed_values, decimals_are_exact) {
  static const double fine[] = {0.1, -1.25, 123456.789, 0.000001, 9999999.99, 0};
  int64_t least, most;
  const int32_t d = packed_scale(fine, NULL, 6, 0, &least, &most);
  cr_assert_eq(d, 6);
  for (int i = 0; i < 6; i++) {
    const double back = (double)packed_scaled(fine[i], 6) / 1e6;
    cr_assert_eq(memcmp(&back, &fine[i], 8), 0);
  }
  const double third = 1.0 / 3, minus_zero = -0.0, large = 1e300;
  cr_assert_eq(packed_scale(&third, NULL, 1, 0, &least, &most), -1);
  cr_assert_eq(packed_scale(&minus_zero, NULL, 1, 0, &least, &most), -1);
  cr_assert_eq(packed_scale(&large, NULL, 1, 0, &least, &most), -1);
}
