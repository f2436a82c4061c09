//! SDXL's networks against values recorded from diffusers.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod recorded;

use candle_core::{DType, Device, Tensor};
use plumbline_models::diffusion::euler_scheduler::EulerScheduler;
use plumbline_models::nets::sdxl::controlnet::ControlNet;
use plumbline_models::nets::sdxl::unet::Unet;
use plumbline_models::nets::sdxl::vae::{Decoder, Encoder};
use plumbline_models::nets::sdxl::{Cond, config};
use plumbline_nn::dense::activation_dtype;
use plumbline_nn::device::{self, DeviceKind};
use recorded::{Recorded, Table};

/// Relative errors that are the numbers' own.
const SINGLE: f32 = 1e-5;
const HALF: f32 = 6e-3;
const BRAIN: f32 = 2e-2;

#[test]
fn every_step_of_the_small_pipeline_is_the_recorded_one() {
    let Some(recorded) = Recorded::open("tiny-random-sdxl") else {
        return;
    };
    let mut table = Table::new(SINGLE);
    follow(&recorded, DType::F32, &Device::Cpu, &mut table);
    table.print_and_judge();
}

#[test]
fn half_precision_stays_near() {
    let Some(recorded) = Recorded::open("tiny-random-sdxl") else {
        return;
    };
    let mut table = Table::new(HALF);
    follow(&recorded, DType::F16, &Device::Cpu, &mut table);
    table.print_and_judge();
}

#[test]
fn weights_in_bfloat16_stay_near() {
    let Some(recorded) = Recorded::open("tiny-random-sdxl") else {
        return;
    };
    let mut table = Table::new(BRAIN);
    follow(&recorded, DType::BF16, &Device::Cpu, &mut table);
    table.print_and_judge();
}

#[test]
fn a_card_says_the_same() {
    let (device, kind) = device::best();
    let Some(recorded) = Recorded::open("tiny-random-sdxl") else {
        return;
    };
    if kind == DeviceKind::Cpu {
        return plumbline_fixtures::skip("no graphics card answers");
    }
    // cuDNN multiplies single precision with ten digits of two, as PyTorch does.
    for (dtype, at_most) in [
        (DType::F32, 2e-3),
        (DType::F16, 1.5e-2),
        (DType::BF16, 5e-2),
    ] {
        eprintln!("{dtype:?} on {kind:?}");
        let mut table = Table::new(at_most);
        follow(&recorded, dtype, &device, &mut table);
        table.print_and_judge();
    }
}

