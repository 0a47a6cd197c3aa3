// init COMMAND [ARGUMENT...]: process 1 of a container. It reaps orphans, passes signals on to the command and
// ends with the command's exit status (128 + n when signal n ended it).
//
// Two ways of passing signals on are common, and both lose checkpoints. To the command alone: a shell that waits
// for the user's program (bash -c 'train; evaluate') dies of SIGTERM, process 1 ends, and the kernel kills the
// program unasked. To the whole process group: a data loader dies of it, and its parent takes that for an error
// while it saves. So here the command alone gets it, once, and is left to treat its children as it likes. When it
// has ended, each program that is left gets its turn the same way: parents first, children only when their parent
// is gone, whatever group, session or terminal (tmux, kubectl exec) they belong to. init ends when none is left.
//
// Beside the command runs watch.sh, in a session of its own, which is none of the user's programs: it is told of a
// SIGTERM and of the end through a pipe, has a few seconds to tell others, and ends with init.
#define _GNU_SOURCE
#include "attempt.h"
#include <dirent.h>

#define WATCH "/docker/watch.sh"

// What an end may be delayed by: less once a SIGTERM has set a limit for everything.
enum { LOOK_AGAIN_MS = 100, LOOKS_FOR_TEE = 20, LAST_WORDS_MS = 5000, LAST_WORDS_TOLD_MS = 2000 };

static struct {
  pid_t pid;     // 0 once it has ended
  pid_t session; // whoever is in it is no program of the user's
  pid_t notes;   // writes the attempt's end
  int control, attempt;
  struct timespec start;
} watch = {.control = -1};

static void start_watch(const sigset_t *signals) {
  clock_gettime(CLOCK_MONOTONIC, &watch.start);
  if (getenv("MLO_RUN_DIR") == NULL && getenv("NOTIFY_URL") == NULL) {
    set_attempt(0);
    return;
  }
  pid_t child = ask_attempt(&watch.attempt, WATCH, &watch.control, signals);
  if (child > 0) watch.pid = watch.session = child;
  if (watch.control >= 0) fcntl(watch.control, F_SETFL, O_NONBLOCK);
}

static void tell_watch(const char *what, int number) {
  char line[64];
  int length = snprintf(line, sizeof line, "%s %d\n", what, number);
  if (watch.pid > 0 && write(watch.control, line, (size_t)length) < 0) watch.pid = 0;
}

static _Noreturn void become(char **command, const sigset_t *signals) {
  setpgid(0, 0);
  // Ours is the session, but the terminal has to be told who is in front; the call itself would stop us.
  signal(SIGTTOU, SIG_IGN);
  tcsetpgrp(STDIN_FILENO, getpgrp());
  signal(SIGTTOU, SIG_DFL);
  sigprocmask(SIG_SETMASK, signals, NULL);
  execvp(command[0], command);
  int missing = errno == ENOENT;
  fprintf(stderr, "init: Cannot run %s: %s\n", command[0], strerror(errno));
  _exit(missing ? 127 : 126);
}

// --- what is left when the command has ended ----------------------------------------------------------

struct process {
  int pid, parent;
  unsigned long long start; // with the pid, who it is
  int passes;               // a signal to it would be refused, lost, or take a terminal from under programs
  int follows;              // tee: ends with what writes to it, which would fail if it were gone
  pid_t session;
};

struct list {
  struct process *all;
  size_t count, room;
};

static void append(struct list *list, struct process one) {
  if (list->count == list->room) {
    list->room = list->room ? list->room * 2 : 64;
    list->all = realloc(list->all, list->room * sizeof one);
    if (list->all == NULL) _exit(71);
  }
  list->all[list->count++] = one;
}

static struct process *find(struct list *list, int pid) {
  for (size_t i = 0; i < list->count; i++) {
    if (list->all[i].pid == pid) return &list->all[i];
  }
  return NULL;
}

// An interactive shell ignores SIGTERM. The servers of tmux, screen and ssh do not, but end what they hold.
static int is_passed_over(int pid, const char *name) {
  static const char *const holders[] = {"tmux", "screen", "SCREEN", "sshd"};
  for (size_t i = 0; i < sizeof holders / sizeof *holders; i++) {
    if (strncmp(name, holders[i], strlen(holders[i])) == 0) return 1;
  }
  char path[64], line[256];
  unsigned long long ignored = 0;
  snprintf(path, sizeof path, "/proc/%d/status", pid);
  FILE *in = fopen(path, "re");
  while (in && fgets(line, sizeof line, in)) {
    if (sscanf(line, "SigIgn: %llx", &ignored) == 1) break;
  }
  if (in) fclose(in);
  return (ignored >> (SIGTERM - 1) & 1) != 0;
}

// 0 if there is no such process, or nothing of it but a status.
static int read_process(int pid, struct process *one) {
  char path[64], text[1024];
  snprintf(path, sizeof path, "/proc/%d/stat", pid);
  FILE *in = fopen(path, "re");
  if (in == NULL) return 0;
  size_t size = fread(text, 1, sizeof text - 1, in);
  fclose(in);
  text[size] = '\0';
  char *name = strchr(text, '('), *rest = strrchr(text, ')'), state;
  if (name == NULL || rest == NULL) return 0;
  *rest = '\0';
  *one = (struct process){.pid = pid};
  if (sscanf(rest + 1, " %c %d %*d %d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d %*d %llu", &state,
             &one->parent, &one->session, &one->start) != 4)
    return 0;
  one->passes = is_passed_over(pid, name + 1) || (kill(pid, 0) != 0 && errno == EPERM);
  one->follows = strcmp(name + 1, "tee") == 0;
  return state != 'Z' && state != 'X';
}

