/* split_body.h - the loop that every variant of the splitter has. A variant defines, before it
 * includes this,
 *   TARGET        the attribute that all its functions carry
 *   SPLIT, COUNT  the names of the two functions
 *   lanes, wanted types: 64 bytes; what they are compared with
 *   load, want    from memory; a byte in every lane
 *   equal         a bit for each byte that is the wanted one
 *   kept          a type: what least() and either() keep of all the blocks, from full() and
 *                 empty() on; any_zero() and any_high() say what that tells
 *   parity        bit i: whether an odd number of the bits 0..i is set
 *   emit          writes base + the place of every bit; may write 64 positions
 */
TARGET static uint32_t *SPLIT(dsv_split *state, const char *bytes, int64_t n, uint32_t base,
                              uint32_t *out) {
  dsv_split s = *state; /* in registers */
  const wanted line = want('\n'), delimiter = want((char)s.delimiter), cr = want('\r');
  /* Where nothing is a quote, a byte that is looked for anyway: its mask is dropped. */
  const wanted quote = want((char)(s.quote != 0 ? s.quote : s.delimiter));
  const uint64_t quoting = s.quote != 0 ? ~UINT64_C(0) : 0;
  kept smallest = full(), united = empty();
  for (int64_t i = 0; i < n; i += 64) {
    const lanes x = load(bytes + i);
    uint64_t lines = equal(x, line), separators = equal(x, delimiter) | lines;
    uint64_t crs = equal(x, cr), closes = 0;
    const uint64_t quotes = equal(x, quote) & quoting;
    smallest = least(smallest, x);
    united = either(united, x);
    if (quotes | s.inside | s.closed) {
      const uint64_t inside = parity(quotes) ^ s.inside;
      const uint64_t opens = quotes & inside;
      closes = quotes & ~inside;
      lines &= ~inside;
      separators &= ~inside;
      crs &= ~inside;
      s.bad |= opens & ~(((separators | closes) << 1) | s.may_open);
      s.bad |= ((closes << 1) | s.closed) & ~(separators | crs | opens);
      s.closed = closes >> 63;
      s.inside = 0 - (inside >> 63);
      s.quotes |= quotes;
    }
    s.bad |= ((crs << 1) | s.cr) & ~lines;
    s.cr = crs >> 63;
    s.may_open = (separators | closes) >> 63;
    s.n_lines += (uint64_t)__builtin_popcountll(lines);
    out = emit(out, separators, base + (uint32_t)i);
  }
  s.bad |= any_zero(smallest);
  s.high |= any_high(united);
  *state = s;
  return out;
}

TARGET static int64_t COUNT(const char *bytes, int64_t n, unsigned char c) {
  const wanted w = want((char)c);
  int64_t count = 0, i = 0;
  for (; i + 64 <= n; i += 64) count += __builtin_popcountll(equal(load(bytes + i), w));
  if (i < n) {
    const uint64_t in_range = (UINT64_C(1) << (n - i)) - 1;
    count += __builtin_popcountll(equal(load(bytes + i), w) & in_range);
  }
  return count;
}
