//! Texts: one field of a schema file, many fields of a schema.

use super::{FeatureKind, Field, FieldKind, Schema};

/// Counts of a text unless the schema says otherwise.
const COLUMNS: u32 = 64;
/// Bytes of a gram unless the schema says otherwise.
const NGRAM: u32 = 3;
/// Most counts of a text.
const MOST_COLUMNS: u32 = 1024;
/// Longest gram; longer ones hardly ever come twice.
const LONGEST_NGRAM: u32 = 16;

/// The first count of a text, which stands for all until [`expand`].
pub(super) fn kind(columns: Option<u32>, ngram: Option<u32>) -> Result<FieldKind, String> {
    let (columns, ngram) = (columns.unwrap_or(COLUMNS), ngram.unwrap_or(NGRAM));
    for (key, found, most) in [("columns", columns, MOST_COLUMNS), ("ngram", ngram, LONGEST_NGRAM)] {
        if !(1..=most).contains(&found) {
            return Err(format!("`{key}` is {found}, wanted 1 to {most}; correct it"));
        }
    }
    Ok(FieldKind::Text { ngram: ngram as usize, columns: columns as usize, index: 0 })
}

/// The fields that a written field makes: one, or one per count of a text, named `NAME_0` and on.
pub(super) fn expand(field: Field) -> Vec<Field> {
    let FieldKind::Text { ngram, columns, .. } = field.kind else { return vec![field] };
    let numbered = |index| Field {
        name: format!("{}_{index}", field.name),
        kind: FieldKind::Text { ngram, columns, index },
        ..field.clone()
    };
    (0..columns).map(numbered).collect()
}

/// The name in the schema file of the text whose first count this is.
pub(super) fn written_name(field: &Field) -> &str {
    match field.kind {
        FieldKind::Text { .. } => field.name.strip_suffix("_0").unwrap_or(&field.name),
        _ => &field.name,
    }
}

impl Schema {
    /// The schema of plain text files, one record per line: 64 counts of the grams of 3 bytes.
    #[must_use]
    pub fn for_lines() -> Self {
        let kind = FieldKind::Text { ngram: NGRAM as usize, columns: COLUMNS as usize, index: 0 };
        let line =
            Field { features: vec![FeatureKind::Numeric], ..Field::of_number("line".to_owned(), kind) };
        Self { fields: expand(line), ..Self::default() }
    }

    /// The column that plain text files are read as: the one text that is all the schema reads.
    pub(in super::super) fn line_column(&self) -> Option<&str> {
        let first = self.fields.first()?;
        let is_same =
            |field: &Field| matches!(field.kind, FieldKind::Text { .. }) && field.column == first.column;
        self.fields.iter().all(is_same).then_some(first.column.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::Notes;

    fn parse(rest: &str) -> Result<Schema, String> {
        let text = format!("[[field]]\nname = \"message\"\nkind = \"text\"\n{rest}");
        Schema::parse(&text, "s.toml").map_err(|error| error.to_string())
    }

    #[test]
    fn a_text_becomes_many_fields_and_one_again() {
        let schema = parse("column = \"Message\"\ncolumns = 3\nngram = 2\nfeatures = [\"log\"]\n").unwrap();
        let names: Vec<_> = schema.fields.iter().map(|field| field.name.as_str()).collect();
        assert_eq!(names, ["message_0", "message_1", "message_2"]);
        assert_eq!(schema.fields[2].kind, FieldKind::Text { ngram: 2, columns: 3, index: 2 });
        assert_eq!(
            schema.to_text(&Notes::default()),
            "\n[[field]]\nname = \"message\"\ncolumn = \"Message\"\nkind = \"text\"\ncolumns = 3\nngram = 2\n\
             missing = \"refused\"\nfeatures = [\"log\"]\n"
        );
        let two = Schema { fields: [schema.fields.clone(), Schema::for_lines().fields].concat(), ..schema };
        assert_eq!(Schema::parse(&two.to_text(&Notes::default()), "s.toml").unwrap(), two);
        assert_eq!((two.fields.len(), two.line_column()), (67, None));
        assert_eq!(parse("column = \"line\"").unwrap().line_column(), Some("line"));
    }

    #[test]
    fn contradictions() {
        for (rest, expected) in [
            ("columns = 0", "`columns` is 0, wanted 1 to 1024; correct it"),
            ("ngram = 17", "`ngram` is 17, wanted 1 to 16; correct it"),
            ("resolution = 1", "`resolution` does not belong to this kind; remove it or change the kind"),
            (
                "missing = \"allowed\"",
                "a text without bytes has counts of 0 and is never missing; remove `missing`",
            ),
            (
                "features = [\"delta\"]",
                "\"delta\" cannot be made of it, wanted \"numeric\", \"log\", \"symlog\"; change `features`",
            ),
        ] {
            assert_eq!(parse(rest).unwrap_err(), format!("s.toml, field `message`: {expected}"));
        }
        assert_eq!(
            parse("columns = 2\n[[field]]\nname = \"message_1\"\nkind = \"flag\"").unwrap_err(),
            "s.toml, field `message_1`: the name stands twice; rename one of the fields"
        );
        let flag = Schema::parse("[[field]]\nname = \"a\"\nkind = \"flag\"\nngram = 2", "s").unwrap_err();
        assert!(flag.to_string().contains("`ngram` does not belong to this kind"));
    }
}
