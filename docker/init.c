// init COMMAND [ARGUMENT...]: process 1 of a container. It reaps orphans, passes signals on to the command and
// ends with the command's exit status (128 + n when signal n ended it).
//
// Two ways of passing signals on are common, and both lose checkpoints. To the command alone: a shell that waits
// for the user's program (bash -c 'train; evaluate') dies of SIGTERM, process 1 ends, and the kernel kills the
// program unasked. To the whole process group: a data loader dies of it, and its parent takes that for an error
// while it saves. So here the command alone gets it, once, and is left to treat its children as it likes; only if
// it dies of it, the rest of its group gets it too, and init waits until they have ended.
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

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

// Reaps everything that has ended; true and *status once the command is among it.
static int reap(pid_t command, int *status) {
  int ended = 0, one;
  for (pid_t pid; (pid = waitpid(-1, &one, WNOHANG)) > 0;) {
    if (pid == command) {
      *status = one;
      ended = 1;
    }
  }
  return ended;
}

int main(int argc, char **argv) {
  if (argc < 2) {
    fputs("usage: init COMMAND [ARGUMENT...]\n", stderr);
    return 2;
  }
  sigset_t all, before;
  sigfillset(&all);
  sigprocmask(SIG_SETMASK, &all, &before);
  pid_t command = fork();
  if (command < 0) {
    perror("init: Cannot fork");
    return 1;
  }
  if (command == 0) become(argv + 1, &before);
  setpgid(command, command);

  int status = 0, ended = 0, told = 0, waiting = 0;
  for (;;) {
    int signal = sigwaitinfo(&all, NULL);
    if (signal < 0 || signal == SIGTTIN || signal == SIGTTOU) continue;
    if (signal != SIGCHLD) {
      told = signal;
      kill(ended ? -command : command, signal);
      continue;
    }
    if (reap(command, &status)) {
      ended = 1;
      waiting = WIFSIGNALED(status) && WTERMSIG(status) == told;
      if (waiting) kill(-command, told);
    }
    if (ended && !(waiting && kill(-command, 0) == 0)) {
      return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
    }
  }
}
