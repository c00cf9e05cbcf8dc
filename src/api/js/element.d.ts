// The element <millionth-sim>, defined when its module is loaded.
import type { Problem, ScenarioFile } from './index.js';

/** How the frame stands. */
export interface SimState {
  type: 'state';
  /** The link that brings the scenario back, from the question mark on. */
  link: string;
  /** The stage, or `null` where it is none as such. */
  stage: number | null;
  /** Whether simulated time passes while the frame is seen. */
  playing: boolean;
  /** Whether the frame stands still because nobody sees it. */
  hidden: boolean;
  /** Simulated seconds in a second, as asked for. */
  speed: number;
  /** Simulated seconds since the run began. */
  at_s: number;
}

/** Figures; shares run from 0 to 1, and what did not occur is `null`. */
export interface SimFigures {
  /** Daily users that the traffic stands for. */
  daily_users: number;
  /** Requests per second that users made. */
  offered_per_s: number;
  /** Good answers per second, wanted or not. */
  throughput_per_s: number;
  /** Good answers per second that users waited for. */
  goodput_per_s: number;
  /** Failed share of all requests that ended. */
  error_share: number;
  /** Mean time to a good answer, in milliseconds. */
  mean_ms: number | null;
  /** Its median, in milliseconds. */
  p50_ms: number | null;
  /** Its 95th percentile, in milliseconds. */
  p95_ms: number | null;
  /** Its 99th percentile, in milliseconds. */
  p99_ms: number | null;
  /** The part that is used most. */
  busiest: { part: string; utilisation: number } | null;
  /** Cost in USD per month of 730 hours. */
  usd_per_month: number;
}

/** Figures, at most four times a second. */
export interface SimMetrics {
  type: 'metrics';
  /** Simulated seconds since the run began. */
  at_s: number;
  /** Whether the machine is too slow for the speed asked for. */
  behind: boolean;
  /** Those of the last ten simulated seconds; `null` before the first. */
  live: SimFigures | null;
  /** Those of a run of its own with the warm-up removed, with half-widths of 95 % intervals; `null` until there are some. */
  settled:
    | (SimFigures & {
        /** Until then the figures are provisional. */
        complete: boolean;
        /** Whether requests pile up: times and errors are the least that they come to. */
        growing: boolean;
        /** What was not at rest while it was measured: a longer run would show other figures. */
        changing: ("servers" | "caches" | "lag" | "figures" | "plan")[];
        /** The same for the same link wherever it runs; once complete, that of `millionth settle`. */
        result_hash: string;
        p50_ms_half_width: number | null;
        p95_ms_half_width: number | null;
        p99_ms_half_width: number | null;
      })
    | null;
}

/** How the goals of a stage stand, once its figures have settled. */
export interface SimGoal {
  type: 'goal';
  stage: number;
  met: boolean;
  goals: { text: string; met: boolean | null }[];
}

/** Each event has the message of the frame as its `detail`. */
export interface SimEvents {
  ready: CustomEvent<{ type: 'ready'; build: string; engine: 'worker' | 'page'; link: string }>;
  height: CustomEvent<{ type: 'height'; height: number }>;
  state: CustomEvent<SimState>;
  metrics: CustomEvent<SimMetrics>;
  goal: CustomEvent<SimGoal>;
  error: CustomEvent<{ type: 'error'; problems: Problem[] }>;
}

/**
 * A simulation in a sandboxed frame. Attributes: `scenario` (a link, or its end from the question mark on) or `stage`;
 * `base` (the folder of the page; that of this file unless told); `controls`, `stages`, `lock`, `run`, `theme`,
 * `motion`, `panel`, `links`, `lang` as in a link; `height` (CSS pixels; unless told as high as what is in it),
 * `loading` (`eager`, or only when it is near the window), `title` (its name for screen readers).
 *
 * Every method resolves once it is done and rejects, with nothing changed, with an error whose `problems` say why.
 * What is asked for before the frame has loaded waits for it.
 */
export class MillionthSim extends HTMLElement {
  /** How things stood last. */
  readonly state?: SimState;
  /** The last figures. */
  readonly metrics?: SimMetrics;
  /** The address of the frame. */
  readonly address: string;
  /** Loads another scenario, a link or a file's object, and stands at time zero. */
  load(scenario: string | ScenarioFile): Promise<SimState>;
  /** Gives a setting a value while it runs, such as `web.servers`. */
  set(key: string, value: string | number | boolean | number[]): Promise<SimState>;
  /** Gives several settings a value, all or none. */
  set(settings: Record<string, string | number | boolean | number[]>): Promise<SimState>;
  /** Lets time pass. */
  play(): Promise<SimState>;
  /** Lets it stand. */
  pause(): Promise<SimState>;
  /** The scenario as it was loaded, from time zero. */
  reset(): Promise<SimState>;
  /** A stage as it is at first, 1 to 9. */
  stage(number: number): Promise<SimState>;
  /** Puts a fault on a part, as in a link: `kill.web.2`. */
  fault(fault: string): Promise<SimState>;
  /** Heals a part, `web`, or one of its servers, `web.2`. */
  heal(place: string): Promise<SimState>;
  /** Asks how things stand; the figures come as an event `metrics`. */
  get(): Promise<SimState>;
  /** What can be saved, as text with the name of its file: the scenario, the run's figures or the diagram. */
  export(format: 'json' | 'csv' | 'svg'): Promise<{ name: string; text: string }>;
  addEventListener<K extends keyof SimEvents>(
    type: K,
    listener: (this: MillionthSim, event: SimEvents[K]) => unknown,
    options?: boolean | AddEventListenerOptions,
  ): void;
  addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject | null,
    options?: boolean | AddEventListenerOptions,
  ): void;
}

declare global {
  interface HTMLElementTagNameMap {
    'millionth-sim': MillionthSim;
  }
}
