//! The frame of the inner loops for Cortex-M3, M4, M7 and M33: a loop over groups of four inputs around the instructions for
//! one, and a loop over rows of taps around that.

/// Defines a function that adds products of weights and taps to sums: the instructions for one group of inputs, which move
/// `{weights}` and `{input}` to the next, and the registers that they need besides.
macro_rules! inner_loop {
    (
        $(#[$docs:meta])*
        $name:ident(weights: $weights:ty, sums: [$($sum:ident),+; $rows:literal]),
        registers: [$($register:ident),*],
        group: [$($instruction:literal,)*]
    ) => {
        $(#[$docs])*
        #[inline]
        pub(crate) fn $name(weights: &[$weights], taps: &super::Taps<'_>, sums: [i32; $rows]) -> [i32; $rows] {
            if weights.len() < taps.len() {
                return sums;
            }
            let [$(mut $sum),+] = sums;
            let (mut weights, mut row) = (weights.as_ptr(), taps.codes().as_ptr());
            for _ in 0..taps.rows() {
                // SAFETY: reads one group of weights and one of inputs for each group of the row, of which there is at least
                // one, and writes no memory. There are as many weights as `Taps::len` says, as asked above; the taps reach as
                // far as `Taps::new` asked. These cores need no alignment for `LDR`.
                unsafe {
                    core::arch::asm!(
                        "2:",
                        $($instruction,)*
                        "cmp {input}, {end}",
                        "bne 2b",
                        weights = inout(reg) weights,
                        input = inout(reg) row => _,
                        end = in(reg) row.wrapping_add(4 * taps.groups()),
                        $($sum = inout(reg) $sum,)+
                        $($register = out(reg) _,)*
                        options(nostack, readonly),
                    );
                }
                row = row.wrapping_add(taps.pitch());
            }
            [$($sum),+]
        }
    };
}

pub(super) use inner_loop;
