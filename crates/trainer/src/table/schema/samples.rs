//! How samples make a record: one row, a window of a series, an image.

use super::{Field, FieldKind, Schema};
use crate::Error;
use crate::table::Resolution;

/// Most samples of a record; beyond it no device has the memory.
const MOST_SAMPLES: usize = 1 << 20;
/// Most values of an image, channels included: as long as a model's longest activation.
const MOST_VALUES: usize = 1 << 22;
/// Most channels of an image, each of which is a field.
const MOST_CHANNELS: usize = 1 << 16;

/// How samples make a record. Every sample has the schema's fields.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Samples {
    /// A record is one row of a table.
    #[default]
    Row,
    /// A record is some consecutive rows of a series: of one file and one group, without a gap in time.
    Window {
        /// Samples of a window, at least 1.
        length: usize,
        /// Samples from the begin of a window to that of the next, at least 1.
        hop: usize,
        /// Largest step in seconds between neighbouring samples; 1.5 times the median step where there is none.
        gap: Option<u32>,
    },
    /// A record is an image, a sample is a pixel, the fields are its channels.
    Image {
        /// Rows of pixels, at least 1.
        height: usize,
        /// Columns of pixels, at least 1.
        width: usize,
    },
}

impl Samples {
    /// Samples of a record.
    #[must_use]
    pub const fn per_record(&self) -> usize {
        match *self {
            Self::Row => 1,
            Self::Window { length, .. } => length,
            Self::Image { height, width } => height * width,
        }
    }
}

/// The keys of a schema file that say how samples make a record.
pub(super) struct Keys<'a> {
    pub(super) window: Option<u32>,
    pub(super) hop: Option<u32>,
    pub(super) gap: Option<u32>,
    pub(super) shape: Option<&'a str>,
}

/// A key, and what is wrong with it.
pub(super) type KeyFault = (&'static str, String);

/// A place in the schema, and what is wrong there.
pub(super) type PlaceFault = (String, String);

impl Keys<'_> {
    /// What the keys say, and the channels of an image.
    pub(super) fn read(&self) -> Result<(Samples, Option<usize>), KeyFault> {
        match (self.window, self.shape) {
            (Some(_), Some(_)) => {
                Err(("shape", "a record is a window or an image; remove `window` or `shape`".to_owned()))
            }
            (Some(length), None) => {
                let length = length as usize;
                let hop = self.hop.map_or(length, |hop| hop as usize);
                Ok((Samples::Window { length, hop, gap: self.gap }, None))
            }
            (None, shape) => {
                for (key, value) in [("hop", self.hop), ("gap", self.gap)] {
                    if value.is_some() {
                        return Err((key, format!("only windows have it; add `window`, or remove `{key}`")));
                    }
                }
                let Some(shape) = shape else { return Ok((Samples::Row, None)) };
                let [height, width, channels] = shape_of(shape).ok_or_else(|| {
                    let wanted = "height, width and channels above 0 as HxWxC, such as \"28x28x1\"";
                    ("shape", format!("it is `{shape}`, wanted {wanted}; correct it"))
                })?;
                check_values([height, width, channels]).map_err(|problem| ("shape", problem))?;
                Ok((Samples::Image { height, width }, Some(channels)))
            }
        }
    }
}

/// Reads `HxWxC`.
fn shape_of(text: &str) -> Option<[usize; 3]> {
    let mut ends = text.split('x').map(|end| end.trim().parse().ok().filter(|&end: &usize| end > 0));
    let shape = [ends.next()??, ends.next()??, ends.next()??];
    ends.next().is_none().then_some(shape)
}

/// Asks for an image that can be, before its channels become fields.
fn check_values(shape: [usize; 3]) -> Result<(), String> {
    let [height, width, channels] = shape;
    match height.checked_mul(width).and_then(|pixels| pixels.checked_mul(channels)) {
        Some(..=MOST_VALUES) if channels <= MOST_CHANNELS => Ok(()),
        _ => Err(format!(
            "it is `{height}x{width}x{channels}`, wanted at most {MOST_CHANNELS} channels and {MOST_VALUES} values an image; \
             make it smaller"
        )),
    }
}

/// What a schema's samples and fields say against each other.
pub(super) fn check(schema: &Schema) -> Result<(), PlaceFault> {
    let key = |key: &str| format!("key `{key}`");
    let word = match schema.samples {
        Samples::Row => return Ok(()),
        Samples::Window { length: 0, .. } => {
            return Err((key("window"), "it is 0, wanted the samples of a window; correct it".to_owned()));
        }
        Samples::Window { hop: 0, .. } => {
            let problem = "it is 0, wanted the samples from window to window; correct it or remove it";
            return Err((key("hop"), problem.to_owned()));
        }
        Samples::Window { gap: Some(_), .. } if schema.time.is_none() => {
            let problem = "gaps are told by a time column; add `time`, or remove `gap`";
            return Err((key("gap"), problem.to_owned()));
        }
        Samples::Window { .. } => "window",
        Samples::Image { .. } => "shape",
    };
    let per_record = match schema.samples {
        Samples::Image { height, width } => height.checked_mul(width),
        _ => Some(schema.samples.per_record()),
    };
    if per_record.is_none_or(|samples| samples > MOST_SAMPLES) {
        return Err((
            key(word),
            format!("it makes more than {MOST_SAMPLES} samples a record; make it smaller"),
        ));
    }
    for field in &schema.fields {
        let problem = if field.nullable {
            format!(
                "a value may be missing, which records of `{word}` cannot have; say missing = \"refused\""
            )
        } else if let Some(feature) = field.features.iter().find(|feature| feature.has_memory()) {
            let feature = feature.word();
            format!("\"{feature}\" looks back, which records of `{word}` do by themselves; change `features`")
        } else if word == "shape" && !matches!(field.kind, FieldKind::Number { .. }) {
            "a channel of an image is a number; change `kind`".to_owned()
        } else {
            continue;
        };
        return Err((format!("field `{}`", field.name), problem));
    }
    Ok(())
}

