//! The page that training writes: whole by itself, and in step with the figures beside it.
#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

mod support;

use std::fs;
use support::{Folder, fixture, plane};
use tillwatch_testkit::tolerance::{BAND_COLUMN, ROUNDED_TENTHS, within};

/// What would make a browser ask for something else.
const REQUESTS: [&str; 8] = ["http:", "https:", "src=", "href=", "url(", "@import", "<script", "<link"];

fn page(model: &str) -> String {
    fs::read_to_string(model.replace("model.tw", "report.html")).unwrap()
}

fn check_form(page: &str) {
    for request in REQUESTS {
        assert!(!page.contains(request), "`{request}` in the page");
    }
    for tag in ["main", "section", "table", "thead", "tbody", "svg", "figure", "p", "text", "td", "th"] {
        let [opened, closed] = [format!("<{tag}"), format!("</{tag}>")].map(|text| {
            let starts_tag = |rest: &str| text.starts_with("</") || rest.starts_with([' ', '>']);
            page.match_indices(&text).filter(|(at, _)| starts_tag(&page[at + text.len()..])).count()
        });
        assert_eq!(opened, closed, "{tag}");
        assert!(opened > 0, "{tag}");
    }
    let pictures = page.matches("<svg").count();
    assert_eq!(page.matches("<svg role=\"img\" aria-label=\"").count(), pictures, "pictures without words");
    assert!(
        page.contains("content=\"default-src 'none'; style-src 'unsafe-inline'\""),
        "it may ask for something"
    );
    assert_eq!(page.matches("<figcaption>").count(), pictures, "figures without captions");
    assert!(!page.contains("<th>") && !page.contains("<th class"), "headers without scope");
    assert!(!page.contains("NaN") && !page.contains("inf,"), "a figure that is no number");
}

#[test]
fn the_page_says_what_the_figures_say() {
    let folder = Folder::new();
    let data = fixture("data/breast_cancer.csv");
    let model = folder.train("<model>", &data, &["--label", "label", "--epochs", "20"]);
    let page = page(&model);
    check_form(&page);
    assert!(page.contains("<h1>&lt;model&gt;</h1>"));
    let metrics = fs::read_to_string(model.replace("model.tw", "metrics.json")).unwrap();
    let metrics: serde_json::Value = serde_json::from_str(&metrics).unwrap();
    for figure in ["auroc", "average_precision", "recall", "alarm_rate"] {
        let cell = format!("<td>{:.4}</td>", metrics["test"]["integer"][figure].as_f64().unwrap());
        assert!(page.contains(&cell), "{figure}: {cell}");
    }
    for title in [
        "Figures",
        "Simpler detectors",
        "Scores",
        "Residuals by feature",
        "Latent vectors",
        "Training",
        "Quantisation",
        "Model card",
    ] {
        assert!(page.contains(&format!("<h2>{title}</h2>")), "{title}");
    }
    assert_eq!(page.matches("<svg").count(), 5);
    // Scored and named as the command does.
    let scores = folder.out(&["score", "--model", &model, "--data", &data]);
    let strangest = page
        .split("Table: The strangest test rows")
        .nth(1)
        .unwrap()
        .split("<tr><th scope=\"row\">")
        .nth(1)
        .unwrap();
    let row = strangest.split("</th>").next().unwrap();
    let line = scores.lines().find(|line| line.starts_with(&format!("{row},"))).unwrap();
    let reason = line.split(',').next_back().unwrap().split(' ').next().unwrap();
    assert!(strangest.contains(&format!("<td class=\"text\">{reason} ")), "{line}\n{strangest}");
}

/// What stands in the rows of the table of thresholds, the model's own first.
fn thresholds(page: &str) -> Vec<Vec<String>> {
    let table =
        page.split("aria-label=\"Table: Thresholds\"").nth(1).unwrap().split("</table>").next().unwrap();
    let rows = table.split("<tr><th scope=\"row\">").skip(1);
    let cells =
        |row: &str| row.split("<td>").map(|cell| cell.split("</").next().unwrap().to_owned()).collect();
    rows.map(cells).collect()
}

#[test]
fn alarms_are_counted_per_day_where_the_volume_is_known() {
    let folder = Folder::new();
    let data = fixture("data/breast_cancer.csv");
    let options = ["--label", "label", "--epochs", "5"];
    let usual = page(&folder.train("usual", &data, &options));
    let daily = page(&folder.train("daily", &data, &[&options[..], &["--events-per-day", "2500"]].concat()));
    assert!(usual.contains("false alarms in 10,000") && daily.contains("false alarms per day"));
    let count = |row: &[String]| row[2].split(' ').next().unwrap().parse::<f64>().unwrap();
    let (usual, daily) = (thresholds(&usual), thresholds(&daily));
    assert_eq!(usual.len(), daily.len());
    for (usual, daily) in usual.iter().zip(&daily) {
        // Both are rounded to a tenth.
        assert!(within(count(usual) / 4.0, count(daily), ROUNDED_TENTHS), "{usual:?} {daily:?}");
        assert_eq!(usual[3..], daily[3..]);
        assert!(usual[3].contains(" to ") && usual[4].contains(" to "), "no intervals: {usual:?}");
    }
    let message =
        support::fail(&["train", "--data", &data, "--out", &folder.path("x"), "--events-per-day", "0"]).0;
    assert!(message.contains("--events-per-day"), "{message}");
}

#[test]
fn curves_stand_in_their_bands() {
    let folder = Folder::new();
    let page = page(&folder.train(
        "model",
        &fixture("data/breast_cancer.csv"),
        &["--label", "label", "--epochs", "5"],
    ));
    let numbers = |class: &str| -> Vec<Vec<[f64; 2]>> {
        let points = page.split(class).skip(1).map(|rest| rest.split('"').next().unwrap());
        let point = |point: &str| {
            let (x, y) = point.split_once(',').unwrap();
            [x.parse().unwrap(), y.parse().unwrap()]
        };
        points.map(|points| points.split(' ').map(point).collect()).collect()
    };
    let bands = numbers("class=\"band\" points=\"");
    // Of the lines the last is the loss.
    let lines = numbers("class=\"first\" points=\"");
    assert_eq!((bands.len(), lines.len()), (2, 3));
    for (band, line) in bands.iter().zip(&lines) {
        let [high, low] = [&band[..band.len() / 2], &band[band.len() / 2..]];
        for &[x, y] in line {
            // Heights are counted from the top.
            let near = |part: &[[f64; 2]]| {
                part.iter().filter(|at| within(at[0], x, BAND_COLUMN)).map(|at| at[1]).collect::<Vec<_>>()
            };
            let top = near(high).into_iter().fold(f64::INFINITY, f64::min);
            let bottom = near(low).into_iter().fold(f64::NEG_INFINITY, f64::max);
            assert!(top <= y && y <= bottom, "{x} {y} outside {top} to {bottom}");
        }
    }
}

#[test]
fn without_labels_there_is_a_page_without_curves() {
    let folder = Folder::new();
    let data = folder.write("plane.csv", plane(0..400, 0.1));
    let page = page(&folder.train("model", &data, &["--epochs", "5"]));
    check_form(&page);
    assert!(!page.contains("Receiver operating characteristic"));
    assert_eq!(page.matches("<svg").count(), 3);
}
