// door COMMAND [ARGUMENT...]: runs a program that comes into the pod from outside (kubectl exec) as the pod's
// command runs: once all is set up, as the same user, with its umask, directory, limits and variables, without what
// is not meant for it (see ready.h). A container whose entrypoint is not ours is not waited for.
//
//   --here        in the directory and with the variables that it has; only what is missing is added
//   --term NAME   for a terminal of this kind, as far as the pod knows it
//   --as NAME     under this name (argv[0])
//   --wait        only waits
//   --ready       says that all is set up, and runs the command as it is
#define _GNU_SOURCE
#include "attempt.h"
#include <dirent.h>
#include <linux/capability.h>
#include <sys/syscall.h>

enum { POLL_MS = 20, SILENT_MS = 2000, SAY_MS = 60000 };
enum { ABOUT_TO_SAY = 1, AT_WORK };

// What a door keeps of its own: they tell of the connection, not of the pod.
static const char *const ours[] = {"TERM",    "COLORTERM",     "SSH_CLIENT",  "SSH_CONNECTION",
                                   "SSH_TTY", "SSH_AUTH_SOCK", "GIT_PROTOCOL"};

struct pod {
  unsigned uid, gid, mask;
  int core, count;
  gid_t groups[MOST_GROUPS];
  char *directory;
  char **entries; // the command's variables
};

static char *slurp(const char *path, size_t *size) {
  FILE *in = fopen(path, "re");
  if (in == NULL) return NULL;
  char *text = NULL;
  size_t used = 0, room = 0, got;
  do {
    if (used + 1 >= room) {
      room = room ? room * 2 : 8192;
      text = realloc(text, room);
      if (text == NULL) exit(71);
    }
    got = fread(text + used, 1, room - used - 1, in);
    used += got;
  } while (got > 0);
  fclose(in);
  text[used] = '\0';
  if (size) *size = used;
  return text;
}

static char **split(char *text, size_t size) {
  size_t count = 0, at = 0;
  for (size_t i = 0; i < size; i++) count += text[i] == '\0';
  char **entries = calloc(count + 1, sizeof *entries);
  if (entries == NULL) exit(71);
  for (char *entry = text; at < count; entry += strlen(entry) + 1) entries[at++] = entry;
  return entries;
}

// Whether the pod is set up; fills in what its command has.
static int is_ready(struct pod *pod) {
  size_t size = 0;
  char *mark = slurp(MARK, NULL), *line = mark ? strchr(mark, '\n') : NULL;
  if (line == NULL) return 0;
  *line = '\0';
  int at = 0;
  if (sscanf(mark, "%u %u %o %d%n", &pod->uid, &pod->gid, &pod->mask, &pod->core, &at) != 4) return 0;
  pod->directory = line + 1;
  for (char *rest = mark + at, *end; pod->count < MOST_GROUPS; rest = end) {
    unsigned long group = strtoul(rest, &end, 10);
    if (end == rest) break;
    pod->groups[pod->count++] = (gid_t)group;
  }
  char *variables = slurp(ENVIRONMENT, &size);
  if (variables == NULL) return 0;
  pod->entries = split(variables, size);
  return 1;
}

// Whether a process is the entrypoint, or what it has become and that is about to say that all is set up.
static int sets_up(const char *words, size_t size) {
  for (size_t at = 0; at < size; at += strlen(words + at) + 1) {
    if (strcmp(words + at, "/docker/entrypoint.sh") == 0) return AT_WORK;
  }
  size_t length = strlen(words) + 1;
  int says = strcmp(words, "/docker/init") == 0 ||
             (strcmp(words, "/docker/door") == 0 && length < size && strcmp(words + length, "--ready") == 0);
  return says && access(MARK_DIRECTORY, W_OK) == 0 ? ABOUT_TO_SAY : 0;
}

