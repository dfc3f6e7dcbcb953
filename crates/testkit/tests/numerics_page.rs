//! `NUMERICS.md` against the engine: every worked example on the page is computed here.
#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

#[path = "numerics_page/events.rs"]
mod events;
#[path = "numerics_page/image.rs"]
mod image;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use tillwatch_engine::digest::Digest;
use tillwatch_engine::feature::{self, Affine, Cyclic, Mark, Memory, OneHot, Symlog};
use tillwatch_engine::fixed::{Channel, Requantise, log2_1p, log2_1p_over, sine};
use tillwatch_engine::kernel::activation::{RIM_TABLE_LEN, narrow_table, rim_table};
use tillwatch_engine::kernel::{dense_rows, narrow_input};
use tillwatch_engine::score::{
    Heads, LEVELS, Reason, Scored, Tally, Thresholds, evaluate, evaluate_samples, nearest, square_norm,
};
use tillwatch_engine::seeded::{SeededField, SeededWords};
use tillwatch_testkit::tolerance::{LOG2_STEPS, SINE_STEPS, within};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn page() -> String {
    std::fs::read_to_string(root().join("NUMERICS.md")).unwrap()
}

/// One line of the page: `name(1 2; 3) = 4`.
#[derive(Debug)]
struct Example {
    line: usize,
    name: String,
    arguments: Vec<Vec<i128>>,
    result: Vec<i128>,
}

fn numbers(text: &str) -> Vec<i128> {
    let number = |word: &str| match word.strip_prefix("0x") {
        Some(digits) => i128::from_str_radix(digits, 16).unwrap(),
        None => word.parse().unwrap_or_else(|_| panic!("`{word}` is no number")),
    };
    text.split_whitespace().map(number).collect()
}

fn examples(page: &str) -> Vec<Example> {
    let mut found = Vec::new();
    let mut inside = false;
    for (index, line) in page.lines().enumerate() {
        if line.starts_with("```") {
            inside = line == "```examples";
        } else if inside {
            let line = line.split('#').next().unwrap_or("");
            let (call, result) =
                line.split_once(") = ").unwrap_or_else(|| panic!("line {}: {line}", index + 1));
            let (name, arguments) = call.split_once('(').unwrap();
            found.push(Example {
                line: index + 1,
                name: name.to_owned(),
                arguments: arguments.split(';').map(numbers).collect(),
                result: numbers(result),
            });
        }
    }
    found
}

fn narrowed<T: TryFrom<i128>>(values: &[i128]) -> Vec<T> {
    values.iter().map(|&value| T::try_from(value).ok().expect("a number within the type's range")).collect()
}

/// `shifts`: that of the accumulator and, where there are biases, theirs.
fn rule(numbers: &[i128], shifts: &[i128]) -> Requantise {
    let [zero_point, out_min, out_max] = narrowed(numbers).try_into().unwrap();
    let bias_shift = shifts.get(1).map_or(0, |&shift| shift as u32);
    Requantise { zero_point, out_min, out_max, shift: shifts[0] as u32, bias_shift }
}

/// Biases and multipliers as channels.
fn channels(biases: &[i128], multipliers: &[i128]) -> Vec<Channel> {
    let pairs = narrowed(biases).into_iter().zip(narrowed(multipliers));
    pairs.map(|(bias, multiplier)| Channel { bias, multiplier }).collect()
}

/// Runs a layer that ends in the codes that its rule clamps into: activations where those are of 8 bits, else wide codes.
fn run_layer(
    rule: Requantise,
    len: usize,
    narrow: impl FnOnce(&mut [i8]),
    wide: impl FnOnce(&mut [i16]),
) -> Vec<i128> {
    if rule.out_max <= i8::MAX.into() {
        let mut out = vec![0; len];
        narrow(&mut out);
        return widened(&out);
    }
    let mut out = vec![0; len];
    wide(&mut out);
    widened(&out)
}

