//! What is written is what is read.

use crate::run::{exercise, score, self_test};
use crate::seal::Blocks;
use crate::toy::Toy;
use tillwatch_model::{FORMAT_VERSION, FieldKind, HEADER_LEN, MAGIC, Model, Preparation, write};

#[test]
fn writing_a_validated_model_gives_the_same_bytes() {
    let file = Toy::new().file();
    let model = Model::validate(&file).unwrap();
    assert_eq!(write(model.body(), model.thresholds(), model.reference()).unwrap(), file);
    let without = write(model.body(), model.thresholds(), None).unwrap();
    assert!(Model::validate(&without).unwrap().reference().is_none());
    assert!(without.len() < file.len());
}

#[test]
fn every_part_arrives() {
    let toy = Toy::new();
    let file = toy.file();
    let model = Model::validate(&file).unwrap();
    let body = model.body();
    assert_eq!((body.name, body.model_version, body.schema), ("toy", 3, "# a schema in TOML"));
    assert_eq!((model.n_columns(), model.n_memories(), model.widest_activation()), (16, 2, 16));
    assert_eq!(model.network_macs(), 16 * 6 + 6 * 5 + 5 * 16);
    assert_eq!(
        format!("{:?}", body.fields.iter().collect::<Vec<_>>()),
        format!("{:?}", toy.fields),
        "fields"
    );
    assert_eq!(
        format!("{:?}", body.features.iter().collect::<Vec<_>>()),
        format!("{:?}", toy.features),
        "features"
    );
    assert_eq!(format!("{:?}", model.thresholds()), format!("{:?}", toy.thresholds), "thresholds");
    let card = body.card.get(0).unwrap();
    assert_eq!((card.key, card.value), ("auroc", "0.93"));
    let FieldKind::Category { vocabulary } = body.fields.get(2).unwrap().kind else {
        panic!("field 2 is a category")
    };
    assert_eq!(vocabulary.iter().collect::<Vec<_>>(), ["chip", "stripe", "keyed"]);
    assert!(matches!(
        body.features.get(9).unwrap().preparation,
        Preparation::RatioToMean { window_log2: 4, .. }
    ));
}

#[test]
fn the_toy_runs_and_knows_its_answers() {
    let file = Toy::new().file();
    let model = Model::validate(&file).unwrap();
    exercise(&model);
    assert_eq!(self_test(&model), Ok(()));
    let scored = score(
        &model,
        &[vec![40, 7, 1, 2, 0, 13, 4, 800, 1000, 30], vec![40, i32::MIN, 7, 2, 0, 13, 4, 800, 1000, 30]],
    );
    // The first record has nothing to look back at; the second lacks the tip and names an unknown entry mode.
    assert_eq!((scored[0].tally.missing, scored[0].tally.unknown), (2, 0));
    assert_eq!((scored[1].tally.missing, scored[1].tally.unknown), (1, 1));
    assert_ne!(scored[0].score, scored[1].score);
}

#[test]
fn a_wrong_known_answer_is_noticed() {
    let file = Toy::edited(|toy| toy.self_test[1].score += 1);
    let failure = self_test(&Model::validate(&file).unwrap()).unwrap_err();
    assert_eq!((failure.vector, failure.expected), (1, failure.got + 1));
}

#[test]
fn the_header_is_where_the_format_page_says() {
    let file = Toy::new().file();
    let blocks = Blocks::of(&file);
    assert_eq!(file[..8], MAGIC);
    assert_eq!(file[8..12], u32::from(FORMAT_VERSION).to_le_bytes());
    assert_eq!(file.len(), HEADER_LEN + blocks.0.iter().map(Vec::len).sum::<usize>());
    assert_eq!(blocks.seal(), file);
}
