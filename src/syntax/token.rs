//! The one table of tokens: the lexer, the word lists and every editor grammar are made from it.

use logos::Logos;

macro_rules! tokens {
    (
        hard { $($hard_group:ident { $($hard:ident $hard_text:literal)* })* }
        kept { $($kept:ident $kept_text:literal)* }
        soft { $($soft_group:ident { $($soft:ident $soft_text:literal)* })* }
        signs { $($sign:ident $sign_text:literal)* }
        classes { $($(#[$rule:meta])* $class:ident $class_text:literal)* }
    ) => {
        /// A token without its text: that is what its span covers.
        #[derive(Logos, Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[logos(skip r"[ \t\r\n]+")]
        #[repr(u8)]
        pub enum Token {
            $($(#[doc = concat!("`", $hard_text, "`")] #[token($hard_text)] $hard,)*)*
            $(#[doc = concat!("`", $kept_text, "`")] #[token($kept_text)] $kept,)*
            $($(#[doc = concat!("`", $soft_text, "`")] #[token($soft_text)] $soft,)*)*
            $(#[doc = concat!("`", $sign_text, "`")] #[token($sign_text)] $sign,)*
            $(#[doc = $class_text] $(#[$rule])* $class,)*
        }

        impl Token {
            /// Words that are never a name.
            pub const HARD: &[(Token, &str)] = &[$($((Token::$hard, $hard_text),)*)*];
            /// Words without a meaning yet, never a name either.
            pub const KEPT: &[(Token, &str)] = &[$((Token::$kept, $kept_text),)*];
            /// Words that are names except where the grammar gives them a place.
            pub const SOFT: &[(Token, &str)] = &[$($((Token::$soft, $soft_text),)*)*];
            /// Everything that is neither word, name nor literal.
            pub const SIGNS: &[(Token, &str)] = &[$((Token::$sign, $sign_text),)*];
            /// How many tokens there are.
            pub const COUNT: usize = [
                $($(Token::$hard,)*)* $(Token::$kept,)* $($(Token::$soft,)*)* $(Token::$sign,)* $(Token::$class,)*
            ].len();

            /// How the token is spelled, or what stands for its class: `plan`, `->`, `name`.
            pub fn text(self) -> &'static str {
                match self {
                    $($(Token::$hard => $hard_text,)*)*
                    $(Token::$kept => $kept_text,)*
                    $($(Token::$soft => $soft_text,)*)*
                    $(Token::$sign => $sign_text,)*
                    $(Token::$class => $class_text,)*
                }
            }

            /// What kind of word it is, if it is a word with a meaning.
            pub fn group(self) -> Option<Group> {
                match self {
                    $($(Token::$hard)|* => Some(Group::$hard_group),)*
                    $($(Token::$soft)|* => Some(Group::$soft_group),)*
                    $(Token::$kept)|* | $(Token::$sign)|* | $(Token::$class)|* => None,
                }
            }
        }
    };
}

/// What kind of word a word is: what an editor shows alike, and where a soft one is to be looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Group {
    /// Begins a declaration: `plan`, `type`.
    Declaration,
    /// Begins a statement, or a part of one: `step`, `option`.
    Statement,
    /// Begins a statement of a test: `given`.
    TestStatement,
    /// Stands behind a statement or declaration, with a value behind it: `retry 3`.
    Clause,
    /// Stands in a statement of a test, with a value behind it: `times 2`.
    TestClause,
    /// A clause of one word: `irreversible`.
    Mark,
    /// What an effect answers in a test: `returns`.
    Answer,
    /// Has a meaning only behind one other word: `on unknown pause`.
    Choice,
    /// Begins or joins the parts of an expression: `if`.
    Expression,
    /// Stands between two values, as a sign does: `and`.
    Operator,
    /// A value: `none`.
    Constant,
}

tokens! {
    hard {
        Declaration { Plan "plan" Fn "fn" Action "action" Probe "probe" }
        Statement {
            Goal "goal" Let "let" Step "step" Task "task" Phase "phase" When "when" Decide "decide" Option "option"
            Parallel "parallel" Branch "branch" For "for" Rollout "rollout" Gate "gate" Require "require"
            Verify "verify" Guard "guard" On "on" Wait "wait" Approve "approve" Emit "emit" Attempt "attempt"
            Commit "commit" Run "run" After "after" Fail "fail" Return "return" Unwind "unwind"
        }
        Clause { Compensate "compensate" }
        Expression { If "if" Then "then" Else "else" Match "match" Secret "secret" }
        Operator { And "and" Or "or" Not "not" In "in" Is "is" As "as" }
        Constant { True "true" False "false" None "none" }
    }
    kept { While "while" Loop "loop" Try "try" Catch "catch" Do "do" }
    soft {
        Declaration { Uses "uses" Import "import" Type "type" Const "const" Event "event" Extern "extern" Test "test" }
        TestStatement { Given "given" Expect "expect" }
        Clause {
            Confirm "confirm" Keyed "keyed" Takes "takes" Risk "risk" Retry "retry" Backoff "backoff"
            Timeout "timeout" By "by" Limit "limit" Every "every" Tolerate "tolerate" Until "until" Within "within"
            Where "where"
        }
        TestClause { From "from" Times "times" At "at" Under "under" }
        Mark {
            Idempotent "idempotent" Irreversible "irreversible" BestEffort "best_effort" Otherwise "otherwise"
            Descending "descending"
        }
        Answer {
            Returns "returns" Done "done" Fails "fails" Hangs "hangs" Lost "lost" Granted "granted"
            Refused "refused" Chooses "chooses" Crashes "crashes"
        }
        Choice {
            Unknown "unknown" Undo "undo" Pause "pause" StepBack "step_back" Each "each" Always "always"
            Nothing "nothing" Operator "operator" Before "before" During "during" Fault "fault" Crash "crash"
            Called "called" Never "never"
        }
    }
    signs {
        LParen "(" RParen ")" LBracket "[" RBracket "]" LBrace "{" RBrace "}"
        Comma "," Colon ":" Assign "=" Pipe "|" Arrow "->" FatArrow "=>"
        Ellipsis "..." DotDot ".." Dot "." QuestionDot "?." Coalesce "??" Question "?"
        Equal "==" NotEqual "!=" LessEqual "<=" GreaterEqual ">=" Less "<" Greater ">"
        Plus "+" Minus "-" Star "*" Slash "/" Underscore "_"
    }
    classes {
        #[regex(r"[a-z][a-z0-9_]*|_[a-z0-9_]+", priority = 3)]
        Name "name"
        #[regex(r"[A-Z][A-Za-z0-9]*", priority = 3)]
        TypeName "type name"
        #[regex(r"([0-9][0-9_]*(\.[0-9]+)?(ns|us|ms|s|m|h|d|w))+|[0-9][0-9_]*(\.[0-9]+)?(B|[KMGTP]i?B|%)", priority = 9)]
        Unit "unit"
        #[regex(r"[0-9][0-9_]*(\.[0-9]+)?", priority = 8)]
        Number "number"
        #[token("\"")]
        #[token("\"\"\"")]
        #[token("r\"")]
        #[token("r\"\"\"")]
        Text "string"
        TextHead "string up to its first `{`"
        TextMiddle "string between `}` and `{`"
        TextTail "string from its last `}`"
        #[regex(r"//[^\n]*", allow_greedy = true)]
        Comment "comment"
        #[regex(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[0-9A-Za-z:]*", priority = 9)]
        Date "date"
        #[regex(r"[0-9]+\.[0-9]+(\.[0-9]+)+(-[0-9A-Za-z.]+)?", priority = 9)]
        Version "version"
        #[regex(r"[0-9][0-9_]*(\.[0-9]+)?[A-Za-z%][A-Za-z0-9_%]*", priority = 7)]
        UnknownUnit "number with an unknown unit"
        #[regex(r"[A-Za-z_][A-Za-z0-9_]*", priority = 1)]
        OddName "name in an unknown style"
        #[token("&&")]
        #[token("||")]
        #[token("!", priority = 3)]
        #[token("===")]
        #[token("!==")]
        #[token("<>")]
        #[token("=<")]
        #[token("/*")]
        #[token("<<<<<<<")]
        #[token("=======")]
        #[token(">>>>>>>")]
        OddSign "sign of another language"
        #[regex(r"[^\x00-\x7F]", priority = 1)]
        #[regex(r"[\x00-\x08\x0B\x0C\x0E-\x1F\x7F@#`~^&$\\;%']", priority = 1)]
        Error "what is not Orch"
    }
}

impl Token {
    /// Whether it can stand where a name is due: a name, or a soft word.
    pub fn is_name(self) -> bool {
        self == Token::Name || (self >= Token::Uses && self <= Token::Never)
    }

    /// Whether it can stand after `.` and before `:`: any name or word.
    pub fn is_word(self) -> bool {
        self <= Token::Never || self == Token::Name
    }

    /// Whether it is a word that is never a name.
    pub fn is_hard(self) -> bool {
        self <= Token::Do
    }

    /// Whether it is a hard word that begins a statement.
    pub fn begins_statement(self) -> bool {
        (Token::Goal..=Token::Unwind).contains(&self) && !matches!(self, Token::Option | Token::Branch)
            || self == Token::Probe
    }

    /// Whether it opens what another token closes.
    pub fn opens(self) -> bool {
        matches!(self, Token::LParen | Token::LBracket | Token::LBrace | Token::TextHead)
    }

    /// Whether it closes what another token opened.
    pub fn closes(self) -> bool {
        matches!(self, Token::RParen | Token::RBracket | Token::RBrace | Token::TextTail)
    }

    /// What closes a token that opens.
    pub fn closer(self) -> Token {
        match self {
            Token::LParen => Token::RParen,
            Token::LBracket => Token::RBracket,
            Token::TextHead => Token::TextTail,
            _ => Token::RBrace,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_word_lists_agree_with_the_ranges() {
        for (token, text) in Token::HARD.iter().chain(Token::KEPT) {
            assert!(token.is_hard() && token.is_word() && !token.is_name(), "{text}");
        }
        for (token, text) in Token::SOFT {
            assert!(token.is_name() && token.is_word() && !token.is_hard(), "{text}");
        }
        for (token, text) in Token::SIGNS {
            assert!(!token.is_word() && !token.is_name(), "{text}");
        }
        assert!(Token::Name.is_name() && Token::Name.is_word() && !Token::Name.is_hard());
    }

    #[test]
    fn every_word_and_sign_lexes_as_itself() {
        let lists = [Token::HARD, Token::KEPT, Token::SOFT, Token::SIGNS];
        for (token, text) in lists.into_iter().flatten() {
            assert_eq!(Token::lexer(text).collect::<Vec<_>>(), [Ok(*token)], "{text}");
        }
    }
}
