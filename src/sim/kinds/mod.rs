//! The table of kinds: what parts exist. A kind is one file and one row here.

pub mod balancing;
pub mod behavior;
pub mod cache;
pub mod cdn;
pub mod chaos;
pub mod clients;
pub mod database;
pub mod dns;
pub mod fault;
pub mod fetches;
pub mod fleet;
pub mod guard;
pub mod load_balancer;
pub mod monitor;
pub mod network;
pub mod param;
pub mod queue;
pub mod ring;
pub mod sessions;
pub mod station;
pub mod store;
pub mod tier;
pub mod web_tier;

use super::run::meters::{Sample, ServerMeter};
use super::run::requests::{Outcome, RequestId};
use behavior::{Action, Behavior, Ctx, Fault, Surroundings};
use guard::{to_cache, to_cdn, to_db, to_lb, to_queue, to_sessions, to_web};
use param::{Param, Spec};

/// Makes the enums of kinds and of their states from the table, and passes each call on.
macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident $(= $number:literal)? => $module:ident;)*) => {
        /// What kind of part.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Kind { $($(#[$doc])* $name $(= $number)?),* }

        impl Kind {
            /// All kinds, in the order in which a request meets them.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// The name of its part in links, files and results.
            #[must_use]
            pub const fn key(self) -> &'static str {
                match self { $(Self::$name => $module::KEY),* }
            }

            /// The name shown to people.
            #[must_use]
            pub const fn label(self) -> &'static str {
                match self { $(Self::$name => $module::LABEL),* }
            }

            /// Its settings.
            #[must_use]
            pub const fn params(self) -> &'static [Param] {
                match self { $(Self::$name => $module::PARAMS),* }
            }

            /// How many servers a part with these settings has, which faults may name.
            #[must_use]
            pub fn servers(self, spec: &Spec) -> usize {
                match self { $(Self::$name => $module::servers(spec)),* }
            }

            /// Whether there is one part of this kind outside all sites, rather than one in each.
            #[must_use]
            pub const fn is_global(self) -> bool {
                match self { $(Self::$name => !$module::PER_SITE),* }
            }

            /// The words of the faults that befall a part of this kind as a whole.
            #[must_use]
            pub const fn troubles(self) -> &'static [&'static str] {
                match self { $(Self::$name => $module::TROUBLES),* }
            }

            /// What a part with these settings costs, in USD per month.
            #[must_use]
            pub fn monthly_usd(self, spec: &Spec) -> f64 {
                match self { $(Self::$name => $module::monthly_usd(spec)),* }
            }
        }

        /// A part in a running engine. Its tag is a byte of its own: hidden in a field of a state,
        /// as the compiler would have it, it would have to be computed at each of ten calls a
        /// request.
        #[derive(Clone, Debug)]
        #[repr(u8)]
        pub enum Node { $(#[doc = "State of a part of this kind."] $name($module::State)),* }

        impl Node {
            /// A part of this kind, not yet configured.
            #[must_use]
            pub fn new(kind: Kind, seed: u64) -> Self {
                match kind { $(Kind::$name => Self::$name($module::State::new(seed))),* }
            }
        }

        // The three ways of a request into a part are chosen where the engine's loop stands.
        impl Behavior for Node {
            fn configure(&mut self, ctx: &mut Ctx, around: &dyn Surroundings, spec: &Spec) {
                match self { $(Self::$name(state) => state.configure(ctx, around, spec)),* }
            }
            #[inline(always)]
            fn arrive(&mut self, ctx: &mut Ctx, id: RequestId) -> Action {
                match self { $(Self::$name(state) => state.arrive(ctx, id)),* }
            }
            #[inline(always)]
            fn resume(&mut self, ctx: &mut Ctx, id: RequestId) -> Action {
                match self { $(Self::$name(state) => state.resume(ctx, id)),* }
            }
            #[inline(always)]
            fn returned(&mut self, ctx: &mut Ctx, id: RequestId, outcome: Outcome) -> Action {
                match self { $(Self::$name(state) => state.returned(ctx, id, outcome)),* }
            }
            #[inline(always)]
            fn wake(&mut self, ctx: &mut Ctx, timer: u32) -> Option<(RequestId, Action)> {
                match self { $(Self::$name(state) => state.wake(ctx, timer)),* }
            }
            fn fault(&mut self, ctx: &mut Ctx, server: Option<usize>, fault: Option<Fault>) {
                match self { $(Self::$name(state) => state.fault(ctx, server, fault)),* }
            }
            fn moved(&mut self, ctx: &mut Ctx, old: RequestId, new: RequestId, depth: usize) {
                match self { $(Self::$name(state) => state.moved(ctx, old, new, depth)),* }
            }
            fn servers(&self, ctx: &Ctx) -> Vec<ServerMeter> {
                match self { $(Self::$name(state) => state.servers(ctx)),* }
            }
            fn health(&self) -> Vec<bool> {
                match self { $(Self::$name(state) => state.health()),* }
            }
            fn counters(&self) -> Vec<(&'static str, u64)> {
                match self { $(Self::$name(state) => state.counters()),* }
            }
            fn gauges(&self, ctx: &Ctx) -> Vec<(&'static str, f64)> {
                match self { $(Self::$name(state) => state.gauges(ctx)),* }
            }
            fn spent_usd(&self, ctx: &Ctx) -> Option<f64> {
                match self { $(Self::$name(state) => state.spent_usd(ctx)),* }
            }
            fn check(&self) -> Result<(), String> {
                match self { $(Self::$name(state) => state.check()),* }
            }
            fn look(&mut self, ctx: &mut Ctx, sample: &Sample) {
                match self { $(Self::$name(state) => state.look(ctx, sample)),* }
            }
        }
    };
}

