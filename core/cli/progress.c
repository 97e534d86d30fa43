/* progress.c - how far a run is, for those who wait for it and for those who drive it. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/processors.h"
#include "base/text.h"
#include "cli/cli.h"

enum { BAR_NS = 100 * 1000 * 1000, LINE_NS = 1000 * 1000 * 1000, BAR_CELLS = 20 };

static int64_t now(clockid_t clock) {
  struct timespec t;
  if (clock_gettime(clock, &t) != 0) return 0;
  return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static int64_t peak_memory(void) {
  struct rusage usage;
  return getrusage(RUSAGE_SELF, &usage) == 0 ? (int64_t)usage.ru_maxrss * 1024 : 0;
}

static int64_t n_threads(const cli *c) {
  return c->args.threads > 0 ? c->args.threads : sp_processors();
}

/* ---- the state at a moment ---------------------------------------------------------------- */

typedef struct moment {
  double seconds; /* since the run began */
  double rate;    /* bytes a second, in this read; NaN: too early to tell */
  double left;    /* seconds of this read; NaN: unknown */
  double share;   /* of this read that is done; NaN: unknown */
} moment;

static moment look(const cli_progress *p, int64_t at) {
  const double in_read = (double)(at - p->read_ns) / 1e9;
  moment m = {.seconds = (double)(at - p->start_ns) / 1e9, .rate = NAN, .left = NAN, .share = NAN};
  if (p->bytes > 0 && in_read > 0) m.rate = (double)p->bytes / in_read;
  if (p->bytes_total > 0 && p->bytes >= 0) {
    m.share = fmin((double)p->bytes / (double)p->bytes_total, 1);
    m.left = (double)(p->bytes_total - p->bytes) / m.rate;
    if (m.left < 0) m.left = 0;
  }
  return m;
}

/* ---- as text ------------------------------------------------------------------------------ */

static void add_bytes(sp_buffer *b, double n) {
  static const char *const units[] = {"B", "kB", "MB", "GB", "TB"};
  int unit = 0;
  for (; n >= 999.5 && unit < 4; unit++) n /= 1000;
  sp_buffer_printf(b, "%.*f %s", unit == 0 || n >= 99.95 ? 0 : 1, n, units[unit]);
}

static void add_records(sp_buffer *b, int64_t n) {
  char text[64];
  sp_format_fixed((double)n, 0, ",", text);
  sp_buffer_printf(b, "%s record%s", text, n == 1 ? "" : "s");
}

static void add_facts(sp_buffer *b, const cli_progress *p, const moment *m) {
  if (!isnan(m->share)) sp_buffer_printf(b, "%3.0f %%  ", floor(100 * m->share));
  add_records(b, p->records);
  if (p->bytes > 0) {
    sp_buffer_text_add(b, "  ");
    add_bytes(b, (double)p->bytes);
  }
  if (!isnan(m->rate)) {
    sp_buffer_text_add(b, "  ");
    add_bytes(b, m->rate);
    sp_buffer_text_add(b, "/s");
  }
  if (isfinite(m->left)) {
    const long left = m->left < 3.6e6 ? (long)ceil(m->left) : 3600000;
    sp_buffer_printf(b, "  %ld:%02ld left", left / 60, left % 60);
  }
}

