//! What stands around a death: other sites, edges that answer in part, monitoring that replaces.

use super::{ALL, Judge, Judgement, Verdict, fatal, partial, survives};
use crate::kinds::{Kind, cdn, database, dns, monitor};
use crate::topology::Topology;

impl Judge<'_> {
    /// Elsewhere others may do what this site cannot.
    pub(super) fn among_sites(&self, said: Judgement) -> Judgement {
        let sites = self.topology.scenario().sites;
        let names = self.topology.scenario().spec(Kind::Dns);
        let number = |row: dns::Setting| names.map_or(0.0, |spec| spec.number(row as usize));
        let policy = names.map_or(0, |spec| spec.count(dns::Setting::Policy as usize));
        let order = names.map_or(&[][..], |spec| spec.list(dns::Setting::Order as usize));
        let first = order.first().map_or(0, |number| *number as u8 - 1);
        let (is_one, is_failover) = (policy == 1, policy == 3);
        let is_asked = !(is_one || is_failover) || first == self.site;
        let Judgement { verdict, kills, why, settles_s } = said;
        if verdict == Verdict::Survives {
            return Judgement { verdict, kills, why, settles_s };
        }
        let home = self.number(Kind::Database, database::Setting::Home as usize) as u8;
        let is_home = home == self.site + 1;
        let takes_time = self.number(Kind::Database, database::Setting::SitePromotion as usize);
        let settles_s = settles_s.max(if is_home { takes_time + 5.0 } else { 0.0 });
        if !is_asked && !is_home {
            return survives(format!("No user is led here: site {} is.", first + 1))
                .after(settles_s);
        }
        if verdict != Verdict::Fatal {
            return Judgement { verdict, kills, why, settles_s };
        }
        let checks = number(dns::Setting::Interval);
        let is_whole = kills.len() == ALL.len();
        if is_whole && checks > 0.0 && !is_one {
            let found =
                checks * number(dns::Setting::Failures) + number(dns::Setting::CheckTimeout);
            // A device may get an address just before its resolver forgets it.
            let (ttl, visit) = (number(dns::Setting::Ttl), number(dns::Setting::Visit));
            let kept = ttl + visit;
            let late = match number(dns::Setting::Overstay) {
                0.0 => String::new(),
                share => format!(
                    " {:.0} % of resolvers overstay and lead theirs here for up to {:.0} s.",
                    share * 100.0,
                    dns::resolvers::OVERSTAY as f64 * ttl + visit
                ),
            };
            return survives(format!(
                "1 of {sites} sites: it is found ill after {found:.0} s, and users are led \
                 elsewhere as resolvers and devices forget, within {kept:.0} s.{late}"
            ))
            .after(settles_s.max(found + kept));
        }
        if is_one && is_asked {
            let kept: Vec<&str> = if is_home && !is_whole {
                kills.iter().copied().filter(|class| *class != "write").collect()
            } else {
                kills
            };
            return fatal(&kept, format!("{why} All users are led to this site.")).after(settles_s);
        }
        let who = if is_whole { "and no check finds it" } else { "and checks do not notice" };
        partial(format!("{why} Users led to this site suffer, {who}.")).after(settles_s)
    }

    /// Classes that edges answer in part do not die with what stands behind them.
    pub(super) fn with_edges(&self, kind: Kind, said: &mut Judgement) {
        let Some(spec) = self.topology.scenario().spec(Kind::Cdn).filter(|_| kind != Kind::Cdn)
        else {
            return;
        };
        let number = |row: cdn::Setting| spec.number(row as usize);
        let is_emergent = spec.count(cdn::Setting::Ratio as usize) == 1;
        let files = is_emergent || number(cdn::Setting::Hit) > 0.0;
        let has_reads = number(cdn::Setting::Reads) > 0.0;
        let reads = has_reads && (is_emergent || number(cdn::Setting::ReadHit) > 0.0);
        // Who cannot find the edges cannot be answered by them.
        if said.verdict != Verdict::Fatal || kind == Kind::Dns {
            return;
        }
        let before = said.kills.len();
        said.kills.retain(|class| !(*class == "static" && files || *class == "read" && reads));
        if said.kills.len() < before {
            said.why.push_str(" What the edges hold is still answered.");
        }
    }

    /// What monitoring replaces by itself.
    pub(super) fn with_monitor(&self, kind: Kind, said: &mut Judgement) {
        let Some(spec) = self.topology.scenario().spec(Kind::Monitor) else { return };
        let number = |row: monitor::Setting| spec.number(row as usize);
        let heals = spec.is_on(monitor::Setting::Heal as usize);
        if heals && !kind.is_global() {
            let after = number(monitor::Setting::Every) * number(monitor::Setting::Looks)
                + number(monitor::Setting::Boot);
            said.why.push_str(&format!(" Monitoring replaces it after about {after:.0} s."));
        }
    }
}

/// Seconds until monitoring has replaced a dead server of a part, if it does.
pub fn replaced_s(topology: &Topology, kind: Kind) -> Option<f64> {
    let spec = topology.scenario().spec(Kind::Monitor).filter(|_| !kind.is_global())?;
    let number = |row: monitor::Setting| spec.number(row as usize);
    // At the soonest: a look may come at once.
    let looks = (number(monitor::Setting::Looks) - 1.0) * number(monitor::Setting::Every);
    spec.is_on(monitor::Setting::Heal as usize).then(|| looks + number(monitor::Setting::Boot))
}
