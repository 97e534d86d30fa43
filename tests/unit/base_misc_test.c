/* Errors, arenas, buffers, digests and maps. */
#include <criterion/criterion.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "base/digest.h"
#include "base/error.h"
#include "base/error_ids.h"
#include "base/map.h"
#include "base/text.h"

/* ---- errors ------------------------------------------------------------------------------- */

static int32_t tried(int32_t status) {
  SP_TRY(status);
  return 42;
}

Test(base_error, set_fills_and_keeps_the_place) {
  sampan_error e;
  sp_error_clear(&e);
  cr_expect_eq(e.struct_size, sizeof e);
  cr_expect_eq(e.status, SAMPAN_OK);
  sp_error_cell(&e, "data.csv", 12, "age");
  cr_expect_eq(sp_error_set(&e, SAMPAN_E_DATA, 1234, "not %s: %d", "so", 5), SAMPAN_E_DATA);
  cr_expect_eq(sp_error_hint(&e, "try %d", 6), SAMPAN_E_DATA);
  cr_expect_str_eq(e.message, "not so: 5");
  cr_expect_str_eq(e.hint, "try 6");
  cr_expect_eq(e.id, 1234);
  cr_expect_eq(e.row, 12);
  cr_expect_str_eq(e.column, "age");
  cr_expect_str_eq(e.file, "data.csv");
  sp_error_set(&e, SAMPAN_E_PLAN, 1, "another");
  cr_expect_str_eq(e.hint, "", "a hint goes with its message");
  cr_expect_eq(sp_error_text_place(&e, "plan.yml", 3, 4), SAMPAN_E_PLAN);
  cr_expect_eq(e.line, 3);
  cr_expect_eq(e.line_column, 4);
  sp_error_clear(&e);
  cr_expect_str_eq(e.message, "");
}

Test(base_error, null_is_still_an_error) {
  sp_error_clear(NULL);
  cr_expect_eq(sp_error_set(NULL, SAMPAN_E_IO, 1, "x"), SAMPAN_E_IO);
  cr_expect_lt(sp_error_hint(NULL, "x"), 0);
  cr_expect_lt(sp_error_file(NULL, "x"), 0);
  cr_expect_lt(sp_error_text_place(NULL, "x", 1, 1), 0);
  cr_expect_lt(sp_error_cell(NULL, "x", 1, "c"), 0);
  cr_expect_eq(sp_error_memory(NULL), SAMPAN_E_MEMORY);
}

Test(base_error, texts_are_valid_utf8_however_long) {
  sampan_error e;
  char text[2000];
  sp_error_clear(&e);
  for (size_t offset = 0; offset < 4; ++offset) {
    /* A three-byte character lies across the end of the field at some offset. */
    memset(text, 'x', offset);
    for (size_t i = offset; i + 3 < sizeof text; i += 3) memcpy(text + i, "\xe5\xb9\xb4", 4);
    sp_error_set(&e, SAMPAN_E_DATA, 1, "%s", text);
    sp_error_hint(&e, "%s", text);
    sp_error_cell(&e, text, 1, text);
    cr_expect_eq(sp_utf8_invalid(e.message, strlen(e.message)), -1);
    cr_expect_eq(sp_utf8_invalid(e.hint, strlen(e.hint)), -1);
    cr_expect_eq(sp_utf8_invalid(e.file, strlen(e.file)), -1);
    cr_expect_eq(sp_utf8_invalid(e.column, strlen(e.column)), -1);
    cr_expect_geq(strlen(e.message), sizeof e.message - 4);
  }
  sp_error_file(&e, "bad\xffname\xe5");
  cr_expect_str_eq(e.file, "bad?name?");
}

Test(base_error, memory_and_exit_codes) {
  sampan_error e;
  sp_error_clear(&e);
  cr_expect_eq(sp_error_memory(&e), SAMPAN_E_MEMORY);
  cr_expect_eq(e.id, SP_ID_MEMORY);
  cr_expect(e.message[0] != '\0');
  cr_expect_eq(tried(SAMPAN_END), 42);
  cr_expect_eq(tried(SAMPAN_E_IO), SAMPAN_E_IO);
  cr_expect_eq(sp_error_exit_code(SAMPAN_OK), 0);
  cr_expect_eq(sp_error_exit_code(SAMPAN_END), 0);
  cr_expect_eq(sp_error_exit_code(SAMPAN_E_USAGE), 2);
  cr_expect_eq(sp_error_exit_code(SAMPAN_E_PLAN), 3);
  cr_expect_eq(sp_error_exit_code(SAMPAN_E_DATA), 4);
  cr_expect_eq(sp_error_exit_code(SAMPAN_E_INCOMPLETE), 4);
  cr_expect_eq(sp_error_exit_code(SAMPAN_E_PLUGIN), 5);
  cr_expect_eq(sp_error_exit_code(SAMPAN_E_CANCELLED), 130);
  cr_expect_eq(sp_error_exit_code(SAMPAN_E_IO), 1);
  cr_expect_eq(sp_error_exit_code(SAMPAN_E_MEMORY), 1);
  cr_expect_eq(sp_error_exit_code(SAMPAN_E_INTERNAL), 1);
  cr_expect_eq(sp_error_exit_code(-999), 1);
}

