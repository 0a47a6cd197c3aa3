# Copying what differs, by several rsync at once.
#   needed.others  PATH of what is to be copied, but for directories
#   needed.dirs    PATH of directories that are missing or different, or whose times change
#                  since something in them is copied
#   needed.large   PATH of those of needed.others with 100,000 bytes or more
#   needed.small   PATH of the rest
#   needed.named   PATH of those of needed.small that lie in no directory that is copied as a whole
#   sizes          SIZE BLOCKS//PATH of needed.large
#   big, holes, large  SIZE//PATH of needed.large by kind, the largest first
#   parts/         a list of paths for each rsync, the longest work first

# From this size on (bytes) a file is a part of its own, and its copying is resumed in the middle.
BIG=67108864

# copy_needed LIST: gives the copy what the records of LIST name.
copy_needed() {
  rm -rf -- "$WORK/parts" "$WORK/logs"
  mkdir "$WORK/parts" "$WORK/logs" && : >"$WORK/copied" || die work
  take needed.others "$OTHERS_OF" "$1"
  arrange needed.others
  tally "$1"
  needed=$REPLY
  count "$WORK/needed.others"
  put "$WORK/total" "$REPLY ${needed#* }
"
  # What will be compared in the end, as far as it is known now.
  REPLY=$needed
  [ -s "$WORK/old.source.idx" ] || tally s.cmp
  put "$WORK/expected" "$REPLY
"
  take needed.large "$LARGE_OF" "$1"
  arrange needed.large
  cut_links
  needed_directories "$1"
  cut_parts "$1"
  remember_holder
  mkdir -p -- "$C" "$TEMPORARY" 2>>"$WORK/errors"
  # A directory that may not be written gets its own mode when all is in it.
  make_directories --chmod=Du+rwx
  # Longest work first, so that no worker is left alone with it at the end.
  make parts.list find "$WORK/parts" -type f -print0
  arrange parts.list
  workers copy parts.list -n 1 sh "$SELF" copy_part
  rm -rf -- "$WORK/parts"
  # Rsync takes two times of a directory in the same second for equal.
  (cd -- "$C" && xargs -0 -r -a "$WORK/needed.dirs" touch -c -d '1971-03-04 05:06:07 UTC' --) 2>>"$WORK/errors"
  make_directories
  [ ! -e "$WORK/holder" ] || touch -r "$WORK/holder" -- "$HOLDING" 2>>"$WORK/errors"
}

