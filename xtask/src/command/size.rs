//! `cargo xtask size`: the audit at the one level that firmware is built at, `opt-level = "s"`; quicker than all.

use super::audit;
use crate::emulate::firmware::Profile;

pub(super) fn run(arguments: &[String]) -> Result<(), String> {
    audit::at(&[Profile::Size], arguments)
}
