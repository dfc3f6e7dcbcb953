//! Examples about layers on images, and about what lies before and behind such a network.

use super::{channels, compute_answer, narrowed, rule, run_layer, widened};
use tillwatch_engine::feature::count_ngrams;
use tillwatch_engine::kernel::{
    Convolution, Pool, Shape, Transposed, average_pool, convolve_rows, max_pool, strongest, top_k,
    transpose_rows, upsample,
};
use tillwatch_engine::score::{anomaly_map, latent_distance};
use tillwatch_engine::stream::SampleRing;

/// What the engine makes of an example about images, streams, latent vectors or lines.
pub(crate) fn compute(name: &str, arguments: &[Vec<i128>]) -> Vec<i128> {
    let shape = || {
        let [height, width, channels] = narrowed(&arguments[0]).try_into().unwrap();
        Shape { height, width, channels }
    };
    let pair = |at: usize| -> [u8; 2] { narrowed(&arguments[at]).try_into().unwrap() };
    let pool = || Pool { input: shape(), kernel: pair(1), stride: pair(2) };
    let pooled = |run: fn(&Pool, &[i8], &mut [i8])| {
        let mut out = vec![0; pool().output().len()];
        run(&pool(), &narrowed::<i8>(&arguments[3]), &mut out);
        widened(&out)
    };
    match name {
        "convolution" | "transposed" => layer_on_image(name, shape(), arguments),
        "max_pool" => pooled(max_pool),
        "average_pool" => pooled(average_pool),
        "upsample" => {
            let [down, right] = pair(1);
            let mut out = vec![0; arguments[2].len() * usize::from(down) * usize::from(right)];
            upsample(shape(), [down, right], &narrowed::<i8>(&arguments[2]), &mut out);
            widened(&out)
        }
        "top_k" => {
            let mut codes = narrowed::<i8>(&arguments[0]);
            top_k(&mut codes, arguments[1][0] as usize, arguments[1][1] as i8);
            widened(&codes)
        }
        "anomaly_map" | "anomaly_peak" => {
            let (seen, expected) = (narrowed::<i16>(&arguments[1]), narrowed::<i16>(&arguments[2]));
            let mut map = vec![0; usize::from(shape().height) * usize::from(shape().width)];
            let peak = anomaly_map(shape(), &seen, &expected, &mut map);
            if name == "anomaly_map" {
                widened(&map)
            } else {
                vec![peak.row.into(), peak.column.into(), peak.sum.into()]
            }
        }
        _ => compute_around(name, arguments),
    }
}

fn layer_on_image(name: &str, input: Shape, arguments: &[Vec<i128>]) -> Vec<i128> {
    let pair = |at: usize| -> [u8; 2] { narrowed(&arguments[at]).try_into().unwrap() };
    let (kernel, stride, padding, pad_code) = (pair(2), pair(3), pair(4), arguments[5][0] as i8);
    let channels = channels(&arguments[7], &arguments[8]);
    let n_phases = if name == "transposed" { usize::from(stride[0]) * usize::from(stride[1]) } else { 1 };
    let [height, width] = narrowed(&arguments[1]).try_into().unwrap();
    let output = Shape { height, width, channels: (channels.len() / n_phases) as u16 };
    let (weights, codes) = (narrowed::<i8>(&arguments[6]), narrowed::<i8>(&arguments[11]));
    let (rule, patch) = (rule(&arguments[10], &arguments[9]), vec![0; weights.len()]);
    let (all, [mut narrow, mut wide]) = (channels.iter().copied(), [patch.clone(), patch]);
    if name == "transposed" {
        let layer = Transposed { input, output, kernel, stride, padding, pad_code };
        run_layer(
            rule,
            output.len(),
            |out| transpose_rows(&layer, &weights, all.clone(), rule, &codes, &mut narrow, out),
            |out| transpose_rows(&layer, &weights, all.clone(), rule, &codes, &mut wide, out),
        )
    } else {
        let layer = Convolution { input, output, kernel, stride, padding, pad_code };
        run_layer(
            rule,
            output.len(),
            |out| convolve_rows(&layer, &weights, all.clone(), rule, &codes, &mut narrow, out),
            |out| convolve_rows(&layer, &weights, all.clone(), rule, &codes, &mut wide, out),
        )
    }
}

/// What lies before and behind the network.
fn compute_around(name: &str, arguments: &[Vec<i128>]) -> Vec<i128> {
    match name {
        "windows" => {
            let [samples, hop] = narrowed(&arguments[0]).try_into().unwrap();
            let mut ring = SampleRing::new(samples, 1, hop);
            let (mut kept, mut found) = (vec![0; usize::from(samples)], Vec::new());
            for code in narrowed::<i16>(&arguments[1]) {
                if ring.push(&[code], &[], &mut kept, &mut []) {
                    let mut window = vec![0; kept.len()];
                    ring.window(&kept, &[], &mut window, &mut []);
                    found.extend(widened(&window));
                }
            }
            found
        }
        "ngrams" => {
            let mut counts = vec![0; arguments[2][0] as usize];
            count_ngrams(&narrowed::<u8>(&arguments[0]), arguments[1][0] as usize, &mut counts);
            widened(&counts)
        }
        "latent" => {
            let codes = narrowed::<i8>(&arguments[0]);
            vec![latent_distance(&codes, arguments[1][0] as i8, arguments[2][0] as u32).into()]
        }
        "similar" => {
            let table: Vec<i8> = arguments[2..].iter().flat_map(|row| narrowed::<i8>(row)).collect();
            let found = strongest::<2>(&table, &narrowed::<i8>(&arguments[0]), arguments[1][0] as i8);
            found.iter().flat_map(|found| [found.row.into(), found.dot.into()]).collect()
        }
        _ => compute_answer(name, arguments),
    }
}
