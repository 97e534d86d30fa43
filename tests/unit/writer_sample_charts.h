/* writer_sample_charts.h - the charts of the sample document; included by writer_sample.c alone.
 * Each chart maps its own axis to 0..1 with one macro. */

#define BLUE 0x0072B2
#define VERMILION 0xD55E00
#define SKY 0x56B4E9
#define ORANGE 0xE69F00
#define BLACK 0x111111
#define GREY 0x555555
#define PALE 0xE4E4E4
#define MIDDLE 0xBDBDBD

#define LINE(xa, ya, xb, yb, w, col)                                                          \
  {                                                                                           \
    .kind = SAMPAN_DRAW_LINE, .color = (col), .x0 = (xa), .y0 = (ya), .x1 = (xb), .y1 = (yb), \
    .size = (w), .text = ""                                                                   \
  }
#define RECT(xa, ya, xb, yb, f, col)                                                           \
  {                                                                                            \
    .kind = SAMPAN_DRAW_RECT, .fill = (f), .color = (col), .x0 = (xa), .y0 = (ya), .x1 = (xb), \
    .y1 = (yb), .size = 1, .text = ""                                                          \
  }
#define SYMBOL(s, f, col, x, y, d)                                                                \
  {                                                                                               \
    .kind = SAMPAN_DRAW_SYMBOL, .symbol = (s), .fill = (f), .color = (col), .x0 = (x), .y0 = (y), \
    .size = (d), .text = ""                                                                       \
  }
#define LABEL(x, y, a, shift, t)                                                                 \
  {                                                                                              \
    .kind = SAMPAN_DRAW_TEXT, .align = (a), .color = BLACK, .x0 = (x), .y0 = (y), .dx = (shift), \
    .size = 12, .text = (t)                                                                      \
  }
/* A reference line, dashed or dotted; behind a chart y is ignored. */
#define REFERENCE(x, d, w, col)                                                           \
  {                                                                                       \
    .kind = SAMPAN_DRAW_LINE, .dash = (d), .color = (col), .x0 = (x), .x1 = (x), .y1 = 1, \
    .size = (w), .text = ""                                                               \
  }
/* An interval: a line with a cap at either end, about height y. */
#define WHISKER(xa, xb, y)                                                  \
  LINE(xa, y, xb, y, 1.5, BLACK), LINE(xa, (y)-5, xa, (y) + 5, 1.5, BLACK), \
      LINE(xb, (y)-5, xb, (y) + 5, 1.5, BLACK)

/* ---- spine: difference from the province, -12 to 12 points --------------------------------- */

#define SX(v) (((v) + 12.0) / 24.0)
#define SPINE_ROW(row_flags, name, a, b, lo, q1, q3, hi, d, l, u, text, word, sym, f, col, say)    \
  {                                                                                                \
    .kind = SAMPAN_CHART_ROW_STRIP, .flags = (row_flags), .label = (name),                         \
    .left = (const char *const[]){a, b}, .right = (const char *const[]){text, word},               \
    .draws = (const sampan_draw[]){RECT(SX(lo), 11, SX(hi), 23, SAMPAN_FILL_SOLID, PALE),          \
                                   RECT(SX(q1), 11, SX(q3), 23, SAMPAN_FILL_SOLID, MIDDLE),        \
                                   WHISKER(SX(l), SX(u), 17), SYMBOL(sym, f, col, SX(d), 17, 11)}, \
    .n_draws = 6, .height = 34, .sentence = (say)                                                  \
  }
#define ALIKE(name, a, b, q, d, l, u, text)                                             \
  SPINE_ROW(0, name, a, b, (q)-6, (q)-2, (q) + 2, (q) + 6, d, l, u, text, "无明显差异", \
            SAMPAN_SYMBOL_CIRCLE, SAMPAN_FILL_NONE, BLACK, name "：与全省无明显差异 " text)

