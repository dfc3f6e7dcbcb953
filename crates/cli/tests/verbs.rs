//! What encoders and decoders are for, on the command line: vectors, reconstructions, records made up, recommendations.
#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

mod support;

use std::collections::BTreeSet;
use std::fs;
use support::{Folder, cells, fixture, plane, program, ratings, series};
use tillwatch_engine::score::latent_distance;
use tillwatch_loader::{Loader, Model};
use tillwatch_testkit::tolerance::{MADE_UP_MEAN, MADE_UP_SPREAD};
use tillwatch_trainer::scoring::Bench;
use tillwatch_trainer::table::{ReadOptions, Schema, Table};

const VARIATIONAL: [&str; 4] = ["--recipe", "variational", "--epochs", "20"];

#[test]
fn encode_writes_the_latent_vector_inside_the_score() {
    let folder = Folder::new();
    let data = fixture("data/breast_cancer.csv");
    let options =
        ["--recipe", "variational", "--epochs", "60", "--warm-up", "0", "--label", "label", "--score-latent"];
    let path = folder.train("model", &data, &options);
    let text = folder.out(&["encode", "--model", &path, "--data", &data]);

    let bytes = fs::read(&path).unwrap();
    let model = Model::validate(&bytes).unwrap();
    let (latent, gain) = (model.body().latent.unwrap(), model.body().heads.latent_gain);
    assert!(gain > 0);
    let names: Vec<String> = (0..model.latent_len()).map(|index| format!("z{index}")).collect();
    assert_eq!(text.lines().next().unwrap(), format!("row,{}", names.join(",")));
    let schema = Schema::parse(model.body().schema, "schema").unwrap();
    let table = Table::read(&[&data], &schema, &ReadOptions::default()).unwrap();
    let loader = Loader::new(model);
    let lines = cells(&text);
    assert_eq!(lines.len(), table.n_rows());
    for (row, line) in lines.iter().enumerate() {
        assert_eq!(line[0], table.place(row).1.to_string());
        let code = |cell: &&str| {
            (cell.parse::<f32>().unwrap() / latent.scale).round() as i16 + i16::from(latent.zero_code)
        };
        let codes: Vec<i8> = line[1..].iter().map(code).map(|code| code as i8).collect();
        assert_eq!(latent_distance(&codes, latent.zero_code, gain), latent_part(&loader, table.raw(row)));
    }

    let float = folder.out(&["encode", "--float", "--model", &path, "--data", &data]);
    assert_ne!(float, text);
    let near = |a: &[&str], b: &[&str]| {
        let pairs = a[1..].iter().zip(&b[1..]);
        pairs.filter(|(a, b)| a.parse::<f32>().unwrap() * b.parse::<f32>().unwrap() >= 0.0).count()
    };
    let same: usize = cells(&float).iter().zip(&lines).map(|(a, b)| near(a, b)).sum();
    assert!(10 * same > 9 * lines.len() * model.latent_len(), "{same} values of the same sign");
}

#[test]
fn members_are_one_network_side_by_side() {
    let folder = Folder::new();
    let data = folder.write("rows.csv", plane(0..400, 0.1));
    let options = ["--recipe", "variational", "--layers", "6,2,6", "--epochs", "3", "--prototypes", "4"];
    let path = folder.train("model", &data, &[&options[..], &["--members", "3"]].concat());
    let bytes = fs::read(&path).unwrap();
    let model = Model::validate(&bytes).unwrap();
    let widths: Vec<usize> = model.body().layers.iter().map(|layer| layer.out_len()).collect();
    assert_eq!(widths, [18, 6, 18, model.n_columns()]);
    assert_eq!(model.body().heads.prototypes.len(), 4 * model.n_columns());
    assert!(model.body().card.iter().any(|entry| (entry.key, entry.value) == ("members", "3")));
    let one = fs::read(folder.train("one", &data, &options)).unwrap();
    let one = Model::validate(&one).unwrap();
    assert_eq!((one.latent_len(), model.latent_len()), (2, 6));
}

