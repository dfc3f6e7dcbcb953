//! The engine's kernels against the oracles, equal bit for bit.
#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use proptest::prelude::*;
use tillwatch_engine::feature::{self, MISSING, Mark, Memory, OneHot, Symlog};
use tillwatch_engine::fixed::{Channel, Requantise, log2_1p, log2_1p_over, sine};
use tillwatch_engine::kernel::activation::{RIM_TABLE_LEN, narrow_table, rim_table};
use tillwatch_engine::kernel::{Code, Dense, TILE, dense_rows, narrow_input};
use tillwatch_engine::score::{ANCHORS, Thresholds, nearest, square_norm};
use tillwatch_model::Preparation;
use tillwatch_testkit::oracle::{self, Codes};
use tillwatch_testkit::strategy::{DenseCase, affine, dense_case, requantise_rule};
use tillwatch_testkit::tiles::Tiles;
use tillwatch_testkit::tolerance::{LOG2_STEPS, REQUANTISE_CODES, SINE_STEPS, within};

fn wide(codes: &[i16]) -> Vec<i64> {
    codes.iter().copied().map(i64::from).collect()
}

fn widened<C: Code>(codes: &[C]) -> Vec<i64> {
    codes.iter().map(|&code| i64::from(code.into())).collect()
}

fn check_dense<C: Code>(case: &DenseCase) -> Result<(), TestCaseError> {
    let codes = if size_of::<C>() == 1 { Codes::Narrow } else { Codes::Wide };
    let input: Vec<i64> = case.input.iter().copied().map(i64::from).collect();
    let want = oracle::dense(&case.weights, &case.channels, case.rule, codes, &input);
    let mut rows = vec![C::default(); want.len()];
    dense_rows(&case.weights, case.channels.iter().copied(), case.rule, &case.input, &mut rows);
    prop_assert_eq!(&widened(&rows), &want, "rows");

    let laid_out = Tiles::dense(&case.weights, &case.channels);
    let mut padded = case.input.clone();
    padded.resize(padded.len().next_multiple_of(TILE), -128); // meets zero weights
    let mut tiled = vec![[C::default(); TILE]; laid_out.channels.len()];
    Dense::new(&laid_out.tiles, &laid_out.channels, case.rule).compute(padded.as_chunks().0, &mut tiled);
    prop_assert_eq!(&widened(&tiled.concat()[..want.len()]), &want, "tiles");
    Ok(())
}

/// A sequence of raw values through a feature, which may remember.
fn through(raws: &[i32], mut step: impl FnMut(i32, &mut Memory) -> (i16, Mark)) -> Vec<(i16, Mark)> {
    let mut memory = Memory::EMPTY;
    raws.iter().map(|&raw| step(raw, &mut memory)).collect()
}

/// The same through the oracle.
fn by_oracle(preparation: &Preparation<'_>, raws: &[i32]) -> Vec<(i16, Mark)> {
    let mut past = None;
    let one = |&raw: &i32| {
        let prepared = oracle::prepare(preparation, raw, &mut past);
        let mark = match (prepared.missing, prepared.saturated, prepared.unknown) {
            (true, false, false) => Mark::MISSING,
            (false, true, false) => Mark::SATURATED,
            (false, false, true) => Mark::UNKNOWN,
            _ => Mark::NONE,
        };
        (prepared.codes[0] as i16, mark)
    };
    raws.iter().map(one).collect()
}

fn raws() -> impl Strategy<Value = Vec<i32>> {
    let raw = prop_oneof![-40..40_i32, any::<i32>(), Just(MISSING), Just(i32::MAX), Just(MISSING + 1)];
    prop::collection::vec(raw, 1..12)
}

