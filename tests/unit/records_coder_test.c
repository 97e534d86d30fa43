/* records_coder_test.c - numbering values, alone and merged, against a plain reference. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "records/coder.h"

/* A text column over the entries of a dictionary, one record each. */
static int32_t add_texts(sp_coder *coder, const char *const *texts, uint32_t n, uint32_t *out,
                         sampan_error *error) {
  sp_dictionary d;
  uint32_t code[16];
  uint64_t present = ~UINT64_C(0);
  cr_assert(sp_dictionary_init(&d) == SAMPAN_OK);
  for (uint32_t i = 0; i < n; i++) code[i] = sp_dictionary_add(&d, texts[i], strlen(texts[i]));
  const sp_column column = {
      .name = "x", .type = SAMPAN_TEXT, .present = &present, .code = code, .dictionary = &d};
  const int32_t status = sp_coder_codes(coder, &column, n, out, error);
  sp_dictionary_clear(&d);
  return status;
}

Test(records_coder, merge_maps_by_text) {
  sp_coder *a = sp_coder_new(), *b = sp_coder_new();
  uint32_t out[8], map[8];
  const char *const in_a[] = {"south", "7", "north"}, *const in_b[] = {"west", "north", "7", "0.5"};
  cr_assert(add_texts(a, in_a, 3, out, NULL) == SAMPAN_OK);
  cr_assert(add_texts(b, in_b, 4, out, NULL) == SAMPAN_OK);
  cr_assert(sp_coder_merge(a, b, 0, map, "x", NULL) == SAMPAN_OK);
  cr_expect(map[0] == 3 && map[1] == 2 && map[2] == 1 && map[3] == 4);
  cr_expect(sp_coder_size(a) == 5);
  cr_expect_str_eq(sp_coder_text(a, 4), "0.5");
  /* Only what is new. */
  cr_expect(sp_coder_add_text(b, "east") == 4 && sp_coder_add_text(b, "7") == 2);
  memset(map, 0xee, sizeof map);
  cr_assert(sp_coder_merge(a, b, 4, map, "x", NULL) == SAMPAN_OK);
  cr_expect(map[4] == 5 && map[3] == 0xeeeeeeeeU);
  sp_coder_free(a);
  sp_coder_free(b);
}

Test(records_coder, merge_refuses_a_number_in_two_texts) {
  static const char *const pairs[][2] = {{"1", "1.0"}, {"1.0", "1"}, {"01", "1.0"}, {".5", "0.5"}};
  for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
    sampan_error merged = {.struct_size = sizeof merged}, alone = {.struct_size = sizeof alone};
    sp_coder *a = sp_coder_new(), *b = sp_coder_new(), *c = sp_coder_new();
    uint32_t out[2], map[2];
    cr_assert(add_texts(a, &pairs[i][0], 1, out, NULL) == SAMPAN_OK);
    cr_assert(add_texts(b, &pairs[i][1], 1, out, NULL) == SAMPAN_OK);
    cr_expect(sp_coder_merge(a, b, 0, map, "x", &merged) == SAMPAN_E_DATA, "%zu", i);
    cr_expect(add_texts(c, pairs[i], 2, out, &alone) == SAMPAN_E_DATA, "%zu", i);
    cr_expect_str_eq(merged.message, alone.message);
    cr_expect_str_eq(merged.hint, alone.hint);
    cr_expect(merged.row == 0 && alone.row == 2);
    sp_coder_free(a);
    sp_coder_free(b);
    sp_coder_free(c);
  }
}

Test(records_coder, added_texts_are_known_to_what_comes_later) {
  sp_coder *c = sp_coder_new();
  const char *const one = "1";
  uint32_t out[1];
  cr_expect(sp_coder_add_text(c, "1.0") == 0);
  cr_expect(add_texts(c, &one, 1, out, NULL) == SAMPAN_E_DATA);
  sp_coder_free(c);
}

static uint64_t next_random(uint64_t *state) {
  *state ^= *state << 13;
  *state ^= *state >> 7;
  *state ^= *state << 17;
  return *state;
}

enum { N = 2048 };

/* Numbers of every kind that has a path of its own, with absent values among them. */
static void random_numbers(uint64_t *state, int kind, double *x, uint64_t *present) {
  memset(present, 0, N / 8);
  for (int i = 0; i < N; i++) {
    const uint64_t r = next_random(state);
    switch (kind) {
      case 0:
        x[i] = (double)(r % 300 / 299 + (uint64_t)(i / 200)); /* runs */
        break;
      case 1:
        x[i] = (double)(r % 700);
        break;
      case 2:
        x[i] = (double)(r % 90000);
        break;
      case 3:
        x[i] = (double)(r % 40) / 4 - 3;
        break;
      default:
        x[i] = r % 5 == 0 ? -0.0 : r % 5 == 1 ? 0.0 : r % 5 == 2 ? 1e300 : (double)(r % 66000);
    }
    const int here = kind % 2 == 0 || next_random(state) % 50 != 0;
    if (!here) x[i] = 0;
    present[i / 64] |= (uint64_t)here << (i % 64);
  }
}