/// Centre, multiplier, shift and, where the kind has one, the fill code.
fn affine(numbers: &[i128]) -> Affine {
    Affine {
        center: numbers[0] as i32,
        multiplier: numbers[1] as i32,
        shift: numbers[2] as u32,
        fill: numbers.get(3).map_or(0, |&fill| fill as i16),
    }
}

fn widened<T: Into<i128> + Copy>(values: &[T]) -> Vec<i128> {
    values.iter().map(|&value| value.into()).collect()
}

/// What the engine makes of an example.
fn compute(name: &str, arguments: &[Vec<i128>]) -> Vec<i128> {
    let first = arguments[0].first().copied().unwrap_or(0);
    let raw = first as i32;
    match name {
        // The rule itself: a multiplier of 2^32 / divisor, for divisors above 2, or twice the accumulator for 2.
        "round" => {
            let open = rule(&[0, i32::MIN.into(), i32::MAX.into()], &[1]);
            let multiplier = (1_i128 << 31) / arguments[0][1];
            vec![open.apply(raw, multiplier as i32).into()]
        }
        "requantise" => {
            let rule = rule(&arguments[3], &arguments[2]);
            vec![rule.apply(raw, arguments[1][0] as i32).into()]
        }
        "log2_1p" => vec![log2_1p(raw).into()],
        "log2_1p_over" => vec![log2_1p_over(raw, arguments[1][0] as u32).into()],
        "sine" => vec![sine(first as u32).into()],
        "affine" => {
            let (code, mark) = affine(&arguments[1]).apply(raw);
            vec![code.into(), mark.has(Mark::SATURATED).into()]
        }
        "logarithm" => vec![feature::logarithm(raw, &affine(&arguments[1])).0.into()],
        "symlog" => {
            let rule = Symlog {
                origin: arguments[1][0] as i32,
                width_log2: arguments[1][1] as u32,
                affine: affine(&arguments[2]),
            };
            vec![feature::symlog(raw, &rule).0.into()]
        }
        "one_hot" => {
            let pairs = narrowed::<i16>(&arguments[1]);
            let levels: Vec<OneHot> =
                pairs.as_chunks().0.iter().map(|&[on, off]| OneHot { off, on }).collect();
            let mut out = vec![0; levels.len()];
            feature::one_hot(raw, &levels, &mut out);
            widened(&out)
        }
        "surprisal" => vec![feature::surprisal(raw, &narrowed::<i16>(&arguments[1])).0.into()],
        "flag" => {
            let [off, on] = narrowed(&arguments[1]).try_into().unwrap();
            vec![feature::flag(raw, OneHot { off, on }).0.into()]
        }
        "cyclic" => {
            let rule = Cyclic { turn_per_step: arguments[1][0] as u32, amplitude: arguments[1][1] as i16 };
            widened(&feature::cyclic(raw, &rule).0)
        }
        "delta" => {
            let (rule, mut memory) = (affine(&arguments[1]), Memory::EMPTY);
            let raws = narrowed::<i32>(&arguments[0]);
            raws.iter().map(|&raw| feature::delta(raw, &rule, &mut memory).0.into()).collect()
        }
        "ratio" => {
            let (rule, window, mut memory) = (affine(&arguments[2]), arguments[1][0] as u32, Memory::EMPTY);
            let raws = narrowed::<i32>(&arguments[0]);
            raws.iter().map(|&raw| feature::ratio_to_mean(raw, &rule, window, &mut memory).0.into()).collect()
        }
        _ => compute_network(name, arguments),
    }
}

