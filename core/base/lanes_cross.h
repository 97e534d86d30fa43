/* lanes_cross.h - crossing codes in the variants of lanes that find entries one by one; included as
 * lanes_body.h is, before it. */

static SP_LANES_TARGET int cross(const sp_cross *c, int64_t first, uint64_t whole, uint32_t *out) {
  uint32_t place[64] = {0}, bad = 0;
  for (uint32_t g = 0; g < c->n_codes; g++) {
    const uint32_t *codes = c->codes[g] + first, shift = c->shift[g];
    for (int k = 0; k < 64; k++) place[k] |= codes[k] << shift;
  }
  for (int k = 0; k < 64; k++) {
    const uint32_t is_out = (uint32_t)(whole >> k & 1) - 1, code = c->dense[place[k] & c->mask];
    bad |= (uint32_t)(code == 0) & ~is_out;
    out[k] = (code - 1) | is_out;
  }
  return bad == 0;
}
