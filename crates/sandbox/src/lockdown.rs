//! Gives up everything that decoding does not need, before the first byte of a stranger's is read.
//! Each part works on its own: where a kernel lacks one, the others hold.

use std::collections::BTreeMap;

use landlock::{
    ABI, Access, AccessFs, AccessNet, Ruleset, RulesetAttr, RulesetError, RulesetStatus, Scope,
};
use rustix::process::{
    DumpableBehavior, Resource, Rlimit, Signal, set_dumpable_behavior,
    set_parent_process_death_signal, setrlimit,
};
use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen as Length, SeccompCmpOp as Compare,
    SeccompCondition, SeccompFilter, SeccompRule, apply_filter,
};
use serde::{Deserialize, Serialize};

use crate::decoder::Bounds;

/// Degree to which the kernel enforces something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Enforcement {
    /// All of it.
    Full,
    /// An older kernel's part of it.
    Part,
    /// Nothing: the kernel does not know it.
    None,
}

/// Parts of the lockdown, as the kernel enforces them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lockdown {
    /// No files and no network (Landlock).
    pub landlock: Enforcement,
    /// No system calls but those of decoding (seccomp).
    pub seccomp: Enforcement,
    /// Limits of memory, processor time and files.
    pub limits: Enforcement,
}

impl Lockdown {
    /// Sentences about what this kernel does not enforce.
    pub fn warnings(&self) -> Vec<String> {
        let parts = [
            ("Landlock (files and network)", self.landlock),
            ("seccomp (system calls)", self.seccomp),
            ("limits of memory and time", self.limits),
        ];
        let missing = parts.iter().filter(|part| part.1 != Enforcement::Full);
        missing
            .map(|(part, enforcement)| match enforcement {
                Enforcement::Part => {
                    format!("This kernel enforces only a part of {part} on the decoder.")
                }
                _ => format!("This kernel does not enforce {part} on the decoder."),
            })
            .collect()
    }
}

/// Locks this process down for good. Threads that it starts later are locked down with it.
pub(crate) fn enter(bounds: &Bounds) -> Lockdown {
    // A decoder that outlives the worker is nobody's, and a core file would hold a customer's photo.
    let alone = set_parent_process_death_signal(Some(Signal::KILL))
        .and_then(|()| set_dumpable_behavior(DumpableBehavior::NotDumpable));
    let landlock = landlock().unwrap_or(Enforcement::None);
    let limits = limits(bounds).and(alone);
    Lockdown {
        landlock,
        limits: limits.map_or(Enforcement::Part, |()| Enforcement::Full),
        seccomp: seccomp().map_or(Enforcement::None, |()| Enforcement::Full),
    }
}

/// No path and no port is allowed.
fn landlock() -> Result<Enforcement, RulesetError> {
    let newest = ABI::V6;
    let status = Ruleset::default()
        .handle_access(AccessFs::from_all(newest))?
        .handle_access(AccessNet::from_all(newest))?
        .scope(Scope::from_all(newest))?
        .create()?
        .restrict_self()?;
    Ok(match status.ruleset {
        RulesetStatus::FullyEnforced => Enforcement::Full,
        RulesetStatus::PartiallyEnforced => Enforcement::Part,
        RulesetStatus::NotEnforced => Enforcement::None,
    })
}

fn limits(bounds: &Bounds) -> rustix::io::Result<()> {
    let limits = [
        (Resource::As, bounds.memory_bytes),
        (Resource::Cpu, bounds.cpu_secs),
        (Resource::Core, 0),
        (Resource::Fsize, 0),
        (Resource::Nofile, 0),
    ];
    limits.into_iter().try_for_each(|(resource, limit)| {
        // One second between the signal that says so and the one that ends it.
        let most = if resource == Resource::Cpu {
            limit + 1
        } else {
            limit
        };
        setrlimit(
            resource,
            Rlimit {
                current: Some(limit),
                maximum: Some(most),
            },
        )
    })
}

/// System calls of decoding: memory, threads, time, randomness for hash maps, and the end.
const CALLS: [i64; 34] = [
    libc::SYS_brk,
    libc::SYS_clock_gettime,
    libc::SYS_clock_nanosleep,
    libc::SYS_clone3,
    libc::SYS_close,
    libc::SYS_exit,
    libc::SYS_exit_group,
    libc::SYS_fallocate,
    libc::SYS_futex,
    libc::SYS_getpid,
    libc::SYS_getrandom,
    libc::SYS_gettid,
    libc::SYS_lseek,
    libc::SYS_madvise,
    libc::SYS_membarrier,
    libc::SYS_mremap,
    libc::SYS_munmap,
    libc::SYS_nanosleep,
    libc::SYS_read,
    libc::SYS_restart_syscall,
    libc::SYS_rseq,
    libc::SYS_rt_sigaction,
    libc::SYS_rt_sigprocmask,
    libc::SYS_rt_sigreturn,
    libc::SYS_sched_getaffinity,
    libc::SYS_sched_yield,
    libc::SYS_set_robust_list,
    libc::SYS_sigaltstack,
    libc::SYS_fstat,
    libc::SYS_tgkill,
    libc::SYS_uname,
    libc::SYS_write,
    libc::SYS_writev,
    libc::SYS_getrusage,
];

fn seccomp() -> seccompiler::Result<()> {
    // Its flags lie in memory, where a filter cannot look; told that there is no such call, the C
    // library starts threads by the older one. This filter comes first: the other one lets none follow.
    let newer = BTreeMap::from([(libc::SYS_clone3, Vec::new())]);
    let unknown = SeccompAction::Errno(libc::ENOSYS as u32);
    apply(newer, SeccompAction::Allow, unknown)?;

    let no_code = |argument| only(argument, Compare::MaskedEq(libc::PROT_EXEC as u64), 0);
    let a_thread = Compare::MaskedEq(libc::CLONE_THREAD as u64);
    let mut rules: BTreeMap<i64, Vec<SeccompRule>> =
        CALLS.iter().map(|&call| (call, Vec::new())).collect();
    rules.insert(libc::SYS_mmap, vec![no_code(2)?]);
    rules.insert(libc::SYS_mprotect, vec![no_code(2)?]);
    rules.insert(
        libc::SYS_clone,
        vec![only(0, a_thread, libc::CLONE_THREAD as u64)?],
    );
    let name = |option: i32| only(0, Compare::Eq, option as u64);
    rules.insert(
        libc::SYS_prctl,
        vec![name(libc::PR_SET_NAME)?, name(libc::PR_SET_VMA)?],
    );
    let refused = SeccompAction::Errno(libc::EPERM as u32);
    apply(rules, refused, SeccompAction::Allow)
}

fn only(argument: u8, compare: Compare, value: u64) -> seccompiler::Result<SeccompRule> {
    let condition = SeccompCondition::new(argument, Length::Dword, compare, value);
    Ok(SeccompRule::new(vec![condition?])?)
}

fn apply(
    rules: BTreeMap<i64, Vec<SeccompRule>>,
    otherwise: SeccompAction,
    listed: SeccompAction,
) -> seccompiler::Result<()> {
    let machine = std::env::consts::ARCH.try_into()?;
    let filter = SeccompFilter::new(rules, otherwise, listed, machine)?;
    let program: BpfProgram = filter.try_into()?;
    apply_filter(&program)
}
