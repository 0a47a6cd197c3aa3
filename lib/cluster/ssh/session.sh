# Serves one ssh connection over its own standard input and output, as the user of the pod. First "mlo-ssh KEY" with
# the public half of the client's key comes in; "mlo-ssh WORD…" goes out on stderr, as the output is ssh's alone; and
# with "mlo-ssh go" the client knows the host key. Everything that the server is told stands in its arguments, so
# that nothing of a connection lies on a disk; what stays is the host key, on the pod's own disk, readable to the
# user alone.
#
# Arguments: whose pod it must be, the account that is asked for, whether an agent may be forwarded (yes, no).

owner=$1 account=$2 agent=$3

# What the commands of a connection get: zsh's and bash's own start brings the rest (see docker/door.c).
mask=$(umask)
umask 077

# answer WORD…: the line, and nothing more to come but what sshd says.
answer() {
  printf 'mlo-ssh %s\n' "$*" >&2
}

# refuse WORD…
refuse() {
  answer "$@"
  exit 0
}

# next_line: the client's. A shell reads its lines byte by byte: what follows is left for sshd. Whoever connects and
# says nothing is not waited for.
next_line() {
  # shellcheck disable=SC2016 # the inner shell expands it
  timeout 30 sh -c 'IFS= read -r line && printf %s "$line"'
}

# program NAME: its path, sbin included, which a user's PATH may lack.
program() {
  for directory in $(printf %s "$PATH" | tr : ' ') /usr/local/sbin /usr/sbin /sbin; do
    if [ -x "$directory/$1" ]; then
      printf %s "$directory/$1"
      return
    fi
  done
  return 1
}

# A directory of the user's own that no storage is behind.
own_directory() {
  for directory in /run/mlo "/tmp/mlo-ssh-$(id -u)"; do
    mkdir -m 700 "$directory" 2>/dev/null
    if [ -d "$directory" ] && [ ! -L "$directory" ] && [ -O "$directory" ] && [ -w "$directory" ]; then
      printf %s "$directory"
      return
    fi
  done
  return 1
}

# make_host_key FILE: whoever comes first makes it, in one step that the others see whole or not at all.
make_host_key() {
  [ ! -s "$1" ] || return 0
  aside=$(mktemp -d "${1%/*}/fresh.XXXXXX") || return 1
  ssh-keygen -q -t ed25519 -N '' -C '' -f "$aside/key" </dev/null >&2 && ln "$aside/key" "$1" 2>/dev/null
  rm -rf "$aside"
  [ -s "$1" ]
}

# A terminal's group is set by the kernel where devpts is mounted as runtimes do; elsewhere only root can.
needs_root() {
  [ "$(id -u)" != 0 ] && ! grep -q '^devpts /dev/pts .*gid=5\b' /proc/mounts && sudo -n true 2>/dev/null
}

main() {
  key=$(next_line) || exit 1
  key=${key#mlo-ssh }
  case $key in ssh-ed25519\ *) ;; *) refuse failed "the client's key is none" ;; esac

  [ "${NB_USER:-$owner}" = "$owner" ] || refuse owner "$NB_USER"
  sshd=$(program sshd) || refuse no-sshd
  me=$(id -un 2>/dev/null) || refuse no-account "$(id -u)"
  [ "$me" = "$account" ] || refuse account "$me"
  directory=$(own_directory) || refuse failed "there is no private place for the host key in /run or /tmp"
  make_host_key "$directory/ssh_host_key" || refuse failed "ssh-keygen made no host key"
  host_key=$(ssh-keygen -y -f "$directory/ssh_host_key" </dev/null) || refuse failed "the host key cannot be read"

  place=
  case $PWD in *[[:space:]]*) ;; *) place=" -d $(printf %s "$PWD" | sed 's/%/%%/g')" ;; esac
  set -- "$sshd" -i -e -f /dev/null \
    -o "HostKey=$directory/ssh_host_key" \
    -o "AllowUsers=$me" -o PermitRootLogin=prohibit-password \
    -o AuthenticationMethods=publickey -o PasswordAuthentication=no -o KbdInteractiveAuthentication=no \
    -o AuthorizedKeysFile=none -o "AuthorizedKeysCommand=$(program echo) $key" -o "AuthorizedKeysCommandUser=$me" \
    -o UsePAM=no -o StrictModes=no -o PidFile=none -o UseDNS=no -o LogLevel=ERROR \
    -o PermitUserEnvironment=no -o PermitUserRC=no -o "SetEnv=MLO_SSH=1" -o "AcceptEnv=COLORTERM GIT_PROTOCOL" \
    -o "AllowAgentForwarding=$agent" -o AllowTcpForwarding=yes -o AllowStreamLocalForwarding=yes \
    -o X11Forwarding=no -o PermitTunnel=no -o GatewayPorts=no \
    -o PrintMotd=no -o PrintLastLog=no -o MaxSessions=64 -o LoginGraceTime=60 \
    -o ClientAliveInterval=5 -o ClientAliveCountMax=3 \
    -o "Subsystem=sftp internal-sftp -u $mask$place"
  if needs_root; then
    [ -d /run/sshd ] || sudo -n mkdir -p -m 755 /run/sshd
    set -- sudo -n "$@"
  fi
  umask "$mask"
  answer ready "$host_key"
  [ "$(next_line)" = 'mlo-ssh go' ] || exit 1
  exec "$@"
}

main
