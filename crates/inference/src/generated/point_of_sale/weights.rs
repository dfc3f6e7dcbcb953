//! The numbers of the model. Layer weights are `[output, input]` in tiles of four rows of four, zero-padded.

use tillwatch_engine::feature::{Affine, Cyclic, OneHot};
use tillwatch_engine::fixed::{Channel, Requantise};
use tillwatch_engine::kernel::{Dense, Tile, tiles};
use tillwatch_engine::monitor::Baseline;
use tillwatch_engine::score::{Thresholds, square_norms};

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
    Requantise { zero_point: -1, out_min: -128, out_max: 127, shift: 0, bias_shift: 0 };

/// Layer 0, weights [16, 19]: 4 groups of 4 outputs, each 5 tiles long; a tile is 4 outputs of 4 inputs.
#[rustfmt::skip]
pub(super) static LAYER_0_TILES: [Tile; 20] = tiles([
    [12, 3, 14, -125,  -38, 12, -1, -12,  -9, 2, 63, 53,  61, -10, 19, 83],
    [51, 18, 7, -51,  -19, -124, -115, 2,  52, -71, -27, 87,  -83, 32, 127, -118],
    [69, 17, -2, -31,  79, -122, -27, 127,  -35, 28, -45, -127,  -69, -23, -36, -54],
    [-17, 3, 15, 18,  -81, -13, -1, 11,  85, 17, -28, -28,  -50, 11, 46, 22],
    [8, 19, -92, 0,  5, -5, 2, 0,  56, 3, 3, 0,  -7, 34, 27, 0],
    [-21, -42, 91, 38,  -37, 4, 127, 74,  21, 42, -22, 62,  21, -7, -1, 107],
    [32, -49, 40, -68,  -127, 125, -17, -18,  63, 44, 12, 12,  29, -19, 96, 55],
    [-20, 72, 71, -123,  114, 10, -127, 47,  -35, 115, -29, -58,  127, -12, 24, 52],
    [110, 79, -19, 20,  40, -4, -14, -26,  -123, -80, 20, -19,  31, 3, 13, 1],
    [-20, -6, 1, 0,  2, -13, 9, 0,  19, 6, -2, 0,  -4, 5, -18, 0],
    [25, -12, -36, 86,  -70, 14, -8, -103,  -21, -5, 26, -1,  43, -33, -88, 8],
    [-122, 9, 31, 70,  123, 62, -34, 66,  -2, -109, 7, 54,  -10, -67, 7, 67],
    [-50, -106, -71, 24,  -14, -102, 17, 38,  7, 2, 56, 92,  -126, 83, 88, -89],
    [-64, 1, 0, -14,  42, -12, -45, -25,  -120, -15, -30, -4,  41, -36, -82, -2],
    [-18, -14, 12, 0,  6, -28, -91, 0,  -8, 29, 2, 0,  -20, -11, -1, 0],
    [1, -17, -10, 46,  8, 13, 83, -47,  16, -4, -92, 17,  -15, 48, -28, 26],
    [36, -55, -123, 74,  -43, 127, 56, -22,  16, 74, -32, 26,  25, 3, -49, -10],
    [-63, 66, -69, 12,  -49, 58, -31, -38,  39, -44, -28, -32,  88, -126, 25, -29],
    [16, -14, -14, -105,  77, 2, 28, 25,  -125, -31, 50, 51,  3, -3, -14, -17],
    [-39, 20, -23, 0,  13, -45, 5, 0,  -102, -5, -5, 0,  -12, 6, -4, 0],
]);

/// Layer 0, bias and multiplier of each output.
#[rustfmt::skip]
pub(super) static LAYER_0_CHANNELS: [[Channel; 4]; 4] = [
    [
        Channel { bias: 109, multiplier: 17994 },
        Channel { bias: 885, multiplier: 31825 },
        Channel { bias: 72, multiplier: 4852 },
        Channel { bias: 208, multiplier: 6104 },
    ],
    [
        Channel { bias: 483, multiplier: 4529 },
        Channel { bias: 519, multiplier: 7178 },
        Channel { bias: 159, multiplier: 5454 },
        Channel { bias: 488, multiplier: 9276 },
    ],
    [
        Channel { bias: -644, multiplier: 17430 },
        Channel { bias: 97, multiplier: 11011 },
        Channel { bias: 811, multiplier: 26233 },
        Channel { bias: 2036, multiplier: 4094 },
    ],
    [
        Channel { bias: 2271, multiplier: 5305 },
        Channel { bias: -1244, multiplier: 5236 },
        Channel { bias: -159, multiplier: 11007 },
        Channel { bias: 1385, multiplier: 16820 },
    ],
];

