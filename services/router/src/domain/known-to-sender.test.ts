import { describe, expect, it } from 'vitest';
import {
  givenCancellation,
  givenDirectory,
  givenDispatch,
  givenLead,
  givenSupplement,
} from '../../test/given.ts';
import { ThreadHistory } from '../../test/thread-history.ts';
import { explainFate } from './explain-decision.ts';

type Message = ReturnType<typeof givenLead>;

/** What a dry run of the last of some messages says, the others being decided. */
function dryRun(...messages: readonly Message[]) {
  const history = new ThreadHistory();
  const fates = messages.map((message) => history.route([message]).fates[0]);
  const last = fates.at(-1);
  if (last === undefined) throw new Error('no message');
  return explainFate(last, givenDirectory());
}

const namesIn = ({ correspondents }: ReturnType<typeof dryRun>) =>
  correspondents.map(({ correspondent, role }) => `${correspondent} ${role}`);

describe('whom a dry run names', () => {
  const lead = givenLead('post:DJ', { recipients: { action: [{ correspondent: 'post:CI' }] } });
  const dispatch = givenDispatch('desk:trafficking', lead, ['post:SN', 'post:MA']);

  it.each([
    ['a cancellation', givenCancellation('post:DJ', lead)],
    ['a supplement', givenSupplement('post:DJ', lead)],
  ])('of %s are those whom the sender may know; how many others it reaches is counted', (_, follow) => {
    const told = dryRun(lead, dispatch, follow);
    expect(namesIn(told)).toEqual(['desk:trafficking ACTION', 'post:CI ACTION', 'post:DJ SENDER']);
    expect(told.others).toBe(2);
  });

  it('of a dispatch are all: they are the desk’s own choice', () => {
    const told = dryRun(lead, dispatch);
    expect(namesIn(told)).toContain('post:SN ACTION');
    expect(told.others).toBeUndefined();
  });

  it('outside the network is not even told that there are others', () => {
    const partners = givenLead('partner:example-agency', { classification: 'NOT_PROTECTED' });
    const passedOn = givenDispatch('desk:trafficking', partners, ['post:SN'], {
      classification: 'NOT_PROTECTED',
    });
    const recall = givenCancellation('partner:example-agency', partners, { classification: 'NOT_PROTECTED' });
    const told = dryRun(partners, passedOn, recall);
    expect(told.outcome).toBe('ACCEPTED');
    expect(namesIn(told)).toEqual(['desk:trafficking ACTION', 'partner:example-agency SENDER']);
    expect(told.others).toBeUndefined();
  });
});
