/* talkative.c - a plugin whose shared object exports a second symbol and calls what it may not. */
#include <sampan/plugin.h>
#include <stdlib.h>

SAMPAN_EXPORT int talkative_helper(int x);
int talkative_helper(int x) {
  if (x < 0) abort();
  return puts("negative") + x;
}

static int32_t limits(const sampan_call *call, const sampan_interval_in *in,
                      sampan_interval_out *out) {
  (void)call;
  (void)in;
  out->status = SAMPAN_LIMITS_NONE;
  snprintf(out->why, sizeof out->why, "never");
  return SAMPAN_OK;
}

static const sampan_interval_ops ops = {
    .struct_size = sizeof ops, .units = 1U << SAMPAN_UNIT_PROPORTION, .limits = limits};

static const sampan_plugin plugin = {.struct_size = sizeof plugin,
                                     .kind = SAMPAN_INTERVAL,
                                     .name = "talkative",
                                     .version = "1",
                                     .label_en = "Talkative",
                                     .label_zh = "多言",
                                     .summary_en = "Exports too much.",
                                     .summary_zh = "导出过多。",
                                     .formula = "none",
                                     .reference = "",
                                     .ops = &ops};

SAMPAN_MODULE("talkative", "GPL-3.0-or-later", &plugin);
