/* host_abi_test.c - what every plugin that was ever built relies on: sizes that do not change, and
 * descriptors of ABI 1.0 that go on being accepted. */
#include <criterion/criterion.h>

#include "host/abi.h"
#include "host/error_ids.h"
#include "host/registry.h"

#if defined(__LP64__) && (defined(__x86_64__) || defined(__aarch64__))

/* Elements of arrays, and what has no struct_size: frozen. */
#define FROZEN(type, size) _Static_assert(sizeof(type) == (size), #type " must not change")
FROZEN(sampan_value, 48);
FROZEN(sampan_param, 64);
FROZEN(sampan_label, 24);
FROZEN(sampan_field, 40);
FROZEN(sampan_fill, 64);
FROZEN(sampan_role, 32);
FROZEN(sampan_component, 8);
FROZEN(sampan_statistic, 40);
FROZEN(sampan_finding, 64);
FROZEN(sampan_result, 224);
FROZEN(sampan_test, 120);
FROZEN(sampan_run, 16);
FROZEN(sampan_text, 16);
FROZEN(sampan_table_column, 40);
FROZEN(sampan_table_row, 24);
FROZEN(sampan_table_block, 48);
FROZEN(sampan_draw, 80);
FROZEN(sampan_chart_row, 64);
FROZEN(sampan_chart_head, 16);
FROZEN(sampan_legend, 88);
FROZEN(sampan_chart_block, 112);
FROZEN(sampan_count, 40);
FROZEN(sampan_counts_block, 16);
FROZEN(sampan_fact, 24);
FROZEN(sampan_facts_block, 16);
FROZEN(sampan_block, 56);

/* What a descriptor of ABI 1.0 covers: neither more nor less, whatever is appended. */
#define AT_FIRST(size, bytes) _Static_assert((size) == (bytes), #size " is what it was")
AT_FIRST(SAMPAN_MODULE_SIZE_1_0, 40);
AT_FIRST(SAMPAN_PLUGIN_SIZE_1_0, 96);
AT_FIRST(SAMPAN_SOURCE_OPS_SIZE_1_0, 32);
AT_FIRST(SAMPAN_ESTIMATOR_OPS_SIZE_1_0, 40);
AT_FIRST(SAMPAN_INTERVAL_OPS_SIZE_1_0, 16);
AT_FIRST(SAMPAN_COMPARISON_OPS_SIZE_1_0, 24);
AT_FIRST(SAMPAN_WRITER_OPS_SIZE_1_0, 32);

