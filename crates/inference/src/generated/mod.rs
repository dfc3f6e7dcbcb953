//! Baked models. `cargo xtask bake` writes the folders, `cargo xtask bake --check` re-derives them.

pub mod point_of_sale;
