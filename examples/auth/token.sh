#!/usr/bin/env bash
# Stands in for an identity provider, to try the example with: makes a key, and tokens signed with it.
#
#     token.sh keys                 the value of MODUS_PEMS with the public key
#     token.sh token CLAIMS         a token with these claims, which are a JSON object
#
# The key is kept in the file that AUTH_KEY names, else in examples-auth-key.pem in the folder for temporary files. Needs openssl.
set -euo pipefail
key="${AUTH_KEY:-${TMPDIR:-/tmp}/examples-auth-key.pem}"
[ -f "$key" ] || (umask 077 && openssl genrsa -out "$key" 2048 2>/dev/null)

base64url() { openssl base64 -A | tr '+/' '-_' | tr -d '='; }

case "${1:-}" in
  keys)
    # A name for the key, and its PEM text in one line: \n stands for the ends of lines, as in any JSON.
    printf '{"try": "%s"}\n' "$(openssl pkey -in "$key" -pubout | awk '{printf "%s\\n", $0}')"
    ;;
  token)
    message="$(printf '%s' '{"alg":"RS256","typ":"JWT"}' | base64url).$(printf '%s' "${2:?CLAIMS are missing}" | base64url)"
    printf '%s.%s\n' "$message" "$(printf '%s' "$message" | openssl dgst -sha256 -sign "$key" -binary | base64url)"
    ;;
  *)
    echo "usage: token.sh keys | token.sh token CLAIMS" >&2
    exit 2
    ;;
esac
