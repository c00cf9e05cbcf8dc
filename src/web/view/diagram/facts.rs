//! What a part's card says: its names, what it is set to, its key numbers, and what its body
//! shows. A kind without words of its own says what all parts can say.

use super::fit;
use super::parts::{self, At};
use super::scene::{SMALL, Scene};
use crate::sim::analysis::names;
use crate::sim::kinds::Kind;
use crate::web::summary;
use crate::web::view::format;

/// Wordings of one line, shorter and shorter.
pub type Wordings = Vec<String>;

/// What stands between a card's header and its last lines.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Body {
    /// Nothing.
    Empty,
    /// How much of it is in use.
    Use,
    /// A cell for each server.
    Cells,
    /// What waits, and a cell for each server.
    Queue,
    /// How the requests are split between the sites.
    Split,
}

/// What a card says.
pub struct Facts {
    /// Names, shorter and shorter.
    pub names: &'static [&'static str],
    /// What it is set to, on the right of the name.
    pub setting: Wordings,
    /// Further lines below the name.
    pub lines: Vec<Wordings>,
    /// Key numbers.
    pub key: Wordings,
    /// What is said in place of troubles when there are none.
    pub quiet: Wordings,
    /// Its body.
    pub body: Body,
}

/// What is said of a part.
#[must_use]
pub fn of(scene: &Scene<'_>, at: At) -> Facts {
    let usual = usual(scene, at);
    match at.kind.key() {
        "dns" => dns(scene, at),
        "lb" => balancer(scene, at),
        "web" => web(scene, at, usual),
        "db" => database(scene, at, usual),
        "cdn" => cdn(scene, at, usual),
        "cache" => cache(scene, at, usual),
        "sessions" => sessions(scene, at, usual),
        "queue" => queue(scene, at, usual),
        "monitor" => monitor(scene, at),
        "chaos" => chaos(scene, at),
        _ => usual,
    }
}

/// What can be said of any part.
fn usual(scene: &Scene<'_>, at: At) -> Facts {
    let names = Kind::ALL.iter().position(|kind| *kind == at.kind).map(|i| &LABELS[i..=i]);
    let servers = scene.servers(at);
    let quiet =
        if scene.is_measured() { vec!["backlog 0".to_owned(), String::new()] } else { Vec::new() };
    Facts {
        names: names.unwrap_or(&[]),
        setting: if servers > 1 {
            vec![format!("{servers} nodes"), format!("{servers}")]
        } else {
            Vec::new()
        },
        lines: Vec::new(),
        key: scene.key_line(at),
        quiet,
        body: if servers > 0 { Body::Cells } else { Body::Empty },
    }
}

/// The names of all kinds, in their order.
const LABELS: [&str; Kind::ALL.len()] = {
    let mut labels = [""; Kind::ALL.len()];
    let mut i = 0;
    while i < labels.len() {
        labels[i] = Kind::ALL[i].label();
        i += 1;
    }
    labels
};

fn dns(scene: &Scene<'_>, at: At) -> Facts {
    let ttl = parts::set(scene.scenario, at, "ttl_s").unwrap_or(0.0);
    let ttl = format!("TTL {ttl}\u{202f}s");
    let policy = parts::choice(scene.scenario, at, "policy");
    let rate = scene.rate(scene.lookups());
    let mut quiet = vec![format!("{rate} look-ups"), format!("{rate} asked"), rate];
    if let Some(astray) = scene.gauge(at, "misrouted_share").filter(|share| *share > 0.0005) {
        let astray = format::percent(astray);
        quiet = vec![format!("{astray} still misrouted"), format!("{astray} astray")];
    }
    let is_spread = scene.parts.is_spread();
    let mut lines = if policy.is_empty() || !is_spread {
        vec![vec![ttl]]
    } else {
        vec![vec![format!("{policy} · {ttl}"), policy.to_owned()]]
    };
    if is_spread {
        lines.push(split(scene));
    }
    Facts {
        names: if scene.parts.is_spread() { &["GeoDNS"] } else { &["DNS"] },
        setting: Vec::new(),
        lines,
        key: Vec::new(),
        quiet,
        body: if is_spread { Body::Split } else { Body::Empty },
    }
}

/// How the requests are split between the sites, in their order.
fn split(scene: &Scene<'_>) -> Wordings {
    let share = |site: usize| super::site::share(scene, site as u8);
    let shares: Option<Vec<f64>> = (0..scene.parts.sites.len()).map(share).collect();
    let Some(shares) = shares.filter(|_| scene.is_measured()) else {
        return vec!["split –".to_owned()];
    };
    let shares: Vec<String> =
        shares.iter().map(|share| libm::round(share * 100.0).to_string()).collect();
    let shares = shares.join(" : ");
    vec![
        format!("split {shares}\u{202f}%"),
        format!("{shares}\u{202f}%"),
        shares.replace(" : ", "/"),
        String::new(),
    ]
}

