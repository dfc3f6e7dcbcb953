//! What the columns of a table mean: kinds, resolutions, vocabularies, and the features made of them.
//!
//! A schema is written by hand or guessed by [`infer`](super::infer()). It is checked as a whole when it is read, so a
//! [`Schema`] never contradicts itself; whether it fits a file is checked when the file is opened.

mod lines;
mod ratings;
mod samples;
mod text;
mod written;

pub use ratings::Ratings;
pub use samples::Samples;
pub use text::Notes;

use super::decimal::Resolution;
use crate::Error;

/// The meaning of a table's columns.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Schema {
    /// How samples make a record.
    pub samples: Samples,
    /// Column that says what is anomalous.
    pub label: Option<String>,
    /// Column that names the stream a row belongs to, such as a terminal: features that look back do so within it.
    pub group: Option<String>,
    /// Column by which rows are ordered when they are split for training, calibration and test.
    pub time: Option<String>,
    /// Where records are users, made of the rows of a long table: its columns.
    pub ratings: Option<Ratings>,
    /// Columns that are not read, on purpose.
    pub ignore: Vec<String>,
    /// The raw integers of a sample, in order; at least one.
    pub fields: Vec<Field>,
}

/// One raw integer of a sample.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// Identifier in snake case, unique, no Rust keyword.
    pub name: String,
    /// Header of the column it is read from.
    pub column: String,
    /// What the integer means.
    pub kind: FieldKind,
    /// Unit, for documentation; may be empty.
    pub unit: String,
    /// True where the value may be missing.
    pub nullable: bool,
    /// What is made of it; at least one, each at most once.
    pub features: Vec<FeatureKind>,
}

/// What a field's integer means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FieldKind {
    /// Steps of a resolution.
    Number {
        /// What one step is worth.
        resolution: Resolution,
        /// Smallest and largest value, in steps; cells outside are refused.
        range: Option<[i32; 2]>,
        /// After how much the value comes round again, a decimal in the field's unit; present with a cyclic feature.
        period: Option<String>,
    },
    /// A category: 0 is unknown, then the vocabulary in order from 1.
    Category {
        /// The known categories, at least one, without repeats.
        vocabulary: Vec<String>,
    },
    /// 0 or 1.
    Flag,
    /// Part of a date and time.
    Time(Part),
    /// One of the counts that a text is hashed into; those of a text follow each other and read one column.
    Text {
        /// Bytes of a gram, at least 1.
        ngram: usize,
        /// Counts of the text.
        columns: usize,
        /// Which of them it is, from 0.
        index: usize,
    },
}

/// Part of a date and time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// Hour of the day, 0 to 23.
    Hour,
    /// Day of the week, Monday 0 to Sunday 6.
    Weekday,
    /// Minute of the day, 0 to 1439.
    Minute,
    /// Seconds since 2000-01-01 00:00.
    Seconds,
}

/// What is made of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FeatureKind {
    /// The number, standardised.
    Numeric,
    /// Its logarithm, standardised.
    Log,
    /// Its distance from the median on a signed logarithmic scale, standardised.
    Symlog,
    /// One column per category.
    OneHot,
    /// One column: how rare the category is.
    Surprisal,
    /// One column of two codes.
    Flag,
    /// Sine and cosine.
    Cyclic,
    /// Logarithm of the change since the group's previous record.
    Delta,
    /// Logarithm of the ratio to the group's running mean.
    RatioToMean,
}

impl Schema {
    /// Reads and checks the text of a schema file; `file` is its name in errors.
    ///
    /// # Errors
    /// [`Error::SchemaSyntax`] for what is no TOML or no key of a schema, [`Error::Schema`] for contradictions, both
    /// naming the file, the place, what is wrong and what to do.
    pub fn parse(text: &str, file: &str) -> Result<Self, Error> {
        written::parse(text, file)
    }

    /// The schema as the text of a schema file, with the notes as comments.
    ///
    /// Reading the text gives the schema back.
    #[must_use]
    pub fn to_text(&self, notes: &Notes) -> String {
        text::write(self, notes)
    }
}

