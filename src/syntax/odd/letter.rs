//! Characters that look like others.

use crate::syntax::token::Token;

/// The sign that a character of another writing looks like.
pub fn meant_sign(letter: char) -> Option<Token> {
    Some(match letter {
        '–' | '—' | '−' | '‐' | '‑' | '－' => Token::Minus,
        '×' | '∗' | '＊' => Token::Star,
        '÷' | '∕' | '⁄' | '／' => Token::Slash,
        '＋' => Token::Plus,
        '≤' | '⩽' => Token::LessEqual,
        '≥' | '⩾' => Token::GreaterEqual,
        '≠' => Token::NotEqual,
        '＝' => Token::Assign,
        '＜' | '‹' => Token::Less,
        '＞' | '›' => Token::Greater,
        '→' | '⟶' => Token::Arrow,
        '⇒' | '⟹' => Token::FatArrow,
        '…' | '‥' => Token::DotDot,
        '．' => Token::Dot,
        '，' | '、' => Token::Comma,
        '：' | '∶' => Token::Colon,
        '？' => Token::Question,
        '｜' => Token::Pipe,
        '（' => Token::LParen,
        '）' => Token::RParen,
        '［' | '【' => Token::LBracket,
        '］' | '】' => Token::RBracket,
        '｛' => Token::LBrace,
        '｝' => Token::RBrace,
        '∧' => Token::And,
        '∨' => Token::Or,
        '¬' => Token::Not,
        '∈' => Token::In,
        _ => return None,
    })
}

/// Whether a character is a blank of another kind, or cannot be seen at all.
pub fn is_blank(letter: char) -> bool {
    letter.is_whitespace() || is_unseen(letter)
}

/// Whether a character takes no room.
pub fn is_unseen(letter: char) -> bool {
    matches!(letter, '\u{AD}' | '\u{200B}'..='\u{200F}' | '\u{2060}' | '\u{FEFF}')
}

/// A word with every letter that looks like one of `a`-`z` replaced by that; none if another is left.
pub fn folded(word: &str) -> Option<String> {
    let seen = word.chars().filter(|letter| !is_unseen(*letter));
    seen.map(|letter| if letter.is_ascii() { Some(letter) } else { latin(letter) }).collect()
}

/// The letter of ASCII that one of another alphabet is drawn like.
fn latin(letter: char) -> Option<char> {
    Some(match letter {
        '０'..='９' | 'Ａ'..='Ｚ' | 'ａ'..='ｚ' => char::from_u32(u32::from(letter) - 0xFEE0)?,
        'а' | 'α' => 'a',
        'с' | 'ϲ' => 'c',
        'ԁ' => 'd',
        'е' => 'e',
        'һ' => 'h',
        'і' | 'ı' | 'ι' => 'i',
        'ј' => 'j',
        'ӏ' => 'l',
        'о' | 'ο' => 'o',
        'р' | 'ρ' => 'p',
        'ԛ' => 'q',
        'ѕ' => 's',
        'ν' => 'v',
        'ԝ' => 'w',
        'х' | 'χ' => 'x',
        'у' | 'γ' => 'y',
        'А' | 'Α' => 'A',
        'В' | 'Β' => 'B',
        'С' => 'C',
        'Е' | 'Ε' => 'E',
        'Н' | 'Η' => 'H',
        'І' | 'Ι' => 'I',
        'К' | 'Κ' => 'K',
        'М' | 'Μ' => 'M',
        'О' | 'Ο' => 'O',
        'Р' | 'Ρ' => 'P',
        'Ѕ' => 'S',
        'Т' | 'Τ' => 'T',
        'Х' | 'Χ' => 'X',
        _ => return None,
    })
}
