//! The functions that values have: one table, from which the checker resolves them, the evaluator does them, and
//! the documentation is written.
//!
//! Names follow a few rules. What may not be there (`first`, `find`, `get`, `to_int`) is a `T?`. `to_x` makes an `x`,
//! `without` leaves something out, `x_by` goes by a key. Positions count from 0, an end is not part of what it ends,
//! and what lies outside of a list or text is left out and no fault.

use std::fmt;

/// A type with parts that are not known yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// `Bool`
    Bool,
    /// `Int`
    Int,
    /// `Decimal`
    Decimal,
    /// `String`
    String,
    /// `Percent`
    Percent,
    /// `Duration`
    Duration,
    /// `Size`
    Size,
    /// `Json`
    Json,
    /// `Secret`
    Secret,
    /// `List<T>`
    List(&'static Scheme),
    /// `Map<T>`
    Map(&'static Scheme),
    /// `T?`
    Optional(&'static Scheme),
    /// `{ key: String, value: T }`
    Record(&'static [(&'static str, Scheme)]),
    /// A type that the call decides
    Of(Variable),
}

/// A type that a call decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Variable {
    /// Any type.
    T,
    /// Any other type.
    U,
    /// A type whose values can be compared with `==`, which is all but secrets.
    E,
    /// A type with an order: numbers, units, `Risk` and `String`.
    O,
    /// Numbers and units: `Int`, `Decimal`, `Percent`, `Duration`, `Size`.
    N,
    /// What one can have a share of: `Decimal`, `Duration`, `Size`.
    M,
}

impl Variable {
    /// All of them.
    pub const ALL: [Variable; 6] = [Variable::T, Variable::U, Variable::E, Variable::O, Variable::N, Variable::M];
}

/// A parameter of a function of the library.
#[derive(Clone, Copy, Debug)]
pub struct Parameter {
    /// Its name.
    pub name: &'static str,
    /// What it takes.
    pub kind: ParameterKind,
}

