//! Tiles row by row, for inner loops that read one weight at a time.

/// As they are.
pub(crate) const fn arrange(rows: [i8; 16]) -> [i8; 16] {
    rows
}

/// As they are.
pub(crate) const fn rows(tile: [i8; 16]) -> [i8; 16] {
    tile
}
