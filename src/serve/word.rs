//! What is said to a run: the fields of a word as the journal has them, with who and why.

use serde_json::{Map, Value as Json};

use super::problem::Problem;
use crate::{ir::Address, machine::Word};

/// A word that was sent.
#[derive(Clone, Debug, PartialEq)]
pub struct Sent {
    /// The word.
    pub word: Word,
    /// Who is said to say it.
    pub who: Option<String>,
    /// Why.
    pub because: Option<String>,
}

/// The field that tells words apart in the journal.
const TAG: &str = "say";

/// Reads the word `name` with its fields.
///
/// # Errors
/// There is no such word, or a field is missing, unknown, or of another kind.
pub fn read(name: &str, fields: Map<String, Json>) -> Result<Sent, Problem> {
    let mut fields = fields;
    let who = text(&mut fields, "who")?;
    let because = text(&mut fields, "because")?;
    if let Some(address) = text(&mut fields, "address")? {
        fields.insert("address".to_owned(), Json::from(Address::typed(&address).as_str()));
    }
    let given: Vec<String> =
        fields.iter().filter(|(_, value)| !value.is_null()).map(|(name, _)| name.clone()).collect();
    fields.insert(TAG.to_owned(), Json::from(name));
    let word: Word = serde_json::from_value(Json::Object(fields)).map_err(|error| wrong(name, &error.to_string()))?;
    match given.into_iter().find(|field| !has_field(&word, field)) {
        Some(unknown) => Err(Problem::unreadable(format!("`{name}` has no field `{unknown}`"))),
        None => Ok(Sent { word, who, because }),
    }
}

fn text(fields: &mut Map<String, Json>, name: &str) -> Result<Option<String>, Problem> {
    match fields.remove(name) {
        None | Some(Json::Null) => Ok(None),
        Some(Json::String(text)) => Ok(Some(text)),
        Some(_) => Err(Problem::unreadable(format!("`{name}` is a text"))),
    }
}

fn has_field(word: &Word, field: &str) -> bool {
    serde_json::to_value(word).is_ok_and(|written| written.get(field).is_some())
}

fn wrong(name: &str, why: &str) -> Problem {
    if why.starts_with(&format!("unknown variant `{name}`")) {
        return Problem::unknown(format!("there is no word `{name}`"));
    }
    Problem::unreadable(format!("`{name}`: {why}"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::machine::Settlement;

    fn said(name: &str, fields: Json) -> Result<Sent, String> {
        let Json::Object(fields) = fields else { panic!("fields are an object") };
        read(name, fields).map_err(|problem| problem.detail)
    }

    #[test]
    fn a_word_has_the_fields_it_has_in_the_journal() {
        let sent = said("approve", json!({"address": "go", "because": "she is known", "who": "door"})).unwrap();
        assert_eq!(sent.word, Word::Approve { address: Address::typed("go"), digest: None });
        assert_eq!((sent.who.as_deref(), sent.because.as_deref()), (Some("door"), Some("she is known")));
        let settled = said("settle", json!({"address": "pay", "verdict": {"done": {"id": "c-1"}}})).unwrap();
        let verdict = Settlement::Done(json!({"id": "c-1"}));
        assert_eq!(settled.word, Word::Settle { address: Address::typed("pay"), verdict });
        let settled = said("settle", json!({"address": "pay", "verdict": "not_done"})).unwrap();
        assert_eq!(settled.word, Word::Settle { address: Address::typed("pay"), verdict: Settlement::NotDone });
        assert_eq!(said("cancel", json!({})).unwrap().word, Word::Cancel);
    }

    #[test]
    fn an_address_may_be_written_as_it_is_read() {
        let sent = said("promote", json!({"address": "share[10%]"})).unwrap();
        assert_eq!(sent.word, Word::Promote { address: Some(Address::typed("share[10%25]")) });
    }

    #[test]
    fn what_is_no_word_is_told() {
        for (name, fields, why) in [
            ("aprove", json!({"address": "go"}), "there is no word `aprove`"),
            ("approve", json!({}), "`approve`: missing field `address`"),
            ("approve", json!({"address": 1}), "`address` is a text"),
            ("retry", json!({"adress": "go"}), "`retry` has no field `adress`"),
            ("cancel", json!({"address": "go"}), "`cancel` has no field `address`"),
        ] {
            assert_eq!(said(name, fields), Err(why.to_owned()));
        }
        assert!(said("settle", json!({"address": "pay", "verdict": "maybe"})).unwrap_err().starts_with("`settle`: "));
    }
}
