//! Convolutional: halved by strides or pools to a narrow dense layer, and enlarged again the same way.

use super::stack::Stack;
use super::{Plan, RecipeFault, Request, fault};
use crate::architecture::components;
use crate::nn::{
    Activation, AveragePool, Convolution, MaxPool, Padding, Shape, TransposedConvolution, Upsample,
};

/// How the encoder halves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Down {
    /// Convolutions with a stride of two.
    #[default]
    Stride,
    /// The larger of two, after a convolution.
    MaxPool,
    /// The mean of two, after a convolution.
    AveragePool,
}

/// How the decoder doubles.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Up {
    /// Transposed convolutions with a stride of two.
    #[default]
    Transposed,
    /// Nearest neighbours, then a convolution.
    ///
    /// # Source
    /// Odena, Dumoulin and Olah, "Deconvolution and checkerboard artifacts", Distill 2016.
    Nearest,
}

/// Hyperparameters of a convolutional autoencoder.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Convolutional {
    /// How the encoder halves.
    pub down: Down,
    /// How the decoder doubles.
    pub up: Up,
}

/// Channels of the convolutions over images, from the input inward, where the user names none.
const IMAGE_CHANNELS: [usize; 2] = [8, 16];
/// The same along windows, which are shorter.
const WINDOW_CHANNELS: [usize; 2] = [16, 32];
/// Kernel sizes over images and along windows.
const IMAGE_KERNEL: usize = 3;
const WINDOW_KERNEL: usize = 5;
/// Narrowest and widest dense layer that is chosen.
const BOTTLENECK: [usize; 2] = [4, 64];

impl Convolutional {
    pub(super) fn plan(self, request: &Request<'_>, name: &'static str) -> Result<Plan, RecipeFault> {
        let shape = request.shape;
        let is_image = shape.height > 1;
        if shape.pixels() == 1 {
            let wanted = "a dense recipe for rows of a table; convolutions need --window or --shape";
            return Err(fault("--recipe", &name, wanted));
        }
        let (channels, bottleneck, reason) = match request.hidden {
            Some([channels @ .., bottleneck]) if !channels.is_empty() => {
                (channels.to_vec(), *bottleneck, "as asked for".to_owned())
            }
            Some(widths) => {
                let wanted = "the channels of at least one convolution, then the width of the narrow layer";
                return Err(fault("--layers", &format!("{widths:?}"), wanted));
            }
            None => {
                let channels = if is_image { IMAGE_CHANNELS } else { WINDOW_CHANNELS };
                let found = components(request.rows, shape.len());
                let [least, most] = BOTTLENECK;
                let reason =
                    format!("{found} of {} principal components carry 90 % of the variance", shape.len());
                (channels.to_vec(), found.clamp(least, most), reason)
            }
        };
        let mut stack = Stack::new(request);
        let mut shapes = vec![shape];
        for &channels in &channels {
            self.halve(&mut stack, channels, is_image);
            shapes.push(stack.shape());
        }
        let deepest = stack.shape();
        // Without an activation: of a few rectified units most would sleep.
        stack.dense_with(bottleneck, Activation::Linear);
        stack.dense(deepest.len());
        stack.reshape(deepest);
        shapes.pop();
        while let Some(output) = shapes.pop() {
            let is_last = shapes.is_empty();
            self.double(&mut stack, output, is_image, is_last);
        }
        Ok(Plan { layers: stack.into_layers(), noise: None, reason })
    }

    /// A convolution to half the size.
    fn halve(self, stack: &mut Stack, channels: usize, is_image: bool) {
        let input = stack.shape();
        let (kernel, halves) = kernel_and_factor(input, is_image);
        let divides = input.height.is_multiple_of(halves[0]) && input.width.is_multiple_of(halves[1]);
        // Where a size is odd, a stride takes the pool's place: a pool would lose the last line.
        let stride = if self.down == Down::Stride || !divides { halves } else { [1, 1] };
        let padding = Padding::same(input, kernel, stride);
        stack.convolution(Convolution {
            input,
            out_channels: channels,
            kernel,
            stride,
            padding,
            activation: Activation::Linear,
        });
        if stride == halves {
            return;
        }
        let input = stack.shape();
        if self.down == Down::MaxPool {
            let pool = MaxPool { input, kernel: halves, stride: halves };
            stack.push(pool, pool.output());
        } else {
            let pool = AveragePool { input, kernel: halves, stride: halves };
            stack.push(pool, pool.output());
        }
    }

    /// Back to the size that [`Convolutional::halve`] began with.
    fn double(self, stack: &mut Stack, output: Shape, is_image: bool, is_last: bool) {
        let input = stack.shape();
        let (kernel, factor) = kernel_and_factor(output, is_image);
        let divides = input.height * factor[0] == output.height && input.width * factor[1] == output.width;
        if self.up == Up::Nearest && divides {
            let upsample = Upsample { input, factor };
            stack.push(upsample, upsample.output());
            let input = stack.shape();
            let layer = Convolution {
                input,
                out_channels: output.channels,
                kernel,
                stride: [1, 1],
                padding: Padding::same(input, kernel, [1, 1]),
                activation: Activation::Linear,
            };
            if is_last {
                stack.push(layer, layer.output());
            } else {
                stack.convolution(layer);
            }
            return;
        }
        let padding = Padding::same(output, kernel, factor);
        let layer = TransposedConvolution {
            input,
            output,
            kernel,
            stride: factor,
            padding: [padding.top, padding.left],
            activation: Activation::Linear,
        };
        if is_last {
            stack.push(layer, output);
        } else {
            stack.transposed(layer);
        }
    }
}

/// The kernel over an activation, and what it is halved by: an axis of length one is left alone.
fn kernel_and_factor(shape: Shape, is_image: bool) -> ([usize; 2], [usize; 2]) {
    let size = if is_image { IMAGE_KERNEL } else { WINDOW_KERNEL };
    let along = |len: usize| if len > 1 { (size, 2) } else { (1, 1) };
    let (down, across) = (along(shape.height), along(shape.width));
    ([down.0, across.0], [down.1, across.1])
}
