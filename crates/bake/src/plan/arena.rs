//! Where codes lie on their way through the network: one buffer, in which layers read at one end and write at the other.
//!
//! A layer's input and output are the only codes alive while it runs, so the largest sum of the two is the least that any plan
//! needs without computing in place; alternating ends of one buffer reaches it. Layers that compute in place need no room of
//! their own. The last layer's output is wide, two bytes a code, and alive together with nothing but its input.

use super::LayerPlan;

/// The ends of the buffer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// From its begin.
    Low,
    /// Up to its end.
    High,
}

impl Place {
    const fn other(self) -> Self {
        match self {
            Self::Low => Self::High,
            Self::High => Self::Low,
        }
    }
}

/// The plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Arena {
    /// Groups of four bytes in all.
    pub(crate) groups: usize,
    /// Groups alive while each layer runs.
    pub(crate) alive: Vec<usize>,
    /// Where each layer's input lies, and last where the last layer's output does.
    places: Vec<Place>,
}

impl Arena {
    /// Plans the layers; unless they are an encoder's, the last one writes wide codes.
    ///
    /// The last output lies low, so that wide codes begin where the buffer does.
    pub(crate) fn new(layers: &[LayerPlan], is_encoder: bool) -> Self {
        let mut places = vec![Place::Low];
        let mut alive = Vec::new();
        for (index, layer) in layers.iter().enumerate().rev() {
            let output = places[places.len() - 1];
            places.push(if layer.is_in_place() { output } else { output.other() });
            let is_wide = index + 1 == layers.len() && !is_encoder;
            let outs = match (layer.is_in_place(), is_wide) {
                (true, _) => 0,
                (false, true) => 2 * layer.out_groups(),
                (false, false) => layer.out_groups(),
            };
            alive.push(layer.in_groups() + outs);
        }
        places.reverse();
        alive.reverse();
        Self { groups: alive.iter().copied().max().unwrap_or(0), alive, places }
    }

    /// Where the input of a layer lies.
    pub(crate) fn input(&self, layer: usize) -> Place {
        self.places[layer]
    }

    /// Where the output of a layer lies.
    pub(crate) fn output(&self, layer: usize) -> Place {
        self.places[layer + 1]
    }

    /// Bytes in all.
    pub(crate) fn bytes(&self) -> usize {
        4 * self.groups
    }
}

#[cfg(test)]
mod tests {
    use super::super::Kernel;
    use super::*;
    use tillwatch_engine::kernel::Shape;
    use tillwatch_model::{TopK, Upsample};

    /// Layers of these widths; of the places of codes only the kind that computes in place is told from others.
    fn layers(widths: &[usize]) -> Vec<LayerPlan> {
        let kernel = || Kernel::Upsample(Upsample { input: Shape::default(), factor: [1; 2] });
        let layer =
            |pair: &[usize]| LayerPlan { in_len: pair[0], out_len: pair[1], macs: 0, kernel: kernel() };
        widths.windows(2).map(layer).collect()
    }

    fn in_place(len: u16) -> LayerPlan {
        let kernel = Kernel::TopK(TopK { len, keep: 1, zero_code: 0 });
        LayerPlan { in_len: len.into(), out_len: len.into(), macs: 0, kernel }
    }

    #[test]
    fn the_reconstruction_takes_the_place_of_activations() {
        let layers = layers(&[640, 128, 128, 8, 128, 640]);
        let whole = Arena::new(&layers, false);
        assert_eq!(whole.alive, [192, 64, 34, 34, 32 + 320]);
        assert_eq!(whole.bytes(), 1408);
        // An encoder has none: the widest layers decide.
        let encoder = Arena::new(&layers[..3], true);
        assert_eq!((encoder.bytes(), encoder.output(2)), (768, Place::Low));
    }

    #[test]
    fn a_wide_hidden_layer_decides_where_it_needs_more_than_the_last() {
        let arena = Arena::new(&layers(&[10, 90, 70, 3, 10]), false);
        assert_eq!(arena.alive, [3 + 23, 23 + 18, 18 + 1, 1 + 6]);
        assert_eq!(arena.groups, 41);
    }

    #[test]
    fn ends_alternate_up_to_the_low_one_and_stay_where_a_layer_computes_in_place() {
        let mut layers = layers(&[8, 12, 4, 8]);
        layers.insert(1, in_place(12));
        let arena = Arena::new(&layers, false);
        assert_eq!(arena.places, [Place::High, Place::Low, Place::Low, Place::High, Place::Low]);
        assert_eq!(arena.alive, [5, 3, 4, 1 + 4]);
        assert_eq!((arena.input(1), arena.output(1)), (Place::Low, Place::Low));
        assert_eq!((arena.input(3), arena.output(3)), (Place::High, Place::Low));
    }
}
