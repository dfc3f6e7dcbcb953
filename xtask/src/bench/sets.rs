//! The labelled sets of a folder, each in the form of its protocol.
//!
//! A table is trained on as it lies, without the columns that are no measurements; what the label can be read off the
//! schema's inference leaves out itself. Some sets have a protocol of their own, known by their names.

use super::sheet::Sheet;
use std::path::{Path, PathBuf};
use tillwatch_trainer::table::{
    ColumnUse, FieldKind, ImageOptions, ReadOptions, Schema, Table, infer, read_images,
};

/// How the records of a set are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// A row is a record.
    Rows,
    /// Rows are samples, windows are records.
    Windows {
        /// Samples of a window.
        length: usize,
        /// Samples from one window to the next.
        hop: usize,
    },
    /// Images, of which one class is normal.
    Images {
        /// The class.
        normal: usize,
    },
}

/// A labelled set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Set {
    /// Name, which its file's begins with.
    pub(crate) name: String,
    /// The same as other detectors' figures have it; none where theirs are of records made otherwise.
    pub(crate) baseline: Option<String>,
    /// How its records are made.
    pub(crate) form: Form,
    files: Vec<PathBuf>,
}

/// A set that is read, with a table of its own to test on where the protocol has one.
#[derive(Debug)]
pub(crate) struct Prepared {
    pub(crate) schema: Schema,
    pub(crate) table: Table,
    pub(crate) test: Option<Table>,
}

/// Columns that identify a row, repeat the label in other words or tell how old a machine is.
const NO_MEASUREMENTS: [&str; 11] =
    ["uid", "product_id", "twf", "hdf", "pwf", "osf", "rnf", "attack", "scenario", "cycle", "rul"];
/// Classes of an image set that are taken for normal, one after another.
const NORMAL_CLASSES: [usize; 4] = [0, 1, 5, 7];
/// Sets that are trained on as windows too, with the window's length and hop.
const WINDOWED: [(&str, usize, usize); 2] = [("nab_machine_temperature", 24, 24), ("cmapss_fd001", 16, 4)];
/// Of these sets other detectors were given windows, of all others rows.
const WINDOWED_BY_OTHERS: [&str; 1] = ["nab_machine_temperature"];
/// Most rows of a table of normals.
const MOST_NORMALS: usize = 50_000;
/// Remaining cycles above which an engine is healthy.
const HEALTHY_ABOVE: f64 = 125.0;
/// Of ten engines so many train.
const ENGINES_IN_TEN: u64 = 7;

/// The sets in a folder: CSV files with a column `label`, and IDX images with their labels.
///
/// # Errors
/// The folder or a file in it cannot be read.
pub(crate) fn find(folder: &Path) -> Result<Vec<Set>, String> {
    let fail = |error: std::io::Error| format!("{}: {error}", folder.display());
    let mut paths: Vec<PathBuf> = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(fail)? {
        paths.push(entry.map_err(fail)?.path());
    }
    paths.sort_unstable();
    let mut sets = Vec::new();
    for path in &paths {
        let file = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if let Some(stem) = file.strip_suffix(".csv.gz").or_else(|| file.strip_suffix(".csv")) {
            sets.extend(tables(folder, stem, path)?);
        } else if let Some(stem) = file.strip_suffix("_images.idx3.gz") {
            let labels = folder.join(format!("{stem}_labels.idx1.gz"));
            sets.extend(NORMAL_CLASSES.into_iter().filter(|_| labels.is_file()).map(|normal| Set {
                name: format!("{stem}/{normal}"),
                baseline: Some(format!("{stem}/{normal}")),
                form: Form::Images { normal },
                files: vec![path.clone(), labels.clone()],
            }));
        }
    }
    Ok(sets)
}

/// The sets that a CSV file gives: none without labels or for a test file, two where windows are made of it too.
fn tables(folder: &Path, stem: &str, path: &Path) -> Result<Vec<Set>, String> {
    if stem.ends_with("_test") || Sheet::header(path)?.iter().all(|column| column != "label") {
        return Ok(Vec::new());
    }
    let name = stem.strip_suffix("_train20").unwrap_or(stem).to_owned();
    let mut files = vec![path.to_owned()];
    let test = folder.join(format!("{name}_test.csv.gz"));
    files.extend(test.is_file().then_some(test));
    let others_have_windows = WINDOWED_BY_OTHERS.contains(&name.as_str());
    let baseline = |fits: bool| fits.then(|| name.clone());
    let rows = Set { baseline: baseline(!others_have_windows), name: name.clone(), form: Form::Rows, files };
    let windows = WINDOWED.iter().filter(|(windowed, ..)| *windowed == name);
    let windows: Vec<Set> = windows
        .map(|&(_, length, hop)| Set {
            name: format!("{name} windows"),
            baseline: baseline(others_have_windows),
            form: Form::Windows { length, hop },
            ..rows.clone()
        })
        .collect();
    Ok([vec![rows], windows].concat())
}

