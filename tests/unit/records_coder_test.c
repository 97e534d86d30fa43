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
