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
