/* checklist.c - a checklist read as texts, and the status of its lines.
 *
 * K1  A line is done, not done, or not said; anything else is an error that names row and column.
 * K2  A deadline of a month is its last day. A task is late only where it must have been done after
 *     the deadline: done in the deadline's own month, without a day, is not.
 * K3  Done, but without evidence - or without the date, where there is a deadline to hold it
 *     against and the checklist has a column for it - is no proof: undecided.
 * K4  Items are there once. A date that is none is an error, not a task on time.
 */
#include "annex/checklist.h"

#include <math.h>
#include <stdlib.h>

#include "annex/dates.h"
#include "annex/error_ids.h"
#include "base/map.h"
#include "base/text.h"

enum {
  C_ITEM,
  C_TASK,
  C_TASK_EN,
  C_PHASE,
  C_DEADLINE,
  C_DONE,
  C_DONE_DATE,
  C_EVIDENCE,
  C_DEPARTMENT,
  C_POINTS,
  N_CELLS
};

enum { SP_CHECK_BATCH = 1024 };

/* A checklist while it is being read. */
typedef struct check_reading {
  sp_arena *arena;
  const char *columns[N_CELLS]; /* NULL: the plan names none */
  uint32_t required[N_CELLS];
  sp_map *seen;
  sp_check_item *items;
  uint32_t n, capacity;
} check_reading;

/* ---- one line ----------------------------------------------------------------------------- */

int32_t sp_check_done(const char *text) {
  static const char *const yes[] = {"1",
                                    "yes",
                                    "Yes",
                                    "YES",
                                    "true",
                                    "True",
                                    "TRUE",
                                    "\xe6\x98\xaf",                          /* 是 */
                                    "\xe5\xb7\xb2\xe5\xae\x8c\xe6\x88\x90"}; /* 已完成 */
  static const char *const no[] = {"0",
                                   "no",
                                   "No",
                                   "NO",
                                   "false",
                                   "False",
                                   "FALSE",
                                   "\xe5\x90\xa6",                          /* 否 */
                                   "\xe6\x9c\xaa\xe5\xae\x8c\xe6\x88\x90"}; /* 未完成 */
  if (text[0] == '\0') return -1;
  for (size_t i = 0; i < sizeof yes / sizeof yes[0]; i++) {
    if (strcmp(text, yes[i]) == 0) return 1;
  }
  for (size_t i = 0; i < sizeof no / sizeof no[0]; i++) {
    if (strcmp(text, no[i]) == 0) return 0;
  }
  return -2;
}

int32_t sp_check_late(int32_t done, const char *done_date, const char *deadline) {
  int32_t first, last, due_first, due;
  if (done != 1 || sp_date_read(done_date, &first, &last) < 0) return 0;
  return sp_date_read(deadline, &due_first, &due) == 0 && first > due; /* K2 */
}

int32_t sp_check_status(const sp_check_item *item, const sp_checklist *columns) {
  if (item->done < 0) return SP_CHECK_UNKNOWN;
  if (item->done == 0) return SP_CHECK_NOT_DONE;
  if (columns->evidence != NULL && item->evidence[0] == '\0') return SP_CHECK_NO_EVIDENCE;
  if (columns->done_date != NULL && item->done_date[0] == '\0' && item->deadline[0] != '\0') {
    return SP_CHECK_NO_EVIDENCE; /* K3 */
  }
  return item->late ? SP_CHECK_LATE : SP_CHECK_ON_TIME;
}

int32_t sp_check_verdict(int32_t status) {
  switch (status) {
    case SP_CHECK_ON_TIME:
    case SP_CHECK_LATE:
      return SP_VERDICT_MET;
    case SP_CHECK_NO_EVIDENCE:
      return SP_VERDICT_UNDECIDED;
    case SP_CHECK_NOT_DONE:
      return SP_VERDICT_NOT_MET;
    default:
      return SP_VERDICT_NOT_ASSESSABLE;
  }
}

/* ---- reading ------------------------------------------------------------------------------ */

/* An error in a cell; the stream adds the file and what comes before the batch. */
static int32_t cell_error(const check_reading *r, int cell, int64_t row, int32_t id,
                          const char *text, const char *what, const char *hint,
                          sampan_error *error) {
  sp_error_set(error, SAMPAN_E_DATA, id, "'%.100s' %s", text, what);
  if (hint != NULL) (void)sp_error_hint(error, "%s", hint);
  return sp_error_cell(error, NULL, row, r->columns[cell]);
}

/* The text of a cell, blanks around it cut off; "" where it is absent. */
static int32_t cell_text(const check_reading *r, const sp_machine *machine, int cell, int64_t i,
                         const char **out, sampan_error *error) {
  char number[32];
  *out = "";
  if (r->columns[cell] == NULL) return SAMPAN_OK;
  const sp_column *c = sp_machine_column(machine, r->required[cell]);
  if (!sampan_bit(c->present, i)) return SAMPAN_OK;
  const char *text = number;
  if (c->type == SAMPAN_TEXT) {
    text = c->dictionary->text[c->code[i]];
  } else if (c->type == SAMPAN_TRUTH) {
    text = sampan_bit(c->truth, i) ? "1" : "0";
  } else {
    sp_format_number(c->number[i], number);
  }
  while (*text == ' ' || *text == '\t') text++;
  uint64_t n = strlen(text);
  while (n > 0 && (text[n - 1] == ' ' || text[n - 1] == '\t')) n--;
  *out = sp_arena_text_n(r->arena, text, n);
  return *out != NULL ? SAMPAN_OK : sp_error_memory(error);
}

