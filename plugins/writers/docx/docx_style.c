/* docx_style.c - the paragraph styles: GB/T 9704-2012 for Chinese, the same page in English.
 *
 * Both styles.xml and every run are made from these tables. A run repeats its fonts because Word
 * and WPS pick the font of a run by script, and a run without them falls back to the theme.
 *
 * The grid of the standard is 22 lines of 28 characters on 156 by 225 mm. 22 lines of 29 pt are
 * 638 pt; 28 characters of 16 pt are 448 pt and the text is 442 pt wide, hence the tracking.
 */
#include "docx.h"

#define FANGSONG "\xE4\xBB\xBF\xE5\xAE\x8B_GB2312"
#define KAITI "\xE6\xA5\xB7\xE4\xBD\x93_GB2312"
#define HEITI "\xE9\xBB\x91\xE4\xBD\x93"
#define SONGTI "\xE5\xAE\x8B\xE4\xBD\x93"
#define XIAOBIAOSONG \
  "\xE6\x96\xB9\xE6\xAD\xA3\xE5\xB0\x8F\xE6\xA0\x87\xE5\xAE\x8B\xE7\xAE\x80\xE4\xBD\x93"
#define TIMES "Times New Roman"
#define ARIAL "Arial"
#define COURIER "Courier New"

/* id, name, east, latin, align, size, line, before, after, indent, chars, tracking, bold, keep,
 * outline */
static const docx_style chinese_styles[DOCX_N_STYLES] = {
    {"AnnexNumber", "Annex Number", HEITI, TIMES, "left", 32, 580, 0, 0, 0, 0, 0, 0, 1, 0},
    {"Title", "Title", XIAOBIAOSONG, TIMES, "center", 44, 580, 0, 0, 0, 0, 0, 0, 1, 0},
    {"Subtitle", "Subtitle", KAITI, TIMES, "center", 32, 580, 0, 0, 0, 0, 0, 0, 1, 0},
    {"HeadFacts", "Head Facts", FANGSONG, TIMES, "center", 24, 400, 0, 0, 0, 0, 0, 0, 0, 0},
    {"Heading1", "heading 1", HEITI, TIMES, "left", 32, 580, 0, 0, 640, 200, 0, 0, 1, 1},
    {"Heading2", "heading 2", KAITI, TIMES, "left", 32, 580, 0, 0, 640, 200, 0, 0, 1, 2},
    {"BodyText", "Body Text", FANGSONG, TIMES, "both", 32, 580, 0, 0, 640, 200, -5, 0, 0, 0},
    {"Lead", "Lead", FANGSONG, TIMES, "both", 32, 580, 0, 0, 640, 200, -5, 0, 0, 0},
    {"Note", "Note", FANGSONG, TIMES, "both", 24, 400, 0, 0, 480, 200, 0, 0, 0, 0},
    {"Code", "Code", FANGSONG, COURIER, "left", 18, 280, 0, 0, 0, 0, 0, 0, 0, 0},
    {"Numbered", "Numbered", FANGSONG, TIMES, "both", 32, 580, 0, 0, 640, 200, -5, 0, 0, 0},
    {"Caption", "caption", HEITI, TIMES, "center", 24, 400, 120, 80, 0, 0, 0, 0, 1, 0},
    {"TableText", "Table Text", FANGSONG, TIMES, "left", 21, 300, 0, 0, 0, 0, 0, 0, 0, 0},
    {"TableTextSmall", "Table Text Small", FANGSONG, TIMES, "left", 18, 250, 0, 0, 0, 0, 0, 0, 0,
     0},
    {"TableHead", "Table Head", HEITI, TIMES, "center", 21, 300, 0, 0, 0, 0, 0, 0, 1, 0},
    {"TableHeadSmall", "Table Head Small", HEITI, TIMES, "center", 18, 250, 0, 0, 0, 0, 0, 0, 1, 0},
    {"TableNote", "Table Note", FANGSONG, TIMES, "both", 18, 280, 40, 0, 0, 0, 0, 0, 0, 0},
    {"FactText", "Fact Text", FANGSONG, TIMES, "left", 21, 280, 0, 0, 0, 0, 0, 0, 0, 0},
    {"CountText", "Count Text", FANGSONG, TIMES, "left", 24, 360, 0, 0, 0, 0, 0, 0, 0, 0},
    {"Picture", "Picture", FANGSONG, TIMES, "center", 21, 0, 40, 40, 0, 0, 0, 0, 0, 0},
    {"Footer", "footer", SONGTI, SONGTI, "left", 28, 320, 0, 0, 0, 0, 0, 0, 0, 0},
};

