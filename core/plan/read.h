/* read.h - what a node of a plan or programme is meant to be: a text, a number, a label, an
 * expression. Every function says what is wrong with its file, line and column; `what` names the
 * key in messages. Internal to core/plan. */
#ifndef SP_PLAN_READ_H
#define SP_PLAN_READ_H

#include "plan/plan.h"

typedef struct sp_reading {
  sp_arena *arena;
  const char *file, *folder; /* the folder that paths start from */
  sampan_error *error;
} sp_reading;

#define SP_COUNT(array) ((uint32_t)(sizeof(array) / sizeof((array)[0])))
/* Memory for n items in *out, at least one. */
#define SP_NEW(r, n, out) sp_read_memory((r), (uint64_t)(n), sizeof **(out), (void **)(out))

int32_t sp_read_memory(const sp_reading *r, uint64_t n, uint64_t size, void **out) SP_CHECK;

/* Reads a whole file and parses it; *digest is its SHA-256. */
int32_t sp_read_file(sp_reading *r, const char *path, sp_yaml **tree, const char **digest) SP_CHECK;
/* Refuses a version other than 1. */
int32_t sp_read_version(const sp_reading *r, const sp_yaml *tree, const char *key) SP_CHECK;

int32_t sp_read_kind(const sp_reading *r, const sp_yaml *node, int32_t kind,
                     const char *what) SP_CHECK;
/* A map with none but the given keys. */
int32_t sp_read_map(const sp_reading *r, const sp_yaml *node, const char *const *keys, uint32_t n,
                    const char *what) SP_CHECK;
/* "'what' is missing", at the place of `map`. */
int32_t sp_read_needs(const sp_reading *r, const sp_yaml *map, const char *what) SP_CHECK;

/* A scalar that is not empty. */
int32_t sp_read_text(const sp_reading *r, const sp_yaml *node, const char *what,
                     const char **out) SP_CHECK;
/* One text for both languages, or {en, zh}. */
int32_t sp_read_label(const sp_reading *r, const sp_yaml *node, const char *what,
                      sp_label *out) SP_CHECK;
int32_t sp_read_number(const sp_reading *r, const sp_yaml *node, const char *what,
                       double *out) SP_CHECK;
/* A number or a percentage: 0.3 or 30%. */
int32_t sp_read_share(const sp_reading *r, const sp_yaml *node, const char *what,
                      double *out) SP_CHECK;
int32_t sp_read_integer(const sp_reading *r, const sp_yaml *node, const char *what, int64_t minimum,
                        int64_t maximum, int64_t *out) SP_CHECK;
int32_t sp_read_truth(const sp_reading *r, const sp_yaml *node, const char *what,
                      int32_t *out) SP_CHECK;
/* A confidence level: 0.95 or 95. */
int32_t sp_read_level(const sp_reading *r, const sp_yaml *node, const char *what,
                      double *out) SP_CHECK;
/* The index of a text in a list of names. */
int32_t sp_read_choice(const sp_reading *r, const sp_yaml *node, const char *what,
                       const char *const *names, uint32_t n, uint32_t *out) SP_CHECK;
int32_t sp_read_plugin(const sp_reading *r, const sp_yaml *node, const char *what,
                       const char **out) SP_CHECK;
int32_t sp_read_sha256(const sp_reading *r, const sp_yaml *node, const char *what,
                       const char **out) SP_CHECK;
/* A path, from the folder of the file if it is relative. */
int32_t sp_read_path(const sp_reading *r, const sp_yaml *node, const char *what, const char **given,
                     const char **out) SP_CHECK;
/* One text or a list of different ones. */
int32_t sp_read_names(const sp_reading *r, const sp_yaml *node, const char *what,
                      const char *const **out, uint32_t *n) SP_CHECK;
int32_t sp_read_expr(const sp_reading *r, const sp_yaml *node, const char *what,
                     const sp_expr **out) SP_CHECK;

#endif
