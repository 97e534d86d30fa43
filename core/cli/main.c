/* main.c - the program: one verb, one exit code. */
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#if defined(__GLIBC__)
#include <malloc.h>
#endif

#include "base/cancel.h"
#include "base/quantile.h"
#include "base/text.h"
#include "cli/cli.h"
#include "engine/version.h"

enum { SP_ID_VERB = 6010 };

typedef struct verb {
  const char *name;
  cli_verb_fn *run;
  const char *usage;
} verb;

static int32_t print_version(cli *c, sampan_error *error) {
  char text[256];
  const int n = snprintf(text, sizeof text, "sampan %s (plugin ABI %d.%d)\n", SAMPAN_VERSION,
                         SAMPAN_ABI_MAJOR, SAMPAN_ABI_MINOR);
  return cli_print(c, text, (uint64_t)n, error);
}

static const verb verbs[] = {
    {"run", cli_run,
     "sampan run PLAN.yaml [-o FILE]...     estimate what a plan asks for (csv, json, md, html)"},
    {"partial", cli_partial,
     "sampan partial PLAN.yaml --shard K/N -o STATE  a part of the records, for merge"},
    {"merge", cli_merge,
     "sampan merge PLAN.yaml STATE... [-o FILE]...   what run makes, from all parts"},
    {"annex", cli_annex,
     "sampan annex PROGRAMME.yaml -o FILE... evaluate a programme, write its annex (docx, html)"},
    {"check", cli_check,
     "sampan check FILE                     check a plan, a programme, or a plugin (.so)"},
    {"describe", cli_describe,
     "sampan describe FILE                  columns, types, labels, missing values, ranges"},
    {"pack", cli_pack,
     "sampan pack DATA|PLAN -o FILE.sampan  store records in sampan's own format, read faster"},
    {"plugins", cli_plugins,
     "sampan plugins [NAME]                 list the plugins, or explain one"},
    {"init", cli_init, "sampan init DATA [-o PLAN.yaml]       a first plan for a data file"},
    {"manifest", cli_manifest,
     "sampan manifest PLUGIN.so [-o FILE]   write the manifest that listing reads"},
    {"version", print_version, "sampan version                        print the version"},
};
#define N_VERBS (sizeof verbs / sizeof verbs[0])

const char *cli_usage(const char *name) {
  for (size_t i = 0; name != NULL && i < N_VERBS; i++) {
    if (strcmp(verbs[i].name, name) == 0) return verbs[i].usage;
  }
  return "sampan VERB [options] FILE";
}

static int32_t print_help(cli *c, sampan_error *error) {
  static const char options[] =
      "\noptions\n"
      "  -o, --output FILE    where the result goes, - standard output; the name chooses the "
      "format;\n"
      "                       run, annex: may be repeated; none is put in place before all are "
      "whole\n"
      "  -f, --format NAME    a writer plugin, where no file name says it\n"
      "  -l, --lang en|zh     language of labels and annexes\n"
      "      --table NAME     run: estimates (default) or comparisons\n"
      "      --columns A,B,.. run: these columns of a csv table, in this order\n"
      "      --json           the same as --format json\n"
      "      --sample FILE    check PLUGIN.so: data, a table or options for it to work on\n"
      "      --shard K/N      partial: which part of how many (1/1: all records)\n"
      "      --sort A,B       pack: columns to sort by (of a plan: its strata and PSUs)\n"
      "      --strict         exit 6 if an estimate could not be made or was suppressed\n"
      "      --plugin-dir DIR search DIR for plugins first; may be repeated\n"
      "      --data-dir DIR   where the standard populations are\n"
      "      --batch N        records in a batch (results do not depend on it)\n"
      "      --threads N      threads at work, 1 to 1024; default: SAMPAN_THREADS, or one for "
      "each\n"
      "                       processor (results do not depend on it)\n"
      "      --memory SIZE    most memory for totals, such as 512M or 2G; default: half of the\n"
      "                       machine's\n"
      "      --progress plain|json|none\n"
      "                       lines of text, or of JSON, on standard error; default: a bar, where\n"
      "                       that is a terminal\n"
      "  -v, --verbose        records, bytes, time and memory at the end, on standard error\n"
      "  -q, --quiet          neither progress nor notes\n"
      "  -h, --help           this text\n"
      "\nexit codes: 0 done, 1 run-time error, 2 usage, 3 plan, 4 data, 5 plugin, 6 with "
      "--strict,\n"
      "130 interrupted\n";
  char text[4096];
  int n =
      snprintf(text, sizeof text, "sampan - design-based analysis of survey microdata\n\nverbs\n");
  for (size_t i = 0; i < N_VERBS; i++) {
    n += snprintf(text + n, sizeof text - (size_t)n, "  %s\n", verbs[i].usage);
  }
  n += snprintf(text + n, sizeof text - (size_t)n, "%s", options);
  return cli_print(c, text, (uint64_t)n, error);
}