# remember_holder: the times of the directory that this path lies in, where it was archived with a
# larger one: what is copied into it must not make it differ from that manifest.
remember_holder() {
  rm -f -- "$WORK/holder"
  HOLDING=$C
  [ "$TOP" != . ] || HOLDING=${C%/*}
  [ "$KIND" != archive ] || [ "$COVER" = "$KEY" ] || [ ! -d "$HOLDING" ] || touch -r "$HOLDING" "$WORK/holder"
}

# needed_directories LIST: also those that hold what is copied.
needed_directories() {
  take needed.dirs "$DIRECTORIES_OF" "$1"
  for list in needed.others needed.linked; do
    sed -z "$PARENTS_OF" "$WORK/$list" >"$WORK/holders" && sort -z -u -o "$WORK/holders" "$WORK/holders" &&
      cat "$WORK/holders" >>"$WORK/needed.dirs" || die work
  done
  arrange needed.dirs
  make top printf '.\0'
  make below comm -z -13 "$WORK/top" "$WORK/needed.dirs"
  # What a single file lies in is not what was given.
  [ "$TOP" = . ] || cp -- "$WORK/below" "$WORK/needed.dirs" || die work
}

# cut_links: files of one inode go into one part, as only an rsync that is given
# both names sees the link. All names of such files are looked at when one is needed.
cut_links() {
  : >"$WORK/needed.linked" || die work
  [ -s "$WORK/s.hl" ] || return 0
  make linked cut -z -d / -f 3- "$WORK/s.hl"
  make inodes cut -z -d / -f 1 "$WORK/s.hl"
  arrange linked inodes
  make linked.now comm -z -12 "$WORK/needed.others" "$WORK/linked"
  [ -s "$WORK/linked.now" ] || return 0
  mv -- "$WORK/linked" "$WORK/needed.linked" || die work
  for list in needed.others needed.large; do
    make unlinked comm -z -23 "$WORK/$list" "$WORK/needed.linked"
    mv -- "$WORK/unlinked" "$WORK/$list" || die work
  done
  split -t '\0' -n "r/$JOBS" -e -a 3 "$WORK/inodes" "$WORK/inodes." || die work
  for group in "$WORK"/inodes.*; do
    make group join -z -t / "$group" "$WORK/s.hl"
    make "parts/2links.${group##*.}" cut -z -d / -f 3- "$WORK/group"
    rm -- "$group"
  done
}

# cut_parts LIST: big files alone; large ones dealt out in turn from the largest on, which gives
# parts of nearly the same size; of the others as many as make a worker's start worth while.
cut_parts() {
  for class in big holes large; do : >"$WORK/$class" || die work; done
  make needed.small comm -z -23 "$WORK/needed.others" "$WORK/needed.large"
  # A file that vanished meanwhile is no part of it; the next comparison says so.
  (cd -- "$S" && xargs -0 -r -a "$WORK/needed.large" stat --printf '%s %b//%n\0' --) >"$WORK/sizes" 2>/dev/null
  xargs -0 -r -a "$WORK/sizes" sh "$SELF" by_size "$WORK" || die work
  for class in big holes large; do
    [ ! -s "$WORK/$class" ] || sort -z -r -n -o "$WORK/$class" "$WORK/$class" || die work
    derive "$class.list" "$class" cut -z -d / -f 3- "$WORK/$class"
  done
  cut_list big.list parts/1big. -l 1 -a 6
  for class in holes large; do
    cut_list "$class.list" "parts/3$class." -n "r/$JOBS" -e -a 3
  done
  count "$WORK/needed.small"
  pieces=$((REPLY / 32 + 1))
  [ "$pieces" -le "$JOBS" ] || pieces=$JOBS
  [ $((REPLY / 8000)) -le "$pieces" ] || pieces=$((REPLY / 8000))
  whole_directories "$1" "$REPLY"
  cut_list whole.slashed parts/4whole. -n "r/$pieces" -e -a 6
  cut_list needed.named parts/4small. -n "l/$pieces" -e -a 6
}

# by_size OUT "SIZE BLOCKS//PATH"...
by_size() {
  out=$1
  shift
  for record; do
    facts=${record%%//*}
    size=${facts% *}
    entry=$size//${record#*//}
    if [ "$size" -ge "$BIG" ]; then
      printf '%s\0' "$entry" >&3
    elif [ $((${facts#* } * 512)) -lt "$size" ]; then
      printf '%s\0' "$entry" >&4
    else
      printf '%s\0' "$entry" >&5
    fi
  done 3>>"$out/big" 4>>"$out/holes" 5>>"$out/large"
}

# make_directories [OPTION]: those that are needed, with nothing in them. To rsync `.`
# in a list means all that is in it, hence the second call.
make_directories() {
  (
    # shellcheck disable=SC2086 # options
    cd -- "$S" && rsync -a $KEEP --numeric-ids --from0 --no-implied-dirs --files-from="$WORK/below" "$@" -- . "$C/"
    # shellcheck disable=SC2086 # options
    [ "$TOP" != . ] || rsync -a $KEEP --numeric-ids --dirs --exclude='*' "$@" -- ./ "$C/"
  ) >>"$WORK/errors" 2>&1
}

# copy_part PART: one worker. Its log is what the progress is read from; at its end it
# becomes a line FILES BYTES of WORK/copied.
copy_part() {
  case $1 in
    */1big.*) resumable "$1" && copy_big "$1" || copy_several "$1" ;;
    *) copy_several "$1" ;;
  esac
  log=$WORK/logs/${1##*/}
  # What it skips, a device for one, it says among its progress.
  sed -n -e 's/.*\r//' -e '/^skipping non-regular file "/w /dev/stderr' -e 's/^ *\([0-9][0-9]*\) .*(xfr#\([0-9]*\),.*/\2 \1/p' -- "$log" \
    >>"$WORK/copied" 2>>"$WORK/errors"
  rm -f -- "$log"
  return 0
}

# copy_several PART: in the archive a temporary file beside its target costs less, and sweep
# knows it again; among the files of a user it would not do.
copy_several() {
  part=$1
  set --
  [ "$KIND" != restore ] || set -- --temp-dir="$TEMPORARY"
  case $part in
    */2links.*) set -- "$@" --hard-links --sparse ;;
    */3holes.* | */1big.*) set -- "$@" --sparse ;;
    */4whole.*) set -- "$@" --max-size=99999 --chmod=Du+rwx ;;
  esac
  rsync_part "$part" "$@" -- . "$C/"
}

