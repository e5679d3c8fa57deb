//! The rules that hold in every language, by a test that runs for each.

use std::sync::Arc;

use serde_json::json;

use crate::guest::{CallError, Guest, Helper, Limits, Stopped, read_u32, write};
use crate::language::{FunctionPart, GuestLanguage, Language};
use crate::plan::{DefaultValue, FunctionPlan, ImportPlan, ParameterPlan, ResultPlan, Signature};
use crate::selection::Selection;
use crate::types::{CoreType, FieldPlan, IntKind, Kind, Sequence, TypeId, TypePlan, Types};
use crate::value::Value;

/// A guest without code: memory, and an allocator that never takes anything back.
struct Fake {
    memory: Vec<u8>,
    next: u32,
    kept: bool,
    /// What is pinned or allocated by `malloc`.
    live: i32,
    /// The helper in which the guest stops.
    stops_in: Option<&'static str>,
    calls: Vec<&'static str>,
}

impl Fake {
    fn new() -> Self {
        Self { memory: vec![0; 1 << 16], next: 64, kept: true, live: 0, stops_in: None, calls: Vec::new() }
    }

    fn allocate(&mut self, size: u32) -> u32 {
        let address = self.next + 16;
        self.next = (address + size).next_multiple_of(16);
        address
    }

    fn put(&mut self, address: u32, words: &[u32]) -> u32 {
        let bytes: Vec<_> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
        write(&mut self.memory, address, &bytes).unwrap();
        address
    }

    fn u32(&self, address: u32) -> u32 {
        read_u32(&self.memory, address).unwrap()
    }
}

impl Guest for Fake {
    fn memory(&self) -> &[u8] {
        &self.memory
    }

    fn memory_mut(&mut self) -> &mut [u8] {
        &mut self.memory
    }

    fn is_kept(&self) -> bool {
        self.kept
    }

    fn helper(&mut self, helper: &'static Helper, arguments: &[u32]) -> Result<u64, Stopped> {
        let helper = helper.export;
        self.calls.push(helper);
        if self.stops_in == Some(helper) {
            return Err(Stopped);
        }
        let address = match (helper, arguments) {
            ("__new", [size, class_id]) => {
                let address = self.allocate(*size);
                self.put(address - 8, &[*class_id, *size]);
                return Ok(address.into());
            }
            ("__new", [_]) => self.allocate(64),
            ("malloc", [size]) => self.allocate(*size),
            ("__make", [_, length]) => {
                let content = self.allocate(length * 16);
                let header = self.allocate(12);
                self.put(header, &[content, *length, *length])
            }
            ("__read_map", [_, slot]) => {
                let map = self.u32(*slot);
                return Ok(u64::from(self.u32(map)) << 32 | u64::from(self.u32(map + 4)));
            }
            ("__write_map", [_, slot, keys, values]) => {
                let map = self.allocate(8);
                self.put(map, &[*keys, *values]);
                self.put(*slot, &[map]);
                return Ok(0);
            }
            ("__pin", [_]) => {
                self.live += 1;
                return Ok(0);
            }
            ("__unpin" | "free", [_]) => {
                self.live -= 1;
                return Ok(0);
            }
            other => panic!("unexpected {other:?}"),
        };
        self.live += 1;
        Ok(address.into())
    }

    fn warn(&mut self, _: &str) {}
}

/// The same types in a language.
struct World {
    language: &'static dyn GuestLanguage,
    own: FunctionPart,
    types: Types,
    int: TypeId,
    text: TypeId,
    /// `{id: int, name: text or null}`
    record: TypeId,
    /// From texts to integers.
    map: TypeId,
    /// From texts to texts or null.
    texts: TypeId,
    /// Lists of integers, of lists of integers, of lists of those.
    lists: [TypeId; 3],
}

fn plan(size: u32, kind: Kind) -> TypePlan {
    let (name, words) = (format!("T{size}"), vec![CoreType::I32; size as usize / 4]);
    TypePlan { name, class_id: 0, size, align: 4, payload: 0, words, pointers: !kind.is_scalar(), kind }
}

