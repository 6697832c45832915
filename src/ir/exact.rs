//! Exact numbers: decimals read from text, and whole counts (nanoseconds, bytes) scaled by decimals.
//!
//! Nothing here goes through a float, and nothing is rounded on the way: a scaled count is rounded once, at the end,
//! half to even.

use std::cmp::Ordering;

use rust_decimal::Decimal;

/// Why a text is no `Decimal`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotExact {
    /// It is not written like a number.
    Malformed,
    /// It is too far from zero.
    TooLarge,
    /// It has more digits than a `Decimal` keeps.
    TooManyDigits,
}

/// The exact value of `-12.50e3`: sign, fraction and exponent may be missing.
///
/// # Errors
/// What is not exactly a `Decimal` is refused, never rounded.
pub fn decimal(text: &str) -> Result<Decimal, NotExact> {
    let (negative, unsigned) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let (mantissa, exponent) = unsigned.split_once(['e', 'E']).unwrap_or((unsigned, "0"));
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) if !fraction.is_empty() => (whole, fraction),
        Some(_) => return Err(NotExact::Malformed),
        None => (mantissa, ""),
    };
    if whole.is_empty() || !digits_only(whole) || !digits_only(fraction) || !is_exponent(exponent) {
        return Err(NotExact::Malformed);
    }
    let Digits { value, zeros } = digits(whole.bytes().chain(fraction.bytes()));
    if value == Some(0) {
        return Ok(Decimal::ZERO);
    }
    let beyond = if exponent.starts_with('-') { NotExact::TooManyDigits } else { NotExact::TooLarge };
    let exponent: i64 = exponent.parse().map_err(|_| beyond)?;
    let power = exponent.saturating_add(zeros).saturating_sub(fraction.len() as i64);
    let signed = value.map(|value| if negative { -value } else { value });
    at_power(signed, power)
}

