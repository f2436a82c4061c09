//! What is ready is good: inputs that cannot become so, and results on their own.

mod inputs;
mod results;
