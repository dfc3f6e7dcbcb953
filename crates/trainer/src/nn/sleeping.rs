//! Units that never wake.

use super::activation::Activation;
use super::error::NetworkError;
use super::kind::LayerKind;
use super::network::Network;
use super::real::Real;

impl<T: Real> Network<T> {
    /// Of each layer that ends in ReLU or ReLU6, the share of its units that are 0 in every row; `None` for others.
    /// A unit of an image is a channel, at all its pixels. Such a unit learns nothing any more: a high share asks for a
    /// lower learning rate or a leaky activation.
    ///
    /// # Shapes
    /// `rows [n, in_len]`; the result has one entry for each layer.
    /// # Errors
    /// [`NetworkError::Shape`] where `rows` does not hold whole rows.
    pub fn sleeping(&self, rows: &[T]) -> Result<Vec<Option<f64>>, NetworkError> {
        let mut before = self.in_len();
        let mut awake: Vec<Option<Vec<bool>>> = Vec::new();
        for kind in self.kinds() {
            before = channels(kind, before);
            let watched = matches!(kind.activation(), Some(Activation::Relu | Activation::Relu6));
            awake.push(watched.then(|| vec![false; before]));
        }
        self.each_part(rows, awake.len() - 1, |workspace| {
            for (place, units) in awake.iter_mut().enumerate() {
                let Some(units) = units else { continue };
                for pixel in workspace.output(place).chunks_exact(units.len()) {
                    units.iter_mut().zip(pixel).for_each(|(unit, value)| *unit |= *value > T::ZERO);
                }
            }
        })?;
        let share =
            |units: Vec<bool>| units.iter().filter(|awake| !**awake).count() as f64 / units.len() as f64;
        Ok(awake.into_iter().map(|units| units.map(share)).collect())
    }
}

/// Channels of what a layer gives, where it is given that many.
fn channels(kind: LayerKind, before: usize) -> usize {
    match kind {
        LayerKind::Dense(layer) => layer.out_len,
        LayerKind::Convolution(layer) => layer.out_channels,
        LayerKind::TransposedConvolution(layer) => layer.output.channels,
        LayerKind::MaxPool(layer) => layer.input.channels,
        LayerKind::AveragePool(layer) => layer.input.channels,
        LayerKind::Upsample(layer) => layer.input.channels,
        LayerKind::BatchNorm(layer) => layer.shape.channels,
        LayerKind::GaussianSample(layer) => layer.len,
        LayerKind::Elementwise(_)
        | LayerKind::Dropout(_)
        | LayerKind::TopK(_)
        | LayerKind::ActivityPenalty(_) => before,
    }
}

#[cfg(test)]
mod tests {
    use super::super::convolution::Convolution;
    use super::super::elementwise::Elementwise;
    use super::super::shape::{Padding, Shape};
    use super::*;

    #[test]
    fn units_count_by_channel_over_all_rows() {
        let convolution = Convolution {
            input: Shape::new(1, 2, 1),
            out_channels: 4,
            kernel: [1, 1],
            stride: [1, 1],
            padding: Padding::VALID,
            activation: Activation::Linear,
        };
        let relu = Elementwise { len: 8, activation: Activation::Relu6 };
        // Channels 2x, -x, x - 3 and x - 9.
        let parameters = vec![2.0f32, -1.0, 1.0, 1.0, 0.0, 0.0, -3.0, -9.0];
        let network = Network::from_kinds(&[convolution.into(), relu.into()], parameters).unwrap();
        assert_eq!(network.sleeping(&[1.0, 2.0]).unwrap(), [None, Some(0.75)]);
        assert_eq!(network.sleeping(&[1.0, 2.0, 4.0, 0.0]).unwrap(), [None, Some(0.5)]);
        assert_eq!(network.sleeping(&[1.0, 2.0, 4.0, -1.0]).unwrap(), [None, Some(0.25)]);
        assert!(network.sleeping(&[1.0]).is_err());
    }
}
