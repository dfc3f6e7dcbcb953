//! A network as the device runs it: what only training needs is folded away.

use super::activation::Activation;
use super::batch_norm::BatchNorm;
use super::dense::Dense;
use super::elementwise::Elementwise;
use super::kind::LayerKind;
use super::network::Network;
use super::pass::Chain;
use super::real::Real;

impl<T: Real> Network<T> {
    /// A network that gives the same in evaluation, with fewer layers:
    ///
    /// * [`BatchNorm`] goes into the weights and biases of the dense layer, convolution or transposed convolution
    ///   before it, where that has no activation;
    /// * dropout and activity penalties go away;
    /// * of a dense layer before a [`super::GaussianSample`] the means alone stay;
    /// * an [`Elementwise`] function becomes the activation of the layer with weights before it, where that has none.
    ///
    /// What has no such layer before it stays as it is.
    ///
    /// # Exactness
    /// Equal but for the rounding of the products that folding makes in advance.
    #[must_use]
    pub fn folded(&self) -> Network<T> {
        Fold::of(self).network()
    }

    /// The layer of [`Network::folded`] that gives what layer number `place` of this network gives; `None` where
    /// folding leaves no such layer. Where a latent layer went.
    pub fn folded_place(&self, place: usize) -> Option<usize> {
        Fold::of(self).places.get(place).copied().flatten()
    }
}

/// A folded network in the making.
struct Fold<T> {
    in_len: usize,
    layers: Vec<(LayerKind, Vec<T>)>,
    /// For each layer so far, the folded one that gives the same.
    places: Vec<Option<usize>>,
}

impl<T: Real> Fold<T> {
    fn of(network: &Network<T>) -> Self {
        let mut fold = Fold { in_len: network.in_len(), layers: Vec::new(), places: Vec::new() };
        for (layer, parameters) in network.layers() {
            fold.add(layer.kind(), parameters);
        }
        fold
    }

    fn add(&mut self, kind: LayerKind, parameters: &[T]) {
        let changed = match kind {
            LayerKind::Dropout(_) | LayerKind::ActivityPenalty(_) => {
                self.places.push(self.layers.len().checked_sub(1));
                return;
            }
            LayerKind::BatchNorm(norm) => self.scale(norm, parameters),
            LayerKind::GaussianSample(sample) => self.keep_outputs(sample.len),
            LayerKind::Elementwise(Elementwise { activation, .. }) => self.activate(activation),
            _ => false,
        };
        if changed {
            // What the layer gave before it changed is given no more.
            let last = self.layers.len() - 1;
            self.places.iter_mut().filter(|place| **place == Some(last)).for_each(|place| *place = None);
        } else {
            self.layers.push((kind, parameters.to_vec()));
        }
        self.places.push(Some(self.layers.len() - 1));
    }

    /// The last layer, where it has weights and no activation.
    fn linear(&mut self) -> Option<&mut (LayerKind, Vec<T>)> {
        let last = self.layers.last_mut()?;
        (last.0.weight_len().is_some() && last.0.activation() == Some(Activation::Linear)).then_some(last)
    }

    /// Multiplies and moves the sums of the last layer as a normalisation does.
    fn scale(&mut self, norm: BatchNorm, statistics: &[T]) -> bool {
        let Some((kind, parameters)) = self.linear() else { return false };
        let Some(weight_len) = kind.weight_len() else { return false };
        let (weights, biases) = parameters.split_at_mut(weight_len);
        let channels = norm.shape.channels;
        // Every layer has its weights output by output; outputs that are no multiple of the channels would need
        // other factors at other pixels.
        if biases.len() % channels != 0 {
            return false;
        }
        let affine: Vec<(T, T)> = norm.affine(statistics).collect();
        let outputs = weights.chunks_exact_mut(weight_len / biases.len()).zip(biases);
        for (output, (weights, bias)) in outputs.enumerate() {
            let (factor, addend) = affine[output % channels];
            weights.iter_mut().for_each(|weight| *weight *= factor);
            *bias = *bias * factor + addend;
        }
        true
    }

    /// Leaves the first outputs of a dense layer.
    fn keep_outputs(&mut self, len: usize) -> bool {
        let Some((LayerKind::Dense(dense), parameters)) = self.layers.last_mut() else { return false };
        let biases = dense.in_len * dense.out_len;
        let kept = [&parameters[..dense.in_len * len], &parameters[biases..biases + len]].concat();
        *parameters = kept;
        *dense = Dense { out_len: len, ..*dense };
        true
    }

    /// Gives the last layer an activation.
    fn activate(&mut self, activation: Activation) -> bool {
        let Some((kind, _)) = self.linear() else { return false };
        match kind {
            LayerKind::Dense(layer) => layer.activation = activation,
            LayerKind::Convolution(layer) => layer.activation = activation,
            LayerKind::TransposedConvolution(layer) => layer.activation = activation,
            _ => return false,
        }
        true
    }

    fn network(mut self) -> Network<T> {
        if self.layers.is_empty() {
            // All was for training alone; a network has a layer.
            let identity = Elementwise { len: self.in_len, activation: Activation::Linear };
            self.layers.push((identity.into(), Vec::new()));
        }
        let (kinds, parameters): (Vec<LayerKind>, Vec<Vec<T>>) = self.layers.into_iter().unzip();
        let chain = Chain::new(kinds.into_iter().map(LayerKind::layer).collect());
        Network { chain: chain.expect("folding keeps sizes"), parameters: parameters.concat() }
    }
}

