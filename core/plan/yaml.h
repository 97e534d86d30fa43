/* yaml.h - a YAML file as a tree that knows where each node stands. Scalars stay text: a plan
 * decides what is a number, so that 01, no and on keep their spelling. Anchors, aliases, tags and
 * merge keys are refused, as are duplicate keys and documents after the first. */
#ifndef SP_PLAN_YAML_H
#define SP_PLAN_YAML_H

#include "base/arena.h"
#include "base/error.h"

enum { SP_YAML_SCALAR = 1, SP_YAML_LIST = 2, SP_YAML_MAP = 3 };
/* How a scalar is written; 0 is plain. */
enum { SP_YAML_QUOTED = 1, SP_YAML_LITERAL = 2, SP_YAML_FOLDED = 3 };

typedef struct sp_yaml {
  int32_t kind;
  int32_t line, column;   /* 1-based */
  int32_t quoted;         /* SCALAR: 0, or SP_YAML_QUOTED, _LITERAL (|), _FOLDED (>) */
  const char *text;       /* SCALAR */
  uint32_t n;             /* LIST, MAP */
  int32_t last_line;      /* SCALAR: the line where it ends */
  struct sp_yaml **keys;  /* MAP: scalars */
  struct sp_yaml **items; /* LIST, MAP */
} sp_yaml;

/* Parses `n` bytes; `file` is for messages. The tree lives in the arena. Depth is limited to 64. */
int32_t sp_yaml_parse(const char *file, const char *text, uint64_t n, sp_arena *arena,
                      sp_yaml **out, sampan_error *error) SP_CHECK;
/* The item of a key, or NULL. */
sp_yaml *sp_yaml_get(const sp_yaml *map, const char *key);
/* An error at the node's place. */
int32_t sp_yaml_error(const sp_yaml *node, const char *file, int32_t id, sampan_error *error,
                      const char *format, ...) SP_PRINTF(5, 6);
/* Hints at the nearest of the names, or lists them after `what`. */
void sp_yaml_suggest(const char *text, const char *const *names, uint32_t n, const char *what,
                     sampan_error *error);
/* Refuses a key that is not in the list, naming the nearest one that is. */
int32_t sp_yaml_known_keys(const sp_yaml *map, const char *file, const char *const *known,
                           uint32_t n_known, sampan_error *error) SP_CHECK;

#endif
