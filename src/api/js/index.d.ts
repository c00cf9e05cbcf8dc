// What the package exports. Times are in seconds and end in `_s`, shares run from 0 to 1, rates are per second of
// simulated time, money is in USD. What did not occur is `null`.

/** Something wrong, or changed, in what was given. */
export interface Problem {
  /** The setting or place. */
  at: string;
  /** What is wrong with it, in words. */
  what: string;
}

/** What was given is wrong: every problem at once. */
export class MillionthError extends Error {
  readonly name: 'MillionthError';
  readonly problems: Problem[];
}

/** The value of a setting: a number, `on` or `off` as a boolean or in words, a choice by its name, or a list. */
export type Setting = string | number | boolean | number[];

/** A scenario as files have it: docs/scenario.md. One of `stage`, `preset` and `parts` says what it starts from. */
export interface ScenarioFile {
  /** Version of the format. */
  v?: number;
  /** Revision of the model. */
  m?: number;
  /** 1 to 9. */
  stage?: number;
  /** Such as `retry-storm` or `sandbox`. */
  preset?: string;
  /** The kinds of its parts, such as `web` and `db`. */
  parts?: string[];
  /** Kinds of parts besides. */
  add?: string[];
  /** Kinds of parts to do without. */
  drop?: string[];
  /** How many data centers, 1 to 10. */
  sites?: number;
  /** Whose faults and changes: `own`, where it has none of the stage's. */
  timeline?: string;
  /** Settings that differ, by full name such as `web.servers`. */
  settings?: Record<string, Setting>;
  /** Faults, such as `kill.web.2@60for30`. */
  faults?: string[];
  /** Settings that change while it runs, such as `120:web.servers=8`. */
  at?: string[];
  /** What it claims of itself, such as `p99 < 200 ms`: docs/checks.md. */
  checks?: string[];
  /** The seed of all draws: a whole number up to 2^64 - 1, as text where it is too long for a number. */
  seed?: number | string;
}

/** A stage or preset by name (`stage-3`, `retry-storm`), a link, a file's text, or its object. */
export type Scenario = string | ScenarioFile;

/** What a scenario may be given besides. */
export interface Options {
  /** Settings on top of the scenario's, by full name such as `web.servers`. */
  settings?: Record<string, Setting>;
  /** The seed of all draws, instead of the scenario's. */
  seed?: number | string | bigint;
}

/** What a run may be given besides. */
export interface RunOptions extends Options {
  /** Simulated seconds thrown away before measuring, 60 unless told. */
  warmup?: number;
  /** Simulated seconds measured, 300 unless told, a week at most. */
  duration?: number;
  /** Hears, now and then, the share of the run that is done. */
  progress?: (share: number) => void;
}

/**
 * A figure with the half-width of its 95 % confidence interval: null where too few batches tell of
 * it, as of a percentile beyond which nearly all lies in fewer than five. No share is below 0 or
 * above 1, and no time below 0: an interval that would reach farther ends there.
 */
export interface Estimate {
  value: number;
  half_width: number | null;
}

/** Times of good answers, in seconds. */
export interface Latency {
  /** Good answers. */
  count: number;
  mean_s: number | null;
  /** Median. */
  p50_s: number | null;
  p90_s: number | null;
  p95_s: number | null;
  p99_s: number | null;
  p999_s: number | null;
}

/** How many came, and how they ended. */
export interface Tally {
  /** Came. */
  arrived: number;
  /** Were answered well. */
  good: number;
  /** Failed, all reasons. */
  failed: number;
  /** Failures by reason; reasons that did not occur are left out. */
  failures: { reason: string; count: number }[];
}

/** A class of requests or a region, as its users see it. */
export interface Group {
  /** `static`, `read`, `write`, or a region's code. */
  key: string;
  /** Requests that users made, and how they ended for them after all retries. */
  tally: Tally;
  /** Time from the first attempt to the good answer. */
  latency: Latency;
  /** Of the mean: time on the network. Classes only. */
  network_s: number | null;
  /** Of the mean: work done. Classes only. */
  service_s: number | null;
  /** Of the mean: the rest. Classes only. */
  waiting_s: number | null;
}

