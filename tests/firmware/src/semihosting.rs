//! Output and exit through the debugger or emulator.

use crate::core_start::semihosting_call;

/// Write a text that ends with a zero byte.
const SYS_WRITE0: u32 = 0x04;
/// Stop, with a reason.
const SYS_EXIT: u32 = 0x18;
/// The reason that counts as success.
const APPLICATION_EXIT: usize = 0x20026;
/// The reason that counts as failure.
const RUN_TIME_ERROR: usize = 0x20023;

/// Writes a text; `zero_ended` must contain a zero byte, or nothing is written.
pub fn write(zero_ended: &[u8]) {
    if zero_ended.contains(&0) {
        // SAFETY: the text ends within the slice.
        unsafe { semihosting_call(SYS_WRITE0, zero_ended.as_ptr() as usize) }
    }
}

/// Ends the run.
pub fn exit(success: bool) -> ! {
    loop {
        // SAFETY: the argument of this call is a number.
        unsafe { semihosting_call(SYS_EXIT, if success { APPLICATION_EXIT } else { RUN_TIME_ERROR }) }
    }
}
