//! What bake says a model takes is what the compiler gives it.
#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use tillwatch_bake::{Options, bake};
use tillwatch_inference::point_of_sale::{FLASH_BYTES, Memories, Scratch};
use tillwatch_model::Model;

const MODEL: &[u8] = include_bytes!("../../../fixtures/models/point_of_sale.tw");

#[test]
fn ram_and_constants_are_those_of_the_generated_code() {
    let model = Model::validate(MODEL).unwrap();
    let footprint = bake(&model, &Options::default()).unwrap().footprint;
    assert_eq!(footprint.ram_bytes, size_of::<Scratch>() + size_of::<Memories>());
    assert_eq!(footprint.constant_bytes, FLASH_BYTES);
    assert_eq!(footprint.macs, model.network_macs() + model.body().heads.prototypes.len());
}
