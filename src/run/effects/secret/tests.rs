use serde_json::json;

use super::*;
use crate::ir::UrlPart;

fn env(name: &str) -> SecretPlace {
    SecretPlace::Env(name.to_owned())
}

/// Hides a secret of each of these texts, `S0`, `S1` and so on, and the parts of them.
fn hiding(texts: &[&str], parts: &[(usize, UrlPart)]) -> Arc<Hidden> {
    let read: Vec<_> =
        texts.iter().enumerate().map(|(at, text)| (env(&format!("S{at}")), Zeroizing::new(text.to_string()))).collect();
    let parts: Vec<SecretRef> =
        parts.iter().map(|(at, part)| SecretRef::whole(env(&format!("S{at}")), 0).part(part.clone())).collect();
    Arc::new(Hidden::new(&read, parts.iter()))
}

fn shown(texts: &[&str], text: &str) -> String {
    hiding(texts, &[]).text(text.to_owned())
}

#[test]
fn the_name_of_a_secret_stands_in_its_place() {
    assert_eq!(shown(&["hush"], "say hush, hush!"), "say [secret S0], [secret S0]!");
    assert_eq!(shown(&["hush", "hush-hush"], "hush-hush hush"), "[secret S1] [secret S0]");
    assert_eq!(shown(&["aaaa"], "aaaaaaaaa"), "[secret S0][secret S0]a");
    assert_eq!(shown(&["pässwörd"], "é pässwörd é"), "é [secret S0] é");
    assert_eq!(shown(&[" hush\n"], "<hush>< hush\n>"), "<[secret S0]><[secret S0]>");
}

#[test]
fn what_is_empty_or_very_short_hides_nothing() {
    assert_eq!(shown(&["", "a", "abc", "   "], "abc a  "), "abc a  ");
    assert_eq!(shown(&["abcd"], "abcd"), "[secret S0]");
}

#[test]
fn a_secret_is_found_however_the_stream_is_cut() {
    let text = b"x hush-hush hush hus y hush";
    for size in 1..=text.len() {
        let mut passing = Passing::new(hiding(&["hush", "hush-hush"], &[]));
        let mut all: Vec<u8> = text.chunks(size).flat_map(|piece| passing.pass(piece)).collect();
        all.extend(passing.end());
        assert_eq!(String::from_utf8(all).unwrap(), "x [secret S1] [secret S0] hus y [secret S0]");
    }
}

#[test]
fn escaped_as_json_it_is_found_however_the_stream_is_cut() {
    let text = r"<\ud83d\udd11 k\u00e9y> \ud83d\udd11 k\u00e8y \u00e".as_bytes();
    for size in 1..=text.len() {
        let mut passing = Passing::new(hiding(&["\u{1f511} k\u{e9}y"], &[]));
        let mut all: Vec<u8> = text.chunks(size).flat_map(|piece| passing.pass(piece)).collect();
        all.extend(passing.end());
        assert_eq!(String::from_utf8(all).unwrap(), r"<[secret S0]> \ud83d\udd11 k\u00e8y \u00e");
    }
}

#[test]
fn what_is_not_utf_8_passes_as_it_is() {
    let mut passing = Passing::new(hiding(&["hush"], &[]));
    let mut all = passing.pass(b"\xff\xfehu");
    all.extend(passing.pass(b"sh\xff"));
    all.extend(passing.end());
    assert_eq!(all, b"\xff\xfe[secret S0]\xff");
}

#[test]
fn the_usual_encodings_are_hidden_too() {
    let secret = "p&ss \"wörd\"/+\\";
    let check = |text: &str| assert_eq!(shown(&[secret], &format!("<{text}>")), "<[secret S0]>", "{text}");
    check(secret);
    check("p&ss \\\"wörd\\\"/+\\\\");
    check(r#"p\u0026ss \"w\u00f6rd\"\/+\\"#);
    check(r#"p&ss\u0020\u0022w\u00F6rd\u0022/\u002B\u005c"#);
    check("p%26ss%20%22w%C3%B6rd%22%2F%2B%5C");
    check("p%26ss%20%22w%c3%b6rd%22%2f%2b%5c");
    check("p%26ss+%22w%C3%B6rd%22%2F%2B%5C");
}

#[test]
fn in_base64_it_is_hidden_with_whatever_stands_before_it() {
    use base64::{Engine, engine::general_purpose::STANDARD};
    let secret = "correct horse battery";
    for before in ["", "u:", "user:", "ann:", "longer:"] {
        let encoded = STANDARD.encode(format!("{before}{secret}!!"));
        let shown = shown(&[secret], &encoded);
        assert!(shown.contains("[secret S0]"), "{shown}");
        let left = shown.replace("[secret S0]", "");
        // At each end a sign may depend on one more byte, and is left.
        assert!(left.len() <= 4 * before.len().div_ceil(3) + 8, "{left}");
    }
}

#[test]
fn a_key_of_several_lines_is_hidden_line_by_line() {
    let key = "-----BEGIN KEY-----\nMIIEvQIBADANBgkq\nhkiG9w0BAQEFAASC\n-----END KEY-----";
    assert_eq!(shown(&[key], "bad line: MIIEvQIBADANBgkq"), "bad line: [secret S0]");
    assert_eq!(shown(&[key], key), "[secret S0]");
}

#[test]
fn of_a_url_the_password_is_hidden_and_what_says_where_is_not() {
    let url = "postgres://ann:p%40ssword@db.example.com:5432/shop?sslmode=require&token=t0ken";
    let parameter = |name: &str, otherwise: &str| UrlPart::Parameter { name: name.into(), otherwise: otherwise.into() };
    let parts = [
        UrlPart::Host,
        UrlPart::Port,
        UrlPart::User,
        UrlPart::Path,
        parameter("sslmode", "prefer"),
        parameter("token", ""),
    ];
    let hidden = hiding(&[url], &parts.map(|part| (0, part)));
    let check = |text: &str, expected: &str| assert_eq!(hidden.text(text.to_owned()), expected);
    check("db.example.com:5432/shop ann require", "db.example.com:5432/shop ann require");
    check("p@ssword t0ken", "[secret S0] [secret S0]");
    check(&format!("connect to {url}"), "connect to [secret S0]");
}

#[test]
fn a_name_never_breaks_the_json_around_it() {
    let place = SecretPlace::File(crate::ir::PathRef { path: "a\"b\\c\nd".into(), origin: 0 });
    let hidden = Arc::new(Hidden::new(&[(place, Zeroizing::new("hush".to_owned()))], [].into_iter()));
    assert_eq!(hidden.text("{\"x\":\"hush\"}".to_owned()), "{\"x\":\"[secret a?b?c?d]\"}");
}

#[test]
fn the_secrets_in_the_parameters_of_a_run_are_known() {
    let token = SecretRef::whole(env("TOKEN"), 0);
    let mut known = Known::default();
    known.add_inputs([&json!({ "logins": [{ "user": "ann", "password": token.to_json() }] }), &json!("TOKEN")]);
    assert_eq!(known.references().collect::<Vec<_>>(), [&token]);
    assert!(known.may_be("TOKEN") && !known.may_be("REGION"));
}
