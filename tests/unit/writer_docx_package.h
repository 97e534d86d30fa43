/* writer_docx_package.h - runs the docx writer and reads the package that it wrote, for
 * writer_docx_test.c. Links zlib: the unzip here is its own, not the writer's code. */
#ifndef WRITER_DOCX_PACKAGE_H
#define WRITER_DOCX_PACKAGE_H

#include <criterion/criterion.h>
#include <dlfcn.h>
#include <stdlib.h>
#include <zlib.h>

#include <sampan/plugin.h>
#include "base/arena.h"
#include "host/context.h"

#ifndef SAMPAN_TEST_PLUGIN_DIR
#define SAMPAN_TEST_PLUGIN_DIR "build/plugins"
#endif

enum { MOST_PARTS = 128 };

/* ---- the writer, writing to memory ---- */

typedef struct sink {
  unsigned char *bytes;
  size_t n, capacity;
  int64_t calls, fails_at; /* the number of the write that fails; 0: none */
} sink;

static int32_t sink_write(void *data, const void *bytes, int64_t n, sampan_error *error) {
  sink *s = data;
  if (++s->calls == s->fails_at) {
    error->status = SAMPAN_E_IO;
    snprintf(error->message, sizeof error->message, "no space left");
    return SAMPAN_E_IO;
  }
  if (s->n + (size_t)n > s->capacity) {
    s->capacity = 2 * (s->n + (size_t)n);
    s->bytes = realloc(s->bytes, s->capacity);
    cr_assert_not_null(s->bytes);
  }
  memcpy(s->bytes + s->n, bytes, (size_t)n);
  s->n += (size_t)n;
  return SAMPAN_OK;
}

static const sampan_plugin *docx(void) {
  void *so = dlopen(SAMPAN_TEST_PLUGIN_DIR "/docx.so", RTLD_NOW | RTLD_LOCAL);
  cr_assert_not_null(so, "%s", dlerror());
  const sampan_module *module = dlsym(so, SAMPAN_MODULE_SYMBOL);
  cr_assert_not_null(module);
  cr_assert_eq(module->magic, SAMPAN_ABI_MAGIC);
  cr_assert_eq(module->plugins[0]->kind, SAMPAN_WRITER);
  cr_assert_str_eq(module->plugins[0]->name, "docx");
  return module->plugins[0];
}

static int32_t run(const sampan_document *document, sink *s, uint64_t budget, int cancelled,
                   sampan_error *error) {
  const sampan_writer_ops *ops = docx()->ops;
  const volatile int cancel = cancelled;
  sp_context context = {.arena = sp_arena_new(budget), .cancel = &cancel};
  memset(error, 0, sizeof *error);
  error->struct_size = sizeof *error;
  const sampan_call call = sp_host_call(&context, NULL, 0, error);
  const sampan_output out = {.struct_size = sizeof out, .data = s, .write = sink_write};
  const int32_t status = ops->document(&call, document, &out);
  sp_arena_free(context.arena);
  return status;
}

/* ---- a reader of packages ---- */

typedef struct part {
  char name[128], *data;
  uint32_t n;
} part;

typedef struct package {
  part parts[MOST_PARTS];
  int n;
} package;

static uint32_t little(const unsigned char *p, int n) {
  uint32_t x = 0;
  while (n-- > 0) x = x << 8 | p[n];
  return x;
}

/* Reads by the central directory; checks stamps, sizes and checksums. */
static package *unpack(const sink *s) {
  package *p = calloc(1, sizeof *p);
  cr_assert_not_null(p);
  cr_assert_gt(s->n, 22);
  const unsigned char *end = s->bytes + s->n - 22;
  cr_assert_eq(little(end, 4), 0x06054b50);
  p->n = (int)little(end + 10, 2);
  cr_assert_leq(p->n, MOST_PARTS);
  cr_assert_eq(little(end + 16, 4) + little(end + 12, 4), s->n - 22);
  const unsigned char *d = s->bytes + little(end + 16, 4);
  for (int i = 0; i < p->n; i++) {
    part *e = &p->parts[i];
    const uint32_t method = little(d + 10, 2), packed = little(d + 20, 4), at = little(d + 42, 4);
    const uint32_t n_name = little(d + 28, 2);
    cr_assert_eq(little(d, 4), 0x02014b50);
    cr_assert_eq(little(d + 12, 4), 0x00210000, "the stamp is 1980-01-01 00:00");
    e->n = little(d + 24, 4);
    e->data = calloc(1, (size_t)e->n + 1);
    cr_assert(n_name < sizeof e->name && e->data);
    memcpy(e->name, d + 46, n_name);
    const unsigned char *local = s->bytes + at;
    cr_assert_eq(little(local, 4), 0x04034b50);
    cr_assert_eq(memcmp(local + 10, d + 12, 16), 0, "the headers of %s differ", e->name);
    cr_assert_eq(memcmp(local + 30, e->name, n_name), 0);
    const unsigned char *bytes = local + 30 + little(local + 26, 2) + little(local + 28, 2);
    if (method == 0) {
      memcpy(e->data, bytes, e->n);
    } else {
      z_stream z = {.next_in = (z_const Bytef *)bytes, .avail_in = packed};
      z.next_out = (Bytef *)e->data;
      z.avail_out = e->n;
      cr_assert_eq(inflateInit2(&z, -15), Z_OK);
      cr_assert_eq(inflate(&z, Z_FINISH), Z_STREAM_END, "%s does not inflate", e->name);
      cr_assert_eq(z.total_out, e->n);
      inflateEnd(&z);
    }
    cr_assert_eq(crc32(0, (const Bytef *)e->data, e->n), little(d + 16, 4));
    d += 46 + n_name;
  }
  return p;
}

