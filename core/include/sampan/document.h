/* sampan/document.h - what a writer is given: a table of results, or a finished document.
 *
 * Part of the plugin ABI; include sampan/plugin.h. Everything here is constant data, borrowed for
 * the duration of the call. Texts are UTF-8, already in the document's language, numbers already
 * formatted: a writer lays out and escapes, it neither computes nor translates. Suppressed values
 * have left the model before a writer sees it.
 *
 * sampan_results and sampan_document may grow at their ends; every other struct here is frozen, as
 * it is an element of an array or has no struct_size (plugin.h says why).
 */
#ifndef SAMPAN_DOCUMENT_H
#define SAMPAN_DOCUMENT_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- results: one long table -------------------------------------------------------------- */

enum {
  SAMPAN_STATUS_OK = 0,
  SAMPAN_STATUS_REVIEW = 1,
  SAMPAN_STATUS_SUPPRESSED = 2, /* every number of the row is NaN, every count -1 */
  SAMPAN_STATUS_NOT_ESTIMABLE = 3
};

/* One estimate. Doubles are NaN and counts -1 where there is no value; texts are never NULL. */
typedef struct sampan_result {
  uint32_t struct_size;
  int32_t status; /* SAMPAN_STATUS_* */
  const char *indicator, *indicator_label;
  const char *period;         /* "" where the plan names no period */
  const char *domain, *level; /* "sex & age", "1 & 20-39"; "" for all records */
  const char *const *by;      /* n_by values in the order of sampan_results.by; NULL: not split */
  const char *statistic;
  int32_t unit; /* SAMPAN_UNIT_* */
  int32_t reserved;
  double per;
  int64_t n, n_events; /* -1: not to be told, or the estimator counts none */
  double pop_hat, estimate, std_error, conf_low, conf_high, conf_level, df, cv, deff, n_eff;
  const char *deff_ref; /* "wor", "wr": against simple sampling without, with replacement */
  const char *method, *ci_method, *df_rule, *lonely_rule;
  const char *flags; /* space-separated words */
} sampan_result;

/* One row of a comparison between estimates. */
typedef struct sampan_test {
  uint32_t struct_size;
  uint32_t reserved;
  const char *comparison, *label, *indicator, *terms, *statistic, *method;
  double estimate, std_error, test, df, p_value, conf_low, conf_high, conf_level;
} sampan_test;

typedef struct sampan_results {
  uint32_t struct_size;
  uint32_t n_by;
  const char *const *by; /* names of the variables that any row is split by */
  uint64_t n_rows, n_tests;
  const sampan_result *rows;
  const sampan_test *tests;
  const char *title;
  const char *language;    /* "en" or "zh" */
  const char *manifest;    /* JSON object text, for writers that can carry it; "" if none */
  const double *df_second; /* 1.1, by test: the second df of an F test, or NaN; may be NULL */
} sampan_results;

/* ---- documents ---------------------------------------------------------------------------- */

/* Verdict marks: shape, glyph and fill are fixed (docs/annex.md); text always follows the mark. */
enum {
  SAMPAN_MARK_NONE = 0,
  SAMPAN_MARK_MET = 1,           /* green circle, tick */
  SAMPAN_MARK_NOT_MET = 2,       /* vermilion square, cross */
  SAMPAN_MARK_UNDECIDED = 3,     /* white diamond, question mark */
  SAMPAN_MARK_NOT_ASSESSABLE = 4 /* dashed circle, dash */
};

enum {
  SAMPAN_RUN_BOLD = 1,
  SAMPAN_RUN_SUPERSCRIPT = 2,
  SAMPAN_RUN_SMALL = 4,
  SAMPAN_RUN_BREAK = 8
};

/* A piece of text; BREAK: a line break comes before it. */
typedef struct sampan_run {
  const char *text;
  uint32_t flags;
  int32_t mark; /* drawn before the text */
} sampan_run;

typedef struct sampan_text {
  const sampan_run *runs;
  uint32_t n_runs;
  uint32_t reserved;
} sampan_text;

/* Blocks are for both media unless flagged. */
enum { SAMPAN_SCREEN_ONLY = 1, SAMPAN_PAPER_ONLY = 2 };

