# Makes $MLO_RUN_DIR/code out of a snapshot, or finds it made. Read by the payload, in a child of its shell.
# All of it is made aside and renamed when it is whole, so that whatever dies in between leaves nothing that
# could be taken for the code; nothing is locked, so nothing waits for a pod that is gone.
#
#   $SCRATCH_HOME/.mlo/code/REMOTE/BASE.git   a base, fetched once; never written again
#   $MLO_RUN_DIR/code                         the snapshot, a repository of its own (its objects are hard links)
#
# mlo_commit mlo_base mlo_url mlo_store mlo_sha256 mlo_file mlo_submodules mlo_lfs are set before;
# mlo_bundle holds the bundle in base64 where it came in variables.

mlo_git() {
  command git -c core.hooksPath=/dev/null -c core.fsmonitor=false -c core.autocrlf=false -c core.eol=lf \
    -c core.symlinks=true -c core.fileMode=true -c core.sparseCheckout=false -c gc.auto=0 -c maintenance.auto=false \
    -c fetch.unpackLimit=1 -c transfer.unpackLimit=1 -c transfer.fsckObjects=false -c checkout.workers=4 \
    -c advice.detachedHead=false -c safe.directory='*' $mlo_access "$@"
}

# mlo_try MESSAGE COMMAND...: a failure is told in one line, with the last thing that the command said.
mlo_try() {
  local said
  said=$("${@:2}" 2>&1) || mlo_fail "$1: ${${said##*$'\n'}:-it failed}"
}

mlo_there() {
  local mark
  { mark=$(<$MLO_RUN_DIR/code/.git/mlo-snapshot) } 2>/dev/null || return 1
  [[ $mark == $mlo_commit ]] || mlo_fail "$MLO_RUN_DIR/code holds another snapshot"
}

