//! Debug information made by hand, whole and damaged.

use proptest::prelude::*;

use super::*;

/// Abbreviations: code, tag, whether there are children, attributes with their forms.
type Abbreviation = (u8, dw::DwTag, bool, &'static [(dw::DwAt, dw::DwForm)]);

const NAME: (dw::DwAt, dw::DwForm) = (dw::DW_AT_name, dw::DW_FORM_string);
const TYPE: (dw::DwAt, dw::DwForm) = (dw::DW_AT_type, dw::DW_FORM_ref_addr);
const SIZE: (dw::DwAt, dw::DwForm) = (dw::DW_AT_byte_size, dw::DW_FORM_data1);

const ABBREVIATIONS: [Abbreviation; 10] = [
    (1, dw::DW_TAG_compile_unit, true, &[(dw::DW_AT_producer, dw::DW_FORM_string)]),
    (2, dw::DW_TAG_typedef, false, &[NAME, TYPE]),
    (3, dw::DW_TAG_base_type, false, &[NAME]),
    (4, dw::DW_TAG_structure_type, false, &[NAME]),
    (5, dw::DW_TAG_structure_type, true, &[SIZE]),
    (6, dw::DW_TAG_member, false, &[NAME, TYPE]),
    (7, dw::DW_TAG_pointer_type, false, &[TYPE]),
    (8, dw::DW_TAG_pointer_type, false, &[NAME]),
    (9, dw::DW_TAG_array_type, true, &[TYPE]),
    (10, dw::DW_TAG_subrange_type, false, &[(dw::DW_AT_count, dw::DW_FORM_data1)]),
];

fn abbreviations() -> Vec<u8> {
    let mut bytes = Vec::new();
    for (code, tag, has_children, attributes) in ABBREVIATIONS {
        bytes.extend([code, tag.0 as u8, has_children.into()]);
        for (name, form) in attributes {
            bytes.extend([name.0 as u8, form.0 as u8]);
        }
        bytes.extend([0, 0]);
    }
    bytes.push(0);
    bytes
}

/// One unit after the other.
#[derive(Default)]
struct Info {
    bytes: Vec<u8>,
    start: usize,
}

impl Info {
    fn begin(&mut self, producer: &str) {
        self.start = self.bytes.len();
        // Length, to be filled in; version 4; abbreviations at 0; addresses of 4 bytes.
        self.bytes.extend([0, 0, 0, 0, 4, 0, 0, 0, 0, 0, 4]);
        self.entry(1, &[producer], &[]);
    }

    fn end(&mut self) {
        self.bytes.push(0);
        let length = self.bytes.len() - self.start - 4;
        self.bytes[self.start..][..4].copy_from_slice(&(length as u32).to_le_bytes());
    }

    /// An entry with texts and references; answers its place.
    fn entry(&mut self, code: u8, texts: &[&str], references: &[u32]) -> u32 {
        let place = self.bytes.len() as u32;
        self.bytes.push(code);
        for text in texts {
            self.bytes.extend(text.bytes().chain([0]));
        }
        references.iter().for_each(|reference| self.bytes.extend(reference.to_le_bytes()));
        place
    }

    /// A structure of these members.
    fn structure(&mut self, size: u8, members: &[(&str, u32)]) -> u32 {
        let place = self.entry(5, &[], &[]);
        self.bytes.push(size);
        for (name, ty) in members {
            self.entry(6, &[name], &[*ty]);
        }
        self.bytes.push(0);
        place
    }
}

fn sample() -> Vec<u8> {
    let mut info = Info::default();
    info.begin("clang");
    let int = info.entry(3, &["int"], &[]);
    info.entry(2, &["main.Foreign"], &[int]);
    info.end();
    info.begin("TinyGo");
    let int8 = info.entry(3, &["int8"], &[]);
    let text = info.entry(4, &["string"], &[]);
    info.entry(2, &["main.Level"], &[int8]);
    let role = info.entry(2, &["main.Role"], &[text]);
    info.entry(2, &["main.Twice"], &[int8]);
    info.end();
    info.begin("TinyGo");
    let slice = info.entry(4, &["[]main.Role"], &[]);
    info.entry(2, &["main.Roles"], &[slice]);
    info.entry(2, &["main.Twice"], &[text]);
    info.entry(2, &["main.Role"], &[text]);
    info.entry(2, &["main.Alias"], &[role]);
    let address = info.entry(8, &["unsafe.Pointer"], &[]);
    let words = info.structure(8, &[("typecode", address), ("value", address)]);
    let interface = info.entry(2, &["runtime._interface"], &[words]);
    info.entry(2, &["main.Any"], &[interface]);
    let function = info.structure(8, &[("context", address), ("fn", address)]);
    info.entry(2, &["main.Callback"], &[function]);
    let table = info.structure(40, &[("count", int8)]);
    let table = info.entry(2, &["runtime.hashmap"], &[table]);
    let map = info.entry(7, &[], &[table]);
    info.entry(2, &["main.Labels"], &[map]);
    let nothing = info.structure(0, &[]);
    info.entry(2, &["main.Nothing"], &[nothing]);
    let pointer = info.entry(7, &[], &[role]);
    let array = info.entry(9, &[], &[pointer]);
    info.entry(10, &[], &[]);
    info.bytes.extend([3, 0]);
    info.entry(2, &["main.Few"], &[array]);
    let seat = info.structure(24, &[("Row", role), ("On", function), ("In", words), ("_", array)]);
    info.entry(2, &["example.com/a.Seat"], &[seat]);
    // An entry of another compiler's unit, and none at all.
    info.entry(2, &["main.Lost"], &[int]);
    info.entry(2, &["main.Void"], &[u32::MAX]);
    info.end();
    info.bytes
}

/// Answers of the sample for each of the names.
fn told(info: &[u8], abbreviations: &[u8], names: &[&str]) -> Vec<Option<Told>> {
    let sections = |name: &str| match name {
        ".debug_info" => info,
        ".debug_abbrev" => abbreviations,
        _ => &[],
    };
    let debug = Debug::read("example.com/app", &sections);
    names.iter().map(|name| debug.as_ref()?.told(name)).collect()
}

const NAMES: [&str; 13] = [
    "example.com/app.Level",
    "example.com/app.Role",
    "example.com/app.Roles",
    "example.com/app.Alias",
    "example.com/app.Any",
    "example.com/app.Callback",
    "example.com/app.Labels",
    "example.com/app.Nothing",
    "example.com/app.Few",
    "example.com/a.Seat",
    "example.com/app.Lost",
    "example.com/app.Void",
    "example.com/app.Foreign",
];

#[test]
fn types_are_spelled_as_in_the_metadata() {
    let like = |name: &str| Some(Told::Like(name.to_owned()));
    let field = |name: &str, ty: &str| (name.to_owned(), ty.to_owned());
    let seat = Told::Struct(vec![
        field("Row", "example.com/app.Role"),
        field("On", "func()"),
        field("In", "struct{…}"),
        field("_", "[3]*example.com/app.Role"),
    ]);
    let expected = [
        like("int8"),
        like("string"),
        like("[]example.com/app.Role"),
        like("example.com/app.Role"),
        like("interface{}"),
        like("func()"),
        like("map"),
        like("struct{}"),
        like("[3]*example.com/app.Role"),
        Some(seat),
        None,
        None,
        None,
    ];
    assert_eq!(told(&sample(), &abbreviations(), &NAMES), expected);
    // Two of one name differ.
    assert_eq!(told(&sample(), &abbreviations(), &["example.com/app.Twice"]), [None]);
    assert_eq!(told(&[], &[], &["example.com/app.Role"]), [None]);
}

#[test]
fn circles_end() {
    let mut info = Info::default();
    info.begin("TinyGo");
    let start = info.bytes.len() as u32;
    let members: Vec<(&str, u32)> = (0..20).map(|_| ("x", start)).collect();
    assert_eq!(info.structure(8, &members), start);
    info.entry(2, &["main.Circle"], &[start]);
    info.end();
    assert_eq!(told(&info.bytes, &abbreviations(), &["example.com/app.Circle"]), [None]);
}

proptest! {
    /// Damaged debug information tells less, and does no harm.
    #[test]
    fn damage_is_harmless(places in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6), cut in any::<prop::sample::Index>()) {
        let (mut info, abbreviations) = (sample(), abbreviations());
        for (place, byte) in places {
            let at = place.index(info.len());
            info[at] = byte;
        }
        told(&info, &abbreviations, &NAMES);
        info.truncate(cut.index(info.len()));
        told(&info, &abbreviations, &NAMES);
    }
}
