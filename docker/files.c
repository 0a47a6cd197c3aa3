// files: what a pod's start looks at and makes, many files in one launch, since a launch costs more than they do.
//
//   files look [--as UID GID GROUP,...] [-m MODE DIRECTORY | -d DIRECTORY | -p PATH]...
//       prints four words for each, in their order: UID MODE KIND ACCESS, as "1000 755 d r-x", or "- - - -" where
//       there is nothing. KIND is d, f, l or o. Links are followed for a directory, and not for a path. With -m the
//       directory is made first, and what is missing above it, as far as that is possible.
//       --as does all of it as that user: to root, a file server that does not know root shows something else.
//   files make [directory MODE PATH | link TARGET PATH | text MODE VARIABLE PATH | decode MODE VARIABLE PATH]...
//       a link takes an older link's place, all else has to be new. text writes a variable's value and a newline,
//       decode the bytes that it has in base64. Ends with 73 at the first that cannot be made, and says why; with
//       65, after all others, where a value is not base64.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { MOST_GROUPS = 256, USAGE = 64, DATA = 65, CANNOT_CREATE = 73, NO_PERMISSION = 77 };

static _Noreturn void fail(int status, const char *what, const char *path) {
  fprintf(stderr, "entrypoint: %s %s: %s\n", what, path, strerror(errno));
  exit(status);
}

static _Noreturn void refuse(const char *word) {
  fprintf(stderr, "files: What is %s? It takes look or make, see files.c\n", word);
  exit(USAGE);
}

// --- look -----------------------------------------------------------------------------------------------

// Root in a container comes with inheritable capabilities; a user has none.
static void become(const char *uid, const char *gid, char *list) {
  struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  struct __user_cap_data_struct data[2];
  gid_t groups[MOST_GROUPS], group = (gid_t)strtoul(gid, NULL, 10);
  uid_t user = (uid_t)strtoul(uid, NULL, 10);
  size_t count = 0;
  for (char *one = strtok(list, ","); one && count < MOST_GROUPS; one = strtok(NULL, ",")) {
    groups[count++] = (gid_t)strtoul(one, NULL, 10);
  }
  if (syscall(SYS_capget, &header, data) == 0) {
    data[0].inheritable = data[1].inheritable = 0;
    syscall(SYS_capset, &header, data);
  }
  if (setgroups(count, groups) != 0 || setresgid(group, group, group) != 0 || setresuid(user, user, user) != 0)
    fail(NO_PERMISSION, "Cannot become", uid);
}

// Of what is missing all gets the umask's mode, the directory itself the given one.
static void make_directories(const char *path, mode_t mode) {
  struct stat facts;
  char *above = strdup(path);
  if (above == NULL || stat(path, &facts) == 0) return;
  for (char *slash = above; (slash = strchr(slash + 1, '/'));) {
    *slash = '\0';
    mkdir(above, 0777);
    *slash = '/';
  }
  free(above);
  if (mkdir(path, 0777) != 0 || stat(path, &facts) != 0) return;
  mode |= facts.st_mode & S_ISGID; // from the directory above
  if ((facts.st_mode & 07777) != mode && chmod(path, mode) != 0) return;
}

static void print_facts(const char *path, int follows) {
  struct stat facts;
  if ((follows ? stat : lstat)(path, &facts) != 0) {
    puts("- - - -");
    return;
  }
  char kind = S_ISDIR(facts.st_mode) ? 'd' : S_ISREG(facts.st_mode) ? 'f' : S_ISLNK(facts.st_mode) ? 'l' : 'o';
  printf("%u %o %c %c%c%c\n", facts.st_uid, facts.st_mode & 07777, kind, access(path, R_OK) == 0 ? 'r' : '-',
         access(path, W_OK) == 0 ? 'w' : '-', access(path, X_OK) == 0 ? 'x' : '-');
}

static int look(int count, char **words) {
  umask(007);
  for (int at = 0; at < count; at++) {
    const char *word = words[at];
    int left = count - at - 1;
    if (strcmp(word, "--as") == 0 && left >= 3) {
      become(words[at + 1], words[at + 2], words[at + 3]);
      at += 3;
    } else if (strcmp(word, "-m") == 0 && left >= 2) {
      make_directories(words[at + 2], (mode_t)strtoul(words[at + 1], NULL, 8));
      at += 2;
      print_facts(words[at], 1);
    } else if (strcmp(word, "-d") == 0 && left >= 1) {
      print_facts(words[++at], 1);
    } else if (strcmp(word, "-p") == 0 && left >= 1) {
      print_facts(words[++at], 0);
    } else {
      refuse(word);
    }
  }
  return 0;
}