/// What the latent vector of a record adds to its score.
fn latent_part(loader: &Loader<'_>, raw: &[i32]) -> u64 {
    let mut bench = Bench::new(loader);
    bench.score_fresh(loader, raw);
    loader.reconstruct(&mut bench.scratch())
}

#[test]
fn reconstruct_speaks_in_the_units_of_the_schema() {
    let folder = Folder::new();
    let (schema, data) = (fixture("models/point_of_sale.toml"), fixture("data/transactions.csv"));
    let model = folder.train("model", &data, &["--schema", &schema, "--epochs", "20"]);
    let text = folder.out(&["reconstruct", "--model", &model, "--data", &data]);
    assert_eq!(
        text.lines().next().unwrap(),
        "row,amount,entry_mode,kind,outcome,hour,weekday,seconds,pin_verified"
    );
    let source = fs::read_to_string(&data).unwrap();
    let lines = cells(&text);
    assert_eq!(lines.len(), source.lines().count() - 1);
    let mut same = 0;
    for (line, given) in lines.iter().zip(cells(&source)) {
        let (whole, cents) = line[1].split_once('.').unwrap();
        assert!(whole.parse::<i64>().is_ok() && cents.len() == 2, "{line:?}");
        assert!(["chip", "contactless", "stripe", "keyed"].contains(&line[2]), "{line:?}");
        assert!(["purchase", "refund"].contains(&line[3]), "{line:?}");
        assert!(["approved", "declined"].contains(&line[4]), "{line:?}");
        assert!(line[5].parse::<u32>().unwrap() < 24 && line[6].parse::<u32>().unwrap() < 7, "{line:?}");
        // What has passed since the record before has no way back to a time.
        assert_eq!(line[7], "");
        assert!(["0", "1"].contains(&line[8]), "{line:?}");
        same += usize::from(line[2] == given[3] && line[3] == given[4]);
    }
    assert!(10 * same > 9 * lines.len(), "{same} of {} rows keep mode and kind", lines.len());
}

#[test]
fn a_denoising_model_takes_noise_out() {
    let folder = Folder::new();
    let train = folder.write("train.csv", plane(0..1500, 0.0));
    let options =
        ["--recipe", "denoising", "--noise", "gaussian", "--noise-level", "0.3", "--layers", "16,2,16"];
    let options = [&options[..], &["--epochs", "30"]].concat();
    let model = folder.train("model", &train, &options);
    let clean = folder.write("clean.csv", plane(1500..1800, 0.0));
    let noisy = folder.write("noisy.csv", plane(1500..1800, 0.45));
    let output = program(&["reconstruct", "--model", &model, "--data", &noisy, "--clean", &clean]);
    assert_eq!(String::from_utf8(output.stdout).unwrap().lines().count(), 301);
    let told = String::from_utf8(output.stderr).unwrap();
    let gain: f64 =
        told.split("gain ").nth(1).and_then(|rest| rest.split(' ').next()).unwrap().parse().unwrap();
    // A plane in eight columns: noise outside it is three quarters, 6 dB.
    assert!((2.0..7.0).contains(&gain), "{told}");

    let short = folder.write("short.csv", plane(1500..1700, 0.0));
    let line = ["reconstruct", "--model", &model, "--data", &noisy, "--clean"];
    let (message, status) = support::fail(&[&line[..], &[&short]].concat());
    assert!(
        message
            .ends_with("found 200 records, wanted 300, those of --data without noise; give the same records")
    );
    assert_eq!(status, 1);
    let (message, _) = support::fail(&[&line[..], &[&noisy]].concat());
    assert!(message.contains("found the records of --data as they are"), "{message}");
}

