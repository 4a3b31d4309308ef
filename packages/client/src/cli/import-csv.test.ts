import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { messageRequestSchema } from '@chappe/schemas';
import Ajv2020 from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Run } from '../../test/run-chappe.ts';
import {
  answer,
  drop,
  problem,
  type ScriptedReply,
  type ScriptedServer,
  startScriptedServer,
} from '../../test/scripted-server.ts';
import { type TypedOptions, typeChappe } from '../../test/type-chappe.ts';

const ajv = new Ajv2020.default({ discriminator: true, allErrors: true, strict: true });
addFormats.default(ajv);
const isRequest = ajv.compile(messageRequestSchema);

const examples = fileURLToPath(new URL('../../../../docs/examples/import/', import.meta.url));
const mapping = {
  import: 'test-import',
  preparedAt: '2026-11-23T09:00:00Z',
  key: 'id',
  message: { kind: 'LEAD', urgency: 'ROUTINE', crimeAreas: ['OTHER'], body: { text: { column: 'text' } } },
};

let server: ScriptedServer | undefined;
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chappe-import-'));
});
afterEach(async () => {
  await server?.stop();
  server = undefined;
  await rm(folder, { recursive: true });
});

interface Sent {
  readonly submissionId: string;
  readonly body: { readonly text: string };
}

/** Accepts every message of a batch but those whose text says how it is to be answered. */
function ingest(body: unknown): ScriptedReply {
  const { messages } = body as { messages: Sent[] };
  const items = messages.map(({ submissionId, body: { text } }) =>
    text.includes('refuse')
      ? {
          submissionId,
          status: 400,
          problem: {
            type: 'urn:chappe:problem:invalid-value',
            title: 'A value is not allowed',
            status: 400,
            errors: [{ pointer: '/body/text', detail: 'says refuse' }],
          },
        }
      : { submissionId, status: 202, accepted: { messageId: 'm', reference: 'r', status: 's' } },
  );
  return answer(200, { items });
}

async function importing(
  csv: string | Buffer,
  args: readonly string[] = [],
  options: TypedOptions & { script?: Parameters<typeof startScriptedServer>[0]; map?: unknown } = {},
): Promise<Run> {
  const { script = (request) => ingest(request.body), map = mapping, ...typed } = options;
  await server?.stop();
  server = await startScriptedServer(script);
  await writeFile(join(folder, 'rows.csv'), csv);
  await writeFile(join(folder, 'mapping.json'), JSON.stringify(map));
  return feed('rows.csv', args, typed);
}

function feed(file: string, args: readonly string[] = [], options: TypedOptions = {}): Promise<Run> {
  const env = { CHAPPE_URL: server?.url ?? '', CHAPPE_TOKEN: 'a-token' };
  const line = ['import', file, '--mapping', 'mapping.json', '--exercise', 'EX-1', ...args];
  return typeChappe(line, { env, cwd: folder, ...options });
}

function sent(): readonly Sent[] {
  return (server?.requests ?? []).flatMap(({ body }) => (body as { messages: Sent[] }).messages);
}

