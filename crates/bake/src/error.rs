//! Why a model was not baked.

use std::fmt;
use std::io;
use std::path::PathBuf;
use tillwatch_model::ModelError;

/// One line: what was found, what was wanted, what to do.
#[derive(Debug)]
#[non_exhaustive]
pub enum BakeError {
    /// The file is no model.
    Model {
        /// Path as given; empty for bytes in memory.
        path: PathBuf,
        /// What is wrong with it.
        error: ModelError,
    },
    /// The name is no crate name.
    Name {
        /// The name.
        found: String,
    },
    /// A field's name is no Rust identifier.
    Field {
        /// The name.
        found: String,
    },
    /// Two fields have the same name.
    Twice {
        /// The name.
        found: String,
    },
    /// The place for the crate holds something else.
    Occupied {
        /// The folder.
        path: PathBuf,
    },
    /// Reading or writing failed.
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        cause: io::Error,
    },
    /// A build script ran outside a build.
    NoOutDir,
    /// The network has one layer, so no layer of it is a latent vector.
    NoEncoder,
}

impl fmt::Display for BakeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Model { path, error } => write!(f, "{}: {error}", path.display()),
            Self::Name { found } => write!(
                f,
                "name `{}`: wanted a crate name of lower-case letters, digits, - and _, starting with a letter, that is no keyword \
                 and no crate linked already; give --name",
                found.escape_debug()
            ),
            Self::Field { found } => write!(
                f,
                "field `{}`: wanted an identifier in snake case that is no keyword; rename it in the schema",
                found.escape_debug()
            ),
            Self::Twice { found } => {
                write!(f, "field `{found}`: two fields have this name; rename one in the schema")
            }
            Self::Occupied { path } => write!(
                f,
                "{}: holds files that are no baked crate; name a new folder, or empty this one",
                path.display()
            ),
            Self::Io { path, cause } => write!(f, "{}: {cause}; nothing was left behind", path.display()),
            Self::NoEncoder => {
                write!(
                    f,
                    "the network has one layer and no latent vector; bake the whole model, or train with --layers"
                )
            }
            Self::NoOutDir => write!(f, "OUT_DIR is not set; call this from a build script"),
        }
    }
}

impl std::error::Error for BakeError {}
