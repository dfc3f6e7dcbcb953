//! Contributions of features, the latent term and the score: nothing is left over, whatever the columns of a feature.
#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use proptest::collection::vec;
use proptest::prelude::*;
use tillwatch_engine::feature::Mark;
use tillwatch_engine::score::{
    ANCHORS, GAIN_FRACTION_BITS, Heads, REASONS, Scored, Tally, Thresholds, evaluate, evaluate_samples,
};

/// Codes, reconstruction, gains and prototype of the columns of one feature, and whether it is missing.
#[derive(Clone, Debug)]
struct Feature {
    columns: Vec<(i16, i16, u32, i8)>,
    is_missing: bool,
}

/// Features of one column and one-hot groups of up to twelve.
fn features() -> impl Strategy<Value = Vec<Feature>> {
    let column = (-32_767_i16..=32_767, -32_767_i16..=32_767, any::<u32>(), any::<i8>());
    let feature = (vec(column, 1..=12), prop::bool::weighted(0.2));
    vec(feature.prop_map(|(columns, is_missing)| Feature { columns, is_missing }), 1..=9)
}

/// The residual and the prototype part of a column, in the widest integers there are.
fn parts(column: (i16, i16, u32, i8), shift: u32, prototype_gain: u32) -> [u128; 2] {
    let (code, expected, gain, prototype) = column;
    let square = |a: i64, b: i64| u128::from(a.abs_diff(b)).pow(2);
    [
        (square(code.into(), expected.into()) * u128::from(gain)) >> GAIN_FRACTION_BITS,
        (square(code.into(), i64::from(prototype) << shift) * u128::from(prototype_gain))
            >> GAIN_FRACTION_BITS,
    ]
}

/// Runs a record of one sample through both functions that score; they have to agree.
fn score(features: &[Feature], shift: u32, prototype_gain: u32, rescale: u32, latent: u64) -> Scored {
    let all = || features.iter().flat_map(|feature| feature.columns.iter().copied());
    let columns: Vec<u8> = features.iter().map(|feature| feature.columns.len() as u8).collect();
    let prototype: Vec<i8> = all().map(|column| column.3).collect();
    let marks: Vec<Mark> =
        features.iter().map(|feature| if feature.is_missing { Mark::MISSING } else { Mark::NONE }).collect();
    let heads = Heads {
        columns: &columns,
        prototype: &prototype,
        prototype_shift: shift,
        prototype_gain,
        rescale,
        latent,
        tally: Tally::of(&marks),
    };
    let codes: Vec<i16> = all().map(|column| column.0).collect();
    let reconstruction: Vec<i16> = all().map(|column| column.1).collect();
    let gains: Vec<u32> = all().map(|column| column.2).collect();
    let thresholds = Thresholds { watch: 1, alarm: 2, anchors: [0; ANCHORS] };
    let gains = || gains.iter().copied();
    let one = evaluate(&heads, &codes, &reconstruction, gains(), &marks, &thresholds);
    let several = evaluate_samples(&heads, 1, &codes, &reconstruction, gains(), &marks, &thresholds);
    assert_eq!(one, several);
    one
}

proptest! {
    #[test]
    fn contributions_are_the_residual_and_prototype_parts_and_sum_to_the_score(
        features in features(),
        shift in 0_u32..=8,
        prototype_gain in any::<u32>(),
        rescale in 0_u32..1 << 19,
        latent in 0_u64..1 << 60,
    ) {
        let scored = score(&features, shift, prototype_gain, rescale, latent);
        // A one-hot group counts as one: its columns are summed before anything else.
        let of_feature = |feature: &Feature| -> u128 {
            let sum: u128 = feature.columns.iter().flat_map(|&column| parts(column, shift, prototype_gain)).sum();
            if feature.is_missing { 0 } else { (sum * u128::from(rescale)) >> 16 }
        };
        let contributions: Vec<u128> = features.iter().map(of_feature).collect();
        let whole: u128 = contributions.iter().sum::<u128>() + u128::from(latent);
        prop_assume!(whole <= u128::from(u64::MAX));
        prop_assert_eq!(u128::from(scored.score), whole);
        prop_assert_eq!(scored.latent, latent);
        // The reasons are the largest of them, each with its own sum, in falling order.
        let mut order: Vec<usize> = (0..features.len()).filter(|&at| contributions[at] > 0).collect();
        order.sort_by_key(|&at| std::cmp::Reverse(contributions[at]));
        order.truncate(REASONS);
        let found: Vec<(usize, u128)> =
            scored.reasons.iter().map(|reason| (reason.feature.into(), reason.contribution.into())).collect();
        let wanted: Vec<(usize, u128)> = order.iter().map(|&at| (at, contributions[at])).collect();
        prop_assert_eq!(found, wanted);
        // Each names the column of its own group that counts most, with what was seen and expected there.
        for reason in &scored.reasons {
            let at = usize::from(reason.feature);
            let first: usize = features[..at].iter().map(|feature| feature.columns.len()).sum();
            let column = features[at].columns[usize::from(reason.column) - first];
            let weight = |&column: &(i16, i16, u32, i8)| parts(column, shift, prototype_gain).iter().sum::<u128>();
            prop_assert_eq!(weight(&column), features[at].columns.iter().map(weight).max().unwrap());
            prop_assert_eq!((reason.seen, reason.expected), (column.0, column.1));
            prop_assert_eq!(reason.is_higher(), column.0 > column.1);
        }
    }
}
