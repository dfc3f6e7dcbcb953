//! The engine's layers on images and sequences against the oracles, equal bit for bit.

use proptest::prelude::*;
use tillwatch_engine::fixed::{Channel, Requantise};
use tillwatch_engine::kernel::{self, Code, Convolution, Shape, TILE, Transposed};
use tillwatch_engine::proof::{convolution_overflow, transposed_overflow};
use tillwatch_engine::score;
use tillwatch_testkit::oracle::{self, Codes};
use tillwatch_testkit::strategy::{
    ImageCase, convolution_case, phases, pool_case, transposed_case, wide_image,
};
use tillwatch_testkit::tiles::Tiles;

fn wide<T: Into<i64> + Copy>(codes: &[T]) -> Vec<i64> {
    codes.iter().map(|&code| code.into()).collect()
}

fn widened<C: Code>(codes: &[C]) -> Vec<i64> {
    codes.iter().map(|&code| i64::from(code.into())).collect()
}

fn kind<C: Code>() -> Codes {
    if size_of::<C>() == 1 { Codes::Narrow } else { Codes::Wide }
}

fn check_convolution<C: Code>(case: &ImageCase<Convolution>) -> Result<(), TestCaseError> {
    let ImageCase { geometry, weights, channels, rule, input } = case;
    let want = oracle::convolve(geometry, weights, channels, *rule, kind::<C>(), &wide(input));
    let mut rows = vec![C::default(); want.len()];
    let mut patch = vec![99; geometry.patch_len()];
    kernel::convolve_rows(geometry, weights, channels.iter().copied(), *rule, input, &mut patch, &mut rows);
    prop_assert_eq!(&widened(&rows), &want, "rows");

    let mut tiled = Tiles::default();
    tiled.push(weights, channels, geometry.kernel[0].into());
    prop_assert_eq!(convolution_overflow(geometry, tiled.weights(), &tiled.channels, *rule), None);
    let mut out = vec![C::default(); want.len()];
    let mut patch = vec![[99; TILE]; geometry.patch_groups()];
    kernel::convolve_tiles(geometry, tiled.weights(), &tiled.channels, *rule, input, &mut patch, &mut out);
    prop_assert_eq!(&widened(&out), &want, "tiles");
    Ok(())
}

fn check_transposed<C: Code>(case: &ImageCase<Transposed>) -> Result<(), TestCaseError> {
    let ImageCase { geometry, weights, channels, rule, input } = case;
    let want = oracle::transpose(
        geometry,
        &oracle::whole_kernel(geometry, &case.weights),
        channels,
        *rule,
        kind::<C>(),
        &wide(input),
    );
    let mut rows = vec![C::default(); want.len()];
    let mut patch = vec![99; geometry.longest_patch_len()];
    kernel::transpose_rows(geometry, weights, channels.iter().copied(), *rule, input, &mut patch, &mut rows);
    prop_assert_eq!(&widened(&rows), &want, "rows");

    let mut tiled = Tiles::default();
    let n = usize::from(geometry.output.channels);
    let (mut rest_weights, mut rest_channels) = (&weights[..], &channels[..]);
    for phase in phases(geometry) {
        let (here, after) = rest_weights.split_at(n * geometry.patch_len(phase));
        tiled.push(here, &rest_channels[..n], geometry.taps(phase)[0].into());
        (rest_weights, rest_channels) = (after, &rest_channels[n..]);
    }
    prop_assert!(rest_weights.is_empty() && rest_channels.is_empty());
    prop_assert_eq!(transposed_overflow(geometry, tiled.weights(), &tiled.channels, *rule), None);
    let mut out = vec![C::default(); want.len()];
    let mut patch = vec![[99; TILE]; geometry.patch_groups([0, 0])];
    kernel::transpose_tiles(geometry, tiled.weights(), &tiled.channels, *rule, input, &mut patch, &mut out);
    prop_assert_eq!(&widened(&out), &want, "tiles");
    Ok(())
}

