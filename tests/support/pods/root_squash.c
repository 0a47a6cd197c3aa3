// root_squash DIRECTORY MOUNTPOINT [fuse options]: shows DIRECTORY as an NFS server with root_squash would.
//
// Each call runs on DIRECTORY with the caller's file system uid, gid and groups, so that the kernel itself
// decides; uid 0 becomes 65534 first. FUSE_DELAY_US=n makes every call n microseconds longer, as on a far
// server; FUSE_SQUASH=0 leaves root alone. Extended attributes, ACLs and O_TMPFILE are not there.
#define FUSE_USE_VERSION 31
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fuse.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/fsuid.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { NOBODY = 65534, MOST_GROUPS = 64 };

static int root;
static int squash = 1;
static useconds_t delay;

static const char *inside(const char *path) { return path[1] ? path + 1 : "."; }

static void be_root(void) {
  setfsuid(0);
  setfsgid(0);
}

// The raw system call sets the groups of this thread alone; libc's would set those of all threads.
static void be_caller(void) {
  struct fuse_context *caller = fuse_get_context();
  uid_t uid = caller->uid;
  gid_t gid = caller->gid, groups[MOST_GROUPS];
  int count = 0;
  if (delay) usleep(delay);
  be_root();
  if (uid == 0 && squash) {
    uid = NOBODY;
    gid = NOBODY;
  } else if (caller->pid > 0) {
    int all = fuse_getgroups(MOST_GROUPS, groups);
    for (int i = 0; i < all && i < MOST_GROUPS; i++) {
      if (groups[i] != 0) groups[count++] = groups[i];
    }
    if (gid == 0 && squash) gid = NOBODY;
  }
  syscall(SYS_setgroups, count, groups);
  setfsgid(gid);
  setfsuid(uid);
}

#define AS_CALLER(call)                \
  do {                                 \
    be_caller();                       \
    int result = (call), why = errno;  \
    be_root();                         \
    return result < 0 ? -why : 0;      \
  } while (0)

static int fs_getattr(const char *path, struct stat *facts, struct fuse_file_info *file) {
  if (file) return fstat(file->fh, facts) < 0 ? -errno : 0;
  AS_CALLER(fstatat(root, inside(path), facts, AT_SYMLINK_NOFOLLOW));
}

// faccessat() looks at the real ids, which cannot be changed for one thread: the mode bits are read here.
static int allowed(const char *path, int wanted) {
  struct stat facts;
  if (fstatat(root, inside(path), &facts, 0) < 0) return -1;
  uid_t uid = setfsuid(-1);
  gid_t gid = setfsgid(-1), groups[MOST_GROUPS];
  int member = facts.st_gid == gid;
  for (int i = syscall(SYS_getgroups, MOST_GROUPS, groups) - 1; i >= 0; i--) member |= groups[i] == facts.st_gid;
  int bits = uid == facts.st_uid ? facts.st_mode >> 6 : member ? facts.st_mode >> 3 : facts.st_mode;
  errno = EACCES;
  return (bits & wanted & 7) == wanted ? 0 : -1;
}

static int fs_access(const char *path, int wanted) { AS_CALLER(allowed(path, wanted)); }

static int fs_readlink(const char *path, char *target, size_t size) {
  be_caller();
  ssize_t length = readlinkat(root, inside(path), target, size - 1);
  int why = errno;
  be_root();
  if (length < 0) return -why;
  target[length] = 0;
  return 0;
}

static int fs_opendir(const char *path, struct fuse_file_info *file) {
  be_caller();
  int fd = openat(root, inside(path), O_RDONLY | O_DIRECTORY), why = errno;
  be_root();
  if (fd < 0) return -why;
  file->fh = (uint64_t)(uintptr_t)fdopendir(fd);
  return 0;
}

static int fs_readdir(const char *path, void *buffer, fuse_fill_dir_t fill, off_t offset,
                      struct fuse_file_info *file, enum fuse_readdir_flags flags) {
  (void)path, (void)offset, (void)flags;
  DIR *directory = (DIR *)(uintptr_t)file->fh;
  rewinddir(directory);
  for (struct dirent *entry; (entry = readdir(directory));) fill(buffer, entry->d_name, 0, 0, 0);
  return 0;
}

static int fs_releasedir(const char *path, struct fuse_file_info *file) {
  (void)path;
  closedir((DIR *)(uintptr_t)file->fh);
  return 0;
}

static int fs_mknod(const char *path, mode_t mode, dev_t device) {
  AS_CALLER(mknodat(root, inside(path), mode, device));
}

static int fs_mkdir(const char *path, mode_t mode) { AS_CALLER(mkdirat(root, inside(path), mode)); }

static int fs_unlink(const char *path) { AS_CALLER(unlinkat(root, inside(path), 0)); }

static int fs_rmdir(const char *path) { AS_CALLER(unlinkat(root, inside(path), AT_REMOVEDIR)); }

