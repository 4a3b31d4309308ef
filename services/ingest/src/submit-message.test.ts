import type { SendOutcome } from '@chappe/kafka';
import type { Subject } from '@chappe/policy';
import type { Correspondent, MessageRequest } from '@chappe/schemas';
import { describe, expect, it } from 'vitest';
import { withRecentSubmissions } from './adapters/recent-submissions.ts';
import { openEntry, sealEntry } from './adapters/redis-submission-cache.ts';
import {
  createSubmitMessage,
  type GateVerdict,
  previewMessage,
  type SubmissionMemory,
  type SubmitPorts,
} from './submit-message.ts';

const submissionId = '019deff1-ce00-7000-8000-000000000001';
const sender: Correspondent = {
  code: 'post:DJ',
  type: 'POST',
  shortCode: 'DJ',
  nameFr: '',
  nameEn: '',
  country: null,
  city: null,
  ceiling: 'RESTRICTED',
  themes: [],
  dutyDesk: false,
  suspended: false,
};
const subject: Subject = {
  kind: 'PERSON',
  id: 'person-1',
  correspondent: 'post:DJ',
  directoryRelease: 1,
  grants: [{ role: 'officer', position: 'x', clearance: 'RESTRICTED', crimeAreas: [], mayExercise: false }],
};
const lead = (text = 'x'): MessageRequest => ({
  kind: 'LEAD',
  status: 'ACTUAL',
  urgency: 'ROUTINE',
  crimeAreas: ['TERRORISM'],
  body: { text },
});
const request = (text?: string) => ({ request: lead(text), submissionId, subject, traceId: 'a'.repeat(32) });

function given(
  outcomes: (SendOutcome | Promise<SendOutcome>)[] = [],
  shared: Map<string, string> = new Map(),
) {
  const sent: string[] = [];
  const remembered: string[] = [];
  const asked: string[] = [];
  const verdict: { now: GateVerdict } = { now: { status: 'attachable' } };
  const memory: SubmissionMemory = {
    recall: async (messageId) => shared.get(messageId),
    remember(messageId, digest) {
      remembered.push(messageId);
      shared.set(messageId, digest);
    },
  };
  const ports: SubmitPorts = {
    directory: () => ({
      correspondents: new Map([[sender.code, sender]]),
      releaseRules: [],
      ruleIndex: { rules: [], byId: new Map(), always: [], drawers: [] },
      dutyDesk: 'desk:duty',
    }),
    memory,
    attachments: {
      async judge(files) {
        asked.push(`judge ${files.length}`);
        return verdict.now;
      },
      async attach(files, correspondent, messageId) {
        asked.push(`attach ${files.length} ${correspondent} ${messageId}`);
        return verdict.now;
      },
    },
    encode: (message, lane) => ({
      topic: lane,
      key: message.threadId,
      value: Buffer.from(message.messageId),
    }),
    async send(_lane, record) {
      sent.push(record.value.toString());
      return (await outcomes.shift()) ?? { status: 'acknowledged' };
    },
    nowMs: () => Date.UTC(2026, 4, 4, 2),
    settings: { ceiling: 'SECRET', retention: { operational: 1, other: 1, rehearsal: 1 } },
  };
  return { submit: createSubmitMessage(ports), ports, sent, remembered, shared, asked, verdict };
}

