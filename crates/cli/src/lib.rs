//! The library behind the tillwatch command.