impl World {
    /// `None` for a language that has not all of these types.
    fn new(language: Language) -> Option<Self> {
        let mut types = Types::default();
        let mut ids = 10..;
        let mut add = |size, kind| {
            let class_id = ids.next().unwrap();
            types.add(TypePlan { class_id, payload: 8, ..plan(size, kind) })
        };
        // What a slot of a text, and of a list, takes; whether a record lies in its slot.
        let (text_size, list_size, in_place) = match language {
            Language::AssemblyScript => (4, 4, false),
            Language::Go => (8, 12, true),
            #[cfg(feature = "trial-language")]
            Language::Trial => return None,
        };
        let list = |element| Kind::List { element, sequence: Sequence::Growable, bytes: false };
        let int = add(4, Kind::Int(IntKind { bits: 32, signed: true }));
        let text = add(text_size, Kind::String);
        let nullable_text = add(4, Kind::Optional(text));
        let field = |name: &str, offset, ty| FieldPlan { name: name.into(), offset, ty };
        let record = add(8, Kind::Struct(vec![field("id", 0, int), field("name", 4, nullable_text)]));
        // Where a record lies in its slot, a pointer makes it one word, too.
        let record = if !in_place { record } else { add(4, Kind::Optional(record)) };
        let (keys, ints, nullable_texts) =
            (add(list_size, list(text)), add(list_size, list(int)), add(list_size, list(nullable_text)));
        let map = add(4, Kind::Map { key: text, value: int, keys, values: ints });
        let texts = add(4, Kind::Map { key: text, value: nullable_text, keys, values: nullable_texts });
        let double = add(list_size, list(ints));
        let triple = add(list_size, list(double));
        assert_eq!(types.check(), Ok(()));
        let (own, language) = (language.function_part(), language.implementation());
        Some(Self { language, own, types, int, text, record, map, texts, lists: [ints, double, triple] })
    }

    fn each(test: impl Fn(&Self)) {
        let worlds = Language::ALL.into_iter().filter_map(|language| Some((language, Self::new(language)?)));
        for (language, world) in worlds {
            println!("{language}");
            test(&world);
        }
    }

    fn parameters(&self, ids: &[TypeId]) -> Vec<ParameterPlan> {
        let named = ids.iter().zip(["p", "q"]);
        named.map(|(ty, name)| ParameterPlan { name: name.into(), ty: *ty, default: DefaultValue::None }).collect()
    }

    /// A function that answers a record.
    fn function(&self, ids: &[TypeId]) -> FunctionPlan {
        let results = vec![ResultPlan { name: "item1".into(), ty: self.record }];
        let signature = Signature {
            parameters: ids.iter().flat_map(|id| self.types[*id].words.clone()).collect(),
            results: vec![CoreType::I32],
        };
        FunctionPlan::new("f", self.parameters(ids), results, signature, self.own.clone())
    }

    /// A host function that takes and gives one value.
    fn import(&self, ty: TypeId) -> ImportPlan {
        ImportPlan {
            module: "modus_test".to_owned(),
            name: "f".to_owned(),
            signature: Signature::default(),
            parameters: self.parameters(&[ty]),
            result: Some(ty),
            problem: None,
        }
    }

    /// Lowers one argument; the text of the error.
    fn argument(&self, ty: TypeId, value: &Value, limits: &Limits) -> Result<(), String> {
        let mut guest = Fake::new();
        let arguments = [Some(value.clone())];
        let lowered = self.language.lower(&self.types, &self.function(&[ty]), limits, &mut guest, &arguments);
        assert!(lowered.is_ok() || guest.live == 0, "nothing stays behind");
        lowered.map(|_| ()).map_err(|error| error.to_string())
    }

    fn refused(&self, ty: TypeId, value: &serde_json::Value, text: &str) {
        let expected = format!("function parameter '{text}");
        assert_eq!(self.argument(ty, &Value::from(value), &Limits::default()), Err(expected), "{value}");
    }

