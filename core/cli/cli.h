/* cli.h - what the verbs of the program share. */
#ifndef SP_CLI_CLI_H
#define SP_CLI_CLI_H

#include "base/arena.h"
#include "base/error.h"
#include "engine/outcome.h"
#include "host/registry.h"

#define CLI_MOST 32
#define CLI_MOST_OPERANDS 4096
/* A verb's result under --strict where some estimates have no value. */
#define CLI_STRICT 100

/* The command line, read. Texts are borrowed from argv. */
typedef struct cli_args {
  const char *program; /* absolute path, from the system where it can be had */
  const char *verb;
  const char *operands[CLI_MOST_OPERANDS]; /* files, names */
  uint32_t n_operands;
  uint32_t n_outputs;
  const char *outputs[CLI_MOST]; /* -o, may come several times */
  const char *plugin_folders[CLI_MOST];
  uint32_t n_plugin_folders;
  int32_t batch;
  const char *format, *language, *data_folder, *table, *columns, *sample, *shard, *sort;
  int32_t quiet, verbose, json, strict, help;
  int32_t progress; /* CLI_PROGRESS_* */
  int64_t threads;  /* 0: one for each processor */
  int64_t memory;   /* bytes; 0: half of the machine's */
} cli_args;

enum {
  CLI_PROGRESS_AUTO = 0, /* a bar, where standard error is a terminal */
  CLI_PROGRESS_NONE = 1,
  CLI_PROGRESS_PLAIN = 2, /* lines */
  CLI_PROGRESS_JSON = 3   /* an object a line */
};

/* What the reads have come to so far, and how it is shown. */
typedef struct cli_progress {
  int32_t form;       /* CLI_PROGRESS_*; AUTO is the bar */
  int32_t is_counted; /* a run was begun: there is something to report at its end */
  int32_t on_line;    /* the bar stands on standard error */
  uint32_t read, n_reads;
  int64_t start_ns, read_ns, shown_ns; /* of the run, of the read, of the last showing */
  int64_t bytes, bytes_total, records; /* of this read */
  int64_t bytes_before, records_before;
  int64_t totals_peak; /* of the memory that totals took */
} cli_progress;

/* What a verb works with. */
typedef struct cli {
  cli_args args;
  sp_arena *arena;
  sp_registry *registry; /* NULL until cli_registry() */
  char data_folder[4096];
  const volatile int *cancel;
  cli_progress progress;
  const char *written; /* the outputs that others see by now, for a run that fails; or NULL */
} cli;

/* A verb: returns a status; prints its result to standard output or -o, nothing else there. */
typedef int32_t cli_verb_fn(cli *c, sampan_error *error);

int32_t cli_run(cli *c, sampan_error *error);
int32_t cli_annex(cli *c, sampan_error *error);
int32_t cli_check(cli *c, sampan_error *error);
int32_t cli_describe(cli *c, sampan_error *error);
int32_t cli_pack(cli *c, sampan_error *error);
int32_t cli_plugins(cli *c, sampan_error *error);
int32_t cli_manifest(cli *c, sampan_error *error);
int32_t cli_init(cli *c, sampan_error *error);
int32_t cli_partial(cli *c, sampan_error *error);
int32_t cli_merge(cli *c, sampan_error *error);

/* Writes what a plan came to: its notes, its results, and under --strict whether all are there. */
int32_t cli_results(cli *c, sp_outcome *outcome, sampan_error *error) SP_CHECK;

/* Reads the command line; *error says what is wrong with it. */
int32_t cli_args_read(int argc, char **argv, cli_args *out, sampan_error *error) SP_CHECK;
/* The usage text of a verb, or of the program (verb NULL). */
const char *cli_usage(const char *verb);
/* Refuses a wrong number of operands. */
int32_t cli_need_operands(const cli *c, uint32_t least, uint32_t most,
                          sampan_error *error) SP_CHECK;

/* The absolute path of a plugin that was named on the command line; *out lives in the arena. */
int32_t cli_absolute(cli *c, const char *path, const char **out, sampan_error *error) SP_CHECK;
/* Opens the registry (manifests only) and finds the shipped data. */
int32_t cli_registry(cli *c, sampan_error *error) SP_CHECK;
/* Options for the engine. */
sp_run_options cli_run_options(cli *c);
/* 1 if something that will be written shows the digests of the inputs. */
int32_t cli_wants_digests(cli *c, sampan_error *error) SP_CHECK;

/* Begins to count what a run reads, and to show it as --progress says. */
void cli_progress_start(cli *c);
void cli_progress_take(void *c, uint32_t read, int64_t done, int64_t total, int64_t n_records);
/* Clears the bar away; of lines, writes the last. */
void cli_progress_clear(cli *c);
/* The last word: the summary of --verbose, the event `end`. */
void cli_progress_end(cli *c, int exit_code);

/* Finds the writers of all outputs, so that a wrong one does not cost a run. */
int32_t cli_check_outputs(cli *c, int32_t annex, sampan_error *error) SP_CHECK;
/* Refuses outputs that are an input (an operand of the command line, or a file that a plan names),
 * or one another: before anything is read. */
int32_t cli_refuse_inputs(const cli *c, const sp_plan *const *plans, uint32_t n_plans,
                          sampan_error *error) SP_CHECK;
/* Refuses more than one output, where a verb has one. */
int32_t cli_refuse_outputs(const cli *c, sampan_error *error) SP_CHECK;
/* Writes results or a document (one of them NULL) to every -o, or to standard output where there is
 * none, with the writers that --format or the file names ask for. Beside each file goes its
 * FILE.manifest.json, unless `manifest` is NULL. All are whole before the first is put in place. */
int32_t cli_write(cli *c, const sampan_document *document, const sampan_results *results,
                  const char *manifest, sampan_error *error) SP_CHECK;
/* The writer that --format or the file name asks for. */
int32_t cli_find_writer(cli *c, const char *path, const sampan_plugin **out,
                        sampan_error *error) SP_CHECK;
/* Writes a text to the one -o, whole or not at all, or to standard output. */
int32_t cli_write_text(cli *c, const char *text, uint64_t n_bytes, sampan_error *error) SP_CHECK;
/* Writes a text to standard output, whatever -o says. */
int32_t cli_print(cli *c, const char *text, uint64_t n_bytes, sampan_error *error) SP_CHECK;
/* Prints an error to standard error as file:line:column: error: text [SMPnnnn] and a hint. */
void cli_print_error(const sampan_error *error);

#endif
