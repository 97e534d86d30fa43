/* source_packed_test.c - the packed source: every encoding there and back, and what it refuses. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>

#include "../../plugins/sources/packed/packed.h"
#include "source_packed_make.h"

extern const sampan_module sampan_module_v1;

enum { N = 3000, BLOCK = 1280, MOST = 24 };

static uint64_t next(uint64_t *seed) {
  *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
  return *seed >> 33;
}

static const sampan_plugin *plugin(void) {
  return sampan_module_v1.plugins[0];
}

/* Columns of every kind; what they are stored as, in the file's own words. */
typedef struct sample {
  made_column columns[MOST];
  const char *encoding[MOST];
  uint32_t n;
  double number[MOST][N];
  const char *text[MOST][N];
  uint8_t present[MOST][N], reason[MOST][N];
  char words[N][12];
} sample;

static double *add_numbers(sample *s, const char *name, int32_t coded, const char *encoding) {
  const uint32_t c = s->n++;
  s->columns[c] = (made_column){.name = name,
                                .type = SAMPAN_NUMBER,
                                .declared = SAMPAN_NUMBER,
                                .number = s->number[c],
                                .coded = coded,
                                .writing = {-1, 0}};
  s->encoding[c] = encoding;
  return s->number[c];
}

static const char **add_texts(sample *s, const char *name, const char *encoding) {
  const uint32_t c = s->n++;
  s->columns[c] = (made_column){.name = name,
                                .type = SAMPAN_TEXT,
                                .declared = SAMPAN_TEXT,
                                .text = s->text[c],
                                .writing = {-1, 0}};
  s->encoding[c] = encoding;
  return s->text[c];
}

static void add_missing(sample *s, uint64_t *seed, int32_t with_reasons) {
  made_column *c = &s->columns[s->n - 1];
  for (int i = 0; i < N; i++) {
    s->present[s->n - 1][i] = next(seed) % 5 != 0;
    if (with_reasons && next(seed) % 2) s->reason[s->n - 1][i] = (uint8_t)('a' + next(seed) % 26);
    if (s->present[s->n - 1][i]) s->reason[s->n - 1][i] = 0;
  }
  c->present = s->present[s->n - 1];
  if (with_reasons) c->reason = s->reason[s->n - 1];
}

static sample *make_sample(void) {
  static const char *const towns[] = {"朝阳", "Haidian", "a \"b\"", "x"};
  static const sampan_label labels[] = {{1, "1", "男"}, {2, "2", "女"}, {NAN, "a", "refused"}};
  sample *s = (sample *)calloc(1, sizeof *s);
  uint64_t seed = 7;
  double *x;
  x = add_numbers(s, "constant", 1, "runs");
  for (int i = 0; i < N; i++) x[i] = 2021;
  x = add_numbers(s, "sorted", 1, "runs");
  for (int i = 0; i < N; i++) x[i] = i / 400 + 0.5;
  static const int distinct[] = {2, 3, 13, 200};
  static const char *const names[] = {"two", "three", "thirteen", "twohundred"};
  for (int k = 0; k < 4; k++) {
    x = add_numbers(s, names[k], 1, "codes");
    for (int i = 0; i < N; i++) x[i] = sqrt((double)(next(&seed) % (uint64_t)distinct[k]));
  }
  s->columns[2].label = "sex";
  s->columns[2].labels = labels;
  s->columns[2].n_labels = 3;
  x = add_numbers(s, "reasons", 1, "codes");
  for (int i = 0; i < N; i++) x[i] = (double)(next(&seed) % 2);
  add_missing(s, &seed, 1);
  x = add_numbers(s, "manycodes", 1, "codes");
  for (int i = 0; i < N; i++) x[i] = sqrt((double)(next(&seed) % 300));
  static const double ranges[] = {250, 60000, 1e7, 1e9, 1e12, 1e14};
  static const char *const widths[] = {"w1", "w2", "w3", "w4", "w5", "w6"};
  for (int k = 0; k < 6; k++) {
    x = add_numbers(s, widths[k], 0, "integers");
    for (int i = 0; i < N; i++) x[i] = floor((double)next(&seed) / 2147483648.0 * ranges[k]) - 100;
    if (k == 1) add_missing(s, &seed, 0);
  }
  x = add_numbers(s, "decimals", 0, "integers");
  for (int i = 0; i < N; i++) x[i] = (double)(next(&seed) % 9000000) / 1e6;
  x = add_numbers(s, "cents", 1, "integers");
  for (int i = 0; i < N; i++) x[i] = (double)(1000 + next(&seed) % 3000) / 100;
  x = add_numbers(s, "doubles", 0, "doubles");
  for (int i = 0; i < N; i++) x[i] = sqrt((double)next(&seed));
  add_missing(s, &seed, 1);
  x = add_numbers(s, "minuszero", 0, "doubles");
  for (int i = 0; i < N; i++) x[i] = i % 2 ? -0.0 : (double)i * 1000;
  add_numbers(s, "nothing", 0, "codes");
  s->columns[s->n - 1].present = s->present[s->n - 1];
  const char **t = add_texts(s, "town", "codes");
  for (int i = 0; i < N; i++) t[i] = towns[next(&seed) % 4];
  add_missing(s, &seed, 0);
  t = add_texts(s, "province", "runs");
  for (int i = 0; i < N; i++) t[i] = towns[i / 900];
  t = add_texts(s, "name", "codes");
  for (int i = 0; i < N; i++) {
    snprintf(s->words[i], sizeof s->words[i], "n%d", i);
    t[i] = s->words[i];
  }
  return s;
}

