// Each run of a job's command is an attempt: a line says its start, another its end, and one that was cut off (a
// SIGKILL, a lost node) has no end. Lines are only ever appended, each by one write.
//
//   $MLO_RUN_DIR/attempts.jsonl    of a job's only pod, or of its first; those of worker 3 in attempts-worker-3.jsonl,
//                                  because several nodes that append to one file on NFS lose lines
//   /run/mlo/attempts.jsonl        a copy on the pod's own disk: who asks about the job does not wait for scratch
#ifndef ATTEMPT_H
#define ATTEMPT_H
#include "ready.h"
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/wait.h>
#include <time.h>

#define ATTEMPTS_HERE "/run/mlo/attempts.jsonl"
#define STOPPED_IDLE "/run/mlo/idle"

enum { PATIENCE_MS = 3000, ASIDE_MS = 50, MOST_ATTEMPTS_BYTES = 4 << 20 };

// The pod's part in a distributed job, "worker-3"; empty for a master or a job of one pod. The operators that make
// such jobs name their pods JOB-worker-3, before and after a preemption.
static inline void find_part(char *part, size_t room) {
  char host[256] = "";
  const char *run = getenv("MLO_RUN_DIR"), *name = run ? strrchr(run, '/') : NULL;
  const char *end = name ? strrchr(name, '-') : NULL;
  *part = '\0';
  if (end == NULL || gethostname(host, sizeof host - 1) != 0) return;
  size_t length = (size_t)(end - ++name);
  const char *rest = host + length;
  if (strlen(host) <= length || strncmp(host, name, length) != 0 || strncmp(rest, "-worker-", 8) != 0) return;
  if (rest[8] == '\0' || rest[8 + strspn(rest + 8, "0123456789")] != '\0') return;
  snprintf(part, room, "%s", rest + 1);
}

static inline int attempts_file(char *path, size_t room) {
  char part[64];
  const char *run = getenv("MLO_RUN_DIR");
  if (run == NULL || *run != '/') return 0;
  find_part(part, sizeof part);
  int length = snprintf(path, room, "%s/attempts%s%s.jsonl", run, *part ? "-" : "", part);
  return length > 0 && (size_t)length < room;
}

// The directory and the one above it; what lies higher is not ours to make. Closed to others' writing, as code may
// lie in it.
static inline void make_run_directory(const char *file) {
  char path[PATH_MAX];
  char *above = strrchr(strcpy(path, file), '/');
  mode_t mask = umask(027);
  *above = '\0';
  char *top = strrchr(path, '/');
  if (top != path) {
    *top = '\0';
    mkdir(path, 0777);
    *top = '/';
  }
  mkdir(path, 0777);
  umask(mask);
}

// Both parts of the file in memory: what was there, and the new line. NULL if it cannot be read.
static inline char *read_attempts(int file) {
  struct stat facts;
  if (fstat(file, &facts) != 0 || !S_ISREG(facts.st_mode) || facts.st_size > MOST_ATTEMPTS_BYTES) return NULL;
  char *text = calloc((size_t)facts.st_size + 1, 1);
  if (text && pread(file, text, (size_t)facts.st_size, 0) != facts.st_size) {
    free(text);
    return NULL;
  }
  return text;
}

// In one write; behind a line that was torn in its middle, on a new one.
static inline int append_attempt(int file, const char *before, const char *line) {
  size_t length = strlen(before);
  char all[1024];
  int size = snprintf(all, sizeof all, "%s%s", length && before[length - 1] != '\n' ? "\n" : "", line);
  return size > 0 && write(file, all, (size_t)size) == size;
}

static inline void plain(char *text) {
  for (; *text; text++) {
    if (!isalnum((unsigned char)*text) && !strchr(".-_:", *text)) *text = '_';
  }
}

static inline void attempt_line(char *line, size_t room, const char *event, int number, const char *format, ...) {
  char now[32], more[512];
  time_t seconds = time(NULL);
  struct tm parts;
  strftime(now, sizeof now, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&seconds, &parts));
  va_list values;
  va_start(values, format);
  vsnprintf(more, sizeof more, format, values);
  va_end(values);
  snprintf(line, room, "{\"event\":\"%s\",\"attempt\":%d,\"at\":\"%s\",%s}\n", event, number, now, more);
}

// The pod does not know its node unless its definition tells it.
static inline void start_line(char *line, size_t room, int number) {
  char pod[256] = "", node[256] = "";
  const char *told = getenv("MLO_NODE") ? getenv("MLO_NODE") : getenv("NODE_NAME");
  gethostname(pod, sizeof pod - 1);
  if (told) snprintf(node, sizeof node, "%s", told);
  plain(pod);
  plain(node);
  if (*node) attempt_line(line, room, "start", number, "\"pod\":\"%s\",\"node\":\"%s\"", pod, node);
  else attempt_line(line, room, "start", number, "\"pod\":\"%s\",\"node\":null", pod);
}

