/* faulty.c - sources that go wrong in the way that `how` names: `faulty` in a child process,
 * `faulty-inside` in the program. A sound read gives 200 records of two columns, in batches as
 * large as they may be: x = the record's number, name = one of three texts. */
#include <math.h>
#include <signal.h>
#include <stdlib.h>

#include <sampan/plugin.h>

enum { RECORDS = 200 };

enum {
  HOW_NONE,
  HOW_SEGV,
  HOW_ABORT,
  HOW_EXIT,
  HOW_HANG,
  HOW_SPIN,
  HOW_NO_END,
  HOW_SILENT,
  HOW_TOO_MANY,
  HOW_NAN,
  HOW_FEWER,
  HOW_ERROR,
  HOW_SCHEMA_SEGV,
  HOW_SCHEMA_ERROR,
  HOW_BAD_STATUS,
  HOW_BAD_TEXT,
  HOW_MEMORY,
  HOW_IGNORES_SINK,
  HOW_NOTE
};

static const sampan_param params[] = {
    {"how", SAMPAN_P_CHOICE, 0,
     "none|segv|abort|exit|hang|spin|no-end|silent|too-many|nan|fewer|error|schema-segv|"
     "schema-error|bad-status|bad-text|memory|ignores-sink|note",
     "none", 1, 0, "what goes wrong", "出什么错"}};

static const sampan_label labels[] = {{1, "1", "yes"}, {2, "2", "no"}};

static int how_of(const sampan_call *call) {
  return (int)call->values[0].number;
}

static int32_t schema(const sampan_call *call, const sampan_reader *reader, sampan_schema *out) {
  (void)reader;
  if (how_of(call) == HOW_SCHEMA_SEGV) raise(SIGSEGV);
  if (how_of(call) == HOW_SCHEMA_ERROR) {
    call->error->line = 3;
    call->error->line_column = 7;
    return sampan_fail(call, SAMPAN_E_DATA, "the header is wrong");
  }
  sampan_field *fields = call->host->alloc(call, 2 * sizeof *fields);
  if (fields == NULL) return sampan_fail(call, SAMPAN_E_MEMORY, "out of memory");
  fields[0] = (sampan_field){sizeof *fields, SAMPAN_NUMBER, "x", "a number", labels, 2, 0};
  fields[1] = (sampan_field){sizeof *fields, SAMPAN_TEXT, "name", "", NULL, 0, 0};
  out->n_fields = 2;
  out->fields = fields;
  out->n_records = RECORDS;
  out->complete = 1;
  return SAMPAN_OK;
}

/* What happens before the record i is filled. */
static int32_t go_wrong(const sampan_call *call, int64_t i) {
  if (i != RECORDS / 2) return SAMPAN_OK;
  switch (how_of(call)) {
    case HOW_SEGV:
      raise(SIGSEGV);
      break;
    case HOW_ABORT:
      abort();
    case HOW_EXIT:
      exit(0);
    case HOW_HANG:
      for (;;) (void)fgetc(stdin), clearerr(stdin);
    case HOW_SPIN:
      for (volatile int k = 0;; k = !k) continue;
    case HOW_SILENT:
      return SAMPAN_E_DATA;
    case HOW_BAD_STATUS:
      return -77;
    case HOW_ERROR:
      call->error->row = i + 1;
      snprintf(call->error->column, sizeof call->error->column, "x");
      return sampan_fail(call, SAMPAN_E_DATA, "the cell is wrong");
    case HOW_NOTE:
      call->host->note(call, "halfway");
      break;
    case HOW_MEMORY:
      for (int k = 0; k < 1000; k++) {
        char *block = malloc(64 << 20);
        if (block == NULL) return sampan_fail(call, SAMPAN_E_MEMORY, "out of memory");
        for (long at = 0; at < 64 << 20; at += 4096) ((volatile char *)block)[at] = 1;
      }
      break;
    default:
      break;
  }
  return SAMPAN_OK;
}

static int32_t fill(const sampan_sink *sink, int how, int64_t i, int64_t at) {
  static const char *const names[] = {"ann", "\xe6\x9d\x8e", "bo"};
  for (uint32_t f = 0; f < sink->n_fills; f++) {
    const sampan_fill *c = &sink->fills[f];
    if (c->field == 0) {
      if (c->reason != NULL && i % 10 == 9) {
        c->reason[at] = 'a';
        continue;
      }
      c->number[at] = how == HOW_NAN && i == 70 ? NAN : (double)i;
    } else {
      const char *text = how == HOW_BAD_TEXT ? "\xff" : names[i % 3];
      c->code[at] = sink->intern(sink->data, f, text, strlen(text));
      if (c->code[at] == UINT32_MAX) return SAMPAN_E_MEMORY;
    }
    sampan_set_bit(c->present, at, 1);
  }
  return SAMPAN_OK;
}

static int32_t read_records(const sampan_call *call, const sampan_reader *reader,
                            const sampan_schema *schema_in, const sampan_sink *sink) {
  const int how = how_of(call);
  const int64_t n = how == HOW_FEWER ? RECORDS - 1 : RECORDS;
  int64_t at = 0;
  (void)reader;
  (void)schema_in;
  for (int64_t i = 0; i < n; i++) {
    int32_t status = go_wrong(call, i);
    if (status == SAMPAN_OK) status = fill(sink, how, i, at);
    if (status < 0) return status;
    if (++at < sink->capacity && i + 1 < n) continue;
    status = sink->batch(sink->data, how == HOW_TOO_MANY ? sink->capacity + 1 : at, call->error);
    if (status != SAMPAN_OK && how != HOW_IGNORES_SINK) return status;
    at = 0;
  }
  return how == HOW_NO_END ? SAMPAN_OK : SAMPAN_END;
}

static const sampan_source_ops isolated = {sizeof isolated, SAMPAN_SOURCE_ISOLATE, "faulty", schema,
                                           read_records};
static const sampan_source_ops inside = {sizeof inside, 0, "", schema, read_records};

#define FAULTY(plugin_name, plugin_ops)                                                      \
  {                                                                                          \
    .struct_size = sizeof(sampan_plugin), .kind = SAMPAN_SOURCE, .name = plugin_name,        \
    .version = "1", .label_en = "faulty", .label_zh = "故障", .summary_en = "Goes wrong.",   \
    .summary_zh = "出错。", .formula = "", .reference = "", .params = params, .n_params = 1, \
    .ops = plugin_ops                                                                        \
  }

static const sampan_plugin faulty = FAULTY("faulty", &isolated);
static const sampan_plugin faulty_inside = FAULTY("faulty-inside", &inside);
SAMPAN_MODULE("faulty", "none", &faulty, &faulty_inside);
