/* A state of which one byte is not as it was is refused, or cut off anywhere; and one that was made
 * to be wrong, with a checksum that fits, is refused or read, and does no harm. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "engine/error_ids.h"
#include "engine/state.h"
#include "engine/state_file.h"
#include "engine/state_totals.h"
#include "shards_support.h"

static sampan_error error;

static const char rest[] =
    "design: {strata: h, psu: p, weight: w, fpc: n1, fpc_is: population,\n"
    "         stages: [{unit: q, fpc: n2}]}\n"
    "period: year\ndomain: age > 20\n"
    "indicators:\n"
    "  share: {estimator: prevalence, of: y == 1, by: [[], [sex]]}\n"
    "  mean: {estimator: mean, of: z}\n";
static const char replicated[] =
    "design: {weight: w, replicates: {type: BRR, weights: r1..r4, combined: yes}}\n"
    "indicators: {share: {estimator: prevalence, of: y == 1, by: [[], [sex]]}}\n";

/* The state of some records, small enough to be tried byte by byte. */
static void make_state(shards_folder *f, const char *text, sp_plan **plan, sp_buffer *out) {
  int part[SHARDS_RECORDS];
  shards_open(f);
  error = (sampan_error){.struct_size = sizeof error};
  for (int i = 0; i < SHARDS_RECORDS; i++) part[i] = i < 14;
  shards_data(f, "data.csv", part, 1);
  *plan = shards_plan(f, "plan.yaml", "data.csv", text);
  sp_buffer_init(out);
  cr_assert_eq(sp_partial(*plan, f->registry, &f->options, 1, 1, out, &error), 0, "%s",
               error.message);
}

static int32_t read_state(const shards_folder *f, const char *bytes, uint64_t n) {
  sp_buffer buffer;
  sp_state state;
  sp_bytes totals;
  sp_arena *arena = sp_arena_new(0);
  sp_buffer_init(&buffer);
  error = (sampan_error){.struct_size = sizeof error};
  shards_write(f, "s.state", bytes, n);
  const int32_t status =
      sp_state_read(shards_path(f, "s.state"), arena, &buffer, &state, &totals, &error);
  sp_buffer_clear(&buffer);
  sp_arena_free(arena);
  return status;
}

Test(state, every_byte_is_covered) {
  shards_folder f;
  sp_plan *plan;
  sp_buffer state;
  make_state(&f, rest, &plan, &state);
  cr_assert_eq(read_state(&f, state.data, state.n_bytes), 0, "%s", error.message);
  for (uint64_t i = 0; i < state.n_bytes; i++) {
    state.data[i] ^= (char)(1 << i % 8);
    cr_assert_eq(read_state(&f, state.data, state.n_bytes), SAMPAN_E_DATA, "byte %d", (int)i);
    cr_assert_eq(error.id, SP_ID_STATE, "byte %d: %s", (int)i, error.message);
    cr_assert(strstr(error.file, "s.state") != NULL);
    state.data[i] ^= (char)(1 << i % 8);
  }
  for (uint64_t n = 0; n < state.n_bytes; n++) {
    cr_assert_eq(read_state(&f, state.data, n), SAMPAN_E_DATA, "%d bytes", (int)n);
    cr_assert_eq(error.id, SP_ID_STATE);
  }
  sp_buffer_char(&state, 'x');
  cr_assert_eq(read_state(&f, state.data, state.n_bytes), SAMPAN_E_DATA);
  sp_buffer_clear(&state);
  sp_plan_free(plan);
  shards_close(&f);
}

static void seal(sp_buffer *state) {
  sp_sha256 sha;
  char digest[65];
  sp_sha256_init(&sha);
  sp_sha256_add(&sha, state->data, state->n_bytes - 64);
  sp_sha256_hex(&sha, digest);
  memcpy(state->data + state->n_bytes - 64, digest, 64);
}

