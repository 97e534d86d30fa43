/* docx_page.c - about how far down the page the text has come.
 *
 * Word breaks the pages, not the writer. But a chart can be drawn to fit what is left of a page,
 * and for that the writer keeps count: lines are fixed, widths are near enough. A wrong guess costs
 * a gap on a page and nothing else.
 */
#include "docx.h"

#define CELL_PADDING 2.3 /* above and below the text of a cell, and its rule, points */

static double page_height(int32_t landscape) {
  return landscape ? 156 * 72 / 25.4 : 22 * 29;
}

void docx_page_start(docx_writer *w) {
  w->page.used = w->page.chain = w->page.repeat = 0;
}

double docx_page_left(const docx_writer *w) {
  if (w->landscape != w->wants_landscape) return docx_page_whole(w);
  const double left = page_height(w->landscape) - w->page.used - w->page.chain;
  return left > 0 ? left : 0;
}

double docx_page_whole(const docx_writer *w) {
  const double left = page_height(w->wants_landscape) - w->page.chain;
  return left > 0 ? left : 0;
}

void docx_page_block(docx_writer *w, double height, int32_t keep) {
  docx_page *p = &w->page;
  const double whole = page_height(w->landscape);
  p->chain += height;
  if (keep) return;
  if (p->used > 0 && p->used + p->chain > whole) p->used = p->repeat;
  p->used += p->chain;
  while (p->used > whole) p->used -= whole; /* more than a page: it is cut */
  p->chain = 0;
}

void docx_page_row(docx_writer *w, int32_t head) {
  docx_page *p = &w->page;
  docx_page_block(w, p->row + CELL_PADDING, head || p->keep);
  if (head) p->repeat += p->row + CELL_PADDING;
  p->row = 0;
}

void docx_page_cell(docx_writer *w, double width) {
  w->page.cell = 0;
  w->page.cell_width = width;
}

void docx_page_cell_end(docx_writer *w) {
  if (w->page.cell > w->page.row) w->page.row = w->page.cell;
}

void docx_page_paragraph(docx_writer *w, int32_t style, uint32_t flags) {
  const docx_style *s = docx_style_of(w->chinese, style);
  docx_page *p = &w->page;
  const double width = w->in_cell ? p->cell_width : docx_text_width(w) * 72 / 25.4;
  p->style = style;
  p->keep = flags & DOCX_KEEP_NEXT || s->keep_next;
  p->room = width * 2 / s->size;
  if (flags & DOCX_BLOCK_INDENT) p->room -= s->chars / 100.0;
  p->at = flags & DOCX_BLOCK_INDENT ? 0 : s->chars / 100.0;
  p->lines = 1;
  p->picture = 0;
}

void docx_page_break_line(docx_writer *w) {
  w->page.lines++;
  w->page.at = 0;
}

void docx_page_text(docx_writer *w, double ems) {
  docx_page *p = &w->page;
  if (p->at + ems > p->room && p->at > 0) docx_page_break_line(w);
  p->at += ems;
}

void docx_page_paragraph_end(docx_writer *w) {
  docx_page *p = &w->page;
  const docx_style *s = docx_style_of(w->chinese, p->style);
  const double pitch = s->line ? s->line / 20.0 : s->size * 0.6;
  const double around = (s->before + s->after) / 20.0;
  const double height = p->picture > 0 ? p->picture + pitch / 2 : p->lines * pitch;
  if (w->in_cell) {
    p->cell += height + around;
  } else if (p->keep || p->picture > 0 || p->lines < 4 || p->style == DOCX_NOTE) {
    docx_page_block(w, height + around, p->keep);
  } else { /* two lines stay together at either end */
    docx_page_block(w, 2 * pitch + around, 0);
    for (uint32_t i = 2; i < p->lines; i++) docx_page_block(w, pitch, 0);
  }
}

double docx_width_of(uint32_t c) {
  if (c >= 0x2E80 || c == 0x2014 || c == 0x2026) return 1;
  if (c == ' ' || c == '.' || c == ',') return 0.25;
  if ((c >= 'a' && c <= 'z') || c == '(' || c == ')' || c == '-') return 0.43;
  return c >= 'A' && c <= 'Z' ? 0.66 : 0.5;
}
