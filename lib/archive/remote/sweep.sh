# What rsync left in the copy, and what must not stay there.

# sweep: removes from the copy the temporary files (.NAME.XXXXXX) of rsync that was
# killed; only what neither the source nor the manifest has and what is named after a
# file of the source.
sweep() {
  make unknown comm -z -23 "$WORK/extra" "$WORK/old.copy.cmp"
  [ -s "$WORK/unknown" ] || return 0
  make leftovers apply leftovers unknown
  [ -s "$WORK/leftovers" ] || return 0
  (cd -- "$C" && xargs -0 -r -a "$WORK/leftovers" rm -f --) 2>>"$WORK/errors"
  list_copy
  compare_lists
}

leftovers() {
  for record; do
    path=${record%%//*}
    name=${path##*/}
    case $name in .*.??????) ;; *) continue ;; esac
    case ${record#"$path"//} in f*) ;; *) continue ;; esac
    if [ -e "$S/$path" ] || [ -L "$S/$path" ]; then continue; fi
    stem=${name#.}
    stem=${stem%.*}
    # A long name is cut by rsync.
    for source in "$S/${path%/*}/$stem" "$S/${path%/*}/.$stem" "$S/${path%/*}/$stem"*; do
      [ -e "$source" ] || [ -L "$source" ] || continue
      [ "${source##*/}" = "$stem" ] || [ "${source##*/}" = ".$stem" ] || [ ${#stem} -gt 200 ] || continue
      printf '%s\0' "$path"
      break
    done
  done
}
