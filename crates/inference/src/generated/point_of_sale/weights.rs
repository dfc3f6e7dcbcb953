//! The numbers of the model. Layer weights are `[output, input]` in tiles of four rows of four, zero-padded.

use tillwatch_engine::feature::{Affine, Cyclic, OneHot};
use tillwatch_engine::fixed::{Channel, Requantise};
use tillwatch_engine::score::Thresholds;

/// `amount_log`: the logarithm of a number, standardised.
pub(super) const FEATURE_AMOUNT_LOG: Affine =
    Affine { center: 714023, multiplier: 83270727, shift: 0, fill: 168 };

/// `amount_ratio_to_mean`: the logarithm of a ratio to the running mean, standardised.
pub(super) const FEATURE_AMOUNT_RATIO_TO_MEAN: Affine =
    Affine { center: 289, multiplier: 141216034, shift: 0, fill: -92 };

/// `entry_mode`: codes of each level's column, unknown first.
#[rustfmt::skip]
pub(super) const FEATURE_ENTRY_MODE: [OneHot; 5] = [
    OneHot { off: 0, on: 20480 },
    OneHot { off: -1835, on: 2286 },
    OneHot { off: -2183, on: 1921 },
    OneHot { off: -281, on: 14951 },
    OneHot { off: -90, on: 20390 },
];

/// `kind`: codes of each level's column, unknown first.
#[rustfmt::skip]
pub(super) const FEATURE_KIND: [OneHot; 3] = [
    OneHot { off: 0, on: 20480 },
    OneHot { off: -20377, on: 103 },
    OneHot { off: -103, on: 20377 },
];

/// `outcome`: codes of each level's column, unknown first.
#[rustfmt::skip]
pub(super) const FEATURE_OUTCOME: [OneHot; 3] = [
    OneHot { off: 0, on: 20480 },
    OneHot { off: -18117, on: 232 },
    OneHot { off: -232, on: 18117 },
];

/// `hour`: sine and cosine.
pub(super) const FEATURE_HOUR: Cyclic = Cyclic { turn_per_step: 178956971, amplitude: 2896 };

/// `weekday`: sine and cosine.
pub(super) const FEATURE_WEEKDAY: Cyclic = Cyclic { turn_per_step: 613566757, amplitude: 2896 };

/// `seconds`: the logarithm of a change, standardised.
pub(super) const FEATURE_SECONDS: Affine =
    Affine { center: 533351, multiplier: 65817785, shift: 0, fill: 189 };

/// `pin_verified`: codes of no and yes.
pub(super) const FEATURE_PIN_VERIFIED: OneHot = OneHot { off: -2065, on: 2031 };

/// Scale from wide code to input code, as a fraction of 2^32.
pub(super) const INPUT_MULTIPLIER: i32 = 26867252;

/// Zero point and range of the network's input.
pub(super) const INPUT_RULE: Requantise =
    Requantise { zero_point: -1, out_min: -128, out_max: 127, shift: 0 };

/// Layer 0, weights [16, 19]: 4 groups of 4 outputs, each 5 tiles long; a tile is 4 outputs of 4 inputs.
#[rustfmt::skip]
pub(super) static LAYER_0_TILES: [[i8; 16]; 20] = [
    [-3, 13, 17, -127,  -63, 31, -1, -13,  -10, -23, 63, 72,  51, 77, 14, -16],
    [39, 53, -101, -62,  -14, -125, -117, 1,  15, -38, 41, 87,  7, 13, 127, -91],
    [90, 14, -3, -78,  85, -122, -23, 127,  -20, 13, -45, -127,  -27, -44, -28, -25],
    [20, 39, 32, -13,  -87, -19, 16, 16,  85, 8, -31, 27,  -55, -6, 22, 35],
    [18, 47, -52, 0,  -1, 12, 9, 0,  64, -24, 6, 0,  22, -8, -1, 0],
    [-4, 4, 84, 44,  10, -4, 127, 69,  2, -2, -21, 59,  20, -1, -1, 120],
    [38, -39, 0, -63,  -113, 94, -9, -18,  62, 37, 18, 11,  0, -34, 73, 48],
    [53, -5, 66, -127,  94, 30, -127, 61,  -50, 127, -28, -79,  127, -26, 21, 62],
    [115, 61, -28, 18,  26, -11, 11, -4,  -95, -40, 19, -12,  10, 4, 14, -1],
    [-31, -3, 1, 0,  -21, -1, -61, 0,  20, 2, -1, 0,  -5, 14, 5, 0],
    [13, -12, -29, 92,  -38, 3, -10, -109,  -17, 7, 27, -13,  7, 22, -83, -1],
    [-113, -32, 78, 57,  127, 78, -21, 76,  9, -115, 31, 57,  7, -45, 48, 63],
    [-72, -55, -58, 94,  -20, -113, 19, 18,  6, 4, 59, 98,  -127, 87, 83, -113],
    [-127, -35, -26, 14,  73, -7, -28, 3,  -127, -7, -23, 12,  68, -28, -52, -34],
    [-15, -39, 28, 0,  10, -28, -103, 0,  2, 22, 1, 0,  -31, 22, -4, 0],
    [-83, -127, -9, 42,  -3, 4, 63, -24,  19, 43, -111, -42,  -6, 33, -38, 41],
    [10, -14, 69, 71,  -46, 127, 12, -17,  66, 127, -50, 31,  28, 1, -29, -13],
    [-63, 66, -66, -10,  -31, 38, -24, -42,  49, -56, -34, -73,  77, -127, 33, -37],
    [37, 10, -36, -57,  72, -1, 19, -9,  -117, -15, 58, -51,  3, 4, -22, -54],
    [-36, 14, 6, 0,  -2, -15, 11, 0,  -120, 45, -13, 0,  13, -3, 0, 0],
];

