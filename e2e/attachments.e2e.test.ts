import { createHash, randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { type ChappeClient, createClient, type MessageRequest, uuidV7 } from '@chappe/client';
import type { AttachmentJson } from '@chappe/schemas';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startBreakingLink } from './harness/breaking-link.ts';
import { type ExerciseStack, startExerciseStack } from './harness/exercise-stack.ts';
import { typeAndWait } from './harness/type-command.ts';
import { waitUntil } from './harness/wait-until.ts';

/** Evidence files, from a post on a bad link to whoever may read the message, and to nobody else. */
let system: ExerciseStack;
beforeAll(async () => {
  system = await startExerciseStack();
});
afterAll(() => system?.stop());

const desk = 'desk:counter-terrorism';
const unconcerned = 'desk:cyber';
const reason = 'EXERCISE: the evidence of the courier';

const entry = fileURLToPath(new URL('../packages/client/src/cli/main.ts', import.meta.url));

async function type(line: string): Promise<{ end: number | NodeJS.Signals | null; output: string }> {
  const shell = `chappe() { '${process.execPath}' '${entry}' "$@"; }; ${line}`;
  return await typeAndWait(shell, { CHAPPE_STACK: system.stack.dataDir });
}

/** The beginning of a picture; what follows is invented. */
function anInventedPicture(sizeBytes: number): Buffer<ArrayBuffer> {
  const head = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex');
  return Buffer.concat([head, randomBytes(sizeBytes - head.length)]);
}

async function publish(correspondent: string, content: object): Promise<string> {
  const message: object = {
    status: 'EXERCISE',
    exerciseId: 'EX-SEMAPHORE-2026',
    urgency: 'ROUTINE',
    crimeAreas: ['TERRORISM'],
    submissionId: uuidV7(),
    ...content,
  };
  const result = await system.asPerson(correspondent).publish(message as MessageRequest);
  if (result.outcome !== 'accepted') throw new Error(`it was ${result.outcome}: ${JSON.stringify(result)}`);
  return result.messageId;
}

const leadWith = (attachments: readonly AttachmentJson[], more: object = {}) => ({
  kind: 'LEAD',
  attachments,
  body: { text: 'EXERCISE. A known courier, seen at the quay.' },
  ...more,
});

async function received(correspondent: string, messageId: string): Promise<void> {
  await waitUntil(`${messageId} at ${correspondent}`, () =>
    system.asPerson(correspondent).inbox.read(messageId),
  );
}

