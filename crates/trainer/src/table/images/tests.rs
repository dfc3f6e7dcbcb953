//! Every source of images, and every way it can be wrong, with the exact message.

use super::npy::MAGIC;
use super::*;
use crate::table::{ColumnUse, Notes};
use flate2::{Compression, write::GzEncoder};
use png::{BitDepth, ColorType, Encoder};
use std::io::Write;
use tempfile::TempDir;

struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        Self(TempDir::new().unwrap())
    }

    fn write(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.0.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, bytes).unwrap();
        path
    }

    fn bare(&self, text: &str) -> String {
        text.replace(&format!("{}/", self.0.path().display()), "")
            .replace(&self.0.path().display().to_string(), "folder")
    }

    fn fault(&self, files: &[PathBuf], labels: Option<&Path>, options: &ImageOptions) -> String {
        self.bare(&read_images(files, labels, options).unwrap_err().to_string())
    }
}

fn idx(dims: &[u32], values: &[u8]) -> Vec<u8> {
    let dims_bytes: Vec<u8> = dims.iter().flat_map(|dim| dim.to_be_bytes()).collect();
    [&[0, 0, 8, dims.len() as u8][..], &dims_bytes, values].concat()
}

/// An NPY file of version 1.
pub(super) fn npy(kind: &str, order: &str, shape: &str, body: &[u8]) -> Vec<u8> {
    let header = format!("{{'descr': '{kind}', 'fortran_order': {order}, 'shape': {shape}, }}\n");
    let length = (header.len() as u16).to_le_bytes();
    [MAGIC, &[1, 0], &length, header.as_bytes(), body].concat()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn picture(size: [u32; 2], color: ColorType, depth: BitDepth, values: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, size[0], size[1]);
    encoder.set_color(color);
    encoder.set_depth(depth);
    if color == ColorType::Indexed {
        encoder.set_palette(vec![0; 6]);
    }
    let mut writer = encoder.write_header().unwrap();
    writer.write_image_data(values).unwrap();
    writer.finish().unwrap();
    bytes
}

fn grey(values: [u8; 2]) -> Vec<u8> {
    picture([2, 1], ColorType::Grayscale, BitDepth::Eight, &values)
}

fn plain() -> ImageOptions {
    ImageOptions::default()
}

fn labels(table: &Table) -> Vec<bool> {
    (0..table.n_rows()).filter_map(|row| table.label(row)).collect()
}

#[test]
fn idx_plain_and_gzip_with_labels() {
    let folder = Folder::new();
    let images = folder.write("i.gz", &gzip(&idx(&[2, 2, 3], &(0..12).collect::<Vec<_>>())));
    let more = folder.write("more", &idx(&[1, 2, 3], &[255; 6]));
    let classes = folder.write("l", &idx(&[3], &[7, 0, 7]));
    let (schema, table) = read_images(&[images, more], Some(&classes), &plain()).unwrap();
    assert_eq!(schema, Schema::for_images([2, 3, 1]).unwrap());
    assert_eq!((table.n_rows(), table.n_fields(), table.samples_per_row(), table.n_samples()), (3, 1, 6, 18));
    assert_eq!((table.raw(1), table.raw(2)), (&[6, 7, 8, 9, 10, 11][..], &[255; 6][..]));
    assert_eq!([table.place(1), table.place(2)], [(0, 2), (1, 1)]);
    assert_eq!((labels(&table), table.files().len()), (vec![true, false, true], 2));
    let paths = [folder.0.path().join("i.gz"), folder.0.path().join("more")];
    let seven = ImageOptions { normal: Some("7".to_owned()), ..plain() };
    assert_eq!(labels(&read_images(&paths, Some(&classes), &seven).unwrap().1), [false, true, false]);
    // The schema that training keeps reads further images.
    let written = Schema::parse(&schema.to_text(&Notes::default()), "s").unwrap();
    let again = Table::read(&paths, &written, &ReadOptions::default()).unwrap();
    assert_eq!((again.raw(1), again.label(1)), (table.raw(1), None));
}