/// Room in which even the beginning of a name says something.
const NAMED: f64 = 48.0;

fn balancer(scene: &Scene<'_>, at: At) -> Facts {
    let algorithm = parts::choice(scene.scenario, at, "algorithm");
    let room = scene.grid.card(at).map_or(0.0, |card| card.w - 2.0 * scene.pad());
    let algorithm = &algorithm.replace("connections", "conn.");
    // In a flat card half a name would be wrong: it is shortened instead, or left out.
    let flat = scene.grid.card(at).is_some_and(|card| card.h < 80.0);
    let wrapped = |name: &str| fit::wrap(name, room, SMALL, if flat { 1 } else { 2 });
    let is_cut = |lines: &Vec<String>| lines.iter().any(|line| line.ends_with('…'));
    let mut name = wrapped(algorithm);
    if is_cut(&name) {
        let brief =
            [("round robin", "RR"), ("least conn.", "LC"), ("response ", ""), ("power of ", "")];
        let brief =
            brief.iter().fold(algorithm.clone(), |name, (long, short)| name.replace(long, short));
        name = wrapped(&brief);
    }
    let is_whole = room >= NAMED || !is_cut(&name);
    let name = name.into_iter().filter(|_| is_whole);
    let mut lines: Vec<Wordings> = name.map(|line| vec![line]).collect();
    let every = parts::set(scene.scenario, at, "check_s").unwrap_or(0.0);
    let checks = if scene.parts.site(at).is_some_and(|site| site.checks) {
        vec![format!("checks every {every}\u{202f}s"), format!("check {every}\u{202f}s")]
    } else {
        vec!["no health checks".to_owned(), "no checks".to_owned()]
    };
    lines.push(checks);
    let used = scene.view(at).filter(|_| scene.is_measured()).map(|view| names::busy(view).1);
    let busy = used.map_or_else(
        || "not measured".to_owned(),
        |used| format!("{} in use", format::percent(used)),
    );
    let short = used.map_or_else(String::new, brief);
    Facts {
        names: &["Load balancer", "Balancer", "LB"],
        setting: Vec::new(),
        lines,
        key: Vec::new(),
        quiet: vec![busy, short, String::new()],
        body: Body::Use,
    }
}

fn web(scene: &Scene<'_>, at: At, usual: Facts) -> Facts {
    let mut setting = parts::web_setting(scene.scenario, at);
    // An autoscaler decides how many there are.
    if let (Some(view), Some((_, size))) = (scene.view(at), setting.split_once('×')) {
        setting = format!("{}\u{202f}×{size}", view.servers.len());
    }
    let size = setting.split('×').nth(1).map(|size| size.trim_matches('\u{202f}').to_owned());
    let mut wordings = vec![setting];
    wordings.extend(size);
    let one = scene.parts.site(at).is_some_and(parts::Site::is_one_machine);
    let guests = scene.parts.site(at).filter(|site| site.guests.contains(&Kind::Cache));
    let guests = guests.map(|_| {
        let hit = hits(scene, at.beside(Kind::Cache)).swap_remove(0);
        vec![format!("cache in it: {hit}"), format!("cache {hit}")]
    });
    Facts {
        names: if one { &["Server"] } else { &["Web tier", "Web"] },
        setting: wordings,
        lines: guests.into_iter().collect(),
        ..usual
    }
}

fn database(scene: &Scene<'_>, at: At, usual: Facts) -> Facts {
    let model = parts::choice(scene.scenario, at, "kind");
    let size = parts::vcpus(scene.scenario, at, 0).map_or_else(String::new, parts::vcpu_text);
    let (shards, copies) = parts::shards(scene.scenario, at);
    let setting = if shards > 1 {
        let placement = parts::choice(scene.scenario, at, "placement");
        let count = format!("{shards}\u{202f}×\u{202f}{copies}");
        vec![format!("{count} · {size} · {placement}"), format!("{count} · {size}"), count]
    } else {
        vec![format!("{model} · {size}"), model.to_owned(), size]
    };
    let (mut key, mut quiet) = (usual.key.clone(), usual.quiet.clone());
    if let Some(lag) = scene.gauge(at, "lag_s").filter(|_| copies > 1) {
        let lag = format::duration(lag);
        quiet = vec![format!("lag {lag} · backlog 0"), format!("lag {lag}")];
    }
    if let (Some(lag), Some(writes)) = (
        scene.gauge(at, "lag_s").filter(|lag| copies > 1 && *lag > 1.0),
        scene.gauge(at, "lag_writes"),
    ) {
        let (lag, writes) = (format::duration(lag), format::count(writes));
        quiet = vec![format!("lag {lag} · {writes} writes"), format!("lag {lag}")];
    }
    if let Some(moved) = scene.gauge(at, "resharded").filter(|moved| *moved > 0.0 && *moved < 1.0) {
        let moved = format::percent(moved);
        key = vec![format!("moving data: {moved}"), "moving data".to_owned(), "moving".to_owned()];
    }
    let names: &[&str] = if shards > 1 { &["Shards"] } else { &["Database", "Data"] };
    Facts { names, setting, key, quiet, ..usual }
}

