//! Sources of the apps that are measured. The same request gives the same files.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use abi::language::Language;

use crate::Result;

/// What an app is made for. Every app has the function `answer`, which takes a text and greets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// This many functions in total; every tenth has a record type of its own for argument and result.
    Functions(usize),
    /// This many KiB of data that the module brings along.
    Image(usize),
    /// This many KiB of data that the app makes when it is initialised. `reads` reads a word of each page of it, `writes`
    /// writes one.
    Data(usize),
    /// A function `items` that answers as many small objects as it is asked for.
    Answers,
}

impl Kind {
    /// Part of file names.
    pub(crate) fn name(self) -> String {
        match self {
            Self::Functions(count) => format!("functions-{count}"),
            Self::Image(kibibytes) => format!("image-{kibibytes}"),
            Self::Data(kibibytes) => format!("data-{kibibytes}"),
            Self::Answers => "answers".into(),
        }
    }
}

/// Words of 8 bytes in a KiB.
const WORDS: usize = 128;

/// Data, and functions that touch all pages of 4 KiB of it.
const ASSEMBLYSCRIPT_DATA: &str = "
const table = fill(WORDS);

function fill(words: i32): StaticArray<u64> {
  const table = new StaticArray<u64>(words);
  let state: u64 = 0x9e3779b97f4a7c15;
  for (let at = 0; at < words; at++) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    table[at] = state;
  }
  return table;
}

/** Reads a word of each page. */
export function reads(): u64 {
  let sum: u64 = 0;
  for (let at = 0; at < table.length; at += 512) sum += table[at];
  return sum;
}

/** Writes a word of each page. */
export function writes(): u64 {
  for (let at = 0; at < table.length; at += 512) table[at] += 1;
  return table[0];
}
";

/// The same. The atomic addition keeps TinyGo from making the data itself, which takes it very long.
const GO_DATA: &str = "
var table = fill(WORDS)

var started uint64

func fill(words int) []uint64 {
	table := make([]uint64, words)
	state := uint64(0x9e3779b97f4a7c14) + atomic.AddUint64(&started, 1)
	for at := range table {
		state ^= state << 13
		state ^= state >> 7
		state ^= state << 17
		table[at] = state
	}
	return table
}

// Reads a word of each page.
func Reads() uint64 {
	sum := uint64(0)
	for at := 0; at < len(table); at += 512 {
		sum += table[at]
	}
	return sum
}

// Writes a word of each page.
func Writes() uint64 {
	for at := 0; at < len(table); at += 512 {
		table[at]++
	}
	return table[0]
}
";

/// Writes an app's files into a folder.
type Writer = fn(Kind, &Path) -> Result<()>;

const WRITERS: [(Language, Writer); 2] = [(Language::AssemblyScript, write_assemblyscript), (Language::Go, write_go)];

/// Writes the sources of an app into `folder`, which is made anew.
pub(crate) fn write(language: Language, kind: Kind, folder: &Path) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    let writer = WRITERS.into_iter().find(|(known, _)| *known == language);
    let (_, write) = writer.ok_or_else(|| format!("no app can be made in {language}"))?;
    write(kind, folder)
}

fn write_assemblyscript(kind: Kind, folder: &Path) -> Result<()> {
    fs::create_dir_all(folder.join("assembly"))?;
    let name = kind.name();
    let package =
        format!("{{\"name\": \"{name}\", \"version\": \"1.0.0\", \"private\": true, \"type\": \"module\"}}\n");
    fs::write(folder.join("package.json"), package)?;
    fs::write(folder.join("assembly/index.ts"), assemblyscript(kind)?)?;
    Ok(())
}

fn write_go(kind: Kind, folder: &Path) -> Result<()> {
    fs::create_dir_all(folder)?;
    // The benchmark of values has the SDK and its sums already.
    let values = Path::new("benchmarks/values/guests/go/values");
    fs::copy(values.join("go.sum"), folder.join("go.sum"))?;
    // The build tool names its output after the module.
    let module = fs::read_to_string(values.join("go.mod"))?;
    fs::write(folder.join("go.mod"), module.replacen("module values", &format!("module {}", kind.name()), 1))?;
    if let Kind::Image(kibibytes) = kind {
        fs::write(folder.join("image.bin"), image(kibibytes << 10))?;
    }
    fs::write(folder.join("main.go"), go(kind)?)?;
    Ok(())
}