describe('importing a CSV file', () => {
  it('sends the documented example as valid messages, with what each row has and nothing else', async () => {
    const map = JSON.parse(await readFile(join(examples, 'leads-mapping.json'), 'utf8'));
    const { code, out } = await importing(await readFile(join(examples, 'leads.csv')), [], { map });
    expect(out).toBe('✓ 3 rows read, 3 accepted\n');
    expect(code).toBe(0);
    const messages = sent();
    for (const message of messages) expect(isRequest(message) ? [] : isRequest.errors).toEqual([]);
    expect(messages[0]).toEqual({
      submissionId: expect.stringMatching(/^01a207a2-3280-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/),
      kind: 'LEAD',
      status: 'EXERCISE',
      exerciseId: 'EX-1',
      urgency: 'ROUTINE',
      classification: 'RESTRICTED',
      language: 'fr',
      occurredAt: '2026-11-20T11:05:00.000Z',
      crimeAreas: ['DRUG_TRAFFICKING'],
      countriesConcerned: ['CI', 'DJ'],
      recipients: { action: [{ correspondent: 'desk:trafficking' }] },
      externalRefs: [{ system: 'invented-case-files', value: 'INV-001' }],
      body: {
        title: 'Coursier inventé',
        text: 'EXERCICE. Un coursier connu part pour Abidjan ; il voyage seul.',
      },
    });
    expect(messages.map(({ body }) => 'entities' in body)).toEqual([false, true, true]);
    expect(await readdir(folder)).toEqual(['mapping.json', 'rows.csv']);
  });

  it('gives the same row the same submission id in every run, and another import another', async () => {
    const csv = 'id,text\n1,a\n2,b\n';
    await importing(csv);
    const first = sent().map(({ submissionId }) => submissionId);
    await importing(csv.replace('1,a\n', ''));
    expect(sent().map(({ submissionId }) => submissionId)).toEqual(first.slice(1));
    await importing(csv, [], { map: { ...mapping, import: 'another import' } });
    expect(new Set([...first, ...sent().map(({ submissionId }) => submissionId)]).size).toBe(4);
  });

  it('writes what failed into a file that goes through once it is mended', async () => {
    const csv =
      'id,text,phone\n1,good,+999 1\n2,refuse me,+999 2\n,no key,x\n4,"two\nlines",=1+1\n2,again,\n5,short\n';
    const { code, out } = await importing(csv);
    expect(code).toBe(3);
    expect(out).toContain('6 rows read, 2 accepted, 4 refused');
    const path = join(folder, 'rows.errors.csv');
    const errors = await readFile(path, 'utf8');
    expect(errors.split('\r\n')).toEqual([
      '\ufeff"chappe_error","id","text","phone"',
      '"the key is empty","","no key","x"',
      '"the same key as the row of line 3","2","again",""',
      '"2 cells under 3 heads","5","short"',
      '"A value is not allowed; /body/text: says refuse","2","refuse me","\'+999 2"',
      '',
    ]);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    await writeFile(
      path,
      errors
        .replace('"2","refuse me"', '"2","mended"')
        .replace('"","no key"', '"3","a key"')
        .replace('"2","again"', '"6","=SUM(1)"')
        .replace('"5","short"', '"5","long",""'),
    );
    const again = await feed('rows.errors.csv');
    expect(again).toMatchObject({ code: 0, out: '✓ 4 rows read, 4 accepted\n' });
    expect(
      sent()
        .slice(3)
        .map(({ body }) => body.text),
    ).toEqual(['a key', '=SUM(1)', 'long', 'mended']);
  });

  it('never writes over the errors that somebody is still mending', async () => {
    await importing('id,text\n1,refuse\n');
    await feed('rows.errors.csv');
    await feed('rows.csv');
    expect((await readdir(folder)).sort()).toEqual([
      'mapping.json',
      'rows.csv',
      'rows.errors-2.csv',
      'rows.errors-3.csv',
      'rows.errors.csv',
    ]);
  });

  it('sends batches of the size wanted, in the order of the file', async () => {
    const rows = Array.from({ length: 1_203 }, (_, index) => `${index},row ${index}`);
    const { code } = await importing(`id,text\n${rows.join('\n')}\n`, ['--batch', '500']);
    expect(code).toBe(0);
    expect(server?.requests.map(({ body }) => (body as { messages: Sent[] }).messages.length)).toEqual([
      500, 500, 203,
    ]);
    expect(sent().map(({ body }) => body.text)).toEqual(rows.map((_, index) => `row ${index}`));
  });

  it('reads what Excel writes in France, and says so when an encoding is not what was said', async () => {
    const french = Buffer.from('id;text\r\n1;"\xe9t\xe9 ; chaud"\r\n', 'latin1');
    const wrong = await importing(french, ['--delimiter', ';']);
    expect(wrong).toMatchObject({ code: 2, err: expect.stringContaining('--encoding') });
    const right = await importing(french, ['--delimiter', ';', '--encoding', 'windows-1252']);
    expect(right.code).toBe(0);
    expect(sent()[0]?.body.text).toBe('été ; chaud');
    const marked = await importing(Buffer.from('\ufeffid,text\n1,été\n', 'utf8'), [
      '--encoding',
      'windows-1252',
    ]);
    expect(marked.code).toBe(0);
    expect(sent()[0]?.body.text).toBe('été');
  });

  it('stops where nobody answers, and goes on from there when it is run again', async () => {
    let requests = 0;
    const script = (request: { body: unknown }) => (requests++ === 0 ? ingest(request.body) : drop);
    const args = ['--batch', '1', '--timeout', '1'];
    const { code, err } = await importing('id,text\n1,a\n2,b\n3,c\n', args, { script });
    expect(code).toBe(5);
    expect(err).toContain('run the same command again');
    expect(new Set(sent().map(({ body }) => body.text))).toEqual(new Set(['a', 'b']));
    expect(await readdir(folder)).not.toContain('rows.errors.csv');
  }, 60_000);

  it('says after Ctrl-C how far it came, and that it may be run again', async () => {
    const interruption = new AbortController();
    const script = (request: { body: unknown }) => {
      if (sent().length < 2) return ingest(request.body);
      interruption.abort(new Error('interrupted'));
      return drop;
    };
    const { code, out, err } = await importing('id,text\n1,a\n2,b\n', ['--batch', '1'], {
      script,
      signal: interruption.signal,
    });
    expect(code).toBe(130);
    expect(out).toContain('1 accepted');
    expect(err).toContain('run the same command again');
  });

  it('stops at once where whoever sends may not', async () => {
    const { code, err } = await importing('id,text\n1,a\n2,b\n', ['--batch', '1'], {
      script: () => problem(403, 'forbidden'),
    });
    expect(code).toBe(4);
    expect(err).toContain('urn:chappe:problem:forbidden');
    expect(server?.requests).toHaveLength(1);
  });

  it('reads every row of a rehearsal and sends none', async () => {
    const { code, out } = await importing('id,text\n1,a\n1,b\n2,c\n', ['--dry-run'], {
      script: () => answer(200, {}),
    });
    expect(code).toBe(3);
    expect(out).toContain('3 rows read, 2 can be sent; nothing was sent, 1 refused');
    expect(server?.requests.map(({ path, query }) => [path, query.get('dryRun')])).toEqual([
      ['/v1/messages', 'true'],
    ]);
  });

  it('moves a bar in a window, and none in a pipe', async () => {
    const window = await importing('id,text\n1,a\n', [], { columns: 80 });
    expect(window.err).toContain('%  0 accepted, 0 not');
    expect(window.err.endsWith('\r\u001b[K')).toBe(true);
    expect((await importing('id,text\n1,a\n')).err).toBe('');
  });

  it('gives programs the counts', async () => {
    const { out } = await importing('id,text\n1,a\n2,refuse\n', ['--json']);
    expect(JSON.parse(out)).toEqual({
      rows: 2,
      accepted: 1,
      failed: 1,
      unknown: 0,
      dryRun: false,
      errorsFile: join(folder, 'rows.errors.csv'),
      stopped: null,
    });
  });

  it.each([
    ['id,words\n1,a\n', mapping, 'columns that are not there: text'],
    ['id,text,text\n1,a,b\n', mapping, 'columns that are there twice: text'],
    ['id,text\n1,"a\n2,b\n', mapping, 'cannot be read as CSV'],
    ['id,text\n1,a\n', { ...mapping, import: 'x', mesage: 1 }, '/mesage: ?'],
    [
      'id,text\n1,a\n',
      { ...mapping, message: { body: { text: { column: 'text', split: 3 } } } },
      '/message/body/text: {"column"',
    ],
    ['id,text\n1,a\n', [], '/preparedAt'],
  ])('takes %j for unusable and sends nothing', async (csv, map, words) => {
    const { code, err } = await importing(csv, [], { map });
    expect(code).toBe(2);
    expect(err).toContain(words);
    expect(server?.requests).toEqual([]);
  });
});
