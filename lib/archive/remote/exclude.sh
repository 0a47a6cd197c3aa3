# What --exclude leaves out: what rsync leaves out when it is given the directory
# by its name (`rsync -a exp TARGET`; FILTER RULES of rsync(1)). A pattern fits at any
# depth, from the directory's own name on if it begins with a slash, and directories
# alone if it ends with one. `*` and `?` stop at a slash, `**` does not.
#
# With each pattern goes the path it was given for, KEY//PATTERN: one manifest may
# hold what several commands have archived.

# leave_out LIST: from here on left_out COMMAND... calls a command with what the list
# leaves out of this tree: expressions of `find -regex`, after a `d` if only a directory is meant.
leave_out() {
  HERE=$KEY
  [ "$TOP" = . ] || case $KEY in */*) HERE=${KEY%/*} ;; *) HERE='' ;; esac
  export HERE
  make left_out.words xargs -0 -r -a "$1" sh "$SELF" expressions
  (printf 'left_out() { "$@"' && cat "$WORK/left_out.words" && echo '; }') >"$WORK/left_out.sh" || die work
  # shellcheck source=/dev/null
  . "$WORK/left_out.sh"
}

# leave_out_asked: what the request leaves out.
leave_out_asked() {
  make excludes excludes with_key
  leave_out "$WORK/excludes"
}

# trimmed PATTERN: in REPLY without slashes at its end.
trimmed() {
  REPLY=$1
  while :; do case $REPLY in ?*/) REPLY=${REPLY%/} ;; *) return ;; esac done
}

# spares PATH PATTERN...: whether no pattern leaves out the path itself.
spares() {
  name=${1##*/}
  shift
  for pattern; do
    trimmed "$pattern"
    # shellcheck disable=SC2254 # it is a pattern
    case $name in ${REPLY#/}) refuse left-out "$REPLY" ;; esac
  done
}

with_key() {
  for pattern; do printf '%s\0' "$KEY//$pattern"; done
}

# leave_out_archived: what was left out when this path was archived.
leave_out_archived() {
  : >"$WORK/excludes" || die work
  [ ! -f "$MANIFESTS/$COVER/excludes" ] || cp -- "$MANIFESTS/$COVER/excludes" "$WORK/excludes" || die work
  leave_out "$WORK/excludes"
}

# outside KEY RECORD...: those that were not given for KEY or a path in it.
outside() {
  key=$1
  shift
  for record; do
    contains "$key" "${record%%//*}" || printf '%s\0' "$record"
  done
}

# expressions RECORD...: the words of left_out, quoted.
expressions() {
  for record; do
    key=${record%%//*}
    pattern=${record#"$key"//}
    place=./ base=${key##*/} only='' anchored=''
    if [ "$TOP" != . ] && [ "$key" = "$KEY" ]; then
      base=''
    elif [ "$key" = "$HERE" ]; then
      :
    elif contains "$key" "$HERE"; then
      base=$base/${HERE#"$key"/}
    elif [ -z "$HERE" ] || contains "$HERE" "$key"; then
      place=./${key#"${HERE:+$HERE/}"}/
    else
      continue
    fi
    trimmed "$pattern"
    [ "$REPLY" = "$pattern" ] || only=d
    pattern=$REPLY
    case $pattern in /*) anchored=1 pattern=${pattern#/} ;; esac
    [ -n "$anchored" ] || expression '(.*/)?' "$pattern"
    while [ -n "$base$anchored" ]; do
      below "$pattern" "$base" && expression '' "$REPLY"
      [ -z "$anchored" ] || break
      case $base in */*) base=${base#*/} ;; *) base='' ;; esac
    done
  done
}

# below PATTERN BASE: in REPLY what is left of a pattern within BASE, whose names its first parts have to fit.
below() {
  left=$1 names=$2
  while [ -n "$names" ]; do
    case $left in */*) ;; *) return 1 ;; esac
    # shellcheck disable=SC2254 # it is a pattern
    case ${names%%/*} in ${left%%/*}) ;; *) return 1 ;; esac
    left=${left#*/}
    case $names in */*) names=${names#*/} ;; *) names='' ;; esac
  done
  REPLY=$left
}

# expression BETWEEN PATTERN: a POSIX extended regular expression for the whole path, as a quoted word.
expression() {
  printf " '%s" "$only"
  literally "$place"
  printf %s "$1"
  from_glob "$2"
  printf "'"
}

literally() {
  text=$1
  while [ -n "$text" ]; do
    one_character "${text%"${text#?}"}"
    text=${text#?}
  done
}

one_character() {
  case $1 in
    \') printf "'\\''" ;;
    [].\[\\+\(\)\{\}\|^\$*?]) printf '\\%s' "$1" ;;
    *) printf %s "$1" ;;
  esac
}

from_glob() {
  text=$1
  while [ -n "$text" ]; do
    case $text in
      \*\**) printf '.*' && text=${text#??} ;;
      \**) printf '[^/]*' && text=${text#?} ;;
      \?*) printf '[^/]' && text=${text#?} ;;
      \\?*) text=${text#?} && one_character "${text%"${text#?}"}" && text=${text#?} ;;
      \[?*\]*) class ;;
      *) one_character "${text%"${text#?}"}" && text=${text#?} ;;
    esac
  done
}

# class: the [...] that the text begins with; in one, a backslash stands for itself in an expression.
class() {
  text=${text#?}
  printf '['
  case $text in \!* | ^*) printf '^' && text=${text#?} ;; esac
  first=1
  while [ -n "$text" ]; do
    case $text in
      \]*) [ -n "$first" ] || break ;;
      \\?*) text=${text#?} ;;
    esac
    first=''
    case $text in \'*) printf "'\\''" ;; *) printf %s "${text%"${text#?}"}" ;; esac
    text=${text#?}
  done
  printf ']'
  text=${text#?}
}
