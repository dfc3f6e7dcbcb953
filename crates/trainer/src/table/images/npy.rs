//! NPY: a magic string, a version, a header that is a Python dictionary, the values.
//!
//! # Source
//! NumPy Enhancement Proposal 1, "A simple file format for NumPy arrays"; versions 1 to 3.

use super::array::{Array, Values, read_body};
use crate::Error;
use std::io::Read;

/// What an NPY file begins with.
pub(super) const MAGIC: &[u8] = b"\x93NUMPY";
/// Types of values that are read.
const KINDS: [&str; 9] = ["u1", "i1", "u2", "i2", "u4", "i4", "i8", "f4", "f8"];
/// Longest header: a dictionary of three short entries, padded.
const LONGEST_HEADER: u32 = 1 << 16;

pub(super) fn read(reader: &mut dyn Read, file: &str) -> Result<Array, Error> {
    let fault = |problem: String| Error::Image { file: file.to_owned(), problem };
    let exact = |reader: &mut dyn Read, bytes: &mut [u8]| {
        reader.read_exact(bytes).map_err(|cause| match cause.kind() {
            std::io::ErrorKind::UnexpectedEof => {
                fault("the file ends inside its header; give the whole file".to_owned())
            }
            _ => Error::io(file, cause),
        })
    };
    let mut head = [0; 8];
    exact(reader, &mut head)?;
    let mut length = [0; 4];
    exact(reader, &mut length[..if head[6] == 1 { 2 } else { 4 }])?;
    let length = u32::from_le_bytes(length);
    if !(1..=3).contains(&head[6]) || length > LONGEST_HEADER {
        return Err(fault(format!("found NPY version {}, wanted 1, 2 or 3; save it again", head[6])));
    }
    let mut header = vec![0; length as usize];
    exact(reader, &mut header)?;
    let header = String::from_utf8_lossy(&header);
    let (Some(kind), Some(order), Some(dims)) =
        (entry(&header, "descr"), entry(&header, "fortran_order"), shape(&header))
    else {
        return Err(fault("found a header that is none of NPY; save it again".to_owned()));
    };
    if order != "False" {
        let problem = "found values in Fortran order, wanted C order; save it with numpy.ascontiguousarray";
        return Err(fault(problem.to_owned()));
    }
    let kind = kind.trim_matches(['\'', '"']);
    let (endian, kind) = kind.split_at_checked(1).unwrap_or(("", kind));
    let is_big = endian == ">";
    if !["<", ">", "|", "="].contains(&endian) || !KINDS.contains(&kind) {
        let wanted = "integers (u1, i1, u2, i2, u4, i4, i8) or floats (f4, f8)";
        return Err(fault(format!("found values of type `{endian}{kind}`, wanted {wanted}; save it as one")));
    }
    let size = usize::from(kind.as_bytes()[1] - b'0');
    let body = read_body(reader, &dims, size, file)?;
    let values = match kind {
        "u1" => Values::Bytes(body),
        "i1" => Values::Integers(numbers(&body, is_big, |[a]| i8::from_le_bytes([a]).into())),
        "u2" => Values::Integers(numbers(&body, is_big, |bytes| u16::from_le_bytes(bytes).into())),
        "i2" => Values::Integers(numbers(&body, is_big, |bytes| i16::from_le_bytes(bytes).into())),
        "u4" => Values::Integers(numbers(&body, is_big, |bytes| u32::from_le_bytes(bytes).into())),
        "i4" => Values::Integers(numbers(&body, is_big, |bytes| i32::from_le_bytes(bytes).into())),
        "i8" => Values::Integers(numbers(&body, is_big, i64::from_le_bytes)),
        "f4" => Values::NarrowFloats(numbers(&body, is_big, f32::from_le_bytes)),
        _ => Values::Floats(numbers(&body, is_big, f64::from_le_bytes)),
    };
    Ok(Array { dims, values })
}

fn numbers<T, const N: usize>(body: &[u8], is_big: bool, number: impl Fn([u8; N]) -> T) -> Vec<T> {
    let (chunks, _) = body.as_chunks::<N>();
    let ordered = chunks.iter().map(|&chunk| {
        let mut bytes = chunk;
        if is_big {
            bytes.reverse();
        }
        bytes
    });
    ordered.map(number).collect()
}