/** What the disk of a server did. */
export interface DiskView {
  /** Calls per second that came to it. */
  rate: number;
  /** Mean work of a call. */
  work_s: number | null;
  /** Its squared coefficient of variation. */
  work_scv: number | null;
  /** Mean number of calls waiting for it. */
  mean_backlog: number;
}

/** One server of a part. */
export interface ServerView {
  /** Whether it is up. */
  alive: boolean;
  /** Whether the balancer sends it requests; true where nobody checks. */
  healthy: boolean;
  /** How many times as long its work takes, 1 when sound. */
  slow: number;
  /** Finishes its work and takes no more. */
  leaving: boolean;
  /** Slots; `null` for no limit. */
  slots: number | null;
  /** Slots in use now. */
  busy: number;
  /** Requests waiting now. */
  backlog: number;
  /** Effective cores; `null` where each slot works at full speed. */
  cores: number | null;
  /** Share of the processor, or of the slots where there is none, in use. */
  utilisation: number;
  /** Share of the slots in use; `null` without a limit. */
  slots_used: number | null;
  /** Mean backlog. */
  mean_backlog: number;
  /** Requests per second that came. */
  rate: number;
  /** Requests per second that it refused. */
  refused: number;
  /** Mean work, in seconds of one core or slot. */
  work_s: number | null;
  /** Its squared coefficient of variation. */
  work_scv: number | null;
  /** Of a database server: takes the writes of its shard. */
  is_primary: boolean;
  /** Age of the oldest write that a replica has not applied now. */
  lag_s: number;
  /** Share of the time in which its disk was at work; `null` without a limit. */
  disk: number | null;
  /** What its disk did; `null` without a limit. */
  disk_io: DiskView | null;
}

/** One part. */
export interface PartView {
  /** Its name in links: `web`, `db`. */
  key: string;
  /** Calls that came and how they ended. */
  tally: Tally;
  /** Calls per second that came. */
  rate: number;
  /** Calls inside now. */
  inside: number;
  /** Calls inside, mean. */
  mean_inside: number;
  /** Time in the part of calls answered well, calls to other parts included. */
  latency: Latency;
  /** Mean utilisation of its servers that are up. */
  utilisation: number;
  /** Requests waiting now at all its servers. */
  backlog: number;
  /** Mean wait in the backlog of those admitted. */
  mean_wait_s: number | null;
  /** Whether it lives on the web servers' machines. */
  guest: boolean;
  /** What it counted under names of its own. */
  counters: [name: string, count: number][];
  /** What it measures under names of its own, at the end. */
  gauges: [name: string, value: number][];
  /** Cost in USD per month of 730 hours. */
  usd_per_month: number;
  servers: ServerView[];
}

/** What the figures mean for the business, by the settings of the monitoring. */
export interface Business {
  daily_users: number;
  /** Mean satisfaction with a request, 0 to 1. */
  satisfaction: number;
  /** Daily users that such a service keeps. */
  retained_users: number;
  /** USD per day that they bring. */
  revenue_per_day: number;
  /** USD per day that full satisfaction would bring on top. */
  lost_per_day: number;
}

/** All figures of a window of simulated time. */
export interface Figures {
  /** End of the window. */
  at_s: number;
  /** Length of the window. */
  window_s: number;
  /** Daily users that the traffic stands for. */
  daily_users: number;
  /** Requests that users made, and how they ended for them. */
  users: Tally;
  /** Time from the first attempt to the good answer, all classes. */
  latency: Latency;
  /** Users waiting for an answer now, or about to try again. */
  waiting_users: number;
  /** Attempts sent, retries included. */
  attempts: number;
  /** Attempts answered after the user had given up. */
  wasted: number;
  /** Answers cut off by the death of a server on their way. */
  orphaned: number;
  /** Look-ups that found the value in the cache. */
  hits: number;
  /** Look-ups that did not. */
  misses: number;
  /** Cost in USD per month of 730 hours. */
  usd_per_month: number;
  /** `null` without monitoring. */
  business: Business | null;
  /** By class. */
  classes: Group[];
  /** By region. */
  regions: Group[];
  /** By part, in the order in which a request meets them. */
  parts: PartView[];
  /** Distribution of latencies: lower edge and upper edge in seconds, count. */
  bars: [from_s: number, to_s: number, count: number][];
}