// --- make -----------------------------------------------------------------------------------------------

static void make_link(const char *target, const char *path) {
  struct stat old;
  if (symlink(target, path) == 0) return;
  if (errno != EEXIST || lstat(path, &old) != 0 || !S_ISLNK(old.st_mode) || unlink(path) != 0 ||
      symlink(target, path) != 0)
    fail(CANNOT_CREATE, "Cannot make the link", path);
}

static void make_file(const char *path, mode_t mode, const char *bytes, size_t size) {
  int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (file < 0) fail(CANNOT_CREATE, "Cannot make", path);
  for (size_t done = 0; done < size;) {
    ssize_t now = write(file, bytes + done, size - done);
    if (now < 0 && errno == EINTR) continue;
    if (now < 0) {
      int reason = errno;
      unlink(path);
      errno = reason;
      fail(CANNOT_CREATE, "Cannot make", path);
    }
    done += (size_t)now;
  }
  if (fchmod(file, mode) != 0 || close(file) != 0) fail(CANNOT_CREATE, "Cannot make", path);
}

static void make_text(const char *path, mode_t mode, const char *value) {
  size_t size = strlen(value);
  char *line = malloc(size + 1);
  if (line == NULL) fail(CANNOT_CREATE, "Cannot make", path);
  memcpy(line, value, size);
  line[size] = '\n';
  make_file(path, mode, line, size + 1);
  free(line);
}

// White space, which a wrapped value has, does not count. Gives the number of bytes, or -1.
static long decode(const char *text, unsigned char *bytes) {
  static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  unsigned long bits = 0, count = 0, padding = 0;
  long size = 0;
  for (; *text; text++) {
    if (strchr(" \t\r\n", *text)) continue;
    const char *digit = *text == '=' ? digits : strchr(digits, *text);
    if (digit == NULL || (padding && *text != '=')) return -1;
    padding += *text == '=';
    bits = (bits << 6 | (unsigned long)(digit - digits)) & 0xffffff;
    if (++count % 4 != 0) continue;
    for (int byte = 0; byte < 3; byte++) bytes[size++] = (unsigned char)(bits >> (16 - 8 * byte));
  }
  return count % 4 != 0 || padding > 2 ? -1 : size - (long)padding;
}

static int make_decoded(const char *path, mode_t mode, const char *value) {
  unsigned char *bytes = malloc(strlen(value) + 3);
  if (bytes == NULL) fail(CANNOT_CREATE, "Cannot make", path);
  long size = decode(value, bytes);
  if (size >= 0) make_file(path, mode, (char *)bytes, (size_t)size);
  free(bytes);
  return size >= 0 ? 0 : DATA;
}

static const char *value_of(const char *name) {
  const char *value = getenv(name);
  return value ? value : "";
}

static int make(int count, char **words) {
  int status = 0;
  for (int at = 0, used; at < count; at += used) {
    char **word = words + at;
    int left = count - at;
    mode_t mode = left > 1 ? (mode_t)strtoul(word[1], NULL, 8) : 0;
    used = strcmp(*word, "directory") == 0 || strcmp(*word, "link") == 0 ? 3 : 4;
    if (left < used) refuse(*word);
    if (strcmp(*word, "directory") == 0) {
      if (mkdir(word[2], 0700) != 0 || chmod(word[2], mode) != 0) fail(CANNOT_CREATE, "Cannot make", word[2]);
    } else if (strcmp(*word, "link") == 0) {
      make_link(word[1], word[2]);
    } else if (strcmp(*word, "text") == 0) {
      make_text(word[3], mode, value_of(word[2]));
    } else if (strcmp(*word, "decode") == 0) {
      if (make_decoded(word[3], mode, value_of(word[2])) != 0) status = DATA;
    } else {
      refuse(*word);
    }
  }
  return status;
}

int main(int argc, char **argv) {
  if (argc > 1 && strcmp(argv[1], "look") == 0) return look(argc - 2, argv + 2);
  if (argc > 1 && strcmp(argv[1], "make") == 0) return make(argc - 2, argv + 2);
  refuse(argc > 1 ? argv[1] : "nothing");
}
