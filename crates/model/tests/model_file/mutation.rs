//! Blocks changed at random or byte by byte under checksums that fit. Validation may refuse or accept; what it accepts
//! must run.

use crate::picture::picture;
use crate::run::exercise;
use crate::seal::Blocks;
use crate::toy::Toy;
use proptest::prelude::*;
use tillwatch_model::{Cause, Model};

/// True where the blocks were accepted, and then they have run.
fn accepted(blocks: &Blocks) -> bool {
    match Model::validate(&blocks.seal()) {
        Ok(model) => {
            exercise(&model);
            true
        }
        Err(error) => {
            let outer = [Cause::NotAModel, Cause::OtherFormat, Cause::Length, Cause::Checksum];
            assert!(!outer.contains(&error.cause), "the container is sound, but: {error}");
            false
        }
    }
}

#[test]
fn every_byte_of_every_block_replaced() {
    for file in [Toy::new().file(), picture().file()] {
        replace_every_byte(&Blocks::of(&file));
    }
}

fn replace_every_byte(whole: &Blocks) {
    let mut counts = [0_u32; 2];
    for block in 0..3 {
        for byte in 0..whole.0[block].len() {
            let was = whole.0[block][byte];
            for value in [0, 1, 0x7f, 0x80, 0xff, was ^ 1] {
                let mut blocks = whole.clone();
                blocks.0[block][byte] = value;
                counts[usize::from(accepted(&blocks))] += 1;
            }
        }
    }
    // Both ways must have been taken often, or this test tests nothing.
    assert!(counts.iter().all(|&count| count > 500), "{counts:?}");
}

#[test]
fn every_byte_of_every_block_left_out_or_doubled() {
    for file in [Toy::new().file(), picture().file()] {
        leave_out_or_double(&Blocks::of(&file));
    }
}

fn leave_out_or_double(whole: &Blocks) {
    for block in 0..3 {
        for byte in 0..whole.0[block].len() {
            let mut shorter = whole.clone();
            shorter.0[block].remove(byte);
            let mut longer = whole.clone();
            longer.0[block].insert(byte, whole.0[block][byte]);
            let _ = (accepted(&shorter), accepted(&longer));
        }
    }
}

#[test]
fn every_truncation_of_a_block_is_refused() {
    let whole = Blocks::of(&Toy::new().file());
    for block in 0..3 {
        for len in 0..whole.0[block].len() {
            let mut blocks = whole.clone();
            blocks.0[block].truncate(len);
            // An empty third block stands for a file without a reference.
            assert_eq!(accepted(&blocks), block == 2 && len == 0, "block {block} cut to {len} bytes");
        }
        let mut blocks = whole.clone();
        blocks.0[block].push(0);
        assert!(!accepted(&blocks), "block {block} with a byte more");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn several_bytes_changed_at_once(
        edits in prop::collection::vec((0..3_usize, any::<prop::sample::Index>(), any::<u8>()), 1..12)
    ) {
        let mut blocks = Blocks::of(&Toy::new().file());
        for (block, at, value) in edits {
            let at = at.index(blocks.0[block].len());
            blocks.0[block][at] = value;
        }
        let _ = accepted(&blocks);
    }

    #[test]
    fn blocks_of_random_bytes(
        body in prop::collection::vec(any::<u8>(), 0..400),
        thresholds in prop::collection::vec(any::<u8>(), 0..200),
        reference in prop::collection::vec(any::<u8>(), 0..200),
    ) {
        prop_assert!(!accepted(&Blocks([body, thresholds, reference])));
    }

    #[test]
    fn a_sound_body_with_a_random_tail(
        keep in any::<prop::sample::Index>(), tail in prop::collection::vec(any::<u8>(), 0..300)
    ) {
        let mut blocks = Blocks::of(&Toy::new().file());
        let keep = keep.index(blocks.0[0].len());
        blocks.0[0].truncate(keep);
        blocks.0[0].extend(tail);
        let _ = accepted(&blocks);
    }
}
