#!/usr/bin/env bash
# Installs Neo4j with what it needs from Maven Central, and a small program that starts it, once for each version. Prints the
# class path to start it with:
#
#     java -cp CLASSPATH Service FOLDER SETTINGS PASSWORD
#
# tests/src/services/neo4j.rs does so.
set -euo pipefail

here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
. "$here/../toolchain-env.sh"
# The version of Neo4j stands in neo4j/pom.xml.
JDK_PACKAGE=openjdk-17-jdk-headless

key="$(cat "$here"/neo4j/* | sha256sum | cut -c1-16)"
home="$MODUSC_CACHE/neo4j-$key"

mkdir -p "$MODUSC_CACHE"
exec 8>"$MODUSC_CACHE/.neo4j-lock"
flock 8 # tests ask for it side by side

if [ ! -f "$home/installed" ]; then
  missing=()
  command -v javac >/dev/null || missing+=("$JDK_PACKAGE")
  command -v mvn >/dev/null || missing+=(maven)
  if [ ${#missing[@]} -gt 0 ]; then
    echo "neo4j: installing ${missing[*]}" >&2
    as_root=()
    [ "$(id -u)" = 0 ] || as_root=(sudo)
    install=(env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}")
    # The package lists may be absent or old; they are only fetched when the first attempt fails.
    "${as_root[@]}" "${install[@]}" >&2 || { "${as_root[@]}" apt-get update -qq >&2 && "${as_root[@]}" "${install[@]}" >&2; }
  fi
  echo "neo4j: installing Neo4j" >&2
  rm -rf "$home"
  mkdir -p "$home"
  mvn --quiet --batch-mode --file "$here/neo4j/pom.xml" dependency:copy-dependencies -DoutputDirectory="$home/lib" >&2
  javac -cp "$home/lib/*" -d "$home" "$here/neo4j/Service.java" >&2
  touch "$home/installed"
fi
echo "$home:$home/lib/*"
