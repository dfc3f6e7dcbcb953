//! Activation functions and their derivatives.
//!
//! A derivative is computed from the output where that is possible, so that the sums before the activation need not
//! be kept.

use super::real::Real;
use std::f64::consts::FRAC_1_SQRT_2;
use tillwatch_model::FloatActivation;

/// Slope of the leaky ReLU below zero.
pub const LEAKY_SLOPE: f64 = 0.01;
/// Scale of SELU (Klambauer and others, 2017).
pub const SELU_SCALE: f64 = 1.0507009873554805;
/// Negative saturation of SELU before scaling.
pub const SELU_ALPHA: f64 = 1.6732632423543772;

/// `1 / sqrt(2 pi)`, the height of the normal density.
const DENSITY_PEAK: f64 = 0.3989422804014327;

/// An activation function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Activation {
    /// `x`
    Linear,
    /// `max(x, 0)`
    Relu,
    /// `min(max(x, 0), 6)`
    Relu6,
    /// `x` above zero, [`LEAKY_SLOPE`]` * x` below.
    LeakyRelu,
    /// `x` above zero, `e^x - 1` below.
    Elu,
    /// [`SELU_SCALE`] times (`x` above zero, [`SELU_ALPHA`]` * (e^x - 1)` below).
    Selu,
    /// `x * (1 + erf(x / sqrt(2))) / 2`
    Gelu,
    /// `ln(1 + e^x)`
    Softplus,
    /// `x * sigmoid(x)`
    Swish,
    /// `tanh(x)`
    Tanh,
    /// `1 / (1 + e^-x)`
    Sigmoid,
}

impl Activation {
    /// Every activation.
    pub const ALL: [Activation; 11] = [
        Activation::Linear,
        Activation::Relu,
        Activation::Relu6,
        Activation::LeakyRelu,
        Activation::Elu,
        Activation::Selu,
        Activation::Gelu,
        Activation::Softplus,
        Activation::Swish,
        Activation::Tanh,
        Activation::Sigmoid,
    ];

    /// The name users write, such as `leaky_relu`.
    pub const fn name(self) -> &'static str {
        match self {
            Activation::Linear => "linear",
            Activation::Relu => "relu",
            Activation::Relu6 => "relu6",
            Activation::LeakyRelu => "leaky_relu",
            Activation::Elu => "elu",
            Activation::Selu => "selu",
            Activation::Gelu => "gelu",
            Activation::Softplus => "softplus",
            Activation::Swish => "swish",
            Activation::Tanh => "tanh",
            Activation::Sigmoid => "sigmoid",
        }
    }

    /// The activation of that name, if there is one.
    pub fn from_name(name: &str) -> Option<Activation> {
        Activation::ALL.into_iter().find(|activation| activation.name() == name)
    }

    /// The function's value.
    #[inline]
    #[must_use]
    pub fn value<T: Real>(self, x: T) -> T {
        let real = T::from_f64;
        match self {
            Activation::Linear => x,
            Activation::Relu => x.at_least(T::ZERO),
            Activation::Relu6 => {
                let x = x.at_least(T::ZERO);
                if x < real(6.0) { x } else { real(6.0) }
            }
            Activation::LeakyRelu => {
                if x > T::ZERO {
                    x
                } else {
                    real(LEAKY_SLOPE) * x
                }
            }
            Activation::Elu => {
                if x > T::ZERO {
                    x
                } else {
                    x.exp_m1()
                }
            }
            Activation::Selu => {
                if x > T::ZERO {
                    real(SELU_SCALE) * x
                } else {
                    real(SELU_SCALE * SELU_ALPHA) * x.exp_m1()
                }
            }
            Activation::Gelu => x * normal_share(x),
            // Neither form overflows: the exponential is of a number below zero.
            Activation::Softplus => x.at_least(T::ZERO) + (-x.abs()).exp().ln_1p(),
            Activation::Swish => x * sigmoid(x),
            Activation::Tanh => x.tanh(),
            Activation::Sigmoid => sigmoid(x),
        }
    }

    /// True where the derivative needs the function's argument; elsewhere its value is enough.
    #[must_use]
    pub const fn needs_input(self) -> bool {
        matches!(self, Activation::Gelu | Activation::Swish)
    }

    /// The derivative at `x`, where the function's value is `y`. Of the two only one is read: see
    /// [`Activation::needs_input`]. At a kink it is the slope on the left.
    #[inline]
    #[must_use]
    pub fn slope<T: Real>(self, x: T, y: T) -> T {
        let real = T::from_f64;
        let choose = |condition: bool, slope: T| if condition { slope } else { T::ZERO };
        match self {
            Activation::Linear => T::ONE,
            Activation::Relu => choose(y > T::ZERO, T::ONE),
            Activation::Relu6 => choose(y > T::ZERO && y < real(6.0), T::ONE),
            Activation::LeakyRelu => {
                if y > T::ZERO {
                    T::ONE
                } else {
                    real(LEAKY_SLOPE)
                }
            }
            Activation::Elu => {
                if y > T::ZERO {
                    T::ONE
                } else {
                    y + T::ONE
                }
            }
            Activation::Selu => {
                if y > T::ZERO {
                    real(SELU_SCALE)
                } else {
                    y + real(SELU_SCALE * SELU_ALPHA)
                }
            }
            Activation::Gelu => {
                normal_share(x) + x * real(DENSITY_PEAK) * (-(x * x) / (T::ONE + T::ONE)).exp()
            }
            Activation::Softplus => -(-y).exp_m1(),
            Activation::Swish => {
                let s = sigmoid(x);
                s * (T::ONE + x * (T::ONE - s))
            }
            Activation::Tanh => T::ONE - y * y,
            Activation::Sigmoid => y * (T::ONE - y),
        }
    }

    /// Replaces each argument by its value.
    pub(super) fn apply<T: Real>(self, values: &mut [T]) {
        // One loop per function: the compiler makes vector code of the simple ones.
        macro_rules! each {
            ($($kind:ident),*) => {
                match self {
                    Activation::Linear => {}
                    $(Activation::$kind => values.iter_mut().for_each(|value| *value = Activation::$kind.value(*value)),)*
                }
            };
        }
        each!(Relu, Relu6, LeakyRelu, Elu, Selu, Gelu, Softplus, Swish, Tanh, Sigmoid);
    }

    /// Multiplies each gradient by the slope. `inputs` may be empty unless [`Activation::needs_input`].
    pub(super) fn chain<T: Real>(self, inputs: &[T], outputs: &[T], gradients: &mut [T]) {
        macro_rules! each {
            ($($kind:ident),*) => {
                match self {
                    Activation::Linear => {}
                    Activation::Gelu | Activation::Swish => {
                        for ((gradient, x), y) in gradients.iter_mut().zip(inputs).zip(outputs) {
                            *gradient *= self.slope(*x, *y);
                        }
                    }
                    $(Activation::$kind => {
                        for (gradient, y) in gradients.iter_mut().zip(outputs) {
                            *gradient *= Activation::$kind.slope(*y, *y);
                        }
                    })*
                }
            };
        }
        each!(Relu, Relu6, LeakyRelu, Elu, Selu, Softplus, Tanh, Sigmoid);
    }
}

