//! The frame of the inner loops for Cortex-M3, M4, M7 and M33: a loop over groups of four inputs around the instructions for
//! one.

/// Defines a function that adds products of weights and one row of inputs to sums and gives the weights behind them: the
/// instructions for one group of inputs, which move `{weights}` and `{input}` to the next, and the registers that they need
/// besides. Where a second name is given, it is that of a function that does the same with two groups a turn: it needs half the
/// branches and three instructions more to begin with.
macro_rules! inner_loop {
    (
        $(#[$docs:meta])*
        $name:ident and $in_pairs:ident(weights: $weights:ty, sums: $sums:tt),
        registers: $registers:tt,
        group: $group:tt
    ) => {
        super::thumb::inner_loop! {
            $(#[$docs])*
            $name(weights: $weights, sums: $sums),
            registers: $registers,
            group: $group
        }
        super::thumb::inner_loop! {
            @define
            $(#[$docs])*
            $in_pairs, $weights, $sums, $registers, $group,
            // An odd number of groups begins with the second of a turn.
            entry: ["bne 3f",], twice: $group
        }
    };
    (
        $(#[$docs:meta])*
        $name:ident(weights: $weights:ty, sums: $sums:tt),
        registers: $registers:tt,
        group: $group:tt
    ) => {
        super::thumb::inner_loop! {
            @define
            $(#[$docs])*
            $name, $weights, $sums, $registers, $group,
            entry: [], twice: []
        }
    };
    (
        @define
        $(#[$docs:meta])*
        $name:ident, $weights:ty, [$($sum:ident),+; $rows:literal], [$first:ident $(, $register:ident)*],
        [$($instruction:literal,)*], entry: [$($entry:literal,)*], twice: [$($again:literal,)*]
    ) => {
        $(#[$docs])*
        ///
        /// # Safety
        /// `groups` is at least 1, and there are as many groups of weights and of four inputs to read.
        #[inline]
        unsafe fn $name(
            weights: *const $weights,
            input: *const i8,
            groups: usize,
            sums: [i32; $rows],
        ) -> (*const $weights, [i32; $rows]) {
            let ([$(mut $sum),+], mut weights) = (sums, weights);
            // SAFETY: reads what the caller promises and writes no memory. These cores need no alignment for `LDR`.
            unsafe {
                core::arch::asm!(
                    $(concat!("sub {", stringify!($first), "}, {end}, {input}"),
                    concat!("tst {", stringify!($first), "}, #4"),
                    $entry,)*
                    "2:",
                    $($again,)*
                    "3:",
                    $($instruction,)*
                    "cmp {input}, {end}",
                    "bne 2b",
                    weights = inout(reg) weights,
                    input = inout(reg) input => _,
                    end = in(reg) input.wrapping_add(4 * groups),
                    $($sum = inout(reg) $sum,)+
                    $first = out(reg) _,
                    $($register = out(reg) _,)*
                    options(nostack, readonly),
                );
            }
            (weights, [$($sum),+])
        }
    };
}

/// Defines a safe function over all rows of taps around one that [`inner_loop`] defined.
macro_rules! over_rows {
    ($(#[$docs:meta])* $name:ident = $one:ident(weights: $weights:ty, sums: $rows:literal)) => {
        $(#[$docs])*
        #[inline]
        pub(crate) fn $name(weights: &[$weights], taps: &super::Taps<'_>, sums: [i32; $rows]) -> [i32; $rows] {
            if weights.len() < taps.len() {
                return sums;
            }
            let (mut weights, mut row, mut sums) = (weights.as_ptr(), taps.codes().as_ptr(), sums);
            for _ in 0..taps.rows() {
                // SAFETY: a row has at least one group; there are as many weights as asked above, and the taps reach as far
                // as `Taps::new` asked.
                (weights, sums) = unsafe { $one(weights, row, taps.groups(), sums) };
                row = row.wrapping_add(taps.pitch());
            }
            sums
        }
    };
}

pub(super) use {inner_loop, over_rows};
