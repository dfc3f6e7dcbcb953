//! Kinds of autoencoders: what layers are trained, with what noise, and why.
//!
//! A recipe is a list of layers and an optional corruption of the input; training, quantisation and everything behind
//! it know layers only. All recipes take their widths from the data where the user names none.

mod convolutional;
mod denoising;
mod dense;
mod sheet;
mod sparse;
mod stack;
mod variational;

pub use convolutional::{Convolutional, Down, Up};
pub use denoising::{Denoising, NoiseKind};
pub use sparse::{Sparse, Sparsity};
pub use variational::Variational;

use crate::nn::{Activation, LayerKind, Noise, Shape};

/// A kind of autoencoder with its hyperparameters.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Recipe {
    /// Variational for rows of a table, convolutional for windows and images; `DESIGN.md` has the figures behind it.
    #[default]
    Auto,
    /// Undercomplete: fully connected layers around a narrow one.
    Dense,
    /// The same, trained to take noise out of its input.
    Denoising(Denoising),
    /// A wide hidden layer of which few units are active at a time.
    Sparse(Sparse),
    /// A narrow layer of normal distributions.
    Variational(Variational),
    /// Convolutions along a window of a series.
    Conv1d(Convolutional),
    /// Convolutions over an image.
    Conv2d(Convolutional),
}

/// What every recipe may be asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct Request<'a> {
    /// Shape of a row: samples by columns of a sample.
    pub shape: Shape,
    /// Hidden widths; chosen from the data where there are none.
    pub hidden: Option<&'a [usize]>,
    /// Activation of the hidden layers.
    pub activation: Activation,
    /// Normalises every hidden layer over the batch.
    pub batch_norm: bool,
    /// Share of hidden values that training drops.
    pub dropout: f64,
    /// Training rows, row-major, in standard deviations.
    pub rows: &'a [f32],
}

/// What is trained.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// The layers, from input to output.
    pub layers: Vec<LayerKind>,
    /// What the input is damaged with in training.
    pub noise: Option<Noise>,
    /// Why these sizes, in one sentence.
    pub reason: String,
}

/// A request that a recipe cannot meet: what was asked for, and what would do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecipeFault {
    /// The option.
    pub option: &'static str,
    /// Its value.
    pub found: String,
    /// What would be accepted.
    pub wanted: String,
}

impl Recipe {
    /// The name users write.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Dense => "dense",
            Self::Denoising(_) => "denoising",
            Self::Sparse(_) => "sparse",
            Self::Variational(_) => "variational",
            Self::Conv1d(_) => "conv1d",
            Self::Conv2d(_) => "conv2d",
        }
    }

    /// The recipe that [`Recipe::Auto`] stands for with rows of a shape; others stand for themselves.
    #[must_use]
    pub fn resolved(&self, shape: Shape) -> Self {
        match self {
            Self::Auto if shape.height > 1 => Self::Conv2d(Convolutional::default()),
            Self::Auto if shape.width > 1 => Self::Conv1d(Convolutional::default()),
            Self::Auto => Self::Variational(Variational::default()),
            other => other.clone(),
        }
    }

    /// The layers to train.
    ///
    /// # Errors
    /// [`RecipeFault`] where the request and the recipe do not go together.
    pub fn plan(&self, request: &Request<'_>) -> Result<Plan, RecipeFault> {
        if !(0.0..1.0).contains(&request.dropout) {
            return Err(fault("--dropout", &request.dropout, "at least 0 and below 1"));
        }
        match self.resolved(request.shape) {
            Self::Auto => Variational::default().plan(request), // resolved before, so never
            Self::Dense => Ok(dense::plan(request)),
            Self::Denoising(recipe) => recipe.plan(request),
            Self::Sparse(recipe) => recipe.plan(request),
            Self::Variational(recipe) => recipe.plan(request),
            Self::Conv1d(recipe) | Self::Conv2d(recipe) => recipe.plan(request, self.name()),
        }
    }
}

