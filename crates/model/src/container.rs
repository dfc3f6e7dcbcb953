//! The outermost layer of a model file: header, checksums, blocks.

#[cfg(feature = "std")]
use crate::{Body, Reference, ThresholdBlock};
use crate::{Cause, ModelError};
use crc::{CRC_32_ISO_HDLC, Crc};
use serde::Deserialize;

/// The first bytes of a model file.
pub const MAGIC: [u8; 8] = *b"TILLWTCH";
/// The format that this crate writes and reads.
pub const FORMAT_VERSION: u16 = 2;
/// Length of the header in bytes.
pub const HEADER_LEN: usize = 40;

const CHECKSUM: Crc<u32> = Crc::<u32>::new(&CRC_32_ISO_HDLC);
const BLOCKS: usize = 3;

/// Splits a file into its blocks (body, thresholds, reference), checking header, lengths and checksums.
pub(crate) fn split(bytes: &[u8]) -> Result<[&[u8]; BLOCKS], ModelError> {
    let (header, mut rest) = bytes
        .split_first_chunk::<HEADER_LEN>()
        .ok_or(ModelError::new(if bytes.starts_with(&MAGIC) { Cause::Length } else { Cause::NotAModel }))?;
    let (magic, header) = header.split_first_chunk::<8>().ok_or(ModelError::new(Cause::Length))?;
    if *magic != MAGIC {
        return Err(ModelError::new(Cause::NotAModel));
    }
    // Version and zero, then length and checksum of each block, then the checksum of all this.
    let [version, b0_len, b0_sum, b1_len, b1_sum, b2_len, b2_sum, header_sum] = words(header);
    // Every format keeps this header, so a damaged version is told from another one.
    let summed = bytes.get(..HEADER_LEN - 4).ok_or(ModelError::new(Cause::Length))?;
    if CHECKSUM.checksum(summed) != header_sum || version == 0 {
        return Err(ModelError::new(Cause::Checksum));
    }
    if version != u32::from(FORMAT_VERSION) {
        return Err(ModelError::new(Cause::OtherFormat));
    }
    let mut blocks = [&[] as &[u8]; BLOCKS];
    for (block, (len, sum)) in blocks.iter_mut().zip([(b0_len, b0_sum), (b1_len, b1_sum), (b2_len, b2_sum)]) {
        let (taken, left) = rest.split_at_checked(len as usize).ok_or(ModelError::new(Cause::Length))?;
        if CHECKSUM.checksum(taken) != sum {
            return Err(ModelError::new(Cause::Checksum));
        }
        (*block, rest) = (taken, left);
    }
    if rest.is_empty() { Ok(blocks) } else { Err(ModelError::new(Cause::Length)) }
}

/// Decodes a whole block; leftover bytes are an error.
pub(crate) fn decode<'a, T: Deserialize<'a>>(block: &'a [u8]) -> Result<T, ModelError> {
    match postcard::take_from_bytes(block) {
        Ok((value, [])) => Ok(value),
        _ => Err(ModelError::new(Cause::Encoding)),
    }
}

fn words(header: &[u8]) -> [u32; 8] {
    let mut words = [0; 8];
    for (word, value) in words.iter_mut().zip(crate::u32s(header)) {
        *word = value;
    }
    words
}

/// Writes a model file.
///
/// # Errors
/// None but an encoding failure, which these types cannot cause.
#[cfg(feature = "std")]
pub fn write(
    body: &Body<'_>,
    thresholds: &ThresholdBlock<'_>,
    reference: Option<&Reference<'_>>,
) -> Result<std::vec::Vec<u8>, ModelError> {
    let encoding = |_| ModelError::new(Cause::Encoding);
    let blocks = [
        postcard::to_stdvec(body).map_err(encoding)?,
        postcard::to_stdvec(thresholds).map_err(encoding)?,
        reference.map(postcard::to_stdvec).transpose().map_err(encoding)?.unwrap_or_default(),
    ];
    let mut file = MAGIC.to_vec();
    file.extend(u32::from(FORMAT_VERSION).to_le_bytes());
    for block in &blocks {
        let len = u32::try_from(block.len()).map_err(|_| ModelError::new(Cause::Length))?;
        file.extend(len.to_le_bytes());
        file.extend(CHECKSUM.checksum(block).to_le_bytes());
    }
    let sum = CHECKSUM.checksum(&file);
    file.extend(sum.to_le_bytes());
    file.extend(blocks.concat());
    Ok(file)
}