static inline int count_starts(const char *text) {
  int count = 0;
  for (; (text = strstr(text, "\"event\":\"start\"")); text++) count++;
  return count;
}

// Notes a start and writes its number to `answer`, 0 where it cannot be noted. The copy is made after that: the
// command does not wait for it.
static inline int begin_attempt(int answer) {
  char path[PATH_MAX], line[700];
  const int how = O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW;
  int number = 0, file = -1;
  if (attempts_file(path, sizeof path)) {
    file = open(path, how, 0640);
    if (file < 0 && errno == ENOENT) {
      make_run_directory(path);
      file = open(path, how, 0640);
    }
  }
  char *text = file < 0 ? NULL : read_attempts(file);
  if (text) {
    number = count_starts(text) + 1;
    start_line(line, sizeof line, number);
    if (!append_attempt(file, text, line)) number = 0;
  }
  // NFS tells of a full disk at close.
  if (file >= 0 && close(file) != 0) number = 0;
  if (write(answer, &number, sizeof number) < 0) _exit(0);
  FILE *copy = number ? open_private(ATTEMPTS_HERE) : NULL;
  if (copy) {
    fprintf(copy, "%s%s", text, line);
    fclose(copy);
  }
  free(text);
  return number;
}

// Notes an end; `told` is the signal that asked for it, or 0.
static inline void end_attempt(int number, int status, long seconds, int told) {
  char path[PATH_MAX], line[700];
  if (number == 0 || !attempts_file(path, sizeof path)) return;
  int file = open(path, O_RDWR | O_APPEND | O_CLOEXEC | O_NOFOLLOW);
  char *text = file < 0 ? NULL : read_attempts(file);
  if (text == NULL) return;
  const char *why = !told ? "null" : access(STOPPED_IDLE, F_OK) == 0 ? "\"idle\"" : "\"signal\"";
  attempt_line(line, sizeof line, "end", number, "\"status\":%d,\"seconds\":%ld,\"told\":%s", status, seconds, why);
  append_attempt(file, text, line);
  close(file);
  free(text);
}

// What a command finds of its attempt in its variables. What the user has set, even to nothing, stays.
static inline void set_attempt(int number) {
  char part[64], text[512];
  const char *id = getenv("MLO_RUN_ID");
  unsetenv("MLO_ATTEMPT");
  if (number) {
    snprintf(text, sizeof text, "%d", number);
    setenv("MLO_ATTEMPT", text, 1);
  }
  if (id == NULL || *id == '\0') return;
  find_part(part, sizeof part);
  snprintf(text, sizeof text, "%s%s%s", id, *part ? "-" : "", part);
  setenv("WANDB_RUN_ID", text, 0);
  setenv("WANDB_RESUME", "allow", 0);
}

// Notes the start in a child, because scratch may hang: then the command starts all the same. The child goes on as
// `then`, which is given the reading end of *control as its standard input and nothing else of the pod's; without
// one it ends. Gives the child, and sets the variables.
static inline pid_t ask_attempt(int *number, const char *then, int *control, const sigset_t *signals) {
  int answer[2], commands[2] = {-1, -1};
  *number = 0;
  if (pipe2(answer, O_CLOEXEC) != 0) return -1;
  if (then && pipe2(commands, O_CLOEXEC) != 0) then = NULL;
  pid_t child = fork();
  if (child == 0) {
    setsid();
    sigprocmask(SIG_SETMASK, signals, NULL);
    *number = begin_attempt(answer[1]);
    if (then == NULL) _exit(0);
    set_attempt(*number);
    char part[64];
    find_part(part, sizeof part);
    setenv("MLO_PART", part, 1);
    int nothing = open("/dev/null", O_RDWR);
    dup2(commands[0], STDIN_FILENO);
    dup2(nothing, STDOUT_FILENO);
    dup2(nothing, STDERR_FILENO);
    for (int file = 3; file < 64; file++) close(file);
    // The start is for the command: what comes beside it would compete with it for processors and disk. A word of
    // init's, or its end, ends the wait.
    struct pollfd word = {.fd = STDIN_FILENO, .events = POLLIN};
    poll(&word, 1, ASIDE_MS);
    execl(then, then, (char *)NULL);
    _exit(127);
  }
  close(answer[1]);
  if (then) close(commands[0]);
  struct pollfd ready = {.fd = answer[0], .events = POLLIN};
  if (child <= 0 || poll(&ready, 1, PATIENCE_MS) != 1 || read(answer[0], number, sizeof *number) != sizeof *number) {
    *number = 0;
  }
  close(answer[0]);
  if (control) *control = commands[1];
  if (*number == 0 && getenv("MLO_RUN_DIR")) {
    fprintf(stderr, "init: Attempts cannot be counted in %s: MLO_ATTEMPT is not set\n", getenv("MLO_RUN_DIR"));
  }
  set_attempt(*number);
  return child;
}
#endif