impl Set {
    /// The kinds that its records are for.
    pub(crate) const fn kinds(&self) -> &'static [&'static str] {
        match self.form {
            Form::Rows => &["dense", "denoising", "sparse", "variational"],
            Form::Windows { .. } => &["dense", "denoising", "sparse", "variational", "conv1d"],
            Form::Images { .. } => &["dense", "denoising", "sparse", "variational", "conv2d"],
        }
    }

    /// Reads the set. The seed chooses where the protocol chooses and the trainer's split does not.
    ///
    /// # Errors
    /// What is wrong with its files.
    pub(crate) fn prepare(&self, seed: u64) -> Result<Prepared, String> {
        if let Form::Images { normal } = self.form {
            let options = ImageOptions { normal: Some(normal.to_string()), ..ImageOptions::default() };
            let [images, labels] = [0, 1].map(|index| self.files[index].as_path());
            let read = read_images(&[images], Some(labels), &options);
            let (schema, table) = read.map_err(|error| error.to_string())?;
            return Ok(Prepared { schema, table, test: None });
        }
        let sheet = Sheet::read(&self.files[0])?;
        let (train, test) = if sheet.column("rul").is_ok() {
            let [train, healthy, dying] = engines(&sheet, seed)?;
            (train, vec![healthy, dying])
        } else if let Some(test) = self.files.get(1) {
            (sheet, vec![Sheet::read(test)?])
        } else {
            (sheet, Vec::new())
        };
        self.read(&train, &test)
    }

    /// The rows of a table without its anomalies, for what is measured on normal rows alone; of a large table every so many.
    ///
    /// # Errors
    /// What is wrong with its file.
    pub(crate) fn normals(&self) -> Result<Prepared, String> {
        let sheet = Sheet::read(&self.files[0])?;
        let label = sheet.column("label")?;
        let mut sheet = sheet.only(|row| row[label].parse() == Ok(0.0));
        let stride = sheet.rows.len().div_ceil(MOST_NORMALS).max(1);
        sheet.rows = sheet.rows.into_iter().step_by(stride).collect();
        self.read(&sheet, &[])
    }

    /// True for a table that is one file of rows, each a record of its own.
    pub(crate) const fn is_plain(&self) -> bool {
        matches!(self.form, Form::Rows) && self.files.len() == 1
    }

    fn read(&self, train: &Sheet, test: &[Sheet]) -> Result<Prepared, String> {
        let text = |error: tillwatch_trainer::Error| error.to_string();
        let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
        let write = |name: &str, sheet: &Sheet| {
            let path = folder.path().join(name);
            sheet.without(&NO_MEASUREMENTS).write(&path).map(|()| path)
        };
        let path = write("train.csv", train)?;
        let mut schema = infer(&[&path], Some("label")).map_err(text)?.schema;
        if let Form::Windows { length, hop } = self.form {
            // What a window is for: the course of the measurements. When it was is not one of them.
            schema.fields.retain(|field| !matches!(field.kind, FieldKind::Time(_)));
            schema = schema.with_window(length, hop, None).map_err(text)?;
        }
        let options = ReadOptions { label: ColumnUse::Required, time: ColumnUse::Required, text: None };
        let table = Table::read(&[&path], &schema, &options).map_err(text)?;
        let mut paths = Vec::new();
        for (index, sheet) in test.iter().enumerate() {
            paths.push(write(&format!("test_{index}.csv"), &with_flags_of(&schema, sheet)?)?);
        }
        let read = || Table::read(&paths, &schema, &options).map_err(text);
        let test = if paths.is_empty() { None } else { Some(read()?) };
        Ok(Prepared { schema, table, test })
    }
}

