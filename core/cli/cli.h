/* cli.h - what the verbs of the program share. */
#ifndef SP_CLI_CLI_H
#define SP_CLI_CLI_H

#include "base/arena.h"
#include "base/error.h"
#include "engine/outcome.h"
#include "host/registry.h"

#define CLI_MOST 32
/* A verb's result under --strict where some estimates have no value. */
#define CLI_STRICT 100

/* The command line, read. Texts are borrowed from argv. */
typedef struct cli_args {
  const char *program; /* absolute path, from the system where it can be had */
  const char *verb;
  const char *operands[CLI_MOST]; /* files, names */
  uint32_t n_operands;
  uint32_t n_outputs;
  const char *outputs[CLI_MOST]; /* -o, may come several times */
  const char *plugin_folders[CLI_MOST];
  uint32_t n_plugin_folders;
  int32_t batch;
  const char *format, *language, *data_folder, *table, *sample, *sort;
  int32_t quiet, json, strict, help;
  int32_t progress; /* -1 where standard error is a terminal, 0 never, 1 always */
} cli_args;

/* What a verb works with. */
typedef struct cli {
  cli_args args;
  sp_arena *arena;
  sp_registry *registry; /* NULL until cli_registry() */
  char data_folder[4096];
  const volatile int *cancel;
  int32_t progress_shown; /* a line of progress stands on standard error */
  const char *written;    /* the outputs that others see by now, for a run that fails; or NULL */
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
/* Ends the line that the progress display stands on. */
void cli_progress_end(const cli *c);

/* Finds the writers of all outputs, so that a wrong one does not cost a run. */
int32_t cli_check_outputs(cli *c, int32_t annex, sampan_error *error) SP_CHECK;
/* Refuses outputs that are an input (an operand of the command line, or a file that a plan names),
 * or one another: before anything is read. */
int32_t cli_refuse_inputs(const cli *c, const sp_plan *const *plans, uint32_t n_plans,
                          sampan_error *error) SP_CHECK;
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
