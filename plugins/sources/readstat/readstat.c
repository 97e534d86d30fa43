/* readstat.c - sources: files of SAS, SPSS and Stata, through the library ReadStat.
 *
 * Requirements:
 *  F1  A file that declares its number of records has exactly that many, or is incomplete. POR ends
 *      with a mark. XPT has neither: what can be checked is (xport.c), and the schema says that
 *      completeness cannot be proved.
 *  F2  Records are counted in 64 bits by the plugin; a file that declares more than ReadStat can
 *      count is refused.
 *  F3  Names, labels and value labels are those of the file, in UTF-8; files that claim GB 2312 or
 *      GBK are read as GB 18030, which contains them.
 *  F4  A system missing value has no reason; .a to .z and ._ (SAS: .A to .Z) have theirs as letter.
 *  F5  A value that an SPSS file declares as missing is absent with reason 'u', unless the plan
 *      keeps such values.
 *  F6  A blank text is absent. A text that the plan wants as number must be one; a number that it
 *      wants as text is the shortest decimal that reads back the same.
 *  F7  Only the columns that are wanted are decoded.
 *
 * ReadStat parses in C what strangers wrote: these sources ask to be run in a child process.
 */
#include "foreign.h"

static const sampan_param encoding_params[] = {
    {.name = "encoding",
     .type = SAMPAN_P_TEXT,
     .minimum = 1,
     .text_en = "The encoding of the file's texts, where the file names none or a wrong one: "
                "gb18030, windows-1252, ...",
     .text_zh = "文件文本的编码，用于文件未写明或写错编码时：gb18030、windows-1252 等。"},
};

/* POR has its own table of characters, and only the first of these. */
static const sampan_param spss_params[] = {
    {.name = "user_missing",
     .type = SAMPAN_P_CHOICE,
     .choices = "missing|keep",
     .default_text = "missing",
     .minimum = 1,
     .text_en = "Values that the file declares as missing: missing, or keep them as values.",
     .text_zh = "文件声明为缺失的值：missing 按缺失处理，keep 保留为值。"},
    {.name = "encoding",
     .type = SAMPAN_P_TEXT,
     .minimum = 1,
     .text_en = "The encoding of the file's texts, where the file names none or a wrong one: "
                "gb18030, windows-1252, ...",
     .text_zh = "文件文本的编码，用于文件未写明或写错编码时：gb18030、windows-1252 等。"},
};

/* ---- xpt */

static const foreign_format xpt_format = {FOREIGN_XPT, "SAS transport", readstat_parse_xport, 0,
                                          -1};

static int32_t xpt_schema(const sampan_call *call, const sampan_reader *reader,
                          sampan_schema *out) {
  return foreign_schema(call, reader, &xpt_format, out);
}

static int32_t xpt_read(const sampan_call *call, const sampan_reader *reader,
                        const sampan_schema *schema, const sampan_sink *sink) {
  return foreign_records(call, reader, &xpt_format, schema, sink);
}

static const sampan_source_ops xpt_ops = {
    .struct_size = sizeof(sampan_source_ops),
    .flags = SAMPAN_SOURCE_SEEKS | SAMPAN_SOURCE_ISOLATE,
    .extensions = "xpt|xport",
    .schema = xpt_schema,
    .read = xpt_read,
};

static const sampan_plugin xpt = {
    .struct_size = sizeof(sampan_plugin),
    .kind = SAMPAN_SOURCE,
    .name = "xpt",
    .version = "1",
    .label_en = "SAS transport file (XPT)",
    .label_zh = "SAS 传输文件（XPT）",
    .summary_en =
        "A SAS transport file was read by ReadStat; the format does not let a reader prove that "
        "the file is whole.",
    .summary_zh = "SAS 传输文件由 ReadStat 读取；该格式无法证明文件完整。",
    .formula = "",
    .reference =
        "SAS Institute, Record Layout of a SAS Version 5 or 6 (8 or 9) Data Set in SAS Transport "
        "Format",
    .params = encoding_params,
    .n_params = 1,
    .ops = &xpt_ops,
};

/* ---- sas7bdat */

static const foreign_format sas7bdat_format = {FOREIGN_SAS7BDAT, "SAS", readstat_parse_sas7bdat, 0,
                                               -1};

static int32_t sas7bdat_schema(const sampan_call *call, const sampan_reader *reader,
                               sampan_schema *out) {
  return foreign_schema(call, reader, &sas7bdat_format, out);
}

static int32_t sas7bdat_read(const sampan_call *call, const sampan_reader *reader,
                             const sampan_schema *schema, const sampan_sink *sink) {
  return foreign_records(call, reader, &sas7bdat_format, schema, sink);
}

static const sampan_source_ops sas7bdat_ops = {
    .struct_size = sizeof(sampan_source_ops),
    .flags = SAMPAN_SOURCE_SEEKS | SAMPAN_SOURCE_ISOLATE,
    .extensions = "sas7bdat",
    .schema = sas7bdat_schema,
    .read = sas7bdat_read,
};

