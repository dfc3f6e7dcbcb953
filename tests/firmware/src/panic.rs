//! The proof at link time that no panic is left.

use core::panic::PanicInfo;

#[cfg(not(feature = "panics_allowed"))]
#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    unsafe extern "C" {
        /// Defined nowhere: an image that can reach it does not link.
        fn tillwatch_panics() -> !;
    }
    // SAFETY: never linked, hence never called.
    unsafe { tillwatch_panics() }
}

#[cfg(feature = "panics_allowed")]
#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    tillwatch_panics()
}

/// Stands in for the undefined function, so that the image links and shows who calls it.
#[cfg(feature = "panics_allowed")]
#[unsafe(no_mangle)]
#[inline(never)]
extern "C" fn tillwatch_panics() -> ! {
    loop {
        core::hint::black_box(());
    }
}
