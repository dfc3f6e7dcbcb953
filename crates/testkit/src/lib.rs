//! Oracles, strategies, tolerances and runtimes for the tests.
