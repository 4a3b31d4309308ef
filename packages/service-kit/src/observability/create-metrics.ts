import { performance } from 'node:perf_hooks';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';

/** What a service measures: its registry, and the request histogram that the HTTP server feeds. */
export interface Metrics {
  readonly registry: Registry;
  /** A counter of this service, registered once. */
  counter<L extends string>(name: string, help: string, labels?: readonly L[]): Counter<L>;
  /** A gauge of this service; with `collect` it is read at each scrape only. */
  gauge<L extends string>(
    name: string,
    help: string,
    labels?: readonly L[],
    collect?: (gauge: Gauge<L>) => void,
  ): Gauge<L>;
  /** A histogram of this service, in seconds unless its name says otherwise. */
  histogram<L extends string>(
    name: string,
    help: string,
    buckets: readonly number[],
    labels?: readonly L[],
  ): Histogram<L>;
  /** Counts one answered request. */
  observeRequest(route: string, method: string, status: number, durationMs: number): void;
  /** The text that `/metrics` answers with. */
  expose(): Promise<{ contentType: string; body: string }>;
  /** Ends the event-loop timer. */
  close(): void;
}

const requestBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const lagSampleMs = 1000;

/** Creates the metrics of one service. Nothing is sampled between scrapes but one timer a second. */
export function createMetrics({ service }: { service: string }): Metrics {
  const registry = new Registry();
  registry.setDefaultLabels({ service });
  const registers = [registry];
  const requests = new Histogram({
    name: 'chappe_http_request_duration_seconds',
    help: 'Time from the request to its answer, by route and status',
    labelNames: ['method', 'route', 'status'],
    buckets: requestBuckets,
    registers,
  });
  const stopLagTimer = registerProcessMetrics(registry);

  return {
    registry,
    counter: (name, help, labels = []) => new Counter({ name, help, labelNames: [...labels], registers }),
    gauge(name, help, labels = [], collect) {
      const gauge: Gauge<(typeof labels)[number]> = new Gauge({
        name,
        help,
        labelNames: [...labels],
        registers,
        ...(collect === undefined ? {} : { collect: () => collect(gauge) }),
      });
      return gauge;
    },
    histogram: (name, help, buckets, labels = []) =>
      new Histogram({ name, help, labelNames: [...labels], buckets: [...buckets], registers }),
    observeRequest(route, method, status, durationMs) {
      requests.observe({ method, route, status }, durationMs / 1000);
    },
    async expose() {
      return { contentType: registry.contentType, body: await registry.metrics() };
    },
    close: stopLagTimer,
  };
}

/**
 * The few process figures that operators read. prom-client's default set samples the event loop a
 * hundred times a second, idle or not; here one timer a second notes the longest delay.
 */
function registerProcessMetrics(registry: Registry): () => void {
  let longestLagMs = 0;
  let due = performance.now() + lagSampleMs;
  const timer = setInterval(() => {
    const now = performance.now();
    longestLagMs = Math.max(longestLagMs, now - due);
    due = now + lagSampleMs;
  }, lagSampleMs);
  timer.unref();
  let lastUse = performance.eventLoopUtilization();
  const atScrape = (name: string, help: string, read: () => number): void => {
    const gauge: Gauge = new Gauge({ name, help, registers: [registry], collect: () => gauge.set(read()) });
  };
  atScrape('process_resident_memory_bytes', 'Resident memory', () => process.memoryUsage.rss());
  atScrape('process_heap_used_bytes', 'Heap in use', () => process.memoryUsage().heapUsed);
  atScrape(
    'process_start_time_seconds',
    'Start, in seconds since the epoch',
    () => performance.timeOrigin / 1000,
  );
  atScrape('process_cpu_seconds', 'CPU time used', () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e6;
  });
  atScrape('chappe_event_loop_lag_max_seconds', 'Longest event-loop delay since the last scrape', () => {
    const longest = longestLagMs;
    longestLagMs = 0;
    return longest / 1000;
  });
  atScrape(
    'chappe_event_loop_utilisation_ratio',
    'Share of time the event loop was busy since the last scrape',
    () => {
      const use = performance.eventLoopUtilization();
      const since = performance.eventLoopUtilization(use, lastUse);
      lastUse = use;
      return since.utilization;
    },
  );
  return () => clearInterval(timer);
}
