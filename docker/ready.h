// The mark that says "the pod is set up": written once by init (or by door --ready where init is not process 1),
// read by door. It lies on the pod's own disk, in a directory that only the pod's user and root can enter.
//
//   /run/mlo/environment   the command's variables, each ended by a NUL
//   /run/mlo/ready         "UID GID UMASK CORE GROUP...\nDIRECTORY" of the command; empty until all is done
#ifndef READY_H
#define READY_H
#include <fcntl.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define MARK_DIRECTORY "/run/mlo"
#define MARK "/run/mlo/ready"
#define ENVIRONMENT "/run/mlo/environment"
#define MOST_GROUPS 256

extern char **environ;

// Names, or beginnings of names where a * stands, of what the container's definition has for the entrypoint or for
// the command alone. A process that comes by exec inherits them from there: no door hands them on.
static const char *const hidden[] = {"SSH_PRIVATE_KEY_B64", "MLO_CODE_*"};

static inline int is_hidden(const char *entry) {
  size_t length = strcspn(entry, "=");
  for (size_t i = 0; i < sizeof hidden / sizeof *hidden; i++) {
    size_t most = strlen(hidden[i]);
    if (hidden[i][most - 1] == '*') {
      if (length >= most - 1 && strncmp(entry, hidden[i], most - 1) == 0) return 1;
    } else if (length == most && strncmp(entry, hidden[i], most) == 0) {
      return 1;
    }
  }
  return 0;
}

static inline FILE *open_private(const char *path) {
  int file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
  return file < 0 ? NULL : fdopen(file, "w");
}

// Writes down what this process has as what the pod's command has. Where the directory is not there (no entrypoint
// of ours, a root file system that is read-only) there is nothing to be said.
static inline void mark_ready(void) {
  FILE *out = open_private(ENVIRONMENT);
  if (out == NULL) return;
  for (char **entry = environ; *entry; entry++) {
    if (!is_hidden(*entry)) fwrite(*entry, 1, strlen(*entry) + 1, out);
  }
  if (fclose(out) != 0) return;

  gid_t groups[MOST_GROUPS];
  int count = getgroups(MOST_GROUPS, groups);
  mode_t mask = umask(077);
  umask(mask);
  struct rlimit core = {RLIM_INFINITY, RLIM_INFINITY};
  getrlimit(RLIMIT_CORE, &core);
  char *directory = getcwd(NULL, 0);
  out = open_private(MARK);
  if (out != NULL) {
    fprintf(out, "%u %u %o %d", getuid(), getgid(), (unsigned)mask, core.rlim_cur != 0);
    for (int i = 0; i < count; i++) fprintf(out, " %u", groups[i]);
    fprintf(out, "\n%s", directory ? directory : "/");
    fclose(out);
  }
  free(directory);
}
#endif