    /// What a host function gives, as it is when the guest passes it to one.
    fn echo(&self, ty: TypeId, value: &serde_json::Value) -> Result<serde_json::Value, CallError> {
        let (import, limits, mut guest) = (self.import(ty), Limits::default(), Fake::new());
        let word = self.language.import_result(&self.types, &import, &limits, &mut guest, &Value::from(value));
        assert_eq!(guest.live, 0, "nothing stays behind");
        let values = self.language.import_arguments(&self.types, &import, &limits, &mut guest, &[word?])?;
        assert_eq!(guest.live, 0, "nothing stays behind");
        Ok(values[0].to_json())
    }
}

#[test]
fn fields_of_host_records_match_in_any_case() {
    World::each(|world| {
        let id = |given: serde_json::Value| world.echo(world.record, &given).map(|record| record["id"].clone());
        assert_eq!(id(json!({"ID": 1, "Id": 2, "more": 3})), Ok(json!(1)));
        assert_eq!(id(json!({"ID": 1, "Id": 2, "id": 3})), Ok(json!(3)));
        let missing = "the function's result is invalid at id: a value is required but missing";
        // A letter with a dot above, which is an `i` in lower case only to some.
        for name in ["\u{130}d", "i d", "name"] {
            assert_eq!(id(json!({ name: 1 })).unwrap_err().to_string(), missing, "{name}");
        }
        let absent = world.echo(world.record, &json!({"ID": 1}));
        assert_eq!(absent, Ok(json!({"id": 1, "name": null})));
    });
}

#[test]
fn fields_of_arguments_match_by_their_names() {
    World::each(|world| {
        world.refused(world.record, &json!({"ID": 1}), "p.id' is invalid: a value is required but missing");
        assert_eq!(world.argument(world.record, &Value::from(&json!({"id": 1})), &Limits::default()), Ok(()));
    });
}

#[test]
fn entries_of_maps_are_given_in_several_forms() {
    World::each(|world| {
        let pairs = json!([{"key": "a", "value": 1}, {"key": "b", "value": 2}]);
        assert_eq!(world.echo(world.map, &pairs), Ok(pairs.clone()));
        assert_eq!(world.echo(world.map, &json!({"b": 2, "a": 1})), Ok(pairs));
        // A host function's object is a map; a caller's may be the only entry.
        let named = json!([{"key": "key", "value": 1}, {"key": "value", "value": 2}]);
        assert_eq!(world.echo(world.map, &json!({"key": 1, "value": 2})), Ok(named));
        world.refused(
            world.map,
            &json!({"key": "a", "value": "x"}),
            "p[0].value' is invalid: \"x\" is not an integer; expected T4 (-2147483648 to 2147483647)",
        );
        let null = json!([{"key": "a", "value": null}, {"key": "b", "value": "x"}]);
        assert_eq!(world.echo(world.texts, &json!([{"key": "a"}, {"key": "b", "value": "x"}])), Ok(null));
    });
}

#[test]
fn faults_of_entries_have_their_place() {
    World::each(|world| {
        let missing = "' is invalid: a value is required but missing";
        let refused = |value, text: &str| world.refused(world.map, &value, text);
        refused(json!([{"key": "a", "value": 1}, {"key": "b"}]), &format!("p[1].value{missing}"));
        refused(json!([{"value": 1}]), &format!("p[0].key{missing}"));
        refused(json!([{"key": null, "value": 1}]), &format!("p[0].key{missing}"));
        refused(json!({"a": 1, "b": null}), &format!("p.b{missing}"));
        let range = "-2147483648 to 2147483647";
        refused(json!({"a": 1, "b": 1e10}), &format!("p.b' is invalid: 10000000000 is out of range for T4 ({range})"));
        refused(json!([{"key": [], "value": 1}]), "p[0].key' is invalid: a list is not a string");
        refused(json!([5]), "p[0]' is invalid: an integer is not an object with a key and a value");
        let name = &world.types[world.map].name;
        refused(json!(5), &format!("p' is invalid: expected a list of key/value pairs for {name}, got an integer"));
    });
}

