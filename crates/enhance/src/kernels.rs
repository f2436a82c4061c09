//! The few loops that decide how long 45 megapixels take, and nothing else: plain Rust that the
//! compiler turns into vector instructions.
//!
//! Every kernel is compiled three times (AVX-512, AVX2, plain) by `multiversion`, which chooses at
//! run time; its unsafe call is the only one in this crate. No kernel fuses multiplications with
//! additions by itself, so all three give the same bytes. Each has a slow, obvious twin in its
//! tests as the oracle.
#![allow(unsafe_code)]

pub(crate) mod grade;

#[cfg(test)]
mod tests {
    use multiversion::multiversion;

    #[multiversion(targets(
        "x86_64+avx512f+avx512bw+avx512dq+avx512vl+bmi2+fma",
        "x86_64+avx2+bmi2+fma"
    ))]
    fn scale(values: &mut [f32], by: f32) {
        values.iter_mut().for_each(|v| *v *= by);
    }

    #[test]
    fn a_multiversioned_loop_is_the_plain_loop() {
        let mut values = vec![1.5_f32; 100];
        scale(&mut values, 2.0);
        assert!(values.iter().all(|&v| v == 3.0));
    }
}
