/* document_checklist.c - the tasks with deadline, evidence and result. */
#include <string.h>

#include "annex/document_sections.h"

static const char *or_dash(const char *text) {
  return text != NULL && text[0] != '\0' ? text : SP_DASH;
}

/* The task in the document's language where the checklist has it, beside the goal's name. */
static const char *task_detail(const sp_doc *doc, const sp_check_item *c, const char *name) {
  const char *task = !doc->zh && c != NULL && c->task_en != NULL && c->task_en[0] != '\0'
                         ? c->task_en
                     : c != NULL && c->task != NULL ? c->task
                                                    : "";
  return task[0] != '\0' && strcmp(task, name) != 0 ? task : "";
}

enum { NUMBER, TASK, PHASE, DEADLINE, DONE, RESULT, EVIDENCE, DEPARTMENT };

static void add_columns(sp_doc *doc, sp_grid *g) {
  sp_grid_column(doc, g, SP_WORD(doc, HEAD_NUMBER), SAMPAN_ALIGN_LEFT, 60, 9, 3);
  sp_grid_column(doc, g, SP_WORD(doc, HEAD_TASK), SAMPAN_ALIGN_LEFT, 330, 44, 1);
  sp_grid_column(doc, g, SP_WORD(doc, HEAD_PHASE), SAMPAN_ALIGN_LEFT, 70, 11, 0);
  sp_grid_column(doc, g, SP_WORD(doc, HEAD_DEADLINE), SAMPAN_ALIGN_LEFT, 110, 18, 0);
  sp_grid_column(doc, g, SP_WORD(doc, HEAD_DONE), SAMPAN_ALIGN_LEFT, 110, 18, 0);
  sp_grid_column(doc, g, SP_WORD(doc, HEAD_RESULT), SAMPAN_ALIGN_LEFT, 120, 16, 0);
  sp_grid_column(doc, g, SP_WORD(doc, HEAD_EVIDENCE), SAMPAN_ALIGN_LEFT, 220, 24, 2);
  sp_grid_column(doc, g, SP_WORD(doc, HEAD_DEPARTMENT), SAMPAN_ALIGN_LEFT, 140, 16, 0);
}

static void add_task(sp_doc *doc, sp_grid *grid, const sp_finding *f) {
  const sp_check_item *c = f->check;
  const char *name = sp_goal_name(doc, f);
  sampan_text *cells = sp_grid_row(doc, grid, SAMPAN_ROW_BODY, 0, sp_goal_filter(doc, f));
  const char *deadline =
      c != NULL && c->deadline != NULL && c->deadline[0] != '\0' ? c->deadline : f->goal->deadline;
  cells[NUMBER] = sp_plain(doc, f->goal->number);
  cells[TASK] = sp_two_lines(doc, name, 0, task_detail(doc, c, name));
  cells[PHASE] = sp_plain(doc, or_dash(c != NULL ? c->phase : NULL));
  cells[DEADLINE] = sp_plain(doc, or_dash(deadline));
  cells[DONE] = sp_plain(doc, or_dash(c != NULL ? c->done_date : NULL));
  cells[RESULT] = sp_styled(doc, sp_point_word(doc, f), 0, sp_verdict_mark(f->statistical));
  cells[EVIDENCE] = sp_plain(doc, or_dash(c != NULL ? c->evidence : NULL));
  cells[DEPARTMENT] = sp_plain(doc, or_dash(sp_goal_lead(doc, f)));
}

void sp_section_checklist(sp_doc *doc) {
  sp_grid grid = {0};
  sp_section(doc, "checklist", SP_W_SECTION_CHECKLIST);
  add_columns(doc, &grid);
  for (uint32_t i = 0; i < doc->evaluation->n_findings; i++) {
    const sp_finding *f = &doc->evaluation->findings[i];
    if (sp_goal_sort(f) == SP_SORT_CHECKLIST) add_task(doc, &grid, f);
  }
  if (grid.rows.n == 0) {
    sp_paragraph(doc, SAMPAN_PARAGRAPH_BODY, 0, SP_WORD(doc, CHECKLIST_NONE));
    return;
  }
  sp_grid_note(doc, &grid, SP_WORD(doc, CHECKLIST_NOTE));
  sp_grid_close(doc, &grid, SP_WORD(doc, TABLE_CHECKLIST), 0, 1);
}
