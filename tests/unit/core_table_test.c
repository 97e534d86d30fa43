/* Totals by group and PSU, and the numbers of grouping values. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "records/coder.h"
#include "totals/table.h"

Test(table, rows_are_made_once_and_stay) {
  sp_table *t;
  cr_assert_eq(sp_table_new(3, 2, &t), 0);
  sp_exact *first = NULL;
  for (uint32_t round = 0; round < 2; round++) {
    for (uint32_t i = 0; i < 2000; i++) {
      const uint32_t row = sp_table_row(t, i % 40, i / 40);
      cr_assert_eq(row, i);
      if (i == 0 && round == 0) first = sp_table_lanes(t, row);
      sp_exact_add(&sp_table_lanes(t, row)[2], i + 0.5);
      const sp_table_key key = sp_table_key_of(t, row);
      cr_assert(key.group == i % 40 && key.psu == i / 40);
    }
  }
  cr_assert_eq(sp_table_n_rows(t), 2000);
  cr_assert_eq(sp_table_lanes(t, 0), first, "a row has moved");
  for (uint32_t i = 0; i < 2000; i++) {
    cr_assert_eq(sp_exact_value(&sp_table_lanes(t, i)[2]), 2 * i + 1.0);
    cr_assert_eq(sp_exact_value(&sp_table_lanes(t, i)[0]), 0);
  }
  cr_assert_gt(sp_table_bytes(t), 2000 * 3 * sizeof(sp_exact));
  sp_table_free(t);
}

Test(table, counts_begin_at_zero_and_last) {
  sp_table *t;
  cr_assert_eq(sp_table_new(1, 3, &t), 0);
  for (uint32_t g = 0; g < 1000; g++) sp_table_counts(t, (g * 7) % 1000)[g % 3] += g;
  for (uint32_t g = 0; g < 1000; g++) {
    const int64_t *counts = sp_table_counts(t, (g * 7) % 1000);
    for (uint32_t k = 0; k < 3; k++) cr_assert_eq(counts[k], k == g % 3 ? g : 0);
  }
  sp_table_free(t);
}

/* ---- coder -------------------------------------------------------------------------------- */

Test(coder, numbers_are_their_values_and_go_by_text) {
  sp_arena *arena = sp_arena_new(0);
  sp_coder *coder = sp_coder_new();
  sp_column c;
  uint32_t codes[8];
  cr_assert_eq(sp_column_init(&c, "x", SAMPAN_NUMBER, 64, 0, arena), 0);
  const double x[] = {2, 0.1, -0.0, 0, 2, 1e-300, 7, 0.1};
  memcpy(c.number, x, sizeof x);
  c.present[0] = 0xff & ~UINT64_C(0x40); /* the 7 is absent */
  cr_assert_eq(sp_coder_codes(coder, &c, 8, codes, NULL), 0);
  cr_assert_eq(codes[0], codes[4]);
  cr_assert_eq(codes[1], codes[7]);
  cr_assert_eq(codes[2], codes[3], "0 and -0 are two values");
  cr_assert_eq(codes[6], SP_CODE_MISSING);
  cr_assert_str_eq(sp_coder_text(coder, codes[0]), "2");
  cr_assert_str_eq(sp_coder_text(coder, codes[1]), "0.1");
  cr_assert_str_eq(sp_coder_text(coder, codes[2]), "0");
  cr_assert_str_eq(sp_coder_text(coder, codes[5]), "1e-300");
  cr_assert_eq(sp_coder_size(coder), 4);
  /* Many more, in another batch: the old ones keep their numbers. */
  for (int i = 0; i < 64; i++) c.number[i] = i * 0.25;
  c.present[0] = ~UINT64_C(0);
  uint32_t more[64];
  cr_assert_eq(sp_coder_codes(coder, &c, 64, more, NULL), 0);
  cr_assert_eq(more[8], codes[0]);
  cr_assert_eq(more[0], codes[2]);
  cr_assert_eq(sp_coder_size(coder), 4 + 62);
  sp_coder_free(coder);
  sp_arena_free(arena);
}

Test(coder, texts_and_truths) {
  sp_arena *arena = sp_arena_new(0);
  sp_coder *coder = sp_coder_new();
  sp_dictionary d;
  sp_column c;
  uint32_t codes[64];
  char text[16];
  cr_assert_eq(sp_dictionary_init(&d), 0);
  cr_assert_eq(sp_column_init(&c, "t", SAMPAN_TEXT, 64, 0, arena), 0);
  c.dictionary = &d;
  c.present[0] = ~UINT64_C(0);
  for (int round = 0; round < 40; round++) { /* a dictionary that grows from batch to batch */
    for (int i = 0; i < 64; i++) {
      const int n = snprintf(text, sizeof text, "v%d", (round * 13 + i * 7) % 300);
      c.code[i] = sp_dictionary_add(&d, text, (uint64_t)n);
    }
    cr_assert_eq(sp_coder_codes(coder, &c, 64, codes, NULL), 0);
    for (int i = 0; i < 64; i++) {
      cr_assert_str_eq(sp_coder_text(coder, codes[i]), d.text[c.code[i]]);
    }
  }
  cr_assert_eq(sp_coder_size(coder), d.n);
  sp_column truth;
  cr_assert_eq(sp_column_init(&truth, "b", SAMPAN_TRUTH, 64, 0, arena), 0);
  truth.present[0] = 7;
  truth.truth[0] = 5;
  sp_coder *other = sp_coder_new();
  cr_assert_eq(sp_coder_codes(other, &truth, 4, codes, NULL), 0);
  cr_assert_str_eq(sp_coder_text(other, codes[0]), "true");
  cr_assert_str_eq(sp_coder_text(other, codes[1]), "false");
  cr_assert_eq(codes[0], codes[2]);
  cr_assert_eq(codes[3], SP_CODE_MISSING);
  sp_coder_free(other);
  sp_coder_free(coder);
  sp_dictionary_clear(&d);
  sp_arena_free(arena);
}