#[cfg(test)]
mod tests {
    use super::super::activity_penalty::{ActivityPenalty, Penalty};
    use super::super::convolution::Convolution;
    use super::super::dropout::Dropout;
    use super::super::gaussian_sample::GaussianSample;
    use super::super::layer::Layer;
    use super::super::random::{generator, uniform};
    use super::super::shape::{Padding, Shape};
    use super::super::top_k::TopK;
    use super::super::transposed_convolution::TransposedConvolution;
    use super::*;
    use tillwatch_testkit::tolerance::BY_HAND;

    const LINEAR: Activation = Activation::Linear;

    fn elementwise(len: usize, activation: Activation) -> LayerKind {
        Elementwise { len, activation }.into()
    }

    fn dense(in_len: usize, out_len: usize) -> LayerKind {
        Dense { in_len, out_len, activation: LINEAR }.into()
    }

    fn norm(shape: Shape) -> LayerKind {
        BatchNorm::new(shape).into()
    }

    /// Folds a network of random parameters, compares the two and gives the kinds of the folded one.
    fn fold(kinds: &[LayerKind]) -> Vec<LayerKind> {
        let mut random = generator(2, 0);
        let layers: Vec<Box<dyn Layer<f64>>> = kinds.iter().map(|kind| kind.layer()).collect();
        let mut network = Network::new(layers, 1).unwrap();
        // Above zero, as running variances are.
        network.parameters_mut().iter_mut().for_each(|parameter| *parameter = 0.1 + uniform(&mut random));
        let rows: Vec<f64> = (0..5 * network.in_len()).map(|_| 2.0 * uniform(&mut random) - 1.0).collect();
        let folded = network.folded();
        let near = |found: Vec<f64>, wanted: Vec<f64>| {
            assert_eq!(found.len(), wanted.len());
            for (found, wanted) in found.into_iter().zip(wanted) {
                assert!((found - wanted).abs() <= BY_HAND * (1.0 + wanted.abs()), "{found} {wanted}");
            }
        };
        near(folded.forward(&rows).unwrap(), network.forward(&rows).unwrap());
        for place in 0..kinds.len() {
            if let Some(same) = network.folded_place(place) {
                let found = folded.forward_until(same, &rows).unwrap();
                near(found, network.forward_until(place, &rows).unwrap());
            }
        }
        folded.kinds()
    }

    #[test]
    fn normalisation_dropout_penalty_and_activation_go_into_a_dense_layer() {
        let penalty = ActivityPenalty { len: 6, penalty: Penalty::L1, weight: 1.0 };
        let folded = fold(&[
            dense(4, 6),
            norm(Shape::new(1, 2, 3)),
            elementwise(6, Activation::Relu),
            Dropout { len: 6, rate: 0.5 }.into(),
            penalty.into(),
            dense(6, 4),
            Dropout { len: 4, rate: 0.5 }.into(),
            elementwise(4, Activation::Tanh),
        ]);
        let wanted = [(4, 6, Activation::Relu), (6, 4, Activation::Tanh)];
        let wanted = wanted.map(|(in_len, out_len, activation)| Dense { in_len, out_len, activation }.into());
        assert_eq!(folded, wanted);
    }

    #[test]
    fn normalisation_goes_into_convolutions_of_both_kinds() {
        let down = Convolution {
            input: Shape::new(4, 6, 2),
            out_channels: 3,
            kernel: [3, 3],
            stride: [2, 2],
            padding: Padding::same(Shape::new(4, 6, 2), [3, 3], [2, 2]),
            activation: LINEAR,
        };
        let up = TransposedConvolution {
            input: down.output(),
            output: down.input,
            kernel: [3, 3],
            stride: [2, 2],
            padding: [1, 1],
            activation: LINEAR,
        };
        let folded = fold(&[
            down.into(),
            norm(down.output()),
            elementwise(down.output().len(), Activation::Elu),
            up.into(),
            norm(up.output),
            elementwise(up.output.len(), Activation::Sigmoid),
        ]);
        let down = Convolution { activation: Activation::Elu, ..down };
        let up = TransposedConvolution { activation: Activation::Sigmoid, ..up };
        assert_eq!(folded, [down.into(), up.into()]);
    }

    #[test]
    fn of_a_variational_layer_the_means_stay() {
        let sample = GaussianSample { len: 2, beta: 1.0, warm_up: 0.0 };
        assert_eq!(fold(&[dense(5, 4), sample.into(), dense(2, 5)]), [dense(5, 2), dense(2, 5)]);
        // Without a dense layer before it there is nothing to slice.
        let alone = [elementwise(4, Activation::Tanh), sample.into()];
        assert_eq!(fold(&alone), alone);
    }

    #[test]
    fn what_cannot_be_folded_stays() {
        let kinds = [
            norm(Shape::flat(4)),
            Dense { in_len: 4, out_len: 4, activation: Activation::Relu }.into(),
            norm(Shape::flat(4)),
            TopK { len: 4, k: 2 }.into(),
            elementwise(4, Activation::Tanh),
        ];
        assert_eq!(fold(&kinds), kinds);
        assert_eq!(fold(&[Dropout { len: 3, rate: 0.1 }.into()]), [elementwise(3, LINEAR)]);
    }

    #[test]
    fn a_latent_layer_is_found_again() {
        let layers: Vec<LayerKind> = vec![
            Dropout { len: 3, rate: 0.1 }.into(),
            dense(3, 2),
            norm(Shape::flat(2)),
            Dropout { len: 2, rate: 0.1 }.into(),
            dense(2, 3),
        ];
        let network = Network::<f64>::new(layers.into_iter().map(LayerKind::layer).collect(), 1).unwrap();
        let places: Vec<_> = (0..6).map(|place| network.folded_place(place)).collect();
        assert_eq!(places, [None, None, Some(0), Some(0), Some(1), None]);
    }
}
