# shellcheck shell=bash
# 7. uv and Hugging Face, and 8. git.

set_up_uv() {
  local place missing=()
  find_place .cache/uv
  [[ -n ${UV_CACHE_DIR-} && $UV_CACHE_DIR != "$SCRATCH_HOME/.cache/uv" ]] || export UV_CACHE_DIR="$place"
  find_place .uv
  [[ -n ${UV_PYTHON_INSTALL_DIR-} && $UV_PYTHON_INSTALL_DIR != "$SCRATCH_HOME/.uv" ]] || export UV_PYTHON_INSTALL_DIR="$place"
  [[ -d $UV_CACHE_DIR ]] || missing+=("$UV_CACHE_DIR")
  [[ -d $UV_PYTHON_INSTALL_DIR ]] || missing+=("$UV_PYTHON_INSTALL_DIR")
  ((${#missing[@]} == 0)) || try "make ${missing[*]}" mkdir -p -m 0700 -- "${missing[@]}"
}

# HF_HOME is the lab's: data is shared there, a login is not, and neither is code that a model brings along.
set_up_hugging_face() {
  local place login
  find_place .cache/huggingface
  export HF_MODULES_CACHE="${HF_MODULES_CACHE:-$place/modules}"
  [[ $HF_HOME/ != "$SCRATCH_HOME"/* ]] || return 0
  export HF_TOKEN_PATH="${HF_TOKEN_PATH:-$place/token}"
  for login in "$HF_HOME/token" "$HF_HOME/stored_tokens"; do
    [[ -e $login && ! $login -ef $HF_TOKEN_PATH ]] || continue
    if [[ -O $login ]]; then
      warn "Warning: $login is your Hugging Face login in a place that the lab shares: mv -n $login ${HF_TOKEN_PATH%/*}/"
    else
      warn "Warning: $login is somebody's Hugging Face login in a place that the lab shares; its owner should remove it"
    fi
  done
}

set_up_git() {
  local known
  [[ -n ${GIT_USER_NAME-} || -n ${GIT_USER_EMAIL-} ]] || return 0
  find_identity
  if [[ (-z ${GIT_USER_NAME-} || $known == *user.name*) && (-z ${GIT_USER_EMAIL-} || $known == *user.email*) ]]; then return; fi
  known="$(git config --global --includes --name-only --get-regexp '^user\.(name|email)$' || true)"
  set_git user.name "${GIT_USER_NAME-}"
  set_git user.email "${GIT_USER_EMAIL-}"
}

# Sets known to what the user's own file has, without git: it can stand in files that are included, too, but hardly does.
find_identity() {
  local line lines=() section=''
  known=
  [[ ! -r $GIT_CONFIG_GLOBAL ]] || mapfile -t lines <"$GIT_CONFIG_GLOBAL"
  for line in "${lines[@]}"; do
    if [[ $line == \[* ]]; then section="$line"; fi
    if [[ $section == '[user]' && $line =~ ^[[:space:]]*(name|email)[[:space:]]*= ]]; then known+=" user.${BASH_REMATCH[1]}"; fi
  done
}

# set_git KEY VALUE: git locks the file without waiting, so pods that start at once have to try again.
set_git() {
  local attempt reason
  if [[ -z $2 || $known == *"$1"* ]]; then return; fi
  for attempt in {1..20}; do
    if reason="$(git config --global "$1" "$2" 2>&1)"; then return; fi
    [[ $reason == *'File exists'* ]] || break
    sleep "0.$attempt"
  done
  warn "Warning: git config --global $1 was not set: ${reason:-no reason given}"
}
