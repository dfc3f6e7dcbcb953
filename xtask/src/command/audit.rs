//! `cargo xtask audit`: what the linked firmware contains and must not.

use crate::audit::{audit, who_panics};
use crate::emulate::firmware::{Build, Model, Profile};

const TARGETS: [&str; 5] = [
    "thumbv6m-none-eabi",
    "thumbv7m-none-eabi",
    "thumbv7em-none-eabi",
    "thumbv8m.main-none-eabi",
    "riscv32imac-unknown-none-elf",
];

pub(super) fn run(_: &[String]) -> Result<(), String> {
    let model = Model::Committed("point_of_sale".to_owned());
    let mut broken = 0;
    for target in TARGETS {
        for profile in [Profile::Size, Profile::Speed] {
            let build = Build { target, profile, model: &model, features: &["bare"], digest_records: None };
            match build.run() {
                Ok(elf) => {
                    let audit = audit(&elf)?;
                    print!("{audit}");
                    broken += usize::from(!audit.is_clean());
                }
                // An image that can panic does not link; one that may panic tells who does.
                Err(message) => {
                    println!("{target}, {}: {message}", profile.name());
                    for finding in who_panics(&build)? {
                        println!("  panics: {finding}");
                    }
                    broken += 1;
                }
            }
        }
    }
    if broken == 0 { Ok(()) } else { Err(format!("{broken} images break a promise")) }
}
