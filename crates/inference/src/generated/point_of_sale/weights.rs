//! The numbers of the model. Layer weights are `[output, input]` in tiles of four rows of four, zero-padded.

use tillwatch_engine::feature::{Affine, Cyclic, OneHot};
use tillwatch_engine::fixed::{Channel, Requantise};
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
pub(super) static LAYER_0_TILES: [[i8; 16]; 20] = [
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
];

/// Layer 0, bias and multiplier of each output.
#[rustfmt::skip]
pub(super) static LAYER_0_CHANNELS: [[Channel; 4]; 4] = [
    [
        Channel { bias: 107, multiplier: 46290800 },
        Channel { bias: 885, multiplier: 104459222 },
        Channel { bias: 73, multiplier: 33711137 },
        Channel { bias: 208, multiplier: 25688886 },
    ],
    [
        Channel { bias: 493, multiplier: 35974788 },
        Channel { bias: 519, multiplier: 25478958 },
        Channel { bias: 167, multiplier: 30730979 },
        Channel { bias: 488, multiplier: 35602648 },
    ],
    [
        Channel { bias: -672, multiplier: 29318790 },
        Channel { bias: 98, multiplier: 38601187 },
        Channel { bias: 871, multiplier: 56380684 },
        Channel { bias: 2048, multiplier: 32814448 },
    ],
    [
        Channel { bias: 2345, multiplier: 27254390 },
        Channel { bias: -1244, multiplier: 36641901 },
        Channel { bias: -162, multiplier: 36245847 },
        Channel { bias: 1393, multiplier: 119615650 },
    ],
];

/// Layer 0, what the outputs share.
pub(super) const LAYER_0_RULE: Requantise =
    Requantise { zero_point: -128, out_min: -128, out_max: 127, shift: 0 };

/// Layer 1, weights [10, 16]: 3 groups of 4 outputs, each 4 tiles long; a tile is 4 outputs of 4 inputs.
#[rustfmt::skip]
pub(super) static LAYER_1_TILES: [[i8; 16]; 12] = [
    [10, 126, 21, -8,  59, 30, -25, 34,  35, -78, 71, -16,  -54, 15, -127, -30],
    [18, 6, -6, 127,  58, 81, -56, -53,  -49, -127, 99, -110,  56, 43, -54, -23],
    [-40, -13, 73, -25,  -57, 44, 26, -127,  -102, -64, -34, 80,  50, 16, 77, 38],
    [-119, -44, 0, 23,  47, -21, 21, 70,  -13, -14, -59, -99,  -33, -35, 75, 114],
    [46, 96, 94, -45,  -23, 127, -42, -105,  -14, 61, 49, 7,  -127, -83, -38, 28],
    [59, 77, -43, -12,  46, 122, -30, -107,  -97, 65, 127, 23,  40, -92, 72, 71],
    [-56, 82, 127, 13,  10, 123, -21, 9,  2, 9, -16, -21,  -16, -40, 75, 15],
    [-67, -58, -26, 114,  5, 73, 40, 61,  -49, 58, -14, 112,  5, 55, -70, -82],
    [23, 63, 72, 26,  -126, 100, 48, -78,  0, 0, 0, 0,  0, 0, 0, 0],
    [106, 36, -114, 11,  27, 127, -16, -1,  0, 0, 0, 0,  0, 0, 0, 0],
    [-25, 5, -87, 8,  82, 38, 57, -61,  0, 0, 0, 0,  0, 0, 0, 0],
    [-56, 111, -27, 127,  58, 0, -13, 4,  0, 0, 0, 0,  0, 0, 0, 0],
];

/// Layer 1, bias and multiplier of each output.
#[rustfmt::skip]
pub(super) static LAYER_1_CHANNELS: [[Channel; 4]; 3] = [
    [
        Channel { bias: 20549, multiplier: 15973012 },
        Channel { bias: 16969, multiplier: 16656166 },
        Channel { bias: -62013, multiplier: 13504554 },
        Channel { bias: 15558, multiplier: 12740597 },
    ],
    [
        Channel { bias: 51348, multiplier: 16018000 },
        Channel { bias: 37811, multiplier: 14174557 },
        Channel { bias: 39638, multiplier: 14226690 },
        Channel { bias: -24307, multiplier: 15775777 },
    ],
    [
        Channel { bias: 36104, multiplier: 14461700 },
        Channel { bias: 32293, multiplier: 13074915 },
        Channel { bias: 0, multiplier: 0 },
        Channel { bias: 0, multiplier: 0 },
    ],
];

