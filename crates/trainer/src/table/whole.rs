//! A table held in memory.

use super::interner::Interner;
use super::schema::{Field, FieldKind, Schema};
use super::split::{PERCENTS, Split};
use super::windows::Windows;
use crate::Error;
use tillwatch_engine::feature::MISSING;

/// Fewest normal rows that are split: below it the calibration and test sets have next to nothing.
pub(super) const FEWEST_ROWS: usize = 20;

/// The records of one or several files as raw integers.
///
/// A row of the table is a record: [`Table::samples_per_row`] samples of [`Table::n_fields`] raw integers each. Windows
/// that overlap share their samples in memory.
#[derive(Clone, Debug, Default)]
pub struct Table {
    pub(super) files: Vec<(String, String)>,
    /// First place of each file among `places`.
    pub(super) starts: Vec<usize>,
    pub(super) label_column: Option<String>,
    pub(super) n_fields: usize,
    pub(super) samples_per_row: usize,
    /// Sample-major, `n_fields` wide.
    pub(super) raws: Vec<i32>,
    /// Lines, or numbers of images: one per sample in a table of windows, else one per row.
    pub(super) places: Vec<u64>,
    /// Where the rows are windows: which samples they are.
    pub(super) windows: Option<Windows>,
    /// What follows has one entry per row, or none.
    pub(super) labels: Vec<bool>,
    pub(super) groups: Vec<u32>,
    pub(super) group_names: Interner,
    pub(super) times: Vec<i64>,
    pub(super) texts: Vec<u32>,
    pub(super) text_names: Interner,
    pub(super) warnings: Vec<String>,
    /// Rows that are not learned from, in the table's order; see [`Table::trim`].
    pub(super) trimmed: Vec<usize>,
}

impl Table {
    /// Number of rows.
    #[must_use]
    pub fn n_rows(&self) -> usize {
        self.windows.as_ref().map_or(self.places.len(), |windows| windows.starts.len())
    }

    /// Samples of a row: 1, the length of a window, or the pixels of an image.
    #[must_use]
    pub fn samples_per_row(&self) -> usize {
        self.samples_per_row
    }

    /// Number of samples in memory; one that several windows share counts once.
    #[must_use]
    pub fn n_samples(&self) -> usize {
        self.raws.len() / self.n_fields.max(1)
    }

    /// The first of a row's samples, which follow each other.
    #[must_use]
    pub fn first_sample(&self, row: usize) -> usize {
        self.windows.as_ref().map_or(row * self.samples_per_row, |windows| windows.starts[row])
    }

    /// The raw integers of a sample, one per field.
    #[must_use]
    pub fn sample(&self, sample: usize) -> &[i32] {
        &self.raws[sample * self.n_fields..][..self.n_fields]
    }

    /// Which samples belong to any of the rows marked.
    ///
    /// # Shapes
    /// `rows`: one per row; result: one per sample.
    #[must_use]
    pub fn samples_of(&self, rows: &[bool]) -> Vec<bool> {
        let mut samples = vec![false; self.n_samples()];
        for (row, _) in rows.iter().enumerate().filter(|&(_, &is_marked)| is_marked) {
            samples[self.first_sample(row)..][..self.samples_per_row].fill(true);
        }
        samples
    }

    /// Number of fields, the raw integers of a sample.
    #[must_use]
    pub fn n_fields(&self) -> usize {
        self.n_fields
    }

    /// The raw integers of a row: sample after sample, one per field.
    ///
    /// # Panics
    /// For a row that is not there, as do the other functions that take one.
    #[must_use]
    pub fn raw(&self, row: usize) -> &[i32] {
        &self.raws[self.first_sample(row) * self.n_fields..][..self.samples_per_row * self.n_fields]
    }

    /// True for a row labelled anomalous, a window if any of its samples is; none without a label column.
    #[must_use]
    pub fn label(&self, row: usize) -> Option<bool> {
        if self.labels.is_empty() { None } else { Some(self.labels[row]) }
    }

    /// Number of a row's group; 0 without a group column.
    #[must_use]
    pub fn group(&self, row: usize) -> u32 {
        if self.groups.is_empty() { 0 } else { self.groups[row] }
    }

    /// Number of groups; 1 without a group column.
    #[must_use]
    pub fn n_groups(&self) -> usize {
        self.group_names.len().max(1)
    }

    /// Name of a group; empty without a group column.
    #[must_use]
    pub fn group_name(&self, group: u32) -> &str {
        if self.groups.is_empty() { "" } else { self.group_names.text(group) }
    }

    /// Seconds since 2000-01-01 00:00, those of a window's last sample; none without a time column.
    #[must_use]
    pub fn time(&self, row: usize) -> Option<i64> {
        if self.times.is_empty() { None } else { Some(self.times[row]) }
    }

