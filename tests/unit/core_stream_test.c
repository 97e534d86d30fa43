/* The records of a plan as a stream: files that change under the read, reasons over waves, columns
 * of side tables; and the numbering of grouping texts. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/registry.h"
#include "records/coder.h"
#include "records/error_ids.h"
#include "records/stream.h"

/* ---- files that change -------------------------------------------------------------------- */

static const char plan_text[] =
    "sampan: 1\n"
    "data:\n"
    "  waves:\n"
    "    - {file: a.csv, set: {year: 1}, join: [{file: side.csv, by: id}]}\n"
    "    - {file: b.csv, set: {year: 2}, absent: [v]}\n"
    "indicators: {x: {estimator: mean, of: x}}\n";

typedef struct fixture {
  char folder[64];
  sp_plan *plan;
  sp_registry *registry;
  sp_arena *arena;
  sp_context context;
  sp_stream *stream;
  sp_program *program;
  sp_machine *machine;
  const char *change, *text; /* in the first batch: the file is written anew with the text */
  int32_t replace;           /* by a file of another inode, with the times of the old one */
  double sum;
} fixture;

static void path_of(const fixture *f, const char *name, char out[160]) {
  snprintf(out, 160, "%s/%s", f->folder, name);
}

static void write_file(const fixture *f, const char *name, const char *text) {
  char path[160];
  path_of(f, name, path);
  FILE *file = fopen(path, "w");
  cr_assert_not_null(file);
  fputs(text, file);
  cr_assert_eq(fclose(file), 0);
}

static void change_file(const fixture *f, const char *name, const char *text) {
  char path[160], old[160], command[2048];
  path_of(f, name, path);
  path_of(f, "old", old);
  cr_assert_eq(rename(path, old), 0);
  write_file(f, name, text);
  if (f->replace) {
    snprintf(command, sizeof command, "touch -r '%s' '%s'", old, path);
  } else { /* the same file, at a time that the clock tells from the one before */
    snprintf(command, sizeof command,
             "mv '%s' '%s.new' && mv '%s' '%s' && cat '%s.new' >'%s' && "
             "touch -d '2001-01-01' '%s' && rm '%s.new'",
             path, path, old, path, path, path, path, path);
  }
  cr_assert_eq(system(command), 0);
  remove(old);
}

static void open_fixture(fixture *f) {
  static const char *const folders[] = {SAMPAN_TEST_PLUGIN_DIR};
  static const int32_t must_exist[] = {1};
  static const volatile int never = 0;
  sampan_error error = {.struct_size = sizeof error};
  uint32_t required;
  char path[160];
  memset(f, 0, sizeof *f);
  if (strncmp(SAMPAN_TEST_PLUGIN_DIR, "/tmp/", 5) == 0) {
    cr_skip_test("plugins of a build in /tmp, where others can write, are not loaded");
  }
  snprintf(f->folder, sizeof f->folder, "/tmp/sampan-stream-XXXXXX");
  cr_assert_not_null(mkdtemp(f->folder));
  write_file(f, "plan.yaml", plan_text);
  write_file(f, "a.csv", "id,x\n1,1\n2,2\n");
  write_file(f, "b.csv", "id,x\n3,4\n4,8\n");
  write_file(f, "side.csv", "id,v\n1,1\n2,2\n");
  path_of(f, "plan.yaml", path);
  cr_assert_eq(sp_plan_read(path, &f->plan, &error), 0, "%s", error.message);
  cr_assert_eq(sp_registry_open(folders, must_exist, 1, &f->registry, &error), 0, "%s",
               error.message);
  f->arena = sp_arena_new(0);
  f->context.arena = f->arena;
  f->context.cancel = &never;
  cr_assert_eq(sp_stream_open(f->plan, f->registry, "/", &f->context, &f->stream, &error), 0, "%s",
               error.message);
  f->program = sp_program_new(f->arena, "plan.yaml");
  cr_assert_eq(sp_stream_fields(f->stream, f->program, &error), 0, "%s", error.message);
  sp_expr *e;
  cr_assert_eq(sp_expr_parse("coalesce(x + 0 * v, x)", "plan.yaml", 1, 1, f->arena, &e, NULL), 0);
  cr_assert_eq(sp_program_require(f->program, e, SAMPAN_NUMBER, &required, NULL), 0);
  cr_assert_eq(sp_program_compile(f->program, &error), 0, "%s", error.message);
  cr_assert_eq(sp_machine_new(f->program, 4096, &f->machine, NULL), 0);
}

static void close_fixture(fixture *f) {
  static const char *const names[] = {"plan.yaml", "a.csv", "b.csv", "side.csv"};
  char path[160];
  sp_machine_free(f->machine);
  sp_stream_free(f->stream);
  sp_arena_free(f->arena);
  sp_plan_free(f->plan);
  sp_registry_free(f->registry);
  for (int i = 0; i < 4; i++) {
    path_of(f, names[i], path);
    remove(path);
  }
  rmdir(f->folder);
}

static int32_t take(void *data, sp_machine *machine, uint32_t wave, int64_t row, int64_t n,
                    sampan_error *error) {
  fixture *f = data;
  const sp_column *x = sp_machine_field(machine, sp_program_find_field(f->program, "x"));
  (void)wave;
  (void)row;
  (void)error;
  for (int64_t i = 0; i < n; i++) f->sum += x->number[i];
  if (f->change != NULL) change_file(f, f->change, f->text);
  f->change = NULL;
  return SAMPAN_OK;
}

