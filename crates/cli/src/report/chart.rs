//! Charts as SVG, drawn in classes that the page gives its colours.

use std::fmt::Write;

/// Size of a chart and what lies around its plot, in its own units: left, top, right, bottom.
///
/// The room around fits the text of narrow screens, which is half as large again: see `page.css`.
const SIZE: [f64; 2] = [560.0, 320.0];
const AROUND: [f64; 4] = [76.0, 14.0, 20.0, 56.0];
/// From one word at the top of a chart to the next, so that marks beside each other can be read.
const WORD_HEIGHT: f64 = 18.0;
/// Ticks of an axis, about.
const TICKS: f64 = 6.0;

/// What an axis shows.
#[derive(Clone, Debug)]
pub(super) struct Axis {
    label: &'static str,
    low: f64,
    high: f64,
    is_log: bool,
}

impl Axis {
    /// From `low` to `high`.
    pub(super) const fn linear(label: &'static str, low: f64, high: f64) -> Self {
        Self { label, low, high, is_log: false }
    }

    /// Whole powers of ten around positive values; 1 to 10 where there are none.
    pub(super) fn log(label: &'static str, values: impl Iterator<Item = f64> + Clone) -> Self {
        let positive = values.filter(|&value| value > 0.0);
        let low = positive.clone().fold(f64::INFINITY, f64::min);
        let high = positive.fold(f64::NEG_INFINITY, f64::max);
        if low > high {
            return Self { label, low: 0.0, high: 1.0, is_log: true };
        }
        let (low, high) = (low.log10().floor(), high.log10().ceil());
        Self { label, low, high: high.max(low + 1.0), is_log: true }
    }

    /// Where a value lies, from 0 to 1; values outside lie at the ends.
    pub(super) fn share(&self, value: f64) -> f64 {
        let value = if self.is_log { value.max(f64::MIN_POSITIVE).log10() } else { value };
        ((value - self.low) / (self.high - self.low)).clamp(0.0, 1.0)
    }

    /// Places from 0 to 1, with what stands there.
    fn ticks(&self) -> Vec<(f64, String)> {
        let span = self.high - self.low;
        let raw = span / TICKS;
        let unit = if self.is_log { 1.0 } else { power_of_ten_below(raw) };
        let step = [1.0, 2.0, 5.0, 10.0].map(|factor| factor * unit).into_iter().find(|&step| step >= raw);
        let step = step.unwrap_or(raw.ceil().max(unit));
        let decimals = if self.is_log { 0 } else { (-step.log10()).ceil().max(0.0) as usize };
        let first = (self.low / step - 1e-9).ceil();
        let places = (0..=(span / step + 1e-9) as usize).map(|index| (first + index as f64) * step);
        let text = |at: f64| if self.is_log { power(at) } else { format!("{at:.decimals$}") };
        places
            .filter(|&at| at <= self.high + step * 1e-9)
            .map(|at| ((at - self.low) / span, text(at)))
            .collect()
    }
}

/// The largest power of ten that is not above a number.
fn power_of_ten_below(number: f64) -> f64 {
    10_f64.powi(number.log10().floor() as i32)
}

/// A power of ten as people write it.
fn power(exponent: f64) -> String {
    if (-3.0..=4.0).contains(&exponent) {
        let number = 10_f64.powf(exponent);
        return format!("{number:.*}", (-exponent).max(0.0) as usize);
    }
    format!("1e{exponent:.0}")
}

/// Where a share of the horizontal axis lies.
fn across(share: f64) -> f64 {
    AROUND[0] + share * (SIZE[0] - AROUND[0] - AROUND[2])
}

/// Where a share of the vertical axis lies.
fn up(share: f64) -> f64 {
    SIZE[1] - AROUND[3] - share * (SIZE[1] - AROUND[1] - AROUND[3])
}

/// A chart in the making.
pub(super) struct Chart {
    x: Axis,
    y: Axis,
    body: String,
    marks: usize,
}

