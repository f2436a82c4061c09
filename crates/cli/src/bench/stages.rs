//! Times stages: CPU seconds of the process and of those that it started, wall seconds, and the peak
//! memory within each stage.

use std::collections::BTreeMap;
use std::fs;
use std::time::Instant;

use nix::sys::resource::{Usage, UsageWho, getrusage};
use nix::sys::time::{TimeVal, TimeValLike};
use serde::{Deserialize, Serialize};

/// Cost of one stage of one run.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Stage {
    pub name: String,
    pub user_s: f64,
    pub sys_s: f64,
    pub wall_s: f64,
    /// The process's resident memory at its highest within the stage, and that of the largest process
    /// that it started in it, what they share counted twice.
    pub peak_bytes: u64,
    /// The least that has to be read and written; unknown for peers.
    #[serde(default)]
    pub moved_bytes: u64,
}

impl Stage {
    pub fn cpu_s(&self) -> f64 {
        self.user_s + self.sys_s
    }
}

/// One run of a whole path, ours or a peer's: the line of JSON it prints last.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Run {
    pub peer: String,
    pub stages: Vec<Stage>,
    /// Measures of the picture, for comparing.
    pub numbers: BTreeMap<String, f64>,
    pub size_bytes: u64,
    #[serde(default)]
    pub notes: Vec<String>,
}

impl Run {
    pub fn read(output: &[u8]) -> Option<Self> {
        let line = output
            .split(|byte| *byte == b'\n')
            .rfind(|line| !line.is_empty())?;
        let mut run: Self = serde_json::from_slice(line).ok()?;
        run.join_parts();
        Some(run)
    }

    /// Times and runs a stage that has to move at least so many bytes.
    pub fn stage<T>(&mut self, name: &str, moved_bytes: u64, work: impl FnOnce() -> T) -> T {
        let begun = Begun::now(name);
        let result = work();
        self.stages.push(Stage {
            moved_bytes,
            ..begun.end()
        });
        result
    }

    /// Parts of one name become one stage.
    fn join_parts(&mut self) {
        let mut joined: Vec<Stage> = Vec::new();
        for part in self.stages.drain(..) {
            match joined.iter_mut().find(|stage| stage.name == part.name) {
                None => joined.push(part),
                Some(stage) => {
                    stage.user_s += part.user_s;
                    stage.sys_s += part.sys_s;
                    stage.wall_s += part.wall_s;
                    stage.peak_bytes = stage.peak_bytes.max(part.peak_bytes);
                    stage.moved_bytes += part.moved_bytes;
                }
            }
        }
        self.stages = joined;
    }

    pub fn total(&self, value: impl Fn(&Stage) -> f64) -> f64 {
        self.stages.iter().map(value).sum()
    }

    pub fn peak_bytes(&self) -> u64 {
        self.stages
            .iter()
            .map(|stage| stage.peak_bytes)
            .max()
            .unwrap_or(0)
    }

    pub fn named(&self, name: &str) -> Option<&Stage> {
        self.stages.iter().find(|stage| stage.name == name)
    }
}

/// Times stages that begin one after the other.
#[derive(Default)]
pub struct Clock {
    stages: Vec<Stage>,
    begun: Option<Begun>,
}

impl Clock {
    /// Ends the stage before, unless it is the same.
    pub fn enter(&mut self, name: &'static str) {
        if self.begun.as_ref().is_some_and(|begun| begun.name == name) {
            return;
        }
        self.stages.extend(self.begun.take().map(Begun::end));
        self.begun = Some(Begun::now(name));
    }

    /// Ends the last stage and returns all of them.
    pub fn stop(mut self) -> Vec<Stage> {
        self.stages.extend(self.begun.take().map(Begun::end));
        self.stages
    }
}

struct Begun {
    name: String,
    cpu: (f64, f64),
    since: Instant,
    /// Largest process started so far.
    child_bytes: u64,
}

impl Begun {
    fn now(name: &str) -> Self {
        forget_peak();
        Self {
            name: name.to_owned(),
            cpu: cpu(),
            since: Instant::now(),
            child_bytes: child_bytes(),
        }
    }

    fn end(self) -> Stage {
        let (after, wall_s) = (cpu(), self.since.elapsed().as_secs_f64());
        Stage {
            name: self.name,
            user_s: after.0 - self.cpu.0,
            sys_s: after.1 - self.cpu.1,
            wall_s,
            peak_bytes: peak_bytes()
                + Some(child_bytes())
                    .filter(|&b| b > self.child_bytes)
                    .unwrap_or(0),
            moved_bytes: 0,
        }
    }
}

/// User and system seconds of all threads so far, and of processes that were started and ended.
fn cpu() -> (f64, f64) {
    let seconds = |time: TimeVal| time.num_microseconds() as f64 / 1e6;
    let all = [UsageWho::RUSAGE_SELF, UsageWho::RUSAGE_CHILDREN].map(usage);
    let sum = |time: fn(&Usage) -> TimeVal| all.iter().map(|of| seconds(time(of))).sum();
    (sum(Usage::user_time), sum(Usage::system_time))
}

fn usage(who: UsageWho) -> Usage {
    getrusage(who).expect("a process may ask about itself")
}

/// Resident memory of the largest process that was started and ended.
fn child_bytes() -> u64 {
    usage(UsageWho::RUSAGE_CHILDREN).max_rss().unsigned_abs() * 1024
}

/// Sets the high-water mark back to what is resident now (proc(5), `clear_refs`); where the kernel
/// refuses, a stage's peak is that of the run so far.
fn forget_peak() {
    let _ = fs::write("/proc/self/clear_refs", "5");
}

fn peak_bytes() -> u64 {
    memory("VmHWM:")
}

/// Resident memory of the process now.
pub fn resident_bytes() -> u64 {
    memory("VmRSS:")
}

/// A line of proc(5), `status`, in bytes.
fn memory(name: &str) -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(name));
    let kib = line.and_then(|text| text.trim().trim_end_matches(" kB").parse::<u64>().ok());
    kib.unwrap_or(0) * 1024
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stage_sees_its_own_memory_and_not_the_one_before() {
        let mut run = Run::default();
        run.stage("large", 0, || {
            vec![1_u8; 200 << 20]
                .iter()
                .map(|&v| u64::from(v))
                .sum::<u64>()
        });
        run.stage("small", 0, || ());
        assert!(run.stages[0].peak_bytes > 200 << 20);
        assert!(run.stages[0].cpu_s() > 0.0);
        assert!(run.stages[1].peak_bytes + (150 << 20) < run.stages[0].peak_bytes);
    }

    #[test]
    fn parts_of_one_name_are_one_stage() {
        let part = r#"{"name":"check","user_s":1,"sys_s":0.5,"wall_s":2,"peak_bytes":7}"#;
        let line = format!(
            "words\n{{\"peer\":\"p\",\"stages\":[{part},{part}],\"numbers\":{{}},\"size_bytes\":1}}\n"
        );
        let run = Run::read(line.as_bytes()).unwrap();
        assert_eq!(run.stages.len(), 1);
        assert_eq!((run.stages[0].cpu_s(), run.peak_bytes()), (3.0, 7));
    }
}
