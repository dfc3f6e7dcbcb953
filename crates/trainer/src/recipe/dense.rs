//! Undercomplete: fully connected layers around a narrow one.

use super::stack::Stack;
use super::{Plan, Request};
use crate::architecture::{Architecture, choose};

pub(super) fn plan(request: &Request<'_>) -> Plan {
    let Architecture { hidden, reason } = widths(request);
    let mut stack = Stack::new(request);
    for width in hidden {
        stack.dense(width);
    }
    Plan { layers: stack.ending(request.shape.len()), noise: None, reason }
}

/// The hidden widths that were asked for, or those that the data suggest.
pub(super) fn widths(request: &Request<'_>) -> Architecture {
    match request.hidden {
        Some(hidden) => Architecture { hidden: hidden.to_vec(), reason: "as asked for".to_owned() },
        None => choose(request.rows, request.shape.len()),
    }
}
