/* trust.h - folders and files that nobody but root and the effective user can change. */
#ifndef SP_HOST_TRUST_H
#define SP_HOST_TRUST_H

#include "base/arena.h"
#include "base/error.h"

/* Opens a folder by its absolute path: symbolic links are resolved, then every component is walked
 * without following any. *real is the resolved path, borrowed from the arena; *fd is owned, and -1
 * where there is no such folder. */
int32_t sp_trust_folder(const char *path, sp_arena *arena, const char **real, int *fd,
                        sampan_error *error) SP_CHECK;

/* Opens a regular file in a folder that was opened so; never a symbolic link. *fd is owned. */
int32_t sp_trust_file(int folder, const char *folder_path, const char *name, int *fd,
                      sampan_error *error) SP_CHECK;

/* The SHA-256 of an open file, from its start. */
int32_t sp_trust_digest(int fd, const char *path, char out[65], sampan_error *error) SP_CHECK;

#endif