static int32_t check_date(const check_reading *r, int cell, int64_t row, const char *text,
                          sampan_error *error) {
  int32_t first, last;
  if (text[0] == '\0' || sp_date_read(text, &first, &last) == 0) return SAMPAN_OK;
  return cell_error(r, cell, row, SP_ID_CHECK_DATE, text, "is no date",
                    "write 2020-08-31, or 2020-08 for a month", error);
}

static int32_t check_item_name(check_reading *r, int64_t row, const char *name,
                               sampan_error *error) {
  if (name[0] == '\0') {
    return cell_error(r, C_ITEM, row, SP_ID_CHECK_ITEM_EMPTY, name, "is no item", NULL, error);
  }
  const uint32_t before = sp_map_size(r->seen);
  const uint32_t number = sp_map_add(r->seen, name, strlen(name));
  if (number == SP_MAP_NONE) return sp_error_memory(error);
  if (number == before) return SAMPAN_OK;
  return cell_error(r, C_ITEM, row, SP_ID_CHECK_ITEM_TWICE, name, "is there twice", NULL, error);
}

static int32_t read_line(check_reading *r, const sp_machine *machine, int64_t i, int64_t row,
                         sp_check_item *out, sampan_error *error) {
  const char *text[N_CELLS];
  for (int cell = 0; cell < N_CELLS; cell++) {
    SP_TRY(cell_text(r, machine, cell, i, &text[cell], error));
  }
  SP_TRY(check_item_name(r, i + 1, text[C_ITEM], error));
  SP_TRY(check_date(r, C_DEADLINE, i + 1, text[C_DEADLINE], error));
  SP_TRY(check_date(r, C_DONE_DATE, i + 1, text[C_DONE_DATE], error));
  out->item = text[C_ITEM];
  out->task = text[C_TASK][0] != '\0' ? text[C_TASK] : text[C_TASK_EN];
  out->task_en = text[C_TASK_EN][0] != '\0' ? text[C_TASK_EN] : text[C_TASK];
  out->phase = text[C_PHASE];
  out->deadline = text[C_DEADLINE];
  out->done_date = text[C_DONE_DATE];
  out->evidence = text[C_EVIDENCE];
  out->department = text[C_DEPARTMENT];
  out->row = row;
  out->done = sp_check_done(text[C_DONE]);
  if (out->done == -2) { /* K1 */
    return cell_error(r, C_DONE, i + 1, SP_ID_CHECK_DONE, text[C_DONE], "is neither yes nor no",
                      "write yes or no, 1 or 0, true or false, \xe6\x98\xaf or \xe5\x90\xa6",
                      error);
  }
  out->late = sp_check_late(out->done, out->done_date, out->deadline);
  out->points = NAN;
  if (text[C_POINTS][0] == '\0') return SAMPAN_OK;
  if (sp_parse_number(text[C_POINTS], strlen(text[C_POINTS]), &out->points) == 0) return SAMPAN_OK;
  return cell_error(r, C_POINTS, i + 1, SP_ID_CHECK_POINTS, text[C_POINTS], "is no number", NULL,
                    error);
}

static int32_t take_batch(void *data, sp_machine *machine, uint32_t wave, int64_t row, int64_t n,
                          sampan_error *error) {
  check_reading *r = data;
  (void)wave;
  for (int64_t i = 0; i < n; i++) {
    if (r->n == r->capacity) {
      const uint32_t wanted = r->capacity != 0 ? 2 * r->capacity : 64;
      sp_check_item *grown = sp_arena_grow(r->arena, r->items, r->n, wanted, sizeof *grown);
      if (grown == NULL) return sp_error_memory(error);
      r->items = grown;
      r->capacity = wanted;
    }
    SP_TRY(read_line(r, machine, i, row + i + 1, &r->items[r->n], error));
    r->n++;
  }
  return SAMPAN_OK;
}

/* ---- the plan ----------------------------------------------------------------------------- */

/* What a plan can say of microdata, but not of a checklist: to ignore it would be to mislead. */
static int32_t refuse_sections(const sp_plan *plan, sampan_error *error) {
  const struct {
    const char *name;
    int there;
  } sections[] = {{"keep", plan->keep != NULL},         {"drop", plan->n_drops > 0},
                  {"design", plan->design.given},       {"domain", plan->domain != NULL},
                  {"period", plan->period != NULL},     {"indicators", plan->n_indicators > 0},
                  {"compare", plan->n_comparisons > 0}, {"suppression", plan->suppression != NULL},
                  {"preset", plan->preset != NULL}};
  for (size_t i = 0; i < sizeof sections / sizeof sections[0]; i++) {
    if (!sections[i].there) continue;
    sp_error_set(error, SAMPAN_E_PLAN, SP_ID_CHECK_SECTION,
                 "a plan of kind checklist cannot have '%s'", sections[i].name);
    return sp_error_file(error, plan->file);
  }
  return SAMPAN_OK;
}

