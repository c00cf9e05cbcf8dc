//! Who comes and what for: class, user, region and key of each request, and the size
//! of its answer.

use super::pattern::Wave;
use super::{Setting, shares};
use crate::kinds::param::Spec;
use crate::region;
use crate::rng::{Draw, Stream};
use crate::run::requests::{CLASSES, Class, Wish};
use crate::units::SimTime;
use crate::zipf::Zipf;

/// Turns 32 random bits into a number of [0, 1).
const WORD: f64 = 1.0 / (1u64 << 32) as f64;
/// 2^32 over the golden ratio: multiples of it, cut to 32 bits, lie evenly in any run of users.
const GOLDEN: u32 = 0x9E37_79B9;
/// After so many users refused for the hour of their day, the next one comes anyhow.
const MOST_REFUSED: usize = 64;

/// Turns 32 random bits into a number below `n`.
#[inline]
const fn scale(bits: u64, n: u32) -> u32 {
    ((bits * n as u64) >> 32) as u32
}

/// Ends of the classes' parts of [0, 1): static files, reads, writes; jobs are the rest.
#[derive(Clone, Copy, Debug, Default)]
struct Mix {
    files: f64,
    reads: f64,
    writes: f64,
}

impl Mix {
    fn new(files: f64, reads: f64, jobs: f64) -> Self {
        let dynamic = 1.0 - files;
        // Without jobs the ends are the same to the last bit as if there were no such class.
        let asked = if jobs == 0.0 { dynamic } else { dynamic * (1.0 - jobs) };
        let writes = if jobs == 0.0 { 1.0 } else { files + asked };
        Self { files, reads: files + asked * reads, writes }
    }

    #[inline]
    fn class(&self, share: f64) -> Class {
        if share < self.files {
            Class::Static
        } else if share < self.reads {
            Class::Read
        } else if share < self.writes {
            Class::Write
        } else {
            Class::Job
        }
    }

    fn shares(&self) -> [f64; CLASSES.len()] {
        let Self { files, reads, writes } = *self;
        [files, reads - files, writes - reads, 1.0 - writes]
    }
}

/// The mixes of web clients and of apps on phones.
fn mixes(spec: &Spec) -> [Mix; 2] {
    let number = |row: Setting| spec.number(row as usize);
    let of = |files| Mix::new(files, number(Setting::ReadShare), number(Setting::JobShare));
    [of(number(Setting::StaticShare)), of(0.0)]
}

/// Share of each class in all requests, in the order of [`CLASSES`], adding up to 1.
#[must_use]
pub fn class_shares(spec: &Spec) -> [f64; CLASSES.len()] {
    let phones = spec.number(Setting::MobileShare as usize);
    let [web, phone] = mixes(spec).map(|mix| mix.shares());
    core::array::from_fn(|class| (1.0 - phones) * web[class] + phones * phone[class])
}

/// Size of a good answer in bytes, for web clients and for apps on phones.
#[must_use]
fn answer_bytes(spec: &Spec, class: Class, is_phone: bool) -> f64 {
    let row = match class {
        Class::Static => Setting::StaticKb,
        Class::Read if !is_phone => Setting::HtmlKb,
        Class::Read | Class::Write | Class::Job => Setting::JsonKb,
        Class::Probe => return 0.0,
    };
    1e3 * spec.number(row as usize)
}

/// Bytes of good answers: what the line takes, and what is billed, wherever they come from.
#[derive(Clone, Copy, Debug)]
pub struct Sizes {
    /// By class, to web clients and to apps on phones.
    bytes: [[u64; 2]; CLASSES.len()],
    phones: f64,
}

impl Sizes {
    /// None have any yet.
    pub const NONE: Self = Self { bytes: [[0; 2]; CLASSES.len()], phones: 0.0 };

    /// As the settings say.
    #[must_use]
    pub fn new(spec: &Spec) -> Self {
        let bytes = CLASSES.map(|(class, _)| {
            [false, true].map(|phone| libm::round(answer_bytes(spec, class, phone)) as u64)
        });
        Self { bytes, phones: spec.number(Setting::MobileShare as usize) }
    }

    /// Bytes of a good answer to a user.
    #[inline]
    #[must_use]
    pub fn of(&self, class: Class, user: u32) -> u64 {
        let phone = self.phones > 0.0 && is_phone(user, self.phones);
        self.bytes.get(class as usize).map_or(0, |bytes| bytes[usize::from(phone)])
    }
}

/// Whether a user is one with an app on a phone, where so large a share of users is.
#[must_use]
pub const fn is_phone(user: u32, share: f64) -> bool {
    (user.wrapping_mul(GOLDEN) as f64 * WORD) < share
}

