//! Windows of small series, every sample known.

use super::*;
use crate::table::{ReadOptions, Schema};
use std::fmt::Write;

const FIELD: &str =
    "[[field]]\nname = \"x\"\nkind = \"number\"\n[[field]]\nname = \"y\"\nkind = \"number\"\n";

/// Reads files named `0.csv`, `1.csv` …; the folder is removed from messages.
fn read(keys: &str, texts: &[&str]) -> Result<Table, String> {
    let folder = tempfile::tempdir().unwrap();
    let mut paths = Vec::new();
    for (index, text) in texts.iter().enumerate() {
        paths.push(folder.path().join(format!("{index}.csv")));
        std::fs::write(&paths[index], text).unwrap();
    }
    let bare = |text: &str| text.replace(&format!("{}/", folder.path().display()), "");
    let schema = Schema::parse(&format!("{keys}\n{FIELD}"), "s.toml").unwrap();
    let options =
        ReadOptions { text: keys.contains("note").then(|| "note".to_owned()), ..ReadOptions::default() };
    let mut table = Table::read(&paths, &schema, &options).map_err(|error| bare(&error.to_string()))?;
    table.warnings = table.warnings.iter().map(|warning| bare(warning)).collect();
    Ok(table)
}

/// `x` counts from `from`, `y` is 10 times as much.
fn series(from: i32, count: i32) -> String {
    (from..from + count).fold("x,y\n".to_owned(), |mut text, x| {
        writeln!(text, "{x},{}", 10 * x).unwrap();
        text
    })
}

#[test]
fn windows_share_their_samples() {
    let table = read("window = 3\nhop = 2", &[&series(0, 8)]).unwrap();
    assert_eq!((table.n_rows(), table.n_fields(), table.samples_per_row(), table.n_samples()), (3, 2, 3, 8));
    assert_eq!(table.raw(0), [0, 0, 1, 10, 2, 20]);
    assert_eq!(table.raw(2), [4, 40, 5, 50, 6, 60]);
    assert_eq!([0, 1, 2].map(|row| table.first_sample(row)), [0, 2, 4]);
    assert_eq!([0, 1, 2].map(|row| table.place(row)), [(0, 2), (0, 4), (0, 6)]);
    assert_eq!(table.sample(7), [7, 70]);
    assert_eq!(table.samples_of(&[true, false, true]), [true, true, true, false, true, true, true, false]);
    assert_eq!((table.label(0), table.time(0)), (None, None));
    assert!(table.warnings().is_empty(), "{:?}", table.warnings());
}

#[test]
fn windows_stay_in_a_file_and_in_a_group() {
    let table = read("window = 3\nhop = 1", &[&series(0, 4), &series(10, 3)]).unwrap();
    assert_eq!((0..table.n_rows()).map(|row| table.raw(row)[0]).collect::<Vec<_>>(), [0, 1, 10]);
    assert_eq!([0, 1, 2].map(|row| table.place(row)), [(0, 2), (0, 3), (1, 2)]);

    // Groups take turns in the file; each is a series of its own, and one is too short.
    let text = "g,x,y\na,1,0\nb,2,0\na,3,1\nb,4,0\nc,9,0\na,5,0\nb,6,0\n";
    let table = read("group = \"g\"\nwindow = 2\nhop = 1", &[text]).unwrap();
    assert_eq!(
        (0..table.n_rows()).map(|row| table.raw(row).to_vec()).collect::<Vec<_>>(),
        [[1, 0, 3, 1], [3, 1, 5, 0], [2, 0, 4, 0], [4, 0, 6, 0]]
    );
    assert_eq!([0, 2].map(|row| table.group_name(table.group(row))), ["a", "b"]);
    assert_eq!([0, 1, 2].map(|row| table.place(row).1), [2, 4, 3]);
    assert_eq!(
        table.warnings(),
        ["0.csv: 1 of 3 series are shorter than a window of 2 samples and give none"]
    );
}

