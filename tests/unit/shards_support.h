/* shards_support.h - a folder with plans over random records, for tests of merging. */
#ifndef SHARDS_SUPPORT_H
#define SHARDS_SUPPORT_H

#include <stdint.h>

#include "engine/job.h"
#include "host/registry.h"

enum { SHARDS_RECORDS = 1200 };

typedef struct shards_folder {
  char path[64];
  sp_registry *registry;
  sp_run_options options;
} shards_folder;

/* Skips the test where plugins of the build are not loaded. */
void shards_open(shards_folder *folder);
void shards_close(shards_folder *folder);

/* PATH/NAME, in memory that is used again after eight calls. */
const char *shards_path(const shards_folder *folder, const char *name);
void shards_write(const shards_folder *folder, const char *name, const void *bytes, uint64_t n);
/* Writes records i with part[i] == which (all where part is NULL) to NAME. */
void shards_data(const shards_folder *folder, const char *name, const int *part, int which);
/* Writes a plan over a file: `rest` is the design and what is estimated. */
sp_plan *shards_plan(const shards_folder *folder, const char *name, const char *data,
                     const char *rest);

/* xorshift; the state must not be 0. */
uint32_t shards_random(uint64_t *state, uint32_t below);

#endif
