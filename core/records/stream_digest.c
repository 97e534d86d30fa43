/* stream_digest.c - which bytes were read: digests of files, taken beside the reads, and pipes. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "base/cancel.h"
#include "plan/yaml.h"
#include "records/error_ids.h"
#include "records/stream_internal.h"

struct sp_digests {
  pthread_t thread;
  int32_t runs;
  atomic_int stop;
  const volatile int *cancel;
  sp_file **files; /* that are to be read */
  uint32_t n;
  int32_t status;
  sampan_error error;
};

int32_t sp_file_check_digest(const sp_stream *s, const sp_file *file, sampan_error *error) {
  if (file->asserted_digest == NULL || strcmp(file->asserted_digest, file->fact->digest) == 0) {
    return SAMPAN_OK;
  }
  sp_error_clear(error); /* whatever the read found is not worth telling */
  sp_yaml_error(file->place, s->plan->file, SP_ID_DIGEST, error,
                "'%s' is not the file that the plan means: its SHA-256 is %s", file->given,
                file->fact->digest);
  sp_error_hint(error, "fetch the file that the plan was made for, or correct `sha256`");
  if (error != NULL) error->status = SAMPAN_E_DATA;
  return SAMPAN_E_DATA;
}

/* ---- pipes -------------------------------------------------------------------------------- */

int32_t sp_file_is_pipe(const char *path) {
  struct stat about;
  return stat(path, &about) == 0 && !S_ISREG(about.st_mode) && !S_ISDIR(about.st_mode);
}

static int32_t spool(const sp_stream *s, sp_file *file, sampan_error *error) {
  return sp_source_spool(&file->source, s->context->arena, &file->spooled, error);
}

int32_t sp_file_open_pipe(sp_stream *s, sp_file *file, sampan_error *error) {
  for (uint32_t i = 0; s->files[i] != file; i++) {
    const sp_file *other = s->files[i];
    if (!other->is_pipe || other->stamp.device != file->stamp.device ||
        other->stamp.inode != file->stamp.inode) {
      continue;
    }
    sp_yaml_error(file->place, s->plan->file, SP_ID_PIPE_TWICE, error,
                  "'%s' is a pipe that the plan names twice", file->given);
    return sp_error_hint(error, "a pipe gives its bytes only once: save them to a file first");
  }
  sp_sha256_init(&file->sha);
  SP_TRY(sp_input_open_once(file->source.file, s->context->cancel, &file->sha, &file->source.once,
                            error));
  return sp_source_reads_once(&file->source) ? SAMPAN_OK : spool(s, file, error);
}

int32_t sp_stream_ready(sp_stream *s, sampan_error *error) {
  for (uint32_t i = 0; i < s->n_facts; i++) {
    sp_file *file = s->files[i];
    if (!file->is_pipe || file->source.opens != NULL) continue;
    if (file->source.once == NULL) { /* whoever said that there is but one read was wrong */
      (void)sp_error_set(error, SAMPAN_E_INTERNAL, SP_ID_PIPE_TWICE, "a pipe is read twice");
      return sp_error_file(error, file->source.file);
    }
    if (!s->once) SP_TRY(spool(s, file, error));
  }
  return SAMPAN_OK;
}

/* ---- digests ------------------------------------------------------------------------------ */

static int32_t is_stopped(void *data) {
  sp_digests *d = data;
  return atomic_load(&d->stop) != 0 || sp_cancelled(d->cancel);
}

static void *take(void *data) {
  sp_digests *d = data;
  for (uint32_t i = 0; i < d->n && d->status >= 0; i++) {
    const sp_file *file = d->files[i];
    d->status = sp_input_digest_until(file->source.file, is_stopped, d, file->fact->digest, NULL,
                                      &d->error);
  }
  return NULL;
}

static void join(sp_digests *d) {
  if (d->runs) (void)pthread_join(d->thread, NULL);
  d->runs = 0;
}

int32_t sp_stream_digest(sp_stream *s, int32_t all, int64_t n_threads, sampan_error *error) {
  sp_digests *d = sp_arena_alloc(s->context->arena, sizeof *d);
  int32_t large = 0;
  if (d == NULL) return sp_error_memory(error);
  d->files = sp_arena_array(s->context->arena, s->n_facts + 1U, sizeof(sp_file *));
  if (d->files == NULL) return sp_error_memory(error);
  d->cancel = s->context->cancel;
  atomic_init(&d->stop, 0);
  sp_error_clear(&d->error);
  s->digests = d;
  s->takes_digests = all;
  for (uint32_t i = 0; i < s->n_facts; i++) {
    sp_file *file = s->files[i];
    const int32_t wanted = all || file->asserted_digest != NULL;
    if (file->is_pipe && !wanted && file->source.once != NULL) {
      sp_input_no_digest(file->source.once);
    }
    if (file->is_pipe || !wanted || file->fact->digest[0] != '\0') continue;
    d->files[d->n++] = file;
    large |= file->stamp.size > SP_SMALL_FILE;
  }
  if (large && n_threads != 1) d->runs = pthread_create(&d->thread, NULL, take, d) == 0;
  if (!d->runs) (void)take(d);
  return SAMPAN_OK; /* what it came to is said when all is read */
}

void sp_stream_stop_digests(sp_stream *s) {
  if (s->digests == NULL) return;
  atomic_store(&s->digests->stop, 1);
  join(s->digests);
}

/* What came through a pipe that was read to its end. */
static void pipe_facts(const sp_stream *s, sp_file *file) {
  if (!file->is_pipe || s->n_reads == 0) return;
  if (!s->takes_digests && file->asserted_digest == NULL) return;
  file->fact->n_bytes = (int64_t)file->sha.n_bytes;
  sp_sha256_hex(&file->sha, file->fact->digest);
}

int32_t sp_stream_settle(sp_stream *s, int32_t status, sampan_error *error) {
  sp_digests *d = s->digests;
  int32_t asserts = 0;
  if (status == SAMPAN_E_CANCELLED || d == NULL) return status;
  for (uint32_t i = 0; i < d->n; i++) asserts |= d->files[i]->asserted_digest != NULL;
  if (status < 0 && !asserts) return status;
  join(d);
  if (d->status < 0) {
    if (status >= 0 && error != NULL) *error = d->error;
    return status < 0 ? status : d->status;
  }
  for (uint32_t i = 0; i < s->n_facts; i++) {
    if (status >= 0) pipe_facts(s, s->files[i]);
    if (s->files[i]->fact->digest[0] != '\0') SP_TRY(sp_file_check_digest(s, s->files[i], error));
  }
  for (uint32_t i = 0; i < d->n && status >= 0; i++) {
    SP_TRY(sp_file_unchanged(d->files[i], error));
  }
  return status;
}
