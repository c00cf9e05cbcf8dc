//! The explanation in sentences with numbers: what is down, what limits the system, what is
//! refused or grows already.

use super::candidates::{has_edges, is_host};
use super::{Bottleneck, NEARLY_FULL, Resource, find};
use crate::analysis::names;
use crate::kinds::Kind;
use crate::snapshot::{PartView, ServerView, Snapshot};
use crate::topology::Topology;
use crate::units::capital;

/// The explanation: which part is down, or what limits the system and by how much, and what is
/// refused or grows already.
#[must_use]
pub fn explain(topology: &Topology, figures: &Snapshot) -> Vec<String> {
    let mut said = down(figures);
    said.extend(missed(figures));
    match find(topology, figures) {
        Some(found) => said.push(found.in_words(figures)),
        None if said.is_empty() => said.push("No server has any work to do.".to_owned()),
        None => {}
    }
    said.extend(edges(topology, figures));
    said.extend(trouble(figures, false));
    said.extend(figures.parts.iter().filter_map(counted));
    said
}

/// Parts of which no server is alive, and their sites.
fn dead(figures: &Snapshot) -> Vec<(Kind, Option<u8>)> {
    let is_down = |part: &&PartView| {
        !part.servers.is_empty() && part.servers.iter().all(|server| !server.alive)
    };
    figures.parts.iter().filter(is_down).filter_map(|part| names::parse(&part.key)).collect()
}

/// What is down, a sentence for each site.
#[must_use]
pub fn down(figures: &Snapshot) -> Vec<String> {
    let down = dead(figures);
    let mut sites: Vec<Option<u8>> = down.iter().map(|(_, site)| *site).collect();
    sites.dedup();
    let mut said: Vec<String> = Vec::new();
    for site in sites {
        let own: Vec<&str> =
            down.iter().filter(|part| part.1 == site).map(|part| part.0.label()).collect();
        let (last, others) = own.split_last().unwrap_or((&"", &[]));
        said.push(if others.is_empty() {
            format!("{} is down: all its servers are dead.", names::with_site(last, site))
        } else {
            let all = format!("{} and {last}", others.join(", "));
            format!("{} are down: all their servers are dead.", names::with_site(&all, site))
        });
    }
    said
}

/// What is missed of what is down.
fn missed(figures: &Snapshot) -> Vec<String> {
    let down = dead(figures);
    let mut said = Vec::new();
    if !down.is_empty() {
        said.push(format!("{:.1} % of all requests fail.", figures.users.error_share() * 100.0));
    }
    let has = |kind: Kind| down.iter().any(|part| part.0 == kind);
    if has(Kind::Database) && !has(Kind::WebTier) {
        said.push("What needs no query, such as a static file, is still answered.".to_owned());
    }
    said
}

/// What edges keep away from the sites.
fn edges(topology: &Topology, figures: &Snapshot) -> Option<String> {
    let edges =
        figures.part(Kind::Cdn.key()).filter(|part| has_edges(topology) && part.rate > 0.0)?;
    let count = |name: &str| names::counter(edges, name).unwrap_or(0) as f64 / figures.window_s;
    let hits = count("hits");
    Some(format!(
        "The edges answer {} of the {} requests per second that come to them ({:.0} %); without \
         them the sites would have {} more.",
        number(hits),
        number(edges.rate),
        hits / edges.rate * 100.0,
        number(hits)
    ))
}

/// The length of a live window in seconds, whole ones where it has some.
#[must_use]
pub fn window(figures: &Snapshot) -> String {
    let seconds = figures.window_s;
    if seconds < 1.0 { format!("{seconds:.1}") } else { format!("{seconds:.0}") }
}

/// Refusals, and backlogs that grow: at the last part on the way, where they begin. Of a live
/// window they are told as what was: it may be over by now.
#[must_use]
pub fn trouble(figures: &Snapshot, is_live: bool) -> Vec<String> {
    let mut said = Vec::new();
    let refused = |part: &PartView| part.servers.iter().map(|s| s.refused).sum::<f64>();
    if let Some(part) = figures.parts.iter().rev().find(|part| refused(part) > 0.0) {
        let [name, some, all] = [names::label(&part.key), number(refused(part)), number(part.rate)];
        said.push(if is_live {
            let window = window(figures);
            format!(
                "{name} refused {some} of {all} calls per second in the last {window} s: its \
                 backlog was full."
            )
        } else {
            format!("{name} refuses {some} of {all} calls per second: its backlog is full.")
        });
    }
    let growth = |part: &PartView| {
        let tally = &part.tally;
        let more = tally.arrived as f64 - (tally.good + tally.failed) as f64;
        // What is inside varies by chance like the square root of what comes.
        let chance = 4.0 * libm::sqrt(tally.arrived as f64) + 0.005 * tally.arrived as f64;
        (more > chance && figures.window_s > 0.0).then(|| more / figures.window_s)
    };
    if let Some((part, growth)) =
        figures.parts.iter().rev().find_map(|part| growth(part).map(|growth| (part, growth)))
    {
        said.push(format!(
            "At {} {} calls per second more come than go: its backlog grows.",
            names::label(&part.key),
            number(growth)
        ));
    }
    said.extend(figures.parts.iter().filter_map(|part| waiting(part, figures.window_s)));
    said
}