#[test]
fn records_that_are_made_up_read_like_records() {
    let folder = Folder::new();
    let data = fixture("data/transactions.csv");
    let schema = fixture("models/point_of_sale.toml");
    let model = folder.train("model", &data, &[&VARIATIONAL[..], &["--schema", &schema]].concat());
    let generate =
        |rows: &str, seed: &str| folder.out(&["generate", "--model", &model, "--rows", rows, "--seed", seed]);
    let text = generate("400", "7");
    assert_eq!(text, generate("400", "7"));
    assert_ne!(text, generate("400", "8"));
    // Whether records are drawn together or not makes no difference.
    assert_eq!(text.lines().take(101).collect::<Vec<_>>(), generate("100", "7").lines().collect::<Vec<_>>());
    assert_eq!(text.lines().next().unwrap(), "amount,entry_mode,type,outcome,datetime,pin_verified,terminal");
    let lines = cells(&text);
    let column = |index: usize| lines.iter().map(|line| line[index]).collect::<BTreeSet<_>>();
    assert!(column(1).is_subset(&BTreeSet::from(["chip", "contactless", "stripe", "keyed"])));
    assert!(column(2).is_subset(&BTreeSet::from(["purchase", "refund"])));
    assert!(column(3).is_subset(&BTreeSet::from(["approved", "declined"])));
    assert!(column(1).len() > 1 && column(0).len() > 100 && column(4).len() > 20, "{text}");
    let made = folder.write("made.csv", &text);
    let scores = folder.out(&["score", "--model", &model, "--data", &made]);
    assert_eq!(scores.lines().count(), 401);
}

#[test]
fn numbers_that_are_made_up_have_the_mean_of_the_data() {
    let folder = Folder::new();
    let data = folder.write("data.csv", plane(0..1500, 0.05));
    let options = [&VARIATIONAL[..], &["--warm-up", "0", "--layers", "16,2,16"]].concat();
    let model = folder.train("model", &data, &options);
    let text = folder.out(&["generate", "--model", &model, "--rows", "1000"]);
    let values = |text: &str| cells(text).iter().map(|line| line[0].parse().unwrap()).collect::<Vec<f64>>();
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    let spread = |values: &[f64]| {
        let mean = mean(values);
        (values.iter().map(|value| (value - mean) * (value - mean)).sum::<f64>() / values.len() as f64).sqrt()
    };
    let (real, made) = (values(&fs::read_to_string(&data).unwrap()), values(&text));
    assert!(
        (mean(&real) - mean(&made)).abs() < MADE_UP_MEAN * spread(&real),
        "{} {}",
        mean(&real),
        mean(&made)
    );
    assert!(MADE_UP_SPREAD.contains(&(spread(&made) / spread(&real))), "{} {}", spread(&real), spread(&made));
}

#[test]
fn windows_are_records_of_every_command() {
    let folder = Folder::new();
    let data = folder.write("series.csv", series(1200));
    let options = ["--window", "16", "--hop", "4", "--epochs", "5"];
    let model = folder.train("model", &data, &options);
    let n_windows = (1200 - 16) / 4 + 1;
    let scores = folder.out(&["score", "--model", &model, "--data", &data]);
    let rows: Vec<String> = cells(&scores).iter().map(|line| line[0].to_owned()).collect();
    // The header is line 1, so sample 15 is on line 17.
    assert_eq!(rows, (0..n_windows).map(|window| (17 + 4 * window).to_string()).collect::<Vec<_>>());
    let vectors = folder.out(&["encode", "--model", &model, "--data", &data]);
    assert_eq!(cells(&vectors).iter().map(|line| line[0].to_owned()).collect::<Vec<_>>(), rows);
    let text = folder.out(&["reconstruct", "--model", &model, "--data", &data]);
    let lines = cells(&text);
    assert_eq!(lines.len(), 16 * n_windows);
    assert_eq!((lines[17][0], lines[17][1], lines[17].len()), ("21", "1", 4));
    for command in ["score", "encode", "reconstruct"] {
        let line = [command, "--model", &model, "--data", &data];
        assert_eq!(folder.out(&line), folder.out(&line), "{command}");
    }
}