/// Layer 0, bias and multiplier of each output.
#[rustfmt::skip]
pub(super) static LAYER_0_CHANNELS: [[Channel; 4]; 4] = [
    [
        Channel { bias: -123, multiplier: 34547162 },
        Channel { bias: 919, multiplier: 106862357 },
        Channel { bias: 353, multiplier: 29987246 },
        Channel { bias: 153, multiplier: 29730631 },
    ],
    [
        Channel { bias: 1235, multiplier: 35803909 },
        Channel { bias: 576, multiplier: 22687546 },
        Channel { bias: -382, multiplier: 29406130 },
        Channel { bias: 681, multiplier: 36192132 },
    ],
    [
        Channel { bias: 438, multiplier: 33252489 },
        Channel { bias: 223, multiplier: 30896245 },
        Channel { bias: 1033, multiplier: 50728628 },
        Channel { bias: 2311, multiplier: 31315410 },
    ],
    [
        Channel { bias: 76, multiplier: 26240472 },
        Channel { bias: -491, multiplier: 42782644 },
        Channel { bias: -216, multiplier: 27153483 },
        Channel { bias: 1842, multiplier: 80987312 },
    ],
];

/// Layer 0, what the outputs share.
pub(super) const LAYER_0_RULE: Requantise =
    Requantise { zero_point: -128, out_min: -128, out_max: 127, shift: 0 };

/// Layer 1, weights [10, 16]: 3 groups of 4 outputs, each 4 tiles long; a tile is 4 outputs of 4 inputs.
#[rustfmt::skip]
pub(super) static LAYER_1_TILES: [[i8; 16]; 12] = [
    [-36, 120, 81, 27,  92, 102, -59, -15,  13, -34, 27, -13,  -49, 62, -127, 39],
    [66, 125, -51, 1,  62, 46, -61, 55,  -38, -118, 60, -127,  90, 60, -123, -24],
    [25, -15, 127, -89,  -99, 2, 9, -127,  -64, -7, -2, 53,  48, 3, 87, 46],
    [-20, -89, -26, 19,  9, 15, 52, 93,  -4, -11, -43, -20,  -29, -33, 85, 59],
    [41, 119, 65, 29,  -20, 53, -25, 0,  -62, 84, 16, 94,  -127, -62, -10, 6],
    [43, 77, 1, -80,  17, 44, 1, -127,  -32, 93, 99, 28,  5, -106, 36, 11],
    [-45, 70, 127, 14,  19, 73, -6, -35,  59, -37, 11, -9,  40, -28, 45, 26],
    [-23, -54, -15, 117,  -1, 37, 24, 41,  -68, 50, 4, 127,  17, 49, -49, -49],
    [10, 52, 39, 40,  -78, 75, 13, -127,  0, 0, 0, 0,  0, 0, 0, 0],
    [79, 37, -127, 14,  27, 106, -9, 18,  0, 0, 0, 0,  0, 0, 0, 0],
    [-14, -5, -43, -5,  72, -41, 24, -42,  0, 0, 0, 0,  0, 0, 0, 0],
    [-29, 56, -15, 55,  86, 37, 5, 99,  0, 0, 0, 0,  0, 0, 0, 0],
];

