//! The numbers of the model. Layer weights are `[output, input]` in tiles of four rows of four, zero-padded.

use tillwatch_engine::feature::{Affine, Cyclic, OneHot};
use tillwatch_engine::fixed::{Channel, Requantise};
use tillwatch_engine::kernel::{Tile, tiles};
use tillwatch_engine::monitor::Baseline;
use tillwatch_engine::score::Thresholds;

/// `amount_log`: the logarithm of a number, standardised.
pub(super) const FEATURE_AMOUNT_LOG: Affine =
    Affine { center: 714023, multiplier: 41635364, shift: 0, fill: 84 };

/// `amount_ratio_to_mean`: the logarithm of a ratio to the running mean, standardised.
pub(super) const FEATURE_AMOUNT_RATIO_TO_MEAN: Affine =
    Affine { center: 289, multiplier: 70608017, shift: 0, fill: -46 };

/// `entry_mode`: codes of each level's column, unknown first.
#[rustfmt::skip]
pub(super) const FEATURE_ENTRY_MODE: [OneHot; 5] = [
    OneHot { off: 0, on: 10240 },
    OneHot { off: -917, on: 1143 },
    OneHot { off: -1092, on: 961 },
    OneHot { off: -140, on: 7476 },
    OneHot { off: -45, on: 10195 },
];

/// `kind`: codes of each level's column, unknown first.
#[rustfmt::skip]
pub(super) const FEATURE_KIND: [OneHot; 3] = [
    OneHot { off: 0, on: 10240 },
    OneHot { off: -10188, on: 52 },
    OneHot { off: -52, on: 10188 },
];

/// `outcome`: codes of each level's column, unknown first.
#[rustfmt::skip]
pub(super) const FEATURE_OUTCOME: [OneHot; 3] = [
    OneHot { off: 0, on: 10240 },
    OneHot { off: -9059, on: 116 },
    OneHot { off: -116, on: 9059 },
];

/// `hour`: sine and cosine.
pub(super) const FEATURE_HOUR: Cyclic = Cyclic { turn_per_step: 178956971, amplitude: 1448 };

/// `weekday`: sine and cosine.
pub(super) const FEATURE_WEEKDAY: Cyclic = Cyclic { turn_per_step: 613566757, amplitude: 1448 };

/// `seconds`: the logarithm of a change, standardised.
pub(super) const FEATURE_SECONDS: Affine =
    Affine { center: 533351, multiplier: 32908893, shift: 0, fill: 94 };

/// `pin_verified`: codes of no and yes.
pub(super) const FEATURE_PIN_VERIFIED: OneHot = OneHot { off: -1032, on: 1016 };

/// Scale from wide code to input code, as a fraction of 2^32.
pub(super) const INPUT_MULTIPLIER: i32 = 53734504;

/// Zero point and range of the network's input.
pub(super) const INPUT_RULE: Requantise =
    Requantise { zero_point: -1, out_min: -128, out_max: 127, shift: 0 };

/// Layer 0, weights [16, 19]: 4 groups of 4 outputs, each 5 tiles long; a tile is 4 outputs of 4 inputs.
#[rustfmt::skip]
pub(super) static LAYER_0_TILES: [Tile; 20] = tiles([
    [12, 3, 15, -127,  -38, 12, -1, -12,  -9, 2, 63, 53,  61, -10, 19, 83],
    [52, 18, 7, -52,  -19, -124, -115, 2,  52, -71, -27, 87,  -83, 32, 127, -118],
    [70, 17, -3, -31,  79, -122, -27, 127,  -35, 28, -45, -127,  -69, -23, -36, -54],
    [-17, 3, 15, 19,  -81, -13, -1, 11,  85, 17, -28, -28,  -50, 11, 46, 22],
    [8, 19, -94, 0,  5, -5, 2, 0,  56, 3, 3, 0,  -7, 34, 27, 0],
    [-22, -43, 94, 39,  -37, 4, 127, 74,  22, 43, -22, 64,  21, -7, -1, 107],
    [33, -50, 41, -70,  -127, 125, -17, -18,  65, 46, 12, 12,  29, -19, 96, 55],
    [-21, 74, 74, -127,  114, 10, -127, 47,  -36, 119, -30, -60,  127, -12, 24, 52],
    [113, 81, -20, 21,  40, -4, -14, -26,  -127, -83, 21, -20,  31, 3, 13, 1],
    [-20, -6, 1, 0,  2, -13, 9, 0,  20, 6, -2, 0,  -4, 5, -18, 0],
    [26, -13, -37, 90,  -73, 15, -9, -106,  -23, -5, 28, -1,  43, -33, -89, 9],
    [-127, 9, 32, 73,  127, 64, -35, 68,  -2, -115, 8, 58,  -10, -68, 7, 68],
    [-52, -111, -74, 25,  -14, -105, 18, 39,  8, 2, 59, 98,  -127, 84, 89, -89],
    [-67, 1, 0, -15,  44, -12, -47, -26,  -127, -16, -31, -4,  42, -37, -83, -2],
    [-18, -15, 13, 0,  7, -29, -94, 0,  -9, 31, 3, 0,  -20, -11, -1, 0],
    [1, -18, -10, 48,  8, 13, 83, -47,  16, -4, -94, 17,  -15, 48, -29, 26],
    [37, -57, -127, 77,  -43, 127, 56, -22,  16, 75, -32, 26,  25, 3, -49, -10],
    [-65, 68, -71, 13,  -49, 58, -31, -38,  39, -45, -28, -32,  89, -127, 25, -29],
    [16, -14, -15, -109,  77, 2, 28, 25,  -127, -32, 51, 52,  3, -4, -14, -17],
    [-40, 21, -24, 0,  13, -45, 5, 0,  -104, -5, -5, 0,  -12, 6, -4, 0],
]);

