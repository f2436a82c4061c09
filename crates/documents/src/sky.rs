//! The skies that can be chosen, and those that can be generated.

use crate::words::words;

words! {
    /// Kind of a sky that takes the place of a photo's own.
    pub enum SkyKind ("text") {
        /// Calculated, without clouds.
        Clear = "clear",
        /// Calculated, with small soft clouds.
        LightCloud = "light_cloud",
        /// Calculated, with thin high clouds.
        HighCloud = "high_cloud",
        /// A picture that somebody chose.
        Own = "own",
    }
}

words! {
    /// Word for a [`SkyChoice`], as forms and columns hold it: the picture stands beside it.
    #[derive(Default)]
    pub enum SkyWord ("sky_wish") {
        /// The photo's own sky.
        #[default]
        Keep = "keep",
        /// A clear sky.
        Clear = "clear",
        /// A clear sky with some soft clouds.
        LightCloud = "light_cloud",
        /// A clear sky with thin, high clouds.
        HighCloud = "high_cloud",
        /// A picture of a sky.
        Own = "own",
    }
}

/// Sky that a photo is to have. `P` names or holds the picture of an own sky: an id in the
/// database, pixels in the pipeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SkyChoice<P> {
    /// The photo's own.
    #[default]
    Keep,
    /// A clear sky.
    Clear,
    /// A clear sky with some soft clouds.
    LightCloud,
    /// A clear sky with thin, high clouds.
    HighCloud,
    /// A picture of a sky, upright, its horizon along its lower edge.
    Own(P),
}

impl<P> SkyChoice<P> {
    /// A choice from its word and picture; `None`: an own sky without a picture.
    pub fn of(word: SkyWord, picture: Option<P>) -> Option<Self> {
        Some(match word {
            SkyWord::Keep => Self::Keep,
            SkyWord::Clear => Self::Clear,
            SkyWord::LightCloud => Self::LightCloud,
            SkyWord::HighCloud => Self::HighCloud,
            SkyWord::Own => Self::Own(picture?),
        })
    }

    /// The choice without its picture.
    pub fn word(&self) -> SkyWord {
        match self {
            Self::Keep => SkyWord::Keep,
            Self::Clear => SkyWord::Clear,
            Self::LightCloud => SkyWord::LightCloud,
            Self::HighCloud => SkyWord::HighCloud,
            Self::Own(_) => SkyWord::Own,
        }
    }

    /// Kind of the new sky; `None`: the photo keeps its own.
    pub fn kind(&self) -> Option<SkyKind> {
        match self {
            Self::Keep => None,
            Self::Clear => Some(SkyKind::Clear),
            Self::LightCloud => Some(SkyKind::LightCloud),
            Self::HighCloud => Some(SkyKind::HighCloud),
            Self::Own(_) => Some(SkyKind::Own),
        }
    }

    /// The picture of an own sky.
    pub fn own(&self) -> Option<&P> {
        match self {
            Self::Own(picture) => Some(picture),
            Self::Keep | Self::Clear | Self::LightCloud | Self::HighCloud => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_choice_is_its_word_and_its_picture() {
        for word in SkyWord::ALL {
            let choice = SkyChoice::of(word, Some(7)).unwrap();
            assert_eq!(choice.word(), word);
            assert_eq!(choice.own().is_some(), word == SkyWord::Own);
            let kind = choice.kind().map(SkyKind::as_str);
            assert_eq!(kind.unwrap_or("keep"), word.as_str());
        }
        assert_eq!(SkyChoice::<u8>::of(SkyWord::Own, None), None);
    }
}
