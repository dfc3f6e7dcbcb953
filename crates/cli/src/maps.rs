//! Pictures of where images are strange.

use crate::Failure;
use crate::output::write_file;
use std::path::Path;
use tillwatch_engine::kernel::Shape;
use tillwatch_engine::score::anomaly_map;
use tillwatch_loader::Loader;
use tillwatch_trainer::picture::{Panels, shades};
use tillwatch_trainer::reconstruct::Inverse;
use tillwatch_trainer::scoring::Bench;
use tillwatch_trainer::table::Schema;

/// The shape of a record's wide codes; none where records are no images.
pub(crate) fn shape(loader: &Loader<'_>, schema: &Schema) -> Option<Shape> {
    let [height, width, _] = schema.image_shape()?;
    let channels = loader.model().n_columns() / (height * width);
    Some(Shape { height: height as u16, width: width as u16, channels: channels as u16 })
}

/// A folder of pictures in the making.
pub(crate) struct Maps<'a> {
    folder: &'a Path,
    shape: Shape,
    channels: u16,
    ranges: Vec<[i32; 2]>,
    inverse: Inverse,
    /// What is white in the map: one scale for all images, so that they compare.
    white: u32,
    count: usize,
}

impl<'a> Maps<'a> {
    /// # Units
    /// `white`: the largest peak of all images.
    pub(crate) fn new(
        folder: &'a Path,
        loader: &Loader<'_>,
        shape: Shape,
        white: u32,
    ) -> Result<Self, Failure> {
        std::fs::create_dir_all(folder).map_err(|cause| Failure::write(folder, &cause))?;
        let fields = loader.model().body().fields;
        Ok(Self {
            folder,
            shape,
            channels: fields.len() as u16,
            ranges: fields.iter().map(|field| [field.low, field.high]).collect(),
            inverse: Inverse::of(loader.model()),
            white: white.max(1),
            count: 0,
        })
    }

    /// Writes the picture of the image last scored.
    pub(crate) fn write(&mut self, raw: &[i32], bench: &Bench) -> Result<(), Failure> {
        self.count += 1;
        let path = self.folder.join(format!("{:05}.png", self.count));
        let size = [self.shape.height, self.shape.width].map(usize::from);
        let mut map = vec![0; size[0] * size[1]];
        anomaly_map(self.shape, bench.codes(), bench.reconstruction(), &mut map);
        let codes: Vec<f64> = bench.reconstruction().iter().map(|&code| code.into()).collect();
        let shade = |raw: &[i32]| shades(Shape { channels: self.channels, ..self.shape }, raw, &self.ranges);
        let residual: Vec<f32> = map.iter().map(|&sum| sum as f32 / self.white as f32).collect();
        let panels = [&shade(raw)[..], &shade(&self.inverse.raw(&codes))[..], &residual[..]];
        let png = Panels { size, panels }.to_png();
        let png =
            png.map_err(|error| Failure::data(format!("{}: cannot be drawn: {error}", path.display())))?;
        write_file(&path, &png)
    }
}
