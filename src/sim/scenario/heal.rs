//! Healing: which faults go, and what of a fault stays where only a part of its place is healed.

use super::{MOST_FAULTS, PresentFault, Problem, Scenario};
use crate::kinds::Kind;

impl Scenario {
    /// Heals the part with this name, such as `web` or `web2`, or one of its servers.
    ///
    /// # Errors
    /// Why it is refused: there is no such part or server.
    pub fn heal_named(&mut self, part: &str, server: Option<usize>) -> Result<(), Problem> {
        let (kind, site) = self.find(part).map_err(|what| Problem::new("part", what))?;
        if let Some(server) = server.filter(|&server| server >= self.servers_at(kind, site)) {
            let what = format!("{part}.{}: there is no such server", server.saturating_add(1));
            return Err(Problem::new("heal", what));
        }
        self.heal(kind, site, server);
        Ok(())
    }

    /// Takes away the lasting faults at a place, of all sites for `None`; those of all servers with
    /// the part's own. A fault of more than that place stays with the sites and servers that are
    /// not healed.
    pub fn heal(&mut self, kind: Kind, site: Option<u8>, server: Option<usize>) {
        let mut left: Vec<PresentFault> = Vec::new();
        for fault in std::mem::take(&mut self.faults) {
            let rest =
                if fault.kind == kind { self.not_healed(fault, site, server) } else { vec![fault] };
            for fault in rest {
                if !left.contains(&fault) {
                    left.push(fault);
                }
            }
        }
        self.faults = left;
    }

    /// What of a fault stays when one site of its part is healed, or one server.
    fn not_healed(
        &self,
        fault: PresentFault,
        site: Option<u8>,
        server: Option<usize>,
    ) -> Vec<PresentFault> {
        let is_elsewhere = fault.site.zip(site).is_some_and(|(at, healed)| at != healed);
        let of_others = server.is_some_and(|healed| match fault.server {
            Some(other) => other != healed,
            None => !fault.fault.is_of_servers(),
        });
        if is_elsewhere || of_others {
            return vec![fault];
        }
        let others = site.filter(|_| fault.site.is_none());
        let sites = others.map_or(0..0, |_| 0..self.sites).filter(|&at| Some(at) != site);
        let mut rest: Vec<PresentFault> =
            sites.map(|at| PresentFault { site: Some(at), ..fault }).collect();
        if let Some(healed) = server.filter(|_| fault.server.is_none()) {
            let here = PresentFault { site: fault.site.or(site), ..fault };
            let servers = 0..self.servers_at(fault.kind, here.site).min(MOST_FAULTS);
            let servers = servers.filter(|&other| other != healed);
            rest.extend(servers.map(|other| PresentFault { server: Some(other), ..here }));
        }
        rest
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::{link, presets};

    #[test]
    fn what_is_not_there_is_not_healed() {
        let mut scenario = presets::stage(3);
        let wrong = [("web", Some(4)), ("web", Some(usize::MAX)), ("web2", None), ("moon", None)];
        for (part, server) in wrong {
            assert!(scenario.heal_named(part, server).is_err(), "{part} {server:?}");
        }
        for (part, server) in [("web", Some(3)), ("web", None), ("network", None)] {
            assert_eq!(scenario.heal_named(part, server), Ok(()), "{part} {server:?}");
        }
    }

    #[test]
    fn healing_one_server_leaves_the_others_dead() {
        let mut scenario = presets::stage(3);
        scenario.fail(PresentFault::read("kill.web").expect("is a fault"));
        scenario.heal(Kind::WebTier, None, Some(1));
        let left: Vec<String> = scenario.faults.iter().map(PresentFault::write).collect();
        assert_eq!(left, ["kill.web.1", "kill.web.3", "kill.web.4"]);
    }

    #[test]
    fn each_site_counts_its_own_servers() {
        let (mut scenario, problems) = sites("&fault=kill.web2.7&fault=kill.web.8");
        assert_eq!(problems, [], "the second site has eight");
        let count = |site| scenario.servers_at(Kind::WebTier, site);
        assert_eq!([count(Some(0)), count(Some(1)), count(None)], [4, 8, 8]);
        assert_eq!(scenario.servers_at(Kind::Queue, None), 0, "there is none");
        let (_, problems) = sites("&fault=kill.web1.7");
        assert_eq!(problems.len(), 1, "the first has four: {problems:?}");
        assert_eq!(scenario.set("web2.servers", "4"), Ok(None));
        assert_eq!(scenario.drop_faults_of_nothing().len(), 2);
    }

    #[test]
    fn healing_one_site_leaves_the_others_as_they_are() {
        for (faults, server, left) in [
            ("&fault=kill.web", None, "kill.web1"),
            ("&fault=kill.web.3", Some(2), "kill.web1.3"),
            ("&fault=kill.web.3", Some(1), "kill.web.3"),
            ("&fault=cut.db", None, "cut.db"),
            ("&fault=cut.web", Some(0), "cut.web"),
            ("&fault=kill.web2", Some(7), "kill.web2.1-7"),
            ("&fault=kill.web", Some(0), "kill.web1 kill.web2.2-8"),
            ("&fault=kill.web&fault=kill.web1.2@9", None, "kill.web1 kill.web1.2@9"),
        ] {
            let (mut scenario, problems) = sites(faults);
            assert_eq!(problems, [], "{faults}");
            scenario.heal(Kind::WebTier, Some(1), server);
            assert_eq!(PresentFault::write_all(&scenario.faults).join(" "), left, "{faults}");
        }
    }

    /// Two sites, of which the second has eight web servers.
    fn sites(faults: &str) -> (Scenario, Vec<Problem>) {
        let reading = link::read(&format!("?stage=3&sites=2#v=1&web2.servers=8{faults}"));
        (reading.scenario, reading.problems)
    }
}