/** Figures of a run with the warm-up removed. */
export interface Settled {
  /** Requests that the figures rest on. */
  requests: number;
  /** Batches that the intervals rest on. */
  batches: number;
  /** Simulated seconds before them. */
  warm_up_s: number;
  /** Simulated seconds that the figures rest on. */
  seconds: number;
  /** Whether the run was as long as planned, or as it could be. */
  complete: boolean;
  /** Whether more requests were in flight than the simulator holds: a settled run ends there. */
  full: boolean;
  /** What was not at rest while it was measured: a longer run would show other figures. */
  changing: ("servers" | "caches" | "lag" | "figures" | "plan")[];
  mean_s: Estimate | null;
  p50_s: Estimate | null;
  p95_s: Estimate | null;
  p99_s: Estimate | null;
  /** Good answers per second. */
  goodput: Estimate;
  /** Failed share of all requests that ended. */
  error_share: Estimate;
  /** All figures of the same stretch, without intervals. */
  figures: Figures;
}

/** An entry of the log. */
export interface LogEntry {
  /** When. */
  at_s: number;
  /** Name of the part. */
  part: string;
  /** Which of its servers, counted from 1; `null` for the whole part. */
  server: number | null;
  severity: 'info' | 'warning' | 'error';
  /** What happened. */
  what: string;
  /** Its numbers with their names. */
  numbers: [name: string, value: number][];
}

/** The result of a run that depends on nothing but the scenario, its times and its seed. */
export interface Report {
  /** The scenario as a link. */
  link: string;
  /** The scenario as a file. */
  scenario: ScenarioFile;
  /** Simulated seconds thrown away. */
  warm_up_s: number;
  /** Simulated seconds measured. */
  duration_s: number;
  /** Events carried out, warm-up included. */
  events: number;
  /** The figures, with intervals. */
  result: Settled;
  /** Entries that the log got in all. */
  log_entries: number;
  /** The last of them, at most 200, oldest first. */
  log: LogEntry[];
}

/** What limits a system. */
export interface Bottleneck {
  /** The part's name in links. */
  part: string;
  /** The server, counted from 0; `null` where all that do the same are loaded alike. */
  server: number | null;
  /** Its name for people. */
  name: string;
  /** What it runs out of. */
  resource: 'processor' | 'slots' | 'held_slots' | 'connections' | 'disk' | 'workers' | 'memory' | 'apply';
  /** Share in use. */
  utilisation: number;
  /** Work that comes, over what it can do. */
  load: number;
  /** What a call takes: seconds of one core, slot or disk, or MB of memory. */
  work_s: number;
  /** Calls per second that come to it. */
  calls: number;
  /** Calls per second at which it is full. */
  most_calls: number;
  /** Requests per second of users at which it is full, by a straight line. */
  most_traffic: number;
  /** Traffic that fits in besides today's, as a share of today's. */
  headroom: number;
  /** How many servers are taken as one. */
  alike: number;
  /** For one that is loaded more than the others: the mean utilisation of those. */
  others: number | null;
  /** How many servers there may be, where their number follows the load. */
  grows_to: number | null;
  /** What is full before all of those servers have enough to do, where something is. */
  full_before: string | null;
}

/** Theory beside measurement, for one server or all that are loaded alike. */
export interface Station {
  part: string;
  /** Counted from 0; `null` where the part's are alike. */
  server: number | null;
  name: string;
  /** Servers that are taken as one row. */
  alike: number;
  /** Arrivals per second at one of them. */
  arrivals: number;
  /** Mean work of a call. */
  service_s: number;
  /** Squared coefficient of variation of the work. */
  scv: number;
  /** Slots that work, or cores that are shared; `null` without a limit. */
  servers: number | null;
  /** Arrivals x service / servers. */
  load: number;
  /** The textbook's queue. */
  model: string;
  /** Whether the formula is exact under its assumptions. */
  exact: boolean;
  predicted_wait_s: number | null;
  predicted_s: number | null;
  /** Where only bounds are known: the upper one. */
  at_most_s: number | null;
  measured_wait_s: number | null;
  measured_s: number | null;
  /** Measured over predicted time, less 1. */
  difference: number | null;
  /** Assumptions that do not hold, with numbers. */
  fails: string[];
}