/* All columns, as they are stored. */
static const source_column *wanted(const sample *s) {
  static source_column out[MOST + 1];
  memset(out, 0, sizeof out);
  for (uint32_t c = 0; c < s->n; c++) {
    out[c] = (source_column){s->columns[c].name, s->columns[c].type, NULL, 0};
  }
  return out;
}

static source_job job_of(const made_file *f, const source_column *columns) {
  return (source_job){
      .plugin = plugin(), .bytes = f->bytes, .n_bytes = f->n_bytes, .columns = columns};
}

static void check_sample(const sample *s, const source_result *r) {
  cr_assert_eq(r->n_records, N);
  for (uint32_t c = 0; c < s->n; c++) {
    const made_column *m = &s->columns[c];
    for (int i = 0; i < N; i++) {
      const source_cell *cell = source_cell_at(r, i + 1, c);
      const int present = m->present == NULL || m->present[i];
      cr_assert_eq(cell->present, present, "%s, record %d", m->name, i + 1);
      if (!present) {
        cr_assert_eq(cell->number, 0, "%s, record %d", m->name, i + 1);
        /* The harness marks what a source leaves alone; a host clears it. */
        if (m->reason != NULL)
          cr_assert_eq(cell->reason, m->reason[i], "%s, record %d", m->name, i);
      } else if (m->type == SAMPAN_NUMBER) {
        cr_assert_eq(memcmp(&cell->number, &m->number[i], 8), 0, "%s, record %d: %.17g, not %.17g",
                     m->name, i + 1, cell->number, m->number[i]);
      } else {
        cr_assert_str_eq(cell->text, m->text[i], "%s, record %d", m->name, i + 1);
      }
    }
  }
}

Test(source_packed, every_encoding_there_and_back) {
  static const int64_t capacities[] = {64, 1024, 2048, 65536};
  sample *s = make_sample();
  made_file f = packed_make(plugin(), s->columns, s->n, N, BLOCK);
  for (int k = 0; k < 4; k++) {
    source_job job = job_of(&f, wanted(s));
    job.capacity = capacities[k];
    job.chunk = k == 0 ? 100 : 0;
    source_result r;
    cr_assert_eq(source_run(&job, &r), SAMPAN_END, "%s", r.error.message);
    cr_assert_eq(r.schema.n_records, N);
    cr_assert_eq(r.schema.n_pieces, 3);
    cr_assert_eq(r.schema.piece[0], BLOCK);
    cr_assert_eq(r.schema.piece[2], N - 2 * BLOCK);
    cr_assert(r.schema.complete);
    check_sample(s, &r);
    for (uint32_t c = 0; c < s->n; c++) {
      char line[64];
      snprintf(line, sizeof line, "stored %s: %s (", s->columns[c].name, s->encoding[c]);
      cr_assert_not_null(strstr(r.schema.about, line), "%s in %s", line, r.schema.about);
    }
    source_result_clear(&r);
  }
  free(f.bytes);
  free(s);
}

