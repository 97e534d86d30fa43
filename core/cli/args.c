/* args.c - the command line. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/text.h"
#include "cli/cli.h"

enum { SP_ID_USAGE = 6001, SP_ID_OPTION = 6002, SP_ID_OPERANDS = 6003 };

typedef struct option {
  const char *name, *short_name;
  int32_t takes_value;
} option;

static const option options[] = {
    {"--output", "-o", 1},     {"--format", "-f", 1},   {"--lang", "-l", 1},
    {"--plugin-dir", NULL, 1}, {"--data-dir", NULL, 1}, {"--batch", NULL, 1},
    {"--table", NULL, 1},      {"--columns", NULL, 1},  {"--sample", NULL, 1},
    {"--progress", NULL, 1},   {"--threads", NULL, 1},  {"--memory", NULL, 1},
    {"--shard", NULL, 1},      {"--sort", NULL, 1},     {"--quiet", "-q", 0},
    {"--verbose", "-v", 0},    {"--json", NULL, 0},     {"--strict", NULL, 0},
    {"--help", "-h", 0}};
#define N_OPTIONS (sizeof options / sizeof options[0])

static int32_t usage_error(sampan_error *error, const char *what, const char *text) {
  sp_error_set(error, SAMPAN_E_USAGE, SP_ID_USAGE, "%s%s", what, text);
  return sp_error_hint(error, "sampan --help lists the verbs and their options");
}

static int32_t set_list(const char **list, uint32_t *n, uint32_t most, const char *value,
                        sampan_error *error) {
  if (*n == most) return usage_error(error, "too many times: ", value);
  list[(*n)++] = value;
  return SAMPAN_OK;
}

static int32_t set_threads(cli_args *a, const char *name, const char *value, sampan_error *error) {
  int64_t number;
  char what[80];
  (void)snprintf(what, sizeof what, "%s is a number of threads from 1 to 1024, not ", name);
  if (sp_parse_integer(value, strlen(value), &number) != 0 || number < 1 || number > 1024) {
    return usage_error(error, what, value);
  }
  a->threads = number;
  return SAMPAN_OK;
}

/* Bytes, or a number of K, M, G or T of them, by the power of two; the number may have a point. */
static int32_t set_memory(cli_args *a, const char *value, sampan_error *error) {
  static const char units[] = "KMGT";
  size_t n = strlen(value);
  double x = 0, unit = 1;
  if (n > 1 && (value[n - 1] == 'B' || value[n - 1] == 'b')) n--;
  if (n > 1 && value[n - 1] == 'i') n--;
  for (size_t i = 0; n > 1 && i < 4; i++) {
    if ((value[n - 1] & ~0x20) == units[i]) unit = (double)(INT64_C(1) << (10 * (i + 1)));
  }
  if (unit > 1) n--;
  if (sp_parse_number(value, n, &x) != 0 || !(x * unit >= 1 << 20) || x * unit > 0x1p62) {
    return usage_error(error, "--memory is a size of 1M at least, such as 512M or 2G, not ", value);
  }
  a->memory = (int64_t)(x * unit);
  return SAMPAN_OK;
}

static int32_t set_progress(cli_args *a, const char *value, sampan_error *error) {
  static const char *const names[] = {"none", "plain", "json"};
  for (int32_t i = 0; i < 3; i++) {
    if (strcmp(value, names[i]) != 0) continue;
    a->progress = CLI_PROGRESS_NONE + i;
    return SAMPAN_OK;
  }
  return usage_error(error, "--progress is plain, json or none, not ", value);
}