# What an earlier start of this very pod left unfinished.
mlo_sweep() {
  local left=($1.$MLO_RUN_ID.$HOST.*(DN))
  (( ! $#left )) || command rm -rf -- $left
}

# mlo_aside PREFIX: a directory of this start's own, in REPLY.
mlo_aside() {
  local try
  for try in {1..9}; do
    REPLY=$1.$MLO_RUN_ID.$HOST.$$-$RANDOM
    zf_mkdir -m 750 -- $REPLY 2>/dev/null && return
  done
  mlo_fail "cannot write in $1:h"
}

# mlo_repository DIRECTORY: an empty repository, bare (gitrepository-layout(5)). Its format is the one that every git
# reads, whatever the pod's settings say of new ones.
mlo_repository() {
  local bare=true
  [[ ${1:t} != .git ]] || bare=false
  { zf_mkdir -p -- $1/objects/{info,pack} $1/refs/{heads,mlo} &&
    builtin print -r -- 'ref: refs/heads/main' >$1/HEAD &&
    builtin print -rl -- '[core]' $'\trepositoryformatversion = 0' $'\tfilemode = true' $'\tbare = '$bare >$1/config
  } 2>/dev/null || mlo_fail "cannot make a repository in $1:h"
}

# mlo_publish ASIDE PLACE: somebody else's that is there already is as good.
mlo_publish() {
  command mv -T -- $1 $2 2>/dev/null && return
  [[ -d $2 ]] || return
  command rm -rf -- $1
}

# The ways to the remote that this pod may have: as it is written, with a token, with the ssh key.
mlo_ways() {
  local helper='!f() { echo username=x-access-token; echo "password=$GITHUB_TOKEN"; }; f'
  local host
  mlo_way=(plain)
  if [[ $mlo_url == https://* ]]; then
    host=${${mlo_url#https://}%%[:/]*}
    [[ $host != github.com || -z ${GITHUB_TOKEN-} ]] || mlo_way=(token plain)
    mlo_way+=(ssh)
  elif [[ $mlo_url == (git@|ssh://git@)github.com[:/]* && -n ${GITHUB_TOKEN-} ]]; then
    host=github.com
    mlo_way+=(token)
  fi
  mlo_token=(-c credential.helper= -c "credential.helper=$helper"
    -c url.https://github.com/.insteadOf=git@github.com:
    -c url.https://github.com/.insteadOf=ssh://git@github.com/)
  mlo_ssh=(-c url.ssh://git@$host/.insteadOf=${(M)mlo_url#https://[^/]#/})
}

# mlo_cause TEXT: the last line that tells more than that there is a cause. What git says below ssh's own words
# is always the same (die_initial_contact in its connect.c).
mlo_cause() {
  local lines=(${(f)1//$'\r'/}) known
  known='(fatal: Could not read from remote repository.|Please make sure you have the correct access rights|and the repository exists.)'
  local told=(${lines:#${~known}})
  builtin print -r -- ${told[-1]:-${lines[-1]-}}
}

# mlo_reach DIRECTORY WORDS...: git with the remote, by each way until one works; again where the network failed.
mlo_reach() {
  local way pause said=
  for pause in 2 8 0; do
    for way in $mlo_way; do
      case $way in
        plain) mlo_access=() ;;
        token) mlo_access=($mlo_token) ;;
        ssh) mlo_access=($mlo_ssh) ;;
      esac
      said=$(mlo_git -C $1 "${@:2}" 2>&1) && return
      mlo_said=${mlo_said:-$(mlo_cause $said)}
    done
    case $said in
      *'timed out'* | *'Could not resolve'* | *'Connection re'* | *'Connection closed'*) ;;
      *'early EOF'* | *'hung up'* | *'unexpected disconnect'* | *'returned error: 5'* | *unreachable* | *'RPC failed'*) ;;
      *) return 1 ;;
    esac
    (( ! pause )) || command sleep $pause
  done
  return 1
}

# A base is taken over from an earlier one of the same remote, so that only what is new has to come.
mlo_make_base() {
  local directory=$mlo_store:h aside earlier REPLY
  zf_mkdir -p -- $directory || mlo_fail "cannot make $directory"
  mlo_sweep $directory/.new
  mlo_aside $directory/.new
  aside=$REPLY
  mlo_repository $aside
  for earlier in $directory/*.git(N/om[1]); do
    if command cp -Rl -- $earlier/objects $earlier/shallow(N) $aside/ 2>/dev/null; then
      mlo_git -C $aside update-ref refs/mlo/earlier ${${earlier:t}%.git} 2>/dev/null
    else
      command rm -rf -- $aside/objects $aside/shallow
      command mkdir -p -- $aside/objects/{info,pack}
    fi
  done
  mlo_said=
  if ! mlo_reach $aside fetch -q --no-tags --depth=1 -- $mlo_url $mlo_base; then
    # A server of the old protocol gives tips only: then everything that its branches lead to.
    mlo_reach $aside fetch -q --no-tags -- $mlo_url '+refs/heads/*:refs/mlo/heads/*' ||
      mlo_fail "cannot fetch from $mlo_url: $mlo_said"
    mlo_git -C $aside cat-file -e "$mlo_base^{tree}" 2>/dev/null ||
      mlo_fail "$mlo_url does not have the commit $mlo_base any more, on which the snapshot was made"
  fi
  builtin print -r -- $mlo_base >$aside/refs/mlo/base || mlo_fail "cannot keep the base"
  mlo_publish $aside $mlo_store || mlo_fail "cannot make $mlo_store"
}

# The bundle's pack, below its head. That nothing is missing shows at the checkout, which needs all of it; nor are the
# files made there any safer from a node that loses its power than the pack has to be.
mlo_unpack() {
  local line
  while IFS= builtin read -r line && [[ -n $line ]]; do :; done
  mlo_git -C $1 -c core.fsync=none index-pack --stdin --fix-thin
}

mlo_open_bundle() {
  local bundle=$1/.git/mlo.bundle sum
  if [[ -n $mlo_file ]]; then
    [[ -r $mlo_file ]] || mlo_fail "the snapshot's file $mlo_file is not there"
    bundle=$mlo_file
  else
    [[ -n $mlo_bundle ]] || mlo_fail 'the variables with the snapshot are not there'
    builtin print -rn -- $mlo_bundle | command base64 -d >$bundle || mlo_fail 'cannot write the snapshot'
  fi
  sum=$(command sha256sum <$bundle) || mlo_fail "cannot read $bundle"
  [[ ${sum%% *} == $mlo_sha256 ]] || mlo_fail 'the snapshot has not arrived whole: its SHA-256 differs'
  mlo_try 'cannot unpack the snapshot' mlo_unpack $1 <$bundle
  builtin print -r -- $mlo_commit >$1/.git/refs/mlo/snapshot || mlo_fail 'cannot keep the snapshot'
  [[ -n $mlo_file ]] || zf_rm -f -- $bundle
}

# Each in the repository that has it: the nearest one above. A commit that is no tip may need all that leads to it.
mlo_open_submodules() {
  local one above update=(submodule --quiet update --init)
  for one in $mlo_submodules; do
    above=$one:h mlo_said=
    while [[ $above != . ]] && (( ! ${mlo_submodules[(Ie)$above]} )); do above=$above:h; done
    [[ $above != . ]] || above=
    mlo_reach $1/$above $update --depth=1 -- ${one#$above/} && continue
    [[ -e $1/$one/.git ]] &&
      mlo_reach $1/$one fetch -q --unshallow origin '+refs/heads/*:refs/remotes/origin/*' &&
      mlo_reach $1/$above $update -- ${one#$above/} || mlo_fail "cannot fetch the submodule $one: $mlo_said"
  done
}

mlo_open_lfs() {
  command git lfs version >/dev/null 2>&1 ||
    mlo_fail 'the repository keeps files with git-lfs, which this image does not have'
  mlo_try 'cannot set up git-lfs' mlo_git -C $1 lfs install --local --skip-repo
  mlo_said=
  mlo_reach $1 lfs pull || mlo_fail "cannot fetch the files of git-lfs: $mlo_said"
}

mlo_make_code() {
  local aside REPLY
  # What is run here must not be for a group to change, whatever the pod's umask.
  umask 027
  zf_mkdir -p -- $MLO_RUN_DIR || mlo_fail "cannot make $MLO_RUN_DIR"
  mlo_sweep $MLO_RUN_DIR/.code
  [[ -z $mlo_base || -d $mlo_store ]] || mlo_make_base
  mlo_aside $MLO_RUN_DIR/.code
  aside=$REPLY
  mlo_repository $aside/.git
  [[ -z $mlo_url ]] ||
    builtin print -rl -- '[remote "origin"]' $'\turl = "'${${mlo_url//\\/\\\\}//\"/\\\"}'"' >>$aside/.git/config
  if [[ -n $mlo_base ]]; then
    command cp -Rl -- $mlo_store/objects $aside/.git/ 2>/dev/null ||
      mlo_try 'cannot copy the base' command cp -R -- $mlo_store/objects $aside/.git/
    [[ ! -e $mlo_store/shallow ]] || builtin print -r -- "$(<$mlo_store/shallow)" >$aside/.git/shallow
    builtin print -r -- $mlo_base >$aside/.git/refs/mlo/base || mlo_fail 'cannot take the base'
  fi
  [[ -z $mlo_sha256 ]] || mlo_open_bundle $aside
  GIT_LFS_SKIP_SMUDGE=1 mlo_try 'cannot write the files' mlo_git -C $aside checkout -q --detach $mlo_commit
  mlo_open_submodules $aside
  [[ -z $mlo_lfs ]] || mlo_open_lfs $aside
  builtin print -r -- $mlo_commit >$aside/.git/mlo-snapshot || mlo_fail "cannot write in $MLO_RUN_DIR"
  mlo_publish $aside $MLO_RUN_DIR/code || mlo_fail "cannot make $MLO_RUN_DIR/code"
}

mlo_code() {
  emulate -L zsh
  setopt extended_glob no_unset pipe_fail
  trap 'exit 143' TERM
  local name mlo_said=
  local -a mlo_access mlo_way mlo_token mlo_ssh
  for name in git base64 sha256sum; do
    (( $+commands[$name] )) || mlo_fail "this image has no $name, which a job with --snapshot needs"
  done
  # A process costs more than what it would do here: what this zsh can do itself it does.
  zmodload -F zsh/files b:zf_mkdir b:zf_rm 2>/dev/null || {
    zf_mkdir() { command mkdir "$@" }
    zf_rm() { command rm "$@" }
  }
  unset GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE GIT_OBJECT_DIRECTORY
  export GIT_TERMINAL_PROMPT=0 LC_ALL=C.UTF-8
  mlo_there && return
  if (( ! $+GIT_SSH && ! $+GIT_SSH_COMMAND )) && [[ -z $(command git config core.sshCommand) ]]; then
    # What comes is checked by its SHA, whoever sends it: a host that is new is no danger.
    export GIT_SSH_COMMAND='ssh -o BatchMode=yes -o ConnectTimeout=20 -o StrictHostKeyChecking=accept-new'
  fi
  mlo_ways
  # A child, so that this shell can answer SIGTERM at once.
  ( mlo_make_code ) &
  trap "kill $! 2>/dev/null; exit 143" TERM
  # Another pod of this job may have been quicker.
  wait $! || mlo_there || exit 1
  [[ -z $mlo_file ]] || command rm -f -- $mlo_file
}
