//! The functions of the library: one for each row of its table.

mod call;
mod json;
mod list;
mod map;
mod number;
mod secret;
mod text;

use super::{
    Stop,
    expressions::{Context, Evaluation},
};
use crate::ir::{Argument, Expr, Member, UrlPart, Value};
use call::Call;

impl Evaluation<'_> {
    /// What `member` gives; `whole` is the expression that calls it.
    pub(super) fn library(
        &self,
        member: Member,
        arguments: &[Argument],
        whole: &Expr,
        inside: Context<'_>,
    ) -> Result<Value, Stop> {
        done(member, &Call { evaluation: self, inside, whole, arguments })
    }
}

fn done(member: Member, call: &Call<'_>) -> Result<Value, Stop> {
    match member {
        Member::Range => list::range(call),
        Member::ListLen => list::len(call),
        Member::ListIsEmpty => list::is_empty(call),
        Member::ListContains => list::contains(call),
        Member::ListFirst => list::first(call),
        Member::ListLast => list::last(call),
        Member::ListAt => list::at(call),
        Member::ListFind => list::find(call),
        Member::ListIndexOf => list::index_of(call),
        Member::ListAll => list::all(call),
        Member::ListAny => list::any(call),
        Member::ListCount => list::count(call),
        Member::ListMap => list::map(call),
        Member::ListFilter => list::filter(call),
        Member::ListFlatMap => list::flat_map(call),
        Member::ListFlatten => list::flatten(call),
        Member::ListFold => list::fold(call),
        Member::ListSum => number::sum(call),
        Member::ListMin => number::least(call),
        Member::ListMax => number::greatest(call),
        Member::ListMinBy => number::least_by(call),
        Member::ListMaxBy => number::greatest_by(call),
        Member::ListSort => number::sort(call),
        Member::ListSortBy => number::sort_by(call),
        Member::ListReverse => list::reverse(call),
        Member::ListUnique => list::unique(call),
        Member::ListTake => list::take(call),
        Member::ListDrop => list::drop(call),
        Member::ListSlice => list::slice(call),
        Member::ListChunks => list::chunks(call),
        Member::ListAppend => list::append(call),
        Member::ListConcat => list::concat(call),
        Member::ListWithout => list::without(call),
        Member::ListZip => list::zip(call),
        Member::ListEnumerate => list::enumerate(call),
        Member::ListGroupBy => map::group_by(call),
        Member::ListIndexBy => map::index_by(call),
        Member::ListToMap => map::of_entries(call),
        Member::ListJoin => text::join(call),
        Member::MapLen => map::len(call),
        Member::MapIsEmpty => map::is_empty(call),
        Member::MapContains => map::contains(call),
        Member::MapGet => map::get(call),
        Member::MapKeys => map::keys(call),
        Member::MapValues => map::values(call),
        Member::MapEntries => map::entries(call),
        Member::MapMapValues => map::map_values(call),
        Member::MapFilter => map::filter(call),
        Member::MapMerge => map::merge(call),
        Member::MapWith => map::with(call),
        Member::MapWithout => map::without(call),
        Member::TextLen => text::len(call),
        Member::TextIsEmpty => text::is_empty(call),
        Member::TextContains => text::contains(call),
        Member::TextStartsWith => text::starts_with(call),
        Member::TextEndsWith => text::ends_with(call),
        Member::TextIndexOf => text::index_of(call),
        Member::TextSplit => text::split(call),
        Member::TextLines => text::lines(call),
        Member::TextTrim => text::trim(call),
        Member::TextUpper => text::upper(call),
        Member::TextLower => text::lower(call),
        Member::TextReplace => text::replace(call),
        Member::TextSlice => text::slice(call),
        Member::TextPadLeft => text::pad_left(call),
        Member::TextPadRight => text::pad_right(call),
        Member::TextRepeat => text::repeat(call),
        Member::TextToInt => text::to_int(call),
        Member::TextToDecimal => text::to_decimal(call),
        Member::TextParseJson => text::parse_json(call),
        Member::IntDiv => number::div(call),
        Member::IntMod => number::modulo(call),
        Member::IntPow => number::pow(call),
        Member::IntToDecimal => number::to_decimal(call),
        Member::DecimalRound => number::round(call),
        Member::DecimalFloor => number::floor(call),
        Member::DecimalCeil => number::ceil(call),
        Member::DecimalToInt => number::to_int(call),
        Member::DecimalFixed => number::fixed(call),
        Member::NumberAbs => number::abs(call),
        Member::OrderedMin => number::lesser(call),
        Member::OrderedMax => number::greater(call),
        Member::OrderedClamp => number::clamp(call),
        Member::PercentFraction => number::fraction(call),
        Member::PercentOf => number::share_of(call),
        Member::DurationSeconds => number::in_units_of(call, "s"),
        Member::DurationMinutes => number::in_units_of(call, "m"),
        Member::DurationHours => number::in_units_of(call, "h"),
        Member::DurationDays => number::in_units_of(call, "d"),
        Member::DurationRoundTo => number::round_to(call),
        Member::SizeBytes => number::bytes(call),
        Member::JsonGet => json::get(call),
        Member::JsonAt => json::at(call),
        Member::JsonItems => json::items(call),
        Member::JsonKeys => json::keys(call),
        Member::AnyToJson => json::to_json(call),
        Member::SecretUrlHost => secret::part(call, UrlPart::Host),
        Member::SecretUrlPort => secret::part(call, UrlPart::Port),
        Member::SecretUrlUser => secret::part(call, UrlPart::User),
        Member::SecretUrlPassword => secret::part(call, UrlPart::Password),
        Member::SecretUrlPath => secret::part(call, UrlPart::Path),
        Member::SecretUrlParameter => secret::parameter(call),
    }
}
