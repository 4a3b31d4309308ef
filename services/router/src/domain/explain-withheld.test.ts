import { describe, expect, it } from 'vitest';
import {
  givenDirectory,
  givenDispatch,
  givenLead,
  givenMessage,
  givenReleaseRequest,
  givenReleaseTo,
  type RequestChange,
} from '../../test/given.ts';
import { ThreadHistory } from '../../test/thread-history.ts';
import { explainWithheld } from './explain-withheld.ts';

const directory = givenDirectory();
const police = 'partner:example-police';
const witness = {
  entityId: 'e1',
  type: 'PERSON',
  person: { category: 'WITNESS', basis: 'FACT', familyName: 'Exempel' },
} as const;

/** A lead that names a witness, in an entity and in its title. */
function givenWitness(change: RequestChange = {}) {
  const body = { text: 'A caller saw it.', title: 'What Exempel saw', entities: [witness] };
  return givenMessage('post:DJ', { kind: 'LEAD', body }, change);
}

/** `path code` of what a decision withholds from a correspondent, of the message or of what it passes on. */
function explained(history: ThreadHistory, decided: ReturnType<typeof givenLead>, to: string, of = decided) {
  const decision = history.decisionOn(decided);
  const variants = new Map(decision.variants.map((variant) => [variant.variantId, variant]));
  const passedOn = of === decided ? null : of.messageId;
  for (const entry of decision.entries) {
    const variant = variants.get(entry.variantId ?? '');
    if (entry.correspondent !== to || variant === undefined || variant.messageId !== passedOn) continue;
    return explainWithheld(entry, variant, of, directory);
  }
  throw new Error('not served');
}

const codes = (withheld: ReturnType<typeof explained>): string[] =>
  withheld.map(({ path, code }) => `${path} ${code}`);

describe('why a part is withheld', () => {
  it('is said to the sender for each recipient, in words and with its source', () => {
    const lead = givenWitness({
      recipients: {
        action: [{ correspondent: police }],
        information: [{ correspondent: 'desk:duty' }],
      },
    });
    const history = new ThreadHistory();
    history.route([lead]);

    expect(codes(explained(history, lead, 'desk:duty'))).toEqual(
      expect.arrayContaining([
        'lead.entities[0].person variant.protected-person',
        'lead.title variant.tells-of-withheld',
        'provenance.partner variant.need-to-know',
      ]),
    );
    const outside = explained(history, lead, police);
    expect(codes(outside)).toEqual(
      expect.arrayContaining([
        'lead.entities[0].person variant.protected-person',
        'provenance variant.outside-network',
        'keywords variant.working-data',
      ]),
    );
    expect(outside.find(({ path }) => path === 'lead.entities[0].person')).toMatchObject({
      fr: expect.stringContaining('témoin'),
      en: expect.stringContaining('witness'),
      source: { fr: expect.stringContaining('2016/680'), en: expect.stringContaining('2016/680') },
    });
    expect(explained(history, lead, 'desk:trafficking').map(({ path }) => path)).not.toContain('lead.title');
  });

  it('names the rule that leaves nothing but the tear line', () => {
    const lead = givenWitness({
      provenance: { kind: 'PARTNER', partner: 'partner:example-agency', thirdPartyRule: true },
      tearline: { text: 'Tools on board.', language: 'en', releasableTo: [police], form: 'WRITTEN' },
    });
    const dispatch = givenDispatch('desk:trafficking', lead, [police]);
    const history = new ThreadHistory();
    history.route([lead]);
    history.route([dispatch]);

    const withheld = codes(explained(history, dispatch, police, lead));
    expect(withheld).toEqual(
      expect.arrayContaining([
        'lead third-party.no-permission',
        'crimeAreas third-party.no-permission',
        'submissionId variant.own-numbering',
      ]),
    );
    expect(withheld.join()).not.toContain('earlier-policy');
    const [passedOn] = history.decisionOn(dispatch).entries;
    expect(passedOn?.reasons.map(({ code }) => code)).toEqual([
      'dispatched',
      'third-party.no-permission',
      'handling.tlp-amber',
      'tearline.only',
    ]);
  });

  it('knows that the originator released it, though the decision does not say so', () => {
    const provenance = { kind: 'PARTNER', partner: 'partner:example-agency', thirdPartyRule: true } as const;
    const lead = givenLead('post:DJ', { provenance });
    const request = givenReleaseRequest('desk:trafficking', lead, [police]);
    const release = givenReleaseTo('post:DJ', lead, request, [police]);
    const dispatch = givenDispatch('desk:trafficking', lead, [police]);
    const history = new ThreadHistory();
    for (const each of [lead, request, release, dispatch]) history.route([each]);

    const withheld = codes(explained(history, dispatch, police, lead));
    expect(withheld).toContain('provenance variant.outside-network');
    const [passedOn] = history.decisionOn(dispatch).entries;
    expect(passedOn?.reasons.map(({ code }) => code)).toEqual(['dispatched', 'third-party.released']);
    expect(withheld.join()).not.toMatch(/third-party|earlier-policy|lead\.text/);
  });

  it('is an earlier policy where no rule of this one withholds it, or where the message is gone', () => {
    const lead = givenLead('post:DJ');
    const history = new ThreadHistory();
    history.route([lead]);
    const decision = history.decisionOn(lead);
    const entry = decision.entries.find(({ correspondent }) => correspondent === 'desk:trafficking');
    const variant = decision.variants.find(({ variantId }) => variantId === entry?.variantId);
    if (entry === undefined || variant === undefined) throw new Error('not served');
    const earlier = { ...variant, withheld: ['actor', 'lead.callback'] };
    const said = codes(explainWithheld(entry, earlier, lead, directory));
    expect(said).toEqual(['actor variant.person-behind', 'lead.callback variant.earlier-policy']);
    const gone = codes(explainWithheld(entry, earlier, null, directory));
    expect(gone).toEqual(['actor variant.earlier-policy', 'lead.callback variant.earlier-policy']);
  });
});
