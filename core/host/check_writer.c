/* check_writer.c - the laws of writers: the same bytes every time, an error of the output is handed
 * on, and no text gets out of its place. */
#include <math.h>

#include "base/text.h"
#include "host/check_laws.h"

enum { N_HOSTILE = 12 };

/* Texts that mean something in one format or another. */
static const char *const hostile[N_HOSTILE] = {
    "<script>alert('sampan')</script>",
    "]]></w:t></w:r></w:p>&amp;&#0;",
    "\"quoted\", comma; semi|pipe\ttab",
    "=cmd|' /C calc'!A0",
    "line\nbreak\r\nand *stars* _under_ `tick` # head [a](javascript:x)",
    "",
    "\xe9\x99\x84\xe4\xbb\xb6\xef\xbc\x91 \xf0\x9f\x9a\xa3",
    "\xe2\x80\xae right to left",
    "\\ back \\n slash \\u0000 ${x} %s %n",
    "--> <!-- </style> </title> <?xml?>",
    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
    "@SUM(1+1)*cmd"};

/* ---- output ------------------------------------------------------------------------------- */

typedef struct receiver {
  sp_buffer bytes;
  int64_t n_writes, fail_at; /* the write that is refused, from 1; 0: none */
  int32_t after;             /* writes after the refusal */
  int32_t negative;
} receiver;

static int32_t receive(void *data, const void *bytes, int64_t n, sampan_error *error) {
  receiver *r = (receiver *)data;
  r->n_writes++;
  r->negative = r->negative || n < 0;
  if (r->fail_at > 0 && r->n_writes >= r->fail_at) {
    r->after += r->n_writes > r->fail_at;
    return sp_error_set(error, SAMPAN_E_IO, 0, "refused by the check");
  }
  if (n > 0) sp_buffer_add(&r->bytes, bytes, (uint64_t)n);
  return SAMPAN_OK;
}

typedef struct trial {
  sp_checker *c;
  sp_check_host host;
  const sp_check_options *options;
  const sampan_document *document; /* or NULL */
  const sampan_results *results;   /* or NULL */
  const char *what;
} trial;

static int32_t write_once(trial *t, receiver *to, int64_t fail_at) {
  const sampan_writer_ops *ops = (const sampan_writer_ops *)t->c->plugin->ops;
  sp_buffer_reset(&to->bytes);
  to->n_writes = 0;
  to->after = to->negative = 0;
  to->fail_at = fail_at;
  const sampan_output out = {.struct_size = sizeof out, .data = to, .write = receive};
  sp_law_beat(t->c);
  if (sp_check_host_renew(&t->host) < 0) return SAMPAN_E_MEMORY;
  const sampan_call call = sp_check_call(&t->host, t->c->plugin, t->options->values);
  return t->document != NULL ? ops->document(&call, t->document, &out)
                             : ops->results(&call, t->results, &out);
}

/* ---- the laws ----------------------------------------------------------------------------- */

static int is_text(const sp_buffer *b) {
  return b->n_bytes < 2 || memcmp(b->data, "PK", 2) != 0;
}

static void check_text(const trial *t, const sp_buffer *b) {
  const sampan_writer_ops *ops = (const sampan_writer_ops *)t->c->plugin->ops;
  const char *text = sp_buffer_text(b);
  sp_law_enter(t->c, "writes valid UTF-8 without control characters");
  sp_law_holds(t->c, sp_utf8_invalid(text, b->n_bytes) < 0, "byte %lld of %s is no UTF-8",
               (long long)sp_utf8_invalid(text, b->n_bytes), t->what);
  sp_law_holds(t->c, memchr(text, '\0', b->n_bytes) == NULL || b->n_bytes == 0, "a NUL in %s",
               t->what);
  if (strstr(ops->extensions, "htm") == NULL && strstr(ops->extensions, "xml") == NULL) return;
  sp_law_enter(t->c, "escapes what texts hold");
  sp_law_holds(t->c, strstr(text, "<script>alert('sampan')") == NULL,
               "a text of %s became a script", t->what);
}

