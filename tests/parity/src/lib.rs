//! One suite, many runtimes.