fn digits_only(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_exponent(text: &str) -> bool {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    !digits.is_empty() && digits_only(digits)
}

/// The number that digits make, without the zeros they end in.
struct Digits {
    /// `None` if it has too many digits.
    value: Option<i128>,
    /// How many zeros the digits end in.
    zeros: i64,
}

fn digits(digits: impl Iterator<Item = u8>) -> Digits {
    let mut value = Some(0_i128);
    let mut zeros = 0_u32;
    for digit in digits {
        if digit == b'0' {
            zeros = zeros.saturating_add(1);
            continue;
        }
        let shift = if value == Some(0) { Some(1) } else { 10_i128.checked_pow(zeros.saturating_add(1)) };
        value =
            value.zip(shift).and_then(|(value, shift)| value.checked_mul(shift)?.checked_add((digit - b'0').into()));
        zeros = 0;
    }
    Digits { value, zeros: zeros.into() }
}

/// `mantissa` times ten to the `power`.
fn at_power(mantissa: Option<i128>, power: i64) -> Result<Decimal, NotExact> {
    if power < 0 {
        let scale = u32::try_from(power.unsigned_abs()).map_err(|_| NotExact::TooManyDigits)?;
        let exact = mantissa.and_then(|mantissa| Decimal::try_from_i128_with_scale(mantissa, scale).ok());
        return exact.ok_or(NotExact::TooManyDigits);
    }
    let factor = u32::try_from(power).ok().and_then(|power| 10_i128.checked_pow(power));
    let whole = mantissa.zip(factor).and_then(|(mantissa, factor)| mantissa.checked_mul(factor));
    whole.and_then(|whole| Decimal::try_from_i128_with_scale(whole, 0).ok()).ok_or(NotExact::TooLarge)
}

const E14: u128 = 10_u128.pow(14);
const E28: u128 = 10_u128.pow(28);

/// `count * by`, rounded half to even; `None` if it does not fit.
pub fn times(count: i64, by: Decimal) -> Option<i64> {
    let negative = (count < 0) != by.is_sign_negative();
    let count = u128::from(count.unsigned_abs());
    let mantissa = by.mantissa().unsigned_abs();
    let one = 10_u128.pow(by.scale());
    // The product has up to 160 bits, so the fraction, taken to 28 digits, is multiplied in two halves of 14.
    let fraction = mantissa % one * 10_u128.pow(Decimal::MAX_SCALE - by.scale());
    let low = count * (fraction % E14);
    let high = count * (fraction / E14) + low / E14;
    let rest = high % E14 * E14 + low % E14;
    let quotient = count.checked_mul(mantissa / one)?.checked_add(high / E14)?;
    signed(half_even(quotient, rest, E28), negative)
}

/// `count / by`, rounded half to even; `None` if it does not fit, or if `by` is zero.
pub fn per(count: i64, by: Decimal) -> Option<i64> {
    let negative = (count < 0) != by.is_sign_negative();
    let count = u128::from(count.unsigned_abs());
    let divisor = by.mantissa().unsigned_abs();
    let mut quotient = count.checked_div(divisor)?;
    let mut rest = count % divisor;
    for _ in 0..by.scale() {
        rest *= 10;
        quotient = quotient.checked_mul(10)?.checked_add(rest / divisor)?;
        rest %= divisor;
    }
    signed(half_even(quotient, rest, divisor), negative)
}

/// `quotient` and `rest / of`, as a whole number.
fn half_even(quotient: u128, rest: u128, of: u128) -> u128 {
    match (rest * 2).cmp(&of) {
        Ordering::Less => quotient,
        Ordering::Equal => quotient + (quotient & 1),
        Ordering::Greater => quotient + 1,
    }
}

fn signed(magnitude: u128, negative: bool) -> Option<i64> {
    let magnitude = i128::try_from(magnitude).ok()?;
    i64::try_from(if negative { -magnitude } else { magnitude }).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_read_exactly_or_not_at_all() {
        let check = |text: &str, expected: Result<&str, NotExact>| {
            let found = decimal(text).map(|value| value.to_string());
            assert_eq!(found, expected.map(str::to_owned), "{text}");
        };
        check("0", Ok("0"));
        check("-0.0", Ok("0"));
        check("24.50", Ok("24.5"));
        check("-12.5e3", Ok("-12500"));
        check("1E+3", Ok("1000"));
        check("1.20e-2", Ok("0.012"));
        check("100000000000000000000000000000000000e-33", Ok("100"));
        check("0e99999999999999999999", Ok("0"));
        check("79228162514264337593543950335", Ok("79228162514264337593543950335"));
        check("79228162514264337593543950336", Err(NotExact::TooLarge));
        check("0.0000000000000000000000000001", Ok("0.0000000000000000000000000001"));
        check("1e-29", Err(NotExact::TooManyDigits));
        check("1.0000000000000000000000000000000001", Err(NotExact::TooManyDigits));
        check("1e29", Err(NotExact::TooLarge));
        check("1e99999999999999999999", Err(NotExact::TooLarge));
        check("1e-99999999999999999999", Err(NotExact::TooManyDigits));
        for malformed in ["", "-", ".5", "5.", "1e", "1e+", "1_000", "+1", "1.2.3", "one", "1e1.5"] {
            check(malformed, Err(NotExact::Malformed));
        }
    }

    #[test]
    fn counts_are_scaled_exactly_and_rounded_half_to_even() {
        let check = |found: Option<i64>, expected: Option<i64>| assert_eq!(found, expected);
        let number = |text| decimal(text).expect("a decimal");
        check(times(10, number("0.25")), Some(2));
        check(times(10, number("0.35")), Some(4));
        check(times(-10, number("0.25")), Some(-2));
        check(times(3, number("-1.5")), Some(-4));
        check(times(i64::MIN, number("1")), Some(i64::MIN));
        check(times(i64::MIN, number("-1")), None);
        check(times(i64::MAX, number("79228162514264337593543950335")), None);
        check(times(i64::MAX, number("0.5000000000000000000000000001")), Some(4_611_686_018_427_387_904));
        check(times(5, number("0.1000000000000000000000000001")), Some(1));
        check(times(5, number("0.0999999999999999999999999999")), Some(0));
        check(per(5, number("2")), Some(2));
        check(per(7, number("2")), Some(4));
        check(per(1, number("0.3")), Some(3));
        check(per(2, number("0.3")), Some(7));
        check(per(-5, number("2")), Some(-2));
        check(per(1, number("0")), None);
        check(per(i64::MIN, number("-1")), None);
        check(per(i64::MAX, number("0.1")), None);
        check(per(0, number("0.0000000000000000000000000001")), Some(0));
        check(per(1, number("0.0000000000000000000000000001")), None);
    }
}
