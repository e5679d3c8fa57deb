//! A guest that is plain memory, for tests: `__new` writes headers, pins are counted.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use super::runtime::{Heap, Runtime};
use crate::metadata::{Field, Metadata, TypeDefinition};
use abi::assemblyscript::{AssemblyScript, helpers};
use abi::guest::{CallError, Callable, Guest, Helper, Limits, Stopped, write};
use abi::language::{GuestLanguage as _, Lowered};
use abi::plan::{FunctionPlan, ParameterPlan, ResultPlan};
use abi::selection::Selection;
use abi::types::{TypeId, Types};
use abi::value::Value;

use crate::language::Frontend as _;

/// Name, class id and fields of a class.
type Class = (&'static str, u32, &'static [(&'static str, &'static str)]);

/// Metadata with the classes that the tests use.
pub(in crate::language::assemblyscript) fn metadata() -> Metadata {
    let classes: &[Class] = &[
        (
            "assembly/index/Gauge",
            6,
            &[
                ("on", "bool"),
                ("level", "i16"),
                ("serial", "i64"),
                ("label", "~lib/string/String"),
                ("parent", "assembly/index/Gauge | null"),
                ("ratio", "f32"),
                ("kind", "u8"),
            ],
        ),
        ("assembly/index/Seat", 20, &[("row", "u8"), ("tags", "~lib/array/Array<~lib/string/String|null>")]),
        ("assembly/index/Loop", 21, &[("id", "i32"), ("next", "assembly/index/Loop")]),
        ("assembly/index/Empty", 22, &[]),
        ("~lib/array/Array<~lib/string/String>", 4, &[]),
        ("~lib/array/Array<~lib/string/String|null>", 23, &[]),
        ("~lib/array/Array<i32>", 24, &[]),
        ("~lib/array/Array<u8>", 25, &[]),
        ("~lib/array/Array<assembly/index/Seat>", 26, &[]),
        ("~lib/array/Array<assembly/index/Loop>", 36, &[]),
        ("~lib/map/Map<~lib/string/String,u16>", 7, &[]),
        ("~lib/map/Map<u8,u8>", 27, &[]),
        ("~lib/map/Map<i32,assembly/index/Seat|null>", 28, &[]),
        ("~lib/map/Map<assembly/index/Empty,bool>", 29, &[]),
        ("~lib/set/Set<f64>", 30, &[]),
        ("~lib/set/Set<~lib/string/String>", 31, &[]),
        ("~lib/staticarray/StaticArray<i16>", 32, &[]),
        ("~lib/staticarray/StaticArray<~lib/string/String>", 37, &[]),
        ("~lib/typedarray/Uint8ClampedArray", 33, &[]),
        ("~lib/typedarray/Float32Array", 34, &[]),
        ("~lib/wasi_date/wasi_Date", 35, &[]),
    ];
    let field = |(name, ty): &(&str, &str)| Field { name: (*name).into(), type_name: (*ty).into(), docs: None };
    let types = classes.iter().map(|(name, id, fields)| {
        let fields = fields.iter().map(field).collect();
        ((*name).to_owned(), TypeDefinition { id: *id, fields, ..TypeDefinition::default() })
    });
    Metadata { plugin: "probe@1.0".into(), types: types.collect(), ..Metadata::default() }
}

/// The guest. Its function answers `answer`, or its argument number `echo`.
#[derive(Clone)]
pub(super) struct Fake {
    pub(super) memory: Vec<u8>,
    heap: Heap,
    pub(super) announced: Option<u32>,
    pub(super) words: Vec<u64>,
    pub(super) echo: Option<usize>,
    pub(super) answer: u64,
    pub(super) stop_at_call: bool,
    pub(super) news: u32,
    pub(super) warnings: Vec<String>,
}

impl Fake {
    pub(super) fn new() -> Self {
        Self::with(Runtime::Collecting)
    }

    pub(super) fn with(runtime: Runtime) -> Self {
        // Not zeroed, as with the minimal runtimes.
        let mut memory = vec![0xaa; 1 << 20];
        Self {
            heap: Heap::new(runtime, &mut memory),
            memory,
            announced: None,
            words: Vec::new(),
            echo: Some(0),
            answer: 0,
            stop_at_call: false,
            news: 0,
            warnings: Vec::new(),
        }
    }

