/* What threads that make estimates have to themselves. */
#include <criterion/criterion.h>
#include <math.h>

#include "base/quantile.h"
#include "engine/worker.h"

typedef struct crew {
  sp_arena *arena;
  sp_job job;
  sp_worker workers[2];
} crew;

static void hire(crew *c) {
  memset(c, 0, sizeof *c);
  c->arena = sp_arena_new(0);
  c->job.arena = c->arena;
  for (int i = 0; i < 2; i++) cr_assert_eq(sp_worker_init(&c->workers[i], &c->job, c->arena), 0);
}

static void dismiss(crew *c) {
  for (int i = 0; i < 2; i++) sp_worker_clear(&c->workers[i]);
  sp_arena_free(c->arena);
}

static void say(sp_worker *w, uint64_t place, const char *text) {
  w->place = place;
  sp_worker_note(w, text);
}

Test(worker, notes_are_told_in_the_order_of_results) {
  crew c;
  hire(&c);
  say(&c.workers[0], 9, "late");
  say(&c.workers[1], 5, "both");
  say(&c.workers[0], 7, "both");
  say(&c.workers[0], 2, "late"); /* said before elsewhere, but this place comes first */
  say(&c.workers[1], 3, "one");
  say(&c.workers[1], 3, "two");
  cr_assert_eq(sp_workers_tell(c.workers, 2, &c.job), 0);
  const char *const want[] = {"late", "one", "two", "both"};
  cr_assert_eq(c.job.notes.n, 4);
  for (uint32_t i = 0; i < 4; i++) cr_assert_str_eq(c.job.notes.texts[i], want[i]);
  dismiss(&c);
}

Test(worker, keeps_a_text_once) {
  crew c;
  hire(&c);
  char text[32];
  snprintf(text, sizeof text, "lonely p0");
  const char *first = sp_worker_text(&c.workers[0], text);
  text[0] = 'L';
  cr_assert_str_eq(first, "lonely p0");
  cr_assert_eq(sp_worker_text(&c.workers[0], "lonely p0"), first);
  for (int i = 0; i < 100; i++) { /* more than it remembers */
    snprintf(text, sizeof text, "text %d", i);
    cr_assert_str_eq(sp_worker_text(&c.workers[0], text), text);
  }
  cr_assert_str_eq(first, "lonely p0");
  dismiss(&c);
}

Test(worker, has_the_quantiles_of_the_t_distribution) {
  crew c;
  hire(&c);
  const double df[] = {1, 7, 511, 512, 19000, 2.5, 7, HUGE_VAL, 2.5};
  for (int round = 0; round < 2; round++) {
    const double tail = round == 0 ? 0.975 : 0.95;
    for (size_t i = 0; i < sizeof df / sizeof df[0]; i++) {
      cr_assert_eq(sp_worker_t(&c.workers[0], tail, df[i]), sp_t_quantile(tail, df[i]));
    }
  }
  cr_assert(isnan(sp_worker_t(&c.workers[0], 0.975, 0)));
  cr_assert(isnan(sp_worker_t(&c.workers[0], 0.975, NAN)));
  dismiss(&c);
}
