/* words.h - every word of the annex in English and Chinese, by id. In a text {0} to {9} stand for
 * the arguments, and {0|goal|goals} for the first or second form as argument 0 is "1" or not. */
#ifndef SP_ANNEX_WORDS_H
#define SP_ANNEX_WORDS_H

#include "base/arena.h"

enum {
#define X(id, en, zh) SP_W_##id,
#include "annex/words_results.h"

#include "annex/words_design.h"

#include "annex/words_methods.h"
#undef X
  SP_N_WORDS
};

/* A text of the catalogue, placeholders and all; language "zh" or "en". */
const char *sp_word(int32_t id, const char *language);
/* The same with its placeholders filled, in the arena; NULL without memory. */
const char *sp_word_fill(int32_t id, const char *language, const char *const *values,
                         uint32_t n_values, sp_arena *arena);

#endif