/** A share that theory predicts, beside the measured one. */
export interface Comparison {
  part: string;
  name: string;
  model: string;
  exact: boolean;
  predicted: number;
  /** Whether only a bound is known. */
  at_most: boolean;
  measured: number;
  difference: number;
  fails: string[];
}

/** What a part costs, or the whole, whose `part` is empty. */
export interface Cost {
  part: string;
  label: string;
  usd_per_hour: number;
  /** USD per month of 730 hours. */
  usd_per_month: number;
  /** USD for a million good answers; `null` without any. */
  usd_per_million: number | null;
  /** Share of the whole. */
  share: number;
}

/** What is computed from the figures of a run. */
export interface Analysis {
  /** `null` where nothing is used. */
  bottleneck: Bottleneck | null;
  /** The same in sentences. */
  explanation: string[];
  /** Good answers over all requests that ended, with a 95 % interval. */
  availability: { share: number; low: number; high: number };
  /** 3 for 99.9 %. */
  nines: number;
  /** Dearest first, the whole at the end. */
  cost: Cost[];
  stations: Station[];
  comparisons: Comparison[];
}

/** The result of a run. */
export interface Result {
  /** A hash of the report: the same wherever the same run was made. */
  result_hash: string;
  report: Report;
  analysis: Analysis;
  /** What is worth knowing though nothing is wrong: made with another revision of the model, planned outside the time measured. */
  notices: Problem[];
}

/**
 * Runs a scenario from rest and returns every figure. It keeps its thread busy until it is done: on a page, call it in
 * a worker where that is long.
 *
 * @throws MillionthError with every problem of the scenario and the options.
 */
export function simulate(scenario: Scenario, options?: RunOptions): Result;

/** Figures of the last ten simulated seconds of a session. */
export interface Snapshot {
  /** The scenario as it stands. */
  link: string;
  figures: Figures;
  /** What happened since the last snapshot. */
  log: LogEntry[];
}

/** A run that is watched and changed step by step. Each method throws a MillionthError, with nothing changed, where it is asked for something wrong. */
export interface Session {
  /** The link of the scenario as it stands. */
  readonly link: string;
  /** Simulated seconds that have passed. */
  readonly now: number;
  /** What is worth knowing of its scenario though nothing was wrong: made with another revision of the model. */
  readonly notices: Problem[];
  /** Lets so many simulated seconds pass, in whole milliseconds, and tells how things stand then. */
  run(seconds: number): Snapshot;
  /** Gives a setting a value, such as `web.servers`. Returns what was changed about it, to fit its range. */
  set(key: string, value: Setting): Problem[];
  /** The same with several, all or none: they may need each other. */
  set(settings: Record<string, Setting>): Problem[];
  /** Puts a fault on a part, as in a link: `kill.web.2`. */
  fault(fault: string): Problem[];
  /** Heals a part, `web`, or one of its servers, `web.2`. */
  heal(place: string): Problem[];
  /** How things stand. */
  snapshot(): Snapshot;
  /** Gives its memory back; nothing else can be asked of it afterwards. */
  close(): void;
}

/**
 * Begins a run that stands at time zero.
 *
 * @throws MillionthError with every problem of the scenario and the options.
 */
export function openSession(scenario: Scenario, options?: Options): Session;

/** All that keeps a scenario from running; empty where nothing does. */
export function validate(scenario: Scenario): Problem[];

/** A setting. */
export interface Param {
  /** Full name, such as `web.servers`. */
  key: string;
  /** Name of its part. */
  part: string;
  label: string;
  /** Empty where it has none. */
  unit: string;
  /** Its values in words. */
  range: string;
  /** As a link has it. */
  default: string;
  help: string;
  /** Of a number: the least. */
  min?: number;
  /** Of a number: the most. */
  max?: number;
}

/** Every setting of every kind of part. */
export function params(): Param[];

/** A metric that sweeps and claims can ask for. */
export interface Metric {
  key: string;
  unit: string;
  help: string;
  /** What it can be asked of, in words. */
  of: string;
}

/** Every metric. */
export function metrics(): Metric[];

/**
 * A scenario's link, from the question mark on, and of this revision of the model.
 *
 * @throws MillionthError with every problem of the scenario.
 */
export function encodeLink(scenario: Scenario): string;

/** What a link says, as a file, and what was ignored or changed. */
export function decodeLink(link: string): { scenario: ScenarioFile; problems: Problem[] };
