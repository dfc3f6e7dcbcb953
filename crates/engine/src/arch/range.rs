//! The range of a layer's codes in as few bytes as hold it.

use crate::fixed::Requantise;
use crate::kernel::Code;

/// A rule's smallest and largest code.
///
/// # Bounds
/// Codes reach beyond an i16 in no rule; one that allows for more than [`Code::LIMITS`] has these.
pub(super) const fn range<C: Code>(rule: Requantise) -> [i16; 2] {
    let [low, high] = C::LIMITS;
    let out_min = if rule.out_min > low { rule.out_min } else { low };
    let out_max = if rule.out_max < high { rule.out_max } else { high };
    [out_min as i16, out_max as i16]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_the_rules_within_the_limits_of_codes() {
        let rule = |out_min, out_max| Requantise { zero_point: 0, out_min, out_max, shift: 0, bias_shift: 0 };
        assert_eq!([range::<i8>(rule(-128, 127)), range::<i16>(rule(-900, 5))], [[-128, 127], [-900, 5]]);
        assert_eq!(range::<i8>(rule(i32::MIN, i32::MAX)), [-128, 127]);
        assert_eq!(range::<i16>(rule(-32_768, 70_000)), [-32_767, 32_767]);
    }
}
