//! The units of literals and texts, with what they are worth.

/// The units of a `Duration` in nanoseconds, longest first.
pub const DURATION: [(&str, i64); 8] = [
    ("w", 7 * 86_400_000_000_000),
    ("d", 86_400_000_000_000),
    ("h", 3_600_000_000_000),
    ("m", 60_000_000_000),
    ("s", 1_000_000_000),
    ("ms", 1_000_000),
    ("us", 1_000),
    ("ns", 1),
];

/// The units of a `Size` in bytes: decimal ones, binary ones, then the byte; each largest first.
pub const SIZE: [(&str, i64); 11] = [
    ("PB", 1_000_000_000_000_000),
    ("TB", 1_000_000_000_000),
    ("GB", 1_000_000_000),
    ("MB", 1_000_000),
    ("KB", 1_000),
    ("PiB", 1 << 50),
    ("TiB", 1 << 40),
    ("GiB", 1 << 30),
    ("MiB", 1 << 20),
    ("KiB", 1 << 10),
    ("B", 1),
];

/// What `unit` is worth in a table of this module.
pub fn worth(table: &[(&'static str, i64)], unit: &str) -> Option<i64> {
    table.iter().find(|(name, _)| *name == unit).map(|(_, worth)| *worth)
}