static void look(struct list *now) {
  DIR *processes = opendir("/proc");
  if (processes == NULL) return;
  for (struct dirent *entry; (entry = readdir(processes));) {
    struct process one;
    int pid = isdigit((unsigned char)entry->d_name[0]) ? atoi(entry->d_name) : 0;
    if (pid > 1 && read_process(pid, &one) && !(watch.session && one.session == watch.session)) append(now, one);
  }
  closedir(processes);
}

// Whether nobody above the process, up to init or out of the container, is to be told before it.
static int is_next(struct list *now, const struct process *one) {
  for (size_t steps = 0; steps <= now->count; steps++) {
    one = find(now, one->parent);
    if (one == NULL) return 1;
    if (!one->passes) return 0;
  }
  return 1;
}

// Tells each program whose turn has come, once. True while there are any.
static int tell(struct list *told, int signal) {
  static int idle = 0;
  struct list now = {0};
  int left = 0, leading = 0;
  look(&now);
  for (size_t i = 0; i < now.count; i++) {
    left |= !now.all[i].passes;
    leading |= !now.all[i].passes && !now.all[i].follows;
  }
  idle = leading ? 0 : idle + 1;
  for (size_t i = 0; i < now.count; i++) {
    struct process *one = &now.all[i], *known = find(told, one->pid);
    if (one->passes || (one->follows && idle <= LOOKS_FOR_TEE)) continue;
    if (!is_next(&now, one) || (known && known->start == one->start)) continue;
    if (known) *known = *one;
    else append(told, *one);
    kill(one->pid, signal);
  }
  free(now.all);
  return left;
}

// --- the loop -----------------------------------------------------------------------------------------

// ^Z at a command that is no shell would leave a terminal that nobody reads: as process 1 it could not be stopped.
static void keep_going(pid_t command, int signal) {
  if (signal == SIGSTOP || tcsetpgrp(STDIN_FILENO, command) != 0) return;
  kill(-command, SIGCONT);
}

// Reaps everything that has ended; true and *status once the command is among it.
static int reap(pid_t command, int *status) {
  int ended = 0, one;
  for (pid_t pid; (pid = waitpid(-1, &one, WNOHANG | WUNTRACED)) > 0;) {
    if (pid == watch.pid && !WIFSTOPPED(one)) watch.pid = 0;
    if (pid == watch.notes && !WIFSTOPPED(one)) watch.notes = 0;
    if (pid != command) continue;
    if (WIFSTOPPED(one)) {
      keep_going(command, WSTOPSIG(one));
    } else {
      *status = one;
      ended = 1;
    }
  }
  return ended;
}

static int ends_programs(int signal) {
  return signal == SIGTERM || signal == SIGINT || signal == SIGHUP || signal == SIGQUIT;
}

static long elapsed_ms(const struct timespec *since) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (now.tv_sec - since->tv_sec) * 1000 + (now.tv_nsec - since->tv_nsec) / 1000000;
}

// The end is noted in a child and told by watch.sh: both may hang, neither changes what the pod ends with.
static void last_words(const sigset_t *all, pid_t command, int status, int told) {
  if (watch.session == 0) return;
  struct timespec start, moment = {0, LOOK_AGAIN_MS * 1000000L};
  clock_gettime(CLOCK_MONOTONIC, &start);
  watch.notes = watch.attempt ? fork() : 0;
  if (watch.notes == 0 && watch.attempt) {
    end_attempt(watch.attempt, status, elapsed_ms(&watch.start) / 1000, told);
    _exit(0);
  }
  tell_watch("end", status);
  const long most = told ? LAST_WORDS_TOLD_MS : LAST_WORDS_MS;
  int unused;
  while ((watch.pid > 0 || watch.notes > 0) && elapsed_ms(&start) < most) {
    reap(command, &unused);
    if (watch.pid > 0 || watch.notes > 0) sigtimedwait(all, NULL, &moment);
  }
}

int main(int argc, char **argv) {
  if (argc < 2) {
    fputs("usage: init COMMAND [ARGUMENT...]\n", stderr);
    return 2;
  }
  sigset_t all, before;
  sigfillset(&all);
  sigprocmask(SIG_SETMASK, &all, &before);
  setenv("MLO_DOOR", "1", 1); // what the command starts needs no door any more
  start_watch(&before);
  mark_ready();
  pid_t command = fork();
  if (command < 0) {
    perror("init: Cannot fork");
    return 1;
  }
  if (command == 0) become(argv + 1, &before);
  setpgid(command, command);

  struct list told_ones = {0};
  int status = 0, ended = 0, told = 0;
  for (;;) {
    struct timespec moment = {0, LOOK_AGAIN_MS * 1000000L};
    int signal = ended ? sigtimedwait(&all, NULL, &moment) : sigwaitinfo(&all, NULL);
    if (signal == SIGTTIN || signal == SIGTTOU || signal == SIGPIPE) continue; // about init's own writing
    if (signal == SIGCHLD || (signal < 0 && ended)) {
      if (reap(command, &status)) ended = 1;
    } else if (signal > 0) {
      if (ends_programs(signal)) {
        if (!told) tell_watch("told", signal);
        told = signal;
      }
      if (!ended) kill(command, signal);
    }
    if (ended && !(told && tell(&told_ones, told))) {
      status = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
      last_words(&all, command, status, told);
      return status;
    }
  }
}
