//! What the tests of commands share: folders, command lines, small data.
#![allow(dead_code, reason = "no test uses all of it")]

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;
use tempfile::TempDir;

/// Ends of images of [`images`].
pub(crate) const SIDE: usize = 6;

/// A folder that goes away.
pub(crate) struct Folder(TempDir);

impl Folder {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// A path inside.
    pub(crate) fn path(&self, name: &str) -> String {
        self.0.path().join(name).to_str().unwrap().to_owned()
    }

    /// Writes a file.
    pub(crate) fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> String {
        let path = self.path(name);
        fs::create_dir_all(Path::new(&path).parent().unwrap()).unwrap();
        fs::write(&path, bytes).unwrap();
        path
    }

    /// Trains on `data` and gives the model's path.
    pub(crate) fn train(&self, name: &str, data: &str, options: &[&str]) -> String {
        let out = self.path(name);
        run(&[&["train", "--data", data, "--out", &out, "--alarm-rate", "0.05"], options].concat());
        format!("{out}/model.tw")
    }

    /// What a command writes to `--out`.
    pub(crate) fn out(&self, arguments: &[&str]) -> String {
        let out = self.path("out.txt");
        run(&[arguments, &["--out", &out]].concat());
        fs::read_to_string(out).unwrap()
    }
}

/// A file of the fixtures.
pub(crate) fn fixture(name: &str) -> String {
    let path: PathBuf = [env!("CARGO_MANIFEST_DIR"), "..", "..", "fixtures", name].iter().collect();
    path.to_str().unwrap().to_owned()
}

/// Runs a command line that has to succeed.
pub(crate) fn run(arguments: &[&str]) {
    let line = std::iter::once("tillwatch").chain(arguments.iter().copied()).map(Into::into);
    if let Err(failure) = tillwatch_cli::execute(line) {
        panic!("{arguments:?}: {failure}");
    }
}

/// The message and status of a command line that has to fail; the message is one line.
pub(crate) fn fail(arguments: &[&str]) -> (String, u8) {
    let line = std::iter::once("tillwatch").chain(arguments.iter().copied()).map(Into::into);
    let failure = tillwatch_cli::execute(line).expect_err("the command line is wrong");
    let message = failure.to_string();
    assert_eq!(message.lines().count(), 1, "{message}");
    (message, failure.status())
}

/// Runs the program itself, for what it prints.
pub(crate) fn program(arguments: &[&str]) -> Output {
    let output =
        std::process::Command::new(env!("CARGO_BIN_EXE_tillwatch")).args(arguments).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output
}

/// Cells of the lines after the header.
pub(crate) fn cells(csv: &str) -> Vec<Vec<&str>> {
    csv.lines().skip(1).map(|line| line.split(',').collect()).collect()
}

/// Numbers that look drawn, from 0 to below 1, the same everywhere.
pub(crate) fn unit(at: usize) -> f64 {
    let mixed = (at as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mixed = (mixed ^ (mixed >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    (mixed >> 40) as f64 / f64::from(1 << 24)
}

/// Rows of 8 values in a plane, and the same with noise of the given size.
pub(crate) fn plane(rows: std::ops::Range<usize>, noise: f64) -> String {
    let mut text = (0..8).map(|column| format!("x{column}")).collect::<Vec<_>>().join(",") + "\n";
    for row in rows {
        let [u, v] = [0, 1].map(|at| 4.0 * unit(2 * row + at) - 2.0);
        let value = |column: usize| {
            let angle = column as f64;
            let drawn = (0..6).map(|at| unit(1_000_000 + 48 * row + 6 * column + at)).sum::<f64>() - 3.0;
            u * angle.cos() + v * angle.sin() + noise * drawn
        };
        let line: Vec<String> = (0..8).map(|column| format!("{:.3}", value(column))).collect();
        writeln!(text, "{}", line.join(",")).unwrap();
    }
    text
}

/// A series of two waves.
pub(crate) fn series(rows: usize) -> String {
    let mut text = "a,b\n".to_owned();
    for row in 0..rows {
        let (at, noise) = (row as f64, 0.1 * unit(row));
        writeln!(text, "{:.3},{:.3}", (at / 5.0).sin() + noise, (at / 9.0).cos() - noise).unwrap();
    }
    text
}

/// Images of a slope, every tenth with the four pixels in the middle inverted, and their labels.
pub(crate) fn images(count: usize) -> (Vec<u8>, Vec<u8>) {
    let (mut values, mut labels) = (Vec::new(), Vec::new());
    for image in 0..count {
        let is_strange = image % 10 == 0;
        labels.push(u8::from(is_strange));
        for (row, column) in (0..SIDE).flat_map(|row| (0..SIDE).map(move |column| (row, column))) {
            let noise = 20.0 * unit(image * SIDE * SIDE + row * SIDE + column);
            let value = (30 * column + 10 * row) as u8 + noise as u8;
            let is_middle = (2..4).contains(&row) && (2..4).contains(&column);
            values.push(if is_strange && is_middle { 255 - value } else { value });
        }
    }
    (values, labels)
}

/// An IDX file of bytes.
pub(crate) fn idx(dims: &[usize], values: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0, 0, 8, dims.len() as u8];
    dims.iter().for_each(|&dim| bytes.extend((dim as u32).to_be_bytes()));
    bytes.extend(values);
    bytes
}

/// Users who like even or odd items, and have rated half of them.
pub(crate) fn ratings(users: usize) -> String {
    let mut text = "user,item,stars\n".to_owned();
    for (user, item) in (0..users).flat_map(|user| (0..12).map(move |item| (user, item))) {
        if unit(12 * user + item) < 0.5 {
            let drawn = usize::from(unit(500_000 + 12 * user + item) < 0.5);
            let stars = drawn + if item % 2 == user % 2 { 4 } else { 1 };
            writeln!(text, "u{user},item {item},{stars}").unwrap();
        }
    }
    text
}
