/* error.h - errors as values: filling a sampan_error with a message, its number and its place. */
#ifndef SP_BASE_ERROR_H
#define SP_BASE_ERROR_H

#include <sampan/plugin.h>

#if defined(__GNUC__)
#define SP_PRINTF(a, b) __attribute__((format(printf, a, b)))
#define SP_CHECK __attribute__((warn_unused_result))
#else
#define SP_PRINTF(a, b)
#define SP_CHECK
#endif

/* Returns from the enclosing function when expr is an error; the only macro that does. */
#define SP_TRY(expr)                               \
  do {                                             \
    const int32_t sp_try_status_ = (expr);         \
    if (sp_try_status_ < 0) return sp_try_status_; \
  } while (0)

/* Clears *error (which may be NULL). */
void sp_error_clear(sampan_error *error);

/* Fills status, id and message and returns status; keeps places that are already there. `error` may
 * be NULL. */
int32_t sp_error_set(sampan_error *error, int32_t status, int32_t id, const char *format, ...)
    SP_PRINTF(4, 5);

/* Each adds one piece and returns error->status, so that they end a return statement. */
int32_t sp_error_hint(sampan_error *error, const char *format, ...) SP_PRINTF(2, 3);
int32_t sp_error_file(sampan_error *error, const char *file);
int32_t sp_error_text_place(sampan_error *error, const char *file, int32_t line, int32_t column);
int32_t sp_error_cell(sampan_error *error, const char *file, int64_t row, const char *column);

/* Out of memory: the one error that must be reported without allocating. */
int32_t sp_error_memory(sampan_error *error);

/* What the system says of an errno, for a message: "No such file or directory". */
void sp_error_errno(int number, char *out, uint64_t size);

/* The exit code of the program for a status: 0 ok, 1 run time, 2 usage, 3 plan, 4 data, 5 plugin,
 * 130 cancelled. */
int sp_error_exit_code(int32_t status);

#endif