/// The text of a dictionary's entry, up to the comma after it.
fn entry<'a>(header: &'a str, key: &str) -> Option<&'a str> {
    let after = ['\'', '"'].iter().find_map(|quote| header.split_once(&format!("{quote}{key}{quote}:")))?.1;
    Some(after.split([',', '}']).next()?.trim())
}

/// The entry `shape`, a tuple.
fn shape(header: &str) -> Option<Vec<usize>> {
    let after = ['\'', '"'].iter().find_map(|quote| header.split_once(&format!("{quote}shape{quote}:")))?.1;
    let inner = after.trim_start().strip_prefix('(')?.split_once(')')?.0;
    inner.split(',').map(str::trim).filter(|dim| !dim.is_empty()).map(|dim| dim.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::super::tests::npy;
    use super::*;

    fn texts(bytes: &[u8]) -> Result<(Vec<usize>, String), String> {
        let array = read(&mut &bytes[..], "a.npy").map_err(|error| error.to_string())?;
        let texts: Vec<_> = (0..array.values.len()).map(|index| array.values.text(index)).collect();
        Ok((array.dims, texts.join(" ")))
    }

    #[test]
    fn every_type_in_both_orders_of_bytes() {
        let good = |kind: &str, shape: &str, body: &[u8]| texts(&npy(kind, "False", shape, body)).unwrap();
        assert_eq!(good("|u1", "(1, 2)", &[3, 255]), (vec![1, 2], "3 255".to_owned()));
        assert_eq!(good("|i1", "(1,)", &[255]), (vec![1], "-1".to_owned()));
        assert_eq!(good("<u2", "(1,)", &[1, 2]).1, "513");
        assert_eq!(good(">u2", "(1,)", &[1, 2]).1, "258");
        assert_eq!(good("<i2", "(2,)", &[254, 255, 1, 0]).1, "-2 1");
        assert_eq!(good(">i4", "(1,)", &[255, 255, 255, 253]).1, "-3");
        assert_eq!(good("<u4", "(1,)", &[255, 255, 255, 255]).1, "4294967295");
        assert_eq!(good("<i8", "(1,)", &(-5_000_000_000_i64).to_le_bytes()).1, "-5000000000");
        assert_eq!(good("<f4", "(1,)", &0.1_f32.to_le_bytes()).1, "0.1");
        assert_eq!(good(">f8", "(1,)", &(-2.5_f64).to_be_bytes()).1, "-2.5");
        let version_2 = [
            MAGIC,
            &[2, 0, 61, 0, 0, 0],
            b"{\"descr\": \"|u1\", \"fortran_order\": False, \"shape\": (1L,), }    \n",
            &[7],
        ];
        assert!(texts(&version_2.concat()).is_err(), "dimensions of Python 2 are none");
        let header = b"{\"descr\": \"|u1\", \"fortran_order\": False, \"shape\": (1,), }";
        let length = [header.len() as u8, 0, 0, 0];
        assert_eq!(texts(&[MAGIC, &[3, 0], &length, header, &[7]].concat()).unwrap().1, "7");
    }

    #[test]
    fn what_is_refused() {
        for (bytes, expected) in [
            (
                npy("<f8", "True", "(1,)", &[0; 8]),
                "found values in Fortran order, wanted C order; save it with numpy.ascontiguousarray",
            ),
            (
                npy("<c8", "False", "(1,)", &[0; 8]),
                "found values of type `<c8`, wanted integers (u1, i1, u2, i2, u4, i4, i8) or floats (f4, f8); save it as \
                 one",
            ),
            (
                npy("<i2", "False", "(2, 3)", &[0; 11]),
                "found 11 bytes after the header, wanted 12 for 2 x 3 values; give the whole file",
            ),
            (
                npy("<i2", "False", "(1,)", &[0; 3]),
                "found more bytes after the header, wanted 2 for 1 values; give the whole file",
            ),
            (npy("<i2", "False", "1", &[0; 2]), "found a header that is none of NPY; save it again"),
            (b"\x93NUMPY\x01\0\xff\0{".to_vec(), "the file ends inside its header; give the whole file"),
            (b"\x93NUMPY\x09\0\x01\0\0\0{".to_vec(), "found NPY version 9, wanted 1, 2 or 3; save it again"),
        ] {
            assert_eq!(texts(&bytes).unwrap_err(), format!("a.npy: {expected}"));
        }
    }
}
