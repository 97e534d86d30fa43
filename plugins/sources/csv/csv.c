/* csv.c - source: delimited text, read strictly. Format: RFC 4180, with the delimiter, the quote,
 * the encoding and the decimal mark as the plan gives them; nothing is guessed.
 *
 * Requirements:
 *  C1  A record with more or fewer fields than the header is an error; so are a quote inside an
 *      unquoted field, text after a closing quote, a quote never closed, and a zero byte.
 *  C2  Lines end with LF or CR LF; CR alone is refused. Empty lines are allowed at the end only,
 *      and in a file with one column not even there.
 *  C3  The header is required; its names are not empty and differ.
 *  C4  Every byte is a character of the encoding; a byte order mark that agrees with it is skipped.
 *  C5  A cell that is empty, blank, or one of the texts that mean missing is absent; so is one that
 *      equals such a text as a number. Any other cell of a NUMBER column is a decimal number, or an
 *      error.
 *  C6  The file's end is a record's end: a last record without line end must have all its fields,
 *      a header without line end is incomplete.
 *  C7  A field is at most 1 MiB, a record 16 MiB; longer ones are reported before they are held.
 *  C8  Errors name row, line, column and byte as far as they are known, and are the same however
 *      the bytes arrive and whatever the size of a batch.
 *  C9  The header that the records are read under has the names, in the order, of the schema.
 */
#include "columns.h"

enum { P_DELIMITER = 0, P_QUOTE = 1, P_ENCODING = 2, P_DECIMAL = 3, N_PARAMS = 4 };

static const sampan_param params[] = {
    {.name = "delimiter",
     .type = SAMPAN_P_TEXT,
     .default_text = ",",
     .minimum = 1,
     .text_en = "What separates fields: one character such as , ; | or the word tab. A .tsv file "
                "needs tab; it is not guessed from the name.",
     .text_zh = "字段分隔符：一个字符（如 , ; |）或 tab。.tsv 文件须写明 tab，不按文件名猜测。"},
    {.name = "quote",
     .type = SAMPAN_P_TEXT,
     .default_text = "\"",
     .minimum = 1,
     .text_en = "What encloses a field that holds delimiters or line ends; none: nothing does.",
     .text_zh = "包住含分隔符或换行的字段的引号；none 表示不用引号。"},
    {.name = "encoding",
     .type = SAMPAN_P_CHOICE,
     .choices = "utf-8|gb18030|gbk|gb2312|euc-cn",
     .default_text = "utf-8",
     .minimum = 1,
     .text_en = "The encoding of the file; gbk, gb2312 and euc-cn are read as gb18030, which "
                "contains them.",
     .text_zh = "文件编码；gbk、gb2312、euc-cn 均按其超集 gb18030 读取。"},
    {.name = "decimal",
     .type = SAMPAN_P_CHOICE,
     .choices = "point|comma",
     .default_text = "point",
     .minimum = 1,
     .text_en = "The decimal mark of numbers.",
     .text_zh = "数字的小数点：point 为点，comma 为逗号。"},
};

static int32_t fail_param(const sampan_call *call, uint32_t i, const char *message) {
  if (call->error != NULL) {
    snprintf(call->error->parameter, sizeof call->error->parameter, "%s", params[i].name);
  }
  return sampan_fail(call, SAMPAN_E_PLAN, "%s", message);
}

/* The text of a parameter, or its default where the host gave none. */
static const char *text_of(const sampan_call *call, uint32_t i) {
  if (i < call->n_values && call->values[i].is_set && call->values[i].text != NULL) {
    return call->values[i].text;
  }
  return params[i].default_text;
}

static int32_t choice_of(const sampan_call *call, uint32_t i) {
  return i < call->n_values && call->values[i].is_set ? (int32_t)call->values[i].number : 0;
}

/* A mark must be one byte that no number, name or line end contains. */
static int is_mark(const char *text) {
  const unsigned char c = (unsigned char)text[0];
  const int is_alnum =
      (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_';
  return c != '\0' && text[1] == '\0' && c < 0x7F && c != '\n' && c != '\r' && !is_alnum &&
         strchr(".+-", c) == NULL;
}

int32_t dsv_read_dialect(const sampan_call *call, dsv_dialect *out) {
  const char *delimiter = text_of(call, P_DELIMITER), *quote = text_of(call, P_QUOTE);
  if (strcmp(delimiter, "tab") == 0 || strcmp(delimiter, "\\t") == 0) delimiter = "\t";
  if (!is_mark(delimiter)) {
    return fail_param(call, P_DELIMITER, "the delimiter must be one mark such as , ; | or tab");
  }
  if (strcmp(quote, "none") == 0) quote = "";
  if (quote[0] != '\0' && (!is_mark(quote) || quote[0] == ' ' || quote[0] == '\t')) {
    return fail_param(call, P_QUOTE, "the quote must be one mark such as \" or ', or none");
  }
  if (quote[0] == delimiter[0]) {
    return fail_param(call, P_QUOTE, "the quote and the delimiter must differ");
  }
  out->delimiter = (unsigned char)delimiter[0];
  out->quote = (unsigned char)quote[0];
  out->gb18030 = choice_of(call, P_ENCODING) != 0;
  out->decimal_comma = choice_of(call, P_DECIMAL) == 1;
  return SAMPAN_OK;
}

static int32_t schema(const sampan_call *call, const sampan_reader *reader, sampan_schema *out) {
  dsv_dialect dialect;
  const int32_t status = dsv_read_dialect(call, &dialect);
  return status < 0 ? status : dsv_header(call, reader, &dialect, out);
}

static int32_t read_records(const sampan_call *call, const sampan_reader *reader,
                            const sampan_schema *file, const sampan_sink *sink) {
  dsv_dialect dialect;
  const int32_t status = dsv_read_dialect(call, &dialect);
  return status < 0 ? status : dsv_cells(call, reader, &dialect, file, sink);
}

static int64_t cut(const sampan_call *call, const sampan_schema *file, const char *bytes,
                   int64_t n) {
  dsv_dialect dialect;
  (void)file;
  return dsv_read_dialect(call, &dialect) < 0 ? -1 : dsv_cut(&dialect, dsv_machine_at(0), bytes, n);
}

static int32_t read_cut(const sampan_call *call, const sampan_schema *file,
                        const sampan_stretch *stretch, const sampan_sink *sink) {
  dsv_dialect dialect;
  const int32_t status = dsv_read_dialect(call, &dialect);
  return status < 0 ? status : dsv_read_cut(call, &dialect, file, stretch, sink, dsv_machine_at(0));
}

static const sampan_source_ops ops = {
    .struct_size = sizeof(sampan_source_ops),
    .flags = SAMPAN_SOURCE_AS_WRITTEN,
    .extensions = "csv|tsv|txt",
    .schema = schema,
    .read = read_records,
    .cut = cut,
    .read_cut = read_cut,
};

static const sampan_plugin csv = {
    .struct_size = sizeof(sampan_plugin),
    .kind = SAMPAN_SOURCE,
    .name = "csv",
    .version = "1",
    .label_en = "Delimited text (CSV)",
    .label_zh = "分隔文本（CSV）",
    .summary_en = "Delimited text was read strictly: a malformed record ends the run.",
    .summary_zh = "分隔文本按严格规则读取，记录有误即停止。",
    .formula = "",
    .reference = "RFC 4180 (2005); GB 18030-2022",
    .params = params,
    .n_params = N_PARAMS,
    .ops = &ops,
};

SAMPAN_MODULE("csv", "GPL-3.0-or-later", &csv);
