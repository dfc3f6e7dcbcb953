//! Mistakes with windows, images, recipes and the commands around encoders and decoders: one clear line, the documented
//! exit status, nothing half-written.
#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

mod support;

use std::fs;
use std::path::Path;
use support::{Folder, SIDE, fail, fixture, idx, images, plane, ratings, series};

/// Trains, which has to fail, and looks for leftovers.
fn train(folder: &Folder, data: &str, options: &[&str]) -> (String, u8) {
    let out = folder.path("out");
    let found = fail(&[&["train", "--data", data, "--out", &out, "--alarm-rate", "0.05"], options].concat());
    let left: Vec<_> = fs::read_dir(&out).into_iter().flatten().collect();
    assert!(left.is_empty(), "{left:?} after {}", found.0);
    found
}

#[test]
fn windows_that_cannot_be() {
    let folder = Folder::new();
    let data = folder.write("series.csv", series(200));
    let cases: [(&[&str], &str, u8); 6] = [
        (
            &["--window", "300"],
            "series.csv: found 200 samples in the longest series, wanted at least the 300 of a window; give a longer \
             series or a shorter window",
            1,
        ),
        (&["--window", "8", "--hop", "0"], "invalid value '0' for '--hop <HOP>': 0 is not in 1..=65535", 2),
        (&["--window", "0"], "invalid value '0' for '--window <WINDOW>': 0 is not in 1..=32768", 2),
        (&["--hop", "3"], "required arguments were not provided: --window <WINDOW>", 2),
        (&["--window", "150"], "series.csv: found 1 rows to learn from, wanted at least 20", 1),
        (&["--recipe", "conv1d"], "--recipe: found conv1d, wanted a dense recipe for rows of a table", 2),
    ];
    for (options, wanted, status) in cases {
        let found = train(&folder, &data, options);
        assert!(found.0.contains(wanted) && found.1 == status, "{options:?}: {found:?}");
    }
    let schema = folder.write(
        "s.toml",
        "window = 8\nhop = 0\n[[field]]\nname = \"a\"\nkind = \"number\"\nresolution = \"0.001\"\n",
    );
    let (message, status) = train(&folder, &data, &["--schema", &schema]);
    assert!(
        message.contains("key `hop`: it is 0, wanted the samples from window to window") && status == 2,
        "{message}"
    );
}

#[test]
fn images_that_cannot_be() {
    let folder = Folder::new();
    let (values, labels) = images(150);
    let data = folder.write("images.idx", idx(&[150, SIDE, SIDE], &values));
    let cut = folder.write("cut.idx", &idx(&[150, SIDE, SIDE], &values)[..500]);
    let few = folder.write("few.idx", idx(&[40], &labels[..40]));
    let csv = folder.write("rows.csv", plane(0..60, 0.1));
    folder.write("mixed/a.txt", "no picture");
    let mixed = folder.path("mixed");
    let cases: [(&str, &[&str], &str, u8); 12] = [
        (&cut, &[], "cut.idx: found 484 bytes after the header, wanted 5400 for 150 x 6 x 6 values", 1),
        (&data, &["--shape", "5x6x1"], "images.idx: found images of 6x6x1, wanted 5x6x1", 1),
        (&data, &["--shape", "6x6"], "--shape: found `6x6`, wanted height, width and channels above 0", 2),
        (&data, &["--shape", "6x0x1"], "--shape: found `6x0x1`, wanted height, width and channels", 2),
        (&data, &["--labels", &few], "few.idx: found 40 labels, wanted 150, one per image of", 1),
        (
            &data,
            &["--normal", "3"],
            "--normal: found with images that have no labels, wanted --labels FILE",
            2,
        ),
        (&data, &["--label", "y"], "--label: found with images that have no labels, wanted --labels FILE", 2),
        (&data, &["--window", "4"], "--window: found with images, wanted a series of rows; leave it out", 2),
        (&csv, &["--shape", "3x3x1"], "rows.csv: found 8 columns of pixels, wanted 9 for 3x3x1", 1),
        (&csv, &["--labels", &few], "--labels: found with rows of a table, wanted images", 2),
        (&csv, &["--resolution", "0.1"], "--resolution: found with rows of a table, wanted images", 2),
        (&mixed, &[], "a.txt: found something else, wanted a PNG picture", 1),
    ];
    for (data, options, wanted, status) in cases {
        let found = train(&folder, data, options);
        assert!(found.0.contains(wanted) && found.1 == status, "{options:?}: {found:?}");
    }
    let (message, _) = train(&folder, &data, &["--shape", "6x6x1", "--resolution", "none"]);
    assert!(message.starts_with("--resolution: found `none`, wanted a decimal above 0"), "{message}");
    let schema = folder.write("s.toml", "shape = \"6x6x1\"\n");
    let (message, _) = train(&folder, &data, &["--shape", "6x6x1", "--schema", &schema]);
    assert!(message.starts_with("--shape: found with --schema, wanted one or the other"), "{message}");

    let model = folder.train("model", &data, &["--layers", "2,2", "--epochs", "1"]);
    let (message, status) = fail(&["evaluate", "--model", &model, "--data", &data]);
    assert!(message.contains("images.idx: found images without labels") && status == 2, "{message}");
    for command in ["score", "encode", "reconstruct"] {
        let out = folder.path("result");
        let (message, status) = fail(&[command, "--model", &model, "--data", &cut, "--out", &out]);
        assert!(message.contains("cut.idx: found 484 bytes") && status == 1, "{message}");
        assert!(!Path::new(&out).exists());
    }
}

