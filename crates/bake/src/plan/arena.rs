//! Where codes lie on their way through the network: one buffer, in which layers read at one end and write at the other.
//!
//! A layer's input and output are the only codes alive while it runs, so the largest sum of the two is the least that any plan
//! needs without computing in place; alternating ends of one buffer reaches it. Layers that compute in place need no room of
//! their own. The last layer's output is wide, two bytes a code, and alive together with nothing but its input. Where it would decide
//! alone how long the buffer is, a dense layer computes it a piece at a time.

use super::LayerPlan;
use tillwatch_engine::kernel::TILE;

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

/// What the last layer leaves in the buffer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// Narrow codes: it is an encoder's.
    Narrow,
    /// Wide codes.
    Wide,
    /// Wide codes, each of which is read once.
    WideReadOnce,
}

/// Fewest bytes for which the last layer is computed in pieces: each of them begins anew, and reasons compute outputs once more.
const LEAST_SAVED: usize = 256;
/// Fewest groups of a piece.
const LEAST_PIECE: usize = 16;

/// The plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Arena {
    /// Groups of four bytes in all.
    pub(crate) groups: usize,
    /// Groups alive while each layer runs.
    pub(crate) alive: Vec<usize>,
    /// Groups of outputs that the last layer computes at a time, where these are not all of them.
    pub(crate) piece: Option<usize>,
    /// Where each layer's input lies, and last where the last layer's output does.
    places: Vec<Place>,
}

impl Arena {
    /// Plans the layers.
    ///
    /// The last output lies low, so that wide codes begin where the buffer does.
    pub(crate) fn new(layers: &[LayerPlan], answer: Answer) -> Self {
        let mut places = vec![Place::Low];
        let mut alive = Vec::new();
        for (index, layer) in layers.iter().enumerate().rev() {
            let output = places[places.len() - 1];
            places.push(if layer.is_in_place() { output } else { output.other() });
            let is_wide = index + 1 == layers.len() && answer != Answer::Narrow;
            let outs = match (layer.is_in_place(), is_wide) {
                (true, _) => 0,
                (false, true) => 2 * layer.out_groups(),
                (false, false) => layer.out_groups(),
            };
            alive.push(layer.in_groups() + outs);
        }
        places.reverse();
        alive.reverse();
        let mut piece = None;
        if let (Answer::WideReadOnce, Some((last, others)), Some(layer)) =
            (answer, alive.split_last_mut(), layers.last())
        {
            piece = piece_of(layer, others.iter().copied().max().unwrap_or(0));
            *last = piece.map_or(*last, |groups| layer.in_groups() + 2 * groups);
        }
        Self { groups: alive.iter().copied().max().unwrap_or(0), alive, piece, places }
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
        TILE * self.groups
    }
}

/// Groups of outputs that a last layer computes at a time, beside other layers that need `others` groups; none where it does not pay.
fn piece_of(layer: &LayerPlan, others: usize) -> Option<usize> {
    let (ins, outs) = (layer.in_groups(), layer.out_groups());
    let longest = (others.saturating_sub(ins) / 2).max(LEAST_PIECE);
    // Pieces of equal length: one long and one short would begin as often.
    let groups = outs.div_ceil(outs.div_ceil(longest));
    let needed = (ins + 2 * groups).max(others);
    (TILE * (ins + 2 * outs).saturating_sub(needed) >= LEAST_SAVED).then_some(groups)
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
        let whole = Arena::new(&layers, Answer::Wide);
        assert_eq!(whole.alive, [192, 64, 34, 34, 32 + 320]);
        assert_eq!((whole.bytes(), whole.piece), (1408, None));
        // An encoder has none: the widest layers decide.
        let encoder = Arena::new(&layers[..3], Answer::Narrow);
        assert_eq!((encoder.bytes(), encoder.output(2)), (768, Place::Low));
    }

    #[test]
    fn pieces_are_as_long_as_other_layers_let_them_be() {
        let planned = |widths: &[usize]| {
            let arena = Arena::new(&layers(widths), Answer::WideReadOnce);
            (arena.piece, arena.alive.last().copied(), arena.bytes())
        };
        // Two pieces of 80 groups and the 32 of the input are just the 192 of the first layer.
        assert_eq!(planned(&[640, 128, 128, 8, 128, 640]), (Some(80), Some(32 + 160), 768));
        // Three of 54 where two were too long by a group.
        assert_eq!(planned(&[640, 124, 8, 128, 644]), (Some(54), Some(32 + 108), 4 * (160 + 31)));
        // 248 bytes less are no reason, 256 are.
        let of_wide = |outs| planned(&[4, 4, outs]);
        assert_eq!(of_wide(188), (None, Some(1 + 94), 380));
        assert_eq!(of_wide(192), (Some(16), Some(1 + 32), 132));
        // Narrow layers all along: pieces do not become as small as those.
        assert_eq!(planned(&[4, 400]), (Some(15), Some(1 + 30), 124));
    }

    #[test]
    fn a_wide_hidden_layer_decides_where_it_needs_more_than_the_last() {
        let arena = Arena::new(&layers(&[10, 90, 70, 3, 10]), Answer::Wide);
        assert_eq!(arena.alive, [3 + 23, 23 + 18, 18 + 1, 1 + 6]);
        assert_eq!(arena.groups, 41);
    }

    #[test]
    fn ends_alternate_up_to_the_low_one_and_stay_where_a_layer_computes_in_place() {
        let mut layers = layers(&[8, 12, 4, 8]);
        layers.insert(1, in_place(12));
        let arena = Arena::new(&layers, Answer::Wide);
        assert_eq!(arena.places, [Place::High, Place::Low, Place::Low, Place::High, Place::Low]);
        assert_eq!(arena.alive, [5, 3, 4, 1 + 4]);
        assert_eq!((arena.input(1), arena.output(1)), (Place::Low, Place::Low));
        assert_eq!((arena.input(3), arena.output(3)), (Place::High, Place::Low));
    }
}
