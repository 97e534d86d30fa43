/* table.c - the cells of a crossing: levels without records dropped, shares and their covariance.
 *
 * The covariance of the shares is that of the totals by the derivative of share = total / sum;
 * under replicate weights it is that of the replicates' own shares, as R's svymean has it. */
#include <math.h>
#include <stddef.h>

#include "association.h"

/* Which rows (or columns) have a total above 0: their number; `kept` gets them. */
static uint32_t keep(const sampan_compared *in, int columns, uint32_t *kept) {
  const uint32_t n = columns ? in->n_columns : in->n_rows;
  const uint32_t other = columns ? in->n_rows : in->n_columns;
  uint32_t found = 0;
  for (uint32_t i = 0; i < n; i++) {
    double sum = 0;
    for (uint32_t j = 0; j < other; j++)
      sum += in->estimate[columns ? j * in->n_columns + i : i * in->n_columns + j];
    if (sum > 0) kept[found++] = i;
  }
  return found;
}

static void say_dropped(const sampan_call *call, const sampan_compared *in, const uint32_t *kept,
                        uint32_t n_kept, int columns) {
  const uint32_t n = columns ? in->n_columns : in->n_rows;
  const char *const *label = columns ? in->label : in->row_label;
  for (uint32_t i = 0, at = 0; i < n; i++) {
    char text[160];
    if (at < n_kept && kept[at] == i) {
      at++;
      continue;
    }
    snprintf(text, sizeof text, "association: %s %.80s holds no records and was left out",
             columns ? "column" : "row", label && label[i] ? label[i] : "of the table");
    call->host->note(call, text);
  }
}

/* J V J' / sum^2 with J = I - share 1'. */
static void share_covariance(const table *t, double *out) {
  double all = 0;
  const uint64_t k = t->k;
  for (uint64_t i = 0; i < k * k; i++) all += t->total_cov[i];
  for (uint64_t i = 0; i < k; i++) {
    for (uint64_t j = 0; j < k; j++) {
      double row = 0, column = 0;
      for (uint64_t m = 0; m < k; m++) {
        row += t->total_cov[i * k + m];
        column += t->total_cov[m * k + j];
      }
      out[i * k + j] = (t->total_cov[i * k + j] - t->share[j] * row - t->share[i] * column +
                        t->share[i] * t->share[j] * all) /
                       (t->sum * t->sum);
    }
  }
}

static int has_replicates(const sampan_compared *in) {
  const size_t end = offsetof(sampan_compared, replicate_factor) + sizeof in->replicate_factor;
  return in->struct_size >= end && in->n_replicates > 0 && in->replicate && in->replicate_factor;
}

/* Sum over replicates of factor (share - centre)(share - centre)'. `share` has room for k * 2. */
static void replicate_covariance(const sampan_compared *in, const table *t, double *work,
                                 double *out) {
  const uint64_t k = t->k;
  double *share = work, *centre = work + k;
  uint32_t n_centre = 0;
  for (int pass = in->about_estimate ? 1 : 0; pass < 2; pass++) {
    if (in->about_estimate) memcpy(centre, t->share, k * sizeof *centre);
    for (uint32_t r = 0; r < in->n_replicates; r++) {
      const double *estimate = in->replicate + (uint64_t)r * in->n, f = in->replicate_factor[r];
      double sum = 0;
      for (uint64_t i = 0; i < k; i++) sum += estimate[t->cell[i]];
      if (!(sum > 0)) continue; /* the replicate has no record of the table, or none at all */
      for (uint64_t i = 0; i < k; i++) share[i] = estimate[t->cell[i]] / sum;
      if (pass == 0 && f > 0) n_centre++;
      for (uint64_t i = 0; i < k; i++) {
        if (pass == 0 && f > 0) centre[i] += share[i];
        for (uint64_t j = 0; pass == 1 && j < k; j++)
          out[i * k + j] += f * (share[i] - centre[i]) * (share[j] - centre[j]);
      }
    }
    for (uint64_t i = 0; pass == 0 && i < k; i++) centre[i] /= n_centre;
  }
}

int32_t association_table(const sampan_call *call, const sampan_compared *in, table *out) {
  if (in->n_rows == 0 || in->n_columns == 0)
    return sampan_fail(call, SAMPAN_E_PLAN,
                       "association compares the cells of a table: name two variables in "
                       "`across`, as in `across: [sex, smoker]`");
  memset(out, 0, sizeof *out);
  uint32_t *rows =
      call->host->alloc(call, ((uint64_t)in->n_rows + in->n_columns + in->n) * sizeof *rows);
  if (!rows) return sampan_fail(call, SAMPAN_E_MEMORY, "out of memory");
  uint32_t *columns = rows + in->n_rows, *cell = columns + in->n_columns;
  out->rows = keep(in, 0, rows);
  out->columns = keep(in, 1, columns);
  say_dropped(call, in, rows, out->rows, 0);
  say_dropped(call, in, columns, out->columns, 1);
  if (out->rows < 2 || out->columns < 2) {
    call->host->note(call, "association: a table needs two rows and two columns with records");
    return SAMPAN_OK;
  }
  out->k = out->rows * out->columns;
  const uint64_t k = out->k;
  double *total = call->host->alloc(call, (4 * k + 2 * k * k) * sizeof *total);
  if (!total) return sampan_fail(call, SAMPAN_E_MEMORY, "out of memory");
  double *share = total + k, *work = share + k, *cov = work + 2 * k, *share_cov = cov + k * k;
  for (uint32_t i = 0; i < out->rows; i++)
    for (uint32_t j = 0; j < out->columns; j++)
      cell[i * out->columns + j] = rows[i] * in->n_columns + columns[j];
  for (uint64_t i = 0; i < k; i++) {
    total[i] = in->estimate[cell[i]];
    out->sum += total[i];
    for (uint64_t j = 0; j < k; j++)
      cov[i * k + j] = in->covariance[(uint64_t)cell[i] * in->n + cell[j]];
  }
  for (uint64_t i = 0; i < k; i++) share[i] = total[i] / out->sum;
  out->cell = cell;
  out->total = total;
  out->share = share;
  out->total_cov = cov;
  out->share_cov = share_cov;
  if (has_replicates(in))
    replicate_covariance(in, out, work, share_cov);
  else
    share_covariance(out, share_cov);
  double n = 0;
  for (uint32_t i = 0; i < in->n; i++) n += (double)in->n_records[i];
  out->n = in->n_sample > 0 ? in->n_sample : n;
  out->q = (out->rows - 1) * (out->columns - 1);
  return SAMPAN_OK;
}
