//! `report.html`: what a training gave, on one page that needs nothing else.

mod card;
mod chart;
mod curves;
mod operating;
mod sections;

use operating::Scores;
use std::fmt::Write;
use tillwatch_model::Model;
use tillwatch_trainer::metrics::{auroc_interval, average_precision_interval};
use tillwatch_trainer::table::Table;
use tillwatch_trainer::{Settings, Trained};

/// What the page tells of.
struct Story<'a> {
    trained: &'a Trained,
    settings: &'a Settings,
    table: &'a Table,
    model: &'a Model<'a>,
    scores: Scores,
    /// Records that the user scores in a day.
    events_per_day: Option<u32>,
}

impl Story<'_> {
    fn auroc_interval(&self) -> Option<[f64; 2]> {
        let (scores, labels) = self.labelled();
        auroc_interval(&scores, &labels)
    }

    fn average_precision_interval(&self) -> Option<[f64; 2]> {
        let (scores, labels) = self.labelled();
        average_precision_interval(&scores, &labels)
    }

    fn labelled(&self) -> (Vec<u64>, Vec<bool>) {
        self.trained.observed.rows.iter().map(|row| (row.score, row.is_anomalous)).unzip()
    }
}

/// The page.
pub(crate) fn page(
    trained: &Trained,
    settings: &Settings,
    table: &Table,
    model: &Model<'_>,
    events_per_day: Option<u32>,
) -> String {
    let scores = Scores::of(&trained.observed.rows);
    let story = Story { trained, settings, table, model, scores, events_per_day };
    // The policy lets a browser load nothing at all, whatever a name in the data may say.
    let mut page = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{name}</title>\n\
         <style>\n{style}</style>\n</head>\n<body>\n<main>\n<h1>{name}</h1>\n",
        name = escaped(&settings.name),
        style = include_str!("page.css"),
    );
    for (title, body) in [
        ("Figures", sections::figures(&story)),
        ("Simpler detectors", sections::baselines(&story)),
        ("Scores", sections::scores(&story)),
        ("What a threshold costs and finds", sections::operating(&story)),
        ("The strangest test rows", sections::strangest(&story)),
        ("Residuals by feature", sections::residuals(&story)),
        ("Latent vectors", sections::latents(&story)),
        ("Training", sections::training(&story)),
        ("Quantisation", sections::quantisation(&story)),
        ("Model card", card::card(&story)),
    ] {
        if !body.is_empty() {
            // Writing to a string cannot fail.
            let _ = write!(page, "<section>\n<h2>{title}</h2>\n{body}</section>\n");
        }
    }
    page.push_str("</main>\n</body>\n</html>\n");
    page
}

/// A 95 % interval in parentheses; nothing where there is none.
fn interval(ends: Option<[f64; 2]>) -> String {
    ends.map_or_else(String::new, |[low, high]| format!(" (95 % interval {low:.4} to {high:.4})"))
}

/// Text that HTML shows as it is.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// A table that scrolls by itself on a narrow screen, named for those who cannot see it.
///
/// The first cell of a row names it; cells of columns that are marked in `head` are text and on the left.
fn table(name: &str, head: &[(&str, bool)], rows: &[Vec<String>]) -> String {
    let class = |is_text: bool| if is_text { " class=\"text\"" } else { "" };
    let heads: String = head
        .iter()
        .map(|(name, is_text)| format!("<th scope=\"col\"{}>{}</th>", class(*is_text), escaped(name)))
        .collect();
    let cell = |(index, (cell, (_, is_text))): (usize, (&String, &(&str, bool)))| {
        let class = class(*is_text);
        if index == 0 {
            return format!("<th scope=\"row\"{class}>{cell}</th>");
        }
        format!("<td{class}>{cell}</td>")
    };
    let rows: String = rows
        .iter()
        .map(|row| {
            let cells: String = row.iter().zip(head).enumerate().map(cell).collect();
            format!("<tr>{cells}</tr>\n")
        })
        .collect();
    format!(
        "<div class=\"scroll\" role=\"region\" aria-label=\"Table: {}\" tabindex=\"0\"><table>\n\
         <thead><tr>{heads}</tr></thead>\n<tbody>\n{rows}</tbody></table></div>\n",
        escaped(name)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_cannot_become_markup() {
        assert_eq!(escaped("<b> & \"c\""), "&lt;b&gt; &amp; &quot;c&quot;");
    }

    #[test]
    fn a_table_says_which_columns_are_text_and_what_its_cells_belong_to() {
        let rows = [vec!["1".to_owned(), "x".to_owned()]];
        let table = table("t", &[("a", false), ("why", true)], &rows);
        assert!(
            table.contains("<th scope=\"col\">a</th><th scope=\"col\" class=\"text\">why</th>"),
            "{table}"
        );
        assert!(table.contains("<tr><th scope=\"row\">1</th><td class=\"text\">x</td></tr>"), "{table}");
    }

    #[test]
    fn an_interval_is_said_where_there_is_one() {
        assert_eq!(interval(Some([0.25, 0.5])), " (95 % interval 0.2500 to 0.5000)");
        assert_eq!(interval(None), "");
    }
}