static int fs_symlink(const char *target, const char *path) { AS_CALLER(symlinkat(target, root, inside(path))); }

static int fs_rename(const char *from, const char *to, unsigned flags) {
  AS_CALLER(renameat2(root, inside(from), root, inside(to), flags));
}

static int fs_link(const char *from, const char *to) { AS_CALLER(linkat(root, inside(from), root, inside(to), 0)); }

static int fs_chmod(const char *path, mode_t mode, struct fuse_file_info *file) {
  (void)file;
  AS_CALLER(fchmodat(root, inside(path), mode, 0));
}

static int fs_chown(const char *path, uid_t uid, gid_t gid, struct fuse_file_info *file) {
  (void)file;
  AS_CALLER(fchownat(root, inside(path), uid, gid, AT_SYMLINK_NOFOLLOW));
}

static int fs_utimens(const char *path, const struct timespec times[2], struct fuse_file_info *file) {
  (void)file;
  AS_CALLER(utimensat(root, inside(path), times, AT_SYMLINK_NOFOLLOW));
}

static int truncated(const char *path, off_t size) {
  int fd = openat(root, inside(path), O_WRONLY);
  if (fd < 0) return -1;
  int result = ftruncate(fd, size), why = errno;
  close(fd);
  errno = why;
  return result;
}

static int fs_truncate(const char *path, off_t size, struct fuse_file_info *file) {
  if (file) return ftruncate(file->fh, size) < 0 ? -errno : 0;
  AS_CALLER(truncated(path, size));
}

static int opened(struct fuse_file_info *file, int fd) {
  file->fh = fd;
  return fd;
}

static int fs_create(const char *path, mode_t mode, struct fuse_file_info *file) {
  AS_CALLER(opened(file, openat(root, inside(path), file->flags | O_CREAT, mode)));
}

static int fs_open(const char *path, struct fuse_file_info *file) {
  AS_CALLER(opened(file, openat(root, inside(path), file->flags)));
}

static int fs_read(const char *path, char *buffer, size_t size, off_t offset, struct fuse_file_info *file) {
  (void)path;
  ssize_t count = pread(file->fh, buffer, size, offset);
  return count < 0 ? -errno : (int)count;
}

static int fs_write(const char *path, const char *buffer, size_t size, off_t offset, struct fuse_file_info *file) {
  (void)path;
  ssize_t count = pwrite(file->fh, buffer, size, offset);
  return count < 0 ? -errno : (int)count;
}

static int fs_release(const char *path, struct fuse_file_info *file) {
  (void)path;
  close(file->fh);
  return 0;
}

static int fs_fsync(const char *path, int data_only, struct fuse_file_info *file) {
  (void)path, (void)data_only;
  return fsync(file->fh) < 0 ? -errno : 0;
}

static int fs_flock(const char *path, struct fuse_file_info *file, int operation) {
  (void)path;
  return flock(file->fh, operation) < 0 ? -errno : 0;
}

static int fs_statfs(const char *path, struct statvfs *facts) {
  (void)path;
  return fstatvfs(root, facts) < 0 ? -errno : 0;
}

// Nothing is remembered: another uid's answer would be given to this one.
static void *fs_init(struct fuse_conn_info *connection, struct fuse_config *settings) {
  (void)connection;
  settings->use_ino = 1;
  settings->attr_timeout = settings->entry_timeout = settings->negative_timeout = 0;
  settings->hard_remove = 1;
  return NULL;
}

static const struct fuse_operations operations = {
    .init = fs_init,       .getattr = fs_getattr,       .access = fs_access,   .readlink = fs_readlink,
    .opendir = fs_opendir, .readdir = fs_readdir,       .mknod = fs_mknod,     .releasedir = fs_releasedir,
    .mkdir = fs_mkdir,     .unlink = fs_unlink,         .rmdir = fs_rmdir,     .symlink = fs_symlink,
    .rename = fs_rename,   .link = fs_link,             .chmod = fs_chmod,     .chown = fs_chown,
    .open = fs_open,       .utimens = fs_utimens,       .create = fs_create,   .truncate = fs_truncate,
    .read = fs_read,       .write = fs_write,           .release = fs_release, .fsync = fs_fsync,
    .flock = fs_flock,     .statfs = fs_statfs,
};

int main(int argc, char **argv) {
  if (argc < 3) {
    fprintf(stderr, "usage: root_squash DIRECTORY MOUNTPOINT [fuse options]\n");
    return 2;
  }
  root = open(argv[1], O_PATH | O_DIRECTORY);
  if (root < 0) {
    perror(argv[1]);
    return 1;
  }
  const char *microseconds = getenv("FUSE_DELAY_US"), *squashing = getenv("FUSE_SQUASH");
  delay = microseconds ? atoi(microseconds) : 0;
  squash = !(squashing && *squashing == '0');
  umask(0);
  argv[1] = argv[0];
  return fuse_main(argc - 1, argv + 1, &operations, NULL);
}
