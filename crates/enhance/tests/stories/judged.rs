//! Results judged, by their plan and without one.

mod inspections;
mod planned;
