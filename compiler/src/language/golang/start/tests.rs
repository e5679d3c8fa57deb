use super::*;
use abi::plan::Clock;

/// Low and high halves of what three initialisations drew.
const LOWER: [u32; 3] = [0x1234_5671, 0x89ab_cdef, 0x0f0f_0f0f];
const UPPER: [u32; 3] = [0xdead_beef, 0x0bad_cafe, 0x0102_0304];
const TIMES: [u64; 3] = [0x1_0000_0001, 0x2_8000_0000, 0x3_1234_5678];
const STACK: u32 = 4096;
const MEMORY: usize = 8192;

fn clock_halves() -> [[u32; 3]; 2] {
    let less_one = TIMES.map(|time| time - 1);
    [less_one.map(|time| time as u32), less_one.map(|time| (time >> 32) as u32)]
}

fn random(address: u32, length: u8) -> Seed {
    Seed::Random { address, length }
}

fn time(address: u32) -> Seed {
    Seed::Clock { address, clock: Clock::Real }
}

fn explain(before: &[u8], after: &[u8], words: &[(u32, [u32; 3])]) -> Option<Thaw> {
    let varying: Vec<_> =
        words.iter().map(|(address, values)| Varying { address: *address, values: values.to_vec() }).collect();
    let clocks = TIMES.map(|time| Some((Clock::Real, time)));
    thaw(&Initialisation { before, after, varying: &varying, clocks: &clocks, stack: Some(STACK) })
}

fn check(words: &[(u32, [u32; 3])], expected: Option<&[Seed]>) {
    let thaw = explain(&[0; MEMORY], &[0; MEMORY], words);
    let expected: Option<Vec<_>> = expected.map(|seeds| seeds.iter().copied().map(language::Seed::Go).collect());
    assert_eq!(thaw.map(|thaw| thaw.seeds), expected, "{words:x?}");
}

#[test]
fn the_seeds_are_found_wherever_they_lie() {
    check(&[(5120, LOWER), (5124, UPPER)], Some(&[random(5120, 8)]));
    check(&[(5116, LOWER)], Some(&[random(5116, 4)]));
    check(&[(5116, LOWER), (5120, LOWER), (5124, UPPER)], Some(&[random(5116, 4), random(5120, 8)]));
    check(&[(5120, LOWER), (5124, UPPER), (5128, LOWER)], Some(&[random(5120, 8), random(5128, 4)]));
}

#[test]
fn the_clock_of_the_start_is_found() {
    let [low, high] = clock_halves();
    check(&[(5120, low), (5124, high)], Some(&[time(5120)]));
    check(&[(5112, low), (5116, high), (5120, LOWER)], Some(&[time(5112), random(5120, 4)]));
    // Another time is the app's own.
    check(&[(5120, low.map(|half| half ^ 2)), (5124, high)], None);
    check(&[(5120, low)], None);
}

#[test]
fn what_the_app_keeps_is_not_explained() {
    check(&[(5120, LOWER.map(|value| value & !1))], None);
    check(&[(5120, LOWER), (5124, UPPER), (6144, UPPER)], None);
    check(&[(5120, LOWER), (5124, UPPER), (5128, UPPER)], None);
    // Three copies: one of them is not TinyGo's.
    check(&[(5116, LOWER), (5132, LOWER), (5140, LOWER)], None);
    check(&[(5120, LOWER), (5124, UPPER), (5128, LOWER), (5132, UPPER)], None);
    // A generator that has been used has moved on.
    check(&[(5116, UPPER), (5120, LOWER), (5124, UPPER)], None);
}

#[test]
fn what_is_left_on_the_stack_does_not_count() {
    check(&[(STACK - 16, UPPER), (5116, LOWER)], Some(&[random(5116, 4)]));
    check(&[(STACK, UPPER), (5116, LOWER)], None);
    // With data below the stack pointer that memory is not the stack's alone.
    let mut before = [0; MEMORY];
    before[1024] = 1;
    assert_eq!(explain(&before, &[0; MEMORY], &[(STACK - 16, UPPER)]), None);
}

/// The words of an `arc4random` state at 5000 that gave away eight bytes, and a memory that has it.
fn arc4random_state() -> (Vec<(u32, [u32; 3])>, [u8; MEMORY]) {
    let mut after = [0; MEMORY];
    after[5000] = 1;
    after[5004] = 8;
    let words = (5008..5040).chain(5048..5552).step_by(4).map(|address| (address, UPPER)).collect();
    (words, after)
}

#[test]
fn arc4random_seeds_itself_again() {
    let (words, after) = arc4random_state();
    let thaw = explain(&[0; MEMORY], &after, &words);
    assert_eq!(thaw, Some(Thaw { zeroed: Some(5000..5552), seeds: Vec::new() }));
}

#[test]
fn a_state_that_is_not_quite_arc4randoms_is_not_touched() {
    let (words, after) = arc4random_state();
    let memory = [0; MEMORY];
    assert_eq!(explain(&memory, &memory, &words), None, "not seeded");
    assert_eq!(explain(&memory, &after, &words[1..]), None, "a shorter key");
    assert_eq!(explain(&memory, &after, &words[..words.len() - 1]), None, "a shorter reserve");
    let mut before = memory;
    before[5000] = 1;
    assert_eq!(explain(&before, &after, &words), None, "seeded before");
    let more = [words.as_slice(), &[(5552, UPPER)]].concat();
    assert_eq!(explain(&memory, &after, &more), None, "something of the app's behind it");
}
