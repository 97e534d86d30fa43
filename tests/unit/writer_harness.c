/* writer_harness.c - see writer_harness.h. */
#include "writer_harness.h"

#include <ctype.h>
#include <dlfcn.h>
#include <stdlib.h>

#ifndef SAMPAN_TEST_PLUGIN_DIR
#define SAMPAN_TEST_PLUGIN_DIR "build/plugins"
#endif

static int32_t keep(void *data, const void *bytes, int64_t n, sampan_error *error) {
  writer_result *r = (writer_result *)data;
  if (r->status < 0) r->writes_after_failure++;
  if (r->limit > 0 && r->n_bytes + n > r->limit) {
    error->status = r->status = SAMPAN_E_IO;
    snprintf(error->message, sizeof error->message, "the disk is full");
    return SAMPAN_E_IO;
  }
  r->bytes = (char *)realloc(r->bytes, (size_t)(r->n_bytes + n + 1));
  memcpy(r->bytes + r->n_bytes, bytes, (size_t)n);
  r->n_bytes += n;
  r->bytes[r->n_bytes] = 0;
  return SAMPAN_OK;
}

static const sampan_plugin *load(const char *module) {
  char path[1024];
  snprintf(path, sizeof path, "%s/%s.so", SAMPAN_TEST_PLUGIN_DIR, module);
  void *so = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  const sampan_module *m = so ? (const sampan_module *)dlsym(so, SAMPAN_MODULE_SYMBOL) : NULL;
  if (m == NULL || m->magic != SAMPAN_ABI_MAGIC || m->n_plugins != 1) {
    fprintf(stderr, "cannot load %s: %s\n", path, so ? "no module" : dlerror());
    exit(1);
  }
  return m->plugins[0];
}

void writer_run(const writer_job *job, writer_result *out) {
  sp_context context = {.arena = sp_arena_new(job->budget)};
  sampan_value values[4];
  memset(values, 0, sizeof values);
  memset(out, 0, sizeof *out);
  out->error.struct_size = sizeof out->error;
  out->limit = job->fail_after;
  out->bytes = (char *)calloc(1, 1);
  for (uint32_t i = 0; i < job->n_params; i++) {
    values[i].struct_size = sizeof values[i];
    values[i].is_set = 1;
    values[i].number = job->params[i];
  }
  const sampan_call call = sp_host_call(&context, values, job->n_params, &out->error);
  const sampan_output output = {.struct_size = sizeof output, .data = out, .write = keep};
  const sampan_writer_ops *ops = (const sampan_writer_ops *)load(job->module)->ops;
  out->status = job->document ? ops->document(&call, job->document, &output)
                              : ops->results(&call, job->results, &output);
  sp_arena_free(context.arena);
}

void writer_clear(writer_result *r) {
  free(r->bytes);
  r->bytes = NULL;
}

/* ---- reading a page -------------------------------------------------------------------------- */

static size_t entity(const char *s, char *out) {
  static const struct {
    const char *name, *text;
  } known[] = {{"&amp;", "&"},   {"&lt;", "<"},  {"&gt;", ">"},
               {"&quot;", "\""}, {"&#39;", "'"}, {"&nbsp;", " "}};
  for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
    const size_t n = strlen(known[i].name);
    if (strncmp(s, known[i].name, n) == 0) {
      *out = known[i].text[0];
      return n;
    }
  }
  *out = *s;
  return 1;
}

char *writer_squeeze(const char *html, int attributes) {
  char *out = (char *)malloc(strlen(html) + 1);
  size_t n = 0;
  int in_tag = 0;
  while (*html) {
    char c;
    if (*html == '<' && !attributes) in_tag = 1;
    const int closes = in_tag && *html == '>';
    html += entity(html, &c);
    if (!in_tag && !isspace((unsigned char)c)) out[n++] = c;
    if (closes) in_tag = 0;
  }
  out[n] = 0;
  return out;
}

