//! Where activations lie: one buffer, in which layers read at one end and write at the other.
//!
//! A layer's input and output are the only activations alive while it runs, so the largest sum of the two is the least
//! that any plan needs without computing in place; alternating ends of one buffer reaches it. Layers that compute in
//! place need no room of their own.

use super::LayerPlan;

/// The ends of the buffer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// From its begin.
    Low,
    /// Up to its end.
    High,
}

/// The plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Arena {
    /// Groups of four codes in all.
    pub(crate) groups: usize,
    /// Where each layer's input lies, and last where the last layer's output would.
    pub(crate) inputs: Vec<Place>,
    /// Bytes alive while each layer runs.
    pub(crate) alive: Vec<usize>,
}

impl Arena {
    /// Plans the layers; unless they are an encoder's, the last one writes wide codes elsewhere.
    pub(crate) fn new(layers: &[LayerPlan], is_encoder: bool) -> Self {
        let mut arena = Self { groups: 0, inputs: Vec::new(), alive: Vec::new() };
        let mut place = Place::Low;
        for (index, layer) in layers.iter().enumerate() {
            arena.inputs.push(place);
            let is_last = index + 1 == layers.len() && !is_encoder;
            let output = if is_last || layer.is_in_place() { 0 } else { layer.out_groups() };
            if output > 0 {
                place = match place {
                    Place::Low => Place::High,
                    Place::High => Place::Low,
                };
            }
            let alive = layer.in_groups() + output;
            arena.alive.push(4 * alive);
            arena.groups = arena.groups.max(alive);
        }
        arena.inputs.push(place);
        arena
    }

    /// Where the output of a layer lies.
    pub(crate) fn outputs(&self, layer: usize) -> Place {
        self.inputs[layer + 1]
    }
}