    /// The cell of the text column, in a window that of its first anomalous sample, else its last; none without one.
    #[must_use]
    pub fn text(&self, row: usize) -> Option<&str> {
        if self.texts.is_empty() { None } else { Some(self.text_names.text(self.texts[row])) }
    }

    /// Where a row stands: index of its file, and its line there, the header being line 1. A window stands where its
    /// first sample does; images count from 1.
    #[must_use]
    pub fn place(&self, row: usize) -> (usize, u64) {
        self.place_of_sample(self.first_sample(row))
    }

    /// [`Table::place`] of a sample.
    #[must_use]
    pub fn place_of_sample(&self, sample: usize) -> (usize, u64) {
        let index = if self.windows.is_some() { sample } else { sample / self.samples_per_row };
        (self.starts.partition_point(|&start| start <= index) - 1, self.places[index])
    }

    /// Path and SHA-256 of each file, in hexadecimal, of the bytes as they lie on disk.
    #[must_use]
    pub fn files(&self) -> &[(String, String)] {
        &self.files
    }

    /// What looks wrong but does not stop training: unread columns, constant fields, rows out of order.
    #[must_use]
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// Deals the normal rows 60 : 20 : 20 to training, calibration and test. Rows labelled anomalous go to the test set.
    ///
    /// In order of time where the schema names a time column. Else rows and images are shuffled by the seed, and the
    /// windows of each series stay in their order. A window that shares samples with one of a later set (calibration
    /// comes after training, test after calibration) is dropped, so that nothing learned from is judged.
    ///
    /// # Errors
    /// [`Error::AllAnomalous`], [`Error::TooFewRows`], [`Error::TooFewWindows`].
    pub fn split(&self, seed: u64) -> Result<Split, Error> {
        self.split_by(seed, PERCENTS)
    }

    /// [`Table::split`] with other percents of the normal rows for training and calibration.
    ///
    /// # Errors
    /// As [`Table::split`].
    pub fn split_by(&self, seed: u64, percents: [usize; 2]) -> Result<Split, Error> {
        let n_normal = self.n_rows() - self.labels.iter().filter(|&&is_anomalous| is_anomalous).count();
        let file = || self.files.first().map_or_else(String::new, |(file, _)| file.clone());
        match (n_normal, &self.label_column) {
            (0, Some(column)) if self.n_rows() > 0 => {
                return Err(Error::AllAnomalous {
                    file: file(),
                    column: column.clone(),
                    n_rows: self.n_rows(),
                });
            }
            (found, _) if found < FEWEST_ROWS => {
                return Err(Error::TooFewRows { file: file(), found, wanted: FEWEST_ROWS });
            }
            _ => {}
        }
        let times = (!self.times.is_empty()).then_some(self.times.as_slice());
        let Some(windows) = &self.windows else {
            return Ok(self.without_trimmed(Split::new(self.n_rows(), &self.labels, times, seed, percents)));
        };
        let split = Split::of_windows(windows, self.samples_per_row, &self.labels, times, percents);
        if split.train.len() < FEWEST_ROWS / 2 || split.calibration.is_empty() || split.test.is_empty() {
            let (found, n_dropped) = (split.train.len(), split.dropped.len());
            return Err(Error::TooFewWindows { file: file(), found, wanted: FEWEST_ROWS / 2, n_dropped });
        }
        Ok(self.without_trimmed(split))
    }

    /// Takes rows out of what [`Table::split`] deals to training, and says so among the warnings. Those that are dealt to
    /// calibration or test stay there.
    pub fn trim(&mut self, rows: &[usize]) {
        self.trimmed = rows.to_vec();
        self.trimmed.sort_unstable();
        self.warnings.push(format!("{} rows are trimmed from training and not learned from", rows.len()));
    }

    /// The rows given to [`Table::trim`], in the table's order.
    #[must_use]
    pub fn trimmed(&self) -> &[usize] {
        &self.trimmed
    }

    fn without_trimmed(&self, mut split: Split) -> Split {
        split.train.retain(|row| self.trimmed.binary_search(row).is_err());
        split
    }

    /// A field that never varies among the normal rows tells nothing, and where it has a column of its own may go.
    pub(super) fn warn_of_constants(&mut self, schema: &Schema) {
        let has_column =
            |field: &Field| !matches!(field.kind, FieldKind::Text { .. }) && schema.ratings.is_none();
        for (index, field) in schema.fields.iter().enumerate().filter(|(_, field)| has_column(field)) {
            let normal = (0..self.n_rows()).filter(|&row| self.label(row) != Some(true));
            let mut values =
                normal.flat_map(|row| self.raw(row)[index..].iter().copied().step_by(self.n_fields));
            let Some(first) = values.next() else { return };
            if values.any(|value| value != first) {
                continue;
            }
            drop(values);
            let value = match &field.kind {
                _ if first == MISSING => "missing".to_owned(),
                FieldKind::Category { vocabulary } => {
                    let word = usize::try_from(first - 1).ok().and_then(|index| vocabulary.get(index));
                    word.map_or("unknown", String::as_str).to_owned()
                }
                _ => field.resolution().decimal(first),
            };
            self.warnings.push(format!(
                "{}, column `{}`: field `{}` is {value} in every normal row and tells nothing; ignore the column",
                self.files[0].0, field.column, field.name
            ));
        }
    }

