//! A guest without code: memory, a bump allocator, and maps that keep the slices they were given.

use std::collections::HashMap;

use abi::golang::helpers;
use abi::guest::{Callable, Guest, Helper, Stopped, read_u32, write};
use abi::types::{Kind, Types};

type Body = Box<dyn FnMut(&mut Fake, &[u64]) -> u64>;

pub(super) struct Fake {
    pub(super) memory: Vec<u8>,
    /// Addresses that are pinned or allocated by `malloc`.
    pub(super) live: Vec<u32>,
    /// What the function was called with.
    pub(super) words: Vec<u64>,
    pub(super) calls: Vec<(Helper, Vec<u32>)>,
    pub(super) warnings: Vec<String>,
    next: u32,
    /// Element stride and header size that `__make` uses for an id.
    makes: HashMap<u32, (u32, u32)>,
    /// Bytes that `__new` allocates for an id.
    sizes: HashMap<u32, u32>,
    body: Option<Body>,
}

impl Fake {
    pub(super) fn new(types: &Types, body: impl FnMut(&mut Self, &[u64]) -> u64 + 'static) -> Self {
        let mut makes = HashMap::from([(1, (1, 12)), (2, (1, 8))]);
        let mut sizes = HashMap::new();
        for (_, plan) in types.iter().filter(|(_, plan)| plan.class_id > 2) {
            let size = match &plan.kind {
                Kind::Optional(target) => types[*target].size,
                _ => plan.size,
            };
            sizes.insert(plan.class_id, size);
            match &plan.kind {
                Kind::List { element, .. } => makes.insert(plan.class_id, (types[*element].stride(), 12)),
                Kind::Map { .. } => makes.insert(plan.class_id, (0, 4)),
                _ => None,
            };
        }
        Self {
            memory: vec![0; 1 << 17],
            live: Vec::new(),
            words: Vec::new(),
            calls: Vec::new(),
            warnings: Vec::new(),
            next: 1024,
            makes,
            sizes,
            body: Some(Box::new(body)),
        }
    }

    pub(super) fn allocate(&mut self, size: u32) -> u32 {
        let address = self.next;
        self.next = (address + size.max(1)).next_multiple_of(16);
        address
    }

    pub(super) fn put(&mut self, address: u32, bytes: &[u8]) {
        write(&mut self.memory, address, bytes).expect("the test writes inside the memory");
    }

    pub(super) fn put_words(&mut self, address: u32, words: &[u32]) {
        let bytes: Vec<_> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
        self.put(address, &bytes);
    }

    /// A block of words.
    pub(super) fn block(&mut self, words: &[u32]) -> u32 {
        let address = self.allocate(words.len() as u32 * 4);
        self.put_words(address, words);
        address
    }

    /// A copy of a text.
    pub(super) fn text(&mut self, text: &str) -> u32 {
        let address = self.allocate(text.len() as u32);
        self.put(address, text.as_bytes());
        address
    }

    pub(super) fn u32(&self, address: u32) -> u32 {
        read_u32(&self.memory, address).expect("the test reads inside the memory")
    }

    pub(super) fn bytes(&self, address: u64, length: u64) -> &[u8] {
        &self.memory[address as usize..(address + length) as usize]
    }

    fn make(&mut self, id: u32, length: u32) -> u32 {
        let Some((stride, header_size)) = self.makes.get(&id).copied() else {
            return 0;
        };
        let content = self.allocate(length * stride);
        let header = self.allocate(header_size);
        self.put_words(header, &[content, length, length][..header_size as usize / 4]);
        header
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
        self.calls.push((*helper, arguments.to_vec()));
        let address = match (*helper, arguments) {
            (helpers::MALLOC, [size]) => self.allocate(*size),
            (helpers::NEW, [id]) => match self.sizes.get(id).copied() {
                Some(size) => self.allocate(size),
                None => 0,
            },
            (helpers::MAKE, [id, length]) => self.make(*id, *length),
            (helpers::UNPIN | helpers::FREE, [address]) => {
                assert_eq!(self.live.pop(), Some(*address), "released in reverse order");
                return Ok(0);
            }
            // A map is the addresses of its two slice headers.
            (helpers::READ_MAP, [_, slot]) => {
                let map = self.u32(*slot);
                return Ok(u64::from(self.u32(map)) << 32 | u64::from(self.u32(map + 4)));
            }
            (helpers::WRITE_MAP, [_, slot, keys, values]) => {
                let map = self.block(&[*keys, *values]);
                self.put_words(*slot, &[map]);
                return Ok(0);
            }
            other => panic!("unexpected helper call {other:?}"),
        };
        if address != 0 {
            self.live.push(address);
        }
        Ok(address.into())
    }

    fn warn(&mut self, text: &str) {
        self.warnings.push(text.to_owned());
    }
}

impl Callable for Fake {
    fn function(&mut self, words: &[u64]) -> Result<u64, Stopped> {
        self.words = words.to_vec();
        let mut body = self.body.take().ok_or(Stopped)?;
        Ok(body(self, words))
    }
}