/// Layer 0, what the outputs share.
pub(super) const LAYER_0_RULE: Requantise =
    Requantise { zero_point: -128, out_min: -128, out_max: 127, shift: 2, bias_shift: 0 };

/// Layer 0, as the network computes it.
pub(super) const LAYER_0: Dense<'static, i8> = Dense::new(&LAYER_0_TILES, &LAYER_0_CHANNELS, LAYER_0_RULE);

/// Layer 1, weights [10, 16]: 3 groups of 4 outputs, each 4 tiles long; a tile is 4 outputs of 4 inputs.
#[rustfmt::skip]
pub(super) static LAYER_1_TILES: [Tile; 12] = tiles([
    [5, 83, 29, -7,  19, 12, -22, 18,  16, -46, 88, -12,  -20, 7, -123, -18],
    [30, 4, -7, 98,  59, 35, -40, -25,  -71, -80, 102, -75,  64, 21, -44, -12],
    [-14, -10, 33, -41,  -12, 20, 7, -126,  -32, -41, -14, 114,  12, 8, 24, 43],
    [-126, -62, 0, 33,  31, -18, 9, 62,  -13, -17, -35, -126,  -25, -34, 35, 113],
    [18, 48, 100, -29,  -15, 103, -72, -109,  -6, 32, 54, 5,  -70, -58, -56, 25],
    [74, 42, -39, -7,  92, 107, -44, -101,  -125, 37, 117, 14,  70, -69, 89, 58],
    [-15, 45, 44, 16,  4, 110, -12, 18,  1, 5, -6, -27,  -6, -31, 36, 26],
    [-55, -62, -13, 124,  6, 125, 33, 108,  -41, 64, -8, 127,  6, 82, -49, -124],
    [8, 28, 67, 15,  -81, 81, 83, -81,  0, 0, 0, 0,  0, 0, 0, 0],
    [118, 17, -90, 6,  54, 111, -23, -1,  0, 0, 0, 0,  0, 0, 0, 0],
    [-6, 3, -27, 9,  35, 34, 32, -121,  0, 0, 0, 0,  0, 0, 0, 0],
    [-40, 105, -12, 123,  76, 0, -11, 7,  0, 0, 0, 0,  0, 0, 0, 0],
]);

/// Layer 1, bias and multiplier of each output.
#[rustfmt::skip]
pub(super) static LAYER_1_CHANNELS: [[Channel; 4]; 3] = [
    [
        Channel { bias: 4308, multiplier: 16348 },
        Channel { bias: 1936, multiplier: 25033 },
        Channel { bias: -15817, multiplier: 9751 },
        Channel { bias: 2841, multiplier: 19625 },
    ],
    [
        Channel { bias: 18695, multiplier: 7194 },
        Channel { bias: 23539, multiplier: 5935 },
        Channel { bias: 16179, multiplier: 12976 },
        Channel { bias: -4878, multiplier: 10058 },
    ],
    [
        Channel { bias: 20946, multiplier: 6372 },
        Channel { bias: 13297, multiplier: 12056 },
        Channel { bias: 0, multiplier: 0 },
        Channel { bias: 0, multiplier: 0 },
    ],
];

/// Layer 1, what the outputs share.
pub(super) const LAYER_1_RULE: Requantise =
    Requantise { zero_point: -128, out_min: -128, out_max: 127, shift: 0, bias_shift: 1 };

/// Layer 1, as the network computes it.
pub(super) const LAYER_1: Dense<'static, i8> = Dense::new(&LAYER_1_TILES, &LAYER_1_CHANNELS, LAYER_1_RULE);