fn fault(option: &'static str, found: &dyn ToString, wanted: impl Into<String>) -> RecipeFault {
    RecipeFault { option, found: found.to_string(), wanted: wanted.into() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nn::Network;

    fn request(shape: Shape, rows: &[f32]) -> Request<'_> {
        Request { shape, hidden: None, activation: Activation::Relu, batch_norm: false, dropout: 0.0, rows }
    }

    /// Rows that vary in every column.
    fn rows(shape: Shape) -> Vec<f32> {
        (0..64 * shape.len()).map(|at| ((at * 7919) % 101) as f32 / 50.0 - 1.0).collect()
    }

    fn every_recipe() -> Vec<Recipe> {
        let sparsity = [
            Sparsity::L1 { weight: 0.1 },
            Sparsity::KullbackLeibler { target: 0.1, weight: 0.1 },
            Sparsity::TopK { k: 3 },
        ];
        let mut recipes = vec![Recipe::Auto, Recipe::Dense, Recipe::Variational(Variational::default())];
        recipes.extend(sparsity.map(|sparsity| Recipe::Sparse(Sparse { sparsity: Some(sparsity) })));
        for noise in [NoiseKind::Gaussian, NoiseKind::Masking, NoiseKind::Swap] {
            recipes.push(Recipe::Denoising(Denoising { noise, ..Denoising::default() }));
        }
        recipes
    }

    fn convolutions() -> Vec<Convolutional> {
        let downs = [Down::Stride, Down::MaxPool, Down::AveragePool];
        downs
            .into_iter()
            .flat_map(|down| [Up::Transposed, Up::Nearest].map(|up| Convolutional { down, up }))
            .collect()
    }

    /// The layers of a plan meet, and give back as many values as they take.
    fn assert_meets(plan: &Plan, shape: Shape) {
        let layers = plan.layers.iter().map(|kind| kind.layer::<f32>()).collect();
        let network = Network::<f32>::new(layers, 1).unwrap();
        assert_eq!((network.in_len(), network.out_len()), (shape.len(), shape.len()), "{plan:?}");
    }

    #[test]
    fn every_recipe_gives_back_what_it_takes() {
        for shape in [Shape::flat(7), Shape::new(1, 9, 2), Shape::new(5, 6, 1)] {
            let rows = rows(shape);
            for recipe in every_recipe() {
                for batch_norm in [false, true] {
                    let request = Request { batch_norm, dropout: 0.1, ..request(shape, &rows) };
                    assert_meets(&recipe.plan(&request).unwrap(), shape);
                }
            }
        }
    }

    #[test]
    fn convolutions_come_back_from_every_size() {
        for (height, width) in [(1, 8), (1, 13), (7, 7), (28, 28), (2, 1), (9, 16)] {
            let shape = Shape::new(height, width, 3);
            let rows = rows(shape);
            for recipe in convolutions() {
                let plan = Recipe::Conv2d(recipe).plan(&request(shape, &rows)).unwrap();
                assert_meets(&plan, shape);
            }
        }
    }

    #[test]
    fn pools_and_nearest_neighbours_are_used_where_sizes_divide() {
        let shape = Shape::new(8, 8, 1);
        let rows = rows(shape);
        let recipe = Convolutional { down: Down::MaxPool, up: Up::Nearest };
        let plan = Recipe::Conv2d(recipe).plan(&request(shape, &rows)).unwrap();
        let names: Vec<&str> = plan.layers.iter().map(|kind| kind.name()).collect();
        let (down, up) = (["convolution", "max pool"], ["upsampling", "convolution"]);
        assert_eq!(names, [&down[..], &down, &["dense", "dense"], &up, &up].concat());
    }

    #[test]
    fn auto_looks_at_the_shape() {
        let name = |shape| Recipe::Auto.resolved(shape).name();
        assert_eq!(name(Shape::flat(30)), "variational");
        assert_eq!(name(Shape::new(1, 32, 3)), "conv1d");
        assert_eq!(name(Shape::new(28, 28, 1)), "conv2d");
    }

    #[test]
    fn requests_that_cannot_be_met_name_the_option() {
        let shape = Shape::flat(6);
        let rows = rows(shape);
        let option = |recipe: Recipe, request: &Request<'_>| recipe.plan(request).unwrap_err().option;
        let plain = request(shape, &rows);
        let sparse = |sparsity| Recipe::Sparse(Sparse { sparsity: Some(sparsity) });
        assert_eq!(option(sparse(Sparsity::TopK { k: 21 }), &plain), "--keep");
        assert_eq!(option(sparse(Sparsity::L1 { weight: -0.1 }), &plain), "--sparsity-weight");
        let target = sparse(Sparsity::KullbackLeibler { target: 1.0, weight: 0.1 });
        assert_eq!(option(target, &plain), "--sparsity-target");
        let beta = Variational { beta: Some(-1.0), ..Variational::default() };
        assert_eq!(option(Recipe::Variational(beta), &plain), "--beta");
        let loud = Denoising { noise: NoiseKind::Swap, start: 1.5, end: 0.0 };
        assert_eq!(option(Recipe::Denoising(loud), &plain), "--noise-level");
        assert_eq!(option(Recipe::Conv1d(Convolutional::default()), &plain), "--recipe");
        assert_eq!(option(Recipe::Dense, &Request { dropout: 1.0, ..plain.clone() }), "--dropout");
        let series = Shape::new(1, 6, 1);
        let narrow = Request { shape: series, hidden: Some(&[4]), ..plain };
        assert_eq!(option(Recipe::Conv1d(Convolutional::default()), &narrow), "--layers");
    }
}
