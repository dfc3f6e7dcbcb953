//! The sums of a dense layer on cores with DSP instructions: Cortex-M4 and M7.

super::thumb::inner_loop! {
    /// As the portable twin: two products in an instruction, 1.6 instructions per multiply-accumulate instead of 3.1.
    ///
    /// # Bounds
    /// Sums that fit an i32, as everywhere: `SMLAD` wraps.
    /// # Source
    /// ARMv7-M Architecture Reference Manual, `SXTB16` and `SMLAD`.
    tile_sums(weights: [i8; 16], sums: [a0, a1, a2, a3; 4]),
    registers: [x_even, x_odd, even, w],
    group: [
        "ldr {x_odd}, [{input}], #4",
        "sxtb16 {x_even}, {x_odd}",
        "sxtb16 {x_odd}, {x_odd}, ror #8",
        "ldr {w}, [{weights}], #4",
        "sxtb16 {even}, {w}",
        "sxtb16 {w}, {w}, ror #8",
        "smlad {a0}, {even}, {x_even}, {a0}",
        "smlad {a0}, {w}, {x_odd}, {a0}",
        "ldr {w}, [{weights}], #4",
        "sxtb16 {even}, {w}",
        "sxtb16 {w}, {w}, ror #8",
        "smlad {a1}, {even}, {x_even}, {a1}",
        "smlad {a1}, {w}, {x_odd}, {a1}",
        "ldr {w}, [{weights}], #4",
        "sxtb16 {even}, {w}",
        "sxtb16 {w}, {w}, ror #8",
        "smlad {a2}, {even}, {x_even}, {a2}",
        "smlad {a2}, {w}, {x_odd}, {a2}",
        "ldr {w}, [{weights}], #4",
        "sxtb16 {even}, {w}",
        "sxtb16 {w}, {w}, ror #8",
        "smlad {a3}, {even}, {x_even}, {a3}",
        "smlad {a3}, {w}, {x_odd}, {a3}",
    ]
}

super::thumb::inner_loop! {
    /// As the portable twin: two products in an instruction.
    ///
    /// # Bounds
    /// As [`tile_sums`].
    row_sum(weights: [i8; 4], sums: [a0; 1]),
    registers: [x_even, x_odd, even, w],
    group: [
        "ldr {x_odd}, [{input}], #4",
        "ldr {w}, [{weights}], #4",
        "sxtb16 {x_even}, {x_odd}",
        "sxtb16 {x_odd}, {x_odd}, ror #8",
        "sxtb16 {even}, {w}",
        "sxtb16 {w}, {w}, ror #8",
        "smlad {a0}, {even}, {x_even}, {a0}",
        "smlad {a0}, {w}, {x_odd}, {a0}",
    ]
}
