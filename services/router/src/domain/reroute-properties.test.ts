import type { Decision, Message } from '@chappe/schemas';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  givenCancellation,
  givenContext,
  givenDirectory,
  givenLead,
  givenReroute,
  type RequestChange,
} from '../../test/given.ts';
import { ThreadHistory } from '../../test/thread-history.ts';
import { composeDeliveries } from './compose-deliveries.ts';

const posts = ['post:CI', 'post:TG', 'post:LB', 'post:JO', 'post:SN'] as const;
const away = [...posts, 'desk:trafficking', 'desk:duty'] as const;
type Away = (typeof away)[number];

const demonstration = givenDirectory();

/** The demonstration with some correspondents suspended; its rules do not matter to a reroute. */
function suspending(codes: readonly Away[]): typeof demonstration {
  const correspondents = new Map(
    [...demonstration.correspondents].map(([code, each]) => [
      code,
      { ...each, suspended: codes.some((one) => one === code) },
    ]),
  );
  return { ...demonstration, correspondents };
}

const addressed = (codes: readonly string[]) => codes.map((correspondent) => ({ correspondent }));

const leads: fc.Arbitrary<RequestChange> = fc
  .record({
    action: fc.subarray([...posts], { minLength: 1 }),
    information: fc.subarray([...posts]),
    excluded: fc.subarray([...posts, 'desk:duty'], { maxLength: 1 }),
    countries: fc.subarray(['CI', 'LB', 'SY', 'DJ']),
    tlp: fc.constantFrom(undefined, undefined, 'GREEN' as const, 'RED' as const),
    partner: fc.constantFrom(false, false, false, true),
  })
  .map(({ action, information, excluded, countries, tlp, partner }) => ({
    countriesConcerned: countries,
    recipients: {
      action: addressed(action),
      information: addressed(information.filter((code) => !action.includes(code))),
      excluded,
    },
    ...(tlp === undefined ? {} : { tlp }),
    ...(partner
      ? { provenance: { kind: 'PARTNER', partner: 'partner:example-agency', thirdPartyRule: true } as const }
      : {}),
  }));

/** One release of the directory, and an order about whom it or an earlier one suspended. */
const steps = fc.array(fc.record({ suspended: fc.subarray([...away]), ordered: fc.constantFrom(...away) }), {
  minLength: 1,
  maxLength: 6,
});

/** Everybody to whom a decision brings this message itself. */
function broughtBy(history: ThreadHistory, decision: Decision, lead: Message): readonly string[] {
  const known = history.decisions.find((each) => each.decision === decision);
  if (known === undefined) throw new Error('not decided');
  return composeDeliveries(known, (id) => (id === lead.messageId ? lead : null))
    .filter(({ messageId, role }) => messageId === lead.messageId && role !== 'SENDER' && role !== 'NOTICE')
    .map(({ correspondent }) => correspondent);
}

it('whatever is suspended and rerouted in whatever order, nobody gets a message twice, nobody gets it who may not, and a recall reaches all', () => {
  let rerouted = 0;
  fc.assert(
    fc.property(leads, steps, (change, sequence) => {
      const lead = givenLead('post:DJ', change);
      const history = new ThreadHistory();
      history.route([lead]);
      const first = history.decisionOn(lead);
      const holders = first.outcome === 'ACCEPTED' ? [...broughtBy(history, first, lead)] : [];
      for (const { suspended, ordered } of sequence) {
        const order = givenReroute(ordered, lead);
        history.route([order], givenContext({ directory: suspending(suspended) }));
        if (!history.isDecided(order)) continue;
        const decision = history.decisionOn(order);
        if (decision.outcome !== 'ACCEPTED') continue;
        // Only for whom that release suspends, and only for who holds it.
        expect(suspended).toContain(ordered);
        expect(holders).toContain(ordered);
        for (const { correspondent, role } of decision.entries) {
          if (role === 'SENDER') continue;
          expect(suspended).not.toContain(correspondent);
          expect(lead.recipients.excluded).not.toContain(correspondent);
          // A partner's information, and what is for those whom the sender named, goes to no post that it did not name.
          const restricted = lead.tlp === 'RED' || lead.provenance !== null;
          if (restricted && correspondent.startsWith('post:')) expect(holders).toContain(correspondent);
        }
        const brought = broughtBy(history, decision, lead);
        rerouted += brought.length;
        holders.push(...brought);
      }
      expect(holders.toSorted()).toEqual([...new Set(holders)].toSorted());

      const cancellation = givenCancellation('post:DJ', lead);
      history.route([cancellation], givenContext({ directory: suspending(sequence[0]?.suspended ?? []) }));
      if (first.outcome !== 'ACCEPTED') return;
      const recalled = history
        .decisionOn(cancellation)
        .entries.filter(({ role }) => role !== 'SENDER')
        .map(({ correspondent }) => correspondent);
      expect(recalled.toSorted()).toEqual(expect.arrayContaining(holders));
    }),
    { numRuns: 400 },
  );
  // The property says something only if messages did go to stand-ins.
  expect(rerouted).toBeGreaterThan(50);
});