/* Asks for the columns as texts, so that 01 and 2020-08 keep their spelling. */
static int32_t require_columns(check_reading *r, const sp_plan *plan, sp_program *program,
                               sampan_error *error) {
  const sp_checklist *c = &plan->checklist;
  const char *const columns[N_CELLS] = {c->item,       c->task,  c->task_en,   c->phase,
                                        c->deadline,   c->done,  c->done_date, c->evidence,
                                        c->department, c->points};
  for (uint32_t i = 0; i < plan->n_derived; i++) {
    SP_TRY(sp_program_define(program, plan->derived[i].name, plan->derived[i].expr, error));
  }
  for (int cell = 0; cell < N_CELLS; cell++) {
    r->columns[cell] = columns[cell];
    if (columns[cell] == NULL) continue;
    sp_expr *name = sp_arena_alloc(r->arena, sizeof *name);
    if (name == NULL) return sp_error_memory(error);
    name->kind = SP_EXPR_NAME;
    name->text = columns[cell];
    const uint32_t field = sp_program_find_field(program, columns[cell]);
    const int32_t type = field != UINT32_MAX ? sp_program_field_type(program, field) : 0;
    const int32_t wanted = field == UINT32_MAX ? SAMPAN_NUMBER | SAMPAN_TEXT | SAMPAN_TRUTH
                           : type != 0         ? type
                                               : SAMPAN_TEXT;
    SP_TRY(sp_program_require(program, name, wanted, &r->required[cell], error));
  }
  return SAMPAN_OK;
}

/* The facts outlive the plan, whose memory holds the files' names. */
static int32_t copy_files(check_reading *r, const sp_stream *stream, sp_check_list *out,
                          sampan_error *error) {
  const sp_file_fact *facts = sp_stream_files(stream, &out->n_files);
  sp_file_fact *files = sp_arena_array(r->arena, out->n_files + 1U, sizeof *files);
  if (files == NULL) return sp_error_memory(error);
  for (uint32_t i = 0; i < out->n_files; i++) {
    files[i] = facts[i];
    files[i].file = sp_arena_text(r->arena, facts[i].file);
    if (files[i].file == NULL) return sp_error_memory(error);
  }
  out->files = files;
  return SAMPAN_OK;
}

static int32_t read_records(check_reading *r, const sp_plan *plan, sp_registry *registry,
                            const sp_run_options *options, sp_machine **machine, sp_stream **opened,
                            sp_check_list *out, sampan_error *error) {
  sp_context *context = sp_arena_alloc(r->arena, sizeof *context);
  sp_program *program = sp_program_new(r->arena, plan->file);
  sp_stream *stream;
  if (context == NULL || program == NULL) return sp_error_memory(error);
  context->arena = r->arena;
  context->cancel = options->cancel;
  SP_TRY(sp_stream_open(plan, registry, options->data_folder, context, opened, error));
  stream = *opened;
  sp_stream_once(stream);
  SP_TRY(sp_stream_fields(stream, program, error));
  SP_TRY(require_columns(r, plan, program, error));
  SP_TRY(sp_program_compile(program, error));
  SP_TRY(sp_machine_new(program, SP_CHECK_BATCH, machine, error));
  const sp_stream_hand hand = {.machine = *machine, .data = r};
  sp_stream_use use = {.hands = &hand,
                       .n_hands = 1,
                       .plain = 1,
                       .capacity = SP_CHECK_BATCH,
                       .batch = take_batch,
                       .progress = options->progress,
                       .progress_data = options->progress_data};
  SP_TRY(sp_stream_digest(stream, 1, options->threads, error));
  const int32_t status = sp_stream_read(stream, program, &use, error);
  SP_TRY(sp_stream_settle(stream, status, error));
  SP_TRY(copy_files(r, stream, out, error));
  if (r->n > 0) return SAMPAN_OK;
  sp_error_set(error, SAMPAN_E_DATA, SP_ID_CHECK_EMPTY, "the checklist has no line");
  return sp_error_file(error, plan->waves[0].file);
}

int32_t sp_checklist_read(const sp_plan *plan, sp_registry *registry, const sp_run_options *options,
                          sp_arena *arena, sp_check_list *out, sampan_error *error) {
  check_reading r = {.arena = arena, .seen = sp_map_new(UINT64_C(0x63686563))};
  sp_machine *machine = NULL;
  memset(out, 0, sizeof *out);
  if (r.seen == NULL) return sp_error_memory(error);
  int32_t status = refuse_sections(plan, error);
  sp_stream *stream = NULL;
  if (status >= 0)
    status = read_records(&r, plan, registry, options, &machine, &stream, out, error);
  sp_stream_free(stream);
  sp_machine_free(machine);
  sp_map_free(r.seen);
  if (status < 0) return status;
  out->items = r.items;
  out->n = r.n;
  return SAMPAN_OK;
}