Test(source_packed, schema_keeps_labels) {
  sample *s = make_sample();
  made_file f = packed_make(plugin(), s->columns, s->n, N, BLOCK);
  source_job job = job_of(&f, wanted(s));
  source_result r;
  cr_assert_eq(source_run(&job, &r), SAMPAN_END, "%s", r.error.message);
  const sampan_field *two = source_field(&r, "two");
  cr_assert_str_eq(two->label, "sex");
  cr_assert_eq(two->n_labels, 3);
  cr_assert_eq(two->labels[1].number, 2);
  cr_assert_str_eq(two->labels[1].text, "女");
  cr_assert_str_eq(two->labels[2].value, "a");
  cr_assert(isnan(two->labels[2].number));
  cr_assert_eq(source_field(&r, "town")->type, SAMPAN_TEXT);
  cr_assert_eq(source_field(&r, "town")->n_labels, 0);
  cr_assert_not_null(strstr(r.schema.about, "made: by a test\n"));
  source_result_clear(&r);
  free(f.bytes);
  free(s);
}

Test(source_packed, pieces_are_what_read_gives) {
  sample *s = make_sample();
  made_file f = packed_make(plugin(), s->columns, s->n, N, BLOCK);
  for (int64_t capacity = 64; capacity <= 4096; capacity *= 8) {
    source_job job = job_of(&f, wanted(s));
    job.capacity = capacity;
    source_result r;
    cr_assert_eq(packed_read_pieces(&job, &r), SAMPAN_END, "%s", r.error.message);
    check_sample(s, &r);
    source_result_clear(&r);
  }
  free(f.bytes);
  free(s);
}

/* ---- damage ------------------------------------------------------------------------------- */

static made_file small_file(void) {
  static const double x[5] = {1, 2, 2, 1, 1}, y[5] = {0.5, 1000, 3, 4, 5};
  static const char *const t[5] = {"a", "b", NULL, "a", "c"};
  static const uint8_t present[5] = {1, 1, 0, 1, 1}, reason[5] = {0, 0, 'r', 0, 0};
  const made_column columns[] = {
      {.name = "x", .type = SAMPAN_NUMBER, .number = x, .coded = 1, .writing = {0, 0}},
      {.name = "y", .type = SAMPAN_NUMBER, .number = y, .writing = {1, 0}},
      {.name = "t", .type = SAMPAN_TEXT, .text = t, .present = present, .reason = reason}};
  return packed_make(plugin(), columns, 3, 5, 3);
}

static const source_column small_columns[] = {
    {"x", SAMPAN_NUMBER, NULL, 0}, {"y", SAMPAN_NUMBER, NULL, 0}, {"t", SAMPAN_TEXT, NULL, 0}, {0}};

static int32_t read_small(const made_file *f, int64_t n_bytes, sampan_error *error) {
  source_job job = job_of(f, small_columns);
  job.n_bytes = n_bytes;
  source_result r;
  const int32_t status = source_run(&job, &r);
  if (error != NULL) *error = r.error;
  source_result_clear(&r);
  return status;
}

Test(source_packed, every_bit_of_the_file_counts) {
  made_file f = small_file();
  cr_assert_eq(read_small(&f, f.n_bytes, NULL), SAMPAN_END);
  for (int64_t i = 0; i < f.n_bytes; i++) {
    for (int bit = 0; bit < 8; bit++) {
      sampan_error error;
      f.bytes[i] = (char)(f.bytes[i] ^ 1 << bit);
      cr_assert_lt(read_small(&f, f.n_bytes, &error), 0, "bit %d of byte %lld of %lld", bit,
                   (long long)i, (long long)f.n_bytes);
      cr_assert(error.message[0]);
      f.bytes[i] = (char)(f.bytes[i] ^ 1 << bit);
    }
  }
  free(f.bytes);
}