impl Chart {
    /// An empty plot with its axes.
    pub(super) fn new(x: Axis, y: Axis) -> Self {
        let mut chart = Self { x, y, body: String::new(), marks: 0 };
        let [left, right] = [0.0, 1.0].map(across);
        let [bottom, top] = [0.0, 1.0].map(up);
        for (share, text) in chart.x.ticks() {
            let x = across(share);
            chart.add(format_args!(
                "<path class=\"grid\" d=\"M{x:.1} {bottom:.1}V{top:.1}\"/>\
                 <text x=\"{x:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{text}</text>",
                bottom + 20.0
            ));
        }
        for (share, text) in chart.y.ticks() {
            let y = up(share);
            chart.add(format_args!(
                "<path class=\"grid\" d=\"M{left:.1} {y:.1}H{right:.1}\"/>\
                 <text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{text}</text>",
                left - 7.0,
                y + 4.0
            ));
        }
        let (x_label, y_label) = (chart.x.label, chart.y.label);
        chart.add(format_args!(
            "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{x_label}</text>\
             <text transform=\"translate(17 {:.1}) rotate(-90)\" text-anchor=\"middle\">{y_label}</text>",
            f64::midpoint(left, right),
            bottom + 46.0,
            f64::midpoint(bottom, top)
        ));
        chart
    }

    /// A line through points.
    pub(super) fn line(&mut self, class: &str, points: impl Iterator<Item = [f64; 2]>) {
        let places = self.places(points);
        self.add(format_args!("<polyline class=\"{class}\" points=\"{places}\"/>"));
    }

    fn places(&self, points: impl Iterator<Item = [f64; 2]>) -> String {
        let places: Vec<String> = points
            .map(|[x, y]| format!("{:.1},{:.1}", across(self.x.share(x)), up(self.y.share(y))))
            .collect();
        places.join(" ")
    }

    /// The area between a low and a high value at each place.
    pub(super) fn band(&mut self, columns: &[[f64; 3]]) {
        let there = columns.iter().map(|&[x, _, high]| [x, high]);
        let back = columns.iter().rev().map(|&[x, low, _]| [x, low]);
        let places = self.places(there.chain(back));
        self.add(format_args!("<polygon class=\"band\" points=\"{places}\"/>"));
    }

    /// Bars that stand on the axis, as wide as the distance of their left edges, from 0 to 1 across.
    pub(super) fn bars(&mut self, class: &str, heights: &[f64]) {
        let bottom = up(0.0);
        for (index, &height) in heights.iter().enumerate().filter(|(_, height)| **height > 0.0) {
            let [left, right] = [index, index + 1].map(|edge| across(edge as f64 / heights.len() as f64));
            let top = up(self.y.share(height));
            self.add(format_args!(
                "<rect class=\"{class}\" x=\"{left:.1}\" y=\"{top:.1}\" width=\"{:.1}\" height=\"{:.1}\"/>",
                right - left - 1.0,
                bottom - top
            ));
        }
    }

    /// Dots.
    pub(super) fn dots(&mut self, class: &str, points: impl Iterator<Item = [f64; 2]>) {
        for [x, y] in points {
            let (x, y) = (across(self.x.share(x)), up(self.y.share(y)));
            self.add(format_args!("<circle class=\"{class}\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"2.2\"/>"));
        }
    }

    /// Crosses, which differ from dots without colour too.
    pub(super) fn crosses(&mut self, class: &str, points: impl Iterator<Item = [f64; 2]>) {
        let mut path = String::new();
        for [x, y] in points {
            let (x, y) = (across(self.x.share(x)), up(self.y.share(y)));
            // Writing to a string cannot fail.
            let _ = write!(path, "M{:.1} {:.1}l5 5m0 -5l-5 5", x - 2.5, y - 2.5);
        }
        self.add(format_args!("<path class=\"{class}\" d=\"{path}\"/>"));
    }

