/* document.c - the annex as a document: head, nine sections, manifest. */
#include "annex/document.h"

#include <string.h>

#include "annex/document_sections.h"
#include "base/buffer.h"

/* "early 2020 (fieldwork October 2020)". */
static const char *time_text(sp_doc *doc, const char *word, const sp_label *name,
                             const sp_label *fieldwork) {
  const char *when = sp_time_name(doc, word, name), *field = sp_doc_label(doc, fieldwork);
  return field[0] != '\0' ? SP_SAY(doc, WITH_FIELDWORK, when, field) : when;
}

static void add_head(sp_doc *doc, sampan_document *out) {
  const sp_programme *p = doc->programme;
  sp_list head = {0};
  sp_fact_add(doc, &head, SP_WORD(doc, HEAD_DOCUMENT), sp_doc_label(doc, &p->document));
  sp_fact_add(doc, &head, SP_WORD(doc, HEAD_CYCLE), sp_doc_label(doc, &p->cycle));
  sp_fact_add(doc, &head, SP_WORD(doc, BASELINE),
              time_text(doc, SP_WORD(doc, BASELINE), &p->baseline_name, &p->baseline_fieldwork));
  sp_fact_add(doc, &head, SP_WORD(doc, CURRENT),
              time_text(doc, SP_WORD(doc, CURRENT), &p->current_name, &p->current_fieldwork));
  sp_fact_add(doc, &head, SP_WORD(doc, HEAD_ISSUER), sp_doc_label(doc, &p->issuer));
  out->head = head.items;
  out->n_head = head.n;
}

/* A title on one line. */
static const char *flat(sp_doc *doc, const char *title) {
  char *text = sp_arena_text(doc->arena, title);
  for (char *at = text; at != NULL && *at != '\0'; at++)
    if (*at == '\n') *at = ' ';
  return sp_doc_kept(doc, text);
}

static void add_names(sp_doc *doc, sampan_document *out) {
  const sp_programme *p = doc->programme;
  const char *number = sp_doc_label(doc, &p->annex_number);
  const char *title = sp_doc_label(doc, &p->title);
  if (number[0] == '\0') number = p->number != NULL ? p->number : "";
  if (number[0] == '\0') number = SP_WORD(doc, ANNEX);
  if (title[0] == '\0') title = SP_WORD(doc, ANNEX_TITLE);
  out->number = number;
  out->title = title;
  out->subtitle = sp_doc_label(doc, &p->subtitle);
  out->footer = out->subtitle[0] != '\0'
                    ? sp_doc_printf(doc, "%s %s · %s", number, flat(doc, title), out->subtitle)
                    : sp_doc_printf(doc, "%s %s", number, flat(doc, title));
}

static void json_member(sp_buffer *b, const char *name, const char *text) {
  sp_buffer_printf(b, "\"%s\":", name);
  sp_buffer_json_text(b, text != NULL ? text : "");
}

/* A checklist has no run: its plan and files are told in the same form. */
static const char *checklist_manifest(sp_doc *doc, uint32_t plan) {
  uint32_t n;
  const sp_file_fact *files = sp_plan_files(doc, plan, &n);
  const sp_plan *p = doc->programme->plans[plan].plan;
  sp_buffer b;
  sp_buffer_init(&b);
  sp_buffer_text_add(&b, "{\"plan\":{");
  json_member(&b, "file", sp_doc_file_name(p->file));
  sp_buffer_char(&b, ',');
  json_member(&b, "sha256", p->digest);
  sp_buffer_text_add(&b, "},\"files\":[");
  for (uint32_t i = 0; i < n; i++) {
    sp_buffer_text_add(&b, i > 0 ? ",{" : "{");
    json_member(&b, "file",
                files[i].file[0] == '/' ? sp_doc_file_name(files[i].file) : files[i].file);
    sp_buffer_char(&b, ',');
    json_member(&b, "sha256", files[i].digest);
    sp_buffer_printf(&b, ",\"records\":%lld}", (long long)files[i].n_records);
  }
  sp_buffer_text_add(&b, "]}");
  const char *text = b.failed ? NULL : sp_arena_text(doc->arena, sp_buffer_text(&b));
  sp_buffer_clear(&b);
  return sp_doc_kept(doc, text);
}

/* {"programme": {...}, "runs": [...]}: the manifest of every plan that was run or read. */
static const char *manifest(sp_doc *doc) {
  const sp_evaluation *e = doc->evaluation;
  const char *runs = "";
  sp_buffer b;
  sp_buffer_init(&b);
  sp_buffer_text_add(&b, "{\"programme\":{\"file\":");
  sp_buffer_json_text(&b, sp_doc_file_name(doc->programme->file));
  sp_buffer_text_add(&b, ",\"sha256\":");
  sp_buffer_json_text(&b, doc->programme->digest != NULL ? doc->programme->digest : "");
  for (uint32_t i = 0; e->outcomes != NULL && i < doc->programme->n_plans; i++) {
    const int is_list = e->checks != NULL && e->checks[i].items != NULL;
    const char *run = e->outcomes[i] != NULL ? e->outcomes[i]->results.manifest
                      : is_list              ? checklist_manifest(doc, i)
                                             : NULL;
    if (run != NULL && run[0] != '\0')
      runs = sp_doc_printf(doc, "%s%s%s", runs, runs[0] != '\0' ? "," : "", run);
  }
  sp_buffer_text_add(&b, "},\"runs\":[");
  sp_buffer_text_add(&b, runs);
  sp_buffer_text_add(&b, "]}");
  const char *text = b.failed ? NULL : sp_arena_text(doc->arena, sp_buffer_text(&b));
  sp_buffer_clear(&b);
  return sp_doc_kept(doc, text);
}

/* The confidence level of the first survey, as a percentage. */
static const char *level_text(sp_doc *doc) {
  double level = 0.95;
  for (uint32_t i = doc->programme->n_plans; i-- > 0;) {
    const sp_plan *plan = doc->programme->plans[i].plan;
    if (plan != NULL && plan->kind == SP_KIND_SURVEY && plan->level > 0) level = plan->level;
  }
  return sp_doc_printf(doc, "%s%%", sp_plain_number(doc, 100 * level));
}

int32_t sp_document_build(const sp_evaluation *evaluation, sp_registry *registry,
                          const char *language, sp_arena *arena, const sampan_document **out,
                          sampan_error *error) {
  const int32_t zh = strcmp(language, "zh") == 0;
  sp_doc doc = {.evaluation = evaluation,
                .programme = evaluation->programme,
                .registry = registry,
                .arena = arena,
                .language = zh ? "zh" : "en",
                .zh = zh};
  sampan_document *document = sp_arena_alloc(arena, sizeof *document);
  *out = NULL;
  doc.level = level_text(&doc);
  if (document == NULL) return sp_error_memory(error);
  sp_section_results(&doc);
  SP_TRY(sp_section_spine(&doc, error));
  sp_section_table(&doc);
  sp_section_cards(&doc);
  sp_section_registers(&doc);
  sp_section_checklist(&doc);
  sp_section_quality(&doc);
  sp_section_methods(&doc);
  sp_section_provenance(&doc);
  document->struct_size = (uint32_t)sizeof *document;
  document->language = doc.language;
  add_names(&doc, document);
  add_head(&doc, document);
  document->manifest = manifest(&doc);
  document->blocks = doc.blocks.items;
  document->n_blocks = doc.blocks.n;
  if (doc.failed) return sp_error_memory(error);
  *out = document;
  return SAMPAN_OK;
}
