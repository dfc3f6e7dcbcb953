//! Networks of one plan, trained from different seeds on different features and put side by side into one.

use super::network::{TrainingRows, present_weights, train_network};
use super::settings::{Progress, Settings};
use crate::TrainError;
use crate::features::Codes;
use crate::float_model::FloatLayer;
use crate::nn::{Activation, Dense, FitReport, Generator, LayerKind, Network, shuffle};
use crate::quantise::Range;
use crate::recipe::{Plan, RecipeFault};
use rand_chacha::rand_core::SeedableRng;

/// From the seed of a member to that of the next: the golden ratio in 64 bits, so that seeds counted up by users do not
/// meet.
const SEED_STEP: u64 = 0x9e37_79b9_7f4a_7c15;
/// Percent of the features that one of several members does not read: with the same features for all, the mean of members
/// detects no better than one of them.
const UNREAD_PERCENT: usize = 30;
/// The stream of the seed that deals the features; training draws from others.
const STREAM: u64 = u64::from_be_bytes(*b"features");

/// The trained members as one network.
pub(super) struct Members {
    /// Its layers, folded for the device.
    pub(super) layers: Vec<FloatLayer>,
    /// The layer that draws normal distributions, where one does: its means are the latent vector, whatever is narrower.
    pub(super) drawn: Option<usize>,
    /// Course of the first member's training.
    pub(super) report: FitReport,
    /// Of each layer as it was trained, the share of units over all members that no training row wakes.
    pub(super) sleeping: Vec<Option<f64>>,
}

/// Trains the members of a plan; the first has the seed of the settings, and one alone reads every feature.
///
/// # Shapes
/// `values`: the rows numbered in `rows`, in standard deviations or units, row-major.
pub(super) fn train_members(
    codes: &Codes,
    values: &[f32],
    rows: &[usize],
    range: Range,
    plan: &Plan,
    settings: &Settings,
    progress: &mut dyn FnMut(&Progress),
) -> Result<Members, TrainError> {
    let weights = present_weights(codes, rows);
    let rows = TrainingRows::of(codes, values, weights.as_deref());
    let mut members: Vec<Member> = Vec::new();
    let mut sleeping = Vec::new();
    let mut first = None;
    for (member, is_read) in (0..).zip(bags(&codes.columns, settings.members, settings.seed)) {
        let is_read: Vec<bool> = is_read.iter().copied().cycle().take(codes.n_columns).collect();
        let seed = settings.seed.wrapping_add(SEED_STEP.wrapping_mul(member));
        let settings = Settings { seed, ..settings.clone() };
        let (network, report) = train_network(&rows, &is_read, range, plan, &settings, progress)?;
        first.get_or_insert((drawn(&network), report));
        let read = |(&value, &is_read): (&f32, &bool)| if is_read { value } else { 0.0 };
        let seen: Vec<f32> = values.iter().zip(is_read.iter().cycle()).map(read).collect();
        sleeping.push(network.sleeping(&seen)?);
        members.push(Member { layers: FloatLayer::all_of(&network.folded()), is_read });
    }
    let (drawn, report) = first.ok_or_else(|| fault(settings.members, Settings::counts()))?;
    Ok(Members { layers: side_by_side(&members), drawn, report, sleeping: means(&sleeping) })
}

/// A trained network and the columns that it reads.
struct Member {
    layers: Vec<FloatLayer>,
    is_read: Vec<bool>,
}

/// For each member the columns of a sample that it reads: all where it is alone, else all but some features.
///
/// Features are put in an order drawn by the seed, and members leave out runs of it that begin evenly spaced: at most half
/// of them leave out the same feature.
fn bags(columns: &[u8], members: usize, seed: u64) -> Vec<Vec<bool>> {
    let n = columns.len();
    let mut order: Vec<usize> = (0..n).collect();
    let mut generator = Generator::seed_from_u64(seed);
    generator.set_stream(STREAM);
    shuffle(&mut order, &mut generator);
    let left_out = if members > 1 { n * UNREAD_PERCENT / 100 } else { 0 };
    let bag = |member: usize| {
        let mut is_read = vec![true; n];
        for at in 0..left_out {
            is_read[order[(member * n / members + at) % n]] = false;
        }
        let of_columns = is_read.into_iter().zip(columns);
        of_columns.flat_map(|(is_read, &count)| std::iter::repeat_n(is_read, count.into())).collect()
    };
    (0..members).map(bag).collect()
}