fn compute_network(name: &str, arguments: &[Vec<i128>]) -> Vec<i128> {
    match name {
        "input" => {
            let wide = narrowed::<i16>(&arguments[0]);
            let mut out = vec![0; wide.len()];
            narrow_input(&wide, arguments[1][0] as i32, rule(&arguments[3], &arguments[2]), &mut out);
            widened(&out)
        }
        "dense" => {
            let channels = channels(&arguments[1], &arguments[2]);
            let (weights, input) = (narrowed::<i8>(&arguments[0]), narrowed::<i8>(&arguments[5]));
            let rule = rule(&arguments[4], &arguments[3]);
            let all = channels.iter().copied();
            run_layer(
                rule,
                channels.len(),
                |out| dense_rows(&weights, all.clone(), rule, &input, out),
                |out| dense_rows(&weights, all.clone(), rule, &input, out),
            )
        }
        "narrow" => {
            let mut table = [0_i8; 256];
            table[arguments[1][0] as usize] = arguments[1][1] as i8;
            let mut codes = [arguments[0][0] as i8];
            narrow_table(&mut codes, &table);
            widened(&codes)
        }
        "rim" => {
            let mut table = [0_i16; RIM_TABLE_LEN];
            let at = arguments[1][0] as usize;
            (table[at], table[at + 1]) = (arguments[1][1] as i16, arguments[1][2] as i16);
            let mut codes = [arguments[0][0] as i16];
            rim_table(&mut codes, &table);
            widened(&codes)
        }
        "nearest" => {
            let bank: Vec<i8> = arguments[2..].iter().flat_map(|row| narrowed::<i8>(row)).collect();
            let codes = narrowed::<i16>(&arguments[0]);
            let norms = bank.chunks_exact(codes.len()).map(square_norm);
            widened(nearest(&bank, norms, arguments[1][0] as u32, &codes))
        }
        _ => image::compute(name, arguments),
    }
}

/// Columns of each feature; codes; reconstruction; gains; prototype; its shift and gain; factor; missing or not. Where there are
/// several samples, their number before and the latent term behind.
fn scored(arguments: &[Vec<i128>]) -> Scored {
    let (samples, arguments, latent) = match arguments {
        [samples, arguments @ .., latent] if arguments.len() == 8 => (samples[0], arguments, latent[0]),
        _ => (1, arguments, 0),
    };
    let columns = narrowed::<u8>(&arguments[0]);
    let prototype = narrowed::<i8>(&arguments[4]);
    let mark = |&missing: &i128| if missing == 1 { Mark::MISSING } else { Mark::NONE };
    let marks: Vec<Mark> = arguments[7].iter().map(mark).collect();
    let heads = Heads {
        columns: &columns,
        prototype: &prototype,
        prototype_shift: arguments[5][0] as u32,
        prototype_gain: arguments[5][1] as u32,
        rescale: arguments[6][0] as u32,
        latent: latent as u64,
        tally: Tally::of(&marks),
    };
    let (codes, expected) = (narrowed::<i16>(&arguments[1]), narrowed::<i16>(&arguments[2]));
    let gains = narrowed::<u32>(&arguments[3]).into_iter();
    let thresholds = Thresholds { watch: 0, alarm: 0, anchors: [0; 16] };
    if samples == 1 {
        return evaluate(&heads, &codes, &expected, gains, &marks, &thresholds);
    }
    evaluate_samples(&heads, samples as usize, &codes, &expected, gains, &marks, &thresholds)
}

