import type { DeliveryRelation, RecipientProfile } from './recipient-profile.ts';
import { mark, nameOf, numberOf, slots, type Told } from './told-message.fixture.ts';

/**
 * A second evaluator of who gets what, for tests: written from the sentences of the rules, without a function,
 * a table or a path of the first, and without haste.
 */

/** The words that a recipient finds in its variant; null when it gets nothing. */
export function wordsFor(
  told: Told,
  recipient: RecipientProfile,
  relation: DeliveryRelation,
): ReadonlySet<string> | null {
  const answer = whatMayGo(told, recipient, relation);
  if (answer === 'nothing') return null;
  const words = new Set(['messageId', 'reference', 'requestDigest', 'threadId'].map(mark));
  if (answer === 'tear line') return words.add(mark('tearline'));
  const inside = recipient.type === 'DESK' || recipient.type === 'POST';
  const sender = relation === 'SENDER';
  const hidden = hiddenFrom(told, recipient, relation);
  const entityWords = wordsOfEntities(told, hidden);

  if (answer === 'parts') {
    if (saysOf(told, 'handlingNote', hidden)) words.add(mark('handlingNote'));
    const opensEntities = recipient.releasedParts?.includes('lead.entities') === true && told.body === 'lead';
    for (const word of opensEntities ? entityWords : []) words.add(word);
    return withNames(told, words);
  }

  words.add(mark('callback'));
  if (told.body === 'correction') words.add(mark('reason'));
  if (told.tearline !== null) words.add(mark('tearline'));
  if (hidden.size === 0) words.add(mark('attachment'));
  for (const word of entityWords) words.add(word);
  const hasRelation = relationCount(told) > 0;
  for (const slot of slots) {
    if (slot === 'label' || (slot === 'remark' && !hasRelation)) continue;
    const internal = slot === 'keyword' || slot === 'externalRef';
    if ((!internal || inside || sender) && saysOf(told, slot, hidden)) words.add(mark(slot));
  }
  if (inside || sender) {
    for (const place of ['unit', 'position', 'traceId', 'otherKeyword', 'information'])
      words.add(mark(place));
    if (told.exclusive.length > 0) words.add(mark('attention'));
    if (told.tearline !== null) words.add(mark('releasableTo'));
    const choseToAct = relation === 'ACTION' && recipient.origin !== 'DISPATCH';
    if (told.provenance !== null && (choseToAct || sender)) words.add(mark('partner'));
  }
  if (sender) {
    const own = ['submissionId', 'senderStream', 'actor', 'drafter', 'releasedBy', 'senderSignature'];
    for (const place of [...own, 'excluded']) words.add(mark(place));
    if (told.provenance !== null) words.add(mark('sourceToken'));
  }
  return withNames(told, words);
}

/** Every word that a told message may hold. */
export const everyWord: readonly string[] = [
  ...slots,
  ...['messageId', 'reference', 'requestDigest', 'threadId', 'tearline', 'callback', 'reason', 'attachment'],
  ...['unit', 'position', 'traceId', 'otherKeyword', 'information', 'attention', 'releasableTo', 'partner'],
  ...['submissionId', 'senderStream', 'actor', 'drafter', 'releasedBy', 'senderSignature', 'excluded'],
  ...['sourceToken', 'thing0', 'thing1'],
  ...[0, 1, 2].flatMap((person) => [`birthPlace${person}`, `description${person}`, `remarks${person}`]),
]
  .map(mark)
  .concat([0, 1, 2].map(nameOf), [0, 1].map(numberOf));

type Answer = 'nothing' | 'tear line' | 'parts' | 'all';

function whatMayGo(told: Told, recipient: RecipientProfile, relation: DeliveryRelation): Answer {
  // The sender's exclusion is final.
  if (told.excluded.includes(recipient.correspondent)) return 'nothing';
  if (recipient.suspended) return 'nothing';
  const holds: Record<string, string[]> = {
    NOT_PROTECTED: ['NOT_PROTECTED'],
    RESTRICTED: ['NOT_PROTECTED', 'RESTRICTED'],
    SECRET: ['NOT_PROTECTED', 'RESTRICTED', 'SECRET'],
  };
  if (holds[recipient.ceiling]?.includes(told.classification) !== true) return 'nothing';
  if (relation === 'SENDER') return 'all';
  // What this release does not know reaches nobody but its sender.
  if (told.tlp === 'UNKNOWN' || told.handling.includes('UNKNOWN')) return 'nothing';
  const inside = recipient.type === 'DESK' || recipient.type === 'POST';
  // Outside nothing would hold the attention of one position.
  if (!inside && told.exclusive.includes(recipient.correspondent)) return 'nothing';
  if (mayPassOn(told, { ...recipient, released: false })) return 'all';
  if (mayPassOn(told, recipient)) return (recipient.releasedParts ?? []).length > 0 ? 'parts' : 'all';
  const { tearline } = told;
  return tearline?.form === 'WRITTEN' && tearline.to.includes(recipient.correspondent)
    ? 'tear line'
    : 'nothing';
}