/// The share of look-ups that found what they asked for.
pub fn hits(scene: &Scene<'_>, at: At) -> Wordings {
    let hit = scene.hit_ratio(at).map_or_else(|| "–".to_owned(), format::percent);
    vec![format!("hit {hit}"), hit]
}

fn cache(scene: &Scene<'_>, at: At, usual: Facts) -> Facts {
    let mut setting = hits(scene, at);
    let mut quiet = usual.quiet;
    if scene.view(at).is_some_and(|cache| summary::is_cold(scene.figures, cache)) {
        setting = setting.into_iter().map(|hit| format!("cold · {hit}")).collect();
        setting.push("cold".to_owned());
        quiet = vec!["cold, still filling".to_owned(), "filling".to_owned()];
    }
    Facts { names: &["Cache"], setting, quiet, ..usual }
}

fn sessions(scene: &Scene<'_>, at: At, usual: Facts) -> Facts {
    // A number alone would be read as a rate.
    let quiet = scene.gauge(at, "sessions_held").map_or(usual.quiet, |held| {
        let few = format::few(held);
        let held = format::count(held);
        vec![
            format!("{held} sessions held"),
            format!("{held} held"),
            format!("{few} held"),
            String::new(),
        ]
    });
    Facts { names: &["Session store", "Sessions", "Sess."], quiet, ..usual }
}

/// A share in few signs.
#[must_use]
pub fn brief(share: f64) -> String {
    if share > 0.0 && share < 0.01 {
        "<\u{202f}1\u{202f}%".to_owned()
    } else if share > 0.99 && share < 1.0 {
        ">\u{202f}99\u{202f}%".to_owned()
    } else {
        format::percent(share)
    }
}

fn cdn(scene: &Scene<'_>, at: At, usual: Facts) -> Facts {
    let edges = scene.servers(at);
    let rate = scene.rate(scene.calls(at));
    Facts {
        names: &["CDN"],
        setting: hits(scene, at),
        key: vec![format!("{rate} at {edges} edges"), rate],
        ..usual
    }
}

fn queue(scene: &Scene<'_>, at: At, usual: Facts) -> Facts {
    let depth = scene.gauge(at, "depth");
    let oldest = scene.gauge(at, "oldest_s");
    let mut key = usual.key.clone();
    if let (Some(depth), Some(oldest)) = (depth, oldest) {
        let (depth, oldest) = (format::count(depth), format::duration(oldest));
        key = vec![
            format!("{depth} wait · oldest {oldest}"),
            format!("{depth} · {oldest} old"),
            format!("{depth} wait"),
            depth,
        ];
    }
    // The first of its servers is the broker.
    let workers = scene.servers(at).saturating_sub(1);
    let workers = scene.gauge(at, "workers").map_or(workers, |ready| ready as usize);
    Facts {
        names: &["Queue"],
        setting: vec![format!("{workers} workers"), format!("{workers}")],
        key,
        body: Body::Queue,
        ..usual
    }
}

fn monitor(scene: &Scene<'_>, at: At) -> Facts {
    let firing = scene.gauge(at, "alerts_firing").unwrap_or(0.0);
    let business = scene.figures.business;
    let pleased = business.map_or_else(Vec::new, |business| {
        let share = format::percent(business.satisfaction);
        vec![format!("{share} satisfied"), format!("{share} happy"), format!("{share} ok")]
    });
    let quiet = match firing {
        0.0 => "no alert".to_owned(),
        1.0 => "1 alert".to_owned(),
        n => format!("{n} alerts"),
    };
    let (quiet, line) = (vec![quiet], vec![pleased]);
    Facts {
        names: &["Monitoring", "Monitor"],
        setting: Vec::new(),
        lines: line,
        key: Vec::new(),
        quiet,
        body: Body::Empty,
    }
}

fn chaos(scene: &Scene<'_>, at: At) -> Facts {
    let factor = parts::set(scene.scenario, at, "speed_up").unwrap_or(0.0);
    let factor = format::count(factor);
    Facts {
        names: &["Random failures", "Failures"],
        setting: Vec::new(),
        lines: Vec::new(),
        key: Vec::new(),
        quiet: vec![
            format!("{factor} × as often as in life"),
            format!("× {factor} as in life"),
            format!("× {factor}"),
        ],
        body: Body::Empty,
    }
}
