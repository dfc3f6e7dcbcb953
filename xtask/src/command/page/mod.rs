//! `cargo xtask page`: report.html in a browser without a screen.

mod browser;

use super::{option, tillwatch};
use crate::emulate::firmware::root;
pub(super) use browser::{INSTALL, program};
use browser::{Seen, look};
use std::fs;
use std::path::Path;

/// Opens the page in frames and complains of what it finds.
const EXAMINER: &str = include_str!("examiner.html");
/// Where the page goes in it.
const PAGE: &str = "/*page*/\"\"";

/// A page with one fault of each sort.
const BROKEN: &str = "<!doctype html><html lang=\"en\"><head><title>b</title><style>\
    body { background: #fff; color: #aaa; } .wide { width: 2000px; }</style></head><body><h1>b</h1><h3>skipped</h3>\
    <img alt=\"elsewhere\" src=\"https://example.invalid/picture.png\"><svg viewBox=\"0 0 9 9\"></svg>\
    <table><tr><th>a</th></tr></table><div class=\"wide\">wide</div></body></html>";
/// What has to be said of it.
const SAID: [&str; 7] = [
    "asks for https://example.invalid/picture.png",
    "a picture without words",
    "a heading of level 3 after 1",
    "a header without scope",
    "ends at 20",
    "contrast 2.32, wanted 4.5",
    "the background is light",
];

/// What the pages are of: a name, data among the fixtures, and options.
const TRAININGS: [(&str, &str, &[&str]); 3] = [
    ("breast_cancer", "data/breast_cancer.csv", &["--label", "label", "--events-per-day", "2500"]),
    ("transactions", "data/transactions.csv", &["--schema", "fixtures/models/point_of_sale.toml"]),
    (
        "digits",
        "data/digits.csv",
        &["--schema", "fixtures/models/digits.toml", "--normal", "1", "--recipe", "conv2d"],
    ),
];

pub(super) fn run(arguments: &[String]) -> Result<(), String> {
    let Some(program) = program() else {
        return Err(format!("no Chromium on this machine: {INSTALL}"));
    };
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let folder = folder.path();
    let broken = examine(&program, folder, BROKEN)?;
    if let Some(missed) =
        SAID.iter().find(|wanted| !broken.faults.iter().any(|fault| fault.contains(**wanted)))
    {
        return Err(format!(
            "`{missed}` is not said of a page made for it, but: {}",
            broken.faults.join("; ")
        ));
    }
    println!("{} faults found in a page made of faults", SAID.len());
    if let Some(page) = option(arguments, "--page") {
        return check(&program, folder, page, Path::new(page));
    }
    for (name, data, options) in TRAININGS {
        let out = folder.join(name);
        let [data, out] = [root().join("fixtures").join(data), out].map(|path| path.display().to_string());
        let schema = root().join("fixtures/models").display().to_string();
        let options: Vec<String> =
            options.iter().map(|option| option.replace("fixtures/models", &schema)).collect();
        let mut line =
            vec!["train", "--data", &data, "--out", &out, "--alarm-rate", "0.05", "--epochs", "12"];
        line.extend(options.iter().map(String::as_str));
        tillwatch(&line)?;
        check(&program, folder, name, &Path::new(&out).join("report.html"))?;
    }
    Ok(())
}

/// Opens a page as it stands, then in the examiner's frames.
fn check(program: &str, folder: &Path, name: &str, page: &Path) -> Result<(), String> {
    let text = fs::read_to_string(page).map_err(|error| format!("{}: {error}", page.display()))?;
    let plain = look(program, folder, page)?;
    let mut faults = plain.faults;
    if !plain.document.contains("</main>") {
        faults.push("the browser did not show the whole page".to_owned());
    }
    let examined = examine(program, folder, &text)?;
    faults.extend_from_slice(&examined.faults);
    if !faults.is_empty() {
        return Err(format!("report.html of {name}:\n{}", faults.join("\n")));
    }
    println!("report.html of {name}: {}, no fault", examined.title());
    Ok(())
}

/// What is to be said of a page.
fn examine(program: &str, folder: &Path, page: &str) -> Result<Seen, String> {
    // In a script, the end tag of one would end it, even within a string.
    let literal = serde_json::Value::from(page).to_string().replace("</", "<\\/").replace("<!--", "<\\!--");
    let examiner = folder.join("examiner.html");
    fs::write(&examiner, EXAMINER.replacen(PAGE, &literal, 1))
        .map_err(|error| format!("{}: {error}", examiner.display()))?;
    let mut seen = look(program, folder, &examiner)?;
    if !seen.title().starts_with("examined ") {
        seen.faults.push("the examination did not come to its end".to_owned());
    }
    Ok(seen)
}
