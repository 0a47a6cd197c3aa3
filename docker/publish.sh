#!/usr/bin/env bash
# Builds the image and pushes it to REGISTRY/IMAGE_PATH:TAG:
#
#   export IMAGE_PATH=mlo/<your-image> TAG=<tag>
#   export LDAP_USERNAME=<gaspar> LDAP_UID=<uid> LDAP_GROUPNAME=MLO-unit LDAP_GID=83070
#   ./publish.sh
#
# REGISTRY is ic-registry.epfl.ch unless set. FORCE=1 allows the image that everybody uses, mlo/mlo-base.
# BUILD_NETWORK is docker build's --network, where its own is not enough.
# BASE_IMAGE, UV_IMAGE, GPU_PACKAGES, OH_MY_ZSH_REPOSITORY and OH_MY_ZSH_COMMIT replace the Dockerfile's own if set.
# Written for bash 3.2 too, which is what macOS has.
set -euo pipefail

say() {
  printf 'publish: %s\n' "$*" >&2
}

# hint OWN MLO: what to do, in the words of who called: `mlo image publish` sets CALLED_BY.
hint() {
  if [[ ${CALLED_BY-} == mlo ]]; then say "hint: $2"; else say "hint: $1"; fi
}

# One line per variable that is not set, or still the text of an example.
list_missing() {
  local name
  for name in IMAGE_PATH TAG LDAP_USERNAME LDAP_UID LDAP_GROUPNAME LDAP_GID; do
    if [[ -z ${!name-} ]]; then
      printf '  %s is not set\n' "$name"
    elif [[ ${!name} == *[\<\>]* ]]; then
      printf '  %s is still the placeholder %s\n' "$name" "${!name}"
    fi
  done
}

list_wrong() {
  [[ $IMAGE_PATH =~ ^[a-z0-9._/-]+$ ]] || printf '  IMAGE_PATH=%q is not a path in a registry\n' "$IMAGE_PATH"
  [[ $TAG =~ ^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$ ]] || printf '  TAG=%q is not a tag\n' "$TAG"
  [[ $LDAP_UID =~ ^[1-9][0-9]*$ ]] || printf '  LDAP_UID=%q is not a uid (find yours with: id -u)\n' "$LDAP_UID"
  [[ $LDAP_GID =~ ^[1-9][0-9]*$ ]] || printf '  LDAP_GID=%q is not a gid\n' "$LDAP_GID"
}

# refuse_if LIST: ends the script if the list has any line.
refuse_if() {
  if [[ -n $1 ]]; then
    say $'Cannot publish:\n'"$1"
    exit 2
  fi
}

# Everybody's next job would start with it.
refuse_shared_image() {
  local path="${IMAGE_PATH#/}"
  if [[ ${path%/} == mlo/mlo-base && ${FORCE-} != 1 ]]; then
    say 'Cannot publish: mlo/mlo-base is the image of the whole lab'
    hint 'choose an IMAGE_PATH of your own, or set FORCE=1' \
      'choose an --image of your own, or add --force'
    exit 2
  fi
}

# Before anything is built: a daemon that is not there is said by docker in many ways.
require_docker() {
  local reason
  if ! command -v docker >/dev/null; then
    say 'Cannot publish: docker is not installed'
    hint 'https://docs.docker.com/get-docker/' 'https://docs.docker.com/get-docker/'
    exit 1
  fi
  if ! reason="$(docker version --format '{{.Server.Version}}' 2>&1 >/dev/null)"; then
    say "Cannot publish: docker does not answer: ${reason##*$'\n'}"
    case $reason in
      *'permission denied'*) set -- "your account may not use docker: sudo usermod -aG docker $(id -un), then log in again" ;;
      *) set -- 'start Docker (Docker Desktop, or: sudo systemctl start docker), then: docker version' ;;
    esac
    hint "$1" "$1"
    exit 1
  fi
}

build_failed() {
  say "Cannot build $1: docker has said why"
  if [[ ${BUILD_NETWORK-} == host ]]; then
    # A builder in a container made by a buildx before 0.13 refuses it: github.com/docker/buildx/issues/2255
    set -- "if it says \"network.host is not allowed\": unset BUILD_NETWORK, or use docker's own builder: docker buildx use default"
    hint "$1" "$1"
  fi
}

push_failed() {
  say "Cannot push $1: it was built and is on this machine"
  hint "docker login ${1%%/*}, and push only to an IMAGE_PATH that is yours" \
    "docker login ${1%%/*}, and push only to an --image whose path is yours"
}

build_and_push() {
  local image="$1" name args=()
  for name in LDAP_USERNAME LDAP_UID LDAP_GROUPNAME LDAP_GID \
    BASE_IMAGE UV_IMAGE GPU_PACKAGES OH_MY_ZSH_REPOSITORY OH_MY_ZSH_COMMIT; do
    if [[ -n ${!name+set} ]]; then args+=(--build-arg "$name=${!name}"); fi
  done
  say "Building $image"
  [[ -z ${BUILD_NETWORK-} ]] || args+=(--network "$BUILD_NETWORK")
  docker build --platform linux/amd64 "${args[@]}" --tag "$image" . || {
    build_failed "$image"
    return 1
  }
  say "Pushing $image"
  docker push "$image" || {
    push_failed "$image"
    return 1
  }
  say "Published $image"
}

main() {
  refuse_if "$(list_missing)"
  refuse_if "$(list_wrong)"
  refuse_shared_image
  require_docker
  cd -- "$(dirname -- "${BASH_SOURCE[0]}")"
  build_and_push "${REGISTRY:-ic-registry.epfl.ch}/$IMAGE_PATH:$TAG"
}

main "$@"
