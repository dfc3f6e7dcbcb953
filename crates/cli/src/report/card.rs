//! The model card: what the model is, what it takes, where it came from.

use super::{Story, escaped, table};
use crate::inspect::hexadecimal;
use std::fmt::Write;
use tillwatch_bake::{Options, bake};

/// Everything that a person who flashes the model wants to know, and the table of its layers.
pub(super) fn card(story: &Story<'_>) -> String {
    let (trained, settings, body) = (story.trained, story.settings, story.model.body());
    let [train, calibration, test] = trained.rows;
    let calibrated = &trained.calibration;
    let mut rows = vec![
        (
            "what it does",
            format!("{} autoencoder; scores a record, higher is stranger", trained.architecture.recipe),
        ),
        (
            "what it does not",
            "tell fraud from a fault, learn on the device, or give probabilities".to_owned(),
        ),
        ("rows", format!("{train} to train, {calibration} to calibrate, {test} to test")),
        ("features, columns", format!("{}, {}", body.features.len(), story.model.n_columns())),
        (
            "promised",
            format!(
                "at most {} alarms and {} watches per normal record like those of calibration",
                calibrated.alarm_rate, calibrated.watch_rate
            ),
        ),
        ("layers", trained.architecture.reason.clone()),
        ("loss, seed", format!("{}, {}", settings.loss.name(), settings.seed)),
    ];
    // The crate's name does not matter here, and not every model's is one.
    let options = Options { name: Some("model".to_owned()), ..Options::default() };
    let baked = bake(story.model, &options).ok();
    if let Some(baked) = &baked {
        let takes = &baked.footprint;
        rows.extend([
            (
                "flash",
                format!("{} B of constants; code comes on top and depends on the core", takes.constant_bytes),
            ),
            ("RAM", format!("{} B; stack comes on top and depends on the core", takes.ram_bytes)),
            ("multiply-accumulates", format!("{} for each score", takes.macs)),
        ]);
    }
    rows.extend([
        (
            "file",
            format!(
                "{} B, version {}, arithmetic {}",
                trained.bytes.len(),
                body.model_version,
                body.contract
            ),
        ),
        ("digest of the data", hexadecimal(&body.data_digest)),
        ("digest of the configuration", hexadecimal(&body.config_digest)),
    ]);
    let rows: Vec<Vec<String>> =
        rows.into_iter().map(|(name, value)| vec![name.to_owned(), escaped(&value)]).collect();
    let mut text = table("Model card", &[("", false), (settings.name.as_str(), true)], &rows);
    if let Some(baked) = &baked {
        // Writing to a string cannot fail.
        let _ = write!(
            text,
            "<h3>What <code>tillwatch bake</code> makes of it, in bytes</h3>\n\
             <pre class=\"scroll\" role=\"region\" aria-label=\"Bytes of each part\" tabindex=\"0\">{}</pre>\n",
            escaped(&baked.report)
        );
    }
    text
}
