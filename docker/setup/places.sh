# shellcheck shell=bash disable=SC2034,SC2154 # its callers have the variables
# 4. Shell: what on scratch is the user's alone.

# Sets places to the directories that can run code as the user, and files to the files.
list_places() {
  places=(.shell .shell/custom .vscode .vscode-server .cursor .cursor-server .cache .cache/uv .cache/huggingface .uv .mlo)
  files=(.gitconfig .zsh_history .shell/{.zshenv,.zprofile,.zshrc,.zlogin,.zlogout,.oh-my-zsh})
}

look_at_places() {
  local name paths=()
  for name in "${places[@]}" "${files[@]}"; do
    paths+=(-p "$SCRATCH_HOME/$name")
  done
  look_at_storage "${paths[@]}"
}

# The user's alone, whatever the umask: who can write a .gitconfig has the ssh key at the next fetch. Older pods made
# it for the group. What somebody else owns is not used: its owner could open it again; the pod's own disk takes its
# place (see find_place).
close_places() {
  local name path missing=() open=() writable=()
  for name in "${places[@]}" "${files[@]}"; do
    path="$SCRATCH_HOME/$name"
    case ${owner[$path]} in
      0) ;;
      -) missing+=("$name") ;;
      "$NB_UID")
        if [[ ${access[$path]} == l* ]] || ((!(0${mode[$path]} & 077))); then continue; fi
        open+=("$path")
        ((!(0${mode[$path]} & 022))) || writable+=("$path")
        ;;
      *) note_foreign "$path" "${owner[$path]}" ;;
    esac
  done
  ((${#open[@]} == 0)) || chmod go-rwx -- "${open[@]}" || warn "Warning: the group can still use ${open[*]}"
  ((${#writable[@]} == 0)) ||
    warn "Closed, because the group could write there what then runs as you; look whether all of it is yours: ${writable[*]}"
  make_places "${missing[@]}"
}

note_foreign() {
  local name="${1#"$SCRATCH_HOME"/}"
  foreign+=(["$name"]=1)
  case $name in .shell/*) foreign[.shell]=1 ;; esac
  warn "Warning: $1 belongs to uid $2, who could run code as you through it: it is not used in this pod"
}

# find_place NAME: sets place to where the pod has it, on scratch or, where that is somebody else's, on its own disk.
find_place() {
  if [[ -v "foreign[$1]" || -v "foreign[${1%%/*}]" ]]; then place="$HOME/$1"; else place="$SCRATCH_HOME/$1"; fi
}

make_places() {
  local name place all=()
  for name in "${!foreign[@]}" "$@"; do
    [[ " ${files[*]} " != *" $name "* ]] || continue
    find_place "$name"
    all+=("$place")
  done
  # Parents first, in the order given: each that is made gets the mode.
  ((${#all[@]} == 0)) || try "make $SCRATCH_HOME/.shell and the like" mkdir -p -m 0700 -- "${all[@]}"
}

# make_file PATH CONTENT: complete or not at all, also when several pods start at once on the same scratch, when
# the start is told to end, or when the disk is full.
make_file() {
  local fresh="$1.new.$HOSTNAME.$RANDOM" reason
  trap 'rm -f -- "$fresh"; exit 143' TERM INT
  reason="$(
    trap - ERR
    exec 2>&1
    (umask 077 && printf '%s' "$2" >"$fresh") && mv -nT -- "$fresh" "$1"
  )" || [[ -e $1 || -L $1 ]] || {
    rm -f -- "$fresh"
    die 73 "Cannot make $1: ${reason##*: }"
  }
  [[ ! -e $fresh ]] || rm -f -- "$fresh"
  trap 'exit 143' TERM INT
}
