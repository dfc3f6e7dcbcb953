//! `cargo xtask bake`: the generated code of the committed models.

use crate::emulate::firmware::root;
use crate::witness::read;
use tillwatch_bake::{Baked, bake_module, difference, write};
use tillwatch_model::Model;

/// Model files under `fixtures/models` that have a module in the inference crate.
const MODELS: [&str; 1] = ["point_of_sale"];

pub(super) fn run(arguments: &[String]) -> Result<(), String> {
    let check = arguments.iter().any(|argument| argument == "--check");
    for name in MODELS {
        let baked = derive(name)?;
        let folder = root().join("crates/inference/src/generated").join(name);
        if !check {
            write(&baked, &folder).map_err(|error| error.to_string())?;
            print!("{}", baked.report);
            continue;
        }
        match difference(&baked, &folder).map_err(|error| error.to_string())? {
            None => println!("generated code of {name} is what its model file gives"),
            Some(path) => {
                return Err(format!(
                    "{}: not what the model file gives; run cargo xtask bake",
                    path.display()
                ));
            }
        }
    }
    Ok(())
}

fn derive(name: &str) -> Result<Baked, String> {
    let path = root().join("fixtures/models").join(format!("{name}.tw"));
    let bytes = read(&path)?;
    let model = Model::validate(&bytes).map_err(|error| format!("{}: {error}", path.display()))?;
    bake_module(&model, None).map_err(|error| error.to_string())
}