/// The channels of an image of bytes: 0 to 255, in steps of 1.
pub(super) fn channels(count: usize) -> Vec<Field> {
    let name = |channel: usize| match count {
        1 => "pixel".to_owned(),
        3 => ["red", "green", "blue"][channel].to_owned(),
        _ => format!("channel_{channel}"),
    };
    let kind = || FieldKind::Number { resolution: Resolution::ONE, range: Some([0, 255]), period: None };
    (0..count).map(name).map(|name| Field::of_number(name, kind())).collect()
}

impl Schema {
    /// The schema with windows of so many samples as its records; `gap` is the largest step in seconds.
    ///
    /// # Errors
    /// [`Error::Schema`] for a length or a hop of 0, a gap without a time column, a field whose value may be missing, a
    /// feature that looks back, and for the schema of images.
    pub fn with_window(mut self, length: usize, hop: usize, gap: Option<u32>) -> Result<Self, Error> {
        if matches!(self.samples, Samples::Image { .. }) {
            let problem = "a record is a window or an image; remove `window` or `shape`".to_owned();
            return Err(Error::Schema {
                file: "schema".to_owned(),
                place: "key `shape`".to_owned(),
                problem,
            });
        }
        self.samples = Samples::Window { length, hop, gap };
        self.checked()
    }

    /// The schema of images of `[height, width, channels]` whose values are bytes: one field per channel.
    ///
    /// # Errors
    /// [`Error::Schema`] for an end of 0, and for more pixels than a record can have.
    pub fn for_images(shape: [usize; 3]) -> Result<Self, Error> {
        let [height, width, n_channels] = shape;
        let fault =
            |problem| Error::Schema { file: "schema".to_owned(), place: "key `shape`".to_owned(), problem };
        if shape.contains(&0) {
            return Err(fault(format!(
                "it is `{height}x{width}x{n_channels}`, wanted height, width and channels above 0; correct it"
            )));
        }
        check_values(shape).map_err(fault)?;
        let samples = Samples::Image { height, width };
        Self { samples, fields: channels(n_channels), ..Self::default() }.checked()
    }

    /// Height, width and channels of an image; none where the records are no images.
    #[must_use]
    pub fn image_shape(&self) -> Option<[usize; 3]> {
        match self.samples {
            Samples::Image { height, width } => Some([height, width, self.fields.len()]),
            _ => None,
        }
    }