static void check_failures(trial *t, receiver *to, int64_t n_writes) {
  sp_law_enter(t->c, "an output that fails is handed on");
  for (int64_t k = 1; k <= n_writes; k += k < 20 ? 1 : n_writes / 20 + 1) {
    const int32_t status = write_once(t, to, k);
    sp_law_holds(t->c, status == SAMPAN_E_IO, "write %lld of %s was refused, and it returned %d",
                 (long long)k, t->what, (int)status);
  }
}

static void check_memory(trial *t, receiver *to) {
  sp_law_enter(t->c, "stands the end of memory");
  for (int64_t k = 0, step = 1; k < 100000; k += step) {
    t->host.allocations = k;
    const int32_t status = write_once(t, to, 0);
    sp_law_holds(t->c, status == SAMPAN_OK || status == SAMPAN_E_MEMORY,
                 "it returned %d where piece %lld of memory for %s was refused", (int)status,
                 (long long)k + 1, t->what);
    if (status == SAMPAN_OK) break;
    if (k >= 30) step *= 2;
  }
  t->host.allocations = -1;
}

static void try_laws(trial *t) {
  receiver one = {0}, two = {0};
  sp_buffer_init(&one.bytes);
  sp_buffer_init(&two.bytes);
  sp_law_enter(t->c, "writes any text and number");
  int32_t status = write_once(t, &one, 0);
  sp_law_holds(t->c, status == SAMPAN_OK, "it returned %d '%s' for %s; %s", (int)status,
               t->host.error.message, t->what, t->options->text);
  if (status == SAMPAN_OK) {
    const int64_t n_writes = one.n_writes;
    sp_law_holds(t->c, one.bytes.n_bytes > 0 && !one.negative, "it wrote nothing for %s", t->what);
    if (is_text(&one.bytes)) check_text(t, &one.bytes);
    status = write_once(t, &two, 0);
    sp_law_enter(t->c, "the same bytes every time");
    sp_law_holds(
        t->c,
        status == SAMPAN_OK && one.bytes.n_bytes == two.bytes.n_bytes &&
            memcmp(sp_buffer_text(&one.bytes), sp_buffer_text(&two.bytes), one.bytes.n_bytes) == 0,
        "%s differs the second time", t->what);
    check_failures(t, &two, n_writes);
    check_memory(t, &two);
  }
  sp_buffer_clear(&one.bytes);
  sp_buffer_clear(&two.bytes);
}

/* ---- results ------------------------------------------------------------------------------ */

static void check_results(trial *t) {
  static const double odd[] = {0, -0.0, 1e-300, 1e300, 0.1, 1234567.891, NAN, 1.0 / 3};
  static const char *const by[] = {"sex", "<a&b>"};
  sampan_result rows[N_HOSTILE];
  sampan_test tests[N_HOSTILE];
  const char *values[N_HOSTILE][2];
  for (int i = 0; i < N_HOSTILE; i++) {
    const char *a = hostile[i], *b = hostile[(i + 5) % N_HOSTILE];
    const double x = odd[i % 8];
    values[i][0] = b;
    values[i][1] = a;
    rows[i] = (sampan_result){.struct_size = sizeof rows[i],
                              .status = i % 4,
                              .indicator = a,
                              .indicator_label = b,
                              .period = a,
                              .domain = b,
                              .level = a,
                              .by = i % 3 == 0 ? NULL : values[i],
                              .statistic = a,
                              .unit = i % 5,
                              .per = 1,
                              .n = i - 1,
                              .n_events = i - 1,
                              .pop_hat = x,
                              .estimate = x,
                              .std_error = x,
                              .conf_low = x,
                              .conf_high = x,
                              .conf_level = 0.95,
                              .df = i == 3 ? HUGE_VAL : x,
                              .cv = x,
                              .deff = x,
                              .n_eff = x,
                              .deff_ref = a,
                              .method = b,
                              .ci_method = a,
                              .df_rule = b,
                              .lonely_rule = a,
                              .flags = b};
    tests[i] = (sampan_test){.struct_size = sizeof tests[i],
                             .comparison = a,
                             .label = b,
                             .indicator = a,
                             .terms = b,
                             .statistic = a,
                             .method = b,
                             .estimate = x,
                             .std_error = x,
                             .test = x,
                             .df = x,
                             .p_value = x,
                             .conf_low = x,
                             .conf_high = x,
                             .conf_level = 0.95};
  }
  for (int zh = 0; zh < 2; zh++) {
    sampan_results results = {.struct_size = sizeof results,
                              .n_by = 2,
                              .by = by,
                              .n_rows = N_HOSTILE,
                              .n_tests = N_HOSTILE,
                              .rows = rows,
                              .tests = tests,
                              .title = hostile[0],
                              .language = zh ? "zh" : "en",
                              .manifest = "{\"a\":\"</script>\"}"};
    t->results = &results;
    t->what = "results with hostile texts";
    try_laws(t);
    results.n_rows = results.n_tests = 0;
    results.n_by = 0;
    t->what = "results without rows";
    try_laws(t);
  }
  t->results = NULL;
}

