//! The merchants: their hours, prices, cards and habits. All figures are assumptions, none is fitted to records.

use crate::amount::{Basket, Rounding};

/// Opening and closing minute of a day, 0 to 1440.
pub(crate) type Hours = (u32, u32);

/// A kind of merchant. Rates are permille.
#[derive(Debug)]
pub(crate) struct Profile {
    /// Mean number of customers on an open day of weight 100.
    pub(crate) customers_per_day: f64,
    /// Percent of `customers_per_day`, Monday to Sunday.
    pub(crate) weekday_percent: [u32; 7],
    /// Hours from Monday to Sunday; `None` where closed.
    pub(crate) hours: [Option<Hours>; 7],
    /// How busy each hour of the day is, on any scale.
    pub(crate) hourly: [u32; 24],
    pub(crate) baskets: &'static [Basket],
    /// Prices that single articles have; a terminal favours a few of them.
    pub(crate) price_points: &'static [u32],
    /// Customers who pay one of the price points.
    pub(crate) price_point_rate: u32,
    /// Weights of chip, contactless, magstripe and keyed, in this order.
    pub(crate) entry_modes: [u32; 4],
    /// Customers who bring something back.
    pub(crate) refund_rate: u32,
    /// Purchases voided at once, most of them keyed in again with the right amount.
    pub(crate) void_rate: u32,
    /// Days with a session of telephone orders.
    pub(crate) telephone_rate: u32,
    /// Telephone orders are so many times the size of a basket.
    pub(crate) telephone_factor: f64,
    /// Days with a crowd that pays in quick succession.
    pub(crate) crowd_rate: u32,
}

impl Profile {
    /// The merchant of a terminal: they take turns.
    pub(crate) fn of_terminal(terminal: u32) -> &'static Self {
        PROFILES[terminal as usize % PROFILES.len()]
    }
}

const PROFILES: [&Profile; 7] = [&GROCERY, &CAFE, &FUEL, &RESTAURANT, &ELECTRONICS, &PHARMACY, &KIOSK];

const fn basket(weight: u32, median_cents: u32, sigma: f64, rounding: Rounding) -> Basket {
    Basket { weight, median_cents, sigma, rounding }
}

/// From one `(hour, minute)` to another.
const fn hours(from: (u32, u32), to: (u32, u32)) -> Option<Hours> {
    Some((from.0 * 60 + from.1, to.0 * 60 + to.1))
}

const fn week(monday_to_friday: Option<Hours>, saturday: Option<Hours>, sunday: Option<Hours>) -> [Option<Hours>; 7] {
    let day = monday_to_friday;
    [day, day, day, day, day, saturday, sunday]
}

static GROCERY: Profile = Profile {
    customers_per_day: 140.0,
    weekday_percent: [95, 85, 85, 95, 120, 140, 0],
    hours: week(hours((7, 0), (21, 0)), hours((7, 0), (21, 0)), None),
    hourly: [0, 0, 0, 0, 0, 0, 2, 5, 7, 8, 9, 10, 9, 7, 7, 8, 11, 14, 13, 9, 5, 2, 0, 0],
    baskets: &[
        basket(45, 1150, 0.65, Rounding::Cent),
        basket(45, 3400, 0.50, Rounding::Cent),
        basket(9, 8800, 0.35, Rounding::Cent),
        basket(1, 21_000, 0.40, Rounding::Cent),
    ],
    price_points: &[119, 199, 249, 299, 399, 499, 1000, 2000],
    price_point_rate: 90,
    entry_modes: [420, 555, 23, 2],
    refund_rate: 9,
    void_rate: 7,
    telephone_rate: 15,
    telephone_factor: 2.0,
    crowd_rate: 40,
};

static CAFE: Profile = Profile {
    customers_per_day: 105.0,
    weekday_percent: [90, 90, 95, 100, 115, 130, 100],
    hours: week(hours((6, 30), (18, 0)), hours((8, 0), (18, 0)), hours((9, 0), (17, 0))),
    hourly: [0, 0, 0, 0, 0, 0, 5, 12, 14, 11, 9, 8, 10, 10, 9, 9, 7, 4, 2, 0, 0, 0, 0, 0],
    baskets: &[
        basket(60, 480, 0.40, Rounding::Step(10)),
        basket(37, 1150, 0.45, Rounding::Step(10)),
        basket(3, 4200, 0.50, Rounding::Step(10)),
    ],
    price_points: &[280, 320, 350, 390, 420, 450, 680, 890],
    price_point_rate: 420,
    entry_modes: [170, 815, 13, 2],
    refund_rate: 2,
    void_rate: 6,
    telephone_rate: 25,
    telephone_factor: 6.0,
    crowd_rate: 150,
};

static FUEL: Profile = Profile {
    customers_per_day: 110.0,
    weekday_percent: [100, 95, 95, 100, 120, 105, 85],
    hours: [hours((0, 0), (24, 0)); 7],
    hourly: [2, 1, 1, 1, 2, 5, 10, 14, 12, 9, 8, 8, 9, 9, 9, 11, 14, 15, 12, 9, 7, 5, 4, 3],
    baskets: &[
        basket(62, 5400, 0.40, Rounding::Cent),
        basket(30, 980, 0.60, Rounding::Cent),
        basket(7, 14_500, 0.30, Rounding::Cent),
        basket(1, 42_000, 0.35, Rounding::Cent),
    ],
    price_points: &[1000, 2000, 3000, 5000, 1299],
    price_point_rate: 210,
    entry_modes: [560, 390, 47, 3],
    refund_rate: 2,
    void_rate: 5,
    telephone_rate: 4,
    telephone_factor: 1.5,
    crowd_rate: 30,
};