/// Layer 0, bias and multiplier of each output.
#[rustfmt::skip]
pub(super) static LAYER_0_CHANNELS: [[Channel; 4]; 4] = [
    [
        Channel { bias: 107, multiplier: 144861118 },
        Channel { bias: 885, multiplier: 260709914 },
        Channel { bias: 73, multiplier: 39668244 },
        Channel { bias: 208, multiplier: 50002485 },
    ],
    [
        Channel { bias: 493, multiplier: 35974788 },
        Channel { bias: 519, multiplier: 58796765 },
        Channel { bias: 167, multiplier: 43244979 },
        Channel { bias: 488, multiplier: 75984002 },
    ],
    [
        Channel { bias: -672, multiplier: 137165717 },
        Channel { bias: 98, multiplier: 87307302 },
        Channel { bias: 871, multiplier: 202632448 },
        Channel { bias: 2048, multiplier: 33278964 },
    ],
    [
        Channel { bias: 2345, multiplier: 42062003 },
        Channel { bias: -1244, multiplier: 42889186 },
        Channel { bias: -162, multiplier: 88778958 },
        Channel { bias: 1393, multiplier: 136718373 },
    ],
];

/// Layer 0, what the outputs share.
pub(super) const LAYER_0_RULE: Requantise =
    Requantise { zero_point: -128, out_min: -128, out_max: 127, shift: 0 };

/// Layer 1, weights [10, 16]: 3 groups of 4 outputs, each 4 tiles long; a tile is 4 outputs of 4 inputs.
#[rustfmt::skip]
pub(super) static LAYER_1_TILES: [Tile; 12] = tiles([
    [5, 83, 29, -7,  19, 12, -22, 18,  16, -46, 88, -12,  -20, 7, -127, -18],
    [30, 4, -7, 98,  59, 36, -41, -25,  -72, -80, 102, -75,  66, 22, -45, -13],
    [-14, -10, 34, -41,  -12, 20, 7, -127,  -32, -41, -14, 115,  13, 9, 25, 44],
    [-127, -63, 0, 33,  31, -18, 9, 63,  -13, -17, -35, -127,  -26, -35, 36, 117],
    [19, 49, 102, -30,  -15, 104, -73, -110,  -6, 32, 54, 5,  -72, -59, -57, 26],
    [76, 43, -39, -7,  94, 109, -44, -103,  -125, 37, 117, 14,  72, -71, 91, 59],
    [-15, 46, 45, 16,  4, 112, -12, 19,  1, 5, -6, -27,  -6, -31, 37, 26],
    [-56, -63, -13, 127,  6, 127, 33, 110,  -41, 64, -8, 127,  6, 84, -50, -127],
    [8, 29, 70, 15,  -85, 85, 87, -85,  0, 0, 0, 0,  0, 0, 0, 0],
    [121, 18, -93, 6,  57, 117, -24, -1,  0, 0, 0, 0,  0, 0, 0, 0],
    [-6, 3, -28, 9,  37, 35, 34, -127,  0, 0, 0, 0,  0, 0, 0, 0],
    [-41, 108, -13, 127,  80, 0, -11, 8,  0, 0, 0, 0,  0, 0, 0, 0],
]);

