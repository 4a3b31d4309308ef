import type { MessageRequest } from '@chappe/schemas';
import { describe, expect, it } from 'vitest';
import { findings, original, reference, thread } from './submission.fixture.ts';

const asking = (scope: readonly string[]): MessageRequest =>
  ({
    kind: 'RELEASE_REQUEST',
    status: 'ACTUAL',
    urgency: 'ROUTINE',
    crimeAreas: ['TERRORISM'],
    threadId: thread,
    inReplyTo: original,
    body: {
      original: { messageId: original, reference, requestDigest: 'd'.repeat(64) },
      releaseTo: ['port authority'],
      purpose: 'To search the container.',
      scope: [...scope],
    },
  }) as MessageRequest;

describe('the scope of a release request', () => {
  it('may be any parts that a release can open, or all', () => {
    expect(findings(asking([]))).toEqual([]);
    expect(findings(asking(['lead.entities', 'places', 'lead.text']))).toEqual([]);
  });

  it('names nothing else, and each fault is told with its place', () => {
    const scope = [
      'lead.entities',
      'lead.entitys',
      'lead.entities[0]',
      'actor',
      'messageId',
      'lead.entities',
      '',
    ];
    expect(findings(asking(scope))).toEqual(
      [1, 2, 3, 4, 5, 6].map((at) => `invalid-value /body/scope/${at}`),
    );
  });

  it('belongs to requests alone', () => {
    const { scope: _scope, ...body } = Object(asking([]).body);
    expect(findings({ ...asking([]), body } as MessageRequest)).toEqual([]);
  });
});
