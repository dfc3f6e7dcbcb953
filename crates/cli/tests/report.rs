//! The page that training writes: whole by itself, and in step with the figures beside it.
#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

mod support;

use std::fs;
use support::{Folder, fixture, plane};

/// What would make a browser ask for something else.
const REQUESTS: [&str; 7] = ["http", "src=", "href=", "url(", "@import", "<script", "<link"];

fn page(model: &str) -> String {
    fs::read_to_string(model.replace("model.tw", "report.html")).unwrap()
}

fn check_form(page: &str) {
    for request in REQUESTS {
        assert!(!page.contains(request), "`{request}` in the page");
    }
    for tag in ["section", "table", "svg", "figure", "p", "text", "td"] {
        let [opened, closed] = [format!("<{tag}"), format!("</{tag}>")].map(|text| {
            let starts_tag = |rest: &str| text.starts_with("</") || rest.starts_with([' ', '>']);
            page.match_indices(&text).filter(|(at, _)| starts_tag(&page[at + text.len()..])).count()
        });
        assert_eq!(opened, closed, "{tag}");
        assert!(opened > 0, "{tag}");
    }
    let pictures = page.matches("<svg").count();
    assert_eq!(page.matches("<svg role=\"img\" aria-label=\"").count(), pictures, "pictures without words");
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
    for title in ["Figures", "Scores", "Residuals by feature", "Latent vectors", "Training", "On the device"]
    {
        assert!(page.contains(&format!("<h2>{title}</h2>")), "{title}");
    }
    assert_eq!(page.matches("<svg").count(), 5);
    // Scored and named as the command does.
    let scores = folder.out(&["score", "--model", &model, "--data", &data]);
    let strangest = page.split("The strangest test rows").nth(1).unwrap().split("<tr><td>").nth(1).unwrap();
    let row = strangest.split("</td>").next().unwrap();
    let line = scores.lines().find(|line| line.starts_with(&format!("{row},"))).unwrap();
    let reason = line.split(',').next_back().unwrap().split(' ').next().unwrap();
    assert!(strangest.contains(&format!("<td class=\"text\">{reason} ")), "{line}\n{strangest}");
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
