//! The checks and the demo.
fn main() {}
