//! A network: layers in a row and their parameters in one vector.

use super::activation::Activation;
use super::dense::Dense;
use super::error::NetworkError;
use super::kind::LayerKind;
use super::layer::Layer;
use super::pass::{Chain, Step, Workspace};
use super::random::generator;
use super::real::Real;

/// Stream of the generator that first weights are drawn from.
const INITIAL_STREAM: u64 = 0;

/// A feed-forward network.
#[derive(Debug)]
pub struct Network<T: Real> {
    pub(super) chain: Chain<T>,
    pub(super) parameters: Vec<T>,
}

/// The parameters of one dense layer, read back from a network.
#[derive(Clone, Debug, PartialEq)]
pub struct DenseParameters<T> {
    /// Values per input row.
    pub in_len: usize,
    /// Values per output row.
    pub out_len: usize,
    /// What follows the sum.
    pub activation: Activation,
    /// `[out_len, in_len]`, row-major.
    pub weights: Vec<T>,
    /// `[out_len]`
    pub biases: Vec<T>,
}

impl<T: Real> Network<T> {
    /// Puts layers in a row and draws their first parameters.
    ///
    /// # Errors
    /// [`NetworkError::Layer`] where a layer takes another number of values than the one before it gives or is empty;
    /// [`NetworkError::Shape`] where there is no layer.
    pub fn new(layers: Vec<Box<dyn Layer<T>>>, seed: u64) -> Result<Self, NetworkError> {
        let chain = Chain::new(layers)?;
        let mut parameters = vec![T::ZERO; chain.parameter_len()];
        let mut random = generator(seed, INITIAL_STREAM);
        for (layer, range) in chain.layers() {
            layer.initialise(&mut parameters[range], &mut random);
        }
        Ok(Network { chain, parameters })
    }

    /// The network that layers and parameters were read from: see [`Network::kinds`] and [`Network::parameters`].
    ///
    /// # Errors
    /// As [`Network::new`]; [`NetworkError::Shape`] where there are more or fewer parameters than the layers have.
    pub fn from_kinds(kinds: &[LayerKind], parameters: Vec<T>) -> Result<Self, NetworkError> {
        let chain = Chain::new(kinds.iter().map(|kind| kind.layer()).collect())?;
        let (found, wanted) = (parameters.len(), chain.parameter_len());
        if found != wanted {
            return Err(NetworkError::Shape { what: "the number of parameters", found, wanted });
        }
        Ok(Network { chain, parameters })
    }

    /// A network of dense layers that maps `len` values through layers of the `hidden` widths back to `len` values.
    ///
    /// # Errors
    /// [`NetworkError::Layer`] where a width is 0.
    pub fn autoencoder(
        len: usize,
        hidden: &[usize],
        activation: Activation,
        output_activation: Activation,
        seed: u64,
    ) -> Result<Self, NetworkError> {
        let mut layers: Vec<Box<dyn Layer<T>>> = Vec::with_capacity(hidden.len() + 1);
        let mut in_len = len;
        for &out_len in hidden {
            layers.push(Box::new(Dense { in_len, out_len, activation }));
            in_len = out_len;
        }
        layers.push(Box::new(Dense { in_len, out_len: len, activation: output_activation }));
        Network::new(layers, seed)
    }

    /// Values per input row.
    pub fn in_len(&self) -> usize {
        self.chain.in_len()
    }

    /// Values per output row.
    pub fn out_len(&self) -> usize {
        self.chain.out_len()
    }

    /// All parameters, layer after layer; [`LayerKind`] says how each layer orders its own.
    pub fn parameters(&self) -> &[T] {
        &self.parameters
    }

    /// All parameters, to be changed: for restoring a saved network.
    pub fn parameters_mut(&mut self) -> &mut [T] {
        &mut self.parameters
    }

    /// What each layer is, from input to output.
    pub fn kinds(&self) -> Vec<LayerKind> {
        self.chain.layers().map(|(layer, _)| layer.kind()).collect()
    }

