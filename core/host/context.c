/* context.c - the functions that plugins get from the host. */
#include "host/context.h"

#include "base/cancel.h"
#include "base/digits.h"
#include "base/quantile.h"
#include "base/text.h"

static void *host_alloc(const sampan_call *call, uint64_t n_bytes) {
  const sp_context *context = (const sp_context *)call->host_data;
  return sp_arena_alloc(context->arena, n_bytes);
}

static int32_t host_cancelled(const sampan_call *call) {
  const sp_context *context = (const sp_context *)call->host_data;
  return sp_cancelled(context->cancel);
}

static void host_note(const sampan_call *call, const char *text) {
  const sp_context *context = (const sp_context *)call->host_data;
  if (context->note != NULL) context->note(context->note_data, text);
}

/* A function for each comparison, so that the compiler sees a loop without a choice in it. */
#define SP_PACK(name, op)                                                        \
  static void name(const double *x, int64_t n, double c, uint64_t *bits) {       \
    for (int64_t base = 0; base < n; base += 64) {                               \
      const int64_t m = n - base < 64 ? n - base : 64;                           \
      uint64_t word = 0;                                                         \
      for (int64_t i = 0; i < m; i++) word |= (uint64_t)(x[base + i] op c) << i; \
      bits[base / 64] = word;                                                    \
    }                                                                            \
  }

SP_PACK(pack_less, <)
SP_PACK(pack_at_most, <=)
SP_PACK(pack_more, >)
SP_PACK(pack_at_least, >=)
SP_PACK(pack_equal, ==)
SP_PACK(pack_other, !=)

static void host_pack_compare(const double *x, int64_t n, int32_t op, double c, uint64_t *bits) {
  switch (op) {
    case '<':
      pack_less(x, n, c, bits);
      return;
    case 'l':
      pack_at_most(x, n, c, bits);
      return;
    case '>':
      pack_more(x, n, c, bits);
      return;
    case 'g':
      pack_at_least(x, n, c, bits);
      return;
    case '=':
      pack_equal(x, n, c, bits);
      return;
    default:
      pack_other(x, n, c, bits);
  }
}

static const sampan_host sp_table = {
    .struct_size = sizeof(sampan_host),
    .abi_minor = SAMPAN_ABI_MINOR,
    .alloc = host_alloc,
    .cancelled = host_cancelled,
    .note = host_note,
    .parse_number = sp_parse_number,
    .pack_compare = host_pack_compare,
    .normal_quantile = sp_normal_quantile,
    .normal_cdf = sp_normal_cdf,
    .t_quantile = sp_t_quantile,
    .t_cdf = sp_t_cdf,
    .beta_quantile = sp_beta_quantile,
    .gamma_quantile = sp_gamma_quantile,
    .chisq_quantile = sp_chisq_quantile,
    .chisq_cdf = sp_chisq_cdf,
    .f_cdf = sp_f_cdf,
    .format_number = sp_format_double,
};

const sampan_host *sp_host_table(void) {
  return &sp_table;
}

sampan_call sp_host_call(sp_context *context, const sampan_value *values, uint32_t n_values,
                         sampan_error *error) {
  const sampan_call call = {.struct_size = sizeof(sampan_call),
                            .n_values = n_values,
                            .host = &sp_table,
                            .error = error,
                            .values = values,
                            .host_data = context};
  return call;
}
