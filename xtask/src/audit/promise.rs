//! What a device image promises not to contain, and the symbols that would break each promise.

use std::fmt;

/// A promise about an image: what it does without.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Promise {
    /// Nothing can panic.
    Panic,
    /// Nothing is allocated. The harness has no global allocator, so a model that allocates does not even link with
    /// it; the names catch what brings an allocator of its own.
    Allocator,
    /// Nothing is computed in floating point.
    Float,
    /// Nothing multiplies or divides 64-bit numbers through a library call.
    WideArithmetic,
    /// Scoring calls nothing through a pointer, so that its call graph is all there is.
    Indirect,
    /// Nothing calls itself, and no frame has a variable size: the stack has a bound.
    Unbounded,
}

impl Promise {
    /// Every promise.
    pub(crate) const ALL: [Self; 6] =
        [Self::Panic, Self::Allocator, Self::Float, Self::WideArithmetic, Self::Indirect, Self::Unbounded];

    /// One word for it, as a head of a column and as a key.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Panic => "panics",
            Self::Allocator => "allocators",
            Self::Float => "floats",
            Self::WideArithmetic => "wide",
            Self::Indirect => "indirect",
            Self::Unbounded => "recursion",
        }
    }

    /// The promise that a linked symbol breaks, where it breaks one; `name` is mangled.
    pub(crate) fn broken_by(name: &str) -> Option<Self> {
        let breaks = |whole: &[&str], part: &[&str]| {
            whole.contains(&name) || part.iter().any(|part| name.contains(part))
        };
        if breaks(PANIC_NAMES, PANIC_PARTS) {
            Some(Self::Panic)
        } else if breaks(ALLOCATOR_NAMES, ALLOCATOR_PARTS) {
            Some(Self::Allocator)
        } else if is_float(name) {
            Some(Self::Float)
        } else if breaks(WIDE_NAMES, &[]) {
            Some(Self::WideArithmetic)
        } else {
            None
        }
    }
}

impl fmt::Display for Promise {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Panic => "no panic",
            Self::Allocator => "no allocator",
            Self::Float => "no float",
            Self::WideArithmetic => "no 64-bit multiply or divide helper",
            Self::Indirect => "no indirect call in scoring",
            Self::Unbounded => "no recursion and no frame of variable size in scoring",
        })
    }
}

const PANIC_NAMES: &[&str] = &["rust_begin_unwind", "tillwatch_panics", "abort"];
const PANIC_PARTS: &[&str] =
    &["9panicking", "17rust_begin_unwind", "unwrap_failed", "expect_failed", "index_fail"];

const ALLOCATOR_NAMES: &[&str] = &["malloc", "calloc", "realloc", "free", "_sbrk", "_malloc_r"];
/// Rust's own allocation functions, plain or mangled, and the crate `alloc`.
const ALLOCATOR_PARTS: &[&str] = &[
    "__rust_alloc",
    "__rust_realloc",
    "__rust_dealloc",
    "__rust_no_alloc",
    "__rg_",
    "__rdl_",
    "GlobalAlloc",
    "5alloc7raw_vec",
];

const WIDE_NAMES: &[&str] = &[
    "__aeabi_lmul",
    "__aeabi_ldivmod",
    "__aeabi_uldivmod",
    "__muldi3",
    "__mulodi4",
    "__multi3",
    "__divdi3",
    "__moddi3",
    "__divmoddi4",
    "__udivdi3",
    "__umoddi3",
    "__udivmoddi4",
];

/// Arm's float helpers begin so; the letter is the operand: f, d, or a conversion from or to them.
const ARM_FLOAT: &[&str] = &[
    "__aeabi_f",
    "__aeabi_d",
    "__aeabi_cf",
    "__aeabi_cd",
    "__aeabi_i2",
    "__aeabi_ui2",
    "__aeabi_l2",
    "__aeabi_ul2",
    "__aeabi_h2",
];

