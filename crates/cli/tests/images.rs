//! Images on the command line: IDX, CSV of pixels, folders of PNG, labels, pictures of what is strange.
#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

mod support;

use std::fs;
use support::{Folder, SIDE, cells, fail, fixture, idx, images, program};

const COUNT: usize = 200;
const OPTIONS: [&str; 4] = ["--layers", "4,6", "--epochs", "20"];

/// Paths of images and labels, and of the model of them.
fn folder() -> (Folder, [String; 3]) {
    let folder = Folder::new();
    let (values, labels) = images(COUNT);
    let data = folder.write("images.idx", idx(&[COUNT, SIDE, SIDE], &values));
    let labels = folder.write("labels.idx", idx(&[COUNT], &labels));
    let model = folder.train("model", &data, &[&OPTIONS[..], &["--labels", &labels]].concat());
    (folder, [data, labels, model])
}

#[test]
fn images_are_trained_evaluated_and_scored() {
    let (folder, [data, labels, model]) = folder();
    let evaluated =
        program(&["evaluate", "--model", &model, "--data", &data, "--labels", &labels, "--json"]).stdout;
    let json: serde_json::Value = serde_json::from_slice(&evaluated).unwrap();
    assert_eq!((json["rows"].as_u64(), json["anomalies"].as_u64()), (Some(200), Some(20)));
    assert!(json["auroc"].as_f64().unwrap() > 0.95, "{json}");

    let scores = folder.out(&["score", "--model", &model, "--data", &data]);
    assert!(scores.lines().next().unwrap().ends_with(",reasons,peak_row,peak_column"));
    let lines = cells(&scores);
    assert_eq!(lines.len(), COUNT);
    for (index, line) in lines.iter().enumerate() {
        let [row, column] = [line[8], line[9]].map(|cell| cell.parse::<usize>().unwrap());
        assert_eq!(line[0], (index + 1).to_string());
        assert!(row < SIDE && column < SIDE, "{line:?}");
        if index % 10 == 0 {
            // A box around the peak holds some of the four strange pixels.
            assert!((1..5).contains(&row) && (1..5).contains(&column), "{line:?}");
        }
    }
    let vectors = folder.out(&["encode", "--model", &model, "--data", &data]);
    assert_eq!((cells(&vectors).len(), cells(&vectors)[0].len()), (COUNT, 7));
    let text = folder.out(&["reconstruct", "--model", &model, "--data", &data]);
    assert!(text.starts_with("row,pixel_0_0,pixel_0_1,"), "{}", &text[..40]);
    assert_eq!(cells(&text)[0].len(), 1 + SIDE * SIDE);
}

#[test]
fn maps_are_pictures_that_can_be_read_again() {
    let (folder, [data, _, model]) = folder();
    let maps = folder.path("maps");
    let scores = folder.out(&["score", "--model", &model, "--data", &data, "--maps", &maps]);
    assert_eq!(scores, folder.out(&["score", "--model", &model, "--data", &data]));
    let names: Vec<_> = fs::read_dir(&maps).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names.len(), COUNT);
    let first = fs::read(format!("{maps}/00001.png")).unwrap();
    // Width and height in the first chunk: three panels and two lines between them.
    assert_eq!([&first[16..20], &first[20..24]], [&20_u32.to_be_bytes(), &6_u32.to_be_bytes()]);
    folder.out(&["score", "--model", &model, "--data", &data, "--maps", &maps]);
    assert_eq!(fs::read(format!("{maps}/00001.png")).unwrap(), first);

    // What is written is a folder of pictures, and so something to learn from.
    let split = folder.path("split");
    for (index, name) in names.iter().enumerate() {
        let class = if index < 20 { "anomaly" } else { "normal" };
        fs::create_dir_all(format!("{split}/{class}")).unwrap();
        fs::copy(format!("{maps}/{}", name.display()), format!("{split}/{class}/{}", name.display()))
            .unwrap();
    }
    let model = folder.train("pictures", &split, &["--layers", "2,4", "--epochs", "2"]);
    let text = String::from_utf8(program(&["evaluate", "--model", &model, "--data", &split]).stdout).unwrap();
    assert!(text.starts_with("200 rows, 20 of them anomalies\n"), "{text}");
    folder.write("split/normal/notes.txt", "not a picture");
    let (message, status) = fail(&["score", "--model", &model, "--data", &split]);
    assert!(message.contains("notes.txt: found something else, wanted a PNG picture"), "{message}");
    assert_eq!(status, 1);
}

#[test]
fn csv_of_pixels_is_images_too() {
    let folder = Folder::new();
    let data = fixture("data/digits.csv");
    let schema = folder.write("digits.toml", "shape = \"8x8x1\"\nlabel = \"label\"\nignore = [\"digit\"]\n");
    let model = folder.train("model", &data, &["--schema", &schema, "--epochs", "3"]);
    let line = ["evaluate", "--model", &model, "--data", &data, "--label", "label", "--by", "digit"];
    let text = String::from_utf8(program(&line).stdout).unwrap();
    assert!(text.starts_with("1797 rows, 180 of them anomalies\n"), "{text}");
    assert!(text.lines().any(|line| line.starts_with("9 ")), "{text}");
    // The label column is known from training.
    assert_eq!(program(&line[..5]).stdout, program(&line[..7]).stdout);
}

#[test]
fn one_class_may_be_the_normal_one() {
    let folder = Folder::new();
    let (values, labels) = images(COUNT);
    let data = folder.write("images.idx", idx(&[COUNT, SIDE, SIDE], &values));
    let classes: Vec<u8> = labels.iter().map(|&label| if label == 0 { 3 } else { 5 }).collect();
    let labels = folder.write("classes.idx", idx(&[COUNT], &classes));
    let options = [&OPTIONS[..], &["--labels", &labels, "--normal", "3"]].concat();
    let model = folder.train("model", &data, &options);
    let line = ["evaluate", "--model", &model, "--data", &data, "--labels", &labels, "--normal", "3"];
    let text = String::from_utf8(program(&line).stdout).unwrap();
    assert!(text.starts_with("200 rows, 20 of them anomalies\n"), "{text}");
}

#[test]
fn images_that_are_made_up_have_the_shape() {
    let folder = Folder::new();
    let (values, _) = images(COUNT);
    let data = folder.write("images.idx", idx(&[COUNT, SIDE, SIDE], &values));
    let options = ["--recipe", "variational", "--layers", "8,2,8", "--epochs", "5"];
    let model = folder.train("model", &data, &options);
    let text = folder.out(&["generate", "--model", &model, "--rows", "20"]);
    let made = folder.write("made.csv", &text);
    assert_eq!(cells(&folder.out(&["score", "--model", &model, "--data", &made])).len(), 20);
    assert!(cells(&text).iter().flatten().all(|cell| cell.parse::<u8>().is_ok()), "{text}");
}
