# shellcheck shell=bash
# 2. Identity: the user's account, groups and home. Runs as root.

# An existing line with the name or the id goes, the wanted line comes: nothing is ever there twice. Other
# groups that had the old account as a member get the new one. The files are written here and not by useradd
# and usermod: usermod refuses an account that has processes, and a pod started as NB_UID is such a process;
# and both put a new file in the old one's place, which fails where the container runtime has mounted an
# /etc/passwd with an entry for the uid. In a pod that is just starting nobody else writes these files.
write_accounts() {
  local -A gone=([$NB_USER]=1)
  [[ -w /etc/passwd && -w /etc/shadow && -w /etc/group ]] ||
    die 73 "Cannot make the account $NB_USER: the pod's root file system is read-only, start it without readOnlyRootFilesystem"
  write_users
  write_groups
}

write_users() {
  local line lines passwd=() shadow=()
  mapfile -t lines </etc/passwd
  for line in "${lines[@]}"; do
    if [[ $line =~ ^([^:]+):[^:]*:([^:]*): ]] &&
      [[ ${BASH_REMATCH[1]} == "$NB_USER" || ${BASH_REMATCH[2]} == "$NB_UID" ]]; then
      gone[${BASH_REMATCH[1]}]=1
    else
      passwd+=("$line")
    fi
  done
  passwd+=("$NB_USER:x:$NB_UID:$NB_GID::/home/$NB_USER:/bin/zsh")

  mapfile -t lines </etc/shadow
  for line in "${lines[@]}"; do
    [[ -v "gone[${line%%:*}]" ]] || shadow+=("$line")
  done
  shadow+=("$NB_USER:*:$((EPOCHSECONDS / 86400)):0:99999:7:::") # "*": no password fits

  printf '%s\n' "${shadow[@]}" >/etc/shadow
  printf '%s\n' "${passwd[@]}" >/etc/passwd
}

write_groups() {
  local line lines name members old_members='' group=() gshadow=()
  local -A gone_group=([$NB_GROUP]=1)
  mapfile -t lines </etc/group
  for line in "${lines[@]}"; do
    [[ $line =~ ^([^:]+):[^:]*:([^:]*):(.*)$ ]] || continue
    name="${BASH_REMATCH[1]}"
    if [[ $name == "$NB_GROUP" || ${BASH_REMATCH[2]} == "$NB_GID" ]]; then
      gone_group[$name]=1
      old_members+=",${BASH_REMATCH[3]}"
    else
      replace_members "$name" "${BASH_REMATCH[3]}"
      group+=("${line%:*}:$members")
    fi
  done
  replace_members "$NB_GROUP" "$old_members"
  group+=("$NB_GROUP:x:$NB_GID:$members")

  mapfile -t lines </etc/gshadow
  for line in "${lines[@]}"; do
    [[ $line == *:*:*:* && ! -v "gone_group[${line%%:*}]" ]] || continue
    replace_members "${line%%:*}" "${line##*:}"
    gshadow+=("${line%:*}:$members")
  done
  replace_members "$NB_GROUP" "$old_members"
  gshadow+=("$NB_GROUP:!::$members")

  printf '%s\n' "${gshadow[@]}" >/etc/gshadow
  printf '%s\n' "${group[@]}" >/etc/group
}

# replace_members GROUP LIST: sets members to the list with the account in place of those that are gone.
replace_members() {
  local member
  local -A seen=()
  members=
  case $1 in sudo | adm) set -- "$1" "$2,$NB_USER" ;; esac
  for member in ${2//,/ }; do
    if [[ -v "gone[$member]" ]]; then member=$NB_USER; fi
    if [[ ! -v "seen[$member]" ]]; then members+="${members:+,}$member"; fi
    seen[$member]=1
  done
}

# By uid: a name could be an alias in sudo's grammar, and the file's own name may hold no dot.
allow_sudo() {
  umask 0337
  printf '#%s ALL=(ALL:ALL) NOPASSWD: ALL\n' "$NB_UID" >/etc/sudoers.d/pod
  umask 022
}

# A /home that is an export is not root's to write; what root makes there is nobody's.
make_home() {
  local home="/home/$NB_USER" reason
  if reason="$(exec install -d -o "$NB_UID" -g "$NB_GID" -m 0700 -- /run/mlo "$home" 2>&1)"; then return; fi
  rmdir -- "$home" 2>/dev/null || true
  as_user mkdir -p -m 0700 -- "$home" 2>/dev/null || true
  as_user "$0" --usable "$home" ||
    die 73 "Cannot make $home as root or as $NB_USER ($NB_UID:$NB_GID): ${reason##*: }"
}
