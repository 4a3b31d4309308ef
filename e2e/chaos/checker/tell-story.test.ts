import { expect, it } from 'vitest';
import { checkInvariants } from './check-invariants.ts';
import { forget, PerfectExchange } from './perfect-exchange.fixture.ts';
import { tellStory } from './tell-story.ts';

const everybody = ['post:DJ', 'post:LB', 'desk:cyber'];

it('tells what every client did and saw of a message and its thread, then where it is and is not', () => {
  const exchange = new PerfectExchange(everybody);
  exchange.lead({ to: ['post:LB'] });
  const lead = exchange.lead();
  const supplement = exchange.followUp('SUPPLEMENT', lead);
  const recall = exchange.cancel(lead);
  forget(exchange, 'desk:cyber', 1);
  exchange.follow('desk:cyber', 1);
  const [violation] = checkInvariants(exchange.events, exchange.evidence);
  if (violation === undefined) throw new Error('the lost supplement is a violation');
  expect(violation.messageId).toBe(supplement.messageId);

  const story = tellStory(violation, exchange.events, exchange.evidence).join('\n');
  expect(story).toMatch(/^I1: SUPPLEMENT of post:DJ/);
  for (const told of [lead, supplement, recall]) {
    expect(story).toContain(`submits ${told === lead ? 'LEAD' : ''}`);
    expect(story).toContain(`is answered 202 to ${told.submissionId}: ${told.messageId}`);
  }
  expect(story).toContain('follower desk:cyber  sees number 1 (stream): LEAD');
  expect(story).toContain(`archive: shown to post:DJ, desk:cyber`);
  expect(story).toContain('not in the inbox of: post:DJ, post:LB, desk:cyber');
  // The lead of another thread has no part in it.
  expect(story).not.toContain('message-1\n');
  const moments = [...story.matchAll(/^ +(\d+\.\d+) s /gm)].map(([, seconds]) => Number(seconds));
  expect(moments).toEqual(moments.toSorted((a, b) => a - b));
});

it('tells a broken stream from what its reader saw around the number', () => {
  const exchange = new PerfectExchange(everybody);
  for (let leads = 0; leads < 20; leads += 1) exchange.lead();
  exchange.follow('desk:cyber', 10);
  const events = exchange.events.filter((event) => event.what !== 'seen' || event.number !== 11);
  const [violation] = checkInvariants(events, exchange.evidence);
  if (violation === undefined) throw new Error('the skipped number is a violation');
  const story = tellStory(violation, events, exchange.evidence).join('\n');
  expect(story).toContain('stream opened at 1.10');
  expect(story).toContain('sees number 12');
  expect(story).not.toContain('sees number 19');
});
