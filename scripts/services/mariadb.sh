#!/usr/bin/env bash
# Installs MariaDB's server from Debian, and makes an empty database in the cache, once for each version. Prints its folder.
#
# Tests copy the folder and start `mariadbd` on the copy: tests/src/services/mariadb.rs. The server refuses to run as root, so
# the folder belongs to `nobody` where root runs this.
set -euo pipefail

here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
. "$here/../install-once.sh"
# Debian 12 has 10.11. Without the service that the package mariadb-server starts.
PACKAGES=(mariadb-server-core mariadb-client-core)
RECIPE=2 # raise it when the steps below change

lock mariadb
if [ ! -x /usr/sbin/mariadbd ] || [ ! -x /usr/bin/my_print_defaults ]; then
  echo "mariadb: installing ${PACKAGES[*]}" >&2
  install_packages "${PACKAGES[@]}"
fi

version="$(/usr/sbin/mariadbd --no-defaults --version | tr -c 'A-Za-z0-9.\n' '-')"
home="$MODUSC_CACHE/mariadb-$RECIPE-$(sha256sum <<<"$version" | cut -c1-16)"

if ! is_installed "$home"; then
  echo "mariadb: making an empty database" >&2
  rm -rf "$home"
  # Where nobody may go, unlike the cache.
  work="$(mktemp -d)"
  trap 'rm -rf "$work"' EXIT
  as_user=()
  if [ "$(id -u)" = 0 ]; then
    # With --user instead, folders of the installed package would change their owner, too.
    as_user=(setpriv --reuid=nobody --regid=nogroup --clear-groups)
    chown nobody:nogroup "$work"
  fi
  cd "$work"
  "${as_user[@]}" mariadb-install-db --no-defaults --datadir="$work/data" --auth-root-authentication-method=normal \
    --skip-test-db --innodb-log-file-size=4M >"$work/log" 2>&1 || { cat "$work/log" >&2; exit 1; }
  mkdir -p "$home"
  cp -a "$work/data" "$home/data"
  installed "$home"
fi
echo "$home/data"