/// Layer 1, what the outputs share.
pub(super) const LAYER_1_RULE: Requantise =
    Requantise { zero_point: -128, out_min: -128, out_max: 127, shift: 0 };

/// Layer 2, weights [16, 10]: 4 groups of 4 outputs, each 3 tiles long; a tile is 4 outputs of 4 inputs.
#[rustfmt::skip]
pub(super) static LAYER_2_TILES: [[i8; 16]; 12] = [
    [127, -109, 81, -45,  119, -39, 15, 52,  -127, 38, -12, -24,  -45, 75, 127, 83],
    [-18, 78, 39, 43,  127, -126, -19, -12,  -38, 31, 18, 35,  -62, -16, 8, -12],
    [59, 103, 0, 0,  -46, -12, 0, 0,  12, 11, 0, 0,  -53, -66, 0, 0],
    [45, 22, -34, -34,  107, 73, -33, 101,  72, 8, -34, 35,  -44, 84, 1, -127],
    [-13, 72, 127, 4,  -111, 65, -127, -86,  -18, 48, 45, -94,  83, -63, 51, -89],
    [53, -68, 0, 0,  126, 97, 0, 0,  -127, -23, 0, 0,  -29, 91, 0, 0],
    [-42, 46, 95, 73,  77, 58, -127, -16,  75, 59, 19, -60,  -35, 40, 67, -60],
    [107, 90, -77, 127,  -87, -116, 13, 115,  -57, -127, 38, 38,  46, 90, -18, -89],
    [-39, -76, 0, 0,  41, 20, 0, 0,  2, 38, 0, 0,  -45, -127, 0, 0],
    [-121, -61, -66, -20,  -72, -62, 49, -3,  -23, 1, -56, 62,  119, 127, 24, 74],
    [-35, 41, -10, -34,  62, 127, 18, -50,  5, -61, 71, -31,  -73, 34, -16, 102],
    [127, -46, 0, 0,  -55, 38, 0, 0,  25, 127, 0, 0,  -95, 65, 0, 0],
];

/// Layer 2, bias and multiplier of each output.
#[rustfmt::skip]
pub(super) static LAYER_2_CHANNELS: [[Channel; 4]; 4] = [
    [
        Channel { bias: 45149, multiplier: 36434204 },
        Channel { bias: 7281, multiplier: 31321597 },
        Channel { bias: -6913, multiplier: 81387650 },
        Channel { bias: 4858, multiplier: 30583336 },
    ],
    [
        Channel { bias: 22468, multiplier: 33976486 },
        Channel { bias: 28058, multiplier: 22358645 },
        Channel { bias: -10072, multiplier: 36754736 },
        Channel { bias: -4594, multiplier: 36915981 },
    ],
    [
        Channel { bias: 38740, multiplier: 29660730 },
        Channel { bias: -2846, multiplier: 35456129 },
        Channel { bias: 2972, multiplier: 41433133 },
        Channel { bias: -17253, multiplier: 31715821 },
    ],
    [
        Channel { bias: -29265, multiplier: 41795197 },
        Channel { bias: 6356, multiplier: 38270741 },
        Channel { bias: 15650, multiplier: 39898391 },
        Channel { bias: 45590, multiplier: 29864936 },
    ],
];

/// Layer 2, what the outputs share.
pub(super) const LAYER_2_RULE: Requantise =
    Requantise { zero_point: -128, out_min: -128, out_max: 127, shift: 0 };

