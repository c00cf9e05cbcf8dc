//! W3 written out by hand: what a simulator of nothing else would cost. The engine is held
//! against it, in the same run of the benchmark.

use crate::workloads::Round;
use millionth::sim::law::exponential;
use millionth::sim::rng::{Draw, Purpose, Stream};
use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};

/// Events of the bare loop.
const ARRIVE: u64 = 0;
const BALANCED: u64 = 1;
const WEB: u64 = 2;
const CACHED: u64 = 3;
const QUERIED: u64 = 4;

struct Station {
    free: u32,
    waiting: VecDeque<u32>,
}

impl Station {
    fn new(slots: u32) -> Self {
        Self { free: slots, waiting: VecDeque::new() }
    }
}

/// One binary heap, no scenario, no statistics but the mean.
pub struct Bare {
    now: u64,
    sequence: u64,
    heap: BinaryHeap<Reverse<(u64, u64, u64)>>,
    born: Vec<u64>,
    place: Vec<u8>,
    free: Vec<u32>,
    web: Vec<Station>,
    database: Vec<Station>,
    next: usize,
    draw: Draw,
    done: u64,
    sum: u64,
}

impl Bare {
    pub fn run(requests: u64) -> Round {
        let mut bare = Self {
            now: 0,
            sequence: 0,
            heap: BinaryHeap::new(),
            born: Vec::new(),
            place: Vec::new(),
            free: Vec::new(),
            web: (0..8).map(|_| Station::new(4)).collect(),
            database: (0..3).map(|_| Station::new(8)).collect(),
            next: 0,
            draw: Stream::new(1, 0, Purpose::Gap).at(0),
            done: 0,
            sum: 0,
        };
        bare.after(0, ARRIVE, 0);
        while bare.done < requests {
            bare.slice(4_096);
        }
        Round { requests: bare.done, mean_ms: bare.sum as f64 / bare.done as f64 / 1e6 }
    }

    fn exp(&mut self, mean_ms: f64) -> u64 {
        self.draw.bits();
        (mean_ms * 1e6 * exponential(self.draw.clone())) as u64
    }

    fn after(&mut self, delay: u64, what: u64, id: u32) {
        self.sequence += 1;
        let event = (self.now + delay, self.sequence, (what << 32) | u64::from(id));
        self.heap.push(Reverse(event));
    }

    fn start_web(&mut self, id: u32) {
        let service = self.exp(8.0);
        self.after(service, WEB, id);
    }

    fn start_query(&mut self, id: u32) {
        let service = self.exp(6.0);
        self.after(service, QUERIED, id);
    }

    #[inline(never)]
    fn slice(&mut self, events: u32) {
        for _ in 0..events {
            let Some(Reverse((now, _, event))) = self.heap.pop() else {
                return;
            };
            self.now = now;
            self.step(event >> 32, event as u32);
        }
    }

    fn step(&mut self, what: u64, id: u32) {
        match what {
            ARRIVE => {
                let gap = self.exp(1_000.0 / 3_200.0);
                self.after(gap, ARRIVE, 0);
                let id = self.free.pop().unwrap_or_else(|| {
                    self.born.push(0);
                    self.place.push(0);
                    self.born.len() as u32 - 1
                });
                self.born[id as usize] = self.now;
                self.after(200_000, BALANCED, id);
            }
            BALANCED => {
                let server = self.next;
                self.next = (self.next + 1) % 8;
                self.place[id as usize] = server as u8;
                if self.web[server].free > 0 {
                    self.web[server].free -= 1;
                    self.start_web(id);
                } else {
                    self.web[server].waiting.push_back(id);
                }
            }
            WEB => {
                let server = self.place[id as usize] as usize;
                match self.web[server].waiting.pop_front() {
                    Some(next) => self.start_web(next),
                    None => self.web[server].free += 1,
                }
                if self.draw.unit() < 0.8 {
                    self.after(500_000, CACHED, id);
                } else {
                    let server = self.draw.below(3) as usize;
                    self.place[id as usize] = server as u8;
                    if self.database[server].free > 0 {
                        self.database[server].free -= 1;
                        self.start_query(id);
                    } else {
                        self.database[server].waiting.push_back(id);
                    }
                }
            }
            QUERIED => {
                let server = self.place[id as usize] as usize;
                match self.database[server].waiting.pop_front() {
                    Some(next) => self.start_query(next),
                    None => self.database[server].free += 1,
                }
                self.finish(id);
            }
            _ => self.finish(id),
        }
    }

    fn finish(&mut self, id: u32) {
        self.done += 1;
        self.sum += self.now - self.born[id as usize];
        self.free.push(id);
    }
}