static const sampan_plugin sas7bdat = {
    .struct_size = sizeof(sampan_plugin),
    .kind = SAMPAN_SOURCE,
    .name = "sas7bdat",
    .version = "1",
    .label_en = "SAS data set (sas7bdat)",
    .label_zh = "SAS 数据集（sas7bdat）",
    .summary_en = "A SAS data set was read by ReadStat.",
    .summary_zh = "SAS 数据集由 ReadStat 读取。",
    .formula = "",
    .reference = "Shotwell, M. SAS7BDAT Database Binary Format (2014)",
    .params = encoding_params,
    .n_params = 1,
    .ops = &sas7bdat_ops,
};

/* ---- sav */

static const foreign_format sav_format = {FOREIGN_SAV, "SPSS", readstat_parse_sav, 1, 0};

static int32_t sav_schema(const sampan_call *call, const sampan_reader *reader,
                          sampan_schema *out) {
  return foreign_schema(call, reader, &sav_format, out);
}

static int32_t sav_read(const sampan_call *call, const sampan_reader *reader,
                        const sampan_schema *schema, const sampan_sink *sink) {
  return foreign_records(call, reader, &sav_format, schema, sink);
}

static const sampan_source_ops sav_ops = {
    .struct_size = sizeof(sampan_source_ops),
    .flags = SAMPAN_SOURCE_SEEKS | SAMPAN_SOURCE_ISOLATE,
    .extensions = "sav|zsav",
    .schema = sav_schema,
    .read = sav_read,
};

static const sampan_plugin sav = {
    .struct_size = sizeof(sampan_plugin),
    .kind = SAMPAN_SOURCE,
    .name = "sav",
    .version = "1",
    .label_en = "SPSS data file (sav, zsav)",
    .label_zh = "SPSS 数据文件（sav、zsav）",
    .summary_en = "An SPSS data file was read by ReadStat.",
    .summary_zh = "SPSS 数据文件由 ReadStat 读取。",
    .formula = "",
    .reference = "GNU PSPP, Data File Formats: System File Format",
    .params = spss_params,
    .n_params = 2,
    .ops = &sav_ops,
};

/* ---- dta */

static const foreign_format dta_format = {FOREIGN_DTA, "Stata", readstat_parse_dta, 0, -1};

static int32_t dta_schema(const sampan_call *call, const sampan_reader *reader,
                          sampan_schema *out) {
  return foreign_schema(call, reader, &dta_format, out);
}

static int32_t dta_read(const sampan_call *call, const sampan_reader *reader,
                        const sampan_schema *schema, const sampan_sink *sink) {
  return foreign_records(call, reader, &dta_format, schema, sink);
}

static const sampan_source_ops dta_ops = {
    .struct_size = sizeof(sampan_source_ops),
    .flags = SAMPAN_SOURCE_SEEKS | SAMPAN_SOURCE_ISOLATE,
    .extensions = "dta",
    .schema = dta_schema,
    .read = dta_read,
};

static const sampan_plugin dta = {
    .struct_size = sizeof(sampan_plugin),
    .kind = SAMPAN_SOURCE,
    .name = "dta",
    .version = "1",
    .label_en = "Stata data file (dta)",
    .label_zh = "Stata 数据文件（dta）",
    .summary_en = "A Stata data file was read by ReadStat.",
    .summary_zh = "Stata 数据文件由 ReadStat 读取。",
    .formula = "",
    .reference = "StataCorp, help dta: description of the .dta file format",
    .params = encoding_params,
    .n_params = 1,
    .ops = &dta_ops,
};

/* ---- por */

static const foreign_format por_format = {FOREIGN_POR, "SPSS portable", readstat_parse_por, -1, 0};

static int32_t por_schema(const sampan_call *call, const sampan_reader *reader,
                          sampan_schema *out) {
  return foreign_schema(call, reader, &por_format, out);
}

static int32_t por_read(const sampan_call *call, const sampan_reader *reader,
                        const sampan_schema *schema, const sampan_sink *sink) {
  return foreign_records(call, reader, &por_format, schema, sink);
}

static const sampan_source_ops por_ops = {
    .struct_size = sizeof(sampan_source_ops),
    .flags = SAMPAN_SOURCE_SEEKS | SAMPAN_SOURCE_ISOLATE,
    .extensions = "por",
    .schema = por_schema,
    .read = por_read,
};

static const sampan_plugin por = {
    .struct_size = sizeof(sampan_plugin),
    .kind = SAMPAN_SOURCE,
    .name = "por",
    .version = "1",
    .label_en = "SPSS portable file (por)",
    .label_zh = "SPSS 便携文件（por）",
    .summary_en = "An SPSS portable file was read by ReadStat.",
    .summary_zh = "SPSS 便携文件由 ReadStat 读取。",
    .formula = "",
    .reference = "GNU PSPP, Data File Formats: Portable File Format",
    .params = spss_params,
    .n_params = 1,
    .ops = &por_ops,
};

SAMPAN_MODULE("readstat", "GPL-3.0-or-later", &xpt, &sas7bdat, &sav, &dta, &por);
