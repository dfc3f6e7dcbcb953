//! `cargo xtask ci`: every check, none left out.

use super::test;

pub(super) fn run(_: &[String]) -> Result<(), String> {
    test::all(true)
}
