//! The frame of the inner loops for Cortex-M3, M4, M7 and M33: a loop over tiles around the instructions for one.

/// Defines `tile_sums`: the instructions for one tile, which move `{tile}` and `{input}` to the next and add to `{a0}` to
/// `{a3}`, and the registers that they need besides.
macro_rules! tile_sums {
    ($(#[$docs:meta])* registers: [$($register:ident),*], tile: [$($instruction:literal,)*]) => {
        $(#[$docs])*
        #[inline]
        pub(crate) fn tile_sums(tiles: &[[i8; 16]], input: &[[i8; 4]], sums: [i32; 4]) -> [i32; 4] {
            let n_groups = tiles.len().min(input.len());
            if n_groups == 0 {
                return sums;
            }
            let [mut a0, mut a1, mut a2, mut a3] = sums;
            // SAFETY: reads `n_groups` tiles of 16 bytes and as many groups of 4, which both slices hold, and writes no
            // memory. These cores need no alignment for `LDR`.
            unsafe {
                core::arch::asm!(
                    "2:",
                    $($instruction,)*
                    "cmp {input}, {end}",
                    "bne 2b",
                    tile = inout(reg) tiles.as_ptr() => _,
                    input = inout(reg) input.as_ptr() => _,
                    end = in(reg) input.as_ptr().wrapping_add(n_groups),
                    a0 = inout(reg) a0,
                    a1 = inout(reg) a1,
                    a2 = inout(reg) a2,
                    a3 = inout(reg) a3,
                    $($register = out(reg) _,)*
                    options(nostack, readonly),
                );
            }
            [a0, a1, a2, a3]
        }
    };
}

pub(super) use tile_sums;
