//! Isolation forest: how few random cuts it takes to part a row from the others.
//!
//! Published crates draw from the thread's own generator, so that no seed gives the same forest twice, and want the width of
//! a row at compile time or names for its columns.

use crate::nn::{Generator, uniform};
use rand_chacha::rand_core::SeedableRng;

/// Trees of a forest, as in the paper.
const TREES: usize = 100;
/// Rows that a tree is grown from, as in the paper.
const SAMPLE: usize = 256;
/// The stream of the seed that cuts are drawn from; training draws from others.
const STREAM: u64 = u64::from_be_bytes(*b"isolates");

/// A forest grown from normal rows.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct IsolationForest {
    trees: Vec<Vec<Node>>,
    /// Cuts that part a row of the sample from all others, on average.
    typical: f64,
}

/// A place in a tree; the left branch of a cut is the next node.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Node {
    Cut { column: usize, at: f64, right: usize },
    Leaf { cuts: f64 },
}

impl IsolationForest {
    /// Grows a forest.
    ///
    /// # Shapes
    /// `rows`: row-major, `width` wide.
    /// # Exactness
    /// The same rows and seed give the same forest.
    /// # Source
    /// Liu, Ting and Zhou, "Isolation forest", ICDM (2008); columns that do not vary among the rows of a node are not cut.
    pub(crate) fn grow(rows: &[f32], width: usize, seed: u64) -> Self {
        let mut generator = Generator::seed_from_u64(seed);
        generator.set_stream(STREAM);
        let mut order: Vec<usize> = (0..rows.len() / width).collect();
        let mut columns: Vec<usize> = (0..width).collect();
        let sample = SAMPLE.min(order.len());
        let deepest = sample.next_power_of_two().ilog2();
        let trees = (0..TREES)
            .map(|_| {
                draw_to_the_front(&mut order, sample, &mut generator);
                let mut tree = Tree { rows, width, columns: &mut columns, generator: &mut generator };
                let mut nodes = Vec::new();
                tree.grow(&mut order[..sample], 0, deepest, &mut nodes);
                nodes
            })
            .collect();
        Self { trees, typical: typical_cuts(sample) }
    }

    /// The strangeness of a row: minus the mean number of cuts that part it from others, in the unit of the typical number.
    ///
    /// The paper's score is two to the power of this, which gives the same order.
    pub(crate) fn score(&self, row: &[f32]) -> f64 {
        let cuts: f64 = self.trees.iter().map(|tree| cuts(tree, row)).sum();
        -cuts / (self.trees.len() as f64 * self.typical.max(1.0))
    }
}

/// A tree on its way up.
struct Tree<'a> {
    rows: &'a [f32],
    width: usize,
    columns: &'a mut [usize],
    generator: &'a mut Generator,
}

impl Tree<'_> {
    fn grow(&mut self, members: &mut [usize], depth: u32, deepest: u32, nodes: &mut Vec<Node>) {
        let cut = if depth < deepest && members.len() > 1 { self.draw_cut(members) } else { None };
        let Some((column, at)) = cut else {
            nodes.push(Node::Leaf { cuts: f64::from(depth) + typical_cuts(members.len()) });
            return;
        };
        let mut n_left = 0;
        for index in 0..members.len() {
            if f64::from(self.rows[members[index] * self.width + column]) <= at {
                members.swap(index, n_left);
                n_left += 1;
            }
        }
        let place = nodes.len();
        nodes.push(Node::Cut { column, at, right: 0 });
        let (left, right) = members.split_at_mut(n_left);
        self.grow(left, depth + 1, deepest, nodes);
        nodes[place] = Node::Cut { column, at, right: nodes.len() };
        self.grow(right, depth + 1, deepest, nodes);
    }

    /// A column that varies among the members, and a place between its smallest and its largest value; none where all members
    /// are alike.
    fn draw_cut(&mut self, members: &[usize]) -> Option<(usize, f64)> {
        for drawn in 0..self.width {
            draw_to_the_front(&mut self.columns[drawn..], 1, self.generator);
            let column = self.columns[drawn];
            let value = |&member: &usize| self.rows[member * self.width + column];
            let low = members.iter().map(value).fold(f32::INFINITY, f32::min);
            let high = members.iter().map(value).fold(f32::NEG_INFINITY, f32::max);
            if low < high {
                let (low, high) = (f64::from(low), f64::from(high));
                return Some((column, low + (high - low) * uniform(self.generator)));
            }
        }
        None
    }
}

