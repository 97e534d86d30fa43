/* docx_png.c - a drawing as a PNG of at most 16 colours (PNG, second edition, ISO/IEC 15948).
 *
 * Charts are black on white with a few flat colours; what else cairo puts on a sheet are the soft
 * edges of letters. Six greys are enough for these at 300 dpi, and the file gets a quarter of the
 * size. The palette: the greys, then the most frequent colours that differ from those taken.
 */
#include <zlib.h>

#include "docx.h"

enum {
  N_COLORS = 16,
  N_GREYS = 6,
  N_SLOTS = 1 << 14,
  MOST_KNOWN = N_SLOTS / 4 * 3,
  LEAST_DISTANCE = 100, /* squared, over the three channels */
  LEAST_COUNT = 16,
  COLORED = 32, /* a small symbol's colour against the edges of many letters */
  NONE = 0xFF
};

/* A colour of the sheet in an open hash table. */
typedef struct color_slot {
  uint32_t color, count; /* count 0: free */
  uint32_t index;        /* in the palette */
} color_slot;

typedef struct color_table {
  color_slot *slots;
  uint32_t n;
  uint32_t palette[N_COLORS], n_palette;
} color_table;

static color_slot *find(color_table *t, uint32_t color) {
  uint32_t at = (color * 2654435761U) >> 18;
  while (t->slots[at].count && t->slots[at].color != color) at = (at + 1) % N_SLOTS;
  return &t->slots[at];
}

static uint32_t distance(uint32_t a, uint32_t b) {
  uint32_t sum = 0;
  for (int shift = 0; shift < 24; shift += 8) {
    const int32_t d = (int32_t)(a >> shift & 255U) - (int32_t)(b >> shift & 255U);
    sum += (uint32_t)(d * d);
  }
  return sum;
}

static int is_colored(uint32_t color) {
  const uint32_t grey = (color >> 8 & 255U) * 0x10101U;
  return distance(color, grey) > 1000;
}

static uint32_t nearest(const color_table *t, uint32_t color, uint32_t *how_far) {
  uint32_t best = 0, least = UINT32_MAX;
  for (uint32_t i = 0; i < t->n_palette; i++) {
    const uint32_t d = distance(t->palette[i], color);
    if (d < least) {
      least = d;
      best = i;
    }
  }
  *how_far = least;
  return best;
}

/* Sheets are native-endian words of 0xXXRRGGBB. */
static uint32_t pixel(const unsigned char *line, int32_t x) {
  uint32_t word;
  memcpy(&word, line + 4 * (size_t)x, 4);
  return word & 0xFFFFFFU;
}

static void count_colors(color_table *t, const docx_sheet *s) {
  color_slot *slot = NULL;
  for (int32_t y = 0; y < s->height; y++) {
    const unsigned char *line = s->pixels + (size_t)y * (size_t)s->stride;
    for (int32_t x = 0; x < s->width; x++) {
      const uint32_t color = pixel(line, x);
      if (!slot || slot->color != color) slot = find(t, color);
      if (!slot->count) {
        if (t->n == MOST_KNOWN) { /* a photograph, not a chart: its rarer colours go uncounted */
          slot = NULL;
          continue;
        }
        t->n++;
        slot->color = color;
      }
      slot->count++;
    }
  }
}

static void choose_palette(color_table *t) {
  uint32_t far = 0;
  for (uint32_t i = 0; i < N_GREYS; i++) {
    const uint32_t grey = 0x11 + (0xFF - 0x11) * i / (N_GREYS - 1);
    t->palette[t->n_palette++] = grey << 16 | grey << 8 | grey;
  }
  while (t->n_palette < N_COLORS) {
    const color_slot *best = NULL;
    uint64_t most = 0;
    for (uint32_t i = 0; i < N_SLOTS; i++) {
      const color_slot *s = &t->slots[i];
      const uint64_t weight = (uint64_t)s->count * (is_colored(s->color) ? COLORED : 1);
      if (s->count < LEAST_COUNT || weight < most) continue;
      /* Equals are settled by the colour: the order of the table does not matter. */
      if (best && weight == most && s->color > best->color) continue;
      nearest(t, s->color, &far);
      if (far < LEAST_DISTANCE) continue;
      best = s;
      most = weight;
    }
    if (!best) break;
    t->palette[t->n_palette++] = best->color;
  }
  for (uint32_t i = 0; i < N_SLOTS; i++) {
    if (t->slots[i].count) t->slots[i].index = nearest(t, t->slots[i].color, &far);
  }
}

static void put_word(docx_buffer *b, uint32_t x) {
  const unsigned char bytes[4] = {(unsigned char)(x >> 24), (unsigned char)(x >> 16 & 255U),
                                  (unsigned char)(x >> 8 & 255U), (unsigned char)(x & 255U)};
  docx_add(b, bytes, 4);
}

