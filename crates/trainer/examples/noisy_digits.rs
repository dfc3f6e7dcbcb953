//! Writes handwritten digits three times: `noisy_digits DIR` makes `train.csv` of four images in five, and of the others
//! `clean.csv` and `noisy.csv`.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use tillwatch_engine::seeded::SeededWords;

/// Pixels of an image; the columns after them are labels.
const PIXELS: usize = 64;
/// Darkest pixel.
const DARKEST: i32 = 16;
/// Noise is the difference of two draws below this: a triangle with a standard deviation of 3.7.
const DRAWN_BELOW: u32 = 9;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = PathBuf::from(std::env::args().nth(1).ok_or("wanted a folder to write to")?);
    fs::create_dir_all(&folder)?;
    let digits = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/data/digits.csv");
    let mut digits = csv::Reader::from_path(digits)?;
    let mut writers = ["train.csv", "clean.csv", "noisy.csv"]
        .into_iter()
        .map(|name| csv::Writer::from_path(folder.join(name)))
        .collect::<Result<Vec<_>, _>>()?;
    let header: Vec<String> = digits.headers()?.iter().take(PIXELS).map(str::to_owned).collect();
    writers.iter_mut().try_for_each(|writer| writer.write_record(&header))?;
    let mut words = SeededWords::new(1);
    for (index, image) in digits.deserialize().enumerate() {
        let mut image: Vec<i32> = image?;
        image.truncate(PIXELS);
        if index % 5 > 0 {
            writers[0].serialize(&image)?;
            continue;
        }
        writers[1].serialize(&image)?;
        let mut draw = || (words.next_word() % DRAWN_BELOW) as i32;
        let noisy: Vec<i32> = image.iter().map(|pixel| (pixel + draw() - draw()).clamp(0, DARKEST)).collect();
        writers[2].serialize(&noisy)?;
    }
    writers.iter_mut().try_for_each(csv::Writer::flush)?;
    Ok(())
}