# rsync_part PART ARGUMENTS...
rsync_part() {
  part=$1
  shift
  [ -z "$FORCE" ] || set -- --ignore-times "$@"
  [ "$KIND" != restore ] || [ -n "$NEWER" ] || set -- --update "$@"
  # shellcheck disable=SC2086 # options
  (cd -- "$S" && rsync -a $KEEP --numeric-ids --from0 --files-from="$part" --no-implied-dirs --no-h \
    --no-inc-recursive --info=progress2 "$@") >"$WORK/logs/${part##*/}" 2>>"$WORK/errors"
}

# copy_big PART: the one file is completed in BEGINNING, a directory of its own, and moved from there.
# rsync is not asked to: 3.2.7 fails on what it finds in an absolute --partial-dir, every time
# (https://github.com/RsyncProject/rsync/issues/715).
copy_big() {
  set -- "$1" --no-relative --inplace --no-whole-file
  holes "$S/$path" && set -- "$@" --sparse
  [ -z "$FORCE" ] || rm -f -- "$BEGINNING/$name"
  resumed=''
  [ ! -e "$BEGINNING/$name" ] || resumed=1
  rsync_part "$@" -- . "$BEGINNING/"
  case $? in
    0) ! newer_there || return 0 ;;
    # What cannot be completed once is begun anew.
    23 | 24)
      [ -z "$resumed" ] || rm -rf -- "$BEGINNING"
      return 0
      ;;
    *) return 0 ;;
  esac
  mv -f -T -- "$BEGINNING/$name" "$C/$path" 2>>"$WORK/errors" && rm -rf -- "$BEGINNING"
  return 0
}

# newer_there: whether what a restore would replace has become newer than it.
newer_there() {
  [ "$KIND" = restore ] && [ -z "$NEWER" ] && [ "$C/$path" -nt "$S/$path" ]
}

# holes FILE: whether it takes less room than its size.
holes() {
  # shellcheck disable=SC2046 # two numbers
  set -- $(stat -c '%s %b' -- "$1")
  [ $((${2:-0} * 512)) -lt "${1:-0}" ]
}

# name_partials: in PARTIALS how the places begin where beginnings of this path's big files wait.
name_partials() {
  make place printf '%s\0' "$C"
  PARTIALS=$(sha256sum <"$WORK/place") || die work
  PARTIALS=$STORE/.mlo/partial/${PARTIALS%% *}-
  export PARTIALS
}

# resumable PART: whether its file can be begun in one place and moved to another as a whole. The
# place, named after the path so that the next transfer finds it, is in BEGINNING.
resumable() {
  BEGINNING=$(sha256sum <"$1") || return
  BEGINNING=$PARTIALS${BEGINNING%% *}
  path=$(tr -d '\0' <"$1" && printf .)
  path=${path%.} name=${path##*/}
  mkdir -p -- "$BEGINNING" || return
  [ "$(stat -c %d -- "$BEGINNING")" = "$(stat -c %d -- "$C/${path%/*}")" ] && return
  rm -rf -- "$BEGINNING"
  return 1
}
