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
    /// Calls the function; gives the bytes of stack that it touched, and in the upper word what the clock says. Defined beside the
    /// reset handler.
    fn measured_call(function: unsafe extern "C" fn()) -> u64;
    /// Lets the clock run.
    #[cfg(feature = "counted")]
    fn start_clock();
    /// Takes a known number of instructions more than [`no_turns`].
    #[cfg(feature = "counted")]
    fn known_turns();
    /// Returns at once.
    #[cfg(feature = "counted")]
    fn no_turns();
}

/// Scores the stored record into the stored answer; the root of the call graph that the audit follows.
///
/// # Safety
/// Nothing else may hold a reference to this module's statics: there is one thread and no interrupt handler returns.
#[unsafe(no_mangle)]
unsafe extern "C" fn score_stored() {
    // SAFETY: promised by the caller.
    unsafe {
        #[cfg(broken)]
        crate::broken::break_promises();
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

/// Scores the record that lies there, with memories that remember nothing; gives the answer. An image that is weighed holds no
/// record of its own: it would count as constants of the model.
#[cfg(feature = "bare")]
#[inline(never)]
pub fn score_again() -> Option<&'static Scored> {
    // SAFETY: one thread, no interrupt handler returns, and every reference handed out before has been dropped,
    // because callers keep none beyond the next call.
    unsafe {
        // Nobody has written there, and the compiler must not know.
        core::hint::black_box(&raw mut RECORD);
        *&raw mut MEMORIES = chosen::Memories::EMPTY;
        measured_call(score_stored);
        (*&raw const SCORED).as_ref()
    }
}

/// Scores one record with memories that remember nothing; gives the answer and the bytes of stack it took.
#[cfg(not(any(feature = "bare", feature = "counted")))]
#[inline(never)]
pub fn score(record: &[i32; chosen::RAW_VALUES]) -> (Option<&'static Scored>, u32) {
    // SAFETY: one thread, no interrupt handler returns, and every reference handed out before has been dropped,
    // because callers keep none beyond the next call.
    unsafe {
        *&raw mut RECORD = *record;
        *&raw mut MEMORIES = chosen::Memories::EMPTY;
        let stack = measured_call(score_stored) as u32;
        ((*&raw const SCORED).as_ref(), stack)
    }
}

/// Starts the clock; gives what it says of a call that returns at once, and of one that takes 1 + 2 * TURNS instructions more.
#[cfg(feature = "counted")]
pub fn try_clock() -> (u32, u32) {
    // SAFETY: these functions are of the folder `core` and touch nothing but registers and the timer.
    unsafe {
        start_clock();
        let none = (measured_call(no_turns) >> 32) as u32;
        (none, (measured_call(known_turns) >> 32) as u32)
    }
}

/// Scores one record as the next of a stream, or as the first; gives the bytes of stack it took and what the clock says.
#[cfg(feature = "counted")]
pub fn count(record: &[i32; chosen::RAW_VALUES], is_first: bool) -> (u32, u32) {
    // SAFETY: as in `score`; no reference is handed out.
    unsafe {
        *&raw mut RECORD = *record;
        if is_first {
            *&raw mut MEMORIES = chosen::Memories::EMPTY;
        }
        let both = measured_call(score_stored);
        (both as u32, (both >> 32) as u32)
    }
}

/// The working memory, for calls that are not measured.
#[cfg(not(any(feature = "bare", feature = "counted")))]
pub fn with_scratch<T>(run: impl FnOnce(&mut chosen::Scratch) -> T) -> T {
    // SAFETY: one thread, and `run` cannot reach this module again without its own `unsafe`.
    unsafe { run(&mut *&raw mut SCRATCH) }
}

/// Tells an emulator that counts slowly that there is nothing more to count.
#[cfg(not(feature = "bare"))]
#[unsafe(no_mangle)]
#[inline(never)]
pub extern "C" fn measured_all() {
    core::hint::black_box(());
}