/// The first of so many users, in order, who does not lie before `end` in [0, 1).
fn first_after(end: f64, users: u32) -> u32 {
    let lies_before = |user: u32| (f64::from(user) + 0.5) / f64::from(users) < end;
    let (mut low, mut high) = (0, users);
    while low < high {
        let middle = low + (high - low) / 2;
        if lies_before(middle) { low = middle + 1 } else { high = middle }
    }
    low
}

/// What users want, as the settings say.
#[derive(Clone, Debug)]
pub struct Demand {
    mixes: [Mix; 2],
    phones: f64,
    /// The first user after those of each region but the last.
    regions: [u32; region::COUNT - 1],
    users: u32,
    urls: u32,
    /// Popularity of keys, if they are not all alike.
    zipf: Option<Zipf>,
    hot_key: f64,
    hot_user: f64,
    wave: Option<Wave>,
    /// Whether users, keys and hours are all alike.
    is_even: bool,
    traits: Stream,
}

impl Demand {
    /// Nobody wants anything yet.
    #[must_use]
    pub const fn new(traits: Stream) -> Self {
        Self {
            mixes: [Mix { files: 0.0, reads: 0.0, writes: 0.0 }; 2],
            phones: 0.0,
            regions: [u32::MAX; region::COUNT - 1],
            users: 1,
            urls: 1,
            zipf: None,
            hot_key: 0.0,
            hot_user: 0.0,
            wave: None,
            is_even: true,
            traits,
        }
    }

    /// Takes on settings.
    pub fn configure(&mut self, spec: &Spec, wave: Option<Wave>) {
        let number = |row: Setting| spec.number(row as usize);
        self.mixes = mixes(spec);
        self.phones = number(Setting::MobileShare);
        self.users = spec.count(Setting::Users as usize) as u32;
        let mut end = 0.0;
        let ends = shares(spec).map(|share| {
            end += share;
            first_after(end, self.users)
        });
        self.regions.copy_from_slice(&ends[..region::COUNT - 1]);
        self.urls = spec.count(Setting::Urls as usize) as u32;
        let exponent = number(Setting::Zipf);
        let is_known = |law: &Zipf| (law.items(), law.exponent()) == (self.urls, exponent);
        if exponent == 0.0 {
            self.zipf = None;
        } else if !self.zipf.as_ref().is_some_and(is_known) {
            self.zipf = Some(Zipf::new(self.urls, exponent));
        }
        (self.hot_key, self.hot_user) = (number(Setting::HotKey), number(Setting::HotUser));
        self.wave = wave;
        self.is_even = self.zipf.is_none()
            && self.hot_key == 0.0
            && self.hot_user == 0.0
            && self.phones == 0.0
            && self.wave.is_none();
    }

    /// The region in which a user lives. Users are numbered region by region: each lives in one,
    /// and the shares are exact.
    #[inline]
    fn region(&self, user: u32) -> u8 {
        self.regions.iter().map(|&after| u8::from(user >= after)).sum()
    }

    /// Who comes now, and for what.
    #[inline]
    #[must_use]
    pub fn draw(&self, number: u64, now: SimTime) -> Wish {
        let mut draw = self.traits.at(number);
        let (kind, who) = (draw.bits(), draw.bits());
        let share = f64::from((kind >> 32) as u32) * WORD;
        let user = scale(who >> 32, self.users);
        let url = scale(who & u64::from(u32::MAX), self.urls);
        if !self.is_even {
            return self.draw_uneven(number, share, user, url, &mut draw, now);
        }
        let (class, region) = (self.mixes[0].class(share), self.region(user));
        Wish { number, class, region, user, url, site: 0 }
    }

    /// Where keys, users or hours are not alike, or there are clients of two sorts.
    #[inline(never)]
    fn draw_uneven(
        &self,
        number: u64,
        share: f64,
        mut user: u32,
        mut url: u32,
        draw: &mut Draw,
        now: SimTime,
    ) -> Wish {
        if let Some(wave) = &self.wave {
            for _ in 0..MOST_REFUSED {
                let awake = wave.of_region(self.region(user) as usize, now);
                if draw.unit() < awake {
                    break;
                }
                user = draw.below(self.users);
            }
        }
        if self.hot_user > 0.0 && draw.unit() < self.hot_user {
            user = 0;
        }
        if self.hot_key > 0.0 && draw.unit() < self.hot_key {
            url = 0;
        } else if let Some(zipf) = &self.zipf {
            url = zipf.sample(draw);
        }
        let mix = &self.mixes[usize::from(is_phone(user, self.phones))];
        Wish { number, class: mix.class(share), region: self.region(user), user, url, site: 0 }
    }
}