static const sampan_chart_row spine_rows[] = {
    {.kind = SAMPAN_CHART_ROW_AXIS,
     .label = "",
     .left = (const char *const[]){"", ""},
     .right = (const char *const[]){"", ""},
     .draws = (const sampan_draw[]){LABEL(0, 14, SAMPAN_ALIGN_LEFT, 0, "◁ 差于全省"),
                                    LABEL(1, 14, SAMPAN_ALIGN_RIGHT, 0, "优于全省 ▷"),
                                    LABEL(SX(-10), 30, SAMPAN_ALIGN_CENTER, 0, "−10"),
                                    LABEL(SX(-5), 30, SAMPAN_ALIGN_CENTER, 0, "−5"),
                                    LABEL(SX(0), 30, SAMPAN_ALIGN_CENTER, 0, "全省"),
                                    LABEL(SX(5), 30, SAMPAN_ALIGN_CENTER, 0, "+5"),
                                    LABEL(SX(10), 30, SAMPAN_ALIGN_CENTER, 0, "+10")},
     .n_draws = 7,
     .height = 34,
     .sentence = "横轴：与全省之差，−10 至 +10 个百分点，右为优"},
    SPINE_ROW(SAMPAN_CHART_BOLD, "居民健康素养水平", "25.0", "26.1", -7.4, -2.1, 1.9, 8.3, -1.1,
              -4.3, 2.1, "−1.1 (−4.3, 2.1)", "无明显差异", SAMPAN_SYMBOL_CIRCLE, SAMPAN_FILL_NONE,
              BLACK, "居民健康素养水平：本区 25.0，全省 26.1，无明显差异"),
    ALIKE("基本知识和理念", "36.2", "37.9", 0.2, -1.7, -5.2, 1.8, "−1.7 (−5.2, 1.8)"),
    ALIKE("传染病防治素养", "25.9", "25.1", -0.4, 0.8, -2.5, 4.1, "+0.8 (−2.5, 4.1)"),
    SPINE_ROW(0, "慢性病防治素养", "22.2", "26.3", -6.1, -1.5, 2.2, 6.6, -4.1, -7.2, -1.0,
              "−4.1 (−7.2, −1.0)", "差于", SAMPAN_SYMBOL_DOWN, SAMPAN_FILL_SOLID, VERMILION,
              "慢性病防治素养：低于全省 4.1 个百分点，差于全省"),
    SPINE_ROW(0, "安全与急救素养", "55.8", "51.9", -7.0, -2.4, 2.0, 6.0, 3.9, 0.2, 7.6,
              "+3.9 (0.2, 7.6)", "优于", SAMPAN_SYMBOL_UP, SAMPAN_FILL_SOLID, BLUE,
              "安全与急救素养：高于全省 3.9 个百分点，优于全省"),
    SPINE_ROW(SAMPAN_CHART_BOLD, "成人吸烟率（越低越好）", "26.6", "22.4", -6.8, -1.8, 2.1, 6.4,
              -4.2, -7.5, -0.9, "+4.2 (0.9, 7.5)", "差于", SAMPAN_SYMBOL_DOWN, SAMPAN_FILL_SOLID,
              VERMILION, "成人吸烟率：高于全省 4.2 个百分点，差于全省"),
    ALIKE("经常参加体育锻炼率", "37.4", "36.5", 0.1, 0.9, -2.8, 4.6, "+0.9 (−2.8, 4.6)"),
};

static const sampan_draw spine_behind[] = {REFERENCE(0.5, 0, 1.5, BLACK)};
static const sampan_chart_head spine_left[] = {{"本区\n%", 60}, {"全省\n%", 60}};
static const sampan_chart_head spine_right[] = {{"本区 − 全省\n百分点 (95% CI)", 150},
                                                {"与全省比", 100}};
static const sampan_legend spine_legend[] = {
    {SYMBOL(SAMPAN_SYMBOL_UP, SAMPAN_FILL_SOLID, BLUE, 0.5, 8, 11), "优于全省"},
    {SYMBOL(SAMPAN_SYMBOL_CIRCLE, SAMPAN_FILL_NONE, BLACK, 0.5, 8, 11), "无明显差异"},
    {SYMBOL(SAMPAN_SYMBOL_DOWN, SAMPAN_FILL_SOLID, VERMILION, 0.5, 8, 11), "差于全省"},
    {RECT(0, 3, 1, 13, SAMPAN_FILL_SOLID, PALE), "全省各县（市、区）全距"},
    {RECT(0, 3, 1, 13, SAMPAN_FILL_SOLID, MIDDLE), "四分位距"},
};
static const sampan_text spine_notes[] = {
    SAMPLE_PLAIN("吸烟率越低越好，图中已把方向翻转，表中差值保留原符号。")};

