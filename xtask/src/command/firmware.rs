//! `cargo xtask firmware`: the committed model on every emulated core.

use crate::audit::table;
use crate::emulate::firmware::{Model, root};
use crate::witness::{RECORDS, SEED, Testimony, examine, loader_digest, read};
use tillwatch_inference::point_of_sale;

pub(super) fn run(_: &[String]) -> Result<(), String> {
    let testimony = testify()?;
    print!("{}", table(&testimony.rows));
    println!("code, support and constants are bytes of flash; scratch, memories and stack bytes of RAM;");
    println!("instructions are counted in emulation, they are not cycles");
    let (digest, runtimes) = testimony.agreed()?;
    println!("digest {digest:016x} over {RECORDS} records equal on {runtimes} runtimes");
    for line in &testimony.not_run {
        println!("not run: {line}");
    }
    Ok(())
}

/// The committed model on the host, by the loader and on every core.
pub(super) fn testify() -> Result<Testimony, String> {
    let mut testimony = Testimony::default();
    let host = point_of_sale::digest(RECORDS, SEED, &mut point_of_sale::Scratch::new());
    testimony.digests.push(("host, baked".to_owned(), host));
    let bytes = read(&root().join("fixtures/models/point_of_sale.tw"))?;
    testimony.digests.push(("host, loader".to_owned(), loader_digest(&bytes)?));
    examine(&Model::Committed("point_of_sale".to_owned()), &mut testimony)?;
    Ok(testimony)
}