Test(base_error, errno_texts) {
  char out[64], tiny[4];
  sp_error_errno(ENOENT, out, sizeof out);
  cr_expect_str_eq(out, strerror(ENOENT));
  sp_error_errno(123456, out, sizeof out);
  cr_expect(out[0] != '\0');
  sp_error_errno(ENOENT, tiny, sizeof tiny);
  cr_expect_lt(strlen(tiny), sizeof tiny);
}

/* ---- arenas ------------------------------------------------------------------------------- */

Test(base_arena, zeroed_aligned_and_apart) {
  static const uint64_t sizes[] = {0, 1, 63, 64, 65, 1000, 4096, 100000, 5000000, 7};
  sp_arena *arena = sp_arena_new(0);
  unsigned char *last = NULL;
  cr_assert_not_null(arena);
  for (int round = 0; round < 50; ++round) {
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; ++i) {
      if (sizes[i] > 1000000 && round > 2) continue;
      unsigned char *p = sp_arena_alloc(arena, sizes[i]);
      cr_assert_not_null(p);
      cr_assert_eq((uintptr_t)p % 64, 0);
      cr_assert_neq(p, last);
      for (uint64_t j = 0; j < sizes[i]; ++j) cr_assert_eq(p[j], 0);
      memset(p, 0xff, (size_t)sizes[i]);
      last = p;
    }
  }
  sp_arena_free(arena);
  sp_arena_free(NULL);
}

Test(base_arena, budget) {
  sp_arena *arena = sp_arena_new(1000);
  cr_assert_not_null(sp_arena_alloc(arena, 500));
  cr_expect_eq(sp_arena_bytes(arena), 512);
  cr_expect_null(sp_arena_alloc(arena, 500));
  cr_expect_null(sp_arena_alloc(arena, UINT64_MAX));
  cr_expect_null(sp_arena_alloc(arena, UINT64_MAX - 63));
  cr_expect_eq(sp_arena_bytes(arena), 512, "what was refused does not count");
  cr_expect_not_null(sp_arena_alloc(arena, 448));
  cr_expect_not_null(sp_arena_text_n(arena, "0123456789012345678901234567890123456789", 39));
  cr_expect_null(sp_arena_text(arena, "x"));
  sp_arena_free(arena);
}

Test(base_arena, multiplication_is_checked) {
  sp_arena *arena = sp_arena_new(0);
  cr_expect_null(sp_arena_array(arena, UINT64_MAX / 2, 3));
  cr_expect_null(sp_arena_array(arena, UINT64_MAX / 8, 8), "more than there is");
  cr_expect_null(sp_arena_grow(arena, NULL, 0, UINT64_MAX / 2, 8));
  cr_expect_not_null(sp_arena_array(arena, 0, 8));
  cr_expect_not_null(sp_arena_array(arena, UINT64_MAX, 0));
  sp_arena_free(arena);
}

Test(base_arena, texts_and_growth) {
  sp_arena *arena = sp_arena_new(0);
  int *a = sp_arena_array(arena, 3, sizeof *a);
  for (int i = 0; i < 3; ++i) a[i] = i + 1;
  int *b = sp_arena_grow(arena, a, 3, 1000, sizeof *b);
  cr_expect_eq(b[2], 3);
  cr_expect_eq(b[3], 0);
  cr_expect_eq(b[999], 0);
  cr_expect_eq(a[2], 3, "the old array stays");
  cr_expect_not_null(sp_arena_grow(arena, NULL, 0, 10, sizeof *b));
  cr_expect_str_eq(sp_arena_text(arena, "name"), "name");
  cr_expect_str_eq(sp_arena_text(arena, ""), "");
  cr_expect_str_eq(sp_arena_text_n(arena, "name", 2), "na");
  cr_expect_str_eq(sp_arena_text_n(arena, NULL, 0), "");
  cr_expect_str_eq(sp_arena_printf(arena, "%s-%d", "x", 7), "x-7");
  cr_expect_str_eq(sp_arena_printf(arena, "%s", ""), "");
  cr_expect_eq((uintptr_t)sp_arena_alloc(arena, 8) % 64, 0, "aligned after a text");
  sp_arena_free(arena);
}

/* ---- buffers ------------------------------------------------------------------------------ */