enum { SAMPAN_ALIGN_LEFT = 0, SAMPAN_ALIGN_CENTER = 1, SAMPAN_ALIGN_RIGHT = 2 };

typedef struct sampan_table_column {
  const char *head; /* may hold '\n' for a line break */
  int32_t align;
  uint32_t flags;      /* SCREEN_ONLY, PAPER_ONLY */
  double screen_width; /* px of 1160 */
  double paper_width;  /* mm; 0 where SCREEN_ONLY */
  int32_t phone;       /* on a phone: 0 in the grid of figures, 1 the row's title, 2 a full
                          line, 3 hidden */
  int32_t reserved;
} sampan_table_column;

enum {
  SAMPAN_ROW_BODY = 0,
  SAMPAN_ROW_GROUP = 1, /* one cell across all columns */
  SAMPAN_ROW_TOTAL = 2
};
enum {
  SAMPAN_ROW_FRAMED = 1, /* the two verdicts differ: rules above and below */
  SAMPAN_ROW_MUTED = 2   /* suppressed */
};

typedef struct sampan_table_row {
  int32_t kind;
  uint32_t flags;
  const sampan_text *cells; /* one per column; GROUP: one */
  const char *filter;       /* words that the page's filter buttons match, "met survey"; "" */
} sampan_table_row;

typedef struct sampan_table_block {
  const char *caption; /* "Table 2  Indicators" */
  const sampan_table_column *columns;
  const sampan_table_row *rows;
  uint32_t n_columns, n_rows;
  const sampan_text *notes; /* below the table */
  uint32_t n_notes;
  int32_t compact; /* 1: the smaller of the two table sizes */
} sampan_table_block;

/* Primitives of a chart. x runs from 0 to 1 over the strip, y in px from its top; so a strip
 * stretches and its text keeps its size. */
enum {
  SAMPAN_DRAW_LINE = 1,   /* x0, y0 to x1, y1 */
  SAMPAN_DRAW_RECT = 2,   /* x0, y0 to x1, y1 */
  SAMPAN_DRAW_SYMBOL = 3, /* at x0, y0; `size` px across */
  SAMPAN_DRAW_TEXT = 4    /* at x0 (dx px beside it), baseline y0; `size` px high */
};
enum {
  SAMPAN_SYMBOL_CIRCLE = 1,
  SAMPAN_SYMBOL_SQUARE = 2,
  SAMPAN_SYMBOL_DIAMOND = 3,
  SAMPAN_SYMBOL_UP = 4,
  SAMPAN_SYMBOL_DOWN = 5,
  SAMPAN_SYMBOL_TICK = 6 /* a thick vertical bar */
};
enum { SAMPAN_FILL_SOLID = 0, SAMPAN_FILL_NONE = 1, SAMPAN_FILL_HATCH = 2 };

typedef struct sampan_draw {
  int32_t kind;
  int32_t symbol;
  int32_t fill;   /* SAMPAN_FILL_* */
  int32_t align;  /* TEXT: SAMPAN_ALIGN_* about the point */
  uint32_t color; /* 0xRRGGBB: stroke, or fill where filled */
  uint32_t dash;  /* 0 solid, 1 dashed, 2 dotted */
  double x0, y0, x1, y1;
  double dx;   /* px */
  double size; /* symbol, text, or line width in px */
  const char *text;
} sampan_draw;

enum { SAMPAN_CHART_ROW_STRIP = 0, SAMPAN_CHART_ROW_GROUP = 1, SAMPAN_CHART_ROW_AXIS = 2 };

/* A chart is rows of a table: label, texts, a strip on the shared axis, texts. */
typedef struct sampan_chart_row {
  int32_t kind;
  uint32_t flags; /* SAMPAN_ROW_MUTED; SAMPAN_CHART_BOLD */
  const char *label;
  const char *const *left;  /* n_left texts between label and strip */
  const char *const *right; /* n_right texts after the strip */
  const sampan_draw *draws;
  uint32_t n_draws;
  uint32_t reserved;
  double height;        /* px */
  const char *sentence; /* what the strip shows, for those who cannot see it */
} sampan_chart_row;

enum { SAMPAN_CHART_BOLD = 4 };

