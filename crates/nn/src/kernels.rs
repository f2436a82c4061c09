//! CUDA kernels of our own, where candle's would read and write memory many times over. Their
//! sources ship in the program and are compiled for the card on first use.

use std::sync::OnceLock;

use candle_core::cuda_backend::cudarc::driver::CudaFunction;
use candle_core::cuda_backend::cudarc::nvrtc::{CompileOptions, compile_ptx_with_opts};
use candle_core::{CudaDevice, Error, Result};

mod after_product;
mod group_norm;
mod transpose;

pub use after_product::{add_bias, geglu, supported, supports_geglu};
pub use group_norm::group_norm;
pub use transpose::{Added, Matrices, transpose};

const SOURCE: &str = concat!(
    include_str!("kernels/numbers.cu"),
    include_str!("kernels/after_product.cu"),
    include_str!("kernels/group_norm.cu"),
    include_str!("kernels/transpose.cu"),
);

/// Kernel by name, ready to launch.
fn function(name: &str, card: &CudaDevice) -> Result<CudaFunction> {
    static COMPILED: OnceLock<std::result::Result<String, String>> = OnceLock::new();
    let code = COMPILED.get_or_init(|| compile(SOURCE));
    let code = code
        .as_ref()
        .map_err(|error| Error::Cuda(error.as_str().into()))?;
    let found = card.get_or_load_custom_func(name, "plumbline", code)?;
    Ok(found.into_cuda_function())
}

/// For compute capability 8.0, from which the driver makes what its card understands.
fn compile(source: &str) -> std::result::Result<String, String> {
    let options = CompileOptions {
        arch: Some("compute_80"),
        ..CompileOptions::default()
    };
    compile_ptx_with_opts(source, options)
        .map(|code| code.to_src())
        .map_err(|error| format!("our kernels do not compile: {error:?}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Needs the compiler's library and no card.
    #[test]
    fn every_kernel_compiles_for_every_kind_of_number() {
        let code = compile(SOURCE).unwrap();
        for kernel in [
            "add_bias",
            "geglu",
            "moments",
            "normalise",
            "transpose",
            "transpose_biased",
        ] {
            for kind in ["f32", "f16", "bf16"] {
                let entry = format!(".entry {kernel}_{kind}(");
                assert!(code.contains(&entry), "{entry} is not in {code}");
            }
        }
    }
}
