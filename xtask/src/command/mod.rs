//! The commands, one file each.

mod aarch64;
mod audit;
mod bake;
mod bench;
mod bits;
mod ci;
mod counts;
mod crosscheck;
mod demo;
mod device;
mod firmware;
mod fixtures;
mod kinds;
mod miri;
mod page;
mod rates;
mod reliability;
mod size;
mod test;
mod tidy;
mod workstation;

use std::process::Command;

/// A command's name, what it does, and how.
type Entry = (&'static str, &'static str, fn(&[String]) -> Result<(), String>);

const COMMANDS: [Entry; 18] = [
    (
        "demo",
        "from CSV to a verdict on an emulated Cortex-M: [--data FILE [--schema FILE] --label COL [--alarm-rate R]]",
        demo::run,
    ),
    ("test", "every check that this machine can run", test::run),
    ("ci", "the same, with nothing left out", ci::run),
    ("bake", "write the committed generated code; --check compares only", bake::run),
    ("crosscheck", "float, loaded and baked on random records: [--model FILE]", crosscheck::run),
    ("kinds", "every kind of autoencoder, from a fixture to equal bits on emulated cores", kinds::run),
    ("rates", "instructions per multiply-accumulate of convolutions against dense layers", rates::run),
    (
        "firmware",
        "a model, the committed one or another, on every emulated core: [--model FILE]",
        firmware::run,
    ),
    ("bits", "one digest on every runtime of this machine: [--records N]", bits::run),
    (
        "audit",
        "what the linked firmware contains, weighs and takes on each core at opt-level 3, s and z, against fixtures/sizes: \
         [--model FILE] [--json FILE]; --bless renews",
        audit::run,
    ),
    ("size", "the audit at opt-level s alone: the same options", size::run),
    (
        "counts",
        "instructions of many records on each core, and the functions that vary: [--records N] [--model FILE]",
        counts::run,
    ),
    ("fixtures", "re-derive fixtures; --check compares only", fixtures::run),
    (
        "bench",
        "counts and sizes on emulated cores, and what scoring and training take on this machine; one of them: device [--json FILE], or \
         --check; host [ROUNDS]; training [ROUNDS] [--networks A,B] [--activation NAME] [--threads N] [--seconds S]; both \
         [--json FILE] [--page FILE]. On labelled sets: detection --data DIR [--seeds N] [--kinds A,B] [--sets A,B] [--out FILE]; \
         alarms or reasons --data DIR [--seeds N] [--sets A,B] [--out FILE]",
        bench::run,
    ),
    ("miri", "tests of the device crates in Miri, on nightly: [options of cargo miri test]", miri::run),
    ("aarch64", "tests of the kernels for many records on AArch64 in QEMU", aarch64::run),
    ("page", "report.html in a browser without a screen: [--page FILE]", page::run),
    ("tidy", "arrows, docs, forbidden words, licences", tidy::run),
];

/// Runs the command named first.
///
/// # Errors
/// One line, or several where several things are wrong.
pub(crate) fn dispatch(arguments: &[String]) -> Result<(), String> {
    let usage = || {
        let lines = COMMANDS.iter().map(|(name, does, _)| format!("  {name:<12}{does}\n"));
        format!("usage: cargo xtask COMMAND\n{}", lines.collect::<String>())
    };
    let (name, rest) = arguments.split_first().ok_or_else(usage)?;
    let entry = COMMANDS.iter().find(|(known, ..)| known == name).ok_or_else(usage)?;
    entry.2(rest)
}

/// Runs a program in the repository's root, its output passing through.
///
/// # Errors
/// It did not start, or failed.
fn call(program: &str, arguments: &[&str]) -> Result<(), String> {
    let line = format!("{program} {}", arguments.join(" "));
    println!("$ {line}");
    let status = Command::new(program).args(arguments).current_dir(crate::emulate::firmware::root()).status();
    match status {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("`{line}` failed: {status}")),
        Err(error) => Err(format!("`{line}` did not start: {error}")),
    }
}

/// The tillwatch command, inside this process.
fn tillwatch(arguments: &[&str]) -> Result<(), String> {
    println!("$ tillwatch {}", arguments.join(" "));
    let line = std::iter::once("tillwatch").chain(arguments.iter().copied()).map(Into::into);
    tillwatch_cli::execute(line).map_err(|failure| failure.to_string())
}

/// The value after an option.
fn option<'a>(arguments: &'a [String], name: &str) -> Option<&'a str> {
    let at = arguments.iter().position(|argument| argument == name)?;
    arguments.get(at + 1).map(String::as_str)
}