int writer_has(const char *squeezed, const char *text) {
  char *want = (char *)malloc(strlen(text) + 1);
  size_t n = 0;
  for (; *text; text++)
    if (!isspace((unsigned char)*text)) want[n++] = *text;
  want[n] = 0;
  const int found = strstr(squeezed, want) != NULL;
  free(want);
  return found;
}

/* ---- a small checker of tags
 * --------------------------------------------------------------------- */

enum { MAX_OPEN = 64, MAX_IDS = 256, NAME = 32 };

static char fault[256];

static const char *broken(const char *what, const char *at) {
  snprintf(fault, sizeof fault, "%s at: %.60s", what, at);
  return fault;
}

static int is_void(const char *name) {
  static const char *const names[] = {"meta", "br", "wbr", "col", "link", "!DOCTYPE"};
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
    if (strcmp(name, names[i]) == 0) return 1;
  return 0;
}

/* Past the attributes of a tag; NULL where they are not well formed. Notes the id. */
static const char *skip_attributes(const char *s, char *id, int *closed) {
  *closed = 0;
  *id = 0;
  while (*s && *s != '>') {
    if (*s == '<') return NULL;
    if (*s == '/' && s[1] == '>') *closed = 1;
    if (*s == '=') {
      const int is_id = strncmp(s - 3, " id", 3) == 0;
      size_t n = 0;
      if (*++s != '"') return NULL;
      for (s++; *s && *s != '"'; s++) {
        if (*s == '<' || (unsigned char)*s < 0x20) return NULL;
        if (is_id && n + 1 < NAME) id[n++] = *s;
      }
      id[is_id ? n : strlen(id)] = 0;
    }
    if (*s) s++;
  }
  return *s ? s + 1 : NULL;
}

const char *writer_html_fault(const char *html) {
  static char ids[MAX_IDS][NAME];
  char open[MAX_OPEN][NAME];
  int depth = 0, n_ids = 0;
  const char *s = html;
  while ((s = strchr(s, '<')) != NULL) {
    char name[NAME], id[NAME];
    size_t n = 0;
    int closed;
    const char *at = s++;
    const int end = *s == '/';
    if (end) s++;
    while (*s && !isspace((unsigned char)*s) && *s != '>' && *s != '/' && n + 1 < NAME)
      name[n++] = *s++;
    name[n] = 0;
    if (n == 0) return broken("a bare <", at);
    if (end) {
      if (depth == 0 || strcmp(open[depth - 1], name) != 0) return broken("closes nothing", at);
      depth--;
      continue;
    }
    if (strcmp(name, "!DOCTYPE") == 0) continue;
    s = skip_attributes(s, id, &closed);
    if (s == NULL) return broken("bad attributes", at);
    if (id[0]) {
      for (int i = 0; i < n_ids; i++)
        if (strcmp(ids[i], id) == 0) return broken("id twice", at);
      if (n_ids < MAX_IDS) memcpy(ids[n_ids++], id, NAME);
    }
    if (closed || is_void(name)) continue;
    if (strcmp(name, "script") == 0 || strcmp(name, "style") == 0) {
      char close[NAME + 4];
      snprintf(close, sizeof close, "</%s>", name);
      s = strstr(s, close);
      if (s == NULL) return broken("no end", at);
      s += strlen(close);
      continue;
    }
    if (depth == MAX_OPEN) return broken("too deep", at);
    memcpy(open[depth++], name, NAME);
  }
  if (depth > 0) return broken("not closed", open[depth - 1]);
  for (s = html; (s = strstr(s, "href=\"#")) != NULL; s++) {
    char to[NAME];
    int i = 0;
    snprintf(to, sizeof to, "%.*s", (int)strcspn(s + 7, "\""), s + 7);
    while (i < n_ids && strcmp(ids[i], to) != 0) i++;
    if (i == n_ids) return broken("leads nowhere", s);
  }
  return "";
}
