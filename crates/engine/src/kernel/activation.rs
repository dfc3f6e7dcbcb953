//! Activations that are not a clamp: tables built on the workstation.

/// Entries of a rim table.
pub const RIM_TABLE_LEN: usize = 513;

/// Replaces each code by its table entry.
///
/// # Shapes
/// `codes`: any length; `table`: entry `c + 128` for code `c`.
/// # Units
/// In: codes of the layer's sum; out: codes of the activation.
/// # Bounds
/// Any codes.
/// # Exactness
/// Bit-exact under contract `tw-w8a8-r16-2`.
/// # Panics
/// Never.
/// # Examples
/// ```
/// use tillwatch_engine::kernel::activation::narrow_table;
/// let mut negate = [0_i8; 256];
/// for (entry, code) in negate.iter_mut().zip(-128..=127_i8) {
///     *entry = code.saturating_neg();
/// }
/// let mut codes = [-128, 0, 5];
/// narrow_table(&mut codes, &negate);
/// assert_eq!(codes, [127, 0, -5]);
/// ```
pub fn narrow_table(codes: &mut [i8], table: &[i8; 256]) {
    for code in codes {
        let index = usize::from((*code as u8) ^ 0x80);
        *code = table.get(index).copied().unwrap_or(0);
    }
}

/// Replaces each wide code by a table entry, interpolated linearly between two of 513.
///
/// Entry `i` belongs to code `128 * i - 32768`.
///
/// # Shapes
/// `codes`: any length; `table`: 513 entries.
/// # Units
/// In: wide codes of the layer's sum; out: wide codes of the activation.
/// # Bounds
/// Any codes; neighbouring entries differ by at most 2^15.
/// # Exactness
/// Bit-exact under contract `tw-w8a8-r16-2`.
/// # Panics
/// Never.
/// # Source
/// `NUMERICS.md`, "Activation tables".
pub fn rim_table(codes: &mut [i16], table: &[i16; RIM_TABLE_LEN]) {
    for code in codes {
        *code = rim_entry(*code, table);
    }
}

fn rim_entry(code: i16, table: &[i16; RIM_TABLE_LEN]) -> i16 {
    let position = (code as u16) ^ 0x8000; // 0 for the most negative code
    let index = usize::from(position >> 7);
    let fraction = i32::from(position & 0x7f);
    let low = i32::from(table.get(index).copied().unwrap_or(0));
    let high = i32::from(table.get(index + 1).copied().unwrap_or(0));
    (low + (((high - low) * fraction + 64) >> 7)) as i16
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_finds_its_entry() {
        let mut table = [0; 256];
        for (i, entry) in table.iter_mut().enumerate() {
            *entry = (i as i32 * 37 % 256 - 128) as i8;
        }
        for code in i8::MIN..=i8::MAX {
            let mut codes = [code];
            narrow_table(&mut codes, &table);
            assert_eq!(codes[0], table[(i32::from(code) + 128) as usize]);
        }
    }

    #[test]
    fn the_rim_identity_is_the_identity_and_ends_hold() {
        let mut table = [0_i16; RIM_TABLE_LEN];
        for (i, entry) in table.iter_mut().enumerate() {
            *entry = (i as i32 * 128 - 32_768).min(32_767) as i16;
        }
        for code in i16::MIN..=i16::MAX {
            let mut codes = [code];
            rim_table(&mut codes, &table);
            let [got] = codes;
            // The last step rises by 127 instead of 128, as 32768 is not a code.
            let want = if code > 32_640 {
                32_640 + ((127 * (i32::from(code) - 32_640) + 64) >> 7)
            } else {
                code.into()
            };
            assert_eq!(i32::from(got), want);
        }
    }

    #[test]
    fn interpolation_rounds_half_up() {
        let mut table = [0_i16; RIM_TABLE_LEN];
        table[257] = 1;
        assert_eq!(rim_entry(63, &table), 0);
        assert_eq!(rim_entry(64, &table), 1); // exactly one half
    }
}
