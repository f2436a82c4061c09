//! Enums with one spelling each: in JSON, in columns, on command lines and in forms.

use std::fmt::{self, Display, Formatter};

/// Text that is none of a list of words.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct UnknownWord {
    /// The text.
    pub text: String,
    /// The words that there are.
    pub known: &'static [&'static str],
}

impl Display for UnknownWord {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{} is none of {}", self.text, self.known.join(", "))
    }
}

/// Defines an enum of words: `ALL`, `as_str`, `FromStr`, `Display` and serde, all with the same
/// spelling; with the feature `sqlx` also the column type that is named last.
macro_rules! words {
    (
        $(#[$meta:meta])*
        pub enum $name:ident ($column:literal) {
            $( $(#[$variant_meta:meta])* $variant:ident = $word:literal ),+ $(,)?
        }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[derive(serde::Serialize, serde::Deserialize)]
        #[cfg_attr(feature = "sqlx", derive(sqlx::Type), sqlx(type_name = $column))]
        pub enum $name {
            $(
                $(#[$variant_meta])*
                #[serde(rename = $word)]
                #[cfg_attr(feature = "sqlx", sqlx(rename = $word))]
                $variant
            ),+
        }

        impl $name {
            /// All of them, in order.
            pub const ALL: [Self; Self::WORDS.len()] = [$(Self::$variant),+];
            const WORDS: &[&str] = &[$($word),+];

            /// The word's one spelling.
            pub const fn as_str(self) -> &'static str {
                Self::WORDS[self as usize]
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::words::UnknownWord;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                let found = Self::ALL.into_iter().find(|word| word.as_str() == text);
                found.ok_or_else(|| $crate::words::UnknownWord {
                    text: text.to_owned(),
                    known: Self::WORDS,
                })
            }
        }
    };
}

pub(crate) use words;

#[cfg(test)]
mod tests {
    use std::fmt::Debug;
    use std::str::FromStr;

    use serde::Serialize;
    use serde::de::DeserializeOwned;
    use serde_json::{Value, from_value, to_value};

    use crate::{
        ContentType, Decision, Dial, Engine, EngineChoice, Figure, Format, Gate, Generated, Look,
        MeasureVerdict, Place, Room, SkyKind, SkyWord, Stage, Verdict,
    };

    fn is_spelled_one_way<W>(all: &[W])
    where
        W: FromStr<Err: Debug> + ToString + Serialize + DeserializeOwned + PartialEq + Debug,
    {
        for word in all {
            let text = word.to_string();
            assert_eq!(&text.parse::<W>().unwrap(), word);
            assert_eq!(to_value(word).unwrap(), Value::from(text.clone()));
            assert_eq!(&from_value::<W>(text.into()).unwrap(), word);
        }
    }

    #[test]
    fn every_word_is_spelled_the_same_everywhere() {
        is_spelled_one_way(&Engine::ALL);
        is_spelled_one_way(&EngineChoice::ALL);
        is_spelled_one_way(&Look::ALL);
        is_spelled_one_way(&Place::ALL);
        is_spelled_one_way(&Room::ALL);
        is_spelled_one_way(&SkyKind::ALL);
        is_spelled_one_way(&SkyWord::ALL);
        is_spelled_one_way(&Stage::ALL);
        is_spelled_one_way(&Format::ALL);
        is_spelled_one_way(&Gate::ALL);
        is_spelled_one_way(&Figure::ALL);
        is_spelled_one_way(&Verdict::ALL);
        is_spelled_one_way(&MeasureVerdict::ALL);
        is_spelled_one_way(&ContentType::ALL);
        is_spelled_one_way(&Decision::ALL);
        is_spelled_one_way(&Dial::ALL);
        is_spelled_one_way(&Generated::ALL);
    }

    #[test]
    fn a_word_that_does_not_exist_is_refused_with_those_that_do() {
        let error = "sunny".parse::<Look>().unwrap_err();
        assert_eq!(error.to_string(), "sunny is none of neutral, bright, warm");
    }
}
