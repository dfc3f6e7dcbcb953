//! `tillwatch drift`

use crate::arguments;
use crate::{Failure, model_file, output};
use serde_json::{Value, json};
use std::fmt::Write;
use std::path::{Path, PathBuf};
use tillwatch_model::{Frame, Model, model_id};
use tillwatch_trainer::drift::{Drift, Expected, FEWEST_EVENTS, Fleet, compare};

/// Octave of a calibration mean: scores have 16 fraction bits, and the first bin is that of 2^8.
const MEAN_OCTAVE: i64 = 16 - 8;

pub(crate) fn run(arguments: &arguments::Drift) -> Result<(), Failure> {
    let bytes = model_file::read(&arguments.model)?;
    let model = model_file::validate(&bytes, &arguments.model)?;
    let frames = read(&arguments.frames, &model)?;
    let fleet = sum(&frames);
    let expected = expected(arguments, &model)?;
    if fleet.events < FEWEST_EVENTS {
        return Err(Failure::data(format!(
            "--frames: found {} events in {} frames, wanted at least {FEWEST_EVENTS} to tell anything; wait, or give more frames",
            fleet.events, fleet.frames
        )));
    }
    let drift = compare(&fleet, &expected);
    let names: Vec<&str> = model.body().features.iter().map(|feature| feature.name).collect();
    let strangest = strangest(&frames, &expected);
    let text = if arguments.json {
        format!("{:#}\n", json(&fleet, &expected, &drift, &names, strangest))
    } else {
        text(&fleet, &expected, &drift, &names, strangest)
    };
    output::print(&text)?;
    if drift.is_drifting() { Err(Failure::drift()) } else { Ok(()) }
}

/// What the frames are compared with.
fn expected(arguments: &arguments::Drift, model: &Model<'_>) -> Result<Expected, Failure> {
    if arguments.reference.is_empty() {
        return Expected::of_model(model).ok_or_else(|| {
            Failure::data(format!(
                "{}: found a model without calibration, wanted one, or frames of a normal time with --reference",
                arguments.model.display()
            ))
        });
    }
    let frames = read(&arguments.reference, model)?;
    Expected::of_fleet(&sum(&frames), model).ok_or_else(|| {
        Failure::data("--reference: found no event in these frames, wanted some to compare with")
    })
}

/// The frames of a model.
fn read<'a>(paths: &'a [PathBuf], model: &Model<'_>) -> Result<Vec<(&'a Path, Frame)>, Failure> {
    let wanted = (model_id(model), model.body().features.len());
    let one = |path: &'a PathBuf| {
        let bytes = model_file::read(path)?;
        let frame =
            Frame::read(&bytes).map_err(|error| Failure::data(format!("{}: {error}", path.display())))?;
        if (frame.model, frame.features.len()) != wanted {
            return Err(Failure::data(format!(
                "{}: found a frame of model {:016x}, wanted one of {:016x}; give the model file that the device runs",
                path.display(),
                frame.model,
                wanted.0
            )));
        }
        Ok((path.as_path(), frame))
    };
    paths.iter().map(one).collect()
}

fn sum(frames: &[(&Path, Frame)]) -> Fleet {
    let mut fleet = Fleet::default();
    frames.iter().for_each(|(_, frame)| fleet.add(frame));
    fleet
}

/// Of several frames the one whose scores are furthest from what is expected.
fn strangest<'a>(frames: &[(&'a Path, Frame)], expected: &Expected) -> Option<(&'a Path, f64)> {
    let index = |(path, frame): &(&'a Path, Frame)| {
        let mut alone = Fleet::default();
        alone.add(frame);
        (*path, compare(&alone, expected).psi)
    };
    let enough = frames.iter().filter(|(_, frame)| u64::from(frame.events) >= FEWEST_EVENTS);
    if frames.len() < 2 { None } else { enough.map(index).max_by(|a, b| a.1.total_cmp(&b.1)) }
}

