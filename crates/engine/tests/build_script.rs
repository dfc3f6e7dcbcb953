//! Runs the tests of the build script, which cargo runs for no script by itself.

#[path = "../build.rs"]
#[allow(dead_code, reason = "its `main` is for cargo")]
mod build_script;
