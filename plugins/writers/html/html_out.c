/* html_out.c - bytes, escaping and runs of text. */
#include <math.h>

#include "html.h"

/* ---- bytes ------------------------------------------------------------------------------------
 */

int32_t html_flush(html *h) {
  if (h->status >= 0 && h->n_used > 0) {
    const int32_t status = h->out->write(h->out->data, h->buffer, h->n_used, h->call->error);
    if (status < 0) h->status = status;
  }
  h->n_used = 0;
  return h->status;
}

void html_bytes(html *h, const char *s, uint64_t n) {
  while (n > 0 && h->status >= 0) {
    const uint64_t room = sizeof h->buffer - h->n_used;
    const uint64_t m = n < room ? n : room;
    memcpy(h->buffer + h->n_used, s, m);
    h->n_used += (uint32_t)m;
    s += m;
    n -= m;
    if (h->n_used == sizeof h->buffer) html_flush(h);
  }
}

void html_put(html *h, const char *s) {
  html_bytes(h, s, strlen(s));
}

void html_int(html *h, int64_t v) {
  char text[32];
  snprintf(text, sizeof text, "%lld", (long long)v);
  html_put(h, text);
}

void html_number(html *h, double v) {
  char text[32];
  snprintf(text, sizeof text, "%.5g", isfinite(v) ? v : 0.0);
  html_put(h, text);
}

/* ---- escaping -----------------------------------------------------------------------------------
 */

/* The bytes of the character at s, or 0 where there is no whole, legal one. */
static uint32_t utf8_length(const unsigned char *s) {
  static const unsigned char least[5] = {0, 0, 0x80, 0xa0, 0x90}; /* of the second byte */
  const unsigned char c = s[0];
  const uint32_t n = c < 0x80   ? 1U
                     : c < 0xc2 ? 0U
                     : c < 0xe0 ? 2U
                     : c < 0xf0 ? 3U
                     : c < 0xf5 ? 4U
                                : 0U;
  for (uint32_t i = 1; i < n; i++)
    if ((s[i] & 0xc0) != 0x80) return 0;
  if ((c == 0xe0 || c == 0xf0) && s[1] < least[n]) return 0; /* longer than it need be */
  if ((c == 0xed && s[1] > 0x9f) || (c == 0xf4 && s[1] > 0x8f)) return 0;
  return n;
}

/* Characters that no page may hold: C0 but tab and newline, DEL, C1. */
static int is_control(const unsigned char *s, uint32_t n) {
  if (n == 1) return (s[0] < 0x20 && s[0] != '\t' && s[0] != '\n') || s[0] == 0x7f;
  return n == 2 && s[0] == 0xc2 && s[1] < 0xa0;
}

/* A number stays with the sign of comparison before it. */
static int is_comparison(const unsigned char *s, uint32_t n) {
  if (n == 1) return *s == '<' || *s == '>' || *s == '=';
  return n == 3 && s[0] == 0xe2 && s[1] == 0x89 && (s[2] == 0xa4 || s[2] == 0xa5);
}

void html_escape(html *h, const char *text, int32_t newline) {
  const unsigned char *s = (const unsigned char *)text;
  int glue = 0; /* the character before is a sign of comparison */
  int small = 0;
  while (*s) {
    const uint32_t n = utf8_length(s);
    const int next_glue = n > 0 && is_comparison(s, n);
    if (n == 0 || is_control(s, n)) {
      html_put(h, "\xef\xbf\xbd");
      s += n == 0 ? 1 : n;
      glue = 0;
      continue;
    }
    switch (*s) {
      case '&':
        html_put(h, "&amp;");
        break;
      case '<':
        html_put(h, "&lt;");
        break;
      case '>':
        html_put(h, "&gt;");
        break;
      case '"':
        html_put(h, "&quot;");
        break;
      case '\'':
        html_put(h, "&#39;");
        break;
      case ' ':
        html_put(h, glue && newline != HTML_VERBATIM ? "&nbsp;" : " ");
        break;
      case '\n':
        if (newline == HTML_SUBTITLE && !small) {
          html_put(h, "<br><small>");
          small = 1;
        } else {
          html_put(h, newline == HTML_SPACE      ? " "
                      : newline == HTML_MAYBE    ? "<wbr>"
                      : newline == HTML_VERBATIM ? "\n"
                      : newline == HTML_JOIN     ? ""
                                                 : "<br>");
        }
        break;
      default:
        html_bytes(h, (const char *)s, n);
    }
    s += n;
    glue = next_glue;
  }
  if (small) html_put(h, "</small>");
}

/* A column's head before a figure on a phone: one short line. The lines run together, without a
 * space in Chinese; where that is long, the first one has to do. */
void html_label(html *h, const char *head) {
  const char *end = strchr(head, '\n');
  char first[128];
  uint64_t columns = 0; /* as wide as on a terminal */
  for (const char *s = head; *s; s++)
    columns += ((unsigned char)*s & 0xc0) == 0x80 ? 0 : (unsigned char)*s >= 0xe3 ? 2 : 1;
  if (end == NULL || (uint64_t)(end - head) >= sizeof first || columns <= 16) {
    html_escape(h, head, h->zh ? HTML_JOIN : HTML_SPACE);
    return;
  }
  memcpy(first, head, (size_t)(end - head));
  first[end - head] = 0;
  html_escape(h, first, HTML_SPACE);
}

