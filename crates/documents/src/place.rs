//! The kind of place that a photo shows.

use crate::words::words;

words! {
    /// Inside or outside.
    #[derive(Default)]
    pub enum Place ("scene_place") {
        /// A room.
        Interior = "interior",
        /// A house, a garden, a street.
        Exterior = "exterior",
        /// Neither is known. Never stored in a column: there it is null.
        #[default]
        Unknown = "unknown",
    }
}

impl Place {
    /// `None` when the place is unknown.
    pub fn known(self) -> Option<Self> {
        (self != Self::Unknown).then_some(self)
    }
}

words! {
    /// Purpose of a room, in the order in which networks number them.
    pub enum Room ("text") {
        /// With a bath, a shower or a basin.
        Bathroom = "bathroom",
        /// With a bed.
        Bedroom = "bedroom",
        /// With a table to eat at.
        #[serde(alias = "dining_room")]
        DiningRoom = "dining-room",
        /// A hall, a corridor.
        Hall = "hall",
        /// With a stove or a sink.
        Kitchen = "kitchen",
        /// With a sofa.
        #[serde(alias = "living_room")]
        LivingRoom = "living-room",
        /// A staircase.
        Stairs = "stairs",
        /// Any other.
        Other = "other",
    }
}