async function bytesOf(
  client: ChappeClient,
  messageId: string,
  sha256: string,
  options: { reason?: string } = {},
): Promise<Buffer> {
  const { content } = await client.attachments.download(messageId, sha256, options);
  const chunks: Uint8Array[] = [];
  for await (const chunk of content) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** The whole refusal, but for what is each answer's own. */
async function refusal(correspondent: string, messageId: string, sha256: string): Promise<unknown> {
  const token = await system.tokenOf(correspondent);
  const url = new URL(`/v1/inbox/${messageId}/attachments/${sha256}`, system.stack.state.url);
  const response = await fetch(url, { headers: { authorization: `Bearer ${token}` } });
  const { date: _, ...headers } = Object.fromEntries(response.headers);
  const text = (await response.text()).replace(/"traceId":"[0-9a-f]{32}"/, '"traceId":""');
  return { status: response.status, headers, text };
}

const absent = (correspondent: string): Promise<unknown> =>
  refusal(correspondent, '01900000-0000-8000-8000-000000000000', 'e'.repeat(64));

const isAbsent = { code: 'not-found', status: 404 };

describe('evidence', () => {
  const picture = anInventedPicture(3_000_000);
  let kept: AttachmentJson;
  let lead: string;

  it('is uploaded over a link that breaks, and named by its uploader and digest', async () => {
    const link = await startBreakingLink(system.stack.state.url, { everyBytes: 700_000, most: 3 });
    const progress: number[] = [];
    try {
      const post = createClient({
        url: link.url,
        token: () => system.tokenOf('post:DJ'),
        actingAs: 'post:DJ',
        retry: { baseDelayMs: 50 },
      });
      kept = await post.attachments.upload(new Blob([picture]), {
        fileName: 'quai n° 3.png',
        mediaType: 'image/png',
        onProgress: ({ phase, doneBytes }) => phase === 'uploading' && progress.push(doneBytes),
      });
      expect(link.breaks).toBe(3);
    } finally {
      await link.close();
    }
    expect(kept).toEqual({
      uploader: 'post:DJ',
      sha256: createHash('sha256').update(picture).digest('hex'),
      fileName: 'quai n° 3.png',
      mediaType: 'image/png',
      sizeBytes: picture.length,
    });
    // What had arrived before a break was not sent again.
    expect(progress.at(-1)).toBe(picture.length);
    expect(progress).toEqual([...progress].sort((a, b) => a - b));
  }, 120_000);

  it('reaches the desk whole, over a link that breaks too, and nobody else', async () => {
    lead = await publish('post:DJ', leadWith([kept]));
    await received(desk, lead);
    expect((await bytesOf(system.asPerson(desk), lead, kept.sha256)).equals(picture)).toBe(true);
    expect((await bytesOf(system.asPerson('post:DJ'), lead, kept.sha256)).equals(picture)).toBe(true);

    const link = await startBreakingLink(system.stack.state.url, { everyBytes: 900_000, most: 2 });
    try {
      const token = () => system.tokenOf(desk);
      const far = createClient({ url: link.url, token, actingAs: desk, retry: { baseDelayMs: 50 } });
      expect((await bytesOf(far, lead, kept.sha256)).equals(picture)).toBe(true);
      expect(link.breaks).toBe(2);
    } finally {
      await link.close();
    }

    for (const other of [unconcerned, 'post:CI']) {
      expect(await refusal(other, lead, kept.sha256)).toEqual(await absent(other));
      await expect(bytesOf(system.asPerson(other), lead, kept.sha256, { reason })).rejects.toMatchObject(
        isAbsent,
      );
    }
  }, 120_000);

  it('is opened in the archive with a reason alone', async () => {
    const reader = system.asPerson(desk);
    const archived = await waitUntil('the lead in the archive', async () => {
      return await bytesOf(reader, lead, kept.sha256, { reason });
    });
    expect(archived.equals(picture)).toBe(true);
    await expect(bytesOf(reader, lead, kept.sha256, { reason: '' })).rejects.toMatchObject({
      code: 'reason-required',
    });
  });

  it('is kept from a variant that must not name a victim', async () => {
    const victim = {
      entityId: 'e1',
      type: 'PERSON',
      label: 'the girl',
      person: { category: 'VICTIM', familyName: 'Inventée', givenNames: 'Aline', basis: 'FACT' },
    };
    const message = await publish(
      'post:DJ',
      leadWith([kept], {
        recipients: { information: [{ correspondent: 'post:SN' }] },
        body: { text: 'EXERCISE. A girl was seen.', entities: [victim] },
      }),
    );
    await Promise.all([received(desk, message), received('post:SN', message)]);
    const shown = await system.asPerson('post:SN').inbox.read(message);
    expect(shown.message?.attachments ?? []).toEqual([]);
    expect(await refusal('post:SN', message, kept.sha256)).toEqual(await absent('post:SN'));
    expect((await bytesOf(system.asPerson(desk), message, kept.sha256)).equals(picture)).toBe(true);
  });

  it('goes with a dispatch, and with nothing else of the same uploader', async () => {
    await publish(desk, {
      kind: 'DISPATCH',
      threadId: lead,
      body: {
        original: { messageId: lead },
        action: [{ correspondent: 'post:CI' }],
        instruction: 'EXERCISE. Compare the picture with the arrivals.',
      },
    });
    await received('post:CI', lead);
    expect((await bytesOf(system.asPerson('post:CI'), lead, kept.sha256)).equals(picture)).toBe(true);
    const other = await system
      .asPerson('post:DJ')
      .attachments.upload(anInventedPicture(5_000), { fileName: 'other.png', mediaType: 'image/png' });
    expect(await refusal('post:CI', lead, other.sha256)).toEqual(await absent('post:CI'));
  });

  it('cannot be attached by somebody who only knows its digest', async () => {
    const attempt = async (attachment: AttachmentJson) => {
      const message: object = {
        status: 'EXERCISE',
        exerciseId: 'EX-SEMAPHORE-2026',
        urgency: 'ROUTINE',
        crimeAreas: ['TERRORISM'],
        submissionId: uuidV7(),
        ...leadWith([attachment]),
      };
      const result = await system.asPerson('post:LB').publish(message as MessageRequest);
      if (result.outcome !== 'refused') throw new Error(`it was ${result.outcome}`);
      const { traceId: _, ...problem } = result.problem;
      return problem;
    };
    const own = await attempt({ ...kept, uploader: 'post:LB' });
    expect(JSON.stringify(own)).toContain('attachment-not-found');
    const unknown = await attempt({ ...kept, uploader: 'post:LB', sha256: 'f'.repeat(64) });
    expect(own).toEqual(unknown);
    expect((await attempt(kept)).status).toBe(own.status);
  });

  it('is gone everywhere once its message was cancelled with the demand to delete it', async () => {
    const recall = await publish('post:DJ', {
      kind: 'CANCELLATION',
      threadId: lead,
      cancels: lead,
      body: { reason: 'EXERCISE. It shows somebody else.', action: 'DELETE' },
    });
    await Promise.all([received(desk, recall), received('post:CI', recall)]);
    for (const holder of [desk, 'post:CI']) {
      expect(await refusal(holder, lead, kept.sha256)).toEqual(await absent(holder));
    }
    await waitUntil('the cancellation in the archive', async () => {
      const found = await system.asPerson(desk).archive.search({ reason, limit: 50 });
      return found.items.some(({ messageId }) => messageId === recall) ? true : undefined;
    });
    await expect(bytesOf(system.asPerson(desk), lead, kept.sha256, { reason })).rejects.toMatchObject(
      isAbsent,
    );
    // The archive keeps what was said; only the files are out of reach.
    expect(await system.asPerson(desk).archive.read(lead, { reason })).toMatchObject({ messageId: lead });
  });

  // That the service itself ends it is shown in services/mailbox/test/attachments.int.test.ts: here, what is on its
  // way fits into the buffers between.
  it('ends for somebody who is suspended: what breaks off then is not resumed', async () => {
    const film = anInventedPicture(12_000_000);
    const long = await system
      .asPerson('post:DJ')
      .attachments.upload(film, { fileName: 'film.png', mediaType: 'image/png' });
    const message = await publish(
      'post:DJ',
      leadWith([long], { recipients: { information: [{ correspondent: 'post:SN' }] } }),
    );
    await received('post:SN', message);
    const link = await startBreakingLink(system.stack.state.url, { everyBytes: 6_000_000, most: 1 });
    try {
      const officer = createClient({
        url: link.url,
        token: system.personTokenOf('post:SN'),
        actingAs: 'post:SN',
        retry: { baseDelayMs: 50 },
      });
      const { content } = await officer.attachments.download(message, long.sha256);
      const bytes = content[Symbol.asyncIterator]();
      await bytes.next();
      const proposed = await type(
        'chappe directory propose --suspend person-officer-post-SN --reason "left the service" --json',
      );
      const { proposalId } = JSON.parse(proposed.output) as { proposalId: string };
      expect((await type(`chappe directory approve ${proposalId} --login directory-admin-2`)).end).toBe(0);
      const readOn = async (): Promise<void> => {
        for (let end: boolean | undefined; end !== true; ) end = (await bytes.next()).done;
      };
      await expect(readOn()).rejects.toMatchObject({ code: 'suspended' });
    } finally {
      await link.close();
    }
    await expect(bytesOf(system.asPerson('post:SN'), message, long.sha256)).rejects.toMatchObject({
      code: 'suspended',
    });
  }, 120_000);
});
