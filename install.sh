#!/bin/sh
# Installs mlo for the user who runs it:
#
#     curl -fsSL https://github.com/epfml/mlo/releases/latest/download/install.sh | sh
#
# MLO_BIN      the directory to install to (~/.local/bin)
# MLO_VERSION  a version, such as 0.1.0, instead of the newest
# MLO_MIRROR   a server that has the addresses below as MIRROR/HOST/PATH
set -eu

RELEASES=github.com/epfml/mlo/releases
# What the program needs of a Linux system.
GLIBC_MAJOR=2
GLIBC_MINOR=27

fail() {
  printf 'install.sh: %s\n' "$1" >&2
  exit 1
}

# The name of this machine's file in a release.
file_of_platform() {
  case $(uname -s) in
    Linux) os=linux ;;
    Darwin) os=darwin ;;
    *) fail "mlo is for Linux and macOS (on Windows: within WSL), not for $(uname -s)" ;;
  esac
  case $(uname -m) in
    x86_64 | amd64) arch=amd64 ;;
    arm64 | aarch64) arch=arm64 ;;
    *) fail "mlo is for x86-64 and ARM64 processors, not for $(uname -m)" ;;
  esac
  if [ "$os" = linux ]; then check_glibc; fi
  printf 'mlo-%s-%s\n' "$os" "$arch"
}

check_glibc() {
  version=$(getconf GNU_LIBC_VERSION 2>/dev/null) || version=
  version=${version#glibc }
  [ -n "$version" ] ||
    fail "mlo needs a Linux with glibc; this one has another C library (Alpine's musl, for instance)"
  major=${version%%.*}
  minor=${version#*.}
  minor=${minor%%.*}
  if [ "$major" -lt $GLIBC_MAJOR ] ||
    { [ "$major" -eq $GLIBC_MAJOR ] && [ "$minor" -lt $GLIBC_MINOR ]; }; then
    fail "mlo needs glibc $GLIBC_MAJOR.$GLIBC_MINOR or newer; this system has $version"
  fi
}

# Downloads the address $1 to the file $2.
download() {
  if command -v curl >/dev/null; then
    # A redirect may not leave the scheme of the address.
    scheme=${1%%:*}
    curl --fail --silent --show-error --location --connect-timeout 10 \
      --proto "=$scheme" --proto-redir "=$scheme" \
      --output "$2" -- "$1" || fail "cannot download $1"
  elif command -v wget >/dev/null; then
    wget -q -T 30 -O "$2" -- "$1" || fail "cannot download $1"
  else
    fail "curl is needed for the download"
  fi
}

sha256_of() {
  if command -v sha256sum >/dev/null; then
    sum=$(sha256sum <"$1")
  elif command -v shasum >/dev/null; then
    sum=$(shasum -a 256 <"$1")
  else
    fail "sha256sum or shasum is needed to verify the download"
  fi
  printf '%s\n' "${sum%% *}"
}

# The sum of the file $2 in the list $1.
listed_sum() {
  while read -r sum name; do
    if [ "${name#\*}" = "$2" ]; then
      printf '%s\n' "$sum"
      return 0
    fi
  done <"$1"
  fail "the list of sums does not name $2"
}

# Puts the manual page of the release $1 beside the program, where man looks.
install_manual() {
  pages=${bin%/bin}/share/man/man1
  [ "$bin" != "${bin%/bin}" ] || return 1
  download "$1/mlo.1" "$work/mlo.1"
  [ "$(sha256_of "$work/mlo.1")" = "$(listed_sum "$work/SHA256SUMS" mlo.1)" ] || return 1
  mkdir -p "$pages" && mv -f "$work/mlo.1" "$pages/mlo.1"
}

# The line that puts the directory on the PATH, here and in every new terminal. Those of
# macOS start login shells, in which bash reads no .bashrc.
path_line() {
  shell=$(basename "${SHELL:-bash}")
  case $shell in
    fish)
      printf 'Paste this line, here: fish_add_path %s\n' "$bin"
      return
      ;;
    bash) case $(uname -s) in Darwin) profile=.bash_profile ;; *) profile=.bashrc ;; esac ;;
    *) profile=.${shell}rc ;;
  esac
  # shellcheck disable=SC2016 # the shell that starts next is to expand it
  printf 'Paste this line, here: echo '\''export PATH="%s:$PATH"'\'' >> ~/%s && export PATH="%s:$PATH"\n' \
    "$bin" "$profile" "$bin"
}

main() {
  bin=${MLO_BIN:-$HOME/.local/bin}
  file=$(file_of_platform)
  base=https://$RELEASES
  if [ -n "${MLO_MIRROR:-}" ]; then base=${MLO_MIRROR%/}/$RELEASES; fi
  if [ -n "${MLO_VERSION:-}" ]; then
    base=$base/download/v$MLO_VERSION
  else
    base=$base/latest/download
  fi

  mkdir -p "$bin" 2>/dev/null || fail "cannot make the directory $bin: set MLO_BIN to one of yours"
  # Beside its place, so that one rename puts it there whole.
  work=$(mktemp -d "$bin/.mlo-install.XXXXXX" 2>/dev/null) ||
    fail "cannot write to $bin: set MLO_BIN to a directory of yours"
  trap 'rm -rf "$work"' EXIT
  trap 'exit 130' INT TERM

  printf 'Downloading %s …\n' "$file"
  download "$base/SHA256SUMS" "$work/SHA256SUMS"
  download "$base/$file" "$work/mlo"
  wanted=$(listed_sum "$work/SHA256SUMS" "$file")
  found=$(sha256_of "$work/mlo")
  [ "$found" = "$wanted" ] ||
    fail "the download is not the released file: its SHA-256 is $found, not $wanted"

  chmod 755 "$work/mlo"
  version=$("$work/mlo" --version 2>/dev/null) ||
    fail "the program does not run on this machine"
  mv -f "$work/mlo" "$bin/mlo" || fail "cannot write $bin/mlo"

  # A courtesy: the program is whole without it.
  (install_manual "$base") 2>/dev/null || :

  printf 'Installed %s to %s/mlo\n' "$version" "$bin"
  case :$PATH: in
    *":$bin:"*) ;;
    *)
      path_line
      ;;
  esac
  printf 'Next: mlo init\n'
}

main "$@"
