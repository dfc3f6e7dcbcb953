//! Bakes the model that `TILLWATCH_MODEL` names, or the committed one of a point of sale.

use std::path::{Path, PathBuf};

fn main() {
    println!("cargo::rerun-if-env-changed=TILLWATCH_MODEL");
    let committed =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../../fixtures/models/point_of_sale.tw");
    let model = std::env::var_os("TILLWATCH_MODEL").map_or(committed, PathBuf::from);
    if let Err(error) = tillwatch_bake::bake_to_out_dir(&model) {
        println!("cargo::error={error}");
    }
}
