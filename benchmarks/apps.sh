# The apps that are measured, NAME=FOLDER. Sourced in the root of the source tree.
#
# In both languages a small one, and one that links http, models and JSON of the SDK, as most apps do. All have the field
# `sayHello`.

APPS=(
  "Go=examples/people"
  "Go with SDK=tests/guests/go/crowd"
  "AssemblyScript=benchmarks/apps/assemblyscript/people"
  "AssemblyScript with SDK=tests/guests/assemblyscript/crowd"
)

app_folder() { # NAME=FOLDER
  echo "${1#*=}"
}

# A name for files: `go`, `go-sdk`, `assemblyscript`, `assemblyscript-sdk`.
app_file() { # NAME=FOLDER
  tr '[:upper:]' '[:lower:]' <<<"${1%%=*}" | sed 's/ with /-/'
}
