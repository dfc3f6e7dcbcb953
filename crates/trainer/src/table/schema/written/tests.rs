//! Every contradiction of a schema file, with its exact message.

use super::*;

fn problem(text: &str) -> String {
    parse(text, "s.toml").unwrap_err().to_string()
}

fn field(rest: &str) -> String {
    problem(&format!("[[field]]\nname = \"a\"\n{rest}"))
}

#[test]
fn a_whole_schema() {
    let text = r#"
        label = "fraud"
        group = "terminal"
        time = "when"
        ignore = ["scenario"]
        [[field]]
        name = "amount"
        column = "Amount"
        kind = "number"
        resolution = "0.01"
        unit = "EUR"
        range = [0, "500.5"]
        missing = "allowed"
        features = ["log", "ratio_to_mean"]
        [[field]]
        name = "entry_mode"
        kind = "category"
        vocabulary = ["chip", "stripe"]
        [[field]]
        name = "hour"
        column = "when"
        kind = "time"
        part = "hour"
        [[field]]
        name = "direction"
        kind = "number"
        resolution = 0.5
        period = 360
        features = ["cyclic"]
    "#;
    let schema = parse(text, "s.toml").unwrap();
    assert_eq!(schema.label.as_deref(), Some("fraud"));
    let amount = &schema.fields[0];
    let resolution = Resolution::parse("0.01").unwrap();
    assert_eq!(amount.kind, FieldKind::Number { resolution, range: Some([0, 50050]), period: None });
    assert_eq!((amount.column.as_str(), amount.nullable), ("Amount", true));
    assert_eq!(schema.fields[1].features, [FeatureKind::OneHot]);
    assert_eq!(schema.fields[2].features, [FeatureKind::Cyclic]);
    assert_eq!(schema.fields[3].turn_per_step(), Some(5_965_232));
}

#[test]
fn syntax_is_told_by_line() {
    assert_eq!(
        problem("label = \"a\"\nlable = 3\n"),
        "s.toml, line 2: unknown field `lable`, expected one of `label`, `group`, `time`, `window`, `hop`, `gap`, `shape`, `ratings`, `ignore`, `field`"
    );
    assert!(problem("label = \"a\"\n\n[[field\n").starts_with("s.toml, line 3: "));
    assert!(
        field("kind = \"numbr\"").starts_with("s.toml, line 3: unknown variant `numbr`, expected one of")
    );
    assert!(
        field("kind = \"number\"\nresolution = [1]")
            .starts_with("s.toml, line 4: expected a decimal, such as")
    );
    assert_eq!(
        problem("label = \"a\""),
        "s.toml, key `field`: there is no field; add one as [[field]] with name and kind"
    );
    assert!(parse("nonsense", "s.toml").unwrap_err().is_usage());
}

#[test]
fn contradictions_are_told_by_field() {
    for (rest, expected) in [
        (
            "kind = \"number\"\nresolution = \"0\"",
            "`resolution` is `0`, wanted a decimal above 0 of at most nine digits, such as \"0.01\"; correct it",
        ),
        (
            "kind = \"number\"\nrange = [5, 1]",
            "`range` is `5` to `1`, wanted two decimals in order; correct it",
        ),
        (
            "kind = \"flag\"\nresolution = 1",
            "`resolution` does not belong to this kind; remove it or change the kind",
        ),
        ("kind = \"category\"", "`vocabulary` is absent or empty; list the known categories"),
        (
            "kind = \"category\"\nvocabulary = [\"x\", \"x\"]",
            "category `x` stands twice in `vocabulary`; remove one",
        ),
        (
            "kind = \"time\"",
            "`part` is absent, wanted \"hour\", \"weekday\", \"minute\" or \"seconds\"; add one",
        ),
        (
            "kind = \"number\"\nfeatures = [\"cyclic\"]",
            "a cyclic feature needs a period; add `period`, such as \"360\" for degrees",
        ),
        (
            "kind = \"number\"\nperiod = 1\nfeatures = [\"cyclic\"]",
            "`period` is `1`, wanted a decimal of at least two steps; correct it",
        ),
        (
            "kind = \"number\"\nperiod = 10",
            "only a cyclic feature has a period; remove `period` or add \"cyclic\"",
        ),
        (
            "kind = \"flag\"\nfeatures = [\"log\"]",
            "\"log\" cannot be made of it, wanted \"flag\"; change `features`",
        ),
        (
            "kind = \"number\"\nfeatures = [\"log\", \"log\"]",
            "\"log\" stands twice in `features`; remove one",
        ),
        (
            "kind = \"flag\"\nfeatures = []",
            "`features` is empty; name one, or remove the field and ignore the column",
        ),
        (
            "kind = \"flag\"\ncolumn = \"\"",
            "the column is empty; name a column of the table or remove the key",
        ),
    ] {
        assert_eq!(field(rest), format!("s.toml, field `a`: {expected}"));
    }
}

#[test]
fn fields_are_checked_against_each_other() {
    let flag = "[[field]]\nname = \"a\"\nkind = \"flag\"\n";
    assert_eq!(
        problem(&format!("{flag}{flag}")),
        "s.toml, field `a`: the name stands twice; rename one of the fields"
    );
    assert_eq!(
        problem(&format!("label = \"a\"\n{flag}")),
        "s.toml, field `a`: it reads the label column, which would give the answer away; remove the field"
    );
    assert_eq!(
        problem(&format!("ignore = [\"a\"]\n{flag}")),
        "s.toml, field `a`: its column stands in `ignore`; remove one or the other"
    );
    assert_eq!(
        problem(&format!("group = \"\"\n{flag}")),
        "s.toml, key `group`: the column is empty; name one or remove the key"
    );
    assert!(
        problem("[[field]]\nname = \"Amount\"\nkind = \"flag\"")
            .contains("field `Amount`: the name has to be")
    );
}
