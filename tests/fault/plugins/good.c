/* good.c - a sound plugin with parameters of every type, and texts that need quoting in YAML. */
#include <math.h>

#include "fault.h"

static const sampan_param params[] = {
    {"bound", SAMPAN_P_NUMBER, 0, NULL, "0.5", 0, HUGE_VAL, "a: \"bound\"", "界"},
    {"rounds", SAMPAN_P_INTEGER, 0, NULL, "3", 1, 10, "# rounds", "轮"},
    {"name", SAMPAN_P_TEXT, SAMPAN_PARAM_REQUIRED, NULL, NULL, 1, 0, "a name", "名"},
    {"rule", SAMPAN_P_CHOICE, 0, "a|b", "b", 1, 0, "a rule", "规则"},
    {"strict", SAMPAN_P_TRUTH, 0, NULL, "no", 1, 0, "strict", "严格"},
    {"ages", SAMPAN_P_NUMBERS, 0, NULL, "20, 40", 1, 0, "ages", "年龄"},
    {"standard", SAMPAN_P_TABLE, 0, NULL, NULL, 1, 0, "a standard", "标准"}};

static const sampan_plugin plugin = {
    FAULT_PLUGIN("good"), .label_en = "Good: \"quoted\" \\ and\ntwo lines", .params = params,
    .n_params = sizeof params / sizeof params[0]};
SAMPAN_MODULE("good", "Apache-2.0", &plugin);
