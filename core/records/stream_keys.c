/* stream_keys.c - keys of CSV files as numbers: they are told apart sooner than texts. Keys are
 * what they are written as, 01 not being 1, so a file is asked for numbers that are written in the
 * one way that their texts can be made again from, and for texts where it has others. */
#include <string.h>

#include "base/text.h"
#include "records/stream_internal.h"

/* 0, or -?[1-9][0-9]{0,14} */
static int is_as_written(const char *text) {
  const char *digits = text + (*text == '-');
  const size_t n = strlen(digits);
  if (strcmp(text, "0") == 0) return 1;
  return n > 0 && n <= 15 && digits[0] != '0' && strspn(digits, "0123456789") == n;
}

/* A number column takes 7.0 for 7, and a text column does not: no such code may be in the list. */
static int are_alike(const char *const *codes, uint32_t n) {
  for (uint32_t i = 0; i < n; i++) {
    double x;
    if (!is_as_written(codes[i]) && sp_parse_number(codes[i], strlen(codes[i]), &x) == 0) return 0;
  }
  return 1;
}

/* All that the plan reads of the column comes out of files that do not say its type, and are dealt
 * out. */
static int is_all_cut(const sp_stream *s, const char *name) {
  for (uint32_t w = 0; w < s->plan->n_waves; w++) {
    const sp_wave *wave = &s->plan->waves[w];
    const sp_wave_files *files = &s->waves[w];
    const sampan_schema *schema = &files->main.source.schema;
    const uint32_t field = sp_schema_find(schema, name);
    if (field != UINT32_MAX &&
        (schema->fields[field].type != 0 || !sp_source_knows_writing(&files->main.source))) {
      return 0;
    }
    for (uint32_t j = 0; j < wave->n_joins; j++) {
      if (sp_side_provides(wave, files, j, name)) return 0;
    }
    for (uint32_t i = 0; i < wave->n_settings; i++) {
      if (strcmp(wave->settings[i].name, name) == 0) return 0;
    }
  }
  return 1;
}

int32_t sp_stream_offer_numbers(sp_stream *s, sp_program *program, const char *only,
                                sampan_error *error) {
  /* There is no second read of a pipe, and so no first try. */
  for (uint32_t i = 0; i < s->n_facts; i++) {
    if (s->files[i]->is_pipe) return SAMPAN_OK;
  }
  for (uint32_t f = 0; f < sp_program_n_fields(program); f++) {
    const char *const *codes;
    uint32_t n;
    const char *name = sp_program_field_name(program, f);
    if (only != NULL && strcmp(name, only) != 0) continue;
    if (!sp_program_is_key(program, f) || !is_all_cut(s, name)) continue;
    SP_TRY(sp_missing_codes(s, program, name, &codes, &n, error));
    if (are_alike(codes, n)) sp_program_offer_number(program, f);
  }
  return SAMPAN_OK;
}
