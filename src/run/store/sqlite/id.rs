//! Names of runs: short enough to type, without letters that look like digits.

use smol_str::SmolStr;

/// Base 32 without `i`, `l`, `o`, `u`: letters first.
const ALPHABET: &[u8; 32] = b"abcdefghjkmnpqrstvwxyz0123456789";

/// How many of [`ALPHABET`] are letters: a name begins with one.
const LETTERS: u64 = 22;

/// How many characters a name has at least.
const SHORTEST: usize = 4;

/// The `attempt`th name to try, from 0, with the randomness of `random`: longer after every eighth that was taken.
pub fn candidate(random: u64, attempt: usize) -> SmolStr {
    let length = SHORTEST + attempt / 8;
    let first = ALPHABET[(random % LETTERS) as usize];
    let rest = (1..length).map(|at| ALPHABET[((random / LETTERS) >> (5 * (at - 1)) & 31) as usize]);
    std::iter::once(first).chain(rest).map(char::from).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_begin_with_a_letter_and_grow_when_taken() {
        for random in [0, 1, 7_777_777, u64::MAX] {
            let name = candidate(random, 0);
            assert_eq!(name.len(), 4);
            assert!(name.starts_with(|c: char| c.is_ascii_lowercase()));
        }
        assert_eq!(candidate(u64::MAX, 7).len(), 4);
        assert_eq!(candidate(u64::MAX, 8).len(), 5);
        assert_ne!(candidate(1, 0), candidate(2, 0));
    }
}