    fn checked(self) -> Result<Self, Error> {
        match check(&self) {
            Ok(()) => Ok(self),
            Err((place, problem)) => Err(Error::Schema { file: "schema".to_owned(), place, problem }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::{FeatureKind, Notes};

    const FLOW: &str = "[[field]]\nname = \"flow\"\nkind = \"number\"\n";

    fn parse(text: &str) -> Result<Schema, String> {
        Schema::parse(text, "s.toml").map_err(|error| error.to_string())
    }

    #[test]
    fn keys_become_samples_and_come_back() {
        for (keys, samples) in [
            ("", Samples::Row),
            ("window = 8\n", Samples::Window { length: 8, hop: 8, gap: None }),
            (
                "time = \"t\"\nwindow = 8\nhop = 2\ngap = 90\n",
                Samples::Window { length: 8, hop: 2, gap: Some(90) },
            ),
            ("shape = \"4x6x1\"\n", Samples::Image { height: 4, width: 6 }),
        ] {
            let schema = parse(&format!("{keys}{FLOW}")).unwrap();
            assert_eq!(schema.samples, samples);
            assert_eq!(parse(&schema.to_text(&Notes::default())).unwrap(), schema);
        }
        assert_eq!(Samples::Window { length: 8, hop: 2, gap: None }.per_record(), 8);
        assert_eq!(Samples::Image { height: 4, width: 6 }.per_record(), 24);
    }

    #[test]
    fn written_as_by_hand() {
        let schema = parse(FLOW).unwrap().with_window(16, 4, None).unwrap();
        let text = schema.to_text(&Notes::default());
        assert!(text.starts_with("window = 16\nhop = 4\n\n[[field]]\n"), "{text}");
        let text = Schema::for_images([2, 3, 1]).unwrap().to_text(&Notes::default());
        let expected = "shape = \"2x3x1\"\n\n[[field]]\nname = \"pixel\"\nkind = \"number\"\nresolution = \"1\"\n\
            range = [\"0\", \"255\"]\nmissing = \"refused\"\nfeatures = [\"numeric\"]\n";
        assert_eq!(text, expected);
    }

    #[test]
    fn an_image_has_a_field_per_channel() {
        let names = |channels| {
            let schema = parse(&format!("shape = \"5x7x{channels}\"")).unwrap();
            assert_eq!(schema, Schema::for_images([5, 7, channels]).unwrap());
            assert_eq!(schema.image_shape(), Some([5, 7, channels]));
            schema.fields.into_iter().map(|field| field.name).collect::<Vec<_>>().join(" ")
        };
        assert_eq!([1, 2, 3].map(names), ["pixel", "channel_0 channel_1", "red green blue"]);
    }

    #[test]
    fn contradictions() {
        let nullable = format!("{FLOW}missing = \"allowed\"\n");
        let looking_back = format!("{FLOW}features = [\"numeric\", \"delta\"]\n");
        for (text, expected) in [
            (
                format!("window = 0\n{FLOW}"),
                "key `window`: it is 0, wanted the samples of a window; correct it",
            ),
            (
                format!("window = 4\nhop = 0\n{FLOW}"),
                "key `hop`: it is 0, wanted the samples from window to window; correct it or remove it",
            ),
            (
                format!("window = 4\ngap = 9\n{FLOW}"),
                "key `gap`: gaps are told by a time column; add `time`, or remove `gap`",
            ),
            (format!("hop = 4\n{FLOW}"), "key `hop`: only windows have it; add `window`, or remove `hop`"),
            (
                format!("window = 4\nshape = \"2x2x1\"\n{FLOW}"),
                "key `shape`: a record is a window or an image; remove `window` or `shape`",
            ),
            (
                "shape = \"28x28\"".to_owned(),
                "key `shape`: it is `28x28`, wanted height, width and channels above 0 as HxWxC, such as \"28x28x1\"; \
                 correct it",
            ),
            (
                "shape = \"1x1x4294967295\"".to_owned(),
                "key `shape`: it is `1x1x4294967295`, wanted at most 65536 channels and 4194304 values an image; make it \
                 smaller",
            ),
            (
                "shape = \"1x1x65537\"".to_owned(),
                "key `shape`: it is `1x1x65537`, wanted at most 65536 channels and 4194304 values an image; make it smaller",
            ),
            (
                format!("shape = \"4x4x3\"\n{FLOW}"),
                "key `shape`: it has 3 channels, and there are 1 fields; make them equal",
            ),
            (
                format!("window = 2000000\n{FLOW}"),
                "key `window`: it makes more than 1048576 samples a record; make it smaller",
            ),
            (
                format!("window = 4\n{nullable}"),
                "field `flow`: a value may be missing, which records of `window` cannot have; say missing = \"refused\"",
            ),
            (
                format!("shape = \"4x4x1\"\n{looking_back}"),
                "field `flow`: \"delta\" looks back, which records of `shape` do by themselves; change `features`",
            ),
            (
                "shape = \"4x4x1\"\n[[field]]\nname = \"on\"\nkind = \"flag\"\n".to_owned(),
                "field `on`: a channel of an image is a number; change `kind`",
            ),
        ] {
            assert_eq!(parse(&text).unwrap_err(), format!("s.toml, {expected}"));
        }
        for shape in ["0x2x1", "2x2x1x1", "axbxc", "", "-1x2x1", "99999999999999999999x1x1"] {
            assert!(
                parse(&format!("shape = \"{shape}\"")).unwrap_err().contains("wanted height, width"),
                "{shape}"
            );
        }
        assert!(parse(&format!("window = -1\n{FLOW}")).unwrap_err().starts_with("s.toml, line 1: "));
        assert!(parse("shape = \"4294967296x4294967296x1\"").unwrap_err().contains("make it smaller"));
    }

    #[test]
    fn overriding_is_checked_as_reading_is() {
        let mut schema = parse(FLOW).unwrap();
        let error = |schema: &Schema, length, hop, gap| {
            schema.clone().with_window(length, hop, gap).unwrap_err().to_string()
        };
        assert!(error(&schema, 0, 1, None).starts_with("schema, key `window`: it is 0"));
        assert!(error(&schema, 4, 0, None).starts_with("schema, key `hop`: it is 0"));
        assert!(error(&schema, 4, 1, Some(5)).starts_with("schema, key `gap`: gaps are told"));
        schema.fields[0].features = vec![FeatureKind::Delta];
        assert!(error(&schema, 4, 1, None).starts_with("schema, field `flow`: \"delta\" looks back"));
        let images = Schema::for_images([2, 2, 1]).unwrap();
        assert!(
            error(&images, 4, 1, None).starts_with("schema, key `shape`: a record is a window or an image")
        );
        let none = Schema::for_images([2, 0, 1]).unwrap_err().to_string();
        assert!(none.starts_with("schema, key `shape`: it is `2x0x1`, wanted"), "{none}");
    }
}
