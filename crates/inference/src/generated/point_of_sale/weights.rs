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
        Channel { bias: 107, multiplier: 192670884 },
        Channel { bias: 885, multiplier: 327687774 },
        Channel { bias: 73, multiplier: 41315249 },
        Channel { bias: 208, multiplier: 59061315 },
    ],
    [
        Channel { bias: 493, multiplier: 35974786 },
        Channel { bias: 519, multiplier: 72468009 },
        Channel { bias: 167, multiplier: 47100498 },
        Channel { bias: 488, multiplier: 91840053 },
    ],
    [
        Channel { bias: -672, multiplier: 201729978 },
        Channel { bias: 98, multiplier: 107068818 },
        Channel { bias: 871, multiplier: 278999647 },
        Channel { bias: 2048, multiplier: 33396112 },
    ],
    [
        Channel { bias: 2345, multiplier: 46881694 },
        Channel { bias: -1244, multiplier: 44610821 },
        Channel { bias: -162, multiplier: 111063912 },
        Channel { bias: 1393, multiplier: 141363264 },
    ],
];

/// Layer 0, what the outputs share.
pub(super) const LAYER_0_RULE: Requantise =
    Requantise { zero_point: -128, out_min: -128, out_max: 127, shift: 0 };

/// Layer 1, weights [10, 16]: 3 groups of 4 outputs, each 4 tiles long; a tile is 4 outputs of 4 inputs.
#[rustfmt::skip]
pub(super) static LAYER_1_TILES: [[i8; 16]; 12] = [
    [4, 74, 31, -7,  14, 10, -21, 15,  13, -38, 88, -10,  -16, 6, -127, -16],
    [34, 4, -8, 91,  59, 29, -37, -21,  -74, -67, 97, -64,  68, 18, -43, -11],
    [-11, -9, 27, -46,  -8, 16, 5, -127,  -22, -35, -10, 118,  9, 7, 19, 46],
    [-127, -67, 0, 36,  28, -18, 7, 61,  -12, -17, -29, -127,  -24, -35, 30, 118],
    [15, 40, 101, -26,  -12, 86, -73, -97,  -4, 26, 52, 4,  -56, -49, -57, 22],
    [78, 36, -37, -6,  97, 92, -42, -88,  -127, 30, 109, 12,  74, -60, 86, 51],
    [-11, 39, 34, 17,  3, 95, -9, 19,  0, 4, -4, -28,  -4, -26, 28, 27],
    [-52, -63, -11, 127,  6, 127, 28, 110,  -37, 63, -6, 124,  6, 83, -42, -127],
    [7, 24, 69, 13,  -64, 68, 84, -72,  0, 0, 0, 0,  0, 0, 0, 0],
    [126, 15, -88, 5,  57, 95, -22, -1,  0, 0, 0, 0,  0, 0, 0, 0],
    [-4, 2, -21, 10,  25, 29, 25, -127,  0, 0, 0, 0,  0, 0, 0, 0],
    [-38, 108, -10, 127,  72, 0, -9, 7,  0, 0, 0, 0,  0, 0, 0, 0],
];

