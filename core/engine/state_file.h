/* state_file.h - a state as a file: what it was made from, and what it covers. Internal to
 * state*.c. */
#ifndef SP_ENGINE_STATE_FILE_H
#define SP_ENGINE_STATE_FILE_H

#include "engine/job.h"
#include "engine/state_bytes.h"

/* Something that the totals depend on. */
enum {
  SP_MADE_BY_ENGINE = 0,
  SP_MADE_OF_PLAN = 1,
  SP_MADE_BY_PLUGIN = 2,
  SP_MADE_OF_TABLE = 3,
  SP_MADE_OF_FILE = 4
};

typedef struct sp_origin {
  uint32_t kind, reserved;
  const char *name, *value; /* a version, a digest */
} sp_origin;

/* What a state says of itself, before its totals. Texts are in the arena. */
typedef struct sp_state {
  const char *file;
  uint32_t k, n; /* the shard, of how many */
  sp_origin *origins;
  uint32_t n_origins;
  uint32_t n_waves, n_files;
  uint32_t n_notes;
  const char **notes;               /* what plugins had to say of the records */
  sp_stretch *stretches;            /* by wave */
  int64_t *n_records, *n_unmatched; /* by file */
  char digest[65];                  /* of the whole */
} sp_state;

/* What a run of the job depends on; *out and its texts are in the arena. */
int32_t sp_origins_of(const sp_job *job, sp_arena *arena, sp_origin **out, uint32_t *n,
                      sampan_error *error) SP_CHECK;

/* The bytes of a state, totals included. */
int32_t sp_state_write(sp_job *job, sp_totals *totals, uint32_t k, uint32_t n, sp_buffer *out,
                       sampan_error *error) SP_CHECK;

/* Reads a file, whole and checked, into `bytes` (to be cleared by the caller), and what it says of
 * itself into *out. *totals: the bytes of the totals. */
int32_t sp_state_read(const char *file, sp_arena *arena, sp_buffer *bytes, sp_state *out,
                      sp_bytes *totals, sampan_error *error) SP_CHECK;

/* The error of a state that cannot be read. */
int32_t sp_state_damaged(const char *file, const char *what, sampan_error *error);

/* Refuses states that were not made from what the job is. */
int32_t sp_states_check_origins(const sp_state *states, uint32_t n, const sp_origin *origins,
                                uint32_t n_origins, sampan_error *error) SP_CHECK;
/* Refuses states that do not cover every record once; sorts them by what they cover. */
int32_t sp_states_check_cover(const sp_job *job, sp_state *states, uint32_t n,
                              sampan_error *error) SP_CHECK;

#endif