/// Float functions of the C library that compilers call by name.
const FLOAT_FUNCTIONS: &[&str] = &[
    "ceil", "cos", "exp", "exp2", "fabs", "floor", "fma", "fmax", "fmin", "fmod", "log", "log10", "log2",
    "pow", "rint", "round", "sin", "sqrt", "tanh", "trunc",
];

fn is_float(name: &str) -> bool {
    // Two of Arm's names begin like a float helper and are integer: division by zero, and nothing else.
    if name == "__aeabi_idiv0" || name == "__aeabi_ldiv0" {
        return false;
    }
    ARM_FLOAT.iter().any(|prefix| name.starts_with(prefix))
        || name.contains("17compiler_builtins5float")
        || name.contains("17compiler_builtins4math")
        || FLOAT_FUNCTIONS.contains(&name.strip_suffix('f').unwrap_or(name))
        || name.strip_prefix("__").is_some_and(is_generic_float_helper)
}

/// Helpers such as `__addsf3`, `__fixdfsi`, `__floatunsisf`, `__extendsfdf2`, `__unorddf2`, `__powisf2`.
fn is_generic_float_helper(name: &str) -> bool {
    const VERBS: &[&str] = &[
        "add", "sub", "mul", "div", "neg", "eq", "ne", "lt", "le", "gt", "ge", "cmp", "unord", "fix",
        "fixuns", "float", "floatun", "extend", "trunc", "powi",
    ];
    let has_operand = name.contains("sf") || name.contains("df") || name.contains("hf");
    has_operand && VERBS.iter().any(|verb| name.starts_with(verb))
}

/// True for helpers that are allowed and worth knowing: 32-bit division and 64-bit shifts of cores that lack them.
pub(super) fn is_noteworthy(name: &str) -> bool {
    const NAMES: &[&str] = &[
        "__aeabi_idiv",
        "__aeabi_idivmod",
        "__aeabi_uidiv",
        "__aeabi_uidivmod",
        "__divsi3",
        "__modsi3",
        "__udivsi3",
        "__umodsi3",
        "__aeabi_llsl",
        "__aeabi_llsr",
        "__aeabi_lasr",
        "__ashldi3",
        "__lshrdi3",
        "__ashrdi3",
        "__clzsi2",
        "__clzdi2",
    ];
    NAMES.contains(&name)
}

/// True for functions that the compiler brings along and that most firmware has anyway, such as `memcpy`.
pub(super) fn is_support(name: &str) -> bool {
    const NAMES: &[&str] = &["memcpy", "memmove", "memset", "memcmp", "bcmp"];
    NAMES.contains(&name)
        || name.starts_with("__aeabi_")
        || name.contains("17compiler_builtins")
        || is_noteworthy(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_sorted_by_promise() {
        for (name, promise) in [
            ("_ZN4core9panicking18panic_bounds_check17h0123456789abcdefE", Some(Promise::Panic)),
            ("_RNvNtCs1_4core9panicking5panic", Some(Promise::Panic)),
            ("_ZN4core5slice5index16slice_index_fail17h0E", Some(Promise::Panic)),
            ("tillwatch_panics", Some(Promise::Panic)),
            ("_RNvCs1_7___rustc12___rust_alloc", Some(Promise::Allocator)),
            ("malloc", Some(Promise::Allocator)),
            ("__aeabi_fmul", Some(Promise::Float)),
            ("__aeabi_d2iz", Some(Promise::Float)),
            ("__aeabi_ui2f", Some(Promise::Float)),
            ("__mulsf3", Some(Promise::Float)),
            ("__floatunsidf", Some(Promise::Float)),
            ("sqrtf", Some(Promise::Float)),
            ("__aeabi_uldivmod", Some(Promise::WideArithmetic)),
            ("__muldi3", Some(Promise::WideArithmetic)),
            ("__aeabi_uidiv", None),
            ("__aeabi_idiv0", None),
            ("__aeabi_memcpy4", None),
            ("__aeabi_llsr", None),
            ("__udivsi3", None),
            ("measure_start", None),
            ("_ZN16tillwatch_engine5score8evaluate17h0E", None),
        ] {
            assert_eq!(Promise::broken_by(name), promise, "{name}");
        }
    }
}