static const sampan_chart_block spine_chart = {
    .title = "与全省之差，百分点",
    .caption = "图1　本区与全省比较",
    .label_width = 210,
    .label_head = "指标",
    .strip_head = "",
    .left = spine_left,
    .right = spine_right,
    .n_left = 2,
    .n_right = 2,
    .behind = spine_behind,
    .n_behind = 1,
    .rows = spine_rows,
    .n_rows = SAMPLE_COUNT(spine_rows),
    .legend = spine_legend,
    .n_legend = SAMPLE_COUNT(spine_legend),
    .notes = spine_notes,
    .n_notes = 1,
};

/* ---- dumbbell: baseline to current, 10 to 35 % --------------------------------------------- */

#define DX(v) (((v)-10.0) / 25.0)
static const sampan_chart_row dumbbell_rows[] = {
    {.kind = SAMPAN_CHART_ROW_STRIP,
     .label = "",
     .draws =
         (const sampan_draw[]){
             LABEL(DX(21.6), 12, SAMPAN_ALIGN_RIGHT, -4, "目标 21.6"),
             LABEL(DX(26.1), 12, SAMPAN_ALIGN_LEFT, 4, "全省 26.1"),
             LINE(DX(18.0), 38, DX(25.0), 38, 5, SKY), WHISKER(DX(16.2), DX(20.0), 32),
             WHISKER(DX(21.9), DX(28.3), 44),
             SYMBOL(SAMPAN_SYMBOL_TICK, SAMPAN_FILL_SOLID, BLACK, DX(21.6), 34, 34),
             SYMBOL(SAMPAN_SYMBOL_CIRCLE, SAMPAN_FILL_NONE, BLACK, DX(18.0), 38, 12),
             SYMBOL(SAMPAN_SYMBOL_CIRCLE, SAMPAN_FILL_SOLID, BLUE, DX(25.0), 38, 12)},
     .n_draws = 12,
     .height = 60,
     .sentence = "基线 18.0（16.2–20.0），现值 25.0（21.9–28.3），目标 21.6，全省 26.1"},
    {.kind = SAMPAN_CHART_ROW_AXIS,
     .label = "",
     .draws = (const sampan_draw[]){LINE(0, 0.5, 1, 0.5, 1, BLACK),
                                    LABEL(DX(10), 16, SAMPAN_ALIGN_LEFT, 0, "10"),
                                    LABEL(DX(15), 16, SAMPAN_ALIGN_CENTER, 0, "15"),
                                    LABEL(DX(20), 16, SAMPAN_ALIGN_CENTER, 0, "20"),
                                    LABEL(DX(25), 16, SAMPAN_ALIGN_CENTER, 0, "25"),
                                    LABEL(DX(30), 16, SAMPAN_ALIGN_CENTER, 0, "30"),
                                    LABEL(DX(35), 16, SAMPAN_ALIGN_RIGHT, 0, "35")},
     .n_draws = 7,
     .height = 22,
     .sentence = "横轴：10 至 35，%"},
};
static const sampan_draw dumbbell_behind[] = {
    RECT(DX(24.9), 0, DX(27.3), 1, SAMPAN_FILL_SOLID, 0xD9D9D9)};
static const sampan_legend dumbbell_legend[] = {
    {SYMBOL(SAMPAN_SYMBOL_CIRCLE, SAMPAN_FILL_NONE, BLACK, 0.5, 8, 11), "基线 18.0 (16.2–20.0)"},
    {SYMBOL(SAMPAN_SYMBOL_CIRCLE, SAMPAN_FILL_SOLID, BLUE, 0.5, 8, 11), "现值 25.0 (21.9–28.3)"},
    {SYMBOL(SAMPAN_SYMBOL_TICK, SAMPAN_FILL_SOLID, BLACK, 0.5, 8, 14), "目标"},
    {RECT(0, 3, 1, 13, SAMPAN_FILL_SOLID, 0xD9D9D9), "全省 95% CI"},
};

static const sampan_chart_block dumbbell_chart = {
    .title = "基线 → 现值，%",
    .caption = "图2　居民健康素养水平：基线与现值",
    .label_head = "",
    .strip_head = "",
    .behind = dumbbell_behind,
    .n_behind = 1,
    .rows = dumbbell_rows,
    .n_rows = SAMPLE_COUNT(dumbbell_rows),
    .legend = dumbbell_legend,
    .n_legend = SAMPLE_COUNT(dumbbell_legend),
};

