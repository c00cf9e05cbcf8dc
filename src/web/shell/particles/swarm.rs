//! The dots and how they move: pure, told how much time has passed.

use crate::web::view::diagram::flow::{Flow, Hop};
use std::rc::Rc;

/// Most dots at once.
const MOST: usize = 100;
/// Pixels in a second.
const PACE: f64 = 190.0;
/// Most hops of a dot, from the users to a server.
const HOPS: usize = 6;
/// Seconds that a failed dot falls.
const FALL_S: f64 = 0.7;

/// What a dot is doing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Phase {
    /// On its way.
    Forth,
    /// On its way back, as an answer.
    Back {
        /// Whether it is a failure, or nobody waits for it any more.
        bad: bool,
    },
    /// Failed, and falling off.
    Falling {
        /// For so many seconds.
        for_s: f64,
    },
}

/// A dot: a few requests that go the same way.
#[derive(Clone, Copy, Debug)]
pub struct Dot {
    /// What it is doing.
    pub phase: Phase,
    /// The ways behind it, the one it is on included, so that it finds back.
    trail: [usize; HOPS],
    depth: usize,
    /// The stop it is on the way to.
    stop: usize,
    /// Pixels from the beginning of the way it is on.
    at: f64,
}

/// The dots, and what they follow.
#[derive(Default)]
pub struct Swarm {
    flow: Rc<Flow>,
    /// The dots that there are.
    pub dots: Vec<Dot>,
    /// Part of a dot that is due.
    due: f64,
    random: u64,
}

impl Swarm {
    /// Takes on new rates; dots start anew when the ways have changed: whether they have.
    pub fn follow(&mut self, flow: &Rc<Flow>) -> bool {
        let anew = self.flow.tracks != flow.tracks;
        if anew {
            self.dots.clear();
        }
        self.flow = flow.clone();
        anew
    }

