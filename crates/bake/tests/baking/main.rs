//! Baking as its users see it: files in, files out, and what cargo makes of them.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so")]

mod emitted_crate;
mod files;
mod mutant;
mod picture;
mod toy;
