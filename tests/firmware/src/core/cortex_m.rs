//! Start-up of ARMv6-M, v7-M and v8-M: vector table, memory, the measured call and the semihosting breakpoint.
//!
//! Everything is written in the instructions that ARMv6-M has, so that one text serves all cores.

use core::arch::global_asm;

global_asm!(
    ".section .start, \"a\"",
    ".word _stack_top",
    ".word reset",
    ".rept 14", // NMI, faults and system exceptions: none is expected
    ".word fault",
    ".endr",
    ".section .text.reset, \"ax\"",
    ".global reset",
    ".type reset, %function",
    ".thumb_func",
    "reset:",
    "ldr r0, =_data_start",
    "ldr r1, =_data_end",
    "ldr r2, =_data_source",
    "b 2f",
    "1: ldmia r2!, {{r3}}",
    "stmia r0!, {{r3}}",
    "2: cmp r0, r1",
    "blo 1b",
    "ldr r0, =_bss_start",
    "ldr r1, =_bss_end",
    "movs r3, #0",
    "b 4f",
    "3: stmia r0!, {{r3}}",
    "4: cmp r0, r1",
    "blo 3b",
    "bl switch_on",
    "bl firmware",
    ".pool",
    // An exception ends the run as a failure: semihosting call SYS_EXIT with the reason "run-time error".
    ".type fault, %function",
    ".thumb_func",
    "fault:",
    "ldr r1, =0x20023",
    "movs r0, #0x18",
    "bkpt 0xab",
    "b fault",
    ".pool",
);

// switch_on(): lets code use the registers of coprocessors 10 and 11, which are those for floats and vectors.
global_asm!(
    ".section .text.switch_on, \"ax\"",
    ".type switch_on, %function",
    ".thumb_func",
    "switch_on:",
    #[cfg(coprocessors)]
    "ldr r0, =0xe000ed88
    ldr r1, =0x00f00000
    str r1, [r0]",
    "bx lr",
    ".pool",
);

// measured_call(function): paints the free stack, calls the function and returns how many bytes of stack it touched, and in the
// upper word how far the clock came meanwhile: SysTick, 24 bits, counting down, where it was started.
// An emulator counts the instructions from measure_start up to measure_stop: the call, the function and its return.
global_asm!(
    ".section .text.measured_call, \"ax\"",
    ".global measured_call",
    ".global measure_start",
    ".global measure_stop",
    ".type measured_call, %function",
    ".type measure_start, %function",
    ".type measure_stop, %function",
    ".thumb_func",
    "measured_call:",
    "push {{r4, r5, r6, lr}}",
    "mov r1, sp",
    "ldr r2, =_stack_bottom",
    "ldr r3, =0xc5a35ac5",
    "1: stmia r2!, {{r3}}",
    "cmp r2, r1",
    "blo 1b",
    "ldr r4, =0xe000e018",
    "ldr r5, [r4]",
    ".thumb_func",
    "measure_start:",
    "blx r0",
    ".thumb_func",
    "measure_stop:",
    "ldr r4, [r4]",
    "ldr r2, =_stack_bottom",
    "ldr r3, =0xc5a35ac5",
    "2: ldmia r2!, {{r1}}",
    "cmp r1, r3",
    "beq 2b",
    "subs r2, #4",
    "mov r0, sp",
    "subs r0, r0, r2",
    "subs r1, r5, r4",
    "lsls r1, r1, #8",
    "lsrs r1, r1, #8",
    "pop {{r4, r5, r6, pc}}",
    ".pool",
);

// start_clock(): lets SysTick count the core's clock down from its largest value, without interrupts.
// known_turns(): takes 1 + 2 * TURNS instructions more than no_turns(), which returns at once.
#[cfg(feature = "counted")]
global_asm!(
    ".section .text.clock, \"ax\"",
    ".global start_clock",
    ".type start_clock, %function",
    ".thumb_func",
    "start_clock:",
    "ldr r0, =0xe000e010",
    "ldr r1, =0x00ffffff",
    "str r1, [r0, #4]",
    "str r1, [r0, #8]",
    "movs r1, #5",
    "str r1, [r0]",
    "bx lr",
    ".global known_turns",
    ".type known_turns, %function",
    ".thumb_func",
    "known_turns:",
    "ldr r0, ={turns}",
    "1: subs r0, #1",
    "bne 1b",
    ".global no_turns",
    ".type no_turns, %function",
    ".thumb_func",
    "no_turns:",
    "bx lr",
    ".pool",
    turns = const crate::counted::TURNS,
);

/// Makes a semihosting call.
///
/// # Safety
/// `argument` must be what the operation wants: see Arm's "Semihosting for AArch32 and AArch64".
#[cfg(not(feature = "bare"))]
pub unsafe fn semihosting_call(operation: u32, argument: usize) {
    // SAFETY: the breakpoint hands over to the debugger or emulator, which changes r0 and reads memory at most.
    unsafe {
        core::arch::asm!("bkpt 0xab", inout("r0") operation => _, in("r1") argument, options(nostack));
    }
}