typedef struct sampan_chart_head {
  const char *text;
  double width; /* px of 1000 in all; the strip takes what is left */
} sampan_chart_head;

typedef struct sampan_legend {
  sampan_draw symbol;
  const char *text;
} sampan_legend;

typedef struct sampan_chart_block {
  const char *title;   /* with the unit */
  const char *caption; /* on paper: "Figure 1  ..." */
  double label_width;  /* px of 1000 */
  const char *label_head, *strip_head;
  const sampan_chart_head *left, *right;
  uint32_t n_left, n_right;
  const sampan_draw *behind; /* drawn over the whole height of all strips: reference lines, bands;
                                y is ignored */
  uint32_t n_behind;
  uint32_t n_rows;
  const sampan_chart_row *rows;
  const sampan_legend *legend;
  uint32_t n_legend;
  uint32_t n_notes;
  const sampan_text *notes;
} sampan_chart_block;

/* The counts by verdict, the first thing that a reader sees. */
typedef struct sampan_count {
  int32_t mark;
  int32_t reserved;
  const char *count, *label;
  const char *const *items; /* the indicators that it counts */
  uint32_t n_items;
  uint32_t reserved2;
} sampan_count;

typedef struct sampan_counts_block {
  const sampan_count *counts;
  uint32_t n_counts;
  uint32_t reserved;
} sampan_counts_block;

/* Name and text pairs: the document's head, the methods, the provenance. */
typedef struct sampan_fact {
  const char *name;
  sampan_text text;
} sampan_fact;

typedef struct sampan_facts_block {
  const sampan_fact *facts;
  uint32_t n_facts;
  uint32_t reserved;
} sampan_facts_block;

enum {
  SAMPAN_PARAGRAPH_BODY = 0,
  SAMPAN_PARAGRAPH_LEAD = 1, /* the answer, larger */
  SAMPAN_PARAGRAPH_NOTE = 2, /* smaller */
  SAMPAN_PARAGRAPH_CODE = 3,
  SAMPAN_PARAGRAPH_NUMBERED = 4 /* an item of a numbered list, number in the text */
};

enum {
  SAMPAN_BLOCK_HEADING = 1, /* level 1 or 2; on paper numbered by the writer's language rule:
                               text comes with its number */
  SAMPAN_BLOCK_PARAGRAPH = 2,
  SAMPAN_BLOCK_TABLE = 3,
  SAMPAN_BLOCK_CHART = 4,
  SAMPAN_BLOCK_COUNTS = 5,
  SAMPAN_BLOCK_FACTS = 6,
  SAMPAN_BLOCK_LANDSCAPE = 7, /* on paper, from here on landscape pages */
  SAMPAN_BLOCK_PORTRAIT = 8,
  SAMPAN_BLOCK_CARD = 9, /* from here to CARD_END: one indicator; heading follows */
  SAMPAN_BLOCK_CARD_END = 10
};

typedef struct sampan_block {
  int32_t kind;
  uint32_t flags; /* SCREEN_ONLY, PAPER_ONLY */
  int32_t level;  /* HEADING: 1, 2; PARAGRAPH: SAMPAN_PARAGRAPH_* */
  int32_t reserved;
  const char *anchor;  /* id within the page, ASCII; "" if none */
  const char *gloss;   /* HEADING: the same in the other language, small; "" if none */
  sampan_text text;    /* HEADING, PARAGRAPH */
  const void *content; /* sampan_<table|chart|counts|facts>_block */
} sampan_block;

typedef struct sampan_document {
  uint32_t struct_size;
  uint32_t n_blocks;
  const sampan_block *blocks;
  const char *language;    /* "zh" or "en" */
  const char *number;      /* "附件1", "Annex 1" */
  const char *title;       /* '\n' where the title may break */
  const char *subtitle;    /* e.g. that the data are synthetic; "" if none */
  const sampan_fact *head; /* document number, period, issuing office */
  uint32_t n_head;
  uint32_t reserved;
  const char *footer;
  const char *manifest; /* JSON text, embedded by writers that can */
} sampan_document;

#ifdef __cplusplus
}
#endif

#endif /* SAMPAN_DOCUMENT_H */
