//! The options behind the plugin's name: `start=ADDRESS,stop=ADDRESS,end=ADDRESS,out=FILE`, addresses in decimal.

use super::recorder::Markers;
use std::path::PathBuf;

/// Reads the options: the markers, and where the calls go.
///
/// # Errors
/// The option that is missing, unknown or no number.
pub(crate) fn parse(options: impl Iterator<Item = String>) -> Result<(Markers, PathBuf), String> {
    let (mut addresses, mut out) = ([None; 3], None);
    for option in options {
        let (name, value) = option.split_once('=').unwrap_or((&option, ""));
        let number = || value.parse().map_err(|_| format!("{name}: found `{value}`, wanted a number"));
        match name {
            "start" => addresses[0] = Some(number()?),
            "stop" => addresses[1] = Some(number()?),
            "end" => addresses[2] = Some(number()?),
            "out" => out = Some(PathBuf::from(value)),
            _ => return Err(format!("found the option `{option}`, wanted start, stop, end and out")),
        }
    }
    match (addresses, out) {
        ([Some(start), Some(stop), Some(end)], Some(out)) => Ok((Markers { start, stop, end }, out)),
        _ => Err("an option is missing, wanted start, stop, end and out".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    fn parsed(options: &[&str]) -> Result<(Markers, PathBuf), String> {
        parse(options.iter().map(|&option| option.to_owned()))
    }

    #[test]
    fn options_are_read_and_missing_ones_named() {
        let (markers, out) = parsed(&["start=1", "stop=2", "end=4294967295", "out=/tmp/x"]).unwrap();
        assert_eq!(markers, Markers { start: 1, stop: 2, end: u32::MAX });
        assert_eq!(out, Path::new("/tmp/x"));
        assert!(parsed(&["start=1", "stop=2", "out=x"]).unwrap_err().contains("missing"));
        assert!(parsed(&["start=ten"]).unwrap_err().contains("`ten`"));
        assert!(parsed(&["begin=1"]).unwrap_err().contains("begin=1"));
    }
}