/// Layer 3, weights [19, 16]: 5 groups of 4 outputs, each 4 tiles long; a tile is 4 outputs of 4 inputs.
#[rustfmt::skip]
pub(super) static LAYER_3_TILES: [[i8; 16]; 20] = [
    [-50, 8, -10, 111,  -29, 11, -55, 83,  -29, 57, -104, 127,  32, -2, 2, -7],
    [49, -55, 30, -89,  127, -42, -50, -48,  17, 12, 34, 33,  -41, -8, -4, -23],
    [-22, 0, 94, 40,  3, -6, 22, -32,  -2, 120, -81, 49,  -15, -30, 26, 127],
    [20, -50, 76, -127,  -29, -34, 51, -5,  32, 51, -29, -30,  1, -35, 77, 3],
    [-24, -3, -24, 5,  -38, 35, 127, 15,  5, -3, 3, -54,  6, -11, -2, -127],
    [38, -10, -6, 19,  24, 30, -25, -3,  -2, -9, -4, -2,  -10, -39, -23, -16],
    [25, 11, -67, -127,  -58, -8, 16, -3,  6, 127, 47, 0,  7, -58, 65, -5],
    [0, 28, -75, 8,  12, 55, -21, 16,  0, -5, 1, 5,  -8, -1, 3, 24],
    [-88, 77, -80, -110,  88, -77, 79, 58,  14, -12, 9, -127,  -15, 20, 34, -7],
    [51, 90, -25, 1,  -51, -95, 19, -3,  -9, -19, -2, -4,  15, -8, -42, -12],
    [-127, 11, 33, 3,  127, -29, -10, -2,  19, -72, 90, 0,  -30, -25, 10, -1],
    [22, 117, -41, 6,  -20, -117, 41, 0,  -4, -19, 5, 5,  -127, 32, -13, 35],
    [14, -15, -38, 6,  0, 16, 18, -34,  -22, -116, -15, 23,  49, 127, 13, -38],
    [-11, -6, 19, 5,  -10, 97, -127, 31,  49, 26, 127, 61,  46, 68, 39, -119],
    [24, 22, -28, 0,  29, -18, -36, -24,  -35, -30, -5, -33,  -10, -95, -4, 82],
    [127, -24, 9, -14,  -49, -53, -16, -35,  19, -84, -45, 74,  -18, -83, -82, -6],
    [69, 51, 7, 74,  -76, 127, 65, 31,  -2, -1, 13, -35,  0, 0, 0, 0],
    [9, -31, -55, 127,  -33, -12, 37, 65,  0, 7, 12, 4,  0, 0, 0, 0],
    [-78, -34, 3, 8,  8, 39, 28, 4,  1, -24, 2, -127,  0, 0, 0, 0],
    [-20, 6, -66, -68,  50, -55, 51, 34,  -3, -1, 0, -11,  0, 0, 0, 0],
];

/// Layer 3, bias and multiplier of each output.
#[rustfmt::skip]
pub(super) static LAYER_3_CHANNELS: [[Channel; 4]; 5] = [
    [
        Channel { bias: 9075, multiplier: 854618121 },
        Channel { bias: -6569, multiplier: 1274918678 },
        Channel { bias: 31523, multiplier: 1703743 },
        Channel { bias: 12607, multiplier: 1681475226 },
    ],
    [
        Channel { bias: -24903, multiplier: 1665244921 },
        Channel { bias: 22200, multiplier: 1034550022 },
        Channel { bias: 14810, multiplier: 1747860912 },
        Channel { bias: -24562, multiplier: 2844974 },
    ],
    [
        Channel { bias: -7802, multiplier: 667650565 },
        Channel { bias: 1360, multiplier: 707541218 },
        Channel { bias: -15871, multiplier: 39983320 },
        Channel { bias: -16058, multiplier: 678011814 },
    ],
    [
        Channel { bias: 10946, multiplier: 704402480 },
        Channel { bias: -25786, multiplier: 1538304663 },
        Channel { bias: -859, multiplier: 1110397671 },
        Channel { bias: -5439, multiplier: 857908220 },
    ],
    [
        Channel { bias: 439, multiplier: 1302289955 },
        Channel { bias: 46446, multiplier: 1594053361 },
        Channel { bias: -20182, multiplier: 1782327998 },
        Channel { bias: 0, multiplier: 0 },
    ],
];

/// Layer 3, what the outputs share.
pub(super) const LAYER_3_RULE: Requantise =
    Requantise { zero_point: 0, out_min: -32767, out_max: 32767, shift: 1 };

/// Score per squared residual of each column, in steps of 2^-24.
#[rustfmt::skip]
pub(super) const GAINS: [u32; 19] = [
    4653137, 4712500, 6591299, 5961526, 5991002, 5876177, 6369903, 6591492, 6471642, 6472918, 6587922,
    6296578, 6297102, 4844749, 4845946, 4313980, 5214739, 4493218, 2681119,
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
    watch: 820507,
    alarm: 3848781,
    anchors: [40804, 48981, 55401, 61375, 67653, 74664, 83759, 96880, 127956, 360351, 748835, 1669618, 2687895, 3837179, 4462047, 13912052],
};