proptest! {
    #[test]
    fn dense_layers_to_wide_codes(case in dense_case(-32_767, 32_767)) {
        check_dense::<i16>(&case)?;
    }

    #[test]
    fn dense_layers_to_activations(case in dense_case(-128, 127)) {
        check_dense::<i8>(&case)?;
    }

    #[test]
    fn requantisation(acc in any::<i32>(), multiplier in 0..=i32::MAX, rule in requantise_rule(-32_767, 32_767)) {
        let acc = acc >> rule.shift;
        prop_assert_eq!(i64::from(rule.apply(acc, multiplier)), oracle::requantise(acc.into(), multiplier, rule));
    }

    #[test]
    fn requantisation_of_channels(
        acc in any::<i32>(), multiplier in 0..=i16::MAX, bits in 0..16_u32, rule in requantise_rule(-32_767, 32_767),
    ) {
        let (acc, multiplier) = (acc >> rule.shift, multiplier >> bits);
        let channel = Channel { bias: 0, multiplier };
        for (codes, shift) in [(Codes::Narrow, i8::MULTIPLIER_SHIFT), (Codes::Wide, i16::MULTIPLIER_SHIFT)] {
            let want = oracle::output(acc.into(), channel, rule, codes);
            prop_assert_eq!(i64::from(rule.apply_short(acc, multiplier, shift)), want);
        }
    }

    #[test]
    fn requantisation_is_as_close_to_the_real_scale_as_proven(
        acc in any::<i32>(), scale in 0.0..0.499_999_999_f64, doublings in 0..=15_u32,
    ) {
        let open = Requantise { zero_point: 0, out_min: i32::MIN, out_max: i32::MAX, shift: doublings, bias_shift: 0 };
        let scale = scale * f64::from(1_u32 << doublings);
        let multiplier = libm::round(scale * libm::exp2(f64::from(32 - doublings))) as i32;
        let acc = acc >> doublings;
        prop_assert!(within(f64::from(open.apply(acc, multiplier)), f64::from(acc) * scale, REQUANTISE_CODES));
    }

    // For every legal accumulator, multiplier, shift and zero point, in whole numbers of 2^-33 codes.
    #[test]
    fn requantisation_stays_within_the_proven_bound(
        acc in any::<i32>(), multiplier in 0..=i32::MAX, shift in 0_u32..12, zero_point in -128..=127_i32
    ) {
        let acc = acc >> shift;
        let rule = Requantise { zero_point, out_min: i32::MIN, out_max: i32::MAX, shift, bias_shift: 0 };
        let got = i128::from(rule.apply(acc, multiplier));
        let bound = (REQUANTISE_CODES * libm::exp2(33.0)) as i128;
        // The exact real scale s satisfies |s * 2^(32 - shift) - multiplier| <= 1/2.
        for doubled in [2 * i128::from(multiplier) - 1, 2 * i128::from(multiplier) + 1] {
            let exact = (i128::from(zero_point) << 33) + ((i128::from(acc) << shift) * doubled);
            prop_assert!(((got << 33) - exact).abs() <= bound);
        }
    }

    #[test]
    fn input_codes(
        codes in prop::collection::vec(-32_767..=32_767_i16, 1..40), multiplier in 0..=i32::MAX,
        rule in requantise_rule(-128, 127),
    ) {
        let mut out = vec![0_i8; codes.len()];
        narrow_input(&codes, multiplier, rule, &mut out);
        let got: Vec<i64> = out.into_iter().map(i64::from).collect();
        prop_assert_eq!(got, oracle::narrow_input(&wide(&codes), multiplier, rule));
    }

    #[test]
    fn logarithms(x in prop_oneof![any::<i32>(), -2_000..2_000_i32]) {
        prop_assert_eq!(i64::from(log2_1p(x)), oracle::log2_1p(x));
        for width_log2 in [1, 7, 30] {
            prop_assert_eq!(i64::from(log2_1p_over(x, width_log2)), oracle::log2_1p_over(x, width_log2));
        }
    }

    #[test]
    fn logarithms_over_a_width(x in 0..=i32::MAX, width_log2 in 0..=30_u32) {
        let exact = libm::log2(f64::from(x) / f64::from(1_u32 << width_log2) + 1.0) * 65_536.0;
        prop_assert!(within(f64::from(log2_1p_over(x, width_log2)), exact, LOG2_STEPS));
        let plain = libm::log2(f64::from(x) + 1.0) * 65_536.0;
        prop_assert!(within(f64::from(log2_1p(x)), plain, LOG2_STEPS));
    }

    #[test]
    fn sines(phase in any::<u32>()) {
        prop_assert_eq!(i64::from(sine(phase)), oracle::sine(phase));
        let exact = libm::sin(core::f64::consts::TAU * f64::from(phase) / 4_294_967_296.0) * 32_768.0;
        prop_assert!(within(f64::from(sine(phase)), exact, SINE_STEPS));
    }

    #[test]
    fn standardised_features(rule in affine(), raws in raws(), window_log2 in 0..=15_u32) {
        prop_assert_eq!(
            through(&raws, |raw, _| feature::numeric(raw, &rule)),
            by_oracle(&Preparation::Numeric(rule), &raws)
        );
        prop_assert_eq!(
            through(&raws, |raw, _| feature::logarithm(raw, &rule)),
            by_oracle(&Preparation::Logarithm(rule), &raws)
        );
        let symlog = Symlog { origin: raws[0], width_log2: 2 * window_log2, affine: rule };
        prop_assert_eq!(
            through(&raws, |raw, _| feature::symlog(raw, &symlog)),
            by_oracle(&Preparation::Symlog(symlog), &raws)
        );
        prop_assert_eq!(
            through(&raws, |raw, memory| feature::delta(raw, &rule, memory)),
            by_oracle(&Preparation::Delta(rule), &raws)
        );
        let ratio = Preparation::RatioToMean { affine: rule, window_log2: window_log2 as u8 };
        prop_assert_eq!(
            through(&raws, |raw, memory| feature::ratio_to_mean(raw, &rule, window_log2, memory)),
            by_oracle(&ratio, &raws)
        );
    }

    #[test]
    fn flags_and_circles(
        raws in raws(), off in -32_767..=32_767_i16, on in -32_767..=32_767_i16,
        turn_per_step in any::<u32>(), amplitude in 0..=i16::MAX,
    ) {
        let codes = OneHot { off, on };
        prop_assert_eq!(
            through(&raws, |raw, _| feature::flag(raw, codes)),
            by_oracle(&Preparation::Flag(codes), &raws)
        );
        let rule = feature::Cyclic { turn_per_step, amplitude };
        for raw in raws {
            let (pair, mark) = feature::cyclic(raw, &rule);
            let want = oracle::prepare(&Preparation::Cyclic(rule), raw, &mut None);
            prop_assert_eq!(wide(&pair), want.codes);
            prop_assert_eq!(mark == Mark::MISSING, want.missing);
        }
    }

    #[test]
    fn nearest_prototypes(
        (codes, rows) in prop_oneof![1..12_usize, 120..300_usize].prop_flat_map(|width| (
            prop::collection::vec(-32_767..=32_767_i16, width),
            prop::collection::vec(prop::collection::vec(any::<i8>(), width), 0..6),
        )),
        shift in 0..=8_u8,
    ) {
        let bank = rows.concat();
        let got = nearest(&bank, rows.iter().map(|row| square_norm(row)), shift.into(), &codes);
        let got = wide(&got.iter().map(|&p| p.into()).collect::<Vec<i16>>());
        let rows: Vec<Vec<i64>> = rows.iter().map(|row| row.iter().copied().map(i64::from).collect()).collect();
        let want = oracle::nearest(&rows, shift, &wide(&codes)).cloned().unwrap_or_default();
        prop_assert_eq!(got, want);
    }

    #[test]
    fn percentiles_and_verdicts(mut anchors in prop::collection::vec(0..2_000_u64, ANCHORS), score in 0..2_100_u64) {
        anchors.sort_unstable();
        let anchors: [u64; ANCHORS] = anchors.try_into().unwrap();
        let thresholds = Thresholds { watch: anchors[3], alarm: anchors[9], anchors };
        prop_assert_eq!(thresholds.percentile(score), oracle::percentile(&thresholds, score));
        prop_assert_eq!(thresholds.verdict(score), oracle::verdict(&thresholds, score));
    }

    #[test]
    fn rim_tables(entries in prop::collection::vec(-16_383..=16_384_i16, RIM_TABLE_LEN)) {
        let table: [i16; RIM_TABLE_LEN] = entries.try_into().unwrap();
        let mut codes: Vec<i16> = (-32_767..=32_767).step_by(13).chain([32_767]).collect();
        let want: Vec<i64> = codes.iter().map(|&code| oracle::rim_table(code.into(), &table)).collect();
        rim_table(&mut codes, &table);
        prop_assert_eq!(wide(&codes), want);
    }
}

