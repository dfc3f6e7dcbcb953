//! A network of dense layers, packed for the instructions of this processor.

use crate::answers::Answers;
use crate::arch::Instructions;
use crate::packed::{Dense, Input, OUTPUTS};
use tillwatch_engine::kernel::activation::{RIM_TABLE_LEN, rim_table};
use tillwatch_model::{Activation, Model, i16s};

/// Rows that go from layer to layer together, so that their codes and activations stay in the nearer caches: 640 columns wide
/// they took 1.42 us each and 1.49 us with 256 rows together, medians of five runs in turn on a core with 1 MiB of its own.
const TOGETHER: usize = 64;

/// A packed network.
#[derive(Clone, Debug)]
pub(crate) struct Network {
    instructions: Instructions,
    input: Input,
    hidden: Vec<Hidden>,
    last: Dense,
    rim: Option<Box<[i16; RIM_TABLE_LEN]>>,
    /// Index of the layer that gives the latent vector.
    latent: Option<usize>,
    /// Blocks of the widest 8-bit activation.
    widest: usize,
}

/// A layer between two 8-bit activations.
#[derive(Clone, Debug)]
struct Hidden {
    dense: Dense,
    /// From a code in memory to what it becomes there.
    table: Option<Box<[u8; 256]>>,
}

/// Activations on both sides of a layer.
pub(crate) type Activations = [Vec<[u8; OUTPUTS]>; 2];

impl Network {
    /// Packs a model; none where a layer is not dense.
    pub(crate) fn pack(model: &Model<'_>, instructions: Instructions) -> Option<Self> {
        let body = model.body();
        let raised = instructions.raised();
        let mut hidden = Vec::new();
        let mut last = None;
        let count = body.layers.len();
        for (index, layer) in body.layers.iter().enumerate() {
            let tillwatch_model::Layer::Dense(dense) = layer else { return None };
            if index + 1 < count {
                let table = match dense.activation {
                    Activation::Table(table) => Some(table_in_memory(table.try_into().ok()?, raised)),
                    _ => None,
                };
                hidden.push(Hidden { dense: Dense::new::<i8>(&dense, raised, raised), table });
            } else {
                let mut rim = None;
                if let Activation::RimTable(bytes) = dense.activation {
                    let mut table = Box::new([0; RIM_TABLE_LEN]);
                    table.iter_mut().zip(i16s(bytes)).for_each(|(entry, value)| *entry = value);
                    rim = Some(table);
                }
                last = Some((Dense::new::<i16>(&dense, raised, 0), rim));
            }
        }
        let (last, rim) = last?;
        let input = Input::new(body.input, model.n_columns(), raised);
        let latent = body.latent.map(|latent| latent.layer.into());
        let widest = hidden.iter().map(|hidden: &Hidden| hidden.dense.blocks());
        let widest = widest.fold(input.columns.div_ceil(OUTPUTS), usize::max);
        Some(Self { instructions, input, hidden, last, rim, latent, widest })
    }

    pub(crate) const fn instructions(&self) -> Instructions {
        self.instructions
    }

    /// Runs the network on wide codes, `[rows, columns]`.
    pub(crate) fn run(&self, wide: &[i16], activations: &mut Activations, answers: &mut Answers) {
        for side in &mut *activations {
            if side.is_empty() {
                side.resize(TOGETHER * self.widest, [0; OUTPUTS]);
            }
        }
        answers.clear();
        for wide in wide.chunks(TOGETHER * self.input.columns) {
            self.run_together(wide, activations, answers);
        }
    }

    /// The same for at most [`TOGETHER`] rows, whose answers are added to those that are there.
    fn run_together(&self, wide: &[i16], [input, output]: &mut Activations, answers: &mut Answers) {
        let rows = wide.len() / self.input.columns;
        self.instructions.narrow(&self.input, rows, wide, input);
        for (index, Hidden { dense, table }) in self.hidden.iter().enumerate() {
            let given = &mut output[..rows * dense.blocks()];
            self.instructions.dense(dense, rows, input, given);
            if let Some(table) = table {
                for code in given.as_flattened_mut() {
                    *code = table[usize::from(*code)];
                }
            }
            if self.latent == Some(index) {
                answers.add_latents(given, dense.blocks(), self.instructions.raised());
            }
            std::mem::swap(input, output);
        }
        let reconstructions = answers.add_rows(rows);
        self.instructions.dense(&self.last, rows, input, reconstructions);
        if let Some(table) = &self.rim {
            rim_table(reconstructions.as_flattened_mut(), table);
        }
    }
}

/// A table of activations, entry `c + 128` for code `c`, by and for codes as they lie in memory.
fn table_in_memory(table: &[u8; 256], raised: u8) -> Box<[u8; 256]> {
    let mut here = Box::new([0; 256]);
    for (code, &value) in (i8::MIN..=i8::MAX).zip(table) {
        here[usize::from(code.cast_unsigned().wrapping_add(raised))] = value.wrapping_add(raised);
    }
    here
}