/* ---- documents ---------------------------------------------------------------------------- */

typedef struct pieces {
  sampan_run runs[N_HOSTILE];
  sampan_text texts[N_HOSTILE], all;
  sampan_table_column columns[3];
  sampan_table_row rows[N_HOSTILE];
  sampan_table_block table;
  sampan_draw draws[4];
  sampan_chart_row chart_rows[3];
  sampan_chart_head heads[1];
  sampan_legend legend[1];
  sampan_chart_block chart;
  sampan_count counts[5];
  sampan_counts_block counts_block;
  sampan_fact facts[N_HOSTILE];
  sampan_facts_block facts_block;
  sampan_block blocks[32];
  uint32_t n_blocks;
} pieces;

static void add_block(pieces *p, int32_t kind, int32_t level, const char *anchor,
                      const void *content) {
  p->blocks[p->n_blocks] = (sampan_block){.kind = kind,
                                          .level = level,
                                          .anchor = anchor,
                                          .gloss = hostile[p->n_blocks % N_HOSTILE],
                                          .text = p->texts[p->n_blocks % N_HOSTILE],
                                          .content = content};
  p->n_blocks++;
}

static void make_table(pieces *p) {
  for (int i = 0; i < 3; i++) {
    p->columns[i] = (sampan_table_column){
        .head = hostile[i], .align = i, .screen_width = 300, .paper_width = 50, .phone = i};
  }
  for (int i = 0; i < N_HOSTILE; i++) {
    p->rows[i] = (sampan_table_row){.kind = i % 3,
                                    .flags = (uint32_t)i % 4,
                                    .cells = &p->texts[i < 9 ? i : 0],
                                    .filter = "met survey"};
  }
  p->table = (sampan_table_block){.caption = hostile[0],
                                  .columns = p->columns,
                                  .rows = p->rows,
                                  .n_columns = 3,
                                  .n_rows = N_HOSTILE,
                                  .notes = p->texts,
                                  .n_notes = 2};
}

static void make_chart(pieces *p) {
  for (int i = 0; i < 4; i++) {
    p->draws[i] = (sampan_draw){.kind = i + 1,
                                .symbol = 1 + i,
                                .fill = i % 3,
                                .x0 = 0.1 * i,
                                .y0 = 5,
                                .x1 = 0.9,
                                .y1 = 15,
                                .size = 10,
                                .color = 0x0072B2,
                                .text = hostile[i]};
  }
  for (int i = 0; i < 3; i++) {
    p->chart_rows[i] = (sampan_chart_row){.kind = i,
                                          .label = hostile[i],
                                          .left = &hostile[3],
                                          .right = &hostile[4],
                                          .draws = p->draws,
                                          .n_draws = 4,
                                          .height = 28,
                                          .sentence = hostile[i + 1]};
  }
  p->heads[0] = (sampan_chart_head){.text = hostile[2], .width = 120};
  p->legend[0] = (sampan_legend){.symbol = p->draws[2], .text = hostile[1]};
  p->chart = (sampan_chart_block){.title = hostile[0],
                                  .caption = hostile[1],
                                  .label_width = 250,
                                  .label_head = hostile[2],
                                  .strip_head = hostile[3],
                                  .left = p->heads,
                                  .right = p->heads,
                                  .n_left = 1,
                                  .n_right = 1,
                                  .behind = p->draws,
                                  .n_behind = 1,
                                  .n_rows = 3,
                                  .rows = p->chart_rows,
                                  .legend = p->legend,
                                  .n_legend = 1,
                                  .n_notes = 1,
                                  .notes = p->texts};
}

