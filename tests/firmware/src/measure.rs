//! One scoring call, or one encoding of a crate that is an encoder alone, that an emulator can count and whose stack can be
//! read.

use crate::chosen;
use tillwatch_engine::score::Scored;

/// The record of the next call.
static mut RECORD: [i32; chosen::RAW_VALUES] = [0; chosen::RAW_VALUES];
/// Working memory of the model; a symbol of its own, so that the audit can read its size.
#[used]
#[unsafe(no_mangle)]
static mut SCRATCH: chosen::Scratch = chosen::Scratch::new();
/// What the model remembers between records; a symbol of its own, so that the audit can read its size.
#[used]
#[unsafe(no_mangle)]
static mut MEMORIES: chosen::Memories = chosen::Memories::EMPTY;
/// What watches the stream; a symbol of its own, so that the audit can read its size.
#[cfg(feature = "monitored")]
#[used]
#[unsafe(no_mangle)]
static mut MONITOR: chosen::Monitor =
    chosen::Monitor::new(tillwatch_engine::monitor::EventMonitor::new(tillwatch_engine::monitor::Rules::EACH));
/// The answer to the last call.
static mut SCORED: Option<Scored> = None;

unsafe extern "C" {
    /// Calls the function and returns the bytes of stack that it touched; defined beside the reset handler.
    fn measured_call(function: unsafe extern "C" fn()) -> u32;
}

/// Scores the stored record into the stored answer.
///
/// # Safety
/// Nothing else may hold a reference to this module's statics: there is one thread and no interrupt handler returns.
unsafe extern "C" fn score_stored() {
    // SAFETY: promised by the caller.
    unsafe {
        let (record, memories, scratch) =
            (&*&raw const RECORD, &mut *&raw mut MEMORIES, &mut *&raw mut SCRATCH);
        #[cfg(not(feature = "encoder"))]
        {
            *&raw mut SCORED = Some(chosen::score_raw(record, memories, scratch));
            #[cfg(feature = "monitored")]
            if let Some(scored) = &*&raw const SCORED {
                core::hint::black_box((*&raw mut MONITOR).observe(scored, scratch));
            }
        }
        #[cfg(feature = "encoder")]
        core::hint::black_box(chosen::encode_raw(record, memories, scratch));
    }
}

/// Scores one record with memories that remember nothing; gives the answer and the bytes of stack it took.
#[inline(never)]
pub fn score(record: &[i32; chosen::RAW_VALUES]) -> (Option<&'static Scored>, u32) {
    // SAFETY: one thread, no interrupt handler returns, and every reference handed out before has been dropped,
    // because callers keep none beyond the next call.
    unsafe {
        *&raw mut RECORD = *record;
        *&raw mut MEMORIES = chosen::Memories::EMPTY;
        let stack = measured_call(score_stored);
        ((*&raw const SCORED).as_ref(), stack)
    }
}

/// The working memory, for calls that are not measured.
#[cfg(not(feature = "bare"))]
pub fn with_scratch<T>(run: impl FnOnce(&mut chosen::Scratch) -> T) -> T {
    // SAFETY: one thread, and `run` cannot reach this module again without its own `unsafe`.
    unsafe { run(&mut *&raw mut SCRATCH) }
}
