//! The texts of the lessons, in the order of the stages.

use super::Lesson;
use super::challenge::{Challenge, Figure, Question};
use crate::sim::kinds::Kind;

/// One lesson for each stage.
pub const LESSONS: &[Lesson] = &[
    Lesson {
        new: "One machine runs everything: web server, {cache} and database. {DNS} tells each \
              visitor its address, and every request goes straight to it.",
        before: "This is where every product starts: cheap, simple, quick to change.",
        breaks: "All three share the {vCPU} of one machine, so queries slow down pages and pages \
                 slow down queries. And it is a {single point of failure}: when the machine \
                 dies, everything is gone.",
    },
    Lesson {
        new: "The database moves to a machine of its own. {Web tier} and {data tier} can now be \
              sized apart, and the kind of database ({relational|relational database} or \
              {NoSQL}) can be chosen for its work.",
        before: "On one machine, who needed more memory for the data had to buy more of \
                 everything.",
        breaks: "There is still one {web server}. It fills up first, and when it dies nobody \
                 gets an answer, however well the database is.",
    },
    Lesson {
        new: "A {load balancer} takes all requests at one public address and hands them to \
              several web servers at {private|private address} ones. It {checks their \
              health|health check} and leaves out those that fail.",
        before: "With one web server there was no {failover}, and {growing|vertical scaling} \
                 meant a bigger machine, up to the biggest that is sold.",
        breaks: "The database is now the limit and the {single point of failure}: every web \
                 server waits for the same one.",
    },
    Lesson {
        new: "The database has copies. The {primary} takes the writes, two {replicas|replica} \
              share the reads. When the primary dies, the replica that knows most is \
              {promoted|promotion}.",
        before: "All data was on one machine: it was the limit of every read, and its death was \
                 the end of the service.",
        breaks: "Copies {lag|replication lag} behind, so a read may find old data. A {failover} \
                 takes as long as it takes to notice and to promote; writes that no replica had \
                 are lost.",
    },
    Lesson {
        new: "A {cache} tier keeps what is read often in memory, and a {CDN} keeps {static \
              files|static file} in ten regions, near the users. Web servers and database see \
              only what neither has.",
        before: "The database answered the same reads over and over, and every picture crossed \
                 half the world.",
        breaks: "A {cold cache} sends all reads to the database at once. Cached data can be \
                 {stale}. And {sessions|session} live in the memory of single servers: users \
                 must stick to theirs, and a server's death logs them out.",
    },
    Lesson {
        new: "{Sessions|session} move to a {store|session store} that all web servers share. Now \
              any server can answer any request, so servers may come and go: they are added and \
              removed by the load.",
        before: "{Sticky|sticky sessions} users filled some servers more than others, no server \
                 could be taken away, and each death cost its users their sessions.",
        breaks: "The {autoscaler} is late: it looks at the past, and a new machine has to boot \
                 before it helps. A crowd that comes within seconds meets the servers of before.",
    },
    Lesson {
        new: "Three {data centers|data center}, each with its own balancer, web tier, cache and \
              copy of the data. {GeoDNS} sends users to the nearest one that is up. One site \
              takes all the writes.",
        before: "Half the world waited for the round trip to one site, and one site is one \
                 outage away from nothing. There are more users, but their peak is lower: when it \
                 is evening here, others sleep.",
        breaks: "When a site dies, resolvers keep its address until the {TTL} runs out, and some \
                 longer: users go on failing. Data that was not copied yet is not there. And \
                 {releases|release} can differ from site to site.",
    },
    Lesson {
        new: "Slow work no longer keeps users waiting: a photo goes into a {queue}, is \
              acknowledged, and {workers|worker} process it later. {Monitoring} watches every \
              server, raises alerts, and replaces machines that died.",
        before: "A job held a web server's slot for as long as it took, and failures were found \
                 by users. The users that come post, comment and like more: far more requests are \
                 writes.",
        breaks: "When jobs come faster than the workers are, the {backlog} grows and messages \
                 grow old. Monitoring sees only what it measures, as often as it looks.",
    },
    Lesson {
        new: "The data is split: each of four {shards|shard} has a part of the users, with a \
              {primary} and a replica of its own. Writes are shared at last, not only reads.",
        before: "Replicas share reads only. All writes still went to one primary, each replica \
                 repeats them all, and there is a biggest machine.",
        breaks: "{One famous user|celebrity problem} can fill a shard alone. A query about many \
                 users must {ask all|fan-out} shards and wait for the slowest. Adding a shard \
                 {moves data|resharding}: nearly all of it when the key is taken {modulo} the \
                 number of shards.",
    },
];