static const docx_style english_styles[DOCX_N_STYLES] = {
    {"AnnexNumber", "Annex Number", HEITI, ARIAL, "left", 32, 580, 0, 0, 0, 0, 0, 0, 1, 0},
    {"Title", "Title", HEITI, ARIAL, "center", 36, 580, 0, 0, 0, 0, 0, 1, 1, 0},
    {"Subtitle", "Subtitle", KAITI, TIMES, "center", 28, 400, 40, 80, 0, 0, 0, 0, 1, 0},
    {"HeadFacts", "Head Facts", SONGTI, TIMES, "center", 22, 320, 0, 0, 0, 0, 0, 0, 0, 0},
    {"Heading1", "heading 1", HEITI, ARIAL, "left", 30, 400, 240, 100, 0, 0, 0, 1, 1, 1},
    {"Heading2", "heading 2", HEITI, ARIAL, "left", 25, 340, 160, 80, 0, 0, 0, 1, 1, 2},
    {"BodyText", "Body Text", SONGTI, TIMES, "left", 24, 340, 0, 120, 0, 0, 0, 0, 0, 0},
    {"Lead", "Lead", SONGTI, TIMES, "left", 28, 400, 0, 140, 0, 0, 0, 0, 0, 0},
    {"Note", "Note", SONGTI, TIMES, "left", 20, 280, 0, 100, 0, 0, 0, 0, 0, 0},
    {"Code", "Code", SONGTI, COURIER, "left", 17, 260, 0, 0, 0, 0, 0, 0, 0, 0},
    {"Numbered", "Numbered", SONGTI, TIMES, "left", 24, 340, 0, 80, 0, 0, 0, 0, 0, 0},
    {"Caption", "caption", HEITI, ARIAL, "center", 22, 300, 160, 80, 0, 0, 0, 1, 1, 0},
    {"TableText", "Table Text", SONGTI, TIMES, "left", 21, 260, 0, 0, 0, 0, 0, 0, 0, 0},
    {"TableTextSmall", "Table Text Small", SONGTI, TIMES, "left", 18, 230, 0, 0, 0, 0, 0, 0, 0, 0},
    {"TableHead", "Table Head", HEITI, ARIAL, "center", 19, 260, 0, 0, 0, 0, 0, 1, 1, 0},
    {"TableHeadSmall", "Table Head Small", HEITI, ARIAL, "center", 16, 210, 0, 0, 0, 0, 0, 1, 1, 0},
    {"TableNote", "Table Note", SONGTI, TIMES, "left", 18, 240, 40, 0, 0, 0, 0, 0, 0, 0},
    {"FactText", "Fact Text", SONGTI, TIMES, "left", 20, 270, 0, 0, 0, 0, 0, 0, 0, 0},
    {"CountText", "Count Text", SONGTI, TIMES, "left", 22, 320, 0, 0, 0, 0, 0, 0, 0, 0},
    {"Picture", "Picture", SONGTI, TIMES, "center", 21, 0, 40, 40, 0, 0, 0, 0, 0, 0},
    {"Footer", "footer", SONGTI, TIMES, "left", 28, 320, 0, 0, 0, 0, 0, 0, 0, 0},
};

const docx_style *docx_style_of(int32_t chinese, int32_t style) {
  return chinese ? &chinese_styles[style] : &english_styles[style];
}
