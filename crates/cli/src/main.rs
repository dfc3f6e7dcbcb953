//! The tillwatch command.
fn main() {}