// A new kind's file has what the macro above asks its module for: `KEY`, `LABEL`, `PER_SITE`,
// `TROUBLES`, its rows in `settings!`, `servers`, `monthly_usd` and a `State` that is a `Behavior`;
// chaos.rs is a short one. Its row stands where requests meet it, with a number that no other has.
kinds! {
    /// The users of all regions.
    Clients => clients;
    /// Distances between regions and inside a site.
    Network => network;
    /// The domain name system.
    Dns => dns;
    /// The content delivery network. (A number that the kinds after it do not have: a kind's number
    /// names its draws, and theirs stay.)
    Cdn = 100 => cdn;
    /// The load balancer.
    LoadBalancer = 3 => load_balancer;
    /// The web servers.
    WebTier => web_tier;
    /// The cache.
    Cache => cache;
    /// The session store.
    Sessions => sessions;
    /// The database.
    Database => database;
    /// The queue and its workers.
    Queue = 101 => queue;
    /// Monitoring and automation.
    Monitor = 8 => monitor;
    /// Random failures.
    Chaos => chaos;
    /// The guard of calls to the balancer.
    ToBalancer => to_lb;
    /// The guard of calls to the web tier.
    ToWebTier => to_web;
    /// The guard of calls to the cache.
    ToCache => to_cache;
    /// The guard of calls to the database.
    ToDatabase => to_db;
    /// The guard of calls to the queue.
    ToQueue => to_queue;
    /// The guard of calls to the session store.
    ToSessions => to_sessions;
    /// The guard of calls to the content delivery network.
    ToCdn => to_cdn;
}

impl Kind {
    /// The kind whose part has this name.
    #[must_use]
    pub fn by_key(key: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.key() == key)
    }

    /// Whether a fault can befall a part of this kind.
    #[must_use]
    pub fn can(self, fault: Fault) -> bool {
        match fault {
            Fault::Kill => self != Self::Clients,
            Fault::Slow(_) => !matches!(self, Self::Clients | Self::Network),
            other => self.troubles().contains(&other.word()),
        }
    }

    /// The row of the setting with this name.
    #[must_use]
    pub fn row(self, key: &str) -> Option<usize> {
        self.params().iter().position(|param| param.key == key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use param::{Domain, Value};

    #[test]
    fn every_setting_has_a_name_a_label_a_help_and_a_default_in_its_range() {
        for kind in Kind::ALL {
            let mut keys = std::collections::BTreeSet::new();
            for param in kind.params() {
                let name = format!("{}.{}", kind.key(), param.key);
                assert!(keys.insert(param.key), "{name} stands twice");
                assert!(!param.label.is_empty() && param.help.len() > 20, "{name}");
                assert!(param.key.bytes().all(|b| b.is_ascii_lowercase() || b == b'_'), "{name}");
                let (fitted, said) = param.fit(param.initial());
                assert_eq!((fitted, said), (param.initial(), None), "{name}");
                let (again, said) = param.read(&param.write(&param.initial())).expect(&name);
                assert_eq!((again, said), (param.initial(), None), "{name}");
                if let (Domain::Choice(names), Value::Number(n)) = (param.domain, param.initial()) {
                    assert!((n as usize) < names.len(), "{name}");
                }
            }
        }
    }
}