function mayPassOn(told: Told, { type, origin, released }: RecipientProfile): boolean {
  if (released) return true;
  const named = origin === 'NAMED';
  const partners = told.provenance !== null && (told.provenance.rule || told.provenance.kind === 'UNKNOWN');
  // A partner's information is reported to desks, and to a post that the sender names; nothing spreads it.
  if (partners) {
    const reported = type === 'DESK' && origin !== 'DISPATCH';
    if (!reported && !(type === 'POST' && named)) return false;
  }
  // RED: named recipients. AMBER+STRICT: the organisation too. AMBER, or none: its clients too. Else everybody.
  if (told.tlp === 'RED' && !named) return false;
  const inside = type === 'DESK' || type === 'POST';
  if (told.tlp === 'AMBER_STRICT' && !named && !inside) return false;
  if ((told.tlp === 'AMBER' || told.tlp === null) && !named && !inside && type !== 'SERVICE') return false;
  // H2 and H3: whom the sender named, and the desks to which rules report.
  if (told.handling.includes('H2') || told.handling.includes('H3')) {
    if (!named && !(type === 'DESK' && origin === 'RULE')) return false;
  }
  return true;
}

function hiddenFrom(
  told: Told,
  { type, origin }: RecipientProfile,
  relation: DeliveryRelation,
): ReadonlySet<string> {
  if (relation === 'SENDER') return new Set();
  const inside = type === 'DESK' || type === 'POST';
  const acts = relation === 'ACTION';
  const knowsVictims = acts && (inside || type === 'SERVICE');
  const knowsSources =
    acts && ((type === 'DESK' && origin !== 'DISPATCH') || (type === 'POST' && origin === 'NAMED'));
  const hidden = new Set<string>();
  told.persons.forEach(({ category, minor, birthDate }, person) => {
    const isSource = category === 'INFORMANT' || category === 'UNKNOWN';
    const bornLate = ['2008', '2008-05', '2008-05-05', '2015-01'].includes(birthDate ?? '');
    const isVictim = category === 'VICTIM' || category === 'WITNESS' || minor === true || bornLate;
    if ((isSource && !knowsSources) || (!isSource && isVictim && !knowsVictims)) hidden.add(`p${person}`);
  });
  // Who is said to be the same is the same: three persons need no more than three rounds.
  for (const _round of [1, 2, 3]) {
    for (const [a, b] of told.same) {
      if (told.persons[a] === undefined || told.persons[b] === undefined) continue;
      if (hidden.has(`p${a}`) || hidden.has(`p${b}`)) hidden.add(`p${a}`).add(`p${b}`);
    }
  }
  const belongs = ['USES', 'OWNS', 'LOCATED_AT', 'UNKNOWN'];
  told.things.forEach((thing, place) => {
    const ofHidden = belongs.includes(thing.relation) && hidden.has(`p${thing.person}`);
    if (ofHidden || (thing.type === 'UNKNOWN' && !knowsSources)) hidden.add(`t${place}`);
  });
  return hidden;
}

function wordsOfEntities(told: Told, hidden: ReadonlySet<string>): string[] {
  const words: string[] = [];
  told.persons.forEach((_person, place) => {
    if (hidden.has(`p${place}`)) return;
    words.push(nameOf(place), ...['birthPlace', 'description', 'remarks'].map((each) => mark(each + place)));
  });
  told.things.forEach((_thing, place) => {
    if (!hidden.has(`t${place}`)) words.push(numberOf(place), mark(`thing${place}`));
  });
  const first = told.persons.length + told.things.length > 0;
  if (first && saysOf(told, 'label', hidden)) words.push(mark('label'));
  return words;
}

/** Whether a text is told: a text that names somebody hidden is not. */
function saysOf(told: Told, slot: (typeof slots)[number], hidden: ReadonlySet<string>): boolean {
  const named = told.mentions[slot] ?? -1;
  return !hidden.has(named >= 10 ? `t${named - 10}` : `p${named}`);
}

function relationCount({ things, same, persons }: Told): number {
  const known = (person: number): boolean => persons[person] !== undefined;
  return (
    things.filter(({ person }) => known(person)).length + same.filter((pair) => pair.every(known)).length
  );
}

/** A text that is told tells whom it names. */
function withNames(told: Told, words: Set<string>): ReadonlySet<string> {
  for (const slot of slots) {
    const named = told.mentions[slot] ?? -1;
    if (!words.has(mark(slot))) continue;
    if (told.persons[named] !== undefined) words.add(nameOf(named));
    if (told.things[named - 10] !== undefined) words.add(numberOf(named - 10));
  }
  return words;
}
