/* json.c - the json writer: results as one JSON object.
 *
 * Reference: RFC 8259. {"schema_version":"sampan-result/1.0","kind":"results","title":...,
 * "language":...,"by":[...],"manifest":{...},"rows":[...],"comparisons":[...]}
 *
 * J1  A double is written with the fewest of 15, 16 or 17 digits that read back as the same double.
 * J2  NaN and counts of -1 are null; an infinite number, which JSON has not, is the text "Inf".
 * J3  Texts are escaped; bytes that are no UTF-8 become U+FFFD.
 * J4  `by` of a row is an object of its split variables; null where the row is not split.
 * J5  The manifest is the host's JSON, put in as it is; an empty one is {}.
 * J6  A failed write ends the call with the failure's status. */
#include <math.h>
#include <sampan/plugin.h>
#include <stddef.h>

/* Bytes on their way out: the first failure sticks. Caller-owned. */
typedef struct json {
  const sampan_call *call;
  const sampan_output *out;
  int32_t status;
  int32_t n_members; /* already in the open object */
  uint32_t n_used;
  char buffer[8192];
} json;

static int32_t flush(json *w) {
  if (w->status >= 0 && w->n_used > 0) {
    const int32_t status = w->out->write(w->out->data, w->buffer, w->n_used, w->call->error);
    if (status < 0) w->status = status;
  }
  w->n_used = 0;
  return w->status;
}

static void put_bytes(json *w, const char *s, uint64_t n) {
  while (n > sizeof w->buffer - w->n_used) {
    const uint64_t part = sizeof w->buffer - w->n_used;
    memcpy(w->buffer + w->n_used, s, part);
    w->n_used += (uint32_t)part;
    s += part;
    n -= part;
    flush(w);
  }
  memcpy(w->buffer + w->n_used, s, n);
  w->n_used += (uint32_t)n;
}

static void put(json *w, const char *s) {
  put_bytes(w, s, strlen(s));
}

/* ---- values -------------------------------------------------------------------------------------
 */

/* The bytes of the character at s, or 0 where there is no whole, legal one. */
static uint32_t utf8_length(const unsigned char *s) {
  const unsigned char c = s[0];
  const uint32_t n = c < 0x80   ? 1U
                     : c < 0xc2 ? 0U
                     : c < 0xe0 ? 2U
                     : c < 0xf0 ? 3U
                     : c < 0xf5 ? 4U
                                : 0U;
  for (uint32_t i = 1; i < n; i++)
    if ((s[i] & 0xc0) != 0x80) return 0;
  if ((c == 0xe0 && s[1] < 0xa0) || (c == 0xf0 && s[1] < 0x90)) return 0; /* overlong */
  if ((c == 0xed && s[1] > 0x9f) || (c == 0xf4 && s[1] > 0x8f)) return 0; /* no character */
  return n;
}

static void put_text(json *w, const char *text) {
  const unsigned char *s = (const unsigned char *)text;
  put(w, "\"");
  while (*s) {
    uint64_t n_plain = 0;
    while (s[n_plain] >= 0x20 && s[n_plain] < 0x7f && s[n_plain] != '"' && s[n_plain] != '\\') {
      n_plain++;
    }
    put_bytes(w, (const char *)s, n_plain);
    s += n_plain;
    if (*s == '\0') break;
    const uint32_t n = utf8_length(s);
    char out[8] = "";
    if (n == 0) {
      put(w, "\xef\xbf\xbd");
      s++;
      continue;
    }
    if (*s == '"' || *s == '\\') {
      out[0] = '\\';
      out[1] = (char)*s;
    } else if (*s == '\n') {
      memcpy(out, "\\n", 3);
    } else if (*s == '\t') {
      memcpy(out, "\\t", 3);
    } else if (*s < 0x20 || *s == 0x7f) {
      snprintf(out, sizeof out, "\\u%04x", *s);
    } else {
      memcpy(out, s, n);
    }
    put(w, out);
    s += n;
  }
  put(w, "\"");
}

static void put_number(json *w, double v) {
  char text[40];
  if (isnan(v)) {
    put(w, "null");
    return;
  }
  if (isinf(v)) {
    put(w, v > 0 ? "\"Inf\"" : "\"-Inf\"");
    return;
  }
  w->call->host->format_number(v, text);
  put(w, text);
}

/* ---- members ------------------------------------------------------------------------------------
 */

static void open_object(json *w) {
  put(w, "{");
  w->n_members = 0;
}

static void member(json *w, const char *name) {
  if (w->n_members++ > 0) put(w, ",");
  put_text(w, name);
  put(w, ":");
}

static void text_member(json *w, const char *name, const char *value) {
  member(w, name);
  put_text(w, value);
}

static void number_member(json *w, const char *name, double value) {
  member(w, name);
  put_number(w, value);
}

static void count_member(json *w, const char *name, int64_t value) {
  char text[32];
  member(w, name);
  snprintf(text, sizeof text, "%lld", (long long)value);
  put(w, value < 0 ? "null" : text);
}

static const char *unit_name(int32_t unit) {
  static const char *const names[] = {"none", "proportion", "count", "rate", "ratio"};
  return unit >= 0 && unit < (int32_t)(sizeof names / sizeof names[0]) ? names[unit] : "none";
}

