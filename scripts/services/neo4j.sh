#!/usr/bin/env bash
# Installs Neo4j with what it needs from Maven Central, and a small program that starts it, once for each version. Prints the
# class path to start it with:
#
#     java -cp CLASSPATH Service FOLDER SETTINGS PASSWORD
#
# tests/src/services/neo4j.rs does so.
set -euo pipefail

here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
. "$here/../install-once.sh"
# The version of Neo4j stands in neo4j/pom.xml.
JDK_PACKAGE=openjdk-17-jdk-headless

key="$(cat "$here"/neo4j/* | sha256sum | cut -c1-16)"
home="$MODUSC_CACHE/neo4j-$key"

lock neo4j
if ! is_installed "$home"; then
  missing=()
  command -v javac >/dev/null || missing+=("$JDK_PACKAGE")
  command -v mvn >/dev/null || missing+=(maven)
  if [ ${#missing[@]} -gt 0 ]; then
    echo "neo4j: installing ${missing[*]}" >&2
    install_packages "${missing[@]}"
  fi
  echo "neo4j: installing Neo4j" >&2
  rm -rf "$home"
  mkdir -p "$home"
  mvn --quiet --batch-mode --file "$here/neo4j/pom.xml" dependency:copy-dependencies -DoutputDirectory="$home/lib" >&2
  javac -cp "$home/lib/*" -d "$home" "$here/neo4j/Service.java" >&2
  installed "$home"
fi
echo "$home:$home/lib/*"