static int is_under_way(void) {
  DIR *processes = opendir("/proc");
  if (processes == NULL) return 0;
  int found = 0;
  for (struct dirent *one; found != AT_WORK && (one = readdir(processes));) {
    if (!isdigit((unsigned char)one->d_name[0]) || atoi(one->d_name) == getpid()) continue;
    char path[64];
    size_t size = 0;
    snprintf(path, sizeof path, "/proc/%.20s/cmdline", one->d_name);
    char *words = slurp(path, &size);
    int now = words && size > 0 ? sets_up(words, size) : 0;
    if (now > found) found = now;
    free(words);
  }
  closedir(processes);
  return found;
}

static void pause_ms(long ms) { nanosleep(&(struct timespec){ms / 1000, ms % 1000 * 1000000}, NULL); }

// Gives 0 if this container has no entrypoint of ours to wait for.
static int wait_until_ready(struct pod *pod) {
  long idle = 0;
  for (long waited = 0; !is_ready(pod); waited += POLL_MS) {
    int state = is_under_way();
    if (state == AT_WORK) {
      idle = 0;
    } else if (idle++ >= (state == ABOUT_TO_SAY ? SAY_MS / POLL_MS : 1)) { // between two programs lies an instant
      return is_ready(pod);
    }
    if (waited == SILENT_MS) fputs("mlo: Waiting until the pod is set up\n", stderr);
    pause_ms(POLL_MS);
  }
  return 1;
}

static int is_known_terminal(const char *name) {
  static const char *const places[] = {"/etc/terminfo", "/lib/terminfo", "/usr/share/terminfo", "/usr/lib/terminfo"};
  if (*name == '\0' || strchr(name, '/')) return 0;
  for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
    char path[512];
    snprintf(path, sizeof path, "%s/%c/%.400s", places[i], *name, name);
    if (access(path, R_OK) == 0) return 1;
  }
  return 0;
}

static void correct_terminal(const char *asked) {
  const char *name = asked && *asked ? asked : getenv("TERM");
  if (name == NULL || *name == '\0') return;
  setenv("TERM", is_known_terminal(name) ? name : "xterm-256color", 1);
}

static int has_name(const char *entry, const char *name) {
  size_t length = strlen(name);
  return strncmp(entry, name, length) == 0 && entry[length] == '=';
}

static void add(char *entry) {
  if (strchr(entry, '=')) putenv(entry);
}

// The pod's variables, and of its own only what tells of the connection.
static void take_variables(const struct pod *pod) {
  char *kept[sizeof ours / sizeof *ours] = {0};
  for (size_t i = 0; i < sizeof ours / sizeof *ours; i++) {
    const char *value = getenv(ours[i]);
    if (value && asprintf(&kept[i], "%s=%s", ours[i], value) < 0) exit(71);
  }
  environ = pod->entries;
  for (size_t i = 0; i < sizeof ours / sizeof *ours; i++) {
    if (kept[i]) add(kept[i]);
  }
}

// Its own variables, and those of the pod that it lacks. Who the user is, is the pod's to say.
static void add_variables(const struct pod *pod) {
  static const char *const who[] = {"HOME", "USER", "LOGNAME", "SHELL"};
  for (char **entry = pod->entries; *entry; entry++) {
    char name[256];
    size_t length = strcspn(*entry, "=");
    if (length >= sizeof name) continue;
    memcpy(name, *entry, length);
    name[length] = '\0';
    int ask = getenv(name) == NULL && strcmp(name, "TERM") != 0;
    for (size_t i = 0; i < sizeof who / sizeof *who; i++) ask |= has_name(*entry, who[i]);
    if (ask) add(*entry);
  }
}

static void hide_variables(void) {
  for (char **entry = environ; *entry;) {
    if (is_hidden(*entry)) {
      for (char **next = entry; (*next = next[1]); next++) continue;
    } else {
      entry++;
    }
  }
}

