//! `report.html`: what a training gave, on one page that needs nothing else.

mod chart;
mod operating;
mod sections;

use operating::Scores;
use std::fmt::Write;
use tillwatch_model::Model;
use tillwatch_trainer::table::Table;
use tillwatch_trainer::{Settings, Trained};

/// What the page tells of.
struct Story<'a> {
    trained: &'a Trained,
    settings: &'a Settings,
    table: &'a Table,
    model: &'a Model<'a>,
    scores: Scores,
}

/// The page.
pub(crate) fn page(trained: &Trained, settings: &Settings, table: &Table, model: &Model<'_>) -> String {
    let scores = Scores::of(&trained.observed.rows);
    let story = Story { trained, settings, table, model, scores };
    let mut page = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{name}</title>\n\
         <style>\n{style}</style>\n</head>\n<body>\n<h1>{name}</h1>\n",
        name = escaped(&settings.name),
        style = include_str!("page.css"),
    );
    for (title, body) in [
        ("Figures", sections::figures(&story)),
        ("Scores", sections::scores(&story)),
        ("What a threshold costs and finds", sections::operating(&story)),
        ("The strangest test rows", sections::strangest(&story)),
        ("Residuals by feature", sections::residuals(&story)),
        ("Latent vectors", sections::latents(&story)),
        ("Training", sections::training(&story)),
        ("On the device", sections::device(&story)),
    ] {
        if !body.is_empty() {
            // Writing to a string cannot fail.
            let _ = write!(page, "<section>\n<h2>{title}</h2>\n{body}</section>\n");
        }
    }
    page.push_str("</body>\n</html>\n");
    page
}

/// Text that HTML shows as it is.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// A table that scrolls by itself on a narrow screen; cells of the columns named `text` are on the left.
fn table(head: &[(&str, bool)], rows: &[Vec<String>]) -> String {
    let class = |is_text: bool| if is_text { " class=\"text\"" } else { "" };
    let heads: String =
        head.iter().map(|(name, is_text)| format!("<th{}>{name}</th>", class(*is_text))).collect();
    let cells = |row: &Vec<String>| -> String {
        row.iter()
            .zip(head)
            .map(|(cell, (_, is_text))| format!("<td{}>{cell}</td>", class(*is_text)))
            .collect()
    };
    let rows: String = rows.iter().map(|row| format!("<tr>{}</tr>\n", cells(row))).collect();
    format!("<div class=\"scroll\"><table>\n<tr>{heads}</tr>\n{rows}</table></div>\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_cannot_become_markup() {
        assert_eq!(escaped("<b> & \"c\""), "&lt;b&gt; &amp; &quot;c&quot;");
    }

    #[test]
    fn a_table_says_which_columns_are_text() {
        let table = table(&[("a", false), ("why", true)], &[vec!["1".to_owned(), "x".to_owned()]]);
        assert!(table.contains("<th>a</th><th class=\"text\">why</th>"));
        assert!(table.contains("<tr><td>1</td><td class=\"text\">x</td></tr>"));
    }
}
