# What the commands of a page find: functions that make small modules, and one server at a time.

# module FILE [SECTION TEXT]…: a module of custom sections alone, with an empty manifest beside it.
module() {
  local file=$1
  shift
  [ -e modus.json ] || echo '{}' >modus.json
  printf '\0asm\1\0\0\0' >"$file"
  while [ $# -gt 0 ]; do
    part 0 "$(byte ${#1})$(hex "$1")$(hex "$2")" >>"$file"
    shift 2
  done
}

# app FILE METADATA [EXPORT]…: a module of an app. Each export is a function without parameters that answers 1. `start` is the
# name of its start function, and `import` the functions that it imports: the first has no result, others answer a number.
app() {
  local file=$1 metadata=$2 first=0 imports="" exports name
  shift 2
  module "$file" modus_metadata_version $'\2' modus_metadata "$metadata"
  for name in ${import:-}; do
    imports+="$(name "${name%.*}")$(name "${name#*.}")00$(byte $((first == 0)))"
    first=$((first + 1))
  done
  imports="${imports:+$(byte "$first")$imports}"
  exports="$(name "${start:-_initialize}")00$(byte $((first + 1)))"
  for name in "$@"; do
    exports+="$(name "$name")00$(byte "$first")"
  done
  {
    part 1 026000017f600000
    [ -z "$imports" ] || part 2 "$imports"
    part 3 020001
    part 7 "$(byte $(($# + 1)))$exports"
    part 10 02040041010b02000b
  } >>"$file"
}

byte() { printf '%02x' "$1"; }
hex() { printf '%s' "$1" | od -An -v -tx1 | tr -d ' \n'; }
name() { printf '%s%s' "$(byte ${#1})" "$(hex "$1")"; }

# part NUMBER HEX: its length takes two bytes.
part() {
  local length=$((${#2} / 2))
  printf '%b' "$(printf '%02x%02x%02x%s' "$1" $((length % 128 + 128)) $((length / 128)) "$2" | sed 's/../\\x&/g')"
}

server=
stop_server() {
  if [ -n "$server" ]; then
    kill -TERM -- "-$server" 2>/dev/null
    wait "$server" 2>/dev/null
    server=
  fi
}
trap stop_server EXIT

# Waits until something listens, or the server has ended.
wait_for_server() {
  for _ in $(seq 6000); do
    if (exec 3<>"/dev/tcp/127.0.0.1/$PORT") 2>/dev/null; then return; fi
    kill -0 "$server" 2>/dev/null || break
    sleep 0.1
  done
  echo "nobody listens on port $PORT" >>"$STEPS/$1.out"
  exit 1
}

# check STEP STATUS works|fails: ends the page where a command ends otherwise.
check() {
  echo "$2" >"$STEPS/$1.status"
  case "$3:$2" in
    works:0 | fails:[1-9]*) ;;
    *) exit 1 ;;
  esac
}
