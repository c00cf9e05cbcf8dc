//! The texts of the lessons, in the order of the stages.

use super::Lesson;

/// One lesson for each stage.
pub const LESSONS: &[Lesson] = &[
    Lesson {
        new: "One machine runs everything: web server, cache and database. DNS tells each visitor \
              its address, and every request goes straight to it.",
        before: "This is where every product starts: cheap, simple, quick to change.",
        breaks: "All three share one vCPU, so queries slow down pages and pages slow down queries. \
                 And it is a single point of failure: when the machine dies, everything is gone.",
    },
    Lesson {
        new: "The database moves to a machine of its own. Web tier and data tier can now be sized \
              apart, and the kind of database can be chosen for its work.",
        before: "On one machine, more memory for data meant more of everything, at the price of \
                 everything.",
        breaks: "There is still one web server. It fills up first, and when it dies nobody gets an \
                 answer, however well the database is.",
    },
    Lesson {
        new: "A load balancer takes all requests at one public address and hands them to several \
              web servers at private ones. It checks their health and leaves out those that fail.",
        before: "With one web server there was no failover, and growing meant a bigger machine, up \
                 to the biggest that is sold.",
        breaks: "The database is now the limit and the single point of failure: every web server \
                 waits for the same one.",
    },
    Lesson {
        new: "The database has copies. The primary takes the writes, two replicas share the reads. \
              When the primary dies, the replica that knows most is promoted.",
        before: "All data was on one machine: it was the limit of every read, and its death was \
                 the end of the service.",
        breaks: "Copies lag behind, so a read may find old data. A failover takes as long as it \
                 takes to notice and to promote; writes that no replica had are lost.",
    },
    Lesson {
        new: "A cache tier keeps what is read often in memory, and a CDN keeps static files in ten \
              regions, near the users. Web servers and database see only what neither has.",
        before: "The database answered the same reads over and over, and every picture crossed \
                 half the world.",
        breaks: "A cold cache sends all reads to the database at once. Cached data can be stale. \
                 And sessions live in the memory of single servers: users must stick to theirs, \
                 and a server's death logs them out.",
    },
    Lesson {
        new: "Sessions move to a store that all web servers share. Now any server can answer any \
              request, so servers may come and go: they are added and removed by the load.",
        before: "Sticky users filled some servers more than others, no server could be taken away, \
                 and each death cost its users their sessions.",
        breaks: "The autoscaler is late: it looks at the past, and a new machine has to boot \
                 before it helps. A crowd that comes within seconds meets the servers of before.",
    },
    Lesson {
        new: "Three data centers, each with its own balancer, web tier, cache and copy of the \
              data. \
              GeoDNS sends users to the nearest one that is up. One site takes all the writes.",
        before: "Half the world waited for the round trip to one site, and one site is one outage \
                 away from nothing.",
        breaks: "When a site dies, resolvers keep its address until the TTL runs out, and some \
                 longer: users go on failing. Data that was not copied yet is not there. And \
                 releases can differ from site to site.",
    },
    Lesson {
        new: "Slow work no longer keeps users waiting: a photo goes into a queue, is acknowledged, \
              and workers process it later. Monitoring watches every server, raises alerts, and \
              replaces machines that died.",
        before: "A job held a web server's slot for as long as it took, and failures were found by \
                 users.",
        breaks: "When jobs come faster than the workers are, the backlog grows and messages grow \
                 old. Monitoring sees only what it measures, as often as it looks.",
    },
    Lesson {
        new: "The data is split: each of four shards has a part of the users, with a primary and a \
              replica of its own. Writes are shared at last, not only reads.",
        before: "Replicas share reads only. All writes still went to one primary, and there is a \
                 biggest machine.",
        breaks: "One famous user can fill a shard alone. A query about many users must ask all \
                 shards and wait for the slowest. Adding a shard moves data: nearly all of it when \
                 the key is taken modulo the number of shards.",
    },
];