/// Layer 1, bias and multiplier of each output.
#[rustfmt::skip]
pub(super) static LAYER_1_CHANNELS: [[Channel; 4]; 3] = [
    [
        Channel { bias: 8543, multiplier: 33222111 },
        Channel { bias: 3872, multiplier: 50868755 },
        Channel { bias: -31822, multiplier: 19854000 },
        Channel { bias: 6068, multiplier: 38900099 },
    ],
    [
        Channel { bias: 38478, multiplier: 14422499 },
        Channel { bias: 48120, multiplier: 11967524 },
        Channel { bias: 32375, multiplier: 26523520 },
        Channel { bias: -9947, multiplier: 20126686 },
    ],
    [
        Channel { bias: 43071, multiplier: 12652620 },
        Channel { bias: 28161, multiplier: 23498437 },
        Channel { bias: 0, multiplier: 0 },
        Channel { bias: 0, multiplier: 0 },
    ],
];

/// Layer 1, what the outputs share.
pub(super) const LAYER_1_RULE: Requantise =
    Requantise { zero_point: -128, out_min: -128, out_max: 127, shift: 0 };

/// Layer 2, weights [16, 10]: 4 groups of 4 outputs, each 3 tiles long; a tile is 4 outputs of 4 inputs.
#[rustfmt::skip]
pub(super) static LAYER_2_TILES: [Tile; 12] = tiles([
    [80, -76, 81, -27,  40, -14, 8, 17,  -127, 42, -20, -23,  -28, 52, 127, 50],
    [-34, 97, 35, 41,  127, -84, -9, -6,  -113, 62, 26, 54,  -116, -20, 7, -11],
    [127, 58, 0, 0,  -53, -4, 0, 0,  42, 10, 0, 0,  -114, -37, 0, 0],
    [31, 17, -38, -23,  31, 24, -15, 28,  21, 3, -16, 10,  -23, 48, 1, -63],
    [-27, 100, 126, 4,  -97, 38, -53, -38,  -16, 28, 19, -42,  127, -64, 37, -69],
    [127, -43, 0, 0,  127, 26, 0, 0,  -127, -6, 0, 0,  -52, 42, 0, 0],
    [-17, 20, 60, 28,  38, 32, -100, -8,  38, 33, 15, -29,  -25, 31, 76, -41],
    [127, 72, -43, 77,  -127, -113, 9, 85,  -86, -127, 27, 29,  97, 127, -18, -96],
    [-54, -27, 0, 0,  69, 9, 0, 0,  3, 17, 0, 0,  -110, -81, 0, 0],
    [-35, -20, -31, -6,  -36, -35, 40, -1,  -24, 2, -94, 62,  46, 55, 15, 27],
    [-31, 24, -4, -15,  94, 127, 13, -38,  15, -127, 105, -50,  -84, 26, -9, 60],
    [127, -12, 0, 0,  -96, 17, 0, 0,  90, 119, 0, 0,  -127, 23, 0, 0],
]);

/// Layer 2, bias and multiplier of each output.
#[rustfmt::skip]
pub(super) static LAYER_2_CHANNELS: [[Channel; 4]; 4] = [
    [
        Channel { bias: 47457, multiplier: 21050532 },
        Channel { bias: 2472, multiplier: 101753821 },
        Channel { bias: -5258, multiplier: 47461335 },
        Channel { bias: -11814, multiplier: 35454732 },
    ],
    [
        Channel { bias: 35651, multiplier: 16410825 },
        Channel { bias: 10033, multiplier: 38307832 },
        Channel { bias: -15021, multiplier: 164534976 },
        Channel { bias: -524, multiplier: 55592765 },
    ],
    [
        Channel { bias: 30848, multiplier: 35571612 },
        Channel { bias: -13674, multiplier: 49310305 },
        Channel { bias: -10596, multiplier: 78279981 },
        Channel { bias: -6204, multiplier: 64575664 },
    ],
    [
        Channel { bias: -807, multiplier: 41795196 },
        Channel { bias: 10312, multiplier: 42834135 },
        Channel { bias: 13644, multiplier: 23343005 },
        Channel { bias: 3265, multiplier: 60432421 },
    ],
];

/// Layer 2, what the outputs share.
pub(super) const LAYER_2_RULE: Requantise =
    Requantise { zero_point: -128, out_min: -128, out_max: 127, shift: 0 };