static void chunk(docx_buffer *png, const char *type, const void *data, uint64_t n) {
  put_word(png, (uint32_t)n);
  const uint64_t at = png->n;
  docx_put(png, type);
  docx_add(png, data, n);
  if (png->failed) return;
  put_word(png, (uint32_t)crc32(crc32(0, Z_NULL, 0), (const Bytef *)png->data + at, (uInt)(n + 4)));
}

/* A line of the sheet: its filter (none), then two pixels a byte. */
static void pack_line(color_table *t, const docx_sheet *s, int32_t y, unsigned char *line) {
  const unsigned char *from = s->pixels + (size_t)y * (size_t)s->stride;
  uint32_t color = 0, index = NONE, far = 0;
  memset(line, 0, 1 + ((size_t)s->width + 1) / 2);
  for (int32_t x = 0; x < s->width; x++) {
    const uint32_t c = pixel(from, x);
    if (index == NONE || c != color) {
      const color_slot *slot = find(t, c);
      color = c;
      index = slot->count ? slot->index : nearest(t, c, &far);
    }
    line[1 + x / 2] = (unsigned char)(line[1 + x / 2] | index << (x % 2 ? 0 : 4));
  }
}

static int32_t pack_lines(color_table *t, const docx_sheet *s, docx_buffer *packed,
                          unsigned char *line) {
  unsigned char out[16384];
  z_stream z;
  memset(&z, 0, sizeof z);
  if (deflateInit2(&z, 9, Z_DEFLATED, 15, 9, Z_DEFAULT_STRATEGY) != Z_OK) return SAMPAN_E_MEMORY;
  int step = Z_OK;
  for (int32_t y = 0; y < s->height && step == Z_OK; y++) {
    const int last = y + 1 == s->height;
    pack_line(t, s, y, line);
    z.next_in = line;
    z.avail_in = (uInt)(1 + (s->width + 1) / 2);
    do {
      z.next_out = out;
      z.avail_out = (uInt)sizeof out;
      step = deflate(&z, last ? Z_FINISH : Z_NO_FLUSH);
      docx_add(packed, out, sizeof out - z.avail_out);
    } while (step == Z_OK && (z.avail_out == 0 || last));
    if (step == Z_BUF_ERROR) step = Z_OK; /* nothing was left to do */
  }
  deflateEnd(&z);
  if (packed->failed) return SAMPAN_E_MEMORY;
  return step == Z_STREAM_END ? SAMPAN_OK : SAMPAN_E_INTERNAL;
}

int32_t docx_png(const sampan_call *call, const docx_sheet *s, docx_buffer *scratch,
                 docx_buffer *png) {
  static const char signature[] = "\x89PNG\r\n\x1a\n";
  color_table t = {.slots = docx_room(scratch, N_SLOTS * sizeof(color_slot))};
  unsigned char *line = call->host->alloc(call, ((uint64_t)s->width + 1) / 2 + 1);
  unsigned char colors[3 * N_COLORS];
  docx_buffer head;
  docx_buffer_init(&head, call);
  png->n = 0;
  if (!t.slots || !line) return sampan_fail(call, SAMPAN_E_MEMORY, "out of memory for a picture");
  memset(t.slots, 0, N_SLOTS * sizeof(color_slot));
  count_colors(&t, s);
  choose_palette(&t);
  for (uint32_t i = 0; i < t.n_palette; i++) {
    colors[3 * i] = (unsigned char)(t.palette[i] >> 16);
    colors[3 * i + 1] = (unsigned char)(t.palette[i] >> 8 & 255U);
    colors[3 * i + 2] = (unsigned char)(t.palette[i] & 255U);
  }
  docx_add(png, signature, 8);
  put_word(&head, (uint32_t)s->width);
  put_word(&head, (uint32_t)s->height);
  docx_add(&head, "\x04\x03\0\0\0", 5); /* 4 bits, palette, deflate, adaptive, not interlaced */
  chunk(png, "IHDR", head.data, head.n);
  chunk(png, "PLTE", colors, 3 * (uint64_t)t.n_palette);
  head.n = 0;
  put_word(&head, (uint32_t)(DOCX_DPI / 0.0254 + 0.5)); /* pixels a metre */
  put_word(&head, (uint32_t)(DOCX_DPI / 0.0254 + 0.5));
  docx_add(&head, "\x01", 1);
  chunk(png, "pHYs", head.data, head.n);
  docx_buffer packed;
  docx_buffer_init(&packed, call);
  const int32_t status = pack_lines(&t, s, &packed, line);
  if (status < 0) return sampan_fail(call, status, "a picture could not be packed");
  chunk(png, "IDAT", packed.data, packed.n);
  chunk(png, "IEND", NULL, 0);
  return png->failed ? sampan_fail(call, SAMPAN_E_MEMORY, "out of memory for a picture")
                     : SAMPAN_OK;
}
