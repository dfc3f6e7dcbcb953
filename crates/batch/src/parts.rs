//! Work on many rows by several threads.

use std::num::NonZero;
use std::panic::resume_unwind;
use std::thread::{self, ScopedJoinHandle};

/// Fewest rows that are worth a thread: starting one takes as long as scoring some ten rows.
const FEWEST: usize = 64;

/// The number of threads that this machine runs at once.
#[must_use]
pub fn all_cores() -> usize {
    thread::available_parallelism().map_or(1, NonZero::get)
}

/// Cuts `items` into as many runs as there are threads, works on all at once, and gives the results in order.
///
/// # Shapes
/// `work`: from some neighbouring items to one result for each.
/// # Exactness
/// Where the result for an item depends on that item alone, the number of threads changes nothing.
/// # Panics
/// Where `work` does.
pub fn in_parts<T: Sync, R: Send>(
    items: &[T],
    threads: usize,
    work: impl Fn(&[T]) -> Vec<R> + Sync,
) -> Vec<R> {
    let threads = threads.min(items.len() / FEWEST).max(1);
    if threads == 1 {
        return work(items);
    }
    let work = &work;
    thread::scope(|scope| {
        let parts = items.chunks(items.len().div_ceil(threads));
        let running: Vec<_> = parts.map(|part| scope.spawn(move || work(part))).collect();
        let ended = running.into_iter().map(ScopedJoinHandle::join);
        ended.flat_map(|part| part.unwrap_or_else(|panic| resume_unwind(panic))).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_come_in_order_for_any_number_of_threads() {
        let items: Vec<usize> = (0..5 * FEWEST + 7).collect();
        let wanted: Vec<usize> = items.iter().map(|item| 3 * item).collect();
        for threads in 0..9 {
            let found = in_parts(&items, threads, |part| part.iter().map(|item| 3 * item).collect());
            assert_eq!(found, wanted, "{threads} threads");
        }
        assert_eq!(in_parts(&[0; 0], 4, <[usize]>::to_vec), [0; 0]);
    }

    #[test]
    fn few_items_stay_on_this_thread_and_many_do_not() {
        let here = thread::current().id();
        let is_here =
            |n: usize| in_parts(&vec![(); n], 2, |part| vec![thread::current().id() == here; part.len()]);
        assert!(is_here(2 * FEWEST - 1).iter().all(|&is_here| is_here));
        assert!(is_here(2 * FEWEST).iter().all(|&is_here| !is_here));
    }
}
