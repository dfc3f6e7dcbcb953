//! What many records take: hostile ones first, then drawn ones, as one stream that begins anew now and then.
//!
//! The clock's ticks are printed as they are; two calls of known length tell what a tick is worth.

use crate::print::Line;
use crate::records::RECORDS;
use crate::{chosen, measure, semihosting};
use core::hint::black_box;
use tillwatch_engine::feature::MISSING;
use tillwatch_engine::seeded::{SeededField, SeededWords, draw_record};

/// Turns of the call of known length; the number fits one instruction of every core.
pub const TURNS: u32 = 2000;
/// Seed of the drawn ones.
const SEED: u32 = 1;
/// So many records are one stream; then memories are emptied, as the first records of a stream take their own way.
const STREAM: u32 = 8;
/// Raw values of a record.
const VALUES: usize = chosen::RAW_VALUES;
/// Kinds of hostile values, see [`hostile`].
const KINDS: u32 = 10;
/// Records that alternate between two hostile kinds, the same kind twice included.
const PURE: u32 = KINDS * KINDS;
/// Records of usual values but for one field, fewer where so many fields would leave none drawn.
const SINGLE: u32 = {
    let every = KINDS * chosen::SEEDED_FIELDS.len() as u32;
    if every < RECORDS / 4 { every } else { RECORDS / 4 }
};

/// Scores everything, prints one line a record, and ends the run.
pub fn run() -> ! {
    let (none, known) = measure::try_clock();
    Line::new("clock ").decimal(none).text(" ").decimal(known).text(" ").decimal(1 + 2 * TURNS).end();
    let mut words = SeededWords::new(SEED);
    let mut record = [0; VALUES];
    let mut stack = 0;
    for index in 0..RECORDS {
        make(index, &mut words, &mut record);
        let (used, ticks) = measure::count(&record, index & (STREAM - 1) == 0);
        stack = stack.max(used);
        Line::new("ticks ").decimal(ticks).end();
    }
    measure::measured_all();
    Line::new("stack ").decimal(stack).end();
    Line::new("done").end();
    semihosting::exit(true)
}

/// The record of that number: alternating hostile kinds, then one hostile field in a usual record, then by turns two usual records,
/// one of hostile values, one of any size.
fn make(index: u32, words: &mut SeededWords, record: &mut [i32; VALUES]) {
    if index < PURE {
        let kinds = split(index);
        each(record, |at, field, _| hostile(if at & 1 == 0 { kinds.0 } else { kinds.1 }, field));
        return;
    }
    // Hidden from the compiler: with spans that it knows, it makes a 64-bit product of their halves, which the smallest core lacks.
    draw_record(black_box(&chosen::SEEDED_FIELDS), words, record);
    let drawn = index - PURE;
    if drawn < SINGLE {
        let (kind, wanted) = split(drawn);
        each(record, |at, field, usual| if at as u32 == wanted { hostile(kind, field) } else { usual });
    } else if drawn & 3 == 1 {
        each(record, |_, field, _| hostile(below(KINDS, words.next_word()), field));
    } else if drawn & 3 == 2 {
        each(record, |_, _, _| ((words.next_word() as i32) >> (words.next_word() & 31)).max(MISSING + 1));
    }
}

/// Remainder and quotient by the number of kinds, by subtraction: the smallest core has no division.
fn split(mut value: u32) -> (u32, u32) {
    let mut quotient = 0;
    while value >= KINDS {
        // Hidden from the compiler, which would turn the loop back into a division.
        value = black_box(value - KINDS);
        quotient += 1;
    }
    (value, quotient)
}

/// A number below `limit`.
fn below(limit: u32, word: u32) -> u32 {
    (word >> 16) * limit >> 16
}

/// A value that may take another way than usual ones.
fn hostile(kind: u32, field: &SeededField) -> i32 {
    let high = field.low.wrapping_add(field.span.wrapping_sub(1) as i32);
    let value = match kind {
        0 => i32::MIN,
        1 => i32::MAX,
        2 => 0,
        3 => field.low,
        4 => high,
        5 => field.low.wrapping_sub(1),
        6 => high.wrapping_add(1),
        7 => -1,
        8 => 1,
        _ => return if field.nullable { MISSING } else { high },
    };
    value.max(MISSING + 1)
}

/// Replaces every value by what is made of its place, its field and itself.
fn each(record: &mut [i32; VALUES], mut value: impl FnMut(usize, &SeededField, i32) -> i32) {
    for sample in record.chunks_mut(chosen::SEEDED_FIELDS.len()) {
        for (at, (raw, field)) in sample.iter_mut().zip(&chosen::SEEDED_FIELDS).enumerate() {
            *raw = value(at, field, *raw);
        }
    }
}
