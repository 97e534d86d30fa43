/* data_file.h - a data file as describe and init see it: its columns, before any plan. */
#ifndef SP_CLI_DATA_FILE_H
#define SP_CLI_DATA_FILE_H

#include "base/buffer.h"
#include "cli/cli.h"
#include "host/source.h"

/* Opens `path` with the source of --format, or the one that claims its name, and reads the header.
 * What it finds lives in c->arena. */
int32_t cli_data_open(cli *c, const char *path, sp_context *context, sp_source *out,
                      sampan_error *error) SP_CHECK;

/* A table of texts, aligned by display width: cells are added row by row. */
typedef struct cli_grid {
  sp_arena *arena;
  uint32_t n_columns, n_cells, capacity;
  const char **cells;
  uint32_t right; /* mask of the columns that are aligned to the right */
  int32_t failed;
} cli_grid;

void cli_grid_add(cli_grid *grid, const char *text);
/* Writes it; cells but the last of a row are padded. */
void cli_grid_write(const cli_grid *grid, sp_buffer *out);

#endif