static void show_bar(cli_progress *p, const moment *m) {
  sp_buffer b;
  struct winsize size;
  int width = 80;
  if (ioctl(2, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) width = size.ws_col;
  sp_buffer_init(&b);
  if (p->read > 1) sp_buffer_printf(&b, "read %u  ", (unsigned)p->read);
  if (!isnan(m->share) && width >= 72) {
    const int full = (int)(m->share * BAR_CELLS);
    sp_buffer_char(&b, '[');
    for (int i = 0; i < BAR_CELLS; i++) sp_buffer_char(&b, i < full ? '#' : '.');
    sp_buffer_text_add(&b, "] ");
  }
  add_facts(&b, p, m);
  /* A line that wraps cannot be cleared. */
  fprintf(stderr, "\r\033[K%.*s", width - 1, sp_buffer_text(&b));
  fflush(stderr);
  p->on_line = 1;
  sp_buffer_clear(&b);
}

static void show_line(const cli_progress *p, const moment *m) {
  sp_buffer b;
  sp_buffer_init(&b);
  if (p->read > 1) sp_buffer_printf(&b, "read %u  ", (unsigned)p->read);
  add_facts(&b, p, m);
  fprintf(stderr, "%s\n", sp_buffer_text(&b));
  sp_buffer_clear(&b);
}

/* ---- as JSON ------------------------------------------------------------------------------ */

static void add_number(sp_buffer *b, const char *name, double x, int decimals) {
  if (isfinite(x)) {
    sp_buffer_printf(b, ",\"%s\":%.*f", name, decimals, x);
  } else {
    sp_buffer_printf(b, ",\"%s\":null", name);
  }
}

static void add_count(sp_buffer *b, const char *name, int64_t n) {
  if (n >= 0) {
    sp_buffer_printf(b, ",\"%s\":%lld", name, (long long)n);
  } else {
    sp_buffer_printf(b, ",\"%s\":null", name);
  }
}

static void send(sp_buffer *b) {
  sp_buffer_text_add(b, "}\n");
  fputs(sp_buffer_text(b), stderr);
  fflush(stderr);
  sp_buffer_clear(b);
}

static void show_json(const cli_progress *p, const moment *m) {
  sp_buffer b;
  sp_buffer_init(&b);
  sp_buffer_text_add(&b, "{\"event\":\"progress\"");
  add_count(&b, "read", p->read);
  add_count(&b, "bytes", p->bytes);
  add_count(&b, "bytes_total", p->bytes_total > 0 ? p->bytes_total : -1);
  add_count(&b, "records", p->records);
  add_number(&b, "seconds", m->seconds, 3);
  add_number(&b, "bytes_per_second", m->rate, 0);
  add_number(&b, "seconds_left", m->left, 1);
  send(&b);
}

/* ---- the course of a run ------------------------------------------------------------------ */

static int32_t choose_form(const cli *c) {
  const char *terminal = getenv("TERM");
  if (c->args.quiet) return CLI_PROGRESS_NONE;
  if (c->args.progress != CLI_PROGRESS_AUTO) return c->args.progress;
  const int dumb = terminal != NULL && strcmp(terminal, "dumb") == 0;
  return isatty(2) && !dumb ? CLI_PROGRESS_AUTO : CLI_PROGRESS_NONE;
}

void cli_progress_start(cli *c) {
  cli_progress *p = &c->progress;
  p->form = choose_form(c);
  p->start_ns = p->read_ns = p->shown_ns = now(CLOCK_MONOTONIC);
  p->is_counted = 1;
  if (p->form != CLI_PROGRESS_JSON) return;
  sp_buffer b;
  sp_buffer_init(&b);
  sp_buffer_text_add(&b, "{\"event\":\"start\"");
  add_count(&b, "threads", n_threads(c));
  send(&b);
}

/* A read that starts over at 1 is another plan's. One that was given up, as its records asked for
 * another way to count them, is not told of: it did not come to its end. */
static void next_read(cli_progress *p, uint32_t read, int64_t at) {
  const int given_up = p->n_reads > 0 && p->bytes_total > 0 && p->bytes < p->bytes_total;
  if (!given_up) {
    p->bytes_before += p->bytes;
    p->n_reads++;
    if (read <= p->read) p->records_before += p->records;
  }
  p->read = read;
  p->read_ns = at;
}

void cli_progress_take(void *data, uint32_t read, int64_t done, int64_t total, int64_t n_records) {
  cli *c = data;
  cli_progress *p = &c->progress;
  const int64_t at = now(CLOCK_MONOTONIC_COARSE); /* it comes with every batch */
  if (read != p->read || n_records < p->records)
    next_read(p, read, p->n_reads > 0 ? at : p->start_ns);
  p->bytes = done;
  p->bytes_total = total;
  p->records = n_records;
  if (p->form == CLI_PROGRESS_NONE) return;
  if (at - p->shown_ns < (p->form == CLI_PROGRESS_AUTO ? BAR_NS : LINE_NS)) return;
  p->shown_ns = at;
  const moment m = look(p, at);
  if (p->form == CLI_PROGRESS_AUTO) show_bar(p, &m);
  if (p->form == CLI_PROGRESS_PLAIN) show_line(p, &m);
  if (p->form == CLI_PROGRESS_JSON) show_json(p, &m);
}

void cli_progress_clear(cli *c) {
  cli_progress *p = &c->progress;
  if (p->form == CLI_PROGRESS_PLAIN && p->n_reads > 0) {
    const moment m = look(p, now(CLOCK_MONOTONIC));
    show_line(p, &m);
    p->form = CLI_PROGRESS_NONE;
  }
  if (!p->on_line) return;
  fputs("\r\033[K", stderr);
  fflush(stderr);
  p->on_line = 0;
}

static void summarize(const cli *c, int64_t bytes, int64_t records, double seconds) {
  sp_buffer b;
  sp_buffer_init(&b);
  sp_buffer_text_add(&b, "sampan: ");
  add_records(&b, records);
  sp_buffer_text_add(&b, ", ");
  add_bytes(&b, (double)bytes);
  if (c->progress.n_reads > 1) {
    sp_buffer_printf(&b, " in %u reads", (unsigned)c->progress.n_reads);
  }
  sp_buffer_printf(&b, ", %.2f s (", seconds);
  add_bytes(&b, seconds > 0 ? (double)bytes / seconds : 0);
  sp_buffer_text_add(&b, "/s), peak memory ");
  add_bytes(&b, (double)peak_memory());
  sp_buffer_text_add(&b, ", totals ");
  add_bytes(&b, (double)c->progress.totals_peak);
  const int64_t threads = n_threads(c);
  sp_buffer_printf(&b, ", %lld thread%s\n", (long long)threads, threads == 1 ? "" : "s");
  fputs(sp_buffer_text(&b), stderr);
  sp_buffer_clear(&b);
}

void cli_progress_end(cli *c, int exit_code) {
  const cli_progress *p = &c->progress;
  if (!p->is_counted) return;
  const int64_t bytes = p->bytes_before + p->bytes, records = p->records_before + p->records;
  const double seconds = (double)(now(CLOCK_MONOTONIC) - p->start_ns) / 1e9;
  if (p->form == CLI_PROGRESS_JSON) {
    sp_buffer b;
    sp_buffer_init(&b);
    sp_buffer_text_add(&b, "{\"event\":\"end\"");
    add_count(&b, "exit_code", exit_code);
    add_count(&b, "reads", p->n_reads);
    add_count(&b, "bytes", bytes);
    add_count(&b, "records", records);
    add_number(&b, "seconds", seconds, 3);
    add_number(&b, "bytes_per_second", seconds > 0 ? (double)bytes / seconds : NAN, 0);
    add_count(&b, "memory_peak", peak_memory());
    add_count(&b, "totals_peak", p->totals_peak);
    add_count(&b, "threads", n_threads(c));
    send(&b);
  }
  if (c->args.verbose) summarize(c, bytes, records, seconds);
}
