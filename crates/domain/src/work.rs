//! Work on photos: jobs and the queue that delivers them, the attempts that come of
//! them, people's reviews, and the thresholds that attempts are judged by.

pub mod attempts;
pub mod jobs;
pub mod live;
pub mod queue;
pub mod refits;
pub mod reviews;
