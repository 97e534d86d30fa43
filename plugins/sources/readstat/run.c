/* run.c - one run of ReadStat's parser: parameters in, errors out. */
#include <strings.h>

#include "foreign.h"

/* GB 2312 and its kin are subsets of GB 18030, and files that claim one hold the other. */
static int is_chinese_subset(const char *encoding) {
  static const char *const names[] = {"GB2312", "EUC-CN", "EUCCN", "GBK",
                                      "CP936",  "MS936",  "HZ",    "WINDOWS-936"};
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
    if (strcasecmp(encoding, names[i]) == 0) return 1;
  }
  return 0;
}

/* The plan's encoding: a name for iconv, without its options. */
static int32_t read_encoding(foreign_run *run) {
  const sampan_call *call = run->call;
  const int32_t i = run->format->i_encoding;
  if (i < 0 || (uint32_t)i >= call->n_values || !call->values[i].is_set) return SAMPAN_OK;
  const char *text = call->values[i].text;
  if (text == NULL || text[0] == '\0') return SAMPAN_OK;
  static const char letters[] =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.:";
  if (text[strspn(text, letters)] != '\0') {
    if (call->error != NULL) snprintf(call->error->parameter, 64, "encoding");
    return sampan_fail(call, SAMPAN_E_PLAN, "\"%.40s\" is not the name of an encoding", text);
  }
  run->encoding = is_chinese_subset(text) ? "GB18030" : text;
  return SAMPAN_OK;
}

int32_t foreign_open(foreign_run *run, const sampan_call *call, const sampan_reader *reader,
                     const foreign_format *format) {
  *run = (foreign_run){.call = call, .format = format, .n_declared = -1};
  const int32_t i = format->i_user_missing;
  int32_t status = read_encoding(run);
  if (status < 0) return status;
  if (i >= 0 && (uint32_t)i < call->n_values && call->values[i].is_set) {
    run->keep_user_missing = call->values[i].number == 1;
  }
  status = foreign_bytes_open(&run->bytes, call, reader);
  if (status == SAMPAN_OK && format->id == FOREIGN_XPT) status = foreign_xport_before(run);
  return status;
}

int foreign_stop(foreign_run *run, int32_t status) {
  run->status = status;
  return READSTAT_HANDLER_ABORT;
}

static int on_metadata(readstat_metadata_t *metadata, void *data) {
  foreign_run *run = (foreign_run *)data;
  /* Not readstat_get_row_count, which returns an int. */
  run->n_declared = metadata->row_count;
  if (run->n_declared > INT32_MAX) {
    return foreign_stop(run, sampan_fail(run->call, SAMPAN_E_DATA,
                                         "the file declares %lld records; ReadStat counts to "
                                         "2147483647",
                                         (long long)run->n_declared));
  }
  if (run->encoding == NULL && metadata->file_encoding != NULL &&
      is_chinese_subset(metadata->file_encoding)) {
    run->try_again = 1;
    return READSTAT_HANDLER_ABORT;
  }
  return READSTAT_HANDLER_OK;
}

static int on_variable(int index, readstat_variable_t *variable, const char *labels, void *data) {
  foreign_run *run = (foreign_run *)data;
  if (run->format->id == FOREIGN_XPT) {
    /* ReadStat names the variables when it stands before the first record. */
    if (index == 0) {
      foreign_bytes_watch(&run->bytes);
      run->row_bytes = 0;
      run->n_numbers = 0;
    }
    run->row_bytes += (int64_t)variable->storage_width;
    run->n_numbers += readstat_variable_get_type_class(variable) == READSTAT_TYPE_CLASS_NUMERIC;
  }
  return run->variable(run, variable, labels);
}

static int on_value(int row, readstat_variable_t *variable, readstat_value_t value, void *data) {
  foreign_run *run = (foreign_run *)data;
  (void)row; /* an int */
  return run->value(run, variable, value);
}