static void discard(package *p) {
  for (int i = 0; i < p->n; i++) free(p->parts[i].data);
  free(p);
}

static const char *text_of(const package *p, const char *name) {
  for (int i = 0; i < p->n; i++) {
    if (strcmp(p->parts[i].name, name) == 0) return p->parts[i].data;
  }
  cr_assert_fail("no part %s", name);
  return "";
}

static int count(const char *text, const char *what) {
  int n = 0;
  for (const char *at = text; (at = strstr(at, what)) != NULL; at += strlen(what)) n++;
  return n;
}

/* ---- is it XML? ---- */

/* Where `at` is an entity that the writer may use, its length. */
static size_t entity(const char *at) {
  static const char *const known[4] = {"&amp;", "&lt;", "&gt;", "&quot;"};
  for (int i = 0; i < 4; i++) {
    if (strncmp(at, known[i], strlen(known[i])) == 0) return strlen(known[i]);
  }
  return 0;
}

/* Balanced tags, quoted and distinct attributes, known entities, allowed characters, UTF-8. */
static void assert_well_formed(const char *name, const char *xml) {
  char stack[64][64];
  int depth = 0, roots = 0;
  for (const unsigned char *c = (const unsigned char *)xml; *c; c++) {
    cr_assert(*c >= 0x20 || *c == '\n' || *c == '\t', "%s: control character %d", name, *c);
    if (*c >= 0x80) {
      const int more = *c >= 0xF0 ? 3 : *c >= 0xE0 ? 2 : 1;
      cr_assert(*c >= 0xC2 && *c < 0xF5, "%s: broken UTF-8", name);
      for (int i = 1; i <= more; i++) cr_assert_eq(c[i] & 0xC0, 0x80, "%s: broken UTF-8", name);
      cr_assert_neq(memcmp(c, "\xEF\xBF\xBE", 3) == 0 || memcmp(c, "\xEF\xBF\xBF", 3) == 0, 1);
      c += more;
    }
  }
  for (const char *at = xml; *at;) {
    if (*at == '&') {
      cr_assert_gt(entity(at), 0, "%s: %.20s", name, at);
      at += entity(at);
    } else if (strncmp(at, "<?xml", 5) == 0) {
      cr_assert_eq(at, xml);
      at = strstr(at, "?>") + 2;
    } else if (strncmp(at, "</", 2) == 0) {
      cr_assert_gt(depth, 0);
      const size_t n = strlen(stack[--depth]);
      cr_assert(strncmp(at + 2, stack[depth], n) == 0 && at[2 + n] == '>', "%s: %.40s ends %s",
                name, at, stack[depth]);
      at += n + 3;
    } else if (*at == '<') {
      const size_t n = strcspn(++at, " />");
      cr_assert(n > 0 && n < 64 && depth < 64);
      if (depth == 0) cr_assert_eq(++roots, 1);
      memcpy(stack[depth], at, n);
      stack[depth++][n] = '\0';
      for (at += n; *at == ' ';) {
        const char *quote = strstr(++at, "=\"");
        cr_assert(quote && strcspn(at, " <>\"'") == (size_t)(quote - at) + 1, "%s: %.40s", name,
                  at);
        for (at = quote + 2; *at != '"'; at++) {
          cr_assert(*at && *at != '<', "%s: %.40s", name, quote);
          if (*at == '&') cr_assert_gt(entity(at), 0);
        }
        at++;
      }
      if (*at == '/') {
        depth--;
        at++;
      }
      cr_assert_eq(*at, '>', "%s: %.40s", name, at);
      at++;
    } else {
      cr_assert(depth > 0 || *at == '\n', "%s: text outside: %.20s", name, at);
      at++;
    }
  }
  cr_assert_eq(depth, 0);
  cr_assert_eq(roots, 1);
}

static package *written(const sampan_document *document) {
  sink s = {0};
  sampan_error error;
  cr_assert_eq(run(document, &s, 0, 0, &error), SAMPAN_OK, "%s", error.message);
  package *p = unpack(&s);
  for (int i = 0; i < p->n; i++) {
    const char *dot = strrchr(p->parts[i].name, '.');
    if (strcmp(dot, ".xml") == 0 || strcmp(dot, ".rels") == 0) {
      assert_well_formed(p->parts[i].name, p->parts[i].data);
    } else {
      cr_assert_str_eq(dot, ".png");
      cr_assert_eq(memcmp(p->parts[i].data, "\x89PNG\r\n\x1a\n", 8), 0);
    }
  }
  free(s.bytes);
  return p;
}

#endif