/// The share of the standard normal distribution below `x`.
fn normal_share<T: Real>(x: T) -> T {
    T::from_f64(0.5) * (T::ONE + (x * T::from_f64(FRAC_1_SQRT_2)).erf())
}

/// `1 / (1 + e^-x)` without overflow.
pub(super) fn sigmoid<T: Real>(x: T) -> T {
    let small = (-x.abs()).exp();
    if x < T::ZERO { small / (T::ONE + small) } else { T::ONE / (T::ONE + small) }
}

impl From<Activation> for FloatActivation {
    fn from(activation: Activation) -> Self {
        match activation {
            Activation::Linear => FloatActivation::Linear,
            Activation::Relu => FloatActivation::Relu,
            Activation::Relu6 => FloatActivation::Relu6,
            Activation::LeakyRelu => FloatActivation::LeakyRelu,
            Activation::Elu => FloatActivation::Elu,
            Activation::Selu => FloatActivation::Selu,
            Activation::Gelu => FloatActivation::Gelu,
            Activation::Softplus => FloatActivation::Softplus,
            Activation::Swish => FloatActivation::Swish,
            Activation::Tanh => FloatActivation::Tanh,
            Activation::Sigmoid => FloatActivation::Sigmoid,
        }
    }
}

impl From<FloatActivation> for Activation {
    fn from(activation: FloatActivation) -> Self {
        match activation {
            FloatActivation::Linear => Activation::Linear,
            FloatActivation::Relu => Activation::Relu,
            FloatActivation::Relu6 => Activation::Relu6,
            FloatActivation::LeakyRelu => Activation::LeakyRelu,
            FloatActivation::Elu => Activation::Elu,
            FloatActivation::Selu => Activation::Selu,
            FloatActivation::Gelu => Activation::Gelu,
            FloatActivation::Softplus => Activation::Softplus,
            FloatActivation::Swish => Activation::Swish,
            FloatActivation::Tanh => Activation::Tanh,
            FloatActivation::Sigmoid => Activation::Sigmoid,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tillwatch_testkit::tolerance::SLOPE;

    #[test]
    fn slopes_equal_central_differences() {
        let step = 1e-5;
        for activation in Activation::ALL {
            for tenths in (-80..=80).filter(|tenths| ![0, 60].contains(tenths)) {
                let x = f64::from(tenths) / 10.0;
                let y = activation.value(x);
                let wanted = (activation.value(x + step) - activation.value(x - step)) / (2.0 * step);
                let found = activation.slope(x, y);
                assert!((found - wanted).abs() < SLOPE, "{activation:?} at {x}: {found}, {wanted}");
            }
        }
    }

    #[test]
    fn far_arguments_stay_finite() {
        for activation in Activation::ALL {
            for x in [-1e4f32, -100.0, 100.0, 1e4] {
                let y = activation.value(x);
                assert!(y.is_finite() && activation.slope(x, y).is_finite(), "{activation:?} at {x}");
            }
        }
    }

    #[test]
    fn known_values() {
        assert_eq!(Activation::Relu6.value(7.5f32), 6.0);
        assert_eq!(Activation::LeakyRelu.value(-2.0f64), -0.02);
        assert_eq!(Activation::Sigmoid.value(0.0f32), 0.5);
        assert_eq!(Activation::Softplus.value(0.0f64), std::f64::consts::LN_2);
        assert_eq!(Activation::Gelu.value(0.0f32), 0.0);
    }

    #[test]
    fn names_and_the_model_file_agree_both_ways() {
        for activation in Activation::ALL {
            assert_eq!(Activation::from_name(activation.name()), Some(activation));
            assert_eq!(Activation::from(FloatActivation::from(activation)), activation);
        }
        assert_eq!(Activation::from_name("mish"), None);
    }
}
