//! Points of a plane as a picture.

use std::fmt::Write;

/// Side of the picture in its own units, and what stays free around the points.
const SIDE: f64 = 640.0;
const MARGIN: f64 = 40.0;

/// Draws points to one scale on both axes: grey ones first, then the marked ones in red on top.
pub(crate) fn svg(points: &[[f64; 2]], marked: &[bool]) -> String {
    let axis = |axis: usize| {
        let bounds = points.iter().map(|point| point[axis]);
        let low = bounds.clone().fold(f64::INFINITY, f64::min);
        (low, bounds.fold(f64::NEG_INFINITY, f64::max) - low)
    };
    let [(left, across), (bottom, up)] = [axis(0), axis(1)];
    let extent = across.max(up).max(f64::MIN_POSITIVE);
    let place = |value: f64, low: f64, span: f64| {
        MARGIN + (SIDE - 2.0 * MARGIN) * ((value - low) + (extent - span) / 2.0) / extent
    };
    let n_marked = marked.iter().filter(|&&marked| marked).count();
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {SIDE} {SIDE}\" width=\"{SIDE}\" \
         height=\"{SIDE}\" font-family=\"sans-serif\" font-size=\"13\">\n\
         <rect width=\"{SIDE}\" height=\"{SIDE}\" fill=\"#fff\"/>\n\
         <text x=\"{MARGIN}\" y=\"24\">Latent vectors: {} records, {n_marked} alarms in red; the two directions of \
         most variance, to one scale</text>\n",
        points.len()
    );
    for (wanted, colour) in [(false, "#555"), (true, "#c22")] {
        let _ = writeln!(svg, "<g fill=\"{colour}\" fill-opacity=\"0.6\">");
        for (point, _) in points.iter().zip(marked).filter(|(_, marked)| **marked == wanted) {
            let (x, y) = (place(point[0], left, across), SIDE - place(point[1], bottom, up));
            let _ = writeln!(svg, "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"2.5\"/>");
        }
        svg.push_str("</g>\n");
    }
    svg.push_str("</svg>\n");
    svg
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marked_points_lie_on_top_and_both_axes_share_a_scale() {
        let svg = svg(&[[0.0, 0.0], [10.0, 5.0]], &[true, false]);
        let grey = svg.find("cx=\"600.0\" cy=\"180.0\"").expect("the upper right point");
        let red = svg.find("cx=\"40.0\" cy=\"460.0\"").expect("the lower left point");
        assert!(grey < red, "{svg}");
        assert!(svg.contains("2 records, 1 alarms in red"));
    }

    #[test]
    fn points_in_one_place_are_drawn_in_the_middle() {
        assert!(super::svg(&[[3.0, 3.0]], &[false]).contains("cx=\"320.0\" cy=\"320.0\""));
    }
}
