//! Memory of wide codes as memory of narrow ones.

/// The same groups of four bytes, each as four codes of 8 bits.
///
/// Which byte of a pair is which code depends on the order of bytes of the core, so nothing that was written in the one form is
/// read in the other.
#[inline]
pub(crate) fn narrow(pairs: &mut [[i16; 2]]) -> &mut [[i8; 4]] {
    let groups = pairs.len();
    // SAFETY: both elements are four bytes without padding, any of which is a value of either; an `i8` needs less alignment than
    // an `i16`; and the borrow goes on, so nobody else sees these bytes meanwhile.
    unsafe { core::slice::from_raw_parts_mut(pairs.as_mut_ptr().cast(), groups) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn four_narrow_codes_take_the_place_of_two_wide_ones() {
        let mut pairs = [[-1; 2]; 3];
        let groups = narrow(&mut pairs[1..]);
        assert_eq!(groups, [[-1; 4]; 2]);
        groups[1] = [0; 4];
        assert_eq!(pairs, [[-1; 2], [-1; 2], [0; 2]]);
        assert!(narrow(&mut []).is_empty());
    }
}