const ALL: f64 = f64::INFINITY;

/// A challenge: the action; the question; its figure; whether it is a ratio; answers; why.
const fn challenge(
    action: &'static str,
    text: &'static str,
    (figure, is_ratio): (Figure, bool),
    choices: [(&'static str, f64); 3],
    why: &'static str,
) -> Challenge {
    Challenge { action, question: Question { text, figure, is_ratio, choices, why } }
}

/// One challenge for each stage.
pub const CHALLENGES: &[Challenge] = &[
    challenge(
        "Scale the machine up to 4 vCPU",
        "Four vCPU instead of one: what becomes of p99?",
        (Figure::P99, true),
        [("Much less than a quarter", 0.15), ("About a quarter", 0.5), ("About the same", ALL)],
        "A full machine makes requests wait for each other. With room to spare there is hardly \
         any wait left: what is gone is the queue, not the work.",
    ),
    challenge(
        "Give the database a machine of its own",
        "The database leaves the web server. How busy is the web server then?",
        (Figure::Busy(Kind::WebTier), false),
        [("Less than half", 0.5), ("Half to nine tenths", 0.9), ("Still full", ALL)],
        "Queries were only part of the work. Pages are still all made by one vCPU, so this tier \
         will be the first to fill up again.",
    ),
    challenge(
        "Add the load balancer and three servers",
        "Four servers in place of one: how many more requests are answered well?",
        (Figure::Goodput, true),
        [("No more", 1.3), ("About twice as many", 3.0), ("Four times as many", ALL)],
        "Four servers could do four times as much, but users ask for no more than this: now all \
         of it is answered, and the rest is room to spare.",
    ),
    challenge(
        "Add two replicas and two web servers",
        "Two replicas share the reads. How busy is each database machine, compared with before?",
        (Figure::Busy(Kind::Database), true),
        [("Less than a third", 0.33), ("A third to two thirds", 0.67), ("As before", ALL)],
        "Each replica answers half of the reads and repeats every write; the primary is left with \
         the writes. The share is the mean of all three, and more calls get through than before.",
    ),
    challenge(
        "Add the cache tier and the CDN",
        "How long does a user wait for a static file then, in the median?",
        (Figure::Class("static", false), false),
        [("Under 60 ms", 0.06), ("60 to 200 ms", 0.2), ("More than 200 ms", ALL)],
        "The answer comes from the nearest edge. No server at one place, however fast, can beat \
         the way that light has to go.",
    ),
    challenge(
        "Move sessions to a store, and scale by load",
        "Every request but those for files now asks the session store first. What becomes of p99?",
        (Figure::P99, true),
        [("Less than half", 0.5), ("About the same", 1.1), ("It grows", ALL)],
        "The trip to the store takes about a millisecond. In return any server can take any \
         request, and servers are added when they are needed.",
    ),
    challenge(
        "Open sites in Europe and East Asia",
        "Reads get shorter. What becomes of a write, in the median?",
        (Figure::Class("write", false), true),
        [("Clearly shorter", 0.8), ("About the same", 1.2), ("Clearly longer", ALL)],
        "One site takes all the writes, so they cross the world as before. Only reads are \
         answered nearby.",
    ),
    challenge(
        "Put jobs into a queue",
        "Processing a photo takes the same work as before. How long does its user wait (p99)?",
        (Figure::Class("job", true), true),
        [("Less than half as long", 0.5), ("As long as before", 1.1), ("Longer", ALL)],
        "The user waits only until the queue has taken the job. Workers do it later, and no web \
         server's slot is held for it.",
    ),
    challenge(
        "Split the data over four shards",
        "Four primaries share the writes. What becomes of the p99 of a write?",
        (Figure::Class("write", true), true),
        [("Less than a tenth", 0.1), ("About a quarter", 0.5), ("Half or more", ALL)],
        "The one primary was nearly full with all the writes, and every replica repeats them all: \
         those in Europe, with the most reads, could not keep up. Now each of the four groups \
         has a quarter of the writes, and of the reads.",
    ),
];