/// Layer 2, weights [16, 10]: 4 groups of 4 outputs, each 3 tiles long; a tile is 4 outputs of 4 inputs.
#[rustfmt::skip]
pub(super) static LAYER_2_TILES: [Tile; 12] = tiles([
    [37, -35, 38, -13,  40, -14, 8, 17,  -127, 42, -20, -23,  -27, 50, 122, 48],
    [-16, 45, 16, 19,  127, -84, -9, -6,  -113, 62, 26, 54,  -112, -19, 7, -11],
    [59, 27, 0, 0,  -53, -4, 0, 0,  42, 10, 0, 0,  -109, -36, 0, 0],
    [14, 8, -17, -10,  31, 23, -15, 28,  20, 3, -15, 9,  -23, 48, 1, -62],
    [-12, 45, 57, 2,  -95, 37, -52, -37,  -15, 26, 18, -40,  126, -64, 37, -69],
    [57, -19, 0, 0,  124, 25, 0, 0,  -121, -6, 0, 0,  -51, 42, 0, 0],
    [-16, 20, 58, 27,  36, 30, -95, -7,  37, 32, 15, -28,  -25, 31, 76, -41],
    [122, 69, -42, 74,  -121, -107, 9, 81,  -84, -124, 27, 28,  97, 127, -18, -96],
    [-52, -26, 0, 0,  66, 8, 0, 0,  3, 17, 0, 0,  -110, -81, 0, 0],
    [-35, -20, -31, -6,  -35, -34, 38, -1,  -24, 2, -92, 61,  44, 52, 14, 26],
    [-31, 24, -4, -15,  91, 123, 12, -37,  15, -125, 103, -49,  -80, 25, -8, 57],
    [127, -12, 0, 0,  -93, 17, 0, 0,  89, 117, 0, 0,  -121, 21, 0, 0],
]);

/// Layer 2, bias and multiplier of each output.
#[rustfmt::skip]
pub(super) static LAYER_2_CHANNELS: [[Channel; 4]; 4] = [
    [
        Channel { bias: 22046, multiplier: 5535 },
        Channel { bias: 2470, multiplier: 12422 },
        Channel { bias: -5255, multiplier: 5794 },
        Channel { bias: -11403, multiplier: 4497 },
    ],
    [
        Channel { bias: 16151, multiplier: 4448 },
        Channel { bias: 9744, multiplier: 4786 },
        Channel { bias: -14335, multiplier: 21065 },
        Channel { bias: -489, multiplier: 6840 },
    ],
    [
        Channel { bias: 29692, multiplier: 4512 },
        Channel { bias: -12927, multiplier: 6325 },
        Channel { bias: -10288, multiplier: 9779 },
        Channel { bias: -6207, multiplier: 7883 },
    ],
    [
        Channel { bias: -805, multiplier: 5102 },
        Channel { bias: 9853, multiplier: 5392 },
        Channel { bias: 13519, multiplier: 2900 },
        Channel { bias: 3047, multiplier: 7752 },
    ],
];

/// Layer 2, what the outputs share.
pub(super) const LAYER_2_RULE: Requantise =
    Requantise { zero_point: -128, out_min: -128, out_max: 127, shift: 2, bias_shift: 0 };

/// Layer 2, as the network computes it.
pub(super) const LAYER_2: Dense<'static, i8> = Dense::new(&LAYER_2_TILES, &LAYER_2_CHANNELS, LAYER_2_RULE);

