//! Figures of other detectors on the same sets, as a file gives them.

use crate::bench::sheet::Sheet;
use std::collections::BTreeMap;
use std::path::Path;

/// The methods whose figures stand beside those of Tillwatch: in the file, and on the page.
pub(crate) const METHODS: [(&str, &str); 4] =
    [("PyOD-AutoEncoder", "PyOD AE"), ("PyOD-VAE", "PyOD VAE"), ("LOF", "LOF"), ("IForest", "PyOD IForest")];

/// AUROC and average precision by set and method.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Baselines(BTreeMap<(String, String), [f64; 2]>);

impl Baselines {
    /// Reads `baselines.csv` of a folder; nothing where there is none.
    ///
    /// # Errors
    /// A column that is absent, or a figure that is no number.
    pub(crate) fn read(folder: &Path) -> Result<Self, String> {
        let path = folder.join("baselines.csv");
        if !path.is_file() {
            return Ok(Self::default());
        }
        let sheet = Sheet::read(&path)?;
        let columns = ["dataset", "method", "auroc_mean", "ap_mean"].map(|name| sheet.column(name));
        let [set, method, auroc, precision] = columns;
        let (set, method, auroc, precision) = (set?, method?, auroc?, precision?);
        let mut figures = BTreeMap::new();
        for row in &sheet.rows {
            let number = |column: usize| {
                let found = row[column].parse::<f64>();
                found.map_err(|_| format!("{}: found `{}`, wanted a number", path.display(), row[column]))
            };
            figures.insert((row[set].clone(), row[method].clone()), [number(auroc)?, number(precision)?]);
        }
        Ok(Self(figures))
    }

    /// AUROC and average precision of a method on a set.
    pub(crate) fn figures(&self, set: &str, method: &str) -> Option<[f64; 2]> {
        self.0.get(&(set.to_owned(), method.to_owned())).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_by_set_and_method() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(Baselines::read(folder.path()), Ok(Baselines::default()));
        let text = "dataset,method,auroc_mean,ap_mean\na,LOF,0.5,0.25\n";
        std::fs::write(folder.path().join("baselines.csv"), text).unwrap();
        let baselines = Baselines::read(folder.path()).unwrap();
        assert_eq!(baselines.figures("a", "LOF"), Some([0.5, 0.25]));
        assert_eq!(baselines.figures("a", "IForest"), None);
        std::fs::write(folder.path().join("baselines.csv"), text.replace("0.25", "x")).unwrap();
        assert!(Baselines::read(folder.path()).unwrap_err().ends_with("found `x`, wanted a number"));
    }
}