/* ---- trend: three rounds, time to scale ----------------------------------------------------- */

#define TX(month) (0.08 + (month) / 15.0 * 0.84)
#define TY(v) (96.0 - ((v)-10.0) * 3.2)
#define TREND_POINT(m, v, f, t)                           \
  SYMBOL(SAMPAN_SYMBOL_CIRCLE, f, BLUE, TX(m), TY(v), 9), \
      LABEL(TX(m), TY(v) + 20, SAMPAN_ALIGN_CENTER, 0, t)
static const sampan_chart_row trend_rows[] = {
    {.kind = SAMPAN_CHART_ROW_STRIP,
     .label = "",
     .draws = (const sampan_draw[]){{.kind = SAMPAN_DRAW_LINE,
                                     .color = BLACK,
                                     .dash = 1,
                                     .x0 = 0.04,
                                     .x1 = 1,
                                     .y0 = TY(21.6),
                                     .y1 = TY(21.6),
                                     .size = 1.5,
                                     .text = ""},
                                    LABEL(0.36, TY(21.6) - 6, SAMPAN_ALIGN_CENTER, 0, "目标 21.6"),
                                    LABEL(0, TY(10), SAMPAN_ALIGN_LEFT, 0, "10"),
                                    LABEL(0, TY(20) + 4, SAMPAN_ALIGN_LEFT, 0, "20"),
                                    LABEL(0, TY(30) + 4, SAMPAN_ALIGN_LEFT, 0, "30"),
                                    LINE(TX(0), TY(18), TX(9), TY(21.4), 2, BLUE),
                                    LINE(TX(9), TY(21.4), TX(15), TY(25), 2, BLUE),
                                    TREND_POINT(0, 18, SAMPAN_FILL_NONE, "18.0"),
                                    TREND_POINT(9, 21.4, SAMPAN_FILL_SOLID, "21.4"),
                                    TREND_POINT(15, 25, SAMPAN_FILL_SOLID, "25.0")},
     .n_draws = 13,
     .height = 104,
     .sentence = "三轮：2020-03 为 18.0，2020-12 为 21.4，2021-06 为 25.0；目标 21.6"},
    {.kind = SAMPAN_CHART_ROW_AXIS,
     .label = "",
     .draws = (const sampan_draw[]){LINE(0.04, 0.5, 1, 0.5, 1, BLACK),
                                    LABEL(TX(0), 16, SAMPAN_ALIGN_CENTER, 0, "2020-03"),
                                    LABEL(TX(9), 16, SAMPAN_ALIGN_CENTER, 0, "2020-12"),
                                    LABEL(TX(15), 16, SAMPAN_ALIGN_CENTER, 0, "2021-06")},
     .n_draws = 4,
     .height = 22,
     .sentence = "横轴：时间"},
};
static const sampan_chart_block trend_chart = {
    .title = "三轮走势，%",
    .caption = "图3　居民健康素养水平：三轮走势",
    .label_head = "",
    .strip_head = "",
    .rows = trend_rows,
    .n_rows = SAMPLE_COUNT(trend_rows),
};

/* ---- forest: groups, 5 to 45 %, with suppressed rows ---------------------------------------- */

#define FX(v) (((v)-5.0) / 40.0)
#define FOREST_ROW(row_flags, sym, d, name, n, v, l, u, text)                           \
  {                                                                                     \
    .kind = SAMPAN_CHART_ROW_STRIP, .flags = (row_flags), .label = (name),              \
    .left = (const char *const[]){n}, .right = (const char *const[]){text},             \
    .draws = (const sampan_draw[]){WHISKER(FX(l), FX(u), 14),                           \
                                   SYMBOL(sym, SAMPAN_FILL_SOLID, BLUE, FX(v), 14, d)}, \
    .n_draws = 4, .height = 28, .sentence = name "：" text                              \
  }
#define FOREST_GROUP(name, n, v, l, u, text) \
  FOREST_ROW(0, SAMPAN_SYMBOL_SQUARE, 9, name, n, v, l, u, text)
