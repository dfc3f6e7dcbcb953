//! What other libraries take for the same networks, measured by turns with this one, outside this repository.

/// Scoring.
pub(super) const SCORING: &str = "\
## Others

Their time over ours, network alone, on 2026-11-27, on a shared virtual core of an AMD EPYC with AVX-512 VNNI (Zen 5, some 4.2 GHz): 21 rounds
by turns, each figure of a round the middle one of three bursts of at least 0.3 ms with real-time priority; medians of a round's ratio. One
thread each. LiteRT 2.3.0 (XNNPACK) runs the public `ad01_int8.tflite` and a *fraud* of drawn weights, ONNX Runtime 1.32.0 drawn weights as its
operator `QGemm`, codes by weights unsigned or signed, and as floats, PyTorch 2.15.0 floats and `quantize_dynamic`. They are called from
Python with input and output bound before: only `invoke`, `run_with_iobinding` or the module's call is in the time. They end in 8 bits or in
floats, ours in 16 bits.

| times ours | fraud, 1 row | fraud, 256 | ad01, 1 row | ad01, 256 |
|---|--:|--:|--:|--:|
| Tillwatch, us a row | 0.062 | 0.0124 | 1.97 | 0.647 |
| LiteRT, int8 | 8.7 | 0.97 | 1.21 | 1.03 |
| ONNX Runtime, unsigned by signed | 68 | 4.4 | 5.4 | 1.49 |
| ONNX Runtime, unsigned by unsigned | 68 | 4.6 | 5.7 | 2.7 |
| ONNX Runtime, signed by signed | 83 | 15 | 76 | 19 |
| ONNX Runtime, f32 | 48 | 2.7 | 7.7 | 3.6 |
| PyTorch, int8 | 986 | 25 | 78 | 2.9 |
| PyTorch, f32 | 372 | 11 | 37 | 8.5 |
";

/// Training.
pub(super) const TRAINING: &str = "\
## Others

PyTorch 2.15.0 from PyPI, one thread, the same networks, its default Adam, shuffled by `randperm` and gathered by index: on 2026-11-27, on the
processor named under scoring, five rounds by turns of a second each. Medians of rows a second and of a round's ratio, in brackets the range.

| network | Tillwatch | PyTorch | ratio |
|---|--:|--:|--:|
| fraud | 7,346,534 | 704,280 | 10.4 (10.0 to 12.2) |
| ad01 | 73,708 | 50,609 | 1.45 (1.41 to 1.53) |
| ad01_norm | 66,843 | 46,405 | 1.44 (1.38 to 1.52) |
| conv1d | 124,098 | 54,647 | 2.32 (2.17 to 2.46) |
| conv2d | 47,731 | 16,811 | 2.86 (2.35 to 3.03) |
";