#[test]
fn recipes_that_cannot_be() {
    let folder = Folder::new();
    let data = folder.write("rows.csv", plane(0..200, 0.1));
    let cases: [(&[&str], &str); 11] = [
        (
            &["--recipe", "sparse", "--sparsity", "top-k", "--keep", "99", "--layers", "8"],
            "--keep: found 99, wanted 1 to 8, the units of the hidden layer",
        ),
        (
            &["--recipe", "sparse", "--sparsity", "l1", "--sparsity-weight", "-1"],
            "--sparsity-weight: found -1, wanted 0 or more",
        ),
        (
            &["--recipe", "sparse", "--sparsity", "kl", "--sparsity-target", "-0.5"],
            "--sparsity-target: found -0.5, wanted",
        ),
        (&["--noise", "masking"], "--noise: found with --recipe auto, wanted --recipe denoising"),
        (
            &["--recipe", "denoising", "--beta", "1"],
            "--beta: found with --recipe denoising, wanted --recipe variational",
        ),
        (
            &["--recipe", "dense", "--pooling", "max"],
            "--pooling: found with --recipe dense, wanted --recipe conv1d or conv2d",
        ),
        (&["--recipe", "variational", "--beta", "-1"], "--beta: found -1, wanted 0 or more"),
        (
            &["--recipe", "sparse", "--members", "2"],
            "--members: found 2, wanted 1, since a layer `largest k` cannot stand beside others",
        ),
        (&["--members", "6"], "--members"),
        (
            &["--prototypes", "50"],
            "--prototypes: found 50, wanted at most 12, one for every 10 training rows",
        ),
        (&["--dropout", "1"], "--dropout: found 1, wanted at least 0 and below 1"),
    ];
    for (options, wanted) in cases {
        let found = train(&folder, &data, options);
        assert!(found.0.contains(wanted) && found.1 == 2, "{options:?}: {found:?}");
    }
    let one = folder.write("one.csv", "x0\n0.5\n");
    let schema = folder.write(
        "s.toml",
        "[[field]]\nname = \"x0\"\nkind = \"number\"\nresolution = \"0.001\"\nrange = [\"-1\", \"1\"]\n",
    );
    let (message, status) = train(&folder, &one, &["--schema", &schema, "--batch-norm"]);
    assert!(
        message.contains("one.csv: found 1 rows to learn from, wanted at least 20") && status == 1,
        "{message}"
    );
    let (message, status) = train(&folder, &data, &["--schema", &schema, "--loss", "bce"]);
    let wanted = "wanted a value in the field's range; correct the cell, or widen `range` in the schema";
    assert!(message.contains("column `x0`: found `") && message.contains(wanted) && status == 1, "{message}");
}