/// Layers that keep no values apart cannot stand side by side: the largest of all members' units are not each member's.
///
/// # Errors
/// [`RecipeFault`] where the number is out of range, or the plan has such a layer.
pub(super) fn check(plan: &Plan, members: usize) -> Result<(), RecipeFault> {
    let stands = |kind: &&LayerKind| {
        matches!(
            kind,
            LayerKind::Dense(_)
                | LayerKind::BatchNorm(_)
                | LayerKind::Elementwise(_)
                | LayerKind::Dropout(_)
                | LayerKind::ActivityPenalty(_)
                | LayerKind::GaussianSample(_)
        )
    };
    let wanted = match plan.layers.iter().find(|kind| !stands(kind)) {
        Some(kind) if members > 1 => format!("1, since a layer `{}` cannot stand beside others", kind.name()),
        _ if !(1..=Settings::MOST_MEMBERS).contains(&members) => Settings::counts(),
        _ => return Ok(()),
    };
    Err(fault(members, wanted))
}

fn fault(members: usize, wanted: String) -> RecipeFault {
    RecipeFault { option: "--members", found: members.to_string(), wanted }
}

/// One network whose answer is the mean of its members', before an activation that the last layer may have; of a column
/// only the members answer that read it.
///
/// The first layers stand on one another, as all read the input; those behind read their own member's values, the weights
/// of others are 0; the last one adds all members up.
fn side_by_side(members: &[Member]) -> Vec<FloatLayer> {
    let [first, rest @ ..] = members else { return Vec::new() };
    if rest.is_empty() {
        return first.layers.clone();
    }
    let readers = |column: usize| members.iter().filter(|member| member.is_read[column]).count();
    let last = first.layers.len() - 1;
    let layer = |place: usize| {
        let (is_first, is_last) = (place == 0, place == last);
        let part = &first.layers[place];
        let [ins, outs] = [part.in_len(), part.out_len()];
        let in_len = if is_first { ins } else { ins * members.len() };
        let out_len = if is_last { outs } else { outs * members.len() };
        let mut parameters = vec![0.0; (in_len + 1) * out_len];
        let (weights, biases) = parameters.split_at_mut(in_len * out_len);
        for (index, member) in members.iter().enumerate() {
            let part = &member.layers[place];
            let from = if is_first { 0 } else { index * ins };
            for (output, (of_part, bias)) in part.weights().chunks_exact(ins).zip(part.biases()).enumerate() {
                if is_last && !member.is_read[output] {
                    continue;
                }
                let share = if is_last { 1.0 / readers(output) as f32 } else { 1.0 };
                let output = if is_last { output } else { index * outs + output };
                biases[output] += bias * share;
                let sums = &mut weights[output * in_len + from..][..ins];
                for (input, (sum, weight)) in sums.iter_mut().zip(of_part).enumerate() {
                    if !is_first || member.is_read[input] {
                        *sum += weight * share;
                    }
                }
            }
        }
        let activation: Activation = part.activation();
        FloatLayer { kind: Dense { in_len, out_len, activation }.into(), parameters }
    };
    (0..first.layers.len()).map(layer).collect()
}

fn means(members: &[Vec<Option<f64>>]) -> Vec<Option<f64>> {
    let of_layer = |place: usize| {
        let shares: Option<Vec<f64>> = members.iter().map(|member| member[place]).collect();
        shares.map(|shares| shares.iter().sum::<f64>() / shares.len() as f64)
    };
    (0..members.first().map_or(0, Vec::len)).map(of_layer).collect()
}

