//! Start-up of RV32: stack, memory, the measured call and the semihosting breakpoint.

use core::arch::global_asm;

global_asm!(
    ".section .start, \"ax\"",
    ".global reset",
    ".type reset, @function",
    "reset:",
    "la sp, _stack_top",
    "la t0, fault",
    "csrw mtvec, t0",
    "la t0, _data_start",
    "la t1, _data_end",
    "la t2, _data_source",
    "j 2f",
    "1: lw t3, 0(t2)",
    "sw t3, 0(t0)",
    "addi t0, t0, 4",
    "addi t2, t2, 4",
    "2: bltu t0, t1, 1b",
    "la t0, _bss_start",
    "la t1, _bss_end",
    "j 4f",
    "3: sw zero, 0(t0)",
    "addi t0, t0, 4",
    "4: bltu t0, t1, 3b",
    "call firmware",
    // An exception ends the run as a failure: semihosting call SYS_EXIT with the reason "run-time error".
    ".balign 16",
    "fault:",
    "li a1, 0x20023",
    "li a0, 0x18",
    ".option push",
    ".option norvc",
    "slli zero, zero, 0x1f",
    "ebreak",
    "srai zero, zero, 7",
    ".option pop",
    "j fault",
);

// measured_call(function): paints the free stack, calls the function and returns how many bytes of stack it touched, and in the
// upper word how far the cycle counter came meanwhile.
// An emulator counts the instructions from measure_start up to measure_stop: the call, the function and its return.
global_asm!(
    ".section .text.measured_call, \"ax\"",
    ".global measured_call",
    ".global measure_start",
    ".global measure_stop",
    ".type measured_call, @function",
    ".type measure_start, @function",
    ".type measure_stop, @function",
    "measured_call:",
    "addi sp, sp, -16",
    "sw ra, 0(sp)",
    "sw s0, 4(sp)",
    "la t0, _stack_bottom",
    "li t1, 0xc5a35ac5",
    "1: sw t1, 0(t0)",
    "addi t0, t0, 4",
    "bltu t0, sp, 1b",
    "csrr s0, mcycle",
    "measure_start:",
    "jalr a0",
    "measure_stop:",
    "csrr a1, mcycle",
    "sub a1, a1, s0",
    "la t0, _stack_bottom",
    "li t1, 0xc5a35ac5",
    "2: lw t2, 0(t0)",
    "addi t0, t0, 4",
    "beq t2, t1, 2b",
    "addi t0, t0, -4",
    "sub a0, sp, t0",
    "lw s0, 4(sp)",
    "lw ra, 0(sp)",
    "addi sp, sp, 16",
    "ret",
);

// start_clock(): nothing, the cycle counter runs from reset.
// known_turns(): takes 1 + 2 * TURNS instructions more than no_turns(), which returns at once.
#[cfg(feature = "counted")]
global_asm!(
    ".section .text.clock, \"ax\"",
    ".global start_clock",
    ".type start_clock, @function",
    "start_clock:",
    "ret",
    ".global known_turns",
    ".type known_turns, @function",
    "known_turns:",
    "li t0, {turns}",
    "1: addi t0, t0, -1",
    "bnez t0, 1b",
    ".global no_turns",
    ".type no_turns, @function",
    "no_turns:",
    "ret",
    turns = const crate::counted::TURNS,
);

/// Makes a semihosting call.
///
/// # Safety
/// `argument` must be what the operation wants: see "RISC-V Semihosting".
#[cfg(not(feature = "bare"))]
pub unsafe fn semihosting_call(operation: u32, argument: usize) {
    // SAFETY: the three uncompressed instructions hand over to the debugger or emulator, which changes a0 and reads
    // memory at most; 16-byte alignment keeps them within one page, as the specification wants.
    unsafe {
        core::arch::asm!(
            ".balign 16",
            ".option push",
            ".option norvc",
            "slli zero, zero, 0x1f",
            "ebreak",
            "srai zero, zero, 7",
            ".option pop",
            inout("a0") operation => _,
            in("a1") argument,
            options(nostack),
        );
    }
}