/// Puts items drawn without replacement at the front of a list.
fn draw_to_the_front(items: &mut [usize], count: usize, generator: &mut Generator) {
    for place in 0..count {
        let rest = items.len() - place;
        items.swap(place, place + (uniform(generator) * rest as f64) as usize);
    }
}

/// How many cuts a row meets, those that its leaf was spared included.
fn cuts(tree: &[Node], row: &[f32]) -> f64 {
    let mut place = 0;
    loop {
        match tree[place] {
            Node::Leaf { cuts } => return cuts,
            Node::Cut { column, at, right } => {
                place = if f64::from(row[column]) <= at { place + 1 } else { right };
            }
        }
    }
}

/// Mean depth of an unsuccessful search in a binary tree of `n` random keys.
fn typical_cuts(n: usize) -> f64 {
    let harmonic: f64 = (1..n).map(|k| 1.0 / k as f64).sum();
    if n < 2 { 0.0 } else { 2.0 * harmonic - 2.0 * (n - 1) as f64 / n as f64 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tillwatch_testkit::tolerance::BY_HAND;

    /// A square of 20 by 20 rows with a third column that does not vary.
    fn square() -> Vec<f32> {
        (0..400).flat_map(|i| [(i % 20) as f32, 7.0, (i / 20) as f32]).collect()
    }

    #[test]
    fn typical_cuts_by_hand() {
        // 2 (1 + 1/2 + 1/3) - 2 * 3 / 4
        for (n, want) in [(0, 0.0), (1, 0.0), (2, 1.0), (4, 13.0 / 6.0)] {
            assert!((typical_cuts(n) - want).abs() < BY_HAND, "{n}");
        }
    }

    #[test]
    fn what_lies_apart_takes_few_cuts() {
        let forest = IsolationForest::grow(&square(), 3, 1);
        let at = |x: f32, y: f32| forest.score(&[x, 7.0, y]);
        let [middle, beside, beyond] = [at(10.0, 10.0), at(60.0, 10.0), at(60.0, -60.0)];
        assert!(middle < beside && beside < beyond, "{middle} {beside} {beyond}");
        let constant =
            forest.trees.iter().flatten().filter(|node| matches!(node, Node::Cut { column: 1, .. }));
        assert_eq!(constant.count(), 0, "a column that does not vary is never cut");
    }

    #[test]
    fn two_rows_take_one_cut_and_equal_rows_none() {
        let forest = IsolationForest::grow(&[0.0, 1.0], 1, 1);
        assert!(forest.trees.iter().all(|tree| tree.len() == 3 && tree[1] == Node::Leaf { cuts: 1.0 }));
        assert!((forest.score(&[0.0]) + 1.0).abs() < BY_HAND);
        let alike = IsolationForest::grow(&[5.0; 8], 2, 1);
        assert!(alike.trees.iter().all(|tree| tree.len() == 1));
        assert_eq!(alike.score(&[5.0, 5.0]), alike.score(&[9.0, 9.0]));
    }

    #[test]
    fn the_seed_decides() {
        let grown = |seed| IsolationForest::grow(&square(), 3, seed);
        assert_eq!(grown(1), grown(1));
        assert_ne!(grown(1), grown(2));
        assert!(IsolationForest::grow(&[], 3, 1).score(&[1.0; 3]).is_finite());
    }
}
