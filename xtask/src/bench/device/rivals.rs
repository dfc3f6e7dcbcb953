//! What other libraries take for the two shapes: measured once, by the same methods, outside this repository.

use std::borrow::Cow;

/// One library on one core.
pub(super) struct Rival {
    pub(super) core: &'static str,
    pub(super) network: &'static str,
    /// Library and its settings.
    pub(super) library: Cow<'static, str>,
    /// Counted.
    pub(super) instructions: u64,
    /// Modelled; rounded to the digits that were kept.
    pub(super) cycles: Option<u64>,
    /// Flash, RAM and stack, weights included; none where it was counted and not weighed.
    pub(super) bytes: Option<[u64; 3]>,
}

/// Where the figures are from, and how they were won.
pub(super) const ORIGIN: &str = "\
Measured on 2026-11-23 in QEMU 7.2.22 with a plugin that counts, 8 input vectors each: TensorFlow Lite Micro (TFLM), snapshot 90b983c2, with its
CMSIS-NN 4ab83cc3 (v7.0.0-33), arm-none-eabi-gcc 12.2.1, kernels at -O2, the rest at -Os; microflow 0.1.3, rustc 1.96; emlearn 0.23.2. Their
networks are MLPerf Tiny's `ad01_int8.tflite` and a trained one of the shape of `fraud`, with one weight scale per tensor where ours have one
per channel, and counts are of one inference from 8-bit input to 8-bit output; ours ends in 16 bits. Flash is .text, .rodata and .data of an image
less an empty one; RAM .data and .bss likewise, the arena shrunk to the smallest that initialises; stack was painted.

Their cycles were modelled from the same manuals, a little kindlier: every load behind a load in memory counted as paired, every store as
one cycle. None of them prepares records, scores them or gives reasons on the device, so whole scores stand alone.";

const fn rival(
    core: &'static str,
    network: &'static str,
    library: &'static str,
    (instructions, cycles): (u64, Option<u64>),
    bytes: Option<[u64; 3]>,
) -> Rival {
    Rival { core, network, library: Cow::Borrowed(library), instructions, cycles, bytes }
}

/// The figures, by core and network, the fewest instructions first.
pub(super) const RIVALS: [Rival; 15] = [
    rival(
        "Cortex-M4",
        "ad01",
        "CMSIS-NN called directly, single rounding",
        (576_194, Some(711_000)),
        Some([276_136, 1280, 388]),
    ),
    rival(
        "Cortex-M4",
        "ad01",
        "TFLM with CMSIS-NN, single rounding",
        (579_894, Some(717_000)),
        Some([303_412, 3296, 556]),
    ),
    rival(
        "Cortex-M4",
        "ad01",
        "CMSIS-NN called directly",
        (580_010, Some(720_000)),
        Some([276_280, 1280, 404]),
    ),
    rival(
        "Cortex-M4",
        "ad01",
        "TFLM, reference kernels",
        (1_954_844, Some(2_790_000)),
        Some([295_988, 2976, 416]),
    ),
    rival("Cortex-M4", "ad01", "microflow", (7_871_419, None), Some([312_672, 0, 16_204])),
    rival("Cortex-M4", "fraud", "CMSIS-NN called directly, single rounding", (6342, None), None),
    rival("Cortex-M4", "fraud", "CMSIS-NN called directly", (6518, Some(8500)), Some([6084, 64, 404])),
    rival("Cortex-M4", "fraud", "TFLM with CMSIS-NN", (7901, Some(10_800)), Some([30_748, 1704, 572])),
    rival("Cortex-M4", "fraud", "emlearn, floats with an FPU", (9496, Some(18_200)), Some([8440, 608, 128])),
    rival("Cortex-M4", "fraud", "TFLM, reference kernels", (14_542, Some(21_300)), Some([23_100, 1592, 416])),
    rival("Cortex-M4", "fraud", "microflow", (39_085, None), Some([10_804, 0, 940])),
    rival(
        "Cortex-M0",
        "ad01",
        "CMSIS-NN called directly",
        (1_758_262, Some(2_360_000)),
        Some([275_532, 1280, 428]),
    ),
    rival("Cortex-M0", "ad01", "TFLM with CMSIS-NN", (1_763_245, None), Some([308_036, 3296, 612])),
    rival("Cortex-M0", "fraud", "CMSIS-NN called directly", (15_594, Some(21_600)), Some([5172, 64, 428])),
    rival("Cortex-M0", "fraud", "TFLM with CMSIS-NN", (17_444, None), Some([35_136, 1704, 612])),
];