#[test]
fn windows_are_labelled_by_their_samples() {
    let folder = Folder::new();
    let mut lines = vec!["a,b,label".to_owned()];
    for (at, line) in series(1200).lines().skip(1).enumerate() {
        // Sensors that stick, towards the end, at values that are ordinary one by one.
        let is_stuck = (1100..1130).contains(&at);
        let line = if is_stuck { "0.900,-0.900" } else { line };
        lines.push(format!("{line},{}", u8::from(is_stuck)));
    }
    let data = folder.write("series.csv", lines.join("\n"));
    let options = ["--window", "16", "--hop", "4", "--epochs", "5", "--label", "label"];
    let model = folder.train("model", &data, &options);
    let printed = program(&["evaluate", "--model", &model, "--data", &data, "--label", "label"]).stdout;
    let printed = String::from_utf8(printed).unwrap();
    // Windows begin at multiples of 4; 1088 to 1128 hold one of the samples.
    assert!(printed.starts_with("297 rows, 11 of them anomalies\n"), "{printed}");
    let auroc: f64 = printed.lines().nth(2).unwrap().split_whitespace().nth(1).unwrap().parse().unwrap();
    // A window with a single one of these samples is as good as normal.
    assert!(auroc > 0.8, "{printed}");
}

#[test]
fn the_latent_vector_is_where_normal_distributions_are_drawn() {
    let folder = Folder::new();
    let data = folder.write("data.csv", plane(0..300, 0.05));
    let options = ["--recipe", "variational", "--layers", "12,6,3", "--epochs", "3"];
    let model = folder.train("model", &data, &options);
    // The last hidden layer is narrower, but nothing is drawn there.
    let vectors = folder.out(&["encode", "--model", &model, "--data", &data]);
    assert_eq!(vectors.lines().next().unwrap(), "row,z0,z1,z2,z3,z4,z5");
    assert_eq!(folder.out(&["generate", "--model", &model, "--rows", "10"]).lines().count(), 11);
}

#[test]
fn recommended_items_are_new_and_liked() {
    let folder = Folder::new();
    let data = folder.write("ratings.csv", ratings(400));
    let schema = folder.write("s.toml", "[ratings]\nuser = \"user\"\nitem = \"item\"\nvalue = \"stars\"\n");
    let model = folder.train("model", &data, &["--schema", &schema, "--layers", "4", "--epochs", "100"]);
    let line = ["recommend", "--model", &model, "--data", &data, "--top", "2"];
    let text = folder.out(&line);
    assert_eq!(text, folder.out(&line));
    assert_eq!(text.lines().next().unwrap(), "row,user,rank,item");
    let source = fs::read_to_string(&data).unwrap();
    let rated: BTreeSet<(&str, &str)> = cells(&source).iter().map(|line| (line[0], line[1])).collect();
    let (mut liked, mut firsts) = (0, 0);
    for line in cells(&text) {
        assert!(!rated.contains(&(line[1], line[3])), "{line:?} is rated");
        let parity =
            |name: &str| name.trim_start_matches(['u', 'i', 't', 'e', 'm', ' ']).parse::<u32>().unwrap() % 2;
        if line[2] == "1" {
            firsts += 1;
            liked += u32::from(parity(line[1]) == parity(line[3]));
        }
    }
    assert!(
        firsts > 390 && 3 * liked > 2 * firsts,
        "{liked} of {firsts} first items are of the kind that users like"
    );
}

#[test]
fn encode_names_the_most_similar_records_and_draws_the_vectors() {
    let folder = Folder::new();
    let data = fixture("data/breast_cancer.csv");
    let model = folder.train("model", &data, &["--epochs", "5", "--label", "label"]);
    let plot = folder.path("latent.svg");
    let text =
        folder.out(&["encode", "--model", &model, "--data", &data, "--neighbours", "2", "--plot", &plot]);
    assert!(text.lines().next().unwrap().ends_with(",n1,n2"), "{text}");
    let lines = cells(&text);
    let vector = |line: &[&str]| -> Vec<f64> {
        line[1..line.len() - 2].iter().map(|cell| cell.parse().unwrap()).collect()
    };
    let distance = |a: &[&str], b: &[&str]| -> f64 {
        vector(a).iter().zip(vector(b)).map(|(a, b)| (a - b) * (a - b)).sum()
    };
    let first = &lines[0];
    let mut others: Vec<_> = lines[1..].iter().collect();
    others.sort_by(|a, b| distance(first, a).total_cmp(&distance(first, b)));
    let named = &first[first.len() - 2..];
    assert_eq!(named, [others[0][0], others[1][0]]);
    let svg = fs::read_to_string(&plot).unwrap();
    assert_eq!(svg.matches("<circle").count(), lines.len());
}