#[test]
fn entries_are_sorted_by_the_text_of_their_keys() {
    World::each(|world| {
        let sorted = json!([{"key": "", "value": 0}, {"key": "10", "value": 1}, {"key": "9", "value": 2},
            {"key": "B", "value": 3}, {"key": "a", "value": 4}, {"key": "ä", "value": 5}]);
        let given = json!({"ä": 5, "9": 2, "a": 4, "": 0, "B": 3, "10": 1});
        assert_eq!(world.echo(world.map, &given), Ok(sorted));
    });
}

#[test]
fn levels_are_counted_alike() {
    World::each(|world| {
        let deep = |depth| Limits { depth, ..Limits::default() };
        for (level, (ty, value)) in (1..).zip(world.lists.iter().zip([json!([1]), json!([[1]]), json!([[[1]]])])) {
            let value = Value::from(&value);
            assert_eq!(world.argument(*ty, &value, &deep(level)), Ok(()));
            let refused = world.argument(*ty, &value, &deep(level - 1)).unwrap_err();
            let place = format!("p{}", "[0]".repeat(level as usize - 1));
            let text = format!("are nested deeper than {} levels (limit `max-depth`)", level - 1);
            assert_eq!(refused, format!("function parameter '{place}' is invalid: values {text}"));
            let (import, mut guest) = (world.import(*ty), Fake::new());
            let word = world.language.import_result(&world.types, &import, &deep(level), &mut guest, &value).unwrap();
            let mut read =
                |limits| world.language.import_arguments(&world.types, &import, &limits, &mut guest, &[word]);
            assert_eq!(read(deep(level)), Ok(vec![value]));
            assert_eq!(read(deep(level - 1)).unwrap_err().to_string(), refused);
        }
        // Texts are no level.
        let record = Value::from(&json!({"id": 1, "name": "x"}));
        assert_eq!(world.argument(world.record, &record, &deep(1)), Ok(()));
        assert_eq!(world.argument(world.text, &Value::String("x".into()), &deep(0)), Ok(()));
        assert!(world.argument(world.map, &Value::from(&json!({"a": 1})), &deep(0)).is_err());
        assert_eq!(world.argument(world.map, &Value::from(&json!({"a": 1})), &deep(1)), Ok(()));
    });
}

#[test]
fn a_guest_that_stops_while_it_lets_go_has_stopped() {
    World::each(|world| {
        let (types, limits, stopped) = (&world.types, Limits::default(), CallError::Stopped(Stopped));
        let function = world.function(&[world.text, world.int]);
        let text = || Some(Value::String("x".into()));
        // Whether the guest has been entered before a value was refused is the language's own affair.
        let check = |error: CallError, guest: &Fake| match guest.calls.last() {
            Some(last) => assert_eq!((*last, error), ("__unpin", stopped.clone())),
            None => assert_ne!(error, stopped),
        };
        // An argument that is refused, which is not what has become of the guest.
        let mapped = world.function(&[world.map, world.int]);
        let mut guest = Fake { stops_in: Some("__unpin"), ..Fake::new() };
        let arguments = [Some(Value::from(&json!({"a": 1}))), text()];
        let lowered = world.language.lower(types, &mapped, &limits, &mut guest, &arguments);
        check(lowered.unwrap_err(), &guest);

        // A result that has been read.
        let record = Value::from(&json!({"id": 7, "name": null}));
        let answer = |kept| {
            let mut guest = Fake { kept, ..Fake::new() };
            let import = world.import(world.record);
            let word = world.language.import_result(types, &import, &limits, &mut guest, &record).unwrap();
            let arguments = [text(), Some(Value::Int(1))];
            let mut lowered = world.language.lower(types, &function, &limits, &mut guest, &arguments).unwrap();
            guest.stops_in = Some("__unpin");
            guest.calls.clear();
            let all = Selection::All;
            let lifted = world.language.lift(types, &function, &limits, &all, &mut guest, &mut lowered, word);
            (lifted.map(|lifted| lifted.value), guest.calls)
        };
        assert_eq!(answer(true), (Err(stopped.clone()), vec!["__unpin"]));
        // Nothing is given back to a guest that ends anyway.
        assert_eq!(answer(false), (Ok(record.clone()), vec![]));

        // The answer of a host function, and one that does not fit.
        let import = world.import(world.record);
        for given in [json!({"id": 1, "name": "x"}), json!({"id": 1, "name": []})] {
            let mut guest = Fake { stops_in: Some("__unpin"), ..Fake::new() };
            let word = world.language.import_result(types, &import, &limits, &mut guest, &Value::from(&given));
            check(word.unwrap_err(), &guest);
        }
    });
}