    pub(super) fn pins(&self) -> usize {
        self.heap.pins()
    }

    /// Sees to it that the heap is as the guest's runtime needs it; answers the addresses of its objects.
    pub(super) fn check(&self) -> Vec<u32> {
        self.heap.check(&self.memory)
    }

    /// Puts an object with its header at an address.
    pub(super) fn put(&mut self, address: u32, class_id: u32, payload: &[u8]) {
        let header = [class_id, payload.len() as u32].map(u32::to_le_bytes).concat();
        write(&mut self.memory, address - 8, &header).unwrap();
        write(&mut self.memory, address, payload).unwrap();
    }

    /// The same, of 32-bit words.
    pub(super) fn put_words(&mut self, address: u32, class_id: u32, words: &[u32]) {
        let payload: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
        self.put(address, class_id, &payload);
    }
}

impl Guest for Fake {
    fn memory(&self) -> &[u8] {
        &self.memory
    }

    fn memory_mut(&mut self) -> &mut [u8] {
        &mut self.memory
    }

    fn helper(&mut self, helper: &'static Helper, arguments: &[u32]) -> Result<u64, Stopped> {
        match *helper {
            helpers::NEW => {
                let [size, class_id] = arguments else { panic!("{arguments:?}") };
                self.news += 1;
                let address = self.heap.new_object(&mut self.memory, *size, *class_id);
                return address.map(u64::from).ok_or(Stopped);
            }
            helpers::PIN => self.heap.pin(&mut self.memory, arguments[0]),
            helpers::UNPIN => self.heap.unpin(&mut self.memory, arguments[0]),
            helpers::SET_ARGUMENTS_LENGTH => self.announced = Some(arguments[0]),
            ref other => panic!("{other:?} is not a helper of AssemblyScript"),
        }
        Ok(0)
    }

    fn warn(&mut self, text: &str) {
        self.warnings.push(text.to_owned());
    }
}

impl Callable for Fake {
    fn function(&mut self, words: &[u64]) -> Result<u64, Stopped> {
        self.words = words.to_vec();
        if self.stop_at_call {
            return Err(Stopped);
        }
        Ok(self.echo.map_or(self.answer, |at| words[at]))
    }
}

/// A function that takes values of the given types and answers its first argument's type.
pub(super) fn function(types: &mut Types, names: &[&str]) -> FunctionPlan {
    let metadata = metadata();
    let ids: Vec<TypeId> = names.iter().map(|name| AssemblyScript.resolve(name, &metadata, types)).collect();
    let parameter = |(at, ty): (usize, &TypeId)| ParameterPlan {
        name: format!("p{at}").into(),
        ty: *ty,
        default: abi::plan::DefaultValue::None,
    };
    let results: Vec<ResultPlan> = ids.iter().take(1).map(|ty| ResultPlan { name: "item1".into(), ty: *ty }).collect();
    let parameters: Vec<ParameterPlan> = ids.iter().enumerate().map(parameter).collect();
    let (signature, own) = AssemblyScript.signature(&parameters, &results, types);
    FunctionPlan::new("probe", parameters, results, signature, own)
}

/// Lifts one core value.
pub(super) fn lift(guest: &Fake, type_name: &str, word: u64) -> Result<Value, CallError> {
    lift_within(guest, type_name, word, &Limits::default())
}

/// The same within other limits.
pub(super) fn lift_within(guest: &Fake, type_name: &str, word: u64, limits: &Limits) -> Result<Value, CallError> {
    lift_selected(guest, type_name, word, limits, &Selection::All)
}

/// The same of a part of the value.
pub(super) fn lift_selected(
    guest: &Fake,
    type_name: &str,
    word: u64,
    limits: &Limits,
    wanted: &Selection,
) -> Result<Value, CallError> {
    let mut types = Types::default();
    let function = function(&mut types, &[type_name]);
    let lowered = &mut Lowered::default();
    let lifted = AssemblyScript.lift(&types, &function, limits, wanted, &mut guest.clone(), lowered, word);
    lifted.map(|lifted| lifted.value)
}