/// Whether a part has refused more than a few of the calls that came to it.
fn refuses(part: &PartView) -> bool {
    part.servers.iter().map(|server| server.refused).sum::<f64>() > 0.01 * part.rate
}

/// Messages that wait for workers, where they get more.
fn waiting(part: &PartView, window_s: f64) -> Option<String> {
    let count = |name: &str| names::counter(part, name).map(|count| count as f64);
    let (came, went) = (count("enqueued")?, count("delivered")?);
    let depth = names::gauge(part, "depth")?;
    let more = came - went;
    (more > 4.0 * libm::sqrt(came) + 0.005 * came && window_s > 0.0).then(|| {
        format!(
            "At {} {} messages per second more come than workers take: {} wait, the oldest for \
             {} s.",
            names::label(&part.key),
            number(more / window_s),
            number(depth),
            number(names::gauge(part, "oldest_s").unwrap_or(0.0))
        )
    })
}

/// What a part counts that nobody wants.
fn counted(part: &PartView) -> Option<String> {
    let found = UNWANTED.iter().filter_map(|(name, words)| {
        let count = names::counter(part, name).filter(|count| *count > 0)?;
        Some(format!("{count} {words}"))
    });
    let found: Vec<String> = found.collect();
    (!found.is_empty()).then(|| format!("{}: {}.", names::label(&part.key), found.join(", ")))
}

/// Counters of what nobody wants, with their words.
const UNWANTED: [(&str, &str); 7] = [
    ("lost_writes", "acknowledged writes lost"),
    ("refused_writes", "writes refused for want of a primary"),
    ("out_of_memory", "requests without memory for them"),
    ("sessions_lost", "sessions lost"),
    ("dead_letters", "dead letters"),
    ("lost_messages", "messages lost"),
    ("torn_writes", "writes of which only one half came about"),
];

impl Bottleneck {
    /// The explanation in a sentence or two with numbers.
    #[must_use]
    pub fn in_words(&self, figures: &Snapshot) -> String {
        let Self { name, calls, most_calls, most_traffic, .. } = self;
        let part = figures.part(&self.part);
        let server = part.and_then(|part| part.servers.get(self.server.unwrap_or(0)));
        let each = match self.server {
            None if self.alike > 1 => format!(" on each of its {} servers", self.alike),
            _ => String::new(),
        };
        let takes = self.takes(figures, part, server);
        let takes = if is_plural(name) { plural(&takes) } else { takes };
        let each = if is_plural(name) { plural(&each) } else { each };
        let others = self.others.map_or_else(String::new, |others| {
            format!(" (the others are at {:.0} % on average)", others * 100.0)
        });
        let verb = match (self.load >= 1.0, is_plural(name)) {
            (true, false) => "it can serve",
            (true, true) => "they can serve",
            (false, false) => "it saturates at",
            (false, true) => "they saturate at",
        };
        let grown = self.grows_to.map_or_else(String::new, |most| {
            format!("with the {most} servers that there may be, ")
        });
        let before = self.full_before.as_ref().map_or_else(String::new, |name| {
            format!(" There {name} {} full first.", if is_plural(name) { "are" } else { "is" })
        });
        let traffic = format!(
            "{grown}that is {} requests per second of users if work grows in step with \
             traffic (now {})",
            number(*most_traffic),
            number(figures.offered_rate()),
        );
        let room = match self.headroom {
            // All that is tried again is what is too much.
            more if more >= 0.0 && self.load >= 1.0 && self.grows_to.is_none() => {
                format!("{:.0} % more than today, were it not for the retries", more * 100.0)
            }
            more if more >= 0.0 => format!("{:.0} % more than today", more * 100.0),
            less => format!("{:.0} % less than users ask for", -less * 100.0),
        };
        // More servers could take it, but those that run cannot.
        let is_late = self.headroom >= 0.0 && self.load >= 1.0 && self.grows_to.is_some();
        let late = if is_late { " Until they run, it is overloaded." } else { "" };
        let anew = if self.logins > 0.01 {
            let share = self.logins * 100.0;
            format!(
                " Left out of that are {share:.0} % of its work, which logs in users anew who lost \
                 their sessions."
            )
        } else {
            String::new()
        };
        format!(
            "{name} {takes} and {} arrive per second{each}{others}; {verb} {}. {}, {room}.\
             {before}{late}{anew}{}",
            number(*calls),
            number(*most_calls),
            capital(&traffic),
            self.idles(figures, server)
        )
    }