/// Where the layer that draws normal distributions went.
fn drawn(network: &Network<f32>) -> Option<usize> {
    let place = network.kinds().iter().position(|kind| matches!(kind, LayerKind::GaussianSample(_)))?;
    network.folded_place(place)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nn::TopK;

    /// Layers of widths 2, 3, 1, 2 with parameters that differ everywhere.
    fn member(number: usize) -> Vec<FloatLayer> {
        let layer = |(place, pair): (usize, &[usize])| {
            let (in_len, out_len) = (pair[0], pair[1]);
            let activation = if place == 0 { Activation::Relu } else { Activation::Linear };
            let value = |at: usize| ((at * 37 + place * 11 + number * 53) % 19) as f32 / 8.0 - 1.0;
            let parameters = (0..(in_len + 1) * out_len).map(value).collect();
            FloatLayer { kind: Dense { in_len, out_len, activation }.into(), parameters }
        };
        [2, 3, 1, 2].windows(2).enumerate().map(layer).collect()
    }

    fn answers(layers: &[FloatLayer], rows: &[f32]) -> Vec<f32> {
        let kinds: Vec<LayerKind> = layers.iter().map(|layer| layer.kind).collect();
        let parameters = layers.iter().flat_map(|layer| layer.parameters.clone()).collect();
        Network::from_kinds(&kinds, parameters).unwrap().forward(rows).unwrap()
    }

    fn all_read(layers: Vec<FloatLayer>) -> Member {
        Member { layers, is_read: vec![true; 2] }
    }

    #[test]
    fn the_answer_is_the_mean_of_the_members() {
        let rows = [0.5, -1.0, 2.0, 0.25, -3.0, 1.5];
        // Eighths and powers of two: nothing is rounded.
        for n in [1_u8, 2, 4] {
            let members: Vec<Member> = (0..n).map(|number| all_read(member(number.into()))).collect();
            let found = answers(&side_by_side(&members), &rows);
            let all: Vec<Vec<f32>> = members.iter().map(|member| answers(&member.layers, &rows)).collect();
            let mean = |at: usize| all.iter().map(|answers| answers[at]).sum::<f32>() / f32::from(n);
            assert_eq!(found, (0..rows.len()).map(mean).collect::<Vec<f32>>(), "{n} members");
        }
    }

    #[test]
    fn a_column_is_answered_by_those_who_read_it() {
        let blind = Member { layers: member(1), is_read: vec![true, false] };
        let members = [all_read(member(0)), blind];
        let found = answers(&side_by_side(&members), &[0.5, -1.0]);
        let seeing = answers(&members[0].layers, &[0.5, -1.0]);
        let blind = answers(&members[1].layers, &[0.5, 0.0]);
        assert_eq!(found, [(seeing[0] + blind[0]) / 2.0, seeing[1]]);
    }

    #[test]
    fn a_single_layer_is_averaged() {
        let members = [0, 1].map(|number| Member {
            layers: vec![FloatLayer {
                kind: Dense { in_len: 2, out_len: 2, activation: Activation::Linear }.into(),
                parameters: member(number)[0].parameters[..6].to_vec(),
            }],
            is_read: vec![true; 2],
        });
        let one = side_by_side(&members);
        let of = |member: usize, at: usize| members[member].layers[0].parameters[at];
        assert_eq!(one[0].parameters, (0..6).map(|at| (of(0, at) + of(1, at)) / 2.0).collect::<Vec<f32>>());
    }

    #[test]
    fn every_feature_is_read_by_half_of_the_members_at_least() {
        let columns = [1, 4, 1, 2, 1, 1, 3, 1, 1, 1, 1];
        assert_eq!(bags(&columns, 1, 7), [vec![true; 17]]);
        for members in 2..=5 {
            let bags = bags(&columns, members, 7);
            for column in 0..17 {
                assert!(2 * bags.iter().filter(|bag| bag[column]).count() >= members, "{members} {column}");
            }
            assert!(bags.iter().all(|bag| bag.len() == 17 && bag.contains(&false)));
            assert!(
                bags.iter().all(|bag| bag[1..5].iter().all(|is_read| *is_read == bag[1])),
                "features stay whole"
            );
        }
        assert_eq!(bags(&[1, 1], 3, 7), [[true; 2]; 3], "two features are too few to leave one out");
    }

    #[test]
    fn what_cannot_stand_side_by_side_is_refused() {
        let plan = |layers: Vec<LayerKind>| Plan { layers, noise: None, reason: String::new() };
        let dense = Dense { in_len: 2, out_len: 2, activation: Activation::Relu };
        let whole = plan(vec![dense.into()]);
        assert_eq!(check(&whole, 5), Ok(()));
        assert_eq!(check(&whole, 6).unwrap_err().wanted, "1 to 5");
        assert_eq!(check(&whole, 0).unwrap_err().wanted, "1 to 5");
        let sparse = plan(vec![dense.into(), TopK { len: 2, k: 1 }.into()]);
        assert_eq!(check(&sparse, 1), Ok(()));
        let wanted = "1, since a layer `largest k` cannot stand beside others";
        assert_eq!(check(&sparse, 2).unwrap_err().wanted, wanted);
    }

    #[test]
    fn shares_asleep_are_those_of_all_members() {
        let found = means(&[vec![Some(0.5), None], vec![Some(0.0), None]]);
        assert_eq!(found, [Some(0.25), None]);
    }
}
