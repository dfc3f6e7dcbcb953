//! Taking a file apart and putting it together again with checksums that fit, so that validation proper is reached.

use crc::{CRC_32_ISO_HDLC, Crc};
use tillwatch_model::{FORMAT_VERSION, HEADER_LEN, MAGIC};

/// Offset of the header's own checksum.
pub(crate) const HEADER_SUM_AT: usize = HEADER_LEN - 4;

const CHECKSUM: Crc<u32> = Crc::<u32>::new(&CRC_32_ISO_HDLC);

/// The blocks of a file: body, thresholds, reference.
#[derive(Clone, Debug)]
pub(crate) struct Blocks(pub(crate) [Vec<u8>; 3]);

impl Blocks {
    /// Takes a sound file apart by the byte table of `FORMAT.md`, without the crate's own reader.
    pub(crate) fn of(file: &[u8]) -> Self {
        let mut rest = &file[HEADER_LEN..];
        Self([12, 20, 28].map(|at| {
            let len = u32::from_le_bytes(file[at..at + 4].try_into().unwrap()) as usize;
            let (block, left) = rest.split_at(len);
            rest = left;
            block.to_vec()
        }))
    }

    /// A file whose lengths and checksums fit the blocks.
    pub(crate) fn seal(&self) -> Vec<u8> {
        let mut file = MAGIC.to_vec();
        file.extend(u32::from(FORMAT_VERSION).to_le_bytes());
        for block in &self.0 {
            file.extend((block.len() as u32).to_le_bytes());
            file.extend(CHECKSUM.checksum(block).to_le_bytes());
        }
        file.extend([0; 4]);
        reseal_header(&mut file);
        file.extend(self.0.concat());
        file
    }
}

/// Makes the header's checksum fit its bytes.
pub(crate) fn reseal_header(file: &mut [u8]) {
    let sum = CHECKSUM.checksum(&file[..HEADER_SUM_AT]);
    file[HEADER_SUM_AT..HEADER_LEN].copy_from_slice(&sum.to_le_bytes());
}

/// The file with another format version and a header checksum that fits.
pub(crate) fn with_version(file: &[u8], version: u32) -> Vec<u8> {
    let mut file = file.to_vec();
    file[8..12].copy_from_slice(&version.to_le_bytes());
    reseal_header(&mut file);
    file
}