    /// The layers with their parameters, from input to output.
    pub fn layers(&self) -> impl Iterator<Item = (&dyn Layer<T>, &[T])> {
        self.chain.layers().map(|(layer, range)| (layer, &self.parameters[range]))
    }

    /// The dense layers from input to output, with weights and biases apart. Other layers are passed over.
    pub fn dense_layers(&self) -> impl Iterator<Item = DenseParameters<T>> {
        self.layers().filter_map(|(layer, parameters)| match layer.kind() {
            LayerKind::Dense(Dense { in_len, out_len, activation }) => {
                let (weights, biases) = parameters.split_at(in_len * out_len);
                let (weights, biases) = (weights.to_vec(), biases.to_vec());
                Some(DenseParameters { in_len, out_len, activation, weights, biases })
            }
            _ => None,
        })
    }

    /// Runs rows through the network as on the device: nothing is dropped or disturbed.
    ///
    /// # Shapes
    /// `rows [n, in_len]`; the result `[n, out_len]`, row-major.
    /// # Errors
    /// [`NetworkError::Shape`] where `rows` does not hold whole rows.
    pub fn forward(&self, rows: &[T]) -> Result<Vec<T>, NetworkError> {
        let mut output = Vec::with_capacity(rows.len() / self.in_len() * self.out_len());
        let last = self.chain.layers().len() - 1;
        self.each_part(rows, last, |workspace| output.extend_from_slice(workspace.output(last)))?;
        Ok(output)
    }

    /// [`Network::forward`] up to layer number `place`, counted from 0, and that included: what a latent layer gives.
    ///
    /// # Shapes
    /// `rows [n, in_len]`; the result `[n, out_len]` of that layer, row-major.
    /// # Errors
    /// [`NetworkError::Shape`] where `rows` does not hold whole rows, or the network has no such layer.
    pub fn forward_until(&self, place: usize, rows: &[T]) -> Result<Vec<T>, NetworkError> {
        let layers = self.chain.layers().len();
        if place >= layers {
            let (what, wanted) = ("the number of the layer", layers - 1);
            return Err(NetworkError::Shape { what, found: place, wanted });
        }
        let mut output = Vec::new();
        self.each_part(rows, place, |workspace| output.extend_from_slice(workspace.output(place)))?;
        Ok(output)
    }

