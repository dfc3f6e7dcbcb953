//! The image that an emulator or a board runs to show what a baked model does on a bare core.
//!
//! It scores the model's known answers and a few seeded records, each within [`measure`], prints one line per answer
//! through semihosting, runs the self-test and the digest, and reports the stack that scoring used. With the feature `counted`
//! it scores many records instead and prints what each took. No start-up crate and no board support: a vector table, a copy loop
//! and a linker script of this folder.
//!
//! A panic that survives optimisation calls a function that nobody defines, so the image does not link.
#![no_std]
#![no_main]

#[cfg(broken)]
mod broken;
#[cfg(feature = "empty_model")]
#[path = "empty_model.rs"]
mod chosen;
#[cfg_attr(target_arch = "riscv32", path = "core/riscv.rs")]
#[cfg_attr(not(target_arch = "riscv32"), path = "core/cortex_m.rs")]
mod core_start;
#[cfg(feature = "counted")]
mod counted;
#[cfg(feature = "every_width")]
mod every_width;
mod measure;
mod panic;
#[cfg(not(feature = "bare"))]
mod print;
#[cfg(not(feature = "bare"))]
mod records;
#[cfg(not(any(feature = "bare", feature = "counted")))]
mod report;
#[cfg(not(feature = "bare"))]
mod semihosting;

#[cfg(not(feature = "empty_model"))]
include!(concat!(env!("OUT_DIR"), "/chosen.rs"));

/// Where the reset handler goes once memory is ready.
#[unsafe(no_mangle)]
extern "C" fn firmware() -> ! {
    #[cfg(feature = "counted")]
    counted::run();
    #[cfg(not(any(feature = "bare", feature = "counted")))]
    report::run();
    #[cfg(feature = "bare")]
    loop {
        core::hint::black_box(measure::score_again());
    }
}