    /// Features that look back follow the order of rows, so that order should be that of time.
    pub(super) fn warn_of_disorder(&mut self, schema: &Schema) {
        let looks_back =
            schema.fields.iter().any(|field| field.features.iter().any(|feature| feature.has_memory()));
        let (Some(column), true) = (&schema.time, looks_back && !self.times.is_empty()) else { return };
        let mut latest = vec![i64::MIN; self.n_groups()];
        for row in 0..self.n_rows() {
            let latest = &mut latest[self.group(row) as usize];
            if self.times[row] < *latest {
                let (file, line) = self.place(row);
                self.warnings.push(format!(
                    "{}, row {line}, column `{column}`: earlier than a row before it, though features look back; \
                     sort the rows by time",
                    self.files[file].0
                ));
                return;
            }
            *latest = self.times[row];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::{ColumnUse, ReadOptions};
    use std::fmt::Write;

    const SCHEMA: &str = "label = \"label\"\ngroup = \"terminal\"\ntime = \"when\"\nignore = [\"note\"]\n\
        [[field]]\nname = \"amount\"\nkind = \"number\"\nresolution = \"0.01\"\nfeatures = [\"delta\"]\n\
        [[field]]\nname = \"mode\"\nkind = \"category\"\nvocabulary = [\"chip\", \"stripe\"]\n";

    fn table(text: &str) -> Table {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("t.csv");
        std::fs::write(&path, text).unwrap();
        let schema = Schema::parse(SCHEMA, "s.toml").unwrap();
        let options = ReadOptions {
            label: ColumnUse::Required,
            time: ColumnUse::Required,
            text: Some("note".to_owned()),
        };
        let mut table = Table::read(&[&path], &schema, &options).unwrap();
        table.files[0].0 = "t.csv".to_owned();
        let shown = path.display().to_string();
        for warning in &mut table.warnings {
            *warning = warning.replace(&shown, "t.csv");
        }
        table
    }

    #[test]
    fn holds_what_the_rows_say() {
        let table = table(
            "when,terminal,mode,amount,label,note\n2000-01-02,b,chip,1.5,0,x\n2000-01-01,a,stripe,-2,1,y\n\
             2000-01-03,b,swipe,3,0,x\n",
        );
        assert_eq!((table.n_rows(), table.n_fields(), table.n_groups()), (3, 2, 2));
        assert_eq!([table.raw(0), table.raw(1), table.raw(2)], [&[150, 1], &[-200, 2], &[300, 0]]);
        assert_eq!([table.label(0), table.label(1)], [Some(false), Some(true)]);
        assert_eq!([table.group(0), table.group(1), table.group(2)], [0, 1, 0]);
        assert_eq!([table.group_name(1), table.text(1).unwrap()], ["a", "y"]);
        assert_eq!((table.time(0), table.place(2)), (Some(86_400), (0, 4)));
        assert_eq!(table.files()[0].1.len(), 64);
        assert!(table.warnings().is_empty(), "{:?}", table.warnings());
    }

    #[test]
    fn warns_of_constants_and_disorder() {
        let table = table(
            "when,terminal,mode,amount,label,note\n2000-01-02,a,chip,1.5,0,x\n2000-01-01,a,chip,1.5,0,x\n\
             2000-01-03,a,stripe,3,1,x\n",
        );
        assert_eq!(
            table.warnings(),
            [
                "t.csv, column `amount`: field `amount` is 1.50 in every normal row and tells nothing; ignore the column",
                "t.csv, column `mode`: field `mode` is chip in every normal row and tells nothing; ignore the column",
                "t.csv, row 3, column `when`: earlier than a row before it, though features look back; sort the rows by \
                 time",
            ]
        );
    }

    #[test]
    fn split_needs_normal_rows() {
        let head = "when,terminal,mode,amount,label,note\n";
        let rows = |n_rows, label| {
            (0..n_rows).fold(head.to_owned(), |mut text, row| {
                writeln!(text, "{row},a,chip,{row},{label},x").unwrap();
                text
            })
        };
        assert_eq!(
            table(&rows(3, 1)).split(0).unwrap_err().to_string(),
            "t.csv, column `label`: found no normal row among 3, wanted rows whose label is 0; check which column \
             holds the label"
        );
        assert_eq!(
            table(&rows(1, 0)).split(0).unwrap_err().to_string(),
            "t.csv: found 1 rows to learn from, wanted at least 20; give more rows whose label is 0"
        );
        let split = table(&rows(20, 0)).split(0).unwrap();
        assert_eq!((split.train, split.test), ((0..12).collect(), (16..20).collect()));
    }
}