#[test]
fn a_guest_that_has_stopped_is_left_alone() {
    World::each(|world| {
        let function = world.function(&[world.text, world.text]);
        let mut guest = Fake::new();
        let arguments = [Some(Value::String("x".into())), Some(Value::String("y".into()))];
        let lowered = world.language.lower(&world.types, &function, &Limits::default(), &mut guest, &arguments);
        let last = guest.calls.iter().rposition(|call| *call == "__new" || *call == "__make").unwrap();
        let stops_in = guest.calls[last];
        assert!(lowered.is_ok());
        let mut guest = Fake { stops_in: Some(stops_in), ..Fake::new() };
        let lowered = world.language.lower(&world.types, &function, &Limits::default(), &mut guest, &arguments);
        assert_eq!(lowered.unwrap_err(), CallError::Stopped(Stopped));
        assert_eq!(guest.calls.last(), Some(&stops_in));
    });
}

#[test]
fn omitted_arguments_take_the_default_that_is_known() {
    World::each(|world| {
        let lower = |default, argument: Option<Value>| {
            let mut function = world.function(&[world.int]);
            function.parameters[0].default = default;
            let limits = Limits::default();
            let lowered = world.language.lower(&world.types, &function, &limits, &mut Fake::new(), &[argument]);
            lowered.map(|lowered| lowered.words).map_err(|error| error.to_string())
        };
        let literal = || DefaultValue::Literal(Value::Int(7));
        assert_eq!(lower(literal(), None), Ok(vec![7]));
        assert_eq!(lower(literal(), Some(Value::Null)), Ok(vec![0]));
        assert_eq!(lower(DefaultValue::None, None), Ok(vec![0]));
        assert_eq!(lower(DefaultValue::Placeholder, Some(Value::Int(3))), Ok(vec![3]));
        let unknown = "function parameter 'p' is invalid: it was left out, and only the guest knows its default; \
                       supply it";
        assert_eq!(lower(DefaultValue::Placeholder, None), Err(unknown.to_owned()));
        assert_eq!(lower(DefaultValue::Placeholder, Some(Value::Null)), Err(unknown.to_owned()));
    });
}

#[test]
fn host_functions_are_passed_every_parameter() {
    World::each(|world| {
        let import = world.import(world.int);
        let lift = |words: &[u64]| {
            world.language.import_arguments(&world.types, &import, &Limits::default(), &mut Fake::new(), words)
        };
        assert_eq!(lift(&[u64::MAX]), Ok(vec![Value::Int(-1)]));
        let text = "function parameter 'p' is invalid: the guest did not pass it";
        assert_eq!(lift(&[]).unwrap_err().to_string(), text);
    });
}

/// `Arc` is what names are shared by: the fields of a result are those of the plan.
#[test]
fn names_of_fields_are_shared() {
    World::each(|world| {
        let (import, limits, mut guest) = (world.import(world.record), Limits::default(), Fake::new());
        let record = Value::from(&json!({"id": 1}));
        let word = world.language.import_result(&world.types, &import, &limits, &mut guest, &record).unwrap();
        let values = world.language.import_arguments(&world.types, &import, &limits, &mut guest, &[word]).unwrap();
        let Value::Object(members) = &values[0] else { panic!("a record") };
        let mut kind = &world.types[world.record].kind;
        if let Kind::Optional(target) = kind {
            kind = &world.types[*target].kind;
        }
        let Kind::Struct(fields) = kind else { panic!("a record") };
        assert!(members.iter().zip(fields).all(|((name, _), field)| Arc::ptr_eq(name, &field.name)));
    });
}