#define FOREST_HEAD(name)                                                               \
  {                                                                                     \
    .kind = SAMPAN_CHART_ROW_GROUP, .label = (name), .left = (const char *const[]){""}, \
    .right = (const char *const[]){""}, .height = 26, .sentence = ""                    \
  }
#define FOREST_NONE(name, why)                                                     \
  {                                                                                \
    .kind = SAMPAN_CHART_ROW_STRIP, .flags = SAMPAN_ROW_MUTED, .label = (name),    \
    .left = (const char *const[]){"—"}, .right = (const char *const[]){"—"},       \
    .draws = (const sampan_draw[]){RECT(0, 4, 1, 24, SAMPAN_FILL_HATCH, 0xDDDDDD), \
                                   LABEL(0, 18, SAMPAN_ALIGN_LEFT, 10, "— " why)}, \
    .n_draws = 2, .height = 28, .sentence = name "：不发布，" why                  \
  }

static const sampan_chart_row forest_rows[] = {
    FOREST_ROW(SAMPAN_CHART_BOLD, SAMPAN_SYMBOL_CIRCLE, 12, "全区合计", "1 260", 25.0, 21.9, 28.3,
               "25.0 (21.9–28.3)"),
    FOREST_HEAD("性别"),
    FOREST_GROUP("男", "598", 24.3, 19.9, 29.2, "24.3 (19.9–29.2)"),
    FOREST_GROUP("女", "662", 25.7, 21.4, 30.4, "25.7 (21.4–30.4)"),
    FOREST_HEAD("年龄"),
    FOREST_GROUP("15–24 岁", "168", 31.8, 22.7, 42.0, "31.8 (22.7–42.0)"),
    FOREST_GROUP("25–34 岁", "251", 33.9, 26.3, 42.2, "33.9 (26.3–42.2)"),
    FOREST_GROUP("35–44 岁", "262", 29.5, 22.4, 37.4, "29.5 (22.4–37.4)"),
    FOREST_GROUP("45–54 岁", "256", 22.8, 16.3, 30.4, "22.8 (16.3–30.4)"),
    FOREST_GROUP("55–64 岁", "209", 15.6, 9.7, 23.3, "15.6 (9.7–23.3)"),
    FOREST_NONE("65–69 岁", "精度不足：相对区间宽度 > 130%"),
    FOREST_HEAD("街道（乡）"),
    FOREST_GROUP("甲街道", "312", 28.9, 22.4, 36.1, "28.9 (22.4–36.1)"),
    FOREST_GROUP("乙街道", "286", 26.2, 19.7, 33.6, "26.2 (19.7–33.6)"),
    FOREST_NONE("戊街道", "补充抑制：防止由合计反推己乡"),
    FOREST_NONE("己乡", "保密：事件数为 1–4"),
    {.kind = SAMPAN_CHART_ROW_AXIS,
     .label = "",
     .left = (const char *const[]){""},
     .right = (const char *const[]){""},
     .draws = (const sampan_draw[]){LABEL(FX(5), 16, SAMPAN_ALIGN_LEFT, 0, "5"),
                                    LABEL(FX(15), 16, SAMPAN_ALIGN_CENTER, 0, "15"),
                                    LABEL(FX(25), 16, SAMPAN_ALIGN_CENTER, 0, "25"),
                                    LABEL(FX(35), 16, SAMPAN_ALIGN_CENTER, 0, "35"),
                                    LABEL(FX(45), 16, SAMPAN_ALIGN_RIGHT, 0, "45")},
     .n_draws = 5,
     .height = 24,
     .sentence = "横轴：5 至 45，%"},
};
static const sampan_draw forest_behind[] = {
    RECT(FX(24.9), 0, FX(27.3), 1, SAMPAN_FILL_SOLID, 0xE4E4E4),
    REFERENCE(FX(21.6), 1, 1.5, BLACK),
};
static const sampan_chart_head forest_left[] = {{"有效 n", 80}};
static const sampan_chart_head forest_right[] = {{"% (95% CI)", 160}};
static const sampan_legend forest_legend[] = {
    {REFERENCE(0.5, 1, 1.5, BLACK), "目标"},
    {RECT(0, 3, 1, 13, SAMPAN_FILL_SOLID, 0xE4E4E4), "全省 95% CI"},
    {RECT(0, 3, 1, 13, SAMPAN_FILL_HATCH, 0xDDDDDD), "不发布"},
};
static const sampan_chart_block forest_chart = {
    .title = "分人群，%",
    .caption = "图4　居民健康素养水平：分人群",
    .label_width = 170,
    .label_head = "人群",
    .strip_head = "估计值与 95% CI",
    .left = forest_left,
    .right = forest_right,
    .n_left = 1,
    .n_right = 1,
    .behind = forest_behind,
    .n_behind = SAMPLE_COUNT(forest_behind),
    .rows = forest_rows,
    .n_rows = SAMPLE_COUNT(forest_rows),
    .legend = forest_legend,
    .n_legend = SAMPLE_COUNT(forest_legend),
};

