/* place.c - the errors of the csv source, each with its place and what to do about it. */
#include "dsv.h"

typedef struct problem_text {
  int32_t problem;
  int32_t status;
  int32_t at_mark; /* the place is the scanner's mark, not the byte where it stopped */
  const char *message, *hint;
} problem_text;

static const problem_text problems[] = {
    {DSV_P_NUL, SAMPAN_E_DATA, 0, "a zero byte in the text",
     "The file is damaged, or is not a text file in this encoding."},
    {DSV_P_STRAY_QUOTE, SAMPAN_E_DATA, 0, "a quote inside a field that does not begin with one",
     "Quote the whole field and double the quotes in it, or set quote: none."},
    {DSV_P_AFTER_QUOTE, SAMPAN_E_DATA, 0, "text after the closing quote of a field",
     "Double the quotes inside a quoted field, or set quote: none."},
    {DSV_P_OPEN_QUOTE, SAMPAN_E_INCOMPLETE, 1, "the quote that opens here is never closed",
     "The file was cut, or the quote is a stray one: then set quote: none."},
    {DSV_P_BARE_CR, SAMPAN_E_DATA, 0, "a carriage return (CR) without line feed ends this line",
     "Save the file with line ends LF or CR LF; files with CR alone are refused."},
    {DSV_P_TOO_MANY, SAMPAN_E_DATA, 0, "the record has more fields than the header", ""},
    {DSV_P_TOO_FEW, SAMPAN_E_DATA, 0, "the record has fewer fields than the header", ""},
    {DSV_P_CUT_RECORD, SAMPAN_E_INCOMPLETE, 0,
     "the file ends in the middle of a record: it has too few fields and no line end",
     "The file was cut: get it again."},
    {DSV_P_LONG_FIELD, SAMPAN_E_DATA, 1, "the field that begins here is longer than 1 MiB",
     "Most often this is a stray quote that takes in what follows: then set quote: none."},
    {DSV_P_LONG_RECORD, SAMPAN_E_DATA, 0, "the record is longer than 16 MiB",
     "Check the delimiter and the line ends of the file."},
    {DSV_P_BLANK_LINE, SAMPAN_E_DATA, 1, "an empty line between records", "Remove the line."},
    {DSV_P_BLANK_VALUE, SAMPAN_E_DATA, 1,
     "an empty line in a file with one column: a missing value, or no record?",
     "Write \"\" for a missing value, or remove the line."},
    {DSV_P_NO_HEADER, SAMPAN_E_DATA, 0,
     "there is no header: the first line must hold the names of the columns", ""},
    {DSV_P_CUT_HEADER, SAMPAN_E_INCOMPLETE, 0, "the file ends within its header line",
     "The file was cut: get it again."},
};

void dsv_hint(const sampan_call *call, const char *text) {
  if (call->error != NULL) snprintf(call->error->hint, sizeof call->error->hint, "%s", text);
}

int32_t dsv_fail_changed(const sampan_call *call) {
  dsv_hint(call, "Read it again when no other program writes to it.");
  return sampan_fail(call, SAMPAN_E_DATA, "the header changed while the file was read");
}

void dsv_place(const sampan_call *call, int64_t row, int64_t line, int64_t byte,
               const dsv_names *names, uint32_t column) {
  sampan_error *e = call->error;
  if (e == NULL) return;
  e->row = row;
  e->line = line <= INT32_MAX ? (int32_t)line : 0;
  e->byte = byte + 1;
  e->column[0] = '\0';
  if (names->fields == NULL || column >= names->n_fields) return;
  snprintf(e->column, sizeof e->column, "%s", names->fields[column].name);
}

int32_t dsv_fail_scan(const sampan_call *call, const dsv_scanner *s, const dsv_names *names,
                      int32_t problem, int64_t byte) {
  const problem_text *p = NULL;
  for (size_t i = 0; i < sizeof problems / sizeof problems[0]; i++) {
    if (problems[i].problem == problem) p = &problems[i];
  }
  if (p == NULL) return sampan_fail(call, SAMPAN_E_INTERNAL, "unknown problem %d", (int)problem);
  dsv_place(call, s->row, p->at_mark ? s->mark.line : s->line, p->at_mark ? s->mark.byte : byte,
            names, s->n_fields);
  dsv_hint(call, p->hint);
  if (problem == DSV_P_TOO_FEW || problem == DSV_P_CUT_RECORD) {
    if (call->error != NULL) call->error->column[0] = '\0';
    return sampan_fail(call, p->status, "%s (%lu, not %lu)", p->message, (unsigned long)s->n_fields,
                       (unsigned long)s->n_expected);
  }
  if (problem == DSV_P_TOO_MANY) {
    return sampan_fail(call, p->status, "%s (%lu)", p->message, (unsigned long)s->n_expected);
  }
  if (problem == DSV_P_BLANK_LINE && call->error != NULL) call->error->column[0] = '\0';
  return sampan_fail(call, p->status, "%s", p->message);
}

int32_t dsv_fail_code(const sampan_call *call, const dsv_scanner *s, const dsv_names *names,
                      int32_t problem, int32_t gb18030, int64_t byte) {
  const char *encoding = gb18030 ? "GB18030" : "UTF-8";
  dsv_place(call, s->row, s->line, byte, names, s->n_fields);
  if (problem == DSV_CODE_CUT) {
    dsv_hint(call, "The file was cut: get it again.");
    return sampan_fail(call, SAMPAN_E_INCOMPLETE, "the file ends within a %s character", encoding);
  }
  dsv_hint(call, gb18030 ? "If the file is UTF-8, set encoding: utf-8."
                         : "If the file was saved in Chinese Windows or Excel, set encoding: "
                           "gb18030.");
  return sampan_fail(call, SAMPAN_E_DATA, "bytes that are not %s", encoding);
}

void dsv_show(const char *text, uint64_t n, char out[DSV_SHOWN_BYTES]) {
  uint64_t m = n <= 40 ? n : 40;
  while (m < n && m > 0 && ((unsigned char)text[m] & 0xC0) == 0x80) m--;
  for (uint64_t i = 0; i < m; i++) {
    const unsigned char c = (unsigned char)text[i];
    out[i] = c < 0x20 || c == 0x7F ? '?' : text[i];
  }
  snprintf(out + m, DSV_SHOWN_BYTES - m, "%s", m < n ? "..." : "");
}