/// Healthy rows of the engines that train, healthy and dying rows of the others; those between are left out.
///
/// Windows never reach from one part of an engine's life into another, since each part is a file of its own.
fn engines(sheet: &Sheet, seed: u64) -> Result<[Sheet; 3], String> {
    let [unit, rul, label] = [sheet.column("unit")?, sheet.column("rul")?, sheet.column("label")?];
    // Weyl's sequence deals engines evenly, another way with every seed.
    let trains = |row: &[String]| {
        let number = row[unit].parse::<u64>().unwrap_or(0).wrapping_mul(7).wrapping_add(seed * 3);
        number % 10 < ENGINES_IN_TEN
    };
    let is_healthy = |row: &[String]| row[rul].parse::<f64>().is_ok_and(|cycles| cycles > HEALTHY_ABOVE);
    Ok([
        sheet.only(|row| trains(row) && is_healthy(row)),
        sheet.only(|row| !trains(row) && is_healthy(row)),
        sheet.only(|row| !trains(row) && row[label] == "1"),
    ])
}

/// A test file whose flags are 0 and 1 as in the training file; a few cells of the intrusion set's count further.
fn with_flags_of(schema: &Schema, sheet: &Sheet) -> Result<Sheet, String> {
    let mut sheet = sheet.clone();
    for field in schema.fields.iter().filter(|field| field.kind == FieldKind::Flag) {
        let column = sheet.column(&field.column)?;
        for cell in sheet.rows.iter_mut().map(|row| &mut row[column]) {
            if cell.parse::<u32>().is_ok_and(|count| count > 1) {
                "1".clone_into(cell);
            }
        }
    }
    Ok(sheet)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fmt::Write;

    #[test]
    fn sets_of_a_folder() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
        write("a.csv", "x,label\n1,0\n");
        write("unlabelled.csv", "x,y\n1,0\n");
        write("nab_machine_temperature.csv", "timestamp,value,label\n2013-12-02 21:15:00,1,0\n");
        write("notes.txt", "label");
        let found = find(folder.path()).unwrap();
        let names: Vec<&str> = found.iter().map(|set| set.name.as_str()).collect();
        assert_eq!(names, ["a", "nab_machine_temperature", "nab_machine_temperature windows"]);
        let others = found.iter().map(|set| set.baseline.as_deref()).collect::<Vec<_>>();
        assert_eq!(others, [Some("a"), None, Some("nab_machine_temperature")]);
        assert!(found[2].kinds().contains(&"conv1d") && !found[0].kinds().contains(&"conv1d"));
    }

    #[test]
    fn engines_are_never_on_both_sides() {
        let mut text = "unit,cycle,s,rul,label\n".to_owned();
        for unit in 0..20 {
            for rul in [200, 150, 126, 125, 60, 21, 20, 0] {
                writeln!(text, "{unit},{},{},{rul},{}", 200 - rul, rul % 7, u32::from(rul <= 20)).unwrap();
            }
        }
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("cmapss_fd001.csv");
        std::fs::write(&path, text).unwrap();
        let sheet = Sheet::read(&path).unwrap();
        for seed in 0..3 {
            let parts = engines(&sheet, seed).unwrap();
            assert_eq!(parts.each_ref().map(|part| part.rows.len()), [14 * 3, 6 * 3, 6 * 2]);
            let units =
                |part: &Sheet| -> Vec<String> { part.rows.iter().map(|row| row[0].clone()).collect() };
            let train = units(&parts[0]);
            assert!(parts[1..].iter().flat_map(units).all(|unit| !train.contains(&unit)));
        }
        let set = find(folder.path()).unwrap().remove(0);
        let prepared = set.prepare(0).unwrap();
        assert_eq!(prepared.schema.fields.len(), 1, "neither unit nor cycle nor what remains");
        assert_eq!(prepared.test.unwrap().n_rows(), 30);
    }

    #[test]
    fn a_flag_that_counts_further_in_the_test_file_is_still_a_flag() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.csv");
        let train = (0..40).fold("x,shells,label\n".to_owned(), |mut text, row| {
            writeln!(text, "{row}.5,{},0", row % 2).unwrap();
            text
        });
        std::fs::write(&path, train).unwrap();
        let schema = infer(&[&path], Some("label")).unwrap().schema;
        let cells = |values: [&str; 2]| values.map(str::to_owned).to_vec();
        let columns = cells(["x", "shells"]);
        let sheet = Sheet { columns: columns.clone(), rows: vec![cells(["7", "0"]), cells(["7", "2"])] };
        let expected = vec![cells(["7", "0"]), cells(["7", "1"])];
        assert_eq!(with_flags_of(&schema, &sheet), Ok(Sheet { columns, rows: expected }));
    }
}
