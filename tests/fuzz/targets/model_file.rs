//! A model file under checksums that fit: it is refused, or it scores any record.
#![no_main]

use crc::{CRC_32_ISO_HDLC, Crc};
use libfuzzer_sys::fuzz_target;
use tillwatch_engine::feature::{MISSING, Memory};
use tillwatch_loader::Loader;
use tillwatch_model::{HEADER_LEN, MAGIC, Model};
use tillwatch_trainer::scoring::Bench;

const CHECKSUM: Crc<u32> = Crc::<u32>::new(&CRC_32_ISO_HDLC);

/// Makes magic and checksums fit, wherever the lengths of the blocks lead.
fn seal(file: &mut [u8]) {
    if file.len() < HEADER_LEN {
        return;
    }
    file[..MAGIC.len()].copy_from_slice(&MAGIC);
    let mut start = HEADER_LEN;
    for at in [12, 20, 28] {
        let len = u32::from_le_bytes([file[at], file[at + 1], file[at + 2], file[at + 3]]) as usize;
        let end = start.saturating_add(len).min(file.len());
        let sum = CHECKSUM.checksum(&file[start..end]);
        file[at + 4..at + 8].copy_from_slice(&sum.to_le_bytes());
        start = end;
    }
    let sum = CHECKSUM.checksum(&file[..HEADER_LEN - 4]);
    file[HEADER_LEN - 4..HEADER_LEN].copy_from_slice(&sum.to_le_bytes());
}

fuzz_target!(|file: &[u8]| {
    let mut file = file.to_vec();
    seal(&mut file);
    let Ok(model) = Model::validate(&file) else { return };
    let loader = Loader::new(model);
    let mut bench = Bench::new(&loader);
    let mut memories = vec![Memory::EMPTY; loader.sizes().memories];
    for raw in [0, -1, i32::MAX, MISSING + 1, MISSING] {
        let scored = bench.score(&loader, &vec![raw; model.n_raw()], &mut memories);
        assert!(scored.percentile <= 1000);
    }
});