static void make_pieces(pieces *p) {
  memset(p, 0, sizeof *p);
  for (int i = 0; i < N_HOSTILE; i++) {
    p->runs[i] = (sampan_run){.text = hostile[i], .flags = (uint32_t)i, .mark = i % 5};
    p->texts[i] = (sampan_text){.runs = &p->runs[i], .n_runs = 1};
    p->facts[i] = (sampan_fact){.name = hostile[i], .text = p->texts[(i + 1) % N_HOSTILE]};
  }
  make_table(p);
  make_chart(p);
  for (int i = 0; i < 5; i++) {
    p->counts[i] = (sampan_count){
        .mark = i, .count = "3", .label = hostile[i], .items = hostile, .n_items = 3};
  }
  p->counts_block = (sampan_counts_block){.counts = p->counts, .n_counts = 5};
  p->facts_block = (sampan_facts_block){.facts = p->facts, .n_facts = N_HOSTILE};
  add_block(p, SAMPAN_BLOCK_HEADING, 1, "first", NULL);
  add_block(p, SAMPAN_BLOCK_COUNTS, 0, "", &p->counts_block);
  for (int32_t i = 0; i <= SAMPAN_PARAGRAPH_NUMBERED; i++) {
    add_block(p, SAMPAN_BLOCK_PARAGRAPH, i, "", NULL);
  }
  add_block(p, SAMPAN_BLOCK_LANDSCAPE, 0, "", NULL);
  add_block(p, SAMPAN_BLOCK_HEADING, 2, "second", NULL);
  add_block(p, SAMPAN_BLOCK_TABLE, 0, "", &p->table);
  add_block(p, SAMPAN_BLOCK_PORTRAIT, 0, "", NULL);
  add_block(p, SAMPAN_BLOCK_CARD, 0, "card", NULL);
  add_block(p, SAMPAN_BLOCK_HEADING, 2, "third", NULL);
  add_block(p, SAMPAN_BLOCK_CHART, 0, "", &p->chart);
  add_block(p, SAMPAN_BLOCK_FACTS, 0, "", &p->facts_block);
  add_block(p, SAMPAN_BLOCK_CARD_END, 0, "", NULL);
}

static void check_documents(trial *t) {
  pieces p;
  make_pieces(&p);
  for (int zh = 0; zh < 2; zh++) {
    sampan_document document = {.struct_size = sizeof document,
                                .n_blocks = p.n_blocks,
                                .blocks = p.blocks,
                                .language = zh ? "zh" : "en",
                                .number = hostile[6],
                                .title = hostile[0],
                                .subtitle = hostile[1],
                                .head = p.facts,
                                .n_head = 3,
                                .footer = hostile[9],
                                .manifest = "{\"a\":\"</script>\"}"};
    t->document = &document;
    t->what = "a document with hostile texts";
    try_laws(t);
    document.n_blocks = document.n_head = 0;
    t->what = "a document without blocks";
    try_laws(t);
  }
  t->document = NULL;
}

void sp_check_writer(sp_checker *c) {
  const sampan_writer_ops *ops = (const sampan_writer_ops *)c->plugin->ops;
  sp_check_options *sets;
  sampan_error error;
  uint32_t n;
  trial t = {.c = c};
  sp_error_clear(&error);
  sp_law_enter(c, "writes any text and number");
  if (sp_check_parameters(c, &sets, &n, &error) < 0 || sp_check_host_init(&t.host) < 0) {
    sp_law_skip(c, "no parameters could be made up: %s", error.message);
    return;
  }
  for (uint32_t i = 0; i < n; i++) {
    t.options = &sets[i];
    if (ops->results != NULL) check_results(&t);
    if (ops->document != NULL) check_documents(&t);
  }
  sp_check_host_clear(&t.host);
}