Test(source_packed, damage_is_placed) {
  made_file f = small_file();
  sampan_error error;
  f.bytes[64 + 64] ^= 1; /* header, then x of the first block, then y */
  cr_assert_eq(read_small(&f, f.n_bytes, &error), SAMPAN_E_DATA);
  cr_assert_not_null(strstr(error.message, "block 1"), "%s", error.message);
  cr_assert_str_eq(error.column, "y");
  cr_assert_eq(error.byte, 129);
  cr_assert(error.hint[0]);
  /* A column that is not asked for is not looked at. */
  static const source_column only_x[] = {{"x", SAMPAN_NUMBER, NULL, 0}, {0}};
  source_job job = job_of(&f, only_x);
  source_result r;
  cr_assert_eq(source_run(&job, &r), SAMPAN_END, "%s", r.error.message);
  source_result_clear(&r);
  free(f.bytes);
}

Test(source_packed, a_cut_file_is_refused) {
  made_file f = small_file();
  for (int64_t n = 0; n < f.n_bytes; n++) {
    cr_assert_lt(read_small(&f, n, NULL), 0, "%lld bytes of %lld", (long long)n,
                 (long long)f.n_bytes);
  }
  sampan_error error;
  cr_assert_eq(read_small(&f, f.n_bytes - 64, &error), SAMPAN_E_INCOMPLETE, "%s", error.message);
  free(f.bytes);
}

Test(source_packed, newer_versions_are_refused) {
  made_file f = small_file();
  sampan_error error;
  f.bytes[8] = 2;
  cr_assert_eq(read_small(&f, f.n_bytes, &error), SAMPAN_E_DATA);
  cr_assert_not_null(strstr(error.message, "version 2"), "%s", error.message);
  free(f.bytes);
}

Test(source_packed, other_files_are_refused) {
  made_file f = {.bytes = (char *)calloc(1, 300), .n_bytes = 300};
  sampan_error error;
  cr_assert_eq(read_small(&f, f.n_bytes, &error), SAMPAN_E_DATA);
  cr_assert_not_null(strstr(error.message, "no packed file"), "%s", error.message);
  free(f.bytes);
}

static char *find_heads(const made_file *f, uint64_t n_records, uint64_t n_columns) {
  for (int64_t i = 64; i < f->n_bytes; i += 64) {
    packed_block_head head;
    memcpy(&head, f->bytes + i, sizeof head);
    if (head.n_records == n_records && head.n_columns == n_columns) return f->bytes + i;
  }
  cr_assert_fail("no heads");
  return NULL;
}

/* Makes the checksums right for the changed heads of the first of `n_blocks` blocks. */
static void seal(const made_file *f, const char *heads, int64_t n_columns, int64_t n_blocks) {
  const int64_t n_heads = 64 * (1 + n_columns);
  char *directory = f->bytes + (heads - f->bytes) + n_blocks * n_heads;
  char *trailer = f->bytes + f->n_bytes - 64;
  uint64_t sum = packed_sum(heads, n_heads);
  memcpy(directory + 16 + 24, &sum, 8);
  sum = packed_sum(directory, trailer - directory);
  memcpy(trailer + 32, &sum, 8);
  memset(trailer + 56, 0, 8);
  sum = packed_sum(trailer, 64);
  memcpy(trailer + 56, &sum, 8);
}

