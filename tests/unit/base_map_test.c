/* base_map_test.c - numbers of keys of every length against a list that is searched from its
 * beginning. */
#include <criterion/criterion.h>
#include <string.h>

#include "base/map.h"

enum { LONGEST = 40, MOST = 4000 };

typedef struct kept {
  unsigned char key[LONGEST];
  uint64_t n_bytes;
} kept;

static uint64_t next_random(uint64_t *state) {
  *state ^= *state << 13;
  *state ^= *state >> 7;
  *state ^= *state << 17;
  return *state;
}

static uint32_t search(const kept *list, uint32_t n, const unsigned char *key, uint64_t n_bytes) {
  for (uint32_t i = 0; i < n; i++) {
    if (list[i].n_bytes == n_bytes && memcmp(list[i].key, key, n_bytes) == 0) return i;
  }
  return SP_MAP_NONE;
}

Test(base_map, numbers_are_in_the_order_of_first_appearance) {
  static kept list[MOST];
  uint32_t n = 0;
  uint64_t state = 88172645463325252U;
  sp_map *map = sp_map_new(7);
  cr_assert(map != NULL);
  for (int i = 0; i < 3 * MOST / 2 && n < MOST; i++) {
    unsigned char key[LONGEST];
    /* Few bits differ, so that keys come again, and their neighbours of other lengths. */
    const uint64_t n_bytes = next_random(&state) % (LONGEST + 1);
    memset(key, (int)(next_random(&state) % 2), sizeof key);
    if (n_bytes > 0) key[next_random(&state) % n_bytes] = (unsigned char)(next_random(&state) % 8);
    const uint32_t known = search(list, n, key, n_bytes);
    if (i % 64 < 2) cr_assert(sp_map_find(map, key, n_bytes) == known);
    const int is_append = known == SP_MAP_NONE && i / 64 % 2 == 1; /* many that are not hashed */
    const uint32_t number =
        is_append ? sp_map_append(map, key, n_bytes) : sp_map_add(map, key, n_bytes);
    cr_assert(number == (known != SP_MAP_NONE ? known : n));
    if (known == SP_MAP_NONE) {
      memcpy(list[n].key, key, sizeof key);
      list[n++].n_bytes = n_bytes;
    }
    cr_assert(sp_map_size(map) == n);
  }
  for (uint32_t i = 0; i < n; i++) {
    uint64_t n_bytes;
    const char *key = sp_map_key(map, i, &n_bytes);
    cr_assert(n_bytes == list[i].n_bytes && memcmp(key, list[i].key, n_bytes) == 0);
    cr_assert(key[n_bytes] == '\0');
  }
  sp_map_free(map);
}

Test(base_map, tuples_of_whole_numbers) {
  for (uint32_t width = 1; width <= 5; width++) {
    sp_map *map = sp_map_new(41);
    for (int again = 0; again < 2; again++) {
      for (uint32_t i = 0; i < 60000; i++) {
        const uint32_t tuple[5] = {i % 300, i / 300, UINT32_MAX - i, i & 7, i};
        const uint32_t *key = width == 1 ? &tuple[4] : tuple;
        cr_assert(sp_map_add(map, key, width * sizeof *tuple) == i, "%u", width);
      }
    }
    sp_map_free(map);
  }
}