Test(records_coder, numbers_are_numbered_in_order_of_appearance) {
  static double x[N], seen[N * 4];
  static uint64_t present[N / 64];
  static uint32_t out[N];
  uint64_t state = 88172645463325252U;
  for (int kind = 0; kind < 5; kind++) {
    sp_coder *c = sp_coder_new();
    uint32_t n_seen = 0;
    for (int batch = 0; batch < 4; batch++) {
      const int n = batch == 2 ? 1000 : N;
      random_numbers(&state, kind, x, present);
      const sp_column column = {
          .name = "x", .type = SAMPAN_NUMBER, .present = present, .number = x};
      cr_assert(sp_coder_codes(c, &column, n, out, NULL) == SAMPAN_OK);
      for (int i = 0; i < n; i++) {
        uint32_t code = 0;
        if (!sampan_bit(present, i)) {
          code = SP_CODE_MISSING;
        } else {
          while (code < n_seen && seen[code] != x[i]) code++;
          if (code == n_seen) seen[n_seen++] = x[i];
        }
        cr_assert(out[i] == code, "kind %d, record %d of batch %d", kind, i, batch);
      }
    }
    cr_expect(sp_coder_size(c) == n_seen);
    for (uint32_t k = 0; k < n_seen; k++) {
      cr_assert(strtod(sp_coder_text(c, k), NULL) == seen[k]);
      cr_assert(sp_coder_text(c, k)[0] != '-' || seen[k] < 0, "no -0");
    }
    sp_coder_free(c);
  }
}

/* Values by run come to the codes of values by record; `texts` NULL for numbers. */
static void expect_runs(uint64_t *state, sp_coder *by_run, sp_coder *by_record, sp_dictionary *d) {
  static double values[N], number[N];
  static uint32_t code[N], codes[N], end[N], want[N], got[N];
  static uint64_t present[N / 64];
  uint32_t n_runs = 0;
  memset(present, 0xff, sizeof present);
  for (uint32_t i = 0; i < N; n_runs++) {
    const uint64_t r = next_random(state);
    const uint32_t length = r % 3 == 0 ? 1 : 1 + (uint32_t)(r >> 8) % 300;
    char text[16];
    (void)snprintf(text, sizeof text, "%d", (int)(r >> 40) % 500);
    values[n_runs] = (double)((int)(r >> 40) % 500) / ((r >> 16 & 1) != 0 ? 4 : 1);
    codes[n_runs] = d != NULL ? sp_dictionary_add(d, text, strlen(text)) : 0;
    end[n_runs] = i + length < N ? i + length : N;
    for (; i < end[n_runs]; i++) {
      number[i] = values[n_runs];
      code[i] = codes[n_runs];
    }
  }
  const int32_t type = d != NULL ? SAMPAN_TEXT : SAMPAN_NUMBER;
  const sp_column dense = {.name = "x",
                           .type = type,
                           .present = present,
                           .number = number,
                           .code = code,
                           .dictionary = d};
  sp_column runs = dense;
  runs.number = values;
  runs.code = codes;
  runs.run_end = end;
  runs.n_runs = n_runs;
  cr_assert(sp_coder_codes(by_record, &dense, N, want, NULL) == SAMPAN_OK);
  cr_assert(sp_coder_codes(by_run, &runs, N, got, NULL) == SAMPAN_OK);
  cr_assert(memcmp(want, got, sizeof want) == 0);
}

Test(records_coder, runs_have_the_codes_of_their_records) {
  uint64_t state = 88172645463325252U;
  sp_dictionary d;
  cr_assert(sp_dictionary_init(&d) == SAMPAN_OK && sp_dictionary_add(&d, "", 0) == 0);
  sp_coder *a = sp_coder_new(), *b = sp_coder_new();
  for (int batch = 0; batch < 12; batch++) {
    expect_runs(&state, a, b, batch % 4 == 3 ? &d : NULL); /* the texts of numbers among them */
    cr_assert(sp_coder_size(a) == sp_coder_size(b));
    for (uint32_t k = 0; k < sp_coder_size(a); k++) {
      cr_assert_str_eq(sp_coder_text(a, k), sp_coder_text(b, k));
    }
  }
  sp_coder_free(a);
  sp_coder_free(b);
  sp_dictionary_clear(&d);
}

/* Coders of numbers alone are merged by number: to what they come to by text. Kinds are those of
 * random_numbers; more than 65536 distinct ones in the last. */
