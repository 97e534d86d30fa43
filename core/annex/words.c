#include "annex/words.h"

#include <string.h>

#include "base/buffer.h"

typedef struct word {
  const char *en, *zh;
} word;

static const word words[] = {
#define X(id, en, zh) {en, zh},
#include "annex/words_results.h"

#include "annex/words_design.h"

#include "annex/words_methods.h"
#undef X
};

const char *sp_word(int32_t id, const char *language) {
  if (id < 0 || id >= SP_N_WORDS) return "";
  return strcmp(language, "zh") == 0 ? words[id].zh : words[id].en;
}

/* Writes the placeholder whose inside starts at `at`; returns what follows it. */
static const char *fill(const char *at, const char *const *values, uint32_t n_values,
                        sp_buffer *out) {
  const char *close = strchr(at, '}');
  const uint32_t i = (uint32_t)(*at - '0');
  const char *value = i < n_values ? values[i] : "";
  const char *first = strchr(at, '|');
  if (close == NULL) return at + strlen(at);
  if (first != NULL && first < close) {
    const char *second = strchr(first + 1, '|');
    if (second != NULL && second < close) {
      const int is_one = strcmp(value, "1") == 0;
      const char *from = is_one ? first + 1 : second + 1, *to = is_one ? second : close;
      sp_buffer_add(out, from, (uint64_t)(to - from));
    }
  } else {
    sp_buffer_text_add(out, value);
  }
  return close + 1;
}

const char *sp_word_fill(int32_t id, const char *language, const char *const *values,
                         uint32_t n_values, sp_arena *arena) {
  sp_buffer out;
  const char *text = NULL;
  sp_buffer_init(&out);
  for (const char *at = sp_word(id, language); *at != '\0';) {
    if (at[0] == '{' && at[1] >= '0' && at[1] <= '9') {
      at = fill(at + 1, values, n_values, &out);
      continue;
    }
    sp_buffer_char(&out, *at++);
  }
  if (!out.failed) text = sp_arena_text(arena, sp_buffer_text(&out));
  sp_buffer_clear(&out);
  return text;
}