/// Layer 1, bias and multiplier of each output.
#[rustfmt::skip]
pub(super) static LAYER_1_CHANNELS: [[Channel; 4]; 3] = [
    [
        Channel { bias: 36397, multiplier: 15946301 },
        Channel { bias: 22603, multiplier: 16209729 },
        Channel { bias: -42181, multiplier: 23930110 },
        Channel { bias: 23907, multiplier: 15477755 },
    ],
    [
        Channel { bias: 61399, multiplier: 18683929 },
        Channel { bias: 12912, multiplier: 29645467 },
        Channel { bias: 59761, multiplier: 17199829 },
        Channel { bias: -25466, multiplier: 26315613 },
    ],
    [
        Channel { bias: 18991, multiplier: 26730827 },
        Channel { bias: 34636, multiplier: 14017223 },
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
    [127, -69, 41, -55,  108, -47, 48, 44,  -127, 24, -7, -25,  -64, 11, 127, 99],
    [-14, 50, 42, 40,  122, -127, -23, -36,  -29, 24, 9, 20,  -26, -6, 15, -24],
    [36, 69, 0, 0,  -52, -11, 0, 0,  15, -3, 0, 0,  -36, -28, 0, 0],
    [30, 34, -25, -8,  115, 74, -127, 57,  71, 46, -7, 23,  -58, 127, -38, -96],
    [-6, 54, 127, 5,  -92, 38, -33, -22,  -18, 31, 51, -98,  67, -62, 53, -69],
    [48, -90, 0, 0,  82, 52, 0, 0,  -127, -18, 0, 0,  -35, 64, 0, 0],
    [-33, 21, 59, 84,  17, 27, -127, -15,  73, 0, -2, 16,  -115, -5, 54, -127],
    [127, 120, -73, 125,  -18, -65, 12, 101,  -78, -127, 60, -22,  -53, 40, 12, -85],
    [-27, -21, 0, 0,  14, -32, 0, 0,  49, 118, 0, 0,  19, -46, 0, 0],
    [-115, -44, 82, -58,  1, -70, -50, -4,  -21, 14, -39, 69,  127, 125, 27, 94],
    [-39, 34, -20, -85,  32, 127, 37, -4,  -1, -75, 71, -35,  -43, 45, -1, 108],
    [127, 9, 0, 0,  -35, 63, 0, 0,  22, 127, 0, 0,  -112, 60, 0, 0],
];

/// Layer 2, bias and multiplier of each output.
#[rustfmt::skip]
pub(super) static LAYER_2_CHANNELS: [[Channel; 4]; 4] = [
    [
        Channel { bias: 33950, multiplier: 46605856 },
        Channel { bias: 2935, multiplier: 30984321 },
        Channel { bias: -12388, multiplier: 103602762 },
        Channel { bias: 8177, multiplier: 26459306 },
    ],
    [
        Channel { bias: 21454, multiplier: 35903314 },
        Channel { bias: 18987, multiplier: 32270075 },
        Channel { bias: -5036, multiplier: 41347209 },
        Channel { bias: -5465, multiplier: 37856703 },
    ],
    [
        Channel { bias: 48608, multiplier: 27018619 },
        Channel { bias: -11026, multiplier: 49542007 },
        Channel { bias: 10904, multiplier: 33959473 },
        Channel { bias: -39069, multiplier: 34391789 },
    ],
    [
        Channel { bias: -13527, multiplier: 38916193 },
        Channel { bias: 12254, multiplier: 40746174 },
        Channel { bias: 16983, multiplier: 36066112 },
        Channel { bias: 54358, multiplier: 24924606 },
    ],
];

/// Layer 2, what the outputs share.
pub(super) const LAYER_2_RULE: Requantise =
    Requantise { zero_point: -128, out_min: -128, out_max: 127, shift: 0 };

/// Layer 3, weights [19, 16]: 5 groups of 4 outputs, each 4 tiles long; a tile is 4 outputs of 4 inputs.
#[rustfmt::skip]
pub(super) static LAYER_3_TILES: [[i8; 16]; 20] = [
    [-42, 13, 41, 35,  -29, 18, -34, 69,  -2, 4, 8, 40,  26, -20, 29, -127],
    [96, -64, 52, -61,  127, -10, -34, -64,  -9, 11, 15, 5,  0, -37, -9, -8],
    [-13, -32, 9, -127,  9, -73, 3, 5,  5, -127, 15, -47,  23, -104, 100, -2],
    [-15, -66, 53, -65,  -34, -24, 27, -5,  -20, -3, 2, -14,  -9, -34, 8, 26],
    [-14, 10, -73, 127,  -40, 32, 127, 7,  2, -2, 3, -10,  -6, -4, -46, 127],
    [-4, 30, 18, 6,  12, 23, -33, 7,  -1, -2, 1, 0,  3, 9, -1, -4],
    [-9, 30, -107, -12,  -50, 12, 0, 41,  2, 127, 0, 1,  0, 2, -8, -124],
    [1, 17, -1, -32,  29, 57, -24, 23,  -1, -3, 1, 0,  19, 5, -5, -10],
    [-76, 61, -94, -127,  92, -73, 113, 119,  4, -7, -98, -103,  -36, 30, 28, 40],
    [17, 63, -36, 17,  -22, -73, 47, -21,  -59, 27, 21, -16,  17, 6, -54, 5],
    [-86, 56, 0, -12,  104, -63, -1, 16,  -16, 80, 53, 127,  -54, -17, -1, 50],
    [47, 106, -42, 9,  -58, -127, 51, -15,  57, -12, -7, 51,  -127, 54, -27, 52],
    [33, -28, -31, -35,  6, 12, -10, -19,  -19, -112, -41, 20,  40, 127, -17, -47],
    [-15, -7, 48, -4,  -10, 92, -127, 28,  40, 6, 127, 41,  64, 64, 12, -127],
    [49, 14, 1, -51,  26, -4, -3, 9,  -46, -31, 17, 49,  -6, -81, 23, 60],
    [127, -50, 24, -46,  -48, -44, -16, -27,  36, -48, -40, 62,  -12, -51, -114, -28],
    [55, 65, -17, 30,  -73, 127, 65, 44,  43, 1, 34, -33,  0, 0, 0, 0],
    [31, -37, -36, 127,  -21, -22, 76, 62,  -17, 12, 10, -9,  0, 0, 0, 0],
    [-49, 4, -9, 27,  14, 43, 41, 38,  -52, -6, -127, 39,  0, 0, 0, 0],
    [-6, -2, -77, -49,  36, -56, 24, 24,  -13, -47, 90, 1,  0, 0, 0, 0],
];

/// Layer 3, bias and multiplier of each output.
#[rustfmt::skip]
pub(super) static LAYER_3_CHANNELS: [[Channel; 4]; 5] = [
    [
        Channel { bias: -18377, multiplier: 958898767 },
        Channel { bias: -9248, multiplier: 1465987910 },
        Channel { bias: -15382, multiplier: 14767 },
        Channel { bias: -19877, multiplier: 789838277 },
    ],
    [
        Channel { bias: 805, multiplier: 729758009 },
        Channel { bias: 28690, multiplier: 905166545 },
        Channel { bias: 15122, multiplier: 2091008374 },
        Channel { bias: -5317, multiplier: 21736 },
    ],
    [
        Channel { bias: -12013, multiplier: 758079685 },
        Channel { bias: 10836, multiplier: 679552342 },
        Channel { bias: 12434, multiplier: 6122 },
        Channel { bias: -3088, multiplier: 598876371 },
    ],
    [
        Channel { bias: 2641, multiplier: 612059345 },
        Channel { bias: -16457, multiplier: 2032219000 },
        Channel { bias: 7677, multiplier: 1376686851 },
        Channel { bias: -12127, multiplier: 832556139 },
    ],
    [
        Channel { bias: 7439, multiplier: 1528401932 },
        Channel { bias: 53740, multiplier: 1646498951 },
        Channel { bias: -8653, multiplier: 1542166337 },
        Channel { bias: 0, multiplier: 0 },
    ],
];

/// Layer 3, what the outputs share.
pub(super) const LAYER_3_RULE: Requantise =
    Requantise { zero_point: 0, out_min: -32767, out_max: 32767, shift: 2 };

/// Score per squared residual of each column, in steps of 2^-24.
#[rustfmt::skip]
pub(super) const GAINS: [u32; 19] = [
    1180116, 2033003, 8578404, 4131653, 4806890, 2616934, 6133050, 8578404, 6582655, 6451949, 8578404,
    6237547, 6182829, 1761703, 1244596, 1363947, 1725489, 991773, 245759,
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
pub(super) const PROTOTYPE_SHIFT: u32 = 8;

/// Score per squared prototype distance, in steps of 2^-24.
pub(super) const PROTOTYPE_GAIN: u32 = 56092;

/// Columns of each feature.
#[rustfmt::skip]
pub(super) const COLUMNS_OF_FEATURES: [u8; 9] = [
    1, 1, 5, 3, 3, 2, 2, 1, 1,
];

/// What calibration on 13447 normal records found.
#[rustfmt::skip]
pub(super) static THRESHOLDS: Thresholds = Thresholds {
    watch: 644096,
    alarm: 3633999,
    anchors: [44749, 53637, 61107, 67970, 74986, 83157, 93188, 107165, 139243, 308659, 516339, 1724799, 2348752, 3545590, 4864582, 45377064],
};
