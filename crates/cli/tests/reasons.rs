//! Reasons as `tillwatch score` writes them: direction, share, what was seen and what was expected.
#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

mod support;

use std::fmt::Write;
use support::{Folder, cells, unit};

const SCHEMA: &str = "[[field]]\nname = \"amount\"\nkind = \"number\"\nresolution = \"0.01\"\nunit = \"EUR\"\n\
    [[field]]\nname = \"mode\"\nkind = \"category\"\nvocabulary = [\"chip\", \"stripe\", \"hand, typed\"]\n\
    [[field]]\nname = \"weight\"\nkind = \"number\"\nresolution = \"0.001\"\nunit = \"kg\"\n\
    [[field]]\nname = \"fee\"\nkind = \"number\"\nresolution = \"0.01\"\n";

/// Rows in which the fee is a tenth of the amount and chip is usual.
fn rows(range: std::ops::Range<usize>) -> String {
    let mut text = "amount,mode,weight,fee\n".to_owned();
    for row in range {
        let amount = 20.0 + 60.0 * unit(3 * row);
        let mode = if unit(3 * row + 1) < 0.9 { "chip" } else { "stripe" };
        let weight = 1.0 + unit(3 * row + 2);
        writeln!(text, "{amount:.2},{mode},{weight:.3},{:.2}", amount / 10.0).unwrap();
    }
    text
}

/// The reasons of each line, without the quotation marks of a cell that holds a comma.
fn reasons(scores: &str) -> Vec<String> {
    let cell = |line: &str| line.splitn(8, ',').nth(7).unwrap().trim_matches('"').to_owned();
    scores.lines().skip(1).map(cell).collect()
}

#[test]
fn seen_and_expected_are_in_the_users_units() {
    let folder = Folder::new();
    let (data, schema) = (folder.write("train.csv", rows(0..600)), folder.write("schema.toml", SCHEMA));
    let model = folder.train("model", &data, &["--schema", &schema, "--epochs", "60"]);
    // Far too much; far too little; a fee that does not belong to its amount; a rare word.
    let strange = "amount,mode,weight,fee\n999.00,chip,1.500,5.00\n50.00,chip,0.001,5.00\n50.00,chip,1.500,31.00\n\
        50.00,\"hand, typed\",1.500,5.00\n";
    let strange = folder.write("strange.csv", strange);
    let scores = folder.out(&["score", "--model", &model, "--data", &strange]);
    let expected = folder.out(&["reconstruct", "--model", &model, "--data", &strange]);
    let expected = cells(&expected);
    let found = reasons(&scores);
    // The first reason of each row is the field that was changed, and what it should have been is what the network makes of it.
    for (line, [start, seen, unit], column) in [
        (0, ["amount higher ", "(999.00 EUR instead of ", " EUR)"], 1),
        (1, ["weight lower ", "(0.001 kg instead of ", " kg)"], 3),
        (2, ["fee higher ", "(31.00 instead of ", ")"], 4),
    ] {
        let first = found[line].split("; ").next().unwrap();
        let wanted = format!("{seen}{}{unit}", expected[line][column]);
        assert!(first.starts_with(start) && first.ends_with(&wanted), "{first}: {wanted}");
    }
    let first = found[3].split("; ").next().unwrap();
    assert!(
        first.starts_with("mode unexpected ") && first.ends_with("(hand, typed instead of chip)"),
        "{first}"
    );
    // A one-hot group is one reason, and shares are of the whole score.
    for line in &found {
        assert!(line.matches("mode ").count() <= 1, "{line}");
        let share =
            |part: &str| part.split(" %").next().unwrap().rsplit(' ').next().unwrap().parse::<f64>().unwrap();
        let shares: Vec<f64> = line.split("; ").map(share).collect();
        assert!(shares.len() <= 3 && shares.iter().sum::<f64>() <= 100.0, "{line}");
        assert!(shares.windows(2).all(|pair| pair[0] >= pair[1]), "{line}");
    }
}

#[test]
fn what_belongs_to_no_field_stands_apart() {
    let folder = Folder::new();
    let (data, schema) = (folder.write("train.csv", rows(0..600)), folder.write("schema.toml", SCHEMA));
    let options = ["--schema", &schema, "--epochs", "30", "--recipe", "variational", "--score-latent"];
    let model = folder.train("model", &data, &options);
    let scores = folder.out(&["score", "--model", &model, "--data", &data]);
    let found = reasons(&scores);
    assert!(found.iter().any(|line| line.contains("; beside the fields: latent distance ")), "{}", found[0]);
}

#[test]
fn what_looks_back_is_told_as_a_multiple_or_a_change() {
    let folder = Folder::new();
    let schema =
        SCHEMA.replacen("unit = \"EUR\"\n", "unit = \"EUR\"\nfeatures = [\"ratio_to_mean\", \"delta\"]\n", 1);
    let (data, schema) = (folder.write("train.csv", rows(0..600)), folder.write("schema.toml", schema));
    let model = folder.train("model", &data, &["--schema", &schema, "--epochs", "30"]);
    let strange = rows(0..30) + "9000.00,chip,1.500,5.00\n";
    let strange = folder.write("strange.csv", strange);
    let found = reasons(&folder.out(&["score", "--model", &model, "--data", &strange]));
    let last = found.last().unwrap();
    assert!(
        last.contains("amount_ratio_to_mean higher ") && last.contains(" times its mean instead of "),
        "{last}"
    );
    let change =
        |line: &String| line.contains("amount_delta ") && line.contains(" EUR since the last instead of ");
    assert!(found.iter().any(change), "{found:?}");
}