Test(records_coder, numbers_are_merged_as_their_texts_are) {
  static double x[N];
  static uint64_t present[N / 64];
  static uint32_t out[N], map[N * 24], by_text[N * 24];
  uint64_t state = 42;
  for (int kind = 0; kind < 6; kind++) {
    sp_coder *from = sp_coder_new(), *into = sp_coder_new(), *texts = sp_coder_new();
    for (int batch = 0; batch < (kind == 5 ? 40 : 4); batch++) {
      random_numbers(&state, kind % 5, x, present);
      for (int i = 0; kind == 5 && i < N; i++) {
        x[i] = (double)(next_random(&state) % 200000) * (i % 2 == 0 ? 1 : 0.25);
      }
      const sp_column column = {
          .name = "x", .type = SAMPAN_NUMBER, .present = present, .number = x};
      cr_assert(sp_coder_codes(batch % 2 == 0 ? from : into, &column, N, out, NULL) == SAMPAN_OK);
    }
    for (uint32_t k = 0; k < sp_coder_size(into); k++) {
      cr_assert(sp_coder_add_text(texts, sp_coder_text(into, k)) == k);
    }
    cr_assert(sp_coder_size(from) <= sizeof map / sizeof *map);
    cr_assert(sp_coder_merge(into, from, 0, map, "x", NULL) == SAMPAN_OK);
    cr_assert(sp_coder_merge(texts, from, 0, by_text, "x", NULL) == SAMPAN_OK);
    cr_assert(sp_coder_size(into) == sp_coder_size(texts));
    cr_assert(memcmp(map, by_text, sp_coder_size(from) * sizeof *map) == 0, "kind %d", kind);
    for (uint32_t k = 0; k < sp_coder_size(into); k++) {
      cr_assert_str_eq(sp_coder_text(into, k), sp_coder_text(texts, k));
    }
    sp_coder_free(from);
    sp_coder_free(into);
    sp_coder_free(texts);
  }
}

Test(records_coder, texts_and_truths) {
  static uint64_t present[N / 64], truth[N / 64];
  static uint32_t code[N], out[N];
  uint64_t state = 1234567;
  sp_dictionary d;
  cr_assert(sp_dictionary_init(&d) == SAMPAN_OK && sp_dictionary_add(&d, "", 0) == 0);
  sp_coder *texts = sp_coder_new(), *truths = sp_coder_new();
  uint32_t of_code[64], n_seen = 0;
  memset(of_code, 0xff, sizeof of_code);
  for (int batch = 0; batch < 3; batch++) {
    for (int i = 0; i < N; i++) {
      char text[8];
      const uint64_t r = next_random(&state);
      const int here = batch == 0 || r % 7 != 0;
      snprintf(text, sizeof text, "t%d", (int)(r >> 20) & 0x1f);
      code[i] = here ? sp_dictionary_add(&d, text, strlen(text)) : 0;
      sampan_set_bit(present, i, here);
      sampan_set_bit(truth, i, here && (r >> 30 & 1) != 0);
    }
    const int n = batch == 1 ? 100 : N;
    const sp_column column = {
        .name = "x", .type = SAMPAN_TEXT, .present = present, .code = code, .dictionary = &d};
    cr_assert(sp_coder_codes(texts, &column, n, out, NULL) == SAMPAN_OK);
    for (int i = 0; i < n; i++) {
      if (sampan_bit(present, i) && of_code[code[i]] == UINT32_MAX) of_code[code[i]] = n_seen++;
      cr_assert(out[i] == (sampan_bit(present, i) ? of_code[code[i]] : SP_CODE_MISSING));
      if (sampan_bit(present, i)) cr_assert_str_eq(sp_coder_text(texts, out[i]), d.text[code[i]]);
    }
    const sp_column logic = {.name = "x", .type = SAMPAN_TRUTH, .present = present, .truth = truth};
    cr_assert(sp_coder_codes(truths, &logic, n, out, NULL) == SAMPAN_OK);
    for (int i = 0; i < n; i++) {
      const uint32_t expected = sampan_bit(truth, i) ? 1 : 0;
      cr_assert(out[i] == (sampan_bit(present, i) ? expected : SP_CODE_MISSING));
    }
  }
  cr_expect_str_eq(sp_coder_text(truths, 0), "false");
  cr_expect_str_eq(sp_coder_text(truths, 1), "true");
  sp_coder_free(texts);
  sp_coder_free(truths);
  sp_dictionary_clear(&d);
}

Test(records_coder, a_dictionary_tells_short_texts_apart) {
  static char kept[3000][12];
  uint64_t state = 99;
  uint32_t n = 0;
  sp_dictionary d;
  cr_assert(sp_dictionary_init(&d) == SAMPAN_OK);
  for (int i = 0; i < 20000 && n < 3000; i++) {
    char text[12];
    const uint32_t length = (uint32_t)(next_random(&state) % 10);
    for (uint32_t k = 0; k < length; k++) text[k] = (char)('a' + next_random(&state) % 3);
    text[length] = '\0';
    uint32_t code = 0;
    while (code < n && strcmp(kept[code], text) != 0) code++;
    if (code == n) memcpy(kept[n++], text, sizeof text);
    cr_assert(sp_dictionary_add(&d, text, length) == code, "%s", text);
    cr_assert_str_eq(d.text[code], text);
  }
  sp_dictionary_clear(&d);
}
