# shellcheck shell=bash
# 1. Settings: what the pod needs to know, and whether it can be meant.

variables_given() {
  local name missing=()
  for name in NB_USER NB_UID NB_GROUP NB_GID SCRATCH_HOME_ROOT WORKING_DIR; do
    [[ -v $name ]] || missing+=("$name")
  done
  if ((${#missing[@]} > 0)); then
    warn "Warning: ${missing[*]} not set: no account and no scratch are set up, the command runs as it is"
    return 1
  fi
}

# Only such names may ever stand in a path, in /etc/passwd or in a message.
valid_name() {
  local LC_ALL=C
  [[ $1 =~ ^[A-Za-z_][A-Za-z0-9_.-]{0,31}$ && $1 != root ]]
}

# 0 is root's; 2^32-1 means "no id".
valid_id() {
  [[ $1 =~ ^[1-9][0-9]{0,9}$ ]] && (($1 < 4294967295))
}

check_values() {
  local name wrong=()
  for name in NB_USER NB_GROUP; do
    valid_name "${!name}" || wrong+=("$name=${!name@Q} is not a name for an account")
  done
  for name in NB_UID NB_GID; do
    valid_id "${!name}" || wrong+=("$name=${!name@Q} is not an id from 1 to 4294967294")
  done
  for name in SCRATCH_HOME_ROOT WORKING_DIR ${SCRATCH_HOME:+SCRATCH_HOME} ${HF_HOME:+HF_HOME}; do
    [[ ${!name} == /* ]] || wrong+=("$name=${!name@Q} is not an absolute path")
  done
  for name in "${wrong[@]}"; do
    warn "$name"
  done
  ((${#wrong[@]} == 0)) || die 78 'Cannot start: settings are wrong'
}

export_directories() {
  export SCRATCH_HOME="${SCRATCH_HOME:-$SCRATCH_HOME_ROOT/$NB_USER}"
  export HF_HOME="${HF_HOME:-/mloscratch/hf_cache}"
  export WORKING_DIR
}