// Root in a container comes with inheritable capabilities; a user has none.
static void drop_capabilities(void) {
  struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  struct __user_cap_data_struct data[2];
  if (syscall(SYS_capget, &header, data) != 0) return;
  data[0].inheritable = data[1].inheritable = 0;
  syscall(SYS_capset, &header, data);
}

static void become_user(const struct pod *pod) {
  if (geteuid() != 0 || pod->uid == 0) return;
  drop_capabilities();
  if (setgroups((size_t)pod->count, pod->groups) != 0 || setresgid(pod->gid, pod->gid, pod->gid) != 0 ||
      setresuid(pod->uid, pod->uid, pod->uid) != 0) {
    fprintf(stderr, "mlo: Cannot become uid %u: %s\n", pod->uid, strerror(errno));
    exit(77);
  }
}

static void take_place(const struct pod *pod) {
  const char *home = getenv("HOME");
  if (chdir(pod->directory) == 0) {
    setenv("PWD", pod->directory, 1);
  } else if (!(home && chdir(home) == 0)) {
    chdir("/") == 0 ? (void)0 : exit(72);
  }
  unsetenv("OLDPWD");
}

static void limit_core(const struct pod *pod) {
  struct rlimit core;
  if (pod->core || getrlimit(RLIMIT_CORE, &core) != 0) return;
  core.rlim_cur = 0;
  setrlimit(RLIMIT_CORE, &core);
}

static _Noreturn void run(char **command, const char *name) {
  const char *program = *command;
  if (name) *command = (char *)name;
  execvp(program, command);
  int missing = errno == ENOENT;
  fprintf(stderr, "mlo: Cannot run %s: %s\n", program, strerror(errno));
  exit(missing ? 127 : 126);
}

// Where init is not process 1, nobody is there to note the end.
static void note_attempt(void) {
  sigset_t signals;
  int number = 0;
  sigprocmask(SIG_SETMASK, NULL, &signals);
  if (getenv("MLO_RUN_DIR") == NULL) return set_attempt(0);
  pid_t child = ask_attempt(&number, NULL, NULL, &signals);
  if (number) waitpid(child, NULL, 0);
}

int main(int argc, char **argv) {
  const char *term = NULL, *name = NULL;
  int here = 0, only_wait = 0, at = 1;
  for (; at < argc && strncmp(argv[at], "--", 2) == 0; at++) {
    if (strcmp(argv[at], "--") == 0) {
      at++;
      break;
    } else if (strcmp(argv[at], "--here") == 0) {
      here = 1;
    } else if (strcmp(argv[at], "--wait") == 0) {
      only_wait = 1;
    } else if (strcmp(argv[at], "--ready") == 0) {
      setenv("MLO_DOOR", "1", 1);
      note_attempt();
      mark_ready();
      if (++at < argc) run(argv + at, NULL);
      return 0;
    } else if (strcmp(argv[at], "--term") == 0 && at + 1 < argc) {
      term = argv[++at];
    } else if (strcmp(argv[at], "--as") == 0 && at + 1 < argc) {
      name = argv[++at];
    } else {
      fprintf(stderr, "door: Unknown option %s\n", argv[at]);
      return 64;
    }
  }
  if (at >= argc && !only_wait) {
    fputs("usage: door [--here] [--term NAME] [--as NAME] [--] COMMAND [ARGUMENT...] | door --wait\n", stderr);
    return 64;
  }
  struct pod pod = {0};
  int ready = wait_until_ready(&pod);
  if (only_wait) return 0;
  if (ready && (geteuid() == 0 || getuid() == pod.uid)) {
    become_user(&pod);
    if (here) add_variables(&pod);
    else take_variables(&pod);
    umask(pod.mask);
    limit_core(&pod);
    if (!here) take_place(&pod);
  }
  hide_variables();
  correct_terminal(term);
  setenv("MLO_DOOR", "1", 1); // the hooks of the shells let it pass
  run(argv + at, name);
}
