//! Simulated transactions of payment terminals, normal days and attacks.
