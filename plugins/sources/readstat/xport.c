/* xport.c - SAS transport files declare no number of records and end without a mark. What can be
 * checked is checked: whole cards, blanks and nothing else after the last record, fewer than a card
 * of them, and one data set in the file. A cut that leaves all this true cannot be seen. */
#include "foreign.h"

int32_t foreign_xport_before(foreign_run *run) {
  const int64_t rest = run->bytes.size % XPT_CARD;
  if (rest == 0) return SAMPAN_OK;
  if (run->call->error != NULL) run->call->error->byte = run->bytes.size;
  foreign_hint(run->call, "The file was cut, or changed by a transfer as text: get it again.");
  return sampan_fail(run->call, SAMPAN_E_INCOMPLETE,
                     "a SAS transport file is a multiple of 80 bytes long; this one has %lld over",
                     (long long)rest);
}

/* The cards of a second data set would be read as records of the first, or fail as such: this error
 * takes the place of any other. */
int32_t foreign_xport_members(foreign_run *run) {
  sampan_error *e = run->call->error;
  if (run->bytes.member_at < 0) return SAMPAN_OK;
  if (e != NULL) {
    e->row = 0;
    e->column[0] = '\0';
    e->byte = run->bytes.member_at + 1;
  }
  foreign_hint(run->call, "Write each data set to a file of its own.");
  return sampan_fail(run->call, SAMPAN_E_DATA, "the file holds more than one data set");
}

int32_t foreign_xport_after(foreign_run *run) {
  const sampan_call *call = run->call;
  foreign_bytes *b = &run->bytes;
  if (run->row_bytes <= 0) return SAMPAN_OK;
  const int64_t end = b->cards_from + run->n_rows * run->row_bytes;
  const int64_t tail = b->size - end;
  char rest[XPT_CARD];
  if (call->error != NULL) call->error->byte = end + 1;
  if (tail < 0 || tail >= run->row_bytes + XPT_CARD) {
    return sampan_fail(call, SAMPAN_E_INCOMPLETE,
                       "%lld bytes after the last record are not records: less than 80 blanks "
                       "may follow it",
                       (long long)tail);
  }
  for (int64_t done = 0; done < tail;) {
    const int64_t got = foreign_bytes_read_at(b, end + done, rest, XPT_CARD);
    if (got <= 0) return got < 0 ? (int32_t)got : SAMPAN_E_INCOMPLETE;
    for (int64_t i = 0; i < got; i++) {
      if (rest[i] == ' ') continue;
      foreign_hint(call, "The file was cut: get it again.");
      return sampan_fail(call, SAMPAN_E_INCOMPLETE, "the file ends within record %lld",
                         (long long)run->n_rows + 1);
    }
    done += got;
  }
  if (tail >= XPT_CARD) {
    return sampan_fail(call, SAMPAN_E_INCOMPLETE,
                       "%lld blanks follow the last record, where fewer than 80 are padding",
                       (long long)tail);
  }
  if (tail >= run->row_bytes && run->n_numbers == 0) {
    call->host->note(call,
                     "Blank records at the end of a SAS transport file that holds texts only "
                     "cannot be told from padding; they were not read.");
  }
  if (call->error != NULL) call->error->byte = 0;
  return SAMPAN_OK;
}