#[test]
fn idx_that_is_wrong() {
    let folder = Folder::new();
    let images = folder.write("i", &idx(&[2, 2, 2], &[0, 1, 2, 3, 4, 5, 6, 7]));
    let cut = folder.write("cut", &idx(&[2, 2, 2], &[0; 5]));
    let list = folder.write("list", &idx(&[4], &[0; 4]));
    let other = folder.write("other", &idx(&[1, 2, 3], &[0; 6]));
    let none = folder.write("none", &idx(&[0, 2, 2], &[]));
    let high = folder.write("high", &idx(&[0, 8200, 978_978], &[]));
    let deep = folder.write("deep", &idx(&[0, 1, 1, u32::MAX], &[]));
    let text = folder.write("text", b"0\n1\n");
    let one = std::slice::from_ref(&images);
    assert_eq!(
        folder.fault(&[cut], None, &plain()),
        "cut: found 5 bytes after the header, wanted 8 for 2 x 2 x 2 values; give the whole file"
    );
    assert_eq!(
        folder.fault(std::slice::from_ref(&list), None, &plain()),
        "list: found an array of dimensions [4], wanted [images, height, width] or [images, height, width, channels]; \
         give the images"
    );
    assert_eq!(
        folder.fault(&[images.clone(), other], None, &plain()),
        "other: found images of 2x3x1, wanted 2x2x1; give images of one shape"
    );
    assert_eq!(
        folder.fault(&[none], None, &plain()),
        "none: found no image, wanted at least one; give another file"
    );
    for (file, shape) in [
        (high, "high: the shape of its images: it is `8200x978978x1`"),
        (deep, "deep: the shape of its images: it is `1x1x4294967295`"),
    ] {
        let wanted = "wanted at most 65536 channels and 4194304 values an image; make it smaller";
        assert_eq!(folder.fault(&[file], None, &plain()), format!("{shape}, {wanted}"));
    }
    let shape = ImageOptions { shape: Some([4, 1, 1]), ..plain() };
    assert_eq!(
        folder.fault(one, None, &shape),
        "i: found images of 2x2x1, wanted 4x1x1; give images of one shape"
    );
    assert_eq!(
        folder.fault(one, Some(&list), &plain()),
        "list: found 4 labels, wanted 2, one per image of i; give those of the images"
    );
    assert_eq!(
        folder.fault(one, Some(&images), &plain()),
        "i: found an array of dimensions [2, 2, 2], wanted one integer per image; give the labels"
    );
    assert_eq!(
        folder.fault(one, Some(&text), &plain()),
        "text: found something else, wanted labels as IDX or NPY; convert it"
    );
    assert_eq!(
        folder.fault(&[folder.0.path().join("absent")], None, &plain()),
        "absent: no such file; check the path"
    );
}

#[test]
fn npy_of_integers_and_floats() {
    let folder = Folder::new();
    let signed: Vec<u8> = [-300_i16, 5, 7, 40].iter().flat_map(|value| value.to_be_bytes()).collect();
    let (schema, table) =
        read_images(&[folder.write("a", &npy(">i2", "False", "(1, 2, 2)", &signed))], None, &plain())
            .unwrap();
    assert_eq!(table.raw(0), [-300, 5, 7, 40]);
    let whole = FieldKind::Number { resolution: Resolution::ONE, range: None, period: None };
    assert_eq!(schema.fields[0].kind, whole);

    let floats: Vec<u8> = [0.1_f32, -0.25, 1.0, 0.0].iter().flat_map(|value| value.to_le_bytes()).collect();
    let path = folder.write("f", &npy("<f4", "False", "(2, 1, 1, 2)", &floats));
    assert_eq!(
        folder.fault(std::slice::from_ref(&path), None, &plain()),
        "f: found floats, wanted the resolution of their values, such as 0.01; declare it"
    );
    let options = ImageOptions { resolution: Resolution::parse("0.01"), ..plain() };
    let (schema, table) = read_images(&[path], None, &options).unwrap();
    assert_eq!((table.raw(0), table.raw(1)), (&[10, -25][..], &[100, 0][..]));
    assert_eq!((schema.image_shape(), schema.fields[1].name.as_str()), (Some([1, 1, 2]), "channel_1"));

    let nan =
        folder.write("n", &npy("<f8", "False", "(1, 1, 2)", &[[0; 8], f64::NAN.to_le_bytes()].concat()));
    assert_eq!(folder.fault(&[nan], None, &options), "n: image 1: found `NaN`, wanted a number; correct it");
    let flat = folder.write("flat", &npy("|u1", "False", "(2, 4)", &[0, 1, 2, 3, 4, 5, 6, 7]));
    let shape = ImageOptions { shape: Some([2, 2, 1]), ..plain() };
    assert_eq!(read_images(&[&flat], None, &shape).unwrap().1.raw(1), [4, 5, 6, 7]);
    assert!(
        folder
            .fault(&[flat], None, &plain())
            .starts_with("flat: found an array of dimensions [2, 4], wanted")
    );
    // A model of bytes is given wider values.
    let wide = folder.write("w", &npy("<i2", "False", "(1, 1, 2)", &[9, 0, 0, 1]));
    let bytes = Schema::for_images([1, 2, 1]).unwrap();
    let error = Table::read(&[wide], &bytes, &ReadOptions::default()).unwrap_err().to_string();
    assert_eq!(folder.bare(&error), "w: image 1: found `256`, wanted a number from 0 to 255; correct it");
}

