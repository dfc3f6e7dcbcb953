//! What the engine makes of records of several samples, latent vectors and lines against the oracles, bit for bit.

use proptest::prelude::*;
use tillwatch_engine::feature::{Mark, count_ngrams};
use tillwatch_engine::kernel::strongest;
use tillwatch_engine::score::{
    ANCHORS, Heads, Tally, Thresholds, evaluate, evaluate_samples, latent_distance, nearest, square_norm,
};
use tillwatch_testkit::oracle::{self, Prepared, Scoring};

fn wide<T: Into<i64> + Copy>(codes: &[T]) -> Vec<i64> {
    codes.iter().map(|&code| code.into()).collect()
}

const THRESHOLDS: Thresholds = Thresholds { watch: 1 << 20, alarm: 1 << 30, anchors: [1 << 25; ANCHORS] };

/// A record of several samples: columns of each feature, marks of each, and a wide code, one expected, a gain and a
/// prototype entry per column.
#[derive(Clone, Debug)]
struct Record {
    samples: usize,
    columns: Vec<u8>,
    marks: Vec<Vec<(bool, bool, bool)>>,
    values: Vec<(i16, i16, u32, i8)>,
}

fn record() -> impl Strategy<Value = Record> {
    (1..6_usize, prop::collection::vec(1..4_u8, 1..6)).prop_flat_map(|(samples, columns)| {
        let len = samples * columns.iter().map(|&n| usize::from(n)).sum::<usize>();
        // Small values and few of them, so that contributions are often equal.
        let code = || prop_oneof![-3..=3_i16, -32_767..=32_767_i16];
        let gain =
            prop_oneof![Just(1 << 24), (any::<u32>(), 0..32_u32).prop_map(|(word, bits)| word >> bits)];
        let marks = (prop::bool::weighted(0.1), any::<bool>(), any::<bool>());
        let marks = prop::collection::vec(prop::collection::vec(marks, columns.len()), samples);
        let values = prop::collection::vec((code(), code(), gain, any::<i8>()), len);
        (Just(samples), Just(columns), marks, values).prop_map(|(samples, columns, marks, values)| Record {
            samples,
            columns,
            marks,
            values,
        })
    })
}

proptest! {
    #[test]
    fn records_of_several_samples(
        record in record(), with_prototype in any::<bool>(), shift in 0..=8_u8, prototype_gain in any::<u32>(),
        (factor, latent) in (prop_oneof![Just(1_u32 << 16), 0..=u32::MAX >> 1], prop_oneof![Just(0), any::<u64>()]),
    ) {
        let Record { samples, columns, marks, values } = record;
        let codes: Vec<i16> = values.iter().map(|value| value.0).collect();
        let expected: Vec<i16> = values.iter().map(|value| value.1).collect();
        let gains: Vec<u32> = values.iter().map(|value| value.2).collect();
        let bank: Vec<i8> = values.iter().filter(|_| with_prototype).map(|value| value.3).collect();

        let mut rest = &codes[..];
        let prepare = |marks: &Vec<(bool, bool, bool)>| -> Vec<Prepared> {
            let of_feature = |(&n, &(missing, saturated, unknown)): (&u8, &(bool, bool, bool))| {
                let (here, after) = rest.split_at(n.into());
                rest = after;
                Prepared { codes: wide(here), missing, saturated, unknown }
            };
            columns.iter().zip(marks).map(of_feature).collect()
        };
        let prepared: Vec<Vec<Prepared>> = marks.iter().map(prepare).collect();
        let scoring = Scoring {
            gains: gains.clone(),
            rescale: vec![factor; columns.len() + 1],
            prototypes: if with_prototype { vec![wide(&bank)] } else { Vec::new() },
            prototype_shift: shift,
            prototype_gain,
            thresholds: THRESHOLDS,
        };
        let want = oracle::evaluate_samples(&scoring, &prepared, &wide(&expected), latent);

        let all = |feature: usize| {
            marks.iter().map(|sample| sample[feature]).fold(Mark::NONE, |all, (missing, saturated, unknown)| {
                let add = |all: Mark, (is, mark)| if is { all.with(mark) } else { all };
                [(missing, Mark::MISSING), (saturated, Mark::SATURATED), (unknown, Mark::UNKNOWN)]
                    .into_iter()
                    .fold(all, add)
            })
        };
        let marks: Vec<Mark> = (0..columns.len()).map(all).collect();
        let heads = Heads {
            columns: &columns,
            prototype: nearest(&bank, bank.chunks_exact(codes.len()).map(square_norm), shift.into(), &codes),
            prototype_shift: shift.into(),
            prototype_gain,
            rescale: factor,
            latent,
            tally: Tally::of(&marks),
        };
        let gains = gains.iter().copied();
        let got = evaluate_samples(&heads, samples, &codes, &expected, gains.clone(), &marks, &THRESHOLDS);
        prop_assert_eq!(&got, &want);
        if samples == 1 {
            prop_assert_eq!(&evaluate(&heads, &codes, &expected, gains, &marks, &THRESHOLDS), &want);
        }
    }

    #[test]
    fn latent_distances(codes in prop::collection::vec(any::<i8>(), 0..40), zero_point in any::<i8>(), gain in any::<u32>()) {
        let want = oracle::latent_distance(&wide(&codes), zero_point.into(), gain);
        prop_assert_eq!(latent_distance(&codes, zero_point, gain), want);
    }

    #[test]
    fn similar_rows(
        (latent, rows) in (1..6_usize).prop_flat_map(|width| (
            prop::collection::vec(any::<i8>(), width),
            prop::collection::vec(prop::collection::vec(prop_oneof![-1..=1_i8, any::<i8>()], width), 0..30),
        )),
        zero_point in any::<i8>(),
    ) {
        let table = rows.concat();
        let rows: Vec<Vec<i64>> = rows.iter().map(|row| wide(row)).collect();
        let pairs = |found: &[tillwatch_engine::kernel::Match]| -> Vec<(u16, i64)> {
            found.iter().map(|found| (found.row, found.dot.into())).collect()
        };
        let want = |n| oracle::strongest(&rows, &wide(&latent), zero_point.into(), n);
        prop_assert_eq!(pairs(&strongest::<1>(&table, &latent, zero_point)), want(1));
        prop_assert_eq!(pairs(&strongest::<5>(&table, &latent, zero_point)), want(5));
    }

    #[test]
    fn ngrams(line in prop::collection::vec(any::<u8>(), 0..60), n in 1..6_usize, n_buckets in 1..70_usize) {
        let mut counts = vec![0; n_buckets];
        count_ngrams(&line, n, &mut counts);
        prop_assert_eq!(wide(&counts), oracle::count_ngrams(&line, n, n_buckets));
    }
}