Test(state, a_later_version_is_refused_by_name) {
  shards_folder f;
  sp_plan *plan;
  sp_buffer state;
  make_state(&f, rest, &plan, &state);
  state.data[8] = 2;
  seal(&state);
  cr_assert_eq(read_state(&f, state.data, state.n_bytes), SAMPAN_E_DATA);
  cr_assert_eq(error.id, SP_ID_STATE_VERSION);
  cr_assert(strstr(error.message, "version 2 of the format") != NULL, "%s", error.message);
  sp_buffer_clear(&state);
  sp_plan_free(plan);
  shards_close(&f);
}

/* Shards that no run can be divided into would be looked for one by one. */
Test(state, numbers_of_shards_are_bounded) {
  static const uint32_t wrong[][2] = {{3, 2}, {1, (1 << 20) + 1}, {1, UINT32_MAX}};
  for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
    shards_folder f;
    sp_plan *plan;
    sp_buffer state;
    make_state(&f, rest, &plan, &state);
    cr_assert_eq(sp_partial(plan, f.registry, &f.options, wrong[i][0], wrong[i][1], &state, &error),
                 0);
    cr_assert_eq(read_state(&f, state.data, state.n_bytes), SAMPAN_E_DATA, "%u/%u", wrong[i][0],
                 wrong[i][1]);
    cr_assert_eq(error.id, SP_ID_STATE);
    sp_buffer_clear(&state);
    sp_plan_free(plan);
    shards_close(&f);
  }
}

static int32_t bound(sp_outcome *o, void *data, sampan_error *e) {
  (void)data;
  o->job->all_wide = 1;
  return sp_outcome_open(o, e);
}

/* Totals of which one byte is another. */
static void try_totals(const char *text) {
  shards_folder f;
  sp_plan *plan;
  sp_buffer state, again;
  sp_state about;
  sp_bytes totals;
  sp_outcome *o;
  int n_refused = 0;
  make_state(&f, text, &plan, &state);
  cr_assert_eq(sp_outcome_make(plan, f.registry, &f.options, bound, NULL, &o, &error), 0);
  shards_write(&f, "s.state", state.data, state.n_bytes);
  sp_buffer_init(&again);
  cr_assert_eq(sp_state_read(shards_path(&f, "s.state"), o->arena, &again, &about, &totals, &error),
               0);
  const uint64_t first = (uint64_t)(totals.at - again.data), n = again.n_bytes;
  for (uint64_t i = first; i <= n - 64; i++) {
    for (int k = 0; k < 3; k++) {
      static const unsigned char other[] = {0x01, 0x80, 0xff};
      const char before = again.data[i];
      if (i < n - 64) again.data[i] = (char)(before ^ other[k]);
      sp_bytes in = {.at = again.data + first, .end = again.data + n - 64};
      sp_totals *t;
      cr_assert_eq(sp_totals_new(o->job, &t, &error), 0);
      cr_assert_eq(sp_totals_lay_out(o->job, t, &error), 0);
      const int32_t status = sp_get_totals(&in, o->job, t);
      cr_assert(status == SAMPAN_OK || (status == SAMPAN_E_DATA && i < n - 64), "byte %d: %d",
                (int)i, (int)status);
      n_refused += status < 0;
      sp_totals_free(o->job, t);
      again.data[i] = before;
    }
  }
  cr_assert_gt(n_refused, 50);
  sp_buffer_clear(&again);
  sp_buffer_clear(&state);
  sp_outcome_free(o);
  sp_plan_free(plan);
  shards_close(&f);
}

Test(state, wrong_totals_do_no_harm) {
  try_totals(rest);
}

Test(state, wrong_ranks_do_no_harm) {
  try_totals(replicated);
}

static void spoil(sp_totals *t, int what) {
  if (what == 1) t->n_read = -1;
  if (what == 2) t->n_kept = INT64_MAX;
  if (what == 3) t->weight.limb[1] = INT64_C(1) << 62;
  if (what == 4) t->by_period[0] = -1;
  if (what == 5) t->uses[0].n_missing = INT64_C(1) << 50;
  if (what == 6) *sp_table_counts(t->tables[0], 0) = -5;
}