static RESTAURANT: Profile = Profile {
    customers_per_day: 46.0,
    weekday_percent: [0, 75, 80, 95, 135, 150, 100],
    hours: [
        None,
        hours((11, 30), (22, 30)),
        hours((11, 30), (22, 30)),
        hours((11, 30), (22, 30)),
        hours((11, 30), (23, 30)),
        hours((11, 30), (23, 30)),
        hours((11, 30), (22, 0)),
    ],
    hourly: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3, 10, 12, 6, 2, 2, 4, 8, 13, 16, 15, 9, 4],
    baskets: &[
        basket(45, 3800, 0.40, Rounding::Step(50)),
        basket(45, 7600, 0.40, Rounding::Step(100)),
        basket(8, 19_000, 0.40, Rounding::Step(500)),
        basket(2, 62_000, 0.45, Rounding::Step(1000)),
    ],
    price_points: &[1290, 1490, 1850, 2500, 5000],
    price_point_rate: 130,
    entry_modes: [600, 350, 40, 10],
    refund_rate: 3,
    void_rate: 14,
    telephone_rate: 90,
    telephone_factor: 3.0,
    crowd_rate: 20,
};

static ELECTRONICS: Profile = Profile {
    customers_per_day: 30.0,
    weekday_percent: [90, 75, 80, 85, 115, 175, 0],
    hours: week(hours((10, 0), (20, 0)), hours((9, 30), (20, 0)), None),
    hourly: [0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 7, 10, 11, 10, 10, 11, 13, 14, 12, 8, 0, 0, 0, 0],
    baskets: &[
        basket(50, 3500, 0.60, Rounding::Charm),
        basket(33, 17_500, 0.55, Rounding::Charm),
        basket(14, 69_900, 0.45, Rounding::Charm),
        basket(3, 185_000, 0.45, Rounding::Charm),
    ],
    price_points: &[999, 1999, 2999, 4999, 9999, 19_900, 49_900, 5000, 10_000],
    price_point_rate: 260,
    entry_modes: [700, 225, 45, 30],
    refund_rate: 42,
    void_rate: 9,
    telephone_rate: 110,
    telephone_factor: 1.6,
    crowd_rate: 5,
};

static PHARMACY: Profile = Profile {
    customers_per_day: 62.0,
    weekday_percent: [125, 105, 90, 100, 110, 60, 0],
    hours: week(hours((8, 0), (18, 30)), hours((8, 30), (13, 0)), None),
    hourly: [0, 0, 0, 0, 0, 0, 0, 0, 8, 13, 14, 13, 9, 6, 8, 11, 13, 12, 6, 0, 0, 0, 0, 0],
    baskets: &[
        basket(35, 620, 0.45, Rounding::Step(5)),
        basket(55, 1650, 0.60, Rounding::Cent),
        basket(9, 5800, 0.50, Rounding::Cent),
        basket(1, 26_000, 0.60, Rounding::Cent),
    ],
    price_points: &[500, 1000, 595, 895, 1495, 1995],
    price_point_rate: 310,
    entry_modes: [480, 485, 25, 10],
    refund_rate: 7,
    void_rate: 8,
    telephone_rate: 130,
    telephone_factor: 2.2,
    crowd_rate: 15,
};

static KIOSK: Profile = Profile {
    customers_per_day: 95.0,
    weekday_percent: [100, 95, 95, 100, 115, 110, 75],
    hours: week(hours((5, 30), (23, 0)), hours((6, 0), (23, 0)), hours((8, 0), (22, 0))),
    hourly: [0, 0, 0, 0, 0, 4, 9, 13, 11, 8, 6, 6, 8, 8, 7, 8, 10, 12, 11, 8, 7, 6, 4, 0],
    baskets: &[
        basket(65, 390, 0.50, Rounding::Step(10)),
        basket(30, 980, 0.45, Rounding::Step(10)),
        basket(5, 5200, 0.45, Rounding::Step(500)),
    ],
    price_points: &[150, 200, 250, 300, 350, 780, 820, 1500, 3000],
    price_point_rate: 460,
    entry_modes: [230, 750, 18, 2],
    refund_rate: 3,
    void_rate: 6,
    telephone_rate: 2,
    telephone_factor: 2.0,
    crowd_rate: 140,
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn profiles_hold_together() {
        for (idx, profile) in PROFILES.iter().enumerate() {
            assert!(!profile.baskets.is_empty() && profile.price_points.len() >= 4, "{idx}");
            assert_eq!(profile.entry_modes.iter().sum::<u32>(), 1000, "{idx}");
            for (hours, percent) in profile.hours.iter().zip(profile.weekday_percent) {
                assert_eq!(hours.is_none(), percent == 0, "{idx}");
                let Some((open, close)) = *hours else { continue };
                assert!(open < close && close <= 1440, "{idx}");
                assert!((open..close).any(|minute| profile.hourly[minute as usize / 60] > 0), "{idx}");
            }
        }
    }

    #[test]
    fn merchants_take_turns() {
        for terminal in 0..7 {
            assert!(std::ptr::eq(Profile::of_terminal(terminal), Profile::of_terminal(terminal + 7)));
            assert!(!std::ptr::eq(Profile::of_terminal(terminal), Profile::of_terminal(terminal + 1)));
        }
    }
}