#[test]
fn models_that_cannot_do_it() {
    let folder = Folder::new();
    let data = folder.write("rows.csv", plane(0..200, 0.1));
    let model = folder.train("dense", &data, &["--recipe", "dense", "--layers", "6,2,6", "--epochs", "2"]);
    let several = ["--recipe", "variational", "--members", "2", "--layers", "6,2,6", "--epochs", "2"];
    let several = folder.train("several", &data, &several);
    let out = folder.path("result");
    let cases: [(&[&str], &str, u8); 5] = [
        (
            &["generate", "--model", &several],
            "model.tw: found a model of 2 members, wanted one, whose decoder makes up whole records; train with --members 1",
            2,
        ),
        (
            &["generate", "--model", &model],
            "model.tw: found a model of recipe dense, wanted a variational one, whose latent vectors have a \
             distribution to draw from; train with --recipe variational",
            2,
        ),
        (
            &["recommend", "--model", &model, "--data", &data],
            "model.tw: found a model of other records, wanted one of users and items",
            2,
        ),
        (&["generate", "--model", &model, "--rows", "0"], "invalid value '0' for '--rows <ROWS>'", 2),
        (
            &["score", "--model", &model, "--data", &data, "--maps", &out],
            "--maps: found records that are no images in",
            2,
        ),
    ];
    for (line, wanted, status) in cases {
        let line = if line.contains(&"--maps") { line.to_vec() } else { [line, &["--out", &out]].concat() };
        let found = fail(&line);
        assert!(found.0.contains(wanted) && found.1 == status, "{line:?}: {found:?}");
        assert!(!Path::new(&out).exists(), "{line:?} left something");
    }

    let bytes = fs::read(&model).unwrap();
    let mut damaged = bytes.clone();
    damaged[500] ^= 1;
    for (bytes, wanted) in [(&damaged[..], "damaged"), (&bytes[..bytes.len() - 1], "shorter or longer")] {
        let bad = folder.write("bad.tw", bytes);
        for command in ["encode", "reconstruct", "recommend"] {
            let (message, status) = fail(&[command, "--model", &bad, "--data", &data, "--out", &out]);
            assert!(message.contains("bad.tw") && message.contains(wanted) && status == 1, "{message}");
        }
        let (message, _) = fail(&["generate", "--model", &bad, "--out", &out]);
        assert!(message.contains("bad.tw") && message.contains(wanted), "{message}");
        assert!(!Path::new(&out).exists());
    }
}

#[test]
fn items_behind_several_layers_cannot_be_recommended() {
    let folder = Folder::new();
    let data = folder.write("ratings.csv", ratings(200));
    let schema = folder.write("s.toml", "[ratings]\nuser = \"user\"\nitem = \"item\"\nvalue = \"stars\"\n");
    let model = folder.train("model", &data, &["--schema", &schema, "--layers", "8,3,8", "--epochs", "2"]);
    let out = folder.path("result");
    let line = ["recommend", "--model", &model, "--data", &data, "--out", &out];
    let (message, status) = fail(&line);
    assert!(message.contains("model.tw: found more than one layer behind the latent vector"), "{message}");
    assert_eq!(status, 2);
    assert!(!Path::new(&out).exists());
    let (message, _) = fail(&[&line[..], &["--top", "65"]].concat());
    assert!(message.contains("65 is not in 1..=64"), "{message}");
    let rows = fixture("data/breast_cancer.csv");
    let (message, _) = fail(&["encode", "--model", &model, "--data", &rows, "--out", &out]);
    assert!(message.contains("no column `user`, which the schema's key `user` reads"), "{message}");
}
