//! Stations that are not servers of a part: the disks of a database, and the workers behind a queue
//! taken as one.

use super::predict::{self, Dispatch, Prediction};
use super::{Queue, Station, assumptions};
use crate::analysis::names;
use crate::kinds::{Kind, queue};
use crate::snapshot::{PartView, Snapshot};
use crate::topology::Topology;

/// The disks of a database that did anything: each first come, first served.
pub fn disks(topology: &Topology, figures: &Snapshot, part: &PartView) -> Vec<Station> {
    let mut stations = Vec::new();
    for (index, server) in part.servers.iter().enumerate() {
        let Some(io) = server.disk_io.filter(|io| server.alive && io.rate > 0.0) else { continue };
        let service_s = io.work_s.unwrap_or(0.0);
        let wait = io.mean_backlog / io.rate;
        let queue = Queue {
            arrivals: io.rate,
            service_s,
            scv: io.work_scv.unwrap_or(0.0),
            servers: Some(1.0),
            shared: false,
            machine: (io.rate, service_s),
            refused: 0.0,
            measured_wait_s: Some(wait),
            measured_s: server.disk.map(|used| used / io.rate + wait),
        };
        let mut fails = assumptions::general(topology, figures, part);
        fails.push(
            "queries come as the processor lets them go, and each request's one after another: \
             taken as Poisson"
                .to_owned(),
        );
        let name = format!("Disk of {}", names::server(part, index));
        stations.push(station(part, Some(index), name, &queue, fails));
    }
    stations
}

/// All workers behind a queue: one backlog, so many jobs at once.
pub fn workers(topology: &Topology, figures: &Snapshot, part: &PartView) -> Option<Station> {
    if names::kind(&part.key) != Some(Kind::Queue) || figures.window_s <= 0.0 {
        return None;
    }
    let count = |name: &str| names::counter(part, name).map(|count| count as f64);
    let (came, went) = (count("enqueued")?, count("delivered")?);
    let workers = part.servers.iter().skip(1).filter(|s| s.alive && !s.leaving);
    let slots: f64 = workers.clone().map(|s| f64::from(s.slots.unwrap_or(0))).sum();
    let busy: f64 =
        workers.map(|s| s.slots_used.unwrap_or(0.0) * f64::from(s.slots.unwrap_or(0))).sum();
    if went <= 0.0 || slots <= 0.0 {
        return None;
    }
    let spec = topology.scenario().spec_at(Kind::Queue, names::site(&part.key))?;
    let arrivals = came.max(went) / figures.window_s;
    let service_s = busy / (went / figures.window_s);
    let wait = count("waited_us")? / 1e6 / went;
    let queue = Queue {
        arrivals,
        service_s,
        scv: queue::job_scv(spec),
        servers: Some(slots),
        shared: false,
        machine: (arrivals, service_s),
        refused: 0.0,
        measured_wait_s: Some(wait),
        measured_s: Some(service_s + wait),
    };
    let mut fails = assumptions::general(topology, figures, part);
    if queue::scaling(spec).is_some() {
        fails.push("the number of workers follows the backlog: one number stands for many".into());
    }
    if spec.count(queue::Setting::Queries as usize) > 0 {
        fails.push("jobs wait for the database: their time varies more than their work".to_owned());
    }
    let again = count("redelivered").unwrap_or(0.0);
    if again > 0.0 {
        fails.push(format!("{again} messages were delivered again"));
    }
    let name = names::role_label(part, 1);
    Some(station(part, None, name, &queue, fails))
}

fn station(
    part: &PartView,
    server: Option<usize>,
    name: String,
    queue: &Queue,
    mut fails: Vec<String>,
) -> Station {
    let Prediction { model, exact, wait_s, mean_s, at_most_s, .. } =
        predict::time(queue, Dispatch::Chance, None);
    fails.extend(assumptions::beyond(queue));
    Station {
        part: part.key.clone(),
        server,
        name,
        alike: 1,
        arrivals: queue.arrivals,
        service_s: queue.service_s,
        scv: queue.scv,
        servers: queue.servers,
        load: queue.load(),
        model,
        exact,
        predicted_wait_s: wait_s,
        predicted_s: mean_s,
        at_most_s,
        measured_wait_s: queue.measured_wait_s,
        measured_s: queue.measured_s,
        difference: mean_s.zip(queue.measured_s).map(|(predicted, got)| got / predicted - 1.0),
        fails,
    }
}
