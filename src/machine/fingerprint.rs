//! What tells states apart that go on otherwise.
//!
//! A run that was disturbed and has recovered stands where an undisturbed one stands; only its clocks and its counters
//! differ. A fingerprint leaves those out: moments, the numbers of frames and effects, what was said about reasons. So
//! two states with one fingerprint do the same from here on, only perhaps at other moments.

use std::{
    collections::HashMap,
    fmt,
    hash::{DefaultHasher, Hash, Hasher},
};

use serde::{Serialize, ser};

use super::Machine;

/// Parts of a state that what happens next does not depend on, but for when.
const LEFT_OUT: [&str; 17] = [
    "began", "credit", "expects", "failure", "heard", "launches", "looks", "mark", "now", "numbers", "request", "run",
    "since", "span", "times", "unknown", "visits",
];

/// Texts of which only matters whether they are there.
const TEXTS: [&str; 3] = ["doubt", "reason", "stopped"];

/// Numbers that only tell things from others: they count in the order in which they are met.
const NUMBERS: [&str; 5] = ["EffectId", "EnvId", "FrameId", "RegionId", "ScopeId"];

impl Machine {
    /// A number that tells this state from others that go on otherwise.
    pub fn fingerprint(&self) -> u64 {
        let mut hashing = Hashing::default();
        let failed: Vec<bool> = self.state.regions.values().map(|region| region.failure.is_some()).collect();
        failed.hash(&mut hashing.hasher);
        // Nothing in a state refuses to be written.
        let _ = self.state.serialize(&mut hashing);
        hashing.hasher.finish()
    }
}

/// Writes a value into a hash.
#[derive(Default)]
struct Hashing {
    hasher: DefaultHasher,
    /// The numbers met so far, each kind for itself, with what they count as.
    met: HashMap<(&'static str, u64), usize>,
    /// What the number that comes next numbers.
    numbers: Option<&'static str>,
    /// Of texts only matters that they are there.
    shape_only: bool,
}

impl Hashing {
    fn number(&mut self, number: u64) {
        match self.numbers.take() {
            Some(kind) => {
                let next = self.met.len();
                self.met.entry((kind, number)).or_insert(next).hash(&mut self.hasher);
            }
            None => number.hash(&mut self.hasher),
        }
    }

    fn field<T: Serialize + ?Sized>(&mut self, key: &'static str, value: &T) -> Result<(), Never> {
        if LEFT_OUT.contains(&key) {
            return Ok(());
        }
        if key == "first" {
            self.numbers = Some("EffectId");
        }
        let before = self.shape_only;
        self.shape_only |= TEXTS.contains(&key);
        let written = value.serialize(&mut *self);
        self.shape_only = before;
        self.numbers = None;
        written
    }
}

/// Hashing never fails.
#[derive(Debug)]
struct Never;

impl fmt::Display for Never {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a state that can't be written")
    }
}

impl std::error::Error for Never {}

impl ser::Error for Never {
    fn custom<T: fmt::Display>(_: T) -> Never {
        Never
    }
}

macro_rules! hashed {
    ($($name:ident: $ty:ty;)*) => {
        $(fn $name(self, value: $ty) -> Result<(), Never> {
            value.hash(&mut self.hasher);
            Ok(())
        })*
    };
}

macro_rules! numbered {
    ($($name:ident: $ty:ty;)*) => {
        $(fn $name(self, value: $ty) -> Result<(), Never> {
            self.number(u64::from(value));
            Ok(())
        })*
    };
}

impl ser::Serializer for &mut Hashing {
    type Ok = ();
    type Error = Never;
    type SerializeSeq = Self;
    type SerializeTuple = Self;
    type SerializeTupleStruct = Self;
    type SerializeTupleVariant = Self;
    type SerializeMap = Self;
    type SerializeStruct = Self;
    type SerializeStructVariant = Self;

    hashed! {
        serialize_bool: bool;
        serialize_i8: i8;
        serialize_i16: i16;
        serialize_i32: i32;
        serialize_i64: i64;
        serialize_char: char;
        serialize_bytes: &[u8];
    }

    numbered! {
        serialize_u8: u8;
        serialize_u16: u16;
        serialize_u32: u32;
        serialize_u64: u64;
    }

    fn serialize_f32(self, value: f32) -> Result<(), Never> {
        self.serialize_u32(value.to_bits())
    }

    fn serialize_f64(self, value: f64) -> Result<(), Never> {
        self.serialize_u64(value.to_bits())
    }

    fn serialize_str(self, value: &str) -> Result<(), Never> {
        if !self.shape_only {
            value.hash(&mut self.hasher);
        }
        Ok(())
    }

    fn serialize_none(self) -> Result<(), Never> {
        self.serialize_bool(false)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Never> {
        true.hash(&mut self.hasher);
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<(), Never> {
        Ok(())
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<(), Never> {
        Ok(())
    }

    fn serialize_unit_variant(self, _: &'static str, index: u32, _: &'static str) -> Result<(), Never> {
        index.hash(&mut self.hasher);
        Ok(())
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, name: &'static str, value: &T) -> Result<(), Never> {
        if name == "Timestamp" {
            return Ok(());
        }
        self.numbers = NUMBERS.into_iter().find(|kind| *kind == name);
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        index: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<(), Never> {
        index.hash(&mut self.hasher);
        if (name, variant) == ("Target", "Part") {
            self.numbers = Some("EffectId");
        }
        value.serialize(self)
    }

    fn serialize_seq(self, length: Option<usize>) -> Result<Self, Never> {
        length.hash(&mut self.hasher);
        Ok(self)
    }

    fn serialize_tuple(self, _: usize) -> Result<Self, Never> {
        Ok(self)
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Self, Never> {
        Ok(self)
    }

    fn serialize_tuple_variant(self, _: &'static str, index: u32, _: &'static str, _: usize) -> Result<Self, Never> {
        index.hash(&mut self.hasher);
        Ok(self)
    }

    fn serialize_map(self, length: Option<usize>) -> Result<Self, Never> {
        length.hash(&mut self.hasher);
        Ok(self)
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Self, Never> {
        Ok(self)
    }

    fn serialize_struct_variant(self, _: &'static str, index: u32, _: &'static str, _: usize) -> Result<Self, Never> {
        index.hash(&mut self.hasher);
        Ok(self)
    }
}

macro_rules! parts {
    ($($trait:ident: $name:ident;)*) => {
        $(impl ser::$trait for &mut Hashing {
            type Ok = ();
            type Error = Never;

            fn $name<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Never> {
                value.serialize(&mut **self)
            }

            fn end(self) -> Result<(), Never> {
                Ok(())
            }
        })*
    };
}

parts! {
    SerializeSeq: serialize_element;
    SerializeTuple: serialize_element;
    SerializeTupleStruct: serialize_field;
    SerializeTupleVariant: serialize_field;
}

macro_rules! fields {
    ($($trait:ident;)*) => {
        $(impl ser::$trait for &mut Hashing {
            type Ok = ();
            type Error = Never;

            fn serialize_field<T: Serialize + ?Sized>(&mut self, key: &'static str, value: &T) -> Result<(), Never> {
                self.field(key, value)
            }

            fn end(self) -> Result<(), Never> {
                Ok(())
            }
        })*
    };
}

fields! {
    SerializeStruct;
    SerializeStructVariant;
}

impl ser::SerializeMap for &mut Hashing {
    type Ok = ();
    type Error = Never;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Never> {
        key.serialize(&mut **self)
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Never> {
        value.serialize(&mut **self)
    }

    fn end(self) -> Result<(), Never> {
        Ok(())
    }
}