    /// A vertical line with a word at its top.
    pub(super) fn mark(&mut self, class: &str, value: f64, word: &str) {
        let share = self.x.share(value);
        let (x, top, bottom) = (across(share), up(1.0), up(0.0));
        // The first word is on the left, where no second line crosses it, unless it would leave the chart there.
        let is_left = share > 0.85 || (self.marks == 0 && share > 0.15);
        let (anchor, beside) = if is_left { ("end", x - 4.0) } else { ("start", x + 4.0) };
        self.add(format_args!(
            "<path class=\"{class}\" d=\"M{x:.1} {bottom:.1}V{top:.1}\"/>\
             <text class=\"mark\" x=\"{beside:.1}\" y=\"{:.1}\" text-anchor=\"{anchor}\">{word}</text>",
            top + 14.0 + WORD_HEIGHT * self.marks as f64
        ));
        self.marks += 1;
    }

    /// The chart; the text says in words what it shows.
    pub(super) fn svg(self, words: &str) -> String {
        let [width, height] = SIZE;
        let words = super::escaped(words);
        format!(
            "<svg role=\"img\" aria-label=\"{words}\" viewBox=\"0 0 {width} {height}\"><title>{words}</title>{}</svg>\n",
            self.body
        )
    }

    fn add(&mut self, text: std::fmt::Arguments<'_>) {
        // Writing to a string cannot fail.
        let _ = self.body.write_fmt(text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ticks(axis: &Axis) -> Vec<String> {
        axis.ticks().into_iter().map(|(_, text)| text).collect()
    }

    #[test]
    fn ticks_are_round_numbers() {
        assert_eq!(ticks(&Axis::linear("", 0.0, 1.0)), ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]);
        assert_eq!(ticks(&Axis::linear("", 1.0, 37.0)), ["10", "20", "30"]);
        let log = Axis::log("", [0.0, 0.02, 3.0].into_iter());
        assert_eq!(ticks(&log), ["0.01", "0.1", "1", "10"]);
        assert_eq!(log.share(1.0).to_bits(), (2.0_f64 / 3.0).to_bits());
        assert_eq!(log.share(0.0).to_bits(), 0.0_f64.to_bits());
    }

    #[test]
    fn an_axis_of_nothing_is_still_one() {
        assert_eq!(ticks(&Axis::log("", [0.0].into_iter())), ["1", "10"]);
        assert_eq!(ticks(&Axis::log("", [1e7].into_iter())), ["1e7", "1e8"]);
    }

    #[test]
    fn a_point_lies_where_its_axes_say() {
        let mut chart = Chart::new(Axis::linear("x", 0.0, 1.0), Axis::linear("y", 0.0, 1.0));
        chart.line("first", [[0.0, 0.0], [1.0, 1.0]].into_iter());
        let svg = chart.svg("a < b");
        assert!(svg.contains("points=\"76.0,264.0 540.0,14.0\""), "{svg}");
        assert!(svg.contains("aria-label=\"a &lt; b\""));
    }

    #[test]
    fn a_band_goes_along_its_upper_end_and_back_along_its_lower_one() {
        let mut chart = Chart::new(Axis::linear("x", 0.0, 1.0), Axis::linear("y", 0.0, 1.0));
        chart.band(&[[0.0, 0.0, 1.0], [1.0, 0.0, 1.0]]);
        let svg = chart.svg("");
        assert!(svg.contains("points=\"76.0,14.0 540.0,14.0 540.0,264.0 76.0,264.0\""), "{svg}");
    }

    #[test]
    fn words_of_marks_lie_below_each_other() {
        let mut chart = Chart::new(Axis::linear("x", 0.0, 1.0), Axis::linear("y", 0.0, 1.0));
        chart.mark("threshold", 0.5, "watch");
        chart.mark("threshold", 0.5, "alarm");
        let svg = chart.svg("");
        assert!(svg.contains("y=\"28.0\" text-anchor=\"end\">watch"), "{svg}");
        assert!(svg.contains("y=\"46.0\" text-anchor=\"start\">alarm"), "{svg}");
    }
}