#[test]
fn a_window_is_labelled_as_any_of_its_samples() {
    let text = "when,x,y,label,note\n0,0,0,0,a\n1,1,0,0,b\n2,2,1,1,c\n3,3,0,0,d\n4,4,0,0,e\n5,5,0,0,f\n";
    let keys = "label = \"label\"\ntime = \"when\"\nignore = [\"note\"]\nwindow = 2\nhop = 1";
    let table = read(keys, &[text]).unwrap();
    let rows = || 0..table.n_rows();
    assert_eq!(
        rows().map(|row| table.label(row).unwrap()).collect::<Vec<_>>(),
        [false, true, true, false, false]
    );
    assert_eq!(rows().map(|row| table.text(row).unwrap()).collect::<String>(), "bccef");
    let seconds = |row| table.time(row).unwrap() - table.time(0).unwrap();
    assert_eq!(rows().map(seconds).collect::<Vec<_>>(), [0, 1, 2, 3, 4]);
    assert_eq!(table.time(0), Some(1 - 946_684_800), "the time of the last sample");
}

fn timed(stamps: &[i64]) -> String {
    stamps.iter().zip(0..).fold("when,x,y\n".to_owned(), |mut text, (when, x)| {
        writeln!(text, "{when},{x},{}", 7 * x).unwrap();
        text
    })
}

#[test]
fn windows_with_a_gap_are_dropped_and_counted() {
    let kept = |keys: &str, stamps: &[i64]| {
        let table =
            read(&format!("time = \"when\"\nwindow = 2\nhop = 1\n{keys}"), &[&timed(stamps)]).unwrap();
        let firsts = (0..table.n_rows()).map(|row| table.raw(row)[0]).collect::<Vec<_>>();
        (firsts, table.warnings().to_vec())
    };
    let warning = |n_dropped, n_windows, limit| {
        vec![format!(
            "0.csv: {n_dropped} of {n_windows} windows are dropped, since time jumps inside them by more than {limit} \
             seconds or back; if they are whole, raise `gap` in the schema"
        )]
    };
    let stamps = [0, 10, 20, 36, 46, 61];
    assert_eq!(kept("", &stamps), (vec![0, 1, 3, 4], warning(1, 5, 15)));
    assert_eq!(kept("gap = 16", &stamps), (vec![0, 1, 2, 3, 4], vec![]));
    assert_eq!(kept("gap = 10", &stamps), (vec![0, 1, 3], warning(2, 5, 10)));
    // Back in time is a jump, the same second is none.
    assert_eq!(kept("", &[0, 10, 10, 5, 15, 25]), (vec![0, 1, 3, 4], warning(1, 5, 15)));
    // Several samples a second.
    assert_eq!(kept("", &[0, 0, 0, 1, 1, 1, 4, 4]), (vec![0, 1, 2, 3, 4, 6], warning(1, 7, 1)));
}

#[test]
fn what_cannot_be_cut() {
    assert_eq!(
        read("window = 10", &[&series(0, 5), &series(0, 7)]).unwrap_err(),
        "0.csv: found 7 samples in the longest series, wanted at least the 10 of a window; give a longer series or a \
         shorter window"
    );
    assert_eq!(
        read("time = \"when\"\nwindow = 4\nhop = 1\ngap = 5", &[&timed(&[0, 5, 50, 55, 70])]).unwrap_err(),
        "0.csv: found a step in time of more than 5 seconds or back inside each of 2 windows, wanted 4 samples without; \
         sort the rows by time, raise `gap` in the schema, or make windows shorter"
    );
}

#[test]
fn a_split_needs_windows_in_every_set() {
    let split = |length, hop, count| {
        let table = read(&format!("window = {length}\nhop = {hop}"), &[&series(0, count)]).unwrap();
        table.split(1).map_err(|error| error.to_string().split_once(": ").unwrap().1.to_owned())
    };
    let whole = split(4, 4, 100).unwrap();
    assert_eq!(
        (whole.train, whole.calibration, whole.test),
        ((0..15).collect(), (15..20).collect(), (20..25).collect())
    );
    assert!(whole.dropped.is_empty());
    assert_eq!(
        split(16, 1, 45).unwrap_err(),
        "found 3 windows to learn from that share no samples with calibration and test, for which 21 are dropped, wanted \
         at least 10 and some in each; give a longer series or shorter windows"
    );
}