/// Layer 3, weights [19, 16]: 5 groups of 4 outputs, each 4 tiles long; a tile is 4 outputs of 4 inputs.
#[rustfmt::skip]
pub(super) static LAYER_3_TILES: [Tile; 20] = tiles([
    [-108, 6, -13, 120,  -27, 3, -32, 39,  -58, 38, -127, 125,  90, -2, 3, -9],
    [113, -85, 18, -90,  127, -28, -13, -21,  37, 16, 19, 30,  -123, -15, -3, -29],
    [-35, 0, 78, 22,  2, -3, 8, -8,  -4, 126, -61, 24,  -32, -44, 28, 89],
    [54, -69, 98, -127,  -33, -21, 28, -2,  79, 64, -34, -27,  5, -63, 127, 4],
    [-68, -3, -44, 7,  -61, 19, 127, 12,  10, -2, 4, -51,  12, -7, -2, -127],
    [118, -20, -5, 25,  42, 35, -11, -3,  -4, -12, -2, -2,  -20, -56, -13, -15],
    [55, 17, -73, -91,  -70, -7, 10, -1,  8, 127, 34, 0,  10, -61, 49, -2],
    [-2, 51, -127, 11,  24, 57, -20, 12,  0, -6, 1, 4,  -20, -1, 3, 22],
    [-115, 34, -66, -72,  117, -34, 65, 38,  29, -8, 11, -127,  -12, 5, 17, -3],
    [72, 85, -9, 1,  -72, -90, 7, -2,  -20, -27, -1, -4,  13, -5, -9, -4],
    [-127, 8, 17, 1,  127, -21, -5, -1,  29, -76, 68, 0,  -18, -11, 3, 0],
    [35, 100, -32, 4,  -34, -99, 32, 0,  -9, -24, 6, 5,  -127, 17, -6, 13],
    [11, -4, -19, 2,  1, 10, 20, -31,  -52, -91, -22, 27,  113, 97, 18, -44],
    [-9, -3, 4, 2,  -19, 127, -64, 27,  122, 43, 83, 66,  114, 111, 25, -127],
    [14, 10, -8, 0,  39, -17, -25, -11,  -61, -38, -5, -19,  -17, -116, -3, 47],
    [127, -12, 4, -5,  -112, -62, -18, -30,  56, -127, -62, 80,  -52, -122, -112, -6],
    [127, 32, 9, 68,  -127, 71, 68, 26,  -6, -2, 32, -70,  0, 0, 0, 0],
    [19, -41, -28, 110,  -58, -14, 17, 51,  -2, 21, 13, 7,  0, 0, 0, 0],
    [-110, -34, 2, 4,  10, 34, 18, 2,  4, -51, 3, -127,  0, 0, 0, 0],
    [-45, 8, -72, -58,  104, -59, 51, 26,  -12, -3, 0, -20,  0, 0, 0, 0],
]);

/// Layer 3, bias and multiplier of each output.
#[rustfmt::skip]
pub(super) static LAYER_3_CHANNELS: [[Channel; 4]; 5] = [
    [
        Channel { bias: 13334, multiplier: 317268439 },
        Channel { bias: -172, multiplier: 1097302332 },
        Channel { bias: 28369, multiplier: 695099 },
        Channel { bias: 1202, multiplier: 484818116 },
    ],
    [
        Channel { bias: -15840, multiplier: 466851303 },
        Channel { bias: 20856, multiplier: 515897005 },
        Channel { bias: 14190, multiplier: 745894417 },
        Channel { bias: -28246, multiplier: 1143323 },
    ],
    [
        Channel { bias: -8559, multiplier: 405974659 },
        Channel { bias: 4054, multiplier: 430230739 },
        Channel { bias: -18424, multiplier: 16068276 },
        Channel { bias: -15274, multiplier: 678011844 },
    ],
    [
        Channel { bias: 14011, multiplier: 704402511 },
        Channel { bias: -18396, multiplier: 679403988 },
        Channel { bias: -122, multiplier: 381352465 },
        Channel { bias: -13782, multiplier: 300727833 },
    ],
    [
        Channel { bias: -955, multiplier: 563752821 },
        Channel { bias: 27968, multiplier: 765644564 },
        Channel { bias: -22622, multiplier: 359058315 },
        Channel { bias: 0, multiplier: 0 },
    ],
];

