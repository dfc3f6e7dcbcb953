//! Long tables of users and items, of which a record per user is made.

use super::samples::{PlaceFault, Samples};
use super::{FieldKind, Schema};

/// Items that become fields unless the schema says otherwise.
const ITEMS: u32 = 256;
/// Most items.
const MOST_ITEMS: u32 = 1 << 14;

/// The columns of a long table with a row per user and item.
///
/// A record is a user. Its fields are items: flags where there is no value column, else the values, 0 where absent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ratings {
    /// Column that names the user.
    pub user: String,
    /// Column that names the item.
    pub item: String,
    /// Column of the value that a user gives an item; of several the last counts.
    pub value: Option<String>,
    /// Items that become fields, at most: those with the most rows.
    pub items: usize,
}

/// The part of a schema file.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Written {
    user: String,
    item: String,
    value: Option<String>,
    items: Option<u32>,
}

impl Written {
    pub(super) fn read(self) -> Ratings {
        let items = self.items.unwrap_or(ITEMS) as usize;
        Ratings { user: self.user, item: self.item, value: self.value, items }
    }
}

/// What ratings and the rest of a schema say against each other.
pub(super) fn check(schema: &Schema) -> Result<(), PlaceFault> {
    let Some(ratings) = &schema.ratings else { return Ok(()) };
    let key = |key: &str, problem: &str| Err((format!("key `{key}`"), problem.to_owned()));
    if !(1..=MOST_ITEMS as usize).contains(&ratings.items) {
        return Err((
            "key `ratings`".to_owned(),
            format!("`items` is {}, wanted 1 to {MOST_ITEMS}; correct it", ratings.items),
        ));
    }
    if schema.samples != Samples::Row {
        return key("ratings", "a record is a user; remove `window` or `shape`");
    }
    if schema.group.is_some() {
        return key("group", "a record is a user, and users are not grouped; remove it");
    }
    let columns = [Some(&ratings.user), Some(&ratings.item), ratings.value.as_ref(), schema.label.as_ref()];
    let columns: Vec<&String> = columns.into_iter().flatten().collect();
    if (1..columns.len()).any(|index| columns[..index].contains(&columns[index])) {
        return key("ratings", "user, item, value and label have to be different columns; correct them");
    }
    if columns.iter().any(|column| column.trim().is_empty()) {
        return key("ratings", "a column is empty; name one");
    }
    let wanted = if ratings.value.is_some() { "number" } else { "flag" };
    let is_wrong = |field: &&super::Field| match field.kind {
        FieldKind::Number { .. } => wanted == "flag" || looks_back(field),
        FieldKind::Flag => wanted == "number" || field.nullable,
        _ => true,
    };
    if let Some(field) = schema.fields.iter().find(is_wrong) {
        let problem =
            format!("an item is a {wanted} that is never missing and does not look back; correct the field");
        return Err((format!("field `{}`", field.name), problem));
    }
    Ok(())
}

fn looks_back(field: &super::Field) -> bool {
    field.nullable || field.features.iter().any(|feature| feature.has_memory())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::Notes;

    fn parse(text: &str) -> Result<Schema, String> {
        Schema::parse(text, "s.toml").map_err(|error| error.to_string())
    }

    #[test]
    fn written_and_read() {
        let text = "label = \"bot\"\n\n[ratings]\nuser = \"u\"\nitem = \"i\"\nvalue = \"v\"\nitems = 9\n";
        let schema = parse(text).unwrap();
        assert_eq!(schema.to_text(&Notes::default()), text);
        let bare = parse("[ratings]\nuser = \"u\"\nitem = \"i\"\n").unwrap();
        let ratings = Ratings { user: "u".into(), item: "i".into(), value: None, items: 256 };
        assert_eq!(bare.ratings, Some(ratings));
        // An item may be called as a column is.
        let item = format!("{text}[[field]]\nname = \"bot\"\nkind = \"number\"\n");
        assert_eq!(parse(&parse(&item).unwrap().to_text(&Notes::default())), parse(&item));
    }

    #[test]
    fn contradictions() {
        let ratings = "[ratings]\nuser = \"u\"\nitem = \"i\"\n";
        let field = |kind: &str| format!("{ratings}[[field]]\nname = \"a\"\nkind = \"{kind}\"\n");
        let wrong =
            "field `a`: an item is a flag that is never missing and does not look back; correct the field";
        for (text, expected) in [
            (format!("{ratings}items = 0"), "key `ratings`: `items` is 0, wanted 1 to 16384; correct it"),
            (
                format!("window = 2\n{ratings}"),
                "key `ratings`: a record is a user; remove `window` or `shape`",
            ),
            (
                format!("group = \"g\"\n{ratings}"),
                "key `group`: a record is a user, and users are not grouped; remove it",
            ),
            (
                format!("label = \"i\"\n{ratings}"),
                "key `ratings`: user, item, value and label have to be different columns; correct them",
            ),
            (
                "[ratings]\nuser = \"\"\nitem = \"i\"\n".to_owned(),
                "key `ratings`: a column is empty; name one",
            ),
            (field("number"), wrong),
            (format!("{}missing = \"allowed\"\n", field("flag")), wrong),
        ] {
            assert_eq!(parse(&text).unwrap_err(), format!("s.toml, {expected}"));
        }
        assert!(parse("[ratings]\nuser = \"u\"\n").unwrap_err().contains("missing field `item`"));
    }
}