#[test]
fn pictures_in_folders() {
    let folder = Folder::new();
    for (name, values) in [("b.png", [3, 4]), ("a.png", [1, 2]), ("c.png", [5, 6])] {
        folder.write(&format!("all/{name}"), &grey(values));
    }
    folder.write("split/normal/1.png", &grey([0, 9]));
    folder.write("split/anomaly/1.png", &grey([255, 0]));
    let all = folder.0.path().join("all");
    let (schema, table) = read_images(&[&all], None, &plain()).unwrap();
    assert_eq!(schema.image_shape(), Some([1, 2, 1]));
    assert_eq!([0, 1, 2].map(|row| table.raw(row).to_vec()), [[1, 2], [3, 4], [5, 6]]);
    assert_eq!((table.label(0), table.place(2), table.files().len()), (None, (2, 1), 3));
    let split = folder.0.path().join("split");
    let (_, table) = read_images(&[&split], None, &plain()).unwrap();
    assert_eq!((labels(&table), table.raw(0), table.raw(1)), (vec![true, false], &[255, 0][..], &[0, 9][..]));
    let rgb = folder.write("rgb.png", &picture([1, 2], ColorType::Rgb, BitDepth::Eight, &[1, 2, 3, 4, 5, 6]));
    let (schema, table) = read_images(&[rgb], None, &plain()).unwrap();
    assert_eq!((schema.image_shape(), table.sample(1)), (Some([2, 1, 3]), &[4, 5, 6][..]));
    assert_eq!(
        folder.fault(&[all.clone(), split], None, &plain()),
        "split/anomaly/1.png: found labelled, wanted not labelled as before it; label all or none"
    );
    folder.write("all/Thumbs.db", b"x");
    assert_eq!(
        folder.fault(&[all], None, &plain()),
        "all/Thumbs.db: found something else, wanted a PNG picture; convert it or move it away"
    );
}

#[test]
fn pictures_that_are_wrong() {
    let folder = Folder::new();
    let fault = |name: &str, bytes: &[u8]| folder.fault(&[folder.write(name, bytes)], None, &plain());
    for (color, depth, values, found) in [
        (ColorType::GrayscaleAlpha, BitDepth::Eight, &[0; 4][..], "grey with alpha of 8"),
        (ColorType::Rgba, BitDepth::Eight, &[0; 8], "RGB with alpha of 8"),
        (ColorType::Indexed, BitDepth::Eight, &[0; 2], "a palette of 8"),
        (ColorType::Grayscale, BitDepth::Sixteen, &[0; 4], "grey of 16"),
        (ColorType::Grayscale, BitDepth::One, &[0; 1], "grey of 1"),
    ] {
        assert_eq!(
            fault("p.png", &picture([2, 1], color, depth, values)),
            format!("p.png: found {found} bits, wanted grey or RGB of 8 bits; convert it")
        );
    }
    let whole = grey([1, 2]);
    let cut = fault("cut.png", &whole[..whole.len() - 20]);
    assert!(
        cut.starts_with("cut.png: found a PNG that cannot be read: ")
            && cut.ends_with("; give the whole file"),
        "{cut}"
    );
    folder.write("sizes/a.png", &whole);
    folder.write("sizes/b.png", &picture([1, 1], ColorType::Grayscale, BitDepth::Eight, &[0]));
    assert_eq!(
        folder.fault(&[folder.0.path().join("sizes")], None, &plain()),
        "sizes/b.png: found images of 1x1x1, wanted 1x2x1; give images of one shape"
    );
    std::fs::create_dir(folder.0.path().join("empty")).unwrap();
    assert_eq!(
        folder.fault(&[folder.0.path().join("empty")], None, &plain()),
        "empty: found an empty folder, wanted PNG pictures; give another"
    );
    folder.write("classes/normal/a.png", &whole);
    folder.write("classes/broken/a.png", &whole);
    assert_eq!(
        folder.fault(&[folder.0.path().join("classes")], None, &plain()),
        "classes/broken: found beside sub-folders, wanted `normal` and `anomaly` alone; move it away"
    );
    let a = folder.write("a.png", &whole);
    let classes = folder.write("l", &idx(&[2], &[0, 1]));
    std::fs::remove_dir_all(folder.0.path().join("classes/broken")).unwrap();
    assert_eq!(
        folder.fault(&[folder.0.path().join("classes")], Some(&classes), &plain()),
        "l: found labels of images that have their own; give one or the other"
    );
    assert_eq!(
        folder.fault(&[a], Some(&classes), &plain()),
        "l: found 2 labels, wanted 1, one per image of a.png; give those of the images"
    );
}

