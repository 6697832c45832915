//! The table of codes: each is stable, has a title, and a page that `orch explain` prints.
//!
//! A code is never reused. `E01` is about text and syntax, `E02` names, `E03` types, `E04` the plan (order, the way
//! back, finality), `E05` effects and capabilities, `E09` what this version does not support yet; `W` in place of
//! `E` marks a lint of the same field.
//!
//! A line of the table is the code, what it is (`Error`, or for a lint the level it has unless a project says
//! otherwise: `Warning`, `Allowed`, `Denied`), its title, and for a lint the name by which projects speak of it.

use super::{Level, Severity, suggest::nearest};

macro_rules! codes {
    (@level Error) => { None };
    (@level Allowed) => { Some(Level::Allow) };
    (@level Warning) => { Some(Level::Warn) };
    (@level Denied) => { Some(Level::Deny) };
    (@name) => { None };
    (@name $name:literal) => { Some($name) };
    ($($code:ident $kind:ident $title:literal $($name:literal)?;)*) => {
        /// A stable code of a diagnostic.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code {
            $(#[doc = $title] $code,)*
        }

        impl Code {
            /// All codes, in the order of the table.
            pub const ALL: &[Code] = &[$(Code::$code,)*];

            /// As it is printed: `E0412`.
            pub fn as_str(self) -> &'static str {
                match self { $(Code::$code => stringify!($code),)* }
            }

            /// What it is about, in a few words.
            pub fn title(self) -> &'static str {
                match self { $(Code::$code => $title,)* }
            }

            /// The level it has unless a project says otherwise, if it is a lint.
            pub fn level(self) -> Option<Level> {
                match self { $(Code::$code => codes!(@level $kind),)* }
            }

            /// The name by which projects speak of it, if it is a lint: `phase-verifies-nothing`.
            pub fn name(self) -> Option<&'static str> {
                match self { $(Code::$code => codes!(@name $($name)?),)* }
            }

            /// Its page: what it means, an example that raises it, and how to mend it.
            pub fn page(self) -> &'static str {
                match self { $(Code::$code => include_str!(concat!("pages/", stringify!($code), ".md")),)* }
            }
        }
    };
}