#[test]
fn every_code_through_a_narrow_table() {
    let mut table = [0_i8; 256];
    for (index, entry) in table.iter_mut().enumerate() {
        *entry = (index as i32 * 113 % 256 - 128) as i8;
    }
    for code in i8::MIN..=i8::MAX {
        let mut codes = [code];
        narrow_table(&mut codes, &table);
        assert_eq!(i64::from(codes[0]), oracle::narrow_table(code.into(), &table), "code {code}");
    }
}

#[test]
fn every_interval_of_the_logarithm_and_the_sine() {
    // Both ends and the middle of every table interval, in every octave and quadrant.
    for exponent in 0..31_u32 {
        for step in 0..64_u64 {
            for offset in [0, 1, 1 << exponent >> 7] {
                let value = (1_u64 << exponent) + (step << exponent >> 6) + offset;
                let x = (value - 1).min(i32::MAX as u64) as i32;
                assert_eq!(i64::from(log2_1p(x)), oracle::log2_1p(x), "{x}");
                assert_eq!(i64::from(log2_1p(-x)), oracle::log2_1p(-x), "-{x}");
            }
        }
    }
    assert_eq!(i64::from(log2_1p(i32::MIN)), oracle::log2_1p(i32::MIN));
    for step in 0..128_u32 {
        for offset in [0, 1, 1 << 24, (1 << 25) - 1] {
            let phase = (step << 25) + offset;
            assert_eq!(i64::from(sine(phase)), oracle::sine(phase), "{phase}");
        }
    }
}
