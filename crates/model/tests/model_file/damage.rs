//! Damage that the header and the checksums must notice.

use crate::seal::with_version;
use crate::toy::Toy;
use proptest::prelude::*;
use tillwatch_model::{Cause, FORMAT_VERSION, HEADER_LEN, MAGIC, Model};

fn cause(bytes: &[u8]) -> Option<Cause> {
    Model::validate(bytes).err().map(|error| error.cause)
}

#[test]
fn every_truncation_is_an_error_of_length() {
    let file = Toy::new().file();
    for len in 0..file.len() {
        // Fewer bytes than the magic are nothing in particular.
        let want = if len < MAGIC.len() { Cause::NotAModel } else { Cause::Length };
        assert_eq!(cause(&file[..len]), Some(want), "{len} bytes");
    }
}

#[test]
fn bytes_after_the_end_are_an_error_of_length() {
    let mut file = Toy::new().file();
    for extra in [0, 255] {
        file.push(extra);
        assert_eq!(cause(&file), Some(Cause::Length));
    }
}

#[test]
fn every_flipped_bit_is_noticed() {
    let mut file = Toy::new().file();
    for byte in 0..file.len() {
        let want = if byte < MAGIC.len() { Cause::NotAModel } else { Cause::Checksum };
        for bit in 0..8 {
            file[byte] ^= 1 << bit;
            assert_eq!(cause(&file), Some(want), "byte {byte}, bit {bit}");
            file[byte] ^= 1 << bit;
        }
    }
    assert_eq!(cause(&file), None);
}

#[test]
fn another_format_says_so_whatever_follows_the_header() {
    let file = Toy::new().file();
    for version in [1, u32::from(FORMAT_VERSION) + 1, u32::from(u16::MAX) + 1, u32::MAX] {
        let other = with_version(&file, version);
        assert_eq!(cause(&other), Some(Cause::OtherFormat));
        assert_eq!(cause(&other[..HEADER_LEN]), Some(Cause::OtherFormat));
    }
    assert_eq!(cause(&with_version(&file, 0)), Some(Cause::Checksum));
    let mut damaged = with_version(&file, 3);
    damaged[HEADER_LEN - 1] ^= 1;
    assert_eq!(cause(&damaged), Some(Cause::Checksum));
}

#[test]
fn other_files_are_not_models() {
    for bytes in [&b""[..], b"\x7fELF\x02\x01\x01\x00", b"TILLWTCG", &[0; 4096], b"time,amount\n1,2\n"] {
        assert_eq!(cause(bytes), Some(Cause::NotAModel));
    }
}

proptest! {
    #[test]
    fn random_bytes_are_an_error(bytes in prop::collection::vec(any::<u8>(), 0..2000)) {
        prop_assert!(cause(&bytes).is_some());
    }

    #[test]
    fn random_bytes_after_the_magic_are_an_error(bytes in prop::collection::vec(any::<u8>(), 0..2000)) {
        let found = cause(&[&MAGIC[..], &bytes].concat());
        prop_assert!(matches!(found, Some(Cause::Length | Cause::Checksum)), "{found:?}");
    }
}
