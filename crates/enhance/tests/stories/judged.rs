//! Results judged, by their plan and without one.

mod finishes;
mod inspections;
mod planned;