Test(base_buffer, grows) {
  sp_buffer b;
  sp_buffer_init(&b);
  cr_expect_str_eq(sp_buffer_text(&b), "");
  for (int i = 0; i < 10000; ++i) sp_buffer_printf(&b, "%04d", i);
  sp_buffer_char(&b, '!');
  sp_buffer_text_add(&b, "");
  sp_buffer_printf(&b, "%s", "");
  cr_expect_eq(b.n_bytes, 40001);
  cr_expect_eq(strlen(sp_buffer_text(&b)), 40001);
  cr_expect_eq(memcmp(sp_buffer_text(&b) + 39996, "9999!", 6), 0);
  const uint64_t capacity = b.capacity;
  sp_buffer_reset(&b);
  cr_expect_str_eq(sp_buffer_text(&b), "");
  cr_expect_eq(b.capacity, capacity);
  sp_buffer_add(&b, "a\0b", 3);
  cr_expect_eq(b.n_bytes, 3);
  cr_expect_eq(b.failed, 0);
  sp_buffer_clear(&b);
  cr_expect_null(b.data);
}

Test(base_buffer, failure_is_remembered) {
  sp_buffer b;
  sp_buffer_init(&b);
  sp_buffer_text_add(&b, "kept");
  sp_buffer_add(&b, "x", UINT64_MAX - 2);
  cr_expect(b.failed);
  sp_buffer_text_add(&b, "more");
  cr_expect_str_eq(sp_buffer_text(&b), "kept");
  sp_buffer_reset(&b);
  cr_expect(b.failed, "a reset does not hide it");
  sp_buffer_clear(&b);
  cr_expect_not(b.failed);
}

static void expect_json(const char *text, const char *want) {
  sp_buffer b;
  sp_buffer_init(&b);
  sp_buffer_json_text(&b, text);
  cr_expect_str_eq(sp_buffer_text(&b), want);
  sp_buffer_clear(&b);
}

Test(base_buffer, json) {
  expect_json("", "\"\"");
  expect_json("a/b", "\"a/b\"");
  expect_json("say \"hi\" \\ there", "\"say \\\"hi\\\" \\\\ there\"");
  expect_json("\n\r\t", "\"\\n\\r\\t\"");
  expect_json("\x01\x1f\b\x7f", "\"\\u0001\\u001f\\u0008\x7f\"");
  expect_json("\xe5\xb9\xb4", "\"\xe5\xb9\xb4\"");
  expect_json("a\xff\xc3z\xe5\xb9", "\"a\xef\xbf\xbd\xef\xbf\xbdz\xef\xbf\xbd\xef\xbf\xbd\"");
  sp_buffer b;
  sp_buffer_init(&b);
  sp_buffer_json_number(&b, 0.1);
  sp_buffer_char(&b, ' ');
  sp_buffer_json_number(&b, -0.0);
  sp_buffer_char(&b, ' ');
  sp_buffer_json_number(&b, NAN);
  sp_buffer_char(&b, ' ');
  sp_buffer_json_number(&b, -HUGE_VAL);
  sp_buffer_char(&b, ' ');
  sp_buffer_json_number(&b, 1e-300);
  cr_expect_str_eq(sp_buffer_text(&b), "0.1 0 null null 1e-300");
  sp_buffer_clear(&b);
}

/* ---- digests ------------------------------------------------------------------------------ */

static void expect_digest(const char *text, const char *want) {
  char out[65];
  /* However the bytes are cut up. */
  for (size_t step = 1; step < 70; step += 3) {
    const size_t n = strlen(text);
    sp_sha256 s;
    sp_sha256_init(&s);
    for (size_t i = 0; i < n; i += step) sp_sha256_add(&s, text + i, n - i < step ? n - i : step);
    sp_sha256_hex(&s, out);
    cr_expect_str_eq(out, want);
  }
}