/// What a parameter takes.
#[derive(Clone, Copy, Debug)]
pub enum ParameterKind {
    /// A value
    Value(Scheme),
    /// A value that may be left out
    Default(Scheme, DefaultValue),
    /// A function: what it takes and gives
    Function(&'static [Scheme], Scheme),
}

/// What a parameter is if it is left out.
#[derive(Clone, Copy, Debug)]
pub enum DefaultValue {
    /// An `Int`
    Int(i64),
    /// A `String`
    Text(&'static str),
}

/// A row of the table.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// What it is a function of; `None` for one that is called by its name alone.
    pub receiver: Option<Scheme>,
    /// Its name.
    pub name: &'static str,
    /// What it takes beside its receiver.
    pub parameters: &'static [Parameter],
    /// What it gives.
    pub result: Scheme,
    /// What it does, in a line.
    pub doc: &'static str,
    /// An expression that holds.
    pub example: &'static str,
}

const T: Scheme = Scheme::Of(Variable::T);
const U: Scheme = Scheme::Of(Variable::U);
const E: Scheme = Scheme::Of(Variable::E);
const O: Scheme = Scheme::Of(Variable::O);
const N: Scheme = Scheme::Of(Variable::N);
const M: Scheme = Scheme::Of(Variable::M);

const fn value(name: &'static str, scheme: Scheme) -> Parameter {
    Parameter { name, kind: ParameterKind::Value(scheme) }
}

const fn or(name: &'static str, scheme: Scheme, default: DefaultValue) -> Parameter {
    Parameter { name, kind: ParameterKind::Default(scheme, default) }
}

const fn function(name: &'static str, takes: &'static [Scheme], gives: Scheme) -> Parameter {
    Parameter { name, kind: ParameterKind::Function(takes, gives) }
}

macro_rules! library {
    ($($(#[doc = $doc:literal])+
       $member:ident = $receiver:expr, $name:literal ($($parameter:expr),*) -> $result:expr, $example:literal;)*) => {
        /// A function of the library.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Member {
            $($(#[doc = $doc])+ $member,)*
        }

        impl Member {
            /// All of them, in the order of the table.
            pub const ALL: &[Member] = &[$(Member::$member,)*];

            /// What the table says of it.
            pub fn row(self) -> &'static Row {
                match self {
                    $(Member::$member => {
                        const ROW: Row = Row {
                            receiver: $receiver,
                            name: $name,
                            parameters: &[$($parameter),*],
                            result: $result,
                            doc: concat!($($doc),+),
                            example: $example,
                        };
                        &ROW
                    })*
                }
            }
        }
    };
}

const LIST: Option<Scheme> = Some(Scheme::List(&T));
const LIST_OF_EQUAL: Option<Scheme> = Some(Scheme::List(&E));
const LIST_OF_ORDERED: Option<Scheme> = Some(Scheme::List(&O));
const LIST_OF_LISTS: Option<Scheme> = Some(Scheme::List(&Scheme::List(&T)));
const LIST_OF_ENTRIES: Option<Scheme> = Some(Scheme::List(&ENTRY));
const MAP: Option<Scheme> = Some(Scheme::Map(&T));
const ENTRY: Scheme = Scheme::Record(&[("key", Scheme::String), ("value", T)]);
const STRING: Option<Scheme> = Some(Scheme::String);
const INT: Option<Scheme> = Some(Scheme::Int);
const DECIMAL: Option<Scheme> = Some(Scheme::Decimal);
const DURATION: Option<Scheme> = Some(Scheme::Duration);
const JSON: Option<Scheme> = Some(Scheme::Json);
const SECRET: Option<Scheme> = Some(Scheme::Secret);

library! {
    /// The numbers from one to before another, by steps; a negative step counts down.
    Range = None, "range"(value("from", Scheme::Int), value("to", Scheme::Int), or("step", Scheme::Int, DefaultValue::Int(1))) -> Scheme::List(&Scheme::Int), "range(0, 10, 4) == [0, 4, 8]";

    /// How many items there are.
    ListLen = LIST, "len"() -> Scheme::Int, "[1, 2].len() == 2";
    /// Whether there is no item.
    ListIsEmpty = LIST, "is_empty"() -> Scheme::Bool, "not [1, 2].is_empty()";
    /// Whether an item is in it, as `in` asks.
    ListContains = LIST_OF_EQUAL, "contains"(value("item", E)) -> Scheme::Bool, "[1, 2].contains(2)";
    /// The first item.
    ListFirst = LIST, "first"() -> Scheme::Optional(&T), "[1, 2].first() == 1";
    /// The last item.
    ListLast = LIST, "last"() -> Scheme::Optional(&T), "[1, 2].last() == 2";
    /// The item at a position.
    ListAt = LIST, "at"(value("index", Scheme::Int)) -> Scheme::Optional(&T), "[1, 2].at(2) is none";
    /// The first item of which something holds.
    ListFind = LIST, "find"(function("which", &[T], Scheme::Bool)) -> Scheme::Optional(&T), "[1, 2, 3].find(n => n > 1) == 2";
    /// The position of the first item that is equal.
    ListIndexOf = LIST_OF_EQUAL, "index_of"(value("item", E)) -> Scheme::Optional(&Scheme::Int), "[\"a\", \"b\"].index_of(\"b\") == 1";
    /// Whether something holds of every item.
    ListAll = LIST, "all"(function("which", &[T], Scheme::Bool)) -> Scheme::Bool, "[1, 2].all(n => n > 0)";
    /// Whether something holds of an item.
    ListAny = LIST, "any"(function("which", &[T], Scheme::Bool)) -> Scheme::Bool, "[1, 2].any(n => n > 1)";
    /// Of how many items something holds.
    ListCount = LIST, "count"(function("which", &[T], Scheme::Bool)) -> Scheme::Int, "[1, 2, 3].count(n => n > 1) == 2";
    /// What a function makes of each item.
    ListMap = LIST, "map"(function("to", &[T], U)) -> Scheme::List(&U), "[1, 2].map(n => n * 2) == [2, 4]";
    /// The items of which something holds.
    ListFilter = LIST, "filter"(function("which", &[T], Scheme::Bool)) -> Scheme::List(&T), "[1, 2, 3].filter(n => n != 2) == [1, 3]";
    /// The items of all lists that a function makes of the items.
    ListFlatMap = LIST, "flat_map"(function("to", &[T], Scheme::List(&U))) -> Scheme::List(&U), "[1, 2].flat_map(n => [n, n]) == [1, 1, 2, 2]";
    /// The items of all its lists.
    ListFlatten = LIST_OF_LISTS, "flatten"() -> Scheme::List(&T), "[[1], [2, 3]].flatten() == [1, 2, 3]";
    /// One value out of all: from a first one on, what a function makes of the value so far and the next item.
    ListFold = LIST, "fold"(value("from", U), function("with", &[U, T], U)) -> U, "[1, 2, 3].fold(10, (sum, n) => sum + n) == 16";
    /// The sum of all items, nothing of their kind if there is none.
    ListSum = Some(Scheme::List(&N)), "sum"() -> N, "[1h, 30m].sum() == 1h30m";
    /// The least item.
    ListMin = LIST_OF_ORDERED, "min"() -> Scheme::Optional(&O), "[2, 1, 3].min() == 1";
    /// The greatest item.
    ListMax = LIST_OF_ORDERED, "max"() -> Scheme::Optional(&O), "[1, 3, 2].max() == 3";
    /// The first item with the least key.
    ListMinBy = LIST, "min_by"(function("key", &[T], O)) -> Scheme::Optional(&T), "[\"aa\", \"b\"].min_by(.len()) == \"b\"";
    /// The first item with the greatest key.
    ListMaxBy = LIST, "max_by"(function("key", &[T], O)) -> Scheme::Optional(&T), "[\"aa\", \"b\"].max_by(.len()) == \"aa\"";
    /// The items, the least first.
    ListSort = LIST_OF_ORDERED, "sort"() -> Scheme::List(&O), "[2, 1, 3].sort() == [1, 2, 3]";
    /// The items, that with the least key first; equal ones keep their order.
    ListSortBy = LIST, "sort_by"(function("key", &[T], O)) -> Scheme::List(&T), "[\"aa\", \"b\"].sort_by(.len()) == [\"b\", \"aa\"]";
    /// The items, the last first.
    ListReverse = LIST, "reverse"() -> Scheme::List(&T), "[1, 2].reverse() == [2, 1]";
    /// The items without those that were there before.
    ListUnique = LIST_OF_EQUAL, "unique"() -> Scheme::List(&E), "[1, 2, 1].unique() == [1, 2]";
    /// So many items from the beginning.
    ListTake = LIST, "take"(value("count", Scheme::Int)) -> Scheme::List(&T), "[1, 2, 3].take(2) == [1, 2]";
    /// The items behind so many.
    ListDrop = LIST, "drop"(value("count", Scheme::Int)) -> Scheme::List(&T), "[1, 2, 3].drop(2) == [3]";
    /// The items from a position to before another.
    ListSlice = LIST, "slice"(value("from", Scheme::Int), value("to", Scheme::Int)) -> Scheme::List(&T), "[1, 2, 3].slice(1, 2) == [2]";
    /// The items in lists of so many; the last may be shorter.
    ListChunks = LIST, "chunks"(value("size", Scheme::Int)) -> Scheme::List(&Scheme::List(&T)), "[1, 2, 3].chunks(2) == [[1, 2], [3]]";
    /// The items, and one more behind them.
    ListAppend = LIST, "append"(value("item", T)) -> Scheme::List(&T), "[1].append(2) == [1, 2]";
    /// The items of one list and then of another.
    ListConcat = LIST, "concat"(value("other", Scheme::List(&T))) -> Scheme::List(&T), "[1].concat([2, 3]) == [1, 2, 3]";
    /// The items that are not equal to one.
    ListWithout = LIST_OF_EQUAL, "without"(value("item", E)) -> Scheme::List(&E), "[1, 2, 1].without(1) == [2]";
    /// Each item with the one at the same position of another list, as far as both go.
    ListZip = LIST, "zip"(value("other", Scheme::List(&U))) -> Scheme::List(&Scheme::Record(&[("first", T), ("second", U)])), "[1, 2].zip([\"a\"]) == [{ first: 1, second: \"a\" }]";
    /// Each item with its position.
    ListEnumerate = LIST, "enumerate"() -> Scheme::List(&Scheme::Record(&[("index", Scheme::Int), ("item", T)])), "[\"a\"].enumerate() == [{ index: 0, item: \"a\" }]";
    /// The items by a key, those with one key in a list.
    ListGroupBy = LIST, "group_by"(function("key", &[T], Scheme::String)) -> Scheme::Map(&Scheme::List(&T)), "[1, 2, 3].group_by(n => if n > 1 then \"more\" else \"one\").get(\"more\") == [2, 3]";
    /// The items by a key; of several with one key the last.
    ListIndexBy = LIST, "index_by"(function("key", &[T], Scheme::String)) -> Scheme::Map(&T), "[\"a\", \"bb\"].index_by(s => \"{s.len()}\").get(\"2\") == \"bb\"";
    /// A map of entries; of several with one key the last.
    ListToMap = LIST_OF_ENTRIES, "to_map"() -> Scheme::Map(&T), "[{ key: \"a\", value: 1 }].to_map().get(\"a\") == 1";
    /// The texts, one behind the other, with another between them.
    ListJoin = Some(Scheme::List(&Scheme::String)), "join"(or("separator", Scheme::String, DefaultValue::Text(""))) -> Scheme::String, "[\"a\", \"b\"].join(\", \") == \"a, b\"";

    /// How many keys there are.
    MapLen = MAP, "len"() -> Scheme::Int, "[{ key: \"a\", value: 1 }].to_map().len() == 1";
    /// Whether there is no key.
    MapIsEmpty = MAP, "is_empty"() -> Scheme::Bool, "not [{ key: \"a\", value: 1 }].to_map().is_empty()";
    /// Whether there is a key, as `in` asks.
    MapContains = MAP, "contains"(value("key", Scheme::String)) -> Scheme::Bool, "[{ key: \"a\", value: 1 }].to_map().contains(\"a\")";
    /// The value of a key.
    MapGet = MAP, "get"(value("key", Scheme::String)) -> Scheme::Optional(&T), "[{ key: \"a\", value: 1 }].to_map().get(\"b\") is none";
    /// The keys, in the order of the map.
    MapKeys = MAP, "keys"() -> Scheme::List(&Scheme::String), "[{ key: \"a\", value: 1 }].to_map().keys() == [\"a\"]";
    /// The values, in the order of the map.
    MapValues = MAP, "values"() -> Scheme::List(&T), "[{ key: \"a\", value: 1 }].to_map().values() == [1]";
    /// The keys with their values, in the order of the map.
    MapEntries = MAP, "entries"() -> Scheme::List(&ENTRY), "[{ key: \"a\", value: 1 }].to_map().entries() == [{ key: \"a\", value: 1 }]";
    /// What a function makes of each value, by the same keys.
    MapMapValues = MAP, "map_values"(function("to", &[T], U)) -> Scheme::Map(&U), "[{ key: \"a\", value: 1 }].to_map().map_values(n => n + 1).get(\"a\") == 2";
    /// The keys and values of which something holds.
    MapFilter = MAP, "filter"(function("which", &[Scheme::String, T], Scheme::Bool)) -> Scheme::Map(&T), "[{ key: \"a\", value: 1 }].to_map().filter((key, n) => key == \"a\" and n > 1).is_empty()";
    /// The map, with the entries of another added or put in place of its own.
    MapMerge = MAP, "merge"(value("other", Scheme::Map(&T))) -> Scheme::Map(&T), "[{ key: \"a\", value: 1 }].to_map().merge({ b: 2 }).keys() == [\"a\", \"b\"]";
    /// The map, with one entry added or put in place of its own.
    MapWith = MAP, "with"(value("key", Scheme::String), value("value", T)) -> Scheme::Map(&T), "[{ key: \"a\", value: 1 }].to_map().with(\"a\", 2).get(\"a\") == 2";
    /// The map without a key.
    MapWithout = MAP, "without"(value("key", Scheme::String)) -> Scheme::Map(&T), "[{ key: \"a\", value: 1 }].to_map().without(\"a\").is_empty()";

    /// How many characters there are.
    TextLen = STRING, "len"() -> Scheme::Int, "\"café\".len() == 4";
    /// Whether there is no character.
    TextIsEmpty = STRING, "is_empty"() -> Scheme::Bool, "\"\".is_empty()";
    /// Whether another text is a part of it, as `in` asks.
    TextContains = STRING, "contains"(value("part", Scheme::String)) -> Scheme::Bool, "\"orders\".contains(\"der\")";
    /// Whether it begins with another text.
    TextStartsWith = STRING, "starts_with"(value("part", Scheme::String)) -> Scheme::Bool, "\"orders\".starts_with(\"or\")";
    /// Whether it ends with another text.
    TextEndsWith = STRING, "ends_with"(value("part", Scheme::String)) -> Scheme::Bool, "\"orders\".ends_with(\"s\")";
    /// The position of the first part that is equal.
    TextIndexOf = STRING, "index_of"(value("part", Scheme::String)) -> Scheme::Optional(&Scheme::Int), "\"orders\".index_of(\"d\") == 2";
    /// The texts between the places where another one stands; its characters, if that is empty.
    TextSplit = STRING, "split"(value("separator", Scheme::String)) -> Scheme::List(&Scheme::String), "\"a,b\".split(\",\") == [\"a\", \"b\"]";
    /// Its lines, without what ends them.
    TextLines = STRING, "lines"() -> Scheme::List(&Scheme::String), "\"a\\nb\\n\".lines() == [\"a\", \"b\"]";
    /// The text without the blanks around it.
    TextTrim = STRING, "trim"() -> Scheme::String, "\" a \".trim() == \"a\"";
    /// The text in capital letters.
    TextUpper = STRING, "upper"() -> Scheme::String, "\"a\".upper() == \"A\"";
    /// The text in small letters.
    TextLower = STRING, "lower"() -> Scheme::String, "\"A\".lower() == \"a\"";
    /// The text with another in place of each part that is equal.
    TextReplace = STRING, "replace"(value("part", Scheme::String), value("with", Scheme::String)) -> Scheme::String, "\"a-b-c\".replace(\"-\", \"_\") == \"a_b_c\"";
    /// The characters from a position to before another.
    TextSlice = STRING, "slice"(value("from", Scheme::Int), value("to", Scheme::Int)) -> Scheme::String, "\"orders\".slice(0, 2) == \"or\"";
    /// The text, with another before it until it has so many characters.
    TextPadLeft = STRING, "pad_left"(value("width", Scheme::Int), or("with", Scheme::String, DefaultValue::Text(" "))) -> Scheme::String, "\"7\".pad_left(3, with: \"0\") == \"007\"";
    /// The text, with another behind it until it has so many characters.
    TextPadRight = STRING, "pad_right"(value("width", Scheme::Int), or("with", Scheme::String, DefaultValue::Text(" "))) -> Scheme::String, "\"a\".pad_right(3) == \"a  \"";
    /// The text so many times.
    TextRepeat = STRING, "repeat"(value("count", Scheme::Int)) -> Scheme::String, "\"ab\".repeat(2) == \"abab\"";
    /// The number that is written so.
    TextToInt = STRING, "to_int"() -> Scheme::Optional(&Scheme::Int), "\"42\".to_int() == 42";
    /// The number that is written so, exactly.
    TextToDecimal = STRING, "to_decimal"() -> Scheme::Optional(&Scheme::Decimal), "\"0.5\".to_decimal() == 0.5";
    /// What is written as JSON.
    TextParseJson = STRING, "parse_json"() -> Scheme::Optional(&Scheme::Json), "\"[1\".parse_json() is none";

    /// How often a number goes into it, downwards.
    IntDiv = INT, "div"(value("by", Scheme::Int)) -> Scheme::Int, "12.div(5) == 2";
    /// What is left of it by `div`, never less than 0.
    IntMod = INT, "mod"(value("by", Scheme::Int)) -> Scheme::Int, "12.mod(5) == 2";
    /// The number multiplied by itself so many times.
    IntPow = INT, "pow"(value("exponent", Scheme::Int)) -> Scheme::Int, "2.pow(10) == 1024";
    /// The same number as a `Decimal`.
    IntToDecimal = INT, "to_decimal"() -> Scheme::Decimal, "3.to_decimal() == 3.0";
    /// The number with so many digits behind the point, half to even.
    DecimalRound = DECIMAL, "round"(or("places", Scheme::Int, DefaultValue::Int(0))) -> Scheme::Decimal, "2.345.round(2) == 2.34";
    /// The greatest whole number that is not more.
    DecimalFloor = DECIMAL, "floor"() -> Scheme::Int, "2.7.floor() == 2";
    /// The least whole number that is not less.
    DecimalCeil = DECIMAL, "ceil"() -> Scheme::Int, "2.1.ceil() == 3";
    /// The number, if it is whole.
    DecimalToInt = DECIMAL, "to_int"() -> Scheme::Optional(&Scheme::Int), "2.5.to_int() is none";
    /// The number as text, with so many digits behind the point.
    DecimalFixed = DECIMAL, "fixed"(value("places", Scheme::Int)) -> Scheme::String, "24.5.fixed(2) == \"24.50\"";
    /// How far it is from nothing.
    NumberAbs = Some(N), "abs"() -> N, "(1h - 3h).abs() == 2h";
    /// The lesser of two.
    OrderedMin = Some(O), "min"(value("other", O)) -> O, "3.min(2) == 2";
    /// The greater of two.
    OrderedMax = Some(O), "max"(value("other", O)) -> O, "1h.max(2h) == 2h";
    /// The nearest that is neither less than one nor more than the other.
    OrderedClamp = Some(O), "clamp"(value("low", O), value("high", O)) -> O, "12.clamp(0, 10) == 10";

    /// The share as a number: 1 is all.
    PercentFraction = Some(Scheme::Percent), "fraction"() -> Scheme::Decimal, "25%.fraction() == 0.25";
    /// So much of a whole.
    PercentOf = Some(Scheme::Percent), "of"(value("whole", M)) -> M, "25%.of(2TB) == 500GB";
    /// How many seconds it lasts.
    DurationSeconds = DURATION, "seconds"() -> Scheme::Decimal, "1m30s.seconds() == 90";
    /// How many minutes it lasts.
    DurationMinutes = DURATION, "minutes"() -> Scheme::Decimal, "90s.minutes() == 1.5";
    /// How many hours it lasts.
    DurationHours = DURATION, "hours"() -> Scheme::Decimal, "90m.hours() == 1.5";
    /// How many days it lasts.
    DurationDays = DURATION, "days"() -> Scheme::Decimal, "36h.days() == 1.5";
    /// The nearest multiple of another duration, half to even.
    DurationRoundTo = DURATION, "round_to"(value("step", Scheme::Duration)) -> Scheme::Duration, "1h34m.round_to(15m) == 1h30m";
    /// How many bytes it has.
    SizeBytes = Some(Scheme::Size), "bytes"() -> Scheme::Int, "2KB.bytes() == 2000";

    /// The field of an object.
    JsonGet = JSON, "get"(value("key", Scheme::String)) -> Scheme::Optional(&Scheme::Json), "\"\\{\\\"a\\\": 1\\}\".parse_json()?.get(\"b\") is none";
    /// The item of an array.
    JsonAt = JSON, "at"(value("index", Scheme::Int)) -> Scheme::Optional(&Scheme::Json), "\"[1]\".parse_json()?.at(0) is not none";
    /// The items of an array; none of anything else.
    JsonItems = JSON, "items"() -> Scheme::List(&Scheme::Json), "\"[1, 2]\".parse_json()?.items()?.len() == 2";
    /// The keys of an object; none of anything else.
    JsonKeys = JSON, "keys"() -> Scheme::List(&Scheme::String), "\"\\{\\\"a\\\": 1\\}\".parse_json()?.keys() == [\"a\"]";
    /// The value as JSON, in a text.
    AnyToJson = Some(E), "to_json"() -> Scheme::String, "[1h, 2h].to_json() == r\"\"\"[\"1h\",\"2h\"]\"\"\"";

    /// The host of the URL that the secret is, or several.
    SecretUrlHost = SECRET, "url_host"() -> Scheme::Secret, "[secret env(\"URL\")].map(.url_host()).len() == 1";
    /// The port of the URL that the secret is.
    SecretUrlPort = SECRET, "url_port"() -> Scheme::Secret, "[secret env(\"URL\")].map(.url_port()).len() == 1";
    /// The user in the URL that the secret is.
    SecretUrlUser = SECRET, "url_user"() -> Scheme::Secret, "[secret env(\"URL\")].map(.url_user()).len() == 1";
    /// The password in the URL that the secret is.
    SecretUrlPassword = SECRET, "url_password"() -> Scheme::Secret, "[secret env(\"URL\")].map(.url_password()).len() == 1";
    /// What stands behind the first `/` of the URL that the secret is: a database.
    SecretUrlPath = SECRET, "url_path"() -> Scheme::Secret, "[secret env(\"URL\")].map(.url_path()).len() == 1";
    /// A parameter in the URL that the secret is.
    SecretUrlParameter = SECRET, "url_parameter"(value("name", Scheme::String), or("otherwise", Scheme::String, DefaultValue::Text(""))) -> Scheme::Secret, "[secret env(\"URL\")].map(.url_parameter(\"sslmode\", \"prefer\")).len() == 1";
}

/// Why a function of the library may give no value, the limits on lengths aside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fails {
    /// It always gives one.
    Never,
    /// Its last argument may be one that it can do nothing with.
    ByArgument,
    /// The result may not fit its type.
    ByValue,
}

impl Member {
    /// Why it may give no value.
    pub fn fails(self) -> Fails {
        match self {
            Member::Range
            | Member::ListChunks
            | Member::IntDiv
            | Member::IntMod
            | Member::DecimalRound
            | Member::DecimalFixed => Fails::ByArgument,
            Member::ListSum
            | Member::IntPow
            | Member::DecimalFloor
            | Member::DecimalCeil
            | Member::NumberAbs
            | Member::OrderedClamp
            | Member::PercentFraction
            | Member::PercentOf
            | Member::DurationRoundTo => Fails::ByValue,
            _ => Fails::Never,
        }
    }
}

impl fmt::Display for Scheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Scheme::Bool => f.write_str("Bool"),
            Scheme::Int => f.write_str("Int"),
            Scheme::Decimal => f.write_str("Decimal"),
            Scheme::String => f.write_str("String"),
            Scheme::Percent => f.write_str("Percent"),
            Scheme::Duration => f.write_str("Duration"),
            Scheme::Size => f.write_str("Size"),
            Scheme::Json => f.write_str("Json"),
            Scheme::Secret => f.write_str("Secret"),
            Scheme::List(item) => write!(f, "List<{item}>"),
            Scheme::Map(item) => write!(f, "Map<{item}>"),
            Scheme::Optional(inner) => write!(f, "{inner}?"),
            Scheme::Record(fields) => {
                let fields: Vec<String> = fields.iter().map(|(name, scheme)| format!("{name}: {scheme}")).collect();
                write!(f, "{{ {} }}", fields.join(", "))
            }
            Scheme::Of(variable) => write!(f, "{variable:?}"),
        }
    }
}

/// As a signature shows it: `to: (T) => U`, `step: Int = 1`.
impl fmt::Display for Parameter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.name)?;
        match &self.kind {
            ParameterKind::Value(scheme) => write!(f, "{scheme}"),
            ParameterKind::Default(scheme, DefaultValue::Int(default)) => write!(f, "{scheme} = {default}"),
            ParameterKind::Default(scheme, DefaultValue::Text(default)) => write!(f, "{scheme} = {default:?}"),
            ParameterKind::Function(takes, gives) => {
                let takes: Vec<String> = takes.iter().map(Scheme::to_string).collect();
                write!(f, "({}) => {gives}", takes.join(", "))
            }
        }
    }
}

/// As the documentation shows it: `chunks(size: Int) -> List<List<T>>`.
impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parameters: Vec<String> = self.parameters.iter().map(Parameter::to_string).collect();
        write!(f, "{}({}) -> {}", self.name, parameters.join(", "), self.result)
    }
}