describe('submitting', () => {
  it('acknowledges only after Kafka did, and remembers only then', async () => {
    const acknowledgement = Promise.withResolvers<SendOutcome>();
    const { submit, remembered } = given([acknowledgement.promise]);
    let answered = false;
    const answer = submit(request()).then((outcome) => {
      answered = true;
      return outcome;
    });
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect({ answered, remembered }).toEqual({ answered: false, remembered: [] });
    acknowledgement.resolve({ status: 'acknowledged' });
    expect((await answer).status).toBe('acknowledged');
    expect(remembered).toHaveLength(1);
  });

  it('gives 64 concurrent copies one record and one answer', async () => {
    const { submit, sent } = given();
    const outcomes = await Promise.all(Array.from({ length: 64 }, () => submit(request())));
    expect(sent).toHaveLength(1);
    expect(new Set(outcomes.map((outcome) => JSON.stringify(outcome))).size).toBe(1);
  });

  it('gives a later copy the same answer without writing again, at any replica', async () => {
    const { submit, shared } = given();
    const first = await submit(request());
    const other = given([], shared);
    expect(await other.submit(request())).toEqual(first);
    expect(other.sent).toEqual([]);
  });

  it('refuses another body under the same submission, before or after the acknowledgement', async () => {
    const { submit, sent } = given();
    const [, during] = await Promise.all([submit(request()), submit(request('other'))]);
    expect(during).toEqual({ status: 'conflict' });
    expect(await submit(request('other'))).toEqual({ status: 'conflict' });
    expect(sent).toHaveLength(1);
  });

  it('is the same submission whether its id stood in the body or in the header', async () => {
    const { submit, sent } = given();
    await submit(request());
    const inBody = { ...request(), request: { ...lead(), submissionId } };
    expect((await submit(inBody)).status).toBe('acknowledged');
    expect(sent).toHaveLength(1);
  });

  it('forgets what was not acknowledged, so that the retry is written', async () => {
    const { submit, sent, remembered } = given([
      { status: 'unknown', reason: 'timeout' },
      { status: 'refused', reason: 'queue-full' },
    ]);
    expect(await submit(request())).toEqual({ status: 'unavailable', mayExist: true, reason: 'timeout' });
    expect(await submit(request())).toEqual({ status: 'unavailable', mayExist: false, reason: 'queue-full' });
    expect(remembered).toEqual([]);
    expect((await submit(request())).status).toBe('acknowledged');
    expect(new Set(sent).size).toBe(1);
    expect(sent).toHaveLength(3);
  });

  it('says what would happen without writing or remembering', async () => {
    const { ports, sent, remembered } = given();
    expect((await previewMessage(request(), ports)).status).toBe('acknowledged');
    const bad = { ...request(), request: { ...lead(), crimeAreas: [] } };
    expect((await previewMessage(bad, ports)).status).toBe('refused');
    expect({ sent, remembered }).toEqual({ sent: [], remembered: [] });
  });
});

describe('a message that names files', () => {
  const file = {
    uploader: 'post:DJ',
    sha256: 'a'.repeat(64),
    fileName: 'a.pdf',
    mediaType: 'application/pdf',
    sizeBytes: 1,
  };
  const withFile = { ...request(), request: { ...lead(), attachments: [file] } };

  it('has them marked before it is written, under its own id', async () => {
    const { submit, asked, sent } = given();
    expect((await submit(withFile)).status).toBe('acknowledged');
    expect(asked).toEqual([`attach 1 post:DJ ${sent[0]}`]);
  });

  it('is refused, and not written, when one of them is not attachable', async () => {
    const { submit, sent, verdict, remembered } = given();
    const findings = [{ code: 'attachment-not-found' as const, pointer: '/attachments/0', detail: 'x' }];
    verdict.now = { status: 'refused', findings };
    expect(await submit(withFile)).toEqual({ status: 'refused', findings });
    expect({ sent, remembered }).toEqual({ sent: [], remembered: [] });
  });

  it('waits for the store, and nobody else does', async () => {
    const { submit, sent, verdict } = given();
    verdict.now = { status: 'unavailable' };
    expect(await submit(withFile)).toEqual({ status: 'unavailable', mayExist: false, reason: 'attachments' });
    expect((await submit(request('without'))).status).toBe('acknowledged');
    expect(sent).toHaveLength(1);
  });

  it('is only judged by a dry run', async () => {
    const { ports, asked } = given();
    expect((await previewMessage(withFile, ports)).status).toBe('acknowledged');
    expect(asked).toEqual(['judge 1']);
  });

  it('is answered from memory when it was acknowledged, whatever became of the files', async () => {
    const { submit, verdict, asked } = given();
    await submit(withFile);
    verdict.now = { status: 'refused', findings: [] };
    expect((await submit(withFile)).status).toBe('acknowledged');
    expect(asked).toHaveLength(1);
  });
});

describe('an entry of the shared memory', () => {
  const secret = 'a secret of sixteen and more';

  it('is believed only for its own message, unaltered and with our secret', () => {
    const entry = sealEntry('digest', 'm-1', secret);
    expect(openEntry(entry, 'm-1', secret)).toBe('digest');
    expect(openEntry(entry, 'm-2', secret)).toBeUndefined();
    expect(openEntry(entry.replace('digest', 'forged'), 'm-1', secret)).toBeUndefined();
    expect(openEntry(entry, 'm-1', `${secret}!`)).toBeUndefined();
    expect(openEntry('nonsense', 'm-1', secret)).toBeUndefined();
  });

  it('is not asked for when this process itself acknowledged the message', async () => {
    let asked = 0;
    const memory = withRecentSubmissions({
      recall: async () => {
        asked++;
        return undefined;
      },
      remember: () => {},
    });
    await memory.recall('m-1');
    memory.remember('m-1', 'digest');
    expect(await memory.recall('m-1')).toBe('digest');
    expect(asked).toBe(1);
  });
});
