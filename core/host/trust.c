/* trust.c - walks a path and looks at owners and permissions.
 *
 * What is safe against other users needs no check at the last moment: where nobody else can write
 * to a folder or to one above it, nobody else can put another file in the place of a checked one.
 * It is no protection from the effective user or root, and does not claim to be. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* O_PATH: a component may be passed without being readable */
#endif
#include "host/trust.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/digest.h"
#include "host/error_ids.h"

static int32_t system_error(const char *path, int32_t id, const char *what, int number,
                            sampan_error *error) {
  char why[128];
  sp_error_errno(number, why, sizeof why);
  (void)sp_error_set(error, SAMPAN_E_PLUGIN, id, "%s: %s", what, why);
  (void)sp_error_file(error, path);
  return SAMPAN_E_PLUGIN;
}

/* NULL, or what is wrong with an owner and its permissions. A sticky folder on the way (/tmp) is
 * safe: others may add to it, but cannot rename or remove what is ours in it. */
static const char *distrust(const struct stat *about, int on_the_way) {
  if (about->st_uid != 0 && about->st_uid != geteuid()) return "belongs to another user";
  if (on_the_way && S_ISDIR(about->st_mode) && (about->st_mode & S_ISVTX) != 0) return NULL;
  if ((about->st_mode & S_IWOTH) != 0) return "can be written by everybody";
  if ((about->st_mode & S_IWGRP) != 0) return "can be written by its group";
  return NULL;
}

static int32_t check_component(int fd, const char *folder, const char *component, int on_the_way,
                               sampan_error *error) {
  struct stat about;
  if (fstat(fd, &about) != 0) {
    return system_error(folder, SP_ID_FOLDER_OPEN, "the plugin folder cannot be read", errno,
                        error);
  }
  const char *why = distrust(&about, on_the_way);
  if (why == NULL) return SAMPAN_OK;
  (void)sp_error_set(error, SAMPAN_E_PLUGIN, SP_ID_FOLDER_TRUST,
                     "plugins in this folder are not loaded: %s %s (mode %04o)", component, why,
                     (unsigned)(about.st_mode & 07777));
  (void)sp_error_hint(error,
                      "every folder on the way must belong to you or root and be writable by "
                      "nobody else: chmod go-w %s, or keep plugins elsewhere",
                      component);
  (void)sp_error_file(error, folder);
  return SAMPAN_E_PLUGIN;
}

/* Opens the component that starts at *next of `real`, and moves *next past it. */
static int32_t step(const char *real, size_t *next, int *fd, sampan_error *error) {
  char name[NAME_MAX + 1], so_far[PATH_MAX];
  const size_t n = strcspn(real + *next, "/");
  if (n > NAME_MAX || *next + n >= sizeof so_far) {
    return system_error(real, SP_ID_FOLDER_OPEN, "the plugin folder cannot be read", ENAMETOOLONG,
                        error);
  }
  memcpy(name, real + *next, n);
  name[n] = '\0';
  memcpy(so_far, real, *next + n);
  so_far[*next + n] = '\0';
  const int deeper = openat(*fd, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  const int number = errno;
  (void)close(*fd);
  *fd = deeper;
  if (deeper < 0) {
    return system_error(real, SP_ID_FOLDER_OPEN, "the plugin folder cannot be read", number, error);
  }
  *next += n;
  while (real[*next] == '/') ++*next;
  return check_component(deeper, real, so_far, real[*next] != '\0', error);
}

static int32_t walk(const char *real, int *out, sampan_error *error) {
  size_t next = 1; /* past the first slash */
  int fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
  *out = -1;
  if (fd < 0) {
    return system_error(real, SP_ID_FOLDER_OPEN, "the plugin folder cannot be read", errno, error);
  }
  int32_t status = check_component(fd, real, "/", 1, error);
  while (status == SAMPAN_OK && real[next] != '\0') status = step(real, &next, &fd, error);
  if (status == SAMPAN_OK) {
    *out = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (*out < 0) {
      status =
          system_error(real, SP_ID_FOLDER_OPEN, "the plugin folder cannot be read", errno, error);
    }
  }
  if (fd >= 0) (void)close(fd);
  return status;
}

int32_t sp_trust_folder(const char *path, sp_arena *arena, const char **real, int *fd,
                        sampan_error *error) {
  *fd = -1;
  *real = NULL;
  if (path[0] != '/') {
    (void)sp_error_set(error, SAMPAN_E_PLUGIN, SP_ID_FOLDER_RELATIVE,
                       path[0] == '\0' ? "a plugin folder has an empty name"
                                       : "a plugin folder must be given by its absolute path");
    (void)sp_error_hint(error, "begin it with /");
    (void)sp_error_file(error, path);
    return SAMPAN_E_PLUGIN;
  }
  char *resolved = realpath(path, NULL);
  if (resolved == NULL) {
    if (errno == ENOENT) return SAMPAN_OK;
    return system_error(path, SP_ID_FOLDER_OPEN, "the plugin folder cannot be read", errno, error);
  }
  *real = sp_arena_text(arena, resolved);
  free(resolved);
  if (*real == NULL) return sp_error_memory(error), SAMPAN_E_MEMORY;
  return walk(*real, fd, error);
}

int32_t sp_trust_file(int folder, const char *folder_path, const char *name, int *fd,
                      sampan_error *error) {
  char path[PATH_MAX];
  struct stat about;
  const char *why = NULL;
  (void)snprintf(path, sizeof path, "%s/%s", folder_path, name);
  /* O_NONBLOCK: a FIFO of that name must not hold us up before it is refused. */
  *fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (*fd < 0 && errno != ELOOP) {
    return system_error(path, SP_ID_FILE_OPEN, "a file of a plugin cannot be opened", errno, error);
  }
  if (*fd < 0) {
    why = "is a symbolic link";
  } else if (fstat(*fd, &about) != 0) {
    const int number = errno;
    (void)close(*fd);
    *fd = -1;
    return system_error(path, SP_ID_FILE_OPEN, "a file of a plugin cannot be opened", number,
                        error);
  } else {
    why = S_ISREG(about.st_mode) ? distrust(&about, 0) : "is no regular file";
  }
  if (why == NULL) return SAMPAN_OK;
  if (*fd >= 0) (void)close(*fd);
  *fd = -1;
  (void)sp_error_set(error, SAMPAN_E_PLUGIN, SP_ID_FILE_TRUST,
                     "this file of a plugin is not used: it %s", why);
  (void)sp_error_hint(error,
                      "it must be a regular file that belongs to you or root and that nobody else "
                      "can write to");
  (void)sp_error_file(error, path);
  return SAMPAN_E_PLUGIN;
}

int32_t sp_trust_digest(int fd, const char *path, char out[65], sampan_error *error) {
  unsigned char buffer[16384];
  sp_sha256 sha;
  off_t at = 0;
  sp_sha256_init(&sha);
  for (;;) {
    const ssize_t n = pread(fd, buffer, sizeof buffer, at);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) {
      return system_error(path, SP_ID_FILE_OPEN, "a file of a plugin cannot be read", errno, error);
    }
    if (n == 0) break;
    sp_sha256_add(&sha, buffer, (uint64_t)n);
    at += n;
  }
  sp_sha256_hex(&sha, out);
  return SAMPAN_OK;
}
