# shellcheck shell=bash
# 4. Shell, and 5. the links from home to scratch.

# oh-my-zsh stays in the image: copying its thousand files to a far file server took half a minute. A copy that an
# older pod made is used on, since the user may have changed it; what is added to the image's goes to custom/.
set_up_shell() {
  local place old
  find_place .shell
  export ZDOTDIR="$place"
  [[ -e $ZDOTDIR/.zshrc || -L $ZDOTDIR/.zshrc ]] || make_file "$ZDOTDIR/.zshrc" "$(</docker/.zshrc)"$'\n'
  if [[ -e $ZDOTDIR/.oh-my-zsh/oh-my-zsh.sh ]]; then
    export ZSH="$ZDOTDIR/.oh-my-zsh"
  else
    export ZSH=/docker/.oh-my-zsh ZSH_CUSTOM="$ZDOTDIR/custom"
  fi
  for old in "$ZDOTDIR"/.new.*; do # of copies that were interrupted
    [[ ! -d $old || ! -O $old ]] || rm -rf -- "$old"
  done
  find_place .zsh_history
  export HISTFILE="$place"
  [[ -d /run/screen ]] || export SCREENDIR="$HOME/.screen" # where /run was mounted over
  find_place .gitconfig
  export GIT_CONFIG_GLOBAL="$place"
}

# What is to be linked goes to work, see finish.
# .zshrc, .oh-my-zsh and .gitconfig serve programs that do not know our variables.
link_home() {
  local name target place links=()
  for target in "$HISTFILE" "$GIT_CONFIG_GLOBAL"; do
    [[ -e $target ]] || make_file "$target" ''
  done
  for name in .vscode .vscode-server .cursor .cursor-server; do
    find_place "$name"
    links+=("$place")
  done
  for target in "$HISTFILE" "${links[@]}" "$ZDOTDIR/.zshrc" "$ZSH" "$GIT_CONFIG_GLOBAL"; do
    name="$HOME/${target##*/}"
    if [[ $name -ef $target ]]; then continue; fi
    if [[ -e $name && ! -L $name ]]; then
      warn "Warning: $name is not a link to $target and is kept as it is"
    else
      work+=(link "$target" "$name")
    fi
  done
}