codes! {
    E0101 Error "a character that means nothing here";
    E0102 Error "a string that does not end";
    E0103 Error "an expression in a string that does not end";
    E0104 Error "braces in a string that hold no expression";
    E0105 Error "an unknown escape";
    E0106 Error "an unknown unit";
    E0107 Error "a date";
    E0108 Error "a name that is not written like one";
    E0110 Error "something that does not belong here";
    E0111 Error "a bracket that is not closed";
    E0112 Error "a bracket that closes nothing";
    E0113 Error "nested too deeply";
    E0114 Error "something that is no statement";
    E0115 Error "a word of the language as a name";
    E0116 Error "a comparison of a comparison";
    E0117 Error "a clause behind `compensate`";
    E0118 Error "something that is no declaration";
    E0119 Error "a clause that is given twice";
    E0201 Error "an unknown name";
    E0202 Error "an unknown type";
    E0203 Error "a name that is taken";
    E0204 Error "an import that can't be read";
    E0205 Error "files that import each other";
    E0207 Error "a constant computed from itself";
    E0208 Error "a function or probe that calls itself";
    E0209 Error "a type that contains itself";
    E0210 Error "something that is no value, or can't be called";
    E0301 Error "a value of the wrong type";
    E0302 Error "operands that don't go together";
    E0303 Error "an unknown field";
    E0304 Error "a missing field";
    E0305 Error "a field that is given twice";
    E0306 Error "arguments that don't match";
    E0307 Error "a value that may be `none`";
    E0308 Error "a type that can't be told";
    E0309 Error "an unknown variant";
    E0310 Error "a number that is no value";
    E0311 Error "a result that is missing";
    E0312 Error "a type with the wrong number of parameters";
    E0313 Error "a name with two types";
    E0314 Error "an unknown method";
    E0315 Error "a function in the wrong place";
    E0316 Error "a pattern that does not fit";
    E0317 Error "a case that is not handled";
    E0318 Error "a case that is never reached";
    E0401 Error "a step without a way back";
    E0402 Error "an irreversible step without a commit before it";
    E0403 Error "a commit in the wrong place";
    E0404 Error "a statement that is never reached";
    E0405 Error "two parts with one address";
    E0406 Error "a loop whose items need a key";
    E0407 Error "`compensate always` that needs a result";
    E0408 Error "a statement or clause in the wrong place";
    E0409 Error "stages that don't increase";
    E0410 Error "a phase that is not there";
    E0411 Error "phases that wait for each other";
    E0412 Error "a hidden dependency";
    E0421 Error "a decision that may choose nothing";
    E0501 Error "a look in a place that only computes";
    E0502 Error "a change in a place that makes none";
    E0503 Error "an action that is not exactly one effect";
    E0504 Error "a capability that is not granted";
    E0505 Error "a statement that does not fit what it calls";
    E0506 Error "an unknown capability";
    E0507 Error "a secret that escapes";
    E0508 Error "a value that a script can't take";
    E0601 Error "an address that the plan does not have";
    E0602 Error "an answer that does not fit";
    E0603 Error "a test that runs nothing, or too much";
    E0604 Error "an expectation that does not hold";
    E0605 Error "something that a test does not give";
    E0606 Error "a test that can't be run to its end";
    E0901 Error "something that can't be computed";
    E0902 Error "needs a program around it";
    W0101 Warning "an allow that allows nothing" "unused-allow";
    W0102 Warning "an allow that can't be read" "malformed-allow";
    W0201 Warning "a binding that is never used" "unused-binding";
    W0202 Warning "a name that hides a constant" "hidden-constant";
    W0203 Warning "an import that is never used" "unused-import";
    W0401 Warning "a way back that silences another" "silenced-compensation";
    W0402 Warning "a phase that verifies nothing" "phase-verifies-nothing";
    W0403 Warning "a rollout without a gate" "rollout-without-gate";
    W0404 Warning "a rollout that ends unheld before a commit" "rollout-ends-unheld";
    W0405 Warning "an irreversible step that nobody approved" "irreversible-unapproved";
    W0406 Warning "a no that undoes what is done" "no-undoes-phase";
    W0407 Allowed "a refusal that undoes what is done" "refusal-undoes-phase";
    W0408 Warning "a rollout that goes down" "rollout-goes-down";
    W0409 Warning "a part that takes longer than it may" "takes-too-long";
    W0410 Allowed "a part without an estimate" "missing-estimate";
    W0411 Allowed "a phase without a risk" "missing-risk";
    W0412 Allowed "a phase that requires nothing" "missing-require";
    W0413 Allowed "a phase without a way back" "phase-without-way-back";
    W0414 Warning "an estimate that goes down" "estimate-goes-down";
    W0415 Warning "a look that is not repeated" "looks-once";
    W0416 Warning "a stage of more than everything" "stage-over-whole";
    W0417 Warning "a condition that never changes" "condition-never-changes";
    W0501 Warning "an action whose fate can't be found out" "fate-unknown";
    W0502 Warning "a capability that nothing needs" "unused-capability";
    W0601 Warning "a test that expects nothing" "test-without-expectation";
}

impl Code {
    /// The code of a text such as `E0412`, in either case, or of the name of a lint.
    pub fn parse(text: &str) -> Option<Code> {
        let is_meant = |code: &Code| code.as_str().eq_ignore_ascii_case(text) || code.name() == Some(text);
        Code::ALL.iter().copied().find(is_meant)
    }

    /// All lints, in the order of the table.
    pub fn lints() -> impl Iterator<Item = Code> + Clone {
        Code::ALL.iter().copied().filter(|code| code.level().is_some())
    }

    /// How much it matters where it is found, before a project has its say.
    pub fn severity(self) -> Severity {
        if self.level().is_some() { Severity::Warning } else { Severity::Error }
    }

    /// The code or name of a lint that was nearly written.
    pub fn nearest_lint(written: &str) -> Option<&'static str> {
        nearest_of(written, Code::lints())
    }

    /// The code, or the name of a lint, that was nearly written.
    pub fn nearest(written: &str) -> Option<&'static str> {
        nearest_of(written, Code::ALL.iter().copied())
    }
}

fn nearest_of(written: &str, codes: impl Iterator<Item = Code> + Clone) -> Option<&'static str> {
    let by_code = nearest(&written.to_uppercase(), codes.clone().map(Code::as_str));
    by_code.or_else(|| nearest(&written.to_lowercase().replace(['_', ' '], "-"), codes.filter_map(Code::name)))
}
