//! The bytes of a file: plain or gzip, told by content; without byte-order mark; with one kind of line end.

use crate::Error;
use flate2::read::MultiGzDecoder;
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{self, BufReader, Cursor, Read};
use std::path::Path;

/// Most bytes that may be read for one row: what a quotation mark that is never closed can cost in memory.
const ROW_LIMIT: u64 = 16 << 20;
/// How far the head of a file is looked at to tell what it is.
const HEAD_LEN: usize = 512;

/// SHA-256 of a file as it lies on disk, in hexadecimal: the number that `sha256sum` prints.
///
/// # Errors
/// [`Error::MissingFile`], [`Error::Io`].
pub fn digest(file: &Path) -> Result<String, Error> {
    let fail = |cause| Error::io(&file.display().to_string(), cause);
    let mut reader = File::open(file).map_err(fail)?;
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 1 << 16];
    loop {
        match reader.read(&mut buffer).map_err(fail)? {
            0 => break,
            n_read => hasher.update(&buffer[..n_read]),
        }
    }
    Ok(format!("{:x}", hasher.finalize()))
}

/// Text with `\n` at the end of every line, the last one included.
pub(super) struct Source {
    inner: Box<dyn Read + Send>,
    after_return: bool,
    last: u8,
    allowance: u64,
}

impl Source {
    /// Opens a file and looks at its head.
    pub(super) fn open(path: &Path, file: &str) -> Result<Self, Error> {
        let fail = |cause| Error::io(file, cause);
        let mut text = unpacked(path, file)?;
        let mut head = take_head(&mut text, HEAD_LEN).map_err(fail)?;
        let found = match head.as_slice() {
            [] => return Err(Error::EmptyFile { file: file.to_owned() }),
            [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => Some("text in UTF-16"),
            [b'P', b'K', 3, 4, ..] => Some("a ZIP archive or a spreadsheet"),
            head if head.contains(&0) => Some("binary data"),
            _ => None,
        };
        if let Some(found) = found {
            return Err(Error::NotCsv { file: file.to_owned(), found: found.to_owned() });
        }
        if head.starts_with(&[0xef, 0xbb, 0xbf]) {
            head.drain(..3);
        }
        Ok(Self {
            inner: Box::new(Cursor::new(head).chain(text)),
            after_return: false,
            last: b'\n',
            allowance: ROW_LIMIT,
        })
    }

    /// Allows the next row its bytes.
    pub(super) const fn begin_row(&mut self) {
        self.allowance = ROW_LIMIT;
    }

    /// True where the row has used up its bytes; the source then looks ended.
    pub(super) const fn row_is_too_long(&self) -> bool {
        self.allowance == 0
    }
}

impl Read for Source {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() || self.allowance == 0 {
            return Ok(0);
        }
        loop {
            let n_read = self.inner.read(buffer)?;
            if n_read == 0 {
                if self.last == b'\n' {
                    return Ok(0);
                }
                self.last = b'\n';
                buffer[0] = b'\n';
                return Ok(1);
            }
            let n_kept = if self.after_return || buffer[..n_read].contains(&b'\r') {
                self.unify_line_ends(&mut buffer[..n_read])
            } else {
                n_read
            };
            if n_kept > 0 {
                self.last = buffer[n_kept - 1];
                self.allowance = self.allowance.saturating_sub(n_kept as u64);
                return Ok(n_kept);
            }
        }
    }
}

impl Source {
    /// Turns `\r\n` and `\r` into `\n` in place; returns how many bytes are left.
    fn unify_line_ends(&mut self, bytes: &mut [u8]) -> usize {
        let mut n_kept = 0;
        for index in 0..bytes.len() {
            let byte = bytes[index];
            if !(byte == b'\n' && self.after_return) {
                bytes[n_kept] = if byte == b'\r' { b'\n' } else { byte };
                n_kept += 1;
            }
            self.after_return = byte == b'\r';
        }
        n_kept
    }
}

/// The bytes of a file, unpacked where it is gzip.
pub(super) fn unpacked(path: &Path, file: &str) -> Result<Box<dyn Read + Send>, Error> {
    let fail = |cause| Error::io(file, cause);
    let mut raw = File::open(path).map_err(fail)?;
    let head = take_head(&mut raw, 2).map_err(fail)?;
    let is_gzip = head == [0x1f, 0x8b];
    let joined = Cursor::new(head).chain(BufReader::with_capacity(1 << 16, raw));
    Ok(if is_gzip { Box::new(MultiGzDecoder::new(joined)) } else { Box::new(joined) })
}

/// Up to `length` bytes; fewer only at the end.
pub(super) fn take_head(reader: &mut impl Read, length: usize) -> io::Result<Vec<u8>> {
    let mut head = Vec::with_capacity(length);
    reader.take(length as u64).read_to_end(&mut head)?;
    Ok(head)
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::{Compression, write::GzEncoder};
    use std::io::Write;

    fn read(bytes: &[u8]) -> Result<String, Error> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("t.csv");
        std::fs::write(&path, bytes).unwrap();
        let mut text = String::new();
        Source::open(&path, "t.csv")?.read_to_string(&mut text).map_err(|cause| Error::io("t.csv", cause))?;
        Ok(text)
    }

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn line_ends_and_mark_are_unified() {
        assert_eq!(read(b"\xef\xbb\xbfa,b\r\n1,2\r\r\n\n3").unwrap(), "a,b\n1,2\n\n\n3\n");
        assert_eq!(read(b"a\r1\r").unwrap(), "a\n1\n");
    }

    #[test]
    fn a_return_at_the_end_of_a_buffer_is_remembered() {
        let inner = Box::new(
            Cursor::new(b"a\r".to_vec()).chain(Cursor::new(b"\n".to_vec())).chain(Cursor::new(b"b".to_vec())),
        );
        let mut source = Source { inner, after_return: false, last: b'\n', allowance: ROW_LIMIT };
        let mut text = String::new();
        source.read_to_string(&mut text).unwrap();
        assert_eq!(text, "a\nb\n");
    }

    #[test]
    fn gzip_is_told_by_content_and_may_have_members() {
        let mut bytes = gzip(b"a\n1\n");
        bytes.extend(gzip(b"2\n"));
        assert_eq!(read(&bytes).unwrap(), "a\n1\n2\n");
        let cut = gzip(b"a\n1\n");
        let error = read(&cut[..cut.len() - 9]).unwrap_err();
        assert!(
            matches!(error, Error::Io { .. }) && error.to_string().starts_with("t.csv: cannot be read: "),
            "{error}"
        );
    }

    #[test]
    fn other_kinds_of_files_are_named() {
        assert_eq!(
            read(b"").unwrap_err().to_string(),
            "t.csv: the file is empty, wanted a header and rows of data"
        );
        assert_eq!(
            read(b"\xff\xfea\0").unwrap_err().to_string(),
            "t.csv: found text in UTF-16, wanted comma-separated text in UTF-8; convert the file"
        );
        assert!(read(b"PK\x03\x04").unwrap_err().to_string().contains("a ZIP archive"));
        assert!(read(b"PAR1\x00\x01").unwrap_err().to_string().contains("binary data"));
        let folder = tempfile::tempdir().unwrap();
        assert!(matches!(Source::open(folder.path(), "d"), Err(Error::Io { .. })));
        assert!(matches!(Source::open(&folder.path().join("none"), "none"), Err(Error::MissingFile { .. })));
    }

    #[test]
    fn digest_is_sha256() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("t");
        std::fs::write(&path, "abc").unwrap();
        assert_eq!(
            digest(&path).unwrap(),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }
}
