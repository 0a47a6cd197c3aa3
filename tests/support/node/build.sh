#!/usr/bin/env bash
# build.sh OUT: builds kubelet, kube-scheduler, kube-controller-manager and
# kube-apiserver into OUT, out of Debian's own source package. Four minutes on
# two processors. Needs golang-1.19-go and golang-github-modern-go-reflect2-dev.
set -euo pipefail

readonly RELEASE=bookworm
readonly VERSION=1.20.2
readonly VENDOR=k8s.io/kubernetes/vendor

# This machine's own package source, asked for sources.
# Outputs: a deb-src line.
source_line() {
  local line
  line=$(awk -v RS= -v release="$RELEASE" '
    /Suites:[^\n]*/ && $0 ~ release && !/security/ {
      uri = key = ""
      count = split($0, lines, "\n")
      for (at = 1; at <= count; at++) {
        split(lines[at], words, " ")
        if (lines[at] ~ /^URIs:/) uri = words[2]
        if (lines[at] ~ /^Signed-By:/) key = "[signed-by=" words[2] "] "
      }
      if (uri) { print "deb-src " key uri " " release " main"; exit }
    }' /etc/apt/sources.list.d/*.sources 2>/dev/null || true)
  [[ -n $line ]] ||
    line=$(sed -nE "s/^deb (.*$RELEASE main.*)/deb-src \1/p" /etc/apt/sources.list | head -n 1)
  printf '%s\n' "$line"
}

# Fetches the source package into the work directory, the machine's own lists left as they are.
fetch() {
  local work=$1 apt
  mkdir -p "$work/lists/partial"
  source_line >"$work/sources.list"
  apt=(apt-get -qq
    -o "Dir::Etc::sourcelist=$work/sources.list" -o Dir::Etc::sourceparts=/dev/null
    -o "Dir::State::lists=$work/lists" -o Dir::Cache::srcpkgcache= -o Dir::Cache::pkgcache=
    -o APT::Sandbox::User=root)
  "${apt[@]}" update
  (cd "$work" && "${apt[@]}" source --download-only kubernetes &&
    tar xzf kubernetes_*"$VERSION".orig.tar.gz)
}

# What the sources of 2021 need to be built today.
adapt() {
  # Its own copy crashes in programs that Go 1.18 or later has built.
  rm -rf vendor/github.com/modern-go/reflect2
  cp -r /usr/share/gocode/src/github.com/modern-go/reflect2 vendor/github.com/modern-go/
  # A tree without git does not know its version, and kubectl asks for it.
  sed -i -e "s/gitVersion  .*= \"v.*/gitVersion string = \"v$VERSION\"/" \
    -e 's/^\tgitMajor string .*/\tgitMajor string = "1"/' \
    -e 's/^\tgitMinor string .*/\tgitMinor string = "20"/' \
    staging/src/k8s.io/{component-base,client-go/pkg}/version/base.go
}

# The API server's description of its own types, which the package leaves to be generated.
generate_openapi() {
  local work=$1 room file inputs=
  go build -o "$work/openapi-gen" "$VENDOR/k8s.io/kube-openapi/cmd/openapi-gen"
  for room in api apiextensions-apiserver apimachinery apiserver client-go kube-aggregator metrics; do
    while read -r file; do
      inputs+="$VENDOR/${file%/*}"$'\n'
    done < <(cd vendor && grep -Rl --include='*.go' '+k8s:openapi-gen=' "k8s.io/$room/")
  done
  "$work/openapi-gen" --go-header-file hack/boilerplate/boilerplate.generatego.txt \
    -O zz_generated.openapi -p k8s.io/kubernetes/pkg/generated/openapi \
    -i "$(sort -u <<<"${inputs%$'\n'}" | paste -sd,)" -r "$work/violations"
}

main() {
  local out work program
  out=$(readlink -m "$1")
  mkdir -p "$out"
  work=$(mktemp -d)
  # Go makes directories that only chmod can empty.
  # shellcheck disable=SC2064
  trap "chmod -R u+w '$work'; rm -rf '$work'" EXIT
  fetch "$work"
  cd "$work/kubernetes-$VERSION"
  adapt
  export PATH=/usr/lib/go-1.19/bin:$PATH CGO_ENABLED=0 GO111MODULE=off GOFLAGS=
  export GOPATH=$PWD/.go GOCACHE=$work/cache HOME=$work
  mkdir -p .go/src/k8s.io
  ln -s ../../.. .go/src/k8s.io/kubernetes
  cd .go/src/k8s.io/kubernetes
  for program in kubelet kube-scheduler kube-controller-manager kube-apiserver; do
    [[ $program != kube-apiserver ]] || generate_openapi "$work"
    go build -ldflags '-s -w' -o "$out/$program" "k8s.io/kubernetes/cmd/$program"
  done
}

main "$@"