    /// A number from 0 to 1. The simulation has its own draws; these only choose what is shown.
    fn draw(&mut self) -> f64 {
        self.random = self
            .random
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.random >> 11) as f64 / (1u64 << 53) as f64
    }

    fn choose(&mut self, hops: &[Hop]) -> Option<Hop> {
        let mut left = self.draw() * hops.iter().map(|hop| hop.share).sum::<f64>();
        hops.iter().copied().find(|hop| {
            left -= hop.share;
            left < 0.0
        })
    }

    /// Lets time pass.
    pub fn advance(&mut self, seconds: f64) {
        let flow = self.flow.clone();
        self.due = (self.due + seconds * flow.dots_per_second).min(4.0);
        while self.due >= 1.0 {
            self.due -= 1.0;
            let hop = flow.stops.first().and_then(|begin| self.choose(&begin.on));
            if let Some(hop) = hop {
                self.send(hop, [0; HOPS], 0, 0.0);
            }
        }
        let mut index = 0;
        while index < self.dots.len() {
            if self.step(&flow, index, seconds) {
                index += 1;
            } else {
                self.dots.swap_remove(index);
            }
        }
    }

    fn send(&mut self, hop: Hop, mut trail: [usize; HOPS], depth: usize, at: f64) {
        if self.dots.len() < MOST && depth < HOPS {
            trail[depth] = hop.track;
            self.dots.push(Dot {
                phase: Phase::Forth,
                trail,
                depth: depth + 1,
                stop: hop.stop,
                at,
            });
        }
    }

    /// Moves a dot; says whether it is still there.
    fn step(&mut self, flow: &Flow, index: usize, seconds: f64) -> bool {
        let mut dot = self.dots[index];
        match &mut dot.phase {
            Phase::Falling { for_s } => {
                *for_s += seconds;
                if *for_s > FALL_S {
                    return false;
                }
            }
            Phase::Back { .. } => {
                dot.at -= seconds * PACE;
                if dot.at <= 0.0 {
                    dot.depth -= 1;
                    if dot.depth == 0 {
                        return false;
                    }
                    dot.at += flow.tracks[dot.trail[dot.depth - 1]].length();
                }
            }
            Phase::Forth => {
                dot.at += seconds * PACE;
                let length = flow.tracks[dot.trail[dot.depth - 1]].length();
                if dot.at >= length {
                    self.arrive(flow, &mut dot, length);
                }
            }
        }
        self.dots[index] = dot;
        true
    }

    fn arrive(&mut self, flow: &Flow, dot: &mut Dot, length: f64) {
        let stop = &flow.stops[dot.stop];
        if self.draw() < stop.fails {
            dot.at = length;
            dot.phase = match stop.is_mute {
                true => Phase::Falling { for_s: 0.0 },
                false => Phase::Back { bad: true },
            };
            return;
        }
        for call in &stop.calls {
            let mut left = call.share.min(4.0);
            while left > 0.0 {
                if self.draw() < left {
                    // Calls of one request follow one another, and go back no further than here.
                    self.send(*call, [0; HOPS], 0, 0.0);
                }
                left -= 1.0;
            }
        }
        match self.choose(&stop.on) {
            Some(hop) if dot.depth < HOPS => {
                dot.trail[dot.depth] = hop.track;
                dot.depth += 1;
                (dot.stop, dot.at) = (hop.stop, dot.at - length);
            }
            _ => {
                dot.at = length;
                dot.phase = Phase::Back { bad: self.draw() < stop.bad };
            }
        }
    }

    /// Whether a dot is behind a card that it only passes.
    pub fn is_hidden(&self, dot: &Dot) -> bool {
        let track = &self.flow.tracks[dot.trail[dot.depth - 1]];
        self.flow.hides(track, track.at(dot.at))
    }

    /// Where a dot is, and its radius.
    pub fn place(&self, dot: &Dot) -> (f64, f64, f64) {
        let (x, y) = self.flow.tracks[dot.trail[dot.depth - 1]].at(dot.at);
        match dot.phase {
            Phase::Forth => (x, y, 3.2),
            Phase::Back { bad } => (x, y, if bad { 3.6 } else { 2.2 }),
            Phase::Falling { for_s } => {
                (x, y + 90.0 * for_s * for_s, 4.4 * (1.0 - for_s / FALL_S).max(0.0))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::view::diagram::flow::{Stop, Track};

    fn flow(fails: f64, bad: f64) -> Rc<Flow> {
        let tracks = vec![Track::through(&[(0.0, 0.0), (100.0, 0.0)]); 2];
        let hop = |track, stop| Hop { share: 1.0, track, stop };
        let stops = vec![
            Stop { on: vec![hop(0, 1)], ..Stop::default() },
            Stop { on: vec![hop(1, 2)], ..Stop::default() },
            Stop { fails, bad, is_mute: bad == 0.0, ..Stop::default() },
        ];
        Rc::new(Flow { tracks, stops, dots_per_second: 10.0, ..Flow::default() })
    }

    fn after(seconds: f64, flow: &Rc<Flow>) -> Swarm {
        let mut swarm = Swarm::default();
        swarm.follow(flow);
        for _ in 0..(seconds * 60.0) as usize {
            swarm.advance(1.0 / 60.0);
        }
        swarm
    }

    #[test]
    fn dots_go_there_and_back_and_are_as_many_as_come() {
        let swarm = after(20.0, &flow(0.0, 0.0));
        // 400 pixels there and back, ten dots a second.
        let expected = 10.0 * 400.0 / PACE;
        assert!((swarm.dots.len() as f64 - expected).abs() <= 3.0, "{}", swarm.dots.len());
        assert!(swarm.dots.iter().any(|dot| dot.phase == Phase::Back { bad: false }));
        assert!(swarm.dots.iter().all(|dot| (0.0..=100.0).contains(&swarm.place(dot).0)));
    }

    #[test]
    fn what_fails_falls_where_nobody_tells_and_goes_back_where_it_is_told() {
        let falling = after(5.0, &flow(1.0, 0.0));
        assert!(falling.dots.iter().any(|dot| matches!(dot.phase, Phase::Falling { .. })));
        assert!(!falling.dots.iter().any(|dot| matches!(dot.phase, Phase::Back { .. })));
        for told in [flow(0.0, 1.0), flow(1.0, 1.0)] {
            let told = after(5.0, &told);
            assert!(told.dots.iter().any(|dot| dot.phase == Phase::Back { bad: true }));
            let falls = |dot: &Dot| matches!(dot.phase, Phase::Falling { .. });
            assert!(!told.dots.iter().any(falls));
        }
    }

    #[test]
    fn there_are_never_too_many() {
        let mut crowd = (*flow(0.0, 0.0)).clone();
        crowd.dots_per_second = 1e6;
        assert_eq!(after(10.0, &Rc::new(crowd)).dots.len(), MOST);
    }
}