impl Field {
    /// A plain number: its column has its name, nothing is missing, it is standardised.
    pub(super) fn of_number(name: String, kind: FieldKind) -> Self {
        let column = name.clone();
        Self {
            name,
            column,
            kind,
            unit: String::new(),
            nullable: false,
            features: vec![FeatureKind::Numeric],
        }
    }

    /// `round(2^32 / period)` with the period in raw steps; none for a field that does not come round.
    #[must_use]
    pub fn turn_per_step(&self) -> Option<u32> {
        let whole = |period| Resolution::ONE.turn_per_step(period);
        match &self.kind {
            FieldKind::Number { resolution, period, .. } => resolution.turn_per_step(period.as_deref()?),
            FieldKind::Time(Part::Hour) => whole("24"),
            FieldKind::Time(Part::Weekday) => whole("7"),
            FieldKind::Time(Part::Minute) => whole("1440"),
            _ => None,
        }
    }

    /// What one step is worth: one for all kinds but numbers.
    #[must_use]
    pub fn resolution(&self) -> Resolution {
        match self.kind {
            FieldKind::Number { resolution, .. } => resolution,
            _ => Resolution::ONE,
        }
    }
}

impl FieldKind {
    /// The word for the kind in a schema file.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Number { .. } => "number",
            Self::Category { .. } => "category",
            Self::Flag => "flag",
            Self::Time(_) => "time",
            Self::Text { .. } => "text",
        }
    }

    /// The features that can be made of the kind, the default first.
    #[must_use]
    pub const fn possible_features(&self) -> &'static [FeatureKind] {
        use FeatureKind as Is;
        match self {
            Self::Number { .. } => {
                &[Is::Numeric, Is::Log, Is::Symlog, Is::Delta, Is::RatioToMean, Is::Cyclic]
            }
            Self::Category { .. } => &[Is::OneHot, Is::Surprisal],
            Self::Flag => &[Is::Flag],
            Self::Text { .. } => &[Is::Numeric, Is::Log, Is::Symlog],
            // A number of seconds since 2000 only grows: standardised, every later row would be strange.
            Self::Time(Part::Seconds) => &[Is::Delta],
            Self::Time(_) => &[Is::Cyclic, Is::Numeric],
        }
    }
}

impl Part {
    /// The word for the part in a schema file.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Hour => "hour",
            Self::Weekday => "weekday",
            Self::Minute => "minute",
            Self::Seconds => "seconds",
        }
    }
}

impl FeatureKind {
    /// The word for the feature in a schema file.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Numeric => "numeric",
            Self::Log => "log",
            Self::Symlog => "symlog",
            Self::OneHot => "one_hot",
            Self::Surprisal => "surprisal",
            Self::Flag => "flag",
            Self::Cyclic => "cyclic",
            Self::Delta => "delta",
            Self::RatioToMean => "ratio_to_mean",
        }
    }

    /// True for features that look back within their group.
    #[must_use]
    pub const fn has_memory(self) -> bool {
        matches!(self, Self::Delta | Self::RatioToMean)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn turns_of_times_and_numbers() {
        let field = |kind| Field {
            name: "f".into(),
            column: "f".into(),
            kind,
            unit: String::new(),
            nullable: false,
            features: vec![FeatureKind::Cyclic],
        };
        assert_eq!(field(FieldKind::Time(Part::Hour)).turn_per_step(), Some(178_956_971));
        assert_eq!(field(FieldKind::Time(Part::Weekday)).turn_per_step(), Some(613_566_757));
        assert_eq!(field(FieldKind::Time(Part::Minute)).turn_per_step(), Some(2_982_616));
        assert_eq!(field(FieldKind::Time(Part::Seconds)).turn_per_step(), None);
        assert_eq!(field(FieldKind::Flag).turn_per_step(), None);
        let resolution = Resolution::parse("0.5").unwrap();
        let angle = FieldKind::Number { resolution, range: None, period: Some("360".into()) };
        assert_eq!(field(angle).turn_per_step(), Some(5_965_232));
    }
}
