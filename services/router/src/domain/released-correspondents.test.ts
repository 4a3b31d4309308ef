import type { MessageRequest } from '@chappe/schemas';
import { describe, expect, it } from 'vitest';
import {
  givenCancellation,
  givenDispatch,
  givenLead,
  givenMessage,
  givenReleaseRequest,
  givenReleaseTo,
  noonMs,
} from '../../test/given.ts';
import { ThreadHistory } from '../../test/thread-history.ts';
import { releasedCorrespondents } from './released-correspondents.ts';
import { ThreadMemory } from './thread-memory.ts';

const provenance = { kind: 'PARTNER', partner: 'partner:example-agency', thirdPartyRule: true } as const;
const lead = givenLead('post:DJ', { provenance });
const ask = (scope: readonly string[]) =>
  givenMessage(
    'desk:trafficking',
    {
      kind: 'RELEASE_REQUEST',
      body: {
        original: { messageId: lead.messageId },
        releaseTo: ['post:SN'],
        purpose: 'To check.',
        scope: [...scope],
      },
    },
    { threadId: lead.threadId, inReplyTo: lead.messageId },
  );
const until = (request: ReturnType<typeof ask>, validUntil: string) =>
  givenMessage(
    'post:DJ',
    {
      kind: 'RELEASE',
      body: { original: { messageId: lead.messageId }, granted: true, releaseTo: ['post:SN'], validUntil },
    } as Pick<MessageRequest, 'kind' | 'body'>,
    { threadId: lead.threadId, inReplyTo: request.messageId },
  );

function released(messages: readonly ReturnType<typeof ask>[], nowMs = noonMs) {
  const history = new ThreadHistory();
  for (const message of [lead, ...messages]) history.route([message]);
  return [...releasedCorrespondents(new ThreadMemory(history.records()), lead.messageId, nowMs)];
}

describe('a release', () => {
  it('opens the message to whom it names, whole when no parts were asked for', () => {
    const request = givenReleaseRequest('desk:trafficking', lead, ['post:SN']);
    expect(released([request, givenReleaseTo('post:DJ', lead, request, ['post:SN', 'post:LB'])])).toEqual([
      ['post:SN', []],
      ['post:LB', []],
    ]);
  });

  it('opens the parts that were asked for; several open what each does', () => {
    const [title, places, all] = [ask(['lead.title']), ask(['places']), ask([])];
    const grant = (request: typeof title) => givenReleaseTo('post:DJ', lead, request, ['post:SN']);
    expect(released([title, grant(title)])).toEqual([['post:SN', ['lead.title']]]);
    const two = [title, grant(title), places, grant(places)];
    expect(released(two)).toEqual([['post:SN', ['lead.title', 'places']]]);
    expect(released([...two, all, grant(all)])).toEqual([['post:SN', []]]);
  });

  it('ends with its time, with a later refusal, and with its withdrawal', () => {
    const request = ask([]);
    const timed = until(request, new Date(noonMs + 1_000).toISOString());
    expect(released([request, timed], noonMs + 999)).toHaveLength(1);
    expect(released([request, timed], noonMs + 1_000)).toEqual([]);
    const granted = givenReleaseTo('post:DJ', lead, request, ['post:SN']);
    expect(released([request, granted, givenReleaseTo('post:DJ', lead, request, [], false)])).toEqual([]);
    expect(released([request, granted, givenCancellation('post:DJ', granted)])).toEqual([]);
  });

  it('of parts lets a dispatch pass these on and nothing else', () => {
    const told = givenMessage(
      'post:DJ',
      { kind: 'LEAD', body: { text: 'All of it.', title: 'A title' } },
      { provenance },
    );
    const request = givenMessage(
      'desk:trafficking',
      {
        kind: 'RELEASE_REQUEST',
        body: {
          original: { messageId: told.messageId },
          releaseTo: ['post:SN'],
          purpose: 'To check.',
          scope: ['lead.title'],
        },
      },
      { threadId: told.threadId, inReplyTo: told.messageId },
    );
    const release = givenReleaseTo('post:DJ', told, request, ['post:SN']);
    const dispatch = givenDispatch('desk:trafficking', told, ['post:SN']);
    const history = new ThreadHistory();
    for (const each of [told, request, release, dispatch]) history.route([each]);

    const { variants } = history.decisionOn(dispatch);
    const passedOn = variants.find(({ messageId }) => messageId === told.messageId);
    expect(passedOn?.withheld).toEqual(expect.arrayContaining(['lead.text', 'lead.entities', 'places']));
    expect(passedOn?.withheld).not.toContain('lead.title');
  });
});
