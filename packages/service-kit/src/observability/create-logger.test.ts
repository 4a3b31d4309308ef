import { describe, expect, it } from 'vitest';
import { createLogger } from './create-logger.ts';

function capture(act: (log: ReturnType<typeof createLogger>) => void): Record<string, unknown>[] {
  const lines: string[] = [];
  const destination = { write: (line: string) => void lines.push(line) };
  act(createLogger({ service: 'ingest', level: 'info', instanceId: 'a1', destination }));
  return lines.map((line) => JSON.parse(line));
}

describe('a log line', () => {
  it('keeps fields of the allow-list and drops all others, in children too', () => {
    const [line] = capture((log) =>
      log
        .child({ traceId: 't', name: 'Jeanne' })
        .info(
          { status: 202, body: { text: 'content' }, token: 'eyJ', query: '?q=x', route: { a: 1 } },
          'request',
        ),
    );
    expect(Object.keys(line ?? {}).sort()).toEqual([
      'instance',
      'level',
      'msg',
      'service',
      'status',
      'time',
      'traceId',
    ]);
  });

  it('describes an error by class, codes and frames, without its message or detail', () => {
    class DatabaseError extends Error {
      override name = 'DatabaseError';
      code = '23505';
      constraint = 'message_pkey';
      detail = 'Key (name)=(Jeanne) already exists.';
      hint = 'secret hint';
    }
    const [line] = capture((log) =>
      log.error({ err: new DatabaseError('value "Jeanne" refused') }, 'failed'),
    );
    expect(line).toMatchObject({
      err: { class: 'DatabaseError', code: '23505', constraint: 'message_pkey' },
    });
    expect(JSON.stringify(line)).not.toMatch(/Jeanne|secret/);
    expect(JSON.stringify(line)).toContain('create-logger.test.ts');
  });

  it('does not take an error code that is really a sentence', () => {
    const [line] = capture((log) =>
      log.error({ err: Object.assign(new Error('x'), { code: 'name is Jeanne' }) }, 'failed'),
    );
    expect(JSON.stringify(line)).not.toContain('Jeanne');
  });

  it('shows the message of an error that was written for operators', () => {
    const error = Object.assign(new Error('topic audit.v1 has 3 partitions instead of 6'), {
      loggable: true,
    });
    const [line] = capture((log) => log.error({ err: error }, 'failed'));
    expect(line).toMatchObject({ err: { message: 'topic audit.v1 has 3 partitions instead of 6' } });
  });
});

it('however many loggers a process has, they write to one stream', () => {
  const before = process.listenerCount('exit');
  for (let made = 0; made < 20; made += 1)
    createLogger({ service: 'ingest', level: 'silent', instanceId: 'a1' });
  expect(process.listenerCount('exit') - before).toBeLessThanOrEqual(1);
});
