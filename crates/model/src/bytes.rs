//! Wider values inside byte slices: little-endian, decoded in place, whatever the alignment.

use tillwatch_engine::feature::OneHot;
use tillwatch_engine::fixed::Channel;

/// The 16-bit signed values in `bytes`.
pub fn i16s(bytes: &[u8]) -> impl Iterator<Item = i16> + Clone + '_ {
    bytes.as_chunks().0.iter().map(|&chunk| i16::from_le_bytes(chunk))
}

/// The 32-bit signed values in `bytes`.
pub fn i32s(bytes: &[u8]) -> impl Iterator<Item = i32> + Clone + '_ {
    bytes.as_chunks().0.iter().map(|&chunk| i32::from_le_bytes(chunk))
}

/// The 32-bit unsigned values in `bytes`.
pub fn u32s(bytes: &[u8]) -> impl Iterator<Item = u32> + Clone + '_ {
    bytes.as_chunks().0.iter().map(|&chunk| u32::from_le_bytes(chunk))
}

/// The 64-bit unsigned values in `bytes`.
pub fn u64s(bytes: &[u8]) -> impl Iterator<Item = u64> + Clone + '_ {
    bytes.as_chunks().0.iter().map(|&chunk| u64::from_le_bytes(chunk))
}

/// Bytes of an output channel.
pub const CHANNEL_LEN: usize = 4;

/// The output channels in `bytes`: bias, then multiplier.
pub fn channels(bytes: &[u8]) -> impl Iterator<Item = Channel> + Clone + '_ {
    bytes.as_chunks::<CHANNEL_LEN>().0.iter().map(|&[a, b, c, d]| Channel {
        bias: i16::from_le_bytes([a, b]),
        multiplier: i16::from_le_bytes([c, d]),
    })
}

/// The one-hot columns in `bytes`: code when off, then code when on.
pub fn one_hot_levels(bytes: &[u8]) -> impl Iterator<Item = OneHot> + Clone + '_ {
    bytes
        .as_chunks()
        .0
        .iter()
        .map(|&[a, b, c, d]| OneHot { off: i16::from_le_bytes([a, b]), on: i16::from_le_bytes([c, d]) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn little_end_first() {
        let bytes = [1, 0, 0, 128, 255, 255, 255, 127];
        assert!(i16s(&bytes).eq([1, -32_768, -1, 32_767]));
        assert!(i32s(&bytes).eq([-2_147_483_647, i32::MAX]));
        assert!(u32s(&bytes).eq([0x8000_0001, 0x7fff_ffff]));
        assert!(u64s(&bytes).eq([0x7fff_ffff_8000_0001]));
        let channel = |bias, multiplier| Channel { bias, multiplier };
        assert!(channels(&bytes).eq([channel(1, i16::MIN), channel(-1, i16::MAX)]));
        assert!(one_hot_levels(&bytes[..4]).eq([OneHot { off: 1, on: -32_768 }]));
    }
}
