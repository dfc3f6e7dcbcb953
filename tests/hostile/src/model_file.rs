//! A model file.

use crate::seal;
use tillwatch_bake::{Options, bake};
use tillwatch_engine::feature::{MISSING, Memory};
use tillwatch_loader::Loader;
use tillwatch_model::Model;
use tillwatch_trainer::scoring::Bench;

/// Raw values of every field of a record: ordinary, extreme, missing.
const RAWS: [i32; 5] = [0, -1, i32::MAX, MISSING + 1, MISSING];

/// A model file under checksums that fit: it is refused, or it scores any record and can be baked.
pub fn model_file(bytes: &[u8]) {
    let mut file = bytes.to_vec();
    seal::model_file(&mut file);
    let Ok(model) = Model::validate(&file) else { return };
    let loader = Loader::new(model);
    let mut bench = Bench::new(&loader);
    let mut memories = vec![Memory::EMPTY; loader.sizes().memories];
    for raw in RAWS {
        let scored = bench.score(&loader, &vec![raw; model.n_raw()], &mut memories);
        let reasons = scored.reasons.iter().map(|reason| reason.contribution);
        assert!(reasons.fold(0, u64::saturating_add) <= scored.score);
        assert!(scored.percentile <= 1000);
    }
    for encoder_only in [false, true] {
        let options = Options { name: Some("hostile".to_owned()), engine: None, encoder_only };
        let _ = bake(&model, &options);
    }
}