/// Layer 1, bias and multiplier of each output.
#[rustfmt::skip]
pub(super) static LAYER_1_CHANNELS: [[Channel; 4]; 3] = [
    [
        Channel { bias: 6149, multiplier: 40589680 },
        Channel { bias: 1703, multiplier: 67246565 },
        Channel { bias: -25017, multiplier: 23241725 },
        Channel { bias: 5291, multiplier: 51421050 },
    ],
    [
        Channel { bias: 36067, multiplier: 14444848 },
        Channel { bias: 45810, multiplier: 13195808 },
        Channel { bias: 29164, multiplier: 32681721 },
        Channel { bias: -6334, multiplier: 23878592 },
    ],
    [
        Channel { bias: 44526, multiplier: 12236881 },
        Channel { bias: 23041, multiplier: 32739617 },
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
    [59, -57, 67, -20,  30, -11, 7, 13,  -108, 37, -19, -19,  -23, 44, 117, 40],
    [-33, 85, 28, 34,  127, -75, -7, -5,  -127, 62, 24, 51,  -125, -19, 7, -10],
    [127, 41, 0, 0,  -55, -3, 0, 0,  48, 8, 0, 0,  -127, -30, 0, 0],
    [23, 13, -31, -17,  23, 18, -13, 21,  15, 2, -13, 7,  -17, 38, 1, -47],
    [-26, 87, 101, 3,  -94, 33, -43, -31,  -15, 24, 15, -34,  127, -58, 31, -58],
    [127, -31, 0, 0,  127, 18, 0, 0,  -127, -4, 0, 0,  -54, 31, 0, 0],
    [-13, 16, 52, 21,  29, 25, -85, -6,  32, 28, 14, -24,  -21, 27, 72, -34],
    [127, 65, -36, 65,  -127, -102, 8, 72,  -95, -127, 25, 27,  107, 127, -16, -90],
    [-56, -20, 0, 0,  72, 6, 0, 0,  3, 14, 0, 0,  -126, -66, 0, 0],
    [-26, -15, -26, -4,  -30, -30, 38, -1,  -21, 1, -89, 52,  34, 41, 12, 20],
    [-30, 21, -3, -12,  104, 127, 12, -35,  17, -127, 96, -46,  -81, 23, -7, 49],
    [127, -9, 0, 0,  -110, 14, 0, 0,  104, 98, 0, 0,  -127, 16, 0, 0],
];

/// Layer 2, bias and multiplier of each output.
#[rustfmt::skip]
pub(super) static LAYER_2_CHANNELS: [[Channel; 4]; 4] = [
    [
        Channel { bias: 40944, multiplier: 22246172 },
        Channel { bias: 2264, multiplier: 136608412 },
        Channel { bias: -4569, multiplier: 48641591 },
        Channel { bias: -16495, multiplier: 39829468 },
    ],
    [
        Channel { bias: 32472, multiplier: 17038033 },
        Channel { bias: 8550, multiplier: 43952908 },
        Channel { bias: -15430, multiplier: 239328487 },
        Channel { bias: 655, multiplier: 68596652 },
    ],
    [
        Channel { bias: 28033, multiplier: 38898600 },
        Channel { bias: -13944, multiplier: 58913232 },
        Channel { bias: -13584, multiplier: 91775421 },
        Channel { bias: -3925, multiplier: 84042790 },
    ],
    [
        Channel { bias: 2541, multiplier: 41795194 },
        Channel { bias: 10683, multiplier: 44057595 },
        Channel { bias: 12235, multiplier: 24511226 },
        Channel { bias: -3424, multiplier: 77420549 },
    ],
];

/// Layer 2, what the outputs share.
pub(super) const LAYER_2_RULE: Requantise =
    Requantise { zero_point: -128, out_min: -128, out_max: 127, shift: 0 };

/// Layer 3, weights [19, 16]: 5 groups of 4 outputs, each 4 tiles long; a tile is 4 outputs of 4 inputs.
#[rustfmt::skip]
pub(super) static LAYER_3_TILES: [[i8; 16]; 20] = [
    [-120, 5, -13, 112,  -27, 2, -28, 32,  -65, 32, -127, 119,  91, -2, 2, -8],
    [127, -87, 15, -82,  127, -26, -9, -17,  42, 17, 15, 28,  -127, -14, -2, -25],
    [-37, 0, 68, 17,  2, -2, 6, -5,  -4, 121, -54, 19,  -31, -38, 22, 64],
    [63, -69, 95, -116,  -34, -18, 25, -2,  94, 65, -33, -25,  5, -57, 113, 3],
    [-72, -2, -41, 6,  -68, 16, 127, 11,  11, -2, 4, -50,  15, -7, -3, -127],
    [127, -20, -4, 22,  48, 36, -9, -2,  -5, -13, -2, -2,  -25, -61, -11, -15],
    [54, 15, -61, -69,  -74, -7, 9, -1,  9, 127, 31, 0,  11, -62, 46, -2],
    [-2, 49, -118, 10,  28, 57, -20, 11,  0, -6, 1, 4,  -26, -1, 4, 21],
    [-124, 28, -63, -65,  125, -28, 62, 34,  34, -7, 12, -127,  -12, 4, 14, -2],
    [79, 84, -7, 0,  -78, -89, 6, -2,  -24, -29, -1, -3,  12, -4, -6, -3],
    [-127, 7, 14, 1,  127, -19, -4, -1,  33, -77, 64, 0,  -16, -9, 2, 0],
    [40, 96, -30, 3,  -38, -95, 30, 0,  -11, -26, 6, 5,  -127, 14, -5, 10],
    [11, -3, -16, 2,  1, 8, 19, -28,  -53, -70, -20, 23,  124, 81, 18, -40],
    [-9, -3, 3, 1,  -20, 126, -50, 24,  127, 41, 61, 56,  127, 113, 20, -115],
    [13, 8, -6, 0,  39, -16, -21, -8,  -58, -33, -4, -14,  -17, -109, -3, 37],
    [127, -10, 4, -4,  -127, -60, -17, -26,  60, -116, -55, 67,  -60, -120, -108, -6],
    [127, 24, 8, 57,  -127, 54, 60, 22,  -9, -2, 40, -83,  0, 0, 0, 0],
    [19, -38, -20, 91,  -59, -13, 13, 42,  -3, 28, 13, 8,  0, 0, 0, 0],
    [-103, -29, 2, 3,  9, 29, 14, 1,  5, -62, 3, -127,  0, 0, 0, 0],
    [-48, 7, -63, -48,  110, -53, 45, 22,  -19, -4, 1, -23,  0, 0, 0, 0],
];

/// Layer 3, bias and multiplier of each output.
#[rustfmt::skip]
pub(super) static LAYER_3_CHANNELS: [[Channel; 4]; 5] = [
    [
        Channel { bias: 15627, multiplier: 542003936 },
        Channel { bias: 530, multiplier: 2113816360 },
        Channel { bias: 27372, multiplier: 1168234 },
        Channel { bias: -2580, multiplier: 906371539 },
    ],
    [
        Channel { bias: -9994, multiplier: 832522388 },
        Channel { bias: 20496, multiplier: 867053492 },
        Channel { bias: 14085, multiplier: 1205729944 },
        Channel { bias: -29886, multiplier: 1820629 },
    ],
    [
        Channel { bias: -8528, multiplier: 716995346 },
        Channel { bias: 4375, multiplier: 759834313 },
        Channel { bias: -18798, multiplier: 25587149 },
        Channel { bias: -15360, multiplier: 1356023726 },
    ],
    [
        Channel { bias: 14426, multiplier: 1408805062 },
        Channel { bias: -16949, multiplier: 1197138205 },
        Channel { bias: 1271, multiplier: 706529978 },
        Channel { bias: -12474, multiplier: 517739969 },
    ],
    [
        Channel { bias: -1139, multiplier: 1066906842 },
        Channel { bias: 21362, multiplier: 1448988518 },
        Channel { bias: -23119, multiplier: 481104375 },
        Channel { bias: 0, multiplier: 0 },
    ],
];

/// Layer 3, what the outputs share.
pub(super) const LAYER_3_RULE: Requantise =
    Requantise { zero_point: 0, out_min: -32767, out_max: 32767, shift: 0 };

/// Score per squared residual of each column, in steps of 2^-24.
#[rustfmt::skip]
pub(super) const GAINS: [u32; 19] = [
    4869293, 4931415, 6897493, 6238463, 6269306, 6149150, 6665812, 6897695, 6772277, 6773611, 6893959,
    6589081, 6589629, 5069808, 5071061, 4514383, 5456986, 4701950, 2805669,
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
    watch: 870434,
    alarm: 3894789,
    anchors: [36174, 43961, 50059, 55687, 61926, 68407, 77267, 90980, 122384, 365238, 773008, 1786592, 2748705, 3827483, 4800109, 24834082],
};