static int32_t read_all(fixture *f, sampan_error *error) {
  sp_error_clear(error);
  const sp_stream_hand hand = {.machine = f->machine, .data = f};
  sp_stream_use use = {.hands = &hand, .n_hands = 1, .capacity = 4096, .batch = take};
  return sp_stream_read(f->stream, f->program, &use, error);
}

static void expect_changed(const fixture *f, int32_t status, const sampan_error *error,
                           const char *name) {
  char path[160];
  path_of(f, name, path);
  cr_assert_eq(status, SAMPAN_E_DATA, "%s: %s", name, error->message);
  cr_assert_eq(error->id, SP_ID_CHANGED);
  cr_assert_str_eq(error->message, "the file changed while it was being read");
  cr_assert_str_eq(error->file, path);
  cr_assert_neq(error->hint[0], '\0');
}

Test(stream, files_that_stay_are_read) {
  fixture f;
  sampan_error error = {.struct_size = sizeof error};
  open_fixture(&f);
  cr_assert_eq(read_all(&f, &error), 0, "%s", error.message);
  cr_assert_eq(f.sum, 15);
  close_fixture(&f);
}

/* After the digest was taken: before the records are read, and while they are. */
Test(stream, files_that_change_are_an_error) {
  static const char *const names[] = {"a.csv", "b.csv", "side.csv"};
  for (int replace = 0; replace < 2; replace++) {
    for (int i = 0; i < 3; i++) {
      fixture f;
      sampan_error error;
      open_fixture(&f);
      f.replace = replace;
      /* As many bytes; and one that could not even be read. */
      change_file(&f, names[i], i == 2 ? "id,v\n1,5\n2,6\n" : "id,x\n1,5\n2,u\n");
      expect_changed(&f, read_all(&f, &error), &error, names[i]);
      close_fixture(&f);
    }
    for (int i = 0; i < 2; i++) {
      fixture f;
      sampan_error error;
      open_fixture(&f);
      f.replace = replace;
      f.change = names[i];
      f.text = "id,x\n3,5\n4,9\n";
      expect_changed(&f, read_all(&f, &error), &error, names[i]);
      close_fixture(&f);
    }
  }
}

Test(stream, files_that_go_are_an_error) {
  fixture f;
  sampan_error error;
  char path[160];
  open_fixture(&f);
  path_of(&f, "b.csv", path);
  remove(path);
  expect_changed(&f, read_all(&f, &error), &error, "b.csv");
  close_fixture(&f);
}

/* ---- coders ------------------------------------------------------------------------------- */

/* Gives the texts to a coder in turn; the status of the first that it refuses, with the message. */
static int32_t code(const char *const *texts, int n, sampan_error *error) {
  sp_coder *coder = sp_coder_new();
  sp_dictionary dictionary;
  uint32_t codes[8], out[8];
  uint64_t present = ~UINT64_C(0);
  cr_assert_eq(sp_dictionary_init(&dictionary), 0);
  for (int i = 0; i < n; i++) {
    codes[i] = sp_dictionary_add(&dictionary, texts[i], strlen(texts[i]));
  }
  const sp_column column = {.name = "area",
                            .type = SAMPAN_TEXT,
                            .present = &present,
                            .code = codes,
                            .dictionary = &dictionary};
  sp_error_clear(error);
  int32_t status = sp_coder_codes(coder, &column, n, out, error);
  for (int i = 0; i < n && status == 0; i++) {
    cr_expect_str_eq(sp_coder_text(coder, out[i]), texts[i]);
  }
  /* Known texts are no news. */
  if (status == 0) status = sp_coder_codes(coder, &column, n, out, error);
  sp_coder_free(coder);
  sp_dictionary_clear(&dictionary);
  return status;
}

Test(coder, one_number_in_two_texts_is_an_error) {
  static const char *const pairs[][2] = {
      {"1", "1.0"},   {"1.0", "1"},
      {"01", "1"},    {"1", "001"},
      {"001", "01"},  {"1.5", "1.50"},
      {".5", "0.5"},  {"0", "-0"},
      {"0.0", "00"},  {"+1", "1"},
      {" 1", "1"},    {"1.", "1"},
      {"-2", "-2.0"}, {"-.5", "-0.50"},
      {"0", "000"},   {"123456789012345678", "0123456789012345678"}};
  for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
    sampan_error error;
    char both[128];
    cr_expect_eq(code(pairs[i], 2, &error), SAMPAN_E_DATA, "%s %s", pairs[i][0], pairs[i][1]);
    snprintf(both, sizeof both, "\"%s\" and \"%s\"", pairs[i][0], pairs[i][1]);
    cr_expect(strstr(error.message, both) != NULL, "%s", error.message);
    cr_expect(strstr(error.hint, "types: {area: number}") != NULL, "%s", error.hint);
    cr_expect_eq(error.id, SP_ID_TWO_TEXTS);
    cr_expect_eq(error.row, 2);
    cr_expect_str_eq(error.column, "area");
  }
}

Test(coder, other_texts_are_groups) {
  static const char *const sets[][6] = {
      {"01", "02", "10", "11", "100", "001x"},
      {"1E2", "100", "1e2", "0x64", "1e02", "."},
      {"123456789012345678", "123456789012345679", "12345678901234567", "1.2.3", "-", "+"},
      {"1", "-1", "10", "0.1", "1.1", "11"},
      {"a", "A", "", "1 2", "1,0", "\xEF\xBC\x91"}};
  for (size_t i = 0; i < sizeof sets / sizeof sets[0]; i++) {
    sampan_error error;
    cr_expect_eq(code(sets[i], 6, &error), 0, "%s", error.message);
  }
}