    /// Why servers that have too much to do are not busier: one that refuses has always something
    /// to do, unless nothing is sent to it for a while.
    fn idles(&self, figures: &Snapshot, server: Option<&ServerView>) -> &'static str {
        let is_free = |used: Option<f64>| used.is_none_or(|used| used < NEARLY_FULL);
        let is_out = self.resource == Resource::Processor
            && self.load >= 1.0
            && self.utilisation < NEARLY_FULL
            && server.is_some_and(|server| server.refused > 0.0 && is_free(server.slots_used));
        if is_out {
            " Health checks keep servers that are overloaded out of use in turn: hence they are \
             not busier."
        } else if self.load < NEARLY_FULL && self.headroom < 0.0 {
            // What is asked of it is more than what comes.
            if is_plural(&self.name) {
                " They are not full, as much of what would come to them is refused on the way."
            } else {
                " It is not full, as much of what would come to it is refused on the way."
            }
        } else if self.load < NEARLY_FULL && figures.parts.iter().any(refuses) {
            " This is the mean of all the time: for some of it more came than could be done, and \
             was refused."
        } else {
            ""
        }
    }

    /// What of its resource is in use and what a call takes.
    fn takes(
        &self,
        figures: &Snapshot,
        part: Option<&PartView>,
        server: Option<&ServerView>,
    ) -> String {
        let used = self.utilisation * 100.0;
        let ms = number(self.work_s * 1e3);
        let slots = server.and_then(|server| server.slots).unwrap_or(1);
        match self.resource {
            Resource::Processor => {
                let cores = server.and_then(|server| server.cores).unwrap_or(1.0);
                let cores = if (cores - 1.0).abs() < 1e-9 {
                    String::new()
                } else {
                    format!(" of {} effective cores", number(cores))
                };
                let guests = match part {
                    Some(part) if is_host(figures, part) => ", with all that lives on it,",
                    _ => "",
                };
                format!("is at {used:.0} % of its CPU: a call{guests} needs {ms} ms{cores}")
            }
            Resource::Slots => {
                let slots =
                    if slots == 1 { "its slot".into() } else { format!("its {slots} slots") };
                format!("is at {used:.0} % of {slots}: a call needs {ms} ms of one")
            }
            Resource::HeldSlots => format!(
                "has {used:.0} % of its {slots} slots taken: a call holds one for {ms} ms, most \
                 of it waiting for other parts"
            ),
            Resource::Connections => format!(
                "has {used:.0} % of its {slots} connections taken: a query keeps one for {ms} ms"
            ),
            Resource::Disk => {
                format!("is at {used:.0} % of its disk: a call that needs it takes {ms} ms of it")
            }
            Resource::Workers => {
                format!("is at {used:.0} % of {slots} jobs at once: a job takes {ms} ms")
            }
            Resource::Memory => format!(
                "is at {used:.0} % of its memory: for each call per second {} MB are in use",
                number(self.work_s)
            ),
            Resource::Apply => format!(
                "is at {used:.0} % of applying writes, one after another: a write takes {ms} ms"
            ),
        }
    }
}

/// Whether a name of servers as a group is a plural: "Database replicas", "Workers (EU)".
fn is_plural(name: &str) -> bool {
    name.split_whitespace().any(|word| ["replicas", "primaries", "Workers"].contains(&word))
}

/// A sentence's part about one thing, said of several.
fn plural(text: &str) -> String {
    text.replace("is at ", "are at ").replace("has ", "have ").replace(" its ", " their ")
}

/// A number with three digits that count, in full from a hundred on.
#[must_use]
pub fn number(x: f64) -> String {
    if x == 0.0 || !x.is_finite() {
        // A sum of nothing is minus nothing.
        return format!("{}", x + 0.0);
    }
    let order = libm::floor(libm::log10(x.abs()));
    let digits = (2.0 - order).clamp(0.0, 9.0) as usize;
    format!("{x:.digits$}")
}

/// As [`number`], and whole numbers as such.
#[must_use]
pub fn count(x: f64) -> String {
    if libm::round(x) == x { format!("{x}") } else { number(x) }
}