/* Counts that no records come to, whose sums would not be numbers. */
Test(state, counts_are_bounded) {
  shards_folder f;
  sp_plan *plan;
  sp_buffer state, again;
  sp_state about;
  sp_bytes in;
  sp_outcome *o;
  make_state(&f, rest, &plan, &state);
  cr_assert_eq(sp_outcome_make(plan, f.registry, &f.options, bound, NULL, &o, &error), 0);
  shards_write(&f, "s.state", state.data, state.n_bytes);
  sp_buffer_init(&again);
  for (int what = 0; what <= 6; what++) {
    sp_totals *t, *back;
    cr_assert_eq(sp_state_read(shards_path(&f, "s.state"), o->arena, &again, &about, &in, &error),
                 0);
    cr_assert_eq(sp_totals_new(o->job, &t, &error), 0);
    cr_assert_eq(sp_totals_lay_out(o->job, t, &error), 0);
    cr_assert_eq(sp_get_totals(&in, o->job, t), 0);
    spoil(t, what);
    sp_buffer_reset(&again);
    sp_put_totals(&again, o->job, t);
    in = (sp_bytes){.at = again.data, .end = again.data + again.n_bytes};
    cr_assert_eq(sp_totals_new(o->job, &back, &error), 0);
    cr_assert_eq(sp_totals_lay_out(o->job, back, &error), 0);
    cr_assert_eq(sp_get_totals(&in, o->job, back), what == 0 ? 0 : SAMPAN_E_DATA, "%d", what);
    sp_totals_free(o->job, t);
    sp_totals_free(o->job, back);
  }
  sp_buffer_clear(&again);
  sp_buffer_clear(&state);
  sp_outcome_free(o);
  sp_plan_free(plan);
  shards_close(&f);
}

Test(state, numbers_come_back_as_they_were) {
  static const int64_t integers[] = {0, 1, -1, 63, 64, -64, -65, INT64_MAX, INT64_MIN};
  static const double numbers[] = {0, -0.0, 1.5, -1e300, 5e-324};
  sp_buffer b;
  sp_buffer_init(&b);
  for (size_t i = 0; i < 9; i++) sp_put_integer(&b, integers[i]);
  for (size_t i = 0; i < 5; i++) sp_put_number(&b, numbers[i]);
  for (size_t i = 0; i < 5; i++) {
    sp_exact sum;
    memset(&sum, 0, sizeof sum);
    sp_exact_add(&sum, numbers[i]);
    sp_put_exact(&b, &sum);
  }
  sp_put_text(&b, "");
  sp_put_text(&b, "\xe8\x88\xa2\xe6\x9d\xbf");
  sp_put_count(&b, UINT64_MAX);
  sp_bytes in = {.at = b.data, .end = b.data + b.n_bytes};
  for (size_t i = 0; i < 9; i++) cr_assert_eq(sp_get_integer(&in), integers[i]);
  for (size_t i = 0; i < 5; i++) {
    const double x = sp_get_number(&in);
    cr_assert_eq(memcmp(&x, &numbers[i], sizeof x), 0);
  }
  for (size_t i = 0; i < 5; i++) {
    const sp_exact sum = sp_get_exact(&in);
    cr_assert_eq(sp_exact_value(&sum), numbers[i]);
  }
  cr_assert_str_eq(sp_get_text(&in), "");
  cr_assert_str_eq(sp_get_text(&in), "\xe8\x88\xa2\xe6\x9d\xbf");
  cr_assert_eq(sp_get_count(&in, UINT64_MAX), UINT64_MAX);
  cr_assert(!in.is_bad);
  cr_assert_eq(in.at, in.end);
  cr_assert_eq(sp_get_count(&in, 9), 0);
  cr_assert(in.is_bad);
  sp_buffer_clear(&b);
}