fn compute_answer(name: &str, arguments: &[Vec<i128>]) -> Vec<i128> {
    let thresholds =
        |watch, alarm, anchors: &[u64]| Thresholds { watch, alarm, anchors: anchors.try_into().unwrap() };
    match name {
        "score" | "score_samples" => {
            let scored = scored(arguments);
            let columns = if name == "score" { &arguments[0] } else { &arguments[1] };
            let mut parts = vec![0; columns.len()];
            for reason in &scored.reasons {
                parts[usize::from(reason.feature)] = reason.contribution.into();
            }
            [vec![scored.score.into()], parts].concat()
        }
        "reasons" | "reasons_samples" => {
            let four = |reason: &Reason| {
                [reason.feature.into(), reason.column.into(), reason.seen.into(), reason.expected.into()]
            };
            scored(arguments).reasons.iter().flat_map(four).collect()
        }
        // Round half up of a quotient, in integers.
        "factor" => {
            let (n, left) = (arguments[0][0], arguments[0][0] - arguments[0][1]);
            vec![(2 * 65_536 * n + left).checked_div(2 * left).unwrap_or(0)]
        }
        "share" => {
            let reason = Reason { contribution: arguments[0][0] as u64, ..Reason::default() };
            vec![reason.share_permille(arguments[0][1] as u64).into()]
        }
        "percentile" => {
            let thresholds = thresholds(0, 0, &narrowed::<u64>(&arguments[1]));
            vec![thresholds.percentile(arguments[0][0] as u64).into()]
        }
        "verdict" => {
            let thresholds = thresholds(arguments[1][0] as u64, arguments[1][1] as u64, &[0; 16]);
            vec![thresholds.verdict(arguments[0][0] as u64) as i128]
        }
        "digest" => {
            let mut digest = Digest::new();
            narrowed::<u64>(&arguments[0]).into_iter().for_each(|value| digest.update(value));
            vec![digest.finish().into()]
        }
        "words" => {
            let mut words = SeededWords::new(arguments[0][0] as u32);
            (0..arguments[1][0]).map(|_| words.next_word().into()).collect()
        }
        "draw" => {
            let [low, span, nullable] = arguments[1][..] else { panic!("low, span, nullable") };
            let field = SeededField { low: low as i32, span: span as u32, nullable: nullable == 1 };
            let mut words = SeededWords::new(arguments[0][0] as u32);
            (0..arguments[2][0]).map(|_| field.draw(&mut words).into()).collect()
        }
        _ => events::compute(name, arguments).unwrap_or_else(|| panic!("nothing is called `{name}`")),
    }
}

#[test]
fn every_example_is_right() {
    let mut wrong = Vec::new();
    let examples = examples(&page());
    for Example { line, name, arguments, result } in &examples {
        let got = compute(name, arguments);
        if got != *result {
            wrong.push(format!("NUMERICS.md:{line}: {name} gives {got:?}, the page says {result:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let names: BTreeSet<&str> = examples.iter().map(|example| example.name.as_str()).collect();
    assert!(examples.len() >= 100 && names.len() >= 40, "{} examples of {names:?}", examples.len());
}

#[test]
fn every_heading_that_the_sources_cite_exists() {
    let page = page();
    let mut cited = BTreeSet::new();
    let mut folders = vec![root().join("crates")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
            let path = entry.path();
            if path.is_dir() && entry.file_name() != "target" {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let source = std::fs::read_to_string(path).unwrap();
                let citations = source.split("`NUMERICS.md`, \"").skip(1);
                cited.extend(citations.filter_map(|rest| Some(rest.split_once('"')?.0.to_owned())));
            }
        }
    }
    assert!(cited.len() >= 9, "{cited:?}");
    for heading in cited {
        assert!(page.contains(&format!("\n## {heading}\n")), "no heading `{heading}`");
    }
}

#[test]
fn the_page_names_the_contract_and_the_levels() {
    let page = page();
    assert!(page.starts_with(&format!("# The numeric contract `{}`\n", tillwatch_engine::CONTRACT)));
    let levels = LEVELS.map(|level| level.to_string()).join(", ");
    assert!(page.split_whitespace().collect::<Vec<_>>().join(" ").contains(&levels), "{levels}");
}

#[test]
fn the_error_bounds_hold_where_they_are_worst() {
    // Dense sampling of a whole octave at full resolution, and of a whole quadrant.
    let (mut low, mut high) = (0_f64, 0_f64);
    for x in (1 << 20..1 << 21).step_by(3) {
        let exact = libm::log2(f64::from(x) + 1.0) * 65_536.0;
        let error = f64::from(log2_1p(x)) - exact;
        (low, high) = (low.min(error), high.max(error));
    }
    assert!(within(low, 0.0, LOG2_STEPS) && low > -3.91 && high < 1.0, "{low} {high}");
    assert!(low < -2.5, "the bound is far from tight: {low}");
    let mut largest = 0_f64;
    for phase in (0..1_u32 << 30).step_by(4093) {
        let exact = libm::sin(core::f64::consts::TAU * f64::from(phase) / 4_294_967_296.0) * 32_768.0;
        largest = largest.max((f64::from(sine(phase)) - exact).abs());
    }
    assert!(within(largest, 0.0, SINE_STEPS) && largest > 8.0, "{largest}");
}
