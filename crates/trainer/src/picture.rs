//! Pictures of what a model finds strange in an image.

use png::{BitDepth, ColorType, Encoder};
use tillwatch_engine::kernel::Shape;

/// Grey columns between the panels.
const GAP: usize = 1;
const GAP_SHADE: u8 = 128;

/// Three panels of one image, each `height * width` values from 0, black, to 1, white.
#[derive(Clone, Copy, Debug)]
pub struct Panels<'a> {
    /// Height and width of a panel.
    pub size: [usize; 2],
    /// The image, what the model made of it, and where they differ.
    pub panels: [&'a [f32]; 3],
}

impl Panels<'_> {
    /// The panels side by side as a PNG of 8-bit grey.
    ///
    /// # Errors
    /// A size that a PNG cannot have, or panels that are too short, as the encoder says it.
    pub fn to_png(&self) -> Result<Vec<u8>, png::EncodingError> {
        let [height, width] = self.size;
        let whole = 3 * width + 2 * GAP;
        let mut pixels = Vec::with_capacity(whole * height);
        for row in 0..height {
            for (index, panel) in self.panels.iter().enumerate() {
                if index > 0 {
                    pixels.extend([GAP_SHADE; GAP]);
                }
                let part = panel.get(row * width..(row + 1) * width).unwrap_or_default();
                pixels.extend(part.iter().map(|&value| (value.clamp(0.0, 1.0) * 255.0 + 0.5) as u8));
            }
        }
        let mut bytes = Vec::new();
        let mut encoder = Encoder::new(&mut bytes, whole as u32, height as u32);
        encoder.set_color(ColorType::Grayscale);
        encoder.set_depth(BitDepth::Eight);
        let mut writer = encoder.write_header()?;
        writer.write_image_data(&pixels)?;
        writer.finish()?;
        Ok(bytes)
    }
}

/// The shade of every pixel: the mean of its channels, each from the least value of its field, 0, to the largest, 1.
///
/// # Shapes
/// `raw`: `shape`; `ranges`: one per channel; result: height * width.
#[must_use]
pub fn shades(shape: Shape, raw: &[i32], ranges: &[[i32; 2]]) -> Vec<f32> {
    let shade = |(&value, &[low, high]): (&i32, &[i32; 2])| {
        let range = (f64::from(high) - f64::from(low)).max(1.0);
        (f64::from(value) - f64::from(low)) / range
    };
    let channels = usize::from(shape.channels).max(1);
    let pixels = raw.chunks_exact(channels);
    pixels.map(|pixel| (pixel.iter().zip(ranges).map(shade).sum::<f64>() / channels as f64) as f32).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn panels_stand_side_by_side() {
        let panels =
            Panels { size: [2, 1], panels: [&[0.0, 1.0], &[0.5, -3.0], &[2.0, 0.25]] }.to_png().unwrap();
        let mut reader = png::Decoder::new(std::io::Cursor::new(panels)).read_info().unwrap();
        let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
        let found = reader.next_frame(&mut pixels).unwrap();
        assert_eq!((found.width, found.height, found.color_type), (5, 2, ColorType::Grayscale));
        assert_eq!(pixels, [0, 128, 128, 128, 255, 255, 128, 0, 128, 64]);
    }

    #[test]
    fn what_no_png_can_be_is_refused() {
        assert!(Panels { size: [0, 0], panels: [&[]; 3] }.to_png().is_err());
        assert!(Panels { size: [1, 2], panels: [&[0.0]; 3] }.to_png().is_err());
    }

    #[test]
    fn a_shade_is_the_mean_of_the_channels() {
        let shape = Shape { height: 1, width: 2, channels: 2 };
        let shades = shades(shape, &[0, 10, 255, 20], &[[0, 255], [10, 20]]);
        assert_eq!(shades, [0.0, 1.0]);
    }
}
