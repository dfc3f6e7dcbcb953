//! The checks and the demo.

mod emulate;
mod targets;

fn main() {}