/// Bytes without zeros and without repetition, so that nothing can leave parts of them out.
fn image(length: usize) -> Vec<u8> {
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()[3] | 1
    };
    (0..length).map(|_| next()).collect()
}

fn assemblyscript(kind: Kind) -> Result<String> {
    let mut text = String::from(
        "/** Greets. */\nexport function answer(text: string): string {\n  return \"Hello, \" + text + \"!\";\n}\n",
    );
    match kind {
        Kind::Functions(count) => {
            for at in 1..count {
                if at % 10 == 0 {
                    writeln!(
                        text,
                        "\nclass Record{at:05} {{\n  id: i64 = 0;\n  name: string = \"\";\n  score: f64 = 0;\n  active: bool = \
                         false;\n}}\n\n/** Raises the score of record {at}. */\nexport function function{at:05}(record: \
                         Record{at:05}): Record{at:05} {{\n  record.score = record.score * 1.5 + {at};\n  return record;\n}}"
                    )?;
                } else {
                    writeln!(
                        text,
                        "\n/** Text and number of function {at}. */\nexport function function{at:05}(text: string, count: i32): \
                         string {{\n  return text + (count * {at} + 7).toString();\n}}"
                    )?;
                }
            }
        }
        Kind::Answers => text.push_str(
            "\nclass Item {\n  id: i32 = 0;\n  name: string = \"\";\n  score: f64 = 0;\n}\n\nexport function items(count: i32): \
             Item[] {\n  const all = new Array<Item>(count);\n  for (let at = 0; at < count; at++) {\n    const item = new \
             Item();\n    item.id = at;\n    item.name = \"A small object\";\n    item.score = <f64>at * 0.5;\n    all[at] = \
             item;\n  }\n  return all;\n}\n",
        ),
        Kind::Data(kibibytes) => text.push_str(&ASSEMBLYSCRIPT_DATA.replace("WORDS", &(kibibytes * WORDS).to_string())),
        Kind::Image(_) => return Err("images are made with Go, whose compiler embeds files".into()),
    }
    Ok(text)
}

fn go(kind: Kind) -> Result<String> {
    let imports = match kind {
        Kind::Functions(_) => "import \"strconv\"\n\n",
        Kind::Image(_) => "import _ \"embed\"\n\n//go:embed image.bin\nvar image string\n\n",
        Kind::Data(_) => "import \"sync/atomic\"\n\n",
        Kind::Answers => "",
    };
    let mut text = format!(
        "package main\n\n{imports}// Greets.\nfunc Answer(text string) string {{\n\treturn \"Hello, \" + text + \"!\"\n}}\n"
    );
    match kind {
        Kind::Functions(count) => {
            for at in 1..count {
                if at % 10 == 0 {
                    writeln!(
                        text,
                        "\ntype Record{at:05} struct {{\n\tId     int64\n\tName   string\n\tScore  float64\n\tActive \
                         bool\n}}\n\n// Raises the score of record {at}.\nfunc Function{at:05}(record Record{at:05}) \
                         Record{at:05} {{\n\trecord.Score = record.Score*1.5 + {at}\n\treturn record\n}}"
                    )?;
                } else {
                    writeln!(
                        text,
                        "\n// Text and number of function {at}.\nfunc Function{at:05}(text string, count int32) string \
                         {{\n\treturn text + strconv.Itoa(int(count)*{at}+7)\n}}"
                    )?;
                }
            }
        }
        Kind::Data(kibibytes) => text.push_str(&GO_DATA.replace("WORDS", &(kibibytes * WORDS).to_string())),
        Kind::Image(_) => text.push_str("\n// A byte of the image.\nfunc Byte(at int32) int32 {\n\treturn int32(image[at])\n}\n"),
        Kind::Answers => text.push_str(
            "\ntype Item struct {\n\tId    int32\n\tName  string\n\tScore float64\n}\n\nfunc Items(count int32) []Item \
             {\n\tall := make([]Item, count)\n\tfor at := range all {\n\t\tall[at] = Item{int32(at), \"A small object\", \
             float64(at) * 0.5}\n\t}\n\treturn all\n}\n",
        ),
    }
    Ok(text)
}
