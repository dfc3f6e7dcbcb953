//! From the text of a cell to a raw integer.

use super::decimal::{Decimal, NotDecimal, Resolution};
use super::grams::count_ngrams;
use super::instant::Instant;
use super::schema::{Field, FieldKind, Part};
use crate::CellFault;
use std::collections::HashMap;
use tillwatch_engine::feature::MISSING;

/// True for the texts that mean a missing value: none, and `NA`.
pub(super) fn is_missing(cell: &str) -> bool {
    let cell = cell.trim();
    cell.is_empty() || cell == "NA"
}

/// A field's rule, ready to be applied to many cells.
#[derive(Debug)]
pub(super) struct CellReader {
    rule: Rule,
    nullable: bool,
}

#[derive(Debug)]
enum Rule {
    Number {
        resolution: Resolution,
        range: Option<[i32; 2]>,
    },
    Category(HashMap<String, i32>),
    Flag,
    Time(Part),
    /// Bytes of a gram.
    Text(usize),
}

impl CellReader {
    pub(super) fn new(field: &Field) -> Self {
        let rule = match &field.kind {
            FieldKind::Number { resolution, range, .. } => {
                Rule::Number { resolution: *resolution, range: *range }
            }
            FieldKind::Category { vocabulary } => {
                Rule::Category(vocabulary.iter().cloned().zip(1..).collect())
            }
            FieldKind::Flag => Rule::Flag,
            FieldKind::Time(part) => Rule::Time(*part),
            FieldKind::Text { ngram, .. } => Rule::Text(*ngram),
        };
        Self { rule, nullable: field.nullable }
    }

    /// Bytes of a gram, for a text.
    pub(super) const fn ngram(&self) -> Option<usize> {
        match self.rule {
            Rule::Text(ngram) => Some(ngram),
            _ => None,
        }
    }

    /// The raw integer of a cell; for a text the balance of all its grams, as if it had one count.
    pub(super) fn read(&self, cell: &str) -> Result<i32, CellFault> {
        // A vocabulary may hold `NA`, as one of countries does; there it is a category.
        if let Rule::Category(codes) = &self.rule
            && let Some(&code) = codes.get(cell.trim())
        {
            return Ok(code);
        }
        if is_missing(cell) && !matches!(self.rule, Rule::Text(_)) {
            return if self.nullable { Ok(MISSING) } else { Err(CellFault::Missing) };
        }
        match &self.rule {
            Rule::Number { resolution, range } => {
                let steps = resolution.steps(cell).map_err(CellFault::from)?;
                let is_inside = range.is_none_or(|[low, high]| (low..=high).contains(&steps));
                if is_inside { Ok(steps) } else { Err(CellFault::OutOfRange) }
            }
            Rule::Category(_) => Ok(0),
            Rule::Text(ngram) => {
                let mut count = [0];
                count_ngrams(cell.as_bytes(), *ngram, &mut count);
                Ok(count[0])
            }
            Rule::Flag => flag(cell).map(i32::from).ok_or(CellFault::NotAFlag),
            Rule::Time(part) => {
                let instant = Instant::parse(cell).ok_or(CellFault::NotATime)?;
                Ok(match part {
                    Part::Hour => instant.hour(),
                    Part::Weekday => instant.weekday(),
                    Part::Minute => instant.minute(),
                    Part::Seconds => instant.seconds(),
                })
            }
        }
    }
}

impl From<NotDecimal> for CellFault {
    fn from(fault: NotDecimal) -> Self {
        match fault {
            NotDecimal::Nan => Self::Nan,
            NotDecimal::Infinite => Self::Infinite,
            NotDecimal::Text => Self::NotANumber,
        }
    }
}

/// A yes or no: `0`, `1`, also as decimals, `false`, `true`, `no`, `yes` in any case.
pub(super) fn flag(cell: &str) -> Option<bool> {
    let cell = cell.trim();
    let is = |words: [&str; 4]| words.iter().any(|word| cell.eq_ignore_ascii_case(word));
    if is(["0", "false", "no", "0.0"]) {
        Some(false)
    } else if is(["1", "true", "yes", "1.0"]) {
        Some(true)
    } else {
        None
    }
}

/// A label: true for anomalous. `0`, `false`, `normal` are normal, `true` and every other integer is anomalous.
pub(super) fn label(cell: &str) -> Result<bool, CellFault> {
    let cell = cell.trim();
    if ["false", "normal"].iter().any(|word| cell.eq_ignore_ascii_case(word)) {
        return Ok(false);
    }
    if cell.eq_ignore_ascii_case("true") {
        return Ok(true);
    }
    if is_missing(cell) {
        return Err(CellFault::NotALabel);
    }
    match Decimal::parse(cell) {
        Ok(decimal) if decimal.places() == 0 => Ok(!decimal.is_zero()),
        _ => Err(CellFault::NotALabel),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reader(kind: FieldKind, nullable: bool) -> CellReader {
        let (name, column, unit) = ("f".into(), "f".into(), String::new());
        CellReader::new(&Field { name, column, kind, unit, nullable, features: Vec::new() })
    }

    #[test]
    fn numbers() {
        let resolution = Resolution::parse("0.1").unwrap();
        let number = reader(FieldKind::Number { resolution, range: Some([0, 100]), period: None }, true);
        assert_eq!(number.read(" 2.25"), Ok(23));
        assert_eq!((number.read(""), number.read(" NA ")), (Ok(MISSING), Ok(MISSING)));
        assert_eq!(number.read("10.06"), Err(CellFault::OutOfRange));
        assert_eq!(number.read("?"), Err(CellFault::NotANumber));
        assert_eq!(number.read("NaN"), Err(CellFault::Nan));
        assert_eq!(number.read("-inf"), Err(CellFault::Infinite));
        let refusing = reader(FieldKind::Number { resolution, range: None, period: None }, false);
        assert_eq!(refusing.read(""), Err(CellFault::Missing));
        assert_eq!(refusing.read("-1e99"), Ok(MISSING + 1));
    }

    #[test]
    fn categories_flags_and_times() {
        let vocabulary = vec!["DE".to_owned(), "NA".to_owned()];
        let category = reader(FieldKind::Category { vocabulary }, true);
        assert_eq!(
            ["DE", " NA", "FR", ""].map(|cell| category.read(cell)),
            [Ok(1), Ok(2), Ok(0), Ok(MISSING)]
        );
        let yes = reader(FieldKind::Flag, true);
        assert_eq!(
            ["Yes", "0.0", "TRUE", "NA"].map(|cell| yes.read(cell)),
            [Ok(1), Ok(0), Ok(1), Ok(MISSING)]
        );
        assert_eq!(yes.read("2"), Err(CellFault::NotAFlag));
        let part = |part| reader(FieldKind::Time(part), false).read("2018-04-01 13:07:31");
        assert_eq!(
            [Part::Hour, Part::Weekday, Part::Minute, Part::Seconds].map(part),
            [Ok(13), Ok(6), Ok(787), Ok(575_903_251)]
        );
        assert_eq!(reader(FieldKind::Time(Part::Hour), true).read("soon"), Err(CellFault::NotATime));
    }

    #[test]
    fn labels() {
        for (cell, expected) in [
            ("0", false),
            ("0.0", false),
            ("Normal", false),
            ("FALSE", false),
            ("1", true),
            ("3.0", true),
            ("-1", true),
        ] {
            assert_eq!(label(cell), Ok(expected), "{cell}");
        }
        for cell in ["", "NA", "0.5", "fraud", "nan"] {
            assert_eq!(label(cell), Err(CellFault::NotALabel), "{cell}");
        }
    }
}