fn text(
    fleet: &Fleet,
    expected: &Expected,
    drift: &Drift,
    names: &[&str],
    strangest: Option<(&Path, f64)>,
) -> String {
    let (rate, [low, high]) = drift.alarm_rate;
    let mut text = format!(
        "{} {}, {} events\nalarms: {rate:.4} of events (95 % interval {low:.4} to {high:.4}), promised at most {:.4}{}\n\
         scores: stability index {:.3}, by chance up to {:.3}{}\n",
        fleet.frames,
        if fleet.frames == 1 { "frame" } else { "frames" },
        fleet.events,
        expected.alarm_rate(),
        if drift.alarms_too_often { ": too many" } else { "" },
        drift.psi,
        drift.psi_by_chance,
        if drift.scores_drift() { ": drifting" } else { ": stable" }
    );
    let width = names.iter().map(|name| name.chars().count() + 2).max().unwrap_or(0).max(24);
    // Writing to a string cannot fail.
    let _ = writeln!(text, "{:<width$}{:>10}{:>10}", "score, in means", "expected", "seen");
    for (group, seen) in &drift.groups {
        let end = group.first + group.octaves;
        let ends = [group.first as i64 - MEAN_OCTAVE, end as i64 - MEAN_OCTAVE].map(power);
        let name = match (group.first, end == drift_end(drift)) {
            (0, _) => format!("below {}", ends[1]),
            (_, true) => format!("{} and above", ends[0]),
            _ => format!("{} to {}", ends[0], ends[1]),
        };
        let _ = writeln!(text, "{name:<width$}{:>10.4}{seen:>10.4}", group.share);
    }
    let _ = writeln!(text, "{:<width$}{:>10}{:>10}", "feature", "shift", "outside");
    for (feature, name) in drift.features.iter().zip(names) {
        let shift = feature.shift.map_or("-".to_owned(), |shift| format!("{shift:+.2}"));
        let _ = writeln!(
            text,
            "{name:<width$}{shift:>10}{:>10.4}{}",
            feature.outside,
            if feature.is_shifted || feature.is_outside { "  drifting" } else { "" }
        );
    }
    if let Some((path, psi)) = strangest {
        let _ = writeln!(text, "strangest frame: {}, index {psi:.3}", path.display());
    }
    let drifting = drifting(drift, names);
    let _ = match (drift.is_drifting(), drifting.as_slice()) {
        (false, _) => writeln!(text, "no drift"),
        (true, []) => writeln!(text, "drift, of no single feature"),
        (true, names) => writeln!(text, "drift: {}", names.join(", ")),
    };
    text
}

/// The end of the last group.
fn drift_end(drift: &Drift) -> usize {
    drift.groups.last().map_or(0, |(group, _)| group.first + group.octaves)
}

/// A power of two as people write it.
fn power(exponent: i64) -> String {
    if exponent < 0 { format!("1/{}", 1_i64 << -exponent) } else { (1_i64 << exponent).to_string() }
}

/// Names of the features that changed, the furthest shift first.
fn drifting<'a>(drift: &Drift, names: &[&'a str]) -> Vec<&'a str> {
    let mut changed: Vec<(f64, &'a str)> = drift
        .features
        .iter()
        .zip(names)
        .filter(|(feature, _)| feature.is_shifted || feature.is_outside)
        .map(|(feature, &name)| (feature.shift.map_or(0.0, f64::abs), name))
        .collect();
    changed.sort_by(|a, b| b.0.total_cmp(&a.0));
    changed.into_iter().map(|(_, name)| name).collect()
}

fn json(
    fleet: &Fleet,
    expected: &Expected,
    drift: &Drift,
    names: &[&str],
    strangest: Option<(&Path, f64)>,
) -> Value {
    let (rate, interval) = drift.alarm_rate;
    json!({
        "frames": fleet.frames,
        "events": fleet.events,
        "watches": fleet.watches,
        "alarms": fleet.alarms,
        "alarm_rate": rate,
        "alarm_rate_interval": interval,
        "promised_alarm_rate": expected.alarm_rate(),
        "alarms_too_often": drift.alarms_too_often,
        "psi": drift.psi,
        "psi_by_chance": drift.psi_by_chance,
        "scores_drift": drift.scores_drift(),
        "scores": drift.groups.iter().map(|(group, seen)| json!({
            "first_octave": group.first as i64 - MEAN_OCTAVE, "octaves": group.octaves,
            "expected": group.share, "seen": seen,
        })).collect::<Vec<_>>(),
        "features": drift.features.iter().zip(names).map(|(feature, name)| json!({
            "name": name, "shift": feature.shift, "outside": feature.outside,
            "is_shifted": feature.is_shifted, "is_outside": feature.is_outside,
        })).collect::<Vec<_>>(),
        "strangest_frame": strangest.map(|(path, psi)| json!({"file": path.display().to_string(), "psi": psi})),
        "drifting": drifting(drift, names),
        "is_drifting": drift.is_drifting(),
    })
}
