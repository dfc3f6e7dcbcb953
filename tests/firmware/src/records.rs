//! How many records the image scores: chosen when it is built.

/// Records in the digest, or that are counted.
pub const RECORDS: u32 = match option_env!("TILLWATCH_DIGEST_RECORDS") {
    Some(text) => decimal(text.as_bytes()),
    None => 10_000,
};

const fn decimal(digits: &[u8]) -> u32 {
    let (mut value, mut at) = (0, 0);
    while at < digits.len() {
        assert!(digits[at].is_ascii_digit(), "TILLWATCH_DIGEST_RECORDS is a decimal number");
        value = value * 10 + (digits[at] - b'0') as u32;
        at += 1;
    }
    value
}