/* The inside of a CSS string: whatever is not a plain letter becomes its number, so that no text
 * can end the string or the style sheet. */
void html_css_string(html *h, const char *text) {
  const unsigned char *s = (const unsigned char *)text;
  while (*s) {
    const uint32_t n = utf8_length(s);
    if (n == 0 || is_control(s, n)) {
      html_put(h, "\\fffd ");
      s += n == 0 ? 1 : n;
      continue;
    }
    if (n > 1 || (*s >= '0' && *s <= '9') || (*s >= 'A' && *s <= 'Z') || (*s >= 'a' && *s <= 'z') ||
        *s == ' ') {
      html_bytes(h, (const char *)s, n);
    } else {
      char code[16];
      snprintf(code, sizeof code, "\\%x ", *s);
      html_put(h, code);
    }
    s += n;
  }
}

/* JSON inside a script element: '<', '>' and '&' stand only in strings, where they may be escaped.
 */
void html_json(html *h, const char *s) {
  for (; *s; s++) {
    if (*s == '<')
      html_put(h, "\\u003c");
    else if (*s == '>')
      html_put(h, "\\u003e");
    else if (*s == '&')
      html_put(h, "\\u0026");
    else
      html_bytes(h, s, 1);
  }
}

/* ---- texts
 * ---------------------------------------------------------------------------------------- */

const char *html_word(const html *h, const char *en, const char *zh) {
  return h->zh ? zh : en;
}

/* ` class="..."` from a name and the medium, or nothing. */
void html_class(html *h, const char *css, uint32_t flags) {
  const char *medium = flags & SAMPAN_SCREEN_ONLY ? "so" : flags & SAMPAN_PAPER_ONLY ? "po" : "";
  if (*css == 0 && *medium == 0) return;
  html_put(h, " class=\"");
  html_put(h, css);
  if (*css && *medium) html_put(h, " ");
  html_put(h, medium);
  html_put(h, "\"");
}

/* A verdict mark; one that no text follows says itself what it means. */
void html_mark(html *h, int32_t mark, int32_t alone, const char *css) {
  static const char *const en[] = {"", "met", "not met", "undecided", "not assessable"};
  static const char *const zh[] = {"", "达标", "未达标", "不能判定", "不可评"};
  if (mark < SAMPAN_MARK_MET || mark > SAMPAN_MARK_NOT_ASSESSABLE) return;
  html_put(h, "<svg class=\"");
  html_put(h, css);
  if (alone) {
    html_put(h, "\" role=\"img\" aria-label=\"");
    html_put(h, html_word(h, en[mark], zh[mark]));
    html_put(h, "\"><use href=\"#m");
  } else {
    html_put(h, "\" aria-hidden=\"true\"><use href=\"#m");
  }
  html_int(h, mark);
  html_put(h, "\"/></svg>");
}

/* A checksum: hexadecimal and long. It is set in the type of code and may break anywhere. */
static int is_digest(const char *s) {
  uint64_t n = 0;
  for (; *s; s++) {
    if (*s == ' ') continue;
    if (!((*s >= '0' && *s <= '9') || (*s >= 'a' && *s <= 'f'))) return 0;
    n++;
  }
  return n >= 32;
}

static void write_run(html *h, const sampan_run *r, int32_t newline) {
  const char *tags[4];
  int n_tags = 0;
  const int has_mark = r->mark >= SAMPAN_MARK_MET && r->mark <= SAMPAN_MARK_NOT_ASSESSABLE;
  if (has_mark) {
    html_put(h, "<span class=\"vd\">");
    tags[n_tags++] = "</span>";
    html_mark(h, r->mark, r->text[0] == 0, "ic");
  }
  if (r->flags & SAMPAN_RUN_BOLD) {
    html_put(h, "<b>");
    tags[n_tags++] = "</b>";
  }
  if (r->flags & SAMPAN_RUN_SMALL) {
    html_put(h, "<small>");
    tags[n_tags++] = "</small>";
  }
  if (r->flags & SAMPAN_RUN_SUPERSCRIPT) {
    html_put(h, "<sup>");
    tags[n_tags++] = "</sup>";
  }
  if (is_digest(r->text)) {
    html_put(h, "<code>");
    html_escape(h, r->text, HTML_SPACE);
    html_put(h, "</code>");
  } else {
    html_escape(h, r->text, newline);
  }
  while (n_tags > 0) html_put(h, tags[--n_tags]);
}

/* Runs with neither text nor mark are dropped, their breaks with them. */
void html_text(html *h, const sampan_text *text, int32_t newline) {
  int begun = 0;
  for (uint32_t i = 0; i < text->n_runs; i++) {
    const sampan_run *r = &text->runs[i];
    if (r->text[0] == 0 && r->mark == SAMPAN_MARK_NONE) continue;
    if ((r->flags & SAMPAN_RUN_BREAK) && begun)
      html_put(h, newline == HTML_VERBATIM ? "\n" : "<br>");
    write_run(h, r, newline);
    begun = 1;
  }
}

void html_notes(html *h, const sampan_text *notes, uint32_t n) {
  if (n == 0) return;
  html_put(h, n > 3 ? "<ul class=\"fn two-up\">" : "<ul class=\"fn\">");
  for (uint32_t i = 0; i < n; i++) {
    html_put(h, "<li>");
    html_text(h, &notes[i], HTML_BREAK);
    html_put(h, "</li>");
  }
  html_put(h, "</ul>\n");
}
