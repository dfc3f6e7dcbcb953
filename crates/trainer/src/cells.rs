//! Raw integers as the cells of a table: the way back from what a schema reads.

use crate::table::{Field, FieldKind, Part};
use tillwatch_engine::feature::MISSING;

/// A Monday, on which times are written whose day is not known.
const MONDAY: [i32; 3] = [2001, 1, 1];

/// What a cell holds: a decimal in the field's unit, a word of its vocabulary, 0 or 1, a part of a time as a number; nothing
/// for a missing value and for an unknown category.
#[must_use]
pub fn cell(field: &Field, raw: i32) -> String {
    match &field.kind {
        _ if raw == MISSING => String::new(),
        FieldKind::Category { vocabulary } => {
            let word = usize::try_from(raw).ok().and_then(|raw| vocabulary.get(raw.checked_sub(1)?));
            word.cloned().unwrap_or_default()
        }
        _ => field.resolution().decimal(raw),
    }
}

/// A cell that may stand between commas: in quotation marks where it has to.
#[must_use]
pub fn quoted(cell: &str) -> String {
    if cell.contains([',', '"', '\n', '\r']) || cell.trim() != cell {
        format!("\"{}\"", cell.replace('"', "\"\""))
    } else {
        cell.to_owned()
    }
}

/// The date and time that the parts read from one column make, in the week of Monday 2001-01-01; nothing where no part
/// is known.
///
/// # Shapes
/// `parts`: the fields of the column with their raw values.
#[must_use]
pub fn date_time(parts: &[(&Field, i32)]) -> String {
    let part = |wanted: Part| {
        let found =
            parts.iter().find(|(field, raw)| field.kind == FieldKind::Time(wanted) && *raw != MISSING);
        found.map(|(_, raw)| *raw)
    };
    let (hour, minute, weekday) = (part(Part::Hour), part(Part::Minute), part(Part::Weekday));
    if hour.is_none() && minute.is_none() && weekday.is_none() {
        return String::new();
    }
    let minute = minute.unwrap_or(hour.unwrap_or(0) * 60);
    let [year, month, day] = MONDAY;
    let day = day + weekday.unwrap_or(0);
    // Minutes of the day know better than the hour, which is theirs.
    format!("{year:04}-{month:02}-{day:02} {:02}:{:02}:00", minute / 60, minute % 60)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::Schema;

    fn schema() -> Schema {
        let text = "[[field]]\nname = \"amount\"\nkind = \"number\"\nresolution = \"0.01\"\n\
            [[field]]\nname = \"mode\"\nkind = \"category\"\nvocabulary = [\"chip\", \"a, b\"]\n\
            [[field]]\nname = \"hour\"\ncolumn = \"when\"\nkind = \"time\"\npart = \"hour\"\n\
            [[field]]\nname = \"weekday\"\ncolumn = \"when\"\nkind = \"time\"\npart = \"weekday\"\n";
        Schema::parse(text, "s.toml").unwrap()
    }

    #[test]
    fn cells_are_what_the_schema_reads() {
        let schema = schema();
        let cells = |index: usize, raws: [i32; 4]| raws.map(|raw| cell(&schema.fields[index], raw));
        assert_eq!(cells(0, [1234, -5, 0, MISSING]), ["12.34", "-0.05", "0.00", ""]);
        assert_eq!(cells(1, [1, 2, 0, 3]), ["chip", "a, b", "", ""]);
        assert_eq!(quoted("a, b"), "\"a, b\"");
        assert_eq!(quoted("say \"so\""), "\"say \"\"so\"\"\"");
        assert_eq!([quoted("chip"), quoted(" x")], ["chip".to_owned(), "\" x\"".to_owned()]);
    }

    #[test]
    fn times_are_put_together_from_their_parts() {
        let schema = schema();
        let [hour, weekday] = [&schema.fields[2], &schema.fields[3]];
        assert_eq!(date_time(&[(hour, 13), (weekday, 6)]), "2001-01-07 13:00:00");
        assert_eq!(date_time(&[(hour, 5)]), "2001-01-01 05:00:00");
        assert_eq!(date_time(&[(hour, MISSING)]), "");
    }
}