/// Layer 3, what the outputs share.
pub(super) const LAYER_3_RULE: Requantise =
    Requantise { zero_point: 0, out_min: -32767, out_max: 32767, shift: 1 };

/// Score per squared residual of each column, in steps of 2^-24.
#[rustfmt::skip]
pub(super) const GAINS: [u32; 19] = [
    5293309, 5360835, 7498119, 6781700, 6815229, 6684612, 7246264, 7498338, 7362000, 7363451, 7494277,
    7162850, 7163446, 5511281, 5512643, 4907492, 5932175, 5111387, 3049984,
];

/// Factor on the score by number of missing features, in steps of 2^-16.
#[rustfmt::skip]
pub(super) const RESCALE: [u32; 3] = [
    65536, 73728, 84261,
];

/// 16 prototypes of 19 columns, wide codes divided by 2^PROTOTYPE_SHIFT.
#[rustfmt::skip]
pub(super) const PROTOTYPES: [i8; 304] = [
    4, 0, 0, 9, -9, -1, 0, 0, 0, 0, 0, 1, -1, -8, -2, -7, 5, 3, 7,
    -2, -4, 0, 9, -9, -1, 0, 0, 0, 0, 0, 1, -1, 3, -8, 5, 6, 2, 7,
    -1, -2, 0, 9, -9, -1, 0, 0, 0, 0, 0, 1, -1, -3, -6, 1, 1, -14, 7,
    -4, -2, 0, -7, 7, -1, 0, 0, 0, 0, 0, 1, -1, -1, -6, 4, 9, 0, -8,
    6, 1, 0, -7, -9, 58, 0, 0, 0, 0, 0, 1, -1, -9, -1, 1, -1, 1, -1,
    -6, -1, 0, -7, 8, -1, 0, 0, 0, 0, 0, 1, -1, 6, -8, 4, -7, 0, -8,
    3, -1, 0, -7, -9, 58, 0, 0, 0, 0, 0, 1, -1, 5, -8, 1, 1, 1, -1,
    -6, -1, 0, -7, 8, -1, 0, 0, 0, 0, 0, 1, -1, -1, -8, -1, -3, -16, -8,
    11, 12, 0, 9, -9, -1, 0, 0, 0, 0, 0, 1, -1, -1, -7, 4, 1, 3, 7,
    3, -1, 0, 9, -9, -1, 0, 0, 0, 0, 0, 1, -1, -9, 0, 5, -5, 3, 7,
    -2, -2, 0, -7, 7, -1, 2, 0, 0, 0, 0, 1, -1, -8, -5, 4, -7, 1, -8,
    -4, -2, 0, -7, 8, -1, 0, 0, 0, 0, 0, 1, -1, -1, -7, -10, 2, 1, -8,
    0, -3, 0, 9, -9, -1, 0, 0, 0, 0, 0, 1, -1, 4, -8, -3, -9, 2, 7,
    10, 9, 0, -7, 8, -1, 0, 0, 0, 0, 0, 1, -1, -3, -4, 1, 0, 1, 7,
    2, 0, 0, 1, -1, 0, 0, 0, 0, 0, 0, -71, 71, -2, -6, 0, 1, 0, 1,
    2, 1, 0, 1, -2, 0, 3, 0, -80, 80, 0, 1, -1, -3, -7, 1, 0, 1, -8,
];

/// Left shift from a prototype entry to a wide code.
pub(super) const PROTOTYPE_SHIFT: u32 = 7;

/// Score per squared prototype distance, in steps of 2^-24.
pub(super) const PROTOTYPE_GAIN: u32 = 224377;

/// Columns of each feature.
#[rustfmt::skip]
pub(super) const COLUMNS_OF_FEATURES: [u8; 9] = [
    1, 1, 5, 3, 3, 2, 2, 1, 1,
];

/// What calibration on 13447 normal records found.
#[rustfmt::skip]
pub(super) static THRESHOLDS: Thresholds = Thresholds {
    watch: 931537,
    alarm: 4223972,
    anchors: [35026, 42816, 49073, 54895, 60907, 67738, 76487, 89497, 120165, 377014, 825455, 1867215, 2906952, 4222619, 4952538, 15361495],
};

/// What the stream of scores is compared with.
pub(super) const BASELINE: Baseline<'static> =
    Baseline { columns: &COLUMNS_OF_FEATURES, limit: 4096, alarm_rate_ppm: 2000, thresholds: &THRESHOLDS };
