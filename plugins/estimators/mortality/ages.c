/* ages.c - age groups, and the group that each record falls in.
 *
 * A number is an age in years, or the lower age of a group. A label is read as ages: one inside a
 * group (37, 35-39 in 35-44) is of that group, one that runs over an edge is an error.
 */
#include "ages.h"

#include <math.h>

int32_t ages_fail_plan(const sampan_call *call, const char *parameter, const char *hint) {
  if (call->error) {
    snprintf(call->error->parameter, sizeof call->error->parameter, "%s", parameter);
    snprintf(call->error->hint, sizeof call->error->hint, "%s", hint);
    call->error->status = SAMPAN_E_PLAN;
  }
  return SAMPAN_E_PLAN;
}

static int read_age(const sampan_call *call, const char *text, uint64_t n, double *out) {
  return n > 0 && text[0] >= '0' && text[0] <= '9' && call->host->parse_number(text, n, out) == 0 &&
         isfinite(*out);
}

int ages_read_label(const sampan_call *call, const char *text, double *lower, double *upper) {
  const size_t n = strlen(text);
  const char *dash = strchr(text, '-');
  if (n > 1 && text[n - 1] == '+') {
    *upper = HUGE_VAL;
    return read_age(call, text, n - 1, lower);
  }
  if (dash) {
    if (!read_age(call, text, (uint64_t)(dash - text), lower) ||
        !read_age(call, dash + 1, (uint64_t)(text + n - dash - 1), upper))
      return 0;
    *upper += 1;
    return *upper > *lower;
  }
  if (!read_age(call, text, n, lower)) return 0;
  *upper = *lower + 1;
  return 1;
}

int32_t ages_from_edges(const sampan_call *call, const char *parameter, const double *lower,
                        uint32_t n, double end, ages *out) {
  for (uint32_t i = 0; i < n; i++) {
    if (isfinite(lower[i]) && lower[i] >= 0 && lower[i] < end &&
        (i == 0 || lower[i] > lower[i - 1]))
      continue;
    sampan_fail(call, SAMPAN_E_PLAN, "the lower ages of groups must rise, but %g is number %u",
                lower[i], (unsigned)i + 1);
    return ages_fail_plan(call, parameter, "write them in order, as 0, 1, 5, 10");
  }
  out->lower = call->host->alloc(call, (n + 1ULL) * sizeof *out->lower);
  out->upper = call->host->alloc(call, (n + 1ULL) * sizeof *out->upper);
  if (!out->lower || !out->upper) return sampan_fail(call, SAMPAN_E_MEMORY, "out of memory");
  for (uint32_t i = 0; i < n; i++) {
    out->lower[i] = lower[i];
    out->upper[i] = i + 1 < n ? lower[i + 1] : end;
  }
  out->n = n;
  out->has_ages = 1;
  out->label = NULL;
  return SAMPAN_OK;
}

const char *ages_text(const sampan_call *call, const char *prefix, double age) {
  enum { BYTES = 40 };
  char *text = call->host->alloc(call, BYTES);
  if (text) snprintf(text, BYTES, "%s%g", prefix, age);
  return text;
}

static uint32_t group_of_number(const ages *a, double age) {
  uint32_t low = 0, high = a->n; /* the groups [0, low) start at or before age */
  while (low < high) {
    const uint32_t middle = (low + high) / 2;
    if (a->lower[middle] <= age)
      low = middle + 1;
    else
      high = middle;
  }
  return low > 0 && age < a->upper[low - 1] ? low - 1 : AGES_NONE;
}

static uint32_t group_of_label(const sampan_call *call, const ages *a, const char *text) {
  double lower, upper;
  for (uint32_t g = 0; a->label && g < a->n; g++)
    if (strcmp(a->label[g], text) == 0) return g;
  if (!a->has_ages || !ages_read_label(call, text, &lower, &upper)) return AGES_BAD;
  if (upper <= a->lower[0] || lower >= a->upper[a->n - 1]) return AGES_NONE;
  const uint32_t g = group_of_number(a, lower);
  return g != AGES_NONE && upper <= a->upper[g] ? g : AGES_BAD;
}

static int32_t fail_label(const sampan_call *call, const sampan_column *age, int64_t i) {
  if (call->error) {
    call->error->row = i + 1;
    snprintf(call->error->column, sizeof call->error->column, "%s", age->name);
    snprintf(call->error->hint, sizeof call->error->hint,
             "ages are written 20-24, 85+ or 0, and lie in one of the groups of the plan: rename "
             "them, or change the groups");
  }
  return sampan_fail(call, SAMPAN_E_DATA, "ages `%s` lie in none of the age groups",
                     age->dictionary->text[age->code[i]]);
}

int32_t ages_score(const sampan_call *call, const ages *a, const sampan_column *age, int64_t n,
                   uint64_t *in, uint32_t *cell) {
  uint32_t *known = NULL; /* by code: 1 + group, 0 where not looked up yet */
  if (age->type == SAMPAN_TEXT) {
    known = call->host->alloc(call, (age->dictionary->n_entries + 1ULL) * sizeof *known);
    if (!known) return sampan_fail(call, SAMPAN_E_MEMORY, "out of memory");
  }
  for (int64_t i = 0; i < n; i++) {
    uint32_t group;
    if (!sampan_bit(in, i)) continue;
    if (!known) {
      group = group_of_number(a, age->number[i]);
    } else {
      const uint32_t code = age->code[i];
      if (known[code] == 0) known[code] = 1 + group_of_label(call, a, age->dictionary->text[code]);
      group = known[code] - 1;
    }
    if (group == AGES_BAD) return fail_label(call, age, i);
    if (group == AGES_NONE)
      sampan_set_bit(in, i, 0);
    else
      cell[i] = group;
  }
  return SAMPAN_OK;
}

int32_t ages_score_count(const sampan_call *call, const sampan_column *column, int64_t n,
                         const uint64_t *in, double *out) {
  for (int64_t i = 0; i < n; i++) {
    const double x = column->number[i];
    out[i] = x;
    if ((isfinite(x) && x >= 0) || !sampan_bit(in, i)) continue;
    if (call->error) {
      call->error->row = i + 1;
      snprintf(call->error->column, sizeof call->error->column, "%s", column->name);
    }
    return sampan_fail(call, SAMPAN_E_DATA, "cases and populations are 0 or more, but is %.17g", x);
  }
  return SAMPAN_OK;
}