/* A column without values that claims to have a dictionary would be read where no codes are. */
Test(source_packed, codes_of_no_records_have_no_dictionary) {
  static const char *const t[3] = {NULL, NULL, NULL};
  static const uint8_t present[3] = {0, 0, 0};
  static const source_column wanted_t[] = {{"t", SAMPAN_TEXT, NULL, 0}, {0}};
  const made_column column = {.name = "t", .type = SAMPAN_TEXT, .text = t, .present = present};
  for (uint32_t width = 0; width <= 16; width += 8) {
    made_file f = packed_make(plugin(), &column, 1, 3, 3);
    source_job job = job_of(&f, wanted_t);
    char *heads = find_heads(&f, 3, 1);
    source_result r;
    packed_chunk chunk;
    cr_assert_eq(source_run(&job, &r), SAMPAN_END, "%s", r.error.message);
    source_result_clear(&r);
    memcpy(&chunk, heads + 64, sizeof chunk);
    chunk.width = width;
    chunk.n_entries = 4;
    chunk.dictionary_bytes = 8; /* of what fills the chunk up: four empty texts */
    memcpy(heads + 64, &chunk, sizeof chunk);
    seal(&f, heads, 1, 1);
    cr_assert_eq(source_run(&job, &r), SAMPAN_E_DATA, "width %u", (unsigned)width);
    cr_assert_not_null(strstr(r.error.message, "makes no sense"), "%s", r.error.message);
    source_result_clear(&r);
    free(f.bytes);
  }
}

/* More entries than codes can name, and a dictionary that is not padded. */
Test(source_packed, dictionaries_fit_their_codes) {
  for (int k = 0; k < 2; k++) {
    made_file f = small_file();
    char *heads = find_heads(&f, 3, 3), *at = heads + 3 * 64;
    sampan_error error;
    packed_chunk chunk;
    memcpy(&chunk, at, sizeof chunk);
    cr_assert_eq(chunk.encoding, PACKED_CODES);
    cr_assert_eq(chunk.width, 1);
    if (k == 0) chunk.n_entries = 3;
    if (k == 1) chunk.dictionary_bytes++;
    memcpy(at, &chunk, sizeof chunk);
    seal(&f, heads, 3, 2);
    cr_assert_eq(read_small(&f, f.n_bytes, &error), SAMPAN_E_DATA, "%d", k);
    cr_assert_not_null(strstr(error.message, "makes no sense"), "%s", error.message);
    free(f.bytes);
  }
}

/* Wrong heads under right checksums: nothing is read outside the file. */
Test(source_packed, damage_that_checksums_hide_is_harmless) {
  made_file f = small_file();
  char *heads = find_heads(&f, 3, 3);
  uint64_t seed = 3;
  for (int k = 0; k < 4000; k++) {
    char *copy = (char *)malloc((size_t)f.n_bytes);
    const uint64_t at = next(&seed) % (64 * 4);
    memcpy(copy, f.bytes, (size_t)f.n_bytes);
    heads[at] = (char)next(&seed);
    seal(&f, heads, 3, 2);
    sampan_error error;
    const int32_t status = read_small(&f, f.n_bytes, &error);
    cr_assert(status == SAMPAN_END || (status < 0 && error.message[0]));
    memcpy(f.bytes, copy, (size_t)f.n_bytes);
    free(copy);
  }
  free(f.bytes);
}

/* ---- sizes -------------------------------------------------------------------------------- */

Test(source_packed, a_file_without_records) {
  made_file f = packed_make(plugin(), &(made_column){.name = "x", .type = SAMPAN_NUMBER}, 1, 0, 64);
  static const source_column only_x[] = {{"x", SAMPAN_NUMBER, NULL, 0}, {0}};
  source_job job = job_of(&f, only_x);
  source_result r;
  cr_assert_eq(source_run(&job, &r), SAMPAN_END, "%s", r.error.message);
  cr_assert_eq(r.n_records, 0);
  cr_assert_eq(r.schema.n_records, 0);
  cr_assert_eq(r.schema.n_pieces, 0);
  cr_assert_eq(r.schema.n_fields, 1);
  source_result_clear(&r);
  free(f.bytes);
}

Test(source_packed, no_column_is_asked_for) {
  made_file f = small_file();
  static const source_column none[] = {{0}};
  source_job job = job_of(&f, none);
  source_result r;
  cr_assert_eq(source_run(&job, &r), SAMPAN_END, "%s", r.error.message);
  cr_assert_eq(r.n_records, 5);
  source_result_clear(&r);
  free(f.bytes);
}