static int32_t set_option(cli_args *a, const char *name, const char *value, sampan_error *error) {
  int64_t number;
  if (value == NULL) value = ""; /* an option that takes none */
  if (strcmp(name, "--output") == 0)
    return set_list(a->outputs, &a->n_outputs, CLI_MOST, value, error);
  if (strcmp(name, "--plugin-dir") == 0) {
    return set_list(a->plugin_folders, &a->n_plugin_folders, CLI_MOST, value, error);
  }
  if (strcmp(name, "--format") == 0) a->format = value;
  if (strcmp(name, "--data-dir") == 0) a->data_folder = value;
  if (strcmp(name, "--table") == 0) a->table = value;
  if (strcmp(name, "--columns") == 0) a->columns = value;
  if (strcmp(name, "--sample") == 0) a->sample = value;
  if (strcmp(name, "--shard") == 0) a->shard = value;
  if (strcmp(name, "--sort") == 0) a->sort = value;
  if (strcmp(name, "--quiet") == 0) a->quiet = 1;
  if (strcmp(name, "--verbose") == 0) a->verbose = 1;
  if (strcmp(name, "--json") == 0) a->json = 1;
  if (strcmp(name, "--strict") == 0) a->strict = 1;
  if (strcmp(name, "--help") == 0) a->help = 1;
  if (strcmp(name, "--lang") == 0) {
    if (strcmp(value, "en") != 0 && strcmp(value, "zh") != 0) {
      return usage_error(error, "--lang is en or zh, not ", value);
    }
    a->language = value;
  }
  if (strcmp(name, "--table") == 0 && strcmp(value, "estimates") != 0 &&
      strcmp(value, "comparisons") != 0) {
    return usage_error(error, "--table is estimates or comparisons, not ", value);
  }
  if (strcmp(name, "--batch") == 0) {
    if (sp_parse_integer(value, strlen(value), &number) != 0 || number < 1 || number > 1 << 24) {
      return usage_error(error, "--batch is a number of records from 1 to 16777216, not ", value);
    }
    a->batch = (int32_t)number;
  }
  if (strcmp(name, "--progress") == 0) return set_progress(a, value, error);
  if (strcmp(name, "--threads") == 0) return set_threads(a, name, value, error);
  if (strcmp(name, "--memory") == 0) return set_memory(a, value, error);
  return SAMPAN_OK;
}

static int32_t unknown_option(const char *given, sampan_error *error) {
  const char *names[N_OPTIONS];
  for (size_t i = 0; i < N_OPTIONS; i++) names[i] = options[i].name;
  const char *nearest = sp_nearest(given, names, N_OPTIONS);
  sp_error_set(error, SAMPAN_E_USAGE, SP_ID_OPTION, "there is no option %s", given);
  return nearest != NULL ? sp_error_hint(error, "did you mean %s?", nearest)
                         : sp_error_hint(error, "sampan --help lists them");
}

/* One option at argv[*i], which may take the next argument. */
static int32_t read_option(int argc, char **argv, int *i, cli_args *a, sampan_error *error) {
  const char *given = argv[*i];
  const char *equals = strncmp(given, "--", 2) == 0 ? strchr(given, '=') : NULL;
  const size_t length = equals != NULL ? (size_t)(equals - given) : strlen(given);
  for (size_t k = 0; k < N_OPTIONS; k++) {
    const option *o = &options[k];
    const int is_long = strlen(o->name) == length && strncmp(o->name, given, length) == 0;
    const int is_short = o->short_name != NULL && strcmp(o->short_name, given) == 0;
    if (!is_long && !is_short) continue;
    if (!o->takes_value) {
      if (equals != NULL) return usage_error(error, "takes no value: ", o->name);
      return set_option(a, o->name, NULL, error);
    }
    if (equals != NULL) return set_option(a, o->name, equals + 1, error);
    if (*i + 1 >= argc) return usage_error(error, "needs a value: ", o->name);
    return set_option(a, o->name, argv[++*i], error);
  }
  return unknown_option(given, error);
}

int32_t cli_args_read(int argc, char **argv, cli_args *a, sampan_error *error) {
  int options_end = 0;
  memset(a, 0, sizeof *a);
  for (int i = 1; i < argc; i++) {
    if (!options_end && strcmp(argv[i], "--") == 0) {
      options_end = 1;
    } else if (!options_end && strcmp(argv[i], "--version") == 0 && a->verb == NULL) {
      a->verb = "version";
    } else if (!options_end && argv[i][0] == '-' && argv[i][1] != '\0') {
      SP_TRY(read_option(argc, argv, &i, a, error));
    } else if (a->verb == NULL) {
      a->verb = argv[i];
    } else {
      SP_TRY(set_list(a->operands, &a->n_operands, CLI_MOST_OPERANDS, argv[i], error));
    }
  }
  const char *threads = getenv("SAMPAN_THREADS");
  if (a->threads == 0 && threads != NULL && threads[0] != '\0') {
    return set_threads(a, "SAMPAN_THREADS", threads, error);
  }
  return SAMPAN_OK;
}

int32_t cli_need_operands(const cli *c, uint32_t least, uint32_t most, sampan_error *error) {
  const uint32_t n = c->args.n_operands;
  if (n >= least && n <= most) return SAMPAN_OK;
  sp_error_set(
      error, SAMPAN_E_USAGE, SP_ID_OPERANDS,
      n < least ? "sampan %s: a file or a name is missing" : "sampan %s: one file or name too many",
      c->args.verb);
  return sp_error_hint(error, "%s", cli_usage(c->args.verb));
}
