//! Training rows that hardly belong to the others: anomalies that nobody sorted out, it may be.

use crate::TrainError;
use crate::baselines::neighbour_distances;
use crate::features::{Codes, Scaling, fit};
use crate::quantise::rim_step;
use crate::rim;
use crate::table::{Schema, Table};

/// Largest share that may go: of more than half the rows nobody can say that they are the strange ones.
const LARGEST_SHARE: f64 = 0.5;

/// The neighbour whose distance counts, as a share of the rows compared with: anomalies that resemble each other are not
/// that many.
const NEIGHBOURS: f64 = 0.1;
/// Nearest neighbour whose distance counts.
const FEWEST_NEIGHBOURS: usize = 5;

/// A row that stands far from the others.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Strange {
    /// Number in the table.
    pub row: usize,
    /// Distance from the neighbour that counts: root of the mean square over columns, in standard deviations.
    pub distance: f64,
}

/// Finds the share of the training rows that stands furthest from the tenth of all that is nearest to them, the furthest
/// first; of equals the earlier.
///
/// Hand them to [`Table::trim`] before training. Calibration rows are not looked at: an alarm rate is promised for records
/// as they come, with whatever is among them.
///
/// # Shapes
/// `table`: rows of any number of samples; result: `share` times the training rows that `seed` deals, rounded down.
/// # Units
/// Distances are taken after features are prepared, so that no column counts for its unit.
/// # Errors
/// [`TrainError::TrimShare`] outside 0 to 0.5; [`TrainError::Table`] where the table cannot be split;
/// [`TrainError::NothingVaries`].
/// # Cost
/// One preparation of all rows, and for every training row at most 1,000 distances.
/// # Source
/// Ramaswamy, Rastogi and Shim, "Efficient algorithms for mining outliers from large data sets", SIGMOD 2000; the choice
/// of the neighbour is this project's, see `DESIGN.md`.
pub fn strangest(table: &Table, schema: &Schema, share: f64, seed: u64) -> Result<Vec<Strange>, TrainError> {
    if !(0.0..=LARGEST_SHARE).contains(&share) {
        return Err(TrainError::TrimShare { found: share });
    }
    if share <= 0.0 {
        return Ok(Vec::new());
    }
    let rows = table.split(seed)?.train;
    let mut trains = vec![false; table.n_rows()];
    rows.iter().for_each(|&row| trains[row] = true);
    let fitted = fit(schema, table, &trains, Scaling::Standard)?;
    if fitted.features.is_empty() {
        return Err(TrainError::NothingVaries);
    }
    let fraction_bits = rim::first_format(fitted.furthest().1);
    let codes = Codes::prepare(&fitted.at(fraction_bits), table);
    let step = rim_step(fraction_bits) as f32;
    let values: Vec<f32> = codes.of(&rows).into_iter().map(|code| f32::from(code) * step).collect();
    let neighbour = |rows: usize| ((rows as f64 * NEIGHBOURS) as usize).max(FEWEST_NEIGHBOURS);
    let distances = neighbour_distances(&values, &values, codes.n_columns, neighbour);
    let of_row =
        |(row, square): (usize, f64)| Strange { row, distance: libm::sqrt(square / codes.n_columns as f64) };
    let count = (share * rows.len() as f64) as usize;
    let mut strange: Vec<Strange> = rows.into_iter().zip(distances).map(of_row).collect();
    strange.sort_by(|a, b| b.distance.total_cmp(&a.distance)); // stable: equals stay in the table's order
    strange.truncate(count);
    Ok(strange)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCHEMA: &str = "[[field]]\nname = \"a\"\nkind = \"number\"\nresolution = \"1\"\n\
        [[field]]\nname = \"b\"\nkind = \"number\"\nresolution = \"1\"\n";

    /// 200 rows, every twentieth of them far from the others.
    fn table() -> (Table, Schema) {
        let row = |i: u64| {
            if i.is_multiple_of(20) { format!("{},9000\n", i % 7) } else { format!("{},{}\n", i % 7, i % 5) }
        };
        let text: String = std::iter::once("a,b\n".to_owned()).chain((0..200).map(row)).collect();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("t.csv");
        std::fs::write(&path, text).unwrap();
        let schema = Schema::parse(SCHEMA, "s.toml").unwrap();
        (Table::read(&[path], &schema, &crate::table::ReadOptions::default()).unwrap(), schema)
    }

    #[test]
    fn what_stands_far_goes_from_training_alone() {
        let (mut table, schema) = table();
        let before = table.split(3).unwrap();
        let far: Vec<usize> = before.train.iter().copied().filter(|row| row % 20 == 0).collect();
        let share = (far.len() as f64 + 0.5) / before.train.len() as f64;
        let strange = strangest(&table, &schema, share, 3).unwrap();
        let mut rows: Vec<usize> = strange.iter().map(|strange| strange.row).collect();
        assert!(strange.is_sorted_by(|a, b| a.distance >= b.distance), "{strange:?}");
        table.trim(&rows);
        rows.sort_unstable();
        assert_eq!(rows, far);
        let after = table.split(3).unwrap();
        assert_eq!(after.train.len(), before.train.len() - far.len());
        assert!(after.train.iter().all(|row| row % 20 != 0));
        assert_eq!((after.calibration, after.test), (before.calibration, before.test));
    }

    #[test]
    fn shares_that_are_none_are_refused() {
        let (table, schema) = table();
        assert_eq!(strangest(&table, &schema, 0.0, 1).unwrap(), []);
        assert_eq!(strangest(&table, &schema, 0.5, 1).unwrap().len(), 60);
        for share in [-0.01, 0.51, f64::NAN] {
            let error = strangest(&table, &schema, share, 1).unwrap_err();
            assert!(error.is_usage() && error.to_string().contains("wanted a share of 0 to 0.5"), "{error}");
        }
    }
}