/* ---- registers: bars from 0 to 100 % --------------------------------------------------------- */

#define BAR_ROW(name, counts, base, now, target, f, col, value, goal, word)                 \
  {                                                                                         \
    .kind = SAMPAN_CHART_ROW_STRIP, .label = (name), .left = (const char *const[]){counts}, \
    .right = (const char *const[]){value, goal, word},                                      \
    .draws = (const sampan_draw[]){RECT(0, 9, 1, 25, SAMPAN_FILL_NONE, MIDDLE),             \
                                   RECT(0, 9, (now) / 100.0, 25, f, col),                   \
                                   {.kind = SAMPAN_DRAW_LINE,                               \
                                    .dash = 2,                                              \
                                    .color = BLACK,                                         \
                                    .x0 = (base) / 100.0,                                   \
                                    .x1 = (base) / 100.0,                                   \
                                    .y0 = 9,                                                \
                                    .y1 = 25,                                               \
                                    .size = 2,                                              \
                                    .text = ""},                                            \
                                   SYMBOL(SAMPAN_SYMBOL_TICK, SAMPAN_FILL_SOLID, BLACK,     \
                                          (target) / 100.0, 17, 24)},                       \
    .n_draws = 4, .height = 34, .sentence = name "：现值 " value "，目标 " goal "，" word   \
  }
static const sampan_chart_row register_rows[] = {
    BAR_ROW("2.1 健康社区（村）比例", "18 / 52 家", 3.8, 34.6, 30, SAMPAN_FILL_SOLID, SKY, "34.6%",
            "≥ 30%", "达标"),
    BAR_ROW("2.2 健康促进医院比例", "6 / 13 家", 7.7, 46.2, 40, SAMPAN_FILL_SOLID, SKY, "46.2%",
            "≥ 40%", "达标"),
    BAR_ROW("2.4 健康促进机关比例", "31 / 64 家", 6.3, 48.4, 50, SAMPAN_FILL_HATCH, ORANGE, "48.4%",
            "≥ 50%", "未达标，差 1 家"),
    BAR_ROW("2.9 室内公共场所全面禁烟", "312 / 326 处", 73.9, 95.7, 100, SAMPAN_FILL_HATCH, ORANGE,
            "95.7%", "= 100%", "未达标，差 14 处"),
    BAR_ROW("2.11 公共交通工具全面禁烟", "148 / 148 辆", 93.9, 100, 100, SAMPAN_FILL_SOLID, SKY,
            "100.0%", "= 100%", "达标"),
};
static const sampan_chart_head register_left[] = {{"分子 / 分母", 120}};
static const sampan_chart_head register_right[] = {{"现值", 70}, {"目标", 80}, {"判定与差距", 150}};
static const sampan_legend register_legend[] = {
    {REFERENCE(0.5, 2, 2, BLACK), "基线"},
    {SYMBOL(SAMPAN_SYMBOL_TICK, SAMPAN_FILL_SOLID, BLACK, 0.5, 8, 14), "目标"},
    {SYMBOL(SAMPAN_SYMBOL_DIAMOND, SAMPAN_FILL_HATCH, ORANGE, 0.5, 8, 13), "斜线：未达标"},
};
static const sampan_chart_block register_chart = {
    .title = "登记指标，%",
    .caption = "图5　登记指标",
    .label_width = 240,
    .label_head = "指标",
    .strip_head = "0 → 100%",
    .left = register_left,
    .right = register_right,
    .n_left = 1,
    .n_right = 3,
    .rows = register_rows,
    .n_rows = SAMPLE_COUNT(register_rows),
    .legend = register_legend,
    .n_legend = SAMPLE_COUNT(register_legend),
};