#[test]
fn csv_whose_columns_are_pixels() {
    let folder = Folder::new();
    let path = folder.write("p.csv", b"class,p0,p1,p2,p3\ncat,0,1,2,3\ndog,4,5,6,255\n");
    let one = std::slice::from_ref(&path);
    let options = ImageOptions {
        shape: Some([1, 2, 2]),
        label: Some("class".to_owned()),
        normal: Some("cat".to_owned()),
        ..plain()
    };
    let (schema, table) = read_images(one, None, &options).unwrap();
    assert_eq!(
        (table.raw(1), table.sample(1), labels(&table)),
        (&[4, 5, 6, 255][..], &[2, 3][..], vec![false, true])
    );
    assert_eq!((table.place(1), schema.label.as_deref()), ((0, 3), Some("class")));
    let unread = ReadOptions { label: ColumnUse::Unread, ..ReadOptions::default() };
    assert_eq!(Table::read(one, &schema, &unread).unwrap().raw(1), table.raw(1));

    assert_eq!(
        folder.fault(one, None, &plain()),
        "p.csv: found text, wanted the shape of its images; say --shape HxWxC, or `shape` in the schema"
    );
    assert_eq!(
        folder.fault(one, None, &ImageOptions { label: None, ..options.clone() }),
        "p.csv: found 5 columns of pixels, wanted 4 for 1x2x2; correct the shape, or name the columns that are no pixels \
         as `label` or in `ignore`"
    );
    assert_eq!(
        folder.fault(one, None, &ImageOptions { normal: None, ..options.clone() }),
        "p.csv, row 2, column `class`: found `cat`, wanted 0 for normal or 1 for anomalous; correct the cell or name \
         another label column"
    );
    let high = folder.write("high.csv", b"class,p0,p1,p2,p3\ncat,0,256,2,3\n");
    assert_eq!(
        folder.fault(&[high], None, &options),
        "high.csv, row 2, column `p1`: found `256`, wanted a value in the field's range; correct the cell, or widen \
         `range` in the schema"
    );
    let bare = folder.write("bare.csv", b"p0,p1,p2,p3\n0,1,2,3\n");
    assert_eq!(
        folder.fault(&[path, bare], None, &options),
        "bare.csv: found not labelled, wanted labelled as before it; label all or none"
    );
}

#[test]
fn some_times_are_no_times() {
    let folder = Folder::new();
    let mut schema = Schema::for_images([1, 1, 1]).unwrap();
    schema.time = Some("when".to_owned());
    let timed = folder.write("t.csv", b"when,p\n5,1\n6,2\n");
    let bare = folder.write("b.csv", b"p\n3\n");
    let table = Table::read(&[&timed], &schema, &ReadOptions::default()).unwrap();
    assert_eq!((table.raw(1), table.time(1).unwrap() - table.time(0).unwrap()), (&[2][..], 1));
    let error = Table::read(&[timed, bare], &schema, &ReadOptions::default()).unwrap_err().to_string();
    assert_eq!(
        folder.bare(&error),
        "t.csv: found a time or text column in some files only, wanted it in all; give files of one kind"
    );
}
