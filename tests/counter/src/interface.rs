//! The part of QEMU's plugin interface that is used, as its documentation of TCG plugins has it.

use std::ffi::{c_int, c_uint, c_void};

/// A plugin's identity.
pub(crate) type Id = u64;
/// A block of instructions that is being translated.
pub(crate) enum Block {}
/// An instruction of a block.
pub(crate) enum Instruction {}

/// A callback that reads and writes no register of the core.
pub(crate) const NO_REGISTERS: c_int = 0;

/// The version of the interface, given by whoever builds this: QEMU loads nothing older than what it still serves, nothing
/// newer than itself. What is declared below is the same in versions 1 to 6.
#[unsafe(no_mangle)]
#[used]
#[allow(non_upper_case_globals)] // QEMU looks for this name.
pub static qemu_plugin_version: c_int = match option_env!("TILLWATCH_QEMU_INTERFACE") {
    Some(text) => digit(text.as_bytes()),
    None => 1,
};

const fn digit(text: &[u8]) -> c_int {
    assert!(text.len() == 1 && text[0].is_ascii_digit(), "TILLWATCH_QEMU_INTERFACE is one digit");
    (text[0] - b'0') as c_int
}

// Defined by the emulator that loads the plugin.
unsafe extern "C" {
    pub(crate) fn qemu_plugin_register_vcpu_tb_trans_cb(id: Id, callback: extern "C" fn(Id, *mut Block));
    pub(crate) fn qemu_plugin_tb_n_insns(block: *const Block) -> usize;
    pub(crate) fn qemu_plugin_tb_get_insn(block: *const Block, index: usize) -> *mut Instruction;
    pub(crate) fn qemu_plugin_insn_vaddr(instruction: *const Instruction) -> u64;
    pub(crate) fn qemu_plugin_register_vcpu_insn_exec_cb(
        instruction: *mut Instruction,
        callback: extern "C" fn(c_uint, *mut c_void),
        flags: c_int,
        data: *mut c_void,
    );
    pub(crate) fn qemu_plugin_uninstall(id: Id, callback: extern "C" fn(Id));
}