static int on_label(const char *set, readstat_value_t value, const char *text, void *data) {
  foreign_run *run = (foreign_run *)data;
  return run->label(run, set, value, text);
}

static void on_error(const char *message, void *data) {
  foreign_run *run = (foreign_run *)data;
  snprintf(run->detail, sizeof run->detail, "%s", message);
  run->detail[strcspn(run->detail, "\r\n")] = '\0';
  for (char *p = run->detail; *p != '\0'; p++) {
    if ((unsigned char)*p < 0x20 || (unsigned char)*p > 0x7E) *p = '?';
  }
}

/* An error of ReadStat, with what is known of its place. */
static int32_t translate(foreign_run *run, readstat_error_t error) {
  const sampan_call *call = run->call;
  const char *said = readstat_error_message(error);
  if (error == READSTAT_OK) return SAMPAN_OK;
  if (run->status < 0) return run->status;
  if (run->bytes.status < 0) return run->bytes.status;
  if (call->error != NULL) call->error->byte = run->bytes.at;
  if (error == READSTAT_ERROR_MALLOC) {
    foreign_hint(call, "ReadStat takes no piece of a file that is over 16 MiB.");
    return sampan_fail(call, SAMPAN_E_MEMORY, "out of memory in the %s file", run->format->label);
  }
  if (error == READSTAT_ERROR_UNSUPPORTED_CHARSET && run->encoding != NULL) {
    if (call->error != NULL) snprintf(call->error->parameter, 64, "encoding");
    return sampan_fail(call, SAMPAN_E_PLAN, "this system cannot read the encoding %s",
                       run->encoding);
  }
  if (run->bytes.short_read || error == READSTAT_ERROR_READ || error == READSTAT_ERROR_SEEK ||
      error == READSTAT_ERROR_ROW_COUNT_MISMATCH) {
    foreign_hint(call, "The file was cut: get it again.");
    return sampan_fail(call, SAMPAN_E_INCOMPLETE,
                       "the %s file ends too early, after %lld records (%s)", run->format->label,
                       (long long)run->n_rows, said);
  }
  if (error == READSTAT_ERROR_CONVERT_BAD_STRING || error == READSTAT_ERROR_UNSUPPORTED_CHARSET ||
      error == READSTAT_ERROR_CONVERT_SHORT_STRING) {
    foreign_hint(call,
                 "The file's texts are not in the encoding that it names; set encoding, for "
                 "Chinese texts often to gb18030.");
  }
  return sampan_fail(call, SAMPAN_E_DATA, "not a whole %s file, after %lld records: %s%s%s",
                     run->format->label, (long long)run->n_rows, said,
                     run->detail[0] != '\0' ? ": " : "", run->detail);
}

static int32_t parse_once(foreign_run *run) {
  readstat_parser_t *parser = readstat_parser_init();
  if (parser == NULL) return sampan_fail(run->call, SAMPAN_E_MEMORY, "out of memory");
  readstat_error_t error = foreign_bytes_attach(&run->bytes, parser);
  readstat_set_error_handler(parser, on_error);
  readstat_set_metadata_handler(parser, on_metadata);
  /* Always: without it, the value handler of ReadStat 1.1.8 follows a null pointer. */
  readstat_set_variable_handler(parser, on_variable);
  if (run->value != NULL) readstat_set_value_handler(parser, on_value);
  if (run->label != NULL) readstat_set_value_label_handler(parser, on_label);
  if (run->encoding != NULL) readstat_set_file_character_encoding(parser, run->encoding);
  if (error == READSTAT_OK) error = run->format->parse(parser, "", run);
  readstat_parser_free(parser);
  return run->try_again ? SAMPAN_OK : translate(run, error);
}

int32_t foreign_parse(foreign_run *run, void (*restart)(foreign_run *run)) {
  int32_t status = parse_once(run);
  if (!run->try_again) return status;
  run->encoding = "GB18030";
  run->try_again = 0;
  run->n_rows = 0;
  restart(run);
  status = parse_once(run);
  return status;
}