/* What 1.1 appended stands where the structs of 1.0 end. */
#define APPENDED(type, field, offset) \
  _Static_assert(offsetof(type, field) == (offset), #type "." #field " has moved")
APPENDED(sampan_interval_ops, flags, 16);
APPENDED(sampan_comparison_ops, flags, 24);
APPENDED(sampan_estimator_ops, advance, 40);
APPENDED(sampan_estimator_ops, back, 48);
APPENDED(sampan_sink, run_end, 48);
APPENDED(sampan_shape, n_state, 40);
APPENDED(sampan_shape, flags, 44);
APPENDED(sampan_batch, read, 24);
APPENDED(sampan_batch, group, 32);
APPENDED(sampan_batch, memory, 40);
APPENDED(sampan_totals, read, 48);
APPENDED(sampan_totals, state, 56);
APPENDED(sampan_totals, tallies, 64);
APPENDED(sampan_estimates, inner, 40);
APPENDED(sampan_estimates, df_spent, 48);
APPENDED(sampan_estimates, model_variance, 56);
APPENDED(sampan_interval_in, gradient_mean, 112);
APPENDED(sampan_interval_in, n_replicates, 128);
APPENDED(sampan_interval_in, replicate_factor, 144);
APPENDED(sampan_compared, n_rows, 72);
APPENDED(sampan_compared, df_second, 136);
APPENDED(sampan_compared, n_replicates, 144);
APPENDED(sampan_compared, replicate_factor, 160);

/* What is handed to plugins of 1.1 is as large as they take it to be. */
#define OF_1_1(type, size) _Static_assert(sizeof(type) == (size), #type " of 1.1")
OF_1_1(sampan_shape, 48);
OF_1_1(sampan_batch, 48);
OF_1_1(sampan_totals, 72);
OF_1_1(sampan_estimates, 64);
OF_1_1(sampan_memory, 24);
OF_1_1(sampan_tally, 48);
OF_1_1(sampan_estimator_ops, 56);
OF_1_1(sampan_interval_ops, 24);
OF_1_1(sampan_comparison_ops, 32);

/* What may grow never shrinks. */
#define AT_LEAST(type, size) _Static_assert(sizeof(type) >= (size), #type " must not shrink")
AT_LEAST(sampan_error, 2088);
AT_LEAST(sampan_host, 120);
AT_LEAST(sampan_call, 40);
AT_LEAST(sampan_results, 72);
AT_LEAST(sampan_document, 80);

#endif

static int32_t schema(const sampan_call *call, const sampan_reader *reader, sampan_schema *out) {
  (void)reader, (void)out;
  return sampan_fail(call, SAMPAN_E_DATA, "a test");
}
static int32_t read_all(const sampan_call *call, const sampan_reader *reader,
                        const sampan_schema *s, const sampan_sink *sink) {
  (void)reader, (void)s, (void)sink;
  return sampan_fail(call, SAMPAN_E_DATA, "a test");
}
static int32_t bind_it(const sampan_call *call, const sampan_batch *columns, sampan_shape *out) {
  (void)columns, (void)out;
  return sampan_fail(call, SAMPAN_E_DATA, "a test");
}
static int32_t score(const sampan_call *call, const sampan_shape *shape, const sampan_batch *batch,
                     const sampan_scores *out) {
  (void)shape, (void)batch, (void)out;
  return sampan_fail(call, SAMPAN_E_DATA, "a test");
}
static int32_t value(const sampan_call *call, const sampan_shape *shape,
                     const sampan_totals *totals, const sampan_estimates *out) {
  (void)shape, (void)totals, (void)out;
  return sampan_fail(call, SAMPAN_E_DATA, "a test");
}
static int32_t advance(const sampan_call *call, const sampan_shape *shape,
                       const sampan_totals *totals, double *state) {
  (void)shape, (void)totals, (void)state;
  return sampan_fail(call, SAMPAN_E_DATA, "a test");
}
static int32_t back(const sampan_call *call, const sampan_shape *shape, const sampan_totals *totals,
                    uint32_t statistic, double x, double *out) {
  (void)shape, (void)totals, (void)statistic, (void)x, (void)out;
  return sampan_fail(call, SAMPAN_E_DATA, "a test");
}
static int32_t limits(const sampan_call *call, const sampan_interval_in *in,
                      sampan_interval_out *out) {
  (void)in, (void)out;
  return sampan_fail(call, SAMPAN_E_DATA, "a test");
}
static int32_t compare(const sampan_call *call, const sampan_compared *in, sampan_finding *out) {
  (void)in, (void)out;
  return sampan_fail(call, SAMPAN_E_DATA, "a test");
}
static int32_t results(const sampan_call *call, const sampan_results *r, const sampan_output *out) {
  (void)r, (void)out;
  return sampan_fail(call, SAMPAN_E_DATA, "a test");
}

/* Validates a module whose one plugin has ops of `size` bytes, and nothing behind them: the memory
 * ends there, so that a sanitizer sees a look beyond. */
static int32_t validate(int32_t kind, const void *ops, size_t size, uint32_t plugin_size,
                        uint32_t module_size, sampan_error *error) {
  void *copy = malloc(size);
  cr_assert_not_null(copy);
  memcpy(copy, ops, size);
  const uint32_t says = (uint32_t)size;
  memcpy(copy, &says, sizeof says);
  const sampan_plugin plugin = {.struct_size = plugin_size,
                                .kind = kind,
                                .name = "old",
                                .version = "1",
                                .label_en = "old",
                                .label_zh = "旧",
                                .summary_en = "Old.",
                                .summary_zh = "旧。",
                                .formula = "",
                                .reference = "",
                                .ops = copy};
  const sampan_plugin *const plugins[] = {&plugin};
  const sampan_module module = {.magic = SAMPAN_ABI_MAGIC,
                                .struct_size = module_size,
                                .abi_major = 1,
                                .abi_minor = 0,
                                .n_plugins = 1,
                                .name = "old",
                                .license = "none",
                                .plugins = plugins};
  sp_error_clear(error);
  const int32_t status = sp_module_validate(&module, NULL, error);
  free(copy);
  return status;
}

/* The size of ABI 1.0 is enough; one byte less is not. */
static void holds(int32_t kind, const void *ops, size_t size) {
  sampan_error error;
  const uint32_t plugin = SAMPAN_PLUGIN_SIZE_1_0, module = SAMPAN_MODULE_SIZE_1_0;
  cr_expect_eq(validate(kind, ops, size, plugin, module, &error), SAMPAN_OK, "kind %d: %s",
               (int)kind, error.message);
  cr_expect_eq(validate(kind, ops, size - 1, plugin, module, &error), SAMPAN_E_PLUGIN, "kind %d",
               (int)kind);
  cr_expect_eq(error.id, SP_ID_PLUGIN_SHORT, "%s", error.message);
  cr_expect_eq(validate(kind, ops, size, plugin - 1, module, &error), SAMPAN_E_PLUGIN);
  cr_expect_eq(error.id, SP_ID_PLUGIN_SHORT, "%s", error.message);
  cr_expect_eq(validate(kind, ops, size, plugin, module - 1, &error), SAMPAN_E_PLUGIN);
  cr_expect_eq(error.id, SP_ID_PLUGIN_SHORT, "%s", error.message);
}

Test(host_abi, descriptors_of_1_0_are_accepted) {
  const sampan_source_ops source = {.extensions = "", .schema = schema, .read = read_all};
  const sampan_estimator_ops estimator = {.bind = bind_it, .score = score, .value = value};
  const sampan_interval_ops interval = {.units = 1, .limits = limits};
  const sampan_comparison_ops comparison = {
      .minimum = 2, .maximum = 2, .n_findings = 1, .compare = compare};
  const sampan_writer_ops writer = {.extensions = "", .results = results};
  holds(SAMPAN_SOURCE, &source, SAMPAN_SOURCE_OPS_SIZE_1_0);
  holds(SAMPAN_ESTIMATOR, &estimator, SAMPAN_ESTIMATOR_OPS_SIZE_1_0);
  holds(SAMPAN_INTERVAL, &interval, SAMPAN_INTERVAL_OPS_SIZE_1_0);
  holds(SAMPAN_COMPARISON, &comparison, SAMPAN_COMPARISON_OPS_SIZE_1_0);
  holds(SAMPAN_WRITER, &writer, SAMPAN_WRITER_OPS_SIZE_1_0);
}

/* sampan_interval_ops has grown since: this host is larger than such a plugin. */
Test(host_abi, appended_fields_are_read_where_they_are_covered) {
  const sampan_interval_ops now = {
      .struct_size = sizeof now, .units = 1, .limits = limits, .flags = SAMPAN_INTERVAL_COUNTS};
  sampan_interval_ops then = now;
  then.struct_size = SAMPAN_INTERVAL_OPS_SIZE_1_0;
  cr_assert_lt(SAMPAN_INTERVAL_OPS_SIZE_1_0, sizeof now);
  cr_expect_eq(sp_interval_flags(&now), SAMPAN_INTERVAL_COUNTS);
  cr_expect_eq(sp_interval_flags(&then), 0, "what lies behind the struct was taken for its flags");
}

/* So have the other two: what lies behind a struct of 1.0 is not looked at. */
Test(host_abi, estimators_and_comparisons_of_1_0) {
  const sampan_estimator_ops estimator = {.struct_size = sizeof estimator,
                                          .bind = bind_it,
                                          .score = score,
                                          .value = value,
                                          .advance = advance,
                                          .back = back};
  const sampan_comparison_ops comparison = {
      .struct_size = sizeof comparison, .compare = compare, .flags = SAMPAN_COMPARES_CROSSING};
  sampan_estimator_ops old_estimator = estimator, half = estimator;
  sampan_comparison_ops old_comparison = comparison;
  old_estimator.struct_size = SAMPAN_ESTIMATOR_OPS_SIZE_1_0;
  half.struct_size = SP_SIZE_WITH(sampan_estimator_ops, advance);
  old_comparison.struct_size = SAMPAN_COMPARISON_OPS_SIZE_1_0;
  cr_expect(sp_estimator_advances(&estimator));
  cr_expect(sp_estimator_goes_back(&estimator));
  cr_expect_not(sp_estimator_advances(&old_estimator));
  cr_expect_not(sp_estimator_goes_back(&old_estimator));
  cr_expect(sp_estimator_advances(&half));
  cr_expect_not(sp_estimator_goes_back(&half));
  cr_expect_eq(sp_comparison_flags(&comparison), SAMPAN_COMPARES_CROSSING);
  cr_expect_eq(sp_comparison_flags(&old_comparison), 0);
}
