use millionth::sim::{
    engine::Engine,
    scenario::{file, link},
    topology::Topology,
    units::*,
};
fn main() {
    let arg = std::env::args().nth(1).unwrap();
    let secs: f64 = std::env::args().nth(2).unwrap().parse().unwrap();
    let sc = if arg.starts_with('{') {
        file::read(&arg).unwrap()
    } else {
        let r = link::read(&arg);
        println!("{:?}", r.problems);
        r.scenario
    };
    let mut e = Engine::new(Topology::build(&sc).unwrap());
    let t = std::time::Instant::now();
    e.run_until(SimTime::ZERO.after(Span::from_seconds(secs)), u64::MAX);
    let w = t.elapsed().as_secs_f64();
    e.check().unwrap();
    let m = e.meters();
    let h = m.time();
    println!(
        "offered {} good {} {:?} mean {:?} p95 {:?} p99 {:?}",
        m.offered_in_all(),
        m.endings().good,
        m.endings().failed,
        h.mean(),
        h.quantile(0.95),
        h.quantile(0.99)
    );
    println!(
        "{:.2} M req/s, {:.1} M ev/s",
        m.offered_in_all() as f64 / w / 1e6,
        e.events() as f64 / w / 1e6
    );
}
