/* check_process.c - the state of the process that no plugin may change. */
#include <fcntl.h>
#include <fenv.h>
#include <float.h>
#include <gsl/gsl_errno.h>
#include <langinfo.h>
#include <locale.h>
#include <signal.h>
#include <unistd.h>

#include "host/check_laws.h"

extern char **environ;

enum { MOST_FILES = 256 };

/* Where GSL keeps its handler cannot be read, only exchanged. */
static const void *gsl_handler(void) {
  gsl_error_handler_t *now = gsl_set_error_handler_off();
  const void *seen = NULL;
  (void)gsl_set_error_handler(now);
  memcpy(&seen, &now, sizeof seen);
  return seen;
}

/* 1 if numbers below DBL_MIN are kept: an object built with -Ofast turns that off. */
static int32_t keeps_denormals(void) {
  volatile double x = DBL_MIN, y;
  y = x / 2;
  return y != 0;
}

static uint32_t control_word(void) {
#if defined(__x86_64__)
  return __builtin_ia32_stmxcsr() & 0xffc0U; /* without the flags, which every division may set */
#else
  return 0;
#endif
}

void sp_process_state_take(sp_process_state *s) {
  memset(s, 0, sizeof *s);
  s->control = control_word();
  s->rounding = fegetround();
  s->denormals = keeps_denormals();
  (void)snprintf(s->decimal, sizeof s->decimal, "%s", localeconv()->decimal_point);
  (void)snprintf(s->codeset, sizeof s->codeset, "%s", nl_langinfo(CODESET));
  s->locale = (const void *)uselocale((locale_t)0);
  s->environment = environ;
  if (getcwd(s->folder, sizeof s->folder) == NULL) s->folder[0] = '\0';
  for (int fd = 0; fd < MOST_FILES; fd++) s->n_files += fcntl(fd, F_GETFD) >= 0;
  s->handlers[0] = gsl_handler();
  for (int number = 1; number < 32; number++) {
    struct sigaction action;
    if (sigaction(number, NULL, &action) != 0) continue;
    memcpy(&s->handlers[number], &action.sa_handler, sizeof s->handlers[number]);
  }
}

const char *sp_process_state_differs(const sp_process_state *a, const sp_process_state *b) {
  if (a->denormals != b->denormals) return "denormal numbers count as 0";
  if (a->rounding != b->rounding) return "numbers are rounded another way";
  if (a->control != b->control) return "the floating-point control word is another";
  if (strcmp(a->decimal, b->decimal) != 0 || strcmp(a->codeset, b->codeset) != 0 ||
      a->locale != b->locale) {
    return "the locale is another";
  }
  if (strcmp(a->folder, b->folder) != 0) return "the working folder is another";
  if (a->environment != b->environment) return "the environment is another";
  if (a->handlers[0] != b->handlers[0]) return "GSL has another error handler";
  for (int i = 1; i < 32; i++) {
    if (a->handlers[i] != b->handlers[i]) return "a signal has another handler";
  }
  if (a->n_files < b->n_files) return "more files are open";
  if (a->n_files > b->n_files) return "fewer files are open";
  return NULL;
}
