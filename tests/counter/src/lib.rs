//! A plugin of QEMU: counts what a firmware executes between two markers, address by address.
//!
//! QEMU's interface for plugins is a few C functions, which are declared here, so that neither its headers nor a dependency
//! is needed. Once the firmware enters its end marker the calls are written, as `text` says, and the emulator goes on at full
//! speed. `cargo xtask` builds it, and tests what does not need QEMU: an executable cannot be linked without it.

mod interface;
mod options;
mod recorder;
mod text;

use interface::{Block, Id, Instruction};
use recorder::Recorder;
use std::ffi::{CStr, c_char, c_int, c_uint, c_void};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::{fs, ptr};

/// What the plugin knows while the firmware runs.
struct State {
    id: Id,
    recorder: Recorder,
    out: PathBuf,
}

/// Set once by `qemu_plugin_install`, emptied when the text is written.
static STATE: Mutex<Option<State>> = Mutex::new(None);

/// QEMU calls it once, with the options behind the plugin's name.
///
/// # Safety
/// `argv` holds `argc` texts that end with a zero byte, as QEMU promises.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn qemu_plugin_install(
    id: Id,
    _: *const c_void,
    argc: c_int,
    argv: *const *const c_char,
) -> c_int {
    let options = (0..argc.max(0) as usize)
        // SAFETY: promised by the caller.
        .map(|at| unsafe { CStr::from_ptr(*argv.add(at)) }.to_string_lossy().into_owned());
    match options::parse(options) {
        Ok((markers, out)) => {
            let state = State { id, recorder: Recorder::new(markers), out };
            *STATE.lock().unwrap_or_else(PoisonError::into_inner) = Some(state);
            // SAFETY: the identity is the one that QEMU gave.
            unsafe { interface::qemu_plugin_register_vcpu_tb_trans_cb(id, translated) };
            0
        }
        Err(message) => {
            eprintln!("tillwatch-counter: {message}");
            1
        }
    }
}

/// A block was translated: each of its instructions is to tell when it begins.
extern "C" fn translated(_: Id, block: *mut Block) {
    // SAFETY: the block and its instructions are valid until this function returns, and indices are below their number.
    unsafe {
        for at in 0..interface::qemu_plugin_tb_n_insns(block) {
            let instruction: *mut Instruction = interface::qemu_plugin_tb_get_insn(block, at);
            // The cores have 32-bit addresses, which travel to the callback as a pointer that nobody follows.
            let address = interface::qemu_plugin_insn_vaddr(instruction) as u32;
            interface::qemu_plugin_register_vcpu_insn_exec_cb(
                instruction,
                executed,
                interface::NO_REGISTERS,
                ptr::without_provenance_mut(address as usize),
            );
        }
    }
}

extern "C" fn executed(_: c_uint, address: *mut c_void) {
    let mut state = STATE.lock().unwrap_or_else(PoisonError::into_inner);
    let goes_on = state.as_mut().is_none_or(|known| known.recorder.begin(address.addr() as u32));
    if !goes_on && let Some(State { id, recorder, out }) = state.take() {
        if let Err(error) = keep(&out, &text::write(&recorder.into_calls())) {
            eprintln!("tillwatch-counter: {}: {error}", out.display());
        }
        // SAFETY: the identity is the one that QEMU gave; nothing of this plugin is called once `gone` was.
        unsafe { interface::qemu_plugin_uninstall(id, gone) };
    }
}

extern "C" fn gone(_: Id) {}

/// Writes a file under another name first: where it is, it is whole.
fn keep(out: &Path, text: &str) -> std::io::Result<()> {
    let fresh = out.with_extension("fresh");
    fs::write(&fresh, text)?;
    fs::rename(&fresh, out)
}