    /// Runs rows through the network up to a layer, part by part.
    ///
    /// # Errors
    /// [`NetworkError::Shape`] where `rows` does not hold whole rows.
    pub(super) fn each_part(
        &self,
        rows: &[T],
        place: usize,
        mut each: impl FnMut(&Workspace<T>),
    ) -> Result<(), NetworkError> {
        /// Rows that go through together: a few widths of them fit a second-level cache.
        const TOGETHER: usize = 256;
        let in_len = self.in_len();
        let over = rows.len() % in_len;
        if over != 0 {
            return Err(NetworkError::Shape { what: "the rest after whole rows", found: over, wanted: 0 });
        }
        let mut workspace = Workspace::new(&self.chain, generator(0, 0));
        for part in rows.chunks(TOGETHER * in_len) {
            workspace.set_input(part, in_len);
            self.chain.forward_until(place + 1, &self.parameters, &mut workspace, Step::EVALUATE);
            each(&workspace);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::elementwise::Elementwise;
    use super::*;

    #[test]
    fn a_hand_checked_pass_and_read_back() {
        let mut network =
            Network::<f32>::autoencoder(2, &[1], Activation::Relu, Activation::Linear, 1).unwrap();
        network.parameters_mut().copy_from_slice(&[1.0, -2.0, 0.5, 3.0, 4.0, 0.0, -1.0]);
        // relu(5 - 4 + 0.5) = 1.5; relu(0 - 2 + 0.5) = 0
        assert_eq!(network.forward(&[5.0, 2.0, 0.0, 1.0]).unwrap(), [4.5, 5.0, 0.0, -1.0]);
        let layers: Vec<_> = network.dense_layers().collect();
        assert_eq!((&layers[0].weights[..], &layers[0].biases[..]), (&[1.0, -2.0][..], &[0.5][..]));
        assert_eq!((&layers[1].weights[..], &layers[1].biases[..]), (&[3.0, 4.0][..], &[0.0, -1.0][..]));
        assert_eq!((layers[1].in_len, layers[1].out_len, layers[1].activation), (1, 2, Activation::Linear));
    }

    #[test]
    fn weights_are_read_back_output_by_output() {
        let dense = Dense { in_len: 3, out_len: 2, activation: Activation::Linear };
        let mut network = Network::<f32>::new(vec![Box::new(dense)], 1).unwrap();
        network.parameters_mut().copy_from_slice(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 0.0, 0.0]);
        let layer = network.dense_layers().next().unwrap();
        assert_eq!(layer.weights, [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
        let unit = network.forward(&[0.0, 1.0, 0.0]).unwrap();
        assert_eq!(unit, [layer.weights[1], layer.weights[3 + 1]]);
    }

    #[test]
    fn many_rows_equal_single_rows() {
        let network =
            Network::<f32>::autoencoder(5, &[4, 3], Activation::Tanh, Activation::Linear, 7).unwrap();
        let rows: Vec<f32> = (0..600 * 5).map(|at| (at % 13) as f32 / 6.0 - 1.0).collect();
        let together = network.forward(&rows).unwrap();
        for (row, wanted) in rows.chunks(5).zip(together.chunks(5)) {
            assert_eq!(network.forward(row).unwrap(), wanted);
        }
    }

    #[test]
    fn the_seed_decides_the_first_weights() {
        let weights = |seed| {
            Network::<f32>::autoencoder(4, &[3], Activation::Relu, Activation::Linear, seed)
                .unwrap()
                .parameters
        };
        assert_eq!(weights(1), weights(1));
        assert_ne!(weights(1), weights(2));
    }

    #[test]
    fn a_network_is_its_kinds_and_parameters() {
        let network =
            Network::<f32>::autoencoder(5, &[4, 3], Activation::Tanh, Activation::Linear, 7).unwrap();
        let rows: Vec<f32> = (0..10).map(|at| at as f32 / 10.0).collect();
        let again = Network::from_kinds(&network.kinds(), network.parameters().to_vec()).unwrap();
        assert_eq!(again.forward(&rows), network.forward(&rows));
        assert!(Network::from_kinds(&network.kinds(), vec![0.0f32; 3]).is_err());
    }

    #[test]
    fn a_latent_layer_is_read_on_the_way() {
        let mut network =
            Network::<f32>::autoencoder(2, &[1], Activation::Relu, Activation::Linear, 1).unwrap();
        network.parameters_mut().copy_from_slice(&[1.0, -2.0, 0.5, 3.0, 4.0, 0.0, -1.0]);
        let rows = [5.0, 2.0, 0.0, 1.0];
        assert_eq!(network.forward_until(0, &rows).unwrap(), [1.5, 0.0]);
        assert_eq!(network.forward_until(1, &rows), network.forward(&rows));
        let error = network.forward_until(2, &rows).unwrap_err().to_string();
        assert_eq!(error, "the number of the layer is 2, but 1 is needed");
    }

    #[test]
    fn layers_that_do_not_fit_are_refused() {
        let relu = |len| Box::new(Elementwise { len, activation: Activation::Relu }) as Box<dyn Layer<f32>>;
        let error = Network::new(vec![relu(3), relu(4)], 1).unwrap_err();
        assert_eq!(error, NetworkError::Layer { place: 1, in_len: 4, out_len: 4, wanted: 3 });
        assert!(Network::<f32>::new(vec![], 1).is_err());
        let top = crate::nn::TopK { len: 3, k: 4 };
        let error = Network::<f32>::new(vec![relu(3), Box::new(top)], 1).unwrap_err().to_string();
        assert_eq!(error, "k of layer 1 is 4, but must be at least 1 and at most the values of a row");
        assert!(Network::<f32>::autoencoder(4, &[0], Activation::Relu, Activation::Linear, 1).is_err());
        let network = Network::new(vec![relu(3)], 1).unwrap();
        assert!(network.forward(&[0.0; 4]).is_err());
    }
}