Test(base_digest, nist_vectors) {
  expect_digest("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  expect_digest("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  expect_digest("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
                "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  expect_digest(
      "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmno"
      "pqrsmnopqrstnopqrstu",
      "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1");
}

Test(base_digest, a_million_letters) {
  char out[65], block[1000];
  sp_sha256 s;
  memset(block, 'a', sizeof block);
  sp_sha256_init(&s);
  for (int i = 0; i < 1000; ++i) sp_sha256_add(&s, block, sizeof block);
  sp_sha256_hex(&s, out);
  cr_expect_str_eq(out, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

/* Every way that this processor knows, at every length about a block and at many blocks. */
Test(base_digest, variants_agree) {
  unsigned char bytes[1000];
  uint32_t x = 1;
  for (size_t i = 0; i < sizeof bytes; i++) bytes[i] = (unsigned char)((x = x * 1664525 + 1) >> 24);
  for (size_t n = 0; n <= sizeof bytes; n += n < 200 ? 1 : 37) {
    char want[65], got[65];
    sp_sha256 s;
    cr_assert_eq(sp_sha256_init_as(&s, SP_SHA256_PORTABLE), 1);
    sp_sha256_add(&s, bytes, n);
    sp_sha256_hex(&s, want);
    if (!sp_sha256_init_as(&s, SP_SHA256_INSTRUCTIONS)) cr_skip_test("no SHA instructions here");
    sp_sha256_add(&s, bytes, n / 3);
    sp_sha256_add(&s, bytes + n / 3, n - n / 3);
    sp_sha256_hex(&s, got);
    cr_assert_str_eq(got, want, "%zu bytes", n);
  }
}

Test(base_digest, portable_vectors) {
  char out[65];
  sp_sha256 s;
  cr_assert_eq(sp_sha256_init_as(&s, SP_SHA256_PORTABLE), 1);
  sp_sha256_add(&s, "abc", 3);
  sp_sha256_hex(&s, out);
  cr_expect_str_eq(out, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

/* ---- maps --------------------------------------------------------------------------------- */

Test(base_map, numbers_in_order_of_appearance) {
  sp_map *map = sp_map_new(7);
  uint64_t n = 99;
  cr_expect_eq(sp_map_size(map), 0);
  cr_expect_eq(sp_map_find(map, "a", 1), SP_MAP_NONE);
  cr_expect_eq(sp_map_add(map, "b", 1), 0);
  cr_expect_eq(sp_map_add(map, "a", 1), 1);
  cr_expect_eq(sp_map_add(map, "b", 1), 0);
  cr_expect_eq(sp_map_add(map, "", 0), 2);
  cr_expect_eq(sp_map_add(map, NULL, 0), 2);
  cr_expect_eq(sp_map_add(map, "a\0c", 3), 3);
  cr_expect_eq(sp_map_add(map, "a\0d", 3), 4);
  cr_expect_eq(sp_map_find(map, "a\0c", 3), 3);
  cr_expect_eq(sp_map_find(map, "a\0", 2), SP_MAP_NONE);
  cr_expect_eq(sp_map_size(map), 5);
  cr_expect_str_eq(sp_map_key(map, 0, &n), "b");
  cr_expect_eq(n, 1);
  cr_expect_eq(memcmp(sp_map_key(map, 4, &n), "a\0d", 4), 0, "a terminator follows");
  cr_expect_eq(n, 3);
  cr_expect_str_eq(sp_map_key(map, 2, NULL), "");
  cr_expect_null(sp_map_key(map, 5, &n));
  sp_map_free(map);
  sp_map_free(NULL);
}

Test(base_map, many_keys_stay_where_they_are) {
  enum { N = 200000 };
  sp_map *map = sp_map_new(0);
  const char **keys = malloc(N * sizeof *keys);
  char text[32];
  cr_assert_not_null(keys);
  for (uint32_t i = 0; i < N; ++i) {
    const int n = snprintf(text, sizeof text, "key-%u", i * 7919U);
    cr_assert_eq(sp_map_add(map, text, (uint64_t)n), i);
    keys[i] = sp_map_key(map, i, NULL);
  }
  for (uint32_t i = 0; i < N; ++i) {
    const int n = snprintf(text, sizeof text, "key-%u", i * 7919U);
    cr_assert_eq(sp_map_find(map, text, (uint64_t)n), i);
    cr_assert_eq(sp_map_key(map, i, NULL), keys[i]);
    cr_assert_str_eq(keys[i], text);
  }
  cr_expect_eq(sp_map_size(map), N);
  cr_expect_gt(sp_map_bytes(map), (uint64_t)N * 32);
  free(keys);
  sp_map_free(map);
}

Test(base_map, long_and_patterned_keys) {
  sp_map *map = sp_map_new(3);
  char *key = calloc(1, 100000);
  cr_assert_not_null(key);
  cr_expect_eq(sp_map_add(map, "short", 5), 0);
  for (uint32_t n = 1; n <= 50; ++n) cr_expect_eq(sp_map_add(map, key, n * 2000), n);
  cr_expect_eq(sp_map_add(map, "other", 5), 51);
  for (uint32_t n = 1; n <= 50; ++n) cr_expect_eq(sp_map_find(map, key, n * 2000), n);
  /* Codes that differ in few bits, as the cells of a table do. */
  for (uint32_t i = 0; i < 300; ++i) {
    for (uint32_t j = 0; j < 300; ++j) {
      const uint32_t cell[2] = {i << 16, j << 24 | j};
      cr_assert_eq(sp_map_add(map, cell, sizeof cell), 52 + i * 300 + j);
    }
  }
  free(key);
  sp_map_free(map);
}
