//! What columns are usually called.

use super::super::name;
use super::column::Column;

/// What a column that holds labels is usually called, likeliest first.
const LABEL_NAMES: [&str; 14] = [
    "label",
    "is_fraud",
    "fraud",
    "tx_fraud",
    "is_anomaly",
    "anomaly",
    "is_anomalous",
    "is_outlier",
    "outlier",
    "machine_failure",
    "class",
    "target",
    "y",
    "attack",
];

/// What names a stream of records, likeliest first; true where the bare word does, without `id`.
const GROUP_NAMES: [(&str, bool); 14] = [
    ("terminal", true),
    ("device", true),
    ("machine", true),
    ("unit", true),
    ("sensor", false),
    ("meter", false),
    ("station", false),
    ("engine", false),
    ("merchant", true),
    ("account", true),
    ("card", true),
    ("customer", true),
    ("client", true),
    ("user", true),
];
/// A group of which there are fewer rows than this has no history to speak of.
const FEWEST_ROWS_PER_GROUP: u64 = 5;

/// The column that is called like a label.
pub(super) fn label_column(headers: &[String]) -> Option<usize> {
    let joined = |name: &str| name.replace('_', "");
    LABEL_NAMES
        .iter()
        .find_map(|wanted| headers.iter().position(|header| joined(&words(header)) == joined(wanted)))
}

/// The column that names streams of records.
pub(super) fn group_column(columns: &[Column]) -> Option<usize> {
    let is_grouping = |column: &Column| {
        let n_groups = column.distinct.count();
        n_groups >= 2
            && column.n_present >= FEWEST_ROWS_PER_GROUP * n_groups
            && column.n_missing == 0
            && (column.is_whole() || column.numbers.count == 0)
    };
    GROUP_NAMES.iter().find_map(|&(word, bare)| {
        columns.iter().position(|column| names_group(&column.header, word, bare) && is_grouping(column))
    })
}

/// True for the names of columns that tell things apart.
pub(super) fn is_identifier_name(header: &str) -> bool {
    let name = words(header);
    let is_one = ["id", "uid", "uuid", "guid", "index", "idx", "row", "row_number"].contains(&name.as_str());
    header.is_empty()
        || is_one
        || name.ends_with("_id")
        || name.ends_with("_uuid")
        || name.starts_with("id_")
        || name.starts_with("unnamed")
        || GROUP_NAMES.iter().any(|&(word, bare)| names_group(header, word, bare))
}

/// True for the names of columns that hold times.
pub(super) fn is_time_name(header: &str) -> bool {
    let name = words(header);
    ["time", "date", "stamp", "epoch", "unix"].iter().any(|word| name.contains(word)) || name == "ts"
}

fn names_group(header: &str, word: &str, bare: bool) -> bool {
    let name = words(header);
    let rest = name.strip_prefix(word).or_else(|| name.strip_suffix(word));
    rest.is_some_and(|rest| {
        ["_id", "id", "_no", "_number", "_name", "id_"].contains(&rest) || (bare && rest.is_empty())
    })
}

fn words(header: &str) -> String {
    name::identifier(header, |_| false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_by_name() {
        let find =
            |headers: &[&str]| label_column(&headers.iter().map(|&header| header.into()).collect::<Vec<_>>());
        assert_eq!(find(&["amount", "Class", "isFraud"]), Some(2));
        assert_eq!(find(&["amount", "Is_Anomaly"]), Some(1));
        assert_eq!(find(&["amount", "classes"]), None);
    }

    #[test]
    fn identifiers_by_name() {
        for header in
            ["id", "customer_id", "CustomerID", "UID", "terminal", "Terminal No", "", "Unnamed: 0", "id_card"]
        {
            assert!(is_identifier_name(header), "{header}");
        }
        for header in ["humidity", "body_mass_index", "sensor", "cardinality", "unit_price", "paid", "grid"] {
            assert!(!is_identifier_name(header), "{header}");
        }
        assert!(is_time_name("created_at_timestamp") && is_time_name("ts") && !is_time_name("amounts"));
    }
}