/* The one piece of state of the program: a signal handler has no argument. */
static volatile sig_atomic_t interrupted;

static void on_signal(int number) {
  (void)number;
  sp_cancel(&interrupted);
}

static void set_signals(void) {
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_handler = on_signal;
  action.sa_flags = (int)SA_RESETHAND; /* a second one ends at once */
  sigaction(SIGINT, &action, NULL);
  sigaction(SIGTERM, &action, NULL);
  action.sa_handler = SIG_IGN;
  action.sa_flags = 0;
  sigaction(SIGPIPE, &action, NULL); /* a closed pipe is an error of write() */
}

static int32_t unknown_verb(const char *name, sampan_error *error) {
  const char *names[N_VERBS];
  for (size_t i = 0; i < N_VERBS; i++) names[i] = verbs[i].name;
  const char *nearest = sp_nearest(name, names, N_VERBS);
  sp_error_set(error, SAMPAN_E_USAGE, SP_ID_VERB, "there is no verb '%s'", name);
  return nearest != NULL ? sp_error_hint(error, "did you mean '%s'?", nearest)
                         : sp_error_hint(error, "sampan --help lists them");
}

static int32_t dispatch(cli *c, sampan_error *error) {
  const char *name = c->args.verb;
  if (name == NULL && !c->args.help) {
    sp_error_set(error, SAMPAN_E_USAGE, SP_ID_VERB, "a verb is missing");
    return sp_error_hint(error, "sampan --help lists them");
  }
  if (name == NULL || c->args.help || strcmp(name, "help") == 0) return print_help(c, error);
  for (size_t i = 0; i < N_VERBS; i++) {
    if (strcmp(verbs[i].name, name) == 0) return verbs[i].run(c, error);
  }
  return unknown_verb(name, error);
}

/* Tables come and go by the megabyte: what is freed goes back to the system. */
static void give_back(void) {
#if defined(__GLIBC__)
  (void)mallopt(M_MMAP_THRESHOLD, 1 << 17);
#endif
}

int main(int argc, char **argv) {
  give_back();
  cli *c = calloc(1, sizeof *c);
  sampan_error error;
  char program[PATH_MAX];
  memset(&error, 0, sizeof error);
  error.struct_size = sizeof error;
  if (c == NULL) return 1;
  sp_quantile_setup();
  set_signals();
  c->cancel = &interrupted;
  c->arena = sp_arena_new(0);
  int32_t status = c->arena != NULL ? SAMPAN_OK : sp_error_memory(&error);
  if (status >= 0) status = cli_args_read(argc, argv, &c->args, &error);
  const ssize_t n = readlink("/proc/self/exe", program, sizeof program - 1);
  if (n > 0) {
    program[n] = '\0';
    c->args.program = program;
  }
  if (status >= 0) status = dispatch(c, &error);
  /* A signal that comes once all is written interrupts nothing. */
  if (sp_cancelled(&interrupted) && status < 0) status = SAMPAN_E_CANCELLED;
  int code = sp_error_exit_code(status);
  cli_progress_clear(c);
  if (status == SAMPAN_E_CANCELLED) {
    fprintf(stderr, "sampan: interrupted; %s\n",
            c->written != NULL ? "not all was written" : "nothing was written");
  } else if (status < 0) {
    cli_print_error(&error);
  }
  if (status < 0 && c->written != NULL) fprintf(stderr, "  written: %s\n", c->written);
  if (status == CLI_STRICT) code = 6;
  cli_progress_end(c, code);
  sp_registry_free(c->registry);
  sp_arena_free(c->arena);
  free(c);
  return code;
}
