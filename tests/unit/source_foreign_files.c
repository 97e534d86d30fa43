/* source_foreign_files.c - small files of SAS, SPSS and Stata, made in memory by ReadStat. */
#include "source_foreign_files.h"

#include <stdlib.h>

static ssize_t on_write(const void *data, size_t n, void *context) {
  foreign_file *f = (foreign_file *)context;
  if (f->n_bytes + (int64_t)n > f->capacity) {
    f->capacity = 2 * (f->n_bytes + (int64_t)n);
    f->bytes = (char *)realloc(f->bytes, (size_t)f->capacity);
  }
  memcpy(f->bytes + f->n_bytes, data, n);
  f->n_bytes += (int64_t)n;
  return (ssize_t)n;
}

const char *foreign_plugin(foreign_kind kind) {
  static const char *const names[] = {"xpt", "sas7bdat", "sav", "sav", "dta", "por"};
  return names[kind];
}

static readstat_error_t begin(readstat_writer_t *w, foreign_kind kind, foreign_file *f, long rows) {
  switch (kind) {
    case KIND_XPT:
      readstat_writer_set_file_format_version(w, 5);
      return readstat_begin_writing_xport(w, f, rows);
    case KIND_SAS7BDAT:
      return readstat_begin_writing_sas7bdat(w, f, rows);
    case KIND_ZSAV:
      readstat_writer_set_compression(w, READSTAT_COMPRESS_BINARY);
      return readstat_begin_writing_sav(w, f, rows);
    case KIND_SAV:
      readstat_writer_set_compression(w, READSTAT_COMPRESS_ROWS);
      return readstat_begin_writing_sav(w, f, rows);
    case KIND_DTA:
      return readstat_begin_writing_dta(w, f, rows);
    default:
      return readstat_begin_writing_por(w, f, rows);
  }
}

foreign_file foreign_write(foreign_kind kind) {
  static const double sex[] = {1, 2, 9};
  const int sas = kind == KIND_XPT || kind == KIND_SAS7BDAT;
  const int spss = kind == KIND_SAV || kind == KIND_ZSAV || kind == KIND_POR;
  const int ascii = sas || kind == KIND_POR;
  const char *const towns[] = {ascii ? "Chaoyang" : "朝阳", "", "Haidian", "x"};
  foreign_file f = {0};
  readstat_writer_t *w = readstat_writer_init();
  readstat_set_data_writer(w, on_write);
  readstat_writer_set_file_timestamp(w, 1700000000);
  readstat_label_set_t *set = NULL;
  if (!sas) {
    const readstat_type_t type = kind == KIND_DTA ? READSTAT_TYPE_INT32 : READSTAT_TYPE_DOUBLE;
    set = readstat_add_label_set(w, type, "sexes");
    if (kind == KIND_DTA) {
      readstat_label_int32_value(set, 1, "male");
      readstat_label_int32_value(set, 2, "female");
      readstat_label_tagged_value(set, 'b', "refused");
    } else {
      readstat_label_double_value(set, 1, "male");
      readstat_label_double_value(set, 2, "female");
      readstat_label_double_value(set, 9, "refused");
    }
  }
  readstat_variable_t *v[4];
  v[0] = readstat_add_variable(w, "ID", READSTAT_TYPE_DOUBLE, 8);
  v[1] = readstat_add_variable(w, "SEX",
                               kind == KIND_DTA ? READSTAT_TYPE_INT32 : READSTAT_TYPE_DOUBLE, 8);
  v[2] = readstat_add_variable(w, "TOWN", READSTAT_TYPE_STRING, 12);
  v[3] = readstat_add_variable(w, "BMI", READSTAT_TYPE_DOUBLE, 8);
  readstat_variable_set_label(v[3], "Body mass index");
  if (set != NULL) readstat_variable_set_label_set(v[1], set);
  if (spss) {
    readstat_variable_add_missing_double_value(v[1], 9);
    readstat_variable_add_missing_double_value(v[3], 99.9);
  }
  if (begin(w, kind, &f, 4) != READSTAT_OK) abort();
  for (int i = 0; i < 4; i++) {
    readstat_begin_row(w);
    readstat_insert_double_value(w, v[0], i + 1);
    if (i == 3) {
      readstat_insert_missing_value(w, v[1]);
    } else if (kind == KIND_DTA) {
      readstat_insert_int32_value(w, v[1], (int32_t)sex[i]);
    } else {
      readstat_insert_double_value(w, v[1], sex[i]);
    }
    readstat_insert_string_value(w, v[2], towns[i]);
    if (i == 0) readstat_insert_double_value(w, v[3], 21.5);
    if (i == 1) readstat_insert_missing_value(w, v[3]);
    if (i == 2 && spss) readstat_insert_double_value(w, v[3], 99.9);
    if (i == 2 && !spss) readstat_insert_tagged_missing_value(w, v[3], sas ? 'A' : 'a');
    if (i == 3) readstat_insert_double_value(w, v[3], -0.125);
    if (readstat_end_row(w) != READSTAT_OK) abort();
  }
  if (readstat_end_writing(w) != READSTAT_OK) abort();
  readstat_writer_free(w);
  return f;
}

foreign_file foreign_write_xpt(int64_t n_records, int text_width) {
  foreign_file f = {0};
  readstat_writer_t *w = readstat_writer_init();
  readstat_set_data_writer(w, on_write);
  readstat_writer_set_file_timestamp(w, 1700000000);
  readstat_variable_t *id = readstat_add_variable(w, "ID", READSTAT_TYPE_DOUBLE, 8);
  readstat_variable_t *text =
      readstat_add_variable(w, "TEXT", READSTAT_TYPE_STRING, (size_t)text_width);
  if (begin(w, KIND_XPT, &f, (long)n_records) != READSTAT_OK) abort();
  for (int64_t i = 0; i < n_records; i++) {
    char value[16];
    snprintf(value, sizeof value, "t%d", (int)(i % 10));
    readstat_begin_row(w);
    readstat_insert_double_value(w, id, (double)i + 1);
    readstat_insert_string_value(w, text, value);
    readstat_end_row(w);
  }
  if (readstat_end_writing(w) != READSTAT_OK) abort();
  readstat_writer_free(w);
  return f;
}
