//! Checksums that fit, so that parsers are reached behind them.

use crc::{CRC_32_ISO_HDLC, Crc};
use tillwatch_model::{HEADER_LEN, MAGIC};

/// The checksum of model files, frames and the chunks of PNG.
const CHECKSUM: Crc<u32> = Crc::<u32>::new(&CRC_32_ISO_HDLC);

/// Offsets of the lengths of a model file's blocks; the checksum of each follows its length.
const BLOCKS: [usize; 3] = [12, 20, 28];

/// Makes magic and checksums of a model file fit, wherever the lengths of its blocks lead.
pub(crate) fn model_file(file: &mut [u8]) {
    if file.len() < HEADER_LEN {
        return;
    }
    file[..MAGIC.len()].copy_from_slice(&MAGIC);
    let mut start = HEADER_LEN;
    for at in BLOCKS {
        let len = u32::from_le_bytes([file[at], file[at + 1], file[at + 2], file[at + 3]]) as usize;
        let end = start.saturating_add(len).min(file.len());
        let sum = CHECKSUM.checksum(&file[start..end]);
        file[at + 4..at + 8].copy_from_slice(&sum.to_le_bytes());
        start = end;
    }
    let sum = CHECKSUM.checksum(&file[..HEADER_LEN - 4]);
    file[HEADER_LEN - 4..HEADER_LEN].copy_from_slice(&sum.to_le_bytes());
}

/// Makes the checksum at the end of a frame fit.
pub(crate) fn frame(frame: &mut [u8]) {
    if let Some((framed, checksum)) = frame.split_last_chunk_mut::<4>() {
        *checksum = CHECKSUM.checksum(framed).to_le_bytes();
    }
}

/// Makes the checksums of a PNG file's chunks fit: behind eight bytes of magic a length, a name, content and a checksum each.
pub(crate) fn picture(file: &mut [u8]) {
    let Some(mut rest) = file.get_mut(8..) else { return };
    while let Some((head, behind)) = rest.split_first_chunk_mut::<4>() {
        let len = (u32::from_be_bytes(*head) as usize).saturating_add(4);
        if behind.len() < len.saturating_add(4) {
            return;
        }
        let (content, next) = behind.split_at_mut(len);
        next[..4].copy_from_slice(&CHECKSUM.checksum(content).to_be_bytes());
        rest = &mut next[4..];
    }
}