/// Encodes, adds noise, denoises under two ControlNets, decodes; each step from the recorded one
/// before it, so that no error hides in another.
fn follow(recorded: &Recorded, dtype: DType, device: &Device, table: &mut Table) {
    let shown = activation_dtype(device, dtype);
    let tensor = |name: &str| placed(recorded.tensor(name), shown, device);
    let (encoder, decoder, scaling) = autoencoder(recorded, dtype, device);
    let signed = ((tensor("image") * 2.0).unwrap() - 1.0).unwrap();
    let encoded = encoder.forward(&signed).unwrap();
    table.compare("vae_mean", &encoded.mean, recorded);
    table.compare("vae_logvar", &encoded.logvar, recorded);
    let latents = (encoded.mean * scaling).unwrap();
    table.compare("latents0", &latents, recorded);

    let euler = EulerScheduler::trailing(4);
    let sigmas: Vec<f32> = euler
        .steps()
        .iter()
        .map(|step| step.sigma)
        .chain([0.0])
        .collect();
    table.compare(
        "all_sigmas",
        &Tensor::new(sigmas, &Device::Cpu).unwrap(),
        recorded,
    );
    let steps = euler.last(2);
    let noisy = steps[0]
        .add_noise(&tensor("latents0"), &tensor("noise"))
        .unwrap();
    table.compare("noisy_latents", &noisy, recorded);

    let cond = condition(recorded, shown, device);
    let unet: Unet = network(recorded, "unet", dtype, device, Unet::new);
    let nets = [("tile", "image", 0.6), ("canny", "canny", 0.4)];
    let nets = nets.map(|(name, picture, scale)| {
        let net = network(
            recorded,
            &format!("controlnet_{name}"),
            dtype,
            device,
            ControlNet::new,
        );
        (name, net, tensor(picture), scale)
    });
    let mut before = tensor("noisy_latents");
    for (at, step) in steps.iter().enumerate() {
        let t = step.timestep as f64;
        let x = step.scale_model_input(&before).unwrap();
        let [tile, canny] = nets
            .each_ref()
            .map(|(_, net, picture, scale)| net.forward(&x, t, &cond, picture, *scale).unwrap());
        if at == 0 {
            table.compare("step0_scaled_input", &x, recorded);
            let alone = unet.forward(&x, t, &cond, None).unwrap();
            table.compare("step0_noise_pred_without_control", &alone, recorded);
            for (name, residuals) in [("tile", &tile), ("canny", &canny)] {
                for (i, down) in residuals.down.iter().enumerate() {
                    table.compare(&format!("step0_{name}_down_{i}"), down, recorded);
                }
                table.compare(&format!("step0_{name}_mid"), &residuals.mid, recorded);
            }
        }
        let noise = unet
            .forward(&x, t, &cond, Some(&tile.plus(&canny).unwrap()))
            .unwrap();
        table.compare(&format!("step{at}_noise_pred"), &noise, recorded);
        let after = step.advance(&before, &noise).unwrap();
        table.compare(&format!("step{at}_latents"), &after, recorded);
        before = tensor(&format!("step{at}_latents"));
    }
    let decoded = decoder.forward(&(before / scaling).unwrap()).unwrap();
    table.compare("decoded", &decoded, recorded);
    let seen = ((decoded + 1.0).unwrap() / 2.0)
        .unwrap()
        .clamp(0.0, 1.0)
        .unwrap();
    table.compare("output_01", &seen, recorded);

    let inpaint: Unet = network(recorded, "unet_inpaint", dtype, device, Unet::new);
    let t = recorded
        .tensor("inpaint_timestep")
        .flatten_all()
        .unwrap()
        .to_vec1::<f32>()
        .unwrap()[0];
    let said = inpaint
        .forward(&tensor("inpaint_input"), f64::from(t), &cond, None)
        .unwrap();
    table.compare("inpaint_noise_pred", &said, recorded);
}

fn placed(x: &Tensor, dtype: DType, device: &Device) -> Tensor {
    x.to_device(device).unwrap().to_dtype(dtype).unwrap()
}

fn network<N>(
    recorded: &Recorded,
    part: &str,
    dtype: DType,
    device: &Device,
    new: impl Fn(&config::UnetConfig, &candle_nn::VarBuilder) -> candle_core::Result<N>,
) -> N {
    let config = recorded.config(part);
    let weights = recorded.weights(part);
    weights
        .build_on(dtype, device, |vb| new(&config, &vb))
        .unwrap()
}

fn autoencoder(recorded: &Recorded, dtype: DType, device: &Device) -> (Encoder, Decoder, f64) {
    let config: config::VaeConfig = recorded.config("vae");
    let both = recorded.weights("vae").build_on(dtype, device, |vb| {
        Ok((Encoder::new(&config, &vb)?, Decoder::new(&config, &vb)?))
    });
    let (encoder, decoder) = both.unwrap();
    (encoder, decoder, config.scaling_factor)
}

fn condition(recorded: &Recorded, dtype: DType, device: &Device) -> Cond {
    Cond {
        encoder_hidden_states: placed(recorded.tensor("prompt_embeds"), dtype, device),
        text_embeds: placed(recorded.tensor("pooled"), dtype, device),
        time_ids: placed(recorded.tensor("time_ids"), DType::F32, device),
    }
}