static const char *status_name(int32_t status) {
  static const char *const names[] = {"ok", "review", "suppressed", "not_estimable"};
  return status >= 0 && status < (int32_t)(sizeof names / sizeof names[0]) ? names[status] : "";
}

static void write_by(json *w, const sampan_results *results, const sampan_result *r) {
  member(w, "by");
  if (r->by == NULL) {
    put(w, "null");
    return;
  }
  const int32_t n_members = w->n_members;
  open_object(w);
  for (uint32_t i = 0; i < results->n_by; i++)
    if (r->by[i]) text_member(w, results->by[i], r->by[i]);
  put(w, "}");
  w->n_members = n_members;
}

static void write_row(json *w, const sampan_results *results, const sampan_result *r) {
  open_object(w);
  text_member(w, "indicator", r->indicator);
  text_member(w, "indicator_label", r->indicator_label);
  text_member(w, "period", r->period);
  text_member(w, "domain", r->domain);
  text_member(w, "level", r->level);
  write_by(w, results, r);
  text_member(w, "statistic", r->statistic);
  text_member(w, "unit", unit_name(r->unit));
  number_member(w, "per", r->per);
  count_member(w, "n", r->n);
  count_member(w, "n_events", r->n_events);
  number_member(w, "pop_hat", r->pop_hat);
  number_member(w, "estimate", r->estimate);
  number_member(w, "std_error", r->std_error);
  number_member(w, "conf_low", r->conf_low);
  number_member(w, "conf_high", r->conf_high);
  number_member(w, "conf_level", r->conf_level);
  number_member(w, "df", r->df);
  number_member(w, "cv", r->cv);
  number_member(w, "deff", r->deff);
  text_member(w, "deff_ref", r->deff_ref);
  number_member(w, "n_eff", r->n_eff);
  text_member(w, "method", r->method);
  text_member(w, "ci_method", r->ci_method);
  text_member(w, "df_rule", r->df_rule);
  text_member(w, "lonely_rule", r->lonely_rule);
  text_member(w, "status", status_name(r->status));
  text_member(w, "flags", r->flags);
  put(w, "}");
}

/* A host older than the field gives none. */
static double second_df(const sampan_results *results, uint64_t i) {
  const size_t covered = offsetof(sampan_results, df_second) + sizeof results->df_second;
  if (results->struct_size < covered || results->df_second == NULL) return NAN;
  return results->df_second[i];
}

static void write_comparison(json *w, const sampan_test *t, double df_second) {
  open_object(w);
  text_member(w, "comparison", t->comparison);
  text_member(w, "label", t->label);
  text_member(w, "indicator", t->indicator);
  text_member(w, "terms", t->terms);
  text_member(w, "statistic", t->statistic);
  text_member(w, "method", t->method);
  number_member(w, "estimate", t->estimate);
  number_member(w, "std_error", t->std_error);
  number_member(w, "test", t->test);
  number_member(w, "df", t->df);
  number_member(w, "df_second", df_second);
  number_member(w, "p_value", t->p_value);
  number_member(w, "conf_low", t->conf_low);
  number_member(w, "conf_high", t->conf_high);
  number_member(w, "conf_level", t->conf_level);
  put(w, "}");
}

static int32_t write_results(const sampan_call *call, const sampan_results *results,
                             const sampan_output *out) {
  json w = {.call = call, .out = out};
  put(&w, "{\"schema_version\":\"sampan-result/1.0\",\"kind\":\"results\",\"title\":");
  put_text(&w, results->title);
  put(&w, ",\"language\":");
  put_text(&w, results->language);
  put(&w, ",\"by\":[");
  for (uint32_t i = 0; i < results->n_by; i++) {
    if (i > 0) put(&w, ",");
    put_text(&w, results->by[i]);
  }
  put(&w, "],\n\"manifest\":");
  put(&w, results->manifest[0] ? results->manifest : "{}");
  put(&w, ",\n\"rows\":[");
  for (uint64_t i = 0; i < results->n_rows && w.status >= 0; i++) {
    put(&w, i > 0 ? ",\n" : "\n");
    write_row(&w, results, &results->rows[i]);
  }
  put(&w, "\n],\n\"comparisons\":[");
  for (uint64_t i = 0; i < results->n_tests && w.status >= 0; i++) {
    put(&w, i > 0 ? ",\n" : "\n");
    write_comparison(&w, &results->tests[i], second_df(results, i));
  }
  put(&w, "\n]}\n");
  return flush(&w);
}

static const sampan_writer_ops ops = {
    .struct_size = sizeof(sampan_writer_ops),
    .extensions = "json",
    .results = write_results,
};

static const sampan_plugin plugin = {
    .struct_size = sizeof(sampan_plugin),
    .kind = SAMPAN_WRITER,
    .name = "json",
    .version = "1.0.0",
    .label_en = "JSON",
    .label_zh = "JSON",
    .summary_en =
        "Results, comparisons and manifest as one JSON object; numbers read back exactly.",
    .summary_zh = "结果、比较和溯源清单合为一个 JSON 对象，数值可原样读回。",
    .formula = "",
    .reference = "RFC 8259",
    .ops = &ops,
};

SAMPAN_MODULE("json", "GPL-3.0-or-later", &plugin);
