//! IDX: two zero bytes, a type, the number of dimensions, each dimension in four bytes, the values.
//!
//! # Source
//! Y. LeCun, C. Cortes, C. Burges, "The MNIST database of handwritten digits", section "File formats".

use super::array::{Array, Values, read_body};
use crate::Error;
use std::io::Read;

/// The type of unsigned bytes, the only one in use for images and labels.
const UNSIGNED_BYTE: u8 = 8;

/// True for the head of an IDX file of any type.
pub(super) fn is_idx(head: &[u8]) -> bool {
    matches!(head, [0, 0, 8..=14, 1..=8, ..])
}

pub(super) fn read(reader: &mut dyn Read, file: &str) -> Result<Array, Error> {
    let mut magic = [0; 4];
    exact(reader, &mut magic, file)?;
    let [_, _, kind, n_dims] = magic;
    if kind != UNSIGNED_BYTE {
        let problem =
            format!("found an IDX file of type 0x{kind:02X}, wanted 0x08, unsigned bytes; convert it");
        return Err(Error::Image { file: file.to_owned(), problem });
    }
    let mut dims = Vec::with_capacity(n_dims.into());
    for _ in 0..n_dims {
        let mut dim = [0; 4];
        exact(reader, &mut dim, file)?;
        dims.push(u32::from_be_bytes(dim) as usize);
    }
    let values = Values::Bytes(read_body(reader, &dims, 1, file)?);
    Ok(Array { dims, values })
}

fn exact(reader: &mut dyn Read, bytes: &mut [u8], file: &str) -> Result<(), Error> {
    reader.read_exact(bytes).map_err(|cause| match cause.kind() {
        std::io::ErrorKind::UnexpectedEof => Error::Image {
            file: file.to_owned(),
            problem: "the file ends inside its header; give the whole file".to_owned(),
        },
        _ => Error::io(file, cause),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(mut bytes: &[u8]) -> String {
        read(&mut bytes, "i").err().unwrap().to_string()
    }

    #[test]
    fn bytes_with_dimensions() {
        let array = read(&mut &b"\0\0\x08\x02\0\0\0\x02\0\0\0\x03abcdef"[..], "i").unwrap();
        assert_eq!((array.dims, array.values.len()), (vec![2, 3], 6));
        assert_eq!(array.values.text(5), "102");
        assert!(
            is_idx(b"\0\0\x08\x03")
                && is_idx(b"\0\0\x0d\x01")
                && !is_idx(b"\0\0\x07\x01")
                && !is_idx(b"a,b\n")
        );
    }

    #[test]
    fn truncated_or_too_long() {
        let whole = b"\0\0\x08\x02\0\0\0\x02\0\0\0\x03abcdef";
        for length in 0..12 {
            assert_eq!(
                fault(&whole[..length]),
                "i: the file ends inside its header; give the whole file",
                "{length}"
            );
        }
        assert_eq!(
            fault(&whole[..16]),
            "i: found 4 bytes after the header, wanted 6 for 2 x 3 values; give the whole file"
        );
        assert_eq!(
            fault(&[whole, &b"g"[..]].concat()),
            "i: found more bytes after the header, wanted 6 for 2 x 3 values; give the whole file"
        );
        let huge = [b"\0\0\x08\x08".as_slice(), &[0xff; 32]].concat();
        assert!(fault(&huge).contains("wanted some that fit memory"), "{}", fault(&huge));
        assert!(
            fault(b"\0\0\x08\x01\xff\xff\xff\xff")
                .contains("found 0 bytes after the header, wanted 4294967295")
        );
    }

    #[test]
    fn other_types() {
        assert_eq!(
            fault(b"\0\0\x0d\x01\0\0\0\0"),
            "i: found an IDX file of type 0x0D, wanted 0x08, unsigned bytes; convert it"
        );
    }
}