/// Layer 3, weights [19, 16]: 5 groups of 4 outputs, each 4 tiles long; a tile is 4 outputs of 4 inputs.
#[rustfmt::skip]
pub(super) static LAYER_3_TILES: [Tile; 20] = tiles([
    [-102, 5, -12, 113,  -26, 3, -31, 37,  -56, 36, -122, 121,  88, -2, 3, -9],
    [106, -80, 17, -85,  122, -27, -12, -20,  35, 16, 18, 29,  -121, -15, -3, -29],
    [-33, 0, 73, 20,  2, -3, 7, -7,  -3, 121, -59, 23,  -32, -44, 27, 87],
    [51, -65, 92, -120,  -32, -20, 27, -2,  76, 62, -32, -26,  5, -62, 125, 4],
    [-67, -3, -43, 7,  -60, 18, 125, 12,  9, -2, 4, -48,  12, -7, -2, -123],
    [117, -20, -5, 25,  41, 34, -11, -3,  -4, -11, -2, -2,  -20, -54, -13, -14],
    [54, 17, -73, -91,  -69, -7, 10, -1,  8, 120, 32, 0,  10, -59, 48, -2],
    [-2, 51, -126, 11,  23, 56, -20, 12,  0, -5, 1, 4,  -20, -1, 3, 21],
    [-110, 32, -63, -69,  117, -34, 65, 38,  28, -8, 11, -125,  -11, 5, 16, -3],
    [69, 81, -9, 1,  -72, -90, 7, -2,  -19, -26, -1, -3,  12, -4, -9, -4],
    [-121, 7, 16, 1,  127, -21, -5, -1,  29, -75, 67, 0,  -17, -10, 3, 0],
    [34, 95, -31, 3,  -34, -99, 32, 0,  -9, -24, 6, 5,  -120, 16, -6, 12],
    [11, -4, -18, 2,  1, 10, 20, -31,  -50, -86, -21, 25,  109, 94, 18, -42],
    [-9, -3, 4, 2,  -19, 127, -64, 27,  116, 41, 79, 63,  110, 108, 24, -123],
    [14, 9, -8, 0,  39, -17, -25, -11,  -58, -36, -4, -18,  -16, -113, -3, 46],
    [122, -12, 4, -5,  -112, -62, -18, -30,  53, -121, -59, 76,  -50, -118, -108, -6],
    [121, 30, 8, 65,  -124, 69, 66, 25,  -6, -1, 30, -67,  0, 0, 0, 0],
    [18, -39, -27, 105,  -57, -14, 17, 49,  -2, 20, 12, 6,  0, 0, 0, 0],
    [-105, -32, 2, 3,  10, 34, 17, 2,  3, -49, 2, -121,  0, 0, 0, 0],
    [-43, 7, -69, -56,  101, -58, 50, 26,  -12, -3, 0, -19,  0, 0, 0, 0],
]);

/// Layer 3, bias and multiplier of each output.
#[rustfmt::skip]
pub(super) static LAYER_3_CHANNELS: [[Channel; 4]; 5] = [
    [
        Channel { bias: 12378, multiplier: 5135 },
        Channel { bias: -310, multiplier: 17430 },
        Channel { bias: 27417, multiplier: 11 },
        Channel { bias: 896, multiplier: 7528 },
    ],
    [
        Channel { bias: -15749, multiplier: 7165 },
        Channel { bias: 20382, multiplier: 7995 },
        Channel { bias: 13488, multiplier: 12048 },
        Channel { bias: -27365, multiplier: 18 },
    ],
    [
        Channel { bias: -8355, multiplier: 6497 },
        Channel { bias: 4054, multiplier: 6565 },
        Channel { bias: -18034, multiplier: 249 },
        Channel { bias: -14389, multiplier: 10952 },
    ],
    [
        Channel { bias: 13383, multiplier: 11189 },
        Channel { bias: -18400, multiplier: 10367 },
        Channel { bias: -136, multiplier: 6114 },
        Channel { bias: -13177, multiplier: 4732 },
    ],
    [
        Channel { bias: -1103, multiplier: 9023 },
        Channel { bias: 27132, multiplier: 11979 },
        Channel { bias: -21992, multiplier: 5757 },
        Channel { bias: 0, multiplier: 0 },
    ],
];

/// Layer 3, what the outputs share.
pub(super) const LAYER_3_RULE: Requantise =
    Requantise { zero_point: 0, out_min: -32767, out_max: 32767, shift: 2, bias_shift: 0 };

/// Layer 3, as the network computes it.
pub(super) const LAYER_3: Dense<'static, i16> = Dense::new(&LAYER_3_TILES, &LAYER_3_CHANNELS, LAYER_3_RULE);

/// Score per squared residual of each column, in steps of 2^-24.
#[rustfmt::skip]
pub(super) const GAINS: [u32; 19] = [
    5283355, 5350754, 7484019, 6768947, 6802414, 6672041, 7232638, 7484238, 7348156, 7349604, 7480184,
    7149381, 7149975, 5500917, 5502277, 4898263, 5921019, 5101775, 3044248,
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

/// Sum of the squares of each prototype.
pub(super) const PROTOTYPE_NORMS: [u32; 16] = square_norms(&PROTOTYPES);

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
    watch: 910114,
    alarm: 4214083,
    anchors: [35016, 42640, 48637, 54449, 60492, 67778, 76094, 89176, 119956, 369097, 823834, 1937763, 2929056, 4182762, 5169244, 15643138],
};

/// What the stream of scores is compared with.
pub(super) const BASELINE: Baseline<'static> =
    Baseline { columns: &COLUMNS_OF_FEATURES, limit: 4096, alarm_rate_ppm: 2000, thresholds: &THRESHOLDS };
