//! Progress on standard error: a bar on a terminal, nothing elsewhere.

use indicatif::{ProgressBar, ProgressStyle};
use std::io::IsTerminal;
use tillwatch_trainer::nn::EpochReport;

/// A bar over epochs, or nothing.
pub(crate) struct Bar(Option<ProgressBar>);

impl Bar {
    /// A bar for so many epochs at most.
    pub(crate) fn epochs(count: u32) -> Self {
        if !std::io::stderr().is_terminal() {
            return Self(None);
        }
        let bar = ProgressBar::new(count.into());
        // The template is a constant of this file; without it the bar has the default look.
        if let Ok(style) = ProgressStyle::with_template("training {bar:30} {pos}/{len} epochs, {msg}") {
            bar.set_style(style);
        }
        Self(Some(bar))
    }

    /// Shows an epoch.
    pub(crate) fn show(&self, epoch: &EpochReport) {
        if let Some(bar) = &self.0 {
            bar.set_position(epoch.epoch as u64);
            bar.set_message(format!("loss {:.5}", epoch.watched_loss()));
        }
    }

    /// Takes the bar away.
    pub(crate) fn clear(&self) {
        if let Some(bar) = &self.0 {
            bar.finish_and_clear();
        }
    }
}