proptest! {
    #[test]
    fn convolutions_to_wide_codes(case in convolution_case(-32_767, 32_767)) {
        check_convolution::<i16>(&case)?;
    }

    #[test]
    fn convolutions_to_activations(case in convolution_case(-128, 127)) {
        check_convolution::<i8>(&case)?;
    }

    #[test]
    fn transposed_convolutions_to_wide_codes(case in transposed_case(-32_767, 32_767)) {
        check_transposed::<i16>(&case)?;
    }

    #[test]
    fn transposed_convolutions_to_activations(case in transposed_case(-128, 127)) {
        check_transposed::<i8>(&case)?;
    }

    #[test]
    fn pooling((pool, input) in pool_case()) {
        let want = oracle::max_pool(&pool, &wide(&input));
        prop_assert_eq!(pool.output().len(), want.len());
        let mut out = vec![99; want.len()];
        kernel::max_pool(&pool, &input, &mut out);
        prop_assert_eq!(wide(&out), want);
        kernel::average_pool(&pool, &input, &mut out);
        prop_assert_eq!(wide(&out), oracle::average_pool(&pool, &wide(&input)));
    }

    #[test]
    fn upsampling((shape, codes, _) in wide_image(), factors in (1..=4_u8, 1..=4_u8)) {
        let input: Vec<i8> = codes.iter().map(|&code| code as i8).collect();
        let factors: [u8; 2] = factors.into();
        let want = oracle::upsample(shape, factors, &wide(&input));
        let mut out = vec![99; want.len()];
        kernel::upsample(shape, factors, &input, &mut out);
        prop_assert_eq!(wide(&out), want);
    }

    #[test]
    fn the_largest_codes(
        codes in prop_oneof![
            prop::collection::vec(any::<i8>(), 0..40), prop::collection::vec(-2..2_i8, 0..40),
        ],
        k in 0..45_usize, zero_point in any::<i8>(),
    ) {
        let mut out = codes.clone();
        kernel::top_k(&mut out, k, zero_point);
        prop_assert_eq!(wide(&out), oracle::top_k(&wide(&codes), k, zero_point.into()));
    }

    #[test]
    fn anomaly_maps((shape, codes, reconstruction) in wide_image()) {
        let want = oracle::anomaly_map(shape, &wide(&codes), &wide(&reconstruction));
        let mut map = vec![99; want.len()];
        let peak = score::anomaly_map(shape, &codes, &reconstruction, &mut map);
        prop_assert_eq!(&map, &want);
        prop_assert_eq!(peak, score::anomaly_peak(shape, &codes, &reconstruction));
        let strongest = want.iter().copied().max().unwrap_or(0);
        let first = want.iter().position(|&sum| sum == strongest).unwrap_or(0);
        let width = usize::from(shape.width);
        prop_assert_eq!((usize::from(peak.row), usize::from(peak.column)), (first / width, first % width));
        prop_assert_eq!(peak.sum, strongest);
    }
}

#[test]
fn every_alignment_of_a_patch_with_the_border() {
    // A kernel of 3 x 3 on an image of 2 x 2, at every padding and stride that a byte of padding reaches here.
    let input: Vec<i8> = (1..=8).collect();
    let channels = [Channel { bias: -1, multiplier: 1 << 14 }; 5];
    let rule = Requantise { zero_point: 1, out_min: -32_767, out_max: 32_767, shift: 3, bias_shift: 2 };
    let weights: Vec<i8> = (0..5 * 18).map(|index| (index * 29 % 255 - 127) as i8).collect();
    for padding in (0..6).flat_map(|top| (0..6).map(move |left| [top, left])) {
        for stride in (1..4).flat_map(|down| (1..4).map(move |right| [down, right])) {
            let geometry = Convolution {
                input: Shape { height: 2, width: 2, channels: 2 },
                output: Shape { height: 4, width: 4, channels: 5 },
                kernel: [3, 3],
                stride,
                padding,
                pad_code: -7,
            };
            let case = ImageCase {
                geometry,
                weights: weights.clone(),
                channels: channels.to_vec(),
                rule,
                input: input.clone(),
            };
            check_convolution::<i16>(&case).unwrap_or_else(|error| panic!("{padding:?} {stride:?}: {error}"));
        }
    }
}
