//! One broken promise per feature, to show that the checks notice.

use core::hint::black_box;

/// Breaks the promises that the features name.
#[inline(never)]
pub fn break_promises() {
    #[cfg(feature = "bad_panic")]
    black_box([1_u8, 2, 3][black_box(1_usize)]);
    #[cfg(feature = "bad_float")]
    black_box(black_box(1.5_f32) * black_box(2.5_f32));
    #[cfg(feature = "bad_wide")]
    black_box(black_box(1_u64 << 40) / (black_box(3_u64) | 1));
    #[cfg(feature = "bad_allocator")]
    allocator::allocate();
    #[cfg(feature = "bad_indirect")]
    black_box(CHOICES.get(black_box(1_usize)).map(|choice| choice(black_box(9))));
    #[cfg(feature = "bad_recursion")]
    black_box(steps(black_box(9)));
}

/// Functions of which a number decides.
#[cfg(feature = "bad_indirect")]
static CHOICES: [fn(u32) -> u32; 2] = [|value| value >> 1, |value| value << 1];

/// Calls itself, and works on the answer, so that it cannot become a loop.
#[cfg(feature = "bad_recursion")]
#[inline(never)]
fn steps(value: u32) -> u32 {
    if value == 0 { 0 } else { black_box(steps(black_box(value >> 1))) + 1 }
}

#[cfg(feature = "bad_allocator")]
mod allocator {
    extern crate alloc;

    use core::alloc::{GlobalAlloc, Layout};

    /// Gives out nothing.
    struct Nothing;

    // SAFETY: a null pointer is a legal answer to every request.
    unsafe impl GlobalAlloc for Nothing {
        unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
            core::ptr::without_provenance_mut(core::hint::black_box(layout.size()) & 4)
        }
        unsafe fn dealloc(&self, _: *mut u8, _: Layout) {}
    }

    #[global_allocator]
    static NOTHING: Nothing = Nothing;

    #[inline(never)]
    pub fn allocate() {
        let mut list = alloc::vec::Vec::<u32>::new();
        if list.try_reserve(core::hint::black_box(8)).is_ok() {
            core::hint::black_box(&list);
        }
    }
}
