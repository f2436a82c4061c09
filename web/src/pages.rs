//! Pages and the forms on them, one noun each: the page's struct above its handler.

pub mod comparison;
pub mod disclosure;
pub mod galleries;
pub mod landing;
pub mod originals;
pub mod photos;
pub mod provenance;
pub mod qc_report;
pub mod report_page;
pub mod reviews;
pub mod scene;
pub mod sessions;
pub mod shoots;
pub mod sign_up;
pub mod skies;
pub mod view;
