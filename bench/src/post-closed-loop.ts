import autocannon from 'autocannon';

/** What one side answered while a fixed number of connections asked without pause. */
export interface ClosedLoopResult {
  readonly acknowledgedPerS: number;
  readonly p99Ms: number;
  readonly otherAnswers: number;
}

/** Posts fresh leads over keep-alive connections, each sending its next request when the last was answered. */
export async function postClosedLoop(target: {
  url: string;
  path: string;
  connections: number;
  durationS: number;
  headers?: Record<string, string>;
  body: () => string;
}): Promise<ClosedLoopResult> {
  const result = await autocannon({
    url: target.url,
    connections: target.connections,
    duration: target.durationS,
    requests: [
      {
        method: 'POST',
        path: target.path,
        headers: { 'content-type': 'application/json', ...target.headers },
        setupRequest: (request) => ({ ...request, body: target.body() }),
      },
    ],
  });
  const answers = new Map(
    Object.entries(result.statusCodeStats ?? {}).map(([status, { count }]) => [status, count ?? 0]),
  );
  const acknowledged = answers.get('202') ?? 0;
  const answered = [...answers.values()].reduce((sum, count) => sum + count, 0);
  return {
    acknowledgedPerS: acknowledged / result.duration,
    p99Ms: result.latency.p99,
    otherAnswers: answered - acknowledged + result.errors + result.timeouts,
  };
}
