/* document_provenance.c - what the numbers were made of: files, plans and plugins with their
 * digests, and the command that makes them again. Paths are as the plans name them. */
#include <string.h>

#include "annex/document_sections.h"
#include "engine/version.h"

/* In groups of eight, so that it can be read aloud and broken over lines. */
static const char *grouped(sp_doc *doc, const char *digest) {
  const char *text = "";
  if (digest == NULL || digest[0] == '\0') return SP_DASH;
  for (const char *at = digest; *at != '\0';) {
    const int n = (int)strnlen(at, 8);
    text = sp_doc_printf(doc, "%s%s%.*s", text, text[0] != '\0' ? " " : "", n, at);
    at += n;
  }
  return text;
}

static void add_row(sp_doc *doc, sp_grid *grid, const char *sort, const char *name,
                    const char *digest) {
  sampan_text *cells = sp_grid_row(doc, grid, SAMPAN_ROW_BODY, 0, "");
  cells[0] = sp_plain(doc, sort);
  cells[1] = sp_plain(doc, name);
  cells[2] = sp_plain(doc, grouped(doc, digest));
}

static void add_plugin(sp_doc *doc, sp_grid *grid, sp_list *seen, int32_t kind, const char *name,
                       const char *version) {
  const char *const *known = seen->items;
  const char *key = sp_doc_printf(doc, "%d %s", (int)kind, name);
  for (uint32_t i = 0; i < seen->n; i++)
    if (strcmp(known[i], key) == 0) return;
  *SP_ADD(doc, seen, const char *) = key;
  const sp_plugin_info *info =
      doc->registry != NULL ? sp_registry_find(doc->registry, kind, name) : NULL;
  if (version == NULL) version = info != NULL ? info->version : "";
  add_row(doc, grid, SP_SAY(doc, SORT_PLUGIN, sp_kind_name(kind)),
          sp_doc_printf(doc, "%s %s", name, version), info != NULL ? info->digest : NULL);
}

/* A file is given once, however many plans read it. */
static void add_file(sp_doc *doc, sp_grid *grid, sp_list *seen, const sp_file_fact *file) {
  const char *const *known = seen->items;
  const char *name = file->file[0] == '/' ? sp_doc_file_name(file->file) : file->file;
  const char *key = sp_doc_printf(doc, "%s %s", name, file->digest);
  for (uint32_t i = 0; i < seen->n; i++)
    if (strcmp(known[i], key) == 0) return;
  *SP_ADD(doc, seen, const char *) = key;
  add_row(doc, grid, SP_WORD(doc, SORT_INPUT), name, file->digest);
}

static void add_table(sp_doc *doc) {
  sp_grid grid = {0};
  sp_list seen = {0};
  const sp_programme *p = doc->programme;
  sp_grid_column(doc, &grid, SP_WORD(doc, HEAD_SORT), SAMPAN_ALIGN_LEFT, 170, 28, 0);
  sp_grid_column(doc, &grid, SP_WORD(doc, HEAD_FILE), SAMPAN_ALIGN_LEFT, 290, 44, 1);
  sp_grid_column(doc, &grid, "SHA-256", SAMPAN_ALIGN_LEFT, 700, 84, 2);
  add_row(doc, &grid, SP_WORD(doc, SORT_PROGRAMME), sp_doc_file_name(p->file), p->digest);
  for (uint32_t i = 0; i < p->n_plans; i++)
    if (p->plans[i].plan != NULL)
      add_row(doc, &grid, SP_WORD(doc, SORT_PLAN), sp_doc_file_name(p->plans[i].plan->file),
              p->plans[i].plan->digest);
  for (uint32_t i = 0; i < p->n_plans; i++) {
    uint32_t n;
    const sp_file_fact *files = sp_plan_files(doc, i, &n);
    for (uint32_t k = 0; k < n; k++) add_file(doc, &grid, &seen, &files[k]);
  }
  for (uint32_t i = 0; i < p->n_plans; i++) {
    const sp_outcome *o = doc->evaluation->outcomes != NULL ? doc->evaluation->outcomes[i] : NULL;
    uint32_t n;
    const sp_file_fact *files = sp_plan_files(doc, i, &n);
    for (uint32_t k = 0; k < n; k++)
      if (files[k].source != NULL)
        add_plugin(doc, &grid, &seen, SAMPAN_SOURCE, files[k].source, NULL);
    if (o == NULL) continue;
    for (uint32_t k = 0; k < o->plan->n_indicators; k++) {
      const sampan_plugin *e = o->estimators != NULL ? o->estimators[k] : NULL;
      const sampan_plugin *v = o->intervals != NULL ? o->intervals[k] : NULL;
      if (e != NULL) add_plugin(doc, &grid, &seen, e->kind, e->name, e->version);
      if (v != NULL) add_plugin(doc, &grid, &seen, v->kind, v->name, v->version);
    }
  }
  sp_grid_close(doc, &grid, SP_WORD(doc, TABLE_PROVENANCE), 0, 1);
}

void sp_section_provenance(sp_doc *doc) {
  const char *file = sp_doc_file_name(doc->programme->file);
  sp_section(doc, "provenance", SP_W_SECTION_PROVENANCE);
  sp_paragraph(doc, SAMPAN_PARAGRAPH_BODY, 0, SP_WORD(doc, PROVENANCE_WHY));
  add_table(doc);
  sp_subsection(doc, 0, SP_W_PART_AGAIN);
  sp_paragraph(doc, SAMPAN_PARAGRAPH_CODE, 0,
               sp_doc_printf(doc, "sampan annex %s --lang %s -o annex.html", file, doc->language));
  sp_paragraph(doc, SAMPAN_PARAGRAPH_NOTE, 0, SP_SAY(doc, ENGINE, SAMPAN_VERSION));
}
